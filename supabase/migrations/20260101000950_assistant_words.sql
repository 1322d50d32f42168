-- Assistant, words: how the assistant knows a category of tasks in what somebody writes, in English, Russian, Kazakh or Arabic.
-- supabase/assistant-words.sql fills the words; admins add more in Studio. No outside service.
-- Promises: what is suggested is a category of the catalog that tasks can have; the time grows with the text, which is bounded.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Writing, made alike -------------------------------------------------------------------------------------------------

create function private.fold_text(value text)
returns text
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- Small letters, digits of every script, and letters that people leave out or mix: yo, the Kazakh ones, Arabic vowel signs,
  -- stretching, forms of alef, yeh and teh. One character may stand for eighteen: no text becomes more than twice as long by that.
  select pg_catalog.translate(
    pg_catalog.regexp_replace(
      pg_catalog.lower(pg_catalog.left(normalize(fold_text.value, nfkc), 2 * pg_catalog.length(fold_text.value) + 20)),
      '[\u0640\u064b-\u065f\u0670\u200c\u200d]', '', 'g'
    ),
    '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९٫٬،ёәғқңөұүһіأإآٱىئؤةکی’`ʼ',
    '012345678901234567890123456789.,,еагкноуухиااااييوهكي'''''''
  );
$$;
comment on function private.fold_text is 'A text in the one form in which words and numbers of it are compared.';

create function private.plain_words(folded text)
returns text
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- The words alone, a blank between them: what the parser of full text makes of other characters depends on the locale.
  select pg_catalog.btrim(pg_catalog.regexp_replace(plain_words.folded, '[^[:alnum:]]+', ' ', 'g'));
$$;

create function private.word_query(locale text, word text)
returns tsquery
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- English, Russian and Arabic by stems, Arabic also with the preposition or article that is written together with it; Kazakh by how
  -- words begin, short ones whole. Null of what is no word, or one that says nothing.
  select case when pg_catalog.numnode(q.query) > 0 then q.query end
  from (select private.plain_words(private.fold_text(word_query.word)) as words) as w
  cross join lateral (
    select case word_query.locale
      when 'en' then pg_catalog.phraseto_tsquery('pg_catalog.english', w.words)
      when 'ru' then pg_catalog.phraseto_tsquery('pg_catalog.russian', w.words)
      when 'ar' then pg_catalog.phraseto_tsquery('pg_catalog.arabic', w.words)
        || pg_catalog.phraseto_tsquery('pg_catalog.arabic', 'ل' || w.words)
        || pg_catalog.phraseto_tsquery('pg_catalog.arabic', 'ال' || w.words)
      else (
        select coalesce(
          pg_catalog.string_agg(
            quote_literal(k.word) || case when pg_catalog.length(k.word) > 3 then ':*' else '' end, ' <-> ' order by k.place
          ),
          ''
        )::tsquery
        from pg_catalog.string_to_table(w.words, ' ') with ordinality as k (word, place)
        where k.word <> ''
      )
    end as query
  ) as q;
$$;
comment on function private.word_query is 'What a word or phrase is looked for with, in a text of the same language.';

create function private.city_query(locale text, word text)
returns tsquery
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- Names are not stemmed: in Russian and Kazakh they have the endings of in, to, from and of, in Arabic such words in front.
  select string_agg('(' || p.phrase || ')', ' | ')::tsquery
  from (select private.plain_words(private.fold_text(city_query.word)) as words) as w
  cross join (
    select '' as front, a.ending as behind, '[аьйя]$' as dropped
    from unnest(array['', 'а', 'е', 'у', 'ы', 'и', 'я', 'ю', 'ь', 'й', 'ой', 'ом', 'ем']) as a (ending)
    where city_query.locale = 'ru'
    union all
    select '', a.ending, null
    from unnest(array[
      '', 'да', 'де', 'та', 'те', 'дан', 'ден', 'тан', 'тен', 'га', 'ге', 'ка', 'ке', 'нын', 'нин', 'дын', 'дин', 'тын', 'тин',
      'дагы', 'деги', 'тагы', 'теги'
    ]) as a (ending)
    where city_query.locale = 'kk'
    union all
    select a.beginning, '', null from unnest(array['', 'ب', 'ل', 'و', 'ال']) as a (beginning) where city_query.locale = 'ar'
    union all
    select '', '', null where city_query.locale = 'en'
  ) as f
  cross join lateral (
    select string_agg(
      quote_literal(
        case when k.place = 1 then f.front else '' end
        || case when k.is_last then regexp_replace(k.word, coalesce(f.dropped, '^$'), '') || f.behind else k.word end
      ),
      ' <-> ' order by k.place
    ) as phrase
    from (
      select t.word, t.place, t.place = count(*) over () as is_last
      from string_to_table(w.words, ' ') with ordinality as t (word, place)
    ) as k
  ) as p
  where w.words <> '';
