-- Skills of people: what creators and freelancers say they can do, and how well.
-- Promises: a skill stands once in a profile; many are written all or none.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.account_skills (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  skill_id uuid not null references public.skills (id) on delete cascade,
  level integer,
  years integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint account_skills_account_id_skill_id_once unique (account_id, skill_id),
  constraint account_skills_level_range check (level between 1 and 5),
  constraint account_skills_years_range check (years between 0 and 80)
);
comment on table public.account_skills is 'Skills of creators and freelancers. Others get list_account_skills.';
comment on column public.account_skills.level is '1 (knows it) to 5 (masters it); null: not said.';
comment on column public.account_skills.years is 'Years of experience; null: not said.';

create index account_skills_skill_id_idx on public.account_skills (skill_id);
create index account_skills_created_at_idx on public.account_skills (account_id, created_at desc, id desc);

select private.hide_estimates('public.account_skills');

create trigger account_skills_limit_rows
  after insert on public.account_skills
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger account_skills_touch_updated_at
  before update on public.account_skills
  for each row execute function private.touch_updated_at();

create function private.lock_account_skills(account_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  -- Taken before any row: what changes several skills of an account at once would otherwise deadlock.
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('account_skills ' || account_id::text, 0));
$$;

create function private.lock_own_account_skills()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls a function clients may not.
begin
  perform private.lock_account_skills(auth.uid());
  return null;
end;
$$;

create trigger account_skills_lock_own
  before insert or update or delete on public.account_skills
  for each statement execute function private.lock_own_account_skills();

-- Many at once --------------------------------------------------------------------------------------------------------

create type public.skill_change as (
  id uuid,
  skill_id uuid,
  skill_name text,
  level integer,
  years integer,
  created boolean
);
comment on type public.skill_change is 'A skill that upsert_account_skills wrote; created: it was not in the profile before.';

create function private.check_skill_ids(skill_ids uuid[])
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. 100 at most, each a skill there is, none twice.
begin
  if skill_ids is null or cardinality(skill_ids) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 skills.', '{"fields": {"skill_ids": "length"}}');
  end if;
  if exists (select from unnest(skill_ids) as w (id) group by w.id having count(*) > 1) then
    perform private.raise_error('validation_failed', 400, 'Name each skill once.', '{"fields": {"skill_ids": "set"}}');
  end if;
  if exists (
    select from unnest(skill_ids) as w (id) where not exists (select from public.skills as s where s.id = w.id)
  ) then
    perform private.raise_error('validation_failed', 400, 'No such skill.', '{"fields": {"skill_ids": "known"}}');
  end if;
end;
$$;

create function private.upsert_account_skills(skill_ids uuid[], levels integer[], years integer[])
returns setof public.skill_change
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: an upsert, which would need update on the key.
#variable_conflict use_column
declare
  caller uuid := private.require_role('creator', 'freelancer');
begin
  perform private.check_skill_ids(skill_ids);
  if cardinality(levels) <> cardinality(skill_ids) or cardinality(years) <> cardinality(skill_ids) then
    perform private.raise_error('validation_failed', 400, 'As many levels and years as skills.', '{"fields": {"skill_ids": "match"}}');
  end if;
  if exists (select from unnest(levels) as l where l not between 1 and 5) then
    perform private.raise_error('validation_failed', 400, 'A level is 1 to 5.', '{"fields": {"levels": "range"}}');
  end if;
  if exists (select from unnest(upsert_account_skills.years) as y where y not between 0 and 80) then
    perform private.raise_error('validation_failed', 400, 'Years are 0 to 80.', '{"fields": {"years": "range"}}');
  end if;
  return query
    with written as (
      insert into public.account_skills as s (account_id, skill_id, level, years)
      select caller, w.skill_id, w.level, w.years
      from unnest(skill_ids, levels, upsert_account_skills.years) as w (skill_id, level, years)
      on conflict on constraint account_skills_account_id_skill_id_once do update
        set level = coalesce(excluded.level, s.level), years = coalesce(excluded.years, s.years)
      -- A row that was not there before has no earlier version.
      returning s.id, s.skill_id, s.level, s.years, s.xmax = 0 as created
    )
    select w.id, w.skill_id, k.name, w.level, w.years, w.created
    from written as w
    join public.skills as k on k.id = w.skill_id
    order by array_position(skill_ids, w.skill_id);
