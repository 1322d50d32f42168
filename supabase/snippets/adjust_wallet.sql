-- Gives an account credits, or takes some with a minus, never below zero, with a reason that the owner reads; they are told.
-- A reference, such as the number of a payment, counts once.
select private.adjust_wallet(a.id, 100, 'reason', reference => null) as balance
from public.accounts as a
where lower(a.username) = lower('username');
