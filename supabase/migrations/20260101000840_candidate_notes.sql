-- Notes and follow-ups: what a recruiter writes down about a candidate whom they have unlocked, and when to come back to it.
-- Promises: they are their author's alone; a follow-up that falls due is told once.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.candidate_notes (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.recruiter_profiles (account_id) on delete cascade,
  candidate_id uuid not null references private.candidate_cards (id) on delete cascade,
  note_text text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint candidate_notes_note_text_length check (private.is_clean_text(note_text, 1, 5000))
);
comment on table public.candidate_notes is 'What recruiters note about candidates they have unlocked; the author''s alone.';

create index candidate_notes_account_id_idx on public.candidate_notes (account_id, candidate_id, created_at desc, id desc);
create index candidate_notes_candidate_id_idx on public.candidate_notes (candidate_id);

create table public.candidate_follow_ups (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.recruiter_profiles (account_id) on delete cascade,
  candidate_id uuid not null references private.candidate_cards (id) on delete cascade,
  due_at timestamptz not null,
  notes text,
  is_completed boolean not null default false,
  reminded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint candidate_follow_ups_due_at_range check (due_at between '2000-01-01 00:00Z' and '2200-01-01 00:00Z'),
  constraint candidate_follow_ups_notes_length check (private.is_clean_text(notes, 1, 5000))
);
comment on table public.candidate_follow_ups is 'When a recruiter means to come back to a candidate; the author''s alone. Due ones become notifications.';

create index candidate_follow_ups_account_id_idx on public.candidate_follow_ups (account_id, candidate_id, due_at desc, id desc);
create index candidate_follow_ups_agenda_idx on public.candidate_follow_ups (account_id, due_at, id);
create index candidate_follow_ups_candidate_id_idx on public.candidate_follow_ups (candidate_id);
create index candidate_follow_ups_due_at_idx on public.candidate_follow_ups (due_at) where not is_completed and reminded_at is null;

select private.hide_estimates('public.candidate_notes');
select private.hide_estimates('public.candidate_follow_ups');

insert into public.notification_types (type, description) values
  ('follow_up_due', 'It is time to come back to a candidate.');

-- Writing -------------------------------------------------------------------------------------------------------------

create trigger candidate_notes_limit_rows
  after insert on public.candidate_notes
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger candidate_follow_ups_limit_rows
  after insert on public.candidate_follow_ups
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger candidate_notes_touch_updated_at
  before update on public.candidate_notes
  for each row execute function private.touch_updated_at();

create trigger candidate_follow_ups_touch_updated_at
  before update of due_at, notes, is_completed on public.candidate_follow_ups
  for each row execute function private.touch_updated_at();

create function private.check_follow_up()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Tells of nothing but the row itself.
begin
  if new.due_at <= now() and not new.is_completed and (tg_op = 'INSERT' or new.due_at is distinct from old.due_at) then
    perform private.raise_error('validation_failed', 400, 'A follow-up is in the future.', '{"fields": {"due_at": "range"}}');
  end if;
  -- Another time is another reminder.
  if tg_op = 'UPDATE' and new.due_at is distinct from old.due_at then
    new.reminded_at := null;
  end if;
  return new;
end;
$$;

create trigger candidate_follow_ups_check
  before insert or update of due_at, is_completed on public.candidate_follow_ups
  for each row execute function private.check_follow_up();

-- Reading -------------------------------------------------------------------------------------------------------------

create type public.follow_up_card as (
  id uuid,
  candidate_id uuid,
  candidate_name text,
  due_at timestamptz,
  notes text,
  is_completed boolean,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.follow_up_card is
  'A follow-up of the caller''s. candidate_name: null unless the caller reads it now. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_follow_ups(is_completed boolean, page_size integer, cursor text, skip integer)
returns setof public.follow_up_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: names of candidates are nobody's to read.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_follow_ups.cursor);
  return query
    select f.id, f.candidate_id, c.full_name, f.due_at, f.notes, f.is_completed, f.created_at, f.updated_at,
      (
        select count(*)
        from (
          select from public.candidate_follow_ups as o
          where o.account_id = caller
            and (find_follow_ups.is_completed is null or o.is_completed = find_follow_ups.is_completed)
          limit 1001
        ) as counted
      ),
      private.cursor_of(f.due_at, f.id)
    from (
      select o.*
      from public.candidate_follow_ups as o
      where o.account_id = caller
        and (find_follow_ups.is_completed is null or o.is_completed = find_follow_ups.is_completed)
        and (after.id is null or (o.due_at, o.id) > (after.at, after.id))
      order by o.due_at, o.id
      limit private.page_size(find_follow_ups.page_size) offset private.skipped(find_follow_ups.skip)
    ) as f
    left join private.candidates as c on c.card_id = f.candidate_id and private.has_unlocked(f.candidate_id)
    order by f.due_at, f.id;
end;
$$;

create function public.list_follow_ups(
  is_completed boolean default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.follow_up_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_follow_ups(is_completed, page_size, cursor, skip);
$$;
comment on function public.list_follow_ups is
  'The caller''s follow-ups of all candidates, or those that are (not) completed, the earliest date first: 20 a page, 1-100.';

-- Due -----------------------------------------------------------------------------------------------------------------

create function private.remind_of_follow_ups()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. An account that is being deleted has its follow-ups left alone: its deletion waits for these, and their
-- notifications for the account.
declare
  reminded integer;
begin
  with due as materialized (
    select f.id
    from public.candidate_follow_ups as f
    join public.accounts as a on a.id = f.account_id
    where f.due_at <= now() and not f.is_completed and f.reminded_at is null
    order by f.due_at
    limit 500
    for update of f skip locked
    for key share of a skip locked
  ), marked as (
    update public.candidate_follow_ups as f
    set reminded_at = now()
    from due
    where f.id = due.id
    returning f.id, f.account_id, f.candidate_id
  ), told as (
    select private.notify(
      m.account_id, 'follow_up_due', jsonb_build_object('follow_up_id', m.id, 'candidate_id', m.candidate_id)
    )
    from marked as m
  )
  select count(*) into reminded from told;
  return reminded;
end;
$$;

insert into private.jobs (name, every, description) values
  ('remind_of_follow_ups', '1 minute', 'Tells recruiters of follow-ups that are due.');

-- Grants and policies -------------------------------------------------------------------------------------------------

grant execute on function
  private.find_follow_ups(boolean, integer, text, integer),
  public.list_follow_ups(boolean, integer, text, integer)
to authenticated;

grant select, delete on public.candidate_notes, public.candidate_follow_ups to authenticated;
grant insert (account_id, candidate_id, note_text), update (note_text) on public.candidate_notes to authenticated;
grant
  insert (account_id, candidate_id, due_at, notes, is_completed),
  update (due_at, notes, is_completed)
on public.candidate_follow_ups to authenticated;
grant select on public.candidate_notes, public.candidate_follow_ups to service_role;

alter table public.candidate_notes enable row level security;
alter table public.candidate_follow_ups enable row level security;

create policy select_owner on public.candidate_notes for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.candidate_notes for insert to authenticated
  with check (account_id = (select auth.uid()) and private.has_unlocked(candidate_id));

create policy update_owner on public.candidate_notes for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.candidate_notes for delete to authenticated
  using (account_id = (select auth.uid()));

create policy select_owner on public.candidate_follow_ups for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.candidate_follow_ups for insert to authenticated
  with check (account_id = (select auth.uid()) and private.has_unlocked(candidate_id));

create policy update_owner on public.candidate_follow_ups for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.candidate_follow_ups for delete to authenticated
  using (account_id = (select auth.uid()));
