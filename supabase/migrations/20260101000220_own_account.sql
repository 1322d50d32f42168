-- One's own account: username, details, deletion, devices.
-- Promises: whoever leaves takes everything personal along, files too; a push token belongs to one account at a time.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- One's own account ---------------------------------------------------------------------------------------------------

create function private.set_username(username text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: username is in no column grant, for a refused update would tell, uncounted, that somebody has it.
begin
  perform private.limit_requests('account_checks', private.account_id()::text);
  if set_username.username is null or set_username.username !~ '^[A-Za-z0-9_]{3,150}$' then
    perform private.raise_error(
      'validation_failed', 400, 'A username has 3 to 150 letters, digits or underscores.', '{"fields": {"username": "format"}}'
    );
  end if;
  begin
    update public.accounts as a set username = set_username.username where a.id = auth.uid();
  exception when unique_violation then
    perform private.answer_status(409);
  end;
end;
$$;

create function public.set_username(username text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_username(username);
$$;
comment on function public.set_username is
  'Chooses or changes the caller''s username. Status 204: it is theirs; 409: somebody has it. Five tries a minute.';

create function private.end_verification()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  new.is_verified := false;
  return new;
end;
$$;

-- It was another name that an admin verified.
create trigger accounts_end_verification
  before update of username, first_name, last_name on public.accounts
  for each row
  when (
    old.is_verified
    and (old.username, old.first_name, old.last_name) is distinct from (new.username, new.first_name, new.last_name)
  )
  execute function private.end_verification();

create trigger accounts_touch_updated_at
  before update on public.accounts
  for each row execute function private.touch_updated_at();

create trigger accounts_forget_avatar
  after update of avatar_path on public.accounts
  for each row
  when (old.avatar_path is distinct from new.avatar_path and old.avatar_path is not null)
  execute function private.forget_object('avatars', 'avatar_path');

create trigger account_details_touch_updated_at
  before update on public.account_details
  for each row execute function private.touch_updated_at();

create function public.update_account(
  first_name text default null,
  last_name text default null,
  avatar_path text default null,
  bio text default null,
  phone text default null,
  city text default null,
  country text default null,
  locale text default null
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  caller uuid := private.account_id();
begin
  update public.accounts as a
  set
    first_name = case when update_account.first_name is null then a.first_name else nullif(update_account.first_name, '') end,
    last_name = case when update_account.last_name is null then a.last_name else nullif(update_account.last_name, '') end,
    avatar_path = case when update_account.avatar_path is null then a.avatar_path else nullif(update_account.avatar_path, '') end,
    bio = case when update_account.bio is null then a.bio else nullif(update_account.bio, '') end,
    city = case when update_account.city is null then a.city else nullif(update_account.city, '') end,
    country = case when update_account.country is null then a.country else nullif(update_account.country, '') end
  where a.id = caller
    and num_nonnulls(
      update_account.first_name, update_account.last_name, update_account.avatar_path,
      update_account.bio, update_account.city, update_account.country
    ) > 0;
  update public.account_details as d
  set
    phone = case when update_account.phone is null then d.phone else nullif(update_account.phone, '') end,
    locale = coalesce(update_account.locale, d.locale)
  where d.account_id = caller and num_nonnulls(update_account.phone, update_account.locale) > 0;
end;
$$;
comment on function public.update_account is
  'Changes the caller''s own account in one go. What is not given stays as it is; an empty text clears the field (not locale).';

create function private.delete_account(password text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: compares the password with Auth's and deletes the user. A wrong one is an answer, not an error: an error would
-- roll back the count of tries.
declare
  caller uuid := private.account_id();
  budget record;
begin
  select * into budget from private.requests_left('password_checks', caller::text);
  if budget.remaining < 0 then
    perform private.raise_error(
      'rate_limit_exceeded', 429, 'Too many tries. Try again later.', jsonb_build_object('retry_after', budget.retry_after)
    );
  end if;
  if not exists (
    select from auth.users as u
    where u.id = caller and u.encrypted_password = extensions.crypt(delete_account.password, nullif(u.encrypted_password, ''))
  ) then
    perform private.answer_status(403);
    return;
  end if;
  perform private.audit('account.delete', 'account', caller::text);
  delete from auth.users as u where u.id = caller;
end;
$$;

create function public.delete_account(password text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.delete_account(password);
$$;
comment on function public.delete_account is
  'Deletes the caller''s account with all personal data and files. Status 204: deleted; 403: the password is wrong. Five tries a minute.';

create function private.leave_one_by_one()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('account.delete', 0));
  return null;
end;
$$;

-- A trigger of the statement, which comes before the account is locked. What two have together is written when one of them
-- leaves, and names the other: two who hold themselves and wait for what they share would wait in a circle.
create trigger accounts_leave_one_by_one
  before delete on public.accounts
  for each statement execute function private.leave_one_by_one();

create function private.forget_files()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: whoever deletes the account (its owner, an admin in Studio), its files go with it.
begin
  perform private.queue_object_deletions(null, old.id::text || '/%');
  return old;
end;
$$;

create trigger accounts_forget_files
  before delete on public.accounts
  for each row execute function private.forget_files();

-- Devices -------------------------------------------------------------------------------------------------------------

create table public.devices (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  token text not null,
  platform text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  constraint devices_token_key unique (token),
  constraint devices_token_length check (length(token) between 8 and 2000 and token ~ '^[!-~]+$'),
  constraint devices_platform_known check (platform in ('android', 'ios', 'web'))
);
comment on table public.devices is 'Push tokens (FCM). A token belongs to one account at a time: the one that registered it last.';

create index devices_account_id_idx on public.devices (account_id);

select private.hide_estimates('public.devices');

create function private.register_device(token text, platform text)
returns public.devices
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: takes the token away from the account that had it before.
declare
  device public.devices;
begin
  delete from public.devices as d where d.token = register_device.token and d.account_id <> private.account_id();
  insert into public.devices (account_id, token, platform)
  values (private.account_id(), register_device.token, register_device.platform)
  on conflict on constraint devices_token_key do update
    set account_id = excluded.account_id, platform = excluded.platform, last_seen_at = now()
  returning * into device;
  return device;
exception when check_violation or not_null_violation then
  perform private.raise_error(
    'validation_failed', 400, 'A device has a token of 8 to 2000 characters and a platform: android, ios or web.',
    jsonb_build_object('fields', jsonb_build_object(
      case when register_device.platform in ('android', 'ios', 'web') then 'token' else 'platform' end,
      case when register_device.platform in ('android', 'ios', 'web') then 'length' else 'known' end
    ))
  );
end;
$$;

create function public.register_device(token text, platform text)
returns public.devices
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.register_device(token, platform);
$$;
comment on function public.register_device is 'Registers this device''s push token with the caller; another account that had it loses it. platform: android, ios or web.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.devices to authenticated;

grant select on public.devices to service_role;

grant delete on public.devices to authenticated;

grant execute on function
  private.set_username(text),
  public.set_username(text),
  public.update_account(text, text, text, text, text, text, text, text),
  private.delete_account(text),
  public.delete_account(text),
  private.register_device(text, text),
  public.register_device(text, text)
to authenticated;

alter table public.devices enable row level security;

create policy select_owner on public.devices for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.devices for delete to authenticated
  using (account_id = (select auth.uid()));
