-- Payment effects: what the money of a payment does once it is there.
-- It begins a subscription, adds credits or a pack, or funds an escrow. Where that is gone or paid already, it goes into the payer's
-- wallet instead: what came is never lost.
-- Promises: all of it, the ledger and the invoice are in one transaction with the payment's status.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.lock_payment(payment_id uuid)
returns public.payments
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions that move payments. What it is for comes first, with its accounts, as wherever that moves.
declare
  payment public.payments;
begin
  select p.* into payment from public.payments as p where p.id = lock_payment.payment_id;
  if payment.purpose = 'escrow' then
    perform private.lock_agreement(payment.subject_id);
    -- Also where the escrow is gone.
    perform private.lock_accounts(payment.account_id);
  else
    perform from public.accounts as a where a.id = payment.account_id for no key update;
  end if;
  select p.* into payment from public.payments as p where p.id = lock_payment.payment_id for no key update;
  return payment;
end;
$$;

create function private.add_payment_to_wallet(payment public.payments)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: books. For what cannot be bought any more.
begin
  perform private.transfer(
    'payment', private.ledger_account(null, 'issuance', payment.currency),
    private.ledger_account(payment.account_id, 'wallet', payment.currency), payment.amount, payment.id::text,
    jsonb_build_object('payment_id', payment.id)
  );
  update public.payments as p set is_in_wallet = true where p.id = payment.id;
end;
$$;

create function private.earn_payment(payment public.payments)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. What the platform sells.
  select private.transfer(
    'payment', private.ledger_account(null, 'issuance', payment.currency),
    private.ledger_account(null, 'revenue', payment.currency), payment.amount, payment.id::text,
    jsonb_build_object('payment_id', payment.id, 'account_id', payment.account_id)
  );
$$;

create function private.renew_subscription(payment public.payments)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The next period, from the end of the one that runs, or from now when its grace is over. Null when there is
-- nothing to renew any more.
declare
  running public.subscriptions;
  subscription public.subscriptions;
  start timestamptz;
begin
  select s.* into running from public.subscriptions as s where s.id = payment.renews_id for update;
  -- Whatever ends, cancels, follows or refunds it has switched this off.
  if running.id is null or not running.auto_renew then
    return null;
  end if;
  start := case when private.subscription_end(running) > now() then running.expires_at else now() end;
  insert into public.subscriptions (
    account_id, product, plan_id, period, amount, currency, started_at, expires_at, follows_id, auto_renew, approved_at, payment_reference
  )
  values (
    running.account_id, running.product, running.plan_id, running.period, payment.amount, payment.currency, start,
    private.period_end(running.plan_id, running.period, start), running.id, true, now(), payment.id::text
  )
  returning * into subscription;
  update public.subscriptions as s set auto_renew = false where s.id = running.id;
  perform private.grant_credits(subscription, null);
  return subscription.id;
end;
$$;

create function private.pay_subscription(payment public.payments)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. False when it does not wait to be paid.
declare
  subscription_id uuid := payment.subject_id;
begin
  if payment.renews_id is not null then
    subscription_id := private.renew_subscription(payment);
    update public.payments as p set subject_id = subscription_id where p.id = payment.id;
    return subscription_id is not null;
  end if;
  if not exists (
    select from public.subscriptions as s
    where s.id = payment.subject_id and s.started_at is null and s.ended_at is null
      and (s.amount, s.currency) = (payment.amount, payment.currency)
  ) then
    return false;
  end if;
  perform private.approve_subscription(subscription_id, payment.id::text);
  update public.subscriptions as s
  set auto_renew = exists (
    select from private.payment_methods as m where m.account_id = payment.account_id and m.provider = payment.provider
  )
  where s.id = subscription_id and payment.auto_renew;
  return true;
end;
$$;

create function private.apply_payment(payment public.payments)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the function that takes events; the payment is locked.
declare
  is_done boolean := true;
begin
  if not exists (select from public.accounts as a where a.id = payment.account_id) then
    raise exception 'the account is gone' using errcode = 'no_data_found';
  end if;
  case payment.purpose
    when 'subscription' then
      is_done := private.pay_subscription(payment);
    when 'credits' then
      perform private.transfer(
        'purchase', private.ledger_account(null, 'issuance', 'credits'),
        private.ledger_account(payment.account_id, 'wallet', 'credits'), payment.quantity, payment.id::text,
        jsonb_build_object('payment_id', payment.id)
      );
      perform private.notify(
        payment.account_id, 'wallet_recharge',
        jsonb_build_object('payment_id', payment.id, 'credits', payment.quantity, 'status', 'added')
      );
    when 'pack' then
      insert into private.bought_quotas (payment_id, account_id, entitlement_id, quantity)
      select payment.id, payment.account_id, p.entitlement_id, payment.quantity
      from public.quota_packs as p
      where p.id = payment.pack_id;
    when 'escrow' then
      is_done := exists (select from private.escrows as e where e.id = payment.subject_id and e.status = 'pending');
      if is_done then
        perform private.fund_escrow(payment.subject_id, payment.amount, payment.currency, payment.id::text);
      end if;
  end case;
  if not is_done then
    perform private.add_payment_to_wallet(payment);
  elsif payment.purpose <> 'escrow' then
    perform private.earn_payment(payment);
  end if;
  perform private.issue_invoice((select p from public.payments as p where p.id = payment.id));
end;
$$;
