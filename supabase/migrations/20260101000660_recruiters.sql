-- Recruiters: who hires candidates, for which company, and whether an admin has verified it.
-- A company is an organization, which several recruiters may share: its first recruiter makes it, others join as members.
-- Promises: nobody is verified before an admin has done it; a verification ends when the company or the recruiter is
-- renamed, and when the recruiter leaves the company.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.recruiter_profiles (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  organization_id uuid references public.organizations (id) on delete set null,
  full_name text not null,
  designation text not null,
  phone text not null,
  total_spent bigint not null default 0,
  is_verified boolean not null default false,
  rejection_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint recruiter_profiles_full_name_length check (private.is_clean_text(full_name, 1, 200)),
  constraint recruiter_profiles_designation_length check (private.is_clean_text(designation, 1, 200)),
  constraint recruiter_profiles_phone_format check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  constraint recruiter_profiles_total_spent_positive check (total_spent >= 0)
);
comment on table public.recruiter_profiles is 'Recruiters, read by themselves. Made by create_recruiter, which makes the company too.';
comment on column public.recruiter_profiles.phone is 'International, such as +919876543210.';
comment on column public.recruiter_profiles.total_spent is 'Credits spent on unlocks, less refunds; kept by the hiring module.';
comment on column public.recruiter_profiles.rejection_reason is 'Why an admin did not verify the recruiter; null while nobody has refused.';

create index recruiter_profiles_organization_id_idx on public.recruiter_profiles (organization_id);

select private.hide_estimates('public.recruiter_profiles');

create trigger recruiter_profiles_touch_updated_at
  before update of full_name, designation, phone, organization_id on public.recruiter_profiles
  for each row execute function private.touch_updated_at();

-- Verification --------------------------------------------------------------------------------------------------------

create trigger recruiter_profiles_end_verification
  before update of full_name, organization_id on public.recruiter_profiles
  for each row
  when (
    old.is_verified
    and (old.full_name, old.organization_id) is distinct from (new.full_name, new.organization_id)
  )
  execute function private.end_verification();

create function private.end_verifications_of_company()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: is_verified is in no column grant.
begin
  perform from public.recruiter_profiles as r
  where r.organization_id = new.id and r.is_verified order by r.account_id for no key update;
  update public.recruiter_profiles as r set is_verified = false where r.organization_id = new.id and r.is_verified;
  return null;
end;
$$;

create trigger organizations_end_verifications
  after update of name on public.organizations
  for each row
  when (old.name is distinct from new.name)
  execute function private.end_verifications_of_company();

create function private.leave_company()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  update public.recruiter_profiles as r
  set organization_id = null
  where r.account_id = old.account_id and r.organization_id = old.organization_id;
  return null;
end;
$$;

create trigger organization_members_leave_company
  after delete on public.organization_members
  for each row execute function private.leave_company();

create function private.verify_recruiter(account_id uuid, company_name text default null)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only. What is renamed meanwhile waits, and ends the verification then.
begin
  perform from public.organizations as o
  where o.id = (select r.organization_id from public.recruiter_profiles as r where r.account_id = verify_recruiter.account_id)
  for share;
  if verify_recruiter.company_name is not null and not exists (
    select from public.recruiter_profiles as r
    join public.organizations as o on o.id = r.organization_id
    where r.account_id = verify_recruiter.account_id and o.name = verify_recruiter.company_name
  ) then
    raise exception 'the company of % is not called %', verify_recruiter.account_id, verify_recruiter.company_name
      using errcode = 'invalid_parameter_value';
  end if;
  update public.recruiter_profiles as r
  set is_verified = true, rejection_reason = null
  where r.account_id = verify_recruiter.account_id and r.organization_id is not null;
  if not found then
    raise exception 'there is no recruiter % with a company', verify_recruiter.account_id using errcode = 'no_data_found';
  end if;
  perform private.tell_of_verification(verify_recruiter.account_id, 'recruiter', 'verified');
end;
$$;
comment on function private.verify_recruiter is 'For admins: this recruiter may search and unlock candidates; they are told. company_name: what the admin has looked at; refused when it is another by now.';

