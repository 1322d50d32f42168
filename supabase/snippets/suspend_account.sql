-- Suspends an account: ends its sessions, refuses what it still sends with an unexpired token.
-- Put in the username and the reason, then run. To undo: lift_suspension.sql
select private.suspend_account(a.id, 'reason the team can look up')
from public.accounts as a
where lower(a.username) = lower('username');
