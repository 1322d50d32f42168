-- Assistant, drafts: what else a text says of a task: city, where it is done, skills; and of all of it a draft.
-- Promises: nothing is posted; a draft holds only what a task may hold; texts are bounded.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Places --------------------------------------------------------------------------------------------------------------

create function private.city_in(value text, is_asked boolean)
returns table (city text, country text)
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads the words. Short names are words of other meanings: they count behind a preposition, with their capital, or
-- when they are what was asked for.
declare
  plain text := private.plain_words(private.fold_text(city_in.value));
  said text := ' ' || plain || ' ';
  words tsvector := pg_catalog.to_tsvector('pg_catalog.simple', plain);
begin
  return query
  with named as (
    select c.state_slug, c.slug, c.name,
      case
        when exists (
          select from unnest(array['in', 'at', 'near', 'around', 'to', 'from', 'в', 'во', 'г', 'из', 'город']) as p (word)
          where pg_catalog.strpos(said, ' ' || p.word || n.name) > 0
        ) then 3
        when city_in.is_asked or pg_catalog.strpos(city_in.value, c.name) > 1 then 2
        when pg_catalog.length(c.name) >= 5 then 1
      end as strength
    from public.cities as c
    cross join lateral (select ' ' || pg_catalog.translate(pg_catalog.lower(c.name), '-', ' ') || ' ') as n (name)
    where pg_catalog.strpos(said, n.name) > 0
    union all
    select w.state_slug, w.city_slug, c.name, 3
    from private.city_words as w
    join public.cities as c on c.state_slug = w.state_slug and c.slug = w.city_slug
    where words @@ w.query
  )
  select n.name, k.name
  from named as n
  join public.states as s on s.slug = n.state_slug
  join public.countries as k on k.code = s.country_code
  where n.strength is not null
  order by n.strength = 3 desc, pg_catalog.length(n.name) desc, n.strength desc, n.name, k.name
  limit 1;
  if found or not city_in.is_asked then
    return;
  end if;
  -- The catalog does not have every city; a task may name any.
  return query
  select b.name, null::text
  from (
    select pg_catalog.btrim(pg_catalog.regexp_replace(city_in.value, '^[[:space:]]*(in|at|в|во|г\.|город|في)[[:space:]]+', '', 'i'), E' \t\n\r.,!')
  ) as b (name)
  where pg_catalog.length(b.name) between 2 and 60 and b.name ~ '^[[:alpha:]][[:alpha:] .''-]*$';
end;
$$;

create function private.task_type_in(folded text, is_asked boolean)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- Null when it says neither, or both.
  select case when t.is_digital and not t.is_physical then 'digital' when t.is_physical and not t.is_digital then 'physical' end
  from (select
    task_type_in.folded ~ '(?<![[:alpha:]])(online|remote|remotely|from home|онлайн|удаленн[[:alpha:]]{0,3}|дистанционн[[:alpha:]]{0,3}|кашыктан|اونلاين|اون لاين|عن بعد|عبر الانترنت)(?![[:alpha:]])'
      or (task_type_in.is_asked and task_type_in.folded ~ '(?<![[:alpha:]])(digital|цифров[[:alpha:]]{2,3}|интернет[[:alpha:]]{0,3}|رقمي)(?![[:alpha:]])'),
    task_type_in.folded ~ '(?<![[:alpha:]])(on[ -]?site|in person|offline|at (my|our|the) (home|house|place|office|flat|apartment)|на дому|на месте|с выездом|приехать|лично|в офис[[:alpha:]]?|очно|офлайн|оффлайн|уйде|уйге келу|орнында|бетпе бет|في المنزل|في البيت|حضوري[[:alpha:]]?|في المكتب)(?![[:alpha:]])'
      or (task_type_in.is_asked and task_type_in.folded ~ '(?<![[:alpha:]])(home|here|physical|place|дома|физическ[[:alpha:]]{2,3}|адрес[[:alpha:]]{0,3}|المنزل|البيت|المكان)(?![[:alpha:]])')
  ) as t (is_digital, is_physical);
$$;

