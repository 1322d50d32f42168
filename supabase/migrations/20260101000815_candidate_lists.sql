-- Candidate lists: what verified recruiters find and read.
-- Promises: of a locked candidate the masks and what is no contact, whatever is asked, and however it is sorted, counted or
-- paged; of an unlocked one everything; nothing tells of candidates who are not searchable.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Cards ---------------------------------------------------------------------------------------------------------------

create type public.candidate_card as (
  id uuid,
  is_unlocked boolean,
  unlock_cost bigint,
  unlocked_at timestamptz,
  is_available boolean,
  masked_name text,
  full_name text,
  phone text,
  email text,
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
  degrees text[],
  skills text[],
  languages text[],
  willing_to_relocate boolean,
  notice_period_days integer,
  picture_path text,
  has_resume boolean,
  has_video boolean,
  resume_path text,
  video_path text,
  listed_on date,
  total bigint,
  cursor text
);
comment on type public.candidate_card is
  'A candidate as lists answer it. Locked: masked_name, phone and email are masks, full_name, resume_path and video_path null, unlock_cost the credits it would cost now; unlocked: masked_name null and unlock_cost 0. Salaries: a year''s, in minor units of currency. is_available: can be found and unlocked now. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.candidate_card(
  d private.candidate_cards,
  unlocked_at timestamptz,
  unlock_cost bigint,
  total bigint,
  cursor text
)
returns public.candidate_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads what no client may. unlocked_at null: locked, and nothing of the person is read.
  select
    d.id, candidate_card.unlocked_at is not null,
    case when candidate_card.unlocked_at is null then candidate_card.unlock_cost else 0 end, candidate_card.unlocked_at,
    d.is_searchable,
    case when candidate_card.unlocked_at is null then d.masked_name end, c.full_name,
    case when candidate_card.unlocked_at is null then d.masked_phone else c.phone end,
    case when candidate_card.unlocked_at is null then d.masked_email else u.email end,
    private.age(d.birth_date), d.role, d.category, d.department, d.experience_years, d.current_ctc, d.expected_ctc, d.currency,
    d.religion, d.country, d.state, d.city, d.degrees, d.skills, d.languages, d.willing_to_relocate, d.notice_period_days,
    d.picture_path, d.has_resume, d.has_video, c.resume_path, c.video_path, d.listed_on, candidate_card.total, candidate_card.cursor
  from (select) as nothing
  left join private.candidates as c on c.card_id = d.id and candidate_card.unlocked_at is not null
  left join auth.users as u on u.id = c.account_id;
$$;

create type public.candidate_detail as (
  card public.candidate_card,
  street_address text,
  education text,
  educations public.candidate_education[],
  work_experience text,
  experiences public.candidate_experience[],
  gaps public.candidate_gap[],
  career_objective text
);
comment on type public.candidate_detail is 'A candidate, whole. All but the card is null, and the lists empty, while it is locked.';

create function private.candidate_detail(card_id uuid, recruiter public.recruiter_profiles)
returns setof public.candidate_detail
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: as above. One that is unlocked, or can be; no row otherwise.
  select
    private.candidate_card(d, u.unlocked_at, private.unlock_cost(recruiter.account_id), 1, null),
    c.street_address, c.education, h.educations, c.work_experience, h.experiences, h.gaps, c.career_objective
  from private.candidate_cards as d
  left join private.unlock_of(d.id, recruiter) as u on true
  left join private.candidates as c on c.card_id = d.id and u.id is not null
  cross join lateral private.candidate_history(c.account_id) as h
  where d.id = candidate_detail.card_id
    and (u.id is not null or (d.is_searchable and d.id not in (select private.blocked_card_ids())));
$$;

create function private.get_candidates(candidate_ids uuid[])
returns setof public.candidate_detail
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
begin
  if cardinality(candidate_ids) > 50 then
    perform private.raise_error('validation_failed', 400, 'Name at most 50 candidates.', '{"fields": {"candidate_ids": "length"}}');
  end if;
  return query
    select d.*
    from unnest(candidate_ids) with ordinality as i (id, position)
    cross join lateral private.candidate_detail(i.id, recruiter) as d
    order by i.position;
end;
$$;

create function public.get_candidate(candidate_id uuid)
returns setof public.candidate_detail
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_candidates(array[candidate_id]);
$$;
comment on function public.get_candidate is
  'Verified recruiters only: one candidate, masked until unlocked; no row for who is not to be found and not unlocked.';

create function public.get_candidates(candidate_ids uuid[])
returns setof public.candidate_detail
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.get_candidates(candidate_ids);
$$;
comment on function public.get_candidates is 'As get_candidate, for up to 50 at once, in the order in which they are named.';

-- Search --------------------------------------------------------------------------------------------------------------

create function private.match_candidates(query text)
returns table (card_id uuid, key bigint)
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set work_mem = '32MB'
set jit = off
as $$
-- Definer: as above. Runs a query of private.candidate_search by bitmaps of its indexes alone. The planner would rather go
-- through everybody in some order until it has enough, which is all of them where filters exclude each other.
begin
  return query execute query;
end;
$$;

create function private.count_candidates(conditions text)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
as $$
-- Definer: as above. Counted to 1,000. What many match is found among the newest.
declare
  total bigint;
