-- Saved searches: filters of a list that an account keeps, to hear of what is new and matches. Castings, tasks, services and
-- candidates; how they are matched is in …943_search_matches.sql.
-- Promises: what is kept is what the list itself would take; nobody but its owner knows of a search.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.saved_searches (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  entity_type text not null,
  name text not null,
  filters jsonb not null,
  frequency text not null,
  last_digest_on date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_searches_entity_type_known check (entity_type in ('casting', 'task', 'service', 'candidate')),
  constraint saved_searches_name_length check (private.is_clean_text(name, 1, 100)),
  constraint saved_searches_frequency_known check (frequency in ('instant', 'daily'))
);
comment on table public.saved_searches is 'Searches that an account keeps to hear of what is new; its own alone. Written by functions.';
comment on column public.saved_searches.filters is 'As the list takes them, without order and page: list_castings, list_tasks, list_services, search_candidates.';
comment on column public.saved_searches.frequency is 'instant: a notification a match, within a minute or two; daily: one a day with their number.';
comment on column public.saved_searches.last_digest_on is 'The day, in UTC, on which the last daily notification was sent.';

create unique index saved_searches_filters_once on public.saved_searches (account_id, entity_type, md5(filters::text));
create index saved_searches_account_id_idx on public.saved_searches (account_id, created_at desc, id desc);
create index saved_searches_entity_type_idx on public.saved_searches (entity_type, account_id);

select private.hide_estimates('public.saved_searches');

create trigger saved_searches_touch_updated_at
  before update of name, filters, frequency on public.saved_searches
  for each row execute function private.touch_updated_at();

insert into private.settings (key, value, description) values
  ('saved_searches.limit', '20', 'Searches that an account may keep.');

-- What may be looked for ----------------------------------------------------------------------------------------------

-- The arguments of the lists under their names. What candidates are searched by is private.candidate_filters.
create type private.casting_filters as (
  status text,
  city text,
  category text,
  gender text,
  min_age integer,
  max_age integer,
  search text,
  owner_id uuid,
  organization_id uuid
);

create type private.task_filters as (
  status text,
  category text,
  task_type text,
  city text,
  skill_id uuid,
  min_budget bigint,
  max_budget bigint,
  currency text,
  search text,
  owner_id uuid
);

create type private.service_filters as (
  owner_id uuid,
  category text,
  tag text,
  min_price bigint,
  max_price bigint,
  currency text,
  search text
);

create function private.find_among(entity_type text, filters jsonb, ids uuid[])
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Those of these entities (at most 100) that the caller's list shows with these
-- filters: the list itself is asked, so that the two never differ. Nobody looks for what is their own, nor for what is over.
declare
  casting private.casting_filters;
  task private.task_filters;
  service private.service_filters;
  candidate private.candidate_filters;
begin
  case find_among.entity_type
    when 'casting' then
      casting := jsonb_populate_record(null::private.casting_filters, filters);
      return query
        select f.id
        from private.find_castings(
          casting_ids => ids, owner_id => casting.owner_id, organization_id => casting.organization_id, status => 'active',
          city => casting.city, category => casting.category, gender => casting.gender, min_age => casting.min_age,
          max_age => casting.max_age, search => casting.search, promoted_first => false, page_size => 100, cursor => null, skip => 0
        ) as f
        where f.owner_id is distinct from auth.uid();
    when 'task' then
      task := jsonb_populate_record(null::private.task_filters, filters);
      return query
        select f.id
        from private.find_tasks(
          task_ids => ids, owner_id => task.owner_id, status => 'open', category => task.category, task_type => task.task_type,
          city => task.city, skill_id => task.skill_id, min_budget => task.min_budget, max_budget => task.max_budget,
          currency => task.currency, search => task.search, sort => 'newest', page_size => 100, cursor => null, skip => 0
        ) as f
        where f.owner_id is distinct from auth.uid();
    when 'service' then
      service := jsonb_populate_record(null::private.service_filters, filters);
      return query
        select f.id
        from private.find_services(
          service_ids => ids, owner_id => service.owner_id, category => service.category, tag => service.tag,
          min_price => service.min_price, max_price => service.max_price, currency => service.currency,
          search => service.search, sort => 'newest', page_size => 100, cursor => null, skip => 0
        ) as f
        where f.owner_id is distinct from auth.uid();
    when 'candidate' then
      candidate := private.candidate_filters_of(filters);
      if exists (select from private.verified_recruiter()) then
        return query execute
          'select s.card_id from private.candidate_search s
           where s.card_id = any ($1)
             and not exists (select from private.candidates c where c.card_id = s.card_id and c.account_id = auth.uid())
             and ' || private.candidate_conditions(candidate)
          using ids;
      end if;
  end case;
end;
$$;

