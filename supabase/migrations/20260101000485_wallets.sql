-- Wallets: what an account has to spend, as the ledger has it.
-- Promises: credits are added by an admin or a verified payment only, never on a client's word; the history's balances are
-- exact, in order.

set lock_timeout = '5s';
set statement_timeout = '60s';

insert into public.notification_types (type, description, is_emailed) values
  ('wallet_recharge', 'Credits or money came into my wallet, or an admin took some out.', true);

insert into private.settings (key, value, description) values
  ('wallet.credit_price', '{"amount": 1000, "currency": "INR"}', 'What one credit costs, in minor units.');

-- A recruiter's wallet comes with the role, empty.
create function private.add_wallet()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may write the ledger.
begin
  perform private.ledger_account(new.account_id, 'wallet', 'credits');
  return null;
end;
$$;

create trigger account_roles_add_wallet
  after insert on public.account_roles
  for each row
  when (new.role = 'recruiter')
  execute function private.add_wallet();

-- Reading -------------------------------------------------------------------------------------------------------------

create type public.wallet_transaction as (
  id bigint,
  type text,
  kind text,
  amount bigint,
  currency text,
  balance_after bigint,
  payment_reference text,
  reason text,
  data jsonb,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.wallet_transaction is
  'A movement of a wallet. type: credit or debit; amount: always positive; kind: unlock, unlock_refund, adjustment, of a subscription also subscription_credits, carried_over, of money escrow_funding, escrow_release, escrow_refund; data: ids of what it is about. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_wallet_transactions(
  type text,
  currency text,
  subscription_id uuid,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.wallet_transaction
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above.
declare
  wallet_id uuid := (
    select a.id from private.ledger_accounts as a
    where a.owner_id = private.account_id()
      and a.currency = case when find_wallet_transactions.subscription_id is null then find_wallet_transactions.currency else 'credits' end
      and a.kind = case when find_wallet_transactions.subscription_id is null then 'wallet' else 'subscription' end
      and a.subject_id is not distinct from find_wallet_transactions.subscription_id
  );
  after record;
begin
  if find_wallet_transactions.type not in ('credit', 'debit') then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"type": "known"}}');
  end if;
  select * into after from private.number_cursor_at(find_wallet_transactions.cursor);
  return query
    select t.id, case when e.amount > 0 then 'credit' else 'debit' end, t.kind, abs(e.amount), t.currency, e.balance_after,
      case when t.kind = 'adjustment' then t.reference end, t.reason, t.data, t.created_at,
      (
        select count(*)
        from (
          select from private.ledger_entries as c
          where c.ledger_account_id = wallet_id
            and (find_wallet_transactions.type is null or (c.amount > 0) = (find_wallet_transactions.type = 'credit'))
          limit 1001
        ) as counted
      ),
      private.number_cursor_of(e.id, wallet_id)
    from private.ledger_entries as e
    join private.ledger_transfers as t on t.id = e.transfer_id
    where e.ledger_account_id = wallet_id
      and (find_wallet_transactions.type is null or (e.amount > 0) = (find_wallet_transactions.type = 'credit'))
      and (after.key is null or e.id < after.key)
    order by e.id desc
    limit private.page_size(find_wallet_transactions.page_size) offset private.skipped(find_wallet_transactions.skip);
end;
$$;

create function public.list_wallet_transactions(
  type text default null,
  currency text default 'credits',
  subscription_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.wallet_transaction
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_wallet_transactions(type, coalesce(currency, 'credits'), subscription_id, page_size, cursor, skip);
$$;
comment on function public.list_wallet_transactions is 'Every movement of the caller''s wallet of a currency (credits unless told), or of the credits of a subscription of theirs, newest first: 20 a page, 1-100. type: credit or debit.';

create function private.credit_price()
returns table (amount bigint, currency text)
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: reads the setting.
  select p.amount, p.currency from jsonb_to_record(private.setting('wallet.credit_price')) as p (amount bigint, currency text);
$$;

create function public.credit_price()
returns table (amount bigint, currency text)
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.credit_price();
$$;
comment on function public.credit_price is 'What one credit costs: amount in minor units of currency.';

-- Admins --------------------------------------------------------------------------------------------------------------

create function private.adjust_wallet(
  account_id uuid,
  amount bigint,
  reason text,
  reference text default null,
  currency text default 'credits'
)
returns bigint
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  wallet_id uuid;
  source_id uuid := private.ledger_account(null, 'issuance', adjust_wallet.currency);
  transfer_id bigint;
begin
  if private.is_clean_text(adjust_wallet.reason, 1, 2000) is not true or adjust_wallet.amount is null or adjust_wallet.amount = 0 then
    raise exception 'an adjustment is some amount, and says why' using errcode = 'invalid_parameter_value';
  end if;
  perform from public.accounts as a where a.id = adjust_wallet.account_id for key share;
  if not found then
    raise exception 'there is no account %', adjust_wallet.account_id using errcode = 'no_data_found';
  end if;
  wallet_id := private.ledger_account(adjust_wallet.account_id, 'wallet', adjust_wallet.currency);
  transfer_id := private.transfer(
    'adjustment',
    case when adjust_wallet.amount > 0 then source_id else wallet_id end,
    case when adjust_wallet.amount > 0 then wallet_id else source_id end,
    abs(adjust_wallet.amount), adjust_wallet.reference, '{}', adjust_wallet.reason
  );
  perform private.notify(
    adjust_wallet.account_id, 'wallet_recharge',
    jsonb_build_object(
      'transaction_id', transfer_id,
      case adjust_wallet.currency when 'credits' then 'credits' else 'amount' end, adjust_wallet.amount,
      'currency', adjust_wallet.currency,
      'status', case adjust_wallet.currency when 'credits' then '' else 'money_' end
        || case when adjust_wallet.amount > 0 then 'added' else 'taken' end
    )
  );
  perform private.audit(
    'wallet.adjust', 'account', adjust_wallet.account_id::text,
    jsonb_build_object('transfer_id', transfer_id, 'amount', adjust_wallet.amount, 'currency', adjust_wallet.currency)
  );
  return (select a.balance from private.ledger_accounts as a where a.id = wallet_id);
end;
$$;
comment on function private.adjust_wallet is
  'For admins: gives credits, or money in minor units of a currency, or takes them where amount is negative, never below zero, with a reason that the owner reads. The same reference never counts twice. Answers the new balance; the owner is told.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_wallet_transactions(text, text, uuid, integer, text, integer),
  public.list_wallet_transactions(text, text, uuid, integer, text, integer)
to authenticated;

grant execute on function private.credit_price(), public.credit_price() to anon, authenticated;
