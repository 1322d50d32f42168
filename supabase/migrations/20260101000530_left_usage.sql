-- What leaving and coming back means for quotas.
-- Promises: deleting an account gives no quota back.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.left_usage (
  email_hash bytea not null,
  entitlement_id text not null references public.entitlements (id) on delete cascade,
  period_start timestamptz not null,
  used bigint not null,
  forget_at timestamptz not null,
  primary key (email_hash, entitlement_id, period_start)
);
comment on table private.left_usage is
  'Flows that deleted accounts had used up in the running month, by a keyed hash of the address, until that month ends: coming back with the same address gives nothing back.';

create index left_usage_entitlement_id_idx on private.left_usage (entitlement_id);
create index left_usage_forget_at_idx on private.left_usage (forget_at);

insert into private.settings (key, value, description) values
  ('erasure.key', to_jsonb(encode(extensions.gen_random_bytes(32), 'hex')), 'Key of the hashes of addresses of deleted accounts; changing it forgets them.');

create function private.email_hash(email text)
returns bytea
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the key.
  select extensions.hmac(lower(email), private.setting('erasure.key') #>> '{}', 'sha256');
$$;

create function private.keep_usage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs while the account is deleted, also by Auth's role.
begin
  insert into private.left_usage (email_hash, entitlement_id, period_start, used, forget_at)
  select private.email_hash(old.email), u.entitlement_id, u.period_start, u.used, u.period_start + interval '1 month'
  from private.entitlement_usage as u
  where u.account_id = old.id and u.period_start > now() - interval '1 month' and old.email is not null
  on conflict on constraint left_usage_pkey do update set used = excluded.used;
  return old;
end;
$$;

create trigger users_keep_usage
  before delete on auth.users
  for each row execute function private.keep_usage();

create function private.take_over_usage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Auth's role, within create_account.
begin
  insert into private.entitlement_usage (account_id, entitlement_id, period_start, used)
  select new.id, l.entitlement_id, l.period_start, l.used
  from private.left_usage as l
  where l.email_hash = (select private.email_hash(u.email) from auth.users as u where u.id = new.id) and l.forget_at > now();
  return null;
end;
$$;

create trigger accounts_take_over_usage
  after insert on public.accounts
  for each row execute function private.take_over_usage();

create function private.forget_left_usage()
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: a job.
  delete from private.left_usage as l where l.forget_at < now();
$$;

insert into private.jobs (name, every, description) values
  ('forget_left_usage', '1 hour', 'Forgets what deleted accounts had used, once its month is over.');
