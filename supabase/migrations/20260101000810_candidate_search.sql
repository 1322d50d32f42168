-- Candidate search: searchable cards as lists filter and count them, and nothing else.
-- Hidden candidates are not in it, so the planner may keep statistics, and no filter, order, total or choice can tell of
-- them. It is made of cards alone, which hold no contact data.
-- Promises: it follows the cards, in the same transaction.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table private.candidate_search (
  card_id uuid primary key references private.candidate_cards (id) on delete cascade,
  listed integer not null,
  experience_years integer not null,
  currency text not null,
  current_ctc bigint not null,
  birth_date date not null,
  notice_period_days integer,
  terms text[] not null,
  words tsvector not null
);
comment on table private.candidate_search is
  'Cards that are searchable; kept by triggers. listed: days since 1970; current_ctc: -1 where it is not said; terms: type:key, such as city:mumbai, category:design, video:true; words: of every term.';

alter table private.candidate_search alter column terms set statistics 1000;
alter table private.candidate_search alter column words set statistics 1000;

create index candidate_search_listed_idx on private.candidate_search (listed desc, card_id desc);
create index candidate_search_experience_years_idx on private.candidate_search (experience_years desc, card_id desc);
create index candidate_search_current_ctc_idx on private.candidate_search (currency, current_ctc desc, card_id desc);
create index candidate_search_birth_date_idx on private.candidate_search (birth_date);
create index candidate_search_notice_period_days_idx on private.candidate_search (notice_period_days);
create index candidate_search_terms_idx on private.candidate_search using gin (terms);
create index candidate_search_words_idx on private.candidate_search using gin (words);

create table private.candidate_terms (
  type text not null,
  key text not null,
  card_id uuid not null references private.candidate_search (card_id) on delete cascade,
  word text not null,
  primary key (type, key, card_id)
);
comment on table private.candidate_terms is 'What searchable cards say, word by word, for the choices of filters; key: the word without regard to case and blanks.';

create index candidate_terms_card_id_idx on private.candidate_terms (card_id);

create function private.card_terms(d private.candidate_cards)
returns table (type text, key text, word text)
language sql
stable
security invoker
set search_path = ''
as $$
  select distinct on (s.type, k.key) s.type, k.key, btrim(s.word)
  from (
    values
      ('role', d.role), ('department', d.department), ('religion', d.religion),
      ('country', d.country), ('state', d.state), ('city', d.city)
    union all
    select 'education', e from unnest(d.degrees) as e
    union all
    select 'skill', s from unnest(d.skills) as s
    union all
    select 'language', l from unnest(d.languages) as l
    union all
    -- Those above it are looked up by whoever asks: they may change.
    select 'category', d.category
  ) as s (type, word)
  cross join lateral (select private.word_key(s.word) as key) as k
  where k.key <> ''
  order by s.type, k.key, s.word;
$$;

create function private.index_candidate()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may write here. Writes the rows of a card anew, or takes them away.
begin
  -- A save that clears what a card needs says so before it is no longer searchable.
  if not new.is_searchable or new.birth_date is null or new.experience_years is null then
    delete from private.candidate_search as s where s.card_id = new.id;
    return null;
  end if;
  insert into private.candidate_search as s (
    card_id, listed, experience_years, currency, current_ctc, birth_date, notice_period_days, terms, words
  )
  select new.id, new.listed_on - date '1970-01-01', new.experience_years, new.currency, coalesce(new.current_ctc, -1),
    new.birth_date, new.notice_period_days,
    array_agg(t.type || ':' || t.key)
      || ('relocation:' || coalesce(new.willing_to_relocate, false)) || ('video:' || new.has_video),
    -- What somebody is and can do says more than where they live.
    setweight(to_tsvector('simple', coalesce(string_agg(t.key, ' ') filter (where t.type = 'role'), '')), 'A')
      || setweight(to_tsvector('simple', coalesce(string_agg(t.key, ' ') filter (where t.type = 'skill'), '')), 'B')
      || setweight(to_tsvector('simple', coalesce(string_agg(t.key, ' ') filter (where t.type not in ('role', 'skill')), '')), 'D')
  from private.card_terms(new) as t
  on conflict on constraint candidate_search_pkey do update set
    listed = excluded.listed,
    experience_years = excluded.experience_years,
    currency = excluded.currency,
    current_ctc = excluded.current_ctc,
    birth_date = excluded.birth_date,
    notice_period_days = excluded.notice_period_days,
    terms = excluded.terms,
    words = excluded.words;
  delete from private.candidate_terms as t
  where t.card_id = new.id and (t.type, t.key) not in (select n.type, n.key from private.card_terms(new) as n);
  insert into private.candidate_terms as t (type, key, card_id, word)
  select n.type, n.key, new.id, n.word from private.card_terms(new) as n
  on conflict on constraint candidate_terms_pkey do update set word = excluded.word where t.word <> excluded.word;
  return null;
end;
$$;

create trigger candidate_cards_index
  after insert on private.candidate_cards
  for each row
  when (new.is_searchable)
  execute function private.index_candidate();

create trigger candidate_cards_reindex
  after update on private.candidate_cards
  for each row
  when (old.* is distinct from new.* and (old.is_searchable or new.is_searchable))
  execute function private.index_candidate();

