-- Search news: what others begin to see, queued by triggers for the searches that are saved (…943_search_matches.sql).
-- Promises: a thing is news once; whoever publishes waits for no job.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.saved_search_queue (
  id bigint generated always as identity primary key,
  entity_type text not null,
  entity_id uuid not null,
  queued_at timestamptz not null default now()
);
comment on table private.saved_search_queue is
  'What others began to see and no search was asked for. Rows are only added, so that nobody who publishes waits for a job.';

create index saved_search_queue_entity_type_idx on private.saved_search_queue (entity_type, id);

create table private.saved_search_entities (
  entity_type text not null,
  entity_id uuid not null,
  primary key (entity_type, entity_id)
);
comment on table private.saved_search_entities is 'What searches were asked for: what is hidden and shown again is no news.';

create table private.saved_search_runs (
  entity_type text primary key,
  entity_ids uuid[] not null default '{}',
  started_at timestamptz not null default now(),
  after_account uuid not null default '00000000-0000-0000-0000-000000000000'
);
comment on table private.saved_search_runs is 'What searches of a type are being asked for, and how far: accounts up to after_account are done.';

insert into private.saved_search_runs (entity_type) values ('casting'), ('task'), ('service'), ('candidate');

create table private.saved_search_matches (
  saved_search_id uuid not null references public.saved_searches (id) on delete cascade,
  entity_id uuid not null,
  matched_at timestamptz not null default now(),
  primary key (saved_search_id, entity_id)
);
comment on table private.saved_search_matches is 'Matches of daily searches that wait for the next notification.';

create index saved_search_matches_matched_at_idx on private.saved_search_matches (matched_at);
create index saved_search_matches_entity_id_idx on private.saved_search_matches (entity_id);

-- Whom an announcement has told of a casting.
create index notifications_new_casting_idx on public.notifications (account_id, (data ->> 'casting_id')) where type = 'new_casting';

insert into public.notification_types (type, description) values
  ('saved_search_match', 'Something new that matches a search of mine.');

insert into private.settings (key, value, description) values
  ('saved_searches.asked_per_run', '10000', 'Saved searches of each type that are asked about what is new in a minute; they are asked for ten seconds at most.'),
  ('saved_searches.digest_hour', '6', 'The hour, in UTC, from which daily notifications of saved searches are sent.');

-- What is new ---------------------------------------------------------------------------------------------------------

create function private.queue_for_searches()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the queue is not the owner's to write. Argument: the type.
begin
  insert into private.saved_search_queue (entity_type, entity_id) values (tg_argv[0], new.id);
  return null;
end;
$$;

create trigger castings_queue_new
  after insert on public.castings
  for each row
  when (new.status = 'active')
  execute function private.queue_for_searches('casting');

create trigger castings_queue_published
  after update of status on public.castings
  for each row
  when (new.status = 'active' and old.status <> 'active')
  execute function private.queue_for_searches('casting');

create trigger tasks_queue_new
  after insert on public.tasks
  for each row
  when (new.status = 'open')
  execute function private.queue_for_searches('task');

create trigger tasks_queue_reopened
  after update of status on public.tasks
  for each row
  when (new.status = 'open' and old.status <> 'open')
  execute function private.queue_for_searches('task');

create trigger services_queue_new
  after insert on public.services
  for each row
  when (new.is_active)
  execute function private.queue_for_searches('service');

create trigger services_queue_activated
  after update of is_active on public.services
  for each row
  when (new.is_active and not old.is_active)
  execute function private.queue_for_searches('service');

create trigger candidate_cards_queue_new
  after insert on private.candidate_cards
  for each row
  when (new.is_searchable)
  execute function private.queue_for_searches('candidate');

create trigger candidate_cards_queue_searchable
  after update of is_searchable on private.candidate_cards
  for each row
  when (new.is_searchable and not old.is_searchable)
  execute function private.queue_for_searches('candidate');

create function private.forget_for_searches()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. What is queued of it is dropped by the job, which may hold it just now.
begin
  delete from private.saved_search_entities as e where e.entity_type = tg_argv[0] and e.entity_id = old.id;
  delete from private.saved_search_matches as m
  where (m.saved_search_id, m.entity_id) in (
    select k.saved_search_id, k.entity_id from private.saved_search_matches as k where k.entity_id = old.id for update skip locked
  );
  return null;
end;
$$;

create trigger castings_forget_searched
  after delete on public.castings
  for each row execute function private.forget_for_searches('casting');

create trigger tasks_forget_searched
  after delete on public.tasks
  for each row execute function private.forget_for_searches('task');

create trigger services_forget_searched
  after delete on public.services
  for each row execute function private.forget_for_searches('service');

create trigger candidate_cards_forget_searched
  after delete on private.candidate_cards
  for each row execute function private.forget_for_searches('candidate');

create function private.search_state(entity_type text, entity_id uuid)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: asks every module. new; waits: for its owner's suspension to end, or for the announcement, which comes first;
  -- over: others do not see it any more. If they do again, it is queued again.
  select coalesce(
    case search_state.entity_type
      when 'casting' then (
        select case
          when c.status <> 'active' then 'over'
          when c.announced_at is null or not private.is_active_account(c.owner_id) then 'waits'
          else 'new'
        end
        from public.castings as c
        where c.id = search_state.entity_id
      )
      when 'task' then (
        select case when t.status <> 'open' then 'over' when not private.is_active_account(t.owner_id) then 'waits' else 'new' end
        from public.tasks as t
        where t.id = search_state.entity_id
      )
      when 'service' then (
        select case when not s.is_active then 'over' when not private.is_active_account(s.owner_id) then 'waits' else 'new' end
        from public.services as s
        where s.id = search_state.entity_id
      )
      when 'candidate' then (
        select 'new' from private.candidate_search as s where s.card_id = search_state.entity_id
      )
    end,
    'over'
  );
$$;

create function private.claim_news(entity_type text)
returns uuid[]
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may write here. The next things (at most 100, as many as a list takes) that no search was asked for.
declare
  looked_at bigint[];
  claimed uuid[];
begin
  if claim_news.entity_type = 'casting' then
    -- Of those that left their organization before it announced them, nobody is told later either.
    update public.castings as c
    set announced_at = now()
    where c.id in (
      select l.id
      from private.saved_search_queue as q
      join public.castings as l on l.id = q.entity_id
      where q.entity_type = 'casting' and l.status = 'active' and l.announced_at is null and l.organization_id is null
      for update of l skip locked
    );
  end if;
  loop
    with looked as (
      select q.id, q.entity_id, n.state
      from private.saved_search_queue as q
      cross join lateral (select private.search_state(q.entity_type, q.entity_id) as state) as n
      where q.entity_type = claim_news.entity_type and n.state <> 'waits'
      order by q.id
      limit 100
      for update of q skip locked
    ), claims as (
      insert into private.saved_search_entities as e (entity_type, entity_id)
      select distinct claim_news.entity_type, l.entity_id from looked as l where l.state = 'new'
      on conflict on constraint saved_search_entities_pkey do nothing
      returning e.entity_id
    )
    select array(select l.id from looked as l), array(select c.entity_id from claims as c) into looked_at, claimed;
    delete from private.saved_search_queue as q where q.id = any (looked_at);
    if claimed <> '{}' or looked_at = '{}' then
      return claimed;
    end if;
  end loop;
end;
$$;
