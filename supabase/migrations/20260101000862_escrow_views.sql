-- Escrow views: what each side sees of held money, and the calls that move it.
-- Promises: only who pays and who gets it see it, and admins; both see what each pays and gets.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.escrow_card as (
  id uuid,
  entity_type text,
  entity_id uuid,
  purpose text,
  title text,
  position integer,
  payer_id uuid,
  payee_id uuid,
  side text,
  amount bigint,
  currency text,
  payer_pays bigint,
  payee_gets bigint,
  fee bigint,
  fee_rate integer,
  status text,
  held bigint,
  released bigint,
  refunded bigint,
  funded_at timestamptz,
  settled_at timestamptz,
  refund_requested_at timestamptz,
  refund_reason text,
  disputed_at timestamptz,
  disputed_by uuid,
  dispute_reason text,
  resolution text,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.escrow_card is
  'Money held for a task or order. Amounts in minor units of currency: payer_pays the amount (nothing of one that was dropped), payee_gets it less the fee (fee_rate in hundredths of a percent): what will be until it is settled, what was from then on. side: payer or payee, null for an admin.';

create function private.find_escrows(escrow_id uuid, entity_type text, entity_id uuid)
returns setof public.escrow_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the table is in private. One escrow, or all of a task or order.
begin
  return query
    select e.id, e.entity_type, e.entity_id, e.purpose, e.title, e.position, e.payer_id, e.payee_id,
      case auth.uid() when e.payer_id then 'payer' when e.payee_id then 'payee' end,
      e.amount, e.currency, case when e.settled_at is null then e.amount else e.funded - e.refunded end,
      case when e.settled_at is null then e.amount - private.fee_of(e.amount, e.fee_rate) else e.released end,
      case when e.settled_at is null then private.fee_of(e.amount, e.fee_rate) else e.fee end,
      e.fee_rate, e.status, e.held, e.released, e.refunded, e.funded_at, e.settled_at, e.refund_requested_at, e.refund_reason,
      e.disputed_at, e.disputed_by, e.dispute_reason, e.resolution, e.created_at, e.updated_at
    from private.escrows as e
    where (private.account_id() in (e.payer_id, e.payee_id) or private.has_role('admin'))
      and (find_escrows.escrow_id is null or e.id = find_escrows.escrow_id)
      and (
        find_escrows.entity_id is null
        or (e.entity_type = find_escrows.entity_type and e.entity_id = find_escrows.entity_id)
      )
      and num_nonnulls(find_escrows.escrow_id, find_escrows.entity_id) > 0
    order by e.position, e.created_at, e.id
    limit 1000;
end;
$$;

create function public.get_escrow(escrow_id uuid)
returns setof public.escrow_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_escrows(escrow_id, null, null);
$$;
comment on function public.get_escrow is 'Held money that the caller pays or is to get, or any for an admin; no row otherwise.';

create function public.list_escrows(entity_type text, entity_id uuid)
returns setof public.escrow_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_escrows(null, entity_type, entity_id);
$$;
comment on function public.list_escrows is 'The money of a task or an order (entity_type: task, order), for who pays and who gets it: one row a milestone or paid revision, 1,000 at most.';

create function public.pay_escrow(escrow_id uuid, idempotency_key uuid default null)
returns setof public.escrow_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.pay_escrow(escrow_id, idempotency_key);
  return query select * from private.find_escrows(escrow_id, null, null);
end;
$$;
comment on function public.pay_escrow is
  'The payer funds it from their own wallet of that currency; insufficient_funds (402) otherwise. The same idempotency_key does it once.';

create function public.release_escrow(escrow_id uuid, idempotency_key uuid default null)
returns setof public.escrow_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.release_escrow(escrow_id, idempotency_key);
  return query select * from private.find_escrows(escrow_id, null, null);
end;
$$;
comment on function public.release_escrow is
  'The owner of a task pays out what is held, less the fee, once: invalid_transition (409) otherwise. Money of an order is released with its approval.';

create function public.refund_escrow(escrow_id uuid, reason text default null, idempotency_key uuid default null)
returns setof public.escrow_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.refund_escrow(escrow_id, reason, idempotency_key);
  return query select * from private.find_escrows(escrow_id, null, null);
end;
$$;
comment on function public.refund_escrow is
  'Gives held money of a task back to the payer''s wallet: by the payee at any time, by the payer until work has begun; from then on the payer''s call asks the payee (refund_requested_at), who is told once. What is not held any more: invalid_transition (409). Money of an order goes back when it is cancelled.';

create function public.dispute_escrow(escrow_id uuid, reason text)
returns setof public.escrow_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.dispute_escrow(escrow_id, reason);
  return query select * from private.find_escrows(escrow_id, null, null);
end;
$$;
comment on function public.dispute_escrow is
  'Either side of a task says what is wrong: the money stays held until an admin decides who gets how much. Of an order: dispute_order.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_escrows(uuid, text, uuid),
  public.get_escrow(uuid),
  public.list_escrows(text, uuid),
  private.pay_escrow(uuid, uuid),
  public.pay_escrow(uuid, uuid),
  private.release_escrow(uuid, uuid),
  public.release_escrow(uuid, uuid),
  private.refund_escrow(uuid, text, uuid),
  public.refund_escrow(uuid, text, uuid),
  private.dispute_escrow(uuid, text),
  public.dispute_escrow(uuid, text)
to authenticated;
