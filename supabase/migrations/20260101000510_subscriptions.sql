-- Subscriptions: taking one, where one stands, and what leaving and coming back means for quotas.
-- Promises: at most one current subscription a product; deleting an account gives no quota back.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Subscriptions -------------------------------------------------------------------------------------------------------

create function private.activate_subscription(account_id uuid, plan_id text, period text)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for admins in SQL and for payments. Takes the place of the current subscription of the same product.
declare
  plan public.plans;
  subscription_id uuid;
begin
  select p.* into plan from public.plans as p where p.id = activate_subscription.plan_id and not p.is_default;
  if not found then
    raise exception 'there is no plan % to subscribe to', activate_subscription.plan_id using errcode = 'no_data_found';
  end if;
  perform from public.accounts as a where a.id = activate_subscription.account_id for update;
  update public.subscriptions as s
  set ended_at = now(), auto_renew = false
  where s.account_id = activate_subscription.account_id and s.product = plan.product and s.ended_at is null;
  insert into public.subscriptions (account_id, product, plan_id, period, expires_at)
  values (
    activate_subscription.account_id, plan.product, plan.id, activate_subscription.period,
    now() + case activate_subscription.period
      when 'month' then interval '1 month' when 'quarter' then interval '3 months' when 'year' then interval '1 year'
    end
  )
  returning id into subscription_id;
  perform private.audit(
    'subscription.activate', 'subscription', subscription_id::text, jsonb_build_object('plan_id', plan.id)
  );
  return subscription_id;
end;
$$;
comment on function private.activate_subscription is
  'For admins: the account is on this plan from now on, for a month, quarter or year. Answers the subscription''s id.';

create type public.current_subscription as (
  subscription_id uuid,
  plan_id text,
  plan text,
  status text,
  period text,
  started_at timestamptz,
  expires_at timestamptz,
  auto_renew boolean,
  photos_uploaded bigint,
  photos_limit bigint,
  responses_sent bigint,
  responses_limit bigint
);
comment on type public.current_subscription is
  'Where an account stands with the casting product; without a subscription the plan is FREE and subscription_id null. A limit that is null is none.';

create function private.my_subscription()
returns public.current_subscription
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the usage, which clients may not.
  select
    s.id, p.id, p.name,
    case when s.cancelled_at is null then 'active' else 'cancelled' end,
    s.period, s.started_at, s.expires_at, coalesce(s.auto_renew, false),
    photos.used, photos.quantity, responses.used, responses.quantity
  from private.current_subscription(private.account_id(), 'casting') as s
  join public.plans as p on p.id = private.current_plan(auth.uid(), 'casting')
  cross join private.entitlement_status(auth.uid(), 'photos') as photos
  cross join private.entitlement_status(auth.uid(), 'casting_responses') as responses;
$$;

create function public.my_subscription()
returns public.current_subscription
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_subscription();
$$;
comment on function public.my_subscription is 'The caller''s plan of the casting product, until when, and what of it is used.';

-- Leaving and coming back ---------------------------------------------------------------------------------------------

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

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.my_subscription(), public.my_subscription() to authenticated;
