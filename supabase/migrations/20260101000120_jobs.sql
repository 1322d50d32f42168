-- Jobs: what falls due, and the storage objects whose rows are gone.
-- Promises: nothing depends on a tick for being correct; a failing job does not stop the others; an object is deleted
-- only while it is the one that was queued.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Jobs ----------------------------------------------------------------------------------------------------------------

create table private.jobs (
  name text primary key,
  every interval not null,
  description text not null,
  last_run_at timestamptz,
  last_error text,
  constraint jobs_name_format check (name ~ '^[a-z][a-z_]*$')
);
comment on table private.jobs is 'Work that falls due: each row is a function `private.<name>()` and how often it runs.';

create function private.run_jobs()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: ticked by pg_cron, or by the local stack. A failing job is noted and does not stop the others.
declare
  job private.jobs;
  ran integer := 0;
begin
  for job in
    select j.* from private.jobs as j
    where j.last_run_at is null or j.last_run_at <= now() - j.every
    order by j.name
    for update skip locked
  loop
    begin
      execute format('select private.%I()', job.name);
      update private.jobs as j set last_run_at = now(), last_error = null where j.name = job.name;
      ran := ran + 1;
    -- `others` leaves out a statement_timeout.
    exception when query_canceled or others then
      update private.jobs as j set last_run_at = now(), last_error = sqlerrm where j.name = job.name;
    end;
  end loop;
  return ran;
end;
$$;
comment on function private.run_jobs is 'Runs what is due and answers how many jobs ran. Safe to call at any time, also twice at once.';

create function private.forget_old_requests()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  delete from private.request_log as l where l.occurred_at < now() - interval '2 minutes';
$$;

