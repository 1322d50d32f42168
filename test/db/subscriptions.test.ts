import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, statement } from '../helpers/at-once.ts'
import { createRecruiter, makeCandidates } from '../helpers/hiring.ts'
import { createPerson, liftRequestLimits, type Person, sql, subscribe, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const day = 86_400_000

interface Card {
  id: string
  plan_id: string
  status: string
  is_current: boolean
  started_at: string | null
  expires_at: string | null
  ended_at: string | null
  auto_renew: boolean
  days_remaining: number | null
  warning_level: string | null
  follows_id: string | null
  credits_limit: number | null
  credits_used: number | null
  credits_remaining: number | null
}

const somebody = () => createPerson(stack, { roles: ['recruiter'] })

async function ask(person: Person, plan_id: string, period = 'month'): Promise<string> {
  const { data, error } = await person.client.rpc('request_subscription', { plan_id, period }).single()
  if (error) throw error
  return (data as Card).id
}

const approve = (id: string, reference: string | null = null) =>
  sql(stack)`select private.approve_subscription(${id}, ${reference})`

const cancel = async ({ client }: Person, subscription_id: string) =>
  (await client.rpc('cancel_subscription', { subscription_id })).error?.code ?? null

/** One that was asked for and approved. */
async function approved(person: Person, plan_id: string, period = 'month'): Promise<string> {
  const id = await ask(person, plan_id, period)
  await approve(id)
  return id
}

const get = async ({ client }: Person, id: string) =>
  (await client.rpc('get_subscription', { subscription_id: id }).single()).data as Card
const current = async ({ client }: Person, product = 'hiring') =>
  (await client.rpc('current_subscription', { product }).maybeSingle()).data as Card | null
const statusOf = async (person: Person, id: string) => (await get(person, id)).status

/** Moves a subscription, and what follows it, in time. */
const pass = (person: Person, time: string) => sql(stack)`
  update public.subscriptions set started_at = started_at - ${time}::interval, expires_at = expires_at - ${time}::interval
  where account_id = ${person.id} and ended_at is null`

const toldOf = async ({ id }: Person, type = 'subscription_status') =>
  (await sql(stack)`select data from public.notifications where account_id = ${id} and type = ${type} order by id`).map(
    ({ data }) => data,
  )

const rows = ({ id }: Person) =>
  sql(stack)`select * from public.subscriptions where account_id = ${id} order by created_at`

async function unlock(person: Person, count: number): Promise<void> {
  for (const { card_id } of await makeCandidates(stack, count)) {
    expect((await person.client.rpc('unlock_candidate', { candidate_id: card_id })).error).toBeNull()
  }
}

const days = (from: string | null, to: string | null) => (Date.parse(to!) - Date.parse(from!)) / day

describe('a request', () => {
  test('waits, at the price of today, and gives nothing until it is approved', async () => {
    const person = await somebody()
    const id = await ask(person, 'hiring_basic')
    expect(await get(person, id)).toMatchObject({
      status: 'pending',
      is_current: false,
      amount: 99_900,
      currency: 'INR',
      started_at: null,
      expires_at: null,
      days_remaining: null,
      warning_level: null,
      credits_limit: 50,
      credits_used: 0,
      credits_remaining: 50,
    })
    expect(await current(person)).toBeNull()
    await sql(stack)`update public.plan_prices set amount = amount + 1 where plan_id = 'hiring_basic'`
    await approve(id, unique('payment'))
    await sql(stack)`update public.plan_prices set amount = amount - 1 where plan_id = 'hiring_basic'`

    const begun = await current(person)
    expect(begun).toMatchObject({
      id,
      status: 'active',
      is_current: true,
      amount: 99_900,
      payment_reference: expect.stringContaining('payment'),
      approved_at: expect.any(String),
      approved_by: null,
      days_remaining: 29,
      warning_level: null,
      credits_limit: 50,
      credits_remaining: 50,
    })
    expect(days(begun!.started_at, begun!.expires_at)).toBe(30)
    expect(await toldOf(person)).toEqual([{ subscription_id: id, status: 'active' }])
  })

  test('of a plan of the calendar lasts a month or a year of it', async () => {
    const model = await createPerson(stack, { roles: ['model'] })
    await approved(model, 'casting_pro', 'year')
    const begun = (await current(model, 'casting'))!
    const year = new Date(begun.started_at!)
    expect(new Date(begun.expires_at!).getUTCFullYear()).toBe(year.getUTCFullYear() + 1)
    expect(begun).toMatchObject({
      credits_limit: null,
      credits_used: null,
      credits_remaining: null,
      is_unlimited: false,
    })
    const { data } = await model.client.rpc('my_subscription')
    expect(data).toMatchObject({ subscription_id: begun.id, plan: 'PRO', status: 'active', responses_limit: 30 })
  })

  test('is approved by somebody whose name is put in when it is read', async () => {
    const [person, admin] = [await somebody(), await createPerson(stack, { metadata: { first_name: 'Ada' } })]
    const id = await ask(person, 'hiring_basic')
    await sql(stack)`select private.approve_subscription(${id}, approved_by => ${admin.id})`
    expect(await get(person, id)).toMatchObject({ approved_by: admin.id, approved_by_name: 'Ada' })
    await sql(stack)`delete from auth.users where id = ${admin.id}`
    expect(await get(person, id)).toMatchObject({ status: 'active', approved_by: null, approved_by_name: null })
  })

  test('is refused with a reason that the subscriber reads, and may be made again', async () => {
    const person = await somebody()
    const id = await ask(person, 'hiring_basic')
    await expect(sql(stack)`select private.reject_subscription(${id}, ' ')`).rejects.toThrow('says why')
    expect(await statusOf(person, id)).toBe('pending')
    await sql(stack)`select private.reject_subscription(${id}, 'The payment did not come.')`
    expect(await get(person, id)).toMatchObject({
      status: 'rejected',
      rejection_reason: 'The payment did not come.',
      days_remaining: null,
    })
    expect(await toldOf(person)).toEqual([{ subscription_id: id, status: 'rejected' }])
    expect(await current(person)).toBeNull()
    await expect(approve(id)).rejects.toThrow('is not waiting')
    expect(await cancel(person, id)).toBe('invalid_transition')
    expect(await statusOf(person, await ask(person, 'hiring_basic'))).toBe('pending')
  })

  test('is withdrawn by whoever made it', async () => {
    const [person, other] = [await somebody(), await somebody()]
    const id = await ask(person, 'hiring_basic')
    expect(await cancel(other, id)).toBe('not_found')
    expect(await statusOf(person, id)).toBe('pending')
    expect(await cancel(person, id)).toBeNull()
    expect(await statusOf(person, id)).toBe('cancelled')
    await expect(approve(id)).rejects.toThrow('is not waiting')
    expect(await current(person)).toBeNull()
  })

  test('is approved once, and one payment counts once', async () => {
    const [person, other] = [await somebody(), await somebody()]
    const reference = unique('payment')
    const [one, two] = [await ask(person, 'hiring_basic'), await ask(other, 'hiring_basic')]
    await approve(one, reference)
    await expect(approve(one)).rejects.toThrow('is not waiting')
    await expect(approve(two, reference)).rejects.toThrow('has counted already')
    expect(await statusOf(other, two)).toBe('pending')
    expect(await get(person, one)).toMatchObject({ credits_limit: 50 })
  })

  test.each([
    ['hiring_none', 'month', 'plan_id'],
    ['casting_free', 'month', 'plan_id'],
    ['hiring_kept', 'month', 'plan_id'],
    ['hiring_basic', 'year', 'period'],
    ['hiring_basic', 'week', 'period'],
    [null, 'month', 'plan_id'],
    ['hiring_basic', null, 'period'],
  ])('for %s, %s is none', async (plan_id, period, field) => {
    await sql(stack)`
      insert into public.plans (id, product, name, rank, is_offered) values ('hiring_kept', 'hiring', 'Kept', 9, false)
      on conflict do nothing`
    const person = await somebody()
    const { error } = await person.client.rpc('request_subscription', { plan_id, period })
    expect(error?.code).toBe('validation_failed')
    expect(JSON.parse(error!.details)).toEqual({ fields: { [field]: 'known' } })
    expect(await rows(person)).toHaveLength(0)
  })

  test('is one a product at a time', async () => {
    const person = await createPerson(stack, { roles: ['recruiter', 'model'] })
    await ask(person, 'hiring_basic')
    await expect(ask(person, 'hiring_professional', 'quarter')).rejects.toMatchObject({ code: 'conflict' })
    await ask(person, 'casting_pro')
    expect(await rows(person)).toHaveLength(2)
  })
})

describe('a greater plan', () => {
  test('begins at once and takes the credits along that are left', async () => {
    const person = await createRecruiter(stack)
    const basic = await approved(person, 'hiring_basic')
    await unlock(person, 3)
    const next = await approved(person, 'hiring_professional', 'quarter')
    expect(await current(person)).toMatchObject({
      id: next,
      follows_id: null,
      days_remaining: 89,
      credits_limit: 197,
      credits_used: 0,
      credits_remaining: 197,
    })
    expect(await get(person, basic)).toMatchObject({
      status: 'expired',
      is_current: false,
      days_remaining: 0,
      ended_at: expect.any(String),
      credits_used: 3,
      credits_remaining: 0,
    })
    await unlock(person, 1)
    expect(await get(person, next)).toMatchObject({ credits_used: 1, credits_remaining: 196 })
    expect([...(await sql(stack)`select * from private.check_ledger()`)]).toEqual([])
  })

  test('without limit has none', async () => {
    const person = await createRecruiter(stack)
    await approved(person, 'hiring_basic')
    await approved(person, 'hiring_enterprise', 'year')
    await unlock(person, 2)
    expect(await current(person)).toMatchObject({
      plan_id: 'hiring_enterprise',
      is_unlimited: true,
      credits_limit: null,
      credits_used: 0,
      credits_remaining: null,
    })
  })

  test('takes along what is left of one whose renewal is late', async () => {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, 'hiring_basic')
    await sql(stack)`update public.subscriptions set auto_renew = true where account_id = ${person.id}`
    await pass(person, '31 days')
    expect(await current(person)).toMatchObject({ status: 'past_due' })
    await approved(person, 'hiring_professional', 'quarter')
    expect(await current(person)).toMatchObject({ plan_id: 'hiring_professional', credits_limit: 200 })
  })

  test('takes nothing along of one that is over, and leaves when that ended as it was', async () => {
    const person = await somebody()
    const basic = await approved(person, 'hiring_basic')
    await pass(person, '40 days')
    await approved(person, 'hiring_professional', 'quarter')
    expect(await current(person)).toMatchObject({ credits_limit: 150 })
    const over = await get(person, basic)
    expect(over).toMatchObject({ status: 'expired', credits_limit: 50, credits_remaining: 0 })
    expect(over.ended_at).toBe(over.expires_at)
  })

  test('of one product leaves the other alone', async () => {
    const person = await createPerson(stack, { roles: ['recruiter', 'model'] })
    const casting = await approved(person, 'casting_business')
    const hiring = await approved(person, 'hiring_basic')
    expect([(await current(person, 'casting'))!.id, (await current(person))!.id]).toEqual([casting, hiring])
  })
})

