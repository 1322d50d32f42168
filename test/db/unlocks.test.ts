import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRecruiter, creditsOf, giveCredits, makeCandidates, makePlan, wrongCharges } from '../helpers/hiring.ts'
import { createPerson, liftRequestLimits, type Person, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterEach(async () => {
  expect([...(await wrongCharges(stack))]).toEqual([])
})
afterAll(() => stack.close())

interface Unlocked {
  candidate_id: string
  unlock_id: string
  already_unlocked: boolean
  paid_from: 'subscription' | 'wallet' | null
  credits_used: number
  remaining_balance: number | null
  unlocked_at: string
}

interface Card {
  id: string
  is_unlocked: boolean
  unlock_cost: number
  full_name: string | null
  phone: string
}

const call = ({ client }: Person, candidate_ids: (string | null)[], idempotency_key: string | null = null) =>
  client.rpc('unlock_candidates', { candidate_ids, idempotency_key })

async function unlock(person: Person, ids: string[], key?: string): Promise<Unlocked[]> {
  const { data, error } = await call(person, ids, key)
  if (error !== null) throw error
  return data
}

/** Without what differs from one unlock to the next. */
const costs = (answers: Unlocked[]) =>
  answers.map(({ already_unlocked, paid_from, credits_used, remaining_balance }) => [
    already_unlocked ? 'already' : paid_from,
    credits_used,
    remaining_balance,
  ])

/** The code and the details of a refusal, of which nothing is left. */
async function refusal(person: Person, ids: (string | null)[], key?: string) {
  const before = await stateOf(stack)
  const { error } = await call(person, ids, key)
  expect(await stateOf(stack)).toEqual(before)
  return { code: error?.code, details: JSON.parse(error?.details || 'null') }
}

async function cardsOf(count: number): Promise<string[]> {
  return (await makeCandidates(stack, count)).map(({ card_id }) => card_id)
}

async function seen({ client }: Person, id: string): Promise<Card | null> {
  const { data, error } = await client.rpc('get_candidate', { candidate_id: id })
  if (error !== null) throw error
  return data[0]?.card ?? null
}

async function listed({ client }: Person): Promise<{ id: string; unlocked_at: string; total: number }[]> {
  const { data, error } = await client.rpc('list_unlocked_candidates')
  if (error !== null) throw error
  return data
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)

const endSubscription = ({ id }: Person) => sql(stack)`
  update public.subscriptions set expires_at = now()
  where id = (private.current_subscription(${id}, 'hiring')).id
`

const setSetting = (key: string, value: number) =>
  sql(stack)`update private.settings set value = to_jsonb(${value}::int) where key = ${key}`

async function spent(person: Person) {
  const [{ data: wallet }, { data: profile }] = await Promise.all([
    person.client.rpc('my_wallet').single<{ total_spent: number }>(),
    person.client.rpc('my_recruiter').single<{ total_spent: number }>(),
  ])
  return { wallet: wallet!.total_spent, all: profile!.total_spent }
}

describe('what pays', () => {
  test('the subscription at its plan’s price; the wallet is left alone', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 30)
    await subscribe(stack, person, 'hiring_basic')
    expect(costs(await unlock(person, await cardsOf(1)))).toEqual([['subscription', 1, 49]])
    expect(await creditsOf(stack, person)).toEqual({ subscription: 49, wallet: 30 })
    expect(await spent(person)).toEqual({ wallet: 0, all: 1 })
  })

  test('the wallet where the subscription has too few: never both for one', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 12)
    await subscribe(stack, person, await makePlan(stack, 10, { price: 4 }))
    const [one, two, three, four] = await cardsOf(4)
    expect(costs(await unlock(person, [one!]))).toEqual([['subscription', 4, 6]])
    expect(costs(await unlock(person, [two!]))).toEqual([['subscription', 4, 2]])
    expect(await seen(person, three!)).toMatchObject({ is_unlocked: false, unlock_cost: 10 })
    expect(costs(await unlock(person, [three!]))).toEqual([['wallet', 10, 2]])
    expect(await creditsOf(stack, person)).toEqual({ subscription: 2, wallet: 2 })
    // Together they would suffice for what the plan asks.
    expect(await refusal(person, [four!])).toEqual({
      code: 'insufficient_credits',
      details: {
        needed: 10,
        current: 2,
        sources: [
          { source: 'subscription', needed: 4, current: 2 },
          { source: 'wallet', needed: 10, current: 2 },
        ],
      },
    })
    expect(await spent(person)).toEqual({ wallet: 10, all: 18 })
  })

  test('a plan without limit costs nothing, and leaves the wallet', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 30)
    await subscribe(stack, person, 'hiring_enterprise', 'year')
    const ids = await cardsOf(3)
    expect((await seen(person, ids[0]!))?.unlock_cost).toBe(0)
    expect(costs(await unlock(person, ids))).toEqual(Array(3).fill(['subscription', 0, null]))
    expect(costs(await unlock(person, ids.slice(0, 1)))).toEqual([['already', 0, null]])
    expect(await creditsOf(stack, person)).toEqual({ subscription: null, wallet: 30 })
    expect(await spent(person)).toEqual({ wallet: 0, all: 0 })
  })

  test('a price that changes counts from then on, the setting’s and the plan’s', async () => {
    const [rich, subscriber] = [await createRecruiter(stack), await createRecruiter(stack)]
    await giveCredits(stack, rich, 100)
    const plan = await makePlan(stack, 20)
    await subscribe(stack, subscriber, plan)
    const ids = await cardsOf(2)
    expect(costs(await unlock(rich, ids.slice(0, 1)))).toEqual([['wallet', 10, 90]])
    expect(costs(await unlock(subscriber, ids.slice(0, 1)))).toEqual([['subscription', 1, 19]])
    await setSetting('hiring.unlock_price', 25)
    await sql(stack)`update public.plans set unlock_price = 3 where id = ${plan}`
    try {
      expect([(await seen(rich, ids[1]!))?.unlock_cost, (await seen(subscriber, ids[1]!))?.unlock_cost]).toEqual([
        25, 3,
      ])
      expect(costs(await unlock(rich, ids))).toEqual([
        ['already', 0, 65],
        ['wallet', 25, 65],
      ])
      expect(costs(await unlock(subscriber, ids.slice(1)))).toEqual([['subscription', 3, 16]])
    } finally {
      await setSetting('hiring.unlock_price', 10)
    }
  })

  test('nothing is one error, too little another', async () => {
    const person = await createRecruiter(stack)
    const [one] = await cardsOf(1)
    const nothing = {
      code: 'no_payment_source',
      details: { sources: [{ source: 'wallet', needed: 10, current: 0 }] },
    }
    expect(await refusal(person, [one!])).toEqual(nothing)
    await giveCredits(stack, person, 9)
    expect(await refusal(person, [one!])).toEqual({
      code: 'insufficient_credits',
      details: { needed: 10, current: 9, sources: [{ source: 'wallet', needed: 10, current: 9 }] },
    })
    await giveCredits(stack, person, -9)
    await subscribe(stack, person, await makePlan(stack, 0))
    expect(await refusal(person, [one!])).toEqual({
      code: 'insufficient_credits',
      details: {
        needed: 10,
        current: 0,
        sources: [
          { source: 'subscription', needed: 1, current: 0 },
          { source: 'wallet', needed: 10, current: 0 },
        ],
      },
    })
    await endSubscription(person)
    expect(await refusal(person, [one!])).toEqual(nothing)
    // One of the casting product pays for no candidate.
    await subscribe(stack, person, 'casting_business')
    expect(await refusal(person, [one!])).toEqual(nothing)
  })
})

