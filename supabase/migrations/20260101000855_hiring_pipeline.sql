-- Hiring pipeline: how far a company is with whom. One a company, shared by its verified recruiters.
-- Whoever reads a candidate's contact puts them into a stage; the company's recruiters move them, and see each other's moves.
-- Promises: every move is kept, in order, while a candidate is in it; colleagues who have not unlocked them, nor share the
-- unlock, see masks.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.pipeline_candidates (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  card_id uuid not null references private.candidate_cards (id) on delete cascade,
  stage_id uuid not null,
  added_by uuid references public.accounts (id) on delete set null,
  moved_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default now(),
  constraint pipeline_candidates_card_id_once unique (organization_id, card_id),
  constraint pipeline_candidates_stage_id_fkey foreign key (organization_id, stage_id)
    references public.pipeline_stages (organization_id, id) on delete no action
);
comment on table private.pipeline_candidates is 'Which candidate stands in which stage of which company.';

create index pipeline_candidates_card_id_idx on private.pipeline_candidates (card_id);
create index pipeline_candidates_stage_id_idx on private.pipeline_candidates (organization_id, stage_id, moved_at desc, id desc);
create index pipeline_candidates_moved_at_idx on private.pipeline_candidates (organization_id, moved_at desc, id desc);
create index pipeline_candidates_added_by_idx on private.pipeline_candidates (added_by);

create table private.pipeline_moves (
  id bigint generated always as identity primary key,
  pipeline_candidate_id uuid not null references private.pipeline_candidates (id) on delete cascade,
  from_stage_id uuid,
  from_stage text,
  to_stage_id uuid not null,
  to_stage text not null,
  moved_by uuid references public.accounts (id) on delete set null,
  note text,
  moved_at timestamptz not null,
  constraint pipeline_moves_note_length check (private.is_clean_text(note, 1, 2000))
);
comment on table private.pipeline_moves is
  'Every move through a pipeline; from_stage null: put in. No foreign keys to stages: one that is deleted leaves the moves alone; from_stage and to_stage are what they were called at the move.';

create index pipeline_moves_pipeline_candidate_id_idx on private.pipeline_moves (pipeline_candidate_id, id desc);
create index pipeline_moves_moved_by_idx on private.pipeline_moves (moved_by);

create trigger pipeline_moves_forget_note
  before update of moved_by on private.pipeline_moves
  for each row
  when (new.moved_by is null)
  execute function private.forget_words('note');

-- Candidates ----------------------------------------------------------------------------------------------------------

create type public.pipeline_card as (
  id uuid,
  stage_id uuid,
  stage text,
  added_by uuid,
  added_by_name text,
  moved_at timestamptz,
  created_at timestamptz,
  candidate public.candidate_card,
  total bigint,
  cursor text
);
comment on type public.pipeline_card is
  'A candidate in the company''s pipeline; masked for whoever has not unlocked them. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.hidden_card_ids(recruiter public.recruiter_profiles)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads what no client may. Of the company's pipeline whom a recruiter has not unlocked, and would not find.
  select d.id
  from private.pipeline_candidates as p
  join private.candidate_cards as d on d.id = p.card_id
  where p.organization_id = recruiter.organization_id
    and (not d.is_searchable or d.id in (select private.blocked_card_ids()))
    and not exists (select from private.unlock_of(d.id, recruiter));
$$;

create function private.find_pipeline(stage_id uuid, candidate_id uuid, page_size integer, cursor text, skip integer)
returns setof public.pipeline_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above. That of the caller's company.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  hidden uuid[] := array(select private.hidden_card_ids(recruiter));
  cost bigint := private.unlock_cost(recruiter.account_id);
  total bigint;
  after record;
begin
  select * into after from private.cursor_at(find_pipeline.cursor);
  select count(*) into total
  from (
    select from private.pipeline_candidates as p
    where p.organization_id = recruiter.organization_id
      and (find_pipeline.stage_id is null or p.stage_id = find_pipeline.stage_id)
      and (find_pipeline.candidate_id is null or p.card_id = find_pipeline.candidate_id)
      and p.card_id <> all (hidden)
    limit 1001
  ) as counted;
  return query
    select p.id, p.stage_id, s.name, p.added_by, r.full_name, p.moved_at, p.created_at,
      private.candidate_card(d, u.unlocked_at, cost, null, null), total, private.cursor_of(p.moved_at, p.id)
    from (
      select c.*
      from private.pipeline_candidates as c
      where c.organization_id = recruiter.organization_id
        and (find_pipeline.stage_id is null or c.stage_id = find_pipeline.stage_id)
        and (find_pipeline.candidate_id is null or c.card_id = find_pipeline.candidate_id)
        and c.card_id <> all (hidden)
        and (after.id is null or (c.moved_at, c.id) < (after.at, after.id))
      order by c.moved_at desc, c.id desc
      limit private.page_size(find_pipeline.page_size) offset private.skipped(find_pipeline.skip)
    ) as p
    join public.pipeline_stages as s on s.id = p.stage_id
    join private.candidate_cards as d on d.id = p.card_id
    left join private.unlock_of(p.card_id, recruiter) as u on true
    left join public.recruiter_profiles as r on r.account_id = p.added_by
    order by p.moved_at desc, p.id desc;
