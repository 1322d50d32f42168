import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, subscribe, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft } from '../parity/castings.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

type Export = Record<string, unknown>

/** Somebody of whom everything is kept that can be, each text with a word of their own in it. */
interface Kept extends Member {
  word: string
  pushToken: string
}

let stack: TestStack
let agency: Kept
let model: Kept
let others: Kept[]
beforeAll(async () => {
  stack = await startParityStack()
  ;[agency, model] = await pair()
  others = await pair()
  // Each model has answered both agencies.
  await respond(others[1]!, agency)
  await respond(model, others[0]!)
})
afterAll(() => stack.close())

async function somebody(role: string): Promise<Kept> {
  const [word, pushToken] = [unique('word'), unique('push_token')]
  const person = await member(stack, [role, 'client'], { first_name: word, last_name: word, locale: 'kk' })
  const { tb, client } = person
  const about = { bio: word, phone: '+77771234567', city: `Almaty ${word}`, country: word }
  await must(tb.accounts.update(about))
  await must(tb.accounts.uploadAvatar(await picture()))
  await must(tb.devices.register({ token: pushToken, platform: 'ios' }))
  await must(tb.notifications.updatePreferences({ general: false }))
  await subscribe(stack, person, 'casting_pro')
  const document = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
  expect((await client.storage.from('documents').upload(`${person.id}/${word}.pdf`, document)).error).toBeNull()
  return { ...person, word, pushToken }
}

async function pair(): Promise<[Kept, Kept]> {
  const [owner, responder] = [await somebody('agency'), await somebody('model')]
  const { word, tb } = owner
  const profile = {
    company_name: word,
    description: word,
    contact_person: word,
    website: `https://example.com/${word}`,
  }
  await must(tb.employers.create(profile))
  await draft(owner, { title: `Draft ${word}`, description: word })
  const face = { name: responder.word, bio: responder.word, birth_date: '2000-02-29', gender: 'female' as const }
  await must(responder.tb.models.create(face))
  for (let i = 0; i < 2; i++) await must(responder.tb.photos.upload(await picture()))
  await respond(responder, owner)
  return [owner, responder]
}

/** A response to a casting of the agency's; both hear of it. */
async function respond(responder: Kept, owner: Kept): Promise<void> {
  const { id } = await active(owner, { title: `Casting ${owner.word}`, description: owner.word })
  const { tb, word } = responder
  const answer = { message: word, portfolio_links: [`https://example.com/${word}`], proposed_rate: 7_000_000 }
  const response = await must(tb.castings.respond(id, answer))
  await must(owner.tb.responses.setStatus(response.id, 'shortlisted'))
}

const exported = (person: Member) => must(person.tb.accounts.export()) as Promise<Export>

/** The rows of a table that are somebody's, as JSON. */
async function rowsOf(table: string, column: string, { id }: Member): Promise<Export[]> {
  const rows = await sql(stack)`
    select to_jsonb(t) as row from ${sql(stack)(table)} as t where ${sql(stack)(`t.${column}`)} = ${id}`
  return rows.map(({ row }) => row)
}

/** The tables that stand in the export under their own names, and the column that says whose a row is. */
const many: Record<string, string> = {
  photos: 'account_id',
  castings: 'owner_id',
  casting_responses: 'model_id',
  notifications: 'account_id',
  notification_preferences: 'account_id',
  subscriptions: 'account_id',
}

const inAnyOrder = (rows: unknown) => (rows as Export[]).map((row) => JSON.stringify(Object.entries(row).sort())).sort()

test('accounts.export: a key for each part, and no other', async () => {
  const keys = [
    'exported_at',
    'account',
    'devices',
    'employer_profile',
    'model_profile',
    'entitlement_usage',
    'files',
    ...Object.keys(many),
  ].sort()
  for (const person of [agency, model]) expect(Object.keys(await exported(person)).sort()).toEqual(keys)
  const newcomer = await member(stack, [])
  const empty = await exported(newcomer)
  expect(Object.keys(empty).sort()).toEqual(keys)
  const { exported_at: _, account, employer_profile, model_profile, ...lists } = empty
  expect([account, employer_profile, model_profile]).toMatchObject([{ id: newcomer.id }, null, null])
  expect(Object.values(lists)).toEqual(Object.values(lists).map(() => []))
})

test.each(Object.entries(many))('accounts.export: every row of %s', async (table, column) => {
  let rows = 0
  for (const person of [agency, model]) {
    const own = await rowsOf(table, column, person)
    expect(inAnyOrder((await exported(person))[table])).toEqual(inAnyOrder(own))
    rows += own.length
  }
  expect(rows).toBeGreaterThan(1)
})

