-- Places: countries, their states, the states' cities; supabase/seed.sql fills them and says where they come from.
-- Forms offer them and searches filter by their names; what a profile stores is the name.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.countries (
  code text primary key,
  name text not null,
  constraint countries_code_format check (code ~ '^[A-Z]{2}$'),
  constraint countries_name_length check (private.is_clean_text(name, 1, 100))
);
comment on table public.countries is 'Countries that the marketplace works in.';
comment on column public.countries.code is 'ISO 3166-1 alpha-2, such as KZ.';

create table public.states (
  slug text primary key,
  country_code text not null references public.countries (code) on delete cascade,
  name text not null,
  constraint states_slug_format check (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  constraint states_name_length check (private.is_clean_text(name, 1, 100))
);
comment on table public.states is 'States, regions and union territories: the first level below a country.';

create index states_country_code_idx on public.states (country_code, name);

create table public.cities (
  state_slug text not null references public.states (slug) on update cascade on delete cascade,
  slug text not null,
  name text not null,
  primary key (state_slug, slug),
  constraint cities_slug_format check (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  constraint cities_name_length check (private.is_clean_text(name, 1, 100))
);
comment on table public.cities is 'Cities by the slug of their state.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.countries, public.states, public.cities to authenticated, service_role;

alter table public.countries enable row level security;

alter table public.states enable row level security;

alter table public.cities enable row level security;

create policy select_authenticated on public.countries for select to authenticated using (true);

create policy select_authenticated on public.states for select to authenticated using (true);

create policy select_authenticated on public.cities for select to authenticated using (true);
