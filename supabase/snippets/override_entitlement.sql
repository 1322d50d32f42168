-- Allows one account what its plan does not, or less: a quantity, null for without limit (of a feature: has it), 0 for not at all.
-- What there is: select id, product, kind, description from public.entitlements where kind <> 'credits' order by product, id;
select private.override_entitlement(a.id, 'photos', 50, 'reason', expires_at => now() + interval '1 year')
from public.accounts as a
where lower(a.username) = lower('username');

-- What is allowed to whom, and back to the plan:
-- select a.username, o.* from private.entitlement_overrides as o join public.accounts as a on a.id = o.account_id;
-- delete from private.entitlement_overrides as o using public.accounts as a
-- where a.id = o.account_id and lower(a.username) = lower('username') and o.entitlement_id = 'photos';
