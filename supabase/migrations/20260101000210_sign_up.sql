-- Sign-up and sign-in: how a user of Auth becomes an account, and what may be asked before there is one.
-- Promises: a refusal before the user is made has a clear answer; nothing of an unconfirmed sign-up is believed once
-- somebody else could have made it; checks and sign-ins by username are counted whatever they end in.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- From auth.users to accounts -----------------------------------------------------------------------------------------

create function private.wanted_roles(metadata jsonb)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
  -- `role` (one) or `roles` (several) of the sign-up's metadata; anything else in it gives no right at all.
  select coalesce(array_agg(distinct w.role), '{}')
  from (
    select metadata ->> 'role' as role
    union all
    select jsonb_array_elements_text(case when jsonb_typeof(metadata -> 'roles') = 'array' then metadata -> 'roles' else '[]' end)
  ) as w
  where w.role is not null;
$$;

create function private.before_user_created(event jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: Auth calls this hook before it makes a user; a refusal here is the only one that can have a clear answer.
-- The message is `<code>:<field>`, which the SDK maps.
declare
  metadata jsonb := coalesce(event #> '{user,user_metadata}', '{}');
  roles text[] := private.wanted_roles(metadata);
  refusal text;
begin
  if length(metadata::text) > 8192 then
    refusal := 'validation_failed:metadata';
  elsif metadata ? 'username' and coalesce(metadata ->> 'username', '') !~ '^[A-Za-z0-9_]{3,150}$' then
    refusal := 'validation_failed:username';
  elsif exists (select from public.accounts as a where lower(a.username) = lower(metadata ->> 'username')) then
    refusal := 'duplicate:username';
  elsif not roles <@ array['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator'] then
    refusal := 'validation_failed:role';
  elsif roles @> array['candidate', 'recruiter']
    or (select count(*) from unnest(roles) as r where r in ('model', 'employer', 'agency')) > 1 then
    refusal := 'role_conflict:role';
  end if;
  if refusal is not null then
    return jsonb_build_object('error', jsonb_build_object('http_code', 422, 'message', refusal));
  end if;
  return '{}';
end;
$$;

create function private.checked(value text, is_valid boolean)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case when is_valid then value end;
$$;

create function private.create_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Auth's role. Must never raise, for then nobody could confirm an address: what the sign-up's metadata
-- holds is taken over where it is valid and left out where it is not.
declare
  m jsonb := coalesce(new.raw_user_meta_data, '{}');
  username text := private.checked(m ->> 'username', m ->> 'username' ~ '^[A-Za-z0-9_]{3,150}$');
  wanted text;
begin
  begin
    insert into public.accounts (id, username) values (new.id, username) on conflict on constraint accounts_pkey do nothing;
  exception when unique_violation then
    -- Somebody took the username between sign-up and confirmation; the owner chooses another.
    insert into public.accounts (id) values (new.id) on conflict on constraint accounts_pkey do nothing;
  end;
  if not found then
    return null;
  end if;
  update public.accounts as a
  set
    first_name = private.checked(m ->> 'first_name', private.is_clean_text(m ->> 'first_name', 1, 100)),
    last_name = private.checked(m ->> 'last_name', private.is_clean_text(m ->> 'last_name', 1, 100)),
    city = private.checked(m ->> 'city', private.is_clean_text(m ->> 'city', 1, 100)),
    country = private.checked(m ->> 'country', private.is_clean_text(m ->> 'country', 1, 100))
  where a.id = new.id;
  insert into public.account_details (account_id, phone, locale)
  values (
    new.id,
    private.checked(m ->> 'phone', m ->> 'phone' ~ '^\+?[0-9][0-9 ()-]{4,24}$'),
    coalesce(private.checked(m ->> 'locale', m ->> 'locale' in ('en', 'ru', 'kk')), 'en')
  );
  foreach wanted in array private.wanted_roles(m) loop
    if wanted in ('model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator') then
      begin
        insert into public.account_roles (account_id, role) values (new.id, wanted);
      exception when unique_violation then
        -- Two roles that exclude each other: the first one stays.
        null;
      end;
    end if;
  end loop;
  return null;
exception when others then
  raise warning 'talentbase: account of user % was not made: %', new.id, sqlerrm;
  return null;
end;
$$;

create function private.distrust_sign_up()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: runs as Auth's role. Auth keeps what the first to name an address said, password included, although the one
-- who confirms may be another. So once a second mail is asked for, nothing of the sign-up is believed any more: whoever
-- confirms chooses anew.
begin
  new.encrypted_password := '';
  new.raw_user_meta_data := jsonb_strip_nulls(jsonb_build_object('locale', new.raw_user_meta_data -> 'locale'));
  begin
    -- Auth shows it to the next one who signs up with the address.
    update auth.identities as i
    set identity_data = jsonb_strip_nulls(jsonb_build_object(
      'sub', i.identity_data -> 'sub', 'email', i.identity_data -> 'email',
      'email_verified', i.identity_data -> 'email_verified', 'phone_verified', i.identity_data -> 'phone_verified'
    ))
    where i.user_id = new.id;
  exception when others then
    raise warning 'talentbase: the identity of user % keeps what its sign-up said: %', new.id, sqlerrm;
  end;
  return new;
end;
$$;

create trigger users_distrust_sign_up
  before update of confirmation_sent_at on auth.users
  for each row
  when (
    old.email_confirmed_at is null and new.email_confirmed_at is null
    and old.confirmation_sent_at is not null and new.confirmation_sent_at is distinct from old.confirmation_sent_at
  )
  execute function private.distrust_sign_up();

create trigger users_create_account
  after insert on auth.users
  for each row
  when (new.email_confirmed_at is not null)
  execute function private.create_account();

create trigger users_confirm_account
  after update of email_confirmed_at on auth.users
  for each row
  when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function private.create_account();

-- Checks and sign-in --------------------------------------------------------------------------------------------------

create function private.check_username(username text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: asked by people without an account. Volatile, because asking is counted.
begin
  perform private.limit_requests('account_checks', private.client_address());
  if check_username.username is null or check_username.username !~ '^[A-Za-z0-9_]{3,150}$' then
    perform private.raise_error(
      'validation_failed', 400, 'A username has 3 to 150 letters, digits or underscores.', '{"fields": {"username": "format"}}'
    );
  end if;
  if exists (select from public.accounts as a where lower(a.username) = lower(check_username.username)) then
    perform private.answer_status(409);
  end if;
end;
$$;

create function public.check_username(username text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.check_username(username);
$$;
comment on function public.check_username is 'Status 204: nobody has this username; 409: somebody has. Five checks a minute and address.';

create function private.check_email(email text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above; looks into auth.users.
begin
  perform private.limit_requests('account_checks', private.client_address());
  if check_email.email is null or check_email.email !~ '^[^@[:space:]]{1,64}@[^@[:space:]]{1,255}$' then
    perform private.raise_error('validation_failed', 400, 'This is no email address.', '{"fields": {"email": "format"}}');
  end if;
  if exists (select from auth.users as u where u.email = lower(check_email.email) and u.email_confirmed_at is not null) then
    perform private.answer_status(409);
  end if;
end;
$$;

create function public.check_email(email text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.check_email(email);
$$;
comment on function public.check_email is 'Status 204: no account has this email address; 409: one has. Five checks a minute and address.';

create function private.email_for_sign_in(username text, client_ip text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the sign-in function alone, which never tells what it learns here.
declare
  budget record;
  subject text;
begin
  foreach subject in array array['ip:' || private.network_of(coalesce(client_ip, 'unknown')), 'username:' || lower(coalesce(username, ''))] loop
    select * into budget from private.requests_left('sign_ins', subject);
    if budget.remaining < 0 then
      perform private.raise_error(
        'rate_limit_exceeded', 429, 'Too many tries. Try again later.', jsonb_build_object('retry_after', budget.retry_after)
      );
    end if;
  end loop;
  return (
    select u.email
    from public.accounts as a
    join auth.users as u on u.id = a.id
    where lower(a.username) = lower(email_for_sign_in.username)
  );
end;
$$;

create function public.email_for_sign_in(username text, client_ip text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.email_for_sign_in(username, client_ip);
$$;
comment on function public.email_for_sign_in is 'Service only: the email address behind a username, for the sign-in function. Counts tries per address and username.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant usage on schema private to supabase_auth_admin;

grant execute on function private.before_user_created(jsonb) to supabase_auth_admin;

grant execute on function
  private.check_username(text),
  public.check_username(text),
  private.check_email(text),
  public.check_email(text)
to anon, authenticated;

grant execute on function private.email_for_sign_in(text, text), public.email_for_sign_in(text, text) to service_role;
