-- Candidate fields: what a candidate may say, what is wrong with it, and how it is written.
-- A save takes a JSON object of the fields that change; null clears one, what is not named stays.
-- Promises: all wrong fields are named at once; a refused save leaves nothing.

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

create function private.check_fields(kind regclass, fields jsonb)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Names every field that the type does not have, or of another kind.
declare
  known jsonb := (
    select jsonb_object_agg(a.attname, format_type(a.atttypid, null)) from pg_catalog.pg_attribute as a
    where a.attrelid = kind and a.attnum > 0
  );
  problems jsonb;
  field record;
begin
  if jsonb_typeof(fields) is distinct from 'object' then
    perform private.raise_error('validation_failed', 400, 'Name fields.', '{"fields": {"fields": "required"}}');
  end if;
  if (select count(*) from jsonb_object_keys(fields)) > 60 then
    perform private.raise_error('validation_failed', 400, 'Name at most 60 fields.', '{"fields": {"fields": "length"}}');
  end if;
  problems := coalesce(
    (select jsonb_object_agg(k, 'unknown') from jsonb_object_keys(fields) as k where not known ? k), '{}'
  );
  for field in select f.key, f.value from jsonb_each(fields) as f where known ? f.key loop
    -- Anything can be made a text, and many a text a list of texts.
    if (known ->> field.key = 'text' and jsonb_typeof(field.value) not in ('string', 'null'))
      or (
        known ->> field.key = 'text[]'
        and (
          jsonb_typeof(field.value) not in ('array', 'null')
          or jsonb_path_exists(field.value, 'strict $[*] ? (@.type() != "string")', silent => true)
        )
      ) then
      problems := problems || jsonb_build_object(field.key, 'type');
      continue;
    end if;
    begin
      execute format('select jsonb_populate_record(null::%s, $1)', kind) using jsonb_build_object(field.key, field.value);
    exception when data_exception or program_limit_exceeded or datatype_mismatch then
      problems := problems || jsonb_build_object(field.key, 'type');
    end;
  end loop;
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'There are fields that are not right.', jsonb_build_object('fields', problems));
  end if;
end;
$$;

create function private.candidate_fields_of(fields jsonb)
returns private.candidate_fields
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  perform private.check_fields('private.candidate_fields', fields);
  return jsonb_populate_record(null::private.candidate_fields, fields);
end;
$$;

create function private.word_key(word text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- The Turkish letters without and with a dot have their other case in one another; here all four are one.
  select lower(btrim(regexp_replace(translate(word, 'İı', 'ii'), '[[:space:]\u00a0\u2000-\u200a\u202f\u205f\u3000]+', ' ', 'g')));
$$;
comment on function private.word_key is 'The same for words that differ only in case or blanks.';

create function private.distinct_words(words text[])
returns text[]
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- The SDK's distinct() does the same.
  select array(
    select btrim(first.word)
    from (
      select distinct on (key) w.word, w.position
      from unnest(words) with ordinality as w (word, position),
        lateral (select private.word_key(w.word)) as k (key)
      order by key, w.position
    ) as first
    order by first.position
  );
$$;
comment on function private.distinct_words is 'Words that differ only in case or blanks are one, as it is written first.';

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
  -- An admin has approved who somebody is and what they can do: it does not hold for another.
  is_another boolean := exists (
    select from private.candidate_cards as d
    where d.id = person.card_id
      and (
        (fields ? 'full_name' and f.full_name is distinct from person.full_name)
        or (fields ? 'phone' and f.phone is distinct from person.phone)
        or (fields ? 'role' and f.role is distinct from d.role)
        or (fields ? 'skills' and coalesce(private.distinct_words(f.skills), '{}') <> d.skills)
        or (fields ? 'experience_years' and f.experience_years is distinct from d.experience_years)
      )
  );
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
    approved_at = case when not is_another then c.approved_at end,
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
    skills = case when fields ? 'skills' then coalesce(private.distinct_words(f.skills), '{}') else d.skills end,
    languages = case when fields ? 'languages' then coalesce(private.distinct_words(f.languages), '{}') else d.languages end,
    willing_to_relocate = case when fields ? 'willing_to_relocate' then f.willing_to_relocate else d.willing_to_relocate end,
    notice_period_days = case when fields ? 'notice_period_days' then f.notice_period_days else d.notice_period_days end,
    picture_path = case when fields ? 'picture_path' then f.picture_path else d.picture_path end
  where d.id = person.card_id;
  -- What no word that is saved tells by itself, several may.
  problems := (
    select jsonb_strip_nulls(jsonb_build_object(
      'skills', case
        when fields ?| '{skills,languages}' and private.holds_contact(array_to_string(d.skills || d.languages, ' ')) then 'contact'
      end,
      'role', case
        when fields ?| '{role,department,religion,city,state,country}'
          and private.holds_contact(concat_ws(' ', d.role, d.department, d.religion, d.city, d.state, d.country)) then 'contact'
      end
    ))
    from private.candidate_cards as d
    where d.id = person.card_id
  );
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The profile has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
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
