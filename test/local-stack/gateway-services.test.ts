import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let anon: SupabaseClient
let admin: SupabaseClient

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } }

beforeAll(async () => {
  stack = await startTestStack({ migrations: false })
  anon = createClient(stack.url, stack.publishableKey, withoutSession)
  admin = createClient(stack.url, stack.secretKey, withoutSession)
  const sql = postgres(stack.databaseUrl('postgres'), { max: 1 })
  await sql.unsafe(`
    create table public.notes (id int primary key, body text);
    alter table public.notes enable row level security;
    create policy read_everyone on public.notes for select to anon, authenticated using (true);
    grant select on public.notes to anon, authenticated;
    grant all on public.notes to service_role;
    insert into public.notes select n, 'note ' || n from generate_series(1, 3) as n;

    create function public.request() returns json language plpgsql as $$
    begin
      perform set_config('response.headers', '[{"X-RateLimit-Limit": "100"}, {"Access-Control-Expose-Headers": "X-RateLimit-Limit"}]', true);
      return json_build_object('role', auth.role(), 'uid', auth.uid(), 'headers', current_setting('request.headers')::json);
    end $$;
    grant execute on function public.request() to anon, authenticated, service_role;
    create policy hear_everyone on realtime.messages for select to anon using (realtime.topic() = 'room');
    notify pgrst, 'reload schema';
  `)
  await sql.end()
  // PostgREST reads tables before functions: a reading that overlaps with the above may know but one of them.
  await waitFor(
    async () =>
      (await anon.rpc('request')).error === null &&
      (await anon.from('notes').insert({ id: 9, body: 'from anon' })).error?.code === '42501',
  )
})

afterAll(() => stack?.close())

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('The schema was not read again.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('through the gateway', () => {
  test('the keys are anon and service_role for the Data API', async () => {
    expect((await anon.rpc('request')).data).toMatchObject({ role: 'anon' })
    expect((await admin.rpc('request')).data).toMatchObject({ role: 'service_role' })
    const refused = await anon.from('notes').insert({ id: 9, body: 'from anon' })
    expect(refused.error?.code).toBe('42501')
    expect((await admin.from('notes').insert({ id: 4, body: 'from the server' })).error).toBeNull()
    const { count } = await anon.from('notes').select('*', { count: 'exact', head: true })
    expect(count).toBe(4)
  })

  test('a user is who the session says', async () => {
    const email = 'gateway@example.com'
    const created = await admin.auth.admin.createUser({ email, password: 'a long password', email_confirm: true })
    expect(created.error).toBeNull()
    const user = createClient(stack.url, stack.publishableKey, withoutSession)
    expect((await user.auth.signInWithPassword({ email, password: 'a long password' })).error).toBeNull()
    expect((await user.rpc('request')).data).toMatchObject({ role: 'authenticated', uid: created.data.user!.id })
    expect((await user.auth.admin.listUsers()).error?.code).toBe('not_admin')
  })

  test('the database sees the address of the connection, whatever the client claims', async () => {
    const headers = { apikey: stack.publishableKey, 'cf-connecting-ip': '6.6.6.6', 'x-forwarded-for': '6.6.6.6' }
    const response = await fetch(`${stack.url}/rest/v1/rpc/request`, { method: 'POST', headers })
    expect((await response.json()).headers).toMatchObject({
      'cf-connecting-ip': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-for': '6.6.6.6, 127.0.0.1',
    })
  })

  test('a browser may read the headers a function set and those of PostgREST', async () => {
    const headers = { apikey: stack.publishableKey, origin: 'https://app.example', prefer: 'count=exact' }
    const response = await fetch(`${stack.url}/rest/v1/notes?select=id`, { headers })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toContain('Content-Range')
    expect(response.headers.get('content-range')).toMatch(/^0-\d\/\d$/)
    const set = await fetch(`${stack.url}/rest/v1/rpc/request`, { method: 'POST', headers })
    expect(set.headers.get('x-ratelimit-limit')).toBe('100')
    expect(set.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Limit')
    expect(set.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('Storage tells the keys apart', async () => {
    expect((await admin.storage.createBucket('open', { public: true })).error).toBeNull()
    const refused = await anon.storage.createBucket('mine')
    expect(refused.error?.message).toContain('row-level security')
    expect((await admin.storage.listBuckets()).data?.map(({ name }) => name)).toEqual(['open'])
    await admin.storage.from('open').upload('a.txt', 'hello', { contentType: 'text/plain' })
    const { publicUrl } = anon.storage.from('open').getPublicUrl('a.txt').data
    expect(await (await fetch(publicUrl)).text()).toBe('hello')
    const { data } = await admin.storage.from('open').createSignedUrl('a.txt', 60)
    expect(await (await fetch(data!.signedUrl)).text()).toBe('hello')
  })

  test('Realtime takes the publishable key, and refuses a wrong one', async () => {
    expect(await joined(anon)).toBe('SUBSCRIBED')
    expect(await joined(createClient(stack.url, 'sb_publishable_wrong', withoutSession))).toMatch(/ERROR|TIMED_OUT/)
  })

  test('an unknown function answers so without a key', async () => {
    const response = await fetch(`${stack.url}/functions/v1/nowhere`, { method: 'POST' })
    expect(response.status).toBe(404)
  })
})

async function joined(client: SupabaseClient): Promise<string> {
  const status = await new Promise<string>((resolve) => {
    client.channel('room', { config: { private: true } }).subscribe((state) => resolve(state))
  })
  await client.removeAllChannels()
  return status
}
