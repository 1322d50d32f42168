-- Escrows: money of an agreement, held until the work is done.
-- pending -> funded | cancelled, funded -> released | refunded | disputed, disputed -> released | refunded | settled, which is
-- both sides getting some. The platform's fee comes off what goes to the payee, rounded half up. What an escrow is for (its
-- entity_type) has two functions in its own module: private.lock_<type>(id), which locks it before its money, and
-- private.<type>_escrow_moved(escrow_id, action), for what else a movement does, such as that an order begins.
-- Promises: what was funded is at every moment what was released, refunded, taken as fee or is still held; every movement is in
-- the ledger, once.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.escrows (
  id uuid primary key default gen_random_uuid(),
  payer_id uuid not null,
  payee_id uuid not null,
  entity_type text not null,
  entity_id uuid not null,
  purpose text not null,
  title text,
  position integer not null default 0,
  amount bigint not null,
  currency text not null,
  fee_rate integer not null,
  status text not null default 'pending',
  ledger_account_id uuid references private.ledger_accounts (id) on delete restrict,
  funded bigint not null default 0,
  released bigint not null default 0,
  fee bigint not null default 0,
  refunded bigint not null default 0,
  held bigint not null generated always as (funded - released - fee - refunded) stored,
  funded_at timestamptz,
  settled_at timestamptz,
  refund_reason text,
  refund_requested_at timestamptz,
  disputed_at timestamptz,
  disputed_by uuid,
  dispute_reason text,
  resolution text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint escrows_entity_type_known check (entity_type in ('task', 'order')),
  constraint escrows_purpose_known check (purpose in ('work', 'milestone', 'revision')),
  constraint escrows_title_length check (private.is_clean_text(title, 1, 200)),
  constraint escrows_amount_range check (amount between 1 and 1000000000000),
  constraint escrows_fee_rate_range check (fee_rate between 0 and 10000),
  constraint escrows_status_known check (
    status in ('pending', 'funded', 'disputed', 'released', 'refunded', 'settled', 'cancelled')
  ),
  constraint escrows_funded_known check (funded = case when status in ('pending', 'cancelled') then 0 else amount end),
  constraint escrows_held_known check (
    funded - released - fee - refunded = case when status in ('funded', 'disputed') then amount else 0 end
  ),
  constraint escrows_refunded_known check ((status = 'refunded') = (refunded = amount)),
  constraint escrows_released_known check (status in ('released', 'settled') or released + fee = 0),
  constraint escrows_refund_reason_length check (private.is_clean_text(refund_reason, 1, 2000)),
  constraint escrows_dispute_reason_length check (private.is_clean_text(dispute_reason, 1, 2000)),
  constraint escrows_resolution_length check (private.is_clean_text(resolution, 1, 2000))
);
comment on table private.escrows is 'Money that is held for a task or an order, one row a part of it; all amounts in minor units of currency.';
comment on column private.escrows.payer_id is 'An account, as payee_id and disputed_by. No foreign keys: what was booked outlives who left.';
comment on column private.escrows.fee_rate is 'Of what goes to the payee, in hundredths of a percent, as it was when it was opened: 1500 is 15 %.';
comment on column private.escrows.released is 'What the payee got, after the fee.';

create index escrows_entity_id_idx on private.escrows (entity_type, entity_id, position, created_at);
create index escrows_payer_id_idx on private.escrows (payer_id, created_at desc, id desc);
create index escrows_payee_id_idx on private.escrows (payee_id, created_at desc, id desc);
create index escrows_ledger_account_id_idx on private.escrows (ledger_account_id);

create trigger escrows_touch_updated_at
  before update on private.escrows
  for each row execute function private.touch_updated_at();

create table private.escrow_transitions (
  from_status text not null,
  to_status text not null,
  action text not null,
  actor text not null,
  primary key (from_status, to_status, action, actor),
  constraint escrow_transitions_actor_known check (actor in ('payer', 'payee', 'admin', 'system'))
);
comment on table private.escrow_transitions is 'Which status of an escrow may follow which, by what and by whose hand; system: a payment, or what ends the task or order.';

insert into private.escrow_transitions (from_status, to_status, action, actor) values
  ('pending', 'funded', 'fund', 'system'), ('pending', 'cancelled', 'cancel', 'system'),
  ('funded', 'released', 'release', 'payer'), ('funded', 'released', 'release', 'system'),
  ('funded', 'refunded', 'refund', 'payer'), ('funded', 'refunded', 'refund', 'payee'), ('funded', 'refunded', 'refund', 'system'),
  ('funded', 'disputed', 'dispute', 'payer'), ('funded', 'disputed', 'dispute', 'payee'),
  ('disputed', 'released', 'resolve', 'admin'), ('disputed', 'refunded', 'resolve', 'admin'), ('disputed', 'settled', 'resolve', 'admin');

insert into private.settings (key, value, description) values
  ('escrow.fee_rate', '1500', 'The platform''s part of what goes to a payee, in hundredths of a percent: 1500 is 15 %. For escrows opened from now on.');

