-- The names in pushes and mails, after all that have them.

set lock_timeout = '5s';
set statement_timeout = '60s';

create function private.notification_names(account_id uuid, data jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: for the notify function, which acts for nobody. As they are now, and as far as the account may know them: what
-- the look-ups show to whoever calls is asked in its name. Mail and push services read along, so candidates are not among
-- them, nor who stands in no directory.
declare
  claims text := coalesce(current_setting('request.jwt.claims', true), '');
  entity text := data ->> 'entity_type';
  names jsonb;
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', notification_names.account_id, 'role', 'authenticated')::text, true);
  select jsonb_strip_nulls(jsonb_build_object(
    'casting', (
      select c.title from public.castings as c
      where c.id = private.uuid_in(data, 'casting_id') and exists (select from private.look_up_castings(array[c.id]))
    ),
    'task', (
      select t.title from public.tasks as t
      where t.id = private.uuid_in(data, case entity when 'task' then 'entity_id' else 'task_id' end)
        and exists (select from private.look_up_tasks(array[t.id]))
    ),
    'order', (
      select o.title from public.orders as o
      where o.id = private.uuid_in(data, 'order_id') and notification_names.account_id in (o.buyer_id, o.seller_id)
    ),
    'author', (
      select coalesce(a.full_name, a.username) from public.accounts as a
      where a.id = private.uuid_in(data, 'author_id') and a.is_listed
        and not private.is_blocked(notification_names.account_id, a.id)
    )
  )) into names;
  perform set_config('request.jwt.claims', claims, true);
  return names;
end;
$$;

create function private.uuid_in(data jsonb, key text)
returns uuid
language sql
immutable
security invoker
set search_path = ''
as $$
  -- Null for whatever is none.
  select case when data ->> key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (data ->> key)::uuid end;
$$;
