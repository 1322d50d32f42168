-- Task applications: who would do a task, and who is chosen.
-- pending -> accepted | rejected | withdrawn, rejected -> accepted while the task is open, accepted -> withdrawn while work has not
-- begun.
-- Promises: exactly one is accepted, also when two accepts race; the others are rejected and told; the accepted price is what is
-- paid, whatever anybody sends later.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.lock_own_task(task_id uuid)
returns public.tasks
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions of this module. The accounts first, as their deletion does. Someone else's and a missing task are the
-- same error.
declare
  task public.tasks;
begin
  perform private.lock_accounts(auth.uid(), a.freelancer_id)
  from public.tasks as t
  left join public.task_applications as a on a.id = t.accepted_application_id
  where t.id = lock_own_task.task_id;
  select t.* into task
  from public.tasks as t
  where t.id = lock_own_task.task_id and t.owner_id = private.account_id()
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such task of yours.');
  end if;
  return task;
end;
$$;

create function private.lock_task(task_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for escrows, which have locked the accounts.
  select from public.tasks as t where t.id = lock_task.task_id for no key update;
$$;

create function private.next_task_status(task public.tasks, action text, actor text)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Answers the status that follows.
declare
  next_status text := (
    select t.to_status from private.task_transitions as t
    where t.from_status = task.status and t.action = next_task_status.action and t.actor = next_task_status.actor
  );
begin
  if next_status is null then
    perform private.raise_error(
      'invalid_transition', 409, 'This cannot be done with a task of this status.',
      jsonb_build_object('from', task.status, 'action', next_task_status.action)
    );
  end if;
  return next_status;
end;
$$;

-- Applying ------------------------------------------------------------------------------------------------------------

create function private.apply_to_task(task_id uuid, proposal text, offered_price bigint, estimated_duration text)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: applications have no insert grant.
declare
  caller uuid := private.require_role('freelancer');
  task public.tasks;
  application_id uuid;
  problems jsonb := jsonb_strip_nulls(jsonb_build_object(
    'proposal', case
      when proposal is null then 'required' when not private.is_clean_text(proposal, 1, 5000) then 'length'
    end,
    'offered_price', case
      when offered_price is null then 'required' when offered_price not between 1 and 1000000000000 then 'range'
    end,
    'estimated_duration', case when not private.is_clean_text(estimated_duration, 1, 100) then 'length' end
  ));
begin
  if problems <> '{}' then
    perform private.raise_error(
      'validation_failed', 400, 'The application has fields that are not right.', jsonb_build_object('fields', problems)
    );
  end if;
  perform private.lock_accounts(caller, t.owner_id) from public.tasks as t where t.id = apply_to_task.task_id;
  select t.* into task
  from public.tasks as t
  where t.id = apply_to_task.task_id and t.owner_id not in (select private.blocked_ids()) and private.is_active_account(t.owner_id)
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such task.');
  end if;
  if task.owner_id = caller then
    perform private.raise_error('validation_failed', 400, 'This is your own task.', '{"fields": {"task_id": "other"}}');
  end if;
  if task.status <> 'open' then
    perform private.raise_error('conflict', 409, 'This task takes no applications any more.', jsonb_build_object('status', task.status));
  end if;
  insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency, estimated_duration)
  values (
    task.id, caller, apply_to_task.proposal, apply_to_task.offered_price, task.currency, apply_to_task.estimated_duration
  )
  on conflict on constraint task_applications_task_id_freelancer_id_once do nothing
  returning id into application_id;
  if application_id is null then
    perform private.raise_error('duplicate', 409, 'You have applied to this task.');
  end if;
  perform private.notify(
    task.owner_id, 'new_application', jsonb_build_object('task_id', task.id, 'application_id', application_id)
  );
  return application_id;
end;
$$;

create function private.lock_application(application_id uuid, side text)
returns public.task_applications
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The task before the application, as everything that moves it does. side: owner or freelancer.
declare
  application public.task_applications;
begin
  perform private.lock_accounts(t.owner_id, a.freelancer_id)
  from public.task_applications as a
  join public.tasks as t on t.id = a.task_id
  where a.id = lock_application.application_id;
  perform from public.tasks as t
  where t.id = (select a.task_id from public.task_applications as a where a.id = lock_application.application_id)
  for no key update;
  select a.* into application
  from public.task_applications as a
  join public.tasks as t on t.id = a.task_id
  where a.id = lock_application.application_id
    and private.account_id() = case lock_application.side when 'owner' then t.owner_id else a.freelancer_id end
  for no key update of a;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such application of yours.');
  end if;
  return application;
end;
$$;