insert into public.notification_types (type, description, is_emailed) values
  ('escrow_status', 'Money that I pay or am to get was funded, released, refunded or is disputed, or a refund is asked for.', true);

-- Accounts with held money stay ---------------------------------------------------------------------------------------

create function private.keep_held_money()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reads what no client may. Whoever deletes the account: its part in held money is decided first.
begin
  if exists (
    select from private.escrows as e where (e.payer_id = old.id or e.payee_id = old.id) and e.status in ('funded', 'disputed')
  ) then
    perform private.raise_error('conflict', 409, 'Money is held for work of this account: it is settled first.');
  end if;
  return old;
end;
$$;

create trigger accounts_keep_held_money
  before delete on public.accounts
  for each row execute function private.keep_held_money();

-- Opening and funding -------------------------------------------------------------------------------------------------

create function private.fee_of(amount bigint, fee_rate integer)
returns bigint
language sql
immutable
security invoker
set search_path = ''
as $$
  -- Half up, in whole minor units.
  select (amount * fee_rate + 5000) / 10000;
$$;

create function private.open_escrow(
  payer_id uuid,
  payee_id uuid,
  entity_type text,
  entity_id uuid,
  purpose text,
  amount bigint,
  currency text,
  title text default null,
  place integer default 0
)
returns uuid
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions that make agreements. The fee is what it is now.
  insert into private.escrows (payer_id, payee_id, entity_type, entity_id, purpose, amount, currency, title, position, fee_rate)
  values (
    open_escrow.payer_id, open_escrow.payee_id, open_escrow.entity_type, open_escrow.entity_id, open_escrow.purpose,
    open_escrow.amount, open_escrow.currency, open_escrow.title, open_escrow.place,
    (private.setting('escrow.fee_rate') #>> '{}')::integer
  )
  returning id;
$$;

create function private.lock_agreement(escrow_id uuid)
returns private.escrows
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions that move money. The accounts, what it is for, then all escrows of that in one order: whatever moves
-- them waits here. An account that goes takes what was not funded along, so a funded one has both sides.
declare
  escrow private.escrows;
begin
  select e.* into escrow from private.escrows as e where e.id = lock_agreement.escrow_id;
  if found then
    perform private.lock_accounts(escrow.payer_id, escrow.payee_id);
    execute format('select private.%I($1)', 'lock_' || escrow.entity_type) using escrow.entity_id;
    perform private.lock_escrows(escrow.entity_type, escrow.entity_id);
    select e.* into escrow from private.escrows as e where e.id = lock_agreement.escrow_id;
  end if;
  return escrow;
end;
$$;

create function private.lock_escrows(entity_type text, entity_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above, for what it is for is locked.
  select from private.escrows as e
  where e.entity_type = lock_escrows.entity_type and e.entity_id = lock_escrows.entity_id
  order by e.id
  for no key update;
$$;

create function private.check_escrow_transition(escrow private.escrows, to_status text, action text, actor text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not.
begin
  if not exists (
    select from private.escrow_transitions as t
    where t.from_status = escrow.status and t.to_status = check_escrow_transition.to_status
      and t.action = check_escrow_transition.action and t.actor = check_escrow_transition.actor
  ) then
    perform private.raise_error(
      'invalid_transition', 409, 'This money cannot go from this status to that one.',
      jsonb_build_object('from', escrow.status, 'to', check_escrow_transition.to_status)
    );
  end if;
end;
$$;

create function private.tell_of_escrow(escrow private.escrows, status text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others. Both sides, but for who did it; an order tells of its money by its own status.
  select private.notify(
    p.id, 'escrow_status',
    jsonb_build_object(
      'escrow_id', escrow.id, 'status', tell_of_escrow.status, 'entity_type', escrow.entity_type, 'entity_id', escrow.entity_id,
      'amount', escrow.amount, 'currency', escrow.currency
    )
  )
  from unnest(array[escrow.payer_id, escrow.payee_id]) as p (id)
  where escrow.entity_type <> 'order' and p.id is distinct from auth.uid();
$$;

create function private.fund_from(escrow private.escrows, source_id uuid, reference text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the two that pay, of an agreement that is locked. source_id: the ledger account it comes from.
declare
  account_id uuid;
begin
  perform private.check_escrow_transition(escrow, 'funded', 'fund', 'system');
  account_id := private.ledger_account(escrow.payer_id, 'escrow', escrow.currency, escrow.id);
  perform private.transfer(
    'escrow_funding', fund_from.source_id, account_id, escrow.amount, fund_from.reference,
    jsonb_build_object('escrow_id', escrow.id, 'entity_type', escrow.entity_type, 'entity_id', escrow.entity_id)
  );
  update private.escrows as e
  set status = 'funded', funded = e.amount, funded_at = now(), ledger_account_id = account_id
  where e.id = escrow.id;
  perform private.tell_of_escrow(escrow, 'funded');
  perform private.escrow_moved(escrow, 'fund');
end;
$$;

create function private.fund_escrow(escrow_id uuid, amount bigint, currency text, reference text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for verified payments, and for admins in SQL. Amount and currency are compared; a reference counts once.
declare
  escrow private.escrows := private.lock_agreement(fund_escrow.escrow_id);
begin
  if escrow.id is null then
    raise exception 'there is no escrow %', fund_escrow.escrow_id using errcode = 'no_data_found';
  end if;
  if private.is_clean_text(fund_escrow.reference, 1, 200) is not true
    or (fund_escrow.amount, fund_escrow.currency) is distinct from (escrow.amount, escrow.currency) then
    raise exception 'escrow % takes exactly % % and a reference', escrow.id, escrow.amount, escrow.currency
      using errcode = 'invalid_parameter_value';
  end if;
  perform private.fund_from(escrow, private.ledger_account(null, 'issuance', escrow.currency), fund_escrow.reference);
  perform private.audit('escrow.fund', 'escrow', escrow.id::text, jsonb_build_object('reference', fund_escrow.reference));
end;
$$;
comment on function private.fund_escrow is
  'For verified payments and admins: this money is there. amount in minor units and currency must be the escrow''s; the same reference never counts twice. An order begins with it.';

-- Moving --------------------------------------------------------------------------------------------------------------

create function private.settle_escrow(
  escrow private.escrows,
  to_payee bigint,
  action text,
  actor text,
  reason text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions that have locked the agreement. to_payee, less the fee, goes to the payee's wallet, the rest back to the
-- payer's, if the table has this action by this actor; the sides are told.
declare
  fee_taken bigint := private.fee_of(settle_escrow.to_payee, escrow.fee_rate);
  payee_gets bigint := settle_escrow.to_payee - fee_taken;
  back bigint := escrow.amount - settle_escrow.to_payee;
  about jsonb := jsonb_build_object('escrow_id', escrow.id, 'entity_type', escrow.entity_type, 'entity_id', escrow.entity_id);
  payee_wallet uuid;
  payer_wallet uuid;
  to_status text := case when back = 0 then 'released' when back = escrow.amount then 'refunded' else 'settled' end;
begin
  perform private.check_escrow_transition(escrow, to_status, settle_escrow.action, settle_escrow.actor);
  -- Whoever makes several wallets makes them in one order, or two would wait in a circle for each other's new ones.
  perform private.ledger_account(o.id, 'wallet', escrow.currency)
  from (select i.id from unnest(array[escrow.payer_id, escrow.payee_id]) as i (id) order by i.id) as o
  where payee_gets > 0 and back > 0;
  if payee_gets > 0 then
    payee_wallet := private.ledger_account(escrow.payee_id, 'wallet', escrow.currency);
  end if;
  if back > 0 then
    payer_wallet := private.ledger_account(escrow.payer_id, 'wallet', escrow.currency);
  end if;
  perform private.lock_ledger_accounts(escrow.ledger_account_id, payee_wallet, payer_wallet);
  if payee_gets > 0 then
    perform private.transfer(
      'escrow_release', escrow.ledger_account_id, payee_wallet, payee_gets, escrow.id::text, about, settle_escrow.reason
    );
  end if;
  if fee_taken > 0 then
    perform private.transfer(
      'escrow_fee', escrow.ledger_account_id, private.ledger_account(null, 'revenue', escrow.currency), fee_taken,
      escrow.id::text, about
    );
  end if;
  if back > 0 then
    perform private.transfer(
      'escrow_refund', escrow.ledger_account_id, payer_wallet, back, escrow.id::text, about, settle_escrow.reason
    );
  end if;
  update private.escrows as e
  set
    status = to_status,
    released = payee_gets,
    fee = fee_taken,
    refunded = back,
    settled_at = now()
  where e.id = escrow.id;
  perform private.tell_of_escrow(escrow, to_status);
end;
$$;

create function private.end_escrows(entity_type text, entity_id uuid, effect text, reason text default null)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for what ends a task or order, whose row is locked. effect: release or refund; what was not funded is cancelled.
declare
  escrow private.escrows;
begin
  perform private.lock_escrows(end_escrows.entity_type, end_escrows.entity_id);
  for escrow in
    select e.* from private.escrows as e
    where e.entity_type = end_escrows.entity_type and e.entity_id = end_escrows.entity_id
    order by e.id
  loop
    if escrow.status = 'pending' then
      perform private.check_escrow_transition(escrow, 'cancelled', 'cancel', 'system');
      update private.escrows as e set status = 'cancelled', settled_at = now() where e.id = escrow.id;
    elsif escrow.status = 'funded' then
      perform private.settle_escrow(
        escrow, case effect when 'release' then escrow.amount else 0 end, effect, 'system', end_escrows.reason
      );
    elsif escrow.status = 'disputed' then
      perform private.raise_error('conflict', 409, 'There is a dispute about this money: an admin decides it first.');
    end if;
  end loop;
end;
$$;

create function private.escrow_moved(escrow private.escrows, action text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: what a movement means for the task or order, its module knows.
begin
  execute format('select private.%I($1, $2)', escrow.entity_type || '_escrow_moved') using escrow.id, action;
end;
$$;
