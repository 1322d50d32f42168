-- Verifies a recruiter, who may then search and unlock candidates; they are told. It ends when they or the company are renamed,
-- or they hire for another. Who waits, with the company to look at:
select a.username, r.full_name, r.designation, r.phone, o.name as company, o.website, o.size, r.rejection_reason
from public.recruiter_profiles as r
join public.accounts as a on a.id = r.account_id
join public.organizations as o on o.id = r.organization_id
where not r.is_verified
order by r.updated_at;

select private.verify_recruiter(a.id, company_name => 'the company as you have read it')
from public.accounts as a
where lower(a.username) = lower('username');

-- Or refuses it, with a reason that they read:
-- select private.reject_recruiter(a.id, 'reason')
-- from public.accounts as a
-- where lower(a.username) = lower('username');
