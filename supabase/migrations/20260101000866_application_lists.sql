-- Application lists: who applied to what, for the task's owner and who applied, and the calls of applications.
-- Promises: nobody else reads an application.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.application_card as (
  id uuid,
  task_id uuid,
  task_title text,
  task_status text,
  task_owner_id uuid,
  freelancer_id uuid,
  freelancer_username text,
  freelancer_name text,
  freelancer_avatar_path text,
  freelancer_rating numeric,
  freelancer_completed_tasks integer,
  proposal text,
  offered_price bigint,
  currency text,
  estimated_duration text,
  status text,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.application_card is
  'An application with its task and freelancer. offered_price: minor units of currency. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_applications(
  application_id uuid,
  task_id uuid,
  freelancer_id uuid,
  status text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.application_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: shows freelancers' profiles. Those that the policy of task_applications shows.
declare
  caller uuid := private.account_id();
  after record;
begin
  if find_applications.status not in ('pending', 'accepted', 'rejected', 'withdrawn') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if find_applications.task_id is not null
    and not exists (select from public.tasks as t where t.id = find_applications.task_id and t.owner_id = caller) then
    perform private.raise_error('not_found', 404, 'There is no such task of yours.');
  end if;
  select * into after from private.cursor_at(find_applications.cursor);
  return query
    select f.id, t.id, t.title, t.status, t.owner_id, f.freelancer_id, a.username, a.full_name, a.avatar_path, p.rating,
      coalesce(p.completed_tasks, 0), f.proposal, f.offered_price, f.currency, f.estimated_duration, f.status, f.created_at,
      f.updated_at,
      (
        select count(*)
        from (
          select from public.task_applications as c
          where (find_applications.application_id is null or c.id = find_applications.application_id)
            and (find_applications.task_id is null or c.task_id = find_applications.task_id)
            and (find_applications.freelancer_id is null or c.freelancer_id = find_applications.freelancer_id)
            and (find_applications.status is null or c.status = find_applications.status)
          limit 1001
        ) as counted
      ),
      private.cursor_of(f.created_at, f.id)
    from (
      select r.*
      from public.task_applications as r
      where (find_applications.application_id is null or r.id = find_applications.application_id)
        and (find_applications.task_id is null or r.task_id = find_applications.task_id)
        and (find_applications.freelancer_id is null or r.freelancer_id = find_applications.freelancer_id)
        and (find_applications.status is null or r.status = find_applications.status)
        and (
          find_applications.application_id is null or r.freelancer_id = caller
          or r.task_id in (select private.own_task_ids())
        )
        and (after.at is null or (r.created_at, r.id) < (after.at, after.id))
      order by r.created_at desc, r.id desc
      limit private.page_size(find_applications.page_size) offset private.skipped(find_applications.skip)
    ) as f
    join public.tasks as t on t.id = f.task_id
    join public.accounts as a on a.id = f.freelancer_id
    left join public.freelancer_profiles as p on p.account_id = f.freelancer_id
    order by f.created_at desc, f.id desc;
end;
$$;

create function private.find_own_applications(status text, page_size integer, cursor text, skip integer)
returns setof public.application_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select * from private.find_applications(null, null, private.account_id(), status, page_size, cursor, skip);
$$;

create function private.find_task_applications(task_id uuid, status text, page_size integer, cursor text, skip integer)
returns setof public.application_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if find_task_applications.task_id is null then
    perform private.raise_error('validation_failed', 400, 'Name a task.', '{"fields": {"task_id": "required"}}');
  end if;
  return query select * from private.find_applications(null, task_id, null, status, page_size, cursor, skip);
end;
$$;

create function public.list_task_applications(
  task_id uuid,
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.application_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_task_applications(task_id, status, page_size, cursor, skip);
$$;
comment on function public.list_task_applications is 'Owner only: applications to a task, newest first: 20 a page, 1-100; not_found (404) for others'' tasks.';

create function public.list_my_applications(
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.application_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_own_applications(status, page_size, cursor, skip);
$$;
comment on function public.list_my_applications is 'The caller''s own applications, newest first: 20 a page, 1-100.';

create function private.get_application(application_id uuid)
returns setof public.application_card
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above.
  select * from private.find_applications(get_application.application_id, null, null, null, 1, null, 0)
  where get_application.application_id is not null;
$$;

-- The calls -----------------------------------------------------------------------------------------------------------

create function public.apply_to_task(task_id uuid, proposal text, offered_price bigint, estimated_duration text default null)
returns setof public.application_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  application_id uuid := private.apply_to_task(task_id, proposal, offered_price, estimated_duration);
begin
  return query select * from private.get_application(application_id);
end;
$$;
comment on function public.apply_to_task is
  'Freelancers only: applies to an open task of somebody else, once (duplicate, 409). offered_price: minor units of the task''s currency. conflict (409) when the task is not open any more.';

create function public.accept_application(application_id uuid)
returns setof public.application_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.accept_application(application_id);
  return query select * from private.get_application(application_id);
end;
$$;
comment on function public.accept_application is
  'The task''s owner only: this freelancer does it, for what they offered; the task is in progress, every other application is rejected and told. invalid_transition (409) when another was accepted.';

create function public.reject_application(application_id uuid)
returns setof public.application_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.reject_application(application_id);
  return query select * from private.get_application(application_id);
end;
$$;
comment on function public.reject_application is 'The task''s owner only: says no to an application that waits.';

create function public.withdraw_application(application_id uuid, idempotency_key uuid default null)
returns setof public.application_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.withdraw_application(application_id, idempotency_key);
  return query select * from private.get_application(application_id);
end;
$$;
comment on function public.withdraw_application is
  'The freelancer only: takes an application back. Who was accepted may do so until work begins, which gives held money back, or once they have given it back themselves; the task is open again. The same idempotency_key does it once.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.apply_to_task(uuid, text, bigint, text),
  public.apply_to_task(uuid, text, bigint, text),
  private.accept_application(uuid),
  public.accept_application(uuid),
  private.reject_application(uuid),
  public.reject_application(uuid),
  private.withdraw_application(uuid, uuid),
  public.withdraw_application(uuid, uuid),
  private.get_application(uuid),
  private.find_own_applications(text, integer, text, integer),
  public.list_my_applications(text, integer, text, integer),
  private.find_task_applications(uuid, text, integer, text, integer),
  public.list_task_applications(uuid, text, integer, text, integer)
to authenticated;
