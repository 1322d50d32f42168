-- Requests: what every request passes before it reaches a table, and how often an account may ask.
-- Promises: a suspended or deleted account is refused, whatever token it still has; limits hold for writes, checks,
-- passwords and uploads, and say when to try again.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Request limits ------------------------------------------------------------------------------------------------------

-- Unlogged, and a row a request: an updated counter would make the writes of one account wait for each other.
create unlogged table private.request_log (
  id bigint generated always as identity primary key,
  kind text not null,
  subject text not null,
  occurred_at timestamptz not null default clock_timestamp()
);
comment on table private.request_log is 'Requests of the last minute, for the limits; emptied by a job.';

create index request_log_subject_idx on private.request_log (kind, subject, occurred_at);
create index request_log_occurred_at_idx on private.request_log (occurred_at);

create function private.network_of(address text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- One subscriber has a whole /64 of IPv6.
  if pg_catalog.family(address::inet) = 6 then
    return pg_catalog.host(pg_catalog.network(pg_catalog.set_masklen(address::inet, 64)));
  end if;
  return address;
exception when others then
  return address;
end;
$$;

create function private.client_address()
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  -- The proxy's own headers; the first value of x-forwarded-for is the client's to choose.
  select private.network_of(coalesce(
    h.headers ->> 'cf-connecting-ip',
    h.headers ->> 'x-real-ip',
    pg_catalog.btrim(pg_catalog.split_part(h.headers ->> 'x-forwarded-for', ',', -1)),
    'unknown'
  ))
  from (select nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb as headers) as h;
$$;

create function private.requests_left(kind text, subject text, amount integer default 1)
returns table (allowed integer, remaining integer, retry_after integer)
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counts a request for subject (or several) and says what is left of its limit. remaining is negative when over it.
declare
  used integer;
  oldest timestamptz;
begin
  if kind <> 'writes' then
    -- Guesses are counted one after the other; writes of an account need not wait for each other.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(requests_left.kind || subject, 0));
  end if;
  allowed := (private.setting('rate_limits.' || requests_left.kind || '_per_minute') #>> '{}')::integer;
  insert into private.request_log (kind, subject)
  select requests_left.kind, requests_left.subject from generate_series(1, least(amount, allowed + 1));
  select count(*), min(r.occurred_at) into used, oldest
  from (
    select l.occurred_at
    from private.request_log as l
    where l.kind = requests_left.kind
      and l.subject = requests_left.subject
      and l.occurred_at > pg_catalog.clock_timestamp() - interval '1 minute'
    order by l.occurred_at desc
    limit allowed + 1
  ) as r;
  remaining := allowed - used;
  retry_after := greatest(1, ceil(extract(epoch from oldest + interval '1 minute' - pg_catalog.clock_timestamp())))::integer;
  return next;
end;
$$;

create function private.limit_requests(kind text, subject text, amount integer default 1)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Refuses with 429 and says when to try again; tells what is left in the answer's headers.
declare
  budget record;
  headers jsonb;
begin
  select * into budget from private.requests_left(limit_requests.kind, limit_requests.subject, amount);
  headers := jsonb_build_object(
    'X-RateLimit-Limit', budget.allowed::text,
    'X-RateLimit-Remaining', greatest(budget.remaining, 0)::text,
    'X-RateLimit-Reset', (extract(epoch from now())::bigint + budget.retry_after)::text,
    'Access-Control-Expose-Headers', 'Content-Range, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After'
  );
  if budget.remaining < 0 then
    perform private.raise_error(
      'rate_limit_exceeded', 429, 'Too many requests. Try again later.',
      jsonb_build_object('retry_after', budget.retry_after, 'limit', budget.allowed),
      headers || jsonb_build_object('Retry-After', budget.retry_after::text)
    );
  end if;
  perform pg_catalog.set_config(
    'response.headers',
    (select jsonb_agg(jsonb_build_object(h.key, h.value)) from jsonb_each(headers) as h)::text,
    true
  );
end;
$$;

create function private.check_request()
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: PostgREST calls this before every request, as the role of the request.
begin
  if auth.role() = 'service_role' then
    return;
  end if;
  if auth.uid() is not null and not private.is_active() then
    if exists (select from private.suspensions as s where s.account_id = auth.uid()) then
      perform private.raise_error('account_suspended', 403, 'This account is suspended.');
    end if;
    perform private.raise_error('auth_required', 401, 'This account does not exist any more.');
  end if;
  -- The planner's estimates know rows that the caller may not see.
  if (nullif(current_setting('request.headers', true), '')::jsonb ->> 'prefer') ~* 'count\s*=\s*(planned|estimated)' then
    perform private.raise_error('validation_failed', 400, 'Only count=exact is answered.', '{"fields": {"count": "known"}}');
  end if;
  -- Reads and functions that only read run in read-only transactions.
  if current_setting('transaction_read_only') = 'off' then
    perform private.limit_requests('writes', coalesce(auth.uid()::text, private.client_address()));
  end if;
end;
$$;

create function private.limit_rows()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. For tables that clients insert into: each row is a write, of which check_request counted one.
declare
  more integer := (select count(*) - 1 from inserted);
begin
  if auth.role() = 'authenticated' and more > 0 then
    perform private.limit_requests('writes', auth.uid()::text, more);
  end if;
  return null;
end;
$$;

create function private.answer_status(status integer)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  -- A function that counts tries answers by status alone: a value could be cast to an error in `select=`, which would
  -- show it and take the count back.
  select pg_catalog.set_config('response.status', status::text, true);
$$;

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.check_request() to anon, authenticated, service_role;

-- Every request passes check_request; hosted reloads PostgREST's configuration on the notification.
alter role authenticator set pgrst.db_pre_request = 'private.check_request';
notify pgrst, 'reload config';
