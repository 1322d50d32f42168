-- Lifts a suspension: the account may sign in again.
select private.lift_suspension(a.id)
from public.accounts as a
where lower(a.username) = lower('username');
