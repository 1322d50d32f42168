-- Model profiles: what models show of themselves, how complete it is, and who may write it.
-- A profile is read whole by its owner and by an agency that represents them; what others see is served by the functions
-- of …620_models.sql and …730_model_details.sql, so that birth dates have no road out.
-- Promises: one profile an account; completeness is right whenever it is read; what an agency changes is logged.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.model_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  name text not null,
  birth_date date not null,
  gender text not null,
  bio text,
  height integer,
  weight integer,
  bust integer,
  waist integer,
  hips integer,
  shoe_size integer,
  clothing_size text,
  hair_color text,
  eye_color text,
  skin_tone text,
  city text,
  country text,
  languages text[] not null default '{}',
  categories text[] not null default '{}',
  experience text,
  can_travel boolean not null default false,
  travel_cities text[] not null default '{}',
  hourly_rate bigint,
  day_rate bigint,
  currency text not null default 'KZT',
  accepts_barter boolean not null default false,
  visibility text not null default 'public',
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  promoted_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint model_profiles_id_key unique (id),
  constraint model_profiles_name_length check (private.is_clean_text(name, 1, 200)),
  constraint model_profiles_birth_date_range check (birth_date between date '1900-01-01' and date '2200-01-01'),
  constraint model_profiles_gender_known check (gender in ('male', 'female', 'other')),
  constraint model_profiles_bio_length check (private.is_clean_text(bio, 1, 5000)),
  constraint model_profiles_height_range check (height between 100 and 250),
  constraint model_profiles_weight_range check (weight between 30 and 200),
  constraint model_profiles_bust_range check (bust between 50 and 200),
  constraint model_profiles_waist_range check (waist between 40 and 200),
  constraint model_profiles_hips_range check (hips between 50 and 200),
  constraint model_profiles_shoe_size_range check (shoe_size between 30 and 50),
  constraint model_profiles_clothing_size_length check (private.is_clean_text(clothing_size, 1, 20)),
  constraint model_profiles_hair_color_length check (private.is_clean_text(hair_color, 1, 50)),
  constraint model_profiles_eye_color_length check (private.is_clean_text(eye_color, 1, 50)),
  constraint model_profiles_skin_tone_length check (private.is_clean_text(skin_tone, 1, 50)),
  constraint model_profiles_city_length check (private.is_clean_text(city, 1, 100)),
  constraint model_profiles_country_length check (private.is_clean_text(country, 1, 100)),
  constraint model_profiles_languages_length check (private.are_clean_texts(languages, 20, 50)),
  constraint model_profiles_categories_length check (private.are_clean_texts(categories, 20, 50)),
  constraint model_profiles_experience_known check (experience in ('beginner', 'intermediate', 'experienced')),
  constraint model_profiles_travel_cities_length check (private.are_clean_texts(travel_cities, 50, 100)),
  constraint model_profiles_hourly_rate_range check (hourly_rate between 0 and 1000000000000),
  constraint model_profiles_day_rate_range check (day_rate between 0 and 1000000000000),
  constraint model_profiles_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint model_profiles_visibility_known check (visibility in ('public', 'link', 'hidden'))
);
comment on table public.model_profiles is 'Models, read whole by themselves and their agencies. Others see the age, never the birth date.';
comment on column public.model_profiles.id is 'Names the profile in links: a profile by link only is found by it, and not by the account.';
comment on column public.model_profiles.height is 'Centimetres, 100-250; bust and hips 50-200, waist 40-200.';
comment on column public.model_profiles.weight is 'Kilograms, 30-200.';
comment on column public.model_profiles.shoe_size is 'European, 30-50.';
comment on column public.model_profiles.categories is 'Slugs of categories of the kind casting.';
comment on column public.model_profiles.hourly_rate is 'Minor units of currency; day_rate too.';
comment on column public.model_profiles.visibility is 'public: in lists; link: for whoever has the profile''s id; hidden: for the owner, their agencies, and whose castings they respond to.';
comment on column public.model_profiles.rating is 'Average of published reviews, 1-5; null before the first.';
comment on column public.model_profiles.promoted_until is 'End of the promotion that is running; kept by the promotions module.';

create table public.model_work_experiences (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.model_profiles (account_id) on delete cascade,
  company text not null,
  position text not null,
  description text,
  start_date date not null,
  end_date date,
  created_at timestamptz not null default now(),
  constraint model_work_experiences_company_length check (private.is_clean_text(company, 1, 200)),
  constraint model_work_experiences_position_length check (private.is_clean_text(position, 1, 200)),
  constraint model_work_experiences_description_length check (private.is_clean_text(description, 1, 2000)),
  constraint model_work_experiences_start_date_range check (start_date between date '1950-01-01' and date '2200-01-01'),
  constraint model_work_experiences_end_date_range check (end_date between date '1950-01-01' and date '2200-01-01'),
  constraint model_work_experiences_end_date_order check (start_date <= end_date)
);
comment on table public.model_work_experiences is 'Where a model has worked. end_date null: still there.';

create index model_work_experiences_account_id_idx on public.model_work_experiences (account_id, start_date desc, id);

select private.hide_estimates('public.model_profiles');
select private.hide_estimates('public.model_work_experiences');

