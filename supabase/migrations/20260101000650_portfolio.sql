-- Portfolio: works that models, creators and freelancers show, each with a cover and pictures or films in order.
-- Written by the owner with plain inserts, updates and deletes; shown to others by functions.
-- Promises: an image is in a portfolio of its own owner; objects go when their rows do.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.portfolio_items (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  title text not null,
  description text,
  cover_path text,
  link text,
  technologies text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint portfolio_items_id_account_id_once unique (id, account_id),
  constraint portfolio_items_title_length check (private.is_clean_text(title, 1, 200)),
  constraint portfolio_items_description_length check (private.is_clean_text(description, 1, 5000)),
  constraint portfolio_items_cover_path_own check (private.is_object_path(cover_path, account_id)),
  constraint portfolio_items_link_format check (private.is_web_url(link)),
  constraint portfolio_items_technologies_length check (private.are_clean_texts(technologies, 30, 50))
);
comment on table public.portfolio_items is 'Works that somebody shows. Others get list_portfolio.';
comment on column public.portfolio_items.cover_path is 'Path in the bucket `portfolio`, below the owner''s own folder.';

create index portfolio_items_account_id_idx on public.portfolio_items (account_id, created_at desc, id desc);
create index portfolio_items_cover_path_idx on public.portfolio_items (cover_path) where cover_path is not null;

create table public.portfolio_images (
  id uuid primary key default gen_random_uuid(),
  item_id uuid not null,
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  image_path text not null,
  caption text,
  position integer not null,
  created_at timestamptz not null default now(),
  constraint portfolio_images_item_id_fkey foreign key (item_id, account_id)
    references public.portfolio_items (id, account_id) on delete cascade,
  constraint portfolio_images_image_path_own check (private.is_object_path(image_path, account_id)),
  constraint portfolio_images_caption_length check (private.is_clean_text(caption, 1, 500)),
  constraint portfolio_images_position_range check (position between 0 and 10000)
);
comment on table public.portfolio_images is 'Pictures and films of a portfolio item, at most 100, in the order of position; account_id is the item''s.';
comment on column public.portfolio_images.image_path is 'Path in the bucket `portfolio`, below the owner''s own folder.';
comment on column public.portfolio_images.position is 'Order in the item, from 0; the end unless told.';

create index portfolio_images_item_id_idx on public.portfolio_images (item_id, account_id, position, id);
create index portfolio_images_account_id_idx on public.portfolio_images (account_id);
create index portfolio_images_image_path_idx on public.portfolio_images (image_path);

select private.hide_estimates('public.portfolio_items');
select private.hide_estimates('public.portfolio_images');

create trigger portfolio_items_limit_rows
  after insert on public.portfolio_items
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger portfolio_images_limit_rows
  after insert on public.portfolio_images
  referencing new table as inserted
  for each statement execute function private.limit_rows();

create trigger portfolio_items_touch_updated_at
  before update on public.portfolio_items
  for each row execute function private.touch_updated_at();

create trigger portfolio_items_replace_cover
  after update of cover_path on public.portfolio_items
  for each row
  when (old.cover_path is distinct from new.cover_path and old.cover_path is not null)
  execute function private.forget_object('portfolio', 'cover_path');

create trigger portfolio_items_forget_cover
  after delete on public.portfolio_items
  for each row
  when (old.cover_path is not null)
  execute function private.forget_object('portfolio', 'cover_path');

create trigger portfolio_images_replace_image
  after update of image_path on public.portfolio_images
  for each row
  when (old.image_path is distinct from new.image_path)
  execute function private.forget_object('portfolio', 'image_path');

create trigger portfolio_images_forget_image
  after delete on public.portfolio_images
  for each row execute function private.forget_object('portfolio', 'image_path');

create function private.place_portfolio_image()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: looks at the other images whoever adds one. Images of one item are added one after the other.
declare
  others record;
begin
  if new.account_id <> auth.uid() then
    -- Refused by the row-level security, which comes later: nothing is told of another's item.
    return new;
  end if;
  perform from public.portfolio_items as i where i.id = new.item_id and i.account_id = new.account_id for no key update;
  select count(*) as count, max(i.position) as last into others
  from public.portfolio_images as i
  where i.item_id = new.item_id and i.account_id = new.account_id;
  if others.count >= 100 then
    perform private.raise_error('conflict', 409, 'A portfolio item has at most 100 images.');
  end if;
  new.position := coalesce(new.position, least(coalesce(others.last + 1, 0), 10000));
  return new;
end;
$$;

