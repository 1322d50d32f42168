-- Services: what creators sell at a price, with options that cost extra.
-- Promises: what was ordered keeps its price; only active ones are found and ordered.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.services (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  title text not null,
  description text not null,
  category text not null references public.categories (slug) on update cascade on delete restrict,
  price bigint not null,
  currency text not null default 'USD' references public.currencies (code) on delete restrict,
  delivery_days integer not null,
  allows_modifications boolean not null default true,
  modifications_price bigint not null default 0,
  tags text[] not null default '{}',
  is_active boolean not null default true,
  orders_count integer not null default 0,
  rating numeric(3, 2),
  reviews_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint services_title_length check (private.is_clean_text(title, 3, 200)),
  constraint services_description_length check (private.is_clean_text(description, 1, 10000)),
  constraint services_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint services_price_range check (price between 1 and 1000000000000),
  constraint services_delivery_days_range check (delivery_days between 1 and 365),
  constraint services_modifications_price_range check (modifications_price between 0 and 1000000000000),
  constraint services_tags_length check (private.are_clean_texts(tags, 20, 50))
);
comment on table public.services is 'Services, read here by their owners; others get list_services and get_service.';
comment on column public.services.price is 'Minor units of currency, without options.';
comment on column public.services.modifications_price is 'What each revision costs after a delivery, minor units of currency; 0: nothing.';
comment on column public.services.allows_modifications is 'Whether the buyer may ask for revisions.';

create index services_owner_id_idx on public.services (owner_id, created_at desc, id desc);
create index services_category_idx on public.services (category);
create index services_active_idx on public.services (created_at desc, id desc) where is_active;
create index services_active_price_idx on public.services (currency, price, id) where is_active;
create index services_currency_idx on public.services (currency);
create index services_search_idx on public.services using gin ((title || ' ' || description) extensions.gin_trgm_ops);
create index services_tags_idx on public.services using gin (tags);

create table public.service_options (
  id uuid primary key default gen_random_uuid(),
  service_id uuid not null references public.services (id) on delete cascade,
  name text not null,
  description text,
  price bigint not null,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  constraint service_options_name_length check (private.is_clean_text(name, 1, 100)),
  constraint service_options_description_length check (private.is_clean_text(description, 1, 1000)),
  constraint service_options_price_range check (price between 0 and 1000000000000),
  constraint service_options_position_range check (position between 0 and 1000)
);
comment on table public.service_options is 'What a buyer may add to a service; price in minor units of its currency. Read here by the owner.';

create index service_options_service_id_idx on public.service_options (service_id, position, id);

-- Without these statistics the planner takes the wrong index for lists; they tell how many are inactive in all. Never owner_id or
-- tags: what somebody has inactive, and what is written there, would be estimated to strangers.
select private.hide_estimates('public.services', '{category,price,currency,is_active}');
select private.hide_estimates('public.service_options');

-- What is saved and reported ------------------------------------------------------------------------------------------

create function private.own_service_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies of other tables.
  select s.id from public.services as s where s.owner_id = auth.uid();
$$;

create function private.look_up_services(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for what is reported and saved.
  select s.id, s.owner_id
  from public.services as s
  where s.id = any (look_up_services.ids)
    and (
      s.owner_id = auth.uid()
      or (s.is_active and s.owner_id not in (select private.blocker_ids()) and private.is_active_account(s.owner_id))
    );
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('service', true, 'look_up_services');

create trigger services_forget_favorites
  after delete on public.services
  for each row execute function private.forget_favorites('service', 'id');

-- Writing -------------------------------------------------------------------------------------------------------------

create trigger services_limit_rows
  after insert on public.services
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger service_options_limit_rows
  after insert on public.service_options
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger services_touch_updated_at
  before update of
    title, description, category, price, currency, delivery_days, allows_modifications, modifications_price, tags, is_active
  on public.services
  for each row execute function private.touch_updated_at();

create trigger services_check_category
  before insert or update of category on public.services
  for each row execute function private.check_category('service');

create function private.limit_service_options()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. After row-level security, which says whose rows these are.
begin
  perform from public.services as s where s.id in (select i.service_id from inserted as i) order by s.id for no key update;
  if exists (
    select from public.service_options as o
    where o.service_id in (select i.service_id from inserted as i)
    group by o.service_id
    having count(*) > 20
  ) then
    perform private.raise_error('conflict', 409, 'A service has at most 20 options.');
  end if;
  return null;
end;
$$;

create trigger service_options_limit
  after insert on public.service_options
  referencing new table as inserted
  for each statement execute function private.limit_service_options();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select, delete on public.services, public.service_options to authenticated;
grant select on public.services, public.service_options to service_role;

grant
  insert (
    owner_id, title, description, category, price, currency, delivery_days, allows_modifications, modifications_price, tags, is_active
  ),
  update (title, description, category, price, currency, delivery_days, allows_modifications, modifications_price, tags, is_active)
on public.services to authenticated;

grant insert (service_id, name, description, price, position), update (name, description, price, position)
on public.service_options to authenticated;

grant execute on function private.own_service_ids() to authenticated;

alter table public.services enable row level security;

alter table public.service_options enable row level security;

create policy select_owner on public.services for select to authenticated
  using (owner_id = (select auth.uid()));

create policy insert_owner on public.services for insert to authenticated
  with check (owner_id = (select auth.uid()) and (select private.has_role('creator')));

create policy update_owner on public.services for update to authenticated
  using (owner_id = (select auth.uid()))
  with check (owner_id = (select auth.uid()));

create policy delete_owner on public.services for delete to authenticated
  using (owner_id = (select auth.uid()));

create policy select_owner on public.service_options for select to authenticated
  using (service_id in (select private.own_service_ids()));

create policy insert_owner on public.service_options for insert to authenticated
  with check (service_id in (select private.own_service_ids()));

create policy update_owner on public.service_options for update to authenticated
  using (service_id in (select private.own_service_ids()))
  with check (service_id in (select private.own_service_ids()));

create policy delete_owner on public.service_options for delete to authenticated
  using (service_id in (select private.own_service_ids()));
