-- Creators, freelancers and clients: the sides of an account that sell and buy work.
-- A profile is written by its owner with plain inserts and updates; what others see of it is served by functions, which
-- leave out whom a block or a suspension hides.
-- Promises: one profile of a kind an account; ratings and counters are nobody's to set.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.creator_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  specialization text not null,
  experience text,
  portfolio_link text,
  instagram text,
  behance text,
  dribbble text,
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  completed_orders integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint creator_profiles_specialization_length check (private.is_clean_text(specialization, 1, 200)),
  constraint creator_profiles_experience_length check (private.is_clean_text(experience, 1, 5000)),
  constraint creator_profiles_portfolio_link_format check (private.is_web_url(portfolio_link)),
  constraint creator_profiles_instagram_format check (private.is_web_url(instagram)),
  constraint creator_profiles_behance_format check (private.is_web_url(behance)),
  constraint creator_profiles_dribbble_format check (private.is_web_url(dribbble))
);
comment on table public.creator_profiles is 'Creators, who sell services. Others get get_creator.';
comment on column public.creator_profiles.rating is 'Average of published reviews, 1-5; null before the first.';

create table public.freelancer_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  headline text not null,
  experience text,
  hourly_rate bigint,
  currency text not null default 'USD',
  is_available boolean not null default true,
  portfolio_link text,
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  completed_tasks integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint freelancer_profiles_headline_length check (private.is_clean_text(headline, 1, 200)),
  constraint freelancer_profiles_experience_length check (private.is_clean_text(experience, 1, 5000)),
  constraint freelancer_profiles_hourly_rate_range check (hourly_rate between 0 and 1000000000000),
  constraint freelancer_profiles_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint freelancer_profiles_portfolio_link_format check (private.is_web_url(portfolio_link))
);
comment on table public.freelancer_profiles is 'Freelancers, who apply to tasks. Others get get_freelancer.';
comment on column public.freelancer_profiles.hourly_rate is 'Minor units of currency.';

create table public.client_profiles (
  account_id uuid primary key default auth.uid() references public.accounts (id) on delete cascade,
  company_name text,
  description text,
  website text,
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint client_profiles_company_name_length check (private.is_clean_text(company_name, 1, 200)),
  constraint client_profiles_description_length check (private.is_clean_text(description, 1, 5000)),
  constraint client_profiles_website_format check (private.is_web_url(website))
);
comment on table public.client_profiles is 'Clients, who post tasks and order services. Others get get_client.';

select private.hide_estimates('public.creator_profiles');
select private.hide_estimates('public.freelancer_profiles');
select private.hide_estimates('public.client_profiles');

create trigger creator_profiles_touch_updated_at
  before update of specialization, experience, portfolio_link, instagram, behance, dribbble on public.creator_profiles
  for each row execute function private.touch_updated_at();

create trigger freelancer_profiles_touch_updated_at
  before update of headline, experience, hourly_rate, currency, is_available, portfolio_link on public.freelancer_profiles
  for each row execute function private.touch_updated_at();

create trigger client_profiles_touch_updated_at
  before update of company_name, description, website on public.client_profiles
  for each row execute function private.touch_updated_at();

-- What others see -----------------------------------------------------------------------------------------------------

