-- Withdrawal calls: what the owner of a wallet reads and asks for.
-- Promises: nobody else reads a withdrawal.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.withdrawal_card as (
  id uuid,
  amount bigint,
  currency text,
  method text,
  status text,
  provider_reference text,
  failure_reason text,
  paid_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.withdrawal_card is
  'A withdrawal of the caller''s: amount in minor units of currency; status: pending, processing, paid, failed, cancelled. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_withdrawals(withdrawal_id uuid, page_size integer, cursor text, skip integer)
returns setof public.withdrawal_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: calls functions clients may not. The caller's own.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_withdrawals.cursor);
  return query
    select w.id, w.amount, w.currency, w.method, w.status, w.provider_reference, w.failure_reason, w.paid_at, w.created_at, w.updated_at,
      (select count(*) from (select from public.withdrawals as c where c.account_id = caller limit 1001) as counted),
      private.cursor_of(w.created_at, w.id)
    from public.withdrawals as w
    where w.account_id = caller
      and (find_withdrawals.withdrawal_id is null or w.id = find_withdrawals.withdrawal_id)
      and (after.at is null or (w.created_at, w.id) < (after.at, after.id))
    order by w.created_at desc, w.id desc
    limit private.page_size(find_withdrawals.page_size) offset private.skipped(find_withdrawals.skip);
end;
$$;

create function public.list_withdrawals(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.withdrawal_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_withdrawals(null, page_size, cursor, skip);
$$;
comment on function public.list_withdrawals is 'The caller''s withdrawals, newest first: 20 a page, 1-100.';

create function public.request_withdrawal(amount bigint, currency text, method text default 'stripe', idempotency_key uuid default null)
returns setof public.withdrawal_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  asked uuid := private.request_withdrawal(amount, currency, method, idempotency_key);
begin
  return query select * from private.find_withdrawals(asked, 1, null, 0);
end;
$$;
comment on function public.request_withdrawal is
  'Takes an amount (minor units, at least payouts.least_major_units) out of the caller''s wallet of a currency: through stripe, or manual to the payout destination. insufficient_funds (402) when there is less; conflict (409, reason payouts_disabled) while nothing can be paid out. The same idempotency_key does it once.';

create function public.cancel_withdrawal(withdrawal_id uuid)
returns setof public.withdrawal_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.cancel_withdrawal(withdrawal_id);
  return query select * from private.find_withdrawals(withdrawal_id, 1, null, 0);
end;
$$;
comment on function public.cancel_withdrawal is 'Takes a withdrawal back that still waits; invalid_transition (409) once it is on its way.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.request_withdrawal(bigint, text, text, uuid),
  public.request_withdrawal(bigint, text, text, uuid),
  private.cancel_withdrawal(uuid),
  public.cancel_withdrawal(uuid),
  private.find_withdrawals(uuid, integer, text, integer),
  public.list_withdrawals(integer, text, integer)
to authenticated;
