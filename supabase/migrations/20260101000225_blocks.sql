-- Blocks: who wants nothing to do with whom.
-- A block works both ways: neither finds, writes to or responds to the other. What the two had before stays readable.
-- Promises: nobody is told that they were blocked; lists, profiles and functions answer as if the other were not there.

set lock_timeout = '5s';
set statement_timeout = '60s';

create table public.blocks (
  account_id uuid not null default auth.uid() references public.accounts (id) on delete cascade,
  blocked_id uuid not null references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (account_id, blocked_id),
  constraint blocks_blocked_id_other check (blocked_id <> account_id)
);
comment on table public.blocks is 'Accounts that an account has blocked; the owner''s alone.';

create index blocks_blocked_id_idx on public.blocks (blocked_id);

select private.hide_estimates('public.blocks');

create function private.blocked_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: whom others have blocked is theirs to know.
  select b.blocked_id from public.blocks as b where b.account_id = auth.uid()
  union all
  select b.account_id from public.blocks as b where b.blocked_id = auth.uid();
$$;
comment on function private.blocked_ids is 'Accounts that are blocked from the caller, whichever of the two did it.';

create function private.blocker_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Half of them: what somebody may not tell from an account that is not there.
  select b.account_id from public.blocks as b where b.blocked_id = auth.uid();
$$;
comment on function private.blocker_ids is 'Accounts that have blocked the caller.';

create function private.is_blocked(account_id uuid, other_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above; for functions that act for an account.
  select exists (
    select from public.blocks as b
    where (b.account_id, b.blocked_id) in ((is_blocked.account_id, is_blocked.other_id), (is_blocked.other_id, is_blocked.account_id))
  );
$$;

create function private.block_account(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: blocks has no insert grant. Who stands in no directory, who has blocked the caller and who does not exist are
-- the same error; whom the caller has blocked already stays so.
declare
  caller uuid := private.account_id();
begin
  if block_account.account_id = caller then
    perform private.raise_error('validation_failed', 400, 'This is your own account.', '{"fields": {"account_id": "other"}}');
  end if;
  if exists (select from public.blocks as b where b.account_id = caller and b.blocked_id = block_account.account_id) then
    return;
  end if;
  if not exists (
    select from public.accounts as a
    where a.id = block_account.account_id and a.is_listed and a.id not in (select private.blocker_ids())
  ) then
    perform private.raise_error('not_found', 404, 'There is no such account.');
  end if;
  insert into public.blocks (account_id, blocked_id)
  values (caller, block_account.account_id)
  on conflict on constraint blocks_pkey do nothing;
end;
$$;

create function public.block_account(account_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.block_account(account_id);
$$;
comment on function public.block_account is
  'Blocks an account of the directory (not_found, 404, otherwise): neither finds, writes to or responds to the other from now on. Asking twice changes nothing; deleting the row of `blocks` lifts it.';

create type public.block_card as (
  account_id uuid,
  username text,
  full_name text,
  avatar_path text,
  created_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.block_card is 'An account that the caller has blocked, since created_at. total: counted to 1,000 (1001 means more).';

create function private.find_blocks(page_size integer, cursor text, skip integer)
returns setof public.block_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: the directory hides whom the caller has blocked. Their names only while they stand in it and have not blocked
-- the caller: a name here would tell that the directory hides it.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_blocks.cursor);
  return query
    select
      b.blocked_id,
      shown.username,
      shown.full_name,
      shown.avatar_path,
      b.created_at,
      (select count(*) from (select from public.blocks as c where c.account_id = caller limit 1001) as counted),
      private.cursor_of(b.created_at, b.blocked_id)
    from public.blocks as b
    left join public.accounts as shown
      on shown.id = b.blocked_id and shown.is_listed and shown.id not in (select private.blocker_ids())
    where b.account_id = caller
      and (after.at is null or (b.created_at, b.blocked_id) < (after.at, after.id))
    order by b.created_at desc, b.blocked_id desc
    limit private.page_size(find_blocks.page_size) offset private.skipped(find_blocks.skip);
end;
$$;

create function public.list_blocks(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.block_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_blocks(page_size, cursor, skip);
$$;
comment on function public.list_blocks is 'Whom the caller has blocked, newest first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select on public.blocks to authenticated, service_role;

grant delete on public.blocks to authenticated;

grant execute on function
  private.blocked_ids(),
  private.block_account(uuid),
  public.block_account(uuid),
  private.find_blocks(integer, text, integer),
  public.list_blocks(integer, text, integer)
to authenticated;

alter table public.blocks enable row level security;

create policy select_owner on public.blocks for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.blocks for delete to authenticated
  using (account_id = (select auth.uid()));
