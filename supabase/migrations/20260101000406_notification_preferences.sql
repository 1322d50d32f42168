-- What an account wants to be told, and when: by type and channel, quiet hours, a weekly digest.
-- Promises: a channel that is switched off gets nothing, also nothing that waits; quiet hours are by the clock of the account's
-- own time zone.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.notification_preferences (
  account_id uuid not null references public.accounts (id) on delete cascade,
  type text not null references public.notification_types (type) on delete cascade,
  channel text not null,
  is_enabled boolean not null,
  primary key (account_id, type, channel),
  constraint notification_preferences_channel_known check (channel in ('in_app', 'push', 'email'))
);
comment on table public.notification_preferences is
  'Channels of types that an account has switched on or off. Without a row in_app and push are on, and email is as the type says.';

create index notification_preferences_type_idx on public.notification_preferences (type);

create table public.notification_settings (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  quiet_from time,
  quiet_until time,
  time_zone text not null default 'UTC',
  digest text not null default 'off',
  updated_at timestamptz not null default now(),
  -- Both or none, over midnight too.
  constraint notification_settings_quiet_until_known check (
    (quiet_from is null) = (quiet_until is null) and quiet_from is distinct from coalesce(quiet_until, '24:00')
  ),
  constraint notification_settings_digest_known check (digest in ('off', 'weekly'))
);
comment on table public.notification_settings is 'When an account wants to be left alone, and whether it gets a mail a week. Without a row: never, and no.';
comment on column public.notification_settings.quiet_from is 'In these hours push and mail wait until they end.';
comment on column public.notification_settings.time_zone is 'Of the IANA database, such as Asia/Almaty.';
comment on column public.notification_settings.digest is 'weekly: a mail on Monday from 09:00 about what came in seven days and is unread.';

create index notification_settings_digest_idx on public.notification_settings (account_id) where digest = 'weekly';

create trigger notification_settings_touch_updated_at
  before update on public.notification_settings
  for each row execute function private.touch_updated_at();

select private.hide_estimates('public.notification_preferences');
select private.hide_estimates('public.notification_settings');

-- Preferences ---------------------------------------------------------------------------------------------------------

create function private.notification_channels(account_id uuid, type text)
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for whoever tells. The channels that are on.
  select coalesce(array_agg(c.channel), '{}')
  from public.notification_types as t
  cross join lateral (values ('in_app', true), ('push', true), ('email', t.is_emailed)) as c (channel, is_usual)
  left join public.notification_preferences as p
    on p.account_id = notification_channels.account_id and p.type = t.type and p.channel = c.channel
  where t.type = notification_channels.type and coalesce(p.is_enabled, c.is_usual);
$$;

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
  wrong jsonb;
begin
  if jsonb_typeof(preferences) is distinct from 'object' then
    perform private.raise_error('validation_failed', 400, 'Preferences are an object of type and choice.', '{"fields": {"preferences": "format"}}');
  end if;
  select jsonb_object_agg(w.field, w.rule) into wrong
  from (
    select p.key as field, 'known' as rule
    from jsonb_each(preferences) as p
    where jsonb_typeof(p.value) not in ('boolean', 'object')
      or not exists (select from public.notification_types as t where t.type = p.key)
    union all
    select p.key || '.' || c.key, 'known'
    from jsonb_each(preferences) as p
    cross join lateral jsonb_each(case jsonb_typeof(p.value) when 'object' then p.value else '{}' end) as c
    where c.key not in ('in_app', 'push', 'email') or jsonb_typeof(c.value) <> 'boolean'
  ) as w;
  if wrong is not null then
    perform private.raise_error(
      'validation_failed', 400, 'No such notification type or channel, or not true or false.', jsonb_build_object('fields', wrong)
    );
  end if;
  insert into public.notification_preferences (account_id, type, channel, is_enabled)
  select caller, p.key, c.channel, c.choice::boolean
  from jsonb_each(preferences) as p
  cross join lateral (
    select u.channel, p.value as choice
    from unnest(array['in_app', 'push', 'email']) as u (channel)
    where jsonb_typeof(p.value) = 'boolean'
    union all
    select e.key, e.value
    from jsonb_each(case jsonb_typeof(p.value) when 'object' then p.value else '{}' end) as e
  ) as c
  -- Two at once take the rows in one order.
  order by p.key, c.channel
  on conflict on constraint notification_preferences_pkey do update set is_enabled = excluded.is_enabled;
  -- What waits for a channel that is off now. What is being sent is not waited for.
  delete from private.notification_deliveries as d
  where d.id in (
    select w.id
    from private.notification_deliveries as w
    join public.notification_preferences as p on p.account_id = w.account_id and p.type = w.type and p.channel = w.channel
    where w.account_id = caller and not p.is_enabled and not w.is_urgent
    for update of w skip locked
  );
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
  'Switches types on or off, such as {"new_response": false, "new_message": {"push": false}}; what is not named stays as it is. Answers all rows of the caller.';

-- Settings ------------------------------------------------------------------------------------------------------------

create function private.set_notification_settings(quiet_from text, quiet_until text, time_zone text, digest text)
returns public.notification_settings
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: an upsert, which would need update on the key.
declare
  caller uuid := private.account_id();
  pattern constant text := '^([01][0-9]|2[0-3]):[0-5][0-9]$';
  wrong jsonb;
  settings public.notification_settings;
