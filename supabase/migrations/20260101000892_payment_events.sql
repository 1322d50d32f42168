-- Payment events: what providers tell, kept as it came and applied once.
-- The function for webhooks checks the signature, stores the event and only then has it applied, in one transaction. What does not fit,
-- such as another amount, currency or order, is quarantined with its reason and waits for an admin; nothing of it has happened.
-- Promises: the same event counts once, however often and in whatever order it comes; nothing that was signed is lost.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.payment_events (
  id bigint generated always as identity primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  payload text not null,
  event jsonb not null,
  status text not null default 'received',
  reason text,
  payment_id uuid references public.payments (id) on delete restrict,
  attempts integer not null default 0,
  received_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint payment_events_provider_event_id_once unique (provider, event_id),
  constraint payment_events_provider_known check (private.is_payment_provider(provider)),
  constraint payment_events_event_id_length check (char_length(event_id) between 1 and 300),
  constraint payment_events_type_length check (char_length(type) between 1 and 200),
  constraint payment_events_payload_length check (octet_length(payload) <= 1048576),
  constraint payment_events_event_type check (jsonb_typeof(event) = 'object' and event ? 'type'),
  constraint payment_events_status_known check (status in ('received', 'applied', 'ignored', 'quarantined', 'dead'))
);
comment on table private.payment_events is
  'Inbox of what providers tell. received: waits to be applied; applied; ignored: changes nothing, as it was told before, comes too late or is of no concern; quarantined: does not fit, see reason; dead: failed ten times, see reason.';
comment on column private.payment_events.type is 'The provider''s own word.';
comment on column private.payment_events.payload is 'As it came, byte for byte; emptied after payments.keep_payload_days.';
comment on column private.payment_events.event is 'The same in the one shape of all providers: edge-functions/_shared/payments/event.ts.';

create index payment_events_payment_id_idx on private.payment_events (payment_id);
create index payment_events_received_idx on private.payment_events (attempts, received_at) where status = 'received';
create index payment_events_kept_idx on private.payment_events (received_at) where payload <> '';
create index payment_events_waiting_idx on private.payment_events (status, received_at) where status in ('quarantined', 'dead');

-- Storing -------------------------------------------------------------------------------------------------------------

create function private.store_payment_event(provider text, event_id text, type text, payload text, event jsonb)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions of the service, and for admins. Answers the row's id, also of what was stored before.
declare
  stored bigint;
begin
  if store_payment_event.provider <> 'manual' then
    perform private.limit_requests('webhooks', store_payment_event.provider);
  end if;
  insert into private.payment_events (provider, event_id, type, payload, event)
  values (
    store_payment_event.provider, store_payment_event.event_id, store_payment_event.type, store_payment_event.payload,
    store_payment_event.event
  )
  on conflict on constraint payment_events_provider_event_id_once do nothing
  returning id into stored;
  if stored is null then
    select e.id into strict stored
    from private.payment_events as e
    where e.provider = store_payment_event.provider and e.event_id = store_payment_event.event_id;
  end if;
  return stored;
end;
$$;

create function public.store_payment_event(provider text, event_id text, type text, payload text, event jsonb)
returns bigint
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.store_payment_event(provider, event_id, type, payload, event);
$$;
comment on function public.store_payment_event is
  'Service only: keeps what a provider told, whose signature is checked, once. Answers its id for apply_payment_event. rate_limit_exceeded (429) beyond rate_limits.webhooks_per_minute.';

-- Applying ------------------------------------------------------------------------------------------------------------

create function private.settle_payment_event(event_id bigint, status text, reason text default null, payment_id uuid default null)
returns text
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the functions below.
  update private.payment_events as e
  set
    status = settle_payment_event.status,
    reason = settle_payment_event.reason,
    payment_id = coalesce(settle_payment_event.payment_id, e.payment_id),
    settled_at = now()
  where e.id = settle_payment_event.event_id
  returning e.status;
$$;

