-- Organizations: agencies, companies, brands and studios: their members, who is invited, who follows.
-- An owner and admins manage an organization, members act in its name. Everybody sees its face; who its members are, its
-- members alone.
-- Promises: an invitation is accepted by the invited address alone; there is always exactly one owner; a member who was
-- removed can do nothing in the organization's name from that moment.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  kind text not null,
  name text not null,
  description text,
  website text,
  size text,
  city text,
  country text,
  logo_path text,
  followers_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organizations_kind_known check (kind in ('agency', 'company', 'brand', 'studio', 'other')),
  constraint organizations_name_length check (private.is_clean_text(name, 1, 200)),
  constraint organizations_description_length check (private.is_clean_text(description, 1, 5000)),
  constraint organizations_website_format check (private.is_web_url(website)),
  constraint organizations_size_known check (size in ('1-10', '10-50', '50-100', '100-500', '500+')),
  constraint organizations_city_length check (private.is_clean_text(city, 1, 100)),
  constraint organizations_country_length check (private.is_clean_text(country, 1, 100)),
  constraint organizations_logo_path_own check (private.is_object_path(logo_path, owner_id))
);
comment on table public.organizations is 'Agencies, companies, brands and studios. Everything here is their public face.';
comment on column public.organizations.owner_id is 'Whose plan and quotas the organization uses. When the owner leaves, the longest-serving admin, else member, follows.';
comment on column public.organizations.size is 'Employees: 1-10, 10-50, 50-100, 100-500 or 500+.';
comment on column public.organizations.logo_path is 'Path in the bucket `avatars`, below the owner''s own folder.';

create index organizations_owner_id_idx on public.organizations (owner_id);
create index organizations_created_at_idx on public.organizations (created_at desc, id desc);
create index organizations_kind_idx on public.organizations (kind, created_at desc, id desc);
create index organizations_city_idx on public.organizations (lower(city), created_at desc, id desc);
create index organizations_logo_path_idx on public.organizations (logo_path) where logo_path is not null;
create index organizations_search_idx on public.organizations using gin (name extensions.gin_trgm_ops);

create table public.organization_members (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  account_id uuid not null references public.accounts (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, account_id),
  constraint organization_members_role_known check (role in ('owner', 'admin', 'member'))
);
comment on table public.organization_members is 'Who belongs to an organization. Changed by functions only.';

create index organization_members_account_id_idx on public.organization_members (account_id);
create unique index organization_members_owner_key on public.organization_members (organization_id) where role = 'owner';

create table public.organization_invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  email text not null,
  role text not null,
  invited_by uuid references public.accounts (id) on delete set null,
  status text not null default 'pending',
  expires_at timestamptz not null,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  constraint organization_invitations_email_format check (email ~ '^[^@[:space:]]{1,64}@[^@[:space:]]{1,189}$' and email = lower(email)),
  constraint organization_invitations_role_known check (role in ('owner', 'admin', 'member')),
  constraint organization_invitations_status_known check (status in ('pending', 'accepted', 'declined', 'revoked'))
);
comment on table public.organization_invitations is 'Invitations to an address, which may have no account yet; to be the owner, to a member''s. Read by the organization''s managers and by whoever has the address.';

create index organization_invitations_email_idx on public.organization_invitations (email, created_at desc);
create index organization_invitations_organization_id_idx on public.organization_invitations (organization_id, created_at desc);
create index organization_invitations_invited_by_idx on public.organization_invitations (invited_by);
create unique index organization_invitations_email_key on public.organization_invitations (organization_id, email) where status = 'pending';

create table public.organization_followers (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (organization_id, account_id)
);
comment on table public.organization_followers is 'Who wants to hear of an organization''s new castings.';

create index organization_followers_account_id_idx on public.organization_followers (account_id, created_at desc);

select private.hide_estimates('public.organization_members');
select private.hide_estimates('public.organization_invitations');
select private.hide_estimates('public.organization_followers');

insert into public.notification_types (type, description, is_emailed) values
  ('organization_invitation', 'An organization invites me, or somebody answered an invitation of ours.', true);

insert into private.settings (key, value, description) values
  ('organizations.invitation_days', '14', 'Days for which an invitation to an organization can be accepted.');

-- Whose organizations -------------------------------------------------------------------------------------------------

