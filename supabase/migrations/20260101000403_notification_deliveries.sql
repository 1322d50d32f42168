-- Deliveries: the outbox of notifications for push and mail, which the function `notify` drains.
-- A row is written in the transaction of what it tells of (…409), and goes when it was sent. It holds ids, as notifications
-- do: what leaves the database is put together when it is taken.
-- Promises: a delivery is with one taker at a time; whoever fails is tried again, later each time, and is kept as dead in the
-- end; a device's and an account's go with them.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.notification_deliveries (
  id bigint generated always as identity primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  channel text not null,
  device_id uuid references public.devices (id) on delete cascade,
  type text not null,
  data jsonb not null default '{}',
  group_key text,
  count integer not null default 1,
  notification_id bigint,
  is_urgent boolean not null default false,
  due_at timestamptz not null,
  attempts integer not null default 0,
  last_error text,
  dead_at timestamptz,
  created_at timestamptz not null default now(),
  constraint notification_deliveries_channel_known check (channel in ('push', 'email')),
  constraint notification_deliveries_device_id_known check ((channel = 'push') = (device_id is not null))
);
comment on table private.notification_deliveries is
  'What waits to be pushed or mailed: of a push one row a device, so that a retry sends to nobody twice. type: of a notification, or weekly_digest.';
comment on column private.notification_deliveries.notification_id is
  'The row it tells of, without a foreign key: when it is read or gone, there is nothing left to tell. Null where none was written.';
comment on column private.notification_deliveries.is_urgent is 'Goes out in quiet hours too, and alone: a test.';
comment on column private.notification_deliveries.due_at is 'When it may be taken; while somebody has it, when it may be taken again.';
comment on column private.notification_deliveries.attempts is 'How often it was taken. At 0 it waits, and others for the same join it.';
comment on column private.notification_deliveries.dead_at is 'Since when it is not tried any more; last_error says why.';

create index notification_deliveries_due_at_idx on private.notification_deliveries (channel, due_at, id) where dead_at is null;
create index notification_deliveries_account_id_idx on private.notification_deliveries (account_id, channel, type);
create index notification_deliveries_device_id_idx on private.notification_deliveries (device_id);
create index notification_deliveries_created_at_idx on private.notification_deliveries (created_at);

insert into private.settings (key, value, description) values
  ('notifications.push_delay_seconds', '5', 'Seconds that a push waits for others of its kind, to be one with them.'),
  ('notifications.email_delay_minutes', '10', 'Minutes that a mail waits: what is read meanwhile is not mailed.'),
  ('notifications.attempts', '8', 'Tries after which a push or mail that cannot be sent is dead; the last comes after about an hour more.'),
  ('notifications.keep_waiting_hours', '48', 'Hours after which a push or mail that was never tried, as where none is set up, is not sent any more.'),
  ('notifications.keep_dead_days', '30', 'Days for which a push or mail that could not be sent is kept.');

-- What became of what was taken ---------------------------------------------------------------------------------------

create function private.complete_notification_deliveries(ids bigint[])
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the notify function alone. They are sent.
  delete from private.notification_deliveries as d where d.id = any (complete_notification_deliveries.ids);
$$;

