-- Me: what an app needs of its own account, in one call, and everything an account may take along.
-- Stands last, because it looks into every module.

set lock_timeout = '5s';
set statement_timeout = '60s';

create type public.me as (
  id uuid,
  email text,
  email_verified boolean,
  username text,
  first_name text,
  last_name text,
  full_name text,
  avatar_path text,
  bio text,
  phone text,
  city text,
  country text,
  locale text,
  role text,
  roles text[],
  user_type text,
  is_verified boolean,
  has_model_profile boolean,
  has_employer_profile boolean,
  has_creator_profile boolean,
  has_freelancer_profile boolean,
  has_client_profile boolean,
  has_candidate_profile boolean,
  has_recruiter_profile boolean,
  plan text,
  plan_expires_at timestamptz,
  unread_notifications integer,
  created_at timestamptz
);
comment on type public.me is 'The caller''s own account. role: the first of roles, null until one is chosen. plan: of the casting product.';

create function private.me()
returns setof public.me
language sql
stable
security definer
rows 1
set search_path = ''
as $$
  -- Definer: reads the email from auth.users.
  select
    a.id, u.email, true, a.username, a.first_name, a.last_name, a.full_name, a.avatar_path, a.bio, d.phone, a.city, a.country,
    d.locale, r.roles[1], r.roles, private.user_type(r.roles), a.is_verified,
    exists (select from public.model_profiles as m where m.account_id = a.id),
    exists (select from public.employer_profiles as e where e.account_id = a.id),
    exists (select from public.creator_profiles as c where c.account_id = a.id),
    exists (select from public.freelancer_profiles as f where f.account_id = a.id),
    exists (select from public.client_profiles as c where c.account_id = a.id),
    exists (select from private.candidates as c where c.account_id = a.id and c.started_at is not null),
    exists (select from public.recruiter_profiles as h where h.account_id = a.id),
    s.plan, s.expires_at, n.unread, a.created_at
  from public.accounts as a
  join auth.users as u on u.id = a.id
  join public.account_details as d on d.account_id = a.id
  cross join lateral (
    select coalesce(array_agg(o.role order by o.created_at, o.role), '{}') as roles
    from public.account_roles as o
    where o.account_id = a.id
  ) as r
  cross join private.my_subscription() as s
  cross join public.notification_count() as n
  where a.id = private.account_id();
$$;

create function public.me()
returns setof public.me
language sql
stable
security invoker
rows 1
set search_path = ''
as $$
  select * from private.me();
$$;
comment on function public.me is 'The caller''s own account with roles, plan and unread notifications; auth_required (401) for nobody.';

