-- Task lists: how tasks are found and read.
-- Promises: nobody but the owner and who was accepted reads where exactly a task is done; a list shows what no block and no
-- suspension hides.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.task_card as (
  id uuid,
  owner_id uuid,
  owner_name text,
  owner_avatar_path text,
  title text,
  description text,
  category text,
  task_type text,
  budget bigint,
  currency text,
  deadline date,
  city text,
  country text,
  address text,
  skill_ids uuid[],
  skills text[],
  status text,
  applications_count integer,
  accepted_application_id uuid,
  my_application_status text,
  is_saved boolean,
  started_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.task_card is
  'A task as lists and get_task answer it. budget: minor units of currency; address, accepted_application_id and cancellation_reason: for its owner and who was accepted, else null. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.accepted_task_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. Tasks for which the caller was accepted.
  select a.task_id from public.task_applications as a where a.freelancer_id = auth.uid() and a.status = 'accepted';
$$;

create function private.find_tasks(
  task_ids uuid[],
  owner_id uuid,
  status text,
  category text,
  task_type text,
  city text,
  skill_id uuid,
  min_budget bigint,
  max_budget bigint,
  currency text,
  search text,
  sort text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.task_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the table is its owners' alone. sort: newest, oldest, highest_budget, lowest_budget.
declare
  caller uuid := auth.uid();
  conditions text := 'true';
  key text;
  -- The category and those below it: the planner knows how many rows they have.
  categories text[] := array(select c.slug from public.categories as c where find_tasks.category in (c.slug, c.parent_slug));
  start text;
  is_descending boolean;
  size integer := private.page_size(find_tasks.page_size);
  skipped integer := private.skipped(find_tasks.skip);
  after record;
begin
  if find_tasks.status not in ('open', 'in_progress', 'completed', 'cancelled') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if find_tasks.task_type not in ('physical', 'digital') then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"task_type": "known"}}');
  end if;
  if find_tasks.sort not in ('newest', 'oldest', 'highest_budget', 'lowest_budget') then
    perform private.raise_error('validation_failed', 400, 'No such order.', '{"fields": {"sort": "known"}}');
  end if;
  if find_tasks.min_budget > find_tasks.max_budget then
    perform private.raise_error('validation_failed', 400, 'No such range.', '{"fields": {"max_budget": "order"}}');
  end if;
  if find_tasks.currency is null
    and (num_nonnulls(find_tasks.min_budget, find_tasks.max_budget) > 0 or find_tasks.sort in ('highest_budget', 'lowest_budget')) then
    perform private.raise_error('validation_failed', 400, 'Budgets are compared in one currency.', '{"fields": {"currency": "required"}}');
  end if;
  select * into after from private.number_cursor_at(find_tasks.cursor);
  -- Cursors hold a number; moments are compared as such, for the index.
  if find_tasks.sort in ('highest_budget', 'lowest_budget') then
    key := 't.budget';
    start := '$13';
  else
    key := 't.created_at';
    start := '(timestamptz ''epoch'' + $13 * interval ''1 microsecond'')';
  end if;
  is_descending := coalesce(find_tasks.sort, 'newest') in ('newest', 'highest_budget');
  -- One's own always, also what one was accepted for; others' unless a block or a suspension hides the owner.
  if caller is null or find_tasks.owner_id is distinct from caller then
    conditions := conditions || ' and (t.owner_id = $1 or ('
      || case when caller is null then 'true' else 't.owner_id not in (select private.blocked_ids())' end
      || ' and not exists (select from private.suspensions x where x.account_id = t.owner_id))'
      || case when find_tasks.task_ids is not null then ' or t.id in (select private.accepted_task_ids())' else '' end || ')';
  end if;
  if find_tasks.task_ids is not null then
    conditions := conditions || ' and t.id = any ($2)';
  end if;
  if find_tasks.owner_id is not null then
    conditions := conditions || ' and t.owner_id = $3';
  end if;
  if find_tasks.status is not null then
    conditions := conditions || ' and t.status = $4';
  end if;
  if find_tasks.category is not null then
    conditions := conditions || ' and t.category = any ($5)';
  end if;
  if find_tasks.task_type is not null then
    conditions := conditions || ' and t.task_type = $6';
  end if;
  if find_tasks.city is not null then
    conditions := conditions || ' and lower(t.city) = lower($7)';
  end if;
  if find_tasks.skill_id is not null then
    conditions := conditions || ' and t.skill_ids @> array[$8]';
  end if;
  if find_tasks.min_budget is not null then
    conditions := conditions || ' and t.budget >= $9';
  end if;
  if find_tasks.max_budget is not null then
    conditions := conditions || ' and t.budget <= $10';
  end if;
  if find_tasks.currency is not null then
    conditions := conditions || ' and t.currency = $11';
  end if;
  -- Nothing shorter than three letters is in the index: reading every description for it would take seconds.
  if left(find_tasks.search, 200) ~ '[[:alnum:]]{3}' then
    conditions := conditions || ' and t.title || '' '' || t.description ilike $12';
  elsif find_tasks.search is not null then
    conditions := conditions || ' and t.title ilike $12';
  end if;
  return query execute
    'select t.id, t.owner_id, a.full_name, a.avatar_path, t.title, t.description, t.category, t.task_type, t.budget, t.currency,
       t.deadline, t.city, t.country, case when v.is_party then t.address end, t.skill_ids,
       array(select s.name from public.skills s where s.id = any (t.skill_ids) order by s.name),
       t.status, t.applications_count, case when v.is_party then t.accepted_application_id end,
       (select r.status from public.task_applications r where r.task_id = t.id and r.freelancer_id = $1),
       exists (select from public.favorites f where f.account_id = $1 and f.entity_type = ''task'' and f.entity_id = t.id),
       t.started_at, t.completed_at, t.cancelled_at, case when v.is_party then t.cancellation_reason end, t.created_at, t.updated_at,
       (select count(*) from (select from public.tasks t where ' || conditions || ' limit 1001) as counted),
       private.number_cursor_of(' || case key when 't.budget' then 'f.key' else '(extract(epoch from f.key) * 1000000)::bigint' end || ', t.id)
     from (
       select t.id, ' || key || ' as key
       from public.tasks t
       where ' || conditions || case when after.id is not null then
         ' and (' || key || ', t.id) ' || case when is_descending then '<' else '>' end || ' (' || start || ', $14)' else '' end || '
       order by ' || key || case when is_descending then ' desc, t.id desc' else ', t.id' end || '
       limit ' || size || ' offset ' || skipped || '
     ) as f
     join public.tasks t on t.id = f.id
     join public.accounts a on a.id = t.owner_id
     cross join lateral (
       select coalesce(t.owner_id = $1, false) or t.id in (select private.accepted_task_ids()) as is_party
     ) as v
     order by f.key ' || case when is_descending then 'desc, f.id desc' else ', f.id' end
    using caller, task_ids, owner_id, status, categories, task_type, city, skill_id, min_budget, max_budget, currency,
      private.like_pattern(search), after.key, after.id;
