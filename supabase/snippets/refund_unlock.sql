-- Gives the credits of an unlock back to where they were paid from, once, within the days of the setting hiring.refund_days: the
-- candidate is locked again, and the recruiter is told and reads the reason. Whom a recruiter has unlocked:
select u.id, c.full_name, u.paid_from, u.credits, u.unlocked_at, u.refunded_at
from private.candidate_unlocks as u
left join private.candidates as c on c.card_id = u.card_id
join public.accounts as a on a.id = u.recruiter_id
where lower(a.username) = lower('username')
order by u.unlocked_at desc;

select private.refund_unlock('00000000-0000-0000-0000-000000000000', 'reason');