create function private.payment_of_event(provider text, event jsonb)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. By our id and by our number, which must be the same one's; a refund's by what it refunds. An admin's word is
  -- about any provider's.
  select p.id
  from public.payments as p
  where (p.provider = payment_of_event.provider or payment_of_event.provider = 'manual')
    and case
      when event ? 'payment_id' then
        p.id::text = event ->> 'payment_id' and p.order_number::text = coalesce(event ->> 'order_number', p.order_number::text)
      else p.order_number::text = event ->> 'order_number'
    end
    and p.id = coalesce(
      case when event ->> 'payment_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (event ->> 'payment_id')::uuid end,
      (
        select o.id from public.payments as o
        where o.order_number = case when event ->> 'order_number' ~ '^[0-9]{1,10}$' then (event ->> 'order_number')::bigint end
      )
    );
$$;

create function private.problem_of_event(payment public.payments, event jsonb)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Why money that is told of is not this payment's; null when it is. jsonb compares numbers by their value.
  select case
    when event ? 'amount' and event -> 'amount' is distinct from to_jsonb(payment.amount) then
      format('another amount: %s instead of %s', event ->> 'amount', payment.amount)
    when event ? 'currency' and event ->> 'currency' is distinct from payment.currency then
      format('another currency: %s instead of %s', event ->> 'currency', payment.currency)
    when event ->> 'type' = 'payment.succeeded' and not (event ? 'amount' and event ? 'currency') then 'no amount or currency'
    when payment.status = 'succeeded' and event ->> 'type' = 'payment.succeeded'
      and event ->> 'provider_reference' is distinct from payment.provider_reference then 'paid a second time'
  end;
$$;

create function private.apply_event_of_payment(event_id bigint, provider text, event jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Of payments: pending, failed, cancelled, succeeded.
declare
  payment public.payments;
  told text := split_part(event ->> 'type', '.', 2);
  problem text;
begin
  payment := private.lock_payment(private.payment_of_event(apply_event_of_payment.provider, event));
  if payment.id is null then
    return private.settle_payment_event(event_id, 'quarantined', 'no such payment');
  end if;
  problem := private.problem_of_event(payment, event);
  if problem is not null then
    return private.settle_payment_event(event_id, 'quarantined', problem, payment.id);
  end if;
  if told = 'pending' then
    -- What a renewal is known by at the provider before it has ended: a look-up asks for it.
    update public.payments as p
    set provider_session = event ->> 'provider_reference'
    where p.id = payment.id and p.status = 'pending' and p.renews_id is not null and p.provider_session is null;
  end if;
  if not exists (select from private.payment_transitions as t where (t.from_status, t.to_status) = (payment.status, told)) then
    return private.settle_payment_event(event_id, 'ignored', 'the payment is ' || payment.status, payment.id);
  end if;
  update public.payments as p
  set
    status = told,
    paid_at = case told when 'succeeded' then now() end,
    provider_reference = case told when 'succeeded' then event ->> 'provider_reference' else p.provider_reference end,
    failure_reason = case told when 'failed' then left(event ->> 'failure', 500) end
  where p.id = payment.id
  returning p.* into payment;
  if told = 'succeeded' then
    -- A renewal is charged with what the first payment saved, which Robokassa wants to hear of every time.
    if event ? 'method' and payment.renews_id is null then
      insert into private.payment_methods (account_id, provider, customer, method)
      select a.id, payment.provider, event #>> '{method,customer}', event #>> '{method,method}'
      from public.accounts as a
      where a.id = payment.account_id and payment.auto_renew
      on conflict on constraint payment_methods_pkey do update
        set customer = excluded.customer, method = excluded.method, updated_at = now();
    end if;
    perform private.apply_payment(payment);
    select p.* into payment from public.payments as p where p.id = payment.id;
  end if;
  perform private.notify(
    payment.account_id, 'payment_status',
    jsonb_build_object(
      'payment_id', payment.id, 'status', case when payment.is_in_wallet then 'in_wallet' else payment.status end,
      'purpose', payment.purpose, 'amount', payment.amount, 'currency', payment.currency
    )
  );
  return private.settle_payment_event(event_id, 'applied', null, payment.id);
end;
$$;

create function private.apply_payment_event(event_id bigint)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions of the service, a job and admins. Answers the event's status. What another moment heals (a deadlock, a lock that
-- is not free) is raised, and the event stays as it is. Events of payment.*, refund.*, payout.* and account.* have a function each,
-- private.apply_event_of_<kind>, in the module of what they are about.
declare
  found_event private.payment_events;
  kind text;