test('what was cancelled and then replaced is over, and an admin ends what runs or is scheduled', async () => {
  const person = await createRecruiter(stack)
  const basic = await approved(person, 'hiring_basic')
  await cancel(person, basic)
  const scheduled = await approved(person, 'hiring_basic')
  expect(await get(person, scheduled)).toMatchObject({ status: 'scheduled', days_remaining: null })
  await approved(person, 'hiring_professional', 'quarter')
  expect(await get(person, basic)).toMatchObject({ status: 'expired', is_current: false, days_remaining: 0 })
  const running = (await current(person))!.id
  for (const id of [scheduled, running]) await sql(stack)`select private.end_subscription(${id})`
  expect(await current(person)).toBeNull()
  expect(await get(person, scheduled)).toMatchObject({ status: 'expired' })
  await expect(sql(stack)`select private.end_subscription(${running})`).rejects.toThrow('neither runs nor is scheduled')
  const audited = await sql(stack)`
    select action from private.audit_log where entity = 'subscription' and entity_id in (${basic}, ${running}, ${scheduled})
    order by id
  `
  expect(audited.map(({ action }) => action.split('.')[1])).toEqual([
    'approve',
    'cancel',
    'approve',
    'approve',
    'end',
    'end',
  ])
})

test('plans of the hiring product are for recruiters', async () => {
  const model = await createPerson(stack, { roles: ['model'] })
  const { error } = await model.client.rpc('request_subscription', { plan_id: 'hiring_basic', period: 'month' })
  expect(error?.code).toBe('permission_denied')
  expect(await sql(stack)`select from public.subscriptions where account_id = ${model.id}`).toHaveLength(0)
})