describe('many at once', () => {
  test('fifty, each priced by itself, in the order in which they are named', async () => {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, await makePlan(stack, 10, { price: 4 }))
    await giveCredits(stack, person, 500)
    const ids = await cardsOf(50)
    const answers = await unlock(person, ids)
    expect(answers.map(({ candidate_id }) => candidate_id)).toEqual(ids)
    expect(costs(answers)).toEqual([
      ['subscription', 4, 6],
      ['subscription', 4, 2],
      ...Array.from({ length: 48 }, (_, i) => ['wallet', 10, 490 - 10 * i]),
    ])
    expect(await creditsOf(stack, person)).toEqual({ subscription: 2, wallet: 20 })
    expect(await spent(person)).toEqual({ wallet: 480, all: 488 })
    expect((await listed(person))[0]!.total).toBe(50)
    const told = await sql(stack)`
      select data ->> 'candidate_id' as id from public.notifications
      where account_id = ${person.id} and type = 'candidate_unlock' and data ->> 'status' = 'unlocked' order by id
    `
    expect(new Set(idsOf(told as never))).toEqual(new Set(ids))
  })

  test('one that cannot be unlocked, or paid, refuses all of them', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 495)
    const ids = await cardsOf(50)
    const missing = crypto.randomUUID()
    expect(await refusal(person, [...ids.slice(0, 30), missing, ...ids.slice(30, 49)])).toEqual({
      code: 'not_found',
      details: { candidate_ids: [missing] },
    })
    expect(await refusal(person, ids)).toMatchObject({
      code: 'insufficient_credits',
      details: { needed: 500, current: 495 },
    })
    await subscribe(stack, person, await makePlan(stack, 10, { price: 4 }))
    await giveCredits(stack, person, -20)
    expect(await refusal(person, ids)).toMatchObject({
      code: 'insufficient_credits',
      details: {
        needed: 480,
        current: 475,
        sources: [
          { source: 'subscription', needed: 200, current: 10 },
          { source: 'wallet', needed: 480, current: 475 },
        ],
      },
    })
    expect(await listed(person)).toEqual([])
  })

  test('whoever is named twice is unlocked once, and answered once', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 100)
    const [one, two] = await cardsOf(2)
    const answers = await unlock(person, [two!, one!, two!, one!, one!])
    expect(answers.map(({ candidate_id }) => candidate_id)).toEqual([two, one])
    expect((await creditsOf(stack, person)).wallet).toBe(80)
    // Fifty different ones, whatever is repeated.
    const ids = await cardsOf(50)
    await giveCredits(stack, person, 420)
    expect(await unlock(person, [...ids, ...ids])).toHaveLength(50)
  })

  test('none, more than fifty, no ids', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 1000)
    const ids = await cardsOf(51)
    const length = { code: 'validation_failed', details: { fields: { candidate_ids: 'length' } } }
    expect(await refusal(person, [])).toEqual(length)
    expect(await refusal(person, ids)).toEqual(length)
    expect(await refusal(person, [ids[0]!, null])).toEqual(length)
    expect(await refusal(person, null as never)).toEqual(length)
    expect((await refusal(person, ['x'])).code).toBe('22P02')
    // A list of lists is the list of what they hold.
    expect(await unlock(person, [ids.slice(0, 2), ids.slice(2, 4)] as never)).toHaveLength(4)
  })
})

