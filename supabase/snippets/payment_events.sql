-- What payment providers told and what does not fit (quarantined) or failed ten times (dead), with the reason. Nothing of it has happened.
select e.id, e.provider, e.type, e.status, e.reason, e.event, e.payload, e.payment_id, p.status as payment_status,
  private.in_major_units(p.amount, p.currency) as amount, p.currency, e.received_at
from private.payment_events as e
left join public.payments as p on p.id = e.payment_id
where e.status in ('quarantined', 'dead')
order by e.received_at desc
limit 100;

-- Once the reason is gone: applies it again. It is checked as at first, and what has had its effect has none again.
select private.replay_payment_event(0);

-- Or it is seen to, such as sent back in the provider's dashboard, and changes nothing.
select private.close_payment_event(0, 'what was done about it');
