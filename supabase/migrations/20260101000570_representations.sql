-- Representations: agencies and the models who agreed that they speak for them.
-- An agency invites, the model accepts or declines, either ends it. While it is active, the agency's members edit the
-- model's profile and photos and respond to castings for them, on the quota of the agency's owner.
-- Promises: nobody is represented who has not agreed; what an agency does for a model stands in the audit log with who did it.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.representations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  model_id uuid not null references public.accounts (id) on delete cascade,
  invited_by uuid references public.accounts (id) on delete set null,
  message text,
  status text not null default 'invited',
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint representations_message_length check (private.is_clean_text(message, 1, 2000)),
  constraint representations_status_known check (status in ('invited', 'active', 'declined', 'ended'))
);
comment on table public.representations is 'Which agency speaks for which model, past and present; at most one open one for a pair. Written by functions only.';

create unique index representations_open_key on public.representations (organization_id, model_id) where status in ('invited', 'active');
create index representations_organization_id_idx on public.representations (organization_id, created_at desc, id desc);
create index representations_model_id_idx on public.representations (model_id, created_at desc, id desc);
create index representations_invited_by_idx on public.representations (invited_by);

select private.hide_estimates('public.representations');

create table private.representation_transitions (
  from_status text not null,
  to_status text not null,
  actor text not null,
  primary key (from_status, to_status, actor),
  constraint representation_transitions_actor_known check (actor in ('agency', 'model'))
);
comment on table private.representation_transitions is 'Which status of a representation may follow which, and by whose hand.';

insert into private.representation_transitions (from_status, to_status, actor) values
  ('invited', 'active', 'model'), ('invited', 'declined', 'model'), ('invited', 'ended', 'agency'),
  ('active', 'ended', 'model'), ('active', 'ended', 'agency');

insert into public.notification_types (type, description, is_emailed) values
  ('representation', 'An agency invites me, or a model or an agency answered or ended a representation.', true);

create trigger representations_forget_message
  before update of invited_by on public.representations
  for each row
  when (new.invited_by is null)
  execute function private.forget_words('message');

create trigger representations_touch_updated_at
  before update on public.representations
  for each row execute function private.touch_updated_at();

-- Whom one speaks for -------------------------------------------------------------------------------------------------

create function private.models_of(account_id uuid)
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: policies ask this without going through the policies of the tables below. Of an account that is told, for
  -- Storage writes without the caller's token.
  select r.model_id
  from public.organization_members as m
  join public.representations as r on r.organization_id = m.organization_id
  where m.account_id = models_of.account_id
    and r.status = 'active'
    and r.model_id <> models_of.account_id
    and not exists (select from public.blocks as b where b.account_id = models_of.account_id and b.blocked_id = r.model_id)
    and not exists (select from public.blocks as b where b.account_id = r.model_id and b.blocked_id = models_of.account_id)
    and not exists (select from private.suspensions as s where s.account_id = r.model_id);
$$;
comment on function private.models_of is
  'The models for whom an account acts now: those of its agencies, but for who is suspended and whom a block keeps from it.';

create function private.represented_model_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select private.models_of(auth.uid());
$$;
comment on function private.represented_model_ids is 'The models for whom the caller acts now.';

