-- Puts an account on a plan from now on, for a month, quarter or year, without a payment.
-- Plans: select id, name from public.plans where not is_default;
select private.activate_subscription(a.id, 'casting_pro', 'month')
from public.accounts as a
where lower(a.username) = lower('username');
