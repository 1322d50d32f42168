-- Tasks: work that clients want done, somewhere or from anywhere.
-- open -> in_progress | cancelled, in_progress -> completed | cancelled, or open again when who was accepted steps back. Everybody finds tasks; where exactly a physical one is,
-- its owner and who was accepted for it know.
-- Promises: state and counters change through functions only; what has a winner or money is not changed or deleted.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  title text not null,
  description text not null,
  category text not null references public.categories (slug) on update cascade on delete restrict,
  task_type text not null,
  budget bigint not null,
  currency text not null default 'USD' references public.currencies (code) on delete restrict,
  deadline date,
  city text,
  country text,
  address text,
  skill_ids uuid[] not null default '{}',
  status text not null default 'open',
  applications_count integer not null default 0,
  accepted_application_id uuid,
  started_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tasks_title_length check (private.is_clean_text(title, 3, 200)),
  constraint tasks_description_length check (private.is_clean_text(description, 1, 10000)),
  constraint tasks_task_type_known check (task_type in ('physical', 'digital')),
  constraint tasks_budget_range check (budget between 1 and 1000000000000),
  constraint tasks_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint tasks_deadline_range check (deadline between '2000-01-01' and '2200-01-01'),
  constraint tasks_city_length check (private.is_clean_text(city, 1, 100)),
  constraint tasks_city_required check (task_type <> 'physical' or city is not null),
  constraint tasks_country_length check (private.is_clean_text(country, 1, 100)),
  constraint tasks_address_length check (private.is_clean_text(address, 1, 500)),
  constraint tasks_skill_ids_length check (cardinality(skill_ids) <= 20 and array_position(skill_ids, null) is null),
  constraint tasks_status_known check (status in ('open', 'in_progress', 'completed', 'cancelled')),
  constraint tasks_cancellation_reason_length check (private.is_clean_text(cancellation_reason, 1, 2000))
);
comment on table public.tasks is 'Tasks, read here by their owners; others get list_tasks and get_task.';
comment on column public.tasks.budget is 'Minor units of currency.';
comment on column public.tasks.city is 'Where a physical task is done; a digital one may have none.';
comment on column public.tasks.address is 'For the owner and who was accepted alone.';
comment on column public.tasks.skill_ids is 'Skills of the catalog that are asked for; 20 at most.';
comment on column public.tasks.started_at is 'When the accepted freelancer began, after which money does not simply go back.';

create index tasks_owner_id_idx on public.tasks (owner_id, created_at desc, id desc);
create index tasks_category_idx on public.tasks (category);
create index tasks_created_at_idx on public.tasks (created_at desc, id desc);
create index tasks_status_idx on public.tasks (status, created_at desc, id desc);
create index tasks_budget_idx on public.tasks (currency, budget desc, id desc);
create index tasks_city_idx on public.tasks (lower(city), created_at desc, id desc);
create index tasks_skill_ids_idx on public.tasks using gin (skill_ids);
create index tasks_search_idx on public.tasks using gin ((title || ' ' || description) extensions.gin_trgm_ops);

create table public.task_applications (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null references public.tasks (id) on delete cascade,
  freelancer_id uuid not null references public.accounts (id) on delete cascade,
  proposal text not null,
  offered_price bigint not null,
  currency text not null,
  estimated_duration text,
  status text not null default 'pending',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint task_applications_task_id_freelancer_id_once unique (task_id, freelancer_id),
  constraint task_applications_proposal_length check (private.is_clean_text(proposal, 1, 5000)),
  constraint task_applications_offered_price_range check (offered_price between 1 and 1000000000000),
  constraint task_applications_estimated_duration_length check (private.is_clean_text(estimated_duration, 1, 100)),
  constraint task_applications_status_known check (status in ('pending', 'accepted', 'rejected', 'withdrawn'))
);
comment on table public.task_applications is 'Freelancers'' applications, one a freelancer and task. Written by functions only.';
comment on column public.task_applications.offered_price is 'Minor units of currency, which is the task''s.';

create index task_applications_task_id_idx on public.task_applications (task_id, created_at desc, id desc);
create index task_applications_freelancer_id_idx on public.task_applications (freelancer_id, created_at desc, id desc);
create unique index task_applications_accepted_key on public.task_applications (task_id) where status = 'accepted';

alter table public.tasks add constraint tasks_accepted_application_id_fkey
  foreign key (accepted_application_id) references public.task_applications (id) on delete set null;
create index tasks_accepted_application_id_idx on public.tasks (accepted_application_id);

-- Without these statistics the planner takes the wrong index for lists, where everybody finds the tasks anyway. Never owner_id:
-- what somebody has would be estimated to strangers.
select private.hide_estimates('public.tasks', '{category,task_type,budget,currency,skill_ids,status}');
select private.hide_estimates('public.task_applications');

