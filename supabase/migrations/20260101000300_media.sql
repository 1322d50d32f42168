-- Media: the buckets, who may put what where, and what follows when an object comes or goes.
-- Paths start with the owner's account id, or with another id of theirs (private.folders) where a path must not tell
-- whose it is. Public buckets are read by url and listed by nobody but the owner; who reads private ones is said in
-- …310_files.sql.
-- Promises: type and size hold for uploads, overwrites, copies and moves, and no file is empty; nothing changes its bucket
-- or its owner.

set lock_timeout = '5s';
set statement_timeout = '60s';

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
  ('avatars', 'avatars', true, 10485760, '{image/jpeg,image/png,image/webp}'),
  ('photos', 'photos', true, 10485760, '{image/jpeg,image/png,image/webp}'),
  ('portfolio', 'portfolio', true, 52428800, '{image/jpeg,image/png,image/webp,video/mp4,video/quicktime}'),
  ('banners', 'banners', true, 10485760, '{image/jpeg,image/png,image/webp}'),
  ('cards', 'cards', true, 10485760, '{image/jpeg,image/png,image/webp}'),
  ('resumes', 'resumes', false, 10485760, '{application/pdf}'),
  ('videos', 'videos', false, 52428800, '{video/mp4,video/quicktime}'),
  ('deliveries', 'deliveries', false, 52428800,
    '{image/jpeg,image/png,image/webp,application/pdf,video/mp4,video/quicktime,application/zip}'),
  ('attachments', 'attachments', false, 10485760, '{image/jpeg,image/png,image/webp,application/pdf}'),
  ('documents', 'documents', false, 10485760, '{image/jpeg,image/png,image/webp,application/pdf}')
on conflict (id) do update set
  public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- Rules ---------------------------------------------------------------------------------------------------------------

create function private.own_buckets()
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
  select array['avatars', 'photos', 'portfolio', 'banners', 'resumes', 'videos', 'deliveries', 'attachments', 'documents'];
$$;
comment on function private.own_buckets is 'The buckets whose paths start with an account id: who has it reads and writes there.';

create table private.folders (
  id uuid primary key,
  bucket_id text not null,
  account_id uuid not null references public.accounts (id) on delete cascade
);
comment on table private.folders is
  'Folders that are an account''s although their name is another id: where a path must not tell whose it is.';

create index folders_account_id_idx on private.folders (account_id);

create table private.folder_writers (
  name text primary key,
  description text not null,
  constraint folder_writers_name_format check (name ~ '^[a-z][a-z_]*$')
);
comment on table private.folder_writers is
  'Who else keeps an account''s folder: each row is a function `private.<name>(account_id uuid)` that answers the folders of others where this account may put objects now.';

create function private.folders_of(account_id uuid)
returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: whose folders are whose is nobody's to read.
declare
  folders text[];
  writer text;
  others text[];
begin
  select array_agg(f.folder) into folders
  from (
    select b || '/' || folders_of.account_id::text as folder from unnest(private.own_buckets()) as b
    union all
    select o.bucket_id || '/' || o.id::text from private.folders as o where o.account_id = folders_of.account_id
  ) as f;
  for writer in select w.name from private.folder_writers as w loop
    execute format('select private.%I($1)', writer) into others using folders_of.account_id;
    folders := folders || others;
  end loop;
  return folders;
end;
$$;
comment on function private.folders_of is 'Where an account may put objects, as <bucket>/<first segment of the path>.';

create function private.own_folders()
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select private.folders_of(auth.uid());
$$;
comment on function private.own_folders is 'Where the caller may put objects.';

create function private.folder_owner(bucket_id text, name text)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for triggers. Null for what is the platform's own.
  select case
    when split_part(name, '/', 1) !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then null
    when folder_owner.bucket_id = any (private.own_buckets()) then split_part(name, '/', 1)::uuid
    else (
      select f.account_id from private.folders as f
      where f.id = split_part(name, '/', 1)::uuid and f.bucket_id = folder_owner.bucket_id
    )
  end;
$$;

create function private.forget_folder()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the queue is not the owner's to write.
begin
  perform private.queue_object_deletions(old.bucket_id, old.id::text || '/%');
  return old;
end;
$$;

create trigger folders_forget_folder
  before delete on private.folders
  for each row execute function private.forget_folder();