create function private.forget_old_answers()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  delete from private.idempotency_keys as k
  where k.created_at < now() - make_interval(hours => (private.setting('idempotency.keep_hours') #>> '{}')::integer);
$$;

insert into private.jobs (name, every, description) values
  ('forget_old_requests', '1 minute', 'Empties the log behind the request limits.'),
  ('forget_old_answers', '1 hour', 'Forgets idempotency keys older than idempotency.keep_hours.');

-- Storage objects to delete -------------------------------------------------------------------------------------------

create table private.object_deletions (
  id bigint generated always as identity primary key,
  bucket_id text not null,
  path text not null,
  version text,
  requested_at timestamptz not null default now(),
  claimed_until timestamptz not null default '-infinity',
  attempts integer not null default 0,
  last_error text,
  constraint object_deletions_bucket_id_path_key unique (bucket_id, path)
);
comment on table private.object_deletions is
  'Objects whose rows are gone; the `drain` function deletes them through the Storage API, the only way that frees the bytes.';

comment on column private.object_deletions.version is 'Of the object when it was queued: what was stored there since is not deleted.';

create index object_deletions_claimed_until_idx on private.object_deletions (claimed_until, id);

create function private.queue_object_deletions(bucket text, path_pattern text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: triggers of owners' tables call it. bucket null: in every bucket. What is gone already is not queued.
  insert into private.object_deletions as d (bucket_id, path, version)
  select o.bucket_id, o.name, o.version
  from storage.objects as o
  where o.name like path_pattern and (bucket is null or o.bucket_id = bucket)
  on conflict on constraint object_deletions_bucket_id_path_key do update set version = excluded.version;
$$;

create function private.queue_object_deletion(bucket text, path text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above, for one object.
  select private.queue_object_deletions(bucket, pg_catalog.regexp_replace(path, '([\\%_])', '\\\1', 'g'));
$$;

create function private.forget_object()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the queue is not the owner's to write. Arguments: a bucket, and the column that names an object of it.
begin
  perform private.queue_object_deletion(tg_argv[0], to_jsonb(old) ->> tg_argv[1]);
  return null;
end;
$$;
comment on function private.forget_object is
  'Trigger (bucket, column) for tables that name objects: queues the one that a row named. While another row names it, it is kept.';

create function private.is_object_named(bucket text, path text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for the trigger below, which runs as Storage's role. Which columns name objects is what forget_object was told.
declare
  reference record;
  named boolean;
begin
  for reference in
    select distinct t.tgrelid::regclass as relation, a.arguments[2] as column_name
    from pg_catalog.pg_trigger as t
    -- Postgres keeps the arguments as bytes, each ended by a zero.
    cross join lateral (select string_to_array(encode(t.tgargs, 'escape'), '\000')) as a (arguments)
    where t.tgfoid = 'private.forget_object()'::regprocedure and a.arguments[1] = is_object_named.bucket
  loop
    execute format('select exists (select from %s as t where t.%I = $1)', reference.relation, reference.column_name)
    into named using is_object_named.path;
    if named then
      return true;
    end if;
  end loop;
  return false;
end;
$$;

create function private.keep_object()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role. The drain function deletes by path, a while after it has claimed: what was stored there
-- meanwhile, or is named again, stays.
begin
  if auth.role() = 'service_role' and exists (
    select from private.object_deletions as d
    where d.bucket_id = old.bucket_id and d.path = old.name and d.claimed_until > now()
      and (d.version is distinct from old.version or private.is_object_named(old.bucket_id, old.name))
  ) then
    return null;
  end if;
  return old;
end;
$$;

create trigger objects_keep_object
  before delete on storage.objects
  for each row execute function private.keep_object();

create function private.claim_object_deletions(batch integer)
returns table (id bigint, bucket_id text, path text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the drain function alone. A claim lasts a minute and grows with every failed attempt.
begin
  delete from private.object_deletions as d
  where not exists (
    select from storage.objects as o
    where o.bucket_id = d.bucket_id and o.name = d.path and o.version is not distinct from d.version
  );
  return query
    update private.object_deletions as d
    set attempts = d.attempts + 1,
      claimed_until = now() + make_interval(mins => least(60, power(2, least(d.attempts, 6)))::integer)
    where d.id in (
      select q.id from private.object_deletions as q
      where q.claimed_until < now()
      order by q.claimed_until, q.id
      limit least(greatest(batch, 1), 1000)
      for update skip locked
    )
    returning d.id, d.bucket_id, d.path;
end;
$$;

create function private.complete_object_deletions(ids bigint[])
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the drain function alone.
  delete from private.object_deletions as d where d.id = any (complete_object_deletions.ids);
$$;

create function private.fail_object_deletions(ids bigint[], reason text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the drain function alone. The claim runs out by itself; only the reason is kept.
  update private.object_deletions as d
  set last_error = left(fail_object_deletions.reason, 500)
  where d.id = any (fail_object_deletions.ids);
$$;

create function public.claim_object_deletions(batch integer default 100)
returns table (id bigint, bucket_id text, path text)
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.claim_object_deletions(batch);
$$;
comment on function public.claim_object_deletions is 'Service only: takes up to `batch` (1-1000) objects to delete for at least a minute.';

create function public.complete_object_deletions(ids bigint[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.complete_object_deletions(ids);
$$;
comment on function public.complete_object_deletions is 'Service only: these objects are deleted.';

create function public.fail_object_deletions(ids bigint[], reason text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fail_object_deletions(ids, reason);
$$;
comment on function public.fail_object_deletions is 'Service only: these objects could not be deleted; they are tried again later.';

create function private.post_to_function(name text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for jobs. Calls an edge function through pg_net where the project has it and settings name the url; the key is
-- the Vault secret `talentbase_secret_key`. Elsewhere whoever runs the stack calls it.
declare
  url text := private.setting('functions.url') #>> '{}';
  key text;
begin
  if url = '' or to_regprocedure('net.http_post(text,jsonb,jsonb,jsonb,integer)') is null then
    return;
  end if;
  execute 'select s.decrypted_secret from vault.decrypted_secrets as s where s.name = ''talentbase_secret_key''' into key;
  execute 'select net.http_post(url := $1, headers := $2)'
    using url || '/' || post_to_function.name, jsonb_build_object('apikey', key, 'Content-Type', 'application/json');
end;
$$;

create function private.call_drain()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  select private.post_to_function('drain') where exists (select from private.object_deletions as d where d.claimed_until < now());
$$;

insert into private.jobs (name, every, description) values
  ('call_drain', '1 minute', 'Has the drain function delete queued storage objects.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.claim_object_deletions(integer),
  private.complete_object_deletions(bigint[]),
  private.fail_object_deletions(bigint[], text),
  public.claim_object_deletions(integer),
  public.complete_object_deletions(bigint[]),
  public.fail_object_deletions(bigint[], text)
to service_role;

do $$
begin
  if exists (select from pg_available_extensions where name = 'pg_cron') then
    create extension if not exists pg_cron;
    perform cron.schedule('talentbase', '* * * * *', 'select private.run_jobs()');
  end if;
end;
$$;
