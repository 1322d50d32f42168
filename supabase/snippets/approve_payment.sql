-- Approves a payment that was made past the providers, such as a bank transfer that an admin has seen: it has its effect at once, and the
-- same reference never counts twice. Also for a provider's payment that it never told of. What waits:
select p.id, p.order_number, p.provider, p.purpose, private.payment_description(p) as what,
  private.in_major_units(p.amount, p.currency) as amount, p.currency, a.username, p.created_at
from public.payments as p
left join public.accounts as a on a.id = p.account_id
where p.status in ('pending', 'failed', 'cancelled')
order by p.created_at desc
limit 100;

select private.approve_payment('00000000-0000-0000-0000-000000000000', 'number of the transfer');

-- Or: no money came, for this reason, which the payer reads.
select private.reject_payment('00000000-0000-0000-0000-000000000000', 'reason');
