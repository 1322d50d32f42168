-- Casting status: what an owner does with a casting as a whole, and who is told.
-- Promises: a casting goes from status to status by its table alone; who waits or is accepted is told when it is over or
-- deleted.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.lock_own_casting(casting_id uuid)
returns public.castings
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions of this module. Someone else's and a missing casting are the same error.
declare
  casting public.castings;
begin
  select c.* into casting
  from public.castings as c
  where c.id = lock_own_casting.casting_id and c.owner_id = private.account_id()
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such casting.');
  end if;
  return casting;
end;
$$;

create function private.set_casting_status(casting_id uuid, status text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: status is in no column grant.
declare
  casting public.castings := private.lock_own_casting(casting_id);
begin
  if set_casting_status.status is null or set_casting_status.status not in ('draft', 'active', 'completed', 'cancelled') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if not exists (
    select from private.casting_transitions as t
    where t.from_status = casting.status and t.to_status = set_casting_status.status
  ) then
    perform private.raise_error(
      'invalid_transition', 409, 'A casting cannot go from this status to that one.',
      jsonb_build_object('from', casting.status, 'to', set_casting_status.status)
    );
  end if;
  update public.castings as c
  set
    status = set_casting_status.status,
    published_at = case when set_casting_status.status = 'active' then now() else c.published_at end
  where c.id = casting.id;
  if set_casting_status.status in ('completed', 'cancelled') then
    perform private.tell_responders(casting.id, set_casting_status.status);
  end if;
  perform private.audit(
    'casting.set_status', 'casting', casting.id::text,
    jsonb_build_object('from', casting.status, 'to', set_casting_status.status)
  );
end;
$$;

create function private.tell_responders(casting_id uuid, casting_status text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others. Who was rejected or has withdrawn is not told again.
  select private.notify(
    r.model_id, 'response_status_change',
    jsonb_build_object('casting_id', r.casting_id, 'response_id', r.id, 'status', r.status, 'casting_status', tell_responders.casting_status)
  )
  from public.casting_responses as r
  where r.casting_id = tell_responders.casting_id and r.status not in ('rejected', 'withdrawn');
$$;

create function private.tell_of_deletion()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A trigger, because castings also go when their owner's account does.
begin
  perform private.tell_responders(old.id, 'deleted');
  return old;
end;
$$;

create trigger castings_tell_of_deletion
  before delete on public.castings
  for each row execute function private.tell_of_deletion();

create function private.lock_castings_of_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Whoever leaves takes castings and responses along: the castings first, as everything that moves them does.
begin
  perform from public.castings as c
  where c.id in (
    select o.id from public.castings as o where o.owner_id = old.id
    union
    select r.casting_id from public.casting_responses as r where r.model_id = old.id
  )
  order by c.id
  for update;
  return old;
end;
$$;

create trigger accounts_lock_castings
  before delete on public.accounts
  for each row execute function private.lock_castings_of_account();

create function public.set_casting_status(casting_id uuid, status text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_casting_status(casting_id, status);
$$;
comment on function public.set_casting_status is
  'Owner only: draft -> active | cancelled, active -> completed | cancelled; anything else is invalid_transition (409).';

create function private.delete_casting(casting_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: deleting has consequences for others, so there is no delete grant.
declare
  casting public.castings := private.lock_own_casting(casting_id);
begin
  if casting.accepted_count > 0 then
    perform private.raise_error('conflict', 409, 'Somebody was accepted for this casting: complete or cancel it instead.');
  end if;
  delete from public.castings as c where c.id = casting.id;
  perform private.audit('casting.delete', 'casting', casting.id::text);
end;
$$;

create function public.delete_casting(casting_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.delete_casting(casting_id);
$$;
comment on function public.delete_casting is 'Owner only: deletes a casting nobody was accepted for and tells whose responses still wait. Quota used for it does not come back.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.set_casting_status(uuid, text),
  public.set_casting_status(uuid, text),
  private.delete_casting(uuid),
  public.delete_casting(uuid)
to authenticated;