test('20: an unlock answers no contact: nothing is read and then taken back by an error in what is selected', async () => {
  const person = await createRecruiter(stack)
  await giveCredits(stack, person, 10)
  const [one] = await cardsOf(1)
  const tries = ['candidate', 'candidate->card', 'full_name', 'phone', 'unlocked_at::integer', 'candidate_id::integer']
  const before = await stateOf(stack)
  for (const columns of tries) {
    const { error } = await person.client.rpc('unlock_candidates', { candidate_ids: [one!] }).select(columns)
    expect(error, columns).not.toBeNull()
    expect(JSON.stringify(error)).not.toMatch(/John|9876543210/)
  }
  expect(await stateOf(stack)).toEqual(before)
  expect(await seen(person, one!)).toMatchObject({ is_unlocked: false })
})

describe('whoever is unlocked already', () => {
  test('costs nothing: without any credit, after the subscription, beside new ones', async () => {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, await makePlan(stack, 1))
    const [one, two, three] = await cardsOf(3)
    const [first] = await unlock(person, [one!])
    expect(costs(await unlock(person, [one!]))).toEqual([['already', 0, 0]])
    await endSubscription(person)
    const [again] = await unlock(person, [one!])
    expect(costs([again!])).toEqual([['already', 0, 0]])
    const { unlock_id, unlocked_at } = first!
    expect(again).toMatchObject({ unlock_id, unlocked_at })
    await giveCredits(stack, person, 25)
    expect(costs(await unlock(person, [two!, one!, three!]))).toEqual([
      ['wallet', 10, 15],
      ['already', 0, 5],
      ['wallet', 10, 5],
    ])
    expect(await sql(stack)`select from private.candidate_unlocks where recruiter_id = ${person.id}`).toHaveLength(3)
  })

  test('stays readable when they become unavailable, and cannot be unlocked anew', async () => {
    const [buyer, other] = [await createRecruiter(stack), await createRecruiter(stack)]
    for (const person of [buyer, other]) await giveCredits(stack, person, 100)
    const [candidate] = await makeCandidates(stack, 1)
    const { id, card_id } = candidate!
    await unlock(buyer, [card_id])
    const changes = [
      sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${id}`,
      sql(stack)`update private.candidates set rejection_reason = 'No.' where account_id = ${id}`,
      sql(stack)`update private.candidates set resume_path = null where account_id = ${id}`,
      sql(stack)`insert into public.blocks (account_id, blocked_id) values (${id}, ${buyer.id})`,
    ]
    for (const change of changes) {
      await change
      await sql(stack)`select private.sync_candidate_card(${id})`
      expect(await seen(buyer, card_id)).toMatchObject({ is_unlocked: true, full_name: 'John Doe' })
      expect(idsOf(await listed(buyer))).toEqual([card_id])
      expect(costs(await unlock(buyer, [card_id]))).toEqual([['already', 0, 90]])
      expect(await seen(other, card_id)).toBeNull()
      expect((await refusal(other, [card_id])).code).toBe('not_found')
    }
  })
})

describe('whoever cannot be unlocked', () => {
  test('15: is one and the same error, whatever the reason, and nothing is charged', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 1000)
    const candidates = await makeCandidates(stack, 8)
    const [unavailable, incomplete, rejected, draft, suspended, deleted, blocking, retired] = candidates.map(
      ({ id }) => id,
    )
    await sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${unavailable!}`
    await sql(stack)`update private.candidates set resume_path = null where account_id = ${incomplete!}`
    await sql(stack)`update private.candidates set rejection_reason = 'No.' where account_id = ${rejected!}`
    await sql(stack)`update private.candidates set declared_at = null where account_id = ${draft!}`
    for (const { id } of candidates) await sql(stack)`select private.sync_candidate_card(${id})`
    await sql(stack)`select private.suspend_account(${suspended!}, 'Spam.')`
    await sql(stack)`delete from auth.users where id = ${deleted!}`
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${blocking!}, ${person.id})`
    await sql(stack)`delete from public.account_roles where account_id = ${retired!} and role = 'candidate'`

    const refused = [...candidates.map(({ card_id }) => card_id), crypto.randomUUID(), candidates[0]!.id, person.id]
    for (const id of refused) {
      const before = await stateOf(stack)
      for (const { status, error } of [
        await person.client.rpc('unlock_candidate', { candidate_id: id }),
        await call(person, [id]),
        await call(person, [id], crypto.randomUUID()),
      ]) {
        expect({ ...error, status, details: JSON.parse(error?.details ?? 'null') }).toEqual({
          status: 404,
          code: 'not_found',
          message: 'There is no such candidate to unlock.',
          details: { candidate_ids: [id] },
          hint: null,
        })
      }
      expect(await stateOf(stack)).toEqual(before)
      expect(await seen(person, id)).toBeNull()
    }
    const all = await refusal(person, refused)
    expect(all).toEqual({ code: 'not_found', details: { candidate_ids: refused } })
  })

  test('51: is not whom one blocks: the card that disappears would tell whose it is', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 10)
    const [candidate] = await makeCandidates(stack, 1)
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${person.id}, ${candidate!.id})`
    expect(await seen(person, candidate!.card_id)).toMatchObject({ is_unlocked: false })
    expect(costs(await unlock(person, [candidate!.card_id]))).toEqual([['wallet', 10, 0]])
  })

  test('15: oneself, who was a candidate before', async () => {
    const person = await createPerson(stack, { roles: ['candidate'] })
    const [card] = await sql(stack)`select card_id as id from private.candidates where account_id = ${person.id}`
    await sql(stack)`delete from public.account_roles where account_id = ${person.id}`
    await sql(stack)`insert into public.account_roles (account_id, role) values (${person.id}, 'recruiter')`
    const profile = {
      full_name: 'Jane',
      designation: 'HR',
      phone: '+919876543210',
      company_name: 'C',
      company_size: '1-10',
    }
    expect((await person.client.rpc('create_recruiter', profile)).error).toBeNull()
    await sql(stack)`select private.verify_recruiter(${person.id})`
    await giveCredits(stack, person, 10)
    expect(await refusal(person, [card!.id])).toEqual({ code: 'not_found', details: { candidate_ids: [card!.id] } })
  })

  test('16: by whom is not verified, no recruiter, or nobody', async () => {
    const [one] = await cardsOf(1)
    const unverified = await createRecruiter(stack, { verified: false })
    await giveCredits(stack, unverified, 100)
    const fired = await createRecruiter(stack)
    await giveCredits(stack, fired, 100)
    await unlock(fired, [one!])
    await sql(stack)`select private.reject_recruiter(${fired.id}, 'No.')`
    for (const person of [unverified, fired]) {
      expect((await refusal(person, [one!])).code).toBe('verification_required')
      for (const list of ['list_unlocked_candidates', 'search_candidates']) {
        expect((await person.client.rpc(list)).error?.code).toBe('verification_required')
      }
      expect((await person.client.rpc('get_unlocked_names', { candidate_ids: [one!] })).data).toEqual([])
    }
    for (const roles of [['candidate'], ['employer'], []]) {
      const person = await createPerson(stack, { roles })
      expect((await refusal(person, [one!])).code).toBe('permission_denied')
      expect((await person.client.rpc('list_unlocked_candidates')).error?.code).toBe('permission_denied')
      expect((await person.client.rpc('get_unlocked_names', { candidate_ids: [one!] })).data).toEqual([])
    }
  })
})

