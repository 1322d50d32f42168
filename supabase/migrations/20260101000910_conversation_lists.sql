-- Conversation lists: one's conversations, who is in them, and how one is opened.
-- Promises: one conversation a pair and subject, however often and from which side it is opened; a list shows nothing that came after
-- its reader left.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.conversation_card as (
  id uuid,
  kind text,
  title text,
  context_type text,
  context_id uuid,
  context_title text,
  account_id uuid,
  account_name text,
  account_avatar_path text,
  candidate_id uuid,
  members_count integer,
  role text,
  epoch integer,
  version bigint,
  last_seq bigint,
  read_seq bigint,
  unread bigint,
  last_message jsonb,
  last_message_at timestamptz,
  muted_until timestamptz,
  left_at_seq bigint,
  can_write boolean,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.conversation_card is
  'A conversation as one of its members sees it. account_…: the other side of a direct one, null once it is gone. candidate_id: the card that it is about. last_message: {seq, author_id, kind, body (200 characters), data, deleted_at, created_at}. left_at_seq: null while the caller is in; what came later is not shown, nor who is in it (members_count is 0). total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.context_title(context_type text, context_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: titles of what both sides knew when they opened it. Of a candidate none: the other side's name says it.
  select case context_title.context_type
    when 'casting' then (select c.title from public.castings as c where c.id = context_title.context_id)
    when 'task' then (select t.title from public.tasks as t where t.id = context_title.context_id)
    when 'order' then (select o.title from public.orders as o where o.id = context_title.context_id)
  end;
$$;

create function private.conversation_card(conversation public.conversations, member public.conversation_members)
returns public.conversation_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: members and names are read past policies. Without total. What came after the caller left is not theirs.
  select row(
    conversation.id, conversation.kind, case when member.left_seq is null then conversation.title else member.left_title end,
    conversation.context_type, conversation.context_id,
    private.context_title(conversation.context_type, conversation.context_id),
    other.id, private.member_name(conversation, other.id), private.member_avatar_path(conversation, other.id),
    case when conversation.context_type = 'candidate' then conversation.context_id end,
    case when member.left_seq is null then (
      select count(*) from public.conversation_members as m where m.conversation_id = conversation.id and m.left_seq is null
    ) else 0 end::integer,
    member.role,
    case when member.left_seq is null then conversation.epoch end,
    case when member.left_seq is null then conversation.version end,
    seen.last_seq, greatest(member.read_seq, member.joined_seq),
    case when member.left_seq is null then greatest(seen.last_seq - greatest(member.read_seq, member.joined_seq), 0) else 0 end,
    (
      select jsonb_build_object(
        'seq', m.seq, 'author_id', m.author_id, 'kind', m.kind, 'body', left(m.body, 200), 'data', m.data, 'deleted_at', m.deleted_at,
        'created_at', m.created_at
      )
      from public.messages as m
      where m.conversation_id = conversation.id and m.seq = seen.last_seq and m.seq > member.joined_seq
    ),
    case when member.left_seq is null then conversation.last_message_at end,
    member.muted_until, member.left_seq, private.write_refusal(conversation) is null, conversation.created_at, null,
    private.cursor_of(
      case when member.left_seq is null then coalesce(conversation.last_message_at, conversation.created_at) else member.joined_at end,
      conversation.id
    )
  )::public.conversation_card
  from (select coalesce(member.left_seq, conversation.last_seq) as last_seq) as seen
  left join lateral (select private.other_member(conversation, member.account_id) as id) as other on true;
$$;

create function private.find_conversations(
  conversation_ids uuid[],
  unread_only boolean,
  context_type text,
  context_id uuid,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.conversation_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: members are read past policies. The newest word first; without ids those that the caller is in now.
declare
  caller uuid := private.account_id();
  after record;
  size integer := private.page_size(find_conversations.page_size);
  skipped integer := private.skipped(find_conversations.skip);
begin
  if find_conversations.context_type not in ('casting', 'task', 'order', 'candidate') then
    perform private.raise_error('validation_failed', 400, 'No such context.', '{"fields": {"context_type": "known"}}');
  end if;
  select * into after from private.cursor_at(find_conversations.cursor);
  return query
    with own as materialized (
      select c.id, coalesce(c.last_message_at, c.created_at) as at
      from public.conversation_members as m
      join public.conversations as c on c.id = m.conversation_id
      where m.account_id = caller
        and case when find_conversations.conversation_ids is null then m.left_seq is null else c.id = any (find_conversations.conversation_ids) end
        and (find_conversations.unread_only is not true or c.last_seq > greatest(m.read_seq, m.joined_seq))
        and (find_conversations.context_type is null or c.context_type = find_conversations.context_type)
        and (find_conversations.context_id is null or c.context_id = find_conversations.context_id)
    ), page as materialized (
      select o.id, o.at
      from own as o
      where after.id is null or (o.at, o.id) < (after.at, after.id)
      order by o.at desc, o.id desc
      limit size offset skipped
    )
    select
      d.id, d.kind, d.title, d.context_type, d.context_id, d.context_title, d.account_id, d.account_name, d.account_avatar_path,
      d.candidate_id, d.members_count, d.role, d.epoch, d.version, d.last_seq, d.read_seq, d.unread, d.last_message, d.last_message_at,
      d.muted_until, d.left_at_seq, d.can_write, d.created_at,
      (select least(count(*), 1001) from own), d.cursor
    from page as p
    join public.conversations as c on c.id = p.id
    join public.conversation_members as m on m.conversation_id = c.id and m.account_id = caller
    cross join lateral private.conversation_card(c, m) as d
    order by p.at desc, p.id desc;
end;
$$;

create function public.list_conversations(
  unread_only boolean default false,
  context_type text default null,
  context_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.conversation_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_conversations(null, unread_only, context_type, context_id, page_size, cursor, skip);
$$;
comment on function public.list_conversations is
  'Conversations that the caller is in, the newest word first, with the last message and how many are unread: 20 a page, 1-100. context_type: casting, task, order or candidate.';

create function private.get_conversation(conversation_id uuid)
returns public.conversation_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. Also one that the caller has left.
declare
  card public.conversation_card;
begin
  select d.* into card from private.find_conversations(array[get_conversation.conversation_id], false, null, null, 1, null, 0) as d;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  return card;
end;
$$;

create function public.get_conversation(conversation_id uuid)
returns public.conversation_card
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_conversation(conversation_id);
$$;
comment on function public.get_conversation is
  'A conversation that the caller is or was in; not_found (404) otherwise. Of one that they left, what was there until then.';

-- Members -------------------------------------------------------------------------------------------------------------

create type public.conversation_member_card as (
  account_id uuid,
  name text,
  avatar_path text,
  role text,
  read_seq bigint,
  joined_at timestamptz
);
comment on type public.conversation_member_card is 'Who is in a conversation, and up to which message they have read.';

create function private.find_conversation_members(conversation_id uuid)
returns setof public.conversation_member_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. For who is in it.
declare
  caller uuid := private.account_id();
  conversation public.conversations;
begin
  select c.* into conversation
  from public.conversations as c
  join public.conversation_members as m on m.conversation_id = c.id and m.account_id = caller and m.left_seq is null
  where c.id = find_conversation_members.conversation_id;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  return query
    select m.account_id, private.member_name(conversation, m.account_id), private.member_avatar_path(conversation, m.account_id), m.role,
      greatest(m.read_seq, m.joined_seq), m.joined_at
    from public.conversation_members as m
    where m.conversation_id = conversation.id and m.left_seq is null
    order by m.joined_at, m.account_id;
end;
$$;

create function public.list_conversation_members(conversation_id uuid)
returns setof public.conversation_member_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_conversation_members(conversation_id);
$$;
comment on function public.list_conversation_members is 'Everybody in a conversation that the caller is in (not_found, 404, otherwise), first come first; chat.group_members at most.';

-- Opening -------------------------------------------------------------------------------------------------------------

create function private.open_conversation(account_id uuid, context_type text, context_id uuid)
returns public.conversation_card
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: looks whom the caller may talk with about what. Whom there is no conversation with, who has blocked the caller or is suspended, and
-- who does not exist are the same error.
declare
  caller uuid := private.account_id();
  party uuid;
  conversation public.conversations;
begin
  if open_conversation.context_type not in ('casting', 'task', 'order', 'candidate') then
    perform private.raise_error('validation_failed', 400, 'No such context.', '{"fields": {"context_type": "known"}}');
  end if;
  if (open_conversation.context_type is null) <> (open_conversation.context_id is null) then
    perform private.raise_error('validation_failed', 400, 'A context has a type and an id.', '{"fields": {"context_id": "required"}}');
  end if;
  if open_conversation.context_type is null and open_conversation.account_id is null then
    perform private.raise_error('validation_failed', 400, 'With whom?', '{"fields": {"account_id": "required"}}');
  end if;
  if open_conversation.account_id = caller then
    perform private.raise_error('validation_failed', 400, 'This is your own account.', '{"fields": {"account_id": "other"}}');
  end if;
  if open_conversation.context_type = 'candidate' then
    perform private.require_verified_recruiter();
  end if;
  party := private.conversation_party(open_conversation.account_id, open_conversation.context_type, open_conversation.context_id);
  -- One that the caller has had stays theirs, whatever stands between the two now.
  select c.* into conversation
  from public.conversations as c
  join public.conversation_members as m on m.conversation_id = c.id and m.account_id = caller
  where c.kind = 'direct'
    and c.context_type is not distinct from open_conversation.context_type
    and c.context_id is not distinct from open_conversation.context_id
    and (
      c.pair = private.pair_of(caller, coalesce(open_conversation.account_id, party))
      or (open_conversation.account_id is null and open_conversation.context_type in ('order', 'candidate'))
    )
  order by c.created_at
  limit 1;
  if not found then
    perform private.lock_accounts(caller, party);
    if party is null or party = caller or not private.is_active_account(party) or private.is_blocked(caller, party)
      or not exists (select from public.accounts as a where a.id = party) then
      perform private.raise_error('not_found', 404, 'There is nobody to talk with about this.');
    end if;
    insert into public.conversations (kind, pair, context_type, context_id, created_by)
    values ('direct', private.pair_of(caller, party), open_conversation.context_type, open_conversation.context_id, caller)
    on conflict do nothing
    returning * into conversation;
    if found then
      insert into public.conversation_members (conversation_id, account_id) values (conversation.id, caller), (conversation.id, party);
      perform private.require_writer(conversation);
      perform private.tell_members(conversation);
    else
      -- The other side was quicker.
      select c.* into strict conversation from public.conversations as c
      where c.pair = private.pair_of(caller, party)
        and c.context_type is not distinct from open_conversation.context_type
        and c.context_id is not distinct from open_conversation.context_id;
    end if;
  end if;
  return private.get_conversation(conversation.id);
end;
$$;

create function public.open_conversation(account_id uuid default null, context_type text default null, context_id uuid default null)
returns public.conversation_card
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.open_conversation(account_id, context_type, context_id);
$$;
comment on function public.open_conversation is
  'The caller''s direct conversation with an account (or about a casting, task, order or unlocked candidate), made unless there is one. account_id may be left out where the context has one other side; context_id of a candidate is the card''s id. not_found (404) where there is nobody to talk with, quota_exceeded (403, casting_chat) without chat access.';

-- Reports -------------------------------------------------------------------------------------------------------------

create function private.look_up_conversations(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for reports. Whose it is: the other side's, or the group's owner's; one's own group is nobody's to report.
  select c.id, case
    when c.kind = 'direct' then coalesce(private.other_member(c, auth.uid()), c.id)
    else coalesce(
      (select o.account_id from public.conversation_members as o where o.conversation_id = c.id and o.role = 'owner' and o.left_seq is null limit 1),
      c.id
    )
  end
  from public.conversations as c
  join public.conversation_members as m on m.conversation_id = c.id and m.account_id = auth.uid()
  where c.id = any (look_up_conversations.ids);
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('conversation', false, 'look_up_conversations');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_conversations(uuid[], boolean, text, uuid, integer, text, integer),
  public.list_conversations(boolean, text, uuid, integer, text, integer),
  private.get_conversation(uuid), public.get_conversation(uuid),
  private.find_conversation_members(uuid), public.list_conversation_members(uuid),
  private.open_conversation(uuid, text, uuid), public.open_conversation(uuid, text, uuid)
to authenticated;
