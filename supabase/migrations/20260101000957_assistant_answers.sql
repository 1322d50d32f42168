-- Assistant answers: how a message is answered, by what the rules ask for or by what a model has said.
-- Promises: a message is answered once; what a model says becomes no more than a draft, and passes the same gate as what the rules find.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Answering -----------------------------------------------------------------------------------------------------------

create function private.model_facts(draft jsonb)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions of this module. What a model has said of a task, under our names: amounts in major units, skills by
  -- name. draft_of looks at each.
  select jsonb_strip_nulls(jsonb_build_object(
    'title', left(d.value ->> 'title', 1000),
    'description', left(d.value ->> 'description', 20000),
    'category', left(d.value ->> 'category', 100),
    'task_type', left(d.value ->> 'task_type', 20),
    'amount', left(d.value ->> 'budget', 20),
    'currency', left(d.value ->> 'currency', 10),
    'deadline', left(d.value ->> 'deadline', 20),
    'city', left(d.value ->> 'city', 200),
    'country', left(d.value ->> 'country', 200),
    'skill_ids', (
      select jsonb_agg(s.id order by s.id)
      from public.skills as s
      where lower(s.name) in (
        select lower(left(n.name, 100))
        from jsonb_array_elements_text(case when jsonb_typeof(d.value -> 'skills') = 'array' then d.value -> 'skills' else '[]' end)
          with ordinality as n (name, place)
        where n.place <= 50
      )
    )
  ))
  from (select case when jsonb_typeof(model_facts.draft) = 'object' then model_facts.draft else '{}' end) as d (value);
$$;

create function private.sound_facts(facts jsonb, today date)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: for functions of this module. Those of the facts that pass the gate by themselves: one that does not leaves what the
  -- rules have found.
  select coalesce(jsonb_object_agg(f.key, f.value), '{}')
  from private.draft_of(sound_facts.facts, sound_facts.today) as d
  cross join lateral jsonb_each(
    jsonb_strip_nulls(to_jsonb(d)) || case when d.budget is null then '{}' else jsonb_build_object('amount', sound_facts.facts -> 'amount') end
  ) as f (key, value)
  where sound_facts.facts ? f.key;
$$;

create function private.say_what_lacks(draft public.task_draft, session public.assistant_sessions)
returns text
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: for functions of this module; reads the texts. One thing at a time, in the language of the session.
declare
  lacking constant text := draft.missing[1];
  choices text;
  told text;
begin
  if lacking = 'category' then
    select string_agg(
      case session.locale when 'ru' then coalesce(c.name_ru, c.name) when 'kk' then coalesce(c.name_kk, c.name) else c.name end, ', '
      order by p.points desc, p.place, c.slug
    ) into choices
    from (
      select q.* from private.category_points(draft.description) as q order by q.points desc, q.place, q.category limit 3
    ) as p
    join public.categories as c on c.slug = p.category;
  end if;
  select t.body into told
  from private.assistant_texts as t
  where t.locale = session.locale and t.key = case
    when lacking is null then 'complete'
    when lacking in ('title', 'description') then 'description'
    when lacking = 'category' and strpos(choices, ', ') > 0 then 'choose_category'
    else lacking
  end;
  told := replace(replace(told, '{choices}', coalesce(choices, '')), '{budget}', concat_ws(
    ' ', private.in_major_units(draft.budget, draft.currency), draft.currency
  ));
  -- Last: it is the caller's own text.
  return replace(told, '{title}', coalesce(draft.title, ''));
end;
$$;

create function private.answer_assistant_message(session_id uuid, seq integer, answer jsonb, today date)
returns public.assistant_messages
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: sessions and messages have no insert grant. answer is what a model has said: { reply, draft }, whoever passes it on;
-- without one, or without a reply in it, the rules answer.
declare
  here constant date := private.day_here(answer_assistant_message.today);
  session constant public.assistant_sessions := private.lock_assistant_session(answer_assistant_message.session_id);
  said text := private.tidy_text(left(answer ->> 'reply', 20000), 4000);
  modelled jsonb := '{}';
  facts jsonb;
  draft public.task_draft;
  reply public.assistant_messages;
begin
  select m.* into reply
  from public.assistant_messages as m
  where m.session_id = session.id and m.reply_to = answer_assistant_message.seq;
  if found then
    return reply;
  end if;
  if not exists (
    select from public.assistant_messages as m
    where m.session_id = session.id and m.seq = answer_assistant_message.seq and m.role = 'user'
  ) then
    perform private.raise_error('not_found', 404, 'There is no such message.');
  end if;
  facts := private.session_facts(session.id, here);
  if said is not null then
    modelled := private.sound_facts(private.model_facts(answer_assistant_message.answer -> 'draft'), here);
    facts := private.add_facts(facts, modelled);
  end if;
  draft := private.draft_of(facts, here);
  update public.assistant_sessions as s
  set messages_count = s.messages_count + 1, last_message_at = now()
  where s.id = session.id;
  insert into public.assistant_messages (session_id, seq, account_id, role, body, reply_to, source, data)
  values (
    session.id, session.messages_count + 1, session.account_id, 'assistant', coalesce(said, private.say_what_lacks(draft, session)),
    answer_assistant_message.seq, case when said is null then 'rules' else 'model' end,
    jsonb_build_object('draft', to_jsonb(draft) - 'missing', 'missing', draft.missing)
      || case
        when said is null then jsonb_build_object('asks', draft.missing[1])
        -- For the next turn.
        else jsonb_build_object('asks', null, 'facts', modelled)
      end
  )
  returning * into reply;
  return reply;
end;
$$;

create function public.answer_assistant_message(
  session_id uuid,
  seq integer,
  answer jsonb default null,
  today date default null
)
returns public.assistant_messages
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.answer_assistant_message(session_id, seq, answer, today);
$$;
comment on function public.answer_assistant_message is
  'The assistant''s answer to a message of the caller''s, once: by the rules, or with what a model has said: { reply, draft }. Asking again answers the same.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.answer_assistant_message(uuid, integer, jsonb, date),
  public.answer_assistant_message(uuid, integer, jsonb, date)
to authenticated;
