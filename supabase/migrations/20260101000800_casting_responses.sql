-- Responses: models answer castings, or an agency does for a model it represents; owners decide.
-- pending, viewed, shortlisted, accepted, rejected by the casting's owner; withdrawn by the model. The tables are the
-- castings module's; here are the functions that move them.
-- Promises: one response a model and casting; a response uses up one of the plan's month, also when many are sent at
-- once, and nothing gives it back; accepting never goes past models_needed; the other side is told in the same transaction.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Responding ----------------------------------------------------------------------------------------------------------

create function private.respond_to_casting(
  casting_id uuid,
  message text,
  portfolio_links text[],
  proposed_rate bigint,
  model_id uuid,
  idempotency_key uuid
)
returns public.casting_responses
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: writes the response, the quota, the casting's counter and the owner's notification in one transaction.
declare
  caller uuid := private.account_id();
  responding uuid := coalesce(model_id, auth.uid());
  agency public.organizations;
  -- Whose quota it is.
  payer uuid := caller;
  kept jsonb;
  casting public.castings;
  response public.casting_responses;
begin
  if responding = caller then
    perform private.require_role('model');
  else
    agency := private.agency_of_caller(responding);
    -- Who ends the representation or removes the member waits for this. The account first, as its deletion does.
    perform from public.accounts as a where a.id = responding for key share;
    perform from public.representations as r
    join public.organization_members as m on m.organization_id = r.organization_id
    where r.organization_id = agency.id and r.model_id = responding and r.status = 'active' and m.account_id = caller
    for share of r, m;
    if not found then
      perform private.raise_error('not_found', 404, 'You represent no such model.');
    end if;
    payer := agency.owner_id;
  end if;
  kept := private.claim_idempotency_key(
    'respond_to_casting', idempotency_key,
    jsonb_build_object(
      'casting_id', casting_id, 'message', message, 'portfolio_links', portfolio_links, 'proposed_rate', proposed_rate,
      'model_id', responding
    )
  );
  if kept is not null then
    return jsonb_populate_record(null::public.casting_responses, kept);
  end if;

  if not coalesce(private.is_clean_text(message, 1, 5000), true)
    or not coalesce(private.are_web_urls(portfolio_links, 10), true)
    or not coalesce(proposed_rate between 0 and 1000000000000, true) then
    perform private.raise_error(
      'validation_failed', 400, 'The response has fields that are not right.',
      jsonb_build_object('fields', jsonb_strip_nulls(jsonb_build_object(
        'message', case when not private.is_clean_text(message, 1, 5000) then 'length' end,
        'portfolio_links', case when not private.are_web_urls(portfolio_links, 10) then 'format' end,
        'proposed_rate', case when not proposed_rate between 0 and 1000000000000 then 'range' end
      )))
    );
  end if;

  select c.* into casting from public.castings as c where c.id = respond_to_casting.casting_id for update;
  if casting.id is null
    or (casting.status <> 'active' and casting.id not in (select private.kept_casting_ids()))
    or private.is_blocked(casting.owner_id, caller)
    or private.is_blocked(casting.owner_id, responding) then
    perform private.raise_error('not_found', 404, 'There is no such casting.');
  end if;
  if exists (
    select from public.casting_responses as r
    where r.casting_id = casting.id and r.model_id = responding
  ) then
    perform private.raise_error('duplicate', 409, 'You have responded to this casting.');
  end if;
  if not private.is_open(
    casting.owner_id, casting.status, casting.models_needed, casting.accepted_count, casting.response_deadline
  ) then
    perform private.raise_error('casting_closed', 409, 'This casting takes no more responses.');
  end if;
  if not private.use_entitlement(payer, 'casting_responses') then
    if payer <> caller then
      -- The plan and the use of it are the owner's alone.
      perform private.raise_error(
        'quota_exceeded', 403, 'The agency''s plan does not allow more of this.',
        jsonb_build_object('entitlement_id', 'casting_responses', 'organization_id', agency.id)
      );
    end if;
    perform private.raise_quota_exceeded(payer, 'casting_responses');
  end if;
  insert into public.casting_responses (casting_id, model_id, responded_by, message, portfolio_links, proposed_rate, currency)
  values (casting.id, responding, caller, message, coalesce(portfolio_links, '{}'), proposed_rate, casting.currency)
  returning * into response;
  if responding <> caller then
    perform private.notify(
      responding, 'response_status_change',
      jsonb_build_object(
        'casting_id', casting.id, 'response_id', response.id, 'status', response.status, 'organization_id', agency.id
      )
    );
    perform private.audit(
      'casting_response.create', 'account', responding::text,
      jsonb_build_object('organization_id', agency.id, 'casting_id', casting.id, 'response_id', response.id)
    );
  end if;
  perform private.notify(
    casting.owner_id, 'new_response', jsonb_build_object('casting_id', casting.id, 'response_id', response.id)
  );
  perform private.keep_idempotent_answer('respond_to_casting', idempotency_key, to_jsonb(response));
  return response;
