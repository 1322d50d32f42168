-- Members: how people come into an organization, what they may become there, how they leave; and how organizations are found.
-- Promises: an invitation is accepted by the invited address alone, once, in time; nobody makes themselves more than
-- they are; the owner hands over before leaving.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Invitations ---------------------------------------------------------------------------------------------------------

create function private.invite_member(organization_id uuid, email text, role text)
returns public.organization_invitations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: invitations have no insert grant. Whether the address has an account is not told.
declare
  caller uuid := private.require_manager(organization_id);
  address text := lower(btrim(email));
  invitation public.organization_invitations;
  invited uuid;
begin
  if address is null or address !~ '^[^@[:space:]]{1,64}@[^@[:space:]]{1,189}$' or not private.is_clean_text(address, 3, 254) then
    perform private.raise_error('validation_failed', 400, 'This is no email address.', '{"fields": {"email": "format"}}');
  end if;
  if coalesce(invite_member.role, 'member') not in ('admin', 'member') then
    perform private.raise_error('validation_failed', 400, 'An invitation is for an admin or a member.', '{"fields": {"role": "known"}}');
  end if;
  if invite_member.role = 'admin' and not exists (
    select from public.organizations as o where o.id = invite_member.organization_id and o.owner_id = caller
  ) then
    perform private.raise_error('permission_denied', 403, 'Only the owner gives roles.');
  end if;
  if exists (
    select from public.organization_members as m
    join auth.users as u on u.id = m.account_id
    where m.organization_id = invite_member.organization_id and lower(u.email) = address
  ) then
    perform private.raise_error('duplicate', 409, 'This address belongs to a member.');
  end if;
  -- One that has run out makes room.
  update public.organization_invitations as i
  set status = 'revoked', decided_at = now()
  where i.organization_id = invite_member.organization_id and i.email = address and i.status = 'pending' and i.expires_at <= now();
  insert into public.organization_invitations (organization_id, email, role, invited_by, expires_at)
  values (
    invite_member.organization_id, address, coalesce(invite_member.role, 'member'), caller,
    now() + make_interval(days => (private.setting('organizations.invitation_days') #>> '{}')::integer)
  )
  on conflict do nothing
  returning * into invitation;
  if invitation.id is null then
    perform private.raise_error('duplicate', 409, 'This address is invited.');
  end if;
  select u.id into invited from auth.users as u where lower(u.email) = address and u.email_confirmed_at is not null;
  if invited is not null and not private.is_blocked(caller, invited) then
    perform private.notify(
      invited, 'organization_invitation',
      jsonb_build_object('organization_id', invitation.organization_id, 'invitation_id', invitation.id, 'status', 'pending')
    );
  end if;
  perform private.audit('organization.invite', 'organization', invitation.organization_id::text, jsonb_build_object('invitation_id', invitation.id));
  return invitation;
end;
$$;

create function public.invite_member(organization_id uuid, email text, role text default 'member')
returns public.organization_invitations
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.invite_member(organization_id, email, role);
$$;
comment on function public.invite_member is
  'Owner and admins: invites an address, for 14 days; as admin the owner alone. duplicate (409) when it is invited or belongs to a member.';

create function private.decide_invitation(invitation_id uuid, status text)
returns public.organization_invitations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: invitations have no update grant. Accepted and declined by the invited address, revoked by managers; to others
-- there is no such invitation.
declare
  caller uuid := private.account_id();
  invitation public.organization_invitations;
begin
  if decide_invitation.status is null or decide_invitation.status not in ('accepted', 'declined', 'revoked') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  select i.* into invitation
  from public.organization_invitations as i
  where i.id = decide_invitation.invitation_id
    and case when decide_invitation.status = 'revoked'
      then i.organization_id in (select private.managed_organization_ids())
      else i.email = private.account_email()
    end
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such invitation.');
  end if;
  if invitation.status <> 'pending' or (decide_invitation.status = 'accepted' and invitation.expires_at <= now()) then
    perform private.raise_error(
      'invalid_transition', 409, 'This invitation is decided or has run out.',
      jsonb_build_object('from', case when invitation.status = 'pending' then 'expired' else invitation.status end, 'to', decide_invitation.status)
    );
  end if;
  if decide_invitation.status = 'accepted' then
    insert into public.organization_members (organization_id, account_id, role)
    values (invitation.organization_id, caller, invitation.role)
    on conflict on constraint organization_members_pkey do nothing;
  end if;
  update public.organization_invitations as i
  set status = decide_invitation.status, decided_at = now()
  where i.id = invitation.id
  returning i.* into invitation;
  if decide_invitation.status <> 'revoked' then
    perform private.notify(
      invitation.invited_by, 'organization_invitation',
      jsonb_build_object('organization_id', invitation.organization_id, 'invitation_id', invitation.id, 'status', invitation.status)
    );
  end if;
  perform private.audit('organization.' || invitation.status, 'organization', invitation.organization_id::text, jsonb_build_object('invitation_id', invitation.id));
  return invitation;
end;
$$;

create function public.decide_invitation(invitation_id uuid, status text)
returns public.organization_invitations
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.decide_invitation(invitation_id, status);
$$;
comment on function public.decide_invitation is
  'accepted or declined by whoever has the invited address, revoked by the organization''s managers; once, and accepted only in time (invalid_transition, 409).';

create function private.forget_invitations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs while the account is deleted, or gets another address, also by Auth's role. An address that is given up
-- stays nowhere; what still waits for it waits for whoever has it next.
begin
  delete from public.organization_invitations as i
  where i.email = lower(old.email) and (tg_op = 'DELETE' or i.status <> 'pending');
  return null;
end;
$$;

create trigger users_forget_invitations
  after delete on auth.users
  for each row
  when (old.email_confirmed_at is not null)
  execute function private.forget_invitations();

create trigger users_forget_decided_invitations
  after update of email on auth.users
  for each row
  when (old.email is distinct from new.email and old.email_confirmed_at is not null)
  execute function private.forget_invitations();

create function private.revoke_invitations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Whoever manages an organization no more lets nobody in, themselves under another address either.
begin
  update public.organization_invitations as i
  set status = 'revoked', decided_at = now()
  where i.organization_id = old.organization_id and i.invited_by = old.account_id and i.status = 'pending';
  return null;
end;
$$;

create trigger organization_members_revoke_invitations
  after delete on public.organization_members
  for each row
  when (old.role <> 'member')
  execute function private.revoke_invitations();

create trigger organization_members_revoke_invitations_demoted
  after update of role on public.organization_members
  for each row
  when (old.role <> 'member' and new.role = 'member')
  execute function private.revoke_invitations();

-- Roles and leaving ---------------------------------------------------------------------------------------------------

create function private.set_member_role(organization_id uuid, account_id uuid, role text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: memberships have no update grant. Only the owner gives roles; giving `owner` hands the organization over.
declare
  caller uuid := private.require_manager(organization_id);
begin
  if set_member_role.role is null or set_member_role.role not in ('owner', 'admin', 'member') then
    perform private.raise_error('validation_failed', 400, 'No such role.', '{"fields": {"role": "known"}}');
  end if;
  perform from public.organizations as o where o.id = set_member_role.organization_id for update;
  if not exists (
    select from public.organizations as o where o.id = set_member_role.organization_id and o.owner_id = caller
  ) then
    perform private.raise_error('permission_denied', 403, 'Only the owner gives roles.');
  end if;
  if set_member_role.account_id = caller then
    perform private.raise_error('conflict', 409, 'The owner stays owner until somebody else is made it.');
  end if;
  -- The account first, as its deletion does; the member is not removed meanwhile.
  perform from public.accounts as a where a.id = set_member_role.account_id for key share;
  perform from public.organization_members as m
  where m.organization_id = set_member_role.organization_id and m.account_id = set_member_role.account_id
  for update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such member.');
  end if;
  if set_member_role.role = 'owner' then
    perform private.pass_on_organization(set_member_role.organization_id, set_member_role.account_id);
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
  'Owner only: makes a member admin or member; owner hands the organization over, and the caller becomes an admin.';

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
    perform private.require_manager(organization_id);
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

create type public.organization_invitation_card as (
  id uuid,
  organization_id uuid,
  organization_name text,
  organization_kind text,
  organization_logo_path text,
  email text,
  role text,
  invited_by uuid,
  status text,
  expires_at timestamptz,
  decided_at timestamptz,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.organization_invitation_card is
  'An invitation with its organization. status: expired when it waits no more. total: counted to 1,000 (1001 means more).';

create function private.find_invitations(organization_id uuid, status text, page_size integer, cursor text, skip integer)
returns setof public.organization_invitation_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as find_organizations. The visibility rule is select_parties': those to the caller's address, or of an
-- organization that the caller manages.
declare
  address text := private.account_email();
  after record;
begin
  select * into after from private.cursor_at(find_invitations.cursor);
  if find_invitations.status not in ('pending', 'accepted', 'declined', 'revoked', 'expired') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  perform private.account_id();
  if find_invitations.organization_id is not null then
    perform private.require_manager(find_invitations.organization_id);
  end if;
  return query
    with seen as (
      select
        i.id, i.organization_id, i.email, i.role, i.invited_by,
        case when i.status = 'pending' and i.expires_at <= now() then 'expired' else i.status end as status,
        i.expires_at, i.decided_at, i.created_at
      from public.organization_invitations as i
      where case when find_invitations.organization_id is null
        then i.email = address
        else i.organization_id = find_invitations.organization_id
      end
    ), wanted as (
      select s.* from seen as s where find_invitations.status is null or s.status = find_invitations.status
    )
    select w.id, w.organization_id, o.name, o.kind, o.logo_path, w.email, w.role, w.invited_by, w.status, w.expires_at,
      w.decided_at, w.created_at, (select count(*) from (select from wanted limit 1001) as counted),
      private.cursor_of(w.created_at, w.id)
    from wanted as w
    join public.organizations as o on o.id = w.organization_id
    where after.at is null or (w.created_at, w.id) < (after.at, after.id)
    order by w.created_at desc, w.id desc
    limit private.page_size(find_invitations.page_size) offset private.skipped(find_invitations.skip);
end;
$$;

create function public.list_invitations(
  organization_id uuid default null,
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.organization_invitation_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_invitations(organization_id, status, page_size, cursor, skip);
$$;
comment on function public.list_invitations is
  'Invitations to the caller''s address, or of an organization that the caller manages (not_found, 404, when they do not belong to it), newest first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_organizations(uuid[], text, text, text, text, integer, text, integer),
  public.list_organizations(text, text, text, integer, text, integer),
  public.get_organization(uuid)
to anon, authenticated;

grant execute on function
  private.invite_member(uuid, text, text),
  public.invite_member(uuid, text, text),
  private.decide_invitation(uuid, text),
  public.decide_invitation(uuid, text),
  private.set_member_role(uuid, uuid, text),
  public.set_member_role(uuid, uuid, text),
  private.remove_member(uuid, uuid),
  public.remove_member(uuid, uuid),
  public.list_my_organizations(text, integer, text, integer),
  private.list_members(uuid),
  public.list_members(uuid),
  private.find_invitations(uuid, text, integer, text, integer),
  public.list_invitations(uuid, text, integer, text, integer)
to authenticated;
