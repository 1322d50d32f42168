-- Photos: the pictures of a model's profile. Who sees them is said in …730_model_details.sql. The model and the agencies
-- that represent them manage them, within the model's plan.
-- Promises: a photo is a stored object and a row, which come and go together; there is exactly one main photo while
-- there is any; never more photos than the plan allows; what an agency changes is logged.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Photos --------------------------------------------------------------------------------------------------------------

create table public.photos (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  path text not null,
  is_main boolean not null default false,
  position integer not null,
  created_at timestamptz not null default now(),
  constraint photos_path_key unique (path),
  constraint photos_position_range check (position >= 0)
);
comment on table public.photos is 'Photos of a profile: one row an object in the bucket `photos`, made by a trigger when the object is stored.';
comment on column public.photos.position is 'Order in the profile, from 0.';

create index photos_account_id_idx on public.photos (account_id, position, id);
create unique index photos_main_key on public.photos (account_id) where is_main;

select private.hide_estimates('public.photos');

create function private.folders_of_models(account_id uuid)
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: who represents whom is not everybody's to read. Asked anew each time, so that a right ends with what gave it.
  select array_agg('photos/' || m.model_id::text) from private.models_of(folders_of_models.account_id) as m (model_id);
$$;

insert into private.folder_writers (name, description) values
  ('folders_of_models', 'Agencies keep the photos of the models whom they represent.');