begin
  select e.* into found_event from private.payment_events as e where e.id = apply_payment_event.event_id for no key update;
  if found_event.id is null or found_event.status <> 'received' then
    return found_event.status;
  end if;
  kind := split_part(found_event.event ->> 'type', '.', 1);
  if found_event.event ? 'problem' then
    return private.settle_payment_event(
      found_event.id, 'quarantined', left(found_event.event ->> 'problem', 500),
      private.payment_of_event(found_event.provider, found_event.event)
    );
  elsif kind not in ('payment', 'refund', 'payout', 'account') then
    return private.settle_payment_event(found_event.id, 'ignored', 'of no concern');
  end if;
  begin
    execute format('select private.%I($1, $2, $3)', 'apply_event_of_' || kind)
      into found_event.status using found_event.id, found_event.provider, found_event.event;
    return found_event.status;
  exception
    when deadlock_detected or serialization_failure or lock_not_available or query_canceled then
      raise;
    when others then
      return private.settle_payment_event(
        found_event.id, 'quarantined', left(sqlerrm, 500), private.payment_of_event(found_event.provider, found_event.event)
      );
  end;
end;
$$;

create function public.apply_payment_event(event_id bigint)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.apply_payment_event(event_id);
$$;
comment on function public.apply_payment_event is
  'Service only: has a stored event happen, once. Answers its status: applied, ignored, quarantined, dead; null when there is none. What is raised may be tried again.';

create function private.apply_next_payment_event()
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the drain function and a job. One that was stored and not applied, as when a function ended between the two; answers
-- its id, null when none waits. One a transaction: several would hold what each other's people wait for.
declare
  waiting_id bigint;
begin
  select e.id into waiting_id
  from private.payment_events as e
  where e.status = 'received' and e.received_at < now() - interval '30 seconds' * (e.attempts + 1)
  order by e.attempts, e.received_at
  limit 1
  for no key update skip locked;
  if waiting_id is null then
    return null;
  end if;
  begin
    perform private.apply_payment_event(waiting_id);
  exception when query_canceled or others then
    update private.payment_events as e
    set
      attempts = e.attempts + 1,
      reason = left(sqlerrm, 500),
      status = case when e.attempts >= 9 then 'dead' else e.status end
    where e.id = waiting_id;
  end;
  return waiting_id;
end;
$$;

create function public.apply_next_payment_event()
returns bigint
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.apply_next_payment_event();
$$;
comment on function public.apply_next_payment_event is
  'Service only: applies one event that was stored half a minute ago or longer and not applied. Answers its id; null when none waits.';

create function private.apply_received_events()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job, where nobody calls the drain function.
  select private.apply_next_payment_event();
$$;

