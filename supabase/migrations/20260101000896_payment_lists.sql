-- Payment lists: what an account has paid or is about to, and its invoices.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.payment_card as (
  id uuid,
  order_number bigint,
  purpose text,
  description text,
  subject_id uuid,
  pack_id text,
  quantity bigint,
  provider text,
  amount bigint,
  currency text,
  auto_renew boolean,
  status text,
  is_in_wallet boolean,
  refunded bigint,
  failure_reason text,
  invoice_number bigint,
  paid_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.payment_card is
  'A payment of the caller''s. amount and refunded: minor units of currency; status: pending, failed, cancelled, succeeded; is_in_wallet: what it was for was gone or paid when the money came. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_payments(payment_id uuid, status text, purpose text, page_size integer, cursor text, skip integer)
returns setof public.payment_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: reads what describes them. The caller's own.
declare
  caller uuid := private.account_id();
  after record;
begin
  if find_payments.status not in ('pending', 'failed', 'cancelled', 'succeeded') then
    perform private.raise_error('validation_failed', 400, 'There is no such status.', '{"fields": {"status": "known"}}');
  end if;
  if find_payments.purpose not in ('subscription', 'credits', 'pack', 'escrow') then
    perform private.raise_error('validation_failed', 400, 'There is no such purpose.', '{"fields": {"purpose": "known"}}');
  end if;
  select * into after from private.cursor_at(find_payments.cursor);
  return query
    select p.id, p.order_number, p.purpose, coalesce(i.description, private.payment_description(p), p.purpose), p.subject_id, p.pack_id,
      p.quantity, p.provider, p.amount, p.currency, p.auto_renew, p.status, p.is_in_wallet, p.refunded, p.failure_reason, i.number,
      p.paid_at, p.created_at, p.updated_at,
      (
        select count(*)
        from (
          select from public.payments as c
          where c.account_id = caller
            and (find_payments.status is null or c.status = find_payments.status)
            and (find_payments.purpose is null or c.purpose = find_payments.purpose)
          limit 1001
        ) as counted
      ),
      private.cursor_of(p.created_at, p.id)
    from public.payments as p
    left join public.invoices as i on i.payment_id = p.id
    where p.account_id = caller
      and (find_payments.payment_id is null or p.id = find_payments.payment_id)
      and (find_payments.status is null or p.status = find_payments.status)
      and (find_payments.purpose is null or p.purpose = find_payments.purpose)
      and (after.at is null or (p.created_at, p.id) < (after.at, after.id))
    order by p.created_at desc, p.id desc
    limit private.page_size(find_payments.page_size) offset private.skipped(find_payments.skip);
end;
$$;

create function public.list_payments(
  status text default null,
  purpose text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.payment_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_payments(null, status, purpose, page_size, cursor, skip);
$$;
comment on function public.list_payments is 'The caller''s payments, newest first: 20 a page, 1-100; of a status (pending, failed, cancelled, succeeded) and a purpose (subscription, credits, pack, escrow).';

create function public.get_payment(payment_id uuid)
returns setof public.payment_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_payments(payment_id, null, null, 1, null, 0) where payment_id is not null;
$$;
comment on function public.get_payment is 'One of the caller''s payments; no row when there is none.';

create type public.invoice_card as (
  number bigint,
  payment_id uuid,
  purpose text,
  description text,
  quantity bigint,
  amount bigint,
  currency text,
  refunded bigint,
  provider text,
  issued_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.invoice_card is
  'An invoice of the caller''s: number 1, 2, 3 … without gaps; amount and refunded: minor units of currency. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_invoices(page_size integer, cursor text, skip integer)
returns setof public.invoice_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.number_cursor_at(find_invoices.cursor);
  return query
    select i.number, i.payment_id, i.purpose, i.description, i.quantity, i.amount, i.currency, p.refunded, p.provider, i.issued_at,
      (select count(*) from (select from public.invoices as c where c.account_id = caller limit 1001) as counted),
      private.number_cursor_of(i.number, i.account_id)
    from public.invoices as i
    join public.payments as p on p.id = i.payment_id
    where i.account_id = caller and (after.key is null or i.number < after.key)
    order by i.number desc
    limit private.page_size(find_invoices.page_size) offset private.skipped(find_invoices.skip);
end;
$$;

create function public.list_invoices(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.invoice_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_invoices(page_size, cursor, skip);
$$;
comment on function public.list_invoices is 'The caller''s invoices, one a payment that came through, newest first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_payments(uuid, text, text, integer, text, integer),
  public.list_payments(text, text, integer, text, integer),
  public.get_payment(uuid),
  private.find_invoices(integer, text, integer),
  public.list_invoices(integer, text, integer)
to authenticated;