begin
  select jsonb_object_agg(w.field, w.rule) into wrong
  from (
    select 'quiet_from' as field, 'format' as rule where nullif(set_notification_settings.quiet_from, '') !~ pattern
    union all
    select 'quiet_until', 'format' where nullif(set_notification_settings.quiet_until, '') !~ pattern
    union all
    -- Of the list alone: Postgres takes much else for a time zone.
    select 'time_zone', 'known'
    where set_notification_settings.time_zone is not null and not exists (
      select from pg_catalog.pg_timezone_names as z
      where z.name = set_notification_settings.time_zone and z.name !~ '^(posix|right)/' and z.name not in ('Factory', 'localtime', 'posixrules')
    )
    union all
    select 'digest', 'known' where set_notification_settings.digest not in ('off', 'weekly')
  ) as w;
  if wrong is not null then
    perform private.raise_error(
      'validation_failed', 400, 'Quiet hours are written 22:00, a time zone Asia/Almaty, a digest off or weekly.',
      jsonb_build_object('fields', wrong)
    );
  end if;
  insert into public.notification_settings (account_id) values (caller) on conflict on constraint notification_settings_pkey do nothing;
  -- Locked before it is looked at: half of the quiet hours may come from another request.
  select s.* into settings from public.notification_settings as s where s.account_id = caller for update;
  settings.quiet_from := case
    when set_notification_settings.quiet_from is null then settings.quiet_from else nullif(set_notification_settings.quiet_from, '')::time
  end;
  settings.quiet_until := case
    when set_notification_settings.quiet_until is null then settings.quiet_until else nullif(set_notification_settings.quiet_until, '')::time
  end;
  if (settings.quiet_from is null) <> (settings.quiet_until is null) then
    perform private.raise_error(
      'validation_failed', 400, 'Quiet hours have a beginning and an end.',
      jsonb_build_object('fields', jsonb_build_object(case when settings.quiet_from is null then 'quiet_from' else 'quiet_until' end, 'required'))
    );
  end if;
  if settings.quiet_from = settings.quiet_until then
    perform private.raise_error('validation_failed', 400, 'Quiet hours end at another time.', '{"fields": {"quiet_until": "other"}}');
  end if;
  update public.notification_settings as s
  set quiet_from = settings.quiet_from,
    quiet_until = settings.quiet_until,
    time_zone = coalesce(set_notification_settings.time_zone, s.time_zone),
    digest = coalesce(set_notification_settings.digest, s.digest)
  where s.account_id = caller
  returning s.* into settings;
  return settings;
end;
$$;

create function public.set_notification_settings(
  quiet_from text default null,
  quiet_until text default null,
  time_zone text default null,
  digest text default null
)
returns public.notification_settings
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_notification_settings(quiet_from, quiet_until, time_zone, digest);
$$;
comment on function public.set_notification_settings is
  'Quiet hours (22:00, 08:00; an empty text for both ends them), the time zone that they are of, and the digest (off, weekly). What is not given stays.';

-- Hours ---------------------------------------------------------------------------------------------------------------

create function private.in_time_zone(moment timestamptz, time_zone text)
returns timestamp
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return moment at time zone time_zone;
-- A zone that a newer version of Postgres has no more stops nothing.
exception when invalid_parameter_value then
  return moment at time zone 'UTC';
end;
$$;

create function private.from_time_zone(clock timestamp, time_zone text)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return clock at time zone time_zone;
exception when invalid_parameter_value then
  return clock at time zone 'UTC';
end;
$$;

create function private.quiet_until(account_id uuid, moment timestamptz)
returns timestamptz
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for whoever sends. When the quiet hours that the moment is in end; null when it is in none.
declare
  settings public.notification_settings;
  clock timestamp;
  ends timestamp;
begin
  select s.* into settings
  from public.notification_settings as s
  where s.account_id = quiet_until.account_id and s.quiet_from is not null;
  if not found then
    return null;
  end if;
  clock := private.in_time_zone(moment, settings.time_zone);
  if settings.quiet_from < settings.quiet_until then
    if clock::time < settings.quiet_from or clock::time >= settings.quiet_until then
      return null;
    end if;
    ends := clock::date + settings.quiet_until;
  elsif clock::time >= settings.quiet_from then
    ends := clock::date + 1 + settings.quiet_until;
  elsif clock::time < settings.quiet_until then
    ends := clock::date + settings.quiet_until;
  else
    return null;
  end if;
  return greatest(private.from_time_zone(ends, settings.time_zone), moment + interval '1 minute');
end;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.notification_preferences, public.notification_settings to authenticated, service_role;

grant execute on function
  private.set_notification_preferences(jsonb), public.set_notification_preferences(jsonb),
  private.set_notification_settings(text, text, text, text), public.set_notification_settings(text, text, text, text)
to authenticated;

alter table public.notification_preferences enable row level security;
alter table public.notification_settings enable row level security;

create policy select_owner on public.notification_preferences for select to authenticated
  using (account_id = (select auth.uid()));

create policy select_owner on public.notification_settings for select to authenticated
  using (account_id = (select auth.uid()));
