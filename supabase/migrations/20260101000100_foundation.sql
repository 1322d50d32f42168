-- Foundation: what every module stands on.
-- Two schemas: `public` is the API, `private` holds what no client may address. Nothing is granted by default: each
-- module writes its grants out. Errors, plain checks, settings, audit log, idempotency keys and suspension live here.
-- Promises: an answered error has a code from docs/error-codes.md; nothing in `private` can be named by a client; a
-- repeated request with the same key is answered as the first.

set lock_timeout = '5s';
set statement_timeout = '60s';

create schema private;
comment on schema private is 'What no client may address: contact data, ledgers, settings, and every security definer function.';

create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_trgm with schema extensions;

-- Nothing is granted by itself ----------------------------------------------------------------------------------------

-- Globally: execute for PUBLIC is a built-in default that `in schema` cannot take back.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

grant usage on schema private to anon, authenticated, service_role;

-- Errors and plain checks ---------------------------------------------------------------------------------------------

create function private.raise_error(
  code text,
  status integer,
  message text,
  details jsonb default null,
  headers jsonb default '{}'
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PGRST',
    message = pg_catalog.json_build_object('code', code, 'message', message, 'details', details::text, 'hint', null)::text,
    detail = pg_catalog.json_build_object('status', status, 'headers', headers)::text;
end;
$$;
comment on function private.raise_error is
  'Raises an error a Supabase client sees as `error.code` with this HTTP status. Codes: docs/error-codes.md. `details` reaches the client as JSON text.';

create function private.is_clean_text(value text, min_length integer, max_length integer)
returns boolean
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  select pg_catalog.length(value) <= max_length
    and pg_catalog.length(pg_catalog.btrim(value, E' \t\n\r\u00a0\u3000')) >= min_length
    and value !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]';
$$;
comment on function private.is_clean_text is
  'True when the text has between min_length and max_length characters and no control, invisible or direction-changing characters.';

create function private.are_clean_texts(list text[], max_items integer, max_length integer)
returns boolean
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  select pg_catalog.cardinality(list) <= max_items
    -- Null of an empty one.
    and coalesce(pg_catalog.array_ndims(list), 1) = 1
    and not exists (
      select from pg_catalog.unnest(list) as item
      where item is null or not private.is_clean_text(item, 1, max_length)
    );
$$;
comment on function private.are_clean_texts is 'True when the list has at most max_items texts, each clean and at most max_length long.';

create function private.is_web_url(value text)
returns boolean
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  select pg_catalog.length(value) <= 2000
    and value ~* '^https?://[a-z0-9]([a-z0-9.:-]*[a-z0-9])?([/?#][^[:space:]"<>\\`{}|^]*)?$'
    and private.is_clean_text(value, 8, 2000);
$$;
comment on function private.is_web_url is 'True for http and https addresses of at most 2000 characters.';

create function private.are_web_urls(list text[], max_items integer)
returns boolean
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  select pg_catalog.cardinality(list) <= max_items
    and coalesce(pg_catalog.array_ndims(list), 1) = 1
    and not exists (select from pg_catalog.unnest(list) as item where item is null or not private.is_web_url(item));
$$;
comment on function private.are_web_urls is 'True when the list has at most max_items http or https addresses.';

create function private.is_object_path(path text, owner_id uuid)
returns boolean
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- The first segment exactly; no empty, dot or look-alike segments behind it. One expression for all owners: Postgres
  -- compiles each anew, which takes longer than the rest of an insert.
  select pg_catalog.split_part(path, '/', 1) = owner_id::text and path ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){1,4}$';
$$;
comment on function private.is_object_path is 'True for <owner_id>/<one to four plain segments>: a path in Storage that is the owner''s.';

