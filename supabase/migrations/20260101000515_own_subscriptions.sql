-- Own subscriptions: where an account stands, and what it had.
-- Promises: days, warnings and credits are computed when they are read.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- The casting product -------------------------------------------------------------------------------------------------

create type public.current_subscription as (
  subscription_id uuid,
  plan_id text,
  plan text,
  status text,
  period text,
  started_at timestamptz,
  expires_at timestamptz,
  auto_renew boolean,
  photos_uploaded bigint,
  photos_limit bigint,
  responses_sent bigint,
  responses_limit bigint
);
comment on type public.current_subscription is
  'Where an account stands with the casting product; without a subscription the plan is FREE and subscription_id null. A limit that is null is none.';

create function private.my_subscription()
returns public.current_subscription
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the usage, which clients may not.
  select
    s.id, p.id, p.name,
    case when s.id is null then 'active' else private.subscription_status(s) end,
    s.period, s.started_at, s.expires_at, coalesce(s.auto_renew, false),
    photos.used, photos.quantity, responses.used, responses.quantity
  from private.current_subscription(private.account_id(), 'casting') as s
  join public.plans as p on p.id = private.current_plan(auth.uid(), 'casting')
  cross join private.entitlement_status(auth.uid(), 'photos') as photos
  cross join private.entitlement_status(auth.uid(), 'casting_responses') as responses;
$$;

create function public.my_subscription()
returns public.current_subscription
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_subscription();
$$;
comment on function public.my_subscription is 'The caller''s plan of the casting product, until when, and what of it is used.';

-- Every product -------------------------------------------------------------------------------------------------------

