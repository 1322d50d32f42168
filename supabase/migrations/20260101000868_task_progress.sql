-- Task progress: work begins, is paid by milestones, and ends.
-- Promises: completing releases what is held and cancelling gives it back, in the same transaction; after work has begun money
-- goes back only with the freelancer's consent or by an admin's decision.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.tell_of_task(task public.tasks, status text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others. The owner and who was accepted, but for who did it.
  select private.notify(p.id, 'task_status', jsonb_build_object('task_id', task.id, 'status', tell_of_task.status))
  from (
    select task.owner_id as id
    union
    select a.freelancer_id from public.task_applications as a where a.id = task.accepted_application_id
  ) as p
  where p.id is distinct from auth.uid();
$$;

create function private.task_escrow_moved(escrow_id uuid, action text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for escrows. A task goes on, whatever its money does.
  select;
$$;

create function private.start_task(task_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: state is in no column grant.
declare
  task public.tasks;
begin
  perform private.lock_accounts(auth.uid(), t.owner_id) from public.tasks as t where t.id = start_task.task_id;
  perform private.lock_task(start_task.task_id);
  select t.* into task
  from public.tasks as t
  where t.id = start_task.task_id and t.id in (select private.accepted_task_ids()) and private.account_id() is not null;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such task that you were accepted for.');
  end if;
  perform private.next_task_status(task, 'start', 'freelancer');
  if task.started_at is null then
    update public.tasks as t set started_at = now() where t.id = task.id;
    perform private.tell_of_task(task, 'started');
  end if;
end;
$$;

create function private.complete_task(task_id uuid, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, and it moves money.
declare
  task public.tasks;
  next_status text;
  worker uuid;
begin
  if private.claim_idempotency_key('complete_task', idempotency_key, jsonb_build_object('task_id', complete_task.task_id)) is not null then
    return;
  end if;
  task := private.lock_own_task(complete_task.task_id);
  next_status := private.next_task_status(task, 'complete', 'owner');
  perform private.end_escrows('task', task.id, 'release');
  update public.tasks as t set status = next_status, completed_at = now() where t.id = task.id;
  select a.freelancer_id into worker from public.task_applications as a where a.id = task.accepted_application_id;
  perform private.lock_profile(worker, 'freelancer');
  update public.freelancer_profiles as f set completed_tasks = f.completed_tasks + 1 where f.account_id = worker;
  perform private.tell_of_task(task, 'completed');
  perform private.audit('task.complete', 'task', task.id::text);
  perform private.keep_idempotent_answer('complete_task', idempotency_key, 'true');
end;
$$;

create function private.count_completed_tasks()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reads what belongs to others. Whoever makes a profile late has what they did before.
begin
  perform private.lock_accounts(new.account_id);
  perform private.lock_profile(new.account_id, 'freelancer');
  new.completed_tasks := (
    select count(*)
    from public.task_applications as a
    join public.tasks as t on t.accepted_application_id = a.id
    where a.freelancer_id = new.account_id and t.status = 'completed'
  );
  return new;
end;
$$;

create trigger freelancer_profiles_count_completed_tasks
  before insert on public.freelancer_profiles
  for each row execute function private.count_completed_tasks();

create function private.cancel_task(task_id uuid, reason text, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  task public.tasks;
  next_status text;
begin
  if not private.is_clean_text(cancel_task.reason, 1, 2000) then
    perform private.raise_error('validation_failed', 400, 'A reason has 1 to 2,000 characters.', '{"fields": {"reason": "length"}}');
  end if;
  if private.claim_idempotency_key(
    'cancel_task', idempotency_key, jsonb_build_object('task_id', cancel_task.task_id, 'reason', cancel_task.reason)
  ) is not null then
    return;
  end if;
  task := private.lock_own_task(cancel_task.task_id);
  next_status := private.next_task_status(task, 'cancel', 'owner');
  if task.started_at is not null and exists (
    select from private.escrows as e where e.entity_type = 'task' and e.entity_id = task.id and e.status in ('funded', 'disputed')
  ) then
    perform private.raise_error(
      'conflict', 409, 'Work has begun: the freelancer gives the money back, or an admin decides. Ask for a refund or dispute it.'
    );
  end if;
  perform private.end_escrows('task', task.id, 'refund', cancel_task.reason);
  update public.tasks as t
  set status = next_status, cancelled_at = now(), cancellation_reason = cancel_task.reason
  where t.id = task.id;
  perform private.reject_others(task.id);
  perform private.tell_of_task(task, 'cancelled');
  perform private.audit('task.cancel', 'task', task.id::text);
  perform private.keep_idempotent_answer('cancel_task', idempotency_key, 'true');
end;
$$;

create function private.delete_task(task_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: deleting has consequences for others, so there is no delete grant.
declare
  task public.tasks := private.lock_own_task(delete_task.task_id);
begin
  if task.accepted_application_id is not null or exists (
    select from private.escrows as e where e.entity_type = 'task' and e.entity_id = task.id and e.funded > 0
  ) then
    perform private.raise_error('conflict', 409, 'Somebody was accepted for this task, or money was in it: it is kept.');
  end if;
  delete from public.tasks as t where t.id = task.id;
  perform private.audit('task.delete', 'task', task.id::text);
end;
$$;

create function private.set_milestones(task_id uuid, milestones jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. In place of what is not paid in yet; together they are the accepted price.
declare
  task public.tasks := private.lock_own_task(set_milestones.task_id);
  application public.task_applications;
  total bigint;
begin
  select a.* into application from public.task_applications as a where a.id = task.accepted_application_id;
  if task.status <> 'in_progress' or application.id is null then
    perform private.raise_error('conflict', 409, 'Milestones are for a task in progress, of an application that was accepted.');
  end if;
  perform from private.escrows as e
  where e.entity_type = 'task' and e.entity_id = task.id order by e.id for no key update;
  if exists (
    select from private.escrows as e where e.entity_type = 'task' and e.entity_id = task.id and e.payee_id = application.freelancer_id
      and e.status not in ('pending', 'cancelled', 'refunded')
  ) then
    perform private.raise_error('conflict', 409, 'Money is in this task already.');
  end if;
  if jsonb_typeof(milestones) is distinct from 'array' or jsonb_array_length(milestones) not between 1 and 20 or exists (
    select from jsonb_array_elements(milestones) as m
    where jsonb_typeof(m) is distinct from 'object' or jsonb_typeof(m -> 'title') is distinct from 'string'
      or not private.is_clean_text(m ->> 'title', 1, 200)
      or jsonb_typeof(m -> 'amount') is distinct from 'number' or (m ->> 'amount') !~ '^[0-9]{1,13}$'
  ) then
    perform private.raise_error(
      'validation_failed', 400, 'Milestones are 1 to 20 with a title and an amount.', '{"fields": {"milestones": "format"}}'
    );
  end if;
  select sum((m ->> 'amount')::bigint) into total from jsonb_array_elements(milestones) as m;
  if total <> application.offered_price
    or exists (select from jsonb_array_elements(milestones) as m where (m ->> 'amount')::bigint < 1) then
    perform private.raise_error(
      'validation_failed', 400, 'Together they are the accepted price.',
      jsonb_build_object('fields', jsonb_build_object('milestones', 'range'), 'price', application.offered_price)
    );
  end if;
  delete from private.escrows as e
  where e.entity_type = 'task' and e.entity_id = task.id and e.status = 'pending';
  perform private.open_escrow(
    task.owner_id, application.freelancer_id, 'task', task.id, 'milestone', (m.value ->> 'amount')::bigint, application.currency,
    m.value ->> 'title', m.position::integer
  )
  from jsonb_array_elements(milestones) with ordinality as m (value, position);
end;
$$;

-- The calls -----------------------------------------------------------------------------------------------------------

create function public.start_task(task_id uuid)
returns setof public.task_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.start_task(task_id);
  return query select * from public.get_task(task_id);
end;
$$;
comment on function public.start_task is 'Who was accepted says that work begins: from now on money goes back only with their consent or by an admin''s decision. Asking twice changes nothing.';

create function public.complete_task(task_id uuid, idempotency_key uuid default null)
returns setof public.task_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.complete_task(task_id, idempotency_key);
  return query select * from public.get_task(task_id);
end;
$$;
comment on function public.complete_task is 'Owner only, in progress only: the task is done; what is held is released, what was not paid in is dropped. conflict (409) while money of it is disputed. The same idempotency_key does it once.';

create function public.cancel_task(task_id uuid, reason text default null, idempotency_key uuid default null)
returns setof public.task_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.cancel_task(task_id, reason, idempotency_key);
  return query select * from public.get_task(task_id);
end;
$$;
comment on function public.cancel_task is 'Owner only: held money goes back, unless work has begun: conflict (409) then. Applicants are told. The same idempotency_key does it once.';

create function public.delete_task(task_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.delete_task(task_id);
$$;
comment on function public.delete_task is 'Owner only: deletes a task for which nobody was accepted and tells who applied; conflict (409) otherwise.';

create function public.set_milestones(task_id uuid, milestones jsonb)
returns setof public.escrow_card
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.set_milestones(task_id, milestones);
  return query select * from private.find_escrows(null, 'task', task_id) as e where e.status <> 'cancelled';
end;
$$;
comment on function public.set_milestones is
  'Owner only, while no money is held or was released: splits the accepted price into 1 to 20 parts, each held and released by itself: [{"title": "…", "amount": 5000}], in minor units.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.start_task(uuid),
  public.start_task(uuid),
  private.complete_task(uuid, uuid),
  public.complete_task(uuid, uuid),
  private.cancel_task(uuid, text, uuid),
  public.cancel_task(uuid, text, uuid),
  private.delete_task(uuid),
  public.delete_task(uuid),
  private.set_milestones(uuid, jsonb),
  public.set_milestones(uuid, jsonb)
to authenticated;
