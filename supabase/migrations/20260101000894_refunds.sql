-- Refunds: an admin gives money of a payment back, all of it or a part, the way it came.
-- Credits, packs and money in a wallet are taken back at once, so that they are not spent meanwhile; should the provider refuse, they are
-- given again. A subscription renews no more once all its money is on its way back, and ends when it is there.
-- Promises: never more goes back than came in; what is not there any more is not taken; each refund ends once.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.refunds (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  amount bigint not null,
  quantity bigint,
  reason text not null,
  status text not null default 'pending',
  provider_reference text,
  failure_reason text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint refunds_amount_positive check (amount > 0),
  constraint refunds_reason_length check (private.is_clean_text(reason, 1, 2000)),
  constraint refunds_status_known check (status in ('pending', 'succeeded', 'failed')),
  constraint refunds_ended_at_known check ((status = 'pending') = (ended_at is null))
);
comment on table private.refunds is 'Money of payments on its way back, or back. Written by refund_payment and end_refund.';
comment on column private.refunds.amount is 'Minor units of the payment''s currency.';
comment on column private.refunds.quantity is 'Credits, or of a pack, that were taken back.';

create index refunds_payment_id_idx on private.refunds (payment_id);

create function private.refund_sides(payment public.payments)
returns table (inside uuid, outside uuid)
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the functions below. Where the money of a payment is, or was before it was held or spent, and where it came from.
  select
    case
      when payment.is_in_wallet or payment.purpose = 'escrow' then private.ledger_account(payment.account_id, 'wallet', payment.currency)
      else private.ledger_account(null, 'revenue', payment.currency)
    end,
    private.ledger_account(null, 'issuance', payment.currency);
$$;

create function private.take_back(payment public.payments, refund private.refunds)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. insufficient_credits or insufficient_funds when it is spent, or held for work.
declare
  about jsonb := jsonb_build_object('payment_id', payment.id, 'refund_id', refund.id);
begin
  -- Every purpose is named: one more says here what a refund of it takes.
  case payment.purpose
    when 'credits' then
      perform private.transfer(
        'purchase_refund', private.ledger_account(payment.account_id, 'wallet', 'credits'),
        private.ledger_account(null, 'issuance', 'credits'), refund.quantity, refund.id::text, about, refund.reason
      );
    when 'pack' then
      update private.bought_quotas as b
      set quantity = b.quantity - refund.quantity
      where b.payment_id = payment.id and b.quantity - refund.quantity >= b.used;
      -- Of an account that is gone there is none.
      if not found and exists (select from private.bought_quotas as b where b.payment_id = payment.id) then
        raise exception 'so much of the pack is used already' using errcode = 'object_not_in_prerequisite_state';
      end if;
    when 'subscription' then
      update public.subscriptions as s
      set auto_renew = false
      where s.id = payment.subject_id and not payment.is_in_wallet and payment.refunded + refund.amount = payment.amount;
    when 'escrow' then
      null;
  end case;
  perform private.transfer('payment_refund', s.inside, s.outside, refund.amount, refund.id::text, about, refund.reason)
  from private.refund_sides(payment) as s;
end;
$$;

create function private.give_again(payment public.payments, refund private.refunds)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  about jsonb := jsonb_build_object('payment_id', payment.id, 'refund_id', refund.id);
begin
  case payment.purpose
    when 'credits' then
      perform private.transfer(
        'purchase_refund_failed', private.ledger_account(null, 'issuance', 'credits'),
        private.ledger_account(payment.account_id, 'wallet', 'credits'), refund.quantity, refund.id::text, about
      );
    when 'pack' then
      update private.bought_quotas as b set quantity = b.quantity + refund.quantity where b.payment_id = payment.id;
    when 'subscription', 'escrow' then
      -- It does not renew by itself again: who paid decides.
      null;
  end case;
  perform private.transfer('payment_refund_failed', s.outside, s.inside, refund.amount, refund.id::text, about)
  from private.refund_sides(payment) as s;
end;
$$;

create function private.refund_payment(payment_id uuid, reason text, amount bigint default null)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  payment public.payments := private.lock_payment(refund_payment.payment_id);
  refund private.refunds;
