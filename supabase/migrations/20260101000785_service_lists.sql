-- Service lists: how services are found and read, and made with their options in one go.
-- Promises: a list shows active services that no block and no suspension hides; the owner sees all of theirs.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.service_option as (
  id uuid,
  name text,
  description text,
  price bigint
);
comment on type public.service_option is 'What a buyer may add; price in minor units of the service''s currency.';

create type public.service_card as (
  id uuid,
  owner_id uuid,
  creator_username text,
  creator_name text,
  creator_avatar_path text,
  title text,
  description text,
  category text,
  price bigint,
  currency text,
  delivery_days integer,
  allows_modifications boolean,
  modifications_price bigint,
  tags text[],
  options public.service_option[],
  is_active boolean,
  is_saved boolean,
  orders_count integer,
  rating numeric,
  reviews_count integer,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.service_card is
  'A service with its creator and options. price and modifications_price: minor units of currency; delivery_days: from the funding of an order; rating: null before the first review. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_services(
  service_ids uuid[],
  owner_id uuid,
  category text,
  tag text,
  min_price bigint,
  max_price bigint,
  currency text,
  search text,
  sort text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.service_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the table is its owners' alone. sort: newest, lowest_price, highest_price.
declare
  caller uuid := auth.uid();
  conditions text := 'true';
  key text;
  -- The category and those below it: the planner knows how many rows they have.
  categories text[] := array(select c.slug from public.categories as c where find_services.category in (c.slug, c.parent_slug));
  start text;
  is_descending boolean := coalesce(find_services.sort, 'newest') <> 'lowest_price';
  size integer := private.page_size(find_services.page_size);
  skipped integer := private.skipped(find_services.skip);
  after record;
begin
  if find_services.sort not in ('newest', 'lowest_price', 'highest_price') then
    perform private.raise_error('validation_failed', 400, 'No such order.', '{"fields": {"sort": "known"}}');
  end if;
  if find_services.min_price > find_services.max_price then
    perform private.raise_error('validation_failed', 400, 'No such range.', '{"fields": {"max_price": "order"}}');
  end if;
  if find_services.currency is null
    and (num_nonnulls(find_services.min_price, find_services.max_price) > 0 or find_services.sort in ('lowest_price', 'highest_price')) then
    perform private.raise_error('validation_failed', 400, 'Prices are compared in one currency.', '{"fields": {"currency": "required"}}');
  end if;
  select * into after from private.number_cursor_at(find_services.cursor);
  -- Cursors hold a number; moments are compared as such, for the index.
  if find_services.sort in ('lowest_price', 'highest_price') then
    key := 's.price';
    start := '$10';
  else
    key := 's.created_at';
    start := '(timestamptz ''epoch'' + $10 * interval ''1 microsecond'')';
  end if;
  -- One's own always; others' active ones unless a block or a suspension hides the owner.
  if caller is null or find_services.owner_id is distinct from caller then
    conditions := case when find_services.service_ids is null then 's.is_active and ' else '' end || '(s.owner_id = $1 or (s.is_active and '
      || case when caller is null then 'true' else 's.owner_id not in (select private.blocked_ids())' end
      || ' and not exists (select from private.suspensions x where x.account_id = s.owner_id)))';
  end if;
  if find_services.service_ids is not null then
    conditions := conditions || ' and s.id = any ($2)';
  end if;
  if find_services.owner_id is not null then
    conditions := conditions || ' and s.owner_id = $3';
  end if;
  if find_services.category is not null then
    conditions := conditions || ' and s.category = any ($4)';
  end if;
  if find_services.tag is not null then
    conditions := conditions || ' and s.tags @> array[$5]';
  end if;
  if find_services.min_price is not null then
    conditions := conditions || ' and s.price >= $6';
  end if;
  if find_services.max_price is not null then
    conditions := conditions || ' and s.price <= $7';
  end if;
  if find_services.currency is not null then
    conditions := conditions || ' and s.currency = $8';
  end if;
  -- Nothing shorter than three letters is in the index: reading every description for it would take seconds.
  if left(find_services.search, 200) ~ '[[:alnum:]]{3}' then
    conditions := conditions || ' and s.title || '' '' || s.description ilike $9';
  elsif find_services.search is not null then
    conditions := conditions || ' and s.title ilike $9';
  end if;
  return query execute
    'select s.id, s.owner_id, a.username, a.full_name, a.avatar_path, s.title, s.description, s.category, s.price, s.currency,
       s.delivery_days, s.allows_modifications, s.modifications_price, s.tags,
       array(
         select row(o.id, o.name, o.description, o.price)::public.service_option
         from public.service_options o where o.service_id = s.id order by o.position, o.created_at, o.id
       ),
       s.is_active,
       exists (select from public.favorites f where f.account_id = $1 and f.entity_type = ''service'' and f.entity_id = s.id),
       s.orders_count, s.rating, s.reviews_count, s.created_at, s.updated_at,
       (select count(*) from (select from public.services s where ' || conditions || ' limit 1001) as counted),
       private.number_cursor_of(' || case key when 's.price' then 'f.key' else '(extract(epoch from f.key) * 1000000)::bigint' end || ', s.id)
     from (
       select s.id, ' || key || ' as key
       from public.services s
       where ' || conditions || case when after.id is not null then
         ' and (' || key || ', s.id) ' || case when is_descending then '<' else '>' end || ' (' || start || ', $11)' else '' end || '
       order by ' || key || case when is_descending then ' desc, s.id desc' else ', s.id' end || '
       limit ' || size || ' offset ' || skipped || '
     ) as f
     join public.services s on s.id = f.id
     join public.accounts a on a.id = s.owner_id
     order by f.key ' || case when is_descending then 'desc, f.id desc' else ', f.id' end
    using caller, service_ids, owner_id, categories, tag, min_price, max_price, currency, private.like_pattern(search), after.key, after.id;
end;
$$;

create function public.list_services(
  owner_id uuid default null,
  category text default null,
  tag text default null,
  min_price bigint default null,
  max_price bigint default null,
  currency text default null,
  search text default null,
  sort text default 'newest',
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.service_card
language sql
stable
security invoker
set search_path = ''
as $$
  select *
  from private.find_services(null, owner_id, category, tag, min_price, max_price, currency, search, sort, page_size, cursor, skip);
$$;
comment on function public.list_services is
  'Active services, of one creator (owner_id) or all; with their own id the caller''s, inactive ones too: 20 a page, 1-100. min_price and max_price in minor units of currency, which they and orders by price require; search: in title and description, without three letters in a row in the title alone; sort: newest, lowest_price, highest_price. skip at most 1000.';

create function public.get_service(service_id uuid)
returns setof public.service_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_services(array[service_id], null, null, null, null, null, null, null, 'newest', 1, null, 0);
$$;
comment on function public.get_service is 'One service; no row when there is none, it is not active, or a block hides it. The owner''s always.';

create function public.get_services(service_ids uuid[])
returns setof public.service_card
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(cardinality(service_ids), 0) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 services.', '{"fields": {"service_ids": "length"}}');
  end if;
  return query
    select *
    from private.find_services(coalesce(service_ids, '{}'), null, null, null, null, null, null, null, 'newest', 100, null, 0);
end;
$$;
comment on function public.get_services is 'Those of these services (at most 100) that the caller may see.';

-- With options --------------------------------------------------------------------------------------------------------

create function private.check_options(service_id uuid, options jsonb)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Names every option that is wrong.
declare
  problems jsonb;
begin
  if jsonb_typeof(options) is distinct from 'array' or jsonb_array_length(options) > 20 then
    perform private.raise_error(
      'validation_failed', 400, 'Options are a list of at most 20.',
      jsonb_build_object('fields', jsonb_build_object('options', case jsonb_typeof(options) when 'array' then 'length' else 'format' end))
    );
  end if;
  select jsonb_object_agg('options.' || (o.position - 1) || '.' || p.field, p.problem) into problems
  from jsonb_array_elements(options) with ordinality as o (value, position)
  cross join lateral (
    values
      ('id', case
        when o.value ? 'id' and not exists (
          select from public.service_options as k
          where k.service_id = check_options.service_id and k.id::text = lower(o.value ->> 'id')
        ) then 'known'
        when (
          select count(*) from jsonb_array_elements(options) as k where lower(k ->> 'id') = lower(o.value ->> 'id')
        ) > 1 then 'duplicate'
      end),
      ('name', case
        when jsonb_typeof(o.value -> 'name') is distinct from 'string' then 'required'
        when not private.is_clean_text(o.value ->> 'name', 1, 100) then 'length'
      end),
      ('price', case
        when jsonb_typeof(o.value -> 'price') is distinct from 'number' then 'required'
        when (o.value ->> 'price') !~ '^[0-9]{1,13}$' or (o.value ->> 'price')::bigint > 1000000000000 then 'range'
      end),
      ('description', case
        when jsonb_typeof(o.value -> 'description') not in ('string', 'null') then 'format'
        when not private.is_clean_text(o.value ->> 'description', 1, 1000) then 'length'
      end)
  ) as p (field, problem)
  where p.problem is not null;
  if problems is not null then
    perform private.raise_error(
      'validation_failed', 400, 'Some options are not right.', jsonb_build_object('fields', problems)
    );
  end if;
end;
$$;

create function private.set_service_options(service_id uuid, options jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Of one's own service, which is locked: nobody orders meanwhile. What is named by its id stays that one.
begin
  perform from public.services as s
  where s.id = set_service_options.service_id and s.owner_id = private.account_id()
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such service of yours.');
  end if;
  perform private.check_options(set_service_options.service_id, set_service_options.options);
  delete from public.service_options as o
  where o.service_id = set_service_options.service_id
    and not exists (select from jsonb_array_elements(options) as k where (k ->> 'id')::uuid = o.id);
  update public.service_options as o
  set name = k.value ->> 'name', description = k.value ->> 'description', price = (k.value ->> 'price')::bigint, position = k.position - 1
  from jsonb_array_elements(options) with ordinality as k (value, position)
  where o.service_id = set_service_options.service_id and o.id = (k.value ->> 'id')::uuid;
  insert into public.service_options (service_id, name, description, price, position)
  select set_service_options.service_id, k.value ->> 'name', k.value ->> 'description', (k.value ->> 'price')::bigint, k.position - 1
  from jsonb_array_elements(options) with ordinality as k (value, position)
  where not k.value ? 'id';
  update public.services as s set updated_at = now() where s.id = set_service_options.service_id;
end;
$$;

create function public.set_service_options(service_id uuid, options jsonb)
returns setof public.service_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.set_service_options(service_id, options);
  return query select * from public.get_service(service_id);
end;
$$;
comment on function public.set_service_options is
  'Owner only: the service has these options (at most 20) from now on: [{"name": "…", "price": 500, "description": "…"}], prices in minor units of its currency. With an id it is that one, changed; what is not named goes. Orders keep theirs.';

create function public.create_service(
  title text,
  description text,
  category text,
  price bigint,
  delivery_days integer,
  currency text default 'USD',
  allows_modifications boolean default true,
  modifications_price bigint default 0,
  tags text[] default '{}',
  is_active boolean default true,
  options jsonb default '[]'
)
returns setof public.service_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  service_id uuid;
begin
  insert into public.services (
    owner_id, title, description, category, price, delivery_days, currency, allows_modifications, modifications_price, tags, is_active
  )
  values (
    private.account_id(), create_service.title, create_service.description, create_service.category, create_service.price,
    create_service.delivery_days, create_service.currency, create_service.allows_modifications,
    create_service.modifications_price, create_service.tags, create_service.is_active
  )
  returning id into service_id;
  if create_service.options <> '[]' then
    perform private.set_service_options(service_id, create_service.options);
  end if;
  return query select * from public.get_service(service_id);
end;
$$;
comment on function public.create_service is
  'Creators only: a service with its options (as in set_service_options) in one go. price: minor units of currency; delivery_days: 1-365.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_services(uuid[], uuid, text, text, bigint, bigint, text, text, text, integer, text, integer),
  public.list_services(uuid, text, text, bigint, bigint, text, text, text, integer, text, integer),
  public.get_service(uuid),
  public.get_services(uuid[])
to anon, authenticated;

grant execute on function
  private.set_service_options(uuid, jsonb),
  public.set_service_options(uuid, jsonb),
  public.create_service(text, text, text, bigint, integer, text, boolean, bigint, text[], boolean, jsonb)
to authenticated;
