-- Orders: a service bought, its states and money.
-- What may follow what, by whose hand, when by itself, and what it does with the money is one table: private.order_transitions.
-- Promises: prices are what they were when it was ordered, totals the server's; an order begins when it is funded in full; every
-- transition tells the other side; released and refunded never both.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  service_id uuid references public.services (id) on delete set null,
  buyer_id uuid references public.accounts (id) on delete set null,
  seller_id uuid references public.accounts (id) on delete set null,
  title text not null,
  requirements text,
  price bigint not null,
  total_price bigint not null,
  currency text not null,
  delivery_days integer not null,
  delivery_date date,
  allows_modifications boolean not null,
  modifications_price bigint not null,
  status text not null default 'pending',
  revisions_count integer not null default 0,
  funded_at timestamptz,
  started_at timestamptz,
  delivered_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_requirements_length check (private.is_clean_text(requirements, 1, 10000)),
  constraint orders_delivery_date_range check (delivery_date between '2000-01-01' and '2200-01-01'),
  constraint orders_total_price_order check (total_price >= price),
  constraint orders_status_known check (
    status in ('pending', 'in_progress', 'delivered', 'revision_requested', 'completed', 'cancelled', 'disputed')
  ),
  constraint orders_cancellation_reason_length check (private.is_clean_text(cancellation_reason, 1, 2000))
);
comment on table public.orders is 'Orders of services, read by buyer and seller. Title, prices and terms are the service''s when it was ordered.';
comment on column public.orders.total_price is 'Price and options, minor units of currency; paid revisions are escrows of their own.';
comment on column public.orders.delivery_date is 'By when the buyer wants it; null: delivery_days after it is funded.';

create index orders_service_id_idx on public.orders (service_id);
create index orders_buyer_id_idx on public.orders (buyer_id, created_at desc, id desc);
create index orders_seller_id_idx on public.orders (seller_id, created_at desc, id desc);
create index orders_delivered_at_idx on public.orders (delivered_at) where status = 'delivered';

create table public.order_options (
  order_id uuid not null references public.orders (id) on delete cascade,
  position integer not null,
  option_id uuid references public.service_options (id) on delete set null,
  name text not null,
  price bigint not null,
  primary key (order_id, position)
);
comment on table public.order_options is 'Options that were ordered, at the price they had; read by buyer and seller.';

create index order_options_option_id_idx on public.order_options (option_id);

select private.hide_estimates('public.orders');
select private.hide_estimates('public.order_options');

create table private.order_transitions (
  from_status text not null,
  to_status text not null,
  action text not null,
  actor text not null,
  effect text,
  deadline text,
  primary key (from_status, action, actor),
  constraint order_transitions_actor_known check (actor in ('buyer', 'seller', 'system')),
  constraint order_transitions_effect_known check (effect in ('release', 'refund', 'dispute'))
);
comment on table private.order_transitions is
  'Which status of an order may follow which, by what and by whose hand; effect: what becomes of the money; deadline: the setting with the days after which it happens by itself. system: a payment, a decision of an admin, a deadline, or an account that goes.';