create table private.task_transitions (
  from_status text not null,
  to_status text not null,
  action text not null,
  actor text not null,
  primary key (from_status, action),
  constraint task_transitions_actor_known check (actor in ('owner', 'freelancer'))
);
comment on table private.task_transitions is 'Which status of a task may follow which, by what and by whose hand.';

insert into public.notification_types (type, description) values
  ('new_application', 'A freelancer applies to a task of mine.'),
  ('application_status', 'An application of mine was accepted or rejected, or one to a task of mine was withdrawn.'),
  ('task_status', 'A task that I have a part in began, is completed or cancelled.');

insert into private.task_transitions (from_status, to_status, action, actor) values
  ('open', 'in_progress', 'accept', 'owner'),
  ('open', 'cancelled', 'cancel', 'owner'),
  ('in_progress', 'in_progress', 'start', 'freelancer'),
  ('in_progress', 'open', 'step_back', 'freelancer'),
  ('in_progress', 'completed', 'complete', 'owner'),
  ('in_progress', 'cancelled', 'cancel', 'owner');

-- What is saved and reported ------------------------------------------------------------------------------------------

create function private.look_up_tasks(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for what is reported and saved.
  select t.id, t.owner_id
  from public.tasks as t
  where t.id = any (look_up_tasks.ids)
    and (t.owner_id = auth.uid() or (t.owner_id not in (select private.blocker_ids()) and private.is_active_account(t.owner_id)));
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('task', true, 'look_up_tasks');

create trigger tasks_forget_favorites
  after delete on public.tasks
  for each row execute function private.forget_favorites('task', 'id');

create function private.own_task_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies of other tables.
  select t.id from public.tasks as t where t.owner_id = auth.uid();
$$;

-- The life of a task --------------------------------------------------------------------------------------------------

create trigger tasks_limit_rows
  after insert on public.tasks
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger tasks_touch_updated_at
  before update of
    title, description, category, task_type, budget, currency, deadline, city, country, address, skill_ids, status
  on public.tasks
  for each row execute function private.touch_updated_at();

create trigger task_applications_touch_updated_at
  before update on public.task_applications
  for each row execute function private.touch_updated_at();

create function private.count_applications()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counters are in no column grant. A trigger, because applications also go when their freelancer's account does.
declare
  more integer := case when tg_op <> 'DELETE' and new.status <> 'withdrawn' then 1 else 0 end
    - case when tg_op <> 'INSERT' and old.status <> 'withdrawn' then 1 else 0 end;
begin
  -- Nothing for each of many that are rejected at once.
  if more <> 0 then
    update public.tasks as t
    set applications_count = t.applications_count + more
    where t.id = coalesce(new.task_id, old.task_id);
  end if;
  return null;
end;
$$;

create trigger task_applications_count
  after insert or delete or update of status on public.task_applications
  for each row execute function private.count_applications();

create function private.check_task_change()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. What was offered in one currency is not paid in another.
begin
  if exists (select from public.task_applications as a where a.task_id = new.id) then
    perform private.raise_error('conflict', 409, 'Freelancers have named prices in this currency.');
  end if;
  return new;
end;
$$;

create trigger tasks_check_change
  before update of currency on public.tasks
  for each row
  when (old.currency <> new.currency)
  execute function private.check_task_change();

create trigger tasks_check_category
  before insert or update of category on public.tasks
  for each row execute function private.check_category('task');

create function private.check_task_skills()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. A foreign key knows no lists.
begin
  if exists (select from unnest(new.skill_ids) as i where not exists (select from public.skills as s where s.id = i)) then
    perform private.raise_error('validation_failed', 400, 'No such skill.', '{"fields": {"skill_ids": "known"}}');
  end if;
  new.skill_ids := array(select distinct i from unnest(new.skill_ids) as i order by i);
  return new;
end;
$$;

create trigger tasks_check_skills
  before insert or update of skill_ids on public.tasks
  for each row
  when (new.skill_ids <> '{}')
  execute function private.check_task_skills();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.tasks, public.task_applications to authenticated, service_role;

grant
  insert (owner_id, title, description, category, task_type, budget, currency, deadline, city, country, address, skill_ids),
  update (title, description, category, task_type, budget, currency, deadline, city, country, address, skill_ids)
on public.tasks to authenticated;

grant execute on function private.own_task_ids() to authenticated;

alter table public.tasks enable row level security;

alter table public.task_applications enable row level security;

create policy select_owner on public.tasks for select to authenticated
  using (owner_id = (select auth.uid()));

create policy insert_owner on public.tasks for insert to authenticated
  with check (owner_id = (select auth.uid()) and (select private.has_role('client')));

create policy update_owner on public.tasks for update to authenticated
  using (owner_id = (select auth.uid()) and status = 'open')
  with check (owner_id = (select auth.uid()));

create policy select_parties on public.task_applications for select to authenticated
  using (freelancer_id = (select auth.uid()) or task_id in (select private.own_task_ids()));
