-- Candidate profiles: how a candidate writes and reads their own.
-- Every save takes a JSON object of the fields that change; null clears one, what is not named stays. All wrong fields
-- are named at once. A save of a step is the same save with a number, so that another device knows where to go on.
-- Promises: a refused save leaves nothing; a step saved twice is saved once; a draft is never searchable.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- What comes and goes -------------------------------------------------------------------------------------------------

create type public.candidate_education as (
  degree text,
  field_of_study text,
  institution text,
  start_year integer,
  end_year integer,
  grade text
);

create type public.candidate_experience as (
  company text,
  title text,
  start_date date,
  end_date date,
  description text
);

create type public.candidate_gap as (
  start_date date,
  end_date date,
  reason text
);

create type private.candidate_fields as (
  full_name text,
  phone text,
  birth_date date,
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
  picture_path text
);

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

-- Checks --------------------------------------------------------------------------------------------------------------

create function private.is_stored(bucket_id text, path text)
returns boolean
language sql
volatile
strict
security definer
set search_path = ''
as $$
  -- Definer: looks whether the object is there, whoever asks, and keeps it until the row that names it is written.
  select exists (
    select from storage.objects as o where o.bucket_id = is_stored.bucket_id and o.name = path for key share
  );
$$;

create function private.candidate_rows_problem(f private.candidate_fields)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  -- Of the fields that are lists of rows.
  select jsonb_build_object(
    'educations', case
      when cardinality(f.educations) > 20 then 'length'
      when exists (
        select from unnest(f.educations) as e
        where e.degree is null or not private.is_clean_text(e.degree, 1, 100) or private.holds_contact(e.degree)
          or not private.is_clean_text(e.field_of_study, 1, 200) or not private.is_clean_text(e.institution, 1, 200)
          or not private.is_clean_text(e.grade, 1, 50)
          or e.start_year not between 1950 and 2100 or e.end_year not between 1950 and 2100 or e.start_year > e.end_year
      ) then 'format'
    end,
    'experiences', case
      when cardinality(f.experiences) > 50 then 'length'
      when exists (
        select from unnest(f.experiences) as x
        where x.company is null or x.title is null or x.start_date is null
          or not private.is_clean_text(x.company, 1, 200) or not private.is_clean_text(x.title, 1, 200)
          or not private.is_clean_text(x.description, 1, 2000)
          or x.start_date not between '1950-01-01' and '2200-01-01' or x.end_date not between '1950-01-01' and '2200-01-01'
          or x.start_date > x.end_date
      ) then 'format'
    end,
    'gaps', case
      when cardinality(f.gaps) > 20 then 'length'
      when exists (
        select from unnest(f.gaps) as g
        where g.start_date is null or g.end_date is null or not private.is_clean_text(g.reason, 1, 500)
          or g.start_date not between '1950-01-01' and '2200-01-01' or g.end_date not between '1950-01-01' and '2200-01-01'
          or g.start_date > g.end_date
      ) then 'format'
    end
  );
$$;

