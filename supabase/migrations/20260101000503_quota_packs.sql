-- Quota packs: more of a flow than a plan gives, bought once ("connects"). The plan's own are used first; what was bought lasts until
-- it is used.
-- Promises: never more is used than was bought, also by many calls at once.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.quota_packs (
  id text primary key,
  entitlement_id text not null references public.entitlements (id) on delete restrict,
  name text not null,
  quantity bigint not null,
  amount bigint not null,
  currency text not null references public.currencies (code) on delete restrict,
  is_offered boolean not null default true,
  created_at timestamptz not null default now(),
  constraint quota_packs_id_format check (id ~ '^[a-z][a-z0-9_]{0,99}$'),
  constraint quota_packs_name_length check (private.is_clean_text(name, 1, 100)),
  constraint quota_packs_quantity_range check (quantity between 1 and 1000000),
  constraint quota_packs_amount_range check (amount between 1 and 1000000000000)
);
comment on table public.quota_packs is 'Packs of a flow that can be bought, with their prices.';
comment on column public.quota_packs.amount is 'Minor units of currency.';

create index quota_packs_entitlement_id_idx on public.quota_packs (entitlement_id);
create index quota_packs_currency_idx on public.quota_packs (currency);

insert into public.quota_packs (id, entitlement_id, name, quantity, amount, currency) values
  ('casting_responses_10', 'casting_responses', '10 responses', 10, 200000, 'KZT'),
  ('casting_responses_50', 'casting_responses', '50 responses', 50, 800000, 'KZT');

create table private.bought_quotas (
  payment_id uuid primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  entitlement_id text not null references public.entitlements (id) on delete restrict,
  quantity bigint not null,
  used bigint not null default 0,
  created_at timestamptz not null default now(),
  constraint bought_quotas_quantity_positive check (quantity >= 0),
  constraint bought_quotas_used_range check (used between 0 and quantity)
);
comment on table private.bought_quotas is 'Packs that were paid, used oldest first. A refund takes from quantity what was not used.';

create index bought_quotas_account_id_idx on private.bought_quotas (account_id, entitlement_id, created_at);
create index bought_quotas_entitlement_id_idx on private.bought_quotas (entitlement_id);

create function private.bought_quota_left(account_id uuid, entitlement_id text)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads what no client may.
  select coalesce(sum(b.quantity - b.used), 0)::bigint
  from private.bought_quotas as b
  where b.account_id = bought_quota_left.account_id and b.entitlement_id = bought_quota_left.entitlement_id and b.used < b.quantity;
$$;

create function private.use_bought_quota(account_id uuid, entitlement_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: takes one of the oldest pack that has any. Everybody waits for all packs, or two would see the last one empty where
-- another has some. False: none left.
begin
  perform from private.bought_quotas as b
  where b.account_id = use_bought_quota.account_id and b.entitlement_id = use_bought_quota.entitlement_id and b.used < b.quantity
  order by b.payment_id
  for no key update;
  update private.bought_quotas as b
  set used = b.used + 1
  where b.payment_id = (
    select o.payment_id from private.bought_quotas as o
    where o.account_id = use_bought_quota.account_id and o.entitlement_id = use_bought_quota.entitlement_id and o.used < o.quantity
    order by o.created_at, o.payment_id
    limit 1
  );
  return found;
end;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.quota_packs to anon, authenticated, service_role;

alter table public.quota_packs enable row level security;

create policy select_everyone on public.quota_packs for select to anon, authenticated using (true);
