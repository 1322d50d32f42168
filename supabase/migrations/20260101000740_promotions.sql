-- Promotions: a model profile or a casting is shown before others for some days, as the plan allows.
-- active <-> paused, both -> ended; one that has run out has ended, by no job. A pause stops the clock.
-- Promises: only what is shown is promoted; one open promotion of a thing; a viewer counts once a day.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.promotions (
  id uuid primary key default gen_random_uuid(),
  account_id uuid references public.accounts (id) on delete set null,
  model_id uuid references public.model_profiles (account_id) on delete cascade,
  casting_id uuid references public.castings (id) on delete cascade,
  status text not null default 'active',
  starts_at timestamptz not null default now(),
  ends_at timestamptz not null,
  paused_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint promotions_model_id_one check (num_nonnulls(model_id, casting_id) = 1),
  constraint promotions_status_known check (status in ('active', 'paused', 'ended')),
  constraint promotions_paused_at_set check ((status = 'paused') = (paused_at is not null)),
  constraint promotions_ends_at_order check (ends_at >= starts_at)
);
comment on table public.promotions is 'Promotions of model profiles and castings, past and present. Written by functions only.';
comment on column public.promotions.account_id is
  'Who made it: of a casting its owner. One of a model is the model''s and their agencies'', and stays when who made it has left.';
comment on column public.promotions.ends_at is 'While paused, time stands still: resuming moves it.';

create index promotions_account_id_idx on public.promotions (account_id, created_at desc, id desc);
create index promotions_model_id_idx on public.promotions (model_id);
create index promotions_casting_id_idx on public.promotions (casting_id);
create unique index promotions_open_model_key on public.promotions (model_id) where status <> 'ended';
create unique index promotions_open_casting_key on public.promotions (casting_id) where status <> 'ended';

create table private.promotion_views (
  promotion_id uuid not null references public.promotions (id) on delete cascade,
  kind text not null,
  day date not null,
  viewer bytea not null,
  primary key (promotion_id, kind, day, viewer),
  constraint promotion_views_kind_known check (kind in ('impression', 'click'))
);
comment on table private.promotion_views is 'Who has seen or opened what is promoted, once a day; viewer is a keyed hash of account or address.';

select private.hide_estimates('public.promotions');

create table private.promotion_transitions (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
);
comment on table private.promotion_transitions is 'Which status of a promotion may follow which.';

insert into private.promotion_transitions (from_status, to_status) values
  ('active', 'paused'), ('paused', 'active'), ('active', 'ended'), ('paused', 'ended');

insert into private.settings (key, value, description) values
  ('promotions.days', '7', 'Days that a promotion runs unless told.'),
  ('promotions.most_days', '30', 'Days that a promotion may run at most.'),
  ('promotions.viewer_key', to_jsonb(encode(extensions.gen_random_bytes(32), 'hex')), 'Key of the hashes by which viewers count once.');

create trigger promotions_touch_updated_at
  before update on public.promotions
  for each row execute function private.touch_updated_at();

create function private.mark_promoted()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: promoted_until is in no column grant. What is promoted says so itself, so that lists need not look here.
declare
  until timestamptz := case when tg_op <> 'DELETE' and new.status = 'active' then new.ends_at end;
begin
  if tg_op = 'DELETE' and old.status = 'ended' then
    -- Another one may be running.
    return null;
  end if;
  update public.model_profiles as m set promoted_until = until where m.account_id = coalesce(new.model_id, old.model_id);
  update public.castings as c set promoted_until = until where c.id = coalesce(new.casting_id, old.casting_id);
  return null;
end;
$$;

create trigger promotions_mark
  after insert or update of status, ends_at or delete on public.promotions
  for each row execute function private.mark_promoted();

-- Activating, pausing, ending -----------------------------------------------------------------------------------------

