-- Groups: conversations of several, whose owner brings people in and takes them out.
-- Promises: whoever comes reads what is said from then on, whoever is out what was said until then; a group has an owner as long as
-- it has anybody; nobody is brought together with somebody whom a block keeps apart from its owner.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.group_members_limit()
returns integer
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: settings are nobody's to read.
  select (private.setting('chat.group_members') #>> '{}')::integer;
$$;

create function private.lock_own_group(conversation_id uuid)
returns public.conversations
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: members have no update grant. A group of the caller's, whose members wait.
declare
  conversation public.conversations := private.lock_conversation(lock_own_group.conversation_id);
begin
  if conversation.kind <> 'group' then
    perform private.raise_error('conflict', 409, 'This is a conversation of two.', '{"reason": "direct"}');
  end if;
  if not exists (
    select from public.conversation_members as m
    where m.conversation_id = conversation.id and m.account_id = auth.uid() and m.role = 'owner' and m.left_seq is null
  ) then
    perform private.raise_error('permission_denied', 403, 'The group''s owner does this.', '{"reason": "not_owner"}');
  end if;
  return conversation;
end;
$$;

create function private.check_group_title(title text)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if private.is_clean_text(check_group_title.title, 1, 200) is not true then
    perform private.raise_error('validation_failed', 400, 'A title has 1 to 200 characters.', '{"fields": {"title": "length"}}');
  end if;
end;
$$;

create function private.shown_title(title text)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: settings are nobody's to read. A title is read by the members as messages are, of which a group's never show contacts.
  select case
    when coalesce((private.setting('chat.redacts_contacts') #>> '{}')::boolean, false) then left(private.without_contacts(shown_title.title), 200)
    else shown_title.title
  end;
$$;

create function private.lock_blocks(is_shared boolean, variadic account_ids uuid[])
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: for this module. A block and a group of one of its two, made at once, would not see each other: whoever brings people
  -- together shares the lock of the account that does, whoever blocks has those of both, in the order of their ids.
  select case
    when lock_blocks.is_shared then pg_advisory_xact_lock_shared(hashtextextended('blocks ' || a::text, 0))
    else pg_advisory_xact_lock(hashtextextended('blocks ' || a::text, 0))
  end
  from (select u.a from unnest(lock_blocks.account_ids) as u (a) order by u.a) as o;
$$;

create function private.block_one_by_one()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Before a block.
begin
  perform private.lock_blocks(false, new.account_id, new.blocked_id);
  return new;
end;
$$;

create trigger blocks_one_by_one
  before insert on public.blocks
  for each row execute function private.block_one_by_one();

create function private.lock_new_members(account_ids uuid[])
returns uuid[]
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: blocks are read past policies. Those whom the caller may bring in, in the order of their ids, held with the caller: not_found for
-- anybody else, without saying whom.
declare
  caller uuid := private.account_id();
  wanted uuid[] := array(select distinct a from unnest(lock_new_members.account_ids) as a where a <> caller order by a);
begin
  if cardinality(wanted) > private.group_members_limit() - 1 then
    perform private.raise_error('validation_failed', 400, 'So many a group does not have.', '{"fields": {"account_ids": "length"}}');
  end if;
  perform private.lock_accounts(variadic wanted || caller);
  perform private.lock_blocks(true, caller);
  if (
    select count(*) from public.accounts as a
    where a.id = any (wanted) and a.is_listed and private.is_active_account(a.id) and not private.is_blocked(caller, a.id)
  ) < cardinality(wanted) or array_position(lock_new_members.account_ids, null) is not null then
    perform private.raise_error('not_found', 404, 'One of these accounts is not there.');
  end if;
  return wanted;
end;
$$;

create function private.create_group(title text, account_ids uuid[])
returns public.conversation_card
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: conversations have no insert grant.
declare
  caller uuid := private.account_id();
  wanted uuid[];
  conversation public.conversations;
begin
  perform private.check_group_title(create_group.title);
  wanted := private.lock_new_members(create_group.account_ids);
  if wanted = '{}' then
    perform private.raise_error('validation_failed', 400, 'A group has somebody else in it.', '{"fields": {"account_ids": "required"}}');
  end if;
  insert into public.conversations (kind, title, created_by) values ('group', private.shown_title(create_group.title), caller) returning * into conversation;
  insert into public.conversation_members (conversation_id, account_id, role) values (conversation.id, caller, 'owner');
  insert into public.conversation_members (conversation_id, account_id) select conversation.id, w from unnest(wanted) as w;
  perform private.require_writer(conversation);
  perform private.add_message(conversation.id, caller, 'system', null, '{"event": "created"}');
  return private.get_conversation(conversation.id);
end;
$$;

create function public.create_group(title text, account_ids uuid[])
returns public.conversation_card
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_group(title, account_ids);
$$;
comment on function public.create_group is
  'A group of the caller''s with these accounts of the directory (not_found, 404, if one is not there or a block stands between): chat.group_members at most, title of 1-200 characters.';

create function private.rename_group(conversation_id uuid, title text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: conversations have no update grant.
declare
  conversation public.conversations;
begin
  perform private.check_group_title(rename_group.title);
  conversation := private.lock_own_group(rename_group.conversation_id);
  if conversation.title <> private.shown_title(rename_group.title) then
    update public.conversations as c set title = private.shown_title(rename_group.title) where c.id = conversation.id;
    perform private.add_message(conversation.id, auth.uid(), 'system', null, '{"event": "renamed"}');
  end if;
end;
$$;

create function public.rename_group(conversation_id uuid, title text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.rename_group(conversation_id, title);
$$;
comment on function public.rename_group is 'Another title for a group of the caller''s, 1-200 characters; permission_denied (403, not_owner) for other members.';

create function private.add_group_members(conversation_id uuid, account_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: members have no insert grant. Whoever is in already stays as they are; whoever comes again reads from now on.
declare
  wanted uuid[] := private.lock_new_members(add_group_members.account_ids);
  conversation public.conversations := private.lock_own_group(add_group_members.conversation_id);
  added uuid;
begin
  for added in
    insert into public.conversation_members as m (conversation_id, account_id, joined_seq, read_seq)
    select conversation.id, w, conversation.last_seq, conversation.last_seq from unnest(wanted) as w
    on conflict on constraint conversation_members_pkey do update
      set left_seq = null, left_version = null, left_title = null, joined_seq = excluded.joined_seq, read_seq = excluded.read_seq, role = 'member', muted_until = null,
        joined_at = clock_timestamp()
      where m.left_seq is not null
    returning m.account_id
  loop
    perform private.add_message(
      conversation.id, auth.uid(), 'system', null, jsonb_build_object('event', 'member_added', 'account_id', added)
    );
  end loop;
  if (
    select count(*) from public.conversation_members as m where m.conversation_id = conversation.id and m.left_seq is null
  ) > private.group_members_limit() then
    perform private.raise_error('validation_failed', 400, 'So many a group does not have.', '{"fields": {"account_ids": "length"}}');
  end if;
end;
$$;

create function public.add_group_members(conversation_id uuid, account_ids uuid[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_group_members(conversation_id, account_ids);
$$;
comment on function public.add_group_members is
  'Brings accounts of the directory into a group of the caller''s: they read what is said from now on. As create_group; who is in already stays.';

create function private.take_out(conversation public.conversations, account_id uuid, event text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: members have no update grant. The caller holds the conversation. The last word that they read is the one that they are out; of
-- an owner the group goes to who has been in it longest. Everybody is told once, of the line and the epoch: a large group has no more words.
declare
  taken_from public.conversations;
begin
  update public.conversations as c set epoch = c.epoch + 1 where c.id = conversation.id returning c.* into taken_from;
  update public.conversation_members as m
  set left_seq = taken_from.last_seq + 1, left_version = taken_from.version + 1, left_title = taken_from.title, role = 'member'
  where m.conversation_id = taken_from.id and m.account_id = take_out.account_id;
  perform private.pass_on_group(taken_from.id);
  perform private.read_grouped_notifications(take_out.account_id, 'new_message', taken_from.id::text);
  perform private.tell_former_member(taken_from, take_out.account_id);
  perform private.add_message(
    taken_from.id, auth.uid(), 'system', null, jsonb_build_object('event', take_out.event, 'account_id', take_out.account_id)
  );
end;
$$;

create function private.pass_on_group(conversation_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above. Of a group without an owner.
  update public.conversation_members as m
  set role = 'owner'
  from (
    select n.account_id
    from public.conversation_members as n
    join public.conversations as c on c.id = n.conversation_id and c.kind = 'group'
    where n.conversation_id = pass_on_group.conversation_id and n.left_seq is null
    order by n.joined_at, n.account_id
    limit 1
  ) as next
  where m.conversation_id = pass_on_group.conversation_id and m.account_id = next.account_id
    and not exists (
      select from public.conversation_members as o
      where o.conversation_id = pass_on_group.conversation_id and o.role = 'owner' and o.left_seq is null
    );
$$;

create function private.remove_group_member(conversation_id uuid, account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  conversation public.conversations := private.lock_own_group(remove_group_member.conversation_id);
begin
  if remove_group_member.account_id = auth.uid() then
    perform private.raise_error('validation_failed', 400, 'Leave the group instead.', '{"fields": {"account_id": "other"}}');
  end if;
  if not exists (
    select from public.conversation_members as m
    where m.conversation_id = conversation.id and m.account_id = remove_group_member.account_id and m.left_seq is null
  ) then
    perform private.raise_error('not_found', 404, 'They are not in this group.');
  end if;
  perform private.take_out(conversation, remove_group_member.account_id, 'member_removed');
end;
$$;

create function public.remove_group_member(conversation_id uuid, account_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_group_member(conversation_id, account_id);
$$;
comment on function public.remove_group_member is
  'Takes somebody out of a group of the caller''s (not_found, 404, if they are not in it): they hear nothing more, and read what was said until now.';

create function private.leave_conversation(conversation_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. One of two is not left but muted, or the other blocked: its two keep one for good.
declare
  conversation public.conversations := private.lock_conversation(leave_conversation.conversation_id);
begin
  if conversation.kind <> 'group' then
    perform private.raise_error('conflict', 409, 'This is a conversation of two: mute it, or block the other.', '{"reason": "direct"}');
  end if;
  if exists (
    select from public.conversation_members as m
    where m.conversation_id = conversation.id and m.account_id = auth.uid() and m.left_seq is null
  ) then
    perform private.take_out(conversation, auth.uid(), 'member_left');
  end if;
end;
$$;

create function public.leave_conversation(conversation_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.leave_conversation(conversation_id);
$$;
comment on function public.leave_conversation is
  'The caller is in this group no more; leaving twice changes nothing. Its owner''s place goes to who has been in it longest. conflict (409, direct) for a conversation of two.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.create_group(text, uuid[]), public.create_group(text, uuid[]),
  private.rename_group(uuid, text), public.rename_group(uuid, text),
  private.add_group_members(uuid, uuid[]), public.add_group_members(uuid, uuid[]),
  private.remove_group_member(uuid, uuid), public.remove_group_member(uuid, uuid),
  private.leave_conversation(uuid), public.leave_conversation(uuid)
to authenticated;
