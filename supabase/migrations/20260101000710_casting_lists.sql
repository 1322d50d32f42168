-- Casting lists: how castings are found and read.
-- Promises: a list shows exactly what row-level security would, and tells nothing of what it hides.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.casting_card as (
  id uuid,
  owner_id uuid,
  company_name text,
  logo_path text,
  organization_id uuid,
  organization_name text,
  title text,
  description text,
  category text,
  city text,
  country text,
  address text,
  shoot_date timestamptz,
  duration_days integer,
  response_deadline timestamptz,
  pay_type text,
  pay_min bigint,
  pay_max bigint,
  currency text,
  gender text,
  min_age integer,
  max_age integer,
  min_height integer,
  max_height integer,
  experience text,
  languages text[],
  appearance text,
  models_needed integer,
  is_urgent boolean,
  tags text[],
  cover_path text,
  status text,
  is_open boolean,
  responses_count integer,
  accepted_count integer,
  my_response_status text,
  is_saved boolean,
  is_promoted boolean,
  published_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.casting_card is
  'A casting as lists and get_casting answer it, with its creator. is_open: takes responses now. total: rows of the whole list, counted to 1,000 (1001 means more). cursor continues a list after this row.';

create function private.find_castings(
  casting_ids uuid[],
  owner_id uuid,
  organization_id uuid,
  status text,
  city text,
  category text,
  gender text,
  min_age integer,
  max_age integer,
  search text,
  promoted_first boolean,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.casting_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: text search cannot use an index under RLS, and anon has no grant on the table. The visibility rule is
-- select_authenticated's: active and not blocked, the caller's own, or one the caller responded to or saved.
declare
  -- By the primary key for one's own and kept ones; an index walks the active ones and the whole table.
  mine text := 'c.id in (
    select o.id from public.castings o where o.owner_id = $1
    union all
    select k.id from private.kept_casting_ids() as k (id)
  )';
  visible text := 'c.status = ''active''';
  conditions text := '';
  size integer := private.page_size(find_castings.page_size);
  skipped integer := private.skipped(find_castings.skip);
  newest text;
  page text;
  after record;
begin
  select * into after from private.cursor_at(find_castings.cursor);
  if find_castings.status not in ('draft', 'active', 'completed', 'cancelled') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if find_castings.gender not in ('male', 'female', 'other') then
    perform private.raise_error('validation_failed', 400, 'No such gender.', '{"fields": {"gender": "known"}}');
  end if;
  if auth.uid() is not null and find_castings.status is null then
    visible := '(' || visible || ' and c.owner_id not in (select private.blocked_ids()) or ' || mine || ')';
  elsif auth.uid() is not null and find_castings.status <> 'active' then
    visible := mine;
  elsif auth.uid() is not null and exists (select from private.blocked_ids()) then
    visible := '(' || visible || ' and (c.owner_id not in (select private.blocked_ids()) or ' || mine || '))';
  end if;
  if find_castings.casting_ids is not null then
    conditions := conditions || ' and c.id = any ($2)';
  end if;
  if find_castings.organization_id is not null then
    conditions := conditions || ' and c.organization_id = $15';
  end if;
  if find_castings.owner_id is not null then
    conditions := conditions || ' and c.owner_id = $3';
  end if;
  if find_castings.status is not null then
    conditions := conditions || ' and c.status = $4';
  end if;
  if find_castings.city is not null then
    conditions := conditions || ' and lower(c.city) = lower($5)';
  end if;
  if find_castings.category is not null then
    conditions := conditions || ' and c.category = $6';
  end if;
  if find_castings.gender is not null then
    conditions := conditions || ' and (c.gender is null or c.gender = $7)';
  end if;
  if find_castings.min_age is not null then
    conditions := conditions || ' and (c.max_age is null or c.max_age >= $8)';
  end if;
  if find_castings.max_age is not null then
    conditions := conditions || ' and (c.min_age is null or c.min_age <= $9)';
  end if;
  if find_castings.search is not null then
    conditions := conditions || ' and c.title || '' '' || c.description ilike $10';
  end if;
  newest := ' order by c.created_at desc, c.id desc limit ' || (size + skipped);
  page := 'select c.*, c.created_at as key from public.castings c where ' || visible || conditions
    || case when after.at is not null then ' and (c.created_at, c.id) < ($11, $12)' else '' end || newest;
  if find_castings.promoted_first then
    -- Promoted ones are a hundred years newer, as in the lists of models.
    page := '(
      select c.*, c.created_at + interval ''876600 hours'' as key from public.castings c
      where ' || visible || conditions || ' and c.promoted_until > now()'
      || case when after.at is not null then ' and (c.created_at, c.id) < ($11 - interval ''876600 hours'', $12)' else '' end || newest || '
    ) union all (
      select c.*, c.created_at as key from public.castings c
      where ' || visible || conditions || ' and (c.promoted_until is null or c.promoted_until <= now())'
      || case when after.at is not null then ' and (c.created_at, c.id) < ($11, $12)' else '' end || newest || '
    )';
  end if;
  return query execute
    'select c.id, c.owner_id, coalesce(e.company_name, a.full_name, a.username), coalesce(e.logo_path, a.avatar_path),
       c.organization_id, g.name, c.title, c.description, c.category, c.city, c.country, c.address, c.shoot_date, c.duration_days, c.response_deadline,
       c.pay_type, c.pay_min, c.pay_max, c.currency, c.gender, c.min_age, c.max_age, c.min_height, c.max_height,
       c.experience, c.languages, c.appearance, c.models_needed, c.is_urgent, c.tags, c.cover_path, c.status,
       private.is_open(c.owner_id, c.status, c.models_needed, c.accepted_count, c.response_deadline),
       c.responses_count, c.accepted_count,
       (select r.status from public.casting_responses r where r.casting_id = c.id and r.model_id = $1),
       exists (select from public.favorites f where f.account_id = $1 and f.entity_type = ''casting'' and f.entity_id = c.id),
       coalesce(c.promoted_until > now(), false),
       c.published_at, c.created_at, c.updated_at,
       (select count(*) from (select from public.castings c where ' || visible || conditions || ' limit 1001) as counted),
       private.cursor_of(c.key, c.id)
     from (
       select p.* from (' || page || ') as p
       order by p.key desc, p.id desc
       limit $13 offset $14
     ) as c
     join public.accounts a on a.id = c.owner_id
     left join public.employer_profiles e on e.account_id = c.owner_id
     left join public.organizations g on g.id = c.organization_id
     order by c.key desc, c.id desc'
    using auth.uid(), casting_ids, owner_id, status, city, category, gender, min_age, max_age, private.like_pattern(search),
      after.at, after.id, size, skipped, organization_id;
