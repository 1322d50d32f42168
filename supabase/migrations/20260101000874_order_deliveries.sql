-- Order deliveries: work that is handed over, and what is to be done again.
-- Promises: a delivery holds only the seller's own files, which the buyer may read; a paid revision begins when it is paid.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.order_deliveries (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  account_id uuid references public.accounts (id) on delete set null,
  message text,
  created_at timestamptz not null default now(),
  constraint order_deliveries_message_length check (private.is_clean_text(message, 1, 5000))
);
comment on table public.order_deliveries is 'What the seller handed over, delivery by delivery; read by buyer and seller.';

create index order_deliveries_order_id_idx on public.order_deliveries (order_id, created_at, id);
create index order_deliveries_account_id_idx on public.order_deliveries (account_id);

create table public.order_delivery_files (
  delivery_id uuid not null references public.order_deliveries (id) on delete cascade,
  file_id uuid not null references public.files (id) on delete no action,
  primary key (delivery_id, file_id)
);
comment on table public.order_delivery_files is 'Files of deliveries, in the bucket `deliveries`; they stay while the order does.';

create index order_delivery_files_file_id_idx on public.order_delivery_files (file_id);

select private.hide_estimates('public.order_deliveries');
select private.hide_estimates('public.order_delivery_files');

create trigger order_deliveries_forget_message
  before update of account_id on public.order_deliveries
  for each row
  when (new.account_id is null)
  execute function private.forget_words('message');

create function private.forget_delivery_files()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the table is written by functions only. Whose files they are has left, and takes them along: before the check that
-- no row names them, which comes ahead of triggers `after`.
begin
  delete from public.order_delivery_files as f where f.delivery_id = new.id;
  return new;
end;
$$;

create trigger order_deliveries_forget_files
  before update of account_id on public.order_deliveries
  for each row
  when (new.account_id is null)
  execute function private.forget_delivery_files();

create table public.order_revisions (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  account_id uuid references public.accounts (id) on delete set null,
  message text,
  escrow_id uuid,
  created_at timestamptz not null default now(),
  constraint order_revisions_message_length check (private.is_clean_text(message, 1, 5000))
);
comment on table public.order_revisions is 'What the buyer asked to be changed; read by buyer and seller.';
comment on column public.order_revisions.escrow_id is 'Of one that costs: it is to do once that is paid; null for a free one.';

create index order_revisions_order_id_idx on public.order_revisions (order_id, created_at, id);
create index order_revisions_account_id_idx on public.order_revisions (account_id);

select private.hide_estimates('public.order_revisions');

create trigger order_revisions_forget_message
  before update of account_id on public.order_revisions
  for each row
  when (new.account_id is null)
  execute function private.forget_words('message');

create function private.own_delivery_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies.
  select d.id from public.order_deliveries as d where d.order_id in (select private.own_order_ids());
$$;

create function private.reads_delivery_file(file_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: files are their owners'; these are for the buyer too.
  select exists (
    select
    from public.order_delivery_files as f
    join public.order_deliveries as d on d.id = f.delivery_id
    where f.file_id = reads_delivery_file.file_id and d.order_id in (select private.own_order_ids())
  );
$$;

-- What was handed over, and paid for, stays what it was.
create trigger objects_keep_delivered_file
  before update on storage.objects
  for each row
  when (
    old.bucket_id = 'deliveries'
    and (new.bucket_id, new.name, new.version, new.metadata, new.user_metadata)
      is distinct from (old.bucket_id, old.name, old.version, old.metadata, old.user_metadata)
  )
  execute function private.keep_used_file('public.order_delivery_files');

insert into private.file_readers (name, description) values ('reads_delivery_file', 'It is part of a delivery of an order of the reader''s.');

create function private.deliver_order(order_id uuid, message text, file_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: deliveries have no insert grant.
declare
  chosen uuid[] := array(select distinct i from unnest(file_ids) as i);
  delivery_id uuid;
begin
  if private.is_clean_text(deliver_order.message, 1, 5000) is false
    or (deliver_order.message is null and chosen = '{}') or cardinality(chosen) > 20 then
    perform private.raise_error(
      'validation_failed', 400, 'A delivery is a message of up to 5,000 characters, up to 20 files, or both.',
      jsonb_build_object('fields', jsonb_build_object(
        case when cardinality(chosen) > 20 then 'file_ids' else 'message' end,
        case when deliver_order.message is null and chosen = '{}' then 'required' else 'length' end
      ))
    );
  end if;
  perform private.move_order(deliver_order.order_id, 'deliver');
  -- They stay until the rows that name them are written.
  perform from public.files as f
  where f.id = any (chosen) and f.account_id = auth.uid() and f.bucket_id = 'deliveries' order by f.id for key share;
  if (
    select count(*) from public.files as f where f.id = any (chosen) and f.account_id = auth.uid() and f.bucket_id = 'deliveries'
  ) <> cardinality(chosen) then
    perform private.raise_error('validation_failed', 400, 'No such file of yours in deliveries.', '{"fields": {"file_ids": "own"}}');
  end if;
  insert into public.order_deliveries (order_id, account_id, message)
  values (deliver_order.order_id, auth.uid(), deliver_order.message)
  returning id into delivery_id;
  insert into public.order_delivery_files (delivery_id, file_id) select delivery_id, i from unnest(chosen) as i;
end;
$$;

create function private.request_revision(order_id uuid, message text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A free one begins now, a paid one when its money is there; one at a time.
declare
  found_order public.orders;
  escrow_id uuid;
begin
  if private.is_clean_text(request_revision.message, 1, 5000) is not true then
    perform private.raise_error('validation_failed', 400, 'Say what to change.', '{"fields": {"message": "length"}}');
  end if;
  found_order := private.lock_own_order(request_revision.order_id);
  if private.side_of_order(found_order) <> 'buyer' then
    perform private.apply_order_action(found_order, 'request_revision', 'seller');
  end if;
  if not found_order.allows_modifications then
    perform private.raise_error('conflict', 409, 'This service has no revisions.');
  end if;
  if found_order.modifications_price = 0 or found_order.status <> 'delivered' then
    perform private.apply_order_action(found_order, 'request_revision', 'buyer');
  elsif exists (
    select from private.escrows as e where e.entity_type = 'order' and e.entity_id = found_order.id and e.status = 'pending'
  ) then
    perform private.raise_error('conflict', 409, 'A revision waits to be paid already.');
  else
    escrow_id := private.open_escrow(
      found_order.buyer_id, found_order.seller_id, 'order', found_order.id, 'revision', found_order.modifications_price,
      found_order.currency, null, found_order.revisions_count + 1
    );
  end if;
  insert into public.order_revisions (order_id, account_id, message, escrow_id)
  values (found_order.id, auth.uid(), request_revision.message, escrow_id);
end;
$$;

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.order_deliveries, public.order_delivery_files, public.order_revisions to authenticated, service_role;

grant execute on function private.own_delivery_ids() to authenticated;

alter table public.order_deliveries enable row level security;

alter table public.order_delivery_files enable row level security;

alter table public.order_revisions enable row level security;

create policy select_parties on public.order_deliveries for select to authenticated
  using (order_id in (select private.own_order_ids()));

create policy select_parties on public.order_delivery_files for select to authenticated
  using (delivery_id in (select private.own_delivery_ids()));

create policy select_parties on public.order_revisions for select to authenticated
  using (order_id in (select private.own_order_ids()));