describe('a refund', () => {
  const refund = (id: string, reason: string | null = 'The number is dead.') =>
    sql(stack)`select private.refund_unlock(${id}, ${reason})`

  test('gives back once to the wallet, and locks the candidate again', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 30)
    const [one, two] = await cardsOf(2)
    const [bought] = await unlock(person, [one!, two!])
    await refund(bought!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: null, wallet: 20 })
    expect(await spent(person)).toEqual({ wallet: 10, all: 10 })
    expect(await seen(person, one!)).toMatchObject({ is_unlocked: false, full_name: null, phone: '******3210' })
    expect(idsOf(await listed(person))).toEqual([two])
    const told = await sql(stack)`
      select data from public.notifications where account_id = ${person.id} and data ->> 'status' = 'refunded'
    `
    expect(told.map(({ data }) => data)).toEqual([
      { status: 'refunded', candidate_id: one, unlock_id: bought!.unlock_id, credits: 10 },
    ])
    const audited = await sql(stack)`
      select details from private.audit_log where action = 'unlock.refund' and entity_id = ${bought!.unlock_id}
    `
    expect(audited.map(({ details }) => details)).toEqual([{ credits: 10 }])
    const [movement] = (await person.client.rpc('list_wallet_transactions')).data as Record<string, unknown>[]
    expect(movement).toMatchObject({
      type: 'credit',
      kind: 'unlock_refund',
      amount: 10,
      balance_after: 20,
      reason: 'The number is dead.',
      data: { candidate_id: one, unlock_id: bought!.unlock_id },
    })
    const before = await stateOf(stack)
    await expect(refund(bought!.unlock_id)).rejects.toThrow('refunded already')
    expect(await stateOf(stack)).toEqual(before)

    // Anew, and back again: another unlock, once too.
    const [anew] = await unlock(person, [one!])
    expect(costs([anew!])).toEqual([['wallet', 10, 10]])
    expect(anew!.unlock_id).not.toBe(bought!.unlock_id)
    await refund(anew!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: null, wallet: 20 })
  })

  test('goes back to the subscription, also when that has ended', async () => {
    const person = await createRecruiter(stack)
    const subscription = await subscribe(stack, person, await makePlan(stack, 10, { price: 4 }))
    await giveCredits(stack, person, 10)
    const [one, two] = await unlock(person, await cardsOf(2))
    await refund(one!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: 6, wallet: 10 })
    await endSubscription(person)
    await refund(two!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: null, wallet: 10 })
    const [kept] = await sql(stack)`select balance::int from private.ledger_accounts where subject_id = ${subscription}`
    expect(kept!.balance).toBe(10)
    expect(await spent(person)).toEqual({ wallet: 0, all: 0 })
  })

  test('follows the rest of the credits to the subscription that took the place of that one', async () => {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, await makePlan(stack, 10, { price: 4 }))
    const [one] = await unlock(person, await cardsOf(1))
    await subscribe(stack, person, 'hiring_professional', 'quarter')
    expect(await creditsOf(stack, person)).toEqual({ subscription: 156, wallet: 0 })
    await refund(one!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: 160, wallet: 0 })
    expect(await spent(person)).toEqual({ wallet: 0, all: 0 })
  })

  test('follows it also when that one was replaced in its days of grace', async () => {
    const person = await createRecruiter(stack)
    await sql(
      stack,
    )`select private.activate_subscription(${person.id}, ${await makePlan(stack, 10, { price: 4 })}, 'month', true)`
    await sql(stack)`
      update public.subscriptions set started_at = now() - interval '40 days', expires_at = now() - interval '1 day'
      where account_id = ${person.id}
    `
    const [one] = await unlock(person, await cardsOf(1))
    await subscribe(stack, person, 'hiring_professional', 'quarter')
    await refund(one!.unlock_id)
    expect(await creditsOf(stack, person)).toEqual({ subscription: 160, wallet: 0 })
  })

  test('is possible when the candidate has gone, and its reason is read in the history of the credits', async () => {
    const person = await createRecruiter(stack)
    const subscription_id = await subscribe(stack, person, 'hiring_basic')
    const [gone] = await makeCandidates(stack, 1)
    const [bought] = await unlock(person, [gone!.card_id])
    await sql(stack)`delete from auth.users where id = ${gone!.id}`
    expect(await listed(person)).toEqual([])
    await refund(bought!.unlock_id, 'They have left.')
    expect(await creditsOf(stack, person)).toEqual({ subscription: 50, wallet: 0 })
    const { data } = await person.client.rpc('list_wallet_transactions', { subscription_id })
    expect(
      data.map(({ kind, reason, balance_after }: Record<string, unknown>) => [kind, reason, balance_after]),
    ).toEqual([
      ['unlock_refund', 'They have left.', 50],
      ['unlock', null, 49],
      ['subscription_credits', null, 50],
    ])
    const stranger = await createRecruiter(stack)
    expect((await stranger.client.rpc('list_wallet_transactions', { subscription_id })).data).toEqual([])
  })

  test('of one that cost nothing gives nothing, and locks it all the same', async () => {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, 'hiring_enterprise', 'year')
    const [one] = await cardsOf(1)
    const [bought] = await unlock(person, [one!])
    await refund(bought!.unlock_id)
    expect((await seen(person, one!))?.is_unlocked).toBe(false)
    await expect(refund(bought!.unlock_id)).rejects.toThrow('refunded already')
    expect(costs(await unlock(person, [one!]))).toEqual([['subscription', 0, null]])
  })

  test('is for some days, with a reason, by an admin', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 10)
    const [bought] = await unlock(person, await cardsOf(1))
    const id = bought!.unlock_id
    await sql(
      stack,
    )`update private.candidate_unlocks set unlocked_at = now() - interval '14 days 1 minute' where id = ${id}`
    const before = await stateOf(stack)
    await expect(refund(id)).rejects.toThrow('older than the days for refunds')
    await expect(refund(crypto.randomUUID())).rejects.toThrow('there is no unlock')
    for (const reason of [null, ' ', 'a\u202eb']) await expect(refund(id, reason)).rejects.toThrow('says why')
    const { error } = await person.client.rpc('refund_unlock', { unlock_id: id, reason: 'Mine.' })
    expect(error?.code).toBe('PGRST202')
    expect(await stateOf(stack)).toEqual(before)
    await sql(
      stack,
    )`update private.candidate_unlocks set unlocked_at = now() - interval '13 days 23 hours' where id = ${id}`
    await refund(id)
    expect((await creditsOf(stack, person)).wallet).toBe(10)
  })
})

