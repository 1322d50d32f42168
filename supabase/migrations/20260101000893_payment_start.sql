-- Starting a payment: what is bought, at its price in the database. The function `checkout` opens it at the provider.
-- Promises: a client names what, never how much; whoever asks again for the same goes on with the payment that waits.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.started_payment as (
  payment_id uuid,
  order_number bigint,
  account_id uuid,
  purpose text,
  provider text,
  amount bigint,
  currency text,
  minor_units integer,
  description text,
  auto_renew boolean,
  status text,
  provider_session text
);
comment on type public.started_payment is 'A payment that waits, as a provider is to be told of it: amount in minor units of currency; status: pending, or failed where its page can still be paid.';

-- What it is for ------------------------------------------------------------------------------------------------------

create function private.subscription_to_pay(plan_id text, period text)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the function below. The request that waits for this plan at today's price, or a new one in the place of any other:
-- whoever pays has decided.
declare
  plan_product text := (select p.product from public.plans as p where p.id = subscription_to_pay.plan_id);
  asked uuid := (
    select s.id from public.subscriptions as s
    join public.plan_prices as p on p.plan_id = s.plan_id and p.period = s.period and (p.amount, p.currency) = (s.amount, s.currency)
    where s.account_id = auth.uid() and s.plan_id = subscription_to_pay.plan_id and s.period = subscription_to_pay.period
      and s.started_at is null and s.ended_at is null
  );
begin
  if asked is not null then
    return asked;
  end if;
  update public.subscriptions as s
  set ended_at = now(), cancelled_at = now()
  where s.account_id = auth.uid() and s.product = plan_product and s.started_at is null and s.ended_at is null;
  return private.request_subscription(subscription_to_pay.plan_id, subscription_to_pay.period);
end;
$$;

create function private.new_payment(
  purpose text,
  plan_id text,
  period text,
  credits bigint,
  pack_id text,
  escrow_id uuid
)
returns public.payments
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. What is bought and its price; the rest of the row is the caller's.
declare
  payment public.payments;
begin
  payment.purpose := new_payment.purpose;
  case new_payment.purpose
    when 'subscription' then
      payment.subject_id := private.subscription_to_pay(new_payment.plan_id, new_payment.period);
      select s.amount, s.currency into payment.amount, payment.currency from public.subscriptions as s where s.id = payment.subject_id;
    when 'credits' then
      perform private.require_role('recruiter');
      if new_payment.credits is null or new_payment.credits not between 1 and 100000 then
        perform private.raise_error('validation_failed', 400, '1 to 100,000 credits.', '{"fields": {"credits": "range"}}');
      end if;
      payment.quantity := new_payment.credits;
      select c.amount * new_payment.credits, c.currency into payment.amount, payment.currency from private.credit_price() as c;
    when 'pack' then
      select p.id, p.quantity, p.amount, p.currency into payment.pack_id, payment.quantity, payment.amount, payment.currency
      from public.quota_packs as p
      where p.id = new_payment.pack_id and p.is_offered;
      if payment.pack_id is null then
        perform private.raise_error('validation_failed', 400, 'There is no such pack.', '{"fields": {"pack_id": "known"}}');
      end if;
    when 'escrow' then
      select e.id, e.amount, e.currency into payment.subject_id, payment.amount, payment.currency
      from private.escrows as e
      where e.id = new_payment.escrow_id and e.payer_id = private.account_id();
      if payment.subject_id is null then
        perform private.raise_error('not_found', 404, 'There is no such money of yours.');
      end if;
      perform private.check_escrow_transition(e, 'funded', 'fund', 'system') from private.escrows as e where e.id = payment.subject_id;
    else
      perform private.raise_error('validation_failed', 400, 'There is no such purpose.', '{"fields": {"purpose": "known"}}');
  end case;
  return payment;
end;
$$;

create function private.started_payment(payment_id uuid)
returns setof public.started_payment
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above.
  select p.id, p.order_number, p.account_id, p.purpose, p.provider, p.amount, p.currency, c.minor_units,
    private.payment_description(p), p.auto_renew, p.status, p.provider_session
  from public.payments as p
  join public.currencies as c on c.code = p.currency
  where p.id = started_payment.payment_id and p.account_id = private.account_id();
$$;

create function private.start_payment(
  purpose text,
  provider text,
  plan_id text,
  period text,
  credits bigint,
  pack_id text,
  escrow_id uuid,
  auto_renew boolean,
  idempotency_key uuid,
  currencies text[]
)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: payments have no insert grant.
declare
  caller uuid := private.account_id();
  kept jsonb;
  payment public.payments;
