-- Reviews: what the sides of finished work say of each other.
-- An order is reviewed by its buyer, at once for everybody. Tasks and castings are reviewed by both sides, unseen until both have
-- written or the days of reviews.publish_days have passed.
-- Promises: one review a side and work; averages count what is published, right after every change.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.reviews (
  id uuid primary key default gen_random_uuid(),
  entity_type text not null,
  entity_id uuid not null,
  author_id uuid references public.accounts (id) on delete set null,
  subject_id uuid not null references public.accounts (id) on delete cascade,
  subject_role text not null,
  rating integer not null,
  criteria jsonb not null default '{}',
  comment text,
  reply text,
  replied_at timestamptz,
  published_at timestamptz,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint reviews_entity_type_known check (entity_type in ('order', 'task', 'casting')),
  constraint reviews_subject_role_known check (subject_role in ('creator', 'freelancer', 'client', 'model', 'employer')),
  constraint reviews_rating_range check (rating between 1 and 5),
  constraint reviews_comment_length check (private.is_clean_text(comment, 1, 5000)),
  constraint reviews_reply_length check (private.is_clean_text(reply, 1, 5000))
);
comment on table public.reviews is 'Reviews, read here by their authors and, once published, by whom they are about; others get list_reviews. Written by functions only.';
comment on column public.reviews.entity_id is 'The order, the task, or of a casting the response that was accepted.';
comment on column public.reviews.criteria is 'Ratings 1-5 of communication, quality and punctuality, as far as they were given.';
comment on column public.reviews.published_at is 'Null while only one side of a task or casting has written and time has not run out.';
comment on column public.reviews.removed_at is 'When an admin took it away; it counts no more.';

create unique index reviews_author_id_key on public.reviews (entity_type, entity_id, author_id);
create index reviews_author_id_idx on public.reviews (author_id, created_at desc, id desc);
create index reviews_subject_id_idx on public.reviews (subject_id, published_at desc, id desc) where published_at is not null and removed_at is null;
create index reviews_subject_idx on public.reviews (subject_id);
create index reviews_unpublished_idx on public.reviews (created_at) where published_at is null and removed_at is null;

select private.hide_estimates('public.reviews');

insert into private.settings (key, value, description) values
  ('reviews.publish_days', '14', 'Days after which a review of a task or casting is published although the other side has not written one.');

insert into public.notification_types (type, description) values
  ('new_review', 'Somebody reviewed me, or replied to a review of mine.');

create trigger reviews_forget_comment
  before update of author_id on public.reviews
  for each row
  when (new.author_id is null)
  execute function private.forget_words('comment');

-- Averages ------------------------------------------------------------------------------------------------------------

