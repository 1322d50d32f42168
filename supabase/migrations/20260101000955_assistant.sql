-- Assistant: sessions in which a task takes shape, their messages, and the draft that they come to. How they are answered is in
-- …957_assistant_answers.sql.
-- Promises: a session is its owner's alone; a retried message is kept once; nothing is posted.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table public.assistant_sessions (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references public.accounts (id) on delete cascade,
  title text,
  locale text not null,
  messages_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_message_at timestamptz not null default now(),
  constraint assistant_sessions_title_length check (private.is_clean_text(title, 1, 200)),
  constraint assistant_sessions_locale_known check (locale in ('en', 'ru', 'kk', 'ar'))
);
comment on table public.assistant_sessions is 'Conversations with the assistant, the owner''s alone. Written by functions; the owner deletes them.';
comment on column public.assistant_sessions.title is 'How the first message begins.';
comment on column public.assistant_sessions.locale is 'The language that the assistant speaks in it.';

create index assistant_sessions_account_id_idx on public.assistant_sessions (account_id, last_message_at desc, id desc);

create table public.assistant_messages (
  session_id uuid not null references public.assistant_sessions (id) on delete cascade,
  seq integer not null,
  account_id uuid not null references public.accounts (id) on delete cascade,
  client_id uuid,
  role text not null,
  body text not null,
  reply_to integer,
  source text,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (session_id, seq),
  constraint assistant_messages_account_id_client_id_once unique (account_id, client_id),
  constraint assistant_messages_session_id_reply_to_once unique (session_id, reply_to),
  constraint assistant_messages_role_known check (role in ('user', 'assistant')),
  constraint assistant_messages_body_length check (private.is_clean_text(body, 1, 4000)),
  constraint assistant_messages_reply_to_required check ((role = 'assistant') = (reply_to is not null)),
  constraint assistant_messages_source_known check (source in ('rules', 'model')),
  constraint assistant_messages_source_required check ((role = 'assistant') = (source is not null))
);
comment on table public.assistant_messages is 'What was said in a conversation with the assistant, in the order of seq.';
comment on column public.assistant_messages.client_id is 'Made by the app, so that a message that is sent again is the same one.';
comment on column public.assistant_messages.reply_to is 'seq of the message that the assistant answers.';
comment on column public.assistant_messages.data is 'Of the assistant''s: draft, missing (as extract_task answers them), and asks: which field the rules ask for, or null.';

select private.hide_estimates('public.assistant_sessions');
select private.hide_estimates('public.assistant_messages');

create table private.assistant_usage (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  day date not null,
  messages integer not null
);
comment on table private.assistant_usage is 'Messages to the assistant on the last day with one. Deleting a session gives nothing back.';

create table private.assistant_texts (
  key text not null,
  locale text not null,
  body text not null,
  primary key (key, locale),
  constraint assistant_texts_key_known check (
    key in ('description', 'category', 'choose_category', 'task_type', 'city', 'budget', 'currency', 'complete')
  ),
  constraint assistant_texts_locale_known check (locale in ('en', 'ru', 'kk', 'ar'))
);
comment on table private.assistant_texts is
  'What the rules say: the question for each field, and that a draft is complete. {choices}, {title} and {budget} are put in.';

insert into private.assistant_texts (key, locale, body) values
  ('description', 'en', 'What do you need done? One or two sentences are enough.'),
  ('description', 'ru', 'Что нужно сделать? Достаточно одного-двух предложений.'),
  ('description', 'kk', 'Не істеу керек? Бір-екі сөйлем жеткілікті.'),
  ('description', 'ar', 'ما المطلوب إنجازه؟ تكفي جملة أو جملتان.'),
  ('category', 'en', 'What kind of work is it? For example: cleaning, repair, translation, design.'),
  ('category', 'ru', 'Что это за работа? Например: уборка, ремонт, перевод, дизайн.'),
  ('category', 'kk', 'Бұл қандай жұмыс? Мысалы: тазалау, жөндеу, аударма, дизайн.'),
  ('category', 'ar', 'ما نوع العمل؟ مثلاً: تنظيف، تصليح، ترجمة، تصميم.'),
  ('choose_category', 'en', 'What kind of work is it: {choices}?'),
  ('choose_category', 'ru', 'Что это за работа: {choices}?'),
  ('choose_category', 'kk', 'Бұл қандай жұмыс: {choices}?'),
  ('choose_category', 'ar', 'ما نوع العمل: {choices}؟'),
  ('task_type', 'en', 'Is it done on site, or online?'),
  ('task_type', 'ru', 'Это нужно сделать на месте или онлайн?'),
  ('task_type', 'kk', 'Бұл орнында жасала ма, әлде онлайн ма?'),
  ('task_type', 'ar', 'هل يتم العمل حضورياً أم عبر الإنترنت؟'),
  ('city', 'en', 'In which city?'),
  ('city', 'ru', 'В каком городе?'),
  ('city', 'kk', 'Қай қалада?'),
  ('city', 'ar', 'في أي مدينة؟'),
  ('budget', 'en', 'What is your budget, and in which currency?'),
  ('budget', 'ru', 'Какой у вас бюджет и в какой валюте?'),
  ('budget', 'kk', 'Бюджетіңіз қанша және қай валютада?'),
  ('budget', 'ar', 'ما ميزانيتك وبأي عملة؟'),
  ('currency', 'en', 'In which currency?'),
  ('currency', 'ru', 'В какой валюте?'),
  ('currency', 'kk', 'Қай валютада?'),
  ('currency', 'ar', 'بأي عملة؟'),
  ('complete', 'en', 'That is all a task needs: “{title}”, {budget}. Look through the draft and post it.'),
  ('complete', 'ru', 'Для задания есть всё: «{title}», {budget}. Проверьте черновик и опубликуйте его.'),
  ('complete', 'kk', 'Тапсырмаға қажеттінің бәрі бар: «{title}», {budget}. Жобаны тексеріп, жариялаңыз.'),
  ('complete', 'ar', 'اكتملت بيانات المهمة: «{title}»، {budget}. راجع المسودة ثم انشرها.');