create function private.usual_task_type(category text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the words. Of the category itself, else of the one above it.
  select t.task_type
  from public.categories as c
  join private.category_task_types as t on t.category in (c.slug, c.parent_slug)
  where c.slug = usual_task_type.category
  order by t.category = c.slug desc
  limit 1;
$$;

create function private.spaced(value text)
returns text
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- Words with a blank around each, as names of skills have them: C++, C#, Node.js.
  select ' ' || regexp_replace(regexp_replace(spaced.value, '[^[:alnum:]+#.]+', ' ', 'g'), '\.+( |$)', ' ', 'g') || ' ';
$$;

create function private.skills_in(value text)
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions. Names that the text has; those of two letters as they are written, and not where it begins.
  with t as materialized (
    select p.said, lower(p.said) as small from (select private.spaced(skills_in.value)) as p (said)
  )
  select coalesce(array_agg(f.id order by f.id), '{}')
  from (
    select s.id
    from public.skills as s
    cross join lateral (select private.spaced(s.name)) as n (name)
    cross join t
    where case when length(s.name) <= 2 then strpos(t.said, n.name) > 2 else strpos(t.small, lower(n.name)) > 0 end
    order by length(s.name) desc, s.id
    limit 20
  ) as f;
$$;

-- Drafts --------------------------------------------------------------------------------------------------------------

create function private.title_of(value text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- The first sentence without a greeting, of 80 characters at most, which end with a word.
  select nullif(upper(left(t.title, 1)) || substr(t.title, 2), '')
  from (
    select btrim(case when length(s.sentence) <= 80 then s.sentence else regexp_replace(left(s.sentence, 80), '[[:space:]]+[^[:space:]]*$', '') end, E' \t\n\r,;:-') as title
    from (
      select substring(
        regexp_replace(
          title_of.value,
          '^[[:space:]]*(hi|hello|hey|good (morning|day|evening)|здравствуйте|привет|добрый (день|вечер)|салем|сәлем|сәлеметсіз бе|مرحبا|السلام عليكم|اهلا)(?![[:alpha:]])[[:space:],.!]*',
          '', 'i'
        )
        from '^[[:space:]]*((?:[^.!?\n]|[.!?](?![[:space:]]|$))+)'
      ) as sentence
    ) as s
  ) as t;
$$;

create function private.tidy_text(value text, max_length integer)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- What a text of ours may hold, of one that comes from elsewhere; null when nothing is left.
  select nullif(btrim(left(
    regexp_replace(
      tidy_text.value,
      '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]',
      '', 'g'
    ), tidy_text.max_length
  ), E' \t\n\r\u00a0\u3000'), '');
$$;

create type public.task_draft as (
  title text,
  description text,
  category text,
  task_type text,
  budget bigint,
  currency text,
  deadline date,
  city text,
  country text,
  skill_ids uuid[],
  missing text[]
);
comment on type public.task_draft is
  'What a task could be; nothing is posted. budget: minor units of currency, null until that is known. missing: what a task needs and nobody has said, in the order to ask.';

create function private.best_category(value text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the words. None when two are as likely, or nothing says much.
  select b.category
  from (
    select p.category, p.points, lead(p.points) over o as next_points, p.place, lead(p.place) over o as next_place
    from private.category_points(best_category.value) as p
    window o as (order by p.points desc, p.place, p.category)
    order by p.points desc, p.place, p.category
    limit 1
  ) as b
  where b.points >= 2.5 and (b.next_points is null or (b.points, -b.place) <> (b.next_points, -b.next_place));
$$;

create function private.facts_in(bodies text[], asked text[], today date)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions of this module. What messages say of a task, the oldest first; asked: what was asked for before each,
-- or null. What was said last counts. Short answers tell of what was asked for and are no part of the description.
declare
  facts jsonb := '{}';
  found record;
  folded text;
  marked text;
  told text := '';
  chosen text;
  kind text;
begin
  for i in reverse cardinality(bodies) .. 1 loop
    folded := private.fold_text(bodies[i]);
    marked := private.mark_amounts(folded);
    if asked[i] is null or length(bodies[i]) > 60 then
      told := bodies[i] || case when told = '' then '' else E'\n' || told end;
    end if;
    if not facts ? 'amount' then
      select * into found from private.budget_in(marked, coalesce(asked[i] = 'budget', false));
      facts := facts || jsonb_strip_nulls(jsonb_build_object('amount', found.amount, 'currency', found.currency));
    end if;
    if not facts ? 'currency' then
      facts := facts || jsonb_strip_nulls(jsonb_build_object('currency', private.currency_of(substring(marked from '[UETRIP]'))));
    end if;
    if not facts ? 'deadline' then
      facts := facts || jsonb_strip_nulls(jsonb_build_object('deadline', private.deadline_in(folded, facts_in.today)));
    end if;
    if not facts ? 'city' then
      select * into found from private.city_in(bodies[i], coalesce(asked[i] = 'city', false));
      facts := facts || jsonb_strip_nulls(jsonb_build_object('city', found.city, 'country', found.country));
    end if;
    kind := coalesce(kind, private.task_type_in(folded, coalesce(asked[i] = 'task_type', false)));
    if asked[i] = 'category' then
      chosen := coalesce(chosen, private.best_category(bodies[i]));
    end if;
  end loop;
  chosen := coalesce(chosen, private.best_category(left(told, 8000)));
  return facts || jsonb_strip_nulls(jsonb_build_object(
    'title', private.title_of(told),
    'description', nullif(left(told, 10000), ''),
    'category', chosen,
    'task_type', coalesce(kind, private.usual_task_type(chosen), case when chosen is not null and facts ? 'city' then 'physical' end),
    'skill_ids', private.skills_in(left(told, 8000))
  ));
end;
$$;

create function private.draft_of(facts jsonb, today date)
returns public.task_draft
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions of this module. The one gate to a draft, whoever found the facts: what a task could not hold is left out.
declare
  draft public.task_draft;
  amount numeric := case when facts ->> 'amount' ~ '^[0-9]{1,13}(\.[0-9]{1,6})?$' then (facts ->> 'amount')::numeric end;
  day text[] := regexp_match(facts ->> 'deadline', '^(20[0-9]{2})-([0-9]{2})-([0-9]{2})$');
  minor numeric;
begin
  draft.title := private.tidy_text(facts ->> 'title', 200);
  draft.title := case when private.is_clean_text(draft.title, 3, 200) then draft.title end;
  draft.description := private.tidy_text(facts ->> 'description', 10000);
  select c.slug into draft.category from public.categories as c where c.slug = facts ->> 'category' and 'task' = any (c.kinds);
  draft.task_type := case when facts ->> 'task_type' in ('physical', 'digital') then facts ->> 'task_type' end;
  select c.code, round(amount * 10::numeric ^ c.minor_units) into draft.currency, minor
  from public.currencies as c
  where c.code = facts ->> 'currency';
  draft.budget := case when minor between 1 and 1000000000000 then minor::bigint end;
  draft.deadline := private.day_of(day[1]::integer, day[2]::integer, day[3]::integer, draft_of.today);
  draft.city := private.tidy_text(facts ->> 'city', 100);
  draft.country := private.tidy_text(facts ->> 'country', 100);
  draft.skill_ids := array(
    select s.id from public.skills as s where s.id::text in (
      select i.id from jsonb_array_elements_text(case when jsonb_typeof(facts -> 'skill_ids') = 'array' then facts -> 'skill_ids' else '[]' end) as i (id)
    )
    order by s.id
    limit 20
  );
  draft.missing := array(
    select f.field
    from (values
      (1, 'title', draft.title is null), (2, 'description', draft.description is null), (3, 'category', draft.category is null),
      (4, 'task_type', draft.task_type is null), (5, 'city', draft.task_type = 'physical' and draft.city is null),
      (6, 'budget', draft.budget is null and (amount is null or amount <= 0 or minor is not null)), (7, 'currency', draft.currency is null)
    ) as f (place, field, is_missing)
    where f.is_missing
    order by f.place
  );
  return draft;
end;
$$;
