-- Notify claims: what the function `notify` takes of the outbox, and when; the weekly digest.
-- Promises: what was read, switched off or is of an account that may do nothing is not sent; of what waits for the same, one is sent
-- that counts; a digest is sent once a Monday.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Taking what is due --------------------------------------------------------------------------------------------------

create function private.sendable_data(data jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  -- What others may carry: ids and states. Amounts, words and whatever a module adds stay here.
  select coalesce(jsonb_object_agg(d.key, d.value), '{}')
  from jsonb_each(data) as d
  where (
      d.key ~ '^[a-z_]{1,30}_id$'
      or d.key in ('status', 'casting_status', 'action', 'entity_type', 'role', 'step', 'profile', 'product', 'purpose', 'days_remaining', 'count', 'is_test')
    )
    and jsonb_typeof(d.value) in ('string', 'number', 'boolean')
    and d.value #>> '{}' ~ '^[A-Za-z0-9_-]{1,64}$';
$$;

create function private.digest_of(account_id uuid)
returns table (count integer, items jsonb)
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the notify function. What came in seven days and is unread: how many, to 1,000, and the newest ten. Names are
-- those of …879_notification_names.sql, after all that have them.
begin
  return query
    with unread as (
      select n.id, n.type, n.data
      from public.notifications as n
      where n.account_id = digest_of.account_id and n.read_at is null and n.created_at > now() - interval '7 days'
      order by n.id desc
      limit 1000
    )
    select
      (select count(*)::integer from unread),
      (
        select jsonb_agg(
          jsonb_build_object(
            'type', u.type,
            'data', private.sendable_data(u.data),
            'count', coalesce((u.data ->> 'count')::integer, 1),
            'names', private.notification_names(digest_of.account_id, u.data)
          ) order by u.id desc
        )
        from (select * from unread as r order by r.id desc limit 10) as u
      );
end;
$$;

create function private.address_of(account_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads auth.users. Of an account that may be written to, and an address that is known to be its own.
  select u.email
  from auth.users as u
  where u.id = address_of.account_id and u.email_confirmed_at is not null and private.is_active_account(u.id);
$$;

create function private.is_worth_sending(delivery private.notification_deliveries)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads what the notify function may not. Somebody may get it, and has not read it. A group's row is another with
  -- each event, so it is the group that is asked: else a stream of them would put its own push off for ever.
  select case delivery.channel
      when 'email' then private.address_of(delivery.account_id) is not null
      else private.is_active_account(delivery.account_id)
        and exists (select from public.devices as d where d.id = delivery.device_id and d.account_id = delivery.account_id)
    end
    and (
      delivery.notification_id is null
      or (
        delivery.group_key is null
        and exists (select from public.notifications as n where n.id = delivery.notification_id and n.read_at is null)
      )
      or exists (
        select from public.notifications as n
        where n.account_id = delivery.account_id and n.type = delivery.type and n.group_key = delivery.group_key and n.read_at is null
      )
    )
    and (
      delivery.type <> 'weekly_digest'
      or exists (
        select from public.notifications as n
        where n.account_id = delivery.account_id and n.read_at is null and n.created_at > now() - interval '7 days'
      )
    );
$$;

create function private.take_due_deliveries(batch integer, channels text[])
returns bigint[]
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the notify function alone.
declare
  due bigint[];
  others bigint[];
  merged bigint[];
begin
  -- One taker after the other: what waits for the same is one.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('notification_deliveries', 0));
  -- A channel that is not set up gets its turn again, and costs nobody theirs.
  update private.notification_deliveries as d
  set due_at = now() + interval '15 minutes', last_error = 'not configured'
  where d.id in (
    select f.id
    from unnest(array['push', 'email']) as c (channel)
    cross join lateral (
      select q.id from private.notification_deliveries as q
      where q.channel = c.channel and q.dead_at is null and q.due_at <= now()
      order by q.due_at, q.id
      limit 1000
      for update skip locked
    ) as f
    where c.channel <> all (take_due_deliveries.channels)
  );
  due := array(
    select f.id
    from unnest(take_due_deliveries.channels) as c (channel)
    cross join lateral (
      select q.id, q.due_at from private.notification_deliveries as q
      where q.channel = c.channel and q.dead_at is null and q.due_at <= now()
      order by q.due_at, q.id
      limit least(greatest(take_due_deliveries.batch, 1), 100)
      for update skip locked
    ) as f
    order by f.due_at, f.id
    limit least(greatest(take_due_deliveries.batch, 1), 100)
  );
  -- Whoever took it last has not said how it ended.
  update private.notification_deliveries as d
  set dead_at = now(), last_error = coalesce(d.last_error, 'The function ended without saying what became of it.')
  where d.id = any (due) and d.attempts >= (private.setting('notifications.attempts') #>> '{}')::integer;
  others := array(
    select w.id
    from (
      select distinct q.account_id, q.channel, q.device_id, q.type, q.group_key
      from private.notification_deliveries as q
      where q.id = any (due) and q.attempts = 0 and not q.is_urgent
    ) as k
    join private.notification_deliveries as w on w.account_id = k.account_id and w.channel = k.channel and w.type = k.type
    where w.device_id is not distinct from k.device_id
      and w.group_key is not distinct from k.group_key
      and w.attempts = 0 and not w.is_urgent and w.dead_at is null and w.id <> all (due)
    for update of w skip locked
  );
  delete from private.notification_deliveries as d
  where d.id = any (due || others) and d.dead_at is null and not private.is_worth_sending(d);
  update private.notification_deliveries as d
  set due_at = q.quiet_until
  from (
    select w.id, private.quiet_until(w.account_id, now()) as quiet_until
    from private.notification_deliveries as w
    where w.id = any (due || others) and not w.is_urgent
  ) as q
  where d.id = q.id and q.quiet_until is not null;
  -- Those that were never tried become the newest of them, once one is due.
  with groups as (
    select max(d.id) as id, array_agg(d.id) as ids, sum(d.count)::integer as count
    from private.notification_deliveries as d
    where d.id = any (due || others) and d.attempts = 0 and not d.is_urgent
    group by d.account_id, d.channel, d.device_id, d.type, d.group_key
    having min(d.due_at) <= now()
  ), gone as (
    delete from private.notification_deliveries as d using groups as g where d.id = any (g.ids) and d.id <> g.id
  ), kept as (
    update private.notification_deliveries as d set count = g.count, due_at = now() from groups as g where d.id = g.id returning d.id
  )
  select coalesce(array_agg(k.id), '{}') into merged from kept as k;
  with taken as (
    update private.notification_deliveries as d
    -- As long as the function may take, and more.
    set attempts = d.attempts + 1, due_at = now() + interval '5 minutes'
    where d.id = any (due || merged) and d.due_at <= now() and d.dead_at is null
    returning d.id
  )
  select coalesce(array_agg(t.id), '{}') into due from taken as t;
  return due;
end;
$$;

create function private.is_notify_wanted()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for the job, and for whoever ticks in its place.
  select exists (select from private.notification_deliveries as d where d.channel = 'push' and d.dead_at is null and d.due_at <= now())
    or exists (select from private.notification_deliveries as d where d.channel = 'email' and d.dead_at is null and d.due_at <= now());
$$;

create function private.claim_notification_deliveries(batch integer, channels text[])
returns table (
  id bigint,
  attempt integer,
  channel text,
  device_id uuid,
  token text,
  address text,
  locale text,
  type text,
  group_key text,
  notification_id bigint,
  data jsonb,
  count integer,
  names jsonb,
  items jsonb,
  claimed_at timestamptz,
  created_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the notify function alone, which has no other way to addresses and tokens. Of a group the row counts, also
-- what was pushed before and not read.
declare
  taken bigint[];
begin
  -- Where none of a batch is worth sending, the next one may be.
  for turn in 1..10 loop
    taken := private.take_due_deliveries(batch, channels);
    exit when cardinality(taken) > 0 or not private.is_notify_wanted();
  end loop;
  return query
    select
      d.id, d.attempts, d.channel, d.device_id, v.token, case d.channel when 'email' then private.address_of(d.account_id) end,
      l.locale, d.type, d.group_key, d.notification_id, private.sendable_data(d.data),
      coalesce(g.count, greatest(d.count, coalesce((d.data ->> 'count')::integer, 1))),
      private.notification_names(d.account_id, d.data), g.items, now(), d.created_at
    from private.notification_deliveries as d
    join public.account_details as l on l.account_id = d.account_id
    left join public.devices as v on v.id = d.device_id
    left join lateral (select * from private.digest_of(d.account_id) where d.type = 'weekly_digest') as g on true
    where d.id = any (taken)
    order by d.id;
end;
$$;

create function public.claim_notification_deliveries(batch integer default 20, channels text[] default '{push,email}')
returns table (
  id bigint,
  attempt integer,
  channel text,
  device_id uuid,
  token text,
  address text,
  locale text,
  type text,
  group_key text,
  notification_id bigint,
  data jsonb,
  count integer,
  names jsonb,
  items jsonb,
  claimed_at timestamptz,
  created_at timestamptz
)
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.claim_notification_deliveries(batch, channels);
$$;
comment on function public.claim_notification_deliveries is
  'Service only: takes up to `batch` (1-100) pushes and mails that are due, for five minutes. What is due of other channels waits for a quarter of an hour.';

create function private.call_notify()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  select private.post_to_function('notify') where private.is_notify_wanted();
$$;

-- The weekly digest ---------------------------------------------------------------------------------------------------

create table private.notification_digests (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  monday date not null
);
comment on table private.notification_digests is 'The last Monday, by the account''s own clock, that its digest was for.';

create function private.queue_weekly_digests(moment timestamptz default now())
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. A thousand accounts a run; two runs at once note a Monday once, and only who notes it queues a mail.
declare
  queued integer;
begin
  with asked as (
    select s.account_id, private.in_time_zone(queue_weekly_digests.moment, s.time_zone) as clock
    from public.notification_settings as s
    where s.digest = 'weekly'
  ), due as (
    select q.account_id, q.clock::date as monday
    from asked as q
    left join private.notification_digests as g on g.account_id = q.account_id
    where extract(isodow from q.clock) = 1 and extract(hour from q.clock) >= 9 and coalesce(g.monday < q.clock::date, true)
    limit 1000
  ), present as (
    -- Who is leaving is not waited for.
    select a.id, d.monday from due as d join public.accounts as a on a.id = d.account_id order by a.id for key share of a skip locked
  ), noted as (
    insert into private.notification_digests as g (account_id, monday)
    select p.id, p.monday from present as p
    on conflict on constraint notification_digests_pkey do update set monday = excluded.monday where g.monday < excluded.monday
    returning g.account_id
  ), sent as (
    insert into private.notification_deliveries (account_id, channel, type, due_at)
    select n.account_id, 'email', 'weekly_digest', now()
    from noted as n
    where exists (
      select from public.notifications as u
      where u.account_id = n.account_id and u.read_at is null and u.created_at > queue_weekly_digests.moment - interval '7 days'
    )
    returning 1
  )
  select count(*)::integer into queued from sent;
  return queued;
end;
$$;

insert into private.jobs (name, every, description) values
  ('call_notify', '5 seconds', 'Has the notify function send the pushes and mails that are due.'),
  ('queue_weekly_digests', '5 minutes', 'Queues the weekly digest of accounts whose Monday morning it is.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.claim_notification_deliveries(integer, text[]), public.claim_notification_deliveries(integer, text[])
to service_role;
