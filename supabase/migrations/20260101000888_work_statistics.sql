-- Work statistics: how much is going on, and one's own part in it.
-- Promises: totals tell nothing of anybody.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.average_budget as (
  currency text,
  amount bigint,
  tasks bigint
);

create type public.task_statistics as (
  open_tasks bigint,
  in_progress_tasks bigint,
  completed_tasks bigint,
  freelancers bigint,
  clients bigint,
  average_budgets public.average_budget[]
);
comment on type public.task_statistics is 'Totals of all tasks and people; average_budgets: a row a currency, in its minor units, rounded.';

create function private.task_statistics()
returns public.task_statistics
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: counts what its owners alone may read.
  with counted as materialized (
    select t.status, t.currency, count(*) as tasks, sum(t.budget) as budget from public.tasks as t group by t.status, t.currency
  )
  select
    coalesce(sum(c.tasks) filter (where c.status = 'open'), 0)::bigint,
    coalesce(sum(c.tasks) filter (where c.status = 'in_progress'), 0)::bigint,
    coalesce(sum(c.tasks) filter (where c.status = 'completed'), 0)::bigint,
    (select count(*) from public.account_roles as r where r.role = 'freelancer'),
    (select count(*) from public.account_roles as r where r.role = 'client'),
    array(
      select row(b.currency, round(sum(b.budget) / sum(b.tasks)), sum(b.tasks))::public.average_budget
      from counted as b
      where b.status <> 'cancelled'
      group by b.currency
      order by b.currency
    )
  from counted as c;
$$;

create function public.task_statistics()
returns public.task_statistics
language sql
stable
security invoker
set search_path = ''
as $$
  select private.task_statistics();
$$;
comment on function public.task_statistics is 'How many tasks are open, in progress and completed, how many freelancers and clients there are, and the average budget per currency of all but cancelled tasks.';

create type public.own_task_statistics as (
  tasks_posted bigint,
  tasks_open bigint,
  tasks_in_progress bigint,
  tasks_completed bigint,
  tasks_cancelled bigint,
  applications_received bigint,
  applications_sent bigint,
  applications_pending bigint,
  applications_accepted bigint,
  jobs_in_progress bigint,
  jobs_completed bigint,
  rating_as_client numeric,
  rating_as_freelancer numeric
);
comment on type public.own_task_statistics is 'One''s own tasks as a client, applications and jobs as a freelancer.';

create function private.my_task_statistics()
returns public.own_task_statistics
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. The caller's own.
  select
    m.posted, m.open, m.in_progress, m.completed, m.cancelled, m.received,
    a.sent, a.pending, a.accepted, a.in_progress, a.completed,
    (select c.rating from public.client_profiles as c where c.account_id = auth.uid()),
    (select f.rating from public.freelancer_profiles as f where f.account_id = auth.uid())
  from (
    select count(*) as posted, count(*) filter (where t.status = 'open') as open,
      count(*) filter (where t.status = 'in_progress') as in_progress, count(*) filter (where t.status = 'completed') as completed,
      count(*) filter (where t.status = 'cancelled') as cancelled, coalesce(sum(t.applications_count), 0) as received
    from public.tasks as t
    where t.owner_id = private.account_id()
  ) as m
  cross join (
    select count(*) as sent, count(*) filter (where a.status = 'pending') as pending,
      count(*) filter (where a.status = 'accepted') as accepted,
      count(*) filter (where a.status = 'accepted' and t.status = 'in_progress') as in_progress,
      count(*) filter (where a.status = 'accepted' and t.status = 'completed') as completed
    from public.task_applications as a
    join public.tasks as t on t.id = a.task_id
    where a.freelancer_id = auth.uid()
  ) as a;
$$;

create function public.my_task_statistics()
returns public.own_task_statistics
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_task_statistics();
$$;
comment on function public.my_task_statistics is 'The caller''s own numbers as a client and as a freelancer.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.task_statistics(), public.task_statistics() to anon, authenticated;

grant execute on function private.my_task_statistics(), public.my_task_statistics() to authenticated;
