-- Approves a subscription that was asked for, with the number of its payment, if there is one; the subscriber is told. A greater
-- plan begins at once and takes the credits that are left along, the same or a lesser one when the one that runs is over.
-- Who waits:
select s.id, a.username, s.plan_id, s.period, s.amount, s.currency, s.created_at
from public.subscriptions as s
join public.accounts as a on a.id = s.account_id
where s.started_at is null and s.ended_at is null
order by s.created_at;

select private.approve_subscription('00000000-0000-0000-0000-000000000000', payment_reference => null);

-- Or refuses it, with a reason that they read:
-- select private.reject_subscription('00000000-0000-0000-0000-000000000000', 'reason');

-- Ends one that runs, or one that is to follow, now; its credits end with it:
-- select private.end_subscription('00000000-0000-0000-0000-000000000000');
