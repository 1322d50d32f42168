import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { wroteAbout } from '../access/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { createPerson, type Person, unique } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'

let cast: Cast
const town = unique('Town')
const card = crypto.randomUUID()

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  await makeAccounts(cast.stack, 400, { role: 'candidate', city: town, first_name: 'Hidden' })
  await cast.sql`
    insert into public.castings (owner_id, title, description, category, appearance)
    select ${cast.agency.owner.id}, 'A secret draft', 'x', 'fashion', 'Secret' from generate_series(1, 400)
  `
  await cast.sql`
    insert into public.notifications (account_id, type)
    select ${cast.agency.owner.id}, 'general' from generate_series(1, 400)
  `
  await wroteAbout(cast, cast.recruiter.owner, card)
  await cast.sql`
    insert into public.candidate_notes (account_id, candidate_id, note_text)
    select ${cast.recruiter.owner.id}, ${card}, 'A secret note' from generate_series(1, 400)
  `
  await cast.sql`
    insert into public.candidate_follow_ups (account_id, candidate_id, due_at)
    select ${cast.recruiter.owner.id}, ${card}, '2100-01-01' from generate_series(1, 400)
  `
  await cast.sql`
    insert into public.services (owner_id, title, description, category, price, delivery_days, tags, is_active)
    select ${cast.creator.owner.id}, 'A secret service', 'x', 'design', 1, 1, '{secret}', false from generate_series(1, 400)
  `
  await cast.sql`
    insert into public.tasks (owner_id, title, description, category, task_type, budget, address)
    select ${cast.creator.owner.id}, 'A task', 'x', 'design', 'digital', 1, 'A secret address' from generate_series(1, 400)
  `
  await cast.sql`
    analyze public.accounts, public.castings, public.notifications, public.account_roles, public.candidate_notes,
      public.candidate_follow_ups, public.services, public.tasks
  `
})
afterAll(() => cast.stack.close())

/** The total of a Content-Range; the headers are sent as they are given, repeated ones apart. */
function total(query: string, headers: string[], person: Person = cast.agency.stranger): Promise<string | undefined> {
  const { hostname, port } = new URL(cast.stack.url)
  const sent = ['host', `${hostname}:${port}`, 'apikey', cast.stack.publishableKey]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        path: `/rest/v1/${encodeURI(query)}`,
        headers: [...sent, 'authorization', `Bearer ${person.token}`, ...headers],
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 400 ? 'refused' : answer.headers['content-range']?.split('/')[1])
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

const planned = ['prefer', 'count=planned', 'prefer', 'tx=commit']
const estimated = ['prefer', 'count=estimated', 'prefer', 'tx=commit']

