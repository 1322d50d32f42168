-- Billing: products, plans, what a plan entitles to, subscriptions, and the use of quotas.
-- A product is a part of the marketplace with plans of its own; an account has at most one current subscription a
-- product, and having none is being on its default plan. Amounts are minor units of their currency.
-- Promises: a flow quota is never overdrawn, also not by many calls at once, and never comes back; a stock limit is freed
-- by deletion; whether a subscription has expired is decided when it is read, by no job.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.entitlements (
  id text primary key,
  product text not null,
  kind text not null,
  description text not null,
  constraint entitlements_product_known check (product in ('casting', 'hiring')),
  constraint entitlements_kind_known check (kind in ('flow', 'stock', 'feature'))
);
comment on table public.entitlements is
  'What plans can entitle to. flow: so many a month; stock: so many at a time; feature: has it or not.';

create table public.plans (
  id text primary key,
  product text not null,
  name text not null,
  rank integer not null,
  is_default boolean not null default false,
  is_offered boolean not null default true,
  constraint plans_product_known check (product in ('casting', 'hiring')),
  constraint plans_product_rank_once unique (product, rank)
);
comment on table public.plans is 'Plans of each product, from the least (rank 0) up.';

create unique index plans_default_key on public.plans (product) where is_default;

create table public.plan_prices (
  plan_id text not null references public.plans (id) on delete cascade,
  period text not null,
  amount bigint not null,
  currency text not null,
  primary key (plan_id, period),
  constraint plan_prices_period_known check (period in ('month', 'quarter', 'year')),
  constraint plan_prices_amount_positive check (amount > 0),
  constraint plan_prices_currency_format check (currency ~ '^[A-Z]{3}$')
);
comment on table public.plan_prices is 'What a plan costs for a period; plans without a price are free or not for sale.';
comment on column public.plan_prices.amount is 'Minor units: 500000 is 5,000.00.';

create table public.plan_entitlements (
  plan_id text not null references public.plans (id) on delete cascade,
  entitlement_id text not null references public.entitlements (id) on delete cascade,
  quantity bigint,
  level text,
  primary key (plan_id, entitlement_id),
  constraint plan_entitlements_quantity_positive check (quantity >= 0)
);
comment on table public.plan_entitlements is 'What a plan entitles to; without a row it does not.';
comment on column public.plan_entitlements.quantity is 'Of flow and stock; null is without limit.';
comment on column public.plan_entitlements.level is 'Of some features, such as basic or advanced analytics.';

create index plan_entitlements_entitlement_id_idx on public.plan_entitlements (entitlement_id);

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  product text not null,
  plan_id text not null references public.plans (id) on delete restrict,
  period text not null,
  started_at timestamptz not null default now(),
  expires_at timestamptz not null,
  auto_renew boolean not null default true,
  cancelled_at timestamptz,
  ended_at timestamptz,
  constraint subscriptions_product_known check (product in ('casting', 'hiring')),
  constraint subscriptions_period_known check (period in ('month', 'quarter', 'year')),
  constraint subscriptions_expires_at_order check (expires_at > started_at)
);
comment on table public.subscriptions is 'Subscriptions, past and present. One that is neither ended nor past expires_at is current.';
comment on column public.subscriptions.ended_at is 'Set when another subscription took its place.';

create unique index subscriptions_open_key on public.subscriptions (account_id, product) where ended_at is null;
create index subscriptions_account_id_idx on public.subscriptions (account_id, started_at desc);
create index subscriptions_plan_id_idx on public.subscriptions (plan_id);

select private.hide_estimates('public.subscriptions');

create table private.entitlement_usage (
  account_id uuid not null references public.accounts (id) on delete cascade,
  entitlement_id text not null references public.entitlements (id) on delete cascade,
  period_start timestamptz not null,
  used bigint not null,
  primary key (account_id, entitlement_id, period_start),
  constraint entitlement_usage_used_positive check (used >= 0)
);
comment on table private.entitlement_usage is
  'How much of a flow was used in a month, and how much of a stock is used now (period_start is -infinity).';

create index entitlement_usage_entitlement_id_idx on private.entitlement_usage (entitlement_id);

-- Which plan, which month ---------------------------------------------------------------------------------------------

create function private.current_subscription(account_id uuid, product text)
returns public.subscriptions
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: asked for accounts other than the caller's too.
  select s.*
  from public.subscriptions as s
  where s.account_id = current_subscription.account_id
    and s.product = current_subscription.product
    and s.ended_at is null
    and s.expires_at > now();
$$;

