-- Withdrawals: money that leaves a wallet, through Stripe Connect or by an admin's hand.
-- pending -> processing -> paid | failed, pending -> cancelled. The money leaves the wallet when it is asked for and waits in a ledger
-- account of the withdrawal: paid, it is out; failed or cancelled, it is back.
-- Promises: never more than there is, also when two ask at once; each ends once.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.withdrawals (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null,
  amount bigint not null,
  currency text not null references public.currencies (code) on delete restrict,
  method text not null,
  status text not null default 'pending',
  holder text,
  details text,
  bank text,
  batch_id uuid,
  provider_reference text,
  failure_reason text,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint withdrawals_amount_range check (amount between 1 and 1000000000000000),
  constraint withdrawals_method_known check (method in ('stripe', 'manual')),
  constraint withdrawals_status_known check (status in ('pending', 'processing', 'paid', 'failed', 'cancelled')),
  constraint withdrawals_paid_at_known check ((status = 'paid') = (paid_at is not null))
);
comment on table public.withdrawals is 'Money on its way out of wallets, or out, read by its owners. Written by functions only.';
comment on column public.withdrawals.account_id is 'Whose; no foreign key: what was booked outlives who left.';
comment on column public.withdrawals.amount is 'Minor units of currency.';
comment on column public.withdrawals.details is 'Where a manual one goes, with holder and bank: as it was when it was asked for.';
comment on column public.withdrawals.batch_id is 'Of those that an admin pays together.';
comment on column public.withdrawals.provider_reference is 'The provider''s, or the bank''s, number of it.';

create index withdrawals_account_id_idx on public.withdrawals (account_id, created_at desc, id desc);
create index withdrawals_currency_idx on public.withdrawals (currency);
create index withdrawals_batch_id_idx on public.withdrawals (batch_id);
create index withdrawals_waiting_idx on public.withdrawals (method, currency, created_at) where status in ('pending', 'processing');

create trigger withdrawals_touch_updated_at
  before update on public.withdrawals
  for each row execute function private.touch_updated_at();

select private.hide_estimates('public.withdrawals');

create table private.withdrawal_transitions (
  from_status text not null,
  to_status text not null,
  actor text not null,
  primary key (from_status, to_status, actor),
  constraint withdrawal_transitions_actor_known check (actor in ('owner', 'admin', 'system'))
);
comment on table private.withdrawal_transitions is 'Which status of a withdrawal may follow which, and by whose hand; system: what a provider tells, and what sends it there.';

insert into private.withdrawal_transitions (from_status, to_status, actor) values
  ('pending', 'cancelled', 'owner'), ('pending', 'processing', 'admin'), ('pending', 'processing', 'system'),
  ('pending', 'paid', 'admin'), ('pending', 'failed', 'admin'), ('processing', 'paid', 'admin'), ('processing', 'failed', 'admin'),
  ('processing', 'paid', 'system'), ('processing', 'failed', 'system');

insert into private.settings (key, value, description) values
  ('payouts.least_major_units', '50', 'The least amount of a withdrawal, in major units of its currency.');

insert into public.notification_types (type, description, is_emailed) values
  ('withdrawal_status', 'A withdrawal of mine was paid out, or has failed.', true);

-- Who has money stays -------------------------------------------------------------------------------------------------

