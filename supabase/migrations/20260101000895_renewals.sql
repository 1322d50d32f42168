-- Renewals: subscriptions that renew by themselves are charged with what was saved when they were paid.
-- The first try is in the last hour of the period, then one a day while the days of grace run; past due, the subscription goes on
-- until those are over.
-- Promises: one charge at a time, at the price that was agreed, and only while the subscriber has not cancelled.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.start_renewal(s public.subscriptions)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the job. Null, and no more renewal, where there is nothing to charge or the plan is not sold any more.
declare
  saved private.payment_methods;
  payment public.payments;
begin
  -- By the subscription first: without statistics the planner would look through all of a provider's.
  with paid as materialized (
    select p.provider from public.payments as p where p.subject_id = s.id and p.status = 'succeeded'
  )
  select m.* into saved
  from private.payment_methods as m
  where m.account_id = s.account_id and m.provider in (select p.provider from paid as p)
  limit 1;
  if saved.account_id is null or s.amount is null
    or not exists (select from public.plan_prices as p where p.plan_id = s.plan_id and p.period = s.period) then
    update public.subscriptions as o set auto_renew = false where o.id = s.id;
    return null;
  end if;
  insert into public.payments (account_id, purpose, renews_id, provider, amount, currency, auto_renew)
  values (s.account_id, 'subscription', s.id, saved.provider, s.amount, s.currency, true)
  returning * into payment;
  perform private.queue_payment_task(
    'renewal', payment.id, payment.provider,
    jsonb_build_object(
      'payment_id', payment.id, 'order_number', payment.order_number, 'amount', payment.amount, 'currency', payment.currency,
      'minor_units', (select c.minor_units from public.currencies as c where c.code = payment.currency),
      'description', private.payment_description(payment), 'customer', saved.customer, 'method', saved.method
    )
  );
  return payment.id;
end;
$$;

create function private.renew_subscriptions()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job.
declare
  due uuid[];
  found_subscription public.subscriptions;
  started integer := 0;
begin
  due := array(
    select s.id
    from public.subscriptions as s
    where s.auto_renew and s.cancelled_at is null and s.ended_at is null and private.has_begun(s)
      and s.expires_at < now() + interval '1 hour' and private.subscription_end(s) > now()
      and not private.is_followed(s) and private.is_active_account(s.account_id)
      and not exists (
        select from public.payments as p
        where p.renews_id = s.id and (p.status in ('pending', 'succeeded') or p.created_at > now() - interval '23 hours')
      )
    order by s.expires_at
    limit 100
  );
  perform from public.accounts as a
  where a.id in (select s.account_id from public.subscriptions as s where s.id = any (due)) order by a.id for no key update;
  for found_subscription in
    select s.* from public.subscriptions as s
    where s.id = any (due) and s.auto_renew and s.cancelled_at is null and s.ended_at is null and not private.is_followed(s)
      and not exists (select from public.payments as p where p.renews_id = s.id and p.status in ('pending', 'succeeded'))
    order by s.id
    for update
  loop
    if private.start_renewal(found_subscription) is not null then
      started := started + 1;
    end if;
  end loop;
  return started;
end;
$$;

create function private.stop_renewals()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: whoever deletes the account. Nothing is charged after it.
begin
  delete from private.payment_tasks as t
  using public.payments as p
  where t.kind = 'renewal' and t.subject_id = p.id and p.account_id = old.id;
  update public.payments as p set status = 'cancelled' where p.account_id = old.id and p.status in ('pending', 'failed');
  return old;
end;
$$;

create trigger accounts_stop_renewals
  before delete on public.accounts
  for each row execute function private.stop_renewals();

insert into private.jobs (name, every, description) values
  ('renew_subscriptions', '5 minutes', 'Charges subscriptions that renew by themselves, and late ones once a day.');