describe('the same or a lesser plan', () => {
  test.each([
    ['hiring_basic', 'month', 30, 50],
    ['hiring_professional', 'quarter', 90, 150],
  ])(
    '%s waits for the end of the one that runs, and becomes current by itself',
    async (plan, period, length, credits) => {
      const person = await createRecruiter(stack)
      const running = await approved(person, 'hiring_professional', 'quarter')
      await unlock(person, 2)
      const next = await approved(person, plan, period)
      expect(await toldOf(person)).toMatchObject([{}, { subscription_id: next, status: 'scheduled' }])
      const [before, after] = [await get(person, running), await get(person, next)]
      expect(after).toMatchObject({
        status: 'scheduled',
        is_current: false,
        follows_id: running,
        credits_remaining: credits,
      })
      expect(after.started_at).toBe(before.expires_at)
      expect(days(after.started_at, after.expires_at)).toBe(length)
      // What it brings is not to be spent before.
      await unlock(person, 1)
      expect(await current(person)).toMatchObject({ id: running, credits_used: 3, credits_remaining: 147 })
      expect(await get(person, next)).toMatchObject({ credits_used: 0 })

      await pass(person, '91 days')
      expect(await current(person)).toMatchObject({
        id: next,
        plan_id: plan,
        status: 'active',
        credits_limit: credits,
        credits_remaining: credits,
      })
      // What was left of the other went with its time.
      expect(await get(person, running)).toMatchObject({
        status: 'expired',
        credits_limit: 150,
        credits_used: 3,
        credits_remaining: 0,
      })
      await unlock(person, 1)
      expect(await get(person, next)).toMatchObject({ credits_used: 1 })
    },
  )

  test('is not asked for twice; a greater one still is, and what was to follow then follows it', async () => {
    const person = await somebody()
    const basic = await approved(person, 'hiring_basic')
    const renewal = await approved(person, 'hiring_basic')
    await expect(ask(person, 'hiring_basic')).rejects.toMatchObject({ code: 'conflict' })
    const greater = await approved(person, 'hiring_professional', 'quarter')
    expect(await current(person)).toMatchObject({ id: greater, credits_limit: 200 })
    const [running, after] = [await get(person, greater), await get(person, renewal)]
    expect(after).toMatchObject({ status: 'scheduled', follows_id: greater, started_at: running.expires_at })
    expect(days(after.started_at, after.expires_at)).toBe(30)
    expect(await statusOf(person, basic)).toBe('expired')
    await expect(ask(person, 'hiring_professional', 'quarter')).rejects.toMatchObject({ code: 'conflict' })
    await pass(person, '91 days')
    expect(await current(person)).toMatchObject({ id: renewal, credits_limit: 50 })
  })

  test('ends the renewal of the one that runs; where that is late, it begins where its period ended', async () => {
    const person = await somebody()
    const id = await subscribe(stack, person, 'hiring_basic')
    await sql(stack)`update public.subscriptions set auto_renew = true where id = ${id}`
    await pass(person, '31 days')
    const { expires_at } = await get(person, id)
    const next = await approved(person, 'hiring_basic')
    expect(await get(person, id)).toMatchObject({ status: 'expired', auto_renew: false })
    expect(await current(person)).toMatchObject({
      id: next,
      status: 'active',
      started_at: expires_at,
      days_remaining: 28,
    })
  })

  test('that an admin gives begins at once all the same, and drops what was asked for', async () => {
    const person = await somebody()
    await approved(person, 'hiring_professional', 'quarter')
    const asked = await ask(person, 'hiring_enterprise', 'year')
    const given = await subscribe(stack, person, 'hiring_basic')
    expect(await current(person)).toMatchObject({ id: given, plan_id: 'hiring_basic', credits_limit: 200 })
    expect(await statusOf(person, asked)).toBe('cancelled')
  })
})

