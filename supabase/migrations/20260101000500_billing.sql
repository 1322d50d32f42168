-- Billing: products, plans, what a plan entitles to, and subscriptions.
-- A product is a part of the marketplace with plans of its own; an account has at most one current subscription a
-- product, and having none is being on its default plan, where there is one. Amounts are minor units of their currency.
-- Promises: whether a subscription has expired is decided when it is read, by no job.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.entitlements (
  id text primary key,
  product text not null,
  kind text not null,
  description text not null,
  constraint entitlements_product_known check (product in ('casting', 'hiring')),
  constraint entitlements_kind_known check (kind in ('flow', 'stock', 'credits', 'feature'))
);
comment on table public.entitlements is
  'What plans can entitle to. flow: so many a month; stock: so many at a time; credits: so many a subscription; feature: has it or not.';

create table public.plans (
  id text primary key,
  product text not null,
  name text not null,
  description text,
  highlights text[] not null default '{}',
  rank integer not null,
  unlock_price bigint,
  is_default boolean not null default false,
  is_offered boolean not null default true,
  created_at timestamptz not null default now(),
  constraint plans_product_known check (product in ('casting', 'hiring')),
  constraint plans_unlock_price_positive check (unlock_price >= 0),
  constraint plans_product_rank_once unique (product, rank)
);
comment on table public.plans is 'Plans of each product, from the least (rank 0) up.';
comment on column public.plans.highlights is 'What a price page says of it, in English; what it really allows is in plan_entitlements.';
comment on column public.plans.unlock_price is 'Credits of the plan that unlocking a candidate costs; null where the plan has none.';

create unique index plans_default_key on public.plans (product) where is_default;

create table public.plan_prices (
  plan_id text not null references public.plans (id) on delete cascade,
  period text not null,
  amount bigint not null,
  currency text not null references public.currencies (code) on delete restrict,
  days integer,
  primary key (plan_id, period),
  constraint plan_prices_period_known check (period in ('month', 'quarter', 'year')),
  constraint plan_prices_amount_positive check (amount > 0),
  constraint plan_prices_days_positive check (days > 0)
);
comment on table public.plan_prices is 'What a plan costs for a period; plans without a price are free or not for sale.';
comment on column public.plan_prices.amount is 'Minor units: 500000 is 5,000.00.';
comment on column public.plan_prices.days is 'How long it lasts; null: a month, quarter or year of the calendar.';

create index plan_prices_currency_idx on public.plan_prices (currency);

create table public.plan_entitlements (
  plan_id text not null references public.plans (id) on delete cascade,
  entitlement_id text not null references public.entitlements (id) on delete cascade,
  quantity bigint,
  level text,
  primary key (plan_id, entitlement_id),
  constraint plan_entitlements_quantity_positive check (quantity >= 0)
);
comment on table public.plan_entitlements is 'What a plan entitles to; without a row it does not.';
comment on column public.plan_entitlements.quantity is 'Of flow, stock and credits; null is without limit.';
comment on column public.plan_entitlements.level is 'Of some features, such as basic or advanced analytics.';

create index plan_entitlements_entitlement_id_idx on public.plan_entitlements (entitlement_id);

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  product text not null,
  plan_id text not null references public.plans (id) on delete restrict,
  period text not null,
  amount bigint,
  currency text,
  started_at timestamptz,
  expires_at timestamptz,
  auto_renew boolean not null default false,
  follows_id uuid references public.subscriptions (id) on delete set null,
  replaced_by_id uuid references public.subscriptions (id) on delete set null,
  approved_at timestamptz,
  approved_by uuid references public.accounts (id) on delete set null,
  payment_reference text,
  rejection_reason text,
  cancelled_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscriptions_product_known check (product in ('casting', 'hiring')),
  constraint subscriptions_period_known check (period in ('month', 'quarter', 'year')),
  constraint subscriptions_started_at_required check ((started_at is null) = (expires_at is null)),
  constraint subscriptions_expires_at_order check (expires_at > started_at),
  constraint subscriptions_payment_reference_length check (private.is_clean_text(payment_reference, 1, 200)),
  constraint subscriptions_rejection_reason_length check (private.is_clean_text(rejection_reason, 1, 2000))
);
comment on table public.subscriptions is
  'Subscriptions, asked for, present and past. private.subscription_status says which; one that began, is not ended and not over is current.';
comment on column public.subscriptions.amount is 'Minor units of currency: the price when it was asked for; null where an admin gave it.';
comment on column public.subscriptions.started_at is 'Null while it waits to be approved or paid; in the future while another runs that it follows.';
comment on column public.subscriptions.follows_id is 'The one after whose end it begins: a renewal or a lesser plan.';
comment on column public.subscriptions.replaced_by_id is 'The one that took its place while it ran, and what it had left of credits.';
comment on column public.subscriptions.ended_at is 'Set when another took its place, or a request was withdrawn or refused.';

create unique index subscriptions_pending_key on public.subscriptions (account_id, product) where started_at is null and ended_at is null;
create unique index subscriptions_open_key on public.subscriptions (account_id, product)
  where started_at is not null and ended_at is null and follows_id is null;