create function private.candidate_problems(f private.candidate_fields, account_id uuid, card_id uuid)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  -- The rule that each wrong field breaks; what is null breaks none. A card's texts hold no contact data, and its picture
  -- has a random name: everybody reads the path.
  select jsonb_strip_nulls(
    private.candidate_rows_problem(f) || jsonb_build_object(
      'full_name', case when not private.is_clean_text(f.full_name, 1, 200) then 'length' end,
      'phone', case when f.phone !~ '^\+[1-9][0-9]{6,14}$' then 'format' end,
      'birth_date', case when not isfinite(f.birth_date) or private.age(f.birth_date) not between 18 and 99 then 'range' end,
      'role', case when not private.is_clean_text(f.role, 1, 100) then 'length' when private.holds_contact(f.role) then 'contact' end,
      'category', case
        when not exists (select from public.categories as c where c.slug = f.category and 'hiring' = any (c.kinds))
          and f.category is not null then 'known'
      end,
      'department', case
        when not private.is_clean_text(f.department, 1, 100) then 'length' when private.holds_contact(f.department) then 'contact'
      end,
      'experience_years', case when f.experience_years not between 0 and 60 then 'range' end,
      'current_ctc', case when f.current_ctc not between 0 and 1000000000000 then 'range' end,
      'expected_ctc', case when f.expected_ctc not between 0 and 1000000000000 then 'range' end,
      'currency', case when f.currency !~ '^[A-Z]{3}$' then 'format' end,
      'religion', case
        when not private.is_clean_text(f.religion, 1, 100) then 'length' when private.holds_contact(f.religion) then 'contact'
      end,
      'country', case
        when not private.is_clean_text(f.country, 1, 100) then 'length' when private.holds_contact(f.country) then 'contact'
      end,
      'state', case when not private.is_clean_text(f.state, 1, 100) then 'length' when private.holds_contact(f.state) then 'contact' end,
      'city', case when not private.is_clean_text(f.city, 1, 100) then 'length' when private.holds_contact(f.city) then 'contact' end,
      'street_address', case when not private.is_clean_text(f.street_address, 1, 500) then 'length' end,
      'education', case when not private.is_clean_text(f.education, 1, 5000) then 'length' end,
      'skills', case
        when not private.are_clean_texts(f.skills, 50, 50) then 'length'
        when exists (select from unnest(f.skills) as s where private.holds_contact(s)) then 'contact'
      end,
      'languages', case
        when not private.are_clean_texts(f.languages, 30, 50) then 'length'
        when exists (select from unnest(f.languages) as l where private.holds_contact(l)) then 'contact'
      end,
      'work_experience', case when not private.is_clean_text(f.work_experience, 1, 10000) then 'length' end,
      'career_objective', case when not private.is_clean_text(f.career_objective, 1, 5000) then 'length' end,
      'notice_period_days', case when f.notice_period_days not between 0 and 365 then 'range' end,
      'resume_path', case
        when not (private.is_object_path(f.resume_path, account_id) and private.is_stored('resumes', f.resume_path)) then 'own'
      end,
      'video_path', case
        when not (private.is_object_path(f.video_path, account_id) and private.is_stored('videos', f.video_path)) then 'own'
      end,
      'picture_path', case
        when f.picture_path !~ ('^' || card_id::text || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(jpg|png|webp)$')
          or not private.is_stored('cards', f.picture_path) then 'own'
      end
    )
  );
$$;

create function private.candidate_fields_of(fields jsonb)
returns private.candidate_fields
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Names every field that is unknown or of a wrong kind.
declare
  known jsonb := (
    select jsonb_object_agg(a.attname, format_type(a.atttypid, null)) from pg_catalog.pg_attribute as a
    where a.attrelid = 'private.candidate_fields'::regclass and a.attnum > 0
  );
  problems jsonb := '{}';
  field record;
begin
  if jsonb_typeof(fields) is distinct from 'object' then
    perform private.raise_error('validation_failed', 400, 'Name the fields to save.', '{"fields": {"fields": "required"}}');
  end if;
  for field in select f.key, f.value from jsonb_each(fields) as f loop
    if not known ? field.key then
      problems := problems || jsonb_build_object(field.key, 'unknown');
      continue;
    end if;
    -- Anything can be made a text.
    if (known ->> field.key = 'text' and jsonb_typeof(field.value) not in ('string', 'null'))
      or (
        known ->> field.key = 'text[]'
        and jsonb_path_exists(field.value, 'strict $[*] ? (@.type() != "string")', silent => true)
      ) then
      problems := problems || jsonb_build_object(field.key, 'type');
      continue;
    end if;
    begin
      perform jsonb_populate_record(null::private.candidate_fields, jsonb_build_object(field.key, field.value));
    exception when data_exception or program_limit_exceeded or datatype_mismatch then
      problems := problems || jsonb_build_object(field.key, 'type');
    end;
  end loop;
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The profile has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
  return jsonb_populate_record(null::private.candidate_fields, fields);
end;
$$;

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

create function private.write_candidate(person private.candidates, fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Writes what fields name.
declare
  f private.candidate_fields := private.candidate_fields_of(fields);
  problems jsonb := private.candidate_problems(f, person.account_id, person.card_id);
begin
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The profile has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
  update private.candidates as c
  set
    full_name = case when fields ? 'full_name' then f.full_name else c.full_name end,
    phone = case when fields ? 'phone' then f.phone else c.phone end,
    street_address = case when fields ? 'street_address' then f.street_address else c.street_address end,
    education = case when fields ? 'education' then f.education else c.education end,
    work_experience = case when fields ? 'work_experience' then f.work_experience else c.work_experience end,
    career_objective = case when fields ? 'career_objective' then f.career_objective else c.career_objective end,
    resume_path = case when fields ? 'resume_path' then f.resume_path else c.resume_path end,
    video_path = case when fields ? 'video_path' then f.video_path else c.video_path end,
    started_at = coalesce(c.started_at, now()),
    updated_at = now()
  where c.account_id = person.account_id;
  update private.candidate_cards as d
  set
    birth_date = case when fields ? 'birth_date' then f.birth_date else d.birth_date end,
    role = case when fields ? 'role' then f.role else d.role end,
    category = case when fields ? 'category' then f.category else d.category end,
    department = case when fields ? 'department' then f.department else d.department end,
    experience_years = case when fields ? 'experience_years' then f.experience_years else d.experience_years end,
    current_ctc = case when fields ? 'current_ctc' then f.current_ctc else d.current_ctc end,
    expected_ctc = case when fields ? 'expected_ctc' then f.expected_ctc else d.expected_ctc end,
    currency = coalesce(f.currency, d.currency),
    religion = case when fields ? 'religion' then f.religion else d.religion end,
    country = case when fields ? 'country' then f.country else d.country end,
    state = case when fields ? 'state' then f.state else d.state end,
    city = case when fields ? 'city' then f.city else d.city end,
    skills = case when fields ? 'skills' then coalesce(f.skills, '{}') else d.skills end,
    languages = case when fields ? 'languages' then coalesce(f.languages, '{}') else d.languages end,
    willing_to_relocate = case when fields ? 'willing_to_relocate' then f.willing_to_relocate else d.willing_to_relocate end,
    notice_period_days = case when fields ? 'notice_period_days' then f.notice_period_days else d.notice_period_days end,
    picture_path = case when fields ? 'picture_path' then f.picture_path else d.picture_path end
  where d.id = person.card_id;
  if fields ? 'educations' then
    delete from private.candidate_educations as e where e.account_id = person.account_id;
    insert into private.candidate_educations (account_id, position, degree, field_of_study, institution, start_year, end_year, grade)
    select person.account_id, e.position, e.degree, e.field_of_study, e.institution, e.start_year, e.end_year, e.grade
    from unnest(f.educations) with ordinality as e (degree, field_of_study, institution, start_year, end_year, grade, position);
  end if;
  if fields ? 'experiences' then
    delete from private.candidate_experiences as x where x.account_id = person.account_id;
    insert into private.candidate_experiences (account_id, position, company, title, start_date, end_date, description)
    select person.account_id, x.position, x.company, x.title, x.start_date, x.end_date, x.description
    from unnest(f.experiences) with ordinality as x (company, title, start_date, end_date, description, position);
  end if;
  if fields ? 'gaps' then
    delete from private.candidate_gaps as g where g.account_id = person.account_id;
    insert into private.candidate_gaps (account_id, position, start_date, end_date, reason)
    select person.account_id, g.position, g.start_date, g.end_date, g.reason
    from unnest(f.gaps) with ordinality as g (start_date, end_date, reason, position);
  end if;
  perform private.sync_candidate_card(person.account_id);
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
    c.education,
    array(
      select row(e.degree, e.field_of_study, e.institution, e.start_year, e.end_year, e.grade)::public.candidate_education
      from private.candidate_educations as e where e.account_id = c.account_id order by e.position
    ),
    d.skills, d.languages, d.willing_to_relocate, c.work_experience,
    array(
      select row(x.company, x.title, x.start_date, x.end_date, x.description)::public.candidate_experience
      from private.candidate_experiences as x where x.account_id = c.account_id order by x.position
    ),
    array(
      select row(g.start_date, g.end_date, g.reason)::public.candidate_gap
      from private.candidate_gaps as g where g.account_id = c.account_id order by g.position
    ),
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