create function private.category_paths()
returns table (slug text, above text)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions that clients may not call. Every category with itself and each one above it.
  with recursive p as (
    select c.slug, c.slug as above from public.categories as c
    union
    select p.slug, c.parent_slug from p join public.categories as c on c.slug = p.above where c.parent_slug is not null
  )
  select p.slug, p.above from p;
$$;

-- What is asked for ---------------------------------------------------------------------------------------------------

create type private.candidate_filters as (
  role text,
  category text,
  department text,
  min_experience integer,
  max_experience integer,
  min_age integer,
  max_age integer,
  city text,
  state text,
  country text,
  religion text,
  education text,
  skills text[],
  languages text[],
  min_ctc bigint,
  max_ctc bigint,
  currency text,
  max_notice_period_days integer,
  willing_to_relocate boolean,
  has_video boolean,
  search text
);

create function private.search_query(search text)
returns tsquery
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- Every word, each as the beginning of one; null where there is none.
  select nullif(string_agg(quote_literal(w.word) || ':*', ' & '), '')::tsquery
  from (
    select distinct l.lexeme as word
    from unnest(to_tsvector('simple', private.word_key(search))) as l
    limit 20
  ) as w;
$$;

create function private.candidate_filters_of(filters jsonb)
returns private.candidate_filters
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Names every filter that is wrong.
declare
  f private.candidate_filters;
  problems jsonb;
begin
  perform private.check_fields('private.candidate_filters', coalesce(filters, '{}'));
  f := jsonb_populate_record(null::private.candidate_filters, coalesce(filters, '{}'));
  problems := coalesce(
    -- What no card can say is not looked for.
    (
      select jsonb_object_agg(t.key, 'length')
      from jsonb_each_text(to_jsonb(f)) as t
      where t.key in ('role', 'department', 'religion', 'country', 'state', 'city', 'education')
        and (length(t.value) > 100 or private.word_key(t.value) = '')
    ), '{}'
  ) || jsonb_strip_nulls(jsonb_build_object(
    'skills', case when not private.are_clean_texts(f.skills, 20, 50) then 'length' end,
    'languages', case when not private.are_clean_texts(f.languages, 20, 50) then 'length' end,
    'search', case when f.search is not null and (length(f.search) > 200 or private.search_query(f.search) is null) then 'length' end,
    'max_experience', case when f.min_experience > f.max_experience then 'order' end,
    'max_age', case when f.min_age > f.max_age then 'order' end,
    'max_ctc', case when f.min_ctc > f.max_ctc then 'order' end,
    'currency', case
      when f.currency !~ '^[A-Z]{3}$' then 'format'
      when f.currency is null and num_nonnulls(f.min_ctc, f.max_ctc) > 0 then 'required'
    end,
    'category', case
      when f.category is not null and not exists (
        select from public.categories as c where c.slug = f.category and 'hiring' = any (c.kinds)
      ) then 'known'
    end
  ));
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'There are filters that are not right.', jsonb_build_object('fields', problems));
  end if;
  return f;
end;
$$;

create function private.candidate_conditions(f private.candidate_filters)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. What a search asks of private.candidate_search as s, values written out as literals.
declare
  today date := (now() at time zone 'UTC')::date;
  blocked uuid[] := array(select private.blocked_card_ids());
  terms text[] := array(
    select t.type || ':' || private.word_key(t.word)
    from (
      values
        ('role', f.role), ('department', f.department), ('religion', f.religion), ('country', f.country), ('state', f.state),
        ('city', f.city), ('education', f.education), ('relocation', f.willing_to_relocate::text), ('video', f.has_video::text)
      union all
      select 'skill', s from unnest(f.skills) as s
      union all
      select 'language', l from unnest(f.languages) as l
    ) as t (type, word)
    where t.word is not null
  );
  categories text[] := array(select 'category:' || p.slug from private.category_paths() as p where p.above = f.category);
begin
  return concat_ws(
    ' and ',
    -- Everybody, so that there is an index for it without any filter.
    's.listed >= 0',
    case when terms <> '{}' then format('s.terms @> %L::text[]', terms) end,
    case when f.category is not null then format('s.terms && %L::text[]', categories) end,
    case when f.search is not null then format('s.words @@ %L::tsquery', private.search_query(f.search)) end,
    case when f.min_experience is not null then format('s.experience_years >= %s', f.min_experience) end,
    case when f.max_experience is not null then format('s.experience_years <= %s', f.max_experience) end,
    -- Nobody is older than 200. Somebody is n years old from a birthday n years ago until the day before the next one.
    case when f.min_age is not null then
      format('s.birth_date <= %L::date', today - make_interval(years => greatest(least(f.min_age, 200), 0)))
    end,
    case when f.max_age is not null then
      format('s.birth_date > %L::date', today - make_interval(years => greatest(least(f.max_age, 200), -1) + 1))
    end,
    case when f.currency is not null then format('s.currency = %L', f.currency) end,
    -- Who does not say a salary has none of any height.
    case when f.min_ctc is not null then format('s.current_ctc >= %s', greatest(f.min_ctc, 0)) end,
    case when f.max_ctc is not null then format('s.current_ctc between 0 and %s', f.max_ctc) end,
    case when f.max_notice_period_days is not null then format('s.notice_period_days <= %s', f.max_notice_period_days) end,
    case when blocked <> '{}' then format('s.card_id <> all (%L::uuid[])', blocked) end
  );
end;
$$;