create unique index subscriptions_follows_id_key on public.subscriptions (follows_id) where ended_at is null;
create index subscriptions_follows_id_idx on public.subscriptions (follows_id);
create index subscriptions_replaced_by_id_idx on public.subscriptions (replaced_by_id);
create index subscriptions_account_id_idx on public.subscriptions (account_id, created_at desc, id desc);
create index subscriptions_plan_id_idx on public.subscriptions (plan_id);
create index subscriptions_approved_by_idx on public.subscriptions (approved_by);
create index subscriptions_expires_at_idx on public.subscriptions (expires_at) where ended_at is null;
create unique index subscriptions_payment_reference_key on public.subscriptions (payment_reference);

select private.hide_estimates('public.subscriptions');

create trigger subscriptions_touch_updated_at
  before update on public.subscriptions
  for each row execute function private.touch_updated_at();

insert into private.settings (key, value, description) values
  ('billing.grace_days', '3', 'Days for which a subscription that renews by itself goes on when its payment is late.');

-- Which plan, which month ---------------------------------------------------------------------------------------------

create function private.subscription_end(s public.subscriptions)
returns timestamptz
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the setting. Until when it counts: whose renewal is late goes on for the days of grace.
  select case
    when s.auto_renew and s.cancelled_at is null
      then s.expires_at + make_interval(days => (private.setting('billing.grace_days') #>> '{}')::integer)
    else s.expires_at
  end;
$$;

create function private.has_begun(s public.subscriptions)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. What follows nothing began at once, also for a transaction that is older than it and waited.
  select s.started_at is not null and (s.follows_id is null or s.started_at <= now());
$$;

create function private.subscription_status(s public.subscriptions)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select case
    when s.started_at is null and s.ended_at is null then 'pending'
    when s.rejection_reason is not null then 'rejected'
    when s.started_at is null then 'cancelled'
    when s.ended_at is not null or private.subscription_end(s) <= now() then 'expired'
    when s.cancelled_at is not null then 'cancelled'
    when not private.has_begun(s) then 'scheduled'
    when s.expires_at <= now() then 'past_due'
    else 'active'
  end;
$$;
comment on function private.subscription_status is
  'pending: waits for approval or payment; scheduled: begins when another ends; active; past_due: its renewal is late and the days of grace run; cancelled: goes on until expires_at if it had begun; rejected: an admin refused it; expired: over, or another took its place.';

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
    and private.has_begun(s)
    and private.subscription_end(s) > now()
  order by s.started_at desc
  limit 1;
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
  today timestamp := greatest(now() at time zone 'UTC', start);
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

-- What there is -------------------------------------------------------------------------------------------------------

insert into public.entitlements (id, product, kind, description) values
  ('photos', 'casting', 'stock', 'Photos in a model''s profile.'),
  ('casting_responses', 'casting', 'flow', 'Responses to castings in a month.'),
  ('casting_chat', 'casting', 'feature', 'Conversations of castings, and of models with employers.'),
  ('promotion', 'casting', 'feature', 'Promotion of a profile or a casting.'),
  ('priority_support', 'casting', 'feature', 'Support before others.'),
  ('analytics', 'casting', 'feature', 'Statistics of one''s profile and castings; level basic or advanced.'),
  ('unlock_credits', 'hiring', 'credits', 'Credits for unlocking candidates.'),
  ('shared_unlocks', 'hiring', 'feature', 'What one recruiter unlocks, the others of the company read too.');

insert into public.plans (id, product, name, rank, is_default, unlock_price, description, highlights) values
  ('casting_free', 'casting', 'FREE', 0, true, null, 'To begin with.', array['5 photos', '3 responses a month']),
  (
    'casting_pro', 'casting', 'PRO', 1, false, null, 'For models who work regularly.',
    array['20 photos', '30 responses a month', 'Chat with employers', 'Basic statistics']
  ),
  (
    'casting_business', 'casting', 'BUSINESS', 2, false, null, 'For professionals and agencies.',
    array['Photos and responses without limit', 'Promotion', 'Advanced statistics', 'Priority support']
  ),
  (
    'hiring_basic', 'hiring', 'Basic', 1, false, 1, 'For small teams.', array['50 candidates', 'Basic filters', 'Support by email']
  ),
  (
    'hiring_professional', 'hiring', 'Professional', 2, false, 1, 'For companies that grow.',
    array['150 candidates', 'Advanced filters', 'Unlocks shared within the company', 'Priority support']
  ),
  (
    'hiring_enterprise', 'hiring', 'Enterprise', 3, false, 0, 'For companies that hire all the time.',
    array['Candidates without limit', 'Unlocks shared within the company', 'A manager of your own']
  );

insert into public.plan_prices (plan_id, period, amount, currency, days) values
  ('casting_pro', 'month', 500000, 'KZT', null),
  ('casting_pro', 'year', 5000000, 'KZT', null),
  ('casting_business', 'month', 1500000, 'KZT', null),
  ('casting_business', 'year', 15000000, 'KZT', null),
  ('hiring_basic', 'month', 99900, 'INR', 30),
  ('hiring_professional', 'quarter', 249900, 'INR', 90),
  ('hiring_enterprise', 'year', 999900, 'INR', 365);

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
  ('casting_business', 'analytics', null, 'advanced'),
  ('hiring_basic', 'unlock_credits', 50, null),
  ('hiring_professional', 'unlock_credits', 150, null),
  ('hiring_professional', 'shared_unlocks', null, null),
  ('hiring_enterprise', 'unlock_credits', null, null),
  ('hiring_enterprise', 'shared_unlocks', null, null);

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on
  public.entitlements,
  public.plans,
  public.plan_prices,
  public.plan_entitlements
to anon, authenticated, service_role;

grant select on public.subscriptions to authenticated, service_role;

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
