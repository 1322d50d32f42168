-- Topics: who may listen, speak and be seen on which private Realtime topic.
-- The database broadcasts with realtime.send; clients join, and where a topic is open, speak. A module adds rows for topics of its own.
-- Promises: a topic that is in no row is nobody's; on topics that carry messages or notifications nobody but the database speaks.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.topics (
  prefix text primary key,
  extension text not null,
  may_join text not null,
  is_open boolean not null,
  constraint topics_prefix_format check (prefix ~ '^[a-z]+$'),
  constraint topics_extension_known check (extension in ('broadcast', 'presence')),
  constraint topics_may_join_format check (may_join ~ '^[a-z][a-z_]*$')
);
comment on table private.topics is
  'Kinds of private Realtime topics, `<prefix>:…`, each module adds its own. may_join: a function `private.<may_join>(topic text)` that answers whether the caller may listen.';
comment on column private.topics.is_open is
  'Whether who listens may also speak. Never where messages or notifications go: whoever may broadcast on a topic may forge every event on it.';

create function private.hears_topic(topic text, extension text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: asks the module whose topic it is.
declare
  kind private.topics;
  may_join boolean := false;
begin
  select t.* into kind from private.topics as t
  where t.prefix = split_part(hears_topic.topic, ':', 1) and t.extension = hears_topic.extension;
  if found and private.is_active() then
    execute format('select private.%I($1)', kind.may_join) into may_join using hears_topic.topic;
  end if;
  return may_join;
end;
$$;
comment on function private.hears_topic is 'Whether the caller may listen to a topic, or see who is present.';

create function private.speaks_on_topic(topic text, extension text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select exists (
    select from private.topics as t where t.prefix = split_part(speaks_on_topic.topic, ':', 1) and t.is_open
  ) and private.hears_topic(speaks_on_topic.topic, speaks_on_topic.extension);
$$;
comment on function private.speaks_on_topic is 'Whether the caller may broadcast on a topic, or be present.';

create function private.is_own_topic(topic text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for the function above.
  select is_own_topic.topic = 'account:' || auth.uid()::text;
$$;

insert into private.topics (prefix, extension, may_join, is_open) values ('account', 'broadcast', 'is_own_topic', false);

-- The database speaks -------------------------------------------------------------------------------------------------

create function private.broadcasts_left()
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the functions below. Each send is a subtransaction, of which Postgres keeps 64 at hand: a group's fifty members and its
  -- topic are told, what is beyond is found when the tables are read.
  select 60 - coalesce(nullif(current_setting('talentbase.broadcasts', true), ''), '0')::integer;
$$;
comment on function private.broadcasts_left is 'How often this transaction may still broadcast.';

create function private.broadcast(topic text, event text, payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: clients may not broadcast where messages and notifications go.
declare
  left_over integer := private.broadcasts_left();
begin
  if left_over > 0 then
    perform set_config('talentbase.broadcasts', (61 - left_over)::text, true);
    perform realtime.send(payload, event, topic, true);
  end if;
end;
$$;

create function private.tell_account(account_id uuid, event text, payload jsonb)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. A suspended account's open socket hears nothing more.
  select private.broadcast('account:' || tell_account.account_id::text, tell_account.event, tell_account.payload)
  where private.broadcasts_left() > 0 and private.is_active_account(tell_account.account_id);
$$;
comment on function private.tell_account is 'Broadcasts on an account''s own topic.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant execute on function private.hears_topic(text, text), private.speaks_on_topic(text, text) to authenticated;

create policy select_listeners on realtime.messages for select to authenticated
  using (private.hears_topic(realtime.topic(), extension));

create policy insert_speakers on realtime.messages for insert to authenticated
  with check (private.speaks_on_topic(realtime.topic(), extension));