$$;
comment on function private.city_query is 'What the name of a city is looked for with, in the words of any text.';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.category_words (
  id bigint generated always as identity primary key,
  category text not null references public.categories (slug) on update cascade on delete cascade,
  locale text not null,
  word text not null,
  weight integer not null default 10,
  is_name boolean not null default false,
  folded text generated always as (private.plain_words(private.fold_text(word))) stored,
  query tsquery generated always as (private.word_query(locale, word)) stored,
  constraint category_words_category_locale_word_key unique (category, locale, word),
  constraint category_words_locale_known check (locale in ('en', 'ru', 'kk', 'ar')),
  constraint category_words_word_length check (private.is_clean_text(word, 1, 100)),
  constraint category_words_weight_range check (weight between 1 and 100)
);
comment on table private.category_words is 'Words and phrases that stand for a category. One more is a row here: category, locale, word.';
comment on column private.category_words.weight is 'How much it says: 10 unless told, 4 for a word that fits several.';
comment on column private.category_words.is_name is 'From the category''s own names, kept by a trigger.';

-- Of single words: only those are looked for when they are misspelt.
create index category_words_folded_idx on private.category_words using gin (folded extensions.gin_trgm_ops)
  where folded !~ ' ';

create table private.category_task_types (
  category text primary key references public.categories (slug) on update cascade on delete cascade,
  task_type text,
  constraint category_task_types_task_type_known check (task_type in ('physical', 'digital'))
);
comment on table private.category_task_types is 'Whether tasks of a category, and of those below it, are usually physical or digital; null: either.';

create table private.city_words (
  id bigint generated always as identity primary key,
  state_slug text not null,
  city_slug text not null,
  locale text not null,
  word text not null,
  query tsquery generated always as (private.city_query(locale, word)) stored,
  constraint city_words_state_slug_city_slug_fkey foreign key (state_slug, city_slug)
    references public.cities (state_slug, slug) on update cascade on delete cascade,
  constraint city_words_state_slug_city_slug_locale_word_key unique (state_slug, city_slug, locale, word),
  constraint city_words_locale_known check (locale in ('en', 'ru', 'kk', 'ar')),
  constraint city_words_word_length check (private.is_clean_text(word, 1, 100))
);
comment on table private.city_words is 'What a city is called beside its name: in other languages, and by older names.';

create function private.name_category()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: whoever changes the catalog has no right on the words. A name of a whole branch says less than others.
begin
  delete from private.category_words as w where w.category = new.slug and w.is_name;
  insert into private.category_words (category, locale, word, weight, is_name)
  select new.slug, n.locale, n.name, case when new.parent_slug is null then 4 else 10 end, true
  from (values ('en', new.name), ('ru', new.name_ru), ('kk', new.name_kk)) as n (locale, name)
  -- Of IT help only help would be looked for.
  where n.name is not null and (
    n.locale = 'kk' or pg_catalog.length(pg_catalog.to_tsvector(
      case n.locale when 'en' then 'pg_catalog.english'::regconfig else 'pg_catalog.russian' end, private.plain_words(private.fold_text(n.name))
    )) = pg_catalog.length(pg_catalog.to_tsvector('pg_catalog.simple', private.plain_words(private.fold_text(n.name))))
  )
  on conflict do nothing;
  return null;
end;
$$;

create trigger categories_name
  after insert or update of name, name_ru, name_kk, parent_slug, kinds on public.categories
  for each row
  when ('task' = any (new.kinds))
  execute function private.name_category();

-- Those that are there already.
update public.categories set name = name where 'task' = any (kinds);

-- Categories ----------------------------------------------------------------------------------------------------------

