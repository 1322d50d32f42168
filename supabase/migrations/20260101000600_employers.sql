-- Employers: what employers and agencies show of themselves, and whether an admin has verified the company.
-- A profile is read whole by its owner alone; what others see of it is served by a function, so that contact data has no
-- road out.
-- Promises: one profile an account; a verification is of the name it was given for.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.employer_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  company_name text not null,
  description text,
  website text,
  contact_person text,
  phone text,
  city text,
  country text,
  logo_path text,
  business_id text,
  is_verified boolean not null default false,
  rejection_reason text,
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint employer_profiles_company_name_length check (private.is_clean_text(company_name, 1, 200)),
  constraint employer_profiles_description_length check (private.is_clean_text(description, 1, 5000)),
  constraint employer_profiles_website_format check (private.is_web_url(website)),
  constraint employer_profiles_contact_person_length check (private.is_clean_text(contact_person, 1, 200)),
  constraint employer_profiles_phone_format check (phone ~ '^\+?[0-9][0-9 ()-]{4,24}$'),
  constraint employer_profiles_city_length check (private.is_clean_text(city, 1, 100)),
  constraint employer_profiles_country_length check (private.is_clean_text(country, 1, 100)),
  constraint employer_profiles_logo_path_own check (private.is_object_path(logo_path, account_id)),
  constraint employer_profiles_business_id_format check (business_id ~ '^[A-Za-z0-9][A-Za-z0-9 ./-]{3,39}$')
);
comment on table public.employer_profiles is 'Employers and agencies. contact_person, phone and business_id are the owner''s alone; others get get_employer.';
comment on column public.employer_profiles.logo_path is 'Path in the bucket `avatars`, below the account''s own folder.';
comment on column public.employer_profiles.business_id is 'Number of the company in its country''s register, such as a BIN or GSTIN.';
comment on column public.employer_profiles.rating is 'Average of published reviews, 1-5; null before the first.';
comment on column public.employer_profiles.rejection_reason is 'Why an admin did not verify the company; null while nobody has refused.';

create index employer_profiles_logo_path_idx on public.employer_profiles (logo_path) where logo_path is not null;

select private.hide_estimates('public.employer_profiles');

insert into public.notification_types (type, description, is_emailed) values
  ('verification', 'A profile of mine was verified, approved or refused.', true);

create trigger employer_profiles_touch_updated_at
  before update of company_name, description, website, contact_person, phone, city, country, logo_path, business_id
  on public.employer_profiles
  for each row execute function private.touch_updated_at();

create trigger employer_profiles_forget_logo
  after update of logo_path on public.employer_profiles
  for each row
  when (old.logo_path is distinct from new.logo_path and old.logo_path is not null)
  execute function private.forget_object('avatars', 'logo_path');

-- Verification --------------------------------------------------------------------------------------------------------

-- It was another name, or another company, that an admin verified.
create trigger employer_profiles_end_verification
  before update of company_name, business_id on public.employer_profiles
  for each row
  when (
    old.is_verified
    and (old.company_name, old.business_id) is distinct from (new.company_name, new.business_id)
  )
  execute function private.end_verification();

create function private.tell_of_verification(account_id uuid, profile text, status text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the functions by which admins verify profiles.
  select private.notify(
    tell_of_verification.account_id, 'verification',
    jsonb_build_object('profile', tell_of_verification.profile, 'status', tell_of_verification.status)
  );
  select private.audit(
    'profile.' || tell_of_verification.status, tell_of_verification.profile, tell_of_verification.account_id::text
  );
$$;

create function private.verify_employer(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  update public.employer_profiles as e
  set is_verified = true, rejection_reason = null
  where e.account_id = verify_employer.account_id;
  if not found then
    raise exception 'there is no employer %', verify_employer.account_id using errcode = 'no_data_found';
  end if;
  perform private.tell_of_verification(verify_employer.account_id, 'employer', 'verified');
end;
$$;
comment on function private.verify_employer is 'For admins: the company is what it says; its owner is told. Ends when the company is renamed.';

create function private.reject_employer(account_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  update public.employer_profiles as e
  set is_verified = false, rejection_reason = reject_employer.reason
  where e.account_id = reject_employer.account_id;
  if not found then
    raise exception 'there is no employer %', reject_employer.account_id using errcode = 'no_data_found';
  end if;
  perform private.tell_of_verification(reject_employer.account_id, 'employer', 'rejected');
end;
$$;
comment on function private.reject_employer is 'For admins: not verified, with a reason that the owner reads.';

-- What others see -----------------------------------------------------------------------------------------------------

create type public.employer_card as (
  account_id uuid,
  company_name text,
  description text,
  website text,
  city text,
  country text,
  logo_path text,
  is_verified boolean,
  rating numeric,
  reviews_count integer,
  created_at timestamptz
);
comment on type public.employer_card is 'What everybody may see of an employer or agency. rating: null before the first review.';

create function private.get_employer(account_id uuid)
returns setof public.employer_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: the table is the owner's alone; this leaves contact_person, phone and business_id out.
  select e.account_id, e.company_name, e.description, e.website, e.city, e.country, e.logo_path, e.is_verified, e.rating,
    e.reviews_count, e.created_at
  from public.employer_profiles as e
  where e.account_id = get_employer.account_id
    and e.account_id not in (select private.blocked_ids())
    and (private.is_active_account(e.account_id) or e.account_id = auth.uid());
$$;

create function public.get_employer(account_id uuid)
returns setof public.employer_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_employer(account_id);
$$;
comment on function public.get_employer is 'The public face of an employer or agency; no row when there is none.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.employer_profiles to authenticated, service_role;

grant insert (account_id, company_name, description, website, contact_person, phone, city, country, logo_path, business_id),
  update (company_name, description, website, contact_person, phone, city, country, logo_path, business_id)
  on public.employer_profiles to authenticated;

grant execute on function private.get_employer(uuid), public.get_employer(uuid) to anon, authenticated;

alter table public.employer_profiles enable row level security;

create policy select_owner on public.employer_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.employer_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('employer', 'agency')));

create policy update_owner on public.employer_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));
