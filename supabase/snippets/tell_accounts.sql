-- A word from the platform, as a notification of type general, to everybody with a role: title and message as they are to be read.
-- Lists show them; a push or mail says only that there is news, for what others carry holds no words.
select private.notify(r.account_id, 'general', jsonb_build_object('title', 'Maintenance', 'message', 'On Sunday at six we are away for an hour.'))
from public.account_roles as r
where r.role = 'model'
order by r.account_id;
