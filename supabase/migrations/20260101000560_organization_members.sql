-- Members: what people may become in an organization, how they leave; and how organizations are found.
-- Promises: nobody makes themselves more than they are, nor anybody the owner who has not agreed; the owner hands over
-- before leaving.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Roles and leaving ---------------------------------------------------------------------------------------------------

create function private.set_member_role(organization_id uuid, account_id uuid, role text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: memberships have no update grant. Only the owner gives roles; `owner` is an offer, for who accepts it
-- pays.
declare
  caller uuid := private.lock_manager(organization_id, account_id);
  address text;
begin
  if set_member_role.role is null or set_member_role.role not in ('owner', 'admin', 'member') then
    perform private.raise_error('validation_failed', 400, 'No such role.', '{"fields": {"role": "known"}}');
  end if;
  if not exists (
    select from public.organizations as o where o.id = set_member_role.organization_id and o.owner_id = caller
  ) then
    perform private.raise_error('permission_denied', 403, 'Only the owner gives roles.');
  end if;
  if set_member_role.account_id = caller then
    perform private.raise_error('conflict', 409, 'The owner stays owner until somebody else is made it.');
  end if;
  -- The member is not removed meanwhile.
  perform from public.organization_members as m
  where m.organization_id = set_member_role.organization_id and m.account_id = set_member_role.account_id
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such member.');
  end if;
  if set_member_role.role = 'owner' then
    select lower(u.email) into address
    from auth.users as u
    where u.id = set_member_role.account_id and u.email_confirmed_at is not null;
    if address is null or not private.may_own_organization(set_member_role.organization_id, set_member_role.account_id) then
      perform private.raise_error('conflict', 409, 'This member may not own such an organization.');
    end if;
    update public.organization_invitations as i
    set status = 'revoked', decided_at = now()
    where i.organization_id = set_member_role.organization_id and i.email = address and i.status = 'pending';
    perform private.write_invitation(set_member_role.organization_id, address, 'owner', set_member_role.account_id);
    return;
  else
    update public.organization_members as m
    set role = set_member_role.role
    where m.organization_id = set_member_role.organization_id and m.account_id = set_member_role.account_id;
  end if;
  perform private.audit(
    'organization.set_role', 'organization', set_member_role.organization_id::text,
    jsonb_build_object('account_id', set_member_role.account_id, 'role', set_member_role.role)
  );
end;
$$;

create function public.set_member_role(organization_id uuid, account_id uuid, role text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_member_role(organization_id, account_id, role);
$$;
comment on function public.set_member_role is
  'Owner only: makes a member admin or member. owner is an offer: an invitation to the member''s address, who accepts it by decide_invitation; then the caller becomes an admin. conflict (409) for who may not own it.';

create function private.remove_member(organization_id uuid, account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: memberships have no delete grant. Managers remove others, the owner alone removes admins, everybody leaves by
-- themselves but the owner.
declare
  caller uuid := private.account_id();
  removed public.organization_members;
begin
  if remove_member.account_id is distinct from caller then
    perform private.lock_manager(organization_id, account_id);
  else
    perform from public.accounts as a where a.id = caller for key share;
  end if;
  select m.* into removed
  from public.organization_members as m
  where m.organization_id = remove_member.organization_id and m.account_id = remove_member.account_id
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such member.');
  end if;
  if removed.role = 'owner' then
    perform private.raise_error('conflict', 409, 'The owner hands the organization over before leaving.');
  end if;
  if removed.role = 'admin' and removed.account_id <> caller and not exists (
    select from public.organizations as o where o.id = removed.organization_id and o.owner_id = caller
  ) then
    perform private.raise_error('permission_denied', 403, 'Only the owner removes admins.');
  end if;
  delete from public.organization_members as m
  where m.organization_id = removed.organization_id and m.account_id = removed.account_id;
  perform private.audit(
    'organization.remove_member', 'organization', removed.organization_id::text, jsonb_build_object('account_id', removed.account_id)
  );
end;
$$;

create function public.remove_member(organization_id uuid, account_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_member(organization_id, account_id);
$$;
comment on function public.remove_member is
  'Owner and admins remove members, the owner admins; everybody but the owner may remove themselves.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.organization_card as (
  id uuid,
  kind text,
  name text,
  description text,
  website text,
  size text,
  city text,
  country text,
  logo_path text,
  followers_count integer,
  is_followed boolean,
  my_role text,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.organization_card is
  'An organization as lists answer it. is_followed: by the caller. my_role: the caller''s in it, null for none. total: counted to 1,000 (1001 means more).';

create function private.find_organizations(
  ids uuid[],
  relation text,
  kind text,
  city text,
  search text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.organization_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: text search cannot use an index under RLS. Everybody sees every organization.
declare
  conditions text := 'true';
  after record;
begin
  select * into after from private.cursor_at(find_organizations.cursor);
  if find_organizations.kind not in ('agency', 'company', 'brand', 'studio', 'other') then
    perform private.raise_error('validation_failed', 400, 'No such kind.', '{"fields": {"kind": "known"}}');
  end if;
  if find_organizations.ids is not null then
    conditions := conditions || ' and o.id = any ($1)';
  end if;
  -- An array, for the planner knows nothing of how many these are.
  if find_organizations.relation = 'member' then
    conditions := conditions || ' and o.id = any (array(select m.organization_id from public.organization_members m where m.account_id = $2))';
  elsif find_organizations.relation = 'follower' then
    conditions := conditions || ' and o.id = any (array(select f.organization_id from public.organization_followers f where f.account_id = $2))';
  end if;
  if find_organizations.kind is not null then
    conditions := conditions || ' and o.kind = $3';
  end if;
  if find_organizations.city is not null then
    conditions := conditions || ' and lower(o.city) = lower($4)';
  end if;
  if find_organizations.search is not null then
    conditions := conditions || ' and o.name ilike $5';
  end if;
  return query execute
    'select o.id, o.kind, o.name, o.description, o.website, o.size, o.city, o.country, o.logo_path, o.followers_count,
       exists (select from public.organization_followers f where f.organization_id = o.id and f.account_id = $2),
       (select m.role from public.organization_members m where m.organization_id = o.id and m.account_id = $2),
       o.created_at,
       (select count(*) from (select from public.organizations o where ' || conditions || ' limit 1001) as counted),
       private.cursor_of(o.created_at, o.id)
     from (
       select o.* from public.organizations o
       where ' || conditions || case when after.at is not null then ' and (o.created_at, o.id) < ($6, $7)' else '' end || '
       order by o.created_at desc, o.id desc
       limit $8 offset $9
     ) as o
     order by o.created_at desc, o.id desc'
    using ids, auth.uid(), kind, city, private.like_pattern(search), after.at, after.id, private.page_size(page_size),
      private.skipped(skip);
end;
$$;

create function public.list_organizations(
  kind text default null,
  city text default null,
  search text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.organization_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_organizations(null, null, kind, city, search, page_size, cursor, skip);
$$;
comment on function public.list_organizations is 'Organizations, newest first: 20 a page, 1-100; search: in the name.';

create function public.list_my_organizations(
  relation text default 'member',
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.organization_card
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  perform private.account_id();
  if list_my_organizations.relation is null or list_my_organizations.relation not in ('member', 'follower') then
    perform private.raise_error('validation_failed', 400, 'No such relation.', '{"fields": {"relation": "known"}}');
  end if;
  return query select * from private.find_organizations(null, relation, null, null, null, page_size, cursor, skip);
end;
$$;
comment on function public.list_my_organizations is 'Organizations that the caller is a member or a follower of, newest first: 20 a page, 1-100.';

create function public.get_organization(organization_id uuid)
returns setof public.organization_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_organizations(array[organization_id], null, null, null, null, 1, null, 0);
$$;
comment on function public.get_organization is 'One organization; no row when there is none.';

create type public.organization_member_card as (
  account_id uuid,
  username text,
  full_name text,
  avatar_path text,
  role text,
  created_at timestamptz
);
comment on type public.organization_member_card is 'A member of one of the caller''s organizations.';

create function private.list_members(organization_id uuid)
returns setof public.organization_member_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: members know each other by name, also those who stand in no directory.
begin
  if list_members.organization_id not in (select private.own_organization_ids()) then
    perform private.account_id();
    perform private.raise_error('not_found', 404, 'There is no such organization of yours.');
  end if;
  return query
    select m.account_id, a.username, a.full_name, a.avatar_path, m.role, m.created_at
    from public.organization_members as m
    join public.accounts as a on a.id = m.account_id
    where m.organization_id = list_members.organization_id
    order by m.created_at, m.account_id;
end;
$$;

create function public.list_members(organization_id uuid)
returns setof public.organization_member_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.list_members(organization_id);
$$;
comment on function public.list_members is 'Members only: who belongs to the organization, oldest first.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_organizations(uuid[], text, text, text, text, integer, text, integer),
  public.list_organizations(text, text, text, integer, text, integer),
  public.get_organization(uuid)
to anon, authenticated;

grant execute on function
  private.set_member_role(uuid, uuid, text),
  public.set_member_role(uuid, uuid, text),
  private.remove_member(uuid, uuid),
  public.remove_member(uuid, uuid),
  public.list_my_organizations(text, integer, text, integer),
  private.list_members(uuid),
  public.list_members(uuid)
to authenticated;
