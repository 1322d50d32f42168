-- Candidate options: what a filter panel offers, from what searchable candidates really have.
-- Promises: a choice that nobody has is not offered; nothing tells of candidates who are not searchable.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.candidate_option as (
  type text,
  word text,
  count bigint,
  total bigint,
  cursor text
);
comment on type public.candidate_option is
  'A choice of a filter. type: role, department, religion, country, state, city, education, skill or language; count: of candidates, counted to 1,000 (1001 means more); total: of choices, likewise. cursor continues the list after this row.';

create function private.candidate_keys(type text, pattern text, after text, blocked uuid[], most integer)
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as below. The words like a pattern, by name. Goes from word to word by the index, however many candidates have each,
  -- and looks at 50,000 words at most.
  with recursive k as (
    (
      select t.key from private.candidate_terms as t
      where t.type = candidate_keys.type and t.key > candidate_keys.after order by t.key limit 1
    )
    union all
    select (
      select t.key from private.candidate_terms as t
      where t.type = candidate_keys.type and t.key > k.key order by t.key limit 1
    )
    from k where k.key is not null
  ), walked as (
    select k.key from k limit 50000
  )
  select k.key
  from walked as k
  where k.key like candidate_keys.pattern and exists (
    select from private.candidate_terms as t
    where t.type = candidate_keys.type and t.key = k.key and t.card_id <> all (candidate_keys.blocked)
  )
  limit candidate_keys.most;
$$;

create function private.find_candidate_options(type text, search text, page_size integer, cursor text, skip integer)
returns setof public.candidate_option
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: what is searched is nobody's to read.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  pattern text := coalesce(private.like_pattern(private.word_key(left(find_candidate_options.search, 200))), '%');
  size integer := private.page_size(find_candidate_options.page_size);
  skipped integer := private.skipped(find_candidate_options.skip);
  blocked uuid[] := array(select private.blocked_card_ids());
  keys text[];
  total bigint;
  after record;
begin
  if find_candidate_options.type is null or find_candidate_options.type not in (
    'role', 'department', 'religion', 'country', 'state', 'city', 'education', 'skill', 'language'
  ) then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"type": "known"}}');
  end if;
  if length(find_candidate_options.search) > 200 then
    perform private.raise_error('validation_failed', 400, 'A search has at most 200 characters.', '{"fields": {"search": "length"}}');
  end if;
  select * into after from private.text_cursor_at(find_candidate_options.cursor);
  keys := array(select private.candidate_keys(find_candidate_options.type, pattern, '', blocked, 1001));
  total := cardinality(keys);
  if total > 1000 then
    keys := array(select private.candidate_keys(find_candidate_options.type, pattern, coalesce(after.key, ''), blocked, skipped + size));
  end if;
  return query
    select find_candidate_options.type,
      (
        select t.word from private.candidate_terms as t
        where t.type = find_candidate_options.type and t.key = p.key and t.card_id <> all (blocked) limit 1
      ),
      (
        select count(*)
        from (
          select from private.candidate_terms as t
          where t.type = find_candidate_options.type and t.key = p.key and t.card_id <> all (blocked)
          limit 1001
        ) as counted
      ),
      total, private.text_cursor_of(p.key, '00000000-0000-0000-0000-000000000000')
    from (
      select k.key from unnest(keys) as k (key)
      where k.key > coalesce(after.key, '') order by k.key limit size offset skipped
    ) as p
    order by p.key;
end;
$$;

