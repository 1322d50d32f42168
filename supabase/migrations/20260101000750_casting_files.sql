-- Casting files: what employers attach to a casting, such as a brief, read by whoever sees the casting.
-- Promises: only one's own files on one's own castings; an attached file is not lost.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.casting_files (
  casting_id uuid not null references public.castings (id) on delete cascade,
  file_id uuid not null references public.files (id) on delete no action,
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (casting_id, file_id)
);
comment on table public.casting_files is 'Files attached to castings; their owner''s rows. Others get list_casting_files.';

create index casting_files_file_id_idx on public.casting_files (file_id);
create index casting_files_account_id_idx on public.casting_files (account_id);

select private.hide_estimates('public.casting_files');

create function private.attach_casting_file(casting_id uuid, file_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: both must be the caller's; to others there is neither.
declare
  casting public.castings := private.lock_own_casting(casting_id);
begin
  if not exists (
    select from public.files as f
    where f.id = attach_casting_file.file_id and f.account_id = casting.owner_id and f.bucket_id = 'attachments'
  ) then
    perform private.raise_error('not_found', 404, 'There is no such file of yours in attachments.');
  end if;
  if exists (
    select from public.casting_files as c where c.casting_id = casting.id and c.file_id = attach_casting_file.file_id
  ) then
    return;
  end if;
  if (select count(*) from public.casting_files as c where c.casting_id = casting.id) >= 20 then
    perform private.raise_error('conflict', 409, 'A casting has at most 20 files.');
  end if;
  insert into public.casting_files (casting_id, file_id, account_id)
  values (casting.id, attach_casting_file.file_id, casting.owner_id);
end;
$$;

create function public.attach_casting_file(casting_id uuid, file_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.attach_casting_file(casting_id, file_id);
$$;
comment on function public.attach_casting_file is
  'Shows a file of the caller''s (bucket `attachments`) to whoever sees the caller''s casting; 20 a casting. Deleting the row of `casting_files` takes it back.';

create function private.can_see_casting(casting_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as the policy of castings has it.
  select can_see_casting.casting_id in (select private.kept_casting_ids()) or exists (
    select from private.look_up_castings(array[can_see_casting.casting_id]) as c
    where c.owner_id not in (select private.blocked_ids())
  );
$$;

create function private.is_before_blocks(owner_id uuid, moment timestamptz)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Who has responded still sees the casting after a block; what was attached since is kept from them.
  select not exists (
    select from public.blocks as b
    where (b.account_id, b.blocked_id) in ((is_before_blocks.owner_id, auth.uid()), (auth.uid(), is_before_blocks.owner_id))
      and b.created_at <= is_before_blocks.moment
  );
$$;

create function private.reads_casting_file(file_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select exists (
    select from public.casting_files as c
    where c.file_id = reads_casting_file.file_id and private.can_see_casting(c.casting_id)
      and private.is_before_blocks(c.account_id, c.created_at)
  );
$$;

insert into private.file_readers (name, description) values ('reads_casting_file', 'It is attached to a casting that the reader sees.');

create type public.casting_file_card as (
  file_id uuid,
  path text,
  name text,
  size bigint,
  content_type text,
  created_at timestamptz
);
comment on type public.casting_file_card is 'A file attached to a casting: bucket `attachments`, read by a signed url. size: bytes.';

create function private.list_casting_files(casting_id uuid)
returns setof public.casting_file_card
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: files are their owners'; these are for whoever sees the casting.
  select f.id, f.path, f.name, f.size, f.content_type, c.created_at
  from public.casting_files as c
  join public.files as f on f.id = c.file_id
  where c.casting_id = list_casting_files.casting_id and private.account_id() is not null
    and private.can_see_casting(list_casting_files.casting_id) and private.is_before_blocks(c.account_id, c.created_at)
  order by c.created_at, f.id;
$$;

create function public.list_casting_files(casting_id uuid)
returns setof public.casting_file_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.list_casting_files(casting_id);
$$;
comment on function public.list_casting_files is 'The files attached to a casting that the caller sees, oldest first.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.casting_files to authenticated, service_role;

grant delete on public.casting_files to authenticated;

grant execute on function
  private.attach_casting_file(uuid, uuid),
  public.attach_casting_file(uuid, uuid),
  private.list_casting_files(uuid),
  public.list_casting_files(uuid)
to authenticated;

alter table public.casting_files enable row level security;

create policy select_owner on public.casting_files for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.casting_files for delete to authenticated
  using (account_id = (select auth.uid()));