end;
$$;

create function public.respond_to_casting(
  casting_id uuid,
  message text default null,
  portfolio_links text[] default '{}',
  proposed_rate bigint default null,
  model_id uuid default null,
  idempotency_key uuid default null
)
returns public.casting_responses
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.respond_to_casting(casting_id, message, portfolio_links, proposed_rate, model_id, idempotency_key);
$$;
comment on function public.respond_to_casting is
  'Models, and agencies for a model_id they represent; active castings only, one response a casting and model (duplicate, 409); uses one of the casting_responses of the month, of the plan of the model or of the agency''s owner (quota_exceeded, 403). Up to 10 links. With an idempotency_key a repeated call answers the first response again.';

-- Deciding ------------------------------------------------------------------------------------------------------------

create function private.move_response(response_id uuid, status text, actor text)
returns public.casting_responses
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: status is in no column grant. Locks the casting first, as responding does.
declare
  response public.casting_responses;
  casting public.castings;
  agency_id uuid;
begin
  select r.* into response
  from public.casting_responses as r
  join public.castings as c on c.id = r.casting_id
  where r.id = move_response.response_id
    and case move_response.actor when 'owner' then c.owner_id = private.account_id() else private.acts_for(r.model_id) end;
  if not found then
    perform private.raise_error('not_found', 404, 'There is no such response.');
  end if;
  select c.* into casting from public.castings as c where c.id = response.casting_id for update;
  select r.* into response from public.casting_responses as r where r.id = response.id for update;

  if not exists (
    select from private.casting_response_transitions as t
    where t.from_status = response.status and t.to_status = move_response.status and t.actor = move_response.actor
  ) then
    if move_response.status is null or not exists (
      select from private.casting_response_transitions as t
      where t.to_status = move_response.status and t.actor = move_response.actor
    ) then
      perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
    end if;
    perform private.raise_error(
      'invalid_transition', 409, 'A response cannot go from this status to that one.',
      jsonb_build_object('from', response.status, 'to', move_response.status)
    );
  end if;
  if casting.status <> 'active' then
    perform private.raise_error('casting_closed', 409, 'This casting is over.');
  end if;
  if move_response.status = 'accepted' and casting.accepted_count >= casting.models_needed then
    perform private.raise_error(
      'casting_full', 409, 'As many models as this casting needs are accepted.',
      jsonb_build_object('models_needed', casting.models_needed)
    );
  end if;

  update public.casting_responses as r set status = move_response.status where r.id = response.id returning r.* into response;
  perform private.notify(
    case move_response.actor when 'owner' then response.model_id else casting.owner_id end,
    'response_status_change',
    jsonb_build_object('casting_id', casting.id, 'response_id', response.id, 'status', response.status)
  );
  -- The agency that responded for the model hears of it too, while it speaks for them.
  if response.responded_by not in (response.model_id, auth.uid()) and exists (
    select from public.organization_members as m
    join public.representations as p on p.organization_id = m.organization_id and p.status = 'active'
    where m.account_id = response.responded_by and p.model_id = response.model_id
  ) then
    perform private.notify(
      response.responded_by, 'response_status_change',
      jsonb_build_object('casting_id', casting.id, 'response_id', response.id, 'status', response.status)
    );
  end if;
  if move_response.actor = 'model' and response.model_id <> auth.uid() then
    agency_id := (private.agency_of_caller(response.model_id)).id;
    perform private.notify(
      response.model_id, 'response_status_change',
      jsonb_build_object(
        'casting_id', casting.id, 'response_id', response.id, 'status', response.status, 'organization_id', agency_id
      )
    );
    perform private.audit(
      'casting_response.withdraw', 'account', response.model_id::text,
      jsonb_build_object('organization_id', agency_id, 'response_id', response.id)
    );
  end if;
  return response;
end;
$$;

create function private.set_response_status(response_id uuid, status text)
returns public.casting_responses
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above; the actor is fixed here, not chosen by a client.
  select private.move_response(response_id, status, 'owner');
$$;

create function public.set_response_status(response_id uuid, status text)
returns public.casting_responses
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_response_status(response_id, status);
$$;
comment on function public.set_response_status is
  'The casting''s owner only: pending, viewed, shortlisted, accepted or rejected, while the casting is active; the model is told. casting_full (409) past models_needed.';

create function private.withdraw_response(response_id uuid)
returns public.casting_responses
language sql
volatile
security definer
set search_path = ''
as $$
  -- Definer: as above.
  select private.move_response(response_id, 'withdrawn', 'model');
$$;

create function public.withdraw_response(response_id uuid)
returns public.casting_responses
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.withdraw_response(response_id);
$$;
comment on function public.withdraw_response is 'The model, or an agency that represents them: takes a response back. Quota used for it does not come back.';

-- Reading responses ---------------------------------------------------------------------------------------------------