end;
$$;

create function public.list_tasks(
  status text default null,
  category text default null,
  task_type text default null,
  city text default null,
  skill_id uuid default null,
  min_budget bigint default null,
  max_budget bigint default null,
  currency text default null,
  search text default null,
  sort text default 'newest',
  owner_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.task_card
language sql
stable
security invoker
set search_path = ''
as $$
  select *
  from private.find_tasks(
    null, owner_id, status, category, task_type, city, skill_id, min_budget, max_budget, currency, search, sort, page_size, cursor, skip
  );
$$;
comment on function public.list_tasks is
  'Tasks of every status: 20 a page, 1-100; category with those below it; min_budget and max_budget in minor units of currency, which they and orders by budget require; search: in title and description, without three letters in a row in the title alone; sort: newest, oldest, highest_budget, lowest_budget. skip at most 1000.';

create function public.get_task(task_id uuid)
returns setof public.task_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select *
  from private.find_tasks(array[task_id], null, null, null, null, null, null, null, null, null, null, 'newest', 1, null, 0);
$$;
comment on function public.get_task is 'One task; no row when there is none or a block hides it.';

create function public.get_tasks(task_ids uuid[])
returns setof public.task_card
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(cardinality(task_ids), 0) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 tasks.', '{"fields": {"task_ids": "length"}}');
  end if;
  return query
    select *
    from private.find_tasks(
      coalesce(task_ids, '{}'), null, null, null, null, null, null, null, null, null, null, 'newest', 100, null, 0
    );
end;
$$;
comment on function public.get_tasks is 'Those of these tasks (at most 100) that the caller may see.';

create function private.find_own_tasks(status text, page_size integer, cursor text, skip integer)
returns setof public.task_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select *
  from private.find_tasks(
    null, private.account_id(), status, null, null, null, null, null, null, null, null, 'newest', page_size, cursor, skip
  );
$$;

create function public.list_my_tasks(
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.task_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_own_tasks(status, page_size, cursor, skip);
$$;
comment on function public.list_my_tasks is 'The caller''s own tasks, newest first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_tasks(uuid[], uuid, text, text, text, text, uuid, bigint, bigint, text, text, text, integer, text, integer),
  public.list_tasks(text, text, text, text, uuid, bigint, bigint, text, text, text, uuid, integer, text, integer),
  public.get_task(uuid),
  public.get_tasks(uuid[])
to anon, authenticated;

grant execute on function
  private.find_own_tasks(text, integer, text, integer),
  public.list_my_tasks(text, integer, text, integer)
to authenticated;
