-- Catalog: the words that people choose from. Categories (a tree that serves several parts of the marketplace), skills,
-- and reference options such as religions and departments; supabase/seed.sql fills them.
-- Promises: whoever misses a word proposes it; it is there once an admin has approved it.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.categories (
  slug text primary key,
  parent_slug text references public.categories (slug) on update cascade on delete restrict,
  kinds text[] not null,
  name text not null,
  name_ru text,
  name_kk text,
  position integer not null default 0,
  constraint categories_slug_format check (slug ~ '^[a-z][a-z0-9_-]{0,49}$'),
  constraint categories_parent_slug_other check (parent_slug <> slug),
  constraint categories_kinds_known check (cardinality(kinds) > 0 and kinds <@ array['casting', 'hiring', 'service', 'task']),
  constraint categories_name_length check (private.is_clean_text(name, 1, 100)),
  constraint categories_name_ru_length check (private.is_clean_text(name_ru, 1, 100)),
  constraint categories_name_kk_length check (private.is_clean_text(name_kk, 1, 100))
);
comment on table public.categories is 'Categories of castings and models, of jobs, services and tasks; kinds says of which. Children have a parent_slug.';
comment on column public.categories.position is 'Order among the children of one parent, then by name.';

create index categories_parent_slug_idx on public.categories (parent_slug);

create table public.skills (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  description text,
  created_at timestamptz not null default now(),
  constraint skills_name_length check (private.is_clean_text(name, 1, 100)),
  constraint skills_description_length check (private.is_clean_text(description, 1, 500))
);
comment on table public.skills is 'Skills of creators and freelancers. Names are unique without regard to case.';

create unique index skills_name_key on public.skills (lower(name));
create index skills_search_idx on public.skills
  using gin ((name || ' ' || coalesce(description, '')) extensions.gin_trgm_ops);