create function private.export_account()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Definer: reads the email from auth.users and what is in private. A module that keeps personal data
  -- adds its part here.
  select jsonb_build_object(
    'exported_at', now(),
    'account', (select to_jsonb(m) from private.me() as m),
    'devices', (select coalesce(jsonb_agg(to_jsonb(d) - 'token'), '[]') from public.devices as d where d.account_id = private.account_id()),
    'employer_profile', (select to_jsonb(e) from public.employer_profiles as e where e.account_id = private.account_id()),
    'model_profile', (select to_jsonb(m) from public.model_profiles as m where m.account_id = private.account_id()),
    'photos', (select coalesce(jsonb_agg(to_jsonb(p) order by p.position), '[]') from public.photos as p where p.account_id = private.account_id()),
    'blocks', (select coalesce(jsonb_agg(to_jsonb(b) order by b.created_at), '[]') from public.blocks as b where b.account_id = private.account_id()),
    'reports', (select coalesce(jsonb_agg(to_jsonb(r) order by r.created_at), '[]') from public.reports as r where r.account_id = private.account_id()),
    'catalog_proposals', (select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at), '[]') from public.catalog_proposals as p where p.account_id = private.account_id()),
    'organizations', (select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at), '[]') from public.organizations as o where o.owner_id = private.account_id()),
    'organization_members', (select coalesce(jsonb_agg(to_jsonb(m) order by m.created_at), '[]') from public.organization_members as m where m.account_id = private.account_id()),
    'organization_invitations', (
      select coalesce(jsonb_agg(to_jsonb(i) - 'invited_by' order by i.created_at), '[]')
      from public.organization_invitations as i
      where i.email = private.account_email()
    ),
    'organization_followers', (select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at), '[]') from public.organization_followers as f where f.account_id = private.account_id()),
    'representations', (
      select coalesce(jsonb_agg(to_jsonb(r) - 'invited_by' order by r.created_at), '[]')
      from public.representations as r
      where r.model_id = private.account_id()
    ),
    'model_work_experiences', (select coalesce(jsonb_agg(to_jsonb(x) order by x.start_date), '[]') from public.model_work_experiences as x where x.account_id = private.account_id()),
    'creator_profile', (select to_jsonb(c) from public.creator_profiles as c where c.account_id = private.account_id()),
    'freelancer_profile', (select to_jsonb(f) from public.freelancer_profiles as f where f.account_id = private.account_id()),
    'client_profile', (select to_jsonb(c) from public.client_profiles as c where c.account_id = private.account_id()),
    'recruiter_profile', (select to_jsonb(h) from public.recruiter_profiles as h where h.account_id = private.account_id()),
    -- private.candidates with its rows and card.
    'candidate_profile', (select to_jsonb(c) from private.my_candidate() as c),
    'candidate_unlocks', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'candidate_id', u.card_id, 'paid_from', u.paid_from, 'credits', u.credits, 'unlocked_at', u.unlocked_at, 'refunded_at', u.refunded_at
      ) order by u.unlocked_at), '[]')
      from private.candidate_unlocks as u
      where u.recruiter_id = private.account_id()
    ),
    -- Which companies know how to reach the caller, since when.
    'unlocked_by', (
      select coalesce(jsonb_agg(jsonb_build_object('company', o.name, 'unlocked_at', u.unlocked_at) order by u.unlocked_at), '[]')
      from private.candidates as c
      join private.candidate_unlocks as u on u.card_id = c.card_id
      left join public.organizations as o on o.id = u.organization_id
      where c.account_id = private.account_id()
    ),
    'candidate_notes', (select coalesce(jsonb_agg(to_jsonb(n) order by n.created_at), '[]') from public.candidate_notes as n where n.account_id = private.account_id()),
    'candidate_follow_ups', (select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at), '[]') from public.candidate_follow_ups as f where f.account_id = private.account_id()),
    'pipeline_moves', (
      select coalesce(jsonb_agg(to_jsonb(m) - 'moved_by' order by m.id), '[]')
      from private.pipeline_moves as m
      where m.moved_by = private.account_id()
    ),
    'pipeline_candidates', (
      select coalesce(jsonb_agg(to_jsonb(p) - 'added_by' order by p.created_at), '[]')
      from private.pipeline_candidates as p
      where p.added_by = private.account_id()
    ),
    'account_skills', (select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at), '[]') from public.account_skills as s where s.account_id = private.account_id()),
    'portfolio_items', (select coalesce(jsonb_agg(to_jsonb(i) order by i.created_at), '[]') from public.portfolio_items as i where i.account_id = private.account_id()),
    'portfolio_images', (select coalesce(jsonb_agg(to_jsonb(m) order by m.created_at), '[]') from public.portfolio_images as m where m.account_id = private.account_id()),
    'favorites', (select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at), '[]') from public.favorites as f where f.account_id = private.account_id()),
    'promotions', (select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at), '[]') from public.promotions as p where coalesce(p.model_id, p.account_id) = private.account_id()),
    'casting_files', (select coalesce(jsonb_agg(to_jsonb(c) order by c.created_at), '[]') from public.casting_files as c where c.account_id = private.account_id()),
    'castings', (select coalesce(jsonb_agg(to_jsonb(c) order by c.created_at), '[]') from public.castings as c where c.owner_id = private.account_id()),
    'casting_responses', (select coalesce(jsonb_agg(to_jsonb(r) - 'responded_by' order by r.created_at), '[]') from public.casting_responses as r where r.model_id = private.account_id()),
    'tasks', (select coalesce(jsonb_agg(to_jsonb(t) order by t.created_at), '[]') from public.tasks as t where t.owner_id = private.account_id()),
    'task_applications', (select coalesce(jsonb_agg(to_jsonb(a) order by a.created_at), '[]') from public.task_applications as a where a.freelancer_id = private.account_id()),
    'services', (select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at), '[]') from public.services as s where s.owner_id = private.account_id()),
    'service_options', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at), '[]')
      from public.services as s
      join public.service_options as o on o.service_id = s.id
      where s.owner_id = private.account_id()
    ),
    -- Of what two share, one's own side stands for both ids.
    'orders', (
      select coalesce(jsonb_agg(to_jsonb(o) - 'buyer_id' - 'seller_id' || jsonb_build_object('side', private.side_of_order(o)) order by o.created_at), '[]')
      from public.orders as o
      where private.account_id() in (o.buyer_id, o.seller_id)
    ),
    'order_deliveries', (select coalesce(jsonb_agg(to_jsonb(d) order by d.created_at), '[]') from public.order_deliveries as d where d.account_id = private.account_id()),
    'order_revisions', (select coalesce(jsonb_agg(to_jsonb(r) order by r.created_at), '[]') from public.order_revisions as r where r.account_id = private.account_id()),
    'escrows', (
      select coalesce(jsonb_agg(
        to_jsonb(e) - 'ledger_account_id' - 'payer_id' - 'payee_id' - 'disputed_by' || jsonb_build_object('side', private.side_of(e))
        order by e.created_at
      ), '[]')
      from private.escrows as e
      where private.account_id() in (e.payer_id, e.payee_id)
    ),
    'reviews', (
      select coalesce(jsonb_agg(
        to_jsonb(r) - 'author_id' - 'subject_id' || jsonb_build_object('is_written', r.author_id is not distinct from private.account_id())
        order by r.created_at
      ), '[]')
      from public.reviews as r
      where r.author_id = private.account_id()
        or (r.subject_id = private.account_id() and r.published_at is not null and r.removed_at is null)
    ),
    'notifications', (select coalesce(jsonb_agg(to_jsonb(n) || jsonb_build_object('data', n.data - 'author_id') order by n.id), '[]') from public.notifications as n where n.account_id = private.account_id()),
    'notification_preferences', (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from public.notification_preferences as p where p.account_id = private.account_id()),
    'subscriptions', (select coalesce(jsonb_agg(to_jsonb(s) - 'approved_by' order by s.created_at), '[]') from public.subscriptions as s where s.account_id = private.account_id())
  -- A call takes 50 of them.
  ) || jsonb_build_object(
    'notification_settings', (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from public.notification_settings as s where s.account_id = private.account_id()),
    'saved_searches', (select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at), '[]') from public.saved_searches as s where s.account_id = private.account_id()),
    -- That wait for the day's notification.
    'saved_search_matches', (
      select coalesce(jsonb_agg(jsonb_build_object('saved_search_id', m.saved_search_id, 'entity_id', m.entity_id) order by m.matched_at), '[]')
      from public.saved_searches as s
      join private.saved_search_matches as m on m.saved_search_id = s.id
      where s.account_id = private.account_id()
    ),
    'payments', (select coalesce(jsonb_agg(to_jsonb(p) order by p.created_at), '[]') from public.payments as p where p.account_id = private.account_id()),
    'invoices', (select coalesce(jsonb_agg(to_jsonb(i) order by i.number), '[]') from public.invoices as i where i.account_id = private.account_id()),
    'payment_methods', (select coalesce(jsonb_agg(jsonb_build_object('provider', m.provider, 'updated_at', m.updated_at)), '[]') from private.payment_methods as m where m.account_id = private.account_id()),
    'bought_quotas', (select coalesce(jsonb_agg(to_jsonb(b) order by b.created_at), '[]') from private.bought_quotas as b where b.account_id = private.account_id()),
    'payout_accounts', (select coalesce(jsonb_agg(to_jsonb(p)), '[]') from public.payout_accounts as p where p.account_id = private.account_id()),
    'payout_destinations', (select coalesce(jsonb_agg(to_jsonb(d)), '[]') from public.payout_destinations as d where d.account_id = private.account_id()),
    'withdrawals', (select coalesce(jsonb_agg(to_jsonb(w) order by w.created_at), '[]') from public.withdrawals as w where w.account_id = private.account_id()),
    'conversation_members', (select coalesce(jsonb_agg(to_jsonb(m) order by m.joined_at), '[]') from public.conversation_members as m where m.account_id = private.account_id()),
    -- Begun by the caller, whoever else is in them.
    'conversations', (
      select coalesce(jsonb_agg(
        case
          when exists (
            select from public.conversation_members as m
            where m.conversation_id = c.id and m.account_id = private.account_id() and m.left_seq is null
          ) then to_jsonb(c) - 'pair' - 'created_by'
          -- What became of it since is for who is in it.
          else jsonb_build_object('id', c.id, 'kind', c.kind, 'created_at', c.created_at)
        end
        order by c.created_at
      ), '[]')
      from public.conversations as c
      where c.created_by = private.account_id()
    ),
    'messages', (select coalesce(jsonb_agg(to_jsonb(m) - 'data' order by m.created_at), '[]') from public.messages as m where m.author_id = private.account_id() and m.kind = 'text'),
    'wallet_transactions', (
      select coalesce(jsonb_agg(to_jsonb(e) - 'id' || jsonb_build_object('kind', t.kind, 'currency', t.currency, 'reason', t.reason, 'created_at', t.created_at) order by e.id), '[]')
      from private.ledger_accounts as a
      join private.ledger_entries as e on e.ledger_account_id = a.id
      join private.ledger_transfers as t on t.id = e.transfer_id
      where a.owner_id = private.account_id()
    ),
    'entitlement_overrides', (
      select coalesce(jsonb_agg(to_jsonb(o) - 'account_id' order by o.created_at), '[]')
      from private.entitlement_overrides as o
      where o.account_id = private.account_id()
    ),
    'entitlement_usage', (
      select coalesce(jsonb_agg(to_jsonb(u) - 'account_id' order by u.period_start), '[]')
      from private.entitlement_usage as u
      where u.account_id = private.account_id()
    ),
    'assistant_sessions', (select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at), '[]') from public.assistant_sessions as s where s.account_id = private.account_id()),
    'assistant_messages', (select coalesce(jsonb_agg(to_jsonb(m) order by m.created_at, m.session_id, m.seq), '[]') from public.assistant_messages as m where m.account_id = private.account_id()),
    'assistant_usage', (select coalesce(jsonb_agg(to_jsonb(u) - 'account_id'), '[]') from private.assistant_usage as u where u.account_id = private.account_id()),
    'files', (select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at), '[]') from public.files as f where f.account_id = private.account_id())
  );
$$;

create function public.export_account()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.export_account();
$$;
comment on function public.export_account is 'All personal data of the caller as one JSON object, a key a table.';

grant execute on function private.me(), public.me(), private.export_account(), public.export_account() to authenticated;
