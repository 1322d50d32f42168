-- Profiles: what employers, agencies and models show of themselves.
-- A profile is read whole by its owner alone; what others see of it is served by functions, so that birth dates and
-- contact data have no road out.
-- Promises: one profile of a kind an account.

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
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint employer_profiles_company_name_length check (private.is_clean_text(company_name, 1, 200)),
  constraint employer_profiles_description_length check (private.is_clean_text(description, 1, 5000)),
  constraint employer_profiles_website_format check (private.is_web_url(website)),
  constraint employer_profiles_contact_person_length check (private.is_clean_text(contact_person, 1, 200)),
  constraint employer_profiles_phone_format check (phone ~ '^\+?[0-9][0-9 ()-]{4,24}$'),
  constraint employer_profiles_city_length check (private.is_clean_text(city, 1, 100)),
  constraint employer_profiles_country_length check (private.is_clean_text(country, 1, 100)),
  constraint employer_profiles_logo_path_own check (private.is_object_path(logo_path, account_id))
);
comment on table public.employer_profiles is 'Employers and agencies. contact_person and phone are the owner''s alone; others get get_employer.';
comment on column public.employer_profiles.logo_path is 'Path in the bucket `avatars`, below the account''s own folder.';

create table public.model_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  name text not null,
  birth_date date not null,
  gender text not null,
  height integer,
  city text,
  country text,
  bio text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint model_profiles_name_length check (private.is_clean_text(name, 1, 200)),
  constraint model_profiles_birth_date_range check (birth_date between date '1900-01-01' and date '2200-01-01'),
  constraint model_profiles_gender_known check (gender in ('male', 'female', 'other')),
  constraint model_profiles_height_range check (height between 100 and 250),
  constraint model_profiles_city_length check (private.is_clean_text(city, 1, 100)),
  constraint model_profiles_country_length check (private.is_clean_text(country, 1, 100)),
  constraint model_profiles_bio_length check (private.is_clean_text(bio, 1, 5000))
);
comment on table public.model_profiles is 'Models, read whole by themselves alone. Others see the age, never the birth date.';
comment on column public.model_profiles.height is 'Centimetres, 100-250.';

create index employer_profiles_logo_path_idx on public.employer_profiles (logo_path) where logo_path is not null;

select private.hide_estimates('public.employer_profiles');
select private.hide_estimates('public.model_profiles');

-- Profiles ------------------------------------------------------------------------------------------------------------

create function private.age(birth_date date)
returns integer
language sql
stable
security invoker
set search_path = ''
as $$
  select extract(year from pg_catalog.age((now() at time zone 'UTC')::date, birth_date))::integer;
$$;
comment on function private.age is 'Whole years, in UTC.';

create function private.check_birth_date()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. A check constraint cannot depend on today.
begin
  if not isfinite(new.birth_date) or private.age(new.birth_date) not between 18 and 99 then
    perform private.raise_error(
      'validation_failed', 400, 'A model is 18 to 99 years old.', '{"fields": {"birth_date": "range"}}'
    );
  end if;
  return new;
end;
$$;

create trigger model_profiles_check_birth_date
  before insert or update of birth_date on public.model_profiles
  for each row execute function private.check_birth_date();

create trigger employer_profiles_touch_updated_at
  before update on public.employer_profiles
  for each row execute function private.touch_updated_at();

create trigger model_profiles_touch_updated_at
  before update on public.model_profiles
  for each row execute function private.touch_updated_at();

create trigger employer_profiles_forget_logo
  after update of logo_path on public.employer_profiles
  for each row
  when (old.logo_path is distinct from new.logo_path and old.logo_path is not null)
  execute function private.forget_object('avatars', 'logo_path');

create type public.employer_card as (
  account_id uuid,
  company_name text,
  description text,
  website text,
  city text,
  country text,
  logo_path text,
  created_at timestamptz
);
comment on type public.employer_card is 'What everybody may see of an employer or agency.';

create function private.get_employer(account_id uuid)
returns setof public.employer_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: the table is the owner's alone; this leaves contact_person and phone out.
  select e.account_id, e.company_name, e.description, e.website, e.city, e.country, e.logo_path, e.created_at
  from public.employer_profiles as e
  where e.account_id = get_employer.account_id;
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

grant select on public.employer_profiles, public.model_profiles to authenticated, service_role;

grant insert (account_id, company_name, description, website, contact_person, phone, city, country, logo_path),
  update (company_name, description, website, contact_person, phone, city, country, logo_path)
  on public.employer_profiles to authenticated;

grant insert (account_id, name, birth_date, gender, height, city, country, bio),
  update (name, birth_date, gender, height, city, country, bio)
  on public.model_profiles to authenticated;

grant execute on function private.get_employer(uuid), public.get_employer(uuid) to anon, authenticated;

alter table public.employer_profiles enable row level security;

alter table public.model_profiles enable row level security;

create policy select_owner on public.employer_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.employer_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('employer', 'agency')));

create policy update_owner on public.employer_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy select_owner on public.model_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.model_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('model')));

create policy update_owner on public.model_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));
