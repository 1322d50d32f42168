-- Search matches: how owners of saved searches hear of what is new.
-- What others begin to see is queued by triggers; a job asks the lists of it for each saved search, as its owner, and tells
-- them at once, or keeps it for the day's notification. Progress is kept: a run asks for so many searches, the next goes on.
-- Promises: what a search hears of is what its owner's list shows; a thing is told to an account once, whatever it has saved,
-- follows or runs at the same time; a search that fails does not stop the others.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Asking --------------------------------------------------------------------------------------------------------------

create function private.matches_of(search public.saved_searches, ids uuid[])
returns uuid[]
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: acts as the search's owner while the list is asked. What fails (a category that is gone, for one) finds nothing.
declare
  before text := coalesce(current_setting('request.jwt.claims', true), '');
  matching uuid[];
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', search.account_id, 'role', 'authenticated')::text, true);
  matching := array(select private.find_among(search.entity_type, search.filters, ids));
  perform set_config('request.jwt.claims', before, true);
  return matching;
exception when others then
  -- What was set is taken back with the rest.
  raise warning 'talentbase: saved search % cannot be asked: %', search.id, sqlerrm;
  return '{}';
end;
$$;

create function private.has_heard_of_casting(account_id uuid, casting_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads other people's notifications. Whether the organization's announcement has told them: also whoever has
  -- deleted the notification, or follows no more.
  select exists (
    select from public.notifications as n
    where n.account_id = has_heard_of_casting.account_id and n.type = 'new_casting'
      and n.data ->> 'casting_id' = has_heard_of_casting.casting_id::text
  ) or exists (
    select from public.castings as c
    join private.casting_announcements as a on a.casting_id = c.id
    join public.organization_followers as f on f.organization_id = a.organization_id
    where c.id = has_heard_of_casting.casting_id
      and f.account_id = has_heard_of_casting.account_id and f.created_at < c.announced_at
  );
$$;

create function private.tell_of_match(search public.saved_searches, entity_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: writes notifications.
  select private.notify(
    search.account_id,
    case search.entity_type when 'casting' then 'new_casting' else 'saved_search_match' end,
    jsonb_build_object('saved_search_id', search.id) || case search.entity_type
      when 'casting' then jsonb_build_object('casting_id', tell_of_match.entity_id)
      when 'candidate' then jsonb_build_object(
        'entity_type', 'candidate', 'entity_id', tell_of_match.entity_id, 'candidate_id', tell_of_match.entity_id
      )
      else jsonb_build_object('entity_type', search.entity_type, 'entity_id', tell_of_match.entity_id)
    end
  );
$$;

create function private.tell_searcher(account_id uuid, run private.saved_search_runs)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. All searches of an account together: what one of them has found, the next does not ask for. Whoever is
-- suspended, or just going, hears nothing.
declare
  search public.saved_searches;
  unmatched uuid[] := run.entity_ids;
  matching uuid[];
begin
  if not private.is_active_account(tell_searcher.account_id) then
    return;
  end if;
  for search in
    select s.* from public.saved_searches as s
    where s.account_id = tell_searcher.account_id and s.entity_type = run.entity_type and s.created_at <= run.started_at
    order by s.frequency = 'instant' desc, s.created_at, s.id
  loop
    exit when unmatched = '{}';
    matching := private.matches_of(search, unmatched);
    continue when matching = '{}';
    -- The account before what is its own. Whoever deletes either holds it, and is not waited for.
    perform from public.accounts as a where a.id = search.account_id for key share skip locked;
    exit when not found;
    perform from public.saved_searches as s where s.id = search.id for key share skip locked;
    continue when not found;
    unmatched := array(select u.id from unnest(unmatched) as u (id) where u.id <> all (matching));
    if run.entity_type = 'casting' then
      matching := array(
        select m.id from unnest(matching) as m (id) where not private.has_heard_of_casting(search.account_id, m.id)
      );
    end if;
    if search.frequency = 'instant' then
      perform private.tell_of_match(search, m.id) from unnest(matching) as m (id);
    else
      insert into private.saved_search_matches (saved_search_id, entity_id)
      select search.id, m.id from unnest(matching) as m (id);
    end if;
  end loop;
end;
$$;

create function private.match_news(entity_type text, deadline timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Asks so many searches of a type as a run may, or until the deadline, and keeps how far it came in the
-- same transaction. A second run at the same time passes it over.
declare
  run private.saved_search_runs;
  most integer := (private.setting('saved_searches.asked_per_run') #>> '{}')::integer;
  asked integer := 0;
  searcher record;
begin
  select r.* into run from private.saved_search_runs as r where r.entity_type = match_news.entity_type for update skip locked;
  if not found then
    return 0;
  end if;
  while asked < most and clock_timestamp() < deadline loop
    if run.entity_ids = '{}' then
      run.entity_ids := private.claim_news(run.entity_type);
      exit when run.entity_ids = '{}';
      run.started_at := clock_timestamp();
      run.after_account := '00000000-0000-0000-0000-000000000000';
    end if;
    for searcher in
      select s.account_id, count(*) as searches
      from public.saved_searches as s
      where s.entity_type = run.entity_type and s.account_id > run.after_account
      group by s.account_id
      order by s.account_id
      limit 100
    loop
      perform private.tell_searcher(searcher.account_id, run);
      run.after_account := searcher.account_id;
      asked := asked + searcher.searches;
      exit when asked >= most or clock_timestamp() >= deadline;
    end loop;
    if not found then
      run.entity_ids := '{}';
    end if;
  end loop;
  update private.saved_search_runs as r
  set entity_ids = run.entity_ids, started_at = run.started_at, after_account = run.after_account
  where r.entity_type = run.entity_type;
  return asked;
end;
$$;

create function private.match_saved_searches()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. Answers how many searches were asked. Other jobs run in the same transaction: twenty seconds in all, and what
-- there was no time for comes first in the next.
declare
  kind text;
  deadline timestamptz := clock_timestamp() + interval '20 seconds';
  asked integer := 0;
begin
  for kind in select r.entity_type from private.saved_search_runs as r order by r.started_at, r.entity_type loop
    asked := asked + private.match_news(kind, least(deadline, clock_timestamp() + interval '10 seconds'));
  end loop;
  return asked;
end;
$$;

-- Once a day ----------------------------------------------------------------------------------------------------------

create function private.send_search_digest(search public.saved_searches, due timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Of what matched before `due`, what the list still shows is told in one notification; counted to 1,000.
declare
  kept uuid[];
  shown uuid[] := '{}';
begin
  with gone as (
    delete from private.saved_search_matches as m
    where (m.saved_search_id, m.entity_id) in (
      select k.saved_search_id, k.entity_id from private.saved_search_matches as k
      where k.saved_search_id = search.id and k.matched_at < due
      for update skip locked
    )
    returning m.entity_id, m.matched_at
  )
  select (array_agg(g.entity_id order by g.matched_at desc, g.entity_id))[1:1000] into kept from gone as g;
  for start in 1..coalesce(cardinality(kept), 0) by 100 loop
    shown := shown || array(
      select k.id from unnest(kept[start:start + 99]) with ordinality as k (id, position)
      join unnest(private.matches_of(search, kept[start:start + 99])) as m (id) on m.id = k.id
      order by k.position
    );
  end loop;
  if shown <> '{}' then
    perform private.notify(
      search.account_id,
      case search.entity_type when 'casting' then 'new_casting' else 'saved_search_match' end,
      jsonb_build_object(
        'saved_search_id', search.id, 'entity_type', search.entity_type, 'count', cardinality(shown), 'entity_ids', shown[1:10]
      )
    );
    update public.saved_searches as s set last_digest_on = (now() at time zone 'UTC')::date where s.id = search.id;
  end if;
end;
$$;

create function private.send_search_digests()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. One a search and day: of what matched until the hour at which they are sent.
declare
  today date := (now() at time zone 'UTC')::date;
  due timestamptz := (today + make_interval(hours => (private.setting('saved_searches.digest_hour') #>> '{}')::integer)) at time zone 'UTC';
  search public.saved_searches;
  sent integer := 0;
begin
  if now() < due then
    return 0;
  end if;
  for search in
    select s.*
    from public.saved_searches as s
    where s.id in (select m.saved_search_id from private.saved_search_matches as m where m.matched_at < due)
      and (s.last_digest_on is null or s.last_digest_on < today)
      and private.is_active_account(s.account_id)
    order by s.id
    limit 1000
    for no key update skip locked
  loop
    perform private.send_search_digest(search, due);
    sent := sent + 1;
  end loop;
  return sent;
end;
$$;

insert into private.jobs (name, every, description) values
  ('match_saved_searches', '1 minute', 'Asks saved searches about what is new and tells their owners.'),
  ('send_search_digests', '5 minutes', 'Tells once a day what matched daily saved searches.');
