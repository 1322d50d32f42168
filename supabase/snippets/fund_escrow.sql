-- Says that the money of an escrow is there, as a bank transfer that an admin has seen: amount (minor units) and currency must be the
-- escrow's, and a reference, such as the transfer's number, counts once. An order begins with it; both sides are told.
-- What waits to be paid in:
select e.id, e.entity_type, e.entity_id, e.purpose, e.amount, e.currency, p.username as payer, r.username as payee, e.created_at
from private.escrows as e
left join public.accounts as p on p.id = e.payer_id
left join public.accounts as r on r.id = e.payee_id
where e.status = 'pending'
order by e.created_at desc;

select private.fund_escrow('00000000-0000-0000-0000-000000000000', 10000, 'USD', 'number of the transfer');