begin
  if private.is_payment_provider(start_payment.provider) is not true then
    perform private.raise_error('validation_failed', 400, 'There is no such provider.', '{"fields": {"provider": "known"}}');
  end if;
  kept := private.claim_idempotency_key(
    'start_payment', idempotency_key,
    jsonb_build_object(
      'purpose', purpose, 'provider', provider, 'plan_id', plan_id, 'period', period, 'credits', credits, 'pack_id', pack_id,
      'escrow_id', escrow_id, 'auto_renew', auto_renew
    )
  );
  if kept is not null then
    select p.* into payment from public.payments as p where p.id = (kept #>> '{}')::uuid;
    if payment.status not in ('pending', 'failed') then
      perform private.raise_error(
        'conflict', 409, 'What this key has started is settled: take a new one.', '{"reason": "payment_settled"}'
      );
    end if;
    return payment.id;
  end if;
  perform from public.accounts as a where a.id = caller for no key update;
  payment := private.new_payment(purpose, plan_id, period, credits, pack_id, escrow_id);
  -- Before anything is kept: a request that was dropped for this one comes back.
  if payment.currency <> all (start_payment.currencies) then
    perform private.raise_error(
      'validation_failed', 400, 'This provider takes no payments in ' || payment.currency || '.', '{"fields": {"provider": "known"}}'
    );
  end if;
  payment.auto_renew := start_payment.purpose = 'subscription' and coalesce(start_payment.auto_renew, true);
  -- A provider's page lives for a day; one that is about to end is not gone on with. Stripe's can be paid after a decline: a second
  -- one beside it could be paid too.
  select p.id into payment.id
  from (
    -- The account's newest first: without statistics the planner would look through all of a currency.
    select o.* from public.payments as o
    where o.account_id = caller and o.created_at > now() - interval '12 hours'
    order by o.created_at desc
    limit 100
  ) as p
  where (p.status = 'pending' or p.status = 'failed' and p.provider = 'stripe')
    and p.provider = start_payment.provider and p.purpose = payment.purpose and p.renews_id is null
    and (p.amount, p.currency, p.auto_renew) = (payment.amount, payment.currency, payment.auto_renew)
    and (p.subject_id, p.pack_id, p.quantity) is not distinct from (payment.subject_id, payment.pack_id, payment.quantity)
  order by p.created_at desc
  limit 1;
  if payment.id is null and 50 <= (
    select count(*) from public.payments as p
    where p.account_id = caller and p.status = 'pending' and p.created_at > now() - interval '1 day'
  ) then
    perform private.raise_error(
      'rate_limit_exceeded', 429, 'Too many payments wait. Pay one, or try again later.', '{"retry_after": 3600, "limit": 50}'
    );
  end if;
  if payment.id is null then
    insert into public.payments (account_id, purpose, subject_id, pack_id, quantity, provider, amount, currency, auto_renew)
    values (
      caller, payment.purpose, payment.subject_id, payment.pack_id, payment.quantity, start_payment.provider, payment.amount,
      payment.currency, payment.auto_renew
    )
    returning id into payment.id;
  end if;
  perform private.keep_idempotent_answer('start_payment', idempotency_key, to_jsonb(payment.id));
  return payment.id;
end;
$$;

create function public.start_payment(
  purpose text,
  provider text,
  plan_id text default null,
  period text default null,
  credits bigint default null,
  pack_id text default null,
  escrow_id uuid default null,
  auto_renew boolean default null,
  idempotency_key uuid default null,
  currencies text[] default null
)
returns setof public.started_payment
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  started uuid := private.start_payment(purpose, provider, plan_id, period, credits, pack_id, escrow_id, auto_renew, idempotency_key, currencies);
begin
  return query select * from private.started_payment(started);
end;
$$;
comment on function public.start_payment is
  'Starts to pay for a subscription (plan_id, period, auto_renew: where the provider can, true unless told), credits (recruiters; 1-100,000), a pack (pack_id) or an escrow (escrow_id, by its payer), at the price in the database. provider: stripe, kaspi, robokassa, or manual, which an admin approves. currencies: what the provider takes, all unless told. The same again goes on with the payment that waits. The function checkout calls this and opens the payment at the provider.';

create function private.save_payment_session(payment_id uuid, provider_session text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the checkout function alone.
  update public.payments as p
  set provider_session = save_payment_session.provider_session
  where p.id = save_payment_session.payment_id and p.status = 'pending';
$$;

create function public.save_payment_session(payment_id uuid, provider_session text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.save_payment_session(payment_id, provider_session);
$$;
comment on function public.save_payment_session is 'Service only: what the provider opened for a payment that waits.';

-- What nobody was told of ---------------------------------------------------------------------------------------------

create function private.look_up_payments()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. Asks the provider about payments that wait, later and later; after 30 days they are cancelled, and money that still
-- comes counts. What Stripe has declined can be paid on its page for a day.
declare
  queued integer;
begin
  update public.payments as p
  set status = 'cancelled'
  where p.id in (
    select o.id from public.payments as o
    where o.status = 'pending' and o.created_at < now() - interval '30 days'
    order by o.created_at
    limit 1000
    for no key update skip locked
  );
  with due as (
    update public.payments as p
    set looked_up_at = now()
    where p.id in (
      select o.id from public.payments as o
      where o.status in ('pending', 'failed') and o.provider <> 'manual'
        and o.created_at between now() - interval '30 days' and now() - interval '15 minutes'
        and (o.status = 'pending' or o.provider = 'stripe' and o.created_at > now() - interval '2 days')
        and coalesce(o.looked_up_at, '-infinity') < now() - greatest(interval '15 minutes', (now() - o.created_at) / 4)
      order by o.created_at
      limit 500
      for no key update skip locked
    )
    returning p.*
  ), tasks as (
    select private.queue_payment_task(
      'look_up', d.id, d.provider,
      jsonb_build_object(
        'payment_id', d.id, 'order_number', d.order_number, 'provider_session', d.provider_session,
        'provider_reference', d.provider_reference, 'amount', d.amount, 'currency', d.currency
      )
    )
    from due as d
  )
  select count(*) into queued from tasks;
  return queued;
end;
$$;

insert into private.jobs (name, every, description) values
  ('look_up_payments', '5 minutes', 'Has providers asked about payments of which they have told nothing.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.start_payment(text, text, text, text, bigint, text, uuid, boolean, uuid, text[]),
  public.start_payment(text, text, text, text, bigint, text, uuid, boolean, uuid, text[]),
  private.started_payment(uuid)
to authenticated;

grant execute on function private.save_payment_session(uuid, text), public.save_payment_session(uuid, text) to service_role;