create function private.is_shown(account_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads suspensions and blocks. An account's public sides are shown while it is active and no block stands
  -- between it and the caller; to itself always. Never null: nobody is signed in as anon.
  select coalesce(is_shown.account_id = auth.uid(), false)
    or (
      private.is_active_account(is_shown.account_id)
      and not exists (select from private.blocked_ids() as b (id) where b.id = is_shown.account_id)
    );
$$;

create type public.creator_card as (
  account_id uuid,
  username text,
  full_name text,
  avatar_path text,
  bio text,
  city text,
  country text,
  specialization text,
  experience text,
  portfolio_link text,
  instagram text,
  behance text,
  dribbble text,
  rating numeric,
  reviews_count integer,
  completed_orders integer,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.creator_card is 'What everybody may see of a creator. rating: null before the first review.';

create function private.get_creator(account_id uuid)
returns setof public.creator_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: the tables are their owners' alone.
  select a.id, a.username, a.full_name, a.avatar_path, a.bio, a.city, a.country, c.specialization, c.experience,
    c.portfolio_link, c.instagram, c.behance, c.dribbble, c.rating, c.reviews_count, c.completed_orders, c.created_at,
    c.updated_at
  from public.creator_profiles as c
  join public.accounts as a on a.id = c.account_id
  where c.account_id = get_creator.account_id and private.is_shown(c.account_id);
$$;

create function public.get_creator(account_id uuid)
returns setof public.creator_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_creator(account_id);
$$;
comment on function public.get_creator is 'A creator as everybody sees them; no row when there is none.';

create type public.freelancer_card as (
  account_id uuid,
  username text,
  full_name text,
  avatar_path text,
  bio text,
  city text,
  country text,
  headline text,
  experience text,
  hourly_rate bigint,
  currency text,
  is_available boolean,
  portfolio_link text,
  rating numeric,
  reviews_count integer,
  completed_tasks integer,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.freelancer_card is 'What everybody signed in may see of a freelancer. hourly_rate: minor units of currency.';

create function private.get_freelancer(account_id uuid)
returns setof public.freelancer_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above.
  select a.id, a.username, a.full_name, a.avatar_path, a.bio, a.city, a.country, f.headline, f.experience, f.hourly_rate,
    f.currency, f.is_available, f.portfolio_link, f.rating, f.reviews_count, f.completed_tasks, f.created_at, f.updated_at
  from public.freelancer_profiles as f
  join public.accounts as a on a.id = f.account_id
  where f.account_id = get_freelancer.account_id and private.is_shown(f.account_id);
$$;

create function public.get_freelancer(account_id uuid)
returns setof public.freelancer_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_freelancer(account_id);
$$;
comment on function public.get_freelancer is 'A freelancer as everybody signed in sees them; no row when there is none.';

create type public.client_card as (
  account_id uuid,
  username text,
  full_name text,
  avatar_path text,
  bio text,
  city text,
  country text,
  company_name text,
  description text,
  website text,
  rating numeric,
  reviews_count integer,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.client_card is 'What everybody signed in may see of a client.';

create function private.get_client(account_id uuid)
returns setof public.client_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above.
  select a.id, a.username, a.full_name, a.avatar_path, a.bio, a.city, a.country, c.company_name, c.description, c.website,
    c.rating, c.reviews_count, c.created_at, c.updated_at
  from public.client_profiles as c
  join public.accounts as a on a.id = c.account_id
  where c.account_id = get_client.account_id and private.is_shown(c.account_id);
$$;

create function public.get_client(account_id uuid)
returns setof public.client_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_client(account_id);
$$;
comment on function public.get_client is 'A client as everybody signed in sees them; no row when there is none.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.creator_profiles, public.freelancer_profiles, public.client_profiles to authenticated, service_role;

grant insert (account_id, specialization, experience, portfolio_link, instagram, behance, dribbble),
  update (specialization, experience, portfolio_link, instagram, behance, dribbble)
  on public.creator_profiles to authenticated;

grant insert (account_id, headline, experience, hourly_rate, currency, is_available, portfolio_link),
  update (headline, experience, hourly_rate, currency, is_available, portfolio_link)
  on public.freelancer_profiles to authenticated;

grant insert (account_id, company_name, description, website),
  update (company_name, description, website)
  on public.client_profiles to authenticated;

grant execute on function private.get_creator(uuid), public.get_creator(uuid) to anon, authenticated;

grant execute on function
  private.get_freelancer(uuid),
  public.get_freelancer(uuid),
  private.get_client(uuid),
  public.get_client(uuid)
to authenticated;

alter table public.creator_profiles enable row level security;

alter table public.freelancer_profiles enable row level security;

alter table public.client_profiles enable row level security;

create policy select_owner on public.creator_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.creator_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('creator')));

create policy update_owner on public.creator_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy select_owner on public.freelancer_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.freelancer_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('freelancer')));

create policy update_owner on public.freelancer_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy select_owner on public.client_profiles for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.client_profiles for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('client')));

create policy update_owner on public.client_profiles for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));
