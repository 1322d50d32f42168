-- Models: how they are found.
-- `private.model_search` holds what lists filter by of every public profile, and nothing else: hidden profiles are not in
-- it, so the planner may keep statistics, and no filter, order or total can tell of them.
-- Promises: a list shows public profiles of active accounts that no block stands before; promoted ones come first only
-- where that is asked for.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- What is searched ----------------------------------------------------------------------------------------------------

create table private.model_search (
  account_id uuid primary key references public.model_profiles (account_id) on delete cascade,
  created_at timestamptz not null,
  gender text not null,
  birth_date date not null,
  height integer,
  city text,
  categories text[] not null,
  experience text,
  words text not null,
  promoted_until timestamptz
);
comment on table private.model_search is 'Public model profiles of active accounts as lists filter them; kept by triggers. city in lower case; words: name and bio in lower case.';

-- How rare a word is decides between its index and walking through everybody: estimated to a tenth of a percent.
alter table private.model_search alter column words set statistics 1000;

create index model_search_created_at_idx on private.model_search (created_at desc, account_id desc);
create index model_search_gender_idx on private.model_search (gender, created_at desc, account_id desc);
create index model_search_experience_idx on private.model_search (experience, created_at desc, account_id desc);
create index model_search_city_idx on private.model_search (city, created_at desc, account_id desc);
create index model_search_birth_date_idx on private.model_search (birth_date);
create index model_search_height_idx on private.model_search (height);
create index model_search_categories_idx on private.model_search using gin (categories);
create index model_search_words_idx on private.model_search using gin (words extensions.gin_trgm_ops);
create index model_search_promoted_until_idx on private.model_search (promoted_until) where promoted_until is not null;

