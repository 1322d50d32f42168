-- Ledger: what everybody owns, of every currency, in double entry. Credits are a currency.
-- A transfer moves an amount from one account to another and writes an entry on each side; wallets, plan credits and
-- escrows are accounts, and their balances and histories are read from here.
-- Promises: nothing is ever changed or deleted; every transfer sums to zero; no balance goes below zero, whatever races;
-- an account's entries, in the order of their ids, replay to its balance; one reference counts once.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.ledger_accounts (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid,
  kind text not null,
  subject_id uuid,
  currency text not null,
  balance bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ledger_accounts_once unique nulls not distinct (owner_id, kind, subject_id, currency),
  constraint ledger_accounts_kind_known check (kind in ('wallet', 'subscription', 'escrow', 'payout', 'issuance', 'revenue')),
  constraint ledger_accounts_owner_id_required check ((owner_id is null) = (kind in ('issuance', 'revenue'))),
  constraint ledger_accounts_currency_format check (currency ~ '^([A-Z]{3}|credits)$'),
  constraint ledger_accounts_balance_kept check ((balance is null) = (kind in ('issuance', 'revenue'))),
  constraint ledger_accounts_balance_positive check (balance >= 0)
);
comment on table private.ledger_accounts is
  'Whose money and credits: a wallet, the credits of a subscription, the money in an escrow, a payout on its way (subject_id). Two kinds are the platform''s: issuance, where everything comes from, and revenue, where what is spent goes.';
comment on column private.ledger_accounts.owner_id is 'An account of the marketplace. No foreign key: what was booked outlives who left.';
comment on column private.ledger_accounts.currency is 'ISO 4217, or credits.';
comment on column private.ledger_accounts.balance is 'Minor units. Null for the platform''s own, whose row everybody would wait for: theirs is the sum of their entries.';

create table private.ledger_transfers (
  id bigint generated always as identity primary key,
  kind text not null,
  reference text,
  from_id uuid not null references private.ledger_accounts (id) on delete restrict,
  to_id uuid not null references private.ledger_accounts (id) on delete restrict,
  amount bigint not null,
  currency text not null,
  actor_id uuid,
  reason text,
  data jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  constraint ledger_transfers_reference_once unique (kind, reference),
  constraint ledger_transfers_kind_format check (kind ~ '^[a-z][a-z_]*$'),
  constraint ledger_transfers_reference_length check (private.is_clean_text(reference, 1, 200)),
  constraint ledger_transfers_to_id_other check (to_id <> from_id),
  constraint ledger_transfers_amount_range check (amount between 1 and 1000000000000000),
  constraint ledger_transfers_reason_length check (private.is_clean_text(reason, 1, 2000))
);
comment on table private.ledger_transfers is 'Append-only: what moved from where to where, and why.';
comment on column private.ledger_transfers.reference is 'What it is for, such as a payment''s number: the same of one kind never moves twice.';
comment on column private.ledger_transfers.data is 'Ids of what it is about; never a name.';

create index ledger_transfers_from_id_idx on private.ledger_transfers (from_id);
create index ledger_transfers_to_id_idx on private.ledger_transfers (to_id);

create table private.ledger_entries (
  id bigint generated always as identity primary key,
  transfer_id bigint not null references private.ledger_transfers (id) on delete restrict,
  ledger_account_id uuid not null references private.ledger_accounts (id) on delete restrict,
  amount bigint not null,
  balance_after bigint,
  constraint ledger_entries_transfer_id_once unique (transfer_id, ledger_account_id),
  constraint ledger_entries_amount_other check (amount <> 0),
  constraint ledger_entries_balance_after_positive check (balance_after >= 0)
);
comment on table private.ledger_entries is 'Append-only: the two sides of each transfer. amount: negative where it leaves.';

create index ledger_entries_ledger_account_id_idx on private.ledger_entries (ledger_account_id, id desc);

-- What was booked stays booked ----------------------------------------------------------------------------------------

create trigger ledger_transfers_refuse_change
  before update or delete on private.ledger_transfers
  for each row execute function private.refuse_change();

create trigger ledger_transfers_refuse_truncate
  before truncate on private.ledger_transfers
  for each statement execute function private.refuse_change();

