-- Conversation lists: one's conversations, what is in them, how far it was read, and how much is not.
-- Unread is the conversation's newest number less the one read up to: a count reads one row a conversation, whatever was said.
-- Promises: a count is right at once; pages stay the same while messages arrive.

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
  'A conversation as one of its members sees it. account_…: the other side of a direct one, null once it is gone. candidate_id: the card that it is about. last_message: {seq, author_id, kind, body (200 characters), data, deleted_at, created_at}. left_at_seq: null while the caller is in; what came later is not shown. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

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
    conversation.id, conversation.kind, conversation.title, conversation.context_type, conversation.context_id,
    private.context_title(conversation.context_type, conversation.context_id),
    other.id, private.member_name(conversation, other.id), private.member_avatar_path(conversation, other.id),
    case when conversation.context_type = 'candidate' then conversation.context_id end,
    (select count(*) from public.conversation_members as m where m.conversation_id = conversation.id and m.left_seq is null)::integer,
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
    private.cursor_of(coalesce(conversation.last_message_at, conversation.created_at), conversation.id)
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

-- Messages ------------------------------------------------------------------------------------------------------------

create function private.find_messages(conversation_id uuid, before bigint, after_version bigint, page_size integer)
returns setof public.message_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: names are read past policies. Only what was said while the caller was in.
declare
  caller uuid := private.account_id();
  size integer := private.page_size(find_messages.page_size, 50);
  conversation public.conversations;
  member public.conversation_members;
begin
  if find_messages.before < 1 then
    perform private.raise_error('validation_failed', 400, 'before is the number of a message.', '{"fields": {"before": "range"}}');
  end if;
  if find_messages.after_version < 0 then
    perform private.raise_error('validation_failed', 400, 'after_version is a version.', '{"fields": {"after_version": "range"}}');
  end if;
  select m.* into member from public.conversation_members as m
  where m.conversation_id = find_messages.conversation_id and m.account_id = caller;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  select c.* into conversation from public.conversations as c where c.id = member.conversation_id;
  if find_messages.after_version is not null then
    return query
      select d.*
      from (
        select m as message
        from public.messages as m
        where m.conversation_id = conversation.id and m.version > find_messages.after_version
          and m.seq > member.joined_seq and m.seq <= coalesce(member.left_seq, m.seq)
          and (find_messages.before is null or m.seq < find_messages.before)
        order by m.version
        limit size
      ) as x
      cross join lateral private.message_card(conversation, x.message) as d
      order by d.version;
  else
    return query
      select d.*
      from (
        select m as message
        from public.messages as m
        where m.conversation_id = conversation.id
          and m.seq > member.joined_seq
          and m.seq < coalesce(find_messages.before, 9223372036854775807)
          and m.seq <= coalesce(member.left_seq, 9223372036854775807)
        order by m.seq desc
        limit size
      ) as x
      cross join lateral private.message_card(conversation, x.message) as d
      order by d.seq desc;
  end if;
end;
$$;

create function public.list_messages(
  conversation_id uuid,
  before bigint default null,
  after_version bigint default null,
  page_size integer default 50
)
returns setof public.message_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_messages(conversation_id, before, after_version, page_size);
$$;
comment on function public.list_messages is
  'Messages of a conversation that the caller is or was in (not_found, 404, otherwise): the newest first, before one''s seq; or with after_version all that was written, edited or deleted since, in that order. 50 a page, 1-100.';