create type public.subscription_card as (
  id uuid,
  product text,
  plan_id text,
  plan text,
  period text,
  amount bigint,
  currency text,
  status text,
  is_current boolean,
  started_at timestamptz,
  expires_at timestamptz,
  days_remaining integer,
  warning_level text,
  auto_renew boolean,
  follows_id uuid,
  is_unlimited boolean,
  credits_limit bigint,
  credits_used bigint,
  credits_remaining bigint,
  payment_reference text,
  approved_at timestamptz,
  approved_by uuid,
  approved_by_name text,
  rejection_reason text,
  cancelled_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.subscription_card is
  'A subscription. amount: minor units of currency; status: pending, scheduled, active, past_due, cancelled (goes on until expires_at), rejected, expired; days_remaining: whole days, never below 0; warning_level: warning (7 to 3 days), critical (less); credits: of products that have them, null without limit; credits_limit: what it was given, with what another left to it; credits_remaining: 0 once it is over. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.days_remaining(s public.subscriptions)
returns integer
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. Null before it begins.
  select case
    when s.started_at is null or (s.ended_at is null and not private.has_begun(s)) then null
    when s.ended_at is not null then 0
    else greatest(floor(extract(epoch from s.expires_at - now()) / 86400), 0)::integer
  end;
$$;

create function private.is_followed(s public.subscriptions)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions.
  select exists (select from public.subscriptions as f where f.follows_id = s.id and f.ended_at is null);
$$;

create function private.warning_level(s public.subscriptions)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. Of one that is running, will not renew by itself, and is followed by no other.
  select case
    when s.started_at > now() or s.auto_renew or private.subscription_status(s) not in ('active', 'past_due', 'cancelled') then null
    when s.ended_at is not null or private.is_followed(s) then null
    when private.days_remaining(s) < 3 then 'critical'
    when private.days_remaining(s) <= 7 then 'warning'
  end;
$$;

create function private.subscription_card(s public.subscriptions, total bigint)
returns public.subscription_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the ledger.
  select
    s.id, s.product, s.plan_id, p.name, s.period, s.amount, s.currency, private.subscription_status(s),
    s.id is not distinct from (private.current_subscription(s.account_id, s.product)).id,
    s.started_at, s.expires_at, private.days_remaining(s), private.warning_level(s), s.auto_renew, s.follows_id,
    e.plan_id is not null and e.quantity is null,
    case when c.granted is not null then c.granted when s.started_at is null then e.quantity end,
    case when e.plan_id is not null then coalesce(c.used, 0) end,
    case
      when c.remaining is not null then case private.subscription_status(s) when 'expired' then 0 else c.remaining end
      when s.started_at is null then e.quantity
    end,
    s.payment_reference, s.approved_at, s.approved_by, a.full_name, s.rejection_reason, s.cancelled_at, s.ended_at,
    s.created_at, s.updated_at, subscription_card.total, private.cursor_of(s.created_at, s.id)
  from public.plans as p
  left join public.plan_entitlements as e on e.plan_id = p.id and e.entitlement_id = 'unlock_credits'
  left join private.subscription_credits(s.id) as c on true
  left join public.accounts as a on a.id = s.approved_by
  where p.id = s.plan_id;
$$;

create function private.find_subscriptions(product text, page_size integer, cursor text, skip integer)
returns setof public.subscription_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above. The caller's own.
declare
  caller uuid := private.account_id();
  after record;
begin
  if find_subscriptions.product not in ('casting', 'hiring') then
    perform private.raise_error('validation_failed', 400, 'No such product.', '{"fields": {"product": "known"}}');
  end if;
  select * into after from private.cursor_at(find_subscriptions.cursor);
  return query
    select c.*
    from (
      select s as subscription
      from public.subscriptions as s
      where s.account_id = caller
        and (find_subscriptions.product is null or s.product = find_subscriptions.product)
        and (after.at is null or (s.created_at, s.id) < (after.at, after.id))
      order by s.created_at desc, s.id desc
      limit private.page_size(find_subscriptions.page_size) offset private.skipped(find_subscriptions.skip)
    ) as f
    cross join lateral private.subscription_card(f.subscription, (
      select count(*)
      from (
        select from public.subscriptions as s
        where s.account_id = caller and (find_subscriptions.product is null or s.product = find_subscriptions.product)
        limit 1001
      ) as counted
    )) as c
    order by c.created_at desc, c.id desc;
end;
$$;

create function public.list_subscriptions(
  product text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.subscription_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_subscriptions(product, page_size, cursor, skip);
$$;
comment on function public.list_subscriptions is 'The caller''s subscriptions, past and present, newest first: 20 a page, 1-100; of the product casting or hiring, or all.';

create function private.get_subscription(subscription_id uuid, product text)
returns setof public.subscription_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. The caller's own: one by its id, or the current one of a product.
  select c.*
  from public.subscriptions as s
  cross join lateral private.subscription_card(s, 1) as c
  where s.account_id = private.account_id()
    and s.id = coalesce(
      get_subscription.subscription_id, (private.current_subscription(private.account_id(), get_subscription.product)).id
    );
$$;

create function public.get_subscription(subscription_id uuid)
returns setof public.subscription_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_subscription(subscription_id, null) where subscription_id is not null;
$$;
comment on function public.get_subscription is 'One of the caller''s subscriptions; no row when there is none.';

create function public.current_subscription(product text)
returns setof public.subscription_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_subscription(null, product);
$$;
comment on function public.current_subscription is 'The caller''s current subscription of a product (casting or hiring); no row when there is none.';

create function public.request_subscription(plan_id text, period text)
returns setof public.subscription_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  asked uuid := private.request_subscription(plan_id, period);
begin
  return query select * from private.get_subscription(asked, null);
end;
$$;
comment on function public.request_subscription is
  'Asks for a plan (month, quarter or year, as it is offered): pending until an admin approves it or it is paid. A greater plan then begins at once, the same or a lesser one when the one that runs is over. validation_failed (400) for what is not offered; conflict (409) while another waits to be approved, or to follow as this one would.';

create function public.cancel_subscription(subscription_id uuid)
returns setof public.subscription_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  cancelled uuid := private.cancel_subscription(subscription_id);
begin
  return query select * from private.get_subscription(cancelled, null);
end;
$$;
comment on function public.cancel_subscription is
  'Withdraws a request, or has a subscription end with its period: it goes on until expires_at. not_found (404) for others''; invalid_transition (409) for what is over, cancelled already or has not begun.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.my_subscription(),
  public.my_subscription(),
  private.find_subscriptions(text, integer, text, integer),
  public.list_subscriptions(text, integer, text, integer),
  private.get_subscription(uuid, text),
  public.get_subscription(uuid),
  public.current_subscription(text),
  private.request_subscription(text, text),
  public.request_subscription(text, text),
  private.cancel_subscription(uuid),
  public.cancel_subscription(uuid)
to authenticated;
