-- Moderation: what people report, and what admins decide about it. Blocks are in …225_blocks.sql.
-- Also the registry of what can be named by type and id, which favorites use too.
-- Promises: only what the reporter can see is reported; a report is decided once; who reported learns of the decision.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- What can be named by type and id ------------------------------------------------------------------------------------

create table private.entity_types (
  type text primary key,
  is_favorite boolean not null,
  look_up text not null,
  constraint entity_types_type_format check (type ~ '^[a-z][a-z_]*$'),
  constraint entity_types_look_up_format check (look_up ~ '^[a-z][a-z_]*$')
);
comment on table private.entity_types is
  'What people report and save, each module adds its own. look_up: a function `private.<look_up>(ids uuid[])` that answers id and owner_id of those that the caller sees; what its owner keeps from the caller by a block is not among them, but what the caller blocks is: it is reported, too.';
comment on column private.entity_types.is_favorite is 'Whether it can be saved; everything can be reported.';

create function private.owner_of_entity(entity_type text, entity_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: asks the module that has the entity. Unknown types are an error, what is not to be seen is null.
declare
  look_up text := (select t.look_up from private.entity_types as t where t.type = owner_of_entity.entity_type);
  owner uuid;
begin
  if look_up is null then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"entity_type": "known"}}');
  end if;
  execute format('select e.owner_id from private.%I(array[$1]) as e', look_up) into owner using entity_id;
  return owner;
end;
$$;

create function private.look_up_accounts(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select a.id, a.id
  from public.accounts as a
  where a.id = any (look_up_accounts.ids) and a.is_listed and a.id not in (select private.blocker_ids());
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('account', false, 'look_up_accounts');

-- Reports -------------------------------------------------------------------------------------------------------------

create function private.forget_words()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
-- Before update: of a row that outlives its author. Argument: the column with what they wrote.
begin
  return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], null));
end;
$$;

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  account_id uuid references public.accounts (id) on delete set null,
  entity_type text not null references private.entity_types (type) on delete restrict,
  entity_id uuid not null,
  reason text not null,
  details text,
  status text not null default 'open',
  resolution text,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  constraint reports_reason_known check (
    reason in ('spam', 'fraud', 'harassment', 'hate', 'nudity', 'impersonation', 'underage', 'copyright', 'other')
  ),
  constraint reports_details_length check (private.is_clean_text(details, 1, 2000)),
  constraint reports_status_known check (status in ('open', 'resolved', 'dismissed')),
  constraint reports_resolution_length check (private.is_clean_text(resolution, 1, 2000))
);
comment on table public.reports is
  'What people report; read by who reported and by admins. A report stays when its reporter has left, without the details.';
comment on column public.reports.resolution is 'What the admin did, told to who reported.';

create trigger reports_forget_details
  before update of account_id on public.reports
  for each row
  when (new.account_id is null)
  execute function private.forget_words('details');

create index reports_account_id_idx on public.reports (account_id, created_at desc, id desc);
create index reports_entity_type_idx on public.reports (entity_type, entity_id);
create index reports_open_idx on public.reports (created_at) where status = 'open';
create unique index reports_open_key on public.reports (account_id, entity_type, entity_id) where status = 'open';

select private.hide_estimates('public.reports');

insert into public.notification_types (type, description) values
  ('report_decided', 'Something that I reported was looked at.');

create function private.create_report(entity_type text, entity_id uuid, reason text, details text)
returns public.reports
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: looks whether the caller can see what is reported. What is hidden and what does not exist are the same error.
declare
  caller uuid := private.account_id();
  owner uuid;
  report public.reports;
begin
  if create_report.reason is null
    or create_report.reason not in ('spam', 'fraud', 'harassment', 'hate', 'nudity', 'impersonation', 'underage', 'copyright', 'other') then
    perform private.raise_error('validation_failed', 400, 'No such reason.', '{"fields": {"reason": "known"}}');
  end if;
  if not private.is_clean_text(create_report.details, 1, 2000) then
    perform private.raise_error('validation_failed', 400, 'Details have 1 to 2000 characters.', '{"fields": {"details": "length"}}');
  end if;
  owner := private.owner_of_entity(create_report.entity_type, create_report.entity_id);
  if owner is null then
    perform private.raise_error('not_found', 404, 'There is no such thing to report.');
  end if;
  if owner = caller then
    perform private.raise_error('conflict', 409, 'This is your own.');
  end if;
  insert into public.reports (account_id, entity_type, entity_id, reason, details)
  values (caller, create_report.entity_type, create_report.entity_id, create_report.reason, create_report.details)
  on conflict do nothing
  returning * into report;
  if report.id is null then
    perform private.raise_error('duplicate', 409, 'You have reported this; it is being looked at.');
  end if;
  return report;
end;
$$;

create function public.create_report(entity_type text, entity_id uuid, reason text, details text default null)
returns public.reports
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_report(entity_type, entity_id, reason, details);
$$;
comment on function public.create_report is
  'Reports something the caller can see (not_found, 404, otherwise): spam, fraud, harassment, hate, nudity, impersonation, underage, copyright or other. One open report of a thing and reporter (duplicate, 409).';

create type public.report_card as (
  id uuid,
  entity_type text,
  entity_id uuid,
  reason text,
  details text,
  status text,
  resolution text,
  resolved_at timestamptz,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.report_card is
  'A report of the caller''s. resolution: what the admin did, in words. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_reports(page_size integer, cursor text, skip integer)
returns setof public.report_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: calls functions clients may not.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_reports.cursor);
  return query
    select r.id, r.entity_type, r.entity_id, r.reason, r.details, r.status, r.resolution, r.resolved_at, r.created_at,
      (select count(*) from (select from public.reports as c where c.account_id = caller limit 1001) as counted),
      private.cursor_of(r.created_at, r.id)
    from public.reports as r
    where r.account_id = caller and (after.at is null or (r.created_at, r.id) < (after.at, after.id))
    order by r.created_at desc, r.id desc
    limit private.page_size(find_reports.page_size) offset private.skipped(find_reports.skip);
end;
$$;

create function public.list_reports(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.report_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_reports(page_size, cursor, skip);
$$;
comment on function public.list_reports is 'What the caller has reported, newest first: 20 a page, 1-100.';

create function private.decide_report(report_id uuid, status text, resolution text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  report public.reports;
begin
  if decide_report.status is null or decide_report.status not in ('resolved', 'dismissed') then
    raise exception 'a report is resolved or dismissed' using errcode = 'invalid_parameter_value';
  end if;
  update public.reports as r
  set status = decide_report.status, resolution = decide_report.resolution, resolved_at = now()
  where r.id = decide_report.report_id and r.status = 'open'
  returning r.* into report;
  if not found then
    raise exception 'there is no open report %', decide_report.report_id using errcode = 'no_data_found';
  end if;
  perform private.notify(
    report.account_id, 'report_decided', jsonb_build_object('report_id', report.id, 'status', report.status)
  );
  perform private.audit('report.decide', 'report', report.id::text, jsonb_build_object('status', report.status));
end;
$$;
comment on function private.decide_report is
  'For admins: resolves or dismisses an open report and tells who reported. resolution: in words for them, or null.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.reports to authenticated, service_role;

grant execute on function
  private.create_report(text, uuid, text, text),
  public.create_report(text, uuid, text, text),
  private.find_reports(integer, text, integer),
  public.list_reports(integer, text, integer)
to authenticated;

alter table public.reports enable row level security;

create policy select_owner on public.reports for select to authenticated
  using (account_id = (select auth.uid()));