describe('52: estimates', () => {
  const asked: string[][] = [
    ['prefer', 'count=planned'],
    ['prefer', 'count=estimated'],
    ['Prefer', 'return=representation, count=planned'],
    ['PREFER', 'COUNT=PLANNED, count=planned'],
    ['prefer', 'count=exact', 'prefer', 'count=planned'],
    ['prefer', 'tx=commit', 'prefer', ' count=estimated '],
  ]
  test.each(asked.map((headers) => ({ headers })))('$headers is refused', async ({ headers }) => {
    expect(await total('castings?select=id', headers)).toBe('refused')
  })

  test('an exact count counts what the caller sees', async () => {
    const exact = ['prefer', 'count=exact']
    expect(await total(`castings?owner_id=eq.${cast.agency.owner.id}`, exact)).toBe('0')
    expect(await total(`castings?owner_id=eq.${cast.agency.owner.id}`, exact, cast.agency.owner)).toBe('400')
    expect(await total(`accounts?city=eq.${town}`, exact)).toBe('0')
  })

  // Where the check is got round, the planner knows nothing that tells one account or one text from another.
  test.each([
    ['accounts?city=eq.', () => town, () => 'Nowhere'],
    ['accounts?first_name=eq.', () => 'Hidden', () => 'Nobody'],
    ['accounts?is_listed=eq.false&username=eq.', () => cast.candidate.owner.username, () => 'nobody'],
    ['castings?owner_id=eq.', () => cast.agency.owner.id, () => cast.agency.stranger.id],
    ['castings?title=eq.', () => 'A secret draft', () => 'Another'],
    ['castings?appearance=eq.', () => 'Secret', () => 'Another'],
    ['services?owner_id=eq.', () => cast.creator.owner.id, () => cast.creator.stranger.id],
    ['services?is_active=eq.false&owner_id=eq.', () => cast.creator.owner.id, () => cast.creator.stranger.id],
    ['services?title=eq.', () => 'A secret service', () => 'Another'],
    ['services?tags=cs.', () => '{secret}', () => '{another}'],
    ['tasks?owner_id=eq.', () => cast.creator.owner.id, () => cast.creator.stranger.id],
    ['tasks?address=eq.', () => 'A secret address', () => 'Another'],
    ['notifications?account_id=eq.', () => cast.agency.owner.id, () => cast.model.owner.id],
    ['candidate_notes?account_id=eq.', () => cast.recruiter.owner.id, () => cast.recruiter.stranger.id],
    ['candidate_notes?candidate_id=eq.', () => card, () => cast.agency.owner.id],
    ['candidate_notes?note_text=eq.', () => 'A secret note', () => 'Another'],
    ['candidate_follow_ups?candidate_id=eq.', () => card, () => cast.agency.owner.id],
    ['account_roles?role=eq.candidate&account_id=eq.', () => cast.candidate.owner.id, () => cast.model.owner.id],
  ])('a doubled header on %s tells nothing', async (query, known, unknown) => {
    for (const headers of [planned, estimated]) {
      const told = await total(query + known(), headers)
      expect(told).toMatch(/^[0-9]+$/)
      expect(told).toBe(await total(query + unknown(), headers))
    }
  })
})

test('53: no error shows a row or key of someone else', async () => {
  const victim = await createPerson(cast.stack, {
    roles: ['agency'],
    metadata: { first_name: unique('Secretname'), phone: '+77001234567', city: unique('Secrettown') },
  })
  const device = unique('devicetoken')
  await victim.client.rpc('register_device', { token: device, platform: 'web' })
  await victim.client.from('employer_profiles').insert({ account_id: victim.id, company_name: unique('Secretcompany') })
  const [account] = await cast.sql`
    select a.first_name, a.city, e.company_name from public.accounts a
    join public.employer_profiles e on e.account_id = a.id where a.id = ${victim.id}
  `
  const { stranger } = cast.agency
  const { client } = stranger
  const name = victim.username!
  const answers = await Promise.all([
    client.from('accounts').update({ username: name }).eq('id', stranger.id),
    client.from('accounts').update({ username: name.toUpperCase() }).eq('id', stranger.id),
    client.rpc('set_username', { username: name }),
    client.from('employer_profiles').insert({ account_id: victim.id, company_name: 'x' }),
    client.from('employer_profiles').upsert({ account_id: victim.id, company_name: 'x' }),
    client.from('castings').insert({ owner_id: victim.id, title: 'Title', description: 'x', category: 'fashion' }),
    client.from('castings').insert({ owner_id: stranger.id, title: '', description: 'x', category: 'fashion' }),
    client.from('account_roles').insert({ account_id: victim.id, role: 'model' }),
    client.from('devices').insert({ account_id: stranger.id, token: device, platform: 'web' }),
    client.rpc('register_device', { token: 'short', platform: 'web' }),
    client.rpc('get_employer', { account_id: 'not a uuid' }),
  ])
  const secrets = [
    victim.id,
    victim.email,
    '77001234567',
    account!.first_name,
    account!.city,
    account!.company_name,
    device,
  ]
  let refused = 0
  for (const [index, { error }] of answers.entries()) {
    if (error) refused++
    const text = JSON.stringify(error)
    expect(
      secrets.filter((secret) => text.includes(secret)),
      `answer ${index}: ${text}`,
    ).toEqual([])
  }
  expect(refused).toBe(answers.length)
})
