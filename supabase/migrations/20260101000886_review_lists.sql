-- Review lists: what everybody reads of somebody, and the calls of reviews.
-- Promises: published reviews alone are listed, and none that was removed.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.look_up_reviews(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for what is reported.
  select r.id, coalesce(r.author_id, r.subject_id)
  from public.reviews as r
  where r.id = any (look_up_reviews.ids) and r.published_at is not null and r.removed_at is null
    and r.subject_id not in (select private.blocker_ids());
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('review', false, 'look_up_reviews');

create type public.review_card as (
  id uuid,
  entity_type text,
  entity_id uuid,
  author_id uuid,
  author_name text,
  author_avatar_path text,
  subject_id uuid,
  subject_role text,
  rating integer,
  criteria jsonb,
  comment text,
  reply text,
  replied_at timestamptz,
  published_at timestamptz,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.review_card is
  'A published review. rating: 1-5; criteria: the same of communication, quality, punctuality; author_name: null when they have left. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_reviews(subject_id uuid, subject_role text, page_size integer, cursor text, skip integer)
returns setof public.review_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the table is the sides' alone. Of whoever is active and not hidden by a block.
declare
  after record;
begin
  if find_reviews.subject_role not in ('creator', 'freelancer', 'client', 'model', 'employer') then
    perform private.raise_error('validation_failed', 400, 'No such role.', '{"fields": {"subject_role": "known"}}');
  end if;
  select * into after from private.cursor_at(find_reviews.cursor);
  if not private.is_shown(find_reviews.subject_id) then
    return;
  end if;
  return query
    select r.id, r.entity_type, r.entity_id, case when shown then r.author_id end, case when shown then a.full_name end,
      case when shown then a.avatar_path end, r.subject_id, r.subject_role, r.rating, r.criteria, r.comment, r.reply, r.replied_at,
      r.published_at, r.created_at,
      (
        select count(*)
        from (
          select from public.reviews as c
          where c.subject_id = find_reviews.subject_id and c.published_at is not null and c.removed_at is null
            and (find_reviews.subject_role is null or c.subject_role = find_reviews.subject_role)
          limit 1001
        ) as counted
      ),
      private.cursor_of(r.published_at, r.id)
    from public.reviews as r
    left join public.accounts as a on a.id = r.author_id
    cross join lateral (select coalesce(private.is_shown(r.author_id), false) as shown) as v
    where r.subject_id = find_reviews.subject_id and r.published_at is not null and r.removed_at is null
      and (find_reviews.subject_role is null or r.subject_role = find_reviews.subject_role)
      and (after.id is null or (r.published_at, r.id) < (after.at, after.id))
    order by r.published_at desc, r.id desc
    limit private.page_size(find_reviews.page_size) offset private.skipped(find_reviews.skip);
end;
$$;

create function public.list_reviews(
  subject_id uuid,
  subject_role text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.review_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_reviews(subject_id, subject_role, page_size, cursor, skip);
$$;
comment on function public.list_reviews is 'Published reviews of an account, as creator, freelancer, client, model or employer, or all, newest first: 20 a page, 1-100.';

create function public.create_review(entity_type text, entity_id uuid, rating integer, comment text default null, criteria jsonb default '{}')
returns setof public.reviews
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
declare
  review_id uuid := private.create_review(entity_type, entity_id, rating, comment, criteria);
begin
  return query select r.* from public.reviews as r where r.id = review_id;
end;
$$;
comment on function public.create_review is
  'Reviews completed work, once (duplicate, 409): an order by its buyer, a task or an accepted response to a casting by either side. rating: 1-5, criteria: the same of communication, quality, punctuality. Tasks and castings: published when both have written, or after 14 days.';

create function public.reply_to_review(review_id uuid, reply text)
returns setof public.reviews
language plpgsql
volatile
security invoker
rows 1
set search_path = ''
as $$
begin
  perform private.reply_to_review(review_id, reply);
  return query select r.* from public.reviews as r where r.id = review_id;
end;
$$;
comment on function public.reply_to_review is 'Whom a published review is about answers it; again to change the answer.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.find_reviews(uuid, text, integer, text, integer),
  public.list_reviews(uuid, text, integer, text, integer)
to anon, authenticated;

grant execute on function
  private.create_review(text, uuid, integer, text, jsonb),
  public.create_review(text, uuid, integer, text, jsonb),
  private.reply_to_review(uuid, text),
  public.reply_to_review(uuid, text)
to authenticated;
