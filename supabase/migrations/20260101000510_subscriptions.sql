-- Subscriptions: asking for one, approving it, how it begins and ends.
-- A greater plan begins at once and takes the credits along that the lesser one has left; the same or a lesser plan begins
-- when the one that runs is over. An admin approves what was asked for; a payment will do the same.
-- Promises: at most one current subscription a product; what was cancelled goes on to the end of its period.

set lock_timeout = '5s';
set statement_timeout = '60s';

insert into public.notification_types (type, description, is_emailed) values
  ('subscription_status', 'A subscription that I asked for was approved or refused.', true);

-- Beginning -----------------------------------------------------------------------------------------------------------

create function private.period_end(plan_id text, period text, start timestamptz)
returns timestamptz
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. Days where the price says so, else the calendar's month, quarter or year.
  select start + coalesce(
    (
      select make_interval(days => p.days) from public.plan_prices as p
      where p.plan_id = period_end.plan_id and p.period = period_end.period
    ),
    case period when 'month' then interval '1 month' when 'quarter' then interval '3 months' when 'year' then interval '1 year' end
  );
$$;

create function private.grant_credits(subscription public.subscriptions, replaced_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: books what the plan gives, and what is left of the one that it takes the place of.
declare
  quantity bigint := (
    select e.quantity from public.plan_entitlements as e
    where e.plan_id = subscription.plan_id and e.entitlement_id = 'unlock_credits'
  );
  credits_id uuid;
  rest private.ledger_accounts;
begin
  if quantity is null then
    return;
  end if;
  credits_id := private.ledger_account(subscription.account_id, 'subscription', 'credits', subscription.id);
  if quantity > 0 then
    perform private.transfer(
      'subscription_credits', private.ledger_account(null, 'issuance', 'credits'), credits_id, quantity, subscription.id::text
    );
  end if;
  select a.* into rest
  from private.ledger_accounts as a
  where a.owner_id = subscription.account_id and a.kind = 'subscription' and a.currency = 'credits'
    and a.subject_id = grant_credits.replaced_id
  for no key update;
  if rest.balance > 0 then
    perform private.transfer('carried_over', rest.id, credits_id, rest.balance, subscription.id::text);
  end if;
end;
$$;

create function private.begin_subscription(subscription_id uuid, may_follow boolean)
returns public.subscriptions
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for admins in SQL and for payments. Begins a pending one, whose account is locked.
declare
  subscription public.subscriptions;
  running public.subscriptions;
begin
  select s.* into strict subscription from public.subscriptions as s where s.id = begin_subscription.subscription_id for update;
  running := private.current_subscription(subscription.account_id, subscription.product);
  if may_follow and running.id is not null and (
    select n.rank <= r.rank from public.plans as n cross join public.plans as r
    where n.id = subscription.plan_id and r.id = running.plan_id
  ) then
    update public.subscriptions as s
    set
      started_at = running.expires_at,
      expires_at = private.period_end(s.plan_id, s.period, running.expires_at),
      follows_id = running.id
    where s.id = subscription.id
    returning s.* into subscription;
    update public.subscriptions as s set auto_renew = false where s.id = running.id and s.auto_renew;
  else
    update public.subscriptions as s
    set
      ended_at = least(greatest(now(), s.started_at), private.subscription_end(s)),
      auto_renew = false,
      replaced_by_id = case when s.id = running.id then subscription.id end
    where s.account_id = subscription.account_id and s.product = subscription.product
      and s.ended_at is null and private.has_begun(s);
    update public.subscriptions as s
    set started_at = now(), expires_at = private.period_end(s.plan_id, s.period, now())
    where s.id = subscription.id
    returning s.* into subscription;
    -- What was to follow the other follows this one.
    update public.subscriptions as s
    set
      follows_id = subscription.id,
      started_at = subscription.expires_at,
      expires_at = private.period_end(s.plan_id, s.period, subscription.expires_at)
    where s.account_id = subscription.account_id and s.product = subscription.product
      and s.ended_at is null and s.started_at is not null and not private.has_begun(s);
  end if;
  perform private.grant_credits(subscription, case when subscription.follows_id is null then running.id end);
  return subscription;
end;
$$;

-- Asking for one ------------------------------------------------------------------------------------------------------

create function private.request_subscription(plan_id text, period text)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: subscriptions have no insert grant. The price is what it is now.
declare
  caller uuid := private.account_id();
  plan public.plans;
  price public.plan_prices;
  running_rank integer;
  subscription_id uuid;
begin
  select p.* into plan from public.plans as p where p.id = request_subscription.plan_id and p.is_offered and not p.is_default;
  select p.* into price from public.plan_prices as p where p.plan_id = plan.id and p.period = request_subscription.period;
  if price.plan_id is null then
    perform private.raise_error(
      'validation_failed', 400, 'There is no such plan for this period.',
      jsonb_build_object('fields', jsonb_build_object(case when plan.id is null then 'plan_id' else 'period' end, 'known'))
    );
  end if;
  if plan.product = 'hiring' then
    perform private.require_role('recruiter');
  end if;
  perform from public.accounts as a where a.id = caller for no key update;
  select p.rank into running_rank from public.plans as p where p.id = (private.current_subscription(caller, plan.product)).plan_id;
  -- What is scheduled stands in the way of another that would be, not of one that begins at once.
  if exists (
    select from public.subscriptions as s
    where s.account_id = caller and s.product = plan.product and s.ended_at is null
      and not private.has_begun(s) and (s.started_at is null or plan.rank <= running_rank)
  ) then
    perform private.raise_error(
      'conflict', 409, 'Another request of yours waits, or what follows is settled already.', '{"reason": "subscription_waits"}'
    );
  end if;
  insert into public.subscriptions (account_id, product, plan_id, period, amount, currency)
  values (caller, plan.product, plan.id, price.period, price.amount, price.currency)
  returning id into subscription_id;
  return subscription_id;
end;
$$;

create function private.cancel_subscription(subscription_id uuid)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A request is withdrawn; what runs goes on to the end of its period.
declare
  caller uuid := private.account_id();
  subscription public.subscriptions;
  status text;
begin
  perform from public.accounts as a where a.id = caller for no key update;
  select s.* into subscription
  from public.subscriptions as s
  where s.id = cancel_subscription.subscription_id and s.account_id = caller
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such subscription of yours.');
  end if;
  status := private.subscription_status(subscription);
  if status = 'pending' then
    update public.subscriptions as s set ended_at = now(), cancelled_at = now() where s.id = subscription.id;
  elsif status in ('active', 'past_due') then
    update public.subscriptions as s set cancelled_at = now(), auto_renew = false where s.id = subscription.id;
  else
    perform private.raise_error(
      'invalid_transition', 409, 'This subscription cannot be cancelled.', jsonb_build_object('from', status, 'to', 'cancelled')
    );
  end if;
  perform private.audit('subscription.cancel', 'subscription', subscription.id::text);
  return subscription.id;
end;
$$;

-- Admins --------------------------------------------------------------------------------------------------------------

create function private.lock_pending_subscription(subscription_id uuid)
returns public.subscriptions
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for admins in SQL and for payments. The account first: it is what everything about its subscriptions waits for.
declare
  subscription public.subscriptions;
begin
  perform from public.accounts as a
  where a.id = (select s.account_id from public.subscriptions as s where s.id = lock_pending_subscription.subscription_id)
  for no key update;
  select s.* into subscription
  from public.subscriptions as s
  where s.id = lock_pending_subscription.subscription_id and s.started_at is null and s.ended_at is null
  for update;
  if not found then
    raise exception 'subscription % is not waiting', lock_pending_subscription.subscription_id using errcode = 'no_data_found';
  end if;
  return subscription;
end;
$$;

create function private.approve_subscription(
  subscription_id uuid,
  payment_reference text default null,
  approved_by uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  subscription public.subscriptions := private.lock_pending_subscription(approve_subscription.subscription_id);
begin
  if exists (select from public.subscriptions as s where s.payment_reference = approve_subscription.payment_reference) then
    raise exception 'payment % has counted already', approve_subscription.payment_reference using errcode = 'unique_violation';
  end if;
  update public.subscriptions as s
  set
    approved_at = now(),
    approved_by = coalesce(approve_subscription.approved_by, auth.uid()),
    payment_reference = approve_subscription.payment_reference
  where s.id = subscription.id;
  subscription := private.begin_subscription(subscription.id, true);
  perform private.notify(
    subscription.account_id, 'subscription_status',
    jsonb_build_object('subscription_id', subscription.id, 'status', private.subscription_status(subscription))
  );
  perform private.audit('subscription.approve', 'subscription', subscription.id::text);
  return subscription.id;
end;
$$;
comment on function private.approve_subscription is
  'For admins: what was asked for is approved. A greater plan begins at once, the same or a lesser one when the one that runs is over; the same payment_reference never counts twice. The subscriber is told.';

create function private.reject_subscription(subscription_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  subscription public.subscriptions := private.lock_pending_subscription(reject_subscription.subscription_id);
begin
  if private.is_clean_text(reject_subscription.reason, 1, 2000) is not true then
    raise exception 'a refusal says why' using errcode = 'invalid_parameter_value';
  end if;
  update public.subscriptions as s
  set ended_at = now(), rejection_reason = reject_subscription.reason
  where s.id = subscription.id;
  perform private.notify(
    subscription.account_id, 'subscription_status',
    jsonb_build_object('subscription_id', subscription.id, 'status', 'rejected')
  );
  perform private.audit('subscription.reject', 'subscription', subscription.id::text);
end;
$$;
comment on function private.reject_subscription is 'For admins: what was asked for is refused, with a reason that the subscriber reads.';

create function private.end_subscription(subscription_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  subscription public.subscriptions;
begin
  perform from public.accounts as a
  where a.id = (select s.account_id from public.subscriptions as s where s.id = end_subscription.subscription_id)
  for no key update;
  update public.subscriptions as s
  set ended_at = now(), auto_renew = false
  where s.id = end_subscription.subscription_id and s.started_at is not null and s.ended_at is null
  returning s.* into subscription;
  if not found then
    raise exception 'subscription % neither runs nor is scheduled', end_subscription.subscription_id using errcode = 'no_data_found';
  end if;
  perform private.notify(
    subscription.account_id, 'subscription_status',
    jsonb_build_object('subscription_id', subscription.id, 'status', 'ended')
  );
  perform private.audit('subscription.end', 'subscription', subscription.id::text);
end;
$$;
comment on function private.end_subscription is
  'For admins: this subscription ends now, or does not begin; what it has left of credits ends with it. The subscriber is told.';

create function private.activate_subscription(account_id uuid, plan_id text, period text, auto_renew boolean default false)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for admins in SQL and for payments. Takes the place of the current subscription of the same product.
declare
  plan public.plans;
  subscription_id uuid;
begin
  select p.* into plan from public.plans as p where p.id = activate_subscription.plan_id and not p.is_default;
  if not found then
    raise exception 'there is no plan % to subscribe to', activate_subscription.plan_id using errcode = 'no_data_found';
  end if;
  perform from public.accounts as a where a.id = activate_subscription.account_id for no key update;
  update public.subscriptions as s
  set ended_at = now(), cancelled_at = now()
  where s.account_id = activate_subscription.account_id and s.product = plan.product
    and s.ended_at is null and s.started_at is null;
  insert into public.subscriptions (account_id, product, plan_id, period, auto_renew, approved_at, approved_by)
  values (
    activate_subscription.account_id, plan.product, plan.id, activate_subscription.period,
    activate_subscription.auto_renew, now(), auth.uid()
  )
  returning id into subscription_id;
  perform private.begin_subscription(subscription_id, false);
  perform private.audit(
    'subscription.activate', 'subscription', subscription_id::text, jsonb_build_object('plan_id', plan.id)
  );
  return subscription_id;
end;
$$;
comment on function private.activate_subscription is
  'For admins: the account is on this plan from now on, for a month, quarter or year; what was asked for and not approved is dropped. Answers the subscription''s id.';
