-- Payments: money that comes in, what it is for, and the invoice of it.
-- What is paid for has its price in the database; a client says what, never how much. A payment only ever goes forward: pending,
-- failed, cancelled, succeeded; money that came is a fact, whatever was told before it.
-- Promises: written by functions only; invoices of an account are numbered 1, 2, 3 … without gaps.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create function private.is_payment_provider(provider text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  -- manual: an admin.
  select is_payment_provider.provider in ('stripe', 'kaspi', 'robokassa', 'manual');
$$;
comment on function private.is_payment_provider is 'Every provider there is.';

create sequence private.payment_order_numbers as bigint minvalue 1 maxvalue 2147483646;

create function private.next_order_number()
returns bigint
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: the sequence is nobody's. Unique up to the largest number that Robokassa takes, and in no order that tells how many
  -- payments there are: a factor without a common divisor visits every number once.
  select nextval('private.payment_order_numbers') * 1103515245 % 2147483647;
$$;

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  order_number bigint not null default private.next_order_number(),
  account_id uuid not null,
  purpose text not null,
  subject_id uuid,
  pack_id text references public.quota_packs (id) on delete restrict,
  quantity bigint,
  renews_id uuid,
  provider text not null,
  amount bigint not null,
  currency text not null references public.currencies (code) on delete restrict,
  auto_renew boolean not null default false,
  status text not null default 'pending',
  provider_session text,
  provider_reference text,
  failure_reason text,
  is_in_wallet boolean not null default false,
  refunded bigint not null default 0,
  looked_up_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payments_order_number_key unique (order_number),
  constraint payments_purpose_known check (purpose in ('subscription', 'credits', 'pack', 'escrow')),
  constraint payments_quantity_required check ((purpose in ('credits', 'pack')) = (quantity is not null)),
  constraint payments_pack_id_required check ((purpose = 'pack') = (pack_id is not null)),
  constraint payments_provider_known check (private.is_payment_provider(provider)),
  constraint payments_amount_range check (amount between 1 and 1000000000000),
  constraint payments_quantity_range check (quantity between 1 and 1000000),
  constraint payments_status_known check (status in ('pending', 'failed', 'cancelled', 'succeeded')),
  constraint payments_provider_session_length check (char_length(provider_session) between 1 and 200),
  constraint payments_provider_reference_length check (char_length(provider_reference) between 1 and 200),
  constraint payments_provider_reference_once unique (provider, provider_reference),
  constraint payments_paid_at_known check ((status = 'succeeded') = (paid_at is not null)),
  constraint payments_refunded_range check (refunded between 0 and case status when 'succeeded' then amount else 0 end)
);
comment on table public.payments is 'Payments, read by who pays.';
comment on column public.payments.account_id is 'Who pays; no foreign key: what was paid outlives who left. As subject_id and renews_id.';
comment on column public.payments.order_number is 'For providers that take numbers only (Robokassa''s InvId).';
comment on column public.payments.subject_id is 'The subscription or escrow that is paid for.';
comment on column public.payments.quantity is 'Of credits, or of a pack.';
comment on column public.payments.renews_id is 'The subscription that it renews by itself.';
comment on column public.payments.amount is 'Minor units of currency: the price when it was started.';
comment on column public.payments.auto_renew is 'Whether the subscription shall renew by itself, where the provider can.';
comment on column public.payments.provider_session is 'What the provider opened for it, such as a Checkout session.';
comment on column public.payments.provider_reference is 'The provider''s own id of the money: counts once.';
comment on column public.payments.is_in_wallet is 'What it was for was gone or paid when the money came: it is in the payer''s wallet.';
comment on column public.payments.refunded is 'Minor units that went back, or are on their way.';

create index payments_account_id_idx on public.payments (account_id, created_at desc, id desc);
create index payments_subject_id_idx on public.payments (subject_id);
create index payments_pack_id_idx on public.payments (pack_id);
create index payments_currency_idx on public.payments (currency);
create index payments_renews_id_idx on public.payments (renews_id);
create index payments_pending_idx on public.payments (created_at) where status = 'pending';
create index payments_unpaid_idx on public.payments (created_at) where status in ('pending', 'failed');