insert into private.settings (key, value, description) values
  ('rate_limits.assistant_messages_per_minute', '10', 'Messages of one account to the assistant in a minute.'),
  ('assistant.messages_per_day', '100', 'Messages of one account to the assistant on a day of UTC.'),
  ('assistant.messages_per_session', '200', 'Messages of a session, the assistant''s answers among them.'),
  ('assistant.sessions_per_account', '100', 'Sessions that an account keeps.');

create trigger assistant_sessions_touch_updated_at
  before update on public.assistant_sessions
  for each row execute function private.touch_updated_at();

-- Sending -------------------------------------------------------------------------------------------------------------

create function private.locale_of(value text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- By its letters, Kazakh without its own ones by words that most requests have. Any other script is taken for English.
  select case
    when locale_of.value ~ '[\u0620-\u064a]' then 'ar'
    when locale_of.value ~* '[әғқңөұүһі]|(?<![[:alpha:]])(керек|жасау|жасап|дейин|кейин)(?![[:alpha:]])' then 'kk'
    when locale_of.value ~* '[а-яё]' then 'ru'
    else 'en'
  end;
$$;

create function private.lock_assistant_usage(account_id uuid)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: nobody writes the count. One row an account: whoever sends twice at once waits here, a retry too.
  insert into private.assistant_usage as u (account_id, day, messages)
  values (lock_assistant_usage.account_id, (now() at time zone 'UTC')::date, 0)
  on conflict on constraint assistant_usage_pkey do update
  set day = excluded.day, messages = case when u.day = excluded.day then u.messages else 0 end;
$$;

create function private.count_assistant_message(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above, once the row is locked.
declare
  tomorrow constant timestamptz := ((now() at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC';
  allowed constant integer := (private.setting('assistant.messages_per_day') #>> '{}')::integer;
begin
  perform private.limit_requests('assistant_messages', count_assistant_message.account_id::text);
  update private.assistant_usage as u
  set messages = u.messages + 1
  where u.account_id = count_assistant_message.account_id and u.messages < allowed;
  if not found then
    perform private.raise_error(
      'rate_limit_exceeded', 429, 'That is all for today. Try again tomorrow.',
      jsonb_build_object('retry_after', ceil(extract(epoch from tomorrow - now()))::integer, 'limit', allowed)
    );
  end if;
end;
$$;

create function private.lock_assistant_session(session_id uuid)
returns public.assistant_sessions
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for functions of this module. The account first, as its deletion does. Someone else's and a missing session are the
-- same error.
declare
  session public.assistant_sessions;
begin
  perform private.lock_accounts(private.account_id());
  select s.* into session
  from public.assistant_sessions as s
  where s.id = lock_assistant_session.session_id and s.account_id = auth.uid()
  for no key update;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such session.');
  end if;
  return session;
end;
$$;

create function private.add_assistant_message(message text, session_id uuid, client_id uuid, locale text)
returns public.assistant_messages
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: sessions and messages have no insert grant, and the limits are nobody's to read.
declare
  caller constant uuid := private.account_id();
  session public.assistant_sessions;
  kept public.assistant_messages;
begin
  perform private.check_words(add_assistant_message.message, 'message', 4000);
  if add_assistant_message.locale is not null and add_assistant_message.locale not in ('en', 'ru', 'kk', 'ar') then
    perform private.raise_error('validation_failed', 400, 'No such language.', '{"fields": {"locale": "known"}}');
  end if;
  if caller <> all (private.lock_accounts(caller)) then
    perform private.raise_error('auth_required', 401, 'This account does not exist any more.');
  end if;
  perform private.lock_assistant_usage(caller);
  if add_assistant_message.session_id is not null then
    session := private.lock_assistant_session(add_assistant_message.session_id);
  end if;
  select m.* into kept
  from public.assistant_messages as m
  where m.account_id = caller and m.client_id = add_assistant_message.client_id;
  if found then
    if kept.body <> add_assistant_message.message
      or kept.session_id <> coalesce(add_assistant_message.session_id, kept.session_id) then
      perform private.raise_error('idempotency_conflict', 409, 'This client_id was used for another message.');
    end if;
    -- One that waits for its answer has a model asked anew, which costs like another.
    if not exists (
      select from public.assistant_messages as m where m.session_id = kept.session_id and m.reply_to = kept.seq
    ) then
      perform private.count_assistant_message(caller);
    end if;
    return kept;
  end if;
  perform private.count_assistant_message(caller);
  if session.id is null then
    if (select count(*) from public.assistant_sessions as s where s.account_id = caller)
      >= (private.setting('assistant.sessions_per_account') #>> '{}')::integer then
      perform private.raise_error(
        'conflict', 409, 'You have too many sessions. Delete one first.', '{"reason": "too_many_sessions"}'
      );
    end if;
    insert into public.assistant_sessions (account_id, title, locale)
    values (
      caller, private.tidy_text(private.title_of(add_assistant_message.message), 200),
      coalesce(add_assistant_message.locale, private.locale_of(add_assistant_message.message))
    )
    returning * into session;
  -- Room for the answers, too.
  elsif (select 2 * count(*) + 2 from public.assistant_messages as m where m.session_id = session.id and m.role = 'user')
    > (private.setting('assistant.messages_per_session') #>> '{}')::integer then
    perform private.raise_error('conflict', 409, 'This session is full. Begin another.', '{"reason": "session_full"}');
  end if;
  update public.assistant_sessions as s
  set messages_count = s.messages_count + 1, last_message_at = now()
  where s.id = session.id;
  insert into public.assistant_messages (session_id, seq, account_id, client_id, role, body)
  values (session.id, session.messages_count + 1, caller, add_assistant_message.client_id, 'user', add_assistant_message.message)
  returning * into kept;
  return kept;
end;
$$;

create function public.add_assistant_message(
  message text,
  session_id uuid default null,
  client_id uuid default null,
  locale text default null
)
returns public.assistant_messages
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.add_assistant_message(message, session_id, client_id, locale);
$$;
comment on function public.add_assistant_message is
  'Keeps a message of 1 to 4,000 characters in a session of the caller''s, or in a new one without session_id; answer_assistant_message answers it. The same client_id again is the same message. locale of a new session: en, ru, kk or ar, that of the message unless told.';

-- Drafts --------------------------------------------------------------------------------------------------------------

create function private.add_facts(facts jsonb, more jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  -- Another city is not in the country of the one before.
  select case when add_facts.more ? 'city' then add_facts.facts - 'country' else add_facts.facts end || add_facts.more;
$$;

create function private.session_facts(session_id uuid, today date)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions of this module, which have looked whose it is. What the rules find in the whole conversation, over it what
-- a model has said last, over that what was said since. Of a long conversation the first message and the latest 40,000 characters.
declare
  modelled record;
  facts jsonb;
begin
  select m.seq, m.data -> 'facts' as facts into modelled
  from public.assistant_messages as m
  where m.session_id = session_facts.session_id and m.source = 'model'
  order by m.seq desc
  limit 1;
  with said as (
    select m.seq, m.body,
      -- What the rules asked for before.
      (
        select a.data ->> 'asks' from public.assistant_messages as a
        where a.session_id = m.session_id and a.seq < m.seq and a.role = 'assistant'
        order by a.seq desc
        limit 1
      ) as asked,
      sum(length(m.body)) over (order by m.seq desc) as reach
    from public.assistant_messages as m
    where m.session_id = session_facts.session_id and m.role = 'user'
  )
  select private.add_facts(
    private.add_facts(
      private.facts_in(
        coalesce(array_agg(s.body order by s.seq), '{}'), coalesce(array_agg(s.asked order by s.seq), '{}'), session_facts.today
      ),
      coalesce(modelled.facts, '{}')
    ),
    private.facts_in(
      coalesce(array_agg(s.body order by s.seq) filter (where s.seq > modelled.seq), '{}'),
      coalesce(array_agg(s.asked order by s.seq) filter (where s.seq > modelled.seq), '{}'),
      session_facts.today
    ) - '{title,description,category,task_type,skill_ids}'::text[]
  )
  into facts
  from said as s
  where s.reach <= 40000 or s.seq = 1;
  return facts;
end;
$$;

create function private.own_facts(session_id uuid, value text, today date)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads messages for the functions below, whose owner it looks at.
begin
  if own_facts.session_id is null then
    perform private.check_words(own_facts.value, 'text', 4000);
    return private.facts_in(array[own_facts.value], array[null]::text[], own_facts.today);
  end if;
  if not exists (
    select from public.assistant_sessions as s where s.id = own_facts.session_id and s.account_id = private.account_id()
  ) then
    perform private.raise_error('not_found', 404, 'There is no such session.');
  end if;
  return private.session_facts(own_facts.session_id, own_facts.today);
end;
$$;

create function private.day_here(today date)
returns date
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions of this module. The caller's day, which is never two days away from that of UTC; a clock that says
  -- otherwise is wrong.
  select case when day_here.today between u.day - 1 and u.day + 1 then day_here.today else u.day end
  from (select (now() at time zone 'UTC')::date) as u (day);
$$;

create function private.extract_task(session_id uuid, value text, today date)
returns public.task_draft
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: reads the words.
declare
  here constant date := private.day_here(extract_task.today);
begin
  perform private.account_id();
  if (extract_task.session_id is null) = (extract_task.value is null) then
    perform private.raise_error(
      'validation_failed', 400, 'This takes a session or a text.', '{"fields": {"session_id": "required", "text": "required"}}'
    );
  end if;
  return private.draft_of(private.own_facts(extract_task.session_id, extract_task.value, here), here);
end;
$$;

create function public.extract_task(session_id uuid default null, text text default null, today date default null)
returns public.task_draft
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.extract_task(session_id, extract_task.text, today);
$$;
comment on function public.extract_task is
  'A draft of a task from a session of the caller''s, or from a text of 1 to 4,000 characters. Nothing is posted. today: the caller''s day, from which tomorrow counts; that of UTC unless told, or when it is further away.';

-- Lists ---------------------------------------------------------------------------------------------------------------

create type public.assistant_session_card as (
  id uuid,
  title text,
  locale text,
  messages_count integer,
  created_at timestamptz,
  updated_at timestamptz,
  last_message_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.assistant_session_card is
  'A session of the caller''s. total: counted to 1,000 (1001 means more). cursor continues the list after this row.';

create function private.find_assistant_sessions(page_size integer, cursor text, skip integer)
returns setof public.assistant_session_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: as other lists.
declare
  caller uuid := private.account_id();
  after record;
begin
  select * into after from private.cursor_at(find_assistant_sessions.cursor);
  return query
    select s.id, s.title, s.locale, s.messages_count, s.created_at, s.updated_at, s.last_message_at,
      (select count(*) from (select from public.assistant_sessions as c where c.account_id = caller limit 1001) as counted),
      private.cursor_of(s.last_message_at, s.id)
    from public.assistant_sessions as s
    where s.account_id = caller and (after.id is null or (s.last_message_at, s.id) < (after.at, after.id))
    order by s.last_message_at desc, s.id desc
    limit private.page_size(find_assistant_sessions.page_size) offset private.skipped(find_assistant_sessions.skip);
end;
$$;

create function public.list_assistant_sessions(page_size integer default 20, cursor text default null, skip integer default 0)
returns setof public.assistant_session_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.find_assistant_sessions(page_size, cursor, skip);
$$;
comment on function public.list_assistant_sessions is 'The caller''s sessions with the assistant, the last spoken in first: 20 a page, 1-100.';

-- Grants and policies -------------------------------------------------------------------------------------------------

grant select, delete on public.assistant_sessions to authenticated;
grant select on public.assistant_messages to authenticated;
grant select on public.assistant_sessions, public.assistant_messages to service_role;

grant execute on function
  private.add_assistant_message(text, uuid, uuid, text),
  public.add_assistant_message(text, uuid, uuid, text),
  private.extract_task(uuid, text, date),
  public.extract_task(uuid, text, date),
  private.find_assistant_sessions(integer, text, integer),
  public.list_assistant_sessions(integer, text, integer)
to authenticated;

alter table public.assistant_sessions enable row level security;

alter table public.assistant_messages enable row level security;

create policy select_owner on public.assistant_sessions for select to authenticated
  using (account_id = (select auth.uid()));

create policy delete_owner on public.assistant_sessions for delete to authenticated
  using (account_id = (select auth.uid()));

create policy select_owner on public.assistant_messages for select to authenticated
  using (account_id = (select auth.uid()));
