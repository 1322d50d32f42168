import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { atOnce, codesOf, type Outcome, statement } from '../helpers/at-once.ts'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { newSkills } from '../parity/creators.ts'

let stack: TestStack
let skills: string[]
let person: Person

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  skills = (await newSkills(stack, 12)).map(({ id }) => id)
})
beforeEach(async () => {
  person = await createPerson(stack, { roles: ['creator', 'freelancer'] })
})
afterAll(() => stack.close())

const own = () => sql(stack)`
  select skill_id, level, years from public.account_skills where account_id = ${person.id} order by skill_id`

const list = (values: (string | number | null)[]) => `{${values.map((value) => value ?? 'null').join(',')}}`
const turned = (ids: string[], by: number) => [...ids.slice(by), ...ids.slice(0, by)]

const upsert = (ids: string[], level: number) =>
  statement('select * from public.upsert_account_skills($1::uuid[], $2::int[])', list(ids), list(ids.map(() => level)))
const replace = (ids: string[]) => statement('select * from public.replace_account_skills($1::uuid[])', list(ids))

const rowsOf = (outcomes: Outcome[]) =>
  outcomes.flatMap((one) => ('value' in one ? (one.value as { created: boolean }[]) : []))

test('the same skills upserted at once, in any order: no deadlock, a row each, each created once', async () => {
  for (let round = 0; round < 5; round += 1) {
    await sql(stack)`delete from public.account_skills where account_id = ${person.id}`
    const orders = Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? turned(skills, n) : turned(skills, n).reverse()))
    const outcomes = await atOnce(
      stack,
      orders.map((ids, n) => ({ as: person, runs: [upsert(ids, 1 + (n % 5))] })),
    )
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
    expect(rowsOf(outcomes)).toHaveLength(16 * 12)
    expect(rowsOf(outcomes).filter(({ created }) => created)).toHaveLength(12)
    const rows = await own()
    expect(rows).toHaveLength(12)
    // All of one call or all of another.
    expect(new Set(rows.map(({ level }) => level)).size).toBe(1)
  }
})

test('upserts, replacements, additions and removals at once end in no deadlock', async () => {
  const insert = (ids: string[]) =>
    statement(
      'insert into public.account_skills (skill_id) select unnest($1::uuid[]) on conflict do nothing',
      list(ids),
    )
  const raise = statement('update public.account_skills set level = 5 where account_id = auth.uid()')
  const clear = statement('delete from public.account_skills where account_id = auth.uid()')
  for (let round = 0; round < 5; round += 1) {
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 18 }, (_, n) => {
        const ids = n % 2 === 0 ? turned(skills, n % 12) : turned(skills, n % 12).reverse()
        const kinds = [upsert(ids, 2), replace(ids.slice(0, 6)), insert(ids), raise, clear, upsert(ids.slice(3), 4)]
        return { as: person, runs: [kinds[n % 6]!, kinds[(n + 1) % 6]!] }
      }),
    )
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
  }
})

test('sets put in place at once end with one of them', async () => {
  for (let round = 0; round < 5; round += 1) {
    const sets = Array.from({ length: 6 }, (_, n) => [skills[2 * n]!, skills[2 * n + 1]!].sort())
    const outcomes = await atOnce(
      stack,
      sets.map((ids) => ({ as: person, runs: [replace(ids)] })),
    )
    expect(new Set(codesOf(outcomes))).toEqual(new Set(['done']))
    expect(sets).toContainEqual((await own()).map(({ skill_id }) => skill_id))
  }
})

test('an upsert with a bad level, bad years or an unknown skill leaves everything as it was', async () => {
  const { client } = person
  const kept = skills.slice(0, 2)
  expect(
    (await client.rpc('upsert_account_skills', { skill_ids: kept, levels: [2, 3], years: [4, null] })).error,
  ).toBeNull()
  const before = await own()
  const [a, b] = kept as [string, string]
  const fresh = skills[5]!
  const bad: Record<string, object> = {
    'level 0': { skill_ids: [a, fresh], levels: [5, 0] },
    'level 6': { skill_ids: [fresh, a], levels: [6, 5] },
    'years -1': { skill_ids: [a, fresh], years: [9, -1] },
    'years 81': { skill_ids: [a, fresh], years: [9, 81] },
    unknown: { skill_ids: [a, fresh, crypto.randomUUID()], levels: [5, 5, 5] },
    twice: { skill_ids: [a, b, a], levels: [5, 5, 5] },
    'too few levels': { skill_ids: [a, fresh], levels: [5] },
    'a level that is no whole number': { skill_ids: [a], levels: [2.5] },
  }
  for (const [name, args] of Object.entries(bad)) {
    const { error, status } = await client.rpc('upsert_account_skills', args)
    expect([error === null, status], name).toEqual([false, 400])
    expect(await own(), name).toEqual(before)
  }
})

test('what a set keeps, it keeps with level, years, id and age', async () => {
  const { client } = person
  const all = () => sql(stack)`select * from public.account_skills where account_id = ${person.id} order by skill_id`
  const levels = skills.map((_, i) => 1 + (i % 5))
  expect((await client.rpc('upsert_account_skills', { skill_ids: skills, levels, years: levels })).error).toBeNull()
  const before = await all()
  const stay = skills.slice(4).sort()
  expect((await client.rpc('replace_account_skills', { skill_ids: stay.toReversed() })).error).toBeNull()
  expect(await all()).toEqual(before.filter(({ skill_id }) => stay.includes(skill_id)))
})

test('a hundred are taken, one more is not', async () => {
  const many = (await newSkills(stack, 101)).map(({ id }) => id)
  const { client } = person
  for (const call of ['upsert_account_skills', 'replace_account_skills']) {
    const { error } = await client.rpc(call, { skill_ids: many })
    expect([error?.code, JSON.parse(error!.details)]).toEqual([
      'validation_failed',
      { fields: { skill_ids: 'length' } },
    ])
    expect(await own()).toEqual([])
    expect((await client.rpc(call, { skill_ids: many.slice(1) })).error).toBeNull()
    expect(await own()).toHaveLength(100)
    await client.rpc('replace_account_skills', { skill_ids: [] })
  }
})

test('a skill that leaves the catalog leaves the profiles', async () => {
  const [{ id }] = (await newSkills(stack, 1)) as unknown as [{ id: string }]
  await person.client.rpc('upsert_account_skills', { skill_ids: [id, skills[0]] })
  await sql(stack)`delete from public.skills where id = ${id}`
  expect((await own()).map(({ skill_id }) => skill_id)).toEqual([skills[0]])
})
