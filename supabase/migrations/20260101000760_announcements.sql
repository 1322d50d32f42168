-- Announcements: what people are told some time after it happened: followers of a new casting, and people whose profile
-- is not finished.
-- Promises: a casting is announced once, in the name of the organization that it is published for; a reminder of a step is sent
-- once, and none long after its time.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- New castings --------------------------------------------------------------------------------------------------------

create table private.casting_announcements (
  casting_id uuid primary key references public.castings (id) on delete cascade,
  organization_id uuid not null
);
comment on table private.casting_announcements is 'Whose followers were told of a casting: its organization may be another now.';
comment on column private.casting_announcements.organization_id is
  'No foreign key: the job holds the casting, and whoever deletes an organization comes to its castings last.';

create function private.announce_castings()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. A job, for an organization may have more followers than a request has time for.
declare
  casting public.castings;
  announced integer := 0;
begin
  for casting in
    select c.* from public.castings as c
    where c.announced_at is null and c.organization_id is not null and c.status = 'active'
      and private.is_active_account(c.owner_id)
    order by c.published_at
    limit 20
    for update skip locked
  loop
    perform private.notify(
      f.account_id, 'new_casting', jsonb_build_object('casting_id', casting.id, 'organization_id', casting.organization_id)
    )
    from public.organization_followers as f
    where f.organization_id = casting.organization_id
      and f.account_id <> casting.owner_id
      and not private.is_blocked(f.account_id, casting.owner_id);
    insert into private.casting_announcements (casting_id, organization_id) values (casting.id, casting.organization_id);
    update public.castings as c set announced_at = now() where c.id = casting.id;
    announced := announced + 1;
  end loop;
  return announced;
end;
$$;

create function private.skip_announcement()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
-- Nobody follows it. An organization that it gets later is no news: whom saved searches told hear of it once.
begin
  new.announced_at := now();
  return new;
end;
$$;

create trigger castings_skip_announcement
  before insert or update of status on public.castings
  for each row
  when (new.status = 'active' and new.organization_id is null and new.announced_at is null)
  execute function private.skip_announcement();

-- Unfinished profiles -------------------------------------------------------------------------------------------------

create table private.profile_reminders (
  account_id uuid not null references public.accounts (id) on delete cascade,
  role text not null,
  step integer not null,
  sent_at timestamptz not null default now(),
  primary key (account_id, role, step)
);
comment on table private.profile_reminders is 'Which reminders of an unfinished profile were sent: step 1 after 24 hours, 2 after 72 hours, 3 after 7 days.';

insert into public.notification_types (type, description) values
  ('profile_reminder', 'My profile is not finished.');

create function private.has_finished_profile(account_id uuid, role text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for the job below.
  select case role
    when 'model' then exists (select from public.model_profiles as p where p.account_id = has_finished_profile.account_id)
    when 'candidate' then exists (
      select from private.candidates as c
      where c.account_id = has_finished_profile.account_id and c.declared_at is not null
        and private.missing_candidate_fields(c.account_id) = '{}'
    )
    when 'creator' then exists (select from public.creator_profiles as p where p.account_id = has_finished_profile.account_id)
    when 'freelancer' then exists (select from public.freelancer_profiles as p where p.account_id = has_finished_profile.account_id)
    when 'recruiter' then exists (select from public.recruiter_profiles as p where p.account_id = has_finished_profile.account_id)
    when 'employer' then exists (select from public.employer_profiles as p where p.account_id = has_finished_profile.account_id)
    when 'agency' then exists (select from public.employer_profiles as p where p.account_id = has_finished_profile.account_id)
    else true
  end;
$$;

create function private.remind_of_profiles()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. The latest step that is due, never one that a later step has overtaken.
declare
  reminded integer;
begin
  with due as (
    select r.account_id, r.role,
      case when r.created_at <= now() - interval '7 days' then 3 when r.created_at <= now() - interval '72 hours' then 2 else 1 end as step
    from public.account_roles as r
    where r.created_at between now() - interval '14 days' and now() - interval '24 hours'
      and r.role not in ('client', 'admin')
      and not private.has_finished_profile(r.account_id, r.role)
  ), sent as (
    insert into private.profile_reminders (account_id, role, step)
    select d.account_id, d.role, d.step
    from due as d
    where not exists (
      select from private.profile_reminders as p where p.account_id = d.account_id and p.role = d.role and p.step >= d.step
    )
    on conflict on constraint profile_reminders_pkey do nothing
    returning account_id, role, step
  ), told as (
    select private.notify(s.account_id, 'profile_reminder', jsonb_build_object('role', s.role, 'step', s.step)) from sent as s
  )
  select count(*) into reminded from told;
  return reminded;
end;
$$;

create index account_roles_created_at_idx on public.account_roles (created_at);

insert into private.jobs (name, every, description) values
  ('announce_castings', '1 minute', 'Tells an organization''s followers of its new castings.'),
  ('remind_of_profiles', '1 hour', 'Reminds people whose profile is not finished, after 24 hours, 72 hours and 7 days.');
