-- What came in by provider, currency and day, to compare with the provider's own statement.
select p.provider, p.currency, p.paid_at::date as day, count(*) as payments,
  private.in_major_units(sum(p.amount)::bigint, p.currency) as paid, private.in_major_units(sum(p.refunded)::bigint, p.currency) as refunded
from public.payments as p
where p.status = 'succeeded' and p.paid_at > now() - interval '31 days'
group by p.provider, p.currency, p.paid_at::date
order by day desc, p.provider, p.currency;

-- Payments whose money is not in the ledger exactly once: no row when all is right.
select p.id, p.provider, p.purpose, p.status, count(t.id) as transfers
from public.payments as p
left join private.ledger_transfers as t
  on t.reference = p.id::text
  and t.kind = case when p.purpose = 'escrow' and not p.is_in_wallet then 'escrow_funding' else 'payment' end
group by p.id
having count(t.id) <> (p.status = 'succeeded')::integer;

-- What the provider is to be asked about, charged, sent or given back, and has not answered yet.
select t.kind, t.provider, t.subject_id, t.attempts, t.last_error, t.claimed_until as next_try_at, t.created_at
from private.payment_tasks as t
order by t.attempts desc, t.created_at
limit 100;
