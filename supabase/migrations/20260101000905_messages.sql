-- Messages: what is said in conversations.
-- A send locks the conversation's row before it writes: numbers have no gap and appear in their order. `version` counts changes the
-- same way, so whoever has read up to a version misses nothing that was written, edited or deleted after it.
-- Promises: a send that is repeated with its client_id is the same message; a deleted message keeps its place and nothing of its
-- text; members read what was said while they were in; an account that goes takes its words along.

set lock_timeout = '5s';
set statement_timeout = '60s';

create extension if not exists btree_gin with schema extensions;

create table public.messages (
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  seq bigint not null,
  version bigint not null,
  author_id uuid references public.accounts (id) on delete set null,
  client_id uuid,
  kind text not null default 'text',
  body text,
  data jsonb not null default '{}',
  reply_to_seq bigint,
  is_redacted boolean not null default false,
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  primary key (conversation_id, seq),
  constraint messages_kind_known check (kind in ('text', 'system')),
  constraint messages_body_length check (private.is_clean_text(body, 1, 5000)),
  constraint messages_reply_to_seq_range check (reply_to_seq between 1 and seq - 1)
);
comment on table public.messages is 'What was said, numbered without gaps in each conversation; read by who was in it then.';
comment on column public.messages.version is 'The conversation''s count of changes when this message was last changed.';
comment on column public.messages.client_id is 'Made by the client before it sends: a repeated send is the same message.';
comment on column public.messages.kind is 'system: what happened, in data ({"event": "member_added", "account_id": "…"}), without a body.';
comment on column public.messages.body is 'Null of system lines, of messages that are files alone, and of deleted ones.';
comment on column public.messages.is_redacted is 'Contacts were taken out; they come back when the contact is unlocked or money is held.';

create unique index messages_version_key on public.messages (conversation_id, version);
create unique index messages_client_id_key on public.messages (conversation_id, author_id, client_id);
create index messages_author_id_idx on public.messages (author_id);
create index messages_search_idx on public.messages using gin (conversation_id, body extensions.gin_trgm_ops) where body is not null;

create table public.message_files (
  conversation_id uuid not null,
  seq bigint not null,
  file_id uuid not null references public.files (id) on delete no action,
  position integer not null,
  primary key (conversation_id, seq, file_id),
  foreign key (conversation_id, seq) references public.messages (conversation_id, seq) on delete cascade
);
comment on table public.message_files is 'Files of messages, in the bucket `attachments`; they stay while the message does.';

create index message_files_file_id_idx on public.message_files (file_id);

create table private.message_originals (
  conversation_id uuid not null,
  seq bigint not null,
  body text not null,
  primary key (conversation_id, seq),
  foreign key (conversation_id, seq) references public.messages (conversation_id, seq) on delete cascade
);
comment on table private.message_originals is 'What was written before contacts were taken out; put back when the contact is paid for.';

select private.hide_estimates('public.messages');
select private.hide_estimates('public.message_files');

create function private.known_conversation_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies. Those that the caller is or was in: looked up before the row of the member is. Not as an array, for the
  -- planner would multiply it with a query's own conversation_id, and sort a whole conversation for a page of it.
  select m.conversation_id from public.conversation_members as m where m.account_id = auth.uid();
$$;

insert into private.file_readers (name, description) values ('reads_message_file', 'It is in a message that the reader may read.');