end;
$$;

create function public.upsert_account_skills(skill_ids uuid[], levels integer[] default null, years integer[] default null)
returns setof public.skill_change
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.upsert_account_skills(skill_ids, levels, years);
$$;
comment on function public.upsert_account_skills is
  'Creators and freelancers: adds skills to one''s own, or changes level and years of those there are, all or none; says of each whether it was created. levels and years go with skill_ids by position; null leaves as it is.';

create function private.replace_account_skills(skill_ids uuid[])
returns setof public.account_skills
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  caller uuid := private.require_role('creator', 'freelancer');
begin
  perform private.check_skill_ids(skill_ids);
  -- Here already: what is waited for below would be deleted from, not seen.
  perform private.lock_account_skills(caller);
  delete from public.account_skills as s where s.account_id = caller and s.skill_id <> all (skill_ids);
  insert into public.account_skills (account_id, skill_id)
  select caller, w.id from unnest(skill_ids) as w (id)
  on conflict on constraint account_skills_account_id_skill_id_once do nothing;
  return query
    select s.* from public.account_skills as s where s.account_id = caller order by s.created_at desc, s.id desc;
end;
$$;

create function public.replace_account_skills(skill_ids uuid[])
returns setof public.account_skills
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.replace_account_skills(skill_ids);
$$;
comment on function public.replace_account_skills is
  'Creators and freelancers: makes these the caller''s skills, at most 100; those that stay keep level and years. Answers all of them.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.account_skill_card as (
  id uuid,
  account_id uuid,
  skill_id uuid,
  name text,
  description text,
  level integer,
  years integer,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.account_skill_card is 'A skill of somebody. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_account_skills(account_id uuid, page_size integer, cursor text, skip integer)
returns setof public.account_skill_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the table is its owner's alone; what it shows of an account is for whoever sees the account's public sides.
declare
  after record;
begin
  select * into after from private.cursor_at(find_account_skills.cursor);
  return query
    select s.id, s.account_id, s.skill_id, k.name, k.description, s.level, s.years, s.created_at, s.updated_at,
      (select count(*) from (select from public.account_skills as c where c.account_id = find_account_skills.account_id limit 1001) as counted),
      private.cursor_of(s.created_at, s.id)
    from public.account_skills as s
    join public.skills as k on k.id = s.skill_id
    where s.account_id = find_account_skills.account_id
      and private.is_shown(find_account_skills.account_id)
      and (after.at is null or (s.created_at, s.id) < (after.at, after.id))
    order by s.created_at desc, s.id desc
    limit private.page_size(find_account_skills.page_size) offset private.skipped(find_account_skills.skip);
end;
$$;

create function public.list_account_skills(
  account_id uuid,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.account_skill_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_account_skills(account_id, page_size, cursor, skip);
$$;
comment on function public.list_account_skills is 'The skills of an account, newest first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.account_skills to authenticated, service_role;

grant insert (account_id, skill_id, level, years), update (level, years) on public.account_skills to authenticated;

grant delete on public.account_skills to authenticated;

grant execute on function
  private.find_account_skills(uuid, integer, text, integer),
  public.list_account_skills(uuid, integer, text, integer)
to anon, authenticated;

grant execute on function
  private.upsert_account_skills(uuid[], integer[], integer[]),
  public.upsert_account_skills(uuid[], integer[], integer[]),
  private.replace_account_skills(uuid[]),
  public.replace_account_skills(uuid[])
to authenticated;

alter table public.account_skills enable row level security;

create policy select_owner on public.account_skills for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.account_skills for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('creator', 'freelancer')));

create policy update_owner on public.account_skills for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.account_skills for delete to authenticated
  using (account_id = (select auth.uid()));