end;
$$;

create function private.is_open(
  owner_id uuid,
  status text,
  models_needed integer,
  accepted_count integer,
  response_deadline timestamptz
)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select status = 'active'
    and (models_needed is null or accepted_count < models_needed)
    and (response_deadline is null or response_deadline > now())
    and private.is_active_account(owner_id);
$$;
comment on function private.is_open is 'Whether a casting takes responses now.';

create function public.list_castings(
  status text default 'active',
  city text default null,
  category text default null,
  gender text default null,
  min_age integer default null,
  max_age integer default null,
  search text default null,
  owner_id uuid default null,
  organization_id uuid default null,
  promoted_first boolean default false,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.casting_card
language sql
stable
security invoker
set search_path = ''
as $$
  select *
  from private.find_castings(
    null, owner_id, organization_id, nullif(status, 'all'), city, category, gender, min_age, max_age, search, promoted_first,
    page_size, cursor, skip
  );
$$;
comment on function public.list_castings is
  'Castings the caller may see, newest first, or promoted ones before the others: 20 a page, 1-100. status `all`: every status. Age filters ask for an overlap; a requirement that is not set matches. search: in title and description. skip at most 1000.';

create function public.get_casting(casting_id uuid)
returns setof public.casting_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_castings(array[casting_id], null, null, null, null, null, null, null, null, null, false, 1, null, 0);
$$;
comment on function public.get_casting is 'One casting the caller may see; no row otherwise.';

create function public.get_castings(casting_ids uuid[])
returns setof public.casting_card
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(cardinality(casting_ids), 0) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 castings.', '{"fields": {"casting_ids": "length"}}');
  end if;
  return query
    select *
    from private.find_castings(coalesce(casting_ids, '{}'), null, null, null, null, null, null, null, null, null, false, 100, null, 0);
end;
$$;
comment on function public.get_castings is 'Those of these castings (at most 100) that the caller may see.';

create function public.list_my_castings(
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.casting_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_castings(null, private.account_id(), null, status, null, null, null, null, null, null, false, page_size, cursor, skip);
$$;
comment on function public.list_my_castings is 'The caller''s own castings of every status, newest first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_castings(uuid[], uuid, uuid, text, text, text, text, integer, integer, text, boolean, integer, text, integer),
  public.list_castings(text, text, text, text, integer, integer, text, uuid, uuid, boolean, integer, text, integer),
  public.get_casting(uuid),
  public.get_castings(uuid[])
to anon, authenticated;

grant execute on function public.list_my_castings(text, integer, text, integer) to authenticated;