create trigger portfolio_images_place
  before insert on public.portfolio_images
  for each row execute function private.place_portfolio_image();

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.portfolio_item_card as (
  id uuid,
  account_id uuid,
  title text,
  description text,
  cover_path text,
  link text,
  technologies text[],
  images public.portfolio_images[],
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.portfolio_item_card is
  'A portfolio item with its images in order. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_portfolio(account_id uuid, item_id uuid, page_size integer, cursor text, skip integer)
returns setof public.portfolio_item_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the tables are their owners' alone; what they show is for whoever sees the owner's public sides.
declare
  owner uuid := coalesce(
    find_portfolio.account_id, (select i.account_id from public.portfolio_items as i where i.id = find_portfolio.item_id)
  );
  after record;
begin
  select * into after from private.cursor_at(find_portfolio.cursor);
  if owner is null or not private.is_shown(owner) then
    return;
  end if;
  return query
    select i.id, i.account_id, i.title, i.description, i.cover_path, i.link, i.technologies,
      array(select m from public.portfolio_images as m where m.item_id = i.id and m.account_id = i.account_id order by m.position, m.id),
      i.created_at, i.updated_at,
      (select count(*) from (select from public.portfolio_items as c where c.account_id = owner limit 1001) as counted),
      private.cursor_of(i.created_at, i.id)
    from public.portfolio_items as i
    where i.account_id = owner
      and (find_portfolio.item_id is null or i.id = find_portfolio.item_id)
      and (after.at is null or (i.created_at, i.id) < (after.at, after.id))
    order by i.created_at desc, i.id desc
    limit private.page_size(find_portfolio.page_size) offset private.skipped(find_portfolio.skip);
end;
$$;

create function public.list_portfolio(
  account_id uuid,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.portfolio_item_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_portfolio(account_id, null, page_size, cursor, skip);
$$;
comment on function public.list_portfolio is 'The portfolio of an account, newest first: 20 a page, 1-100. Objects: bucket `portfolio`.';

create function public.get_portfolio_item(item_id uuid)
returns setof public.portfolio_item_card
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.find_portfolio(null, item_id, 1, null, 0);
$$;
comment on function public.get_portfolio_item is 'One portfolio item with its images in order; no row when there is none.';

create type public.portfolio_image_card as (
  id uuid,
  item_id uuid,
  account_id uuid,
  image_path text,
  caption text,
  position integer,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.portfolio_image_card is 'An image of a portfolio item. total: of the item''s. cursor continues the list after this row.';

create function private.find_portfolio_images(item_id uuid, page_size integer, cursor text, skip integer)
returns setof public.portfolio_image_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as above.
declare
  owner uuid := (select i.account_id from public.portfolio_items as i where i.id = find_portfolio_images.item_id);
  after record;
begin
  select * into after from private.text_cursor_at(find_portfolio_images.cursor);
  return query
    select m.id, m.item_id, m.account_id, m.image_path, m.caption, m.position, m.created_at,
      (select count(*) from public.portfolio_images as c where c.item_id = find_portfolio_images.item_id),
      private.text_cursor_of(lpad(m.position::text, 5, '0'), m.id)
    from public.portfolio_images as m
    where m.item_id = find_portfolio_images.item_id and m.account_id = owner and private.is_shown(owner)
      and (after.id is null or (lpad(m.position::text, 5, '0'), m.id) > (after.key, after.id))
    order by m.position, m.id
    limit private.page_size(find_portfolio_images.page_size) offset private.skipped(find_portfolio_images.skip);
end;
$$;

create function public.list_portfolio_images(
  item_id uuid,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.portfolio_image_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_portfolio_images(item_id, page_size, cursor, skip);
$$;
comment on function public.list_portfolio_images is 'The images of a portfolio item in order: 20 a page, 1-100.';

create function private.look_up_portfolio_items(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select i.id, i.account_id
  from public.portfolio_items as i
  where i.id = any (look_up_portfolio_items.ids)
    and private.is_active_account(i.account_id)
    and i.account_id not in (select private.blocker_ids());
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('portfolio_item', false, 'look_up_portfolio_items');

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.portfolio_items, public.portfolio_images to authenticated, service_role;

grant insert (account_id, title, description, cover_path, link, technologies),
  update (title, description, cover_path, link, technologies)
  on public.portfolio_items to authenticated;

grant insert (item_id, account_id, image_path, caption, position),
  update (image_path, caption, position)
  on public.portfolio_images to authenticated;

grant delete on public.portfolio_items, public.portfolio_images to authenticated;

grant execute on function
  private.find_portfolio(uuid, uuid, integer, text, integer),
  public.list_portfolio(uuid, integer, text, integer),
  public.get_portfolio_item(uuid),
  private.find_portfolio_images(uuid, integer, text, integer),
  public.list_portfolio_images(uuid, integer, text, integer)
to anon, authenticated;

alter table public.portfolio_items enable row level security;

alter table public.portfolio_images enable row level security;

create policy select_owner on public.portfolio_items for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.portfolio_items for insert to authenticated
  with check (account_id = (select auth.uid()) and (select private.has_role('model', 'creator', 'freelancer')));

create policy update_owner on public.portfolio_items for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.portfolio_items for delete to authenticated
  using (account_id = (select auth.uid()));

create policy select_owner on public.portfolio_images for select to authenticated
  using (account_id = (select auth.uid()));

create policy insert_owner on public.portfolio_images for insert to authenticated
  with check (account_id = (select auth.uid()));

create policy update_owner on public.portfolio_images for update to authenticated
  using (account_id = (select auth.uid()))
  with check (account_id = (select auth.uid()));

create policy delete_owner on public.portfolio_images for delete to authenticated
  using (account_id = (select auth.uid()));
