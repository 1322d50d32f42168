-- Conversation access: who may open one about what, who may write in it now, and what is taken out of messages.
-- Conversations of castings, and of models with employers and agencies, need the plan's casting_chat of whoever writes; those of
-- tasks, orders and unlocked candidates are open to their parties. Reading needs no plan.
-- Promises: nobody learns of a block: who is blocked, suspended or gone is unavailable, all the same; with chat.redacts_contacts no
-- contact reaches the other side before it is paid for.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Opening -------------------------------------------------------------------------------------------------------------

create function private.party_of_casting(casting_id uuid, account_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: responses are read past policies. The owner talks with models who responded, and with who responded for them; models and
-- agencies with the owner of a casting that they see.
declare
  caller uuid := private.account_id();
  owner uuid := (select e.owner_id from private.look_up_castings(array[party_of_casting.casting_id]) as e);
begin
  if owner is null then
    return null;
  end if;
  if owner <> caller then
    return case when coalesce(party_of_casting.account_id, owner) = owner and private.has_role('model', 'agency') then owner end;
  end if;
  if exists (
    select from public.casting_responses as r
    where r.casting_id = party_of_casting.casting_id and party_of_casting.account_id in (r.model_id, r.responded_by)
  ) then
    return party_of_casting.account_id;
  end if;
  return null;
end;
$$;

create function private.party_of_task(task_id uuid, account_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: applications are read past policies. The owner talks with who applied; others with the owner of a task that they see.
declare
  caller uuid := private.account_id();
  owner uuid := (select e.owner_id from private.look_up_tasks(array[party_of_task.task_id]) as e);
begin
  if owner is null then
    return null;
  end if;
  if owner <> caller then
    return case when coalesce(party_of_task.account_id, owner) = owner then owner end;
  end if;
  if exists (
    select from public.task_applications as a
    where a.task_id = party_of_task.task_id and a.freelancer_id = party_of_task.account_id
  ) then
    return party_of_task.account_id;
  end if;
  return null;
end;
$$;

create function private.party_of_order(order_id uuid, account_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Buyer and seller talk with each other.
  select p.party
  from public.orders as o
  cross join lateral (
    select case auth.uid() when o.buyer_id then o.seller_id when o.seller_id then o.buyer_id end as party
  ) as p
  where o.id = party_of_order.order_id and coalesce(party_of_order.account_id, p.party) = p.party;
$$;

create function private.party_of_candidate(card_id uuid, account_id uuid)
returns uuid
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: whose card it is, is nobody's to read. A recruiter talks with a candidate whom they, or a colleague for the company, have unlocked.
  select c.account_id
  from private.candidates as c
  where c.card_id = party_of_candidate.card_id
    and private.has_unlocked(party_of_candidate.card_id)
    and coalesce(party_of_candidate.account_id, c.account_id) = c.account_id;
$$;

create function private.conversation_party(account_id uuid, context_type text, context_id uuid)
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. With whom the caller talks about this; null: with nobody.
begin
  return case conversation_party.context_type
    when 'casting' then private.party_of_casting(conversation_party.context_id, conversation_party.account_id)
    when 'task' then private.party_of_task(conversation_party.context_id, conversation_party.account_id)
    when 'order' then private.party_of_order(conversation_party.context_id, conversation_party.account_id)
    when 'candidate' then private.party_of_candidate(conversation_party.context_id, conversation_party.account_id)
    else (select a.id from public.accounts as a where a.id = conversation_party.account_id and a.is_listed)
  end;
end;
$$;

-- Writing -------------------------------------------------------------------------------------------------------------

create function private.account_has_role(account_id uuid, variadic roles text[])
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: roles are read past policies.
  select exists (
    select from public.account_roles as r where r.account_id = account_has_role.account_id and r.role = any (account_has_role.roles)
  );
$$;

create function private.needs_chat_access(conversation public.conversations, account_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: roles and members are read past policies. Of castings, and where a model and an employer or agency talk about nothing else.
  select coalesce((private.setting('chat.gates_castings') #>> '{}')::boolean, true) and case
    when conversation.context_type = 'casting' then true
    when conversation.context_type is not null then false
    when private.account_has_role(needs_chat_access.account_id, 'model') then exists (
      select from public.conversation_members as m
      where m.conversation_id = conversation.id and m.left_seq is null and private.account_has_role(m.account_id, 'employer', 'agency')
    )
    when private.account_has_role(needs_chat_access.account_id, 'employer', 'agency') then exists (
      select from public.conversation_members as m
      where m.conversation_id = conversation.id and m.left_seq is null and private.account_has_role(m.account_id, 'model')
    )
    else false
  end;
$$;
comment on function private.needs_chat_access is 'Whether writing here needs casting_chat of this account''s plan.';

create function private.write_refusal(conversation public.conversations)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above. Why the caller may not write now: left, unavailable, locked, plan; null: they may.
declare
  caller uuid := auth.uid();
  other uuid := private.other_member(conversation, caller);
begin
  if not exists (
    select from public.conversation_members as m
    where m.conversation_id = conversation.id and m.account_id = caller and m.left_seq is null
  ) then
    return 'left';
  end if;
  if conversation.kind = 'direct' and (other is null or not private.is_active_account(other) or private.is_blocked(caller, other)) then
    return 'unavailable';
  end if;
  if conversation.context_type = 'candidate'
    and not exists (select from private.candidates as c where c.card_id = conversation.context_id and c.account_id = caller)
    and not private.has_unlocked(conversation.context_id) then
    return 'locked';
  end if;
  if private.needs_chat_access(conversation, caller) and not coalesce(private.is_entitled('casting_chat'), false) then
    return 'plan';
  end if;
  return null;
end;
$$;

create function private.require_writer(conversation public.conversations)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
declare
  reason text := private.write_refusal(conversation);
begin
  if reason = 'plan' then
    perform private.raise_quota_exceeded(auth.uid(), 'casting_chat');
  end if;
  if reason is not null then
    perform private.raise_error('permission_denied', 403, 'You cannot write here.', jsonb_build_object('reason', reason));
  end if;
end;
$$;

-- What is taken out ---------------------------------------------------------------------------------------------------

create function private.is_phone_number(run text)
returns boolean
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- Seven digits or more, six of which are no years, when dates are left out. Sums by thousands that end in 00 are none.
  select exists (
    select
    from regexp_split_to_table(
      regexp_replace(
        is_phone_number.run,
        '(?<![0-9])((0?[1-9]|[12][0-9]|3[01])([./-](0?[1-9]|1[0-2])[./-](19|20)[0-9]{2}|[./](0?[1-9]|1[0-2])[./][0-9]{2})|(19|20)[0-9]{2}[./-](0[1-9]|1[0-2])[./-](0[1-9]|[12][0-9]|3[01]))(?![0-9])',
        'x', 'g'
      ),
      'x'
    ) as part
    where length(regexp_replace(part, '[^0-9]', '', 'g')) >= 7
      and length(regexp_replace(regexp_replace(part, '(?<![0-9])(19|20)[0-9]{2}(?![0-9])', '', 'g'), '[^0-9]', '', 'g')) >= 6
      and part !~ '^[^0-9+(]*[0-9]{1,3}([ .,\u00a0\u202f][0-9]{3})*([ \u00a0]?[-–—][ \u00a0]?[0-9]{1,3})?([ .,\u00a0\u202f][0-9]{3})*(?<=00)([.,][0-9]{2})?[^0-9]*$'
  );
$$;

create function private.without_contacts(body text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
-- Addresses, links, handles, names of messengers with a name after them, and numbers of seven digits or more however they are parted.
-- Digits of other scripts count as digits. A determined writer finds a way; what is meant is that nobody does by the way, and that
-- prices, dates and sizes stay.
declare
  plain text := pg_catalog.translate(
    body,
    (
      select string_agg(chr(zero + digit), '' order by zero, digit)
      from unnest(array[
        1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 4240, 6112, 6160, 65296
      ]) as zero
      cross join generate_series(0, 9) as digit
    ) || '＠．＋',
    repeat('0123456789', 21) || '@.+'
  );
  text_left text := plain;
  pattern text;
  run text[];
begin
  foreach pattern in array array[
    -- name@host.tld, also with blanks or brackets. A dot with a blank after it alone ends a sentence.
    '[[:alnum:]._%+-]+[ ]{0,3}(@|[(\[](at|собака)[)\]])[ ]{0,3}[[:alnum:]-]+(([ ]{0,3}[(\[](dot|точка)[)\]][ ]{0,3}|[ ]+(dot|точка)[ ]+|[ ]+\.[ ]*|\.)[[:alpha:]]{2,24})+',
    -- Written out.
    '[[:alnum:]._%+-]+[ ]+(at|собака)[ ]+[[:alnum:]-]+([ ]+(dot|точка)[ ]+[[:alpha:]]{2,24}|\.(com|net|org|ru|kz|uz|kg|io|co|in|me))(?![[:alnum:]])',
    -- Links: by their beginning, or by what they end in.
    '(?<![[:alnum:]])(https?:|www\.|(t|wa|m|fb)\.me/|(vk|instagram|facebook|linkedin|fb)\.com/)[^[:space:]]+',
    '(?<![[:alnum:].-])(?!(asp|ado|vb|ml|basic)\.net|(socket|draw)\.io)[[:alnum:]-]{2,}(\.[[:alnum:]-]+){0,3}\.((com|net|org|info|biz|kz|ru|uz|kg|io|dev|app|ai|gg|ly|xyz|uk|site|website)(?![[:alnum:]])(/[^[:space:]]*)?|[[:alpha:]]{2,24}/[[:alnum:]@][^[:space:]]*)',
    -- Handles.
    '(?<![[:alnum:]])@[[:alnum:]_.]{2,}',
    -- Short names: only where a name is told.
    '\y(tg|wa|ig|inst|инст|вк|vk|вконтакте|tik ?tok|тикток|linked ?in)([ ]+(id|nick|ник|username))?[ ]{0,3}([:=][ ]{0,3}@?[[:alpha:]][[:alnum:]_.]{2,}|[ ][ –-]{0,2}[[:alpha:]][[:alpha:].]*[0-9_][[:alnum:]_.]*)',
    '\y(telegram|телеграмм?|телега|тг|whats ?app|ватсапп?|вотсапп?|instagram|инстаграмм?|инста|insta|viber|вайбер|skype|скайп|wechat|signal|snapchat|discord|facebook|github)([ ]+(id|nick|ник|username))?[ ]{0,3}([:=][ ]{0,3}@?[[:alpha:]][[:alnum:]_.]{2,}|[ ][ –-]{0,2}[[:alpha:]][[:alpha:].]*[0-9_][[:alnum:]_.]*)'
  ] loop
    text_left := pg_catalog.regexp_replace(text_left, pattern, '•••', 'gi');
  end loop;
  -- Numbers, with a currency before or behind them.
  for run in
    select m
    from regexp_matches(
      text_left,
      '((?:kzt|usd|eur|rub|inr|uzs|kgs|[₸$€₽₹£])[ ]?)?([+(]{0,2}[0-9](?:(?:[ \t\u00a0\u2009\u202f()/\\|_·•–—\ufe0f\u20e3-]{0,3}|[.,])[0-9]){6,})([ ]?(?:kzt|usd|eur|rub|inr|uzs|kgs|тг|тенге|руб|сум|сом|[₸$€₽₹£]))?',
      'gi'
    ) as m
  loop
    if private.is_phone_number(run[2])
      and (length(regexp_replace(run[2], '[^0-9]', '', 'g')) > 9 or run[2] like '+%' or coalesce(run[1], run[3]) is null) then
      text_left := replace(text_left, run[2], '•••');
    end if;
  end loop;
  return case when text_left = plain then body else text_left end;
end;
$$;
comment on function private.without_contacts is 'A text without phones, emails, links and handles: ••• stands in their place.';

create function private.is_contact_paid(account_id uuid, other_id uuid)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads escrows and unlocks. Money was held between the two, or one has unlocked the other.
  select exists (
    select from private.escrows as e
    where e.funded_at is not null
      and (e.payer_id, e.payee_id) in (
        (is_contact_paid.account_id, is_contact_paid.other_id), (is_contact_paid.other_id, is_contact_paid.account_id)
      )
  ) or exists (
    select
    from private.candidates as c
    join private.candidate_unlocks as u on u.card_id = c.card_id and u.refunded_at is null
    where (c.account_id, u.recruiter_id) in (
      (is_contact_paid.account_id, is_contact_paid.other_id), (is_contact_paid.other_id, is_contact_paid.account_id)
    )
  );
$$;

create function private.redacts(conversation public.conversations)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: as above. Not in castings, where writing is what the plan is paid for, nor with unlocked candidates.
  select coalesce((private.setting('chat.redacts_contacts') #>> '{}')::boolean, false) and case
    when conversation.kind = 'group' then true
    when conversation.context_type in ('casting', 'candidate') then false
    else not private.is_contact_paid(split_part(conversation.pair, ':', 1)::uuid, split_part(conversation.pair, ':', 2)::uuid)
  end;
$$;
comment on function private.redacts is 'Whether contacts are taken out of what is written here now.';
