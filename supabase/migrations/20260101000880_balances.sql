-- Balances: what an account has, of every currency: credits and money, also what escrows hold.
-- Promises: each number is a sum of the ledger's entries; what came in from outside and was earned is what is there, held, spent
-- or has gone out.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.wallet as (
  id uuid,
  currency text,
  balance bigint,
  escrowed bigint,
  incoming bigint,
  pending bigint,
  total_earned bigint,
  total_spent bigint,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.wallet is
  'What the caller has of a currency, in minor units (credits are one). balance: to spend; escrowed: held of what they paid; incoming: held for them, after the fee; pending: on its way out to them; total_earned: released to them; total_spent: released of what they paid with the fee, of credits what unlocks took less refunds. id: null while nothing was booked.';

create function private.find_wallets(currency text)
returns setof public.wallet
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: the ledger is in private. The caller's own, of one currency or all.
  with accounts as (
    select a.*
    from private.ledger_accounts as a
    where a.owner_id = private.account_id() and a.kind in ('wallet', 'escrow', 'payout')
      and (find_wallets.currency is null or a.currency = find_wallets.currency)
  ), due as (
    select e.currency, sum(e.amount - private.fee_of(e.amount, e.fee_rate))::bigint as incoming
    from private.escrows as e
    where e.payee_id = auth.uid() and e.status in ('funded', 'disputed')
      and (find_wallets.currency is null or e.currency = find_wallets.currency)
    group by e.currency
  ), moved as (
    select a.currency, sum(m.earned) as earned, sum(m.spent) as spent
    from accounts as a
    -- One account's entries after the other, each transfer by its key: a join would read all transfers there are.
    cross join lateral (
      select
        sum(e.amount) filter (where a.kind = 'wallet' and e.kind = 'escrow_release') as earned,
        -sum(e.amount) filter (
          where a.kind = 'escrow' and e.kind in ('escrow_release', 'escrow_fee')
            or a.kind = 'wallet' and e.kind in ('unlock', 'unlock_refund')
        ) as spent
      from (
        select n.amount, (select t.kind from private.ledger_transfers as t where t.id = n.transfer_id) as kind
        from private.ledger_entries as n
        where n.ledger_account_id = a.id
      ) as e
    ) as m
    group by a.currency
  )
  select w.id, c.currency, coalesce(w.balance, 0),
    (select coalesce(sum(a.balance), 0)::bigint from accounts as a where a.kind = 'escrow' and a.currency = c.currency),
    coalesce(d.incoming, 0),
    (select coalesce(sum(a.balance), 0)::bigint from accounts as a where a.kind = 'payout' and a.currency = c.currency),
    coalesce(m.earned, 0)::bigint, coalesce(m.spent, 0)::bigint,
    w.created_at, w.updated_at
  from (
    select a.currency from accounts as a
    union
    select d.currency from due as d
    union
    select find_wallets.currency where find_wallets.currency ~ '^[A-Z]{3}$'
  ) as c
  left join accounts as w on w.kind = 'wallet' and w.currency = c.currency
  left join due as d on d.currency = c.currency
  left join moved as m on m.currency = c.currency
  order by c.currency;
$$;

create function public.my_wallet(currency text default 'credits')
returns setof public.wallet
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_wallets(coalesce(currency, 'credits'));
$$;
comment on function public.my_wallet is
  'What the caller has of a currency: credits unless told, for which whoever has no wallet gets no row (recruiters have one); of money (ISO 4217) always a row.';

create function public.list_wallets()
returns setof public.wallet
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_wallets(null);
$$;
comment on function public.list_wallets is 'What the caller has, a row a currency in which anything was ever booked or is held.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.find_wallets(text), public.my_wallet(text), public.list_wallets() to authenticated;
