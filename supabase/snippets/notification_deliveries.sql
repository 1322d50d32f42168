-- Pushes and mails about notifications: what waits, by channel, and what is dead, with the reason.
select channel, count(*) as waiting, min(due_at) as next, max(attempts) as most_attempts, max(last_error) as last_error
from private.notification_deliveries
where dead_at is null
group by channel;

select id, account_id, channel, type, attempts, dead_at, last_error, data
from private.notification_deliveries
where dead_at is not null
order by dead_at desc
limit 100;

-- Once the reason is gone: tries these again, or all that are dead.
select private.requeue_notification_deliveries(array[0]);
select private.requeue_notification_deliveries();