-- Rules ---------------------------------------------------------------------------------------------------------------

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

create function private.check_categories()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A foreign key cannot look into a list.
begin
  if exists (
    select from unnest(new.categories) as wanted (slug)
    where not exists (select from public.categories as c where c.slug = wanted.slug and 'casting' = any (c.kinds))
  ) then
    perform private.raise_error('validation_failed', 400, 'No such category.', '{"fields": {"categories": "known"}}');
  end if;
  return new;
end;
$$;

create trigger model_profiles_check_categories
  before insert or update of categories on public.model_profiles
  for each row execute function private.check_categories();

create trigger model_profiles_touch_updated_at
  before update of
    name, birth_date, gender, bio, height, weight, bust, waist, hips, shoe_size, clothing_size, hair_color, eye_color, skin_tone,
    city, country, languages, categories, experience, can_travel, travel_cities, hourly_rate, day_rate, currency,
    accepts_barter, visibility
  on public.model_profiles
  for each row execute function private.touch_updated_at();

create trigger model_work_experiences_limit_rows
  after insert on public.model_work_experiences
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create function private.audit_agency_edit()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the log takes rows and shows them to none. Names of fields alone: what they held is personal.
declare
  before jsonb := coalesce(to_jsonb(old), '{}');
  after jsonb := coalesce(to_jsonb(new), '{}');
  owner uuid := coalesce(new.account_id, old.account_id);
begin
  -- Whoever else writes is no client but a function or a foreign key.
  if owner not in (select private.represented_model_ids()) then
    return null;
  end if;
  perform private.audit(
    tg_table_name || '.' || lower(tg_op), 'account', owner::text,
    jsonb_build_object(
      'organization_id', (private.agency_of_caller(owner)).id,
      'fields', (
        select coalesce(jsonb_agg(f.key order by f.key), '[]')
        from jsonb_each(before || after) as f
        where before -> f.key is distinct from after -> f.key and f.key <> 'updated_at'
      )
    )
  );
  return null;
end;
$$;

create trigger model_profiles_audit_agency_edit
  after update on public.model_profiles
  for each row execute function private.audit_agency_edit();

create trigger model_work_experiences_audit_agency_edit
  after insert or update or delete on public.model_work_experiences
  for each row execute function private.audit_agency_edit();

-- Completeness --------------------------------------------------------------------------------------------------------

create table private.completeness_weights (
  profile text not null,
  field text not null,
  weight integer not null,
  primary key (profile, field),
  constraint completeness_weights_profile_known check (profile in ('model')),
  constraint completeness_weights_weight_range check (weight between 1 and 100)
);
comment on table private.completeness_weights is
  'What each field adds to a profile''s completeness when it is filled in. The weights of a profile sum to 100. photos and work_experiences count once there is one.';

create function private.check_completeness_weights()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (select from private.completeness_weights as w group by w.profile having sum(w.weight) <> 100) then
    raise exception 'the weights of a profile must sum to 100' using errcode = 'check_violation';
  end if;
  return null;
end;
$$;

create constraint trigger completeness_weights_sum
  after insert or update or delete on private.completeness_weights
  deferrable initially deferred
  for each row execute function private.check_completeness_weights();

insert into private.completeness_weights (profile, field, weight) values
  ('model', 'bio', 10), ('model', 'height', 8), ('model', 'weight', 4), ('model', 'bust', 3), ('model', 'waist', 3),
  ('model', 'hips', 3), ('model', 'shoe_size', 3), ('model', 'clothing_size', 3), ('model', 'hair_color', 4),
  ('model', 'eye_color', 4), ('model', 'skin_tone', 3), ('model', 'city', 6), ('model', 'country', 2), ('model', 'languages', 6),
  ('model', 'categories', 8), ('model', 'experience', 6), ('model', 'work_experiences', 6), ('model', 'photos', 18);

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.model_profiles, public.model_work_experiences to authenticated, service_role;

grant insert (
    account_id, name, birth_date, gender, bio, height, weight, bust, waist, hips, shoe_size, clothing_size, hair_color, eye_color,
    skin_tone, city, country, languages, categories, experience, can_travel, travel_cities, hourly_rate, day_rate,
    currency, accepts_barter, visibility
  ),
  update (
    name, birth_date, gender, bio, height, weight, bust, waist, hips, shoe_size, clothing_size, hair_color, eye_color, skin_tone,
    city, country, languages, categories, experience, can_travel, travel_cities, hourly_rate, day_rate, currency,
    accepts_barter, visibility
  )
  on public.model_profiles to authenticated;

grant insert (account_id, company, position, description, start_date, end_date),
  update (company, position, description, start_date, end_date)
  on public.model_work_experiences to authenticated;

grant delete on public.model_work_experiences to authenticated;

alter table public.model_profiles enable row level security;

alter table public.model_work_experiences enable row level security;

create policy select_managers on public.model_profiles for select to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy insert_owner on public.model_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('model')));

create policy update_managers on public.model_profiles for update to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]))
  with check (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy select_managers on public.model_work_experiences for select to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy insert_managers on public.model_work_experiences for insert to authenticated
  with check (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy update_managers on public.model_work_experiences for update to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]))
  with check (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy delete_managers on public.model_work_experiences for delete to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]));
