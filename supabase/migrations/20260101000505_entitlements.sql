-- Entitlements: what an account may do by its plan, or by an admin's word, and how much of it is used.
-- Promises: a flow quota is never overdrawn, also not by many calls at once, and never comes back; a stock limit is freed
-- by deletion; the credits of a subscription are the ledger's.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

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

create table private.entitlement_overrides (
  account_id uuid not null references public.accounts (id) on delete cascade,
  entitlement_id text not null references public.entitlements (id) on delete cascade,
  quantity bigint,
  level text,
  reason text not null,
  expires_at timestamptz not null default 'infinity',
  created_at timestamptz not null default now(),
  primary key (account_id, entitlement_id),
  constraint entitlement_overrides_quantity_positive check (quantity >= 0)
);
comment on table private.entitlement_overrides is
  'What an admin allows one account whatever its plan says; quantity null: without limit, 0: not at all. Written by override_entitlement.';

create index entitlement_overrides_entitlement_id_idx on private.entitlement_overrides (entitlement_id);

-- Entitlements --------------------------------------------------------------------------------------------------------

create type public.entitlement_status as (
  entitlement_id text,
  product text,
  kind text,
  is_granted boolean,
  quantity bigint,
  level text,
  used bigint,
  bought bigint,
  remaining bigint,
  resets_at timestamptz,
  plan_id text,
  upgrade_plan_id text
);
comment on type public.entitlement_status is
  'What an account may do by its plan: quantity and remaining are null without limit; bought: of a flow, what is left of packs, which is in remaining too; upgrade_plan_id is the least plan that would allow more, null where an admin decides.';

create function private.granted_entitlement(account_id uuid, entitlement_id text)
returns setof public.plan_entitlements
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: asked for accounts other than the caller's too. What the account's plan gives it, unless an admin has decided otherwise; no row: nothing.
  with override as materialized (
    select o.entitlement_id, o.quantity, o.level
    from private.entitlement_overrides as o
    where o.account_id = granted_entitlement.account_id
      and o.entitlement_id = granted_entitlement.entitlement_id
      and o.expires_at > now()
  )
  select null::text, o.entitlement_id, o.quantity, o.level from override as o
  union all
  select p.plan_id, p.entitlement_id, p.quantity, p.level
  from public.entitlements as e
  join public.plan_entitlements as p
    on p.entitlement_id = e.id and p.plan_id = private.current_plan(granted_entitlement.account_id, e.product)
  where e.id = granted_entitlement.entitlement_id and not exists (select from override);
$$;

create function private.subscription_credits(subscription_id uuid)
returns table (used bigint, remaining bigint, granted bigint)
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. From the ledger; nothing of a subscription without credits, or without a limit to them.
  select
    coalesce((
      select -sum(e.amount)
      from private.ledger_entries as e
      join private.ledger_transfers as t on t.id = e.transfer_id
      where e.ledger_account_id = a.id and t.kind in ('unlock', 'unlock_refund')
    ), 0)::bigint,
    a.balance,
    coalesce((
      select sum(e.amount)
      from private.ledger_entries as e
      join private.ledger_transfers as t on t.id = e.transfer_id
      where e.ledger_account_id = a.id and e.amount > 0 and t.kind <> 'unlock_refund'
    ), 0)::bigint
  from public.subscriptions as s
  join private.ledger_accounts as a
    on a.owner_id = s.account_id and a.kind = 'subscription' and a.subject_id = s.id and a.currency = 'credits'
  where s.id = subscription_credits.subscription_id;