create function private.rate_subject(subject_id uuid, subject_role text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: ratings are in no column grant.
declare
  profile text := subject_role || '_profiles';
begin
  perform private.lock_profile(rate_subject.subject_id, rate_subject.subject_role);
  execute format(
    'update public.%I as p
     set rating = r.rating, reviews_count = r.count
     from (
       select round(avg(v.rating), 2) as rating, count(*)::integer as count
       from public.reviews as v
       where v.subject_id = $1 and v.subject_role = $2 and v.published_at is not null and v.removed_at is null
     ) as r
     where p.account_id = $1', profile
  ) using rate_subject.subject_id, rate_subject.subject_role;
end;
$$;

create function private.rate_service(order_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, of the service that was ordered.
declare
  service uuid := (select o.service_id from public.orders as o where o.id = rate_service.order_id);
begin
  perform from public.services as s where s.id = service for no key update;
  update public.services as s
  set rating = r.rating, reviews_count = r.count
  from (
    select round(avg(v.rating), 2) as rating, count(*)::integer as count
    from public.orders as o
    join public.reviews as v on v.entity_type = 'order' and v.entity_id = o.id
    where o.service_id = service and v.published_at is not null and v.removed_at is null
  ) as r
  where s.id = service;
end;
$$;

create function private.rate_again()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The service before the profile, as a completed order counts them.
declare
  review public.reviews := coalesce(new, old);
begin
  if review.entity_type = 'order' then
    perform private.rate_service(review.entity_id);
  end if;
  perform private.rate_subject(review.subject_id, review.subject_role);
  return null;
end;
$$;

-- What is not published counts nowhere, and must not lock a profile out of turn.
create trigger reviews_rate_new
  after insert on public.reviews
  for each row
  when (new.published_at is not null)
  execute function private.rate_again();

create trigger reviews_rate_changed
  after update of published_at, removed_at on public.reviews
  for each row execute function private.rate_again();

create trigger reviews_rate_gone
  after delete on public.reviews
  for each row
  when (old.published_at is not null)
  execute function private.rate_again();

create function private.rate_profile()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Whoever makes a profile late has the reviews from before. Argument: the role that it is of.
begin
  perform private.rate_subject(new.account_id, tg_argv[0]);
  return null;
end;
$$;

create trigger creator_profiles_rate
  after insert on public.creator_profiles
  for each row execute function private.rate_profile('creator');

create trigger freelancer_profiles_rate
  after insert on public.freelancer_profiles
  for each row execute function private.rate_profile('freelancer');

create trigger client_profiles_rate
  after insert on public.client_profiles
  for each row execute function private.rate_profile('client');

create trigger model_profiles_rate
  after insert on public.model_profiles
  for each row execute function private.rate_profile('model');

create trigger employer_profiles_rate
  after insert on public.employer_profiles
  for each row execute function private.rate_profile('employer');

-- Writing -------------------------------------------------------------------------------------------------------------

create function private.reviewed_side(entity_type text, entity_id uuid)
returns table (subject_id uuid, subject_role text, is_finished boolean)
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: reads what belongs to both. Whom the caller may review for it; no row where they have no part in it.
  select o.seller_id, 'creator', o.status = 'completed'
  from public.orders as o
  where reviewed_side.entity_type = 'order' and o.id = reviewed_side.entity_id and o.buyer_id = auth.uid()
  union all
  select case auth.uid() when t.owner_id then a.freelancer_id else t.owner_id end,
    case auth.uid() when t.owner_id then 'freelancer' else 'client' end, t.status = 'completed'
  from public.tasks as t
  join public.task_applications as a on a.id = t.accepted_application_id
  where reviewed_side.entity_type = 'task' and t.id = reviewed_side.entity_id and auth.uid() in (t.owner_id, a.freelancer_id)
  union all
  select case auth.uid() when c.owner_id then r.model_id else c.owner_id end,
    case auth.uid() when c.owner_id then 'model' else 'employer' end, c.status = 'completed' and r.status = 'accepted'
  from public.casting_responses as r
  join public.castings as c on c.id = r.casting_id
  where reviewed_side.entity_type = 'casting' and r.id = reviewed_side.entity_id and auth.uid() in (c.owner_id, r.model_id);
$$;

create function private.publish_reviews(ids uuid[])
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reviews have no update grant. All reviews are locked before the first profile, which go by whom they are about:
-- nobody waits in a circle, and what somebody else has just published is not published again. Answers how many were not
-- published before.
declare
  review public.reviews;
  published integer := 0;
  waiting uuid[] := array(
    select l.id
    from (
      select r.id from public.reviews as r
      where r.id = any (ids) and r.published_at is null and r.removed_at is null
      order by r.id
      for no key update
    ) as l
  );
begin
  for review in
    select r.* from public.reviews as r where r.id = any (waiting) order by r.subject_id, r.id
  loop
    update public.reviews as r set published_at = now() where r.id = review.id;
    perform private.notify(
      review.subject_id, 'new_review',
      jsonb_build_object('review_id', review.id, 'entity_type', review.entity_type, 'entity_id', review.entity_id, 'status', 'published')
    );
    published := published + 1;
  end loop;
  return published;
end;
$$;

create function private.create_review(entity_type text, entity_id uuid, rating integer, comment text, criteria jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: reviews have no insert grant.
declare
  caller uuid := private.account_id();
  side record;
  review_id uuid;
  other_id uuid;
  problems jsonb := jsonb_strip_nulls(jsonb_build_object(
    'entity_type', case when entity_type is null or entity_type not in ('order', 'task', 'casting') then 'known' end,
    'rating', case when rating is null then 'required' when rating not between 1 and 5 then 'range' end,
    'comment', case when not private.is_clean_text(comment, 1, 5000) then 'length' end,
    'criteria', case
      when jsonb_typeof(criteria) <> 'object' then 'format'
      when exists (
        select from jsonb_each(case jsonb_typeof(criteria) when 'object' then criteria else '{}' end) as c
        where c.key not in ('communication', 'quality', 'punctuality')
          or jsonb_typeof(c.value) <> 'number' or c.value #>> '{}' not in ('1', '2', '3', '4', '5')
      ) then 'known'
    end
  ));
begin
  if problems <> '{}' then
    perform private.raise_error('validation_failed', 400, 'The review has fields that are not right.', jsonb_build_object('fields', problems));
  end if;
  select s.* into side from private.reviewed_side(create_review.entity_type, create_review.entity_id) as s;
  if side.subject_role is null then
    perform private.raise_error('not_found', 404, 'There is no such work of yours to review.');
  end if;
  if not side.is_finished or side.subject_id is null then
    perform private.raise_error('conflict', 409, 'What is not completed is not reviewed.');
  end if;
  perform private.lock_accounts(caller, side.subject_id);
  -- Both sides at once: one after the other, so that the second one publishes both.
  perform pg_advisory_xact_lock(hashtextextended('review ' || create_review.entity_id::text, 0));
  insert into public.reviews (entity_type, entity_id, author_id, subject_id, subject_role, rating, comment, criteria, published_at)
  values (
    create_review.entity_type, create_review.entity_id, caller, side.subject_id, side.subject_role, create_review.rating,
    create_review.comment, coalesce(create_review.criteria, '{}'), case create_review.entity_type when 'order' then now() end
  )
  on conflict do nothing
  returning id into review_id;
  if review_id is null then
    perform private.raise_error('duplicate', 409, 'You have reviewed this.');
  end if;
  select r.id into other_id
  from public.reviews as r
  where r.entity_type = create_review.entity_type and r.entity_id = create_review.entity_id
    and r.author_id = side.subject_id and r.subject_id = caller;
  if other_id is not null then
    perform private.publish_reviews(array[review_id, other_id]);
  end if;
  if other_id is null then
    perform private.notify(
      side.subject_id, 'new_review',
      jsonb_build_object(
        'review_id', review_id, 'entity_type', create_review.entity_type, 'entity_id', create_review.entity_id,
        'status', case create_review.entity_type when 'order' then 'published' else 'waiting' end
      )
    );
  end if;
  return review_id;
end;
$$;

create function private.publish_due_reviews()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. The accounts first, as their deletion locks them before the profiles that are rated.
declare
  due uuid[] := array(
    select d.id
    from public.reviews as d
    where d.published_at is null and d.removed_at is null
      and d.created_at <= now() - make_interval(days => (private.setting('reviews.publish_days') #>> '{}')::integer)
    order by d.created_at
    limit 500
  );
begin
  perform private.lock_accounts(variadic array(select r.subject_id from public.reviews as r where r.id = any (due)));
  return private.publish_reviews(array(
    select r.id from public.reviews as r where r.id = any (due) and r.published_at is null for no key update skip locked
  ));
end;
$$;

insert into private.jobs (name, every, description) values
  ('publish_due_reviews', '15 minutes', 'Publishes reviews whose other side has not written in time.');

create function private.reply_to_review(review_id uuid, reply text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. By whom it is about, as often as they like; the author is told of the first.
declare
  review public.reviews;
begin
  if private.is_clean_text(reply_to_review.reply, 1, 5000) is not true then
    perform private.raise_error('validation_failed', 400, 'A reply has 1 to 5,000 characters.', '{"fields": {"reply": "length"}}');
  end if;
  select r.* into review
  from public.reviews as r
  where r.id = reply_to_review.review_id and r.subject_id = private.account_id()
    and r.published_at is not null and r.removed_at is null
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such review of you.');
  end if;
  update public.reviews as r set reply = reply_to_review.reply, replied_at = now() where r.id = review.id;
  if review.reply is null and review.author_id is not null then
    perform private.notify(
      review.author_id, 'new_review',
      jsonb_build_object('review_id', review.id, 'entity_type', review.entity_type, 'entity_id', review.entity_id, 'status', 'replied')
    );
  end if;
end;
$$;

create function private.remove_review(review_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  if private.is_clean_text(remove_review.reason, 1, 2000) is not true then
    raise exception 'a removal says why' using errcode = 'invalid_parameter_value';
  end if;
  perform private.lock_accounts(r.subject_id) from public.reviews as r where r.id = remove_review.review_id;
  update public.reviews as r set removed_at = now() where r.id = remove_review.review_id and r.removed_at is null;
  if not found then
    raise exception 'there is no review % to remove', remove_review.review_id using errcode = 'no_data_found';
  end if;
  perform private.audit('review.remove', 'review', remove_review.review_id::text, jsonb_build_object('reason', remove_review.reason));
end;
$$;
comment on function private.remove_review is 'For admins: takes a review away; it counts no more.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.reviews to authenticated, service_role;

alter table public.reviews enable row level security;

create policy select_parties on public.reviews for select to authenticated
  using (
    author_id = (select auth.uid())
    or (subject_id = (select auth.uid()) and published_at is not null and removed_at is null)
  );
