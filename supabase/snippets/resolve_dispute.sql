-- Decides a dispute: so much of the amount (minor units) goes to the payee, less the fee of that part, the rest back to the payer's
-- wallet. Both are told and read the reason; an order is over when its last dispute is decided.
-- What is disputed:
select e.id, e.entity_type, e.entity_id, e.amount, e.currency, p.username as payer, r.username as payee, d.username as disputed_by,
  e.dispute_reason, e.disputed_at
from private.escrows as e
left join public.accounts as p on p.id = e.payer_id
left join public.accounts as r on r.id = e.payee_id
left join public.accounts as d on d.id = e.disputed_by
where e.status = 'disputed'
order by e.disputed_at;

select private.resolve_dispute('00000000-0000-0000-0000-000000000000', 5000, 'reason');
