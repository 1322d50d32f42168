-- Escrow moves: what the payer, the payee and admins do with held money.
-- Promises: money of an order moves with the order alone; whoever repeats a key moves nothing again.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.side_of(escrow private.escrows)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Others' money and none are the same error.
begin
  return case
    when escrow.payer_id = private.account_id() then 'payer'
    when escrow.payee_id = auth.uid() then 'payee'
  end;
end;
$$;

create function private.lock_own_escrow(escrow_id uuid, may_be_order boolean)
returns private.escrows
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  escrow private.escrows;
begin
  if private.side_of((select e from private.escrows as e where e.id = lock_own_escrow.escrow_id)) is null then
    perform private.raise_error('not_found', 404, 'There is no such money of yours.');
  end if;
  escrow := private.lock_agreement(lock_own_escrow.escrow_id);
  if escrow.id is null then
    perform private.raise_error('not_found', 404, 'There is no such money of yours.');
  end if;
  if escrow.entity_type = 'order' and not may_be_order then
    perform private.raise_error('conflict', 409, 'The money of an order moves with the order: approve, cancel or dispute it.');
  end if;
  return escrow;
end;
$$;

create function private.pay_escrow(escrow_id uuid, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. From the payer's own wallet.
declare
  escrow private.escrows;
begin
  if private.claim_idempotency_key('pay_escrow', idempotency_key, jsonb_build_object('escrow_id', pay_escrow.escrow_id)) is not null then
    return;
  end if;
  escrow := private.lock_own_escrow(pay_escrow.escrow_id, true);
  if private.side_of(escrow) <> 'payer' then
    perform private.raise_error('permission_denied', 403, 'The payer pays.');
  end if;
  perform private.fund_from(escrow, private.ledger_account(escrow.payer_id, 'wallet', escrow.currency), escrow.id::text);
  perform private.keep_idempotent_answer('pay_escrow', idempotency_key, 'true');
end;
$$;

create function private.release_escrow(escrow_id uuid, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  escrow private.escrows;
begin
  if private.claim_idempotency_key('release_escrow', idempotency_key, jsonb_build_object('escrow_id', release_escrow.escrow_id)) is not null then
    return;
  end if;
  escrow := private.lock_own_escrow(release_escrow.escrow_id, false);
  if private.side_of(escrow) <> 'payer' then
    perform private.raise_error('permission_denied', 403, 'Who pays releases.');
  end if;
  perform private.settle_escrow(escrow, escrow.amount, 'release', 'payer');
  perform private.audit('escrow.release', 'escrow', escrow.id::text);
  perform private.keep_idempotent_answer('release_escrow', idempotency_key, 'true');
end;
$$;

create function private.refund_escrow(escrow_id uuid, reason text, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The payee gives back at any time; the payer takes back until work has begun, and asks from then on.
declare
  escrow private.escrows;
  side text;
begin
  if not private.is_clean_text(refund_escrow.reason, 1, 2000) then
    perform private.raise_error('validation_failed', 400, 'A reason has 1 to 2,000 characters.', '{"fields": {"reason": "length"}}');
  end if;
  if private.claim_idempotency_key(
    'refund_escrow', idempotency_key, jsonb_build_object('escrow_id', refund_escrow.escrow_id, 'reason', refund_escrow.reason)
  ) is not null then
    return;
  end if;
  escrow := private.lock_own_escrow(refund_escrow.escrow_id, false);
  side := private.side_of(escrow);
  perform private.check_escrow_transition(escrow, 'refunded', 'refund', side);
  if side = 'payer' and exists (select from public.tasks as t where t.id = escrow.entity_id and t.started_at is not null) then
    update private.escrows as e
    set
      refund_requested_at = coalesce(e.refund_requested_at, now()),
      refund_reason = coalesce(refund_escrow.reason, e.refund_reason)
    where e.id = escrow.id;
    -- Whoever asks again and again is not heard again and again.
    if escrow.refund_requested_at is null then
      perform private.tell_of_escrow(escrow, 'refund_requested');
      perform private.audit('escrow.request_refund', 'escrow', escrow.id::text);
    end if;
  else
    update private.escrows as e set refund_reason = coalesce(refund_escrow.reason, e.refund_reason) where e.id = escrow.id;
    perform private.settle_escrow(escrow, 0, 'refund', side, refund_escrow.reason);
    perform private.audit('escrow.refund', 'escrow', escrow.id::text, jsonb_build_object('by', side));
  end if;
  perform private.keep_idempotent_answer('refund_escrow', idempotency_key, 'true');
end;
$$;

create function private.dispute_escrows(entity_type text, entity_id uuid, escrow_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, for an agreement that is locked: one escrow or all that are funded.
declare
  escrow private.escrows;
begin
  for escrow in
    select e.* from private.escrows as e
    where e.entity_type = dispute_escrows.entity_type and e.entity_id = dispute_escrows.entity_id
      and e.status = 'funded' and (dispute_escrows.escrow_id is null or e.id = dispute_escrows.escrow_id)
    order by e.id
  loop
    update private.escrows as e
    set status = 'disputed', disputed_at = now(), disputed_by = auth.uid(), dispute_reason = dispute_escrows.reason
    where e.id = escrow.id;
    perform private.tell_of_escrow(escrow, 'disputed');
    perform private.audit('escrow.dispute', 'escrow', escrow.id::text);
  end loop;
end;
$$;

create function private.dispute_escrow(escrow_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  escrow private.escrows;
begin
  if private.is_clean_text(dispute_escrow.reason, 1, 2000) is not true then
    perform private.raise_error('validation_failed', 400, 'Say what is wrong.', '{"fields": {"reason": "length"}}');
  end if;
  escrow := private.lock_own_escrow(dispute_escrow.escrow_id, false);
  perform private.check_escrow_transition(escrow, 'disputed', 'dispute', private.side_of(escrow));
  perform private.dispute_escrows(escrow.entity_type, escrow.entity_id, escrow.id, dispute_escrow.reason);
end;
$$;

create function private.resolve_dispute(escrow_id uuid, to_payee bigint, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  escrow private.escrows := private.lock_agreement(resolve_dispute.escrow_id);
begin
  if private.is_clean_text(resolve_dispute.reason, 1, 2000) is not true then
    raise exception 'a decision says why' using errcode = 'invalid_parameter_value';
  end if;
  if escrow.id is null or escrow.status <> 'disputed' then
    raise exception 'escrow % is not disputed', resolve_dispute.escrow_id using errcode = 'object_not_in_prerequisite_state';
  end if;
  if resolve_dispute.to_payee is null or resolve_dispute.to_payee not between 0 and escrow.amount then
    raise exception 'between 0 and % of it can go to the payee', escrow.amount using errcode = 'invalid_parameter_value';
  end if;
  update private.escrows as e set resolution = resolve_dispute.reason where e.id = escrow.id;
  perform private.settle_escrow(escrow, resolve_dispute.to_payee, 'resolve', 'admin', resolve_dispute.reason);
  perform private.audit(
    'escrow.resolve', 'escrow', escrow.id::text, jsonb_build_object('to_payee', resolve_dispute.to_payee, 'amount', escrow.amount)
  );
  perform private.escrow_moved(escrow, 'resolve');
end;
$$;
comment on function private.resolve_dispute is
  'For admins: decides a dispute. to_payee, in minor units and before the fee, goes to the payee, the rest back to the payer; both are told and read the reason. An order is over when its last dispute is decided.';