insert into private.order_transitions (from_status, to_status, action, actor, effect, deadline) values
  ('pending', 'in_progress', 'fund', 'system', null, null),
  ('pending', 'cancelled', 'cancel', 'buyer', 'refund', null),
  ('pending', 'cancelled', 'cancel', 'seller', 'refund', null),
  ('pending', 'cancelled', 'leave', 'system', 'refund', null),
  ('in_progress', 'in_progress', 'start', 'seller', null, null),
  ('in_progress', 'delivered', 'deliver', 'seller', null, null),
  ('in_progress', 'cancelled', 'cancel', 'buyer', 'refund', null),
  ('in_progress', 'cancelled', 'cancel', 'seller', 'refund', null),
  ('in_progress', 'disputed', 'dispute', 'buyer', 'dispute', null),
  ('in_progress', 'disputed', 'dispute', 'seller', 'dispute', null),
  ('delivered', 'delivered', 'deliver', 'seller', null, null),
  ('delivered', 'completed', 'approve', 'buyer', 'release', null),
  ('delivered', 'completed', 'approve', 'system', 'release', 'orders.approval_days'),
  ('delivered', 'revision_requested', 'request_revision', 'buyer', null, null),
  ('delivered', 'revision_requested', 'request_revision', 'system', null, null),
  ('delivered', 'cancelled', 'cancel', 'seller', 'refund', null),
  ('delivered', 'disputed', 'dispute', 'buyer', 'dispute', null),
  ('delivered', 'disputed', 'dispute', 'seller', 'dispute', null),
  ('revision_requested', 'delivered', 'deliver', 'seller', null, null),
  ('revision_requested', 'cancelled', 'cancel', 'seller', 'refund', null),
  ('revision_requested', 'disputed', 'dispute', 'buyer', 'dispute', null),
  ('revision_requested', 'disputed', 'dispute', 'seller', 'dispute', null),
  ('disputed', 'completed', 'resolve', 'system', null, null),
  ('disputed', 'cancelled', 'reject', 'system', null, null);

insert into private.settings (key, value, description) values
  ('orders.approval_days', '7', 'Days after a delivery after which an order is approved by itself.');

insert into public.notification_types (type, description, is_emailed) values
  ('new_order', 'Somebody ordered a service of mine.', true),
  ('order_status', 'An order that I have a part in has another status.', true);

create function private.own_order_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies of other tables.
  select o.id from public.orders as o where o.buyer_id = auth.uid()
  union all
  select o.id from public.orders as o where o.seller_id = auth.uid();
$$;

create trigger orders_touch_updated_at
  before update on public.orders
  for each row execute function private.touch_updated_at();

-- Moving --------------------------------------------------------------------------------------------------------------

