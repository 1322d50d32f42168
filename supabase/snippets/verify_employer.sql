-- Verifies an employer or agency, which everybody then sees; they are told. It ends with another name or business id.
-- Who waits:
select a.username, e.company_name, e.business_id, e.website, e.contact_person, e.phone, e.country, e.rejection_reason
from public.employer_profiles as e
join public.accounts as a on a.id = e.account_id
where not e.is_verified
order by e.updated_at;

select private.verify_employer(a.id)
from public.accounts as a
where lower(a.username) = lower('username');

-- Or refuses it, with a reason that they read:
-- select private.reject_employer(a.id, 'reason')
-- from public.accounts as a
-- where lower(a.username) = lower('username');
