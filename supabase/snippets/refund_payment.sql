-- Gives money of a payment back: an amount in minor units, or null for all that is left. What it paid for is taken back at once; a
-- subscription ends when all its money is back. Through Stripe it goes by itself.
select private.refund_payment('00000000-0000-0000-0000-000000000000', 'reason', null);

-- Of other providers it is sent in their dashboard, and then said here: sent (true), or refused (false).
select r.id, p.provider, p.order_number, p.provider_reference, private.in_major_units(r.amount, p.currency) as amount, p.currency, r.reason
from private.refunds as r
join public.payments as p on p.id = r.payment_id
where r.status = 'pending'
order by r.created_at;

select private.end_refund('00000000-0000-0000-0000-000000000000', true, 'number of it in the bank');

-- What the bank took back by itself (a chargeback), or was given back in the provider's dashboard, waits in payment_events.sql. It is booked
-- so, in one statement: nothing is sent once more.
select private.end_refund(
  private.refund_payment('00000000-0000-0000-0000-000000000000', 'chargeback', null), true, 'number of it at the provider'
);

-- Those that failed: what they took was given again, and the money is still here. They are begun anew with the first statement.
select r.id, r.payment_id, p.provider, p.order_number, private.in_major_units(r.amount, p.currency) as amount, p.currency, r.reason, r.failure_reason, r.ended_at
from private.refunds as r
join public.payments as p on p.id = r.payment_id
where r.status = 'failed'
order by r.ended_at desc;