describe('shared unlocks', () => {
  let buyer: Person
  let colleague: Person
  let outsider: Person
  beforeAll(async () => {
    buyer = await createRecruiter(stack)
    colleague = await createRecruiter(stack, { colleague: buyer })
    outsider = await createRecruiter(stack)
    for (const person of [buyer, colleague, outsider]) await giveCredits(stack, person, 1000)
  })

  test('are those that are bought while the plan has them, whatever paid', async () => {
    const [alone, shared, fromWallet, after] = await cardsOf(4)
    await unlock(buyer, [alone!])
    await subscribe(stack, buyer, await makePlan(stack, 1, { shares: true }))
    expect((await unlock(buyer, [shared!]))[0]!.paid_from).toBe('subscription')
    expect((await unlock(buyer, [fromWallet!]))[0]!.paid_from).toBe('wallet')
    await endSubscription(buyer)
    await unlock(buyer, [after!])
    expect(idsOf(await listed(colleague))).toEqual([fromWallet, shared])
    expect(await listed(outsider)).toEqual([])
    const opened = async (person: Person) =>
      Promise.all([alone, shared, fromWallet, after].map(async (id) => (await seen(person, id!))?.is_unlocked))
    expect(await opened(colleague)).toEqual([false, true, true, false])
    expect(await opened(outsider)).toEqual([false, false, false, false])
    // For nothing, and without a row of their own.
    expect(costs(await unlock(colleague, [shared!, fromWallet!]))).toEqual(Array(2).fill(['already', 0, 1000]))
    expect(await sql(stack)`select from private.candidate_unlocks where recruiter_id = ${colleague.id}`).toEqual([])
  })

  test('are read by whoever is with the company and verified, as long as they are', async () => {
    await subscribe(stack, buyer, await makePlan(stack, 50, { shares: true }))
    const [one] = await cardsOf(1)
    await unlock(buyer, [one!])
    const newcomer = await createRecruiter(stack, { colleague: buyer, verified: false })
    const look = () => newcomer.client.rpc('get_candidate', { candidate_id: one! })
    const named = async () => (await newcomer.client.rpc('get_unlocked_names', { candidate_ids: [one!] })).data
    expect((await look()).error?.code).toBe('verification_required')
    expect(await named()).toEqual([])
    await sql(stack)`select private.verify_recruiter(${newcomer.id})`
    expect((await look()).data[0].card.full_name).toBe('John Doe')
    expect(await named()).toEqual([{ candidate_id: one, full_name: 'John Doe' }])
    await sql(stack)`delete from public.organization_members where account_id = ${newcomer.id}`
    expect((await look()).error?.code).toBe('verification_required')
    expect(await named()).toEqual([])
    // With another company and verified anew, it is another company's.
    const [company] = await sql(stack)`
      select organization_id as id from public.recruiter_profiles where account_id = ${outsider.id}
    `
    await sql(stack)`
      insert into public.organization_members (organization_id, account_id, role) values (${company!.id}, ${newcomer.id}, 'member')
    `
    await sql(stack)`
      update public.recruiter_profiles set organization_id = ${company!.id} where account_id = ${newcomer.id}
    `
    await sql(stack)`select private.verify_recruiter(${newcomer.id})`
    expect((await look()).data[0].card).toMatchObject({ is_unlocked: false, full_name: null })
    expect(await named()).toEqual([])
  })

  test('stay with the company when the buyer leaves it, and the buyer keeps their own', async () => {
    const owner = await createRecruiter(stack)
    const leaver = await createRecruiter(stack, { colleague: owner })
    await subscribe(stack, leaver, 'hiring_professional', 'quarter')
    const [one] = await cardsOf(1)
    await unlock(leaver, [one!])
    await sql(stack)`delete from public.organization_members where account_id = ${leaver.id}`
    expect((await seen(owner, one!))?.is_unlocked).toBe(true)
    const [company] = await sql(stack)`
      insert into public.organizations (owner_id, kind, name, size) values (${leaver.id}, 'company', 'New', '1-10') returning id
    `
    await sql(
      stack,
    )`update public.recruiter_profiles set organization_id = ${company!.id} where account_id = ${leaver.id}`
    await sql(stack)`select private.verify_recruiter(${leaver.id})`
    expect((await seen(leaver, one!))?.is_unlocked).toBe(true)
    expect(idsOf(await listed(leaver))).toEqual([one])
  })

  test('that are one’s own too are listed once, as one’s own', async () => {
    const [owner] = [await createRecruiter(stack)]
    const other = await createRecruiter(stack, { colleague: owner })
    await giveCredits(stack, other, 10)
    const [one] = await cardsOf(1)
    const [own] = await unlock(other, [one!])
    await subscribe(stack, owner, 'hiring_professional', 'quarter')
    const [shared] = await unlock(owner, [one!])
    expect(shared!.already_unlocked).toBe(false)
    const seenBy = async (person: Person) =>
      (await listed(person)).map(({ unlocked_at, total }) => [Date.parse(unlocked_at), total])
    expect(await seenBy(other)).toEqual([[Date.parse(own!.unlocked_at), 1]])
    expect(await seenBy(owner)).toEqual([[Date.parse(shared!.unlocked_at), 1]])
    // Refunded, one's own leaves what is shared, and what was shared leaves one's own.
    await sql(stack)`select private.refund_unlock(${own!.unlock_id}, 'Dead.')`
    expect(await seenBy(other)).toEqual([[Date.parse(shared!.unlocked_at), 1]])
    await sql(stack)`select private.refund_unlock(${shared!.unlock_id}, 'Dead.')`
    for (const person of [owner, other]) {
      expect(await listed(person)).toEqual([])
      expect((await seen(person, one!))?.is_unlocked).toBe(false)
    }
  })
})

