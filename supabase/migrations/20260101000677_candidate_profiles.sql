-- Candidate profiles: how a candidate writes and reads their own. A save of a step is the same save with a number, so that
-- another device knows where to go on.
-- Promises: a step saved twice is saved once; a draft is never searchable.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- What is read ------------------------------------------------------------------------------------------------------

create type public.candidate_profile as (
  id uuid,
  account_id uuid,
  full_name text,
  email text,
  phone text,
  birth_date date,
  age integer,
  role text,
  category text,
  department text,
  experience_years integer,
  current_ctc bigint,
  expected_ctc bigint,
  currency text,
  religion text,
  country text,
  state text,
  city text,
  street_address text,
  education text,
  educations public.candidate_education[],
  skills text[],
  languages text[],
  willing_to_relocate boolean,
  work_experience text,
  experiences public.candidate_experience[],
  gaps public.candidate_gap[],
  career_objective text,
  notice_period_days integer,
  resume_path text,
  video_path text,
  picture_path text,
  is_available_for_hiring boolean,
  status text,
  missing_fields text[],
  is_searchable boolean,
  completed_steps integer[],
  rejection_reason text,
  declared_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.candidate_profile is
  'A candidate''s own profile. id: the card''s. Salaries: a year''s, in minor units of currency. status: draft (not declared), incomplete (missing_fields are missing), pending (an admin has to approve), rejected, active.';

-- Saving --------------------------------------------------------------------------------------------------------------

create function private.lock_own_candidate()
returns private.candidates
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may read these rows but through functions.
declare
  caller uuid := private.require_role('candidate');
  person private.candidates;
begin
  select c.* into person from private.candidates as c where c.account_id = caller for update;
  return person;
end;
$$;

create function private.declare_candidate(person private.candidates)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Hands the profile in; refused with what is missing.
declare
  missing text[] := private.missing_candidate_fields(person.account_id);
begin
  if missing <> '{}' then
    perform private.raise_error(
      'validation_failed', 400, 'The profile is not complete.',
      jsonb_build_object('fields', (select jsonb_object_agg(m, 'required') from unnest(missing) as m))
    );
  end if;
  update private.candidates as c set declared_at = now() where c.account_id = person.account_id;
  perform private.sync_candidate_card(person.account_id);
end;
$$;

create function private.require_declaration(declaration boolean)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not.
begin
  if declaration is not true then
    perform private.raise_error(
      'validation_failed', 400, 'Declare that what you say is true.', '{"fields": {"declaration": "required"}}'
    );
  end if;
end;
$$;

create function private.create_candidate(fields jsonb, declaration boolean)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  person private.candidates := private.lock_own_candidate();
begin
  if person.declared_at is not null then
    perform private.raise_error('duplicate', 409, 'You have a candidate profile.');
  end if;
  perform private.require_declaration(declaration);
  perform private.write_candidate(person, fields);
  perform private.declare_candidate(person);
end;
$$;

create function private.save_candidate_step(step integer, fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  person private.candidates := private.lock_own_candidate();
begin
  if step is null or step not between 1 and 20 then
    perform private.raise_error('validation_failed', 400, 'A step is a number from 1 to 20.', '{"fields": {"step": "range"}}');
  end if;
  perform private.write_candidate(person, fields);
  update private.candidates as c
  set completed_steps = array(select distinct s from unnest(c.completed_steps || save_candidate_step.step) as s order by s)
  where c.account_id = person.account_id;
end;
$$;

create function private.update_candidate(fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  person private.candidates := private.lock_own_candidate();
begin
  if person.started_at is null then
    perform private.raise_error('not_found', 404, 'There is no candidate profile of yours.');
  end if;
  if fields = '{}' then
    perform private.raise_error('validation_failed', 400, 'Name the fields to save.', '{"fields": {"fields": "required"}}');
  end if;
  perform private.write_candidate(person, fields);
end;
$$;

create function private.submit_candidate(declaration boolean)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Handing in again changes nothing but the date.
declare
  person private.candidates := private.lock_own_candidate();
begin
  if person.started_at is null then
    perform private.raise_error('not_found', 404, 'There is no candidate profile of yours.');
  end if;
  perform private.require_declaration(declaration);
  perform private.declare_candidate(person);
end;
$$;

create function private.set_candidate_availability(is_available_for_hiring boolean)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  person private.candidates := private.lock_own_candidate();
begin
  if person.started_at is null then
    perform private.raise_error('not_found', 404, 'There is no candidate profile of yours.');
  end if;
  if set_candidate_availability.is_available_for_hiring is null then
    perform private.raise_error(
      'validation_failed', 400, 'Say whether you are available.', '{"fields": {"is_available_for_hiring": "required"}}'
    );
  end if;
  update private.candidates as c
  set is_available_for_hiring = set_candidate_availability.is_available_for_hiring
  where c.account_id = person.account_id;
  perform private.sync_candidate_card(person.account_id);
  return set_candidate_availability.is_available_for_hiring;
end;
$$;

-- Reading -------------------------------------------------------------------------------------------------------------

create function private.candidate_history(account_id uuid)
returns table (
  educations public.candidate_education[],
  experiences public.candidate_experience[],
  gaps public.candidate_gap[]
)
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. What a candidate tells row by row, in their order; empty lists for nobody.
  select
    array(
      select row(e.degree, e.field_of_study, e.institution, e.start_year, e.end_year, e.grade)::public.candidate_education
      from private.candidate_educations as e where e.account_id = candidate_history.account_id order by e.position
    ),
    array(
      select row(x.company, x.title, x.start_date, x.end_date, x.description)::public.candidate_experience
      from private.candidate_experiences as x where x.account_id = candidate_history.account_id order by x.position
    ),
    array(
      select row(g.start_date, g.end_date, g.reason)::public.candidate_gap
      from private.candidate_gaps as g where g.account_id = candidate_history.account_id order by g.position
    );
$$;

create function private.my_candidate()
returns setof public.candidate_profile
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. The caller's own.
  select d.id, c.account_id, c.full_name, u.email, c.phone, d.birth_date, private.age(d.birth_date), d.role, d.category, d.department,
    d.experience_years, d.current_ctc, d.expected_ctc, d.currency, d.religion, d.country, d.state, d.city, c.street_address,
    c.education, h.educations, d.skills, d.languages, d.willing_to_relocate, c.work_experience, h.experiences, h.gaps,
    c.career_objective, d.notice_period_days, c.resume_path, c.video_path, d.picture_path, c.is_available_for_hiring,
    case
      when c.declared_at is null then 'draft'
      when c.rejection_reason is not null then 'rejected'
      when m.missing <> '{}' then 'incomplete'
      when c.approved_at is null and (private.setting('candidates.approval_required') #>> '{}')::boolean then 'pending'
      else 'active'
    end,
    m.missing, d.is_searchable, c.completed_steps, c.rejection_reason, c.declared_at, c.started_at, c.updated_at
  from private.candidates as c
  join private.candidate_cards as d on d.id = c.card_id
  join auth.users as u on u.id = c.account_id
  cross join lateral private.candidate_history(c.account_id) as h
  cross join lateral (select private.missing_candidate_fields(c.account_id)) as m (missing)
  where c.account_id = private.account_id() and c.started_at is not null;
$$;

create function public.my_candidate()
returns setof public.candidate_profile
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.my_candidate();
$$;
comment on function public.my_candidate is 'The caller''s own candidate profile, drafts too; no row when nothing was saved yet.';

create function private.candidate_folder()
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. The caller's own.
  select c.card_id from private.candidates as c where c.account_id = private.require_role('candidate');
$$;

create function public.candidate_folder()
returns uuid
language sql
stable
security invoker
set search_path = ''
as $$
  select private.candidate_folder();
$$;
comment on function public.candidate_folder is 'Candidates only: the folder of the bucket `cards` for the caller''s picture; its name tells nobody whose it is.';

-- The calls -----------------------------------------------------------------------------------------------------------

create function public.create_candidate(fields jsonb, declaration boolean)
returns setof public.candidate_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.create_candidate(fields, declaration);
  return query select * from private.my_candidate();
end;
$$;
comment on function public.create_candidate is
  'Candidates only: saves a whole profile, or the rest of a draft, and hands it in. validation_failed (400) names every field that is wrong, else every one that is missing; duplicate (409) when one was handed in.';

create function public.save_candidate_step(step integer, fields jsonb)
returns setof public.candidate_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.save_candidate_step(step, fields);
  return query select * from private.my_candidate();
end;
$$;
comment on function public.save_candidate_step is
  'Candidates only: saves the fields of a step (1-20), none where it is skipped, in any order and as often as one likes; completed_steps tells another device where to go on.';

create function public.update_candidate(fields jsonb)
returns setof public.candidate_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.update_candidate(fields);
  return query select * from private.my_candidate();
end;
$$;
comment on function public.update_candidate is
  'Changes the fields that are named; null clears one. Lists of rows (educations, experiences, gaps) are replaced whole. A profile that misses something is no longer searchable.';

create function public.submit_candidate(declaration boolean)
returns setof public.candidate_profile
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.submit_candidate(declaration);
  return query select * from private.my_candidate();
end;
$$;
comment on function public.submit_candidate is
  'Hands a draft in, declaring that it is true: from then on recruiters find it, once approved where that is asked for. validation_failed (400) names what is missing.';

create function public.set_candidate_availability(is_available_for_hiring boolean)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_candidate_availability(is_available_for_hiring);
$$;
comment on function public.set_candidate_availability is
  'Whether recruiters find the caller and may unlock them anew; who unlocked them before keeps what they bought.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.my_candidate(),
  public.my_candidate(),
  private.candidate_folder(),
  public.candidate_folder(),
  private.create_candidate(jsonb, boolean),
  public.create_candidate(jsonb, boolean),
  private.save_candidate_step(integer, jsonb),
  public.save_candidate_step(integer, jsonb),
  private.update_candidate(jsonb),
  public.update_candidate(jsonb),
  private.submit_candidate(boolean),
  public.submit_candidate(boolean),
  private.set_candidate_availability(boolean),
  public.set_candidate_availability(boolean)
to authenticated;
