-- Ordering: how an order is made, and what counts it.
-- Promises: the total is the server's, from the service and the options as they are then.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.create_order(
  service_id uuid,
  option_ids uuid[],
  requirements text,
  delivery_date date,
  idempotency_key uuid
)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: orders have no insert grant; every price is read here.
declare
  caller uuid := private.require_role('client', 'employer', 'agency', 'creator', 'freelancer', 'recruiter', 'model');
  service public.services;
  chosen uuid[] := array(select distinct i from unnest(option_ids) as i order by i);
  options public.service_options[];
  order_id uuid;
  full_price bigint;
  kept jsonb;
  problems jsonb := jsonb_strip_nulls(jsonb_build_object(
    'requirements', case when not private.is_clean_text(requirements, 1, 10000) then 'length' end,
    'delivery_date', case when delivery_date < (now() at time zone 'UTC')::date or delivery_date > '2200-01-01' then 'range' end,
    'option_ids', case when cardinality(option_ids) > 20 then 'length' end
  ));
begin
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The order has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
  kept := private.claim_idempotency_key(
    'create_order', idempotency_key,
    jsonb_build_object(
      'service_id', create_order.service_id, 'option_ids', to_jsonb(chosen), 'requirements', create_order.requirements,
      'delivery_date', create_order.delivery_date
    )
  );
  if kept is not null then
    return (kept #>> '{}')::uuid;
  end if;
  perform private.lock_accounts(caller, s.owner_id) from public.services as s where s.id = create_order.service_id;
  -- Nobody changes the prices meanwhile.
  select s.* into service
  from public.services as s
  where s.id = create_order.service_id and s.is_active
    and s.owner_id not in (select private.blocked_ids()) and private.is_active_account(s.owner_id)
  for share;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such service to order.');
  end if;
  if service.owner_id = caller then
    perform private.raise_error('validation_failed', 400, 'This is your own service.', '{"fields": {"service_id": "other"}}');
  end if;
  -- Read once, for the total and the copy. Nothing is waited for: whoever changes several options at once would wait in a circle
  -- with this. A price that changes meanwhile is still the old one, an option that is being deleted is gone.
  options := array(
    select o from public.service_options as o
    where o.service_id = service.id and o.id = any (chosen)
    for key share skip locked
  );
  if cardinality(options) <> cardinality(chosen) then
    perform private.raise_error('validation_failed', 400, 'No such option of this service.', '{"fields": {"option_ids": "known"}}');
  end if;
  full_price := service.price + (select coalesce(sum(o.price), 0) from unnest(options) as o);
  if full_price > 1000000000000 then
    perform private.raise_error('validation_failed', 400, 'With these options it costs too much.', '{"fields": {"option_ids": "range"}}');
  end if;
  insert into public.orders (
    service_id, buyer_id, seller_id, title, requirements, price, total_price, currency, delivery_days, delivery_date,
    allows_modifications, modifications_price
  )
  values (
    service.id, caller, service.owner_id, service.title, create_order.requirements, service.price, full_price, service.currency,
    service.delivery_days, create_order.delivery_date, service.allows_modifications, service.modifications_price
  )
  returning id into order_id;
  insert into public.order_options (order_id, position, option_id, name, price)
  select order_id, row_number() over (order by o.position, o.created_at, o.id), o.id, o.name, o.price
  from unnest(options) as o;
  perform private.open_escrow(caller, service.owner_id, 'order', order_id, 'work', full_price, service.currency);
  perform private.notify(service.owner_id, 'new_order', jsonb_build_object('order_id', order_id, 'service_id', service.id));
  perform private.keep_idempotent_answer('create_order', idempotency_key, to_jsonb(order_id));
  return order_id;
end;
$$;

create function private.count_orders()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counters are in no column grant. An order counts once it is completed.
begin
  update public.services as s set orders_count = s.orders_count + 1 where s.id = new.service_id;
  perform private.lock_profile(new.seller_id, 'creator');
  update public.creator_profiles as c set completed_orders = c.completed_orders + 1 where c.account_id = new.seller_id;
  return null;
end;
$$;

create trigger orders_count
  after update of status on public.orders
  for each row
  when (old.status <> 'completed' and new.status = 'completed')
  execute function private.count_orders();

create function private.count_completed_orders()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reads what belongs to others. Whoever makes a profile late has what they did before.
begin
  perform private.lock_accounts(new.account_id);
  perform private.lock_profile(new.account_id, 'creator');
  new.completed_orders := (
    select count(*) from public.orders as o where o.seller_id = new.account_id and o.status = 'completed'
  );
  return new;
end;
$$;

create trigger creator_profiles_count_completed_orders
  before insert on public.creator_profiles
  for each row execute function private.count_completed_orders();