create trigger payments_touch_updated_at
  before update on public.payments
  for each row execute function private.touch_updated_at();

create table private.payment_transitions (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
);
comment on table private.payment_transitions is 'Which status of a payment may follow which: always a later one, so that the order in which providers tell does not matter.';

insert into private.payment_transitions (from_status, to_status) values
  ('pending', 'failed'), ('pending', 'cancelled'), ('pending', 'succeeded'),
  ('failed', 'cancelled'), ('failed', 'succeeded'),
  ('cancelled', 'succeeded');

create table public.invoices (
  account_id uuid not null,
  number bigint not null,
  payment_id uuid not null references public.payments (id) on delete restrict,
  purpose text not null,
  description text not null,
  quantity bigint,
  amount bigint not null,
  currency text not null,
  issued_at timestamptz not null default now(),
  primary key (account_id, number),
  constraint invoices_payment_id_key unique (payment_id),
  constraint invoices_number_positive check (number > 0)
);
comment on table public.invoices is 'What an account has paid, numbered 1, 2, 3 … without gaps; read by the account, changed by nobody.';
comment on column public.invoices.description is 'In English, as it was then.';
comment on column public.invoices.amount is 'Minor units of currency.';

create trigger invoices_refuse_change
  before update or delete on public.invoices
  for each row execute function private.refuse_change();

create table private.payment_methods (
  account_id uuid not null references public.accounts (id) on delete cascade,
  provider text not null,
  customer text,
  method text not null,
  updated_at timestamptz not null default now(),
  primary key (account_id, provider)
);
comment on table private.payment_methods is 'What a renewal is charged with: a provider''s words for a saved card, never the card.';

select private.hide_estimates('public.payments');
select private.hide_estimates('public.invoices');

insert into public.notification_types (type, description, is_emailed) values
  ('payment_status', 'A payment of mine came through, failed, or was refunded.', true);

insert into private.settings (key, value, description) values
  ('rate_limits.webhooks_per_minute', '1000', 'Events of one payment provider a minute.');

-- What it is for, in words --------------------------------------------------------------------------------------------

create function private.payment_description(payment public.payments)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. In English: for the provider's page and the invoice.
  select case payment.purpose
    when 'subscription' then (
      select format('%s, %s', p.name, s.period)
      from public.subscriptions as s
      join public.plans as p on p.id = s.plan_id
      where s.id = coalesce(payment.subject_id, payment.renews_id)
    )
    when 'credits' then format('Credits: %s', payment.quantity)
    when 'pack' then (select p.name from public.quota_packs as p where p.id = payment.pack_id)
    when 'escrow' then (select format('Work, held until it is done: %s', e.entity_type) from private.escrows as e where e.id = payment.subject_id)
  end;
$$;

create function private.issue_invoice(payment public.payments)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: invoices have no insert grant. The number follows the account's last one; two at once wait for each other here.
begin
  perform pg_advisory_xact_lock(hashtextextended('invoices ' || payment.account_id::text, 0));
  insert into public.invoices (account_id, number, payment_id, purpose, description, quantity, amount, currency)
  select payment.account_id, coalesce(max(i.number), 0) + 1, payment.id, payment.purpose,
    case when payment.is_in_wallet then 'Into the wallet, in place of: ' else '' end
      || coalesce(private.payment_description(payment), payment.purpose), payment.quantity, payment.amount, payment.currency
  from public.invoices as i
  where i.account_id = payment.account_id;
end;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.payments, public.invoices to authenticated, service_role;

alter table public.payments enable row level security;

alter table public.invoices enable row level security;

create policy select_owner on public.payments for select to authenticated using (account_id = (select auth.uid()));

create policy select_owner on public.invoices for select to authenticated using (account_id = (select auth.uid()));
