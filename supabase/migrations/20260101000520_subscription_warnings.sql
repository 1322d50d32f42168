-- Subscription warnings: that a subscription is about to end, and that it has.
-- Promises: each level is told once, a level that was slept through not at all; what renews by itself, or is followed by
-- another, warns of nothing.

set lock_timeout = '5s';
set statement_timeout = '60s';

insert into public.notification_types (type, description, is_emailed) values
  ('subscription_warning', 'A subscription of mine ends within a week, or within three days.', true),
  ('subscription_expired', 'A subscription of mine is over.', true);

create table private.subscription_warnings (
  subscription_id uuid not null references public.subscriptions (id) on delete cascade,
  level text not null,
  warned_at timestamptz not null default now(),
  primary key (subscription_id, level),
  constraint subscription_warnings_level_known check (level in ('warning', 'critical', 'expired'))
);
comment on table private.subscription_warnings is 'Which levels of which subscription were told.';

create function private.warn_subscriptions()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job.
declare
  warned integer;
begin
  with due as (
    insert into private.subscription_warnings (subscription_id, level)
    select s.id, l.level
    from public.subscriptions as s
    cross join lateral (
      select case when private.subscription_end(s) <= now() then 'expired' else private.warning_level(s) end as level
    ) as l
    -- Eight days cover the first level; what was over for a week is no news.
    where s.ended_at is null and s.started_at <= now()
      and s.expires_at between now() - interval '7 days' and now() + interval '8 days'
      and l.level is not null
      and not exists (select from private.subscription_warnings as w where w.subscription_id = s.id and w.level = l.level)
      and not private.is_followed(s)
    order by s.expires_at
    limit 1000
    on conflict on constraint subscription_warnings_pkey do nothing
    returning subscription_id, level
  ), told as (
    select private.notify(
      s.account_id, case d.level when 'expired' then 'subscription_expired' else 'subscription_warning' end,
      jsonb_strip_nulls(jsonb_build_object(
        'subscription_id', s.id,
        'product', s.product,
        'status', nullif(d.level, 'expired'),
        'days_remaining', case when d.level <> 'expired' then private.days_remaining(s) end
      ))
    )
    from due as d
    join public.subscriptions as s on s.id = d.subscription_id
  )
  select count(*) into warned from told;
  return warned;
end;
$$;

insert into private.jobs (name, every, description) values
  ('warn_subscriptions', '15 minutes', 'Tells subscribers once a level that a subscription ends or has ended.');