create function private.lock_photos(account_ids uuid[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  -- Taken before any row: what changes several photos of an account at once would otherwise deadlock. Several accounts in
  -- one order, that of their ids, and a lock for all whose ids begin alike: the lock table has no room for thousands.
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('photos ' || l.beginning, 0))
  from (select distinct left(i.id::text, 2) as beginning from unnest(account_ids) as i (id) order by 1) as l;
$$;

create function private.lock_managed_photos()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: calls a function clients may not. Whose photos a statement is going to delete is not known before it does.
begin
  perform private.lock_photos(private.acts_for_ids());
  return null;
end;
$$;

create trigger photos_lock_managed
  before delete on public.photos
  for each statement execute function private.lock_managed_photos();

create function private.lock_photos_beside(photo_id uuid)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Locks the photos of this one's owner, and answers who that is; null when the caller does not act for
-- them, or no longer once the lock is there.
declare
  owner uuid := (select p.account_id from public.photos as p where p.id = photo_id and private.acts_for(p.account_id));
begin
  perform private.lock_photos(array[owner]);
  return (select p.account_id from public.photos as p where p.id = photo_id and private.acts_for(p.account_id));
end;
$$;

create function private.audit_agency_photo(account_id uuid, model_id uuid, change text)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: the log takes rows and shows them to none. Who did it is told, for Storage writes without the caller's token.
  -- Nothing when that is no agency of the model's, and never the name of a file.
  insert into private.audit_log (actor_id, action, entity, entity_id, details)
  select
    audit_agency_photo.account_id, 'photos.' || change, 'account', audit_agency_photo.model_id::text,
    jsonb_build_object('organization_id', a.id)
  from private.agency_between(audit_agency_photo.account_id, audit_agency_photo.model_id) as a
  where a.id is not null;
$$;

create function private.add_photo()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role after the object's row is written; Storage then takes the object back if this raises.
declare
  owner uuid := split_part(new.name, '/', 1)::uuid;
  -- Whoever stored it last.
  actor uuid := case when new.owner_id ~ '^[0-9a-f-]{36}$' then new.owner_id::uuid end;
begin
  perform private.lock_photos(array[owner]);
  -- An overwrite keeps its row; where the row was deleted and the old object waited to be, it is a new photo.
  perform from public.photos as p
  where p.path = new.name or (tg_op = 'UPDATE' and p.path = old.name)
  for update;
  if found then
    perform private.audit_agency_photo(actor, owner, 'update');
    return null;
  end if;
  if not private.use_entitlement(owner, 'photos') then
    raise exception 'quota_exceeded' using errcode = 'insufficient_privilege';
  end if;
  insert into public.photos (account_id, path, is_main, position)
  select owner, new.name,
    not exists (select from public.photos as p where p.account_id = owner and p.is_main),
    coalesce((select max(p.position) + 1 from public.photos as p where p.account_id = owner), 0);
  perform private.audit_agency_photo(actor, owner, 'insert');
  return null;
end;
$$;

create trigger objects_add_photo
  after insert or update of version on storage.objects
  for each row
  when (new.bucket_id = 'photos')
  execute function private.add_photo();

create function private.move_photo()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  update public.photos as p set path = new.name where p.path = old.name;
  return null;
end;
$$;

create trigger objects_move_photo
  after update of name on storage.objects
  for each row
  when (new.bucket_id = 'photos' and old.name is distinct from new.name)
  execute function private.move_photo();

create function private.remove_photo()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. The object is gone, so its row goes. Of a queued object it has gone before: then nothing is locked,
-- for the drain function removes those of many accounts at once.
begin
  if exists (select from public.photos as p where p.path = old.name) then
    perform private.lock_photos(array[split_part(old.name, '/', 1)::uuid]);
    delete from public.photos as p where p.path = old.name;
  end if;
  return null;
end;
$$;

create trigger objects_remove_photo
  after delete on storage.objects
  for each row
  when (old.bucket_id = 'photos')
  execute function private.remove_photo();

create function private.forget_photo()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the row is gone: the object follows through the queue, the place in the quota is free, and the next photo
-- becomes the main one.
begin
  perform private.queue_object_deletion('photos', old.path);
  perform private.free_entitlement(old.account_id, 'photos');
  perform private.audit_agency_photo(auth.uid(), old.account_id, 'delete');
  if old.is_main then
    update public.photos as p
    set is_main = true
    where p.id = (
      select n.id from public.photos as n where n.account_id = old.account_id order by n.position, n.id limit 1
    );
  end if;
  return null;
end;
$$;

create trigger photos_forget_photo
  after delete on public.photos
  for each row execute function private.forget_photo();

create function private.set_main_photo(photo_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: is_main is in no column grant, for two rows change together.
declare
  owner uuid := private.lock_photos_beside(photo_id);
begin
  if owner is null then
    perform private.raise_error('not_found', 404, 'There is no such photo.');
  end if;
  update public.photos as p set is_main = false where p.account_id = owner and p.is_main and p.id <> photo_id;
  update public.photos as p set is_main = true where p.id = photo_id and not p.is_main;
  if found then
    perform private.audit_agency_photo(auth.uid(), owner, 'set_main');
  end if;
end;
$$;

create function private.reorder_photos(photo_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: position is in no column grant, for all rows change together.
declare
  -- Whoever names no photo that they manage names none of their own either.
  owner uuid := coalesce(private.lock_photos_beside(photo_ids[1]), private.account_id());
  own uuid[];
begin
  select coalesce(array_agg(p.id order by p.id), '{}') into own from public.photos as p where p.account_id = owner;
  if own is distinct from (select coalesce(array_agg(o.id order by o.id), '{}') from unnest(photo_ids) as o (id)) then
    perform private.raise_error(
      'validation_failed', 400, 'Name each photo of the profile exactly once.', '{"fields": {"photo_ids": "set"}}'
    );
  end if;
  update public.photos as p
  set position = o.position - 1
  from unnest(photo_ids) with ordinality as o (id, position)
  where p.id = o.id and p.position <> o.position - 1;
  if found then
    perform private.audit_agency_photo(auth.uid(), owner, 'reorder');
  end if;
end;
$$;

create function public.reorder_photos(photo_ids uuid[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.reorder_photos(photo_ids);
$$;
comment on function public.reorder_photos is
  'The owner and their agencies: puts the photos of one profile in this order; needs each of them exactly once, else nothing changes.';

create function private.change_photo(photo_id uuid, is_main boolean, "position" integer)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Both or neither.
declare
  owner uuid := private.lock_photos_beside(photo_id);
  others uuid[];
begin
  if owner is null then
    perform private.raise_error('not_found', 404, 'There is no such photo.');
  end if;
  if change_photo.position not between 0 and 10000 then
    perform private.raise_error('validation_failed', 400, 'A position is 0 to 10000.', '{"fields": {"position": "range"}}');
  end if;
  if change_photo.is_main then
    perform private.set_main_photo(photo_id);
  elsif exists (select from public.photos as p where p.id = photo_id and p.is_main and change_photo.is_main = false) then
    perform private.raise_error('conflict', 409, 'Make another photo the main one instead.');
  end if;
  if change_photo.position is not null then
    others := array(
      select p.id from public.photos as p where p.account_id = owner and p.id <> photo_id order by p.position, p.id
    );
    perform private.reorder_photos(
      others[:change_photo.position] || photo_id || others[change_photo.position + 1:]
    );
  end if;
end;
$$;

create function public.change_photo(photo_id uuid, is_main boolean default null, "position" integer default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_photo(photo_id, is_main, "position");
$$;
comment on function public.change_photo is
  'The owner and their agencies: makes this photo the main one, moves it to a place in the order (from 0), or both. conflict (409) for a main photo that shall be none.';

create function private.fits_photos(name text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the plan of the folder's owner. An overwrite takes no place.
  select exists (select from public.photos as p where p.path = fits_photos.name)
    or (s.is_granted and coalesce(s.remaining > 0, true))
  from private.entitlement_status(private.folder_owner('photos', fits_photos.name), 'photos') as s;
$$;
comment on function private.fits_photos is 'Whether there is room for this photo in the plan of whose folder it is in.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.photos to authenticated, service_role;

grant delete on public.photos to authenticated;

grant execute on function
  private.fits_photos(text),
  private.reorder_photos(uuid[]),
  public.reorder_photos(uuid[]),
  private.change_photo(uuid, boolean, integer),
  public.change_photo(uuid, boolean, integer)
to authenticated;

alter table public.photos enable row level security;

create policy select_managers on public.photos for select to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]));

create policy delete_managers on public.photos for delete to authenticated
  using (account_id = any ((select private.acts_for_ids())::uuid[]));

-- The trigger enforces the limit; this predicts it, so that a refused upload never reaches the disk. An overwrite is asked
-- as an insert too.
create policy photos_within_plan on storage.objects as restrictive for insert to authenticated
  with check (bucket_id <> 'photos' or private.fits_photos(name));
