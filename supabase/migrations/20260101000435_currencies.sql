-- Currencies: what prices and budgets can be in.
-- All amounts of money are whole minor units; nothing converts by itself.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.currencies (
  code text primary key,
  name text not null,
  minor_units integer not null,
  constraint currencies_code_format check (code ~ '^[A-Z]{3}$'),
  constraint currencies_name_length check (private.is_clean_text(name, 1, 100)),
  constraint currencies_minor_units_range check (minor_units between 0 and 4)
);
comment on table public.currencies is 'Currencies that can be paid in. One more is a row here, and its digits in edge-functions/_shared/payments/amounts.ts, where providers count it alike.';
comment on column public.currencies.code is 'ISO 4217, such as KZT.';
comment on column public.currencies.minor_units is 'How many digits of an amount stand behind the point: 2 where 500000 is 5,000.00.';

insert into public.currencies (code, name, minor_units) values
  ('KZT', 'Kazakhstani tenge', 2),
  ('INR', 'Indian rupee', 2),
  ('USD', 'United States dollar', 2),
  ('EUR', 'Euro', 2),
  ('RUB', 'Russian ruble', 2),
  ('EGP', 'Egyptian pound', 2);

create function private.in_major_units(amount bigint, currency text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. As people and banks write it: 500000 KZT is 5000.00.
  select round(in_major_units.amount / 10::numeric ^ c.minor_units, c.minor_units)::text
  from public.currencies as c
  where c.code = in_major_units.currency;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.currencies to anon, authenticated, service_role;

alter table public.currencies enable row level security;

create policy select_everyone on public.currencies for select to anon, authenticated using (true);