create type public.response_card as (
  id uuid,
  casting_id uuid,
  casting_title text,
  casting_status text,
  applicant_id uuid,
  applicant_name text,
  applicant_photo_path text,
  applicant_age integer,
  applicant_height integer,
  applicant_city text,
  applicant_rating numeric,
  message text,
  portfolio_links text[],
  proposed_rate bigint,
  currency text,
  status text,
  applied_at timestamptz,
  updated_at timestamptz,
  total bigint,
  cursor text
);
comment on type public.response_card is
  'A response with its casting and its applicant''s card. applicant_photo_path: in the bucket `photos`. applicant_rating: null before the first review. total: counted to 1,000 (1001 means more).';

create function private.find_responses(
  casting_id uuid,
  model_id uuid,
  status text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.response_card
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
-- Definer: puts in names, photo and age, whose tables are their owners'. Called for one's own castings or responses only.
declare
  conditions text := 'true';
  after record;
begin
  if find_responses.status not in ('pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn') then
    perform private.raise_error('validation_failed', 400, 'No such status.', '{"fields": {"status": "known"}}');
  end if;
  select * into after from private.cursor_at(find_responses.cursor);
  if find_responses.casting_id is not null then
    conditions := conditions || ' and r.casting_id = $1';
  end if;
  if find_responses.model_id is not null then
    conditions := conditions || ' and r.model_id = $2';
  end if;
  if find_responses.status is not null then
    conditions := conditions || ' and r.status = $3';
  end if;
  return query execute
    'select r.id, r.casting_id, c.title, c.status, r.model_id,
       coalesce(m.name, a.full_name, a.username), p.path, private.age(m.birth_date), m.height, coalesce(m.city, a.city), m.rating,
       r.message, r.portfolio_links, r.proposed_rate, r.currency, r.status, r.created_at, r.updated_at,
       (select count(*) from (select from public.casting_responses r where ' || conditions || ' limit 1001) as counted),
       private.cursor_of(r.created_at, r.id)
     from (
       select r.* from public.casting_responses r
       where ' || conditions || case when after.at is not null then ' and (r.created_at, r.id) < ($4, $5)' else '' end || '
       order by r.created_at desc, r.id desc
       limit $6 offset $7
     ) as r
     join public.castings c on c.id = r.casting_id
     join public.accounts a on a.id = r.model_id
     left join public.model_profiles m on m.account_id = r.model_id
     left join public.photos p on p.account_id = r.model_id and p.is_main
     order by r.created_at desc, r.id desc'
    using casting_id, model_id, status, after.at, after.id, private.page_size(page_size), private.skipped(skip);
end;
$$;

create function private.list_casting_responses(
  casting_id uuid,
  status text,
  page_size integer,
  cursor text,
  skip integer
)
returns setof public.response_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if not exists (
    select from public.castings as c
    where c.id = list_casting_responses.casting_id and c.owner_id = private.account_id()
  ) then
    perform private.raise_error('not_found', 404, 'There is no such casting.');
  end if;
  return query select * from private.find_responses(casting_id, null, status, page_size, cursor, skip);
end;
$$;

create function public.list_casting_responses(
  casting_id uuid,
  status text default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.response_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.list_casting_responses(casting_id, status, page_size, cursor, skip);
$$;
comment on function public.list_casting_responses is
  'The casting''s owner only (not_found, 404, for others): its responses, newest first, each with the applicant''s card.';

create function private.list_my_responses(model_id uuid, status text, page_size integer, cursor text, skip integer)
returns setof public.response_card
language plpgsql
stable
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  if not private.acts_for(coalesce(model_id, private.account_id())) then
    perform private.raise_error('not_found', 404, 'You represent no such model.');
  end if;
  return query select * from private.find_responses(null, coalesce(model_id, auth.uid()), status, page_size, cursor, skip);
end;
$$;

create function public.list_my_responses(
  status text default null,
  model_id uuid default null,
  page_size integer default 20,
  cursor text default null,
  skip integer default 0
)
returns setof public.response_card
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.list_my_responses(model_id, status, page_size, cursor, skip);
$$;
comment on function public.list_my_responses is 'The caller''s own responses, or those of a model they represent (not_found, 404, for others), newest first: 20 a page, 1-100.';

-- Grants --------------------------------------------------------------------------------------------------------------

grant execute on function
  private.respond_to_casting(uuid, text, text[], bigint, uuid, uuid),
  public.respond_to_casting(uuid, text, text[], bigint, uuid, uuid),
  private.set_response_status(uuid, text), public.set_response_status(uuid, text),
  private.withdraw_response(uuid), public.withdraw_response(uuid),
  private.list_casting_responses(uuid, text, integer, text, integer),
  public.list_casting_responses(uuid, text, integer, text, integer),
  private.list_my_responses(uuid, text, integer, text, integer), public.list_my_responses(text, uuid, integer, text, integer)
to authenticated;
