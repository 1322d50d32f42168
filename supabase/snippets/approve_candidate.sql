-- Approves a candidate whose profile is handed in; they are told. Recruiters find nobody who is not approved while the setting
-- candidates.approval_required is true (settings.sql), and nobody who was rejected in any case. Who waits:
select a.username, c.full_name, d.role, d.city, c.resume_path, c.declared_at, c.rejection_reason
from private.candidates as c
join private.candidate_cards as d on d.id = c.card_id
join public.accounts as a on a.id = c.account_id
where c.declared_at is not null and c.approved_at is null
order by c.declared_at;

select private.approve_candidate(a.id)
from public.accounts as a
where lower(a.username) = lower('username');

-- Or rejects it, with a reason that they read; it stays so until it is approved:
-- select private.reject_candidate(a.id, 'reason')
-- from public.accounts as a
-- where lower(a.username) = lower('username');
