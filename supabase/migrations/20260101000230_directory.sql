-- Directory: looking people up, and how every list of the project pages.
-- Promises: accounts that are candidates alone are in no list; nobody is told who is a candidate besides; whom a block
-- stands between do not find each other.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Looking people up ---------------------------------------------------------------------------------------------------

create type public.account_card as (
  id uuid,
  username text,
  first_name text,
  last_name text,
  full_name text,
  avatar_path text,
  bio text,
  city text,
  country text,
  is_verified boolean,
  user_type text,
  roles text[],
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.account_card is
  'What the directory shows of an account. total: rows of the whole list, counted to 1,000 (1001 means more). cursor continues a list after this row.';

create function private.page_size(asked integer, usual integer default 20, most integer default 100)
returns integer
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if asked is not null and asked not between 1 and most then
    perform private.raise_error(
      'validation_failed', 400, pg_catalog.format('page_size must be between 1 and %s.', most),
      '{"fields": {"page_size": "range"}}'
    );
  end if;
  return coalesce(asked, usual);
end;
$$;

create function private.skipped(asked integer)
returns integer
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if asked not between 0 and 1000 then
    perform private.raise_error(
      'validation_failed', 400, 'skip must be between 0 and 1000; continue with a cursor.', '{"fields": {"skip": "range"}}'
    );
  end if;
  return coalesce(asked, 0);
end;
$$;

create function private.cursor_of(at timestamptz, id uuid)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- base64url of microseconds since 1970 and the id; exact, and free of characters a url would change.
  select pg_catalog.translate(
    pg_catalog.encode(
      pg_catalog.convert_to((extract(epoch from at) * 1000000)::bigint::text || ',' || id::text, 'UTF8'), 'base64'
    ),
    E'+/=\n', '-_'
  );
$$;

create function private.cursor_at(value text)
returns table (at timestamptz, id uuid)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  key text;
begin
  if value is null then
    return;
  end if;
  begin
    key := pg_catalog.convert_from(
      pg_catalog.decode(
        pg_catalog.translate(value, '-_', '+/') || pg_catalog.repeat('=', (4 - pg_catalog.length(value) % 4) % 4), 'base64'
      ), 'UTF8'
    );
    if key !~ '^[0-9]{1,17},[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
      raise exception 'malformed';
    end if;
    at := timestamptz '1970-01-01 00:00:00+00' + pg_catalog.split_part(key, ',', 1)::bigint * interval '1 microsecond';
    id := pg_catalog.split_part(key, ',', 2)::uuid;
  exception when others then
    perform private.raise_error('validation_failed', 400, 'This cursor is not one of ours.', '{"fields": {"cursor": "format"}}');
  end;
  return next;
end;
$$;

create function private.text_cursor_of(key text, id uuid)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- As cursor_of, for lists in the order of a text.
  select pg_catalog.translate(
    pg_catalog.encode(pg_catalog.convert_to(id::text || ',' || key, 'UTF8'), 'base64'), E'+/=\n', '-_'
  );
$$;

create function private.text_cursor_at(value text)
returns table (key text, id uuid)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  kept text;
begin
  if value is null then
    return;
  end if;
  begin
    kept := pg_catalog.convert_from(
      pg_catalog.decode(
        pg_catalog.translate(value, '-_', '+/') || pg_catalog.repeat('=', (4 - pg_catalog.length(value) % 4) % 4), 'base64'
      ), 'UTF8'
    );
    if pg_catalog.length(kept) > 240 or kept !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},' then
      raise exception 'malformed';
    end if;
    id := pg_catalog.left(kept, 36)::uuid;
    key := pg_catalog.substr(kept, 38);
  exception when others then
    perform private.raise_error('validation_failed', 400, 'This cursor is not one of ours.', '{"fields": {"cursor": "format"}}');
  end;
  return next;
end;
$$;

create function private.number_cursor_of(key bigint, id uuid)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  -- As cursor_of, for lists in the order of a number.
  select private.text_cursor_of(key::text, id);
$$;

