-- Accounts: the people, their roles and devices.
-- An account exists from the moment its email address is confirmed (a trigger on auth.users makes it) until it is
-- deleted. `accounts` holds what others may see, `account_details` what only the owner sees.
-- Promises: usernames are unique without regard to case; nobody gives themselves a role outside the open list or two
-- roles that exclude each other; accounts that are candidates alone stand in no directory.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.accounts (
  id uuid primary key references auth.users (id) on delete cascade,
  username text,
  first_name text,
  last_name text,
  full_name text generated always as (nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')) stored,
  avatar_path text,
  bio text,
  city text,
  country text,
  is_verified boolean not null default false,
  is_listed boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint accounts_username_format check (username ~ '^[A-Za-z0-9_]{3,150}$'),
  constraint accounts_first_name_length check (private.is_clean_text(first_name, 1, 100)),
  constraint accounts_last_name_length check (private.is_clean_text(last_name, 1, 100)),
  constraint accounts_avatar_path_own check (private.is_object_path(avatar_path, id)),
  constraint accounts_bio_length check (private.is_clean_text(bio, 1, 2000)),
  constraint accounts_city_length check (private.is_clean_text(city, 1, 100)),
  constraint accounts_country_length check (private.is_clean_text(country, 1, 100))
);
comment on table public.accounts is 'What others may see of a person. Accounts of candidates alone are seen by themselves only.';
comment on column public.accounts.username is '3-150 letters, digits or underscores, unique without regard to case; null until chosen.';
comment on column public.accounts.avatar_path is 'Path in the bucket `avatars`, below the account''s own folder.';
comment on column public.accounts.is_verified is 'Set by an admin.';
comment on column public.accounts.is_listed is 'Stands in the directory: has a role other than candidate and admin, and is not suspended. Kept by triggers.';

create unique index accounts_username_key on public.accounts (lower(username));
create index accounts_avatar_path_idx on public.accounts (avatar_path) where avatar_path is not null;
create index accounts_directory_idx on public.accounts (created_at desc, id desc) where is_listed;
create index accounts_city_idx on public.accounts (lower(city), created_at desc, id desc) where is_listed;
create index accounts_search_idx on public.accounts
  using gin ((coalesce(username, '') || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '')) extensions.gin_trgm_ops)
  where is_listed;

create table public.account_details (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  phone text,
  locale text not null default 'en',
  updated_at timestamptz not null default now(),
  constraint account_details_phone_format check (phone ~ '^\+?[0-9][0-9 ()-]{4,24}$'),
  constraint account_details_locale_known check (locale in ('en', 'ru', 'kk'))
);
comment on table public.account_details is 'What only the owner of an account sees.';
comment on column public.account_details.locale is 'Language of mails and notifications: en, ru or kk.';