describe('the end', () => {
  test('is decided when it is read: no job has run', async () => {
    const person = await somebody()
    const id = await approved(person, 'hiring_basic')
    await pass(person, '29 days 23 hours')
    expect(await get(person, id)).toMatchObject({ status: 'active', days_remaining: 0 })
    await pass(person, '1 hour')
    expect(await get(person, id)).toMatchObject({ status: 'expired', is_current: false, days_remaining: 0 })
    expect(await current(person)).toBeNull()
    expect((await rows(person))[0]!.ended_at).toBeNull()
    expect(await cancel(person, id)).toBe('invalid_transition')
  })

  test('of one that is cancelled comes with its period, not before', async () => {
    const person = await createRecruiter(stack)
    const id = await approved(person, 'hiring_basic')
    expect(await cancel(person, id)).toBeNull()
    expect(await current(person)).toMatchObject({ id, status: 'cancelled', is_current: true, days_remaining: 29 })
    await unlock(person, 1)
    expect(await get(person, id)).toMatchObject({ credits_used: 1 })
    expect(await cancel(person, id)).toBe('invalid_transition')
    await pass(person, '31 days')
    expect(await statusOf(person, id)).toBe('expired')
    expect(await current(person)).toBeNull()
  })

  test('of one that renews by itself comes after the days of grace', async () => {
    const person = await createPerson(stack, { roles: ['model'] })
    const id = await subscribe(stack, person, 'casting_pro')
    const set = (expires: string, autoRenew = true) => sql(stack)`
      update public.subscriptions set auto_renew = ${autoRenew}, started_at = now() - interval '40 days', expires_at = now() - ${expires}::interval
      where id = ${id}`
    await set('2 days 23 hours')
    expect(await current(person, 'casting')).toMatchObject({ status: 'past_due', days_remaining: 0, is_current: true })
    expect((await person.client.rpc('my_subscription')).data).toMatchObject({ plan: 'PRO', status: 'past_due' })
    await set('3 days')
    expect(await statusOf(person, id)).toBe('expired')
    expect((await person.client.rpc('my_subscription')).data).toMatchObject({ plan: 'FREE', status: 'active' })
    await set('1 minute', false)
    expect(await statusOf(person, id)).toBe('expired')

    await set('4 days')
    await sql(stack)`update private.settings set value = '5' where key = 'billing.grace_days'`
    expect(await statusOf(person, id)).toBe('past_due')
    await sql(stack)`update private.settings set value = '3' where key = 'billing.grace_days'`
    await set('1 day')
    expect(await cancel(person, id)).toBeNull()
    expect(await current(person, 'casting')).toBeNull()
  })

  test('of one that has not begun is not its subscriber’s to bring about', async () => {
    const person = await somebody()
    await approved(person, 'hiring_basic')
    const next = await approved(person, 'hiring_basic')
    expect(await cancel(person, next)).toBe('invalid_transition')
    expect(await statusOf(person, next)).toBe('scheduled')
  })
})

