-- Castings: what employers and agencies look for.
-- draft -> active | cancelled, active -> completed | cancelled. Everybody sees active ones, but for those whom a block
-- keeps from the owner; the owner sees all of theirs, and who responded or saved one goes on reading it.
-- Promises: state and counters change through functions only; responses_count is right without counting rows; a list
-- shows exactly what row-level security would.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.castings (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  organization_id uuid references public.organizations (id) on delete set null,
  title text not null,
  description text not null,
  category text not null references public.categories (slug) on update cascade on delete restrict,
  city text,
  country text,
  address text,
  shoot_date timestamptz,
  duration_days integer,
  response_deadline timestamptz,
  pay_type text not null default 'fixed',
  pay_min bigint,
  pay_max bigint,
  currency text not null default 'KZT',
  gender text,
  min_age integer,
  max_age integer,
  min_height integer,
  max_height integer,
  experience text,
  languages text[] not null default '{}',
  appearance text,
  models_needed integer,
  is_urgent boolean not null default false,
  tags text[] not null default '{}',
  cover_path text,
  status text not null default 'draft',
  responses_count integer not null default 0,
  accepted_count integer not null default 0,
  promoted_until timestamptz,
  published_at timestamptz,
  announced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint castings_title_length check (private.is_clean_text(title, 3, 200)),
  constraint castings_description_length check (private.is_clean_text(description, 1, 10000)),
  constraint castings_city_length check (private.is_clean_text(city, 1, 100)),
  constraint castings_country_length check (private.is_clean_text(country, 1, 100)),
  constraint castings_address_length check (private.is_clean_text(address, 1, 500)),
  constraint castings_shoot_date_range check (shoot_date between '2000-01-01 00:00Z' and '2200-01-01 00:00Z'),
  constraint castings_response_deadline_range check (response_deadline between '2000-01-01 00:00Z' and '2200-01-01 00:00Z'),
  constraint castings_duration_days_range check (duration_days between 1 and 365),
  constraint castings_pay_type_known check (pay_type in ('fixed', 'hourly', 'daily', 'negotiable', 'barter', 'unpaid')),
  constraint castings_pay_min_range check (pay_min between 0 and 1000000000000),
  constraint castings_pay_max_range check (pay_max between 0 and 1000000000000),
  constraint castings_pay_max_order check (pay_min <= pay_max),
  constraint castings_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint castings_gender_known check (gender in ('male', 'female', 'other')),
  constraint castings_min_age_range check (min_age between 18 and 99),
  constraint castings_max_age_range check (max_age between 18 and 99),
  constraint castings_max_age_order check (min_age <= max_age),
  constraint castings_min_height_range check (min_height between 100 and 250),
  constraint castings_max_height_range check (max_height between 100 and 250),
  constraint castings_max_height_order check (min_height <= max_height),
  constraint castings_experience_known check (experience in ('beginner', 'intermediate', 'experienced')),
  constraint castings_languages_length check (private.are_clean_texts(languages, 20, 50)),
  constraint castings_appearance_length check (private.is_clean_text(appearance, 1, 2000)),
  constraint castings_models_needed_range check (models_needed between 1 and 1000),
  constraint castings_tags_length check (private.are_clean_texts(tags, 20, 50)),
  constraint castings_cover_path_own check (private.is_object_path(cover_path, owner_id)),
  constraint castings_status_known check (status in ('draft', 'active', 'completed', 'cancelled'))
);
comment on table public.castings is 'Castings. Requirements that are null match everybody.';
comment on column public.castings.organization_id is 'In whose name it is; its owner belongs to that organization.';
comment on column public.castings.category is 'A category of the kind casting.';
comment on column public.castings.promoted_until is 'End of the promotion that is running; kept by the promotions module.';
comment on column public.castings.announced_at is 'When the organization''s followers were told, or that there are none.';
comment on column public.castings.pay_min is 'Minor units of currency.';
comment on column public.castings.pay_max is 'Minor units of currency.';
comment on column public.castings.models_needed is 'The casting closes for responses when this many are accepted; null: no limit.';
comment on column public.castings.cover_path is 'Path in the bucket `banners`, below the owner''s own folder.';
comment on column public.castings.responses_count is 'Responses that are not withdrawn.';

create index castings_owner_id_idx on public.castings (owner_id, created_at desc, id desc);
create index castings_organization_id_idx on public.castings (organization_id, created_at desc, id desc);
create index castings_category_idx on public.castings (category);
create index castings_promoted_until_idx on public.castings (promoted_until) where promoted_until is not null;
create index castings_unannounced_idx on public.castings (published_at) where announced_at is null and organization_id is not null;
create index castings_created_at_idx on public.castings (created_at desc, id desc);
create index castings_active_idx on public.castings (created_at desc, id desc) where status = 'active';
create index castings_active_city_idx on public.castings (lower(city), created_at desc, id desc) where status = 'active';
create index castings_active_city_category_idx on public.castings (lower(city), category, created_at desc, id desc) where status = 'active';
create index castings_active_category_idx on public.castings (category, created_at desc, id desc) where status = 'active';
create index castings_cover_path_idx on public.castings (cover_path) where cover_path is not null;
create index castings_search_idx on public.castings using gin ((title || ' ' || description) extensions.gin_trgm_ops);