create function private.least_withdrawal(currency text)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the setting. In minor units; null for what is no currency.
  select ((private.setting('payouts.least_major_units') #>> '{}')::numeric * 10 ^ c.minor_units)::bigint
  from public.currencies as c
  where c.code = least_withdrawal.currency;
$$;

create function private.keep_money()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reads what no client may. What could be withdrawn is, first; less than that stays with the platform.
begin
  if exists (
    select from private.ledger_accounts as a
    where a.owner_id = old.id
      and (a.kind = 'wallet' and a.balance >= private.least_withdrawal(a.currency) or a.kind = 'payout' and a.balance > 0)
  ) or exists (
    -- What a provider refuses to send back comes into the wallet again.
    select from private.refunds as r
    join public.payments as p on p.id = r.payment_id
    where p.account_id = old.id and r.status = 'pending'
  ) then
    perform private.raise_error(
      'conflict', 409, 'There is money in a wallet of this account, or on its way: it is settled first.', '{"reason": "money_left"}'
    );
  end if;
  return old;
end;
$$;

create trigger accounts_keep_money
  before delete on public.accounts
  for each row execute function private.keep_money();

-- Asking --------------------------------------------------------------------------------------------------------------

create function private.request_withdrawal(amount bigint, currency text, method text, idempotency_key uuid)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: moves money. Answers the withdrawal's id.
declare
  caller uuid := private.account_id();
  least_amount bigint := private.least_withdrawal(request_withdrawal.currency);
  kept jsonb;
  destination text;
  manual public.payout_destinations;
  withdrawal_id uuid;
begin
  if least_amount is null or request_withdrawal.method is null or request_withdrawal.method not in ('stripe', 'manual') then
    perform private.raise_error(
      'validation_failed', 400, 'There is no such currency or method.',
      jsonb_build_object('fields', jsonb_build_object(case when least_amount is null then 'currency' else 'method' end, 'known'))
    );
  end if;
  if request_withdrawal.amount is null or request_withdrawal.amount not between least_amount and 1000000000000000 then
    perform private.raise_error(
      'validation_failed', 400, format('At least %s.', private.in_major_units(least_amount, request_withdrawal.currency)),
      jsonb_build_object('fields', jsonb_build_object('amount', 'range'), 'least', least_amount)
    );
  end if;
  kept := private.claim_idempotency_key(
    'request_withdrawal', idempotency_key, jsonb_build_object('amount', amount, 'currency', currency, 'method', method)
  );
  if kept is not null then
    return (kept #>> '{}')::uuid;
  end if;
  perform private.lock_accounts(caller);
  if request_withdrawal.method = 'stripe' then
    select p.provider_reference into destination from public.payout_accounts as p where p.account_id = caller and p.payouts_enabled;
  else
    select d.* into manual from public.payout_destinations as d where d.account_id = caller;
    destination := manual.details;
  end if;
  if destination is null then
    perform private.raise_error('conflict', 409, 'Nothing can be paid out to you yet.', '{"reason": "payouts_disabled"}');
  end if;
  insert into public.withdrawals (account_id, amount, currency, method, holder, details, bank)
  values (
    caller, request_withdrawal.amount, request_withdrawal.currency, request_withdrawal.method, manual.holder, manual.details, manual.bank
  )
  returning id into withdrawal_id;
  perform private.transfer(
    'withdrawal', private.ledger_account(caller, 'wallet', request_withdrawal.currency),
    private.ledger_account(caller, 'payout', request_withdrawal.currency, withdrawal_id), request_withdrawal.amount,
    withdrawal_id::text, jsonb_build_object('withdrawal_id', withdrawal_id)
  );
  if request_withdrawal.method = 'stripe' then
    perform private.queue_payment_task(
      'payout', withdrawal_id, 'stripe',
      jsonb_build_object(
        'withdrawal_id', withdrawal_id, 'destination', destination, 'amount', request_withdrawal.amount,
        'currency', request_withdrawal.currency
      )
    );
  end if;
  perform private.audit('withdrawal.request', 'withdrawal', withdrawal_id::text);
  perform private.keep_idempotent_answer('request_withdrawal', idempotency_key, to_jsonb(withdrawal_id));
  return withdrawal_id;
end;
$$;

-- Moving --------------------------------------------------------------------------------------------------------------

create function private.lock_withdrawal(withdrawal_id uuid)
returns public.withdrawals
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the functions below. Whoever sends it holds its task while it becomes processing.
declare
  withdrawal public.withdrawals;
begin
  perform private.lock_accounts(w.account_id) from public.withdrawals as w where w.id = lock_withdrawal.withdrawal_id;
  perform from private.payment_tasks as t where t.kind = 'payout' and t.subject_id = lock_withdrawal.withdrawal_id for update;
  select w.* into withdrawal from public.withdrawals as w where w.id = lock_withdrawal.withdrawal_id for no key update;
  return withdrawal;
end;
$$;

create function private.move_withdrawal(
  withdrawal_id uuid,
  to_status text,
  actor text,
  reference text default null,
  failure text default null
)
returns public.withdrawals
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the functions below. invalid_transition when the table has no such move.
declare
  withdrawal public.withdrawals := private.lock_withdrawal(move_withdrawal.withdrawal_id);
  held uuid;
begin
  if withdrawal.id is null then
    raise exception 'there is no withdrawal %', move_withdrawal.withdrawal_id using errcode = 'no_data_found';
  end if;
  if not exists (
    select from private.withdrawal_transitions as t
    where (t.from_status, t.to_status, t.actor) = (withdrawal.status, move_withdrawal.to_status, move_withdrawal.actor)
  ) then
    perform private.raise_error(
      'invalid_transition', 409, 'This withdrawal cannot go from this status to that one.',
      jsonb_build_object('from', withdrawal.status, 'to', move_withdrawal.to_status)
    );
  end if;
  update public.withdrawals as w
  set
    status = move_withdrawal.to_status,
    provider_reference = coalesce(left(move_withdrawal.reference, 200), w.provider_reference),
    failure_reason = left(move_withdrawal.failure, 500),
    paid_at = case move_withdrawal.to_status when 'paid' then now() end
  where w.id = withdrawal.id
  returning w.* into withdrawal;
  if withdrawal.status = 'processing' then
    return withdrawal;
  end if;
  held := private.ledger_account(withdrawal.account_id, 'payout', withdrawal.currency, withdrawal.id);
  perform private.transfer(
    case withdrawal.status when 'paid' then 'payout' else 'withdrawal_return' end, held,
    case withdrawal.status
      when 'paid' then private.ledger_account(null, 'issuance', withdrawal.currency)
      else private.ledger_account(withdrawal.account_id, 'wallet', withdrawal.currency)
    end,
    withdrawal.amount, withdrawal.id::text, jsonb_build_object('withdrawal_id', withdrawal.id)
  );
  delete from private.payment_tasks as t where t.kind = 'payout' and t.subject_id = withdrawal.id;
  if move_withdrawal.actor <> 'owner' then
    perform private.notify(
      withdrawal.account_id, 'withdrawal_status',
      jsonb_build_object(
        'withdrawal_id', withdrawal.id, 'status', withdrawal.status, 'amount', withdrawal.amount, 'currency', withdrawal.currency
      )
    );
  end if;
  perform private.audit('withdrawal.' || withdrawal.status, 'withdrawal', withdrawal.id::text);
  return withdrawal;
end;
$$;

create function private.sift_payment_tasks()
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: before tasks are handed to the drain function. Renewals of whoever has cancelled, is suspended or has no days of grace left
-- are dropped with their payments, and those whose payment has ended; payouts of suspended accounts wait.
begin
  with unwanted as (
    delete from private.payment_tasks as t
    using public.payments as p
    left join public.subscriptions as s on s.id = p.renews_id
    where t.kind = 'renewal' and t.subject_id = p.id and t.claimed_until < now()
      and (
        p.status <> 'pending' or s.id is null or not s.auto_renew or s.cancelled_at is not null or s.ended_at is not null
        or private.subscription_end(s) <= now() or not private.is_active_account(p.account_id)
      )
    returning p.id
  )
  update public.payments as p set status = 'cancelled' from unwanted as u where p.id = u.id and p.status = 'pending';
  update private.payment_tasks as t
  set claimed_until = now() + interval '1 hour'
  from public.withdrawals as w
  where t.kind = 'payout' and t.subject_id = w.id and t.claimed_until < now() and not private.is_active_account(w.account_id);
end;
$$;

create function private.send_withdrawal()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: withdrawals have no update grant. From the moment that the drain function takes it, it is not cancelled any more.
begin
  update public.withdrawals as w set status = 'processing' where w.id = new.subject_id and w.status = 'pending';
  return null;
end;
$$;

create trigger payment_tasks_send_withdrawal
  after update of attempts on private.payment_tasks
  for each row
  when (new.kind = 'payout')
  execute function private.send_withdrawal();

create function private.cancel_withdrawal(withdrawal_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: moves money.
begin
  if not exists (
    select from public.withdrawals as w where w.id = cancel_withdrawal.withdrawal_id and w.account_id = private.account_id()
  ) then
    perform private.raise_error('not_found', 404, 'There is no such withdrawal of yours.');
  end if;
  perform private.move_withdrawal(cancel_withdrawal.withdrawal_id, 'cancelled', 'owner');
end;
$$;

create function private.apply_event_of_payout(event_id bigint, provider text, event jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by apply_payment_event. payout.paid and payout.failed.
declare
  withdrawal public.withdrawals;
  told text := split_part(event ->> 'type', '.', 2);
begin
  -- Locked before it is looked at: the drain function and a webhook tell of it in the same moment.
  withdrawal := private.lock_withdrawal((
    select w.id from public.withdrawals as w
    where w.id::text = event ->> 'withdrawal_id' and w.method = apply_event_of_payout.provider
  ));
  if withdrawal.id is null then
    return private.settle_payment_event(event_id, 'quarantined', 'no such withdrawal');
  elsif (event ? 'amount' or told = 'paid')
    and (event -> 'amount', event ->> 'currency') is distinct from (to_jsonb(withdrawal.amount), withdrawal.currency) then
    -- Of a refusal there may be no amount.
    return private.settle_payment_event(event_id, 'quarantined', 'another amount or currency');
  elsif withdrawal.status = told then
    return private.settle_payment_event(event_id, 'ignored', 'the withdrawal is ' || told);
  elsif withdrawal.status not in ('pending', 'processing') then
    return private.settle_payment_event(event_id, 'quarantined', 'the withdrawal is ' || withdrawal.status);
  end if;
  if withdrawal.status = 'pending' then
    perform private.move_withdrawal(withdrawal.id, 'processing', 'system');
  end if;
  perform private.move_withdrawal(withdrawal.id, told, 'system', event ->> 'provider_reference', event ->> 'failure');
  return private.settle_payment_event(event_id, 'applied');
end;
$$;

-- Admins --------------------------------------------------------------------------------------------------------------

create function private.start_payout_batch(currency text)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  batch uuid := gen_random_uuid();
begin
  update public.withdrawals as w
  set status = 'processing', batch_id = batch
  where w.id in (
    select o.id from public.withdrawals as o
    where o.method = 'manual' and o.status = 'pending' and o.currency = start_payout_batch.currency
      and private.is_active_account(o.account_id)
    order by o.id
    for no key update
  );
  if not found then
    raise exception 'nothing waits in %', start_payout_batch.currency using errcode = 'no_data_found';
  end if;
  perform private.audit('withdrawal.start_batch', 'payout_batch', batch::text);
  return batch;
end;
$$;
comment on function private.start_payout_batch is
  'For admins: takes all withdrawals of a currency that are paid by hand and wait, but for suspended accounts; they can be cancelled no more. Answers the batch, for private.payout_batch.';

create function private.payout_batch(batch_id uuid)
returns table (withdrawal_id uuid, holder text, details text, bank text, amount text, currency text, status text)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select w.id, w.holder, w.details, w.bank, private.in_major_units(w.amount, w.currency), w.currency, w.status
  from public.withdrawals as w
  where w.batch_id = payout_batch.batch_id
  order by w.created_at, w.id;
$$;
comment on function private.payout_batch is 'For admins: a batch as a list for the bank, amount in major units. Studio saves the result as CSV.';

create function private.end_withdrawal(
  withdrawal_id uuid,
  paid boolean,
  reference text default null,
  reason text default null,
  forced boolean default false
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  withdrawal public.withdrawals := private.lock_withdrawal(end_withdrawal.withdrawal_id);
begin
  if end_withdrawal.paid is null then
    raise exception 'it was paid (true), or cannot be (false)' using errcode = 'invalid_parameter_value';
  end if;
  if not end_withdrawal.forced and withdrawal.method = 'stripe' and withdrawal.status = 'processing' then
    raise exception 'Stripe may be sending withdrawal % just now: look there first, then say forced => true', withdrawal.id
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  return (
    private.move_withdrawal(
      end_withdrawal.withdrawal_id, case when end_withdrawal.paid then 'paid' else 'failed' end, 'admin', end_withdrawal.reference,
      end_withdrawal.reason
    )
  ).status;
end;
$$;
comment on function private.end_withdrawal is
  'For admins: a withdrawal was paid (reference: the bank''s number of it) or cannot be (reason), and the money is back in the wallet. The owner is told. Once. One that Stripe is sending is refused unless forced: it would be paid and back.';

create function private.end_payout_batch(batch_id uuid)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  ended integer;
begin
  perform private.lock_accounts(variadic array(
    select w.account_id from public.withdrawals as w where w.batch_id = end_payout_batch.batch_id
  ));
  select count(private.end_withdrawal(l.id, true)) into ended
  from (
    select w.id from public.withdrawals as w
    where w.batch_id = end_payout_batch.batch_id and w.status = 'processing' order by w.id for no key update
  ) as l;
  return ended;
end;
$$;
comment on function private.end_payout_batch is 'For admins: all of a batch that has not ended otherwise was paid. Answers how many.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.withdrawals to authenticated, service_role;

alter table public.withdrawals enable row level security;

create policy select_owner on public.withdrawals for select to authenticated using (account_id = (select auth.uid()));
