-- Notifications: what happened that concerns an account, told at once and kept.
-- A row is written by the functions of other modules through private.notify, in their transaction; a trigger broadcasts
-- it to the private topic `account:<id>`. Rows hold ids; names and sentences are put in when they are read.
-- Promises: a type that is switched off is not delivered; nobody but the database broadcasts on `account:<id>`; of a grouped
-- type an account has one unread row a group, however many come at once.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.notification_types (
  type text primary key,
  description text not null,
  grouped_by text,
  constraint notification_types_type_format check (type ~ '^[a-z][a-z_]*$')
);
comment on table public.notification_types is 'Every kind of notification there is; each module adds its own.';
comment on column public.notification_types.grouped_by is
  'A key of data, such as conversation_id: of one value there is one unread row an account, with the newest data and a count. Null: a row an event.';

insert into public.notification_types (type, description, grouped_by) values
  ('general', 'A word from the platform.', null),
  ('new_message', 'A message in one of my conversations.', 'conversation_id');

create table public.notifications (
  id bigint generated always as identity primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  type text not null references public.notification_types (type) on delete restrict,
  data jsonb not null default '{}',
  group_key text,
  read_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table public.notifications is 'One row an event and account, newest id last.';
comment on column public.notifications.data is 'Ids of what it is about, such as {"casting_id": "…", "response_id": "…"}; of a group also its count.';
comment on column public.notifications.group_key is 'What data has under the key by which the type is grouped; null where it is not.';

create index notifications_account_id_idx on public.notifications (account_id, id desc);
create index notifications_unread_idx on public.notifications (account_id, id desc) where read_at is null;
create index notifications_type_idx on public.notifications (type);
create unique index notifications_group_once on public.notifications (account_id, type, group_key)
  where read_at is null and group_key is not null;

create table public.notification_preferences (
  account_id uuid not null references public.accounts (id) on delete cascade,
  type text not null references public.notification_types (type) on delete cascade,
  is_enabled boolean not null,
  primary key (account_id, type)
);
comment on table public.notification_preferences is 'Types an account has switched on or off; a type without a row is on.';

create index notification_preferences_type_idx on public.notification_preferences (type);

select private.hide_estimates('public.notifications');
select private.hide_estimates('public.notification_preferences');

-- Writing -------------------------------------------------------------------------------------------------------------

create function private.write_notification(account_id uuid, type text, data jsonb, group_key text)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: notifications have no insert grant. Of a group, the unread row goes and a new one counts one more: so its id is
-- the newest, and whoever listens hears it. Somebody else's that comes in between is seen, and replaced, by the next turn.
declare
  notification_id bigint;
  replaced integer;
  told jsonb := write_notification.data;
begin
  loop
    if write_notification.group_key is not null then
      delete from public.notifications as n
      where n.account_id = write_notification.account_id
        and n.type = write_notification.type
        and n.group_key = write_notification.group_key
        and n.read_at is null
      returning (n.data ->> 'count')::integer into replaced;
      told := write_notification.data || jsonb_build_object('count', coalesce(replaced, 0) + 1);
    end if;
    insert into public.notifications (account_id, type, data, group_key)
    values (write_notification.account_id, write_notification.type, told, write_notification.group_key)
    on conflict do nothing
    returning id into notification_id;
    exit when notification_id is not null;
  end loop;
  return notification_id;
end;
$$;

create function private.notify(account_id uuid, type text, data jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: notifications have no insert grant. Nothing is written for a type that is switched off, nor for an account
-- that is gone or going: whoever deletes it holds it, and would be waited for in a circle.
declare
  grouped_by text;
begin
  perform from public.accounts as a where a.id = notify.account_id for key share of a skip locked;
  if not found or exists (
    select from public.notification_preferences as p
    where p.account_id = notify.account_id and p.type = notify.type and not p.is_enabled
  ) then
    return;
  end if;
  select t.grouped_by into grouped_by from public.notification_types as t where t.type = notify.type;
  perform private.write_notification(notify.account_id, notify.type, notify.data, notify.data ->> grouped_by);
end;
$$;
comment on function private.notify is
  'Tells an account that something happened, unless it has switched this type off. Of a grouped type the row is held until the transaction ends: come last, and to several accounts in the order of their ids.';

create function private.read_grouped_notifications(account_id uuid, type text, group_key text)
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions of the modules that a group is about, as when a conversation is read. What another transaction
  -- holds is being replaced, read or deleted by it, and is not waited for.
  with unread as (
    select n.id
    from public.notifications as n
    where n.account_id = read_grouped_notifications.account_id
      and n.type = read_grouped_notifications.type
      and n.group_key = read_grouped_notifications.group_key
      and n.read_at is null
    for update skip locked
  ), marked as (
    update public.notifications as n set read_at = now() from unread as u where n.id = u.id returning n.id
  )
  select count(*)::integer from marked;
$$;
comment on function private.read_grouped_notifications is 'Marks the unread row of a group as read, and answers whether there was one (1 or 0).';

create function private.broadcast_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: clients may not broadcast on account topics. A suspended account's open socket hears nothing more. Each send is
-- a subtransaction, of which Postgres keeps 64 at hand: the rest of a large fan-out is found when the table is read.
declare
  sent integer := coalesce(nullif(current_setting('talentbase.broadcasts', true), ''), '0')::integer;
begin
  if sent >= 50 or not private.is_active_account(new.account_id) then
    return null;
  end if;
  perform set_config('talentbase.broadcasts', (sent + 1)::text, true);
  perform realtime.send(
    jsonb_build_object(
      'notification_id', new.id, 'type', new.type, 'data', new.data, 'group_key', new.group_key, 'created_at', new.created_at
    ),
    'notification', 'account:' || new.account_id::text, true
  );
  return null;
end;
$$;

create trigger notifications_broadcast
  after insert on public.notifications
  for each row execute function private.broadcast_notification();

-- Reading -------------------------------------------------------------------------------------------------------------

create function public.notification_count()
returns table (unread integer, total integer)
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  -- Both stop at 1,000: nobody reads a larger badge.
  select
    (select count(*) from (
      select from public.notifications as n
      where n.account_id = (select auth.uid()) and n.read_at is null limit 1000
    ) as u)::integer,
    (select count(*) from (
      select from public.notifications as n
      where n.account_id = (select auth.uid()) limit 1000
    ) as t)::integer;
$$;
comment on function public.notification_count is 'How many notifications the caller has, unread and in all; both count to 1,000.';

create function private.mark_notifications_read(ids bigint[])
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: read_at is set to now, never to what a client says. Null ids: all of them. What another transaction holds is
  -- being read, deleted or replaced by it, and is not waited for: it may hold others of them.
  with unread as (
    select n.id
    from public.notifications as n
    where n.account_id = private.account_id()
      and n.read_at is null
      and (mark_notifications_read.ids is null or n.id = any (mark_notifications_read.ids))
    for update skip locked
  ), marked as (
    update public.notifications as n
    set read_at = now()
    from unread as u
    where n.id = u.id
    returning n.id
  )
  select count(*)::integer from marked;
$$;

create function public.mark_notifications_read(ids bigint[] default null)
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.mark_notifications_read(ids);
$$;
comment on function public.mark_notifications_read is 'Marks these notifications of the caller as read, or all without ids, and answers how many were unread.';

create function private.set_notification_preferences(preferences jsonb)
returns setof public.notification_preferences
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: an upsert, which would need update on the key.
declare
  caller uuid := private.account_id();
begin
  if jsonb_typeof(preferences) is distinct from 'object' then
    perform private.raise_error('validation_failed', 400, 'Preferences are an object of type and boolean.', '{"fields": {"preferences": "format"}}');
  end if;
  if exists (
    select from jsonb_each(preferences) as p
    where jsonb_typeof(p.value) <> 'boolean'
      or not exists (select from public.notification_types as t where t.type = p.key)
  ) then
    perform private.raise_error(
      'validation_failed', 400, 'No such notification type, or not true or false.',
      (
        select jsonb_build_object('fields', jsonb_object_agg(p.key, 'known'))
        from jsonb_each(preferences) as p
        where jsonb_typeof(p.value) <> 'boolean'
          or not exists (select from public.notification_types as t where t.type = p.key)
      )
    );
  end if;
  insert into public.notification_preferences (account_id, type, is_enabled)
  select caller, p.key, p.value::boolean from jsonb_each(preferences) as p
  on conflict on constraint notification_preferences_pkey do update set is_enabled = excluded.is_enabled;
  return query select p.* from public.notification_preferences as p where p.account_id = caller;
end;
$$;

create function public.set_notification_preferences(preferences jsonb)
returns setof public.notification_preferences
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.set_notification_preferences(preferences);
$$;
comment on function public.set_notification_preferences is
  'Switches types on or off, such as {"new_response": false}; types not named stay as they are. Answers all rows of the caller.';

-- Topics --------------------------------------------------------------------------------------------------------------

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

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.notification_types, public.notifications, public.notification_preferences to authenticated;
grant select on public.notification_types, public.notifications, public.notification_preferences to service_role;
grant delete on public.notifications to authenticated;

grant execute on function
  public.notification_count(),
  private.mark_notifications_read(bigint[]), public.mark_notifications_read(bigint[]),
  private.set_notification_preferences(jsonb), public.set_notification_preferences(jsonb),
  private.hears_topic(text, text), private.speaks_on_topic(text, text)
to authenticated;

alter table public.notification_types enable row level security;
alter table public.notifications enable row level security;
alter table public.notification_preferences enable row level security;

create policy select_authenticated on public.notification_types for select to authenticated using (true);

create policy select_owner on public.notifications for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.notifications for delete to authenticated
  using (account_id = (select auth.uid()));

create policy select_owner on public.notification_preferences for select to authenticated
  using (account_id = (select auth.uid()));

create policy select_listeners on realtime.messages for select to authenticated
  using (private.hears_topic(realtime.topic(), extension));

create policy insert_speakers on realtime.messages for insert to authenticated
  with check (private.speaks_on_topic(realtime.topic(), extension));