create function private.reject_recruiter(account_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  update public.recruiter_profiles as r
  set is_verified = false, rejection_reason = reject_recruiter.reason
  where r.account_id = reject_recruiter.account_id;
  if not found then
    raise exception 'there is no recruiter %', reject_recruiter.account_id using errcode = 'no_data_found';
  end if;
  perform private.tell_of_verification(reject_recruiter.account_id, 'recruiter', 'rejected');
end;
$$;
comment on function private.reject_recruiter is 'For admins: not verified, with a reason that the recruiter reads.';

-- Writing and reading -------------------------------------------------------------------------------------------------

create type public.recruiter_profile as (
  account_id uuid,
  full_name text,
  designation text,
  phone text,
  organization_id uuid,
  company_name text,
  company_website text,
  company_size text,
  total_spent bigint,
  is_verified boolean,
  rejection_reason text,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.recruiter_profile is 'A recruiter with the company they hire for.';

create function public.my_recruiter()
returns setof public.recruiter_profile
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select r.account_id, r.full_name, r.designation, r.phone, r.organization_id, o.name, o.website, o.size, r.total_spent,
    r.is_verified, r.rejection_reason, r.created_at, r.updated_at
  from public.recruiter_profiles as r
  left join public.organizations as o on o.id = r.organization_id
  where r.account_id = (select private.account_id());
$$;
comment on function public.my_recruiter is 'The caller''s own recruiter profile; no row when there is none.';

create function private.check_recruiter(
  full_name text,
  designation text,
  phone text,
  company_name text,
  company_website text,
  company_size text
)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Every wrong field at once; what is null is not looked at.
declare
  problems jsonb := jsonb_strip_nulls(jsonb_build_object(
    'full_name', case when not private.is_clean_text(full_name, 1, 200) then 'length' end,
    'designation', case when not private.is_clean_text(designation, 1, 200) then 'length' end,
    'phone', case when phone !~ '^\+[1-9][0-9]{6,14}$' then 'format' end,
    'company_name', case when not private.is_clean_text(company_name, 1, 200) then 'length' end,
    'company_website', case when not private.is_web_url(company_website) then 'format' end,
    'company_size', case when company_size not in ('1-10', '10-50', '50-100', '100-500', '500+') then 'known' end
  ));
begin
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The profile has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
end;
$$;

create function private.lock_own_membership(organization_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: keeps the caller in the organization until the row that names it is written.
begin
  perform from public.organization_members as m
  where m.organization_id = lock_own_membership.organization_id and m.account_id = private.account_id()
  for key share;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such organization of yours.');
  end if;
end;
$$;

create function private.require_company_size(organization_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Of an organization nobody asked for the size; a recruiter's company has one.
begin
  if exists (select from public.organizations as o where o.id = require_company_size.organization_id and o.size is null) then
    perform private.raise_error(
      'validation_failed', 400, 'The company has no size yet: its owner or an admin gives one.',
      '{"fields": {"company_size": "required"}}'
    );
  end if;
end;
$$;

create function private.create_recruiter(
  full_name text,
  designation text,
  phone text,
  company_name text,
  company_website text,
  company_size text,
  organization_id uuid
)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: makes profile and company in one go.
declare
  caller uuid := private.require_role('recruiter');
  company uuid := organization_id;
  missing jsonb := jsonb_strip_nulls(jsonb_build_object(
    'full_name', case when full_name is null then 'required' end,
    'designation', case when designation is null then 'required' end,
    'phone', case when phone is null then 'required' end,
    'company_name', case when organization_id is null and company_name is null then 'required' end,
    'company_size', case when organization_id is null and company_size is null then 'required' end,
    'organization_id', case
      when organization_id is not null and num_nonnulls(company_name, company_website) > 0 then 'conflict'
    end
  ));
begin
  if missing <> '{}' then
    perform private.raise_error(
      'validation_failed', 400, 'Name a company, or the organization you belong to.', jsonb_build_object('fields', missing)
    );
  end if;
  perform private.check_recruiter(full_name, designation, phone, company_name, company_website, company_size);
  if exists (select from public.recruiter_profiles as r where r.account_id = caller) then
    perform private.raise_error('duplicate', 409, 'You have a recruiter profile.');
  end if;
  if company is null then
    insert into public.organizations (owner_id, kind, name, website, size)
    values (caller, 'company', company_name, company_website, company_size)
    returning id into company;
  else
    perform private.lock_own_membership(company);
    if company_size is null then
      perform private.require_company_size(company);
    else
      perform private.require_manager(company);
      update public.organizations as o set size = company_size where o.id = company;
    end if;
  end if;
  insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone)
  values (caller, company, create_recruiter.full_name, create_recruiter.designation, create_recruiter.phone);
exception when unique_violation then
  perform private.raise_error('duplicate', 409, 'You have a recruiter profile.');
end;
$$;

create function public.create_recruiter(
  full_name text,
  designation text,
  phone text,
  company_name text default null,
  company_website text default null,
  company_size text default null,
  organization_id uuid default null
)
returns setof public.recruiter_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.create_recruiter(full_name, designation, phone, company_name, company_website, company_size, organization_id);
  return query select * from public.my_recruiter();
end;
$$;
comment on function public.create_recruiter is
  'Recruiters only, once: makes the profile, and the company unless organization_id names one the caller belongs to; company_size may come with it from its owner and admins, and must where it has none. company_size: 1-10, 10-50, 50-100, 100-500 or 500+. Not verified until an admin does it.';

create function private.update_recruiter(
  full_name text,
  designation text,
  phone text,
  company_name text,
  company_website text,
  company_size text,
  organization_id uuid
)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: changes profile and company in one go. The company is changed by those who manage it.
declare
  caller uuid := private.account_id();
  profile public.recruiter_profiles;
begin
  perform private.check_recruiter(full_name, designation, phone, company_name, nullif(company_website, ''), company_size);
  -- Before the profile, as who removes somebody from a company has them.
  if update_recruiter.organization_id is not null then
    perform private.lock_own_membership(update_recruiter.organization_id);
  end if;
  -- And the company before the profiles, as whoever renames it has them.
  if num_nonnulls(company_name, company_website, company_size) > 0 then
    perform from public.organizations as o
    where o.id = coalesce(
      update_recruiter.organization_id, (select r.organization_id from public.recruiter_profiles as r where r.account_id = caller)
    )
    for no key update;
  end if;
  select r.* into profile from public.recruiter_profiles as r where r.account_id = caller for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no recruiter profile of yours.');
  end if;
  update public.recruiter_profiles as r
  set
    full_name = coalesce(update_recruiter.full_name, r.full_name),
    designation = coalesce(update_recruiter.designation, r.designation),
    phone = coalesce(update_recruiter.phone, r.phone),
    organization_id = coalesce(update_recruiter.organization_id, r.organization_id)
  where r.account_id = caller
  returning r.* into profile;
  if update_recruiter.organization_id is not null and company_size is null then
    perform private.require_company_size(profile.organization_id);
  end if;
  if num_nonnulls(company_name, company_website, company_size) > 0 then
    if profile.organization_id is null then
      perform private.raise_error('conflict', 409, 'You hire for no company: join one first.');
    end if;
    perform private.require_manager(profile.organization_id);
    update public.organizations as o
    set
      name = coalesce(company_name, o.name),
      website = case when company_website is null then o.website else nullif(company_website, '') end,
      size = coalesce(company_size, o.size)
    where o.id = profile.organization_id;
  end if;
end;
$$;

create function public.update_recruiter(
  full_name text default null,
  designation text default null,
  phone text default null,
  company_name text default null,
  company_website text default null,
  company_size text default null,
  organization_id uuid default null
)
returns setof public.recruiter_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.update_recruiter(full_name, designation, phone, company_name, company_website, company_size, organization_id);
  return query select * from public.my_recruiter();
end;
$$;
comment on function public.update_recruiter is
  'Changes the caller''s recruiter profile and, as its owner or admin, the company. What is not given stays; an empty company_website clears it. A new name of the company or recruiter, or another company, ends the verification.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.recruiter_profiles to authenticated, service_role;

grant update (full_name, designation, phone) on public.recruiter_profiles to authenticated;

grant execute on function
  public.my_recruiter(),
  private.create_recruiter(text, text, text, text, text, text, uuid),
  public.create_recruiter(text, text, text, text, text, text, uuid),
  private.update_recruiter(text, text, text, text, text, text, uuid),
  public.update_recruiter(text, text, text, text, text, text, uuid)
to authenticated;

alter table public.recruiter_profiles enable row level security;

create policy select_owner on public.recruiter_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy update_owner on public.recruiter_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));