test('accounts.export: the account with its address, phone, names and roles', async () => {
  for (const person of [agency, model]) {
    const { account } = await exported(person)
    expect(account).toMatchObject({
      id: person.id,
      email: person.email,
      username: person.username,
      first_name: person.word,
      last_name: person.word,
      bio: person.word,
      phone: '+77771234567',
      city: `Almaty ${person.word}`,
      country: person.word,
      locale: 'kk',
      roles: expect.arrayContaining([person === agency ? 'agency' : 'model', 'client']),
      avatar_path: expect.stringContaining(person.id),
    })
  }
})

test('accounts.export: the profile that there is', async () => {
  const [ofAgency, ofModel] = [await exported(agency), await exported(model)]
  expect([ofAgency.employer_profile]).toEqual(await rowsOf('public.employer_profiles', 'account_id', agency))
  expect(ofAgency.employer_profile).toMatchObject({ company_name: agency.word, contact_person: agency.word })
  expect([ofModel.model_profile]).toEqual(await rowsOf('public.model_profiles', 'account_id', model))
  expect(ofModel.model_profile).toMatchObject({ name: model.word, birth_date: '2000-02-29' })
  expect([ofAgency.model_profile, ofModel.employer_profile]).toEqual([null, null])
})

test('accounts.export: what was used of the plan, and every file in Storage', async () => {
  const { entitlement_usage, files } = await exported(model)
  expect(entitlement_usage).toHaveLength(2)
  expect(entitlement_usage).toEqual(
    expect.arrayContaining([
      { entitlement_id: 'photos', period_start: '-infinity', used: 2 },
      { entitlement_id: 'casting_responses', period_start: expect.any(String), used: 2 },
    ]),
  )
  const objects = await sql(stack)`
    select bucket_id as bucket, name as path from storage.objects where split_part(name, '/', 1) = ${model.id}`
  expect(objects.map(({ bucket }) => bucket).sort()).toEqual(['avatars', 'documents', 'photos', 'photos'])
  const named = (files as Export[]).map(({ bucket, path }) => ({ bucket, path }))
  expect(inAnyOrder(named)).toEqual(inAnyOrder(objects))
})

test('accounts.export: a device without its push token', async () => {
  for (const person of [agency, model]) {
    const answer = await exported(person)
    const [device] = await rowsOf('public.devices', 'account_id', person)
    const { token, ...rest } = device!
    expect(token).toBe(person.pushToken)
    expect(answer.devices).toEqual([rest])
    expect(JSON.stringify(answer)).not.toContain(person.pushToken)
  }
})

test('accounts.export: nothing of another, also of whom one deals with', async () => {
  const everybody = [agency, model, ...others]
  for (const person of [agency, model]) {
    const text = JSON.stringify(await exported(person))
    expect(text).toContain(person.word)
    for (const other of everybody.filter(({ id }) => id !== person.id)) {
      for (const secret of [other.id, other.email, other.username!, other.word, other.pushToken]) {
        expect(text).not.toContain(secret)
      }
    }
  }
})

test('accounts.export: nobody who is not signed in gets one', async () => {
  await expectRefusal(device(stack).tb.accounts.export(), 'auth_required')
})

test('accounts.export: a plain client gets the same', async () => {
  const { data } = await model.client.rpc('export_account')
  const { exported_at: _, ...plain } = data as Export
  const { exported_at: __, ...known } = await exported(model)
  expect(plain).toEqual(known)
})

test('a table that names an account is in its export, or is known to be left out', async () => {
  const elsewhere: Record<string, string> = {
    'public.accounts': 'account',
    'public.account_details': 'account',
    'public.account_roles': 'account',
    'public.devices': 'devices',
    'public.employer_profiles': 'employer_profile',
    'public.model_profiles': 'model_profile',
    'private.entitlement_usage': 'entitlement_usage',
  }
  const leftOut = [
    // Answers that the account has got already, for a day.
    'private.idempotency_keys',
    // An admin's words.
    'private.suspensions',
  ]
  const tables = await sql(stack)`
    select distinct n.nspname || '.' || c.relname as name
    from pg_constraint as k
    join pg_class as c on c.oid = k.conrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where k.contype = 'f' and n.nspname in ('public', 'private')
      and k.confrelid in ('auth.users'::regclass, 'public.accounts'::regclass)`
  const expected = [...Object.keys(many).map((name) => `public.${name}`), ...Object.keys(elsewhere), ...leftOut]
  expect(tables.map(({ name }) => name).sort()).toEqual(expected.sort())
  const answer = await exported(model)
  for (const key of Object.values(elsewhere)) expect(answer).toHaveProperty(key)
})
