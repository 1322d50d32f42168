-- Candidate unlocks: a contact for credits.
-- Paid from the subscription where it suffices, else from the wallet, never from both for one candidate. What is unlocked
-- already costs nothing.
-- Promises: each candidate is paid once, however many calls race; all of a call or nothing; a refund goes back to where it
-- was paid from, once.

set lock_timeout = '5s';
set statement_timeout = '60s';

insert into public.notification_types (type, description) values
  ('candidate_unlock', 'I unlocked a candidate, or got the credits for one back.');

-- Unlocking -----------------------------------------------------------------------------------------------------------

create type public.unlock_result as (
  candidate_id uuid,
  unlock_id uuid,
  already_unlocked boolean,
  paid_from text,
  credits_used bigint,
  remaining_balance bigint,
  unlocked_at timestamptz
);
comment on type public.unlock_result is
  'What an unlock cost; the candidate is read with get_candidate. paid_from: subscription or wallet, null when it was unlocked already; remaining_balance: credits left there, or where the next would be paid from; null without limit.';

create function private.lock_recruiter(account_id uuid)
returns public.recruiter_profiles
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions that spend. One recruiter's go one by one; subscriptions do not change meanwhile. In the order in
-- which the end of an account or company has them: account, company, profile.
declare
  recruiter public.recruiter_profiles;
begin
  perform from public.accounts as a where a.id = lock_recruiter.account_id for share;
  perform from public.organizations as o
  where o.id = (select r.organization_id from public.recruiter_profiles as r where r.account_id = lock_recruiter.account_id)
  for key share;
  select r.* into recruiter from public.recruiter_profiles as r where r.account_id = lock_recruiter.account_id for no key update;
  return recruiter;
end;
$$;