create table public.account_roles (
  account_id uuid not null references public.accounts (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (account_id, role),
  constraint account_roles_role_known check (
    role in ('model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator', 'admin')
  )
);
comment on table public.account_roles is
  'Candidate and recruiter exclude each other, as do model, employer and agency. Roles are added by add_role, never given up alone.';

create index account_roles_role_idx on public.account_roles (role, account_id);
create unique index account_roles_hiring_key on public.account_roles (account_id) where role in ('candidate', 'recruiter');
create unique index account_roles_casting_key on public.account_roles (account_id) where role in ('model', 'employer', 'agency');

select private.hide_estimates('public.accounts');
select private.hide_estimates('public.account_details');
select private.hide_estimates('public.account_roles');

-- Roles ---------------------------------------------------------------------------------------------------------------

create function private.has_role(variadic roles text[])
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: policies ask this without reading account_roles through its own policy.
  select exists (
    select from public.account_roles as r
    where r.account_id = auth.uid() and r.role = any (roles)
  );
$$;
comment on function private.has_role is 'True when the caller has one of these roles.';

create function private.require_role(variadic roles text[])
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. Answers the caller's id.
begin
  if not private.has_role(variadic roles) then
    perform private.account_id();
    perform private.raise_error(
      'permission_denied', 403, 'This needs another role.', jsonb_build_object('roles', to_jsonb(roles))
    );
  end if;
  return auth.uid();
end;
$$;

create function private.lock_accounts(variadic ids uuid[])
returns uuid[]
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions that write what belongs to several. Those of them that there are: whoever deletes one waits for
  -- the end of the transaction. Locked before anything else, as their deletion locks them first.
  select coalesce(array_agg(l.id), '{}')
  from (
    select a.id from public.accounts as a where a.id = any (lock_accounts.ids) order by a.id for key share
  ) as l;
$$;

create function private.lock_profile(account_id uuid, role text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for what counts in a profile of a role. One after the other until the end of the transaction, also where the
  -- profile is only being made and has no row to lock. After everything else; of several, by account.
  select pg_advisory_xact_lock(hashtextextended(format('profile %s %s', lock_profile.role, lock_profile.account_id), 0))
  where lock_profile.account_id is not null;
$$;

create function private.user_type(roles text[])
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when 'client' = any (roles) and 'freelancer' = any (roles) then 'both'
    when 'client' = any (roles) then 'client'
    when 'freelancer' = any (roles) then 'freelancer'
  end;
$$;
comment on function private.user_type is 'client, freelancer or both; null without either role.';

create function private.list_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: is_listed is in nobody's column grants. Writes only what changes: updated_at would tell everybody when somebody
-- became a candidate too.
declare
  changed uuid := coalesce(new.account_id, old.account_id);
  listed boolean := exists (
    select from public.account_roles as r
    where r.account_id = changed and r.role not in ('candidate', 'admin')
  ) and not exists (select from private.suspensions as s where s.account_id = changed);
begin
  update public.accounts as a set is_listed = listed where a.id = changed and a.is_listed <> listed;
  return null;
end;
$$;

create trigger account_roles_list_account
  after insert or delete on public.account_roles
  for each row execute function private.list_account();

create trigger suspensions_list_account
  after insert or delete on private.suspensions
  for each row execute function private.list_account();

create function private.add_role(role text)
returns text[]
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: account_roles has no insert grant.
declare
  caller uuid := private.account_id();
begin
  if add_role.role is null
    or add_role.role not in ('model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator') then
    perform private.raise_error(
      'validation_failed', 400, 'No such role.', '{"fields": {"role": "known"}}'
    );
  end if;
  if exists (select from public.account_roles as r where r.account_id = caller and r.role = add_role.role) then
    return (select array_agg(r.role order by r.created_at, r.role) from public.account_roles as r where r.account_id = caller);
  end if;
  begin
    insert into public.account_roles (account_id, role) values (caller, add_role.role) on conflict on constraint account_roles_pkey do nothing;
  exception when unique_violation then
    perform private.raise_error('role_conflict', 409, 'This role and a role of yours exclude each other.');
  end;
  perform private.audit('account.add_role', 'account', caller::text, jsonb_build_object('role', add_role.role));
  return (select array_agg(r.role order by r.created_at, r.role) from public.account_roles as r where r.account_id = caller);
end;
$$;

create function public.add_role(role text)
returns text[]
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_role(role);
$$;
comment on function public.add_role is
  'Adds a role to the caller and answers all of them. role_conflict (409) when it and another exclude each other; asking twice changes nothing.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.accounts, public.account_details, public.account_roles to authenticated;

grant select on public.accounts, public.account_details, public.account_roles to service_role;

grant update (first_name, last_name, avatar_path, bio, city, country) on public.accounts to authenticated;

grant update (phone, locale) on public.account_details to authenticated;

grant execute on function private.has_role(text[]) to anon, authenticated, service_role;

grant execute on function private.add_role(text), public.add_role(text) to authenticated;

-- Who else reads an account is the directory's matter.
alter table public.accounts enable row level security;

alter table public.account_details enable row level security;

alter table public.account_roles enable row level security;

create policy update_owner on public.accounts for update to authenticated
  using (id = (select auth.uid()))
  with check (id = (select auth.uid()));

create policy select_owner on public.account_details for select to authenticated
  using (account_id = (select auth.uid()));

create policy update_owner on public.account_details for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy select_owner on public.account_roles for select to authenticated
  using (account_id = (select auth.uid()));