create function private.saved_filters_of(entity_type text, filters jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. The filters as they are kept. Names every one that is wrong, as filters.<name>.
declare
  kind regclass := 'private.' || saved_filters_of.entity_type || '_filters';
  refusal jsonb;
  kept jsonb;
begin
  if jsonb_typeof(filters) is distinct from 'object' then
    perform private.raise_error('validation_failed', 400, 'Filters are an object.', '{"fields": {"filters": "type"}}');
  end if;
  if length(filters::text) > 10000 then
    perform private.raise_error('validation_failed', 400, 'These are too many filters.', '{"fields": {"filters": "length"}}');
  end if;
  begin
    perform private.check_fields(kind, filters);
    execute format('select jsonb_strip_nulls(to_jsonb(jsonb_populate_record(null::%s, $1)))', kind) into kept using filters;
    perform private.raise_error(
      'validation_failed', 400, 'There are filters that are not right.', jsonb_build_object('fields', p.problems)
    )
    from (
      select jsonb_object_agg(t.key, case when t.key = 'status' then 'known' else 'length' end) as problems
      from jsonb_each(kept) as t
      where jsonb_typeof(t.value) = 'string'
        and case
          -- What is new is never of another.
          when t.key = 'status' then t.value #>> '{}' <> case saved_filters_of.entity_type when 'task' then 'open' else 'active' end
          else not private.is_clean_text(t.value #>> '{}', 1, 200)
        end
    ) as p
    where p.problems is not null;
    perform private.find_among(saved_filters_of.entity_type, kept, '{}');
  exception when sqlstate 'PGRST' then
    refusal := sqlerrm::jsonb;
    perform private.raise_error(
      'validation_failed', 400, refusal ->> 'message',
      (
        select jsonb_build_object('fields', jsonb_object_agg(case f.key when 'fields' then 'filters' else 'filters.' || f.key end, f.value))
        from jsonb_each((refusal ->> 'details')::jsonb -> 'fields') as f
      )
    );
  end;
  return kept;
end;
$$;

-- Keeping one ---------------------------------------------------------------------------------------------------------

create function private.check_saved_search(entity_type text, name text, frequency text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Names every argument that is wrong.
declare
  problems jsonb := jsonb_strip_nulls(jsonb_build_object(
    'entity_type', case when (entity_type in ('casting', 'task', 'service', 'candidate')) is not true then 'known' end,
    'name', case when name is null then 'required' when not private.is_clean_text(name, 1, 100) then 'length' end,
    'frequency', case when (frequency in ('instant', 'daily')) is not true then 'known' end
  ));
begin
  if problems <> '{}' then
    perform private.raise_error(
      'validation_failed', 400, 'A saved search has a type, a name and a frequency.', jsonb_build_object('fields', problems)
    );
  end if;
end;
$$;

create function private.refuse_same_search(search public.saved_searches)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. For who holds the account.
declare
  same uuid := (
    select s.id from public.saved_searches as s
    where s.account_id = search.account_id and s.entity_type = search.entity_type and s.filters = search.filters and s.id <> search.id
  );
begin
  if same is not null then
    perform private.raise_error(
      'duplicate', 409, 'You have saved this search already.', jsonb_build_object('saved_search_id', same)
    );
  end if;
end;
$$;

create function private.create_saved_search(entity_type text, name text, filters jsonb, frequency text)
returns setof public.saved_searches
language plpgsql
volatile
security definer
rows 1
set search_path = ''
as $$
-- Definer: there is no insert grant. One after the other of an account: they are counted.
declare
  caller uuid := private.account_id();
  most integer := (private.setting('saved_searches.limit') #>> '{}')::integer;
  search public.saved_searches;
begin
  perform private.check_saved_search(create_saved_search.entity_type, create_saved_search.name, create_saved_search.frequency);
  if create_saved_search.entity_type = 'candidate' then
    perform private.require_verified_recruiter();
  end if;
  search.filters := private.saved_filters_of(create_saved_search.entity_type, create_saved_search.filters);
  perform from public.accounts as a where a.id = caller for no key update;
  if not found then
    perform private.raise_error('auth_required', 401, 'This account does not exist any more.');
  end if;
  search.id := gen_random_uuid();
  search.account_id := caller;
  search.entity_type := create_saved_search.entity_type;
  perform private.refuse_same_search(search);
  if (select count(*) from public.saved_searches as s where s.account_id = caller) >= most then
    perform private.raise_error(
      'conflict', 409, 'You have as many saved searches as there may be.',
      jsonb_build_object('reason', 'too_many_saved_searches', 'limit', most)
    );
  end if;
  return query
    insert into public.saved_searches as s (id, account_id, entity_type, name, filters, frequency)
    values (
      search.id, caller, search.entity_type, create_saved_search.name, search.filters, create_saved_search.frequency
    )
    returning s.*;
end;
$$;

create function public.create_saved_search(
  entity_type text,
  name text,
  filters jsonb default '{}',
  frequency text default 'instant'
)
returns setof public.saved_searches
language sql
volatile
security invoker
rows 1
set search_path = ''
as $$
  select * from private.create_saved_search(entity_type, name, filters, frequency);
$$;
comment on function public.create_saved_search is
  'Keeps a search: entity_type casting, task, service or candidate (verified recruiters only); filters: those of list_castings, list_tasks (owner_id and status, which can only be active or open, among them), list_services or search_candidates; frequency instant or daily. The same search twice is duplicate, more than saved_searches.limit conflict (409).';

create function private.update_saved_search(saved_search_id uuid, name text, filters jsonb, frequency text)
returns setof public.saved_searches
language plpgsql
volatile
security definer
rows 1
set search_path = ''
as $$
-- Definer: as above. What is null stays.
declare
  caller uuid := private.account_id();
  search public.saved_searches;
begin
  perform from public.accounts as a where a.id = caller for no key update;
  select s.* into search
  from public.saved_searches as s
  where s.id = update_saved_search.saved_search_id and s.account_id = caller
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such saved search of yours.');
  end if;
  search.name := coalesce(update_saved_search.name, search.name);
  search.frequency := coalesce(update_saved_search.frequency, search.frequency);
  perform private.check_saved_search(search.entity_type, search.name, search.frequency);
  if update_saved_search.filters is not null then
    if search.entity_type = 'candidate' then
      perform private.require_verified_recruiter();
    end if;
    search.filters := private.saved_filters_of(search.entity_type, update_saved_search.filters);
    perform private.refuse_same_search(search);
  end if;
  return query
    update public.saved_searches as s
    set name = search.name, frequency = search.frequency, filters = search.filters
    where s.id = search.id
    returning s.*;
end;
$$;

create function public.update_saved_search(
  saved_search_id uuid,
  name text default null,
  filters jsonb default null,
  frequency text default null
)
returns setof public.saved_searches
language sql
volatile
security invoker
rows 1
set search_path = ''
as $$
  select * from private.update_saved_search(saved_search_id, name, filters, frequency);
$$;
comment on function public.update_saved_search is
  'Owner only: changes what is named of a saved search; filters are replaced as a whole. Deleting the row of `saved_searches` ends it.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.saved_search_card as (
  id uuid,
  entity_type text,
  name text,
  filters jsonb,
  frequency text,
  last_digest_on date,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.saved_search_card is 'A saved search of the caller. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_saved_searches(entity_type text, page_size integer, cursor text, skip integer)
returns setof public.saved_search_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: calls functions clients may not.
declare
  caller uuid := private.account_id();
  after record;
begin
  if find_saved_searches.entity_type not in ('casting', 'task', 'service', 'candidate') then
    perform private.raise_error('validation_failed', 400, 'No such type.', '{"fields": {"entity_type": "known"}}');
  end if;
  select * into after from private.cursor_at(find_saved_searches.cursor);
  return query
    select s.id, s.entity_type, s.name, s.filters, s.frequency, s.last_digest_on, s.created_at, s.updated_at,
      (
        select count(*) from (
          select from public.saved_searches as c
          where c.account_id = caller and (find_saved_searches.entity_type is null or c.entity_type = find_saved_searches.entity_type)
          limit 1001
        ) as counted
      ),
      private.cursor_of(s.created_at, s.id)
    from public.saved_searches as s
    where s.account_id = caller
      and (find_saved_searches.entity_type is null or s.entity_type = find_saved_searches.entity_type)
      and (after.at is null or (s.created_at, s.id) < (after.at, after.id))
    order by s.created_at desc, s.id desc
    limit private.page_size(find_saved_searches.page_size) offset private.skipped(find_saved_searches.skip);
end;
$$;

create function public.list_saved_searches(
  entity_type text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.saved_search_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_saved_searches(entity_type, page_size, cursor, skip);
$$;
comment on function public.list_saved_searches is 'The caller''s saved searches, of one type or all, newest first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.saved_searches to authenticated, service_role;

grant delete on public.saved_searches to authenticated;

grant execute on function
  private.create_saved_search(text, text, jsonb, text),
  public.create_saved_search(text, text, jsonb, text),
  private.update_saved_search(uuid, text, jsonb, text),
  public.update_saved_search(uuid, text, jsonb, text),
  private.find_saved_searches(text, integer, text, integer),
  public.list_saved_searches(text, integer, text, integer)
to authenticated;

alter table public.saved_searches enable row level security;

create policy select_owner on public.saved_searches for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.saved_searches for delete to authenticated
  using (account_id = (select auth.uid()));
