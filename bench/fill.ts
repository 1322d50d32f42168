import type postgres from 'postgres'
import { fillCandidates } from '../test/helpers/many-candidates.ts'

/**
 * Fills a database with 20,000 accounts, 200,000 castings and as many models and candidates; answers an account with 10,000
 * notifications, a verified recruiter.
 */
export async function fill(admin: postgres.Sql): Promise<string> {
  // Without triggers: nobody has to be told.
  await admin.unsafe(`
    set session_replication_role = replica;
    insert into auth.users (id, email, email_confirmed_at, aud, role)
      select gen_random_uuid(), 'person' || i || '@example.test', now(), 'authenticated', 'authenticated'
      from generate_series(1, 20000) as i;
    insert into public.accounts (id, is_listed) select id, true from auth.users;
    insert into public.castings (owner_id, title, description, category, city, status, gender, min_age, max_age, created_at)
      select a.id, 'Casting ' || md5(random()::text), repeat(md5(random()::text) || ' ', 5), 'fashion',
        (array['Almaty', 'Astana', 'Shymkent', 'Pune', 'Delhi'])[1 + floor(random() * 5)],
        (array['draft', 'active', 'active', 'completed'])[1 + floor(random() * 4)],
        (array['male', 'female', null])[1 + floor(random() * 3)],
        18 + floor(random() * 10), 30 + floor(random() * 30), now() - random() * interval '400 days'
      from public.accounts as a, generate_series(1, 10);
    insert into public.tasks (owner_id, title, description, category, task_type, budget, currency, city, status, created_at)
      select a.id, 'Task ' || md5(random()::text), repeat(md5(random()::text) || ' ', 5), 'design', 'digital', 1 + floor(random() * 1000000)::int,
        (array['USD', 'KZT'])[1 + floor(random() * 2)], (array['Almaty', 'Astana', 'Pune'])[1 + floor(random() * 3)],
        (array['open', 'open', 'in_progress', 'completed'])[1 + floor(random() * 4)], now() - random() * interval '400 days'
      from public.accounts as a, generate_series(1, 10);
    insert into public.services (owner_id, title, description, category, price, delivery_days, is_active, created_at)
      select a.id, 'Service ' || md5(random()::text), repeat(md5(random()::text) || ' ', 5), 'design', 1 + floor(random() * 1000000)::int, 3,
        random() < 0.9, now() - random() * interval '400 days'
      from public.accounts as a, generate_series(1, 10);
    -- Lists of models read nothing of accounts.
    insert into public.model_profiles (account_id, name, birth_date, gender, bio, height, city, categories, experience, created_at, promoted_until)
      select gen_random_uuid(), 'Name ' || i, (now() - (18 + 40 * pow(random(), 2)) * interval '1 year')::date,
        (array['female', 'female', 'male'])[1 + floor(3 * random())::int], repeat(md5(random()::text) || ' ', 5), 155 + floor(40 * random())::int,
        (array['Almaty', 'Astana', 'Shymkent', 'Pune', 'Delhi'])[1 + floor(random() * 5)],
        array[(array['fashion', 'runway', 'commercial', 'editorial'])[1 + floor(random() * 4)]],
        (array['beginner', 'intermediate', 'experienced'])[1 + floor(random() * 3)], now() - random() * interval '400 days',
        case when random() < 0.001 then now() + interval '7 days' end
      from generate_series(1, 200000) as i;
    insert into private.model_search (account_id, created_at, gender, birth_date, height, city, categories, experience, words, promoted_until)
      select account_id, created_at, gender, birth_date, height, lower(city), categories, experience, lower(name || ' ' || bio), promoted_until
      from public.model_profiles;
    insert into public.notifications (account_id, type)
      select a.id, 'general' from (select id from public.accounts limit 1) as a, generate_series(1, 10000);
    insert into public.notifications (account_id, type) select id, 'general' from public.accounts;
    with recruiter as (
      select account_id as id from public.notifications limit 1
    ), company as (
      insert into public.organizations (owner_id, kind, name, size) select id, 'company', 'Company', '10-50' from recruiter returning id
    ), roles as (
      insert into public.account_roles (account_id, role) select id, 'recruiter' from recruiter
    )
    insert into public.recruiter_profiles (account_id, organization_id, full_name, designation, phone, is_verified)
    select r.id, c.id, 'Jane Smith', 'HR Manager', '+919876543210', true from recruiter as r, company as c;
    reset session_replication_role;
  `)
  await fillCandidates(admin, 200_000)
  await admin.unsafe('analyze')
  const [row] = await admin`select account_id from public.notifications limit 1`
  return row!.account_id
}