create function private.forget_payment_payloads()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job. What providers write of a payer, such as an address, is kept while somebody may have to look at it.
  update private.payment_events as e
  set payload = ''
  where e.status in ('applied', 'ignored') and e.payload <> ''
    and e.received_at < now() - make_interval(days => (private.setting('payments.keep_payload_days') #>> '{}')::integer);
$$;

insert into private.settings (key, value, description) values
  ('payments.keep_payload_days', '90', 'Days for which the body of a provider''s event is kept once it is settled.');

insert into private.jobs (name, every, description) values
  ('forget_payment_payloads', '1 day', 'Empties bodies of settled events older than payments.keep_payload_days.'),
  ('apply_received_events', '10 seconds', 'Applies one event that a payment provider told and a function stored, but did not apply; the drain function applies the others.');

-- Admins --------------------------------------------------------------------------------------------------------------

create function private.replay_payment_event(event_id bigint)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  update private.payment_events as e
  set status = 'received', reason = null, settled_at = null, event = e.event - 'problem'
  where e.id = replay_payment_event.event_id and e.status in ('quarantined', 'dead', 'received');
  if not found then
    raise exception 'event % does not wait for anybody', replay_payment_event.event_id using errcode = 'no_data_found';
  end if;
  perform private.audit('payment_event.replay', 'payment_event', replay_payment_event.event_id::text);
  return private.apply_payment_event(replay_payment_event.event_id);
end;
$$;
comment on function private.replay_payment_event is
  'For admins: applies an event again that is quarantined or dead, once its reason is gone. It is compared with its payment as at first, and what has had its effect has none again; what the provider''s module saw wrong in it counts as seen to. Answers its status.';

create function private.close_payment_event(event_id bigint, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if private.is_clean_text(close_payment_event.reason, 1, 400) is not true then
    raise exception 'a decision says why' using errcode = 'invalid_parameter_value';
  end if;
  update private.payment_events as e
  set status = 'ignored', reason = concat_ws('; ', e.reason, close_payment_event.reason), settled_at = now()
  where e.id = close_payment_event.event_id and e.status in ('quarantined', 'dead');
  if not found then
    raise exception 'event % does not wait for anybody', close_payment_event.event_id using errcode = 'no_data_found';
  end if;
  perform private.audit('payment_event.close', 'payment_event', close_payment_event.event_id::text);
end;
$$;
comment on function private.close_payment_event is 'For admins: this event, quarantined or dead, is seen to and changes nothing; the reason is kept.';

create function private.approve_payment(payment_id uuid, reference text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  payment public.payments;
  stored_id bigint;
begin
  select p.* into payment from public.payments as p where p.id = approve_payment.payment_id;
  if payment.id is null or payment.status = 'succeeded' then
    raise exception 'payment % does not wait', approve_payment.payment_id using errcode = 'no_data_found';
  end if;
  if private.is_clean_text(approve_payment.reference, 1, 200) is not true then
    raise exception 'a payment has a reference, such as the number of the transfer' using errcode = 'invalid_parameter_value';
  end if;
  if exists (select from private.payment_events as e where e.provider = 'manual' and e.event_id = approve_payment.reference) then
    raise exception 'reference % has counted already', approve_payment.reference using errcode = 'unique_violation';
  end if;
  stored_id := private.store_payment_event(
    'manual', approve_payment.reference, 'approved', '',
    jsonb_build_object(
      'type', 'payment.succeeded', 'payment_id', payment.id, 'provider_reference', approve_payment.reference,
      'amount', payment.amount, 'currency', payment.currency
    )
  );
  -- Another admin in the same moment, for another payment.
  if not exists (select from private.payment_events as e where e.id = stored_id and e.event ->> 'payment_id' = payment.id::text) then
    raise exception 'reference % has counted already', approve_payment.reference using errcode = 'unique_violation';
  end if;
  perform private.audit('payment.approve', 'payment', payment.id::text, jsonb_build_object('reference', approve_payment.reference));
  return private.apply_payment_event(stored_id);
end;
$$;
comment on function private.approve_payment is
  'For admins: the money of this payment was seen, all of it. It has its effect at once; the same reference never counts twice. Answers applied, or quarantined with a reason in private.payment_events.';

create function private.reject_payment(payment_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if private.is_clean_text(reject_payment.reason, 1, 500) is not true then
    raise exception 'a refusal says why' using errcode = 'invalid_parameter_value';
  end if;
  perform private.apply_payment_event(private.store_payment_event(
    'manual', 'reject ' || reject_payment.payment_id, 'rejected', '',
    jsonb_build_object('type', 'payment.failed', 'payment_id', reject_payment.payment_id, 'failure', reject_payment.reason)
  ));
  if not exists (select from public.payments as p where p.id = reject_payment.payment_id and p.status = 'failed') then
    raise exception 'payment % does not wait', reject_payment.payment_id using errcode = 'no_data_found';
  end if;
  perform private.audit('payment.reject', 'payment', reject_payment.payment_id::text);
end;
$$;
comment on function private.reject_payment is 'For admins: no money came for this payment; the payer reads the reason.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.store_payment_event(text, text, text, text, jsonb),
  public.store_payment_event(text, text, text, text, jsonb),
  private.apply_payment_event(bigint),
  public.apply_payment_event(bigint),
  private.apply_next_payment_event(),
  public.apply_next_payment_event()
to service_role;