create function public.list_candidate_options(
  type text,
  search text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.candidate_option
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_candidate_options(type, search, page_size, cursor, skip);
$$;
comment on function public.list_candidate_options is
  'Verified recruiters only: the choices of one filter, by name, with how many candidates have each: 20 a page, 1-100; search: in the words; skip at most 1000.';

create function private.candidate_options()
returns setof public.candidate_option
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select o.*
  from unnest(array['role', 'department', 'religion', 'country', 'state', 'city', 'education', 'skill', 'language'])
    with ordinality as t (type, position)
  cross join lateral private.find_candidate_options(t.type, null, 100, null, 0) as o
  order by t.position, private.word_key(o.word);
$$;

create function public.candidate_options()
returns setof public.candidate_option
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.candidate_options();
$$;
comment on function public.candidate_options is
  'Verified recruiters only: the first 100 choices of every filter, by name; list_candidate_options has the others.';

create type public.candidate_facet as (
  type text,
  word text,
  count bigint,
  is_exact boolean
);
comment on type public.candidate_facet is 'A choice that candidates of a search have, and how many. is_exact false: counted among 10,000 of them.';

create function private.candidate_facets(filters jsonb)
returns setof public.candidate_facet
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
set jit = off
as $$
-- Definer: as above.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  conditions text := private.candidate_conditions(private.candidate_filters_of(filters));
  blocked uuid[] := array(select private.blocked_card_ids());
begin
  return query
    with found as materialized (
      select m.card_id
      from private.match_candidates('select s.card_id, null::bigint from private.candidate_search s where ' || conditions || ' limit 10001') as m
    ), said as (
      select t.term, count(*) as count
      from (select f.card_id from found as f limit 10000) as f
      join private.candidate_search as s on s.card_id = f.card_id
      cross join unnest(s.terms) as t (term)
      group by t.term
    ), counted as (
      select split_part(s.term, ':', 1) as type, substr(s.term, strpos(s.term, ':') + 1) as key, s.count
      from said as s
      where s.term !~ '^(category|relocation|video):'
      union all
      select 'category', p.above, sum(s.count)::bigint
      from said as s
      join private.category_paths() as p on s.term = 'category:' || p.slug
      group by p.above
    ), ranked as (
      select c.*, row_number() over (partition by c.type order by c.count desc, c.key) as rank from counted as c
    )
    select r.type,
      case when r.type = 'category' then r.key else (
        select t.word from private.candidate_terms as t
        where t.type = r.type and t.key = r.key and t.card_id <> all (blocked) limit 1
      ) end,
      r.count, (select count(*) <= 10000 from found)
    from ranked as r
    where r.rank <= 50
    order by r.type, r.rank;
end;
$$;

create function public.candidate_facets(filters jsonb default '{}')
returns setof public.candidate_facet
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.candidate_facets(filters);
$$;
comment on function public.candidate_facets is
  'Verified recruiters only: what the candidates of a search have, the 50 most frequent words of each type, and category (a slug; those below it count), with how many have them. filters: as of search_candidates.';

create type public.candidate_category as (
  slug text,
  name text,
  name_ru text,
  name_kk text,
  position integer,
  count bigint
);
comment on type public.candidate_category is 'A category of jobs. count: candidates in it and below it, counted to 1,000 (1001 means more).';

create function private.candidate_categories(category text)
returns setof public.candidate_category
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
set random_page_cost = 1.1
set jit = off
as $$
-- Definer: as above.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  blocked uuid[] := array(select private.blocked_card_ids());
begin
  if candidate_categories.category is not null and not exists (
    select from public.categories as c where c.slug = candidate_categories.category and 'hiring' = any (c.kinds)
  ) then
    perform private.raise_error('validation_failed', 400, 'No such category.', '{"fields": {"category": "known"}}');
  end if;
  return query
    select c.slug, c.name, c.name_ru, c.name_kk, c.position,
      (
        select count(*)
        from (
          select
          from private.category_paths() as p
          join private.candidate_terms as t on t.type = 'category' and t.key = p.slug
          where p.above = c.slug and t.card_id <> all (blocked)
          limit 1001
        ) as counted
      )
    from public.categories as c
    where c.parent_slug is not distinct from candidate_categories.category and 'hiring' = any (c.kinds)
    order by c.position, c.name;
end;
$$;

create function public.candidate_categories(category text default null)
returns setof public.candidate_category
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.candidate_categories(category);
$$;
comment on function public.candidate_categories is
  'Verified recruiters only: the main categories of jobs, or those below one, with how many candidates are in each; validation_failed (400) for an unknown category.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_candidate_options(text, text, integer, text, integer),
  public.list_candidate_options(text, text, integer, text, integer),
  private.candidate_options(),
  public.candidate_options(),
  private.candidate_facets(jsonb),
  public.candidate_facets(jsonb),
  private.candidate_categories(text),
  public.candidate_categories(text)
to authenticated;
