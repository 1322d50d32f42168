-- Candidate cards: what a card shows of the person behind it, and whether it is searchable.
-- Promises: a card's masks and searchability follow the person, whatever changes: a save, the account's address, a role, a
-- suspension, a setting, an admin's decision; its texts hold no contact data; it is searchable only while the profile is
-- complete, declared, available and, where the setting asks for it, approved.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Masks ---------------------------------------------------------------------------------------------------------------

create function private.mask_name(name text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- J*** D** for John Doe; a word of one letter shows nothing.
  select string_agg(
    case when length(w.word) = 1 then '*' else left(w.word, 1) || repeat('*', length(w.word) - 1) end, ' ' order by w.position
  )
  from regexp_split_to_table(name, '[[:space:]\u00a0\u2000-\u200a\u202f\u205f\u3000]+') with ordinality as w (word, position)
  where w.word <> '';
$$;

create function private.mask_phone(phone text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  select '******' || right(phone, 4);
$$;

create function private.mask_email(email text)
returns text
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  select left(email, 1) || '***@' || split_part(email, '@', -1);
$$;

create function private.holds_contact(value text)
returns boolean
language sql
immutable
strict
security invoker
set search_path = ''
as $$
  -- Addresses, links, handles, and numbers: seven digits or more with no letter between them, of which six or more are no
  -- years. So 2015 - 2019, ISO 9001:2015, ASP.NET and B.Com. may stand in a card. The SDK has the same rule for forms.
  with t as (
    select regexp_replace(
      translate(
        lower(normalize(value, nfkc)),
        -- The digits of other scripts, by the code of their zero.
        (
          select string_agg(chr(zero + digit), '' order by zero, digit)
          from unnest(array[
            1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160, 4240, 6112, 6160
          ]) as zero
          cross join generate_series(0, 9) as digit
        ),
        repeat('0123456789', 20)
      ),
      '(asp|ado|vb|ml|basic)\.net|(socket|draw)\.io', '', 'g'
    ) as text
  )
  select t.text ~ '@|[\[({] *(at|dot) *[\])}]|[a-z0-9] +at +[a-z0-9.-]+ +dot +[a-z]'
    or t.text ~ 'https?:|www\.|(^|[^a-z0-9])t\.me'
    or t.text ~ '[a-z0-9]{2,}\.(com|net|org|info|biz|in|kz|ru|uz|kg|by|io|me|co|us|uk|dev|app|ai|ee|gg|ly|xyz|site|online|link|page|tech|design|pro|studio|work|works|cv|bio|blog|live|cloud|team|space|website|agency|digital)(?![a-z0-9])'
    or t.text ~ '(telegram|whatsapp|viber|skype|wechat|snapchat|insta|instagram|facebook|twitter|linkedin|github) *(id|no)? *[:=] *[^ ]'
    or exists (
      select
      -- In lower case these are all but letters and digits.
      from regexp_matches(
        t.text,
        '[0-9](?:[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u0300-\u036f\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]*[0-9]){6,}',
        'g'
      ) as run
      where length(regexp_replace(regexp_replace(run[1], '(?<![0-9])(19|20)[0-9]{2}(?![0-9])', '', 'g'), '[^0-9]', '', 'g')) >= 6
    )
  from t;
$$;
comment on function private.holds_contact is 'True for a text that could tell how to reach somebody; such texts stay out of cards.';

-- What is missing, and what the card shows ----------------------------------------------------------------------------

create function private.missing_candidate_fields(account_id uuid)
returns text[]
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads what no client may. Fields without which a profile is not searchable.
  select coalesce(array_agg(f.name order by f.name) filter (where not f.is_there), '{}')
  from private.candidates as c
  join private.candidate_cards as d on d.id = c.card_id
  cross join lateral (
    values
      ('full_name', c.full_name is not null), ('phone', c.phone is not null), ('birth_date', d.birth_date is not null),
      ('role', d.role is not null), ('experience_years', d.experience_years is not null), ('country', d.country is not null),
      ('state', d.state is not null), ('city', d.city is not null), ('skills', d.skills <> '{}'),
      ('education', c.education is not null or exists (select from private.candidate_educations as e where e.account_id = c.account_id)),
      (
        'work_experience',
        c.work_experience is not null or exists (select from private.candidate_experiences as x where x.account_id = c.account_id)
      ),
      ('resume_path', c.resume_path is not null)
  ) as f (name, is_there)
  where c.account_id = missing_candidate_fields.account_id;
$$;

create function private.sync_candidate_card(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above. Brings masks, degrees and is_searchable up to date with the person, and waits for whoever changes it.
declare
  person private.candidates;
  searchable boolean;
begin
  select c.* into person from private.candidates as c where c.account_id = sync_candidate_card.account_id for update;
  if not found then
    return;
  end if;
  searchable := person.declared_at is not null
    and person.is_available_for_hiring
    and person.rejection_reason is null
    and (person.approved_at is not null or not (private.setting('candidates.approval_required') #>> '{}')::boolean)
    and private.missing_candidate_fields(person.account_id) = '{}'
    and exists (select from public.account_roles as r where r.account_id = person.account_id and r.role = 'candidate')
    and private.is_active_account(person.account_id);
  update private.candidate_cards as d
  set
    masked_name = private.mask_name(person.full_name),
    masked_phone = private.mask_phone(person.phone),
    masked_email = private.mask_email((select u.email from auth.users as u where u.id = person.account_id)),
    has_resume = person.resume_path is not null,
    has_video = person.video_path is not null,
    degrees = array(
      select e.degree from private.candidate_educations as e where e.account_id = person.account_id
      union
      select o.name
      from public.reference_options as o
      where o.type = 'education'
        and person.education ~* ('(^|[^[:alnum:]])' || regexp_replace(o.name, '([.\\+*?\[\](){}^$|])', '\\\1', 'g') || '($|[^[:alnum:]])')
    ),
    is_searchable = searchable,
    listed_on = case when searchable then coalesce(d.listed_on, (now() at time zone 'UTC')::date) else d.listed_on end
  where d.id = person.card_id;
end;
$$;

create function private.sync_candidate_of_row()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Auth's role too, and must not stop it. Argument: the column with the account's id.
begin
  perform private.sync_candidate_card((coalesce(to_jsonb(new), to_jsonb(old)) ->> tg_argv[0])::uuid);
  return null;
exception when others then
  if tg_table_schema <> 'auth' then
    raise;
  end if;
  raise warning 'talentbase: the card of user % keeps its mask: %', new.id, sqlerrm;
  return null;
end;
$$;

create trigger users_sync_candidate
  after update of email on auth.users
  for each row
  when (old.email is distinct from new.email)
  execute function private.sync_candidate_of_row('id');

create trigger account_roles_sync_candidate
  after delete on public.account_roles
  for each row
  when (old.role = 'candidate')
  execute function private.sync_candidate_of_row('account_id');

create trigger suspensions_sync_candidate
  after insert or delete on private.suspensions
  for each row execute function private.sync_candidate_of_row('account_id');

create function private.clear_candidate_file()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Storage's role. Whoever owns a file that is in use cannot delete it; an admin in Studio can.
declare
  account_id uuid;
begin
  if old.bucket_id = 'resumes' then
    update private.candidates as c set resume_path = null where c.resume_path = old.name returning c.account_id into account_id;
  elsif old.bucket_id = 'videos' then
    update private.candidates as c set video_path = null where c.video_path = old.name returning c.account_id into account_id;
  else
    update private.candidate_cards as d set picture_path = null where d.picture_path = old.name;
  end if;
  perform private.sync_candidate_card(account_id);
  return null;
end;
$$;

create trigger objects_clear_candidate_file
  after delete on storage.objects
  for each row
  when (old.bucket_id in ('resumes', 'videos', 'cards'))
  execute function private.clear_candidate_file();

create function private.sync_candidates()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: the setting says of every candidate whether they are found. Who saves meanwhile waits, and reads the new one. In
-- the order in which unlocks lock cards.
begin
  lock table private.candidates in exclusive mode;
  perform private.sync_candidate_card(c.account_id) from private.candidates as c where c.declared_at is not null order by c.card_id;
  return null;
end;
$$;

create trigger settings_sync_candidates
  after update of value on private.settings
  for each row
  when (new.key = 'candidates.approval_required' and old.value is distinct from new.value)
  execute function private.sync_candidates();

-- Approval ------------------------------------------------------------------------------------------------------------

create function private.approve_candidate(account_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only.
begin
  update private.candidates as c
  set approved_at = now(), rejection_reason = null
  where c.account_id = approve_candidate.account_id and c.declared_at is not null;
  if not found then
    raise exception 'candidate % has handed nothing in', approve_candidate.account_id using errcode = 'no_data_found';
  end if;
  perform private.sync_candidate_card(approve_candidate.account_id);
  perform private.tell_of_verification(approve_candidate.account_id, 'candidate', 'approved');
end;
$$;
comment on function private.approve_candidate is 'For admins: recruiters may find this candidate; they are told.';

create function private.reject_candidate(account_id uuid, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: called by admins in SQL only. Whatever the setting says, who was rejected is not found until approved.
begin
  if private.is_clean_text(reject_candidate.reason, 1, 2000) is not true then
    raise exception 'a rejection says why' using errcode = 'invalid_parameter_value';
  end if;
  update private.candidates as c
  set approved_at = null, rejection_reason = reject_candidate.reason
  where c.account_id = reject_candidate.account_id and c.declared_at is not null;
  if not found then
    raise exception 'candidate % has handed nothing in', reject_candidate.account_id using errcode = 'no_data_found';
  end if;
  perform private.sync_candidate_card(reject_candidate.account_id);
  perform private.tell_of_verification(reject_candidate.account_id, 'candidate', 'rejected');
end;
$$;
comment on function private.reject_candidate is 'For admins: hides the candidate, with a reason that the candidate reads.';