create table public.reference_options (
  type text not null,
  slug text not null,
  name text not null,
  name_ru text,
  name_kk text,
  position integer not null default 0,
  primary key (type, slug),
  constraint reference_options_type_known check (
    type in ('department', 'religion', 'education', 'language', 'hair_color', 'eye_color', 'skin_tone', 'clothing_size')
  ),
  constraint reference_options_slug_format check (slug ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  constraint reference_options_name_length check (private.is_clean_text(name, 1, 100)),
  constraint reference_options_name_ru_length check (private.is_clean_text(name_ru, 1, 100)),
  constraint reference_options_name_kk_length check (private.is_clean_text(name_kk, 1, 100))
);
comment on table public.reference_options is 'Choices that forms offer, by type. What is stored elsewhere is the name that was chosen.';

create function private.check_category()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. A foreign key knows the category, but not its kind, which is the argument.
begin
  if new.category is not null
    and not exists (select from public.categories as c where c.slug = new.category and tg_argv[0] = any (c.kinds)) then
    perform private.raise_error('validation_failed', 400, 'No such category.', '{"fields": {"category": "known"}}');
  end if;
  return new;
end;
$$;
comment on function private.check_category is 'Trigger (kind) for tables with a category.';

-- Skills, searched ----------------------------------------------------------------------------------------------------

create type public.skill_card as (
  id uuid,
  name text,
  description text,
  total bigint,
  cursor text
);
comment on type public.skill_card is 'A skill of a list. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_skills(search text, page_size integer, cursor text, skip integer)
returns setof public.skill_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: text search cannot use an index under RLS. Everybody sees every skill.
declare
  conditions text := 'true';
  after record;
begin
  select * into after from private.text_cursor_at(find_skills.cursor);
  if find_skills.search is not null then
    conditions := 's.name || '' '' || coalesce(s.description, '''') ilike $1';
  end if;
  return query execute
    'select s.id, s.name, s.description,
       (select count(*) from (select from public.skills s where ' || conditions || ' limit 1001) as counted),
       private.text_cursor_of(lower(s.name), s.id)
     from public.skills s
     where ' || conditions || case when after.id is not null then ' and lower(s.name) > $2' else '' end || '
     order by lower(s.name)
     limit $3 offset $4'
    using private.like_pattern(search), after.key, private.page_size(page_size), private.skipped(skip);
end;
$$;

create function public.list_skills(
  search text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.skill_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_skills(search, page_size, cursor, skip);
$$;
comment on function public.list_skills is 'Skills by name: 20 a page, 1-100; search: in name and description; skip at most 1000.';

-- Proposals -----------------------------------------------------------------------------------------------------------

create table public.catalog_proposals (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  type text not null,
  name text not null,
  parent text,
  note text,
  status text not null default 'pending',
  reason text,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  constraint catalog_proposals_type_known check (
    type in (
      'category', 'skill', 'city',
      'department', 'religion', 'education', 'language', 'hair_color', 'eye_color', 'skin_tone', 'clothing_size'
    )
  ),
  constraint catalog_proposals_name_length check (private.is_clean_text(name, 1, 100)),
  constraint catalog_proposals_parent_format check (parent ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
  constraint catalog_proposals_parent_required check (type not in ('category', 'city') or parent is not null),
  constraint catalog_proposals_parent_unknown check (type in ('category', 'city') or parent is null),
  constraint catalog_proposals_note_length check (private.is_clean_text(note, 1, 500)),
  constraint catalog_proposals_status_known check (status in ('pending', 'approved', 'rejected'))
);
comment on table public.catalog_proposals is 'Words that people miss in the catalog; an admin approves or rejects them.';
comment on column public.catalog_proposals.parent is 'Of a city: the slug of its state. Of a category: the slug of its parent. Else null.';
comment on column public.catalog_proposals.reason is 'Why it was rejected, in the admin''s words.';

create index catalog_proposals_account_id_idx on public.catalog_proposals (account_id, created_at desc, id desc);
create index catalog_proposals_pending_idx on public.catalog_proposals (created_at) where status = 'pending';
create unique index catalog_proposals_name_key on public.catalog_proposals (account_id, type, lower(name)) where status = 'pending';

select private.hide_estimates('public.catalog_proposals');

create trigger catalog_proposals_limit_rows
  after insert on public.catalog_proposals
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create function private.check_proposal()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. A foreign key cannot look into one of two tables.
declare
  word text := lower(btrim(new.name));
begin
  if new.type in ('category', 'city') and not exists (
    select from public.states as s where new.type = 'city' and s.slug = new.parent
    union all
    select from public.categories as c where new.type = 'category' and c.slug = new.parent
  ) then
    perform private.raise_error('validation_failed', 400, 'No such parent.', '{"fields": {"parent": "known"}}');
  end if;
  if exists (
    select from public.skills as s where new.type = 'skill' and lower(s.name) = word
    union all
    select from public.categories as c
    where new.type = 'category' and c.parent_slug = new.parent and word in (lower(c.name), lower(c.name_ru), lower(c.name_kk))
    union all
    select from public.cities as c where new.type = 'city' and c.state_slug = new.parent and lower(c.name) = word
    union all
    select from public.reference_options as o
    where o.type = new.type and word in (lower(o.name), lower(o.name_ru), lower(o.name_kk))
  ) then
    perform private.raise_error('duplicate', 409, 'The catalog has this word.', '{"fields": {"name": "taken"}}');
  end if;
  return new;
end;
$$;

create trigger catalog_proposals_check
  before insert on public.catalog_proposals
  for each row
  -- What lacks a parent, or must have none, breaks a constraint.
  when ((new.type in ('category', 'city')) = (new.parent is not null))
  execute function private.check_proposal();

create type public.proposal_card as (
  id uuid,
  type text,
  name text,
  parent text,
  note text,
  status text,
  reason text,
  decided_at timestamptz,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.proposal_card is
  'A proposal of the caller''s. reason: why it was rejected, in words. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_proposals(page_size integer, cursor text, skip integer)
returns setof public.proposal_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_proposals.cursor);
  return query
    select p.id, p.type, p.name, p.parent, p.note, p.status, p.reason, p.decided_at, p.created_at,
      (select count(*) from (select from public.catalog_proposals as c where c.account_id = caller limit 1001) as counted),
      private.cursor_of(p.created_at, p.id)
    from public.catalog_proposals as p
    where p.account_id = caller and (after.at is null or (p.created_at, p.id) < (after.at, after.id))
    order by p.created_at desc, p.id desc
    limit private.page_size(find_proposals.page_size) offset private.skipped(find_proposals.skip);
end;
$$;

create function public.list_proposals(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.proposal_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_proposals(page_size, cursor, skip);
$$;
comment on function public.list_proposals is 'What the caller has proposed for the catalog, newest first: 20 a page, 1-100.';

create function private.slug_of(name text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select left(btrim(regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g'), '-'), 50);
$$;
comment on function private.slug_of is 'Lower-case letters and digits of a name, joined by dashes; empty for a name without any.';

insert into public.notification_types (type, description) values
  ('proposal_decided', 'A word that I proposed for the catalog was approved or rejected.');

create function private.decide_proposal(proposal_id uuid, status text, reason text)
returns public.catalog_proposals
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the functions below. A proposal is decided once.
declare
  proposal public.catalog_proposals;
begin
  update public.catalog_proposals as p
  set status = decide_proposal.status, reason = decide_proposal.reason, decided_at = now()
  where p.id = decide_proposal.proposal_id and p.status = 'pending'
  returning p.* into proposal;
  if not found then
    raise exception 'there is no pending proposal %', decide_proposal.proposal_id using errcode = 'no_data_found';
  end if;
  perform private.notify(
    proposal.account_id, 'proposal_decided', jsonb_build_object('proposal_id', proposal.id, 'status', proposal.status)
  );
  perform private.audit('proposal.decide', 'catalog_proposal', proposal.id::text, jsonb_build_object('status', proposal.status));
  return proposal;
end;
$$;

create function private.approve_proposal(proposal_id uuid, slug text default null)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only. What another proposal has added meanwhile is left as it is; FOUND tells it from
-- another word that has the slug.
declare
  proposal public.catalog_proposals := private.decide_proposal(proposal_id, 'approved', null);
  key text := coalesce(approve_proposal.slug, private.slug_of(proposal.name));
begin
  if approve_proposal.slug is null
    and ((proposal.type = 'category' and key !~ '^[a-z]') or (proposal.type <> 'skill' and key = '')) then
    raise exception 'no slug can be made of the name %: give one', proposal.name using errcode = 'invalid_parameter_value';
  end if;
  if proposal.type = 'skill' then
    insert into public.skills as s (name) values (proposal.name)
    on conflict (lower(name)) do update set name = s.name;
  elsif proposal.type = 'category' then
    insert into public.categories as c (slug, parent_slug, kinds, name)
    select key, p.slug, p.kinds, proposal.name from public.categories as p where p.slug = proposal.parent
    on conflict on constraint categories_pkey do update set name = c.name where lower(c.name) = lower(excluded.name);
  elsif proposal.type = 'city' then
    insert into public.cities as c (state_slug, slug, name) values (proposal.parent, key, proposal.name)
    on conflict on constraint cities_pkey do update set name = c.name where lower(c.name) = lower(excluded.name);
  else
    insert into public.reference_options as o (type, slug, name) values (proposal.type, key, proposal.name)
    on conflict on constraint reference_options_pkey do update set name = o.name where lower(o.name) = lower(excluded.name);
  end if;
  if not found then
    raise exception 'the slug % is another word''s, or the parent % is gone', key, proposal.parent using errcode = 'unique_violation';
  end if;
end;
$$;
comment on function private.approve_proposal is
  'For admins: puts the word into the catalog and tells who proposed it. slug: made of the name unless given; a name without Latin letters needs one.';

create function private.reject_proposal(proposal_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  perform private.decide_proposal(proposal_id, 'rejected', reject_proposal.reason);
end;
$$;
comment on function private.reject_proposal is 'For admins: says no, with a reason that who proposed it reads.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.categories, public.skills to anon, authenticated, service_role;

grant select on public.reference_options, public.catalog_proposals to authenticated, service_role;

grant insert (account_id, type, name, parent, note) on public.catalog_proposals to authenticated;

grant execute on function
  private.find_skills(text, integer, text, integer),
  public.list_skills(text, integer, text, integer)
to anon, authenticated;

grant execute on function private.find_proposals(integer, text, integer), public.list_proposals(integer, text, integer)
  to authenticated;

alter table public.categories enable row level security;

alter table public.skills enable row level security;

alter table public.reference_options enable row level security;

alter table public.catalog_proposals enable row level security;

create policy select_everyone on public.categories for select to anon, authenticated using (true);

create policy select_everyone on public.skills for select to anon, authenticated using (true);

create policy select_authenticated on public.reference_options for select to authenticated using (true);

create policy select_owner on public.catalog_proposals for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.catalog_proposals for insert to authenticated
  with check (account_id = (select auth.uid()));