create function private.own_organization_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: policies ask this without going through the policy of organization_members, which asks back.
  select m.organization_id from public.organization_members as m where m.account_id = auth.uid();
$$;

create function private.managed_organization_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select m.organization_id
  from public.organization_members as m
  where m.account_id = auth.uid() and m.role in ('owner', 'admin');
$$;

create function private.account_email()
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads auth.users. The caller's own address, confirmed, in lower case.
  select lower(u.email) from auth.users as u where u.id = auth.uid() and u.email_confirmed_at is not null;
$$;

create function private.require_manager(organization_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions. Answers the caller's id. An organization that one does not belong to is no news: not_found.
declare
  caller uuid := private.account_id();
begin
  if require_manager.organization_id is null
    or require_manager.organization_id not in (select private.own_organization_ids()) then
    perform private.raise_error('not_found', 404, 'There is no such organization of yours.');
  end if;
  if require_manager.organization_id not in (select private.managed_organization_ids()) then
    perform private.raise_error('permission_denied', 403, 'This is for the organization''s owner and admins.');
  end if;
  return caller;
end;
$$;

create function private.lock_manager(organization_id uuid, other_id uuid default null)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, for functions that write: the caller stays what they are until the end. Locked in the order in which
-- everything here is, so that nobody waits in a circle: accounts (as their deletion does), the organization, members.
begin
  perform from public.accounts as a
  where a.id in (private.account_id(), lock_manager.other_id)
  order by a.id
  for key share;
  if lock_manager.organization_id in (select private.own_organization_ids()) then
    perform from public.organizations as o where o.id = lock_manager.organization_id for no key update;
    perform from public.organization_members as m
    where m.organization_id = lock_manager.organization_id and m.account_id = auth.uid()
    for share;
  end if;
  return private.require_manager(lock_manager.organization_id);
end;
$$;

-- The life of an organization -----------------------------------------------------------------------------------------

create trigger organizations_limit_rows
  after insert on public.organizations
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger organizations_touch_updated_at
  before update of kind, name, description, website, size, city, country, logo_path on public.organizations
  for each row execute function private.touch_updated_at();

create function private.protect_logo()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- What is in the owner's folder is theirs to show or to let go; whoever has no account here is no admin of it.
  if auth.uid() <> new.owner_id then
    raise insufficient_privilege using message = 'Only the owner changes the logo.';
  end if;
  return new;
end;
$$;

create trigger organizations_protect_logo
  before update of logo_path on public.organizations
  for each row
  when (old.logo_path is distinct from new.logo_path and old.owner_id = new.owner_id)
  execute function private.protect_logo();

create trigger organizations_replace_logo
  after update of logo_path on public.organizations
  for each row
  when (old.logo_path is distinct from new.logo_path and old.logo_path is not null)
  execute function private.forget_object('avatars', 'logo_path');

create trigger organizations_forget_logo
  after delete on public.organizations
  for each row
  when (old.logo_path is not null)
  execute function private.forget_object('avatars', 'logo_path');

create function private.add_first_member()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: memberships have no insert grant.
begin
  insert into public.organization_members (organization_id, account_id, role) values (new.id, new.owner_id, 'owner');
  return null;
end;
$$;

create trigger organizations_add_first_member
  after insert on public.organizations
  for each row execute function private.add_first_member();

create function private.pass_on_organization(organization_id uuid, account_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for functions. The logo goes: it is in the former owner's folder. Who becomes admin or owner is the new
  -- owner's to say.
  update public.organization_members as m
  set role = 'admin'
  where m.organization_id = pass_on_organization.organization_id and m.role = 'owner';
  update public.organization_members as m
  set role = 'owner'
  where m.organization_id = pass_on_organization.organization_id and m.account_id = pass_on_organization.account_id;
  update public.organizations as o
  set owner_id = pass_on_organization.account_id, logo_path = null
  where o.id = pass_on_organization.organization_id;
  update public.organization_invitations as i
  set status = 'revoked', decided_at = now()
  where i.organization_id = pass_on_organization.organization_id
    and i.role <> 'member'
    and i.status = 'pending'
    and i.invited_by is distinct from pass_on_organization.account_id;
$$;

create function private.pass_on_organizations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: whoever deletes the account. Where nobody follows, the organization goes with its owner.
declare
  owned uuid;
  heir uuid;
begin
  -- Also those that the account follows, whose counters change: in one order, before anything that belongs to them.
  perform from public.organizations as o
  where o.owner_id = old.id
    or o.id in (select f.organization_id from public.organization_followers as f where f.account_id = old.id)
  order by o.id
  for no key update;
  -- Before invited_by forgets who invited.
  update public.organization_invitations as i
  set status = 'revoked', decided_at = now()
  where i.invited_by = old.id and i.status = 'pending';
  for owned in
    select o.id from public.organizations as o where o.owner_id = old.id order by o.id
  loop
    -- Waits for whoever is leaving just now; passes over whose account is going, too, and who is suspended while another is
    -- there.
    select m.account_id into heir
    from public.organization_members as m
    join public.accounts as a on a.id = m.account_id
    where m.organization_id = owned and m.account_id <> old.id
    order by
      exists (select from private.suspensions as s where s.account_id = m.account_id),
      (m.role = 'admin') desc, m.created_at, m.account_id
    limit 1
    for update of m
    for key share of a skip locked;
    if found then
      perform private.pass_on_organization(owned, heir);
      perform private.audit('organization.pass_on', 'organization', owned::text, jsonb_build_object('owner_id', heir));
    end if;
  end loop;
  return old;
end;
$$;

create trigger accounts_pass_on_organizations
  before delete on public.accounts
  for each row execute function private.pass_on_organizations();

create function private.count_followers()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counters are in no column grant. A trigger, because followers also go when their accounts do.
begin
  -- In the order of ids, whatever the order of the rows: two of these at once do not wait for each other in a circle.
  perform from public.organizations as o
  where o.id in (select c.organization_id from changed as c)
  order by o.id
  for no key update;
  update public.organizations as o
  set followers_count = o.followers_count + case tg_op when 'INSERT' then c.count else -c.count end
  from (select c.organization_id, count(*)::integer as count from changed as c group by c.organization_id) as c
  where o.id = c.organization_id;
  return null;
end;
$$;

create trigger organization_followers_count_inserted
  after insert on public.organization_followers
  referencing new table as changed
  for each statement execute function private.count_followers();

create trigger organization_followers_count_deleted
  after delete on public.organization_followers
  referencing old table as changed
  for each statement execute function private.count_followers();

create trigger organization_followers_limit_rows
  after insert on public.organization_followers
  referencing new table as inserted
  for each statement execute function private.limit_rows();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.organizations to anon, authenticated, service_role;

grant select on public.organization_members, public.organization_invitations, public.organization_followers
  to authenticated, service_role;

grant insert (owner_id, kind, name, description, website, size, city, country, logo_path),
  update (name, description, website, size, city, country, logo_path)
  on public.organizations to authenticated;

grant delete on public.organizations to authenticated;

grant insert (organization_id, account_id) on public.organization_followers to authenticated;

grant delete on public.organization_followers to authenticated;

grant execute on function
  private.own_organization_ids(),
  private.managed_organization_ids(),
  private.account_email()
to authenticated;

alter table public.organizations enable row level security;

alter table public.organization_members enable row level security;

alter table public.organization_invitations enable row level security;

alter table public.organization_followers enable row level security;

create policy select_everyone on public.organizations for select to anon, authenticated using (true);

create policy insert_owner on public.organizations for insert to authenticated
  with check (
    owner_id = (select auth.uid())
    and (select private.has_role('employer', 'agency', 'recruiter'))
    and (kind <> 'agency' or (select private.has_role('agency')))
  );

create policy update_managers on public.organizations for update to authenticated
  using (id in (select private.managed_organization_ids()))
  with check (id in (select private.managed_organization_ids()));

create policy delete_owner on public.organizations for delete to authenticated
  using (owner_id = (select auth.uid()));

create policy select_members on public.organization_members for select to authenticated
  using (organization_id in (select private.own_organization_ids()));

create policy select_parties on public.organization_invitations for select to authenticated
  using (
    organization_id in (select private.managed_organization_ids())
    or (
      email = (select private.account_email())
      and (invited_by is null or invited_by not in (select private.blocked_ids()))
    )
  );

create policy select_owner on public.organization_followers for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.organization_followers for insert to authenticated
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.organization_followers for delete to authenticated
  using (account_id = (select auth.uid()));
