-- Payment tasks: what is to be done at a provider: look a payment up, charge a renewal, refund, pay out. The drain function does them.
-- Promises: a task is done by one at a time and tried until it is done; who does it twice does it at the provider once, by its key there.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.payment_tasks (
  id bigint generated always as identity primary key,
  kind text not null,
  subject_id uuid not null,
  provider text not null,
  data jsonb not null,
  attempts integer not null default 0,
  failures integer not null default 0,
  claimed_until timestamptz not null default '-infinity',
  last_error text,
  created_at timestamptz not null default now(),
  constraint payment_tasks_kind_known check (kind in ('look_up', 'renewal', 'refund', 'payout')),
  constraint payment_tasks_kind_subject_id_key unique (kind, subject_id)
);
comment on table private.payment_tasks is 'What waits to be done at a provider, and what does not succeed there: see attempts and last_error.';
comment on column private.payment_tasks.subject_id is 'The payment, refund or withdrawal.';
comment on column private.payment_tasks.attempts is 'How often it was taken.';
comment on column private.payment_tasks.failures is 'How often it was said to have failed: part of the key at the provider, which answers a failure again under the same one.';

-- Looking up comes after what people wait for.
create index payment_tasks_next_idx on private.payment_tasks ((kind = 'look_up'), claimed_until, id);

create function private.queue_payment_task(kind text, subject_id uuid, provider text, data jsonb)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions. One of a kind and subject at a time.
  insert into private.payment_tasks (kind, subject_id, provider, data)
  values (queue_payment_task.kind, queue_payment_task.subject_id, queue_payment_task.provider, queue_payment_task.data)
  on conflict on constraint payment_tasks_kind_subject_id_key do nothing;
$$;

create function private.claim_payment_tasks(batch integer)
returns table (id bigint, kind text, provider text, data jsonb)
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the drain function alone. A claim lasts two minutes and grows with every attempt, to six hours.
begin
  -- In …898_withdrawals.sql, after all that queue tasks.
  perform private.sift_payment_tasks();
  return query
    update private.payment_tasks as t
    set attempts = t.attempts + 1, claimed_until = now() + make_interval(mins => least(360, power(2, least(t.attempts + 1, 9)))::integer)
    where t.id in (
      select q.id from private.payment_tasks as q
      where q.claimed_until < now()
      order by q.kind = 'look_up', q.claimed_until, q.id
      limit least(greatest(claim_payment_tasks.batch, 1), 100)
      for update skip locked
    )
    returning t.id, t.kind, t.provider, t.data || jsonb_build_object('attempts', t.attempts, 'failures', t.failures);
end;
$$;

create function private.complete_payment_task(task_id bigint)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above.
  delete from private.payment_tasks as t where t.id = complete_payment_task.task_id;
$$;

create function private.fail_payment_task(task_id bigint, reason text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. The claim runs out by itself.
  update private.payment_tasks as t
  set failures = t.failures + 1, last_error = left(fail_payment_task.reason, 500)
  where t.id = fail_payment_task.task_id;
$$;

create function public.claim_payment_tasks(batch integer default 20)
returns table (id bigint, kind text, provider text, data jsonb)
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.claim_payment_tasks(batch);
$$;
comment on function public.claim_payment_tasks is 'Service only: takes up to `batch` (1-100) things to do at a provider, for at least two minutes.';

create function public.complete_payment_task(task_id bigint)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.complete_payment_task(task_id);
$$;
comment on function public.complete_payment_task is 'Service only: this is done.';

create function public.fail_payment_task(task_id bigint, reason text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fail_payment_task(task_id, reason);
$$;
comment on function public.fail_payment_task is 'Service only: this did not succeed; it is tried again later.';

create function private.is_drain_wanted()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for the job, and for whoever ticks in its place.
begin
  return exists (select from private.payment_tasks as t where t.claimed_until < now())
    or exists (
      select from private.payment_events as e
      where e.status = 'received' and e.received_at < now() - interval '30 seconds' * (e.attempts + 1)
    );
end;
$$;

create function private.do_payment_tasks()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  select private.post_to_function('drain') where private.is_drain_wanted();
$$;

insert into private.jobs (name, every, description) values
  ('do_payment_tasks', '1 minute', 'Has the drain function do what waits to be done at payment providers.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.claim_payment_tasks(integer),
  public.claim_payment_tasks(integer),
  private.complete_payment_task(bigint),
  public.complete_payment_task(bigint),
  private.fail_payment_task(bigint, text),
  public.fail_payment_task(bigint, text)
to service_role;
