-- What runs by itself, when it last ran, and the error it had, with the objects that wait to be deleted.
select name, every, last_run_at, last_error, description from private.jobs order by name;
select count(*) as objects_to_delete, max(attempts) as most_attempts, min(requested_at) as oldest from private.object_deletions;
