-- Gives an account the role admin, which no function gives.
insert into public.account_roles (account_id, role)
select a.id, 'admin'
from public.accounts as a
where lower(a.username) = lower('username');
