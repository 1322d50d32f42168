-- The tables and functions of Supabase Storage as its migrations up to 0063 leave them (state of 2026-08-21), for the
-- part that this stack imitates. Owners and grants as on a hosted project.

grant all on schema storage to supabase_storage_admin with grant option;

set role supabase_storage_admin;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD',
  versioning_status text not null default 'DISABLED',
  constraint buckets_versioning_status_check check (versioning_status in ('DISABLED', 'ENABLED', 'SUSPENDED')),
  constraint buckets_versioning_standard_only_check check (type = 'STANDARD' or versioning_status = 'DISABLED'),
  constraint buckets_versioning_dark_check check (versioning_status = 'DISABLED')
);

create unique index bname on storage.buckets (name);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text,
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb,
  archived_at timestamptz,
  is_delete_marker boolean not null default false,
  is_versioned boolean not null default false,
  constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id)
);

create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);
create index idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index idx_objects_bucket_id_name_lower on storage.objects (bucket_id, lower(name) collate "C");

comment on column storage.buckets.owner is 'Field is deprecated, use owner_id instead';
comment on column storage.objects.owner is 'Field is deprecated, use owner_id instead';

create table storage.s3_multipart_uploads (
  id text primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  version text not null,
  owner_id text,
  created_at timestamptz not null default now(),
  user_metadata jsonb,
  metadata jsonb
);

create index idx_multipart_uploads_list on storage.s3_multipart_uploads (bucket_id, key, created_at);

create table storage.s3_multipart_uploads_parts (
  id uuid primary key default gen_random_uuid(),
  upload_id text not null references storage.s3_multipart_uploads (id) on delete cascade,
  size bigint not null default 0,
  part_number integer not null,
  bucket_id text not null references storage.buckets (id),
  key text collate "C" not null,
  etag text not null,
  owner_id text,
  version text not null,
  created_at timestamptz not null default now()
);

-- What policies ask.

create function storage.foldername(name text)
returns text[] language sql immutable as $$
  select (string_to_array(name, '/'))[1:array_length(string_to_array(name, '/'), 1) - 1]
$$;

create function storage.filename(name text)
returns text language sql immutable as $$
  select (string_to_array(name, '/'))[array_length(string_to_array(name, '/'), 1)]
$$;

-- The whole file name where it has no dot, as on hosted.
create function storage.extension(name text)
returns text language sql immutable as $$
  select split_part(storage.filename(name), '.', -1)
$$;

create function storage.operation()
returns text language sql stable as $$
  select current_setting('storage.operation', true)
$$;

create function storage.allow_any_operation(expected_operations text[])
returns boolean language sql stable as $$
  select exists (
    select
    from unnest(expected_operations) as expected
    where expected <> ''
      and regexp_replace(expected, '^storage\.', '') = regexp_replace(storage.operation(), '^storage\.', '')
  )
$$;

create function storage.allow_only_operation(expected_operation text)
returns boolean language sql stable as $$
  select storage.allow_any_operation(array[expected_operation])
$$;

create function storage.get_size_by_bucket()
returns table (size bigint, bucket_id text) language sql stable as $$
  select sum((metadata ->> 'size')::bigint)::bigint, bucket_id from storage.objects group by bucket_id
$$;

-- Listing: one entry a file, one a folder. Invoker's rights, so everybody lists what the policies show them.

create function storage.search(
  prefix text,
  bucketname text,
  limits integer default 100,
  levels integer default 1,
  offsets integer default 0,
  search text default '',
  sortcolumn text default 'name',
  sortorder text default 'asc'
)
returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
  path text := coalesce(prefix, '') || coalesce(search, '');
  direction text := case lower(sortorder) when 'desc' then 'desc' else 'asc' end;
  by_time text := case
    when lower(sortcolumn) in ('updated_at', 'created_at', 'last_accessed_at') then lower(sortcolumn)
  end;