test.each([
  ['8 days', 8, null, 'active'],
  ['7 days 23 hours', 7, 'warning', 'active'],
  ['7 days', 7, 'warning', 'active'],
  ['3 days', 3, 'warning', 'active'],
  ['2.99 days', 2, 'critical', 'active'],
  ['1 second', 0, 'critical', 'active'],
  ['0', 0, null, 'expired'],
  ['-1 day', 0, null, 'expired'],
])('with %s left %i days remain, and the level is %s', async (left, days_remaining, warning_level, status) => {
  const { id } = await somebody()
  const read = (change = '') =>
    sql(stack).begin(async (tx) => {
      await tx`delete from public.subscriptions where account_id = ${id}`
      await tx`
        insert into public.subscriptions (account_id, product, plan_id, period, started_at, expires_at)
        values (${id}, 'hiring', 'hiring_basic', 'month', now() - interval '30 days', now() + ${left}::interval)`
      await tx.unsafe(`update public.subscriptions set ${change || 'period = period'} where account_id = '${id}'`)
      const [row] = await tx`
        select c.days_remaining, c.warning_level, c.status
        from public.subscriptions as s cross join lateral private.subscription_card(s, 1) as c where s.account_id = ${id}`
      return row
    })
  expect(await read()).toEqual({ days_remaining, warning_level, status })
  const isOver = status === 'expired'
  // One that is cancelled ends, one that renews does not.
  expect(await read('cancelled_at = now()')).toEqual({
    days_remaining,
    warning_level,
    status: isOver ? status : 'cancelled',
  })
  expect(await read('auto_renew = true')).toEqual({
    days_remaining,
    warning_level: null,
    status: isOver ? 'past_due' : status,
  })
})