create trigger ledger_entries_refuse_change
  before update or delete on private.ledger_entries
  for each row execute function private.refuse_change();

create trigger ledger_entries_refuse_truncate
  before truncate on private.ledger_entries
  for each statement execute function private.refuse_change();

create trigger ledger_accounts_refuse_delete
  before delete on private.ledger_accounts
  for each row execute function private.refuse_change();

create trigger ledger_accounts_refuse_another
  before update of id, owner_id, kind, subject_id, currency on private.ledger_accounts
  for each row execute function private.refuse_change();

create trigger ledger_accounts_touch_updated_at
  before update on private.ledger_accounts
  for each row execute function private.touch_updated_at();

create function private.check_transfer()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reads what nobody may. At the end of each transaction, whoever wrote: both sides are there, in one currency.
begin
  if (
    select count(*) <> 2
    from private.ledger_entries as e
    join private.ledger_accounts as a on a.id = e.ledger_account_id and a.currency = new.currency
    where e.transfer_id = new.id
  ) then
    raise exception 'transfer % does not have both sides', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end;
$$;

create constraint trigger ledger_transfers_check
  after insert on private.ledger_transfers
  deferrable initially deferred
  for each row execute function private.check_transfer();

create function private.check_entry()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. An entry is a side of its transfer.
begin
  if not exists (
    select from private.ledger_transfers as t
    where t.id = new.transfer_id
      and (new.ledger_account_id, new.amount) in ((t.from_id, -t.amount), (t.to_id, t.amount))
  ) then
    raise exception 'entry % is no side of transfer %', new.id, new.transfer_id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end;
$$;

create trigger ledger_entries_check
  after insert on private.ledger_entries
  for each row execute function private.check_entry();

create function private.check_balance()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. At the end of each transaction: a balance is that of the account's last entry, and nobody sets another.
declare
  account_id uuid := (to_jsonb(new) ->> tg_argv[0])::uuid;
begin
  if exists (
    select from private.ledger_accounts as a
    where a.id = account_id
      and a.balance <> coalesce(
        (select e.balance_after from private.ledger_entries as e where e.ledger_account_id = a.id order by e.id desc limit 1), 0
      )
  ) then
    raise exception 'account % does not have the balance of its last entry', account_id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end;
$$;

create constraint trigger ledger_entries_check_balance
  after insert on private.ledger_entries
  deferrable initially deferred
  for each row execute function private.check_balance('ledger_account_id');

create constraint trigger ledger_accounts_check_balance
  after insert or update of balance on private.ledger_accounts
  deferrable initially deferred
  for each row execute function private.check_balance('id');

-- Moving --------------------------------------------------------------------------------------------------------------

create function private.ledger_account(owner_id uuid, kind text, currency text, subject_id uuid default null)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions that book. The account's id; it is made when there is none.
declare
  account_id uuid;
begin
  loop
    -- Two ways to say it: `is not distinct from` uses no index.
    if ledger_account.owner_id is null then
      select a.id into account_id
      from private.ledger_accounts as a
      where a.owner_id is null and a.kind = ledger_account.kind and a.currency = ledger_account.currency;
    else
      select a.id into account_id
      from private.ledger_accounts as a
      where a.owner_id = ledger_account.owner_id
        and a.kind = ledger_account.kind
        and a.subject_id is not distinct from ledger_account.subject_id
        and a.currency = ledger_account.currency;
    end if;
    exit when found;
    insert into private.ledger_accounts (owner_id, kind, subject_id, currency, balance)
    values (
      ledger_account.owner_id, ledger_account.kind, ledger_account.subject_id, ledger_account.currency,
      case when ledger_account.owner_id is not null then 0 end
    )
    on conflict on constraint ledger_accounts_once do nothing;
  end loop;
  return account_id;
end;
$$;

create function private.lock_ledger_accounts(variadic ids uuid[])
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. In the order of their ids, so that nobody waits in a circle; the platform's are not waited for.
  select from private.ledger_accounts as a
  where a.id = any (ids) and a.balance is not null
  order by a.id
  for no key update;
$$;