create function private.tell_of_order(order_row public.orders, status text, action text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others. Both sides, but for who did it.
  select private.notify(
    p.id, 'order_status',
    jsonb_build_object('order_id', order_row.id, 'status', tell_of_order.status, 'action', tell_of_order.action)
  )
  from unnest(array[order_row.buyer_id, order_row.seller_id]) as p (id)
  where p.id is not null and p.id is distinct from auth.uid();
$$;

create function private.apply_order_action(order_row public.orders, action text, actor text, reason text default null)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for a locked order. The table says what follows and what becomes of the money.
declare
  transition private.order_transitions;
begin
  select t.* into transition
  from private.order_transitions as t
  where t.from_status = order_row.status and t.action = apply_order_action.action and t.actor = apply_order_action.actor;
  if not found then
    if exists (
      select from private.order_transitions as t
      where t.from_status = order_row.status and t.action = apply_order_action.action and t.actor <> 'system'
    ) then
      perform private.raise_error('permission_denied', 403, 'This is for the other side to do.');
    end if;
    perform private.raise_error(
      'invalid_transition', 409, 'This cannot be done with an order of this status.',
      jsonb_build_object('from', order_row.status, 'action', apply_order_action.action)
    );
  end if;
  if apply_order_action.action = 'cancel' and actor = 'buyer' and order_row.started_at is not null then
    perform private.raise_error('conflict', 409, 'Work has begun: the seller cancels, or an admin decides a dispute.');
  end if;
  if apply_order_action.action = 'start' and order_row.started_at is not null then
    return;
  end if;
  if transition.effect in ('release', 'refund') then
    perform private.end_escrows('order', order_row.id, transition.effect, apply_order_action.reason);
  elsif transition.effect = 'dispute' then
    -- What waits to be paid in for another revision is dropped.
    update private.escrows as e
    set status = 'cancelled', settled_at = now()
    where e.entity_type = 'order' and e.entity_id = order_row.id and e.status = 'pending';
    perform private.dispute_escrows('order', order_row.id, null, apply_order_action.reason);
  end if;
  update public.orders as o
  set
    status = transition.to_status,
    funded_at = case when action = 'fund' then now() else o.funded_at end,
    started_at = case when action in ('start', 'deliver') then coalesce(o.started_at, now()) else o.started_at end,
    delivered_at = case when action = 'deliver' then now() else o.delivered_at end,
    revisions_count = o.revisions_count + case when action = 'request_revision' then 1 else 0 end,
    completed_at = case when transition.to_status = 'completed' then now() else o.completed_at end,
    cancelled_at = case when transition.to_status = 'cancelled' then now() else o.cancelled_at end,
    cancellation_reason = case when action = 'cancel' then apply_order_action.reason else o.cancellation_reason end
  where o.id = order_row.id;
  perform private.tell_of_order(order_row, transition.to_status, apply_order_action.action);
  perform private.audit(
    'order.' || apply_order_action.action, 'order', order_row.id::text,
    jsonb_build_object('from', order_row.status, 'to', transition.to_status, 'actor', actor)
  );
end;
$$;

create function private.lock_order(order_id uuid)
returns public.orders
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for this module and for escrows. Both accounts, the order, its money: as everything that moves it does. The service
-- is kept: whoever deletes it holds it and waits for its orders, and a completed order counts in it.
declare
  found_order public.orders;
begin
  perform private.lock_accounts(o.buyer_id, o.seller_id) from public.orders as o where o.id = lock_order.order_id;
  perform from public.services as s
  where s.id = (select o.service_id from public.orders as o where o.id = lock_order.order_id)
  for key share;
  select o.* into found_order from public.orders as o where o.id = lock_order.order_id for no key update;
  perform private.lock_escrows('order', lock_order.order_id);
  return found_order;
end;
$$;

create function private.lock_own_order(order_id uuid)
returns public.orders
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, for its sides. Others' orders and none are the same error.
begin
  if private.account_id() is null or lock_own_order.order_id is null
    or lock_own_order.order_id not in (select private.own_order_ids()) then
    perform private.raise_error('not_found', 404, 'There is no such order of yours.');
  end if;
  return private.lock_order(lock_own_order.order_id);
end;
$$;

create function private.side_of_order(found_order public.orders)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select case auth.uid() when found_order.buyer_id then 'buyer' when found_order.seller_id then 'seller' end;
$$;

create function private.move_order(order_id uuid, action text, reason text default null)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, by one of the sides.
declare
  found_order public.orders := private.lock_own_order(move_order.order_id);
begin
  perform private.apply_order_action(found_order, move_order.action, private.side_of_order(found_order), move_order.reason);
end;
$$;

create function private.order_escrow_moved(escrow_id uuid, action text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for escrows, which have locked the order. Money in: it begins, or a paid revision does. The last dispute decided: over.
declare
  escrow private.escrows;
  found_order public.orders;
begin
  select e.* into strict escrow from private.escrows as e where e.id = order_escrow_moved.escrow_id;
  select o.* into strict found_order from public.orders as o where o.id = escrow.entity_id;
  if order_escrow_moved.action = 'fund' then
    perform private.apply_order_action(
      found_order, case escrow.purpose when 'work' then 'fund' else 'request_revision' end, 'system'
    );
  elsif order_escrow_moved.action = 'resolve' and not exists (
    select from private.escrows as e where e.entity_type = 'order' and e.entity_id = found_order.id and e.status = 'disputed'
  ) then
    perform private.apply_order_action(
      found_order,
      case when exists (
        select from private.escrows as e where e.entity_type = 'order' and e.entity_id = found_order.id and e.released > 0
      ) then 'resolve' else 'reject' end,
      'system'
    );
  end if;
end;
$$;

create function private.approve_delivered_orders()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. Everything that the approvals touch is locked first, kind by kind and each by id, or two orders of one
-- transaction could wait in a circle with somebody else's. An order that somebody holds now is left to the next run.
declare
  due_before timestamptz := now() - make_interval(days => (private.setting('orders.approval_days') #>> '{}')::integer);
  due uuid[];
  found_order public.orders;
  approved integer := 0;
begin
  due := array(
    select o.id from public.orders as o
    where o.status = 'delivered' and o.delivered_at <= due_before
    order by o.delivered_at
    limit 100
  );
  perform private.lock_accounts(variadic array(select unnest(array[o.buyer_id, o.seller_id]) from public.orders as o where o.id = any (due)));
  perform from public.services as s
  where s.id in (select o.service_id from public.orders as o where o.id = any (due)) order by s.id for key share;
  -- What was delivered again or answered meanwhile is not due.
  due := array(
    select l.id
    from (
      select o.id from public.orders as o
      where o.id = any (due) and o.status = 'delivered' and o.delivered_at <= due_before
      order by o.id
      for no key update skip locked
    ) as l
  );
  perform from private.escrows as e where e.entity_type = 'order' and e.entity_id = any (due) order by e.id for no key update;
  perform private.lock_ledger_accounts(variadic array(
    select unnest(array[p.ledger_account_id, private.ledger_account(p.payee_id, 'wallet', p.currency)])
    from (
      select e.* from private.escrows as e
      where e.entity_type = 'order' and e.entity_id = any (due) and e.status = 'funded'
      order by e.payee_id, e.currency
    ) as p
  ));
  perform from public.services as s
  where s.id in (select o.service_id from public.orders as o where o.id = any (due)) order by s.id for no key update;
  perform private.lock_profile(l.seller_id, 'creator')
  from (select distinct o.seller_id from public.orders as o where o.id = any (due) order by o.seller_id) as l;
  for found_order in select o.* from public.orders as o where o.id = any (due) order by o.id loop
    begin
      perform private.apply_order_action(found_order, 'approve', 'system');
      approved := approved + 1;
    exception when others then
      -- One that cannot be does not keep the others waiting.
      raise warning 'order % is not approved by itself: %', found_order.id, sqlerrm;
    end;
  end loop;
  return approved;
end;
$$;

create function private.leave_orders()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: orders of both sides. What is not paid ends with an account of it; what is paid keeps the account. All orders forget
-- the account, so the services of all are locked before them, as everybody does.
declare
  found_order public.orders;
begin
  perform from public.services as s where s.owner_id = old.id order by s.id for update;
  perform from public.services as s
  where s.id in (select o.service_id from public.orders as o where o.buyer_id = old.id)
  order by s.id
  for key share;
  for found_order in
    select o.* from public.orders as o
    where (o.buyer_id = old.id or o.seller_id = old.id) and o.status = 'pending'
    order by o.id
    for no key update
  loop
    perform private.apply_order_action(found_order, 'leave', 'system');
  end loop;
  return old;
end;
$$;

create trigger accounts_leave_orders
  before delete on public.accounts
  for each row execute function private.leave_orders();

create function private.check_order_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not.
begin
  if new.delivery_date < (now() at time zone 'UTC')::date then
    perform private.raise_error('validation_failed', 400, 'That day is over.', '{"fields": {"delivery_date": "range"}}');
  end if;
  return new;
end;
$$;

create trigger orders_check_change
  before update of delivery_date on public.orders
  for each row
  when (new.delivery_date is distinct from old.delivery_date)
  execute function private.check_order_change();

insert into private.jobs (name, every, description) values
  ('approve_delivered_orders', '1 minute', 'Approves orders that were delivered days ago and nobody answered.');

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.orders, public.order_options to authenticated, service_role;

grant update (requirements, delivery_date) on public.orders to authenticated;

grant execute on function private.own_order_ids() to authenticated;

alter table public.orders enable row level security;

alter table public.order_options enable row level security;

create policy select_parties on public.orders for select to authenticated
  using ((select auth.uid()) in (buyer_id, seller_id));

create policy update_buyer on public.orders for update to authenticated
  using (buyer_id = (select auth.uid()) and status = 'pending')
  with check (buyer_id = (select auth.uid()));

create policy select_parties on public.order_options for select to authenticated
  using (order_id in (select private.own_order_ids()));
