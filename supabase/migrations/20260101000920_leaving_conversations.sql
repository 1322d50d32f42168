-- Leaving conversations: what a block, a suspension and the end of an account do to them.
-- Promises: nothing that is said after it reaches who was blocked, suspended or is gone, whatever socket is open; whoever goes takes words
-- and files along, and no conversation stays that nobody can read.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.part_conversations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: after a block. Nothing that is said between the two from now on is heard on the old topics; a group of the one is without the
-- other. Members of somebody else's group stay: it is not theirs alone.
declare
  -- First, as an array: with it, an index finds them.
  parted constant uuid[] := array(
    select c.id from public.conversations as c where c.pair = private.pair_of(new.account_id, new.blocked_id)
    union
    select o.conversation_id
    from public.conversation_members as o
    join public.conversation_members as g on g.conversation_id = o.conversation_id and g.left_seq is null and g.role = 'member'
    where o.role = 'owner' and o.left_seq is null
      and (o.account_id, g.account_id) in ((new.account_id, new.blocked_id), (new.blocked_id, new.account_id))
  );
  conversation public.conversations;
  guest uuid;
begin
  for conversation in
    select c.* from public.conversations as c
    where c.id = any (parted)
    order by c.id
    for no key update
  loop
    if conversation.kind = 'direct' then
      perform private.change_epoch(conversation.id);
    else
      select m.account_id into guest from public.conversation_members as m
      where m.conversation_id = conversation.id and m.role = 'member' and m.left_seq is null and m.account_id in (new.account_id, new.blocked_id);
      if found then
        perform private.take_out(conversation, guest, case when guest = new.account_id then 'member_left' else 'member_removed' end);
      end if;
    end if;
  end loop;
  return null;
end;
$$;

create trigger blocks_part_conversations
  after insert on public.blocks
  for each row execute function private.part_conversations();

create function private.silence_conversations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: after a suspension. Its sockets may be open still.
declare
  conversation_id uuid;
begin
  for conversation_id in
    select c.id
    from public.conversations as c
    join public.conversation_members as m on m.conversation_id = c.id
    where m.account_id = new.account_id and m.left_seq is null
    order by c.id
    for no key update of c
  loop
    perform private.change_epoch(conversation_id);
  end loop;
  return null;
end;
$$;

create trigger suspensions_silence_conversations
  after insert on private.suspensions
  for each row execute function private.silence_conversations();

create function private.leave_conversations()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: before an account is deleted. Its words and files go with it, their places stay; a conversation that nobody is left to read goes
-- altogether.
declare
  -- As above.
  left_by constant uuid[] := array(
    select m.conversation_id from public.conversation_members as m where m.account_id = old.id
    union
    select w.conversation_id from public.messages as w where w.author_id = old.id
  );
  conversation public.conversations;
  counted bigint;
begin
  for conversation in
    select c.* from public.conversations as c
    where c.id = any (left_by)
    order by c.id
    for no key update
  loop
    if not exists (
      select from public.conversation_members as m where m.conversation_id = conversation.id and m.account_id <> old.id
    ) then
      delete from public.message_files as f where f.conversation_id = conversation.id;
      delete from public.conversations as c where c.id = conversation.id;
      continue;
    end if;
    delete from private.message_originals as o
    using public.messages as w
    where w.conversation_id = conversation.id and w.author_id = old.id and o.conversation_id = w.conversation_id and o.seq = w.seq;
    delete from public.message_files as f
    using public.messages as w
    where w.conversation_id = conversation.id and w.author_id = old.id and f.conversation_id = w.conversation_id and f.seq = w.seq;
    with words as (
      select w.seq, row_number() over (order by w.seq) as step
      from public.messages as w
      where w.conversation_id = conversation.id and w.author_id = old.id and w.kind = 'text'
    )
    update public.messages as w
    set body = null, is_redacted = false, deleted_at = coalesce(w.deleted_at, clock_timestamp()), version = conversation.version + words.step
    from words
    where w.conversation_id = conversation.id and w.seq = words.seq;
    get diagnostics counted = row_count;
    update public.conversations as c set version = c.version + counted where c.id = conversation.id;
    delete from public.conversation_members as m where m.conversation_id = conversation.id and m.account_id = old.id;
    perform private.pass_on_group(conversation.id);
    perform private.change_epoch(conversation.id);
  end loop;
  return old;
end;
$$;

create trigger accounts_leave_conversations
  before delete on public.accounts
  for each row execute function private.leave_conversations();
