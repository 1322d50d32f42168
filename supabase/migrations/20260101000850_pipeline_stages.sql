-- Pipeline stages: the steps by which a company hires, in its own words.
-- Promises: a company with a recruiter has some; only its owner and admins change them.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.pipeline_stages (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  name text not null,
  position integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pipeline_stages_name_length check (private.is_clean_text(name, 1, 100)),
  constraint pipeline_stages_position_range check (position between 0 and 1000),
  constraint pipeline_stages_organization_id_once unique (organization_id, id)
);
comment on table public.pipeline_stages is 'The stages of a company''s pipeline, at most 30, in the order of position; made with the first recruiter, changed by the company''s owner and admins.';
comment on column public.pipeline_stages.position is 'Order in the pipeline; the end unless told.';

create unique index pipeline_stages_name_key on public.pipeline_stages (organization_id, lower(name));

select private.hide_estimates('public.pipeline_stages');

create trigger pipeline_stages_limit_rows
  after insert on public.pipeline_stages
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger pipeline_stages_touch_updated_at
  before update on public.pipeline_stages
  for each row execute function private.touch_updated_at();

create function private.lock_stages()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. Stages are added and moved one after the other; before any row of them is locked.
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('pipeline_stages', 0));
  return null;
end;
$$;

create trigger pipeline_stages_lock
  before insert or update of position on public.pipeline_stages
  for each statement execute function private.lock_stages();

create function private.make_room_for_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: moves the company's other stages, whoever may write them: those between the old place and the new one close up, and
-- behind a new stage everything makes room.
begin
  if tg_op = 'UPDATE' then
    update public.pipeline_stages as s
    set position = s.position + case when new.position < old.position then 1 else -1 end
    where s.organization_id = new.organization_id and s.id <> new.id
      and s.position between least(new.position, old.position) and greatest(new.position, old.position);
  elsif exists (
    select from public.pipeline_stages as s
    where s.organization_id = new.organization_id and s.id <> new.id and s.position = new.position
  ) then
    update public.pipeline_stages as s
    set position = least(s.position + 1, 1000)
    where s.organization_id = new.organization_id and s.id <> new.id and s.position >= new.position;
  end if;
  return null;
end;
$$;

create trigger pipeline_stages_make_room
  after insert or update of position on public.pipeline_stages
  for each row
  when (pg_catalog.pg_trigger_depth() = 0)
  execute function private.make_room_for_stage();

create function private.place_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: looks at the other stages whoever adds one. One after the other: private.lock_stages.
declare
  others record;
begin
  if auth.uid() is not null and new.organization_id not in (select private.managed_organization_ids()) then
    -- Refused by the row-level security, which comes later: nothing is told of another's pipeline.
    return new;
  end if;
  select count(*) as count, max(s.position) as last into others
  from public.pipeline_stages as s
  where s.organization_id = new.organization_id;
  if others.count >= 30 then
    perform private.raise_error('conflict', 409, 'A pipeline has at most 30 stages.', '{"reason": "too_many_stages"}');
  end if;
  new.position := coalesce(new.position, least(coalesce(others.last + 1, 0), 1000));
  return new;
end;
$$;

create trigger pipeline_stages_place
  before insert on public.pipeline_stages
  for each row execute function private.place_stage();

create function private.add_stages()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a company's pipeline comes with its first recruiter, whoever manages it.
begin
  insert into public.pipeline_stages (organization_id, name, position)
  select new.organization_id, s.name, s.position
  from unnest(array['New', 'Contacted', 'Interview', 'Offer', 'Hired', 'Rejected']) with ordinality as s (name, position)
  where not exists (select from public.pipeline_stages as p where p.organization_id = new.organization_id)
  on conflict do nothing;
  return null;
end;
$$;

create trigger recruiter_profiles_add_stages
  after insert or update of organization_id on public.recruiter_profiles
  for each row
  when (new.organization_id is not null)
  execute function private.add_stages();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select, delete on public.pipeline_stages to authenticated;
grant insert (organization_id, name, position), update (name, position) on public.pipeline_stages to authenticated;
grant select on public.pipeline_stages to service_role;

alter table public.pipeline_stages enable row level security;

create policy select_members on public.pipeline_stages for select to authenticated
  using (organization_id in (select private.own_organization_ids()));

create policy insert_managers on public.pipeline_stages for insert to authenticated
  with check (organization_id in (select private.managed_organization_ids()));

create policy update_managers on public.pipeline_stages for update to authenticated
  using (organization_id in (select private.managed_organization_ids()))
  with check (organization_id in (select private.managed_organization_ids()));

create policy delete_managers on public.pipeline_stages for delete to authenticated
  using (organization_id in (select private.managed_organization_ids()));