end;
$$;

create function public.list_pipeline(
  stage_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.pipeline_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_pipeline(stage_id, null, page_size, cursor, skip);
$$;
comment on function public.list_pipeline is 'Verified recruiters only: their company''s pipeline, or one stage of it, moved last first: 20 a page, 1-100.';

create function private.stage_of(stage_id uuid, organization_id uuid)
returns public.pipeline_stages
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. One of the company's, the first where none is named; it stays until the end.
declare
  stage public.pipeline_stages;
begin
  -- Before its stage, as the company's end has them.
  perform from public.organizations as o where o.id = stage_of.organization_id for key share;
  select s.* into stage
  from public.pipeline_stages as s
  where s.organization_id = stage_of.organization_id and (stage_of.stage_id is null or s.id = stage_of.stage_id)
  order by s.position, s.created_at, s.id
  limit 1
  for key share;
  if not found then
    perform private.raise_error(
      'not_found', 404,
      case
        when stage_of.stage_id is null then 'Your company''s pipeline has no stage.' else 'There is no such stage of your company.'
      end
    );
  end if;
  return stage;
end;
$$;

create function private.check_move_note(note text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Before it is written: a constraint would print the row.
begin
  if not private.is_clean_text(note, 1, 2000) then
    perform private.raise_error('validation_failed', 400, 'A note has 1 to 2,000 characters.', '{"fields": {"note": "length"}}');
  end if;
end;
$$;

create function private.add_to_pipeline(candidate_id uuid, stage_id uuid, note text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  stage public.pipeline_stages := private.stage_of(add_to_pipeline.stage_id, recruiter.organization_id);
  added private.pipeline_candidates;
begin
  perform private.check_move_note(add_to_pipeline.note);
  if not private.has_unlocked(add_to_pipeline.candidate_id) then
    perform private.raise_error('not_found', 404, 'There is no such candidate whom you have unlocked.');
  end if;
  insert into private.pipeline_candidates (organization_id, card_id, stage_id, added_by)
  values (recruiter.organization_id, add_to_pipeline.candidate_id, stage.id, recruiter.account_id)
  on conflict on constraint pipeline_candidates_card_id_once do nothing
  returning * into added;
  if not found then
    perform private.raise_error('duplicate', 409, 'This candidate is in the pipeline.');
  end if;
  insert into private.pipeline_moves (pipeline_candidate_id, to_stage_id, to_stage, moved_by, note, moved_at)
  values (added.id, stage.id, stage.name, recruiter.account_id, add_to_pipeline.note, added.moved_at);
end;
$$;

create function private.lock_pipeline_candidate(candidate_id uuid, recruiter public.recruiter_profiles)
returns private.pipeline_candidates
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. No key: who deletes a stage looks whether they stand in it, and need not wait.
declare
  standing private.pipeline_candidates;
begin
  select p.* into standing
  from private.pipeline_candidates as p
  where p.organization_id = recruiter.organization_id
    and p.card_id = lock_pipeline_candidate.candidate_id
    and p.card_id not in (select private.hidden_card_ids(recruiter))
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such candidate in your pipeline.');
  end if;
  return standing;
end;
$$;

create function private.move_in_pipeline(candidate_id uuid, stage_id uuid, note text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Where they stand already is no move, but a note is kept.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  standing private.pipeline_candidates;
  stage public.pipeline_stages;
  moved timestamptz;
begin
  perform private.check_move_note(move_in_pipeline.note);
  if move_in_pipeline.stage_id is null then
    perform private.raise_error('validation_failed', 400, 'Name a stage.', '{"fields": {"stage_id": "required"}}');
  end if;
  stage := private.stage_of(move_in_pipeline.stage_id, recruiter.organization_id);
  standing := private.lock_pipeline_candidate(move_in_pipeline.candidate_id, recruiter);
  if standing.stage_id = stage.id and move_in_pipeline.note is null then
    return;
  end if;
  -- After the lock, in the order of the moves; not when the transaction began.
  update private.pipeline_candidates as p
  set stage_id = stage.id, moved_at = clock_timestamp()
  where p.id = standing.id
  returning p.moved_at into moved;
  insert into private.pipeline_moves (
    pipeline_candidate_id, from_stage_id, from_stage, to_stage_id, to_stage, moved_by, note, moved_at
  )
  select standing.id, s.id, s.name, stage.id, stage.name, recruiter.account_id, move_in_pipeline.note, moved
  from public.pipeline_stages as s
  where s.id = standing.stage_id;
end;
$$;

create function private.remove_from_pipeline(candidate_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The history goes along.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  standing private.pipeline_candidates := private.lock_pipeline_candidate(remove_from_pipeline.candidate_id, recruiter);
begin
  delete from private.pipeline_candidates as p where p.id = standing.id;
end;
$$;

create function public.add_to_pipeline(candidate_id uuid, stage_id uuid default null, note text default null)
returns setof public.pipeline_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.add_to_pipeline(candidate_id, stage_id, note);
  return query select * from private.find_pipeline(null, candidate_id, 1, null, 0);
end;
$$;
comment on function public.add_to_pipeline is
  'Verified recruiters only: puts a candidate whom the caller has unlocked (not_found, 404, otherwise) into a stage of the company''s pipeline, the first unless one is named; duplicate (409) when they are in it. note: up to 2,000 characters.';

create function public.move_in_pipeline(candidate_id uuid, stage_id uuid, note text default null)
returns setof public.pipeline_card
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.move_in_pipeline(candidate_id, stage_id, note);
  return query select * from private.find_pipeline(null, candidate_id, 1, null, 0);
end;
$$;
comment on function public.move_in_pipeline is
  'Verified recruiters only: moves a candidate of the company''s pipeline to another stage, with a note of up to 2,000 characters; a note to the stage where they stand is kept, too. not_found (404) when they or the stage are not the company''s.';

create function public.remove_from_pipeline(candidate_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_from_pipeline(candidate_id);
$$;
comment on function public.remove_from_pipeline is 'Verified recruiters only: takes a candidate, with their moves, out of the company''s pipeline; not_found (404) when they are not in it.';

-- Moves ---------------------------------------------------------------------------------------------------------------

create type public.pipeline_move as (
  id bigint,
  from_stage_id uuid,
  from_stage text,
  to_stage_id uuid,
  to_stage text,
  moved_by uuid,
  moved_by_name text,
  note text,
  moved_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.pipeline_move is
  'A move through the pipeline. note: to who wrote it or reads the candidate''s contact, else null; from_stage null: put in; a stage that was deleted has its name of then, and no id. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_pipeline_moves(candidate_id uuid, page_size integer, cursor text, skip integer)
returns setof public.pipeline_move
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  standing uuid := (
    select p.id from private.pipeline_candidates as p
    where p.organization_id = recruiter.organization_id
      and p.card_id = find_pipeline_moves.candidate_id
      and p.card_id not in (select private.hidden_card_ids(recruiter))
  );
  is_unlocked boolean := private.has_unlocked(find_pipeline_moves.candidate_id);
  after record;
begin
  select * into after from private.number_cursor_at(find_pipeline_moves.cursor);
  return query
    select m.id, f.id, coalesce(f.name, m.from_stage), t.id, coalesce(t.name, m.to_stage), m.moved_by, r.full_name,
      case when m.moved_by = recruiter.account_id or is_unlocked then m.note end, m.moved_at,
      (
        select count(*)
        from (select from private.pipeline_moves as c where c.pipeline_candidate_id = standing limit 1001) as counted
      ),
      private.number_cursor_of(m.id, standing)
    from private.pipeline_moves as m
    left join public.pipeline_stages as f on f.id = m.from_stage_id
    left join public.pipeline_stages as t on t.id = m.to_stage_id
    left join public.recruiter_profiles as r on r.account_id = m.moved_by
    where m.pipeline_candidate_id = standing and (after.id is null or m.id < after.key)
    order by m.id desc
    limit private.page_size(find_pipeline_moves.page_size) offset private.skipped(find_pipeline_moves.skip);
end;
$$;

create function public.list_pipeline_moves(
  candidate_id uuid,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.pipeline_move
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_pipeline_moves(candidate_id, page_size, cursor, skip);
$$;
comment on function public.list_pipeline_moves is 'Verified recruiters only: how a candidate moved through the company''s pipeline, the last move first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_pipeline(uuid, uuid, integer, text, integer),
  public.list_pipeline(uuid, integer, text, integer),
  private.add_to_pipeline(uuid, uuid, text),
  public.add_to_pipeline(uuid, uuid, text),
  private.move_in_pipeline(uuid, uuid, text),
  public.move_in_pipeline(uuid, uuid, text),
  private.remove_from_pipeline(uuid),
  public.remove_from_pipeline(uuid),
  private.find_pipeline_moves(uuid, integer, text, integer),
  public.list_pipeline_moves(uuid, integer, text, integer)
to authenticated;