create function private.index_model(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for triggers. Writes the row anew, or takes it away.
begin
  insert into private.model_search as s (
    account_id, created_at, gender, birth_date, height, city, categories, experience, words, promoted_until
  )
  select m.account_id, m.created_at, m.gender, m.birth_date, m.height, lower(m.city), m.categories, m.experience,
    lower(m.name || ' ' || coalesce(m.bio, '')), m.promoted_until
  from public.model_profiles as m
  where m.account_id = index_model.account_id and m.visibility = 'public' and private.is_active_account(m.account_id)
  on conflict on constraint model_search_pkey do update set
    gender = excluded.gender,
    birth_date = excluded.birth_date,
    height = excluded.height,
    city = excluded.city,
    categories = excluded.categories,
    experience = excluded.experience,
    words = excluded.words,
    promoted_until = excluded.promoted_until;
  if not found then
    delete from private.model_search as s where s.account_id = index_model.account_id;
  end if;
end;
$$;

create function private.reindex_model()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  perform private.index_model(coalesce(new.account_id, old.account_id));
  return null;
end;
$$;

create trigger model_profiles_index
  after insert or update of
    name, bio, birth_date, gender, height, city, categories, experience, visibility, promoted_until
  on public.model_profiles
  for each row execute function private.reindex_model();

create trigger suspensions_index_model
  after insert or delete on private.suspensions
  for each row execute function private.reindex_model();

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.model_card as (
  id uuid,
  account_id uuid,
  name text,
  age integer,
  gender text,
  height integer,
  city text,
  country text,
  categories text[],
  experience text,
  languages text[],
  can_travel boolean,
  main_photo_path text,
  is_promoted boolean,
  promoted_until timestamptz,
  rating numeric,
  reviews_count integer,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.model_card is
  'A model as lists answer it. height: centimetres. main_photo_path: in the bucket `photos`. rating: null before the first review. total: counted to 1,000 (1001 means more).';

create function private.find_models(
  gender text,
  min_age integer,
  max_age integer,
  min_height integer,
  max_height integer,
  city text,
  category text,
  experience text,
  search text,
  promoted text,
  page_size integer,
  most integer,
  cursor text,
  skip integer
)
returns setof public.model_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set random_page_cost = 1.1 -- As on hosted projects: rows of a rare word are read one by one, not everybody's.
as $$
-- Definer: what is searched is nobody's to read. promoted: null (no matter), first, only.
declare
  size integer := private.page_size(find_models.page_size, 20, find_models.most);
  skipped integer := private.skipped(find_models.skip);
  conditions text := 'true';
  page text;
  after record;
begin
  select * into after from private.cursor_at(find_models.cursor);
  if find_models.gender not in ('male', 'female', 'other') then
    perform private.raise_error('validation_failed', 400, 'No such gender.', '{"fields": {"gender": "known"}}');
  end if;
  if find_models.experience not in ('beginner', 'intermediate', 'experienced') then
    perform private.raise_error('validation_failed', 400, 'No such experience.', '{"fields": {"experience": "known"}}');
  end if;
  if find_models.min_age > find_models.max_age or find_models.min_height > find_models.max_height then
    -- Nobody is both. The planner takes such a range for a narrow one and would look for them among everybody.
    return;
  end if;
  if auth.uid() is not null then
    conditions := 's.account_id not in (select private.blocked_ids())';
  end if;
  if find_models.gender is not null then
    conditions := conditions || ' and s.gender = $1';
  end if;
  -- Nobody is younger than 0 or older than 200, and dates end. Somebody is n years old from a birthday n years ago until the day before the next one.
  if find_models.min_age is not null then
    conditions := conditions || ' and s.birth_date <= ((now() at time zone ''UTC'')::date - make_interval(years => $2))::date';
  end if;
  if find_models.max_age is not null then
    conditions := conditions || ' and s.birth_date > ((now() at time zone ''UTC'')::date - make_interval(years => $3 + 1))::date';
  end if;
  if find_models.min_height is not null then
    conditions := conditions || ' and s.height >= $4';
  end if;
  if find_models.max_height is not null then
    conditions := conditions || ' and s.height <= $5';
  end if;
  if find_models.city is not null then
    conditions := conditions || ' and s.city = lower($6)';
  end if;
  if find_models.category is not null then
    conditions := conditions || ' and s.categories @> array[$7]';
  end if;
  if find_models.experience is not null then
    conditions := conditions || ' and s.experience = $8';
  end if;
  if find_models.search is not null then
    conditions := conditions || ' and s.words like $9';
  end if;
  if find_models.promoted = 'only' then
    conditions := conditions || ' and s.promoted_until > now()';
  end if;
  page := 'select s.account_id, s.created_at as key from private.model_search s where ' || conditions
    || case when after.at is not null then ' and (s.created_at, s.account_id) < ($10, $11)' else '' end
    || ' order by s.created_at desc, s.account_id desc limit ' || (size + skipped);
  if find_models.promoted = 'first' then
    -- Promoted ones are a hundred years newer: one order, one kind of cursor. In hours, for days and years are not all
    -- equally long; no longer, for cursors are exact until 2255.
    page := '(
      select s.account_id, s.created_at + interval ''876600 hours'' as key from private.model_search s
      where ' || conditions || ' and s.promoted_until > now()'
      || case when after.at is not null then ' and (s.created_at, s.account_id) < ($10 - interval ''876600 hours'', $11)' else '' end || '
      order by s.created_at desc, s.account_id desc limit ' || (size + skipped) || '
    ) union all (
      select s.account_id, s.created_at as key from private.model_search s
      where ' || conditions || ' and (s.promoted_until is null or s.promoted_until <= now())'
      || case when after.at is not null then ' and (s.created_at, s.account_id) < ($10, $11)' else '' end || '
      order by s.created_at desc, s.account_id desc limit ' || (size + skipped) || '
    )';
  end if;
  return query execute
    'select m.id, m.account_id, m.name, private.age(m.birth_date), m.gender, m.height, m.city, m.country, m.categories,
       m.experience, m.languages, m.can_travel, p.path, coalesce(m.promoted_until > now(), false),
       case when m.promoted_until > now() then m.promoted_until end, m.rating, m.reviews_count, m.created_at,
       (select count(*) from (select from private.model_search s where ' || conditions || ' limit 1001) as counted),
       private.cursor_of(f.key, f.account_id)
     from (
       select f.account_id, f.key from (' || page || ') as f
       order by f.key desc, f.account_id desc
       limit $12 offset $13
     ) as f
     join public.model_profiles m on m.account_id = f.account_id
     left join public.photos p on p.account_id = f.account_id and p.is_main
     order by f.key desc, f.account_id desc'
    using gender, greatest(least(min_age, 200), 0), greatest(least(max_age, 200), -1), min_height, max_height, city, category, experience, private.like_pattern(lower(search)),
      after.at, after.id, size, skipped;
end;
$$;

create function public.list_models(
  gender text default null,
  min_age integer default null,
  max_age integer default null,
  min_height integer default null,
  max_height integer default null,
  city text default null,
  category text default null,
  experience text default null,
  search text default null,
  promoted_first boolean default false,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.model_card
language sql
stable
security invoker
set search_path = ''
as $$
  select *
  from private.find_models(
    gender, min_age, max_age, min_height, max_height, city, category, experience, search,
    case when promoted_first then 'first' end, page_size, 100, cursor, skip
  );
$$;
comment on function public.list_models is
  'Public model profiles, newest first, or promoted ones before the others: 20 a page, 1-100. Ages in years, heights in centimetres; search: in name and bio. skip at most 1000.';

create function public.list_promoted_models(max_items integer default 10)
returns setof public.model_card
language sql
stable
security invoker
set search_path = ''
as $$
  select *
  from private.find_models(
    null, null, null, null, null, null, null, null, null, 'only', coalesce(max_items, 10), 50, null, 0
  );
$$;
comment on function public.list_promoted_models is 'Models whose promotion is running, newest first: 10, 1-50.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_models(text, integer, integer, integer, integer, text, text, text, text, text, integer, integer, text, integer),
  public.list_models(text, integer, integer, integer, integer, text, text, text, text, boolean, integer, text, integer),
  public.list_promoted_models(integer)
to anon, authenticated;