$$;

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
  select g.* into granted from private.granted_entitlement(entitlement_status.account_id, entitlement.id) as g;
  status.is_granted := found and coalesce(granted.quantity, 1) > 0;
  status.quantity := case when entitlement.kind <> 'feature' then case when found then granted.quantity else 0 end end;
  status.level := granted.level;
  if entitlement.kind in ('flow', 'stock') then
    select coalesce(max(u.used), 0) into status.used
    from private.entitlement_usage as u
    where u.account_id = entitlement_status.account_id
      and u.entitlement_id = entitlement.id
      and u.period_start = case when entitlement.kind = 'flow' then lower(month) else '-infinity' end;
    -- greatest() passes over null, which is no limit.
    status.remaining := case when status.quantity is not null then greatest(status.quantity - status.used, 0) end;
  end if;
  if entitlement.kind = 'flow' then
    status.bought := private.bought_quota_left(entitlement_status.account_id, entitlement.id);
    -- An admin's word is above what was bought.
    if granted.entitlement_id is null or granted.plan_id is not null or granted.quantity > 0 then
      status.remaining := status.remaining + status.bought;
      status.is_granted := status.is_granted or status.bought > 0;
    end if;
    status.resets_at := upper(month);
  end if;
  if entitlement.kind = 'credits' then
    select coalesce(sum(c.used), 0), coalesce(sum(c.remaining), status.quantity) into status.used, status.remaining
    from private.current_subscription(entitlement_status.account_id, entitlement.product) as s
    join private.subscription_credits(s.id) as c on status.quantity is not null;
    status.quantity := status.used + status.remaining;
  end if;
  -- What an admin has decided no plan changes.
  if granted.entitlement_id is not null and granted.plan_id is null then
    return status;
  end if;
  select p.id into status.upgrade_plan_id
  from public.plans as p
  join public.plan_entitlements as o on o.plan_id = p.id and o.entitlement_id = entitlement.id
  where p.product = entitlement.product
    and p.is_offered
    and p.rank > coalesce((select c.rank from public.plans as c where c.id = status.plan_id), -1)
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
-- Definer: takes one of a flow or a stock, in one statement that many callers at once cannot overdraw; of a flow then one that was
-- bought. False: none left.
declare
  entitlement public.entitlements;
  granted public.plan_entitlements;
begin
  select e.* into strict entitlement from public.entitlements as e where e.id = use_entitlement.entitlement_id;
  select g.* into granted from private.granted_entitlement(use_entitlement.account_id, entitlement.id) as g;
  if not found or granted.quantity < 1 then
    -- An admin's word is above what was bought.
    return entitlement.kind = 'flow' and (granted.entitlement_id is null or granted.plan_id is not null)
      and private.use_bought_quota(use_entitlement.account_id, entitlement.id);
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
    where granted.quantity is null or u.used < granted.quantity;
  if found or entitlement.kind <> 'flow' then
    return found;
  end if;
  return private.use_bought_quota(use_entitlement.account_id, entitlement.id);
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

-- What an admin allows ------------------------------------------------------------------------------------------------

create function private.override_entitlement(
  account_id uuid,
  entitlement_id text,
  quantity bigint,
  reason text,
  expires_at timestamptz default 'infinity',
  level text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  if not exists (select from public.entitlements as e where e.id = override_entitlement.entitlement_id and e.kind <> 'credits') then
    raise exception 'there is no such limit; credits are given with private.adjust_wallet' using errcode = 'no_data_found';
  end if;
  if private.is_clean_text(override_entitlement.reason, 1, 2000) is not true then
    raise exception 'an override says why' using errcode = 'invalid_parameter_value';
  end if;
  insert into private.entitlement_overrides as o (account_id, entitlement_id, quantity, level, reason, expires_at)
  values (
    override_entitlement.account_id, override_entitlement.entitlement_id, override_entitlement.quantity,
    override_entitlement.level, override_entitlement.reason, override_entitlement.expires_at
  )
  on conflict on constraint entitlement_overrides_pkey do update set
    quantity = excluded.quantity,
    level = excluded.level,
    reason = excluded.reason,
    expires_at = excluded.expires_at,
    created_at = now();
  perform private.audit(
    'entitlement.override', 'account', override_entitlement.account_id::text,
    jsonb_build_object('entitlement_id', override_entitlement.entitlement_id, 'quantity', override_entitlement.quantity)
  );
end;
$$;
comment on function private.override_entitlement is
  'For admins: this account may do so much, whatever its plan says, until expires_at; quantity null: without limit (of a feature: has it), 0: not at all. Deleting the row of private.entitlement_overrides ends it.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.is_entitled(text),
  private.my_entitlements(),
  public.my_entitlements()
to authenticated;
