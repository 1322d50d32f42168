-- Files: what an account keeps in Storage, one row an object, made and removed by triggers with it.
-- A private file is its owner's until another module shows it: such a module keeps a table with a foreign key to `files`
-- and names, in private.file_readers, the function that says who else may read. The key is `on delete no action`: what is
-- in use is not deleted, but all goes with the account, in whatever order (`restrict` would not wait).
-- Promises: a file that is in use is not lost: neither its row nor its object goes while something refers to it.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.files (
  id uuid primary key,
  account_id uuid not null references public.accounts (id) on delete cascade,
  bucket_id text not null,
  path text not null,
  name text not null,
  size bigint not null,
  content_type text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint files_bucket_id_path_once unique (bucket_id, path)
);
comment on table public.files is 'Every object in an account''s own folders; its id is the object''s. Written by triggers on storage.objects.';
comment on column public.files.name is 'The file''s own name, which the upload may tell as metadata {"name": "…"}; else the last part of the path.';
comment on column public.files.size is 'Bytes.';

create index files_account_id_idx on public.files (account_id, created_at desc, id desc);

select private.hide_estimates('public.files');

create table private.file_readers (
  name text primary key,
  description text not null,
  constraint file_readers_name_format check (name ~ '^[a-z][a-z_]*$')
);
comment on table private.file_readers is
  'Why somebody but the owner may read a private file: each row is a function `private.<name>(file_id uuid)` that answers whether the caller may.';

-- Rows come and go with objects ---------------------------------------------------------------------------------------

create function private.keep_file_row()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role.
declare
  owner uuid := private.folder_owner(new.bucket_id, new.name);
  told text := new.user_metadata ->> 'name';
begin
  insert into public.files as f (id, account_id, bucket_id, path, name, size, content_type)
  select
    new.id, a.id, new.bucket_id, new.name,
    case when private.is_clean_text(told, 1, 255) then told else split_part(new.name, '/', -1) end,
    coalesce((new.metadata ->> 'size')::bigint, 0),
    coalesce(new.metadata ->> 'mimetype', 'application/octet-stream')
  from public.accounts as a
  where a.id = owner
  on conflict on constraint files_pkey do update set
    path = excluded.path,
    name = case when told is null then f.name else excluded.name end,
    size = excluded.size,
    content_type = excluded.content_type,
    updated_at = now();
  return null;
end;
$$;

create trigger objects_keep_file_row
  after insert or update of name, version, metadata on storage.objects
  for each row execute function private.keep_file_row();

create function private.drop_file_row()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role. Storage deletes only what its own DELETE returned, so an object that is kept here keeps
-- its bytes. Runs after objects_keep_object: triggers go by name.
begin
  -- A photo's row goes with its object, an avatar is cleared; anything else that a row names is changed there first.
  if auth.role() = 'authenticated'
    and old.bucket_id <> 'photos'
    and not exists (select from public.accounts as a where old.bucket_id = 'avatars' and a.avatar_path = old.name)
    and private.is_object_named(old.bucket_id, old.name) then
    return null;
  end if;
  delete from public.files as f where f.id = old.id;
  return old;
exception when foreign_key_violation then
  return null;
end;
$$;

create trigger objects_unkeep_file_row
  before delete on storage.objects
  for each row execute function private.drop_file_row();

create function private.keep_used_file()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role. Argument: a table whose file_id names files that others have been shown, and that stay as they were
-- shown. Taken out of it they are their owner's to change again.
declare
  is_used boolean;
begin
  execute format('select exists (select from %s as t where t.file_id = $1)', tg_argv[0]) into is_used using old.id;
  if is_used then
    raise exception 'permission_denied' using errcode = 'insufficient_privilege';
  end if;
  return new;
end;
$$;
comment on function private.keep_used_file is 'Trigger (table) before an update of storage.objects: what was sent or handed over is not overwritten, renamed or moved.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.file_card as (
  id uuid,
  bucket_id text,
  path text,
  name text,
  size bigint,
  content_type text,
  created_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.file_card is 'A file of a list. size: bytes. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_files(bucket_id text, page_size integer, cursor text, skip integer)
returns setof public.file_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: calls functions clients may not.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_files.cursor);
  return query
    select f.id, f.bucket_id, f.path, f.name, f.size, f.content_type, f.created_at, f.updated_at,
      (
        select count(*)
        from (
          select from public.files as c
          where c.account_id = caller and (find_files.bucket_id is null or c.bucket_id = find_files.bucket_id)
          limit 1001
        ) as counted
      ),
      private.cursor_of(f.created_at, f.id)
    from public.files as f
    where f.account_id = caller
      and (find_files.bucket_id is null or f.bucket_id = find_files.bucket_id)
      and (after.at is null or (f.created_at, f.id) < (after.at, after.id))
    order by f.created_at desc, f.id desc
    limit private.page_size(find_files.page_size) offset private.skipped(find_files.skip);
end;
$$;

create function public.list_files(
  bucket_id text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.file_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_files(bucket_id, page_size, cursor, skip);
$$;
comment on function public.list_files is 'The caller''s own files, newest first, of one bucket or all: 20 a page, 1-100.';

-- Who else reads ------------------------------------------------------------------------------------------------------

create function private.is_shared_file(bucket_id text, name text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: asks the modules that show files, whose tables are not the caller's.
declare
  file_id uuid := (
    select f.id from public.files as f
    where f.bucket_id = is_shared_file.bucket_id and f.path = is_shared_file.name
  );
  reader text;
  may_read boolean;
begin
  if file_id is null or auth.uid() is null then
    return false;
  end if;
  for reader in select r.name from private.file_readers as r loop
    execute format('select private.%I($1)', reader) into may_read using file_id;
    if may_read then
      return true;
    end if;
  end loop;
  return false;
end;
$$;
comment on function private.is_shared_file is 'Whether a module shows the caller this private file of somebody else.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.files to authenticated, service_role;

grant execute on function
  private.find_files(text, integer, text, integer),
  public.list_files(text, integer, text, integer)
to authenticated;

grant execute on function private.is_shared_file(text, text) to anon, authenticated, service_role;

alter table public.files enable row level security;

create policy select_owner on public.files for select to authenticated
  using (account_id = (select auth.uid()));

-- Public buckets are read by url; through a policy they would be listed. What is shown to somebody is read by its path,
-- never listed, for a list would ask about every file there is, nor copied into a folder of the reader's.
create policy select_readers on storage.objects for select to authenticated
  using (
    (
      bucket_id || '/' || split_part(name, '/', 1) = any ((select private.own_folders())::text[])
      or (
        bucket_id in ('attachments', 'deliveries', 'documents', 'resumes', 'videos')
        and coalesce(current_setting('storage.operation', true), '') !~ 'object\.(list|copy|move)'
        and private.is_shared_file(bucket_id, name)
      )
    )
    and (select private.is_active())
  );
