-- Model details: what one model profile shows, and to whom. Stands after the castings, for whoever a model responds to
-- sees the profile too.
-- Promises: a hidden profile and one by link only look, to those they are not for, as if there were none; its photos too.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.can_see_model(account_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads visibility, castings and blocks for whoever asks. Whether the caller may see this profile by its account.
  select exists (
    select from public.model_profiles as m
    where m.account_id = can_see_model.account_id
      and (
        private.acts_for(m.account_id)
        or (
          private.is_shown(m.account_id)
          and (
            m.visibility = 'public'
            or exists (
              select from public.casting_responses as r
              join public.castings as c on c.id = r.casting_id
              where r.model_id = m.account_id and c.owner_id = auth.uid()
            )
          )
        )
      )
  );
$$;

create function private.look_up_models(ids uuid[])
returns table (id uuid, owner_id uuid)
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for what is reported and saved. A model's id is here the account's.
  select m.account_id, m.account_id
  from public.model_profiles as m
  where m.account_id = any (look_up_models.ids)
    and private.is_active_account(m.account_id)
    and (
      (m.visibility = 'public' and m.account_id not in (select private.blocker_ids()))
      or private.can_see_model(m.account_id)
    );
$$;

insert into private.entity_types (type, is_favorite, look_up) values ('model', true, 'look_up_models');

create trigger model_profiles_forget_favorites
  after delete on public.model_profiles
  for each row execute function private.forget_favorites('model', 'account_id');

create function private.completeness(account_id uuid)
returns integer
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the weights, which are nobody's to read. 0-100.
  select coalesce(sum(w.weight), 0)::integer
  from public.model_profiles as m
  cross join lateral (
    select to_jsonb(m) || jsonb_build_object(
      'photos', (select true from public.photos as p where p.account_id = m.account_id limit 1),
      'work_experiences', (select true from public.model_work_experiences as x where x.account_id = m.account_id limit 1)
    ) as fields
  ) as f
  join private.completeness_weights as w on w.profile = 'model' and coalesce(f.fields -> w.field, 'null') not in ('null', '[]', '""')
  where m.account_id = completeness.account_id;
$$;

create type public.organization_name as (
  id uuid,
  name text
);

create type public.model_details as (
  id uuid,
  account_id uuid,
  name text,
  bio text,
  age integer,
  gender text,
  height integer,
  weight integer,
  bust integer,
  waist integer,
  hips integer,
  shoe_size integer,
  clothing_size text,
  hair_color text,
  eye_color text,
  skin_tone text,
  city text,
  country text,
  languages text[],
  categories text[],
  experience text,
  can_travel boolean,
  travel_cities text[],
  hourly_rate bigint,
  day_rate bigint,
  currency text,
  accepts_barter boolean,
  visibility text,
  photos public.photos[],
  work_experiences public.model_work_experiences[],
  agencies public.organization_name[],
  is_promoted boolean,
  promoted_until timestamptz,
  rating numeric,
  reviews_count integer,
  completeness integer,
  is_saved boolean,
  created_at timestamptz,
  updated_at timestamptz
);
comment on type public.model_details is
  'A model profile with photos in order, work experience newest first, and the agencies that represent them. Sizes in centimetres, weight in kilograms, rates in minor units of currency. completeness: 0-100.';

create function private.get_model(id uuid)
returns setof public.model_details
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: the tables are their owners' alone. Found by the profile's id, which opens profiles by link too, or by the
  -- account's.
  select m.id, m.account_id, m.name, m.bio, private.age(m.birth_date), m.gender, m.height, m.weight, m.bust, m.waist, m.hips,
    m.shoe_size, m.clothing_size, m.hair_color, m.eye_color, m.skin_tone, m.city, m.country, m.languages, m.categories,
    m.experience, m.can_travel, m.travel_cities, m.hourly_rate, m.day_rate, m.currency, m.accepts_barter, m.visibility,
    array(select p from public.photos as p where p.account_id = m.account_id order by p.position, p.id),
    array(
      select x from public.model_work_experiences as x where x.account_id = m.account_id order by x.start_date desc, x.id limit 100
    ),
    array(
      select row(o.id, o.name)::public.organization_name
      from public.representations as r
      join public.organizations as o on o.id = r.organization_id
      where r.model_id = m.account_id and r.status = 'active'
      order by r.started_at, r.id
    ),
    coalesce(m.promoted_until > now(), false), case when m.promoted_until > now() then m.promoted_until end, m.rating,
    m.reviews_count, private.completeness(m.account_id),
    exists (
      select from public.favorites as f where f.account_id = auth.uid() and f.entity_type = 'model' and f.entity_id = m.account_id
    ),
    m.created_at, m.updated_at
  from public.model_profiles as m
  where (m.id = get_model.id or m.account_id = get_model.id)
    and (
      private.can_see_model(m.account_id)
      or (m.id = get_model.id and m.visibility = 'link' and private.is_shown(m.account_id))
    );
$$;

create function public.get_model(id uuid)
returns setof public.model_details
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.get_model(id);
$$;
comment on function public.get_model is
  'One model profile by its own id or its account''s; a profile by link only by its own id alone. No row when there is none for the caller.';

create function private.get_models(account_ids uuid[])
returns setof public.model_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: the tables are their owners' alone. Those that the caller may see by their account.
  select m.id, m.account_id, m.name, private.age(m.birth_date), m.gender, m.height, m.city, m.country, m.categories, m.experience,
    m.languages, m.can_travel, p.path, coalesce(m.promoted_until > now(), false),
    case when m.promoted_until > now() then m.promoted_until end, m.rating, m.reviews_count, m.created_at, null::bigint, null::text
  from public.model_profiles as m
  left join public.photos as p on p.account_id = m.account_id and p.is_main
  where m.account_id = any (account_ids) and private.can_see_model(m.account_id);
$$;

create function public.get_models(account_ids uuid[])
returns setof public.model_card
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if cardinality(account_ids) > 100 then
    perform private.raise_error('validation_failed', 400, 'Name at most 100 models.', '{"fields": {"account_ids": "length"}}');
  end if;
  return query select * from private.get_models(account_ids);
end;
$$;
comment on function public.get_models is 'The profiles of these accounts (at most 100) that the caller may see by their account, as lists answer them, without total and cursor.';

create function private.list_photos(profile_id uuid)
returns setof public.photos
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: the table is the managers' alone; photos are for whoever sees the profile. Those one manages without a
  -- profile, too.
  select p.*
  from public.photos as p
  where p.account_id = list_photos.profile_id and p.account_id = any ((select private.acts_for_ids())::uuid[])
  union
  select p.*
  from private.get_model(list_photos.profile_id) as m
  join public.photos as p on p.account_id = m.account_id
  order by position, id;
$$;

create function public.list_photos(profile_id uuid)
returns setof public.photos
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.list_photos(profile_id);
$$;
comment on function public.list_photos is
  'The photos of a model profile in order, by its id or its account''s, for whoever sees the profile. Objects: bucket `photos`, path `path`.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.get_model(uuid),
  public.get_model(uuid),
  private.get_models(uuid[]),
  public.get_models(uuid[]),
  private.list_photos(uuid),
  public.list_photos(uuid)
to anon, authenticated;