begin
  execute 'select count(*) from (
    select from (select s.* from private.candidate_search s order by s.listed desc, s.card_id desc limit 5000) s
    where ' || conditions || ' limit 1001
  ) as counted' into total;
  if total <= 1000 then
    select m.key into total
    from private.match_candidates(
      'select null::uuid, count(*) from (select from private.candidate_search s where ' || conditions || ' limit 1001) as counted'
    ) as m;
  end if;
  return total;
end;
$$;

create function private.search_candidates(filters jsonb, sort text, page_size integer, cursor text, skip integer)
returns setof public.candidate_card
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
set random_page_cost = 1.1 -- As on hosted projects.
set jit = off -- Compiling takes longer than searching.
as $$
-- Definer: what is searched is nobody's to read.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  f private.candidate_filters := private.candidate_filters_of(filters);
  size integer := private.page_size(search_candidates.page_size);
  skipped integer := private.skipped(search_candidates.skip);
  conditions text := private.candidate_conditions(f);
  total bigint;
  after record;
  key text;
  start text;
  head text;
  tail text;
  ids uuid[];
  keys bigint[];
begin
  select * into after from private.number_cursor_at(search_candidates.cursor);
  sort := coalesce(search_candidates.sort, 'newest');
  if search_candidates.sort not in ('newest', 'experience', 'salary', 'relevance') then
    perform private.raise_error('validation_failed', 400, 'No such order.', '{"fields": {"sort": "known"}}');
  end if;
  if (search_candidates.sort = 'salary' and f.currency is null) or (search_candidates.sort = 'relevance' and f.search is null) then
    perform private.raise_error(
      'validation_failed', 400, 'This order needs a currency, or something to search for.',
      jsonb_build_object('fields', jsonb_build_object(case sort when 'salary' then 'currency' else 'search' end, 'required'))
    );
  end if;
  total := private.count_candidates(conditions);
  if total = 0 then
    return;
  end if;
  key := case search_candidates.sort
    when 'experience' then 's.experience_years'
    when 'salary' then 's.current_ctc'
    when 'relevance' then format('(pg_catalog.ts_rank(s.words, %L::tsquery) * 1000000)::bigint', private.search_query(f.search))
    else 's.listed'
  end;
  start := case when after.id is null then 'true' else format('(%s, s.card_id) < (%s, %L::uuid)', key, after.key, after.id) end;
  head := 'select s.card_id, ' || key || '::bigint as key from (select s.* from private.candidate_search s where ';
  tail := ') s where ' || conditions || ' and ' || start
    || ' order by ' || key || ' desc, s.card_id desc limit ' || size || ' offset ' || skipped;
  -- Where many match, the page is mostly among the first in its order, which an index knows; else all that match are sorted.
  if total > 1000 then
    execute 'select array_agg(f.card_id order by f.key desc, f.card_id desc), array_agg(f.key order by f.key desc, f.card_id desc) from ('
      || head || case search_candidates.sort
        when 'relevance' then conditions || ' order by s.listed desc, s.card_id desc'
        else concat_ws(
          ' and ', start,
          case when search_candidates.sort = 'salary' then format('s.currency = %L', f.currency) end,
          case when search_candidates.sort = 'salary' then 's.current_ctc <= ' || f.max_ctc end,
          case when search_candidates.sort = 'experience' then 's.experience_years <= ' || f.max_experience end
        ) || ' order by ' || key || ' desc, s.card_id desc'
      end || ' limit 10000' || tail || ') f'
    into ids, keys;
  end if;
  if total <= 1000 or (search_candidates.sort <> 'relevance' and coalesce(cardinality(ids), 0) < size) then
    select array_agg(m.card_id order by m.key desc, m.card_id desc), array_agg(m.key order by m.key desc, m.card_id desc)
    into ids, keys
    from private.match_candidates(head || 'true' || tail) as m;
  end if;
  return query
    select c.*
    from unnest(ids, keys) with ordinality as p (card_id, key, position)
    join private.candidate_cards as d on d.id = p.card_id
    left join private.unlock_of(d.id, recruiter) as u on true
    cross join lateral private.candidate_card(
      d, u.unlocked_at, private.unlock_cost(recruiter.account_id), total, private.number_cursor_of(p.key, p.card_id)
    ) as c
    order by p.position;
end;
$$;

create function public.search_candidates(
  filters jsonb default '{}',
  sort text default 'newest',
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.candidate_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.search_candidates(filters, sort, page_size, cursor, skip);
$$;
comment on function public.search_candidates is
  'Verified recruiters only: candidates who can be unlocked, or are. filters: role, category (with those below it), department, min_experience, max_experience, min_age, max_age (years), city, state, country, religion, education, skills and languages (all of them), min_ctc, max_ctc (the current salary of a year, in minor units of currency, which they require), max_notice_period_days, willing_to_relocate, has_video, search (beginnings of words of what cards say); what is compared whole is so without regard to case and blanks. sort: newest, experience, salary (needs currency), relevance (needs search; of the newest 10,000 that match). 20 a page, 1-100; skip at most 1000.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.get_candidates(uuid[]),
  public.get_candidate(uuid),
  public.get_candidates(uuid[]),
  private.search_candidates(jsonb, text, integer, text, integer),
  public.search_candidates(jsonb, text, integer, text, integer)
to authenticated;