create function private.category_points(value text)
returns table (category text, points numeric, place integer)
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads the words. Full text first: what the text says of each category, less for words that several have. Then, by
-- trigrams, words of the text that nothing was found by: misspelt ones. place: where in the text it begins, for equal points.
declare
  plain text := private.plain_words(private.fold_text(category_points.value));
  in_english tsvector := pg_catalog.to_tsvector('pg_catalog.english', plain);
  in_russian tsvector := pg_catalog.to_tsvector('pg_catalog.russian', plain);
  in_arabic tsvector := pg_catalog.to_tsvector('pg_catalog.arabic', plain);
  in_kazakh tsvector := pg_catalog.to_tsvector('pg_catalog.simple', plain);
begin
  return query
  with known as materialized (
    select w.category, w.folded, w.locale, w.query::text as found_by, w.weight
    from private.category_words as w
    join public.categories as c on c.slug = w.category and 'task' = any (c.kinds)
    where case w.locale when 'en' then in_english when 'ru' then in_russian when 'ar' then in_arabic else in_kazakh end
      @@ w.query
  ), tokens as materialized (
    select distinct t.token
    from (
      select t.token, t.place
      from pg_catalog.string_to_table(plain, ' ') with ordinality as t (token, place)
      where pg_catalog.length(t.token) between 5 and 30
      order by t.place
      limit 60
    ) as t
    where not exists (
      select from known as k
      where pg_catalog.strpos(k.folded, pg_catalog.left(t.token, 4)) > 0 or pg_catalog.strpos(t.token, pg_catalog.left(k.folded, 4)) = 1
    )
  ), misspelt as (
    select w.category, w.folded, w.locale, w.query::text as found_by,
      w.weight * 0.6 * pg_catalog.max(extensions.similarity(w.folded, t.token))::numeric as weight
    from tokens as t
    join private.category_words as w
      on w.folded !~ ' ' and w.folded operator(extensions.%) t.token and extensions.similarity(w.folded, t.token) >= 0.45
    join public.categories as c on c.slug = w.category and 'task' = any (c.kinds)
    group by w.id
  ), said as (
    -- In two languages alike, or by the same stem: once.
    select distinct on (s.category, s.found_by) s.category, s.found_by,
      s.weight * case when pg_catalog.strpos(s.folded, ' ') > 0 then 1.5 else 1 end as weight,
      coalesce(nullif(pg_catalog.strpos(plain, pg_catalog.left(s.folded, 4)), 0), 100000) as place
    from (select * from known union all select * from misspelt) as s
    order by s.category, s.found_by, s.weight desc
  )
  select s.category, pg_catalog.sum(s.weight / s.sharers), pg_catalog.min(s.place)
  from (select d.*, pg_catalog.count(*) over (partition by d.found_by) as sharers from said as d) as s
  group by s.category;
end;
$$;

create function private.check_words(value text, field text, max_length integer)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions; calls functions clients may not. Refuses what is too long, empty, or no clean text.
begin
  if not coalesce(private.is_clean_text(check_words.value, 1, check_words.max_length), false) then
    perform private.raise_error(
      'validation_failed', 400, pg_catalog.format('This takes 1 to %s characters.', check_words.max_length),
      jsonb_build_object('fields', jsonb_build_object(check_words.field, case
        when check_words.value is null then 'required'
        when pg_catalog.length(check_words.value) > check_words.max_length or check_words.value !~ '[^[:space:]]' then 'length'
        else 'format'
      end))
    );
  end if;
end;
$$;

create type public.category_suggestion as (
  category text,
  name text,
  name_ru text,
  name_kk text,
  score numeric
);
comment on type public.category_suggestion is 'A category of the catalog by its slug. score: above 0, below 1; more is surer.';

create function private.suggest_categories(value text)
returns setof public.category_suggestion
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads the words.
begin
  perform private.account_id();
  perform private.check_words(suggest_categories.value, 'text', 4000);
  return query
    select c.slug, c.name, c.name_ru, c.name_kk, pg_catalog.round(p.points / (p.points + 10), 3)
    from private.category_points(suggest_categories.value) as p
    join public.categories as c on c.slug = p.category
    order by p.points desc, p.place, c.slug
    limit 5;
end;
$$;

create function public.suggest_categories(text text)
returns setof public.category_suggestion
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.suggest_categories(suggest_categories.text);
$$;
comment on function public.suggest_categories is
  'Categories of tasks for a text of 1 to 4,000 characters, the surest first, 5 at most; none for a text that fits none.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.suggest_categories(text), public.suggest_categories(text) to authenticated;