create function private.reads_message_file(file_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: files are their owners'; these are for who was in the conversation then.
  select exists (
    select
    from public.message_files as f
    join public.conversation_members as m on m.conversation_id = f.conversation_id and m.account_id = auth.uid()
    where f.file_id = reads_message_file.file_id
      and f.seq > m.joined_seq and f.seq <= coalesce(m.left_seq, f.seq)
  );
$$;

-- Other bytes or another name would be an edit without an end, and would reach who is out or blocked.
create trigger objects_keep_sent_file
  before update on storage.objects
  for each row
  when (
    old.bucket_id = 'attachments'
    and (new.bucket_id, new.name, new.version, new.metadata, new.user_metadata)
      is distinct from (old.bucket_id, old.name, old.version, old.metadata, old.user_metadata)
  )
  execute function private.keep_used_file('public.message_files');

-- Cards ---------------------------------------------------------------------------------------------------------------

create type public.message_card as (
  conversation_id uuid,
  seq bigint,
  version bigint,
  author_id uuid,
  author_name text,
  author_avatar_path text,
  is_own boolean,
  client_id uuid,
  kind text,
  body text,
  data jsonb,
  reply_to_seq bigint,
  reply_to jsonb,
  files jsonb,
  is_redacted boolean,
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz
);
comment on type public.message_card is
  'A message as lists and functions answer it. client_id: of one''s own; reply_to: {seq, author_id, body (200 characters), deleted_at} of a message that the reader may read, else null; files: [{file_id, name, size, content_type, path}] in the bucket attachments.';

create function private.member_name(conversation public.conversations, account_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: names of who stands in no directory. A candidate is named as their card names them to this reader.
  select case
    when conversation.context_type = 'candidate' and c.account_id is not null and c.account_id <> auth.uid() then
      case when private.has_unlocked(c.card_id) then c.full_name else k.masked_name end
    else coalesce(a.full_name, a.username)
  end
  from public.accounts as a
  left join private.candidates as c on conversation.context_type = 'candidate' and c.account_id = a.id and c.card_id = conversation.context_id
  left join private.candidate_cards as k on k.id = c.card_id
  where a.id = member_name.account_id;
$$;

create function private.member_avatar_path(conversation public.conversations, account_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Of a candidate none: their card has a picture of its own.
  select a.avatar_path
  from public.accounts as a
  where a.id = member_avatar_path.account_id
    and (conversation.context_type is distinct from 'candidate' or a.is_listed or a.id = auth.uid());
$$;

create function private.message_card(conversation public.conversations, message public.messages)
returns public.message_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Whether the reader may read the message is asked before.
  select row(
    message.conversation_id, message.seq, message.version, message.author_id,
    private.member_name(conversation, message.author_id), private.member_avatar_path(conversation, message.author_id),
    coalesce(message.author_id = auth.uid(), false), case when message.author_id = auth.uid() then message.client_id end,
    message.kind, message.body, message.data, message.reply_to_seq,
    (
      select jsonb_build_object('seq', r.seq, 'author_id', r.author_id, 'body', left(r.body, 200), 'deleted_at', r.deleted_at)
      from public.messages as r
      join public.conversation_members as m on m.conversation_id = r.conversation_id and m.account_id = auth.uid()
      where r.conversation_id = message.conversation_id and r.seq = message.reply_to_seq and r.seq > m.joined_seq
        and (m.left_version is null or r.version <= m.left_version or r.deleted_at is not null)
    ),
    (
      select coalesce(
        jsonb_agg(jsonb_build_object(
          'file_id', f.id, 'name', f.name, 'size', f.size, 'content_type', f.content_type, 'path', f.path
        ) order by x.position), '[]'
      )
      from public.message_files as x
      join public.files as f on f.id = x.file_id
      where x.conversation_id = message.conversation_id and x.seq = message.seq
    ),
    message.is_redacted, message.edited_at, message.deleted_at, message.created_at
  )::public.message_card;
$$;

-- Writing -------------------------------------------------------------------------------------------------------------

create function private.lock_conversation(conversation_id uuid)
returns public.conversations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: members have no update grant. The caller's account first, as its deletion does; then the conversation, whose writes go one by
-- one. One that the caller was never in does not exist for them.
declare
  conversation public.conversations;
begin
  perform private.lock_accounts(private.account_id());
  select c.* into conversation from public.conversations as c where c.id = lock_conversation.conversation_id for no key update;
  if not found or not exists (
    select from public.conversation_members as m
    where m.conversation_id = conversation.id and m.account_id = auth.uid()
  ) then
    perform private.raise_error('not_found', 404, 'There is no such conversation.');
  end if;
  return conversation;
end;
$$;

create function private.add_message(
  conversation_id uuid,
  author_id uuid,
  kind text,
  body text,
  data jsonb,
  client_id uuid default null,
  reply_to_seq bigint default null,
  is_redacted boolean default false
)
returns public.messages
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: messages have no insert grant. The caller holds the conversation's row.
declare
  conversation public.conversations;
  message public.messages;
begin
  update public.conversations as c
  set last_seq = c.last_seq + 1, version = c.version + 1, last_message_at = clock_timestamp()
  where c.id = add_message.conversation_id
  returning c.* into conversation;
  insert into public.messages (conversation_id, seq, version, author_id, kind, body, data, client_id, reply_to_seq, is_redacted)
  values (
    conversation.id, conversation.last_seq, conversation.version, add_message.author_id, add_message.kind, add_message.body,
    add_message.data, add_message.client_id, add_message.reply_to_seq, add_message.is_redacted
  )
  returning * into message;
  -- Whoever writes has read what is above it, and is told no more of it.
  update public.conversation_members as m
  set read_seq = conversation.last_seq
  where m.conversation_id = conversation.id and m.account_id = add_message.author_id;
  perform private.read_grouped_notifications(add_message.author_id, 'new_message', conversation.id::text);
  perform private.tell_message(conversation, message.seq, message.version);
  perform private.tell_members(conversation);
  return message;
end;
$$;

create function private.tell_message(conversation public.conversations, seq bigint, version bigint)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: clients may not broadcast here. Numbers only: who may read it reads it from the table.
  select private.broadcast(
    'conversation:' || conversation.id::text || ':' || conversation.epoch::text, 'message',
    jsonb_build_object('conversation_id', conversation.id, 'seq', tell_message.seq, 'version', tell_message.version)
  );
$$;

create function private.check_body(body text, is_required boolean)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if (check_body.body is null and check_body.is_required) or private.is_clean_text(check_body.body, 1, 5000) is false then
    perform private.raise_error(
      'validation_failed', 400, 'A message has 1 to 5000 characters, none of them invisible.', '{"fields": {"body": "length"}}'
    );
  end if;
end;
$$;

create function private.send_message(conversation_id uuid, body text, client_id uuid, reply_to_seq bigint, file_ids uuid[])
returns public.message_card
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: messages have no insert grant.
declare
  caller uuid := private.account_id();
  conversation public.conversations;
  message public.messages;
  shown text;
  files uuid[] := coalesce(send_message.file_ids, '{}');
begin
  if send_message.client_id is null then
    perform private.raise_error('validation_failed', 400, 'A message has a client_id.', '{"fields": {"client_id": "required"}}');
  end if;
  if cardinality(files) > 10 or cardinality(files) <> (select count(distinct f) from unnest(files) as f) then
    perform private.raise_error('validation_failed', 400, 'A message has up to 10 different files.', '{"fields": {"file_ids": "length"}}');
  end if;
  perform private.check_body(send_message.body, cardinality(files) = 0);
  conversation := private.lock_conversation(send_message.conversation_id);
  select m.* into message from public.messages as m
  where m.conversation_id = conversation.id and m.author_id = caller and m.client_id = send_message.client_id;
  if found then
    if message.edited_at is null and message.deleted_at is null and send_message.body is distinct from coalesce(
      (select o.body from private.message_originals as o where o.conversation_id = conversation.id and o.seq = message.seq), message.body
    ) then
      perform private.raise_error('idempotency_conflict', 409, 'This client_id was used for another message.');
    end if;
    return private.message_card(conversation, message);
  end if;
  perform private.require_writer(conversation);
  if send_message.reply_to_seq is not null and not exists (
    select from public.messages as m
    join public.conversation_members as s on s.conversation_id = m.conversation_id and s.account_id = caller
    where m.conversation_id = conversation.id and m.seq = send_message.reply_to_seq and m.seq > s.joined_seq and m.kind = 'text'
  ) then
    perform private.raise_error('validation_failed', 400, 'There is no such message to reply to.', '{"fields": {"reply_to_seq": "known"}}');
  end if;
  if exists (
    select from unnest(files) as f
    where not exists (select from public.files as o where o.id = f and o.account_id = caller and o.bucket_id = 'attachments')
  ) then
    perform private.raise_error('validation_failed', 400, 'Files are your own, in the bucket attachments.', '{"fields": {"file_ids": "known"}}');
  end if;
  shown := case when private.redacts(conversation) then private.without_contacts(send_message.body) else send_message.body end;
  message := private.add_message(
    conversation.id, caller, 'text', shown, '{}', send_message.client_id, send_message.reply_to_seq, shown is distinct from send_message.body
  );
  if message.is_redacted then
    insert into private.message_originals (conversation_id, seq, body) values (conversation.id, message.seq, send_message.body);
  end if;
  insert into public.message_files (conversation_id, seq, file_id, position)
  select conversation.id, message.seq, f.id, f.position from unnest(files) with ordinality as f (id, position);
  perform private.notify(
    m.account_id, 'new_message', jsonb_build_object('conversation_id', conversation.id, 'seq', message.seq, 'author_id', caller)
  )
  from public.conversation_members as m
  where m.conversation_id = conversation.id and m.left_seq is null and m.account_id <> caller
    and coalesce(m.muted_until < now(), true)
    and not private.is_blocked(m.account_id, caller)
  order by m.account_id;
  return private.message_card(conversation, message);
end;
$$;

create function public.send_message(
  conversation_id uuid,
  body text,
  client_id uuid,
  reply_to_seq bigint default null,
  file_ids uuid[] default null
)
returns public.message_card
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.send_message(conversation_id, body, client_id, reply_to_seq, file_ids);
$$;
comment on function public.send_message is
  'Says something in a conversation of the caller''s: body of 1-5000 characters, or null with files (up to 10, own, of the bucket attachments). client_id: made by the client; the same again is the same message (another body: idempotency_conflict, 409). not_found (404), permission_denied (403; details.reason: left, unavailable, locked), quota_exceeded (403) without chat access.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.messages, public.message_files to authenticated, service_role;

grant execute on function
  private.known_conversation_ids(),
  private.send_message(uuid, text, uuid, bigint, uuid[]), public.send_message(uuid, text, uuid, bigint, uuid[])
to authenticated;

alter table public.messages enable row level security;

alter table public.message_files enable row level security;

create policy select_members on public.messages for select to authenticated
  using (
    conversation_id in (select private.known_conversation_ids())
    and exists (
      select from public.conversation_members as m
      where m.conversation_id = messages.conversation_id and m.account_id = (select auth.uid())
        and messages.seq > m.joined_seq and messages.seq <= coalesce(m.left_seq, messages.seq)
        and (m.left_version is null or messages.version <= m.left_version or messages.deleted_at is not null)
    )
  );

create policy select_members on public.message_files for select to authenticated
  using (
    conversation_id in (select private.known_conversation_ids())
    and exists (
      select from public.conversation_members as m
      where m.conversation_id = message_files.conversation_id and m.account_id = (select auth.uid())
        and message_files.seq > m.joined_seq and message_files.seq <= coalesce(m.left_seq, message_files.seq)
    )
  );
