-- Candidate access: who reads which candidate, and what unlocking one costs them.
-- A verified recruiter reads cards. What somebody has unlocked is theirs for good, and their company's where the plan that it
-- was bought under shares unlocks.
-- Promises: nobody who is not verified reads anything of candidates.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.candidate_unlocks (
  id uuid primary key default gen_random_uuid(),
  card_id uuid references private.candidate_cards (id) on delete set null,
  recruiter_id uuid not null references public.accounts (id) on delete cascade,
  organization_id uuid references public.organizations (id) on delete set null,
  is_shared boolean not null,
  paid_from text not null,
  credits bigint not null,
  transfer_id bigint references private.ledger_transfers (id) on delete restrict,
  unlocked_at timestamptz not null default clock_timestamp(),
  refunded_at timestamptz,
  constraint candidate_unlocks_paid_from_known check (paid_from in ('subscription', 'wallet')),
  constraint candidate_unlocks_credits_positive check (credits >= 0),
  constraint candidate_unlocks_transfer_id_required check ((transfer_id is null) = (credits = 0))
);
comment on table private.candidate_unlocks is 'Who bought which candidate''s contact, for which company, and how it was paid. A refund ends it.';
comment on column private.candidate_unlocks.card_id is 'Null once the candidate is gone: the credits may still go back.';

create unique index candidate_unlocks_recruiter_id_key on private.candidate_unlocks (card_id, recruiter_id) where refunded_at is null;
create index candidate_unlocks_card_id_idx on private.candidate_unlocks (card_id);
create index candidate_unlocks_recruiter_id_idx on private.candidate_unlocks (recruiter_id, unlocked_at desc, id desc);
create index candidate_unlocks_organization_id_idx on private.candidate_unlocks (organization_id, unlocked_at desc, id desc);
create index candidate_unlocks_transfer_id_idx on private.candidate_unlocks (transfer_id);

insert into private.settings (key, value, description) values
  ('hiring.unlock_price', '10', 'Credits of the wallet that unlocking a candidate costs; plans have a price of their own.'),
  ('hiring.refund_days', '14', 'Days in which an admin may give the credits of an unlock back.');

-- Who -----------------------------------------------------------------------------------------------------------------

create function private.verified_recruiter()
returns setof public.recruiter_profiles
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: is_verified is read past policies. The caller, where they are a recruiter whom an admin has verified with a company.
  select r.*
  from public.recruiter_profiles as r
  where r.account_id = auth.uid() and r.is_verified and r.organization_id is not null and private.has_role('recruiter');
$$;

create function private.require_verified_recruiter()
returns public.recruiter_profiles
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not.
declare
  recruiter public.recruiter_profiles;
begin
  select r.* into recruiter from private.verified_recruiter() as r;
  if not found then
    perform private.require_role('recruiter');
    perform private.raise_error(
      'verification_required', 403, 'An admin has to verify you and your company first.',
      jsonb_build_object('missing', case
        when not exists (select from public.recruiter_profiles as r where r.account_id = auth.uid()) then 'profile'
        when exists (select from public.recruiter_profiles as r where r.account_id = auth.uid() and r.organization_id is null) then 'company'
        else 'verification'
      end)
    );
  end if;
  return recruiter;
end;
$$;

create function private.unlock_of(card_id uuid, recruiter public.recruiter_profiles)
returns setof private.candidate_unlocks
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: reads what no client may. The unlock by which a recruiter reads a candidate: their own before a shared one.
  select u.*
  from private.candidate_unlocks as u
  where u.card_id = unlock_of.card_id
    and u.refunded_at is null
    and (u.recruiter_id = recruiter.account_id or (u.is_shared and u.organization_id = recruiter.organization_id))
  order by u.recruiter_id = recruiter.account_id desc, u.unlocked_at, u.id
  limit 1;
$$;

create function private.has_unlocked(candidate_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for policies. False, not an error, for whoever is no verified recruiter.
  select exists (
    select
    from private.verified_recruiter() as r
    cross join lateral private.unlock_of(has_unlocked.candidate_id, r)
  );
$$;
comment on function private.has_unlocked is 'Whether the caller, a verified recruiter, has unlocked this candidate, or a colleague has for the company.';

create function private.blocked_card_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Not of those whom the caller has blocked: the card that disappears would tell whose it is.
  select c.card_id from private.candidates as c where c.account_id in (select private.blocker_ids());
$$;
comment on function private.blocked_card_ids is 'Cards of candidates who have blocked the caller.';

-- For how much --------------------------------------------------------------------------------------------------------

create function private.unlock_sources(recruiter_id uuid)
returns table (paid_from text, ledger_account_id uuid, price bigint, available bigint)
language sql
stable
security definer
rows 2
set search_path = ''
as $$
  -- Definer: reads the ledger. What an unlock may be paid from, the first that suffices first; available null: without limit.
  select 'subscription', a.id, case when a.id is null then 0 else p.unlock_price end, a.balance
  from private.current_subscription(unlock_sources.recruiter_id, 'hiring') as s
  join public.plans as p on p.id = s.plan_id
  join public.plan_entitlements as e on e.plan_id = p.id and e.entitlement_id = 'unlock_credits'
  left join private.ledger_accounts as a
    on a.owner_id = s.account_id and a.kind = 'subscription' and a.subject_id = s.id and a.currency = 'credits'
  where a.id is not null or e.quantity is null
  union all
  select 'wallet', a.id, (private.setting('hiring.unlock_price') #>> '{}')::bigint, a.balance
  from private.ledger_accounts as a
  where a.owner_id = unlock_sources.recruiter_id and a.kind = 'wallet' and a.currency = 'credits';
$$;

create function private.unlock_cost(recruiter_id uuid)
returns bigint
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. What the next unlock would cost; the wallet's price where nothing suffices.
  select coalesce(
    (
      select s.price
      from private.unlock_sources(unlock_cost.recruiter_id) with ordinality as s (paid_from, ledger_account_id, price, available, position)
      where s.available is null or s.available >= s.price
      order by s.position
      limit 1
    ),
    (private.setting('hiring.unlock_price') #>> '{}')::bigint
  );
$$;

-- Files ---------------------------------------------------------------------------------------------------------------

create function private.is_unlocked_file(file_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. The resume or video that a candidate shows now, to who has unlocked them.
  select exists (
    select
    from public.files as f
    join private.candidates as c
      on c.account_id = f.account_id
      and ((f.bucket_id = 'resumes' and f.path = c.resume_path) or (f.bucket_id = 'videos' and f.path = c.video_path))
    where f.id = is_unlocked_file.file_id and private.has_unlocked(c.card_id)
  );
$$;

insert into private.file_readers (name, description) values
  ('is_unlocked_file', 'Recruiters read the resume and the video of candidates whom they have unlocked.');

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function private.has_unlocked(uuid) to authenticated;