create function private.current_plan(account_id uuid, product text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select coalesce(
    (private.current_subscription(current_plan.account_id, current_plan.product)).plan_id,
    (select p.id from public.plans as p where p.product = current_plan.product and p.is_default)
  );
$$;

create function private.quota_month(account_id uuid, product text)
returns tstzrange
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. With a subscription months begin on its day, without one they are calendar months, in UTC.
declare
  start timestamp := (private.current_subscription(quota_month.account_id, quota_month.product)).started_at at time zone 'UTC';
  today timestamp := now() at time zone 'UTC';
  months integer;
begin
  if start is null then
    start := date_trunc('month', today);
    return tstzrange(start at time zone 'UTC', (start + interval '1 month') at time zone 'UTC');
  end if;
  months := extract(year from age(today, start))::integer * 12 + extract(month from age(today, start))::integer;
  -- age() and adding months disagree at the end of some months.
  if start + make_interval(months => months) > today then
    months := months - 1;
  elsif start + make_interval(months => months + 1) <= today then
    months := months + 1;
  end if;
  return tstzrange(
    (start + make_interval(months => months)) at time zone 'UTC',
    (start + make_interval(months => months + 1)) at time zone 'UTC'
  );
end;
$$;

-- Entitlements --------------------------------------------------------------------------------------------------------

create type public.entitlement_status as (
  entitlement_id text,
  product text,
  kind text,
  is_granted boolean,
  quantity bigint,
  level text,
  used bigint,
  remaining bigint,
  resets_at timestamptz,
  plan_id text,
  upgrade_plan_id text
);
comment on type public.entitlement_status is
  'What an account may do by its plan: quantity and remaining are null without limit; upgrade_plan_id is the least plan that would allow more.';

create function private.entitlement_status(account_id uuid, entitlement_id text)
returns public.entitlement_status
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads the usage, which clients may not.
declare
  entitlement public.entitlements;
  granted public.plan_entitlements;
  month tstzrange;
  status public.entitlement_status;
begin
  select e.* into strict entitlement from public.entitlements as e where e.id = entitlement_status.entitlement_id;
  month := private.quota_month(entitlement_status.account_id, entitlement.product);
  status.entitlement_id := entitlement.id;
  status.product := entitlement.product;
  status.kind := entitlement.kind;
  status.plan_id := private.current_plan(entitlement_status.account_id, entitlement.product);
  select p.* into granted
  from public.plan_entitlements as p
  where p.plan_id = status.plan_id and p.entitlement_id = entitlement.id;
  status.is_granted := found and coalesce(granted.quantity, 1) > 0;
  status.quantity := case when entitlement.kind <> 'feature' then case when found then granted.quantity else 0 end end;
  status.level := granted.level;
  if entitlement.kind <> 'feature' then
    select coalesce(max(u.used), 0) into status.used
    from private.entitlement_usage as u
    where u.account_id = entitlement_status.account_id
      and u.entitlement_id = entitlement.id
      and u.period_start = case when entitlement.kind = 'flow' then lower(month) else '-infinity' end;
    -- greatest() passes over null, which is no limit.
    status.remaining := case when status.quantity is not null then greatest(status.quantity - status.used, 0) end;
  end if;
  if entitlement.kind = 'flow' then
    status.resets_at := upper(month);
  end if;
  select p.id into status.upgrade_plan_id
  from public.plans as p
  join public.plan_entitlements as o on o.plan_id = p.id and o.entitlement_id = entitlement.id
  where p.product = entitlement.product
    and p.is_offered
    and p.rank > (select c.rank from public.plans as c where c.id = status.plan_id)
    and (not status.is_granted or (status.quantity is not null and (o.quantity is null or o.quantity > status.quantity)))
  order by p.rank
  limit 1;
  return status;
end;
$$;

create function private.is_entitled(entitlement_id text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies. True with the feature, and while there is room in a quota.
  select s.is_granted and coalesce(s.remaining > 0, true)
  from private.entitlement_status(auth.uid(), is_entitled.entitlement_id) as s;
$$;
comment on function private.is_entitled is 'Whether the caller''s plan allows this now.';

create function private.raise_quota_exceeded(account_id uuid, entitlement_id text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: says why not, and which plan would allow it.
declare
  status public.entitlement_status := private.entitlement_status(
    raise_quota_exceeded.account_id, raise_quota_exceeded.entitlement_id
  );
begin
  perform private.raise_error(
    'quota_exceeded', 403, 'Your plan does not allow more of this.',
    jsonb_build_object(
      'entitlement_id', status.entitlement_id, 'plan_id', status.plan_id, 'quantity', status.quantity,
      'used', status.used, 'resets_at', status.resets_at, 'upgrade_plan_id', status.upgrade_plan_id
    )
  );
end;
$$;

create function private.use_entitlement(account_id uuid, entitlement_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: takes one of a flow or a stock, in one statement that many callers at once cannot overdraw. False: none left.
declare
  entitlement public.entitlements;
  allowed bigint;
begin
  select e.* into strict entitlement from public.entitlements as e where e.id = use_entitlement.entitlement_id;
  select p.quantity into allowed
  from public.plan_entitlements as p
  where p.plan_id = private.current_plan(use_entitlement.account_id, entitlement.product)
    and p.entitlement_id = entitlement.id;
  if not found or allowed < 1 then
    return false;
  end if;
  insert into private.entitlement_usage as u (account_id, entitlement_id, period_start, used)
  values (
    use_entitlement.account_id,
    entitlement.id,
    case when entitlement.kind = 'flow' then lower(private.quota_month(use_entitlement.account_id, entitlement.product)) else '-infinity' end,
    1
  )
  on conflict on constraint entitlement_usage_pkey do update
    set used = u.used + 1
    where allowed is null or u.used < allowed;
  return found;
end;
$$;

create function private.free_entitlement(account_id uuid, entitlement_id text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: gives one of a stock back. Flows never come back.
  update private.entitlement_usage as u
  set used = u.used - 1
  where u.account_id = free_entitlement.account_id
    and u.entitlement_id = free_entitlement.entitlement_id
    and u.period_start = '-infinity'
    and u.used > 0;
$$;

create function private.my_entitlements()
returns setof public.entitlement_status
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select s.*
  from public.entitlements as e
  cross join lateral private.entitlement_status(private.account_id(), e.id) as s
  order by e.product, e.id;
$$;

create function public.my_entitlements()
returns setof public.entitlement_status
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_entitlements();
$$;
comment on function public.my_entitlements is 'Everything plans can entitle to, with what the caller''s plan allows, what is used, and which plan would allow more.';

-- What there is -------------------------------------------------------------------------------------------------------

insert into public.entitlements (id, product, kind, description) values
  ('photos', 'casting', 'stock', 'Photos in a model''s profile.'),
  ('casting_responses', 'casting', 'flow', 'Responses to castings in a month.'),
  ('casting_chat', 'casting', 'feature', 'Conversations of castings, and of models with employers.'),
  ('promotion', 'casting', 'feature', 'Promotion of a profile or a casting.'),
  ('priority_support', 'casting', 'feature', 'Support before others.'),
  ('analytics', 'casting', 'feature', 'Statistics of one''s profile and castings; level basic or advanced.');

insert into public.plans (id, product, name, rank, is_default) values
  ('casting_free', 'casting', 'FREE', 0, true),
  ('casting_pro', 'casting', 'PRO', 1, false),
  ('casting_business', 'casting', 'BUSINESS', 2, false);

insert into public.plan_prices (plan_id, period, amount, currency) values
  ('casting_pro', 'month', 500000, 'KZT'),
  ('casting_pro', 'year', 5000000, 'KZT'),
  ('casting_business', 'month', 1500000, 'KZT'),
  ('casting_business', 'year', 15000000, 'KZT');

insert into public.plan_entitlements (plan_id, entitlement_id, quantity, level) values
  ('casting_free', 'photos', 5, null),
  ('casting_free', 'casting_responses', 3, null),
  ('casting_pro', 'photos', 20, null),
  ('casting_pro', 'casting_responses', 30, null),
  ('casting_pro', 'casting_chat', null, null),
  ('casting_pro', 'analytics', null, 'basic'),
  ('casting_business', 'photos', null, null),
  ('casting_business', 'casting_responses', null, null),
  ('casting_business', 'casting_chat', null, null),
  ('casting_business', 'promotion', null, null),
  ('casting_business', 'priority_support', null, null),
  ('casting_business', 'analytics', null, 'advanced');

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on
  public.entitlements,
  public.plans,
  public.plan_prices,
  public.plan_entitlements
to anon, authenticated, service_role;

grant select on public.subscriptions to authenticated, service_role;

grant execute on function
  private.is_entitled(text),
  private.my_entitlements(),
  public.my_entitlements()
to authenticated;

alter table public.entitlements enable row level security;

alter table public.plans enable row level security;

alter table public.plan_prices enable row level security;

alter table public.plan_entitlements enable row level security;

alter table public.subscriptions enable row level security;

create policy select_everyone on public.entitlements for select to anon, authenticated using (true);

create policy select_everyone on public.plans for select to anon, authenticated using (true);

create policy select_everyone on public.plan_prices for select to anon, authenticated using (true);

create policy select_everyone on public.plan_entitlements for select to anon, authenticated using (true);

create policy select_owner on public.subscriptions for select to authenticated
  using (account_id = (select auth.uid()));