create table public.casting_responses (
  id uuid primary key default gen_random_uuid(),
  casting_id uuid not null references public.castings (id) on delete cascade,
  model_id uuid not null references public.accounts (id) on delete cascade,
  responded_by uuid references public.accounts (id) on delete set null,
  message text,
  portfolio_links text[] not null default '{}',
  proposed_rate bigint,
  currency text not null,
  status text not null default 'pending',
  reminded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint casting_responses_casting_id_model_id_once unique (casting_id, model_id),
  constraint casting_responses_message_length check (private.is_clean_text(message, 1, 5000)),
  constraint casting_responses_portfolio_links_format check (private.are_web_urls(portfolio_links, 10)),
  constraint casting_responses_proposed_rate_range check (proposed_rate between 0 and 1000000000000),
  constraint casting_responses_currency_format check (currency ~ '^[A-Z]{3}$'),
  constraint casting_responses_status_known check (
    status in ('pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn')
  )
);
comment on table public.casting_responses is 'Models'' responses to castings, one a model and casting. Written by functions only.';
comment on column public.casting_responses.responded_by is 'Who sent it: the model, or a member of an agency that represents them.';
comment on column public.casting_responses.proposed_rate is 'Minor units of currency.';
comment on column public.casting_responses.currency is 'The casting''s when the response was sent: an offer keeps its worth.';
comment on column public.casting_responses.reminded_at is 'When the accepted model was reminded of the shoot.';

create index casting_responses_casting_id_idx on public.casting_responses (casting_id, created_at desc, id desc);
create index casting_responses_model_id_idx on public.casting_responses (model_id, created_at desc, id desc);
create index casting_responses_responded_by_idx on public.casting_responses (responded_by);

-- Without these statistics the planner takes the wrong index for lists; they tell how many drafts there are in all.
select private.hide_estimates('public.castings', '{status,gender,min_age,max_age}');
select private.hide_estimates('public.casting_responses');

create table private.casting_transitions (
  from_status text not null,
  to_status text not null,
  primary key (from_status, to_status)
);
comment on table private.casting_transitions is 'Which status of a casting may follow which.';

insert into private.casting_transitions (from_status, to_status) values
  ('draft', 'active'), ('draft', 'cancelled'), ('active', 'completed'), ('active', 'cancelled');

create table private.casting_response_transitions (
  from_status text not null,
  to_status text not null,
  actor text not null,
  primary key (from_status, to_status),
  constraint casting_response_transitions_actor_known check (actor in ('owner', 'model'))
);
comment on table private.casting_response_transitions is 'Which status of a response may follow which, and by whose hand.';

insert into private.casting_response_transitions (from_status, to_status, actor) values
  ('pending', 'viewed', 'owner'), ('pending', 'shortlisted', 'owner'), ('pending', 'accepted', 'owner'), ('pending', 'rejected', 'owner'),
  ('viewed', 'pending', 'owner'), ('viewed', 'shortlisted', 'owner'), ('viewed', 'accepted', 'owner'), ('viewed', 'rejected', 'owner'),
  ('shortlisted', 'pending', 'owner'), ('shortlisted', 'accepted', 'owner'), ('shortlisted', 'rejected', 'owner'),
  ('accepted', 'pending', 'owner'), ('accepted', 'rejected', 'owner'),
  ('rejected', 'pending', 'owner'), ('rejected', 'shortlisted', 'owner'), ('rejected', 'accepted', 'owner'),
  ('pending', 'withdrawn', 'model'), ('viewed', 'withdrawn', 'model'), ('shortlisted', 'withdrawn', 'model'), ('accepted', 'withdrawn', 'model');

insert into public.notification_types (type, description) values
  ('new_casting', 'A casting that matches what I look for.'),
  ('new_response', 'A response to a casting of mine.'),
  ('response_status_change', 'A response of mine has another status or its casting is over, or a model has withdrawn from a casting of mine.'),
  ('casting_reminder', 'A shoot that I am accepted for begins in a day.');

-- Whose castings ------------------------------------------------------------------------------------------------------

create function private.kept_casting_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: policies ask this without going through the policy of casting_responses, which asks back. What one (or a
  -- model one speaks for) has responded to, and what one has saved: nobody could save what they could not see. A block
  -- takes away what is only saved.
  select r.casting_id
  from public.casting_responses as r
  where r.model_id = any (private.acts_for_ids())
  union all
  select f.entity_id
  from public.favorites as f
  join public.castings as c on c.id = f.entity_id
  where f.account_id = auth.uid() and f.entity_type = 'casting' and c.owner_id not in (select private.blocked_ids());
