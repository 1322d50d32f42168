import type { Client, FieldErrors, Result } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'
import { rowsOf } from '../parity/state.ts'

// The profiles of freelancers and clients, which work alike; creators are in test/parity/ugc-market-creators.test.ts.
let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

/** The calls of either module; each takes what its kind says. */
interface Calls {
  create(input: object): Promise<Result<Client>>
  update(input: object): Promise<Result<Client>>
  mine(): Promise<Result<Client>>
  get(accountId: string): Promise<Result<Client>>
}

interface Kind {
  module: 'freelancers' | 'clients'
  role: 'freelancer' | 'client'
  table: string
  card: string
  full: object
  least: object
  /** What the least profile has besides. */
  empty: object
  counters: object
  change: object
  /** Wrong in every field, and how the SDK says so. */
  wrong: object
  fields: FieldErrors
  /** What the database refuses, one by one. */
  bad: object[]
}

const kinds: Kind[] = [
  {
    module: 'freelancers',
    role: 'freelancer',
    table: 'freelancer_profiles',
    card: 'get_freelancer',
    full: {
      headline: 'Films for shops',
      experience: 'Five years.',
      hourly_rate: 250_000,
      currency: 'KZT',
      is_available: false,
      portfolio_link: 'https://films.example.com',
    },
    least: { headline: 'Films' },
    empty: { experience: null, hourly_rate: null, currency: 'USD', is_available: true, portfolio_link: null },
    counters: { rating: null, reviews_count: 0, completed_tasks: 0 },
    change: { headline: 'Reels', experience: null, hourly_rate: 300_000 },
    wrong: { headline: ' ', experience: 'x'.repeat(5001), hourly_rate: -1, currency: 'kzt', portfolio_link: 'x' },
    fields: {
      headline: ['length'],
      experience: ['length'],
      hourly_rate: ['range'],
      currency: ['format'],
      portfolio_link: ['format'],
    },
    bad: [{ headline: '' }, { hourly_rate: -1 }, { currency: 'EURO' }, { portfolio_link: 'javascript:alert(1)' }],
  },
  {
    module: 'clients',
    role: 'client',
    table: 'client_profiles',
    card: 'get_client',
    full: { company_name: 'A bakery', description: 'We bake.', website: 'https://bakery.example.com' },
    least: {},
    empty: { company_name: null, description: null, website: null },
    counters: { rating: null, reviews_count: 0 },
    change: { company_name: 'Two bakeries', description: null },
    wrong: { company_name: 'x'.repeat(201), description: '', website: 'bakery' },
    fields: { company_name: ['length'], description: ['length'], website: ['format'] },
    bad: [{ company_name: ' ' }, { description: 'x'.repeat(5001) }, { website: 'javascript:alert(1)' }],
  },
]