create function private.raise_unpaid(sources jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls functions clients may not. sources: what was needed of each and is there, the wallet last.
begin
  if jsonb_array_length(sources) = 1 and (sources -> 0 ->> 'current')::bigint = 0 then
    perform private.raise_error('no_payment_source', 402, 'There is no subscription and no credit to pay with.', jsonb_build_object('sources', sources));
  end if;
  perform private.raise_error(
    'insufficient_credits', 402, 'There are not enough credits.',
    jsonb_build_object('needed', sources -> -1 -> 'needed', 'current', sources -> -1 -> 'current', 'sources', sources)
  );
end;
$$;

create function private.pay_unlocks(recruiter public.recruiter_profiles, card_ids uuid[])
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: books. Answers each unlock with what it cost. The wallet stands last among the sources.
declare
  revenue_id uuid := private.ledger_account(null, 'revenue', 'credits');
  is_shared boolean := (private.entitlement_status(recruiter.account_id, 'shared_unlocks')).is_granted;
  sources jsonb := '[]';
  source record;
  unlock private.candidate_unlocks;
  answers jsonb := '[]';
  unpaid uuid[] := card_ids;
  card uuid;
  rest bigint;
begin
  perform private.ledger_account(recruiter.account_id, 'wallet', 'credits');
  perform private.lock_ledger_accounts(
    variadic array(select s.ledger_account_id from private.unlock_sources(recruiter.account_id) as s)
  );
  for source in select s.* from private.unlock_sources(recruiter.account_id) as s loop
    rest := source.available;
    sources := sources || jsonb_build_object(
      'source', source.paid_from, 'needed', source.price * cardinality(unpaid), 'current', source.available
    );
    while cardinality(unpaid) > 0 and (rest is null or rest >= source.price) loop
      card := unpaid[1];
      unpaid := unpaid[2:];
      rest := rest - source.price;
      unlock.id := gen_random_uuid();
      unlock.transfer_id := null;
      if source.price > 0 then
        unlock.transfer_id := private.transfer(
          'unlock', source.ledger_account_id, revenue_id, source.price, unlock.id::text,
          jsonb_build_object('candidate_id', card, 'unlock_id', unlock.id)
        );
      end if;
      insert into private.candidate_unlocks (id, card_id, recruiter_id, organization_id, is_shared, paid_from, credits, transfer_id)
      values (
        unlock.id, card, recruiter.account_id, recruiter.organization_id, is_shared, source.paid_from, source.price, unlock.transfer_id
      )
      returning unlocked_at into unlock.unlocked_at;
      answers := answers || jsonb_build_object(
        'candidate_id', card, 'unlock_id', unlock.id, 'already_unlocked', false, 'paid_from', source.paid_from,
        'credits_used', source.price, 'remaining_balance', rest, 'unlocked_at', unlock.unlocked_at
      );
    end loop;
  end loop;
  if cardinality(unpaid) > 0 then
    perform private.raise_unpaid(sources);
  end if;
  update public.recruiter_profiles as r
  set total_spent = r.total_spent + (select sum((a ->> 'credits_used')::bigint) from jsonb_array_elements(answers) as a)
  where r.account_id = recruiter.account_id;
  perform private.notify(
    recruiter.account_id, 'candidate_unlock',
    jsonb_build_object('status', 'unlocked', 'candidate_id', a -> 'candidate_id', 'unlock_id', a -> 'unlock_id')
  )
  from jsonb_array_elements(answers) as a;
  return answers;
end;
$$;

create function private.unlock_candidates(candidate_ids uuid[], idempotency_key uuid)
returns setof public.unlock_result
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may write unlocks. Answers no contact: a client could cast it to an error in `select=`, which would show
-- it and take the payment back. It is read by the next request.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  ids uuid[] := array(
    select i.id from unnest(candidate_ids) with ordinality as i (id, position) group by i.id order by min(i.position)
  );
  unpaid uuid[];
  missing uuid[];
  balance bigint;
  answers jsonb;
begin
  if cardinality(ids) not between 1 and 50 or array_position(ids, null) is not null then
    perform private.raise_error('validation_failed', 400, 'Name 1 to 50 candidates.', '{"fields": {"candidate_ids": "length"}}');
  end if;
  answers := private.claim_idempotency_key('unlock_candidates', idempotency_key, jsonb_build_object('candidate_ids', to_jsonb(ids)));
  if answers is null then
    -- Whoever deletes an account holds it before anything that is its own, such as conversations, which an unlock changes too.
    perform private.lock_accounts(variadic array(
      select c.account_id from private.candidates as c where c.card_id = any (ids)
    ) || recruiter.account_id);
    recruiter := private.lock_recruiter(recruiter.account_id);
    recruiter := private.require_verified_recruiter();
    -- Nobody becomes unavailable meanwhile, and colleagues who share unlocks do not buy the same one twice.
    perform from private.candidate_cards as d where d.id = any (ids) order by d.id for no key update;
    select coalesce(jsonb_agg(jsonb_build_object(
      'candidate_id', u.card_id, 'unlock_id', u.id, 'already_unlocked', true, 'credits_used', 0, 'unlocked_at', u.unlocked_at
    )), '[]') into answers
    from unnest(ids) as i
    cross join lateral private.unlock_of(i, recruiter) as u;
    unpaid := array(select i from unnest(ids) as i where not answers @> jsonb_build_array(jsonb_build_object('candidate_id', i)));
    missing := array(
      select i from unnest(unpaid) as i
      where not exists (select from private.candidate_cards as d where d.id = i and d.is_searchable)
        or i in (select private.blocked_card_ids())
    );
    if missing <> '{}' then
      perform private.raise_error(
        'not_found', 404, 'There is no such candidate to unlock.', jsonb_build_object('candidate_ids', to_jsonb(missing))
      );
    end if;
    if unpaid <> '{}' then
      answers := answers || private.pay_unlocks(recruiter, unpaid);
    end if;
    -- Where the next one would be paid from.
    select s.available into balance
    from private.unlock_sources(recruiter.account_id) with ordinality as s (paid_from, ledger_account_id, price, available, position)
    order by s.available is not null and s.available < s.price, s.position
    limit 1;
    select jsonb_agg(a || case
      when (a -> 'already_unlocked')::boolean then jsonb_build_object('remaining_balance', balance)
      else '{}'
    end) into answers
    from jsonb_array_elements(answers) as a;
    perform private.keep_idempotent_answer('unlock_candidates', idempotency_key, answers);
  end if;
  return query
    select a.candidate_id, a.unlock_id, a.already_unlocked, a.paid_from, a.credits_used, a.remaining_balance, a.unlocked_at
    from unnest(ids) with ordinality as i (id, position)
    join jsonb_to_recordset(answers) as a (
      candidate_id uuid, unlock_id uuid, already_unlocked boolean, paid_from text, credits_used bigint, remaining_balance bigint,
      unlocked_at timestamptz
    ) on a.candidate_id = i.id
    order by i.position;
end;
$$;

create function public.unlock_candidate(candidate_id uuid, idempotency_key uuid default null)
returns setof public.unlock_result
language sql
volatile
security invoker
rows 1
set search_path = ''
as $$
  select * from private.unlock_candidates(array[candidate_id], idempotency_key);
$$;
comment on function public.unlock_candidate is
  'Verified recruiters only: the contact of a candidate for credits, from the subscription, else from the wallet; for nothing what is unlocked already. not_found (404) for who cannot be unlocked; insufficient_credits (402, with needed, current and sources) and no_payment_source (402) charge nothing. The same idempotency_key gives the first answer again, for 24 hours.';

create function public.unlock_candidates(candidate_ids uuid[], idempotency_key uuid default null)
returns setof public.unlock_result
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.unlock_candidates(candidate_ids, idempotency_key);
$$;
comment on function public.unlock_candidates is
  'As unlock_candidate, for 1 to 50 at once, all of them or none; each is priced by itself, in the order in which they are named, and answered.';

-- Refunds -------------------------------------------------------------------------------------------------------------

create function private.refund_unlock(unlock_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
declare
  unlock private.candidate_unlocks;
begin
  if private.is_clean_text(refund_unlock.reason, 1, 2000) is not true then
    raise exception 'a refund says why' using errcode = 'invalid_parameter_value';
  end if;
  perform private.lock_recruiter(u.recruiter_id) from private.candidate_unlocks as u where u.id = refund_unlock.unlock_id;
  select u.* into unlock from private.candidate_unlocks as u where u.id = refund_unlock.unlock_id for update;
  if unlock.id is null then
    raise exception 'there is no unlock %', refund_unlock.unlock_id using errcode = 'no_data_found';
  end if;
  if unlock.refunded_at is not null then
    raise exception 'unlock % is refunded already', unlock.id using errcode = 'object_not_in_prerequisite_state';
  end if;
  if unlock.unlocked_at < now() - make_interval(days => (private.setting('hiring.refund_days') #>> '{}')::integer) then
    raise exception 'unlock % is older than the days for refunds', unlock.id using errcode = 'object_not_in_prerequisite_state';
  end if;
  if unlock.transfer_id is not null then
    perform private.transfer(
      'unlock_refund', t.to_id, t.from_id, t.amount, unlock.id::text, t.data, refund_unlock.reason
    )
    from private.ledger_transfers as t
    where t.id = unlock.transfer_id;
    -- Where another subscription has taken the place of that one, it has the rest of its credits, and gets these.
    perform private.transfer('carried_over', p.id, n.id, unlock.credits, unlock.id::text)
    from private.ledger_transfers as t
    join private.ledger_accounts as p on p.id = t.from_id and p.kind = 'subscription'
    join public.subscriptions as s on s.id = p.subject_id and s.replaced_by_id is not null
    join private.current_subscription(unlock.recruiter_id, 'hiring') as c on c.id <> s.id
    join private.ledger_accounts as n
      on n.owner_id = p.owner_id and n.kind = 'subscription' and n.subject_id = c.id and n.currency = p.currency
    where t.id = unlock.transfer_id;
  end if;
  update private.candidate_unlocks as u set refunded_at = now() where u.id = unlock.id;
  update public.recruiter_profiles as r set total_spent = r.total_spent - unlock.credits where r.account_id = unlock.recruiter_id;
  perform private.notify(
    unlock.recruiter_id, 'candidate_unlock',
    jsonb_strip_nulls(jsonb_build_object(
      'status', 'refunded', 'candidate_id', unlock.card_id, 'unlock_id', unlock.id, 'credits', unlock.credits
    ))
  );
  perform private.audit('unlock.refund', 'unlock', unlock.id::text, jsonb_build_object('credits', unlock.credits));
end;
$$;
comment on function private.refund_unlock is
  'For admins: gives the credits of an unlock back to where they were paid from (to the subscription that has taken its place, as the rest of its credits went), once, within the days of hiring.refund_days; the candidate is locked again. The recruiter is told and reads the reason.';

-- What is unlocked ----------------------------------------------------------------------------------------------------

create function private.find_unlocked_candidates(page_size integer, cursor text, skip integer)
returns setof public.candidate_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above. Of several unlocks by which one is read, the one that private.unlock_of names.
declare
  recruiter public.recruiter_profiles := private.require_verified_recruiter();
  total bigint;
  after record;
begin
  select * into after from private.cursor_at(find_unlocked_candidates.cursor);
  select count(*) into total
  from (
    select
    from private.candidate_unlocks as u
    where u.refunded_at is null and u.card_id is not null
      and (
        u.recruiter_id = recruiter.account_id
        or (
          u.is_shared and u.organization_id = recruiter.organization_id
          and u.id = (select o.id from private.unlock_of(u.card_id, recruiter) as o)
        )
      )
    limit 1001
  ) as counted;
  return query
    select c.*
    from (
      select u.*
      from private.candidate_unlocks as u
      where u.refunded_at is null and u.card_id is not null
        and (
          u.recruiter_id = recruiter.account_id
          or (
            u.is_shared and u.organization_id = recruiter.organization_id
            and u.id = (select o.id from private.unlock_of(u.card_id, recruiter) as o)
          )
        )
        and (after.id is null or (u.unlocked_at, u.id) < (after.at, after.id))
      order by u.unlocked_at desc, u.id desc
      limit private.page_size(find_unlocked_candidates.page_size) offset private.skipped(find_unlocked_candidates.skip)
    ) as f
    join private.candidate_cards as d on d.id = f.card_id
    cross join lateral private.candidate_card(d, f.unlocked_at, 0, total, private.cursor_of(f.unlocked_at, f.id)) as c
    order by f.unlocked_at desc, f.id desc;
end;
$$;

create function public.list_unlocked_candidates(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.candidate_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_unlocked_candidates(page_size, cursor, skip);
$$;
comment on function public.list_unlocked_candidates is
  'Verified recruiters only: whom the caller has unlocked, and colleagues for the company, newest unlock first: 20 a page, 1-100; also those who are not available any more.';

create function private.get_unlocked_names(candidate_ids uuid[])
returns table (candidate_id uuid, full_name text)
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. For lists that hold ids: names are put in when they are read. No row, not an error, for whoever is no
-- verified recruiter (any more): they go on reading their lists.
begin
  if cardinality(candidate_ids) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 candidates.', '{"fields": {"candidate_ids": "length"}}');
  end if;
  return query
    select c.card_id, c.full_name
    from private.candidates as c
    where c.card_id = any (candidate_ids) and c.full_name is not null and private.has_unlocked(c.card_id);
end;
$$;

create function public.get_unlocked_names(candidate_ids uuid[])
returns table (candidate_id uuid, full_name text)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.get_unlocked_names(candidate_ids);
$$;
comment on function public.get_unlocked_names is 'The names of those among up to 100 candidates whom the caller, a verified recruiter, has unlocked; no row for others.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.unlock_candidates(uuid[], uuid),
  public.unlock_candidate(uuid, uuid),
  public.unlock_candidates(uuid[], uuid),
  private.find_unlocked_candidates(integer, text, integer),
  public.list_unlocked_candidates(integer, text, integer),
  private.get_unlocked_names(uuid[]),
  public.get_unlocked_names(uuid[])
to authenticated;