create function private.number_cursor_at(value text)
returns table (key bigint, id uuid)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  kept record;
begin
  select t.key, t.id into kept from private.text_cursor_at(value) as t;
  if kept.key !~ '^-?[0-9]{1,18}$' then
    perform private.raise_error('validation_failed', 400, 'This cursor is not one of ours.', '{"fields": {"cursor": "format"}}');
  end if;
  key := kept.key::bigint;
  id := kept.id;
  return next;
end;
$$;

create function private.like_pattern(search text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  select '%' || pg_catalog.regexp_replace(pg_catalog.left(search, 200), '([\\%_])', '\\\1', 'g') || '%';
$$;
comment on function private.like_pattern is 'A pattern for ilike that finds the text itself, at most 200 characters of it.';

create function private.find_accounts(
  user_type text,
  search text,
  city text,
  username text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.account_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: text search cannot use an index under RLS. The visibility rule is select_authenticated's: listed and not
-- blocked, or the caller's own. That somebody is a candidate too is not told: it would join a masked card to a name.
declare
  caller uuid := private.account_id();
  conditions text := ' and a.id not in (select private.blocked_ids())';
  after record;
begin
  if find_accounts.user_type not in ('client', 'freelancer', 'both') then
    perform private.raise_error('validation_failed', 400, 'No such user_type.', '{"fields": {"user_type": "known"}}');
  end if;
  select * into after from private.cursor_at(find_accounts.cursor);
  if find_accounts.user_type in ('client', 'both') then
    conditions := conditions || ' and exists (select from public.account_roles r where r.account_id = a.id and r.role = ''client'')';
  end if;
  if find_accounts.user_type in ('freelancer', 'both') then
    conditions := conditions || ' and exists (select from public.account_roles r where r.account_id = a.id and r.role = ''freelancer'')';
  end if;
  if find_accounts.search is not null then
    conditions := conditions || ' and coalesce(a.username, '''') || '' '' || coalesce(a.first_name, '''') || '' '' || coalesce(a.last_name, '''') ilike $3';
  end if;
  if find_accounts.city is not null then
    conditions := conditions || ' and lower(a.city) = lower($4)';
  end if;
  if find_accounts.username is not null then
    conditions := conditions || ' and lower(a.username) = lower($5)';
  else
    -- A list shows the directory; one's own hidden account is found by its username alone.
    conditions := conditions || ' and a.is_listed';
  end if;
  return query execute
    'select a.id, a.username, a.first_name, a.last_name, a.full_name, a.avatar_path, a.bio, a.city, a.country, a.is_verified,
       private.user_type(r.roles), r.roles, a.created_at,
       (
         select count(*)
         from (select from public.accounts a where (a.is_listed or a.id = $1)' || conditions || ' limit 1001) as counted
       ),
       private.cursor_of(a.created_at, a.id)
     from (
       select a.* from public.accounts a
       where (a.is_listed or a.id = $1)' || conditions || case when after.at is not null then ' and (a.created_at, a.id) < ($6, $7)' else '' end || '
       order by a.created_at desc, a.id desc
       limit $2 offset $8
     ) as a
     cross join lateral (
       select coalesce(array_agg(o.role order by o.role), ''{}'') as roles
       from public.account_roles o
       where o.account_id = a.id and o.role not in (''candidate'', ''admin'')
     ) r
     order by a.created_at desc, a.id desc'
    using caller, private.page_size(page_size), private.like_pattern(search), city, username, after.at, after.id,
      private.skipped(skip);
end;
$$;

create function public.list_accounts(
  user_type text default null,
  search text default null,
  city text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.account_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_accounts(user_type, search, city, null, page_size, cursor, skip);
$$;
comment on function public.list_accounts is
  'The directory, newest first: 20 a page, 1-100; user_type client, freelancer or both; search in username and names; skip at most 1000.';

create function public.get_account(username text)
returns setof public.account_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_accounts(null, null, null, username, 1, null, 0);
$$;
comment on function public.get_account is 'One account of the directory by its username; no row when there is none.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant execute on function
  private.find_accounts(text, text, text, text, integer, text, integer),
  public.list_accounts(text, text, text, integer, text, integer),
  public.get_account(text)
to authenticated;

create policy select_authenticated on public.accounts for select to authenticated
  using (id = (select auth.uid()) or (is_listed and id not in (select private.blocked_ids())));