create function private.acts_for_ids()
returns uuid[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. One list, for an index takes a list where it does not take an `or`.
  select array_append(array(select private.represented_model_ids()), auth.uid());
$$;
comment on function private.acts_for_ids is 'The caller, and the models that their agencies represent now.';

create function private.acts_for(model_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select acts_for.model_id = any (private.acts_for_ids());
$$;
comment on function private.acts_for is 'True for the caller themselves and for models that an agency of theirs represents.';

create function private.agency_between(account_id uuid, model_id uuid)
returns public.organizations
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. The agency in whose name the account acts for the model, the one that has done so for longest.
  select o.*
  from public.representations as r
  join public.organization_members as m on m.organization_id = r.organization_id and m.account_id = agency_between.account_id
  join public.organizations as o on o.id = r.organization_id
  where r.model_id = agency_between.model_id
    and r.status = 'active'
    and r.model_id in (select private.models_of(agency_between.account_id))
  order by r.started_at, r.id
  limit 1;
$$;

create function private.agency_of_caller(model_id uuid)
returns public.organizations
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select private.agency_between(auth.uid(), agency_of_caller.model_id);
$$;

-- The life of a representation ----------------------------------------------------------------------------------------

create function private.tell_of_representation(representation public.representations, to_model boolean)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications of others: of the model, or of the agency's owner and admins.
  select private.notify(
    t.account_id, 'representation',
    jsonb_build_object(
      'representation_id', representation.id, 'organization_id', representation.organization_id, 'status', representation.status
    )
  )
  from (
    select representation.model_id as account_id where to_model
    union all
    select m.account_id
    from public.organization_members as m
    where not to_model and m.organization_id = representation.organization_id and m.role in ('owner', 'admin')
  ) as t;
$$;

create function private.tell_of_lost_representation()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. A trigger, because representations go with the model's account and with the agency: whoever is left
-- is told.
begin
  old.status := 'ended';
  perform private.tell_of_representation(old, true);
  perform private.tell_of_representation(old, false);
  return null;
end;
$$;

create trigger representations_tell_of_loss
  after delete on public.representations
  for each row
  when (old.status = 'active')
  execute function private.tell_of_lost_representation();

create function private.invite_model(organization_id uuid, model_id uuid, message text)
returns public.representations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: representations have no insert grant. Who is no listed model, or is blocked, is not found.
declare
  caller uuid := private.lock_manager(organization_id, model_id);
  representation public.representations;
begin
  if not private.is_clean_text(invite_model.message, 1, 2000) then
    perform private.raise_error('validation_failed', 400, 'A message has 1 to 2000 characters.', '{"fields": {"message": "length"}}');
  end if;
  if not exists (
    select from public.organizations as o where o.id = invite_model.organization_id and o.kind = 'agency'
  ) then
    perform private.raise_error('conflict', 409, 'Only agencies represent models.');
  end if;
  if not exists (
    select from public.accounts as a
    join public.account_roles as r on r.account_id = a.id and r.role = 'model'
    where a.id = invite_model.model_id and a.is_listed and a.id not in (select private.blocked_ids())
  ) then
    perform private.raise_error('not_found', 404, 'There is no such model.');
  end if;
  insert into public.representations (organization_id, model_id, invited_by, message)
  values (invite_model.organization_id, invite_model.model_id, caller, invite_model.message)
  on conflict do nothing
  returning * into representation;
  if representation.id is null then
    perform private.raise_error('duplicate', 409, 'This model is invited or represented.');
  end if;
  perform private.tell_of_representation(representation, true);
  perform private.audit(
    'representation.invite', 'account', representation.model_id::text, jsonb_build_object('organization_id', representation.organization_id)
  );
  return representation;
end;
$$;

create function public.invite_model(organization_id uuid, model_id uuid, message text default null)
returns public.representations
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.invite_model(organization_id, model_id, message);
$$;
comment on function public.invite_model is
  'An agency''s owner and admins: asks a model whether the agency may represent them; they are told. duplicate (409) while they are asked or represented.';

create function private.set_representation_status(representation_id uuid, status text)
returns public.representations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: status is in no column grant. To others than the model and the agency's managers there is no such representation.
declare
  representation public.representations;
  acting text;
begin
  select r.* into representation
  from public.representations as r
  where r.id = set_representation_status.representation_id
    and (r.model_id = private.account_id() or r.organization_id in (select private.managed_organization_ids()))
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such representation.');
  end if;
  acting := case when representation.model_id = auth.uid() then 'model' else 'agency' end;
  if set_representation_status.status is null or set_representation_status.status not in ('active', 'declined', 'ended') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if not exists (
    select from private.representation_transitions as t
    where t.from_status = representation.status and t.to_status = set_representation_status.status and t.actor = acting
  ) then
    perform private.raise_error(
      'invalid_transition', 409, 'A representation cannot go from this status to that one by you.',
      jsonb_build_object('from', representation.status, 'to', set_representation_status.status)
    );
  end if;
  update public.representations as r
  set
    status = set_representation_status.status,
    started_at = case when set_representation_status.status = 'active' then now() else r.started_at end,
    ended_at = case when set_representation_status.status = 'active' then null else now() end
  where r.id = representation.id
  returning r.* into representation;
  perform private.tell_of_representation(representation, acting = 'agency');
  perform private.audit(
    'representation.' || representation.status, 'account', representation.model_id::text,
    jsonb_build_object('organization_id', representation.organization_id)
  );
  return representation;
end;
$$;

create function public.set_representation_status(representation_id uuid, status text)
returns public.representations
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_representation_status(representation_id, status);
$$;
comment on function public.set_representation_status is
  'The model: invited -> active | declined, active -> ended. The agency''s owner and admins: invited | active -> ended. The other side is told.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.representation_card as (
  id uuid,
  organization_id uuid,
  organization_name text,
  model_id uuid,
  model_name text,
  message text,
  status text,
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.representation_card is 'A representation with the names of both sides. total: counted to 1,000 (1001 means more).';

create function private.find_representations(
  organization_id uuid,
  status text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.representation_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: puts in names. The visibility rule is select_parties': the model's own, and those of the caller's agencies.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_representations.cursor);
  if find_representations.status not in ('invited', 'active', 'declined', 'ended') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  if find_representations.organization_id is not null
    and find_representations.organization_id not in (select private.own_organization_ids()) then
    perform private.raise_error('not_found', 404, 'There is no such organization of yours.');
  end if;
  return query
    with seen as (
      select r.*
      from public.representations as r
      where (
        case when find_representations.organization_id is null
          then r.model_id = caller or r.organization_id in (select private.own_organization_ids())
          else r.organization_id = find_representations.organization_id
        end
      ) and (find_representations.status is null or r.status = find_representations.status)
    )
    select s.id, s.organization_id, o.name, s.model_id, coalesce(a.full_name, a.username), s.message, s.status, s.started_at,
      s.ended_at, s.created_at, (select count(*) from (select from seen limit 1001) as counted),
      private.cursor_of(s.created_at, s.id)
    from seen as s
    join public.organizations as o on o.id = s.organization_id
    join public.accounts as a on a.id = s.model_id
    where after.at is null or (s.created_at, s.id) < (after.at, after.id)
    order by s.created_at desc, s.id desc
    limit private.page_size(find_representations.page_size) offset private.skipped(find_representations.skip);
end;
$$;

create function public.list_representations(
  organization_id uuid default null,
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.representation_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_representations(organization_id, status, page_size, cursor, skip);
$$;
comment on function public.list_representations is
  'The caller''s own as a model, and those of agencies the caller belongs to (or of one: not_found, 404, when they do not), newest first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.representations to authenticated, service_role;

grant execute on function
  private.represented_model_ids(),
  private.acts_for_ids(),
  private.invite_model(uuid, uuid, text),
  public.invite_model(uuid, uuid, text),
  private.set_representation_status(uuid, text),
  public.set_representation_status(uuid, text),
  private.find_representations(uuid, text, integer, text, integer),
  public.list_representations(uuid, text, integer, text, integer)
to authenticated;

alter table public.representations enable row level security;

create policy select_parties on public.representations for select to authenticated
  using (model_id = (select auth.uid()) or organization_id in (select private.own_organization_ids()));