create function private.transfer(
  kind text,
  from_id uuid,
  to_id uuid,
  amount bigint,
  reference text default null,
  data jsonb default '{}',
  reason text default null
)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Answers the transfer's id. Whoever moves more than once in a transaction locks the accounts first.
declare
  payer private.ledger_accounts;
  payee private.ledger_accounts;
  transfer_id bigint;
begin
  perform private.lock_ledger_accounts(transfer.from_id, transfer.to_id);
  select a.* into strict payer from private.ledger_accounts as a where a.id = transfer.from_id;
  select a.* into strict payee from private.ledger_accounts as a where a.id = transfer.to_id;
  if payer.currency <> payee.currency then
    raise exception 'nothing converts by itself: % and %', payer.currency, payee.currency using errcode = 'invalid_parameter_value';
  end if;
  if payer.balance < transfer.amount and payer.currency = 'credits' then
    perform private.raise_error(
      'insufficient_credits', 402, 'There is not enough to pay with.',
      jsonb_build_object('needed', transfer.amount, 'current', payer.balance)
    );
  elsif payer.balance < transfer.amount then
    perform private.raise_error(
      'insufficient_funds', 402, 'There is not enough money in the wallet.',
      jsonb_build_object('needed', transfer.amount, 'current', payer.balance)
    );
  end if;
  insert into private.ledger_transfers (kind, reference, from_id, to_id, amount, currency, actor_id, reason, data)
  values (
    transfer.kind, transfer.reference, payer.id, payee.id, transfer.amount, payer.currency, auth.uid(), transfer.reason, transfer.data
  )
  returning id into transfer_id;
  update private.ledger_accounts as a
  set balance = a.balance + case when a.id = payer.id then -transfer.amount else transfer.amount end
  where a.id in (payer.id, payee.id) and a.balance is not null;
  insert into private.ledger_entries (transfer_id, ledger_account_id, amount, balance_after)
  values
    (transfer_id, payer.id, -transfer.amount, payer.balance - transfer.amount),
    (transfer_id, payee.id, transfer.amount, payee.balance + transfer.amount);
  return transfer_id;
end;
$$;
comment on function private.transfer is
  'Moves an amount (minor units) and writes both entries. insufficient_credits, of money insufficient_funds (402), when the payer has less.';

create function private.check_ledger()
returns table (problem text, ledger_account_id uuid, transfer_id bigint, currency text, expected bigint, found bigint)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Replays everything.
  select 'balance', a.id, null::bigint, a.currency, coalesce(e.sum, 0)::bigint, a.balance
  from private.ledger_accounts as a
  left join (
    select e.ledger_account_id, sum(e.amount) as sum from private.ledger_entries as e group by e.ledger_account_id
  ) as e on e.ledger_account_id = a.id
  where a.balance is not null and a.balance <> coalesce(e.sum, 0)
  union all
  select 'order', w.ledger_account_id, w.transfer_id, w.currency, w.replayed::bigint, w.balance_after
  from (
    select e.*, a.currency, sum(e.amount) over (partition by e.ledger_account_id order by e.id) as replayed
    from private.ledger_entries as e
    join private.ledger_accounts as a on a.id = e.ledger_account_id and a.balance is not null
  ) as w
  where w.balance_after is distinct from w.replayed
  union all
  select 'transfer', null, t.id, t.currency, 2, count(*) filter (
    where (e.ledger_account_id, e.amount) in ((t.from_id, -t.amount), (t.to_id, t.amount)) and a.currency = t.currency
  )
  from private.ledger_transfers as t
  left join private.ledger_entries as e on e.transfer_id = t.id
  left join private.ledger_accounts as a on a.id = e.ledger_account_id
  group by t.id
  having count(e.id) <> 2 or count(*) filter (
    where (e.ledger_account_id, e.amount) in ((t.from_id, -t.amount), (t.to_id, t.amount)) and a.currency = t.currency
  ) <> 2
  union all
  select 'sum', null, null, a.currency, 0, sum(e.amount)::bigint
  from private.ledger_entries as e
  join private.ledger_accounts as a on a.id = e.ledger_account_id
  group by a.currency
  having sum(e.amount) <> 0;
$$;
comment on function private.check_ledger is
  'For admins: what is wrong in the ledger; no row when all is right. balance: not the sum of its entries; order: an entry with another balance_after; transfer: without its two entries; sum: a currency that does not sum to zero.';