create function private.fail_notification_delivery(
  delivery_id bigint,
  attempt integer,
  reason text,
  retry_after integer,
  is_final boolean
)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. Half a minute, doubled with each attempt, or what the provider asks for, a day at most. Whoever had it
  -- before another took it has no say any more.
  update private.notification_deliveries as d
  set last_error = left(fail_notification_delivery.reason, 500),
    dead_at = case
      when fail_notification_delivery.is_final
        or d.attempts >= (private.setting('notifications.attempts') #>> '{}')::integer
      then now()
    end,
    due_at = now() + make_interval(secs => greatest(
      30 * power(2, least(d.attempts, 12) - 1), least(coalesce(fail_notification_delivery.retry_after, 0), 86400)
    ))
  where d.id = fail_notification_delivery.delivery_id
    and d.attempts = fail_notification_delivery.attempt
    and d.attempts > 0
    and d.dead_at is null;
$$;

create function private.release_notification_deliveries(ids bigint[], retry_after integer, reason text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. They were taken and not tried, which is no attempt.
  update private.notification_deliveries as d
  set attempts = d.attempts - 1,
    due_at = now() + make_interval(secs => least(greatest(release_notification_deliveries.retry_after, 0), 86400)),
    last_error = coalesce(left(release_notification_deliveries.reason, 500), d.last_error)
  where d.id = any (release_notification_deliveries.ids) and d.attempts > 0 and d.dead_at is null;
$$;

create function private.forget_device(device_id uuid, token text, claimed_at timestamptz)
returns boolean
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. A token that the push service calls dead, unless it was registered again since the push was taken.
  with gone as (
    delete from public.devices as d
    where d.id = forget_device.device_id and d.token = forget_device.token and d.last_seen_at <= forget_device.claimed_at
    returning d.id
  )
  select exists (select from gone);
$$;

create function public.complete_notification_deliveries(ids bigint[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.complete_notification_deliveries(ids);
$$;
comment on function public.complete_notification_deliveries is 'Service only: these pushes and mails are sent.';

create function public.fail_notification_delivery(
  delivery_id bigint,
  attempt integer,
  reason text,
  retry_after integer default null,
  is_final boolean default false
)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fail_notification_delivery(delivery_id, attempt, reason, retry_after, is_final);
$$;
comment on function public.fail_notification_delivery is
  'Service only: this push or mail could not be sent; it is tried again later, or never, when is_final. attempt: as it was taken. retry_after: seconds.';

create function public.release_notification_deliveries(ids bigint[], retry_after integer default 0, reason text default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.release_notification_deliveries(ids, retry_after, reason);
$$;
comment on function public.release_notification_deliveries is 'Service only: these were taken and not tried; they are due again after so many seconds.';

create function public.forget_device(device_id uuid, token text, claimed_at timestamptz)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.forget_device(device_id, token, claimed_at);
$$;
comment on function public.forget_device is
  'Service only: forgets a device whose token the push service calls dead, with what waits for it, unless it was registered again since.';

-- For admins ----------------------------------------------------------------------------------------------------------

create function private.requeue_notification_deliveries(ids bigint[] default null)
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for admins, in SQL only.
  with again as (
    update private.notification_deliveries as d
    set attempts = 0, dead_at = null, due_at = now(), created_at = now()
    where d.dead_at is not null
      and (requeue_notification_deliveries.ids is null or d.id = any (requeue_notification_deliveries.ids))
    returning d.id
  ), noted as (
    select private.audit('notification_deliveries.requeue', 'notification_deliveries', null, jsonb_build_object('count', count(*)))
    from again
  )
  select count(a.id)::integer from noted left join again as a on true;
$$;
comment on function private.requeue_notification_deliveries is
  'For admins: pushes and mails that are dead, those named or all of them, are tried again; answers how many.';

create function private.forget_old_deliveries()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. A push that is days late is none; what is dead is kept for an admin for a while.
declare
  waiting_before timestamptz := now() - make_interval(hours => (private.setting('notifications.keep_waiting_hours') #>> '{}')::integer);
  dead_before timestamptz := now() - make_interval(days => (private.setting('notifications.keep_dead_days') #>> '{}')::integer);
  forgotten integer;
  total integer := 0;
begin
  for batch in 1..20 loop
    delete from private.notification_deliveries as d
    where d.id in (
      select o.id from private.notification_deliveries as o
      where o.created_at < greatest(waiting_before, dead_before)
        and (o.dead_at < dead_before or (o.attempts = 0 and o.dead_at is null and o.created_at < waiting_before))
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
  ('forget_old_deliveries', '1 hour', 'Deletes pushes and mails that wait for longer than notifications.keep_waiting_hours or are dead for keep_dead_days.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.complete_notification_deliveries(bigint[]), public.complete_notification_deliveries(bigint[]),
  private.fail_notification_delivery(bigint, integer, text, integer, boolean),
  public.fail_notification_delivery(bigint, integer, text, integer, boolean),
  private.release_notification_deliveries(bigint[], integer, text), public.release_notification_deliveries(bigint[], integer, text),
  private.forget_device(uuid, text, timestamptz), public.forget_device(uuid, text, timestamptz)
to service_role;
