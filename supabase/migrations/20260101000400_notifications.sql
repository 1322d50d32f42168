-- Notifications: what happened that concerns an account, told at once and kept.
-- A row is written by the functions of other modules through private.notify (…409), in their transaction; a trigger
-- broadcasts it to the private topic `account:<id>`. Rows hold ids; names and sentences are put in when they are read.
-- Promises: nobody but the database broadcasts on `account:<id>`; of a grouped type an account has one unread row a group,
-- however many come at once.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.notification_types (
  type text primary key,
  description text not null,
  grouped_by text,
  is_emailed boolean not null default false,
  constraint notification_types_type_format check (type ~ '^[a-z][a-z_]*$')
);
comment on table public.notification_types is 'Every kind of notification there is; each module adds its own.';
comment on column public.notification_types.grouped_by is
  'A key of data, such as conversation_id: of one value there is one unread row an account, with the newest data and a count. Null: a row an event.';

comment on column public.notification_types.is_emailed is
  'Whether it is mailed to an account that has not chosen: so is what concerns money, verification, the end of a subscription, an invitation.';

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
-- For what is forgotten.
create index notifications_read_at_idx on public.notifications (read_at) where read_at is not null;
create index notifications_created_at_idx on public.notifications (created_at) where read_at is null;

select private.hide_estimates('public.notifications');

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
      told := write_notification.data || jsonb_build_object(
        'count', coalesce(replaced, 0) + coalesce((write_notification.data ->> 'count')::integer, 1)
      );
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

create function private.broadcast_notification()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: clients may not broadcast on account topics.
begin
  perform private.tell_account(new.account_id, 'notification', jsonb_build_object(
    'notification_id', new.id, 'type', new.type, 'data', new.data, 'group_key', new.group_key, 'created_at', new.created_at
  ));
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

create function private.clear_read_notifications()
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: answers how many, which a plain delete would by sending them all.
  with gone as (
    delete from public.notifications as n
    where n.account_id = private.account_id() and n.read_at is not null
    returning n.id
  )
  select count(*)::integer from gone;
$$;

create function public.clear_read_notifications()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.clear_read_notifications();
$$;
comment on function public.clear_read_notifications is 'Deletes the caller''s notifications that are read, and answers how many.';

-- Forgetting ----------------------------------------------------------------------------------------------------------

insert into private.settings (key, value, description) values
  ('notifications.keep_read_days', '90', 'Days after which a notification that was read is deleted.'),
  ('notifications.keep_unread_days', '365', 'Days after which one that was never read is deleted.');

create function private.forget_old_notifications()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. In batches of a thousand, twenty of each kind at most: the rest is for the next run.
declare
  read_before timestamptz := now() - make_interval(days => (private.setting('notifications.keep_read_days') #>> '{}')::integer);
  written_before timestamptz := now() - make_interval(days => (private.setting('notifications.keep_unread_days') #>> '{}')::integer);
  forgotten integer;
  total integer := 0;
begin
  for batch in 1..20 loop
    delete from public.notifications as n
    where n.id in (
      select o.id from public.notifications as o where o.read_at < read_before order by o.read_at limit 1000 for update skip locked
    );
    get diagnostics forgotten = row_count;
    total := total + forgotten;
    exit when forgotten < 1000;
  end loop;
  for batch in 1..20 loop
    delete from public.notifications as n
    where n.id in (
      select o.id from public.notifications as o
      where o.read_at is null and o.created_at < written_before
      order by o.created_at
      limit 1000
      for update skip locked
    );
    get diagnostics forgotten = row_count;
    total := total + forgotten;
    exit when forgotten < 1000;
  end loop;
  return total;
end;
$$;

insert into private.jobs (name, every, description) values
  ('forget_old_notifications', '1 hour', 'Deletes notifications that are older than notifications.keep_read_days or keep_unread_days.');

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.notification_types, public.notifications to authenticated;
grant select on public.notification_types, public.notifications to service_role;
grant delete on public.notifications to authenticated;

grant execute on function
  public.notification_count(),
  private.mark_notifications_read(bigint[]), public.mark_notifications_read(bigint[]),
  private.clear_read_notifications(), public.clear_read_notifications()
to authenticated;

alter table public.notification_types enable row level security;
alter table public.notifications enable row level security;

create policy select_authenticated on public.notification_types for select to authenticated using (true);

create policy select_owner on public.notifications for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.notifications for delete to authenticated
  using (account_id = (select auth.uid()));
