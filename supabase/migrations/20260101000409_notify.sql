-- Telling: private.notify, which every module calls.
-- Promises: an account is told by the channels that are on, others get nothing; telling waits for nobody who leaves.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Telling -------------------------------------------------------------------------------------------------------------

create function private.queue_pushes(account_id uuid, type text, data jsonb, group_key text, notification_id bigint, is_urgent boolean)
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for whoever tells. The twenty devices that were seen last; one that is being removed is passed over.
  with queued as (
    insert into private.notification_deliveries (account_id, channel, device_id, type, data, group_key, notification_id, is_urgent, due_at)
    select
      queue_pushes.account_id, 'push', d.id, queue_pushes.type, queue_pushes.data, queue_pushes.group_key, queue_pushes.notification_id,
      queue_pushes.is_urgent,
      now() + case when queue_pushes.is_urgent then interval '0' else make_interval(secs => (private.setting('notifications.push_delay_seconds') #>> '{}')::integer) end
    from (
      select v.id from public.devices as v
      where v.account_id = queue_pushes.account_id
      order by v.last_seen_at desc, v.id
      limit 20
      for key share skip locked
    ) as d
    returning 1
  )
  select count(*)::integer from queued;
$$;

create function private.notify(account_id uuid, type text, data jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: notifications have no insert grant. Nothing is written for an account that is gone or going: whoever deletes it
-- holds it, and would be waited for in a circle. What goes out only gets rows of its own, so nobody waits for that.
declare
  channels text[];
  group_key text;
  notification_id bigint;
  told jsonb := notify.data;
begin
  perform from public.accounts as a where a.id = notify.account_id for key share of a skip locked;
  if not found then
    return;
  end if;
  channels := private.notification_channels(notify.account_id, notify.type);
  select notify.data ->> t.grouped_by into group_key from public.notification_types as t where t.type = notify.type;
  if not found then
    raise exception 'there is no notification type %', notify.type using errcode = 'foreign_key_violation';
  end if;
  if 'in_app' = any (channels) then
    notification_id := private.write_notification(notify.account_id, notify.type, notify.data, group_key);
    if group_key is not null then
      select n.data into told from public.notifications as n where n.id = notification_id;
    end if;
  end if;
  if 'push' = any (channels) then
    perform private.queue_pushes(notify.account_id, notify.type, told, group_key, notification_id, false);
  end if;
  if 'email' = any (channels) then
    insert into private.notification_deliveries (account_id, channel, type, data, group_key, notification_id, due_at)
    values (
      notify.account_id, 'email', notify.type, told, group_key, notification_id,
      now() + make_interval(mins => (private.setting('notifications.email_delay_minutes') #>> '{}')::integer)
    );
  end if;
end;
$$;
comment on function private.notify is
  'Tells an account that something happened, by the channels that it has not switched off. Of a grouped type the row is held until the transaction ends: come last, and to several accounts in the order of their ids.';

create function private.read_grouped_notifications(account_id uuid, type text, group_key text)
returns integer
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions of the modules that a group is about, as when a conversation is read. What another transaction
  -- holds is being replaced, read, sent or deleted by it, and is not waited for.
  with waiting as (
    select d.id
    from private.notification_deliveries as d
    where d.account_id = read_grouped_notifications.account_id
      and d.type = read_grouped_notifications.type
      and d.group_key = read_grouped_notifications.group_key
      and d.attempts = 0
    for update skip locked
  ), dropped as (
    delete from private.notification_deliveries as d using waiting as w where d.id = w.id
  ), unread as (
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
comment on function private.read_grouped_notifications is
  'Marks the unread row of a group as read, drops what waits to be sent of it, and answers whether there was a row (1 or 0).';

insert into private.settings (key, value, description) values
  ('rate_limits.test_notifications_per_minute', '5', 'Test notifications of one account in a minute.');

create function private.send_test_notification()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: notifications have no insert grant. Goes past preferences and quiet hours, so that somebody who waits for it can tell
-- a missing token from a switched off type. Its pushes name no row: reading it meanwhile does not stop them.
declare
  caller uuid := private.account_id();
  data constant jsonb := '{"is_test": true}';
  devices integer;
begin
  perform private.limit_requests('test_notifications', caller::text);
  perform private.write_notification(caller, 'general', data, null);
  devices := private.queue_pushes(caller, 'general', data, null, null, true);
  if devices > 0 then
    perform private.post_to_function('notify');
  end if;
  return devices;
end;
$$;

create function public.send_test_notification()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.send_test_notification();
$$;
comment on function public.send_test_notification is
  'Sends the caller a notification to see whether pushes arrive, and answers to how many devices. Five a minute.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.send_test_notification(), public.send_test_notification() to authenticated;