$$;

create function private.own_casting_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select c.id from public.castings as c where c.owner_id = auth.uid();
$$;

create function private.look_up_castings(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for what is reported and saved.
  select c.id, c.owner_id
  from public.castings as c
  where c.id = any (look_up_castings.ids)
    and (
      (c.status = 'active' and c.owner_id not in (select private.blocker_ids()))
      or c.owner_id = auth.uid()
      or c.id in (select private.kept_casting_ids())
    );
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('casting', true, 'look_up_castings');

create trigger castings_forget_favorites
  after delete on public.castings
  for each row execute function private.forget_favorites('casting', 'id');

-- The life of a casting -----------------------------------------------------------------------------------------------

create trigger castings_limit_rows
  after insert on public.castings
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger castings_check_category
  before insert or update of category on public.castings
  for each row execute function private.check_category('casting');

create function private.check_casting_organization()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. After the row-level security, whose refusal must not tell who belongs where.
begin
  perform from public.organization_members as m
  where m.organization_id = new.organization_id and m.account_id = new.owner_id
  for key share;
  if not found then
    perform private.raise_error('validation_failed', 400, 'You do not belong to this organization.', '{"fields": {"organization_id": "known"}}');
  end if;
  return null;
end;
$$;

create trigger castings_check_organization
  after insert or update of organization_id on public.castings
  for each row
  when (new.organization_id is not null)
  execute function private.check_casting_organization();

create function private.leave_castings()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: other people's castings. Who has left an organization looks for nobody in its name any more.
begin
  update public.castings as c
  set organization_id = null
  where c.owner_id = old.account_id and c.organization_id = old.organization_id and c.status in ('draft', 'active');
  return null;
end;
$$;

create trigger organization_members_leave_castings
  after delete on public.organization_members
  for each row execute function private.leave_castings();

create trigger castings_touch_updated_at
  before update on public.castings
  for each row execute function private.touch_updated_at();

create trigger casting_responses_touch_updated_at
  before update on public.casting_responses
  for each row execute function private.touch_updated_at();

create trigger castings_replace_cover
  after update of cover_path on public.castings
  for each row
  when (old.cover_path is distinct from new.cover_path and old.cover_path is not null)
  execute function private.forget_object('banners', 'cover_path');

create trigger castings_forget_cover
  after delete on public.castings
  for each row
  when (old.cover_path is not null)
  execute function private.forget_object('banners', 'cover_path');

create function private.count_responses()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: counters are in no column grant. A trigger, because responses also go when their model's account does.
begin
  update public.castings as c
  set
    responses_count = c.responses_count
      + case when tg_op <> 'DELETE' and new.status <> 'withdrawn' then 1 else 0 end
      - case when tg_op <> 'INSERT' and old.status <> 'withdrawn' then 1 else 0 end,
    accepted_count = c.accepted_count
      + case when tg_op <> 'DELETE' and new.status = 'accepted' then 1 else 0 end
      - case when tg_op <> 'INSERT' and old.status = 'accepted' then 1 else 0 end
  where c.id = coalesce(new.casting_id, old.casting_id);
  return null;
end;
$$;

create trigger casting_responses_count
  after insert or delete or update of status on public.casting_responses
  for each row execute function private.count_responses();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.castings, public.casting_responses to authenticated, service_role;

grant insert (
    owner_id, organization_id, title, description, category, city, country, address, shoot_date, duration_days, response_deadline, pay_type, pay_min,
    pay_max, currency, gender, min_age, max_age, min_height, max_height, experience, languages, appearance, models_needed,
    is_urgent, tags, cover_path
  ),
  update (
    organization_id, title, description, category, city, country, address, shoot_date, duration_days, response_deadline, pay_type, pay_min, pay_max,
    currency, gender, min_age, max_age, min_height, max_height, experience, languages, appearance, models_needed, is_urgent,
    tags, cover_path
  )
  on public.castings to authenticated;

grant execute on function
  private.own_casting_ids(),
  private.kept_casting_ids()
to authenticated;

alter table public.castings enable row level security;

alter table public.casting_responses enable row level security;

create policy select_authenticated on public.castings for select to authenticated
  using (
    (status = 'active' and owner_id not in (select private.blocked_ids()))
    or owner_id = (select auth.uid())
    or id in (select private.kept_casting_ids())
  );

create policy insert_owner on public.castings for insert to authenticated
  with check (owner_id = (select auth.uid()) and (select private.has_role('employer', 'agency')));

create policy update_owner on public.castings for update to authenticated
  using (owner_id = (select auth.uid()) and status in ('draft', 'active'))
  with check (owner_id = (select auth.uid()));

create policy select_parties on public.casting_responses for select to authenticated
  using (
    model_id = any ((select private.acts_for_ids())::uuid[])
    or casting_id in (select private.own_casting_ids())
  );
