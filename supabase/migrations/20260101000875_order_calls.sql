-- Order calls: what buyer and seller read and do.
-- Promises: nobody else reads an order; each step is one of the transition table's.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.start_order(order_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: state is in no column grant.
  select private.move_order(order_id, 'start');
$$;

create function private.approve_order(order_id uuid, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if private.claim_idempotency_key('approve_order', idempotency_key, jsonb_build_object('order_id', approve_order.order_id)) is null then
    perform private.move_order(approve_order.order_id, 'approve');
    perform private.keep_idempotent_answer('approve_order', idempotency_key, 'true');
  end if;
end;
$$;

create function private.check_order_reason(reason text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not.
begin
  if private.is_clean_text(reason, 1, 2000) is not true then
    perform private.raise_error('validation_failed', 400, 'Say why, in 1 to 2,000 characters.', '{"fields": {"reason": "length"}}');
  end if;
end;
$$;

create function private.cancel_order(order_id uuid, reason text, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  perform private.check_order_reason(cancel_order.reason);
  if private.claim_idempotency_key(
    'cancel_order', idempotency_key, jsonb_build_object('order_id', cancel_order.order_id, 'reason', cancel_order.reason)
  ) is null then
    perform private.move_order(cancel_order.order_id, 'cancel', cancel_order.reason);
    perform private.keep_idempotent_answer('cancel_order', idempotency_key, 'true');
  end if;
end;
$$;

create function private.dispute_order(order_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  perform private.check_order_reason(dispute_order.reason);
  perform private.move_order(dispute_order.order_id, 'dispute', dispute_order.reason);
end;
$$;

-- Reading -------------------------------------------------------------------------------------------------------------

create type public.order_option as (
  option_id uuid,
  name text,
  price bigint
);

create type public.order_card as (
  id uuid,
  side text,
  service_id uuid,
  title text,
  buyer_id uuid,
  buyer_name text,
  buyer_avatar_path text,
  seller_id uuid,
  seller_name text,
  seller_avatar_path text,
  requirements text,
  price bigint,
  options public.order_option[],
  total_price bigint,
  currency text,
  buyer_pays bigint,
  fee bigint,
  seller_gets bigint,
  delivery_days integer,
  delivery_date date,
  due_on date,
  allows_modifications boolean,
  modifications_price bigint,
  revisions_count integer,
  status text,
  approves_at timestamptz,
  funded_at timestamptz,
  started_at timestamptz,
  delivered_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.order_card is
  'An order as its sides see it. side: buyer or seller; amounts: minor units of currency; buyer_pays, fee and seller_gets: of total_price and of revisions that were paid, what will be until it is over, then what was; due_on: the day it is due; approves_at: when it is approved by itself. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_orders(order_id uuid, side text, status text, page_size integer, cursor text, skip integer)
returns setof public.order_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: names of the other side. Those that the policy of orders shows.
declare
  caller uuid := private.account_id();
  days integer := (private.setting('orders.approval_days') #>> '{}')::integer;
  after record;
begin
  if find_orders.side not in ('buyer', 'seller') then
    perform private.raise_error('validation_failed', 400, 'No such side.', '{"fields": {"side": "known"}}');
  end if;
  if find_orders.status not in ('pending', 'in_progress', 'delivered', 'revision_requested', 'completed', 'cancelled', 'disputed') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  select * into after from private.cursor_at(find_orders.cursor);
  return query
    with own as (
      select o.id, o.created_at
      from public.orders as o
      where o.buyer_id = caller and find_orders.side is distinct from 'seller'
        and (find_orders.status is null or o.status = find_orders.status)
        and (find_orders.order_id is null or o.id = find_orders.order_id)
      union all
      select o.id, o.created_at
      from public.orders as o
      where o.seller_id = caller and find_orders.side is distinct from 'buyer'
        and (find_orders.status is null or o.status = find_orders.status)
        and (find_orders.order_id is null or o.id = find_orders.order_id)
    ), page as (
      select w.id
      from own as w
      where after.id is null or (w.created_at, w.id) < (after.at, after.id)
      order by w.created_at desc, w.id desc
      limit private.page_size(find_orders.page_size) offset private.skipped(find_orders.skip)
    )
    select o.id, private.side_of_order(o), o.service_id, o.title,
      o.buyer_id, b.full_name, b.avatar_path, o.seller_id, s.full_name, s.avatar_path, o.requirements, o.price,
      array(
        select row(p.option_id, p.name, p.price)::public.order_option
        from public.order_options as p where p.order_id = o.id order by p.position
      ),
      o.total_price, o.currency, m.pays, m.fee, m.gets, o.delivery_days, o.delivery_date,
      coalesce(o.delivery_date, (o.funded_at at time zone 'UTC')::date + o.delivery_days),
      o.allows_modifications, o.modifications_price, o.revisions_count, o.status,
      case when o.status = 'delivered' then o.delivered_at + make_interval(days => days) end,
      o.funded_at, o.started_at, o.delivered_at, o.completed_at, o.cancelled_at, o.cancellation_reason, o.created_at, o.updated_at,
      (select count(*) from (select from own limit 1001) as counted), private.cursor_of(o.created_at, o.id)
    from page as g
    join public.orders as o on o.id = g.id
    left join public.accounts as b on b.id = o.buyer_id
    left join public.accounts as s on s.id = o.seller_id
    cross join lateral (
      select
        coalesce(sum(e.amount - e.refunded), 0)::bigint as pays,
        coalesce(sum(case when e.settled_at is null then private.fee_of(e.amount, e.fee_rate) else e.fee end), 0)::bigint as fee,
        coalesce(sum(
          case when e.settled_at is null then e.amount - private.fee_of(e.amount, e.fee_rate) else e.released end
        ), 0)::bigint as gets
      from private.escrows as e
      where e.entity_type = 'order' and e.entity_id = o.id and e.status <> 'cancelled'
        and (e.purpose = 'work' or e.funded > 0)
    ) as m
    order by o.created_at desc, o.id desc;
end;
$$;

create function public.list_orders(
  side text default null,
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.order_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_orders(null, side, status, page_size, cursor, skip);
$$;
comment on function public.list_orders is 'The caller''s orders as buyer, as seller, or both, newest first: 20 a page, 1-100.';

create function public.get_order(order_id uuid)
returns setof public.order_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_orders(order_id, null, null, 1, null, 0) where order_id is not null;
$$;
comment on function public.get_order is 'One order that the caller buys or sells; no row otherwise.';

create type public.delivery_file as (
  file_id uuid,
  path text,
  name text,
  size bigint,
  content_type text,
  created_at timestamptz
);

create type public.order_delivery as (
  id uuid,
  order_id uuid,
  message text,
  files public.delivery_file[],
  created_at timestamptz
);
comment on type public.order_delivery is 'A delivery with its files: bucket `deliveries`, read by a signed url. size: bytes.';

create function private.find_deliveries(order_id uuid)
returns setof public.order_delivery
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: files are their owners'.
  select d.id, d.order_id, d.message,
    array(
      select row(f.id, f.path, f.name, f.size, f.content_type, f.created_at)::public.delivery_file
      from public.order_delivery_files as l
      join public.files as f on f.id = l.file_id
      where l.delivery_id = d.id
      order by f.created_at, f.id
    ),
    d.created_at
  from public.order_deliveries as d
  where d.order_id = find_deliveries.order_id and private.account_id() is not null
    and d.order_id in (select private.own_order_ids())
  order by d.created_at, d.id
  limit 1000;
$$;

create function public.list_deliveries(order_id uuid)
returns setof public.order_delivery
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_deliveries(order_id);
$$;
comment on function public.list_deliveries is 'What was delivered of an order of the caller''s, oldest first.';

-- The calls -----------------------------------------------------------------------------------------------------------

create function public.create_order(
  service_id uuid,
  option_ids uuid[] default '{}',
  requirements text default null,
  delivery_date date default null,
  idempotency_key uuid default null
)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  order_id uuid := private.create_order(service_id, option_ids, requirements, delivery_date, idempotency_key);
begin
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.create_order is
  'Orders an active service of somebody else, with options of it; the total is the server''s. It waits until its money is there. The same idempotency_key orders once.';

create function public.cancel_order(order_id uuid, reason text, idempotency_key uuid default null)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.cancel_order(order_id, reason, idempotency_key);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.cancel_order is
  'By the buyer until work begins, by the seller until it is approved, with a reason; money goes back to the buyer''s wallet. conflict (409) for a buyer once work has begun, permission_denied (403) after a delivery. The same idempotency_key does it once.';

create function public.start_order(order_id uuid)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.start_order(order_id);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.start_order is 'The seller says that work begins: the buyer cannot cancel by themselves any more.';

create function public.deliver_order(order_id uuid, message text default null, file_ids uuid[] default '{}')
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.deliver_order(order_id, message, file_ids);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.deliver_order is
  'The seller hands work over: a message, up to 20 own files of the bucket `deliveries`, or both. After the days of orders.approval_days without an answer it is approved.';

create function public.approve_order(order_id uuid, idempotency_key uuid default null)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.approve_order(order_id, idempotency_key);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.approve_order is 'The buyer accepts a delivery: the order is completed and its money released; invalid_transition (409) before one. The same idempotency_key does it once.';

create function public.request_revision(order_id uuid, message text)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.request_revision(order_id, message);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.request_revision is
  'The buyer asks for changes of a delivery. Where the service''s revisions cost, list_escrows has what to pay, and it begins with that.';

create function public.dispute_order(order_id uuid, reason text)
returns setof public.order_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.dispute_order(order_id, reason);
  return query select * from private.find_orders(order_id, null, null, 1, null, 0);
end;
$$;
comment on function public.dispute_order is 'Either side says what is wrong with an order that is paid: its money stays held until an admin decides.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.create_order(uuid, uuid[], text, date, uuid),
  public.create_order(uuid, uuid[], text, date, uuid),
  private.find_orders(uuid, text, text, integer, text, integer),
  public.list_orders(text, text, integer, text, integer),
  public.get_order(uuid),
  private.find_deliveries(uuid),
  public.list_deliveries(uuid),
  private.cancel_order(uuid, text, uuid),
  public.cancel_order(uuid, text, uuid),
  private.start_order(uuid),
  public.start_order(uuid),
  private.deliver_order(uuid, text, uuid[]),
  public.deliver_order(uuid, text, uuid[]),
  private.approve_order(uuid, uuid),
  public.approve_order(uuid, uuid),
  private.request_revision(uuid, text),
  public.request_revision(uuid, text),
  private.dispute_order(uuid, text),
  public.dispute_order(uuid, text)
to authenticated;