describe.each(kinds)('$module', ({ module, role, table, card, full, ...kind }) => {
  const calls = ({ tb }: Pick<Member, 'tb'>) => tb[module] as Calls
  const profile = async () => {
    const person = await member(stack, [role], { first_name: 'Dana' })
    return { person, made: await must(calls(person).create(full)) }
  }
  const stored = () => sql(stack)`select * from ${sql(stack)(`public.${table}`)} order by account_id`

  test('create: a profile for whoever has the role, once', async () => {
    const { person, made } = await profile()
    const { id } = person
    const user = {
      id,
      username: person.username,
      full_name: 'Dana',
      avatar: null,
      bio: null,
      city: null,
      country: null,
    }
    const times = { created_at: expect.any(String), updated_at: expect.any(String) }
    expect(made).toEqual({ account_id: id, user, ...full, ...kind.counters, ...times })
    expect(await must(calls(person).mine())).toEqual(made)
    expect((await must(person.tb.accounts.me()))[`has_${role}_profile`]).toBe(true)
    const little = await must(calls(await member(stack, [role])).create(kind.least))
    expect(little).toMatchObject({ ...kind.least, ...kind.empty })
    const plainly = await member(stack, [role])
    const plain = await plainly.client.from(table).insert(full).select().single()
    expect(plain.data).toMatchObject({ account_id: plainly.id, ...full })

    const [newcomer, model] = [await member(stack, [role]), await member(stack, ['model'])]
    await expectUnchanged(stored, async () => {
      await expectRefusal(calls(person).create(full), 'duplicate')
      await expectRefusal(calls(model).create(full), 'permission_denied')
      await expectRefusal(calls(device(stack)).create(full), 'auth_required')
      await expectRefusal(calls(newcomer).create(kind.wrong), 'validation_failed', kind.fields)
      const rated = { ...full, rating: 5 }
      await expectRefusal(calls(newcomer).create(rated), 'validation_failed', { rating: ['unknown'] })
      for (const bad of kind.bad) {
        expect((await newcomer.client.from(table).insert({ ...full, ...bad })).error?.code).toBe('23514')
      }
      expect((await newcomer.client.from(table).insert(rated)).error?.code).toBe('42501')
      expect((await model.client.from(table).insert(full)).error?.code).toBe('42501')
    })
  })

  test('update: what is named of one’s own', async () => {
    const { person, made } = await profile()
    const changed = await must(calls(person).update(kind.change))
    expect(changed).toEqual({ ...made, ...kind.change, updated_at: expect.any(String) })
    expect(changed.updated_at > made.updated_at).toBe(true)
    const [without, stranger] = [await member(stack, [role]), (await profile()).person]
    await expectUnchanged(
      () => rowsOf(stack, table, person),
      async () => {
        await expectRefusal(calls(without).update(kind.change), 'not_found')
        await expectRefusal(calls(device(stack)).update(kind.change), 'auth_required')
        await expectRefusal(calls(person).update({}), 'validation_failed')
        await expectRefusal(calls(person).update(kind.wrong), 'validation_failed', kind.fields)
        expect(
          (await stranger.client.from(table).update(kind.change).eq('account_id', person.id).select()).data,
        ).toEqual([])
        expect(
          (await person.client.from(table).update({ reviews_count: 9 }).eq('account_id', person.id)).error?.code,
        ).toBe('42501')
      },
    )
  })

  test('get: for everybody signed in; not who is hidden, and not to nobody', async () => {
    const { person } = await profile()
    await must(person.tb.accounts.uploadAvatar(await picture()))
    await sql(
      stack,
    )`update ${sql(stack)(`public.${table}`)} set rating = 4.25, reviews_count = 4 where account_id = ${person.id}`
    const viewer = await member(stack, ['model'])
    const seen = await must(calls(viewer).get(person.id))
    expect(seen).toEqual(await must(calls(person).mine()))
    expect(seen).toMatchObject({ ...full, rating: 4.25, reviews_count: 4 })
    expect((await fetch(seen.user.avatar!)).ok).toBe(true)
    expect((await viewer.client.rpc(card, { account_id: person.id }).single()).data).toMatchObject(full)

    const [suspended, blocked] = [(await profile()).person, (await profile()).person]
    await sql(stack)`select private.suspend_account(${suspended.id}, 'x')`
    expect((await viewer.client.rpc('block_account', { account_id: blocked.id })).error).toBeNull()
    for (const id of [suspended.id, blocked.id, viewer.id, crypto.randomUUID()]) {
      await expectRefusal(calls(viewer).get(id), 'not_found')
      expect((await viewer.client.rpc(card, { account_id: id })).data).toEqual([])
    }
    // To themselves they are shown.
    expect(await must(calls(blocked).mine())).toMatchObject({ account_id: blocked.id })
    await expectRefusal(calls(viewer).mine(), 'not_found')
    await expectRefusal(calls(device(stack)).get(person.id), 'auth_required')
    await expectRefusal(calls(device(stack)).mine(), 'auth_required')
    await expectRefusal(calls(viewer).get('x'), 'validation_failed', { account_id: ['format'] })
    expect((await device(stack).client.rpc(card, { account_id: person.id })).error?.code).toBe('42501')
    expect((await viewer.client.from(table).select()).data).toEqual([])
  })
})