create type public.message_search_card as (
  conversation_id uuid,
  seq bigint,
  author_id uuid,
  author_name text,
  body text,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.message_search_card is
  'A message that was found. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_in_messages(search text, conversation_id uuid, page_size integer, cursor text, skip integer)
returns setof public.message_search_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above. Nothing shorter than three letters is in the index.
declare
  caller uuid := private.account_id();
  after record;
  size integer := private.page_size(find_in_messages.page_size);
  skipped integer := private.skipped(find_in_messages.skip);
  own uuid[];
begin
  if find_in_messages.search is null or length(find_in_messages.search) > 100 or find_in_messages.search !~ '[[:alnum:]]{3}' then
    perform private.raise_error('validation_failed', 400, 'A search has 3 to 100 characters, three in a row of them letters or digits.', '{"fields": {"search": "length"}}');
  end if;
  select * into after from private.cursor_at(find_in_messages.cursor);
  own := array(
    select m.conversation_id from public.conversation_members as m
    where m.account_id = caller and (find_in_messages.conversation_id is null or m.conversation_id = find_in_messages.conversation_id)
  );
  if find_in_messages.conversation_id is not null and own = '{}' then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  return query
    with hits as materialized (
      select h.conversation_id, h.seq, h.author_id, h.body, h.created_at,
        -- Unlike the conversation's, an id of the message for the cursor: it has none of its own.
        md5(h.conversation_id::text || ':' || h.seq::text)::uuid as id
      from public.messages as h
      join public.conversation_members as m on m.conversation_id = h.conversation_id and m.account_id = caller
      where h.conversation_id = any (own) and h.body ilike private.like_pattern(find_in_messages.search)
        and h.body is not null
        and h.seq > m.joined_seq and h.seq <= coalesce(m.left_seq, h.seq)
    )
    select h.conversation_id, h.seq, h.author_id, private.member_name(c, h.author_id), h.body, h.created_at,
      (select least(count(*), 1001) from hits), private.cursor_of(h.created_at, h.id)
    from (
      select * from hits as x
      where after.id is null or (x.created_at, x.id) < (after.at, after.id)
      order by x.created_at desc, x.id desc
      limit size offset skipped
    ) as h
    join public.conversations as c on c.id = h.conversation_id
    order by h.created_at desc, h.id desc;
end;
$$;

create function public.search_messages(
  search text,
  conversation_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.message_search_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_in_messages(search, conversation_id, page_size, cursor, skip);
$$;
comment on function public.search_messages is
  'What was said in the caller''s conversations, or in one, with this text (3-100 characters), newest first: 20 a page, 1-100.';

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

-- Reading -------------------------------------------------------------------------------------------------------------

create function private.unread_count()
returns table (messages bigint, conversations bigint)
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. One row a conversation, whatever was said in it.
  select coalesce(sum(u.unread), 0)::bigint, count(*)
  from (
    select c.last_seq - greatest(m.read_seq, m.joined_seq) as unread
    from public.conversation_members as m
    join public.conversations as c on c.id = m.conversation_id
    where m.account_id = private.account_id() and m.left_seq is null
  ) as u
  where u.unread > 0;
$$;

create function public.unread_count()
returns table (messages bigint, conversations bigint)
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.unread_count();
$$;
comment on function public.unread_count is 'How many messages the caller has not read, and in how many conversations; muted ones too.';

create function private.mark_conversation_read(conversation_id uuid, seq bigint)
returns table (unread bigint, total bigint)
language plpgsql
volatile
security definer
rows 1
set search_path = ''
as $$
-- Definer: members have no update grant. Never backwards.
declare
  caller uuid := private.account_id();
  conversation public.conversations;
  member public.conversation_members;
  was bigint;
begin
  if mark_conversation_read.seq < 0 then
    perform private.raise_error('validation_failed', 400, 'seq is the number of a message.', '{"fields": {"seq": "range"}}');
  end if;
  select m.* into member from public.conversation_members as m
  where m.conversation_id = mark_conversation_read.conversation_id and m.account_id = caller and m.left_seq is null
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  select c.* into conversation from public.conversations as c where c.id = member.conversation_id;
  was := greatest(member.read_seq, member.joined_seq);
  update public.conversation_members as m
  set read_seq = greatest(was, least(coalesce(mark_conversation_read.seq, conversation.last_seq), conversation.last_seq))
  where m.conversation_id = conversation.id and m.account_id = caller
  returning m.* into member;
  if member.read_seq > was then
    if member.read_seq = conversation.last_seq then
      perform private.read_grouped_notifications(caller, 'new_message', conversation.id::text);
    end if;
    if conversation.kind = 'group' or not private.is_blocked(caller, private.other_member(conversation, caller)) then
      perform private.broadcast(
        'conversation:' || conversation.id::text || ':' || conversation.epoch::text, 'read',
        jsonb_build_object('conversation_id', conversation.id, 'account_id', caller, 'read_seq', member.read_seq)
      );
    end if;
    -- For the reader's other devices.
    perform private.broadcast('account:' || caller::text, 'conversation', jsonb_build_object(
      'conversation_id', conversation.id, 'epoch', conversation.epoch, 'last_seq', conversation.last_seq, 'version', conversation.version,
      'is_member', true
    ));
  end if;
  return query
    select conversation.last_seq - member.read_seq, u.messages from private.unread_count() as u;
end;
$$;

create function public.mark_conversation_read(conversation_id uuid, seq bigint default null)
returns table (unread bigint, total bigint)
language sql
volatile
security invoker
rows 1
set search_path = ''
as $$
  select * from private.mark_conversation_read(conversation_id, seq);
$$;
comment on function public.mark_conversation_read is
  'The caller has read a conversation up to a message, or all of it; never backwards. Answers what is unread in it and in all. Others in it learn how far.';

create function private.mute_conversation(conversation_id uuid, until timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  update public.conversation_members as m
  set muted_until = mute_conversation.until
  where m.conversation_id = mute_conversation.conversation_id and m.account_id = private.account_id() and m.left_seq is null;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
end;
$$;

create function public.mute_conversation(conversation_id uuid, until timestamptz)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.mute_conversation(conversation_id, until);
$$;
comment on function public.mute_conversation is 'No notifications of this conversation until then; infinity: for good, null: from now on again.';

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
  private.open_conversation(uuid, text, uuid), public.open_conversation(uuid, text, uuid),
  private.find_messages(uuid, bigint, bigint, integer), public.list_messages(uuid, bigint, bigint, integer),
  private.find_in_messages(text, uuid, integer, text, integer), public.search_messages(text, uuid, integer, text, integer),
  private.find_conversation_members(uuid), public.list_conversation_members(uuid),
  private.unread_count(), public.unread_count(),
  private.mark_conversation_read(uuid, bigint), public.mark_conversation_read(uuid, bigint),
  private.mute_conversation(uuid, timestamptz), public.mute_conversation(uuid, timestamptz)
to authenticated;
