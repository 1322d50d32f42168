-- Message lists: what was said, what was said with a word in it, how far it was read, and how much is not.
-- Unread is the conversation's newest number less the one read up to: a count reads one row a conversation, whatever was said.
-- Promises: a count is right at once; pages stay the same while messages arrive.

set lock_timeout = '5s';
set statement_timeout = '60s';

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
          and (member.left_version is null or m.version <= member.left_version or m.deleted_at is not null)
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
          and (member.left_version is null or m.version <= member.left_version or m.deleted_at is not null)
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
        and (m.left_version is null or h.version <= m.left_version)
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
  -- Nobody is taken out between the epoch that is read here and the broadcast to it.
  select c.* into conversation
  from public.conversations as c
  where c.id = mark_conversation_read.conversation_id and c.id = any (private.own_conversation_ids())
  for share;
  select m.* into member from public.conversation_members as m
  where m.conversation_id = conversation.id and m.account_id = caller and m.left_seq is null
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
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
    perform private.tell_member(conversation, caller);
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

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_messages(uuid, bigint, bigint, integer), public.list_messages(uuid, bigint, bigint, integer),
  private.find_in_messages(text, uuid, integer, text, integer), public.search_messages(text, uuid, integer, text, integer),
  private.unread_count(), public.unread_count(),
  private.mark_conversation_read(uuid, bigint), public.mark_conversation_read(uuid, bigint),
  private.mute_conversation(uuid, timestamptz), public.mute_conversation(uuid, timestamptz)
to authenticated;
