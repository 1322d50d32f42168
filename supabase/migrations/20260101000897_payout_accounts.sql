-- Payout accounts: where an account's money is paid out to: an account at Stripe Connect, or a bank account or card that an admin pays to
-- where Stripe does not.
-- Promises: what Stripe says of an account is kept as it said it last; bank details are read by their owner and admins.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.payout_accounts (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  provider_reference text not null,
  country text not null,
  charges_enabled boolean not null default false,
  payouts_enabled boolean not null default false,
  requirements text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payout_accounts_provider_reference_key unique (provider_reference),
  constraint payout_accounts_provider_reference_format check (provider_reference ~ '^acct_[A-Za-z0-9]{1,100}$'),
  constraint payout_accounts_country_format check (country ~ '^[A-Z]{2}$')
);
comment on table public.payout_accounts is 'Accounts at Stripe Connect, read by their owners; written by the function payouts and Stripe''s events.';
comment on column public.payout_accounts.provider_reference is 'Stripe''s id of it, acct_….';
comment on column public.payout_accounts.requirements is 'What Stripe still wants to know, in its own words.';

create trigger payout_accounts_touch_updated_at
  before update on public.payout_accounts
  for each row execute function private.touch_updated_at();

create table public.payout_destinations (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  holder text not null,
  details text not null,
  bank text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Nothing that a sheet could read as a formula, wherever it parts its cells.
  constraint payout_destinations_holder_format check (private.is_clean_text(holder, 1, 100) and holder ~ '^[[:alpha:]][[:alpha:][:digit:] .,&()/''’-]*$'),
  constraint payout_destinations_details_format check (details ~ '^[A-Z0-9]([A-Z0-9 ]{2,40})[A-Z0-9]$'),
  constraint payout_destinations_bank_format check (private.is_clean_text(bank, 1, 100) and bank ~ '^[[:alnum:]][[:alpha:][:digit:] .,&()/''’-]*$')
);
comment on table public.payout_destinations is 'Where an admin pays an account out to by hand, read by its owner; written by set_payout_destination.';
comment on column public.payout_destinations.details is 'IBAN, or the number of an account or card: capital letters, digits, spaces.';
comment on column public.payout_destinations.bank is 'Name or code (BIC) of the bank.';

create trigger payout_destinations_touch_updated_at
  before update on public.payout_destinations
  for each row execute function private.touch_updated_at();

select private.hide_estimates('public.payout_accounts');
select private.hide_estimates('public.payout_destinations');

create function private.save_payout_account(
  account_id uuid,
  provider_reference text,
  country text,
  charges_enabled boolean,
  payouts_enabled boolean,
  requirements text[]
)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the function payouts alone. An account keeps the first one that was made for it.
  insert into public.payout_accounts as p (account_id, provider_reference, country, charges_enabled, payouts_enabled, requirements)
  values (
    save_payout_account.account_id, save_payout_account.provider_reference, save_payout_account.country,
    save_payout_account.charges_enabled, save_payout_account.payouts_enabled, save_payout_account.requirements
  )
  on conflict on constraint payout_accounts_pkey do update set
    charges_enabled = excluded.charges_enabled,
    payouts_enabled = excluded.payouts_enabled,
    requirements = excluded.requirements
  where p.provider_reference = excluded.provider_reference;
$$;

create function public.save_payout_account(
  account_id uuid,
  provider_reference text,
  country text,
  charges_enabled boolean,
  payouts_enabled boolean,
  requirements text[]
)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.save_payout_account(account_id, provider_reference, country, charges_enabled, payouts_enabled, requirements);
$$;
comment on function public.save_payout_account is 'Service only: what Stripe says of an account''s payout account; the first one stays.';

create function public.my_payout_account()
returns setof public.payout_accounts
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select p.* from public.payout_accounts as p where p.account_id = auth.uid();
$$;
comment on function public.my_payout_account is 'The caller''s account at Stripe Connect, as Stripe said last; no row without one.';

create function private.set_payout_destination(holder text, details text, bank text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: destinations have no insert grant.
  insert into public.payout_destinations (account_id, holder, details, bank)
  values (private.account_id(), set_payout_destination.holder, set_payout_destination.details, set_payout_destination.bank)
  on conflict on constraint payout_destinations_pkey do update
    set holder = excluded.holder, details = excluded.details, bank = excluded.bank;
$$;

create function public.set_payout_destination(holder text, details text, bank text default null)
returns setof public.payout_destinations
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.set_payout_destination(holder, details, bank);
  return query select d.* from public.payout_destinations as d where d.account_id = auth.uid();
end;
$$;
comment on function public.set_payout_destination is
  'Where an admin pays the caller out to by hand: holder, details (IBAN, or the number of an account or card: capital letters, digits, blanks) and bank.';

create function private.apply_event_of_account(event_id bigint, provider text, event jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by apply_payment_event. account.updated.
begin
  update public.payout_accounts as p
  set
    charges_enabled = (event #>> '{account,charges_enabled}')::boolean,
    payouts_enabled = (event #>> '{account,payouts_enabled}')::boolean,
    requirements = array(select jsonb_array_elements_text(event #> '{account,requirements}'))
  where p.provider_reference = event ->> 'provider_reference';
  return private.settle_payment_event(
    event_id, case when found then 'applied' else 'ignored' end, case when not found then 'an account of nobody here' end
  );
end;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.payout_accounts, public.payout_destinations to authenticated, service_role;

grant execute on function
  public.my_payout_account(),
  private.set_payout_destination(text, text, text),
  public.set_payout_destination(text, text, text)
to authenticated;

grant execute on function
  private.save_payout_account(uuid, text, text, boolean, boolean, text[]),
  public.save_payout_account(uuid, text, text, boolean, boolean, text[])
to service_role;

alter table public.payout_accounts enable row level security;

alter table public.payout_destinations enable row level security;

create policy select_owner on public.payout_accounts for select to authenticated using (account_id = (select auth.uid()));

create policy select_owner on public.payout_destinations for select to authenticated using (account_id = (select auth.uid()));
