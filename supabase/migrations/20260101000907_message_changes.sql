-- Message changes: what becomes of a message: edited or deleted by its author, restored once its contacts are paid for.
-- Promises: a deleted message keeps its place and nothing of its text or files; every change has a version of its own.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- By its author -------------------------------------------------------------------------------------------------------

create function private.lock_own_message(conversation public.conversations, seq bigint)
returns public.messages
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: messages have no update grant. A message of the caller's that may still be changed.
declare
  message public.messages;
begin
  select m.* into message
  from public.messages as m
  join public.conversation_members as s on s.conversation_id = m.conversation_id and s.account_id = auth.uid()
  where m.conversation_id = conversation.id and m.seq = lock_own_message.seq and m.seq > s.joined_seq and m.seq <= coalesce(s.left_seq, m.seq)
  for no key update of m;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such message.');
  end if;
  if message.author_id is distinct from auth.uid() or message.kind <> 'text' then
    perform private.raise_error('permission_denied', 403, 'This is not your message.', '{"reason": "not_author"}');
  end if;
  if message.deleted_at is not null then
    perform private.raise_error('conflict', 409, 'This message is deleted.', '{"reason": "deleted"}');
  end if;
  if message.created_at < clock_timestamp() - make_interval(mins => (private.setting('chat.edit_minutes') #>> '{}')::integer) then
    perform private.raise_error('conflict', 409, 'It is too late to change this message.', '{"reason": "too_late"}');
  end if;
  return message;
end;
$$;

create function private.next_version(conversation_id uuid)
returns public.conversations
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: conversations are changed by functions only. The caller holds the row.
  update public.conversations as c set version = c.version + 1 where c.id = next_version.conversation_id returning c.*;
$$;

create function private.edit_message(conversation_id uuid, seq bigint, body text)
returns public.message_card
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: messages have no update grant.
declare
  conversation public.conversations;
  message public.messages;
  shown text;
begin
  perform private.check_body(edit_message.body, true);
  conversation := private.lock_conversation(edit_message.conversation_id);
  message := private.lock_own_message(conversation, edit_message.seq);
  perform private.require_writer(conversation);
  shown := case when private.redacts(conversation) then private.without_contacts(edit_message.body) else edit_message.body end;
  conversation := private.next_version(conversation.id);
  update public.messages as m
  set body = shown, is_redacted = shown <> edit_message.body, edited_at = clock_timestamp(), version = conversation.version
  where m.conversation_id = conversation.id and m.seq = message.seq
  returning m.* into message;
  delete from private.message_originals as o where o.conversation_id = conversation.id and o.seq = message.seq;
  if message.is_redacted then
    insert into private.message_originals (conversation_id, seq, body) values (conversation.id, message.seq, edit_message.body);
  end if;
  perform private.tell_message(conversation, message.seq, message.version);
  perform private.tell_members(conversation);
  return private.message_card(conversation, message);
end;
$$;

create function public.edit_message(conversation_id uuid, seq bigint, body text)
returns public.message_card
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.edit_message(conversation_id, seq, body);
$$;
comment on function public.edit_message is
  'Changes a message of the caller''s for chat.edit_minutes after it was sent (conflict, 409, details.reason too_late or deleted); permission_denied (403, not_author) for others''.';

create function private.delete_message(conversation_id uuid, seq bigint)
returns public.message_card
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. It keeps its place; text, files and what was taken out of it are gone. Also where writing is not allowed any more.
declare
  conversation public.conversations := private.lock_conversation(delete_message.conversation_id);
  message public.messages := private.lock_own_message(conversation, delete_message.seq);
begin
  conversation := private.next_version(conversation.id);
  delete from private.message_originals as o where o.conversation_id = conversation.id and o.seq = message.seq;
  delete from public.message_files as f where f.conversation_id = conversation.id and f.seq = message.seq;
  update public.messages as m
  set body = null, is_redacted = false, deleted_at = clock_timestamp(), version = conversation.version
  where m.conversation_id = conversation.id and m.seq = message.seq
  returning m.* into message;
  perform private.tell_message(conversation, message.seq, message.version);
  perform private.tell_members(conversation);
  return private.message_card(conversation, message);
end;
$$;

create function public.delete_message(conversation_id uuid, seq bigint)
returns public.message_card
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.delete_message(conversation_id, seq);
$$;
comment on function public.delete_message is
  'Takes back a message of the caller''s, as long as it may be edited: its place stays, its text and files go.';

-- Paid contacts -------------------------------------------------------------------------------------------------------

create function private.restore_messages(account_id uuid, other_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the triggers below. The contact of these two is paid for: what was taken out comes back. Conversations are locked before
-- their originals are looked for: a send that does not see the payment yet is waited for.
declare
  conversation public.conversations;
  original private.message_originals;
begin
  for conversation in
    select c.* from public.conversations as c
    where c.pair = private.pair_of(restore_messages.account_id, restore_messages.other_id)
    order by c.id
    for no key update
  loop
    for original in select o.* from private.message_originals as o where o.conversation_id = conversation.id order by o.seq loop
      conversation := private.next_version(conversation.id);
      update public.messages as m
      set body = original.body, is_redacted = false, version = conversation.version
      where m.conversation_id = original.conversation_id and m.seq = original.seq;
    end loop;
    continue when not found;
    delete from private.message_originals as o where o.conversation_id = conversation.id;
    perform private.tell_message(conversation, conversation.last_seq, conversation.version);
    perform private.tell_members(conversation);
  end loop;
end;
$$;

create function private.restore_after_funding()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: messages are not the payer's to write.
begin
  perform private.restore_messages(new.payer_id, new.payee_id);
  return null;
end;
$$;

create trigger escrows_restore_messages
  after update of funded_at on private.escrows
  for each row
  when (old.funded_at is null and new.funded_at is not null)
  execute function private.restore_after_funding();

create function private.restore_after_unlock()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  perform private.restore_messages(c.account_id, new.recruiter_id) from private.candidates as c where c.card_id = new.card_id;
  return null;
end;
$$;

create trigger candidate_unlocks_restore_messages
  after insert on private.candidate_unlocks
  for each row execute function private.restore_after_unlock();

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.edit_message(uuid, bigint, text), public.edit_message(uuid, bigint, text),
  private.delete_message(uuid, bigint), public.delete_message(uuid, bigint)
to authenticated;
