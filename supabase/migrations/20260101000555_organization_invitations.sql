-- Invitations: how people come into an organization.
-- Promises: an invitation is accepted by the invited address alone, once, in time; whether an address has an account is
-- not told; who stops managing an organization leaves no invitation behind.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Invitations ---------------------------------------------------------------------------------------------------------

create function private.write_invitation(organization_id uuid, address text, role text, invited uuid)
returns public.organization_invitations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions. In the caller's name; tells whoever has the address, if anybody.
declare
  invitation public.organization_invitations;
begin
  -- One that has run out makes room.
  update public.organization_invitations as i
  set status = 'revoked', decided_at = now()
  where i.organization_id = write_invitation.organization_id
    and i.email = write_invitation.address
    and i.status = 'pending'
    and i.expires_at <= now();
  insert into public.organization_invitations (organization_id, email, role, invited_by, expires_at)
  values (
    write_invitation.organization_id, write_invitation.address, write_invitation.role, auth.uid(),
    now() + make_interval(days => (private.setting('organizations.invitation_days') #>> '{}')::integer)
  )
  on conflict do nothing
  returning * into invitation;
  if invitation.id is null then
    perform private.raise_error('duplicate', 409, 'This address is invited.');
  end if;
  if write_invitation.invited is not null and not private.is_blocked(auth.uid(), write_invitation.invited) then
    perform private.notify(
      write_invitation.invited, 'organization_invitation',
      jsonb_build_object('organization_id', invitation.organization_id, 'invitation_id', invitation.id, 'status', 'pending')
    );
  end if;
  perform private.audit('organization.invite', 'organization', invitation.organization_id::text, jsonb_build_object('invitation_id', invitation.id));
  return invitation;
end;
$$;

create function private.may_own_organization(organization_id uuid, account_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions, of another's roles. As the policy for inserts.
  select exists (
    select from public.organizations as o
    join public.account_roles as r on r.account_id = may_own_organization.account_id
    where o.id = may_own_organization.organization_id
      and (r.role = 'agency' or (o.kind <> 'agency' and r.role in ('employer', 'recruiter')))
  );
$$;

create function private.invite_member(organization_id uuid, email text, role text)
returns public.organization_invitations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: invitations have no insert grant. Whether the address has an account is not told.
declare
  address text := lower(btrim(email));
  invited uuid := (select u.id from auth.users as u where lower(u.email) = lower(btrim(invite_member.email)) and u.email_confirmed_at is not null);
  caller uuid := private.lock_manager(organization_id, invited);
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
  return private.write_invitation(organization_id, address, coalesce(invite_member.role, 'member'), invited);
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
-- there is no such invitation, nor to whom a block stands between who invited and them. One to be the owner hands over.
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
      else i.email = private.account_email() and (i.invited_by is null or i.invited_by not in (select private.blocked_ids()))
    end;
  if found then
    -- In the order of private.lock_manager.
    if decide_invitation.status = 'revoked' then
      perform private.lock_manager(invitation.organization_id);
    else
      perform from public.accounts as a where a.id in (caller, invitation.invited_by) order by a.id for key share;
      perform from public.organizations as o where o.id = invitation.organization_id for no key update;
    end if;
    select i.* into invitation
    from public.organization_invitations as i
    where i.id = decide_invitation.invitation_id
    for update;
  end if;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such invitation.');
  end if;
  if invitation.status <> 'pending' or (decide_invitation.status = 'accepted' and invitation.expires_at <= now()) then
    perform private.raise_error(
      'invalid_transition', 409, 'This invitation is decided or has run out.',
      jsonb_build_object('from', case when invitation.status = 'pending' then 'expired' else invitation.status end, 'to', decide_invitation.status)
    );
  end if;
  if decide_invitation.status = 'accepted' and invitation.role = 'owner' then
    perform from public.organization_members as m
    where m.organization_id = invitation.organization_id and m.account_id = caller
    for update;
    if not found
      or not private.may_own_organization(invitation.organization_id, caller)
      or not exists (
        select from public.organizations as o
        where o.id = invitation.organization_id and o.owner_id = invitation.invited_by and o.owner_id <> caller
      ) then
      perform private.raise_error('conflict', 409, 'This organization cannot be handed to you by who offered it.');
    end if;
    perform private.pass_on_organization(invitation.organization_id, caller);
    perform private.audit('organization.pass_on', 'organization', invitation.organization_id::text, jsonb_build_object('owner_id', caller));
  elsif decide_invitation.status = 'accepted' then
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
  'accepted or declined by whoever has the invited address, revoked by the organization''s managers; once, and accepted only in time (invalid_transition, 409). Accepting the role owner hands over: conflict (409) unless who offered it still is the owner, and the caller a member who may own it.';

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
-- Definer: as find_organizations. The visibility rule is select_parties': those to the caller's address, but
-- for a block, or of an organization that the caller manages.
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
        then i.email = address and (i.invited_by is null or i.invited_by not in (select private.blocked_ids()))
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
  private.invite_member(uuid, text, text),
  public.invite_member(uuid, text, text),
  private.decide_invitation(uuid, text),
  public.decide_invitation(uuid, text),
  private.find_invitations(uuid, text, integer, text, integer),
  public.list_invitations(uuid, text, integer, text, integer)
to authenticated;