create function private.hide_estimates(hidden regclass, shown text[] default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  field name;
begin
  for field in
    select a.attname from pg_catalog.pg_attribute as a
    where a.attrelid = hidden and a.attnum > 0 and not a.attisdropped and a.attname <> all (shown)
  loop
    execute format('alter table %s alter column %I set statistics 0', hidden, field);
  end loop;
end;
$$;
comment on function private.hide_estimates is
  'For migrations: keeps no statistics of a table whose rows are hidden from some. PostgREST answers the planner''s estimates to whoever asks (count=planned), and they count hidden rows.';

create function private.touch_updated_at()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end;
$$;

create function private.account_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if auth.uid() is null then
    perform private.raise_error('auth_required', 401, 'Sign in first.');
  end if;
  return auth.uid();
end;
$$;
comment on function private.account_id is 'The id of the account that calls; auth_required (401) when nobody is signed in.';

-- Settings ------------------------------------------------------------------------------------------------------------

create table private.settings (
  key text primary key,
  value jsonb not null,
  description text not null,
  updated_at timestamptz not null default now(),
  constraint settings_key_format check (key ~ '^[a-z][a-z0-9_.]*$')
);
comment on table private.settings is 'One row a setting; edited in Studio, in force at once.';

create trigger settings_touch_updated_at
  before update on private.settings
  for each row execute function private.touch_updated_at();

create function private.setting(key text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: settings may not be read by clients, only what a function does with them.
  select s.value from private.settings as s where s.key = setting.key;
$$;

insert into private.settings (key, value, description) values
  ('rate_limits.writes_per_minute', '100', 'Writing requests of one account, or of one address without an account, in a minute.'),
  ('rate_limits.account_checks_per_minute', '5', 'Username and email checks of one address in a minute.'),
  ('rate_limits.sign_ins_per_minute', '5', 'Sign-ins by username, of one address and of one username, in a minute.'),
  ('rate_limits.password_checks_per_minute', '5', 'Password confirmations of one account in a minute.'),
  ('rate_limits.uploads_per_minute', '10', 'Files one account stores in a minute.'),
  ('idempotency.keep_hours', '24', 'Hours for which a repeated request with the same key gets the first answer.'),
  ('functions.url', '""', 'Where Edge Functions answer, such as https://<ref>.supabase.co/functions/v1; empty: nothing is called from the database.');

-- Audit log -----------------------------------------------------------------------------------------------------------

create table private.audit_log (
  id bigint generated always as identity primary key,
  occurred_at timestamptz not null default now(),
  actor_id uuid,
  action text not null,
  entity text not null,
  entity_id text,
  details jsonb not null default '{}'
);
comment on table private.audit_log is
  'Append-only: who did what to what. Holds ids, never names, so that erasing an account leaves no name here.';

create index audit_log_entity_idx on private.audit_log (entity, entity_id);
create index audit_log_actor_id_idx on private.audit_log (actor_id, occurred_at);

create function private.refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end;
$$;

create trigger audit_log_refuse_change
  before update or delete on private.audit_log
  for each row execute function private.refuse_change();

create trigger audit_log_refuse_truncate
  before truncate on private.audit_log
  for each statement execute function private.refuse_change();

create function private.audit(action text, entity text, entity_id text, details jsonb default '{}')
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: the log takes rows from every function and shows them to none.
  insert into private.audit_log (actor_id, action, entity, entity_id, details)
  values (auth.uid(), audit.action, audit.entity, audit.entity_id, audit.details);
$$;

-- Idempotency keys ----------------------------------------------------------------------------------------------------

create table private.idempotency_keys (
  account_id uuid not null references auth.users (id) on delete cascade,
  operation text not null,
  key uuid not null,
  request jsonb not null,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (account_id, operation, key)
);
comment on table private.idempotency_keys is 'The first answer to a request with a key; repeated requests get it again.';

create index idempotency_keys_created_at_idx on private.idempotency_keys (created_at);

create function private.claim_idempotency_key(operation text, key uuid, request jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: clients may not read or write kept answers. Null: go on and keep the answer; otherwise: answer this again.
-- A second call with the same key waits here until the first has ended.
declare
  kept private.idempotency_keys;
begin
  if claim_idempotency_key.key is null then
    return null;
  end if;
  insert into private.idempotency_keys (account_id, operation, key, request)
  values (private.account_id(), claim_idempotency_key.operation, claim_idempotency_key.key, claim_idempotency_key.request)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select k.* into kept
  from private.idempotency_keys as k
  where k.account_id = auth.uid()
    and k.operation = claim_idempotency_key.operation
    and k.key = claim_idempotency_key.key;
  if kept.request is distinct from claim_idempotency_key.request then
    perform private.raise_error('idempotency_conflict', 409, 'This idempotency key was used for another request.');
  end if;
  return kept.answer;
end;
$$;

create function private.keep_idempotent_answer(operation text, key uuid, answer jsonb)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above.
  update private.idempotency_keys as k
  set answer = keep_idempotent_answer.answer
  where k.account_id = auth.uid()
    and k.operation = keep_idempotent_answer.operation
    and k.key = keep_idempotent_answer.key;
$$;

-- Suspension ----------------------------------------------------------------------------------------------------------

create table private.suspensions (
  account_id uuid primary key references auth.users (id) on delete cascade,
  reason text not null,
  suspended_at timestamptz not null default now()
);
comment on table private.suspensions is 'Accounts that may do nothing until an admin lifts the suspension.';

create function private.is_active_account(account_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads auth.users. A token outlives the user it was made for.
  select exists (select from auth.users as u where u.id = is_active_account.account_id and u.deleted_at is null)
    and not exists (select from private.suspensions as s where s.account_id = is_active_account.account_id);
$$;

create function private.is_active()
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: policies of every role ask this, nobody reads the tables.
  select private.is_active_account(auth.uid());
$$;
comment on function private.is_active is 'True when the caller is signed in, still has an account, and is not suspended.';

create function private.suspend_account(account_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only; touches auth.users.
begin
  insert into private.suspensions (account_id, reason)
  values (suspend_account.account_id, suspend_account.reason)
  on conflict on constraint suspensions_pkey do update set reason = excluded.reason;
  update auth.users as u set banned_until = now() + interval '100 years' where u.id = suspend_account.account_id;
  delete from auth.sessions as s where s.user_id = suspend_account.account_id;
  perform private.audit('account.suspend', 'account', suspend_account.account_id::text);
end;
$$;
comment on function private.suspend_account is
  'For admins: ends every session of the account and refuses whatever it still sends with an unexpired token.';

create function private.lift_suspension(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  delete from private.suspensions as s where s.account_id = lift_suspension.account_id;
  update auth.users as u set banned_until = null where u.id = lift_suspension.account_id;
  perform private.audit('account.lift_suspension', 'account', lift_suspension.account_id::text);
end;
$$;
comment on function private.lift_suspension is 'For admins: the account may sign in again.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.raise_error(text, integer, text, jsonb, jsonb),
  private.is_clean_text(text, integer, integer),
  private.are_clean_texts(text[], integer, integer),
  private.is_web_url(text),
  private.are_web_urls(text[], integer),
  private.is_object_path(text, uuid),
  private.account_id(),
  private.is_active()
to anon, authenticated, service_role;
