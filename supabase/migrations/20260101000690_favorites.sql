-- Favorites: what people save for later, whatever it is. A module whose things can be saved adds a row to
-- private.entity_types.
-- Promises: only what one can see is saved; a list shows what one can still see.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.favorites (
  account_id uuid not null references public.accounts (id) on delete cascade,
  entity_type text not null references private.entity_types (type) on delete cascade,
  entity_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, entity_type, entity_id)
);
comment on table public.favorites is 'What an account has saved; its own alone. entity_id: of a model the account''s id.';

create index favorites_entity_type_idx on public.favorites (entity_type, entity_id);
create index favorites_account_id_idx on public.favorites (account_id, entity_type, created_at desc, entity_id desc);

select private.hide_estimates('public.favorites');

create function private.forget_favorites()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: other people's favorites. Arguments: the type, and the column with the id.
begin
  delete from public.favorites as f
  where f.entity_type = tg_argv[0] and f.entity_id = (to_jsonb(old) ->> tg_argv[1])::uuid;
  return null;
end;
$$;
comment on function private.forget_favorites is 'Trigger (type, column) after a deletion: what is gone is nobody''s favorite.';

create function private.savable(entity_type text, ids uuid[])
returns uuid[]
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: asks the module that has the entities, about all of them at once.
declare
  look_up text := (select t.look_up from private.entity_types as t where t.type = savable.entity_type and t.is_favorite);
  found uuid[];
begin
  if look_up is null then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"entity_type": "known"}}');
  end if;
  execute format(
    'select coalesce(array_agg(e.id), ''{}'') from private.%I($1) as e where e.owner_id not in (select private.blocked_ids())', look_up
  ) into found using ids;
  return found;
end;
$$;
comment on function private.savable is 'Those of these entities that the caller sees and no block stands before.';

create function private.add_favorite(entity_type text, entity_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: looks whether the caller can see what they save.
declare
  caller uuid := private.account_id();
begin
  if private.savable(add_favorite.entity_type, array[add_favorite.entity_id]) = '{}' then
    perform private.raise_error('not_found', 404, 'There is no such thing to save.');
  end if;
  insert into public.favorites (account_id, entity_type, entity_id)
  values (caller, add_favorite.entity_type, add_favorite.entity_id)
  on conflict on constraint favorites_pkey do nothing;
end;
$$;

create function public.add_favorite(entity_type text, entity_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_favorite(entity_type, entity_id);
$$;
comment on function public.add_favorite is
  'Saves something the caller can see (not_found, 404, otherwise): a model (by account id) or a casting. Asking twice changes nothing; deleting the row of `favorites` takes it back.';

create function private.toggle_favorite(entity_type text, entity_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  delete from public.favorites as f
  where f.account_id = private.account_id()
    and f.entity_type = toggle_favorite.entity_type
    and f.entity_id = toggle_favorite.entity_id;
  if found then
    return false;
  end if;
  perform private.add_favorite(toggle_favorite.entity_type, toggle_favorite.entity_id);
  return true;
end;
$$;

create function public.toggle_favorite(entity_type text, entity_id uuid)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.toggle_favorite(entity_type, entity_id);
$$;
comment on function public.toggle_favorite is 'Saves it, or takes it back when it is saved; answers whether it is saved now.';

create type public.favorite_card as (
  entity_type text,
  entity_id uuid,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.favorite_card is 'Something saved. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_favorites(entity_type text, page_size integer, cursor text, skip integer)
returns setof public.favorite_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: leaves out what the caller cannot see any more.
declare
  caller uuid := private.account_id();
  shown uuid[] := private.savable(
    find_favorites.entity_type,
    array(select f.entity_id from public.favorites as f where f.account_id = caller and f.entity_type = find_favorites.entity_type)
  );
  after record;
begin
  select * into after from private.cursor_at(find_favorites.cursor);
  return query
    select f.entity_type, f.entity_id, f.created_at, least(cardinality(shown), 1001)::bigint, private.cursor_of(f.created_at, f.entity_id)
    from public.favorites as f
    where f.account_id = caller and f.entity_type = find_favorites.entity_type and f.entity_id = any (shown)
      and (after.at is null or (f.created_at, f.entity_id) < (after.at, after.id))
    order by f.created_at desc, f.entity_id desc
    limit private.page_size(find_favorites.page_size) offset private.skipped(find_favorites.skip);
end;
$$;

create function public.list_favorites(
  entity_type text,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.favorite_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_favorites(entity_type, page_size, cursor, skip);
$$;
comment on function public.list_favorites is 'What the caller has saved of a type and can still see, newest first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.favorites to authenticated, service_role;

grant delete on public.favorites to authenticated;

grant execute on function
  private.add_favorite(text, uuid),
  public.add_favorite(text, uuid),
  private.toggle_favorite(text, uuid),
  public.toggle_favorite(text, uuid),
  private.find_favorites(text, integer, text, integer),
  public.list_favorites(text, integer, text, integer)
to authenticated;

alter table public.favorites enable row level security;

create policy select_owner on public.favorites for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.favorites for delete to authenticated
  using (account_id = (select auth.uid()));