begin
  -- Sorted by name, folders stand between the files; sorted by a time, which they do not have, before them.
  return query execute format(
    $query$
      with found as (
        select o.*, left(o.name, length($1) + strpos(substr(o.name, length($1) + 1), '/')) as folder
        from storage.objects o
        where o.bucket_id = $2 and starts_with(lower(o.name), lower($1))
      ),
      entries as (
        select
          substr(f.name, length($3) + 1) as name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata,
          lower(f.name) as place
        from found f
        where length(f.folder) = length($1)
        union all
        select substr(rtrim(min(f.folder), '/'), length($3) + 1), null, null, null, null, null, lower(f.folder)
        from found f
        where length(f.folder) > length($1)
        group by lower(f.folder)
      )
      select e.name, e.id, e.updated_at, e.created_at, e.last_accessed_at, e.metadata
      from entries e
      order by %1$s e.place collate "C" %2$s, e.name collate "C" %2$s
      limit $4
      offset $5
    $query$,
    case when by_time is not null then format('e.id is not null, e.%I %s,', by_time, direction) end,
    direction
  )
  using path, bucketname, coalesce(prefix, ''), least(coalesce(limits, 100), 1500), offsets;
end
$$;

-- Folders end with a slash in the answer and in `start_after`, so a folder and a file of one name stay apart.
create function storage.search_v2(
  prefix text,
  bucket_name text,
  limits integer default 100,
  levels integer default 1,
  start_after text default '',
  sort_order text default 'asc',
  sort_column text default 'name',
  sort_column_after text default ''
)
returns table (
  key text, name text, id uuid,
  updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
  direction text := case lower(sort_order) when 'desc' then 'desc' else 'asc' end;
  by_time text := case when lower(sort_column) in ('updated_at', 'created_at') then lower(sort_column) end;
  -- Cursors have milliseconds.
  place text := case
    when by_time is null then 'e.name collate "C"'
    else format('(date_trunc(''milliseconds'', e.%I), e.name collate "C")', by_time)
  end;
  after text := case when by_time is null then '$4' else '(nullif($5, '''')::timestamptz, $4)' end;
begin
  return query execute format(
    $query$
      with found as (
        select o.*, left(o.name, length($1) + strpos(substr(o.name, length($1) + 1), '/')) as folder
        from storage.objects o
        where o.bucket_id = $2 and starts_with(o.name, $1)
      ),
      entries as (
        select f.name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
        from found f
        where length(f.folder) = length($1)
        union all
        select f.folder, null, min(f.created_at) filter (where $7), min(f.created_at) filter (where $7), null, null
        from found f
        where length(f.folder) > length($1)
        group by f.folder
      )
      select split_part(e.name, '/', $3), e.name, e.id, e.updated_at, e.created_at, e.last_accessed_at, e.metadata
      from entries e
      where $4 = '' or %1$s %2$s %3$s
      order by %4$s e.name collate "C" %5$s
      limit $6
    $query$,
    place,
    case direction when 'asc' then '>' else '<' end,
    after,
    case when by_time is not null then format('date_trunc(''milliseconds'', e.%I) %s,', by_time, direction) end,
    direction
  )
  using
    coalesce(prefix, ''), bucket_name, levels, coalesce(start_after, ''), coalesce(sort_column_after, ''),
    least(coalesce(limits, 100), 1500), by_time is not null;
end
$$;

create function storage.update_updated_at_column()
returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;

create trigger update_objects_updated_at
before update on storage.objects
for each row execute function storage.update_updated_at_column();

create function storage.enforce_bucket_name_length()
returns trigger language plpgsql as $$
begin
  if length(new.name) > 100 then
    raise exception 'A bucket name has 100 characters at most; this one has %.', length(new.name);
  end if;
  return new;
end
$$;

create trigger enforce_bucket_name_length_trigger
before insert or update of name on storage.buckets
for each row execute function storage.enforce_bucket_name_length();

-- A row deleted by SQL would leave the bytes behind; the Storage API says with a setting that it deletes both.
create function storage.protect_delete()
returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), '') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using errcode = '42501';
  end if;
  return null;
end
$$;

create trigger protect_buckets_delete
before delete on storage.buckets
for each statement execute function storage.protect_delete();

create trigger protect_objects_delete
before delete on storage.objects
for each statement execute function storage.protect_delete();

grant all on storage.buckets, storage.objects to postgres with grant option;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to postgres, service_role;
grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to anon, authenticated;

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;

reset role;
