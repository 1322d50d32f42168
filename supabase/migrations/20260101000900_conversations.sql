-- Conversations: who talks with whom, and about what.
-- A direct conversation is one for a pair and what it is about (a casting, a task, an order, an unlocked candidate, or
-- nothing); a group has members who come and go. What is said is in …905_messages.sql.
-- Promises: one conversation a pair and subject, also when both open it at once; topics carry an epoch, so that whoever left,
-- was removed, blocked or suspended hears nothing that is said after it, whatever socket is open.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  pair text,
  context_type text,
  context_id uuid,
  title text,
  created_by uuid references public.accounts (id) on delete set null,
  epoch integer not null default 1,
  last_seq bigint not null default 0,
  version bigint not null default 0,
  last_message_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint conversations_kind_known check (kind in ('direct', 'group')),
  constraint conversations_pair_required check ((kind = 'direct') = (pair is not null)),
  constraint conversations_context_type_known check (context_type in ('casting', 'task', 'order', 'candidate')),
  constraint conversations_context_id_required check ((context_type is null) = (context_id is null)),
  constraint conversations_context_type_direct check (context_type is null or kind = 'direct'),
  constraint conversations_title_required check ((kind = 'group') = (title is not null)),
  constraint conversations_title_length check (private.is_clean_text(title, 1, 200))
);
comment on table public.conversations is 'Direct ones, one a pair and subject, and groups; read by their members.';
comment on column public.conversations.pair is 'Of a direct one: the ids of its two accounts, the lower first. It stays when one of them is gone.';
comment on column public.conversations.context_id is 'Of the casting, task or order; of a candidate the id of the card.';
comment on column public.conversations.epoch is 'Part of its topics'' names; another one after everything that takes somebody out.';
comment on column public.conversations.last_seq is 'Number of its newest message; they have no gaps.';
comment on column public.conversations.version is 'Counts changes: a message that is new, edited, deleted or restored gets the next one.';

create unique index conversations_pair_key on public.conversations (pair, context_type, context_id) nulls not distinct where pair is not null;
create index conversations_created_by_idx on public.conversations (created_by);

create table public.conversation_members (
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  account_id uuid not null references public.accounts (id) on delete cascade,
  role text not null default 'member',
  joined_seq bigint not null default 0,
  left_seq bigint,
  left_version bigint,
  left_title text,
  read_seq bigint not null default 0,
  muted_until timestamptz,
  joined_at timestamptz not null default clock_timestamp(),
  primary key (conversation_id, account_id),
  constraint conversation_members_role_known check (role in ('owner', 'member'))
);
comment on table public.conversation_members is 'Who is in a conversation, and how far they have read; one''s own rows alone, others'' by list_conversation_members.';
comment on column public.conversation_members.joined_seq is 'Of the newest message when they came: they read what is after it.';
comment on column public.conversation_members.left_seq is 'Of the newest message when they left or were removed: they read up to it. Null while they are in.';
comment on column public.conversation_members.left_version is 'Of the conversation when they left: what is said by an edit after it is not theirs.';
comment on column public.conversation_members.left_title is 'What the group was called then.';
comment on column public.conversation_members.read_seq is 'Read up to here; unread is last_seq less this.';

create index conversation_members_account_id_idx on public.conversation_members (account_id, conversation_id);

select private.hide_estimates('public.conversations');
select private.hide_estimates('public.conversation_members');

create trigger conversations_touch_updated_at
  before update on public.conversations
  for each row execute function private.touch_updated_at();

insert into private.settings (key, value, description) values
  ('chat.group_members', '50', 'Members a group may have at once.'),
  ('chat.edit_minutes', '15', 'Minutes for which an author may edit or delete a message.'),
  ('chat.gates_castings', 'true', 'Whether conversations of castings, and of models with employers and agencies, need the plan''s casting_chat.'),
  ('chat.redacts_contacts', 'false', 'Whether phones, emails, links and handles are taken out of messages until a contact is unlocked or money is held.');

-- Members -------------------------------------------------------------------------------------------------------------

create function private.pair_of(account_id uuid, other_id uuid)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select least(account_id, other_id)::text || ':' || greatest(account_id, other_id)::text;
$$;

create function private.own_conversation_ids()
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies. Those that the caller is in now: as an array an index finds them.
  select coalesce(array_agg(m.conversation_id), '{}') from public.conversation_members as m where m.account_id = auth.uid() and m.left_seq is null;
$$;

create function private.other_member(conversation public.conversations, account_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: members are their own rows'. Of a direct conversation; null once they are gone.
  select m.account_id
  from public.conversation_members as m
  where conversation.kind = 'direct' and m.conversation_id = conversation.id and m.account_id <> other_member.account_id;
$$;

-- Live ----------------------------------------------------------------------------------------------------------------

create function private.tell_member(conversation public.conversations, account_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: clients may not broadcast here. On the member's own topic: for lists, counts, and the epoch that is valid now.
  select private.tell_account(tell_member.account_id, 'conversation', jsonb_build_object(
    'conversation_id', conversation.id, 'epoch', conversation.epoch, 'last_seq', conversation.last_seq,
    'version', conversation.version, 'is_member', true
  ));
$$;

create function private.tell_members(conversation public.conversations)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select private.tell_member(conversation, m.account_id)
  from public.conversation_members as m
  where m.conversation_id = conversation.id and m.left_seq is null;
$$;

create function private.tell_former_member(conversation public.conversations, account_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. That they are out, and nothing of what is said now.
  select private.tell_account(tell_former_member.account_id, 'conversation', jsonb_build_object(
    'conversation_id', conversation.id, 'is_member', false
  ));
$$;

create function private.change_epoch(conversation_id uuid)
returns public.conversations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: conversations are changed by functions only. The caller holds the row.
declare
  conversation public.conversations;
begin
  update public.conversations as c set epoch = c.epoch + 1 where c.id = change_epoch.conversation_id returning c.* into conversation;
  perform private.tell_members(conversation);
  return conversation;
end;
$$;
comment on function private.change_epoch is 'Leaves behind whoever still listens to the topics'' old names, and tells the members the new ones.';

create function private.is_conversation_topic(topic text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: asks about others' blocks. `<prefix>:<conversation>:<epoch>` of one that the caller is in, by its epoch of now.
  select exists (
    select
    from public.conversations as c
    join public.conversation_members as m on m.conversation_id = c.id and m.account_id = auth.uid() and m.left_seq is null
    where c.id = substring(is_conversation_topic.topic from '^[a-z]+:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):')::uuid
      and is_conversation_topic.topic = split_part(is_conversation_topic.topic, ':', 1) || ':' || c.id::text || ':' || c.epoch::text
      and (c.kind = 'group' or not coalesce(private.is_blocked(auth.uid(), private.other_member(c, auth.uid())), false))
  );
$$;
comment on function private.is_conversation_topic is 'Whether this is the name, as it is now, of a topic of a conversation of the caller''s.';

insert into private.topics (prefix, extension, may_join, is_open) values
  ('conversation', 'broadcast', 'is_conversation_topic', false),
  ('typing', 'broadcast', 'is_conversation_topic', true),
  ('presence', 'presence', 'is_conversation_topic', true);

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.conversations, public.conversation_members to authenticated, service_role;

grant execute on function private.own_conversation_ids() to authenticated;

alter table public.conversations enable row level security;

alter table public.conversation_members enable row level security;

create policy select_members on public.conversations for select to authenticated
  using (id = any ((select private.own_conversation_ids())::uuid[]));

create policy select_owner on public.conversation_members for select to authenticated
  using (account_id = (select auth.uid()));