test('what is followed by another warns of nothing', async () => {
  const person = await somebody()
  const id = await approved(person, 'hiring_basic')
  await pass(person, '28 days')
  expect(await get(person, id)).toMatchObject({ days_remaining: 1, warning_level: 'critical' })
  await approved(person, 'hiring_basic')
  expect(await get(person, id)).toMatchObject({ days_remaining: 1, warning_level: null })
})

describe('at once', () => {
  const times = (count: number, code: string): string[] => Array(count).fill(code)

  test('asked for ten times: one waits', async () => {
    const person = await somebody()
    const one = { as: person, runs: [statement('select public.request_subscription($1, $2)', 'hiring_basic', 'month')] }
    expect(codesOf(await atOnce(stack, Array(10).fill(one)))).toEqual([...times(9, 'conflict'), 'done'])
    expect(await rows(person)).toHaveLength(1)
  })

  test('approved ten times: it begins once, with its credits once', async () => {
    const person = await somebody()
    const id = await ask(person, 'hiring_basic')
    const one = { runs: [statement('select private.approve_subscription($1)', id)] }
    expect(codesOf(await atOnce(stack, Array(10).fill(one)))).toEqual([...times(9, 'P0002'), 'done'])
    expect(await current(person)).toMatchObject({ id, credits_limit: 50 })
    expect(await toldOf(person)).toHaveLength(1)
  })

  test('approved and withdrawn, in either order: one of them happens', async () => {
    const person = await somebody()
    const approval = (id: string) => ({ runs: [statement('select private.approve_subscription($1)', id)] })
    const withdrawal = (id: string) => ({ as: person, runs: [statement('select public.cancel_subscription($1)', id)] })

    const first = await ask(person, 'hiring_basic')
    expect(await meanwhile(stack, withdrawal(first), approval(first))).toEqual(['done', 'P0002'])
    expect(await statusOf(person, first)).toBe('cancelled')
    expect(await current(person)).toBeNull()

    // What was approved a moment before is cancelled like what runs: it goes on to its end.
    const second = await ask(person, 'hiring_basic')
    expect(await meanwhile(stack, approval(second), withdrawal(second))).toEqual(['done', 'done'])
    expect(await current(person)).toMatchObject({ id: second, status: 'cancelled', credits_limit: 50 })
  })

  test('approved while an admin gives another: one is current', async () => {
    const person = await somebody()
    const id = await ask(person, 'hiring_professional', 'quarter')
    const approval = { runs: [statement('select private.approve_subscription($1)', id)] }
    const gift = { runs: [statement(`select private.activate_subscription($1, 'hiring_basic', 'month')`, person.id)] }
    expect(await meanwhile(stack, approval, gift)).toEqual(['done', 'done'])
    expect(await current(person)).toMatchObject({ plan_id: 'hiring_basic', credits_limit: 200 })
    expect((await rows(person)).filter(({ ended_at }) => ended_at === null)).toHaveLength(1)
  })

  test('given eight times: one is current, and each took along what the one before had', async () => {
    const person = await somebody()
    const gift = { runs: [statement(`select private.activate_subscription($1, 'hiring_basic', 'month')`, person.id)] }
    expect(codesOf(await atOnce(stack, Array(8).fill(gift)))).toEqual(times(8, 'done'))
    expect(await current(person)).toMatchObject({ credits_limit: 400, credits_remaining: 400 })
    expect((await rows(person)).filter(({ ended_at }) => ended_at === null)).toHaveLength(1)
  })

  test('unlocked from while a greater one takes its place: no credit is lost or spent twice', async () => {
    const person = await createRecruiter(stack)
    await approved(person, 'hiring_basic')
    const id = await ask(person, 'hiring_professional', 'quarter')
    const candidates = await makeCandidates(stack, 12)
    const runners = candidates.map(({ card_id }) => ({
      as: person,
      runs: [statement('select public.unlock_candidate($1)', card_id)],
    }))
    const approval = { runs: [statement('select private.approve_subscription($1)', id)] }
    expect(codesOf(await atOnce(stack, [...runners, approval]))).toEqual(times(13, 'done'))
    const cards = (await person.client.rpc('list_subscriptions')).data as Card[]
    expect(cards.reduce((sum, { credits_used }) => sum + credits_used!, 0)).toBe(12)
    expect(cards.reduce((sum, { credits_remaining }) => sum + credits_remaining!, 0)).toBe(188)
    expect([...(await sql(stack)`select * from private.check_ledger()`)]).toEqual([])
  })
})