begin
  if payment.id is null or payment.status <> 'succeeded' then
    raise exception 'payment % has not come through', refund_payment.payment_id using errcode = 'no_data_found';
  end if;
  if private.is_clean_text(refund_payment.reason, 1, 2000) is not true then
    raise exception 'a refund says why' using errcode = 'invalid_parameter_value';
  end if;
  refund_payment.amount := coalesce(refund_payment.amount, payment.amount - payment.refunded);
  if refund_payment.amount not between 1 and payment.amount - payment.refunded then
    raise exception '% of it can go back', payment.amount - payment.refunded using errcode = 'invalid_parameter_value';
  end if;
  if payment.quantity is not null and (payment.quantity::numeric * refund_payment.amount) % payment.amount <> 0 then
    raise exception 'of % for % no whole number goes back for %', payment.amount, payment.quantity, refund_payment.amount
      using errcode = 'invalid_parameter_value';
  end if;
  insert into private.refunds (payment_id, amount, quantity, reason)
  values (
    payment.id, refund_payment.amount,
    case when not payment.is_in_wallet then (payment.quantity::numeric * refund_payment.amount / payment.amount)::bigint end,
    refund_payment.reason
  )
  returning * into refund;
  update public.payments as p set refunded = p.refunded + refund.amount where p.id = payment.id;
  perform private.take_back(payment, refund);
  -- One that an admin has approved by another reference is not Stripe's to give back.
  if payment.provider = 'stripe' and payment.provider_reference like 'pi\_%' then
    perform private.queue_payment_task(
      'refund', refund.id, payment.provider,
      jsonb_build_object(
        'refund_id', refund.id, 'payment_id', payment.id, 'order_number', payment.order_number,
        'provider_reference', payment.provider_reference, 'amount', refund.amount, 'currency', payment.currency
      )
    );
  end if;
  perform private.audit(
    'payment.refund', 'payment', payment.id::text, jsonb_build_object('refund_id', refund.id, 'amount', refund.amount)
  );
  return refund.id;
end;
$$;
comment on function private.refund_payment is
  'For admins: amount (minor units; null: all that is left) goes back to who paid, with a reason; credits, packs and money in the wallet are taken back at once, a subscription ends when all is back. Money that Stripe has told of goes by itself; all other the admin sends and then calls private.end_refund. Answers the refund''s id.';

create function private.end_refund(refund_id uuid, succeeded boolean, reference text default null, reason text default null)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for what a provider tells, and for admins in SQL. False when it has ended already.
declare
  payment public.payments;
  refund private.refunds;
begin
  payment := private.lock_payment((select r.payment_id from private.refunds as r where r.id = end_refund.refund_id));
  select r.* into refund from private.refunds as r where r.id = end_refund.refund_id for no key update;
  if refund.id is null or end_refund.succeeded is null then
    raise exception 'there is no refund %', end_refund.refund_id using errcode = 'no_data_found';
  end if;
  if refund.status <> 'pending' then
    return false;
  end if;
  update private.refunds as r
  set
    status = case when end_refund.succeeded then 'succeeded' else 'failed' end,
    provider_reference = coalesce(left(end_refund.reference, 200), r.provider_reference),
    failure_reason = left(end_refund.reason, 500),
    ended_at = now()
  where r.id = refund.id;
  if not end_refund.succeeded then
    update public.payments as p set refunded = p.refunded - refund.amount where p.id = payment.id;
    perform private.give_again(payment, refund);
  elsif payment.purpose = 'subscription' and not payment.is_in_wallet and payment.amount = (
    select sum(r.amount) from private.refunds as r where r.payment_id = payment.id and r.status = 'succeeded'
  ) then
    perform private.end_subscription(s.id)
    from public.subscriptions as s
    where s.id = payment.subject_id and s.started_at is not null and s.ended_at is null;
  end if;
  delete from private.payment_tasks as t where t.kind = 'refund' and t.subject_id = refund.id;
  if end_refund.succeeded then
    perform private.notify(
      payment.account_id, 'payment_status',
      jsonb_build_object(
        'payment_id', payment.id, 'status', 'refunded', 'purpose', payment.purpose, 'amount', refund.amount, 'currency', payment.currency
      )
    );
  end if;
  perform private.audit(
    'payment.end_refund', 'payment', payment.id::text,
    jsonb_build_object('refund_id', refund.id, 'succeeded', end_refund.succeeded)
  );
  return true;
end;
$$;
comment on function private.end_refund is
  'For admins: the refund was sent (succeeded), or cannot be, and what it paid for is given again. reference: the provider''s number of it.';

create function private.apply_event_of_refund(event_id bigint, provider text, event jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by apply_payment_event. refund.succeeded and refund.failed.
declare
  refund private.refunds;
  payment public.payments;
begin
  -- Locked before it is looked at: the drain function and a webhook tell of it in the same moment.
  payment := private.lock_payment((select r.payment_id from private.refunds as r where r.id::text = event ->> 'refund_id'));
  select r.* into refund from private.refunds as r where r.id::text = event ->> 'refund_id';
  if refund.id is null or payment.provider <> apply_event_of_refund.provider then
    return private.settle_payment_event(event_id, 'quarantined', 'no such refund');
  end if;
  -- Of a refusal there may be no amount.
  if (event ? 'amount' or event ->> 'type' = 'refund.succeeded')
    and (event -> 'amount', event ->> 'currency') is distinct from (to_jsonb(refund.amount), payment.currency) then
    return private.settle_payment_event(event_id, 'quarantined', 'another amount or currency', payment.id);
  end if;
  if private.end_refund(refund.id, event ->> 'type' = 'refund.succeeded', event ->> 'provider_reference', event ->> 'failure') then
    return private.settle_payment_event(event_id, 'applied', null, payment.id);
  end if;
  -- A bank can still send back what it took.
  if refund.status <> split_part(event ->> 'type', '.', 2) then
    return private.settle_payment_event(event_id, 'quarantined', 'the refund had ended otherwise', payment.id);
  end if;
  return private.settle_payment_event(event_id, 'ignored', 'the refund has ended', payment.id);
end;
$$;