create function private.tell_applicant(application public.task_applications, status text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others.
  select private.notify(
    application.freelancer_id, 'application_status',
    jsonb_build_object('task_id', application.task_id, 'application_id', application.id, 'status', tell_applicant.status)
  );
$$;

create function private.reject_others(task_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Of a locked task: who still waits.
declare
  application public.task_applications;
begin
  for application in
    update public.task_applications as a
    set status = 'rejected'
    where a.task_id = reject_others.task_id and a.status = 'pending'
    returning a.*
  loop
    perform private.tell_applicant(application, 'rejected');
  end loop;
end;
$$;

create function private.accept_application(application_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The others are rejected, and money can be paid in.
declare
  application public.task_applications := private.lock_application(accept_application.application_id, 'owner');
  task public.tasks;
  next_status text;
begin
  select t.* into strict task from public.tasks as t where t.id = application.task_id;
  next_status := private.next_task_status(task, 'accept', 'owner');
  -- Who was rejected, as when another was accepted who then stepped back, may still be chosen.
  if application.status not in ('pending', 'rejected') then
    perform private.raise_error(
      'invalid_transition', 409, 'This application was taken back.', jsonb_build_object('from', application.status, 'to', 'accepted')
    );
  end if;
  if private.is_blocked(task.owner_id, application.freelancer_id) or not private.is_active_account(application.freelancer_id) then
    perform private.raise_error('conflict', 409, 'This freelancer cannot be reached any more.');
  end if;
  update public.task_applications as a set status = 'accepted' where a.id = application.id;
  update public.tasks as t set status = next_status, accepted_application_id = application.id where t.id = task.id;
  perform private.open_escrow(
    task.owner_id, application.freelancer_id, 'task', task.id, 'work', application.offered_price, application.currency
  );
  perform private.tell_applicant(application, 'accepted');
  perform private.reject_others(task.id);
  perform private.audit('task.accept', 'task', task.id::text, jsonb_build_object('application_id', application.id));
end;
$$;

create function private.reject_application(application_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  application public.task_applications := private.lock_application(reject_application.application_id, 'owner');
begin
  if application.status <> 'pending' then
    perform private.raise_error(
      'invalid_transition', 409, 'This application waits no more.', jsonb_build_object('from', application.status, 'to', 'rejected')
    );
  end if;
  update public.task_applications as a set status = 'rejected' where a.id = application.id;
  perform private.tell_applicant(application, 'rejected');
end;
$$;

create function private.withdraw_application(application_id uuid, idempotency_key uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Who was accepted may step back while work has not begun, which gives the money back, or once they have given it
-- back themselves: the task is open again.
declare
  application public.task_applications;
  task public.tasks;
  next_status text;
begin
  if private.claim_idempotency_key(
    'withdraw_application', idempotency_key, jsonb_build_object('application_id', withdraw_application.application_id)
  ) is not null then
    return;
  end if;
  application := private.lock_application(withdraw_application.application_id, 'freelancer');
  select t.* into strict task from public.tasks as t where t.id = application.task_id;
  if application.status not in ('pending', 'accepted') then
    perform private.raise_error(
      'invalid_transition', 409, 'This application is over.', jsonb_build_object('from', application.status, 'to', 'withdrawn')
    );
  end if;
  if application.status = 'accepted' then
    next_status := private.next_task_status(task, 'step_back', 'freelancer');
    if exists (
      select from private.escrows as e
      where e.entity_type = 'task' and e.entity_id = task.id and e.payee_id = application.freelancer_id
        and (e.released > 0 or (e.held > 0 and task.started_at is not null))
    ) then
      perform private.raise_error(
        'conflict', 409, 'You hold money for begun work, or were paid for some: give back what is held, or have the client end the task.'
      );
    end if;
    perform private.end_escrows('task', task.id, 'refund');
    update public.tasks as t set status = next_status, accepted_application_id = null, started_at = null where t.id = task.id;
  end if;
  update public.task_applications as a set status = 'withdrawn' where a.id = application.id;
  perform private.notify(
    task.owner_id, 'application_status',
    jsonb_build_object('task_id', task.id, 'application_id', application.id, 'status', 'withdrawn')
  );
  perform private.keep_idempotent_answer('withdraw_application', idempotency_key, 'true');
end;
$$;

create function private.lock_tasks_of_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Whoever leaves takes tasks and applications along: the tasks first, as everything that moves them does.
begin
  perform from public.tasks as t
  where t.id in (
    select o.id from public.tasks as o where o.owner_id = old.id
    union
    select a.task_id from public.task_applications as a where a.freelancer_id = old.id
  )
  order by t.id
  for update;
  return old;
end;
$$;

create trigger accounts_lock_tasks
  before delete on public.accounts
  for each row execute function private.lock_tasks_of_account();

create function private.leave_task()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Who was accepted has deleted their account, which no held money keeps: the task is open again.
begin
  update public.tasks as t
  set status = 'open', accepted_application_id = null, started_at = null
  where t.id = old.task_id and t.status = 'in_progress';
  if found then
    perform private.end_escrows('task', old.task_id, 'refund');
    perform private.notify(
      t.owner_id, 'application_status',
      jsonb_build_object('task_id', t.id, 'application_id', old.id, 'status', 'withdrawn')
    )
    from public.tasks as t
    where t.id = old.task_id;
  end if;
  return null;
end;
$$;

create trigger task_applications_leave_task
  after delete on public.task_applications
  for each row
  when (old.status = 'accepted')
  execute function private.leave_task();

create function private.tell_of_task_deletion()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A trigger, because tasks also go when their owner's account does.
begin
  perform private.tell_applicant(a, 'deleted')
  from public.task_applications as a
  where a.task_id = old.id and a.status in ('pending', 'accepted') and old.status in ('open', 'in_progress');
  perform private.end_escrows('task', old.id, 'refund');
  return old;
end;
$$;

create trigger tasks_tell_of_deletion
  before delete on public.tasks
  for each row execute function private.tell_of_task_deletion();