create function private.is_plain_path(name text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select name ~ '^[0-9a-f-]{36}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){1,4}$';
$$;
comment on function private.is_plain_path is 'True for <id>/<one to four plain segments>.';

create function private.fits_bucket(bucket_id text, metadata jsonb)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: clients may not read storage.buckets. Storage compares type and size on upload only, not on copy and move.
  select exists (
    select from storage.buckets as b
    where b.id = fits_bucket.bucket_id
      and (
        -- Asked for a signed upload url, Storage puts the type of that request here; the file comes later.
        current_setting('storage.operation', true) = 'storage.object.sign_upload_url'
        or metadata ->> 'mimetype' is null or b.allowed_mime_types is null
        or metadata ->> 'mimetype' = any (b.allowed_mime_types)
      )
      and (metadata ->> 'size' is null or b.file_size_limit is null or (metadata ->> 'size')::bigint <= b.file_size_limit)
      -- Unknown while Storage only asks whether it may.
      and (metadata ->> 'size')::bigint is distinct from 0
      -- The bucket's own limit is that of films.
      and (
        b.id <> 'portfolio' or metadata ->> 'size' is null or coalesce(metadata ->> 'mimetype', '') not like 'image/%'
        or (metadata ->> 'size')::bigint <= 10485760
      )
  );
$$;

create function private.guard_object()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: Storage writes as service role, after it has asked the policies. 42501 is the one SQLSTATE whose message
-- Storage passes on.
declare
  budget record;
begin
  if tg_op = 'UPDATE' and new.bucket_id is distinct from old.bucket_id then
    raise exception 'permission_denied' using errcode = 'insufficient_privilege';
  end if;
  if tg_op = 'UPDATE' and split_part(new.name, '/', 1) is distinct from split_part(old.name, '/', 1) then
    raise exception 'permission_denied' using errcode = 'insufficient_privilege';
  end if;
  if tg_op = 'UPDATE' and new.name is distinct from old.name and new.bucket_id <> 'photos'
    and private.is_object_named(old.bucket_id, old.name) then
    -- A photo's row follows its object; any other row would name what is not there any more.
    raise exception 'permission_denied' using errcode = 'insufficient_privilege';
  end if;
  if new.bucket_id = 'cards' then
    -- Whoever has the url reads it, and a file's own name may be its owner's.
    new.user_metadata := null;
  end if;
  if not private.fits_bucket(new.bucket_id, new.metadata) then
    raise exception 'validation_failed' using errcode = 'insufficient_privilege';
  end if;
  if new.owner_id is not null
    and (tg_op = 'INSERT' or new.version is distinct from old.version) then
    -- A signed upload url is good for two hours and asks no policy. Waits for a deletion of the account that is under way.
    if new.owner_id ~ '^[0-9a-f-]{36}$' then
      perform from auth.users as u where u.id = new.owner_id::uuid for key share;
      if not private.is_active_account(new.owner_id::uuid) then
        raise exception 'account_suspended' using errcode = 'insufficient_privilege';
      end if;
      -- Neither does an upload that was allowed when it began.
      if new.bucket_id || '/' || split_part(new.name, '/', 1) <> all (private.folders_of(new.owner_id::uuid)) then
        raise exception 'permission_denied' using errcode = 'insufficient_privilege';
      end if;
    end if;
    select * into budget from private.requests_left('uploads', new.owner_id);
    if budget.remaining < 0 then
      raise exception 'rate_limit_exceeded' using errcode = 'insufficient_privilege';
    end if;
  end if;
  return new;
end;
$$;

create trigger objects_guard_object
  before insert or update on storage.objects
  for each row execute function private.guard_object();

create function private.clear_avatar()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role.
begin
  update public.accounts as a
  set avatar_path = null
  where a.id::text = split_part(old.name, '/', 1) and a.avatar_path = old.name;
  return null;
end;
$$;

create trigger objects_clear_avatar
  after delete on storage.objects
  for each row
  when (old.bucket_id = 'avatars')
  execute function private.clear_avatar();

-- Grants and policies -------------------------------------------------------------------------------------------------

grant execute on function private.own_folders(), private.is_plain_path(text), private.fits_bucket(text, jsonb)
  to anon, authenticated, service_role;

create policy insert_owner on storage.objects for insert to authenticated
  with check (
    bucket_id || '/' || split_part(name, '/', 1) = any ((select private.own_folders())::text[])
    and private.is_plain_path(name)
    and private.fits_bucket(bucket_id, metadata)
    and (select private.is_active())
  );

create policy update_owner on storage.objects for update to authenticated
  using (
    bucket_id || '/' || split_part(name, '/', 1) = any ((select private.own_folders())::text[])
    and (select private.is_active())
  )
  with check (
    bucket_id || '/' || split_part(name, '/', 1) = any ((select private.own_folders())::text[])
    and private.is_plain_path(name)
    and private.fits_bucket(bucket_id, metadata)
  );

create policy delete_owner on storage.objects for delete to authenticated
  using (
    bucket_id || '/' || split_part(name, '/', 1) = any ((select private.own_folders())::text[])
    and (select private.is_active())
  );