create function private.end_outdated_promotions(model_id uuid, casting_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the function below. What has run out makes room for a new one.
  update public.promotions as p
  set status = 'ended'
  where (p.model_id = end_outdated_promotions.model_id or p.casting_id = end_outdated_promotions.casting_id)
    and p.status = 'active' and p.ends_at <= now();
$$;

create function private.lock_promoted(model_id uuid, casting_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for the functions below. What is promoted is locked before its promotions, for each writes the other.
  select from public.model_profiles as m where m.account_id = lock_promoted.model_id for update;
  select from public.castings as c where c.id = lock_promoted.casting_id for update;
$$;

create function private.promote(model_id uuid, casting_id uuid, days integer)
returns public.promotions
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: status is in no column grant. A model's agency promotes them too, by the plan of the agency's owner.
declare
  caller uuid := private.account_id();
  payer uuid := caller;
  wanted integer := coalesce(days, (private.setting('promotions.days') #>> '{}')::integer);
  most integer := (private.setting('promotions.most_days') #>> '{}')::integer;
  promotion public.promotions;
begin
  if num_nonnulls(promote.model_id, promote.casting_id) <> 1 then
    perform private.raise_error('validation_failed', 400, 'Name a model or a casting.', '{"fields": {"model_id": "required"}}');
  end if;
  if wanted not between 1 and most then
    perform private.raise_error(
      'validation_failed', 400, format('A promotion runs 1 to %s days.', most), '{"fields": {"days": "range"}}'
    );
  end if;
  perform private.lock_promoted(promote.model_id, promote.casting_id);
  if promote.model_id is not null then
    if not exists (
      select from public.model_profiles as m
      where m.account_id = promote.model_id and private.acts_for(m.account_id) and m.visibility = 'public'
    ) then
      perform private.raise_error('not_found', 404, 'There is no public profile of yours.');
    end if;
    if promote.model_id <> caller then
      payer := (private.agency_of_caller(promote.model_id)).owner_id;
    end if;
  elsif not exists (
    select from public.castings as c where c.id = promote.casting_id and c.owner_id = caller and c.status = 'active'
  ) then
    perform private.raise_error('not_found', 404, 'There is no active casting of yours.');
  end if;
  if not (private.entitlement_status(payer, 'promotion')).is_granted then
    perform private.raise_quota_exceeded(payer, 'promotion');
  end if;
  perform private.end_outdated_promotions(promote.model_id, promote.casting_id);
  insert into public.promotions (account_id, model_id, casting_id, ends_at)
  values (caller, promote.model_id, promote.casting_id, now() + make_interval(days => wanted))
  on conflict do nothing
  returning * into promotion;
  if promotion.id is null then
    perform private.raise_error('duplicate', 409, 'This is promoted, or its promotion is paused.');
  end if;
  return promotion;
end;
$$;

create function public.promote(model_id uuid default null, casting_id uuid default null, days integer default null)
returns public.promotions
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.promote(model_id, casting_id, days);
$$;
comment on function public.promote is
  'Promotes one''s own public model profile (an agency: a model''s) or active casting from now on, 7 days unless told, 1-30. quota_exceeded (403) without the plan; duplicate (409) while one is open.';

create function private.set_promotion_status(promotion_id uuid, status text)
returns public.promotions
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  promotion public.promotions;
  present text;
begin
  select p.* into promotion from public.promotions as p where p.id = set_promotion_status.promotion_id;
  -- An agency that speaks for the model no more has no say in what it once promoted.
  if not coalesce(private.acts_for(promotion.model_id), promotion.account_id = private.account_id(), false) then
    perform private.raise_error('not_found', 404, 'There is no such promotion.');
  end if;
  perform private.lock_promoted(promotion.model_id, promotion.casting_id);
  select p.* into promotion from public.promotions as p where p.id = set_promotion_status.promotion_id for update;
  if set_promotion_status.status is null or set_promotion_status.status not in ('active', 'paused', 'ended') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  present := case when promotion.status = 'active' and promotion.ends_at <= now() then 'ended' else promotion.status end;
  if not exists (
    select from private.promotion_transitions as t where t.from_status = present and t.to_status = set_promotion_status.status
  ) then
    perform private.raise_error(
      'invalid_transition', 409, 'A promotion cannot go from this status to that one.',
      jsonb_build_object('from', present, 'to', set_promotion_status.status)
    );
  end if;
  update public.promotions as p
  set
    status = set_promotion_status.status,
    paused_at = case when set_promotion_status.status = 'paused' then now() end,
    ends_at = case set_promotion_status.status
      when 'active' then p.ends_at + (now() - p.paused_at)
      when 'ended' then greatest(p.starts_at, least(p.ends_at, now()))
      else p.ends_at
    end
  where p.id = promotion.id
  returning p.* into promotion;
  return promotion;
end;
$$;

create function public.set_promotion_status(promotion_id uuid, status text)
returns public.promotions
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_promotion_status(promotion_id, status);
$$;
comment on function public.set_promotion_status is
  'active <-> paused, both -> ended; a pause stops the clock. Of a casting by its owner, of a profile by the model and their agency.';

-- Statistics ----------------------------------------------------------------------------------------------------------

create function private.record_promotion_views(model_ids uuid[], casting_ids uuid[], kind text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counts are nobody's to write. Asked by people without an account too; owners do not count. Who looks knows what
-- is promoted, not its promotions.
declare
  viewer bytea := extensions.hmac(
    coalesce(auth.uid()::text, private.client_address()), private.setting('promotions.viewer_key') #>> '{}', 'sha256'
  );
begin
  if record_promotion_views.kind is null or record_promotion_views.kind not in ('impression', 'click') then
    perform private.raise_error('validation_failed', 400, 'No such kind.', '{"fields": {"kind": "known"}}');
  end if;
  if coalesce(cardinality(model_ids), 0) + coalesce(cardinality(casting_ids), 0) not between 1 and 100 then
    perform private.raise_error('validation_failed', 400, 'Name 1 to 100 models and castings.', '{"fields": {"model_ids": "length"}}');
  end if;
  insert into private.promotion_views (promotion_id, kind, day, viewer)
  select p.id, record_promotion_views.kind, (now() at time zone 'UTC')::date, viewer
  from public.promotions as p
  where (p.model_id = any (model_ids) or p.casting_id = any (casting_ids)) and p.status = 'active' and p.ends_at > now()
    and (auth.uid() in (p.account_id, p.model_id)) is not true
  on conflict do nothing;
end;
$$;

create function public.record_promotion_views(
  model_ids uuid[] default '{}',
  casting_ids uuid[] default '{}',
  kind text default 'impression'
)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.record_promotion_views(model_ids, casting_ids, kind);
$$;
comment on function public.record_promotion_views is
  'Counts that the caller has seen (impression) or opened (click) promoted models (by account id) and castings, once a day each; 1-100 together. What is not promoted is left out.';

create type public.promotion_card as (
  id uuid,
  account_id uuid,
  model_id uuid,
  casting_id uuid,
  status text,
  starts_at timestamptz,
  ends_at timestamptz,
  paused_at timestamptz,
  impressions bigint,
  clicks bigint,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.promotion_card is
  'A promotion with its statistics: viewers a day, added up. status: ended also once it has run out. total: counted to 1,000 (1001 means more).';

create function private.find_promotions(page_size integer, cursor text, skip integer)
returns setof public.promotion_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: reads the views. The visibility rule is select_parties': those of one's castings, and those of the models one
-- acts for now, oneself among them.
declare
  caller uuid := private.account_id();
  models uuid[] := private.acts_for_ids();
  after record;
begin
  select * into after from private.cursor_at(find_promotions.cursor);
  return query
    select p.id, p.account_id, p.model_id, p.casting_id,
      case when p.status = 'active' and p.ends_at <= now() then 'ended' else p.status end,
      p.starts_at, p.ends_at, p.paused_at,
      (select count(*) from private.promotion_views as v where v.promotion_id = p.id and v.kind = 'impression'),
      (select count(*) from private.promotion_views as v where v.promotion_id = p.id and v.kind = 'click'),
      p.created_at,
      (
        select count(*)
        from (
          select from public.promotions as c
          where (c.model_id is null and c.account_id = caller) or c.model_id = any (models)
          limit 1001
        ) as counted
      ),
      private.cursor_of(p.created_at, p.id)
    from public.promotions as p
    where ((p.model_id is null and p.account_id = caller) or p.model_id = any (models))
      and (after.at is null or (p.created_at, p.id) < (after.at, after.id))
    order by p.created_at desc, p.id desc
    limit private.page_size(find_promotions.page_size) offset private.skipped(find_promotions.skip);
end;
$$;

create function public.list_my_promotions(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.promotion_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_promotions(page_size, cursor, skip);
$$;
comment on function public.list_my_promotions is
  'Promotions of the caller''s castings and of the models they act for, with statistics, newest first: 20 a page, 1-100.';

create type public.promotion_day as (
  day date,
  impressions bigint,
  clicks bigint
);

create function private.promotion_statistics(promotion_id uuid)
returns setof public.promotion_day
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if not exists (
    select from public.promotions as p
    where p.id = promotion_statistics.promotion_id
      and coalesce(private.acts_for(p.model_id), p.account_id = private.account_id())
  ) then
    perform private.raise_error('not_found', 404, 'There is no such promotion.');
  end if;
  return query
    select v.day, count(*) filter (where v.kind = 'impression'), count(*) filter (where v.kind = 'click')
    from private.promotion_views as v
    where v.promotion_id = promotion_statistics.promotion_id
    group by v.day
    order by v.day;
end;
$$;

create function public.promotion_statistics(promotion_id uuid)
returns setof public.promotion_day
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.promotion_statistics(promotion_id);
$$;
comment on function public.promotion_statistics is
  'How many have seen and opened a promotion that the caller sees, day by day in UTC; days without any are left out.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.promotions to authenticated, service_role;

grant execute on function
  private.record_promotion_views(uuid[], uuid[], text),
  public.record_promotion_views(uuid[], uuid[], text)
to anon, authenticated;

grant execute on function
  private.promote(uuid, uuid, integer),
  public.promote(uuid, uuid, integer),
  private.set_promotion_status(uuid, text),
  public.set_promotion_status(uuid, text),
  private.find_promotions(integer, text, integer),
  public.list_my_promotions(integer, text, integer),
  private.promotion_statistics(uuid),
  public.promotion_statistics(uuid)
to authenticated;

alter table public.promotions enable row level security;

create policy select_parties on public.promotions for select to authenticated
  using (
    (model_id is null and account_id = (select auth.uid())) or model_id = any ((select private.acts_for_ids())::uuid[])
  );