describe('18: an idempotency key', () => {
  test('gives the first answer again, also when the credits are gone since', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 25)
    const ids = await cardsOf(3)
    const key = crypto.randomUUID()
    const first = await unlock(person, ids.slice(0, 2), key)
    await giveCredits(stack, person, -5)
    const before = await stateOf(stack)
    expect(await unlock(person, ids.slice(0, 2), key)).toEqual(first)
    expect(await stateOf(stack)).toEqual(before)
    for (const other of [[ids[0]!], ids, [ids[1]!, ids[0]!]]) {
      expect((await refusal(person, other, key)).code).toBe('idempotency_conflict')
    }
    // A refusal keeps nothing: the same key works once there are credits.
    const later = crypto.randomUUID()
    expect((await refusal(person, [ids[2]!], later)).code).toBe('no_payment_source')
    await giveCredits(stack, person, 10)
    expect(costs(await unlock(person, [ids[2]!], later))).toEqual([['wallet', 10, 0]])
    // Of one candidate or of many, it is the same request; another recruiter's key is another key.
    const { data } = await person.client
      .rpc('unlock_candidate', { candidate_id: ids[2]!, idempotency_key: later })
      .single<Unlocked>()
    expect(costs([data!])).toEqual([['wallet', 10, 0]])
    const other = await createRecruiter(stack)
    await giveCredits(stack, other, 10)
    expect(costs(await unlock(other, [ids[2]!], later))).toEqual([['wallet', 10, 0]])
  })

  test('24: keeps no contact, and answers none once it is locked or gone', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 20)
    const [one, two] = await makeCandidates(stack, 2, { person: { full_name: 'Zoe Quill', phone: '+918765012349' } })
    const key = crypto.randomUUID()
    const ids = [one!.card_id, two!.card_id]
    const first = await unlock(person, ids, key)
    expect(await seen(person, ids[1]!)).toMatchObject({ full_name: 'Zoe Quill', phone: '+918765012349' })
    const kept = JSON.stringify([
      ...(await sql(stack)`select * from private.idempotency_keys where account_id = ${person.id}`),
      ...(await sql(stack)`select * from public.notifications where account_id = ${person.id}`),
      ...(await sql(stack)`select * from private.ledger_transfers`),
      ...(await sql(stack)`select * from private.audit_log`),
    ])
    expect(kept).toContain(one!.card_id)
    expect(kept).not.toMatch(/Zoe|8765012349|@example\.test/)

    await sql(stack)`select private.refund_unlock(${first[0]!.unlock_id}, 'Dead.')`
    await sql(stack)`delete from auth.users where id = ${two!.id}`
    expect(await unlock(person, ids, key)).toEqual(first)
    expect(await seen(person, ids[0]!)).toMatchObject({ is_unlocked: false, full_name: null, phone: '******2349' })
    expect(await seen(person, ids[1]!)).toBeNull()
    expect((await person.client.rpc('get_unlocked_names', { candidate_ids: ids })).data).toEqual([])
    const { error } = await person.client.rpc('get_unlocked_names', { candidate_ids: Array(101).fill(one!.card_id) })
    expect(error?.code).toBe('validation_failed')
  })
})
