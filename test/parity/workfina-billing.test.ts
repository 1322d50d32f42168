import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { createPerson, type Person, sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { checkout, payOn } from './payments.ts'
import { device, type Member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await recruiter()
})
afterAll(() => stack.close())

const withSdk = (person: Person): Member => ({ ...person, tb: createTalentbase(person.client) })
const recruiter = async () => withSdk(await createRecruiter(stack))

/** The ledger and what hangs on it, as they are stored. */
const state = () => sql(stack)`
  select to_jsonb(a) as row from private.ledger_accounts a union all select to_jsonb(e) from private.ledger_entries e
  union all select to_jsonb(s) from public.subscriptions s order by row`

async function unlock(person: Member, full_name: string): Promise<string> {
  const [candidate] = await makeCandidates(stack, 1, { person: { full_name } })
  const { error } = await person.client.rpc('unlock_candidate', { candidate_id: candidate!.card_id })
  expect(error).toBeNull()
  return candidate!.card_id
}

const approve = (id: string, reference: string, by: Person) =>
  sql(stack)`select private.approve_subscription(${id}, ${reference}, ${by.id})`

it('WF33 wallet.get: balance and total spent, from the ledger', async () => {
  const person = await recruiter()
  const empty = await must(person.tb.wallet.get())
  expectFields(
    { wallet: empty },
    {
      wallet: 'wallet',
      id: 'wallet.id',
      balance: 'wallet.balance',
      total_spent: 'wallet.total_spent',
      created_at: 'wallet.created_at',
      updated_at: 'wallet.updated_at',
    },
  )
  expect(empty).toMatchObject({ currency: 'credits', balance: 0, total_spent: 0 })
  await giveCredits(stack, person, 100)
  await unlock(person, 'John Doe')
  expect(await must(person.tb.wallet.get())).toMatchObject({ id: empty.id, balance: 90, total_spent: 10 })
  expect((await person.client.rpc('my_wallet').single()).data).toMatchObject({ id: empty.id, balance: 90 })
  expect(await must(device(stack).tb.wallet.creditPrice())).toEqual({ amount: 1000, currency: 'INR' })

  await expectUnchanged(state, async () => {
    expect((await must(stranger.tb.wallet.get())).balance).toBe(0)
    const model = withSdk(await createPerson(stack, { roles: ['model'] }))
    await expectRefusal(model.tb.wallet.get(), 'not_found')
    const { tb, client } = device(stack)
    await expectRefusal(tb.wallet.get(), 'auth_required')
    expect((await client.rpc('my_wallet')).error?.code).toBe('42501')
    // Nobody names another's, and nobody adds credits.
    expect((await person.client.rpc('my_wallet', { account_id: stranger.id })).error?.code).toBe('PGRST202')
    for (const name of ['adjust_wallet', 'transfer']) {
      expect((await person.client.rpc(name, { account_id: person.id, credits: 5 })).error?.code).toBe('PGRST202')
    }
  })
})

it('WF34 wallet.topUp: credits come with a verified payment or an admin’s word alone, each reference once', async () => {
  const person = await recruiter()
  const { tb, client } = person
  const input = { credits: 100, provider: 'stripe' } as const
  const started = await must(tb.wallet.topUp(input))
  expectTaken({ ...input, ...started }, { credits: 'credits', payment_reference: 'payment_id' })
  expect(started).toMatchObject({
    amount: 100_000,
    currency: 'INR',
    status: 'pending',
    url: expect.stringMatching(/^http/),
  })
  await expectUnchanged(state, async () => {
    await expectRefusal(tb.wallet.topUp({ ...input, credits: 0 }), 'validation_failed', { credits: ['range'] })
    await expectRefusal(tb.wallet.topUp({ ...input, credits: 1.5 }), 'validation_failed')
    await expectRefusal(tb.wallet.topUp({ ...input, payment_reference: 'TXN1' } as never), 'validation_failed')
    await expectRefusal(
      withSdk(await createPerson(stack, { roles: ['model'] })).tb.wallet.topUp(input),
      'permission_denied',
    )
    await expectRefusal(device(stack).tb.wallet.topUp(input), 'auth_required')
    for (const name of ['adjust_wallet', 'approve_payment', 'apply_payment_event', 'store_payment_event']) {
      expect((await client.rpc(name, { payment_id: started.payment_id })).error, name).not.toBeNull()
    }
    expect(
      (await client.from('payments').update({ status: 'succeeded' }).eq('id', started.payment_id)).error,
    ).not.toBeNull()
  })
  await payOn(stack, started)
  const [recharge] = (await must(tb.wallet.listTransactions())).items
  expectFields(recharge, { message: 'description', new_balance: 'balance_after', transaction_id: 'id' })
  expect(recharge).toMatchObject({
    kind: 'purchase',
    amount: 100,
    balance_after: 100,
    data: { payment_id: started.payment_id },
  })
  await expectUnchanged(state, async () => {
    await stack.providers!.deliveries.sendAgain(stack.providers!.deliveries.list().at(-1)!.id, { times: 3 })
  })
  const manual = await checkout(person, { purpose: 'credits', credits: 5, provider: 'manual' })
  expect(manual).toMatchObject({ url: null, client_secret: null })
  await sql(stack)`select private.approve_payment(${manual.payment_id}, 'TXN123456789')`
  await expect(sql(stack)`select private.approve_payment(${manual.payment_id}, 'TXN123456789')`).rejects.toThrow()
  expect(await must(tb.wallet.get())).toMatchObject({ balance: 105 })
})

it('WF35 wallet.listTransactions: credits and debits, newest first, each with the exact balance after it', async () => {
  const person = await recruiter()
  await sql(stack)`select private.adjust_wallet(${person.id}, 100, 'Paid by transfer.', 'TXN123456789')`
  const john = await unlock(person, 'John Doe')
  const jane = await unlock(person, 'Jane Williams')
  const [bought] = await sql(stack)`select id from private.candidate_unlocks where card_id = ${jane}`
  await sql(stack)`select private.refund_unlock(${bought!.id}, 'The number is dead.')`
  await giveCredits(stack, person, -5)

  const { items, ...list } = await must(person.tb.wallet.listTransactions())
  expectFields(
    { transactions: items },
    {
      transactions: 'transactions',
      id: 'transactions.0.id',
      type: 'transactions.0.type',
      amount: 'transactions.0.amount',
      description: 'transactions.0.description',
      payment_reference: 'transactions.0.payment_reference',
      balance_after: 'transactions.0.balance_after',
      created_at: 'transactions.0.created_at',
    },
  )
  expect(list).toEqual({ total: 5, total_is_exact: true, has_more: false, next_cursor: null })
  const read = items.map((item) => [item.type, item.amount, item.balance_after, item.description, item.candidate_id])
  expect(read).toEqual([
    ['debit', 5, 85, 'Credits taken', null],
    // Whom one may not read any more has no name here either.
    ['credit', 10, 90, 'Unlock refunded', jane],
    ['debit', 10, 80, 'Candidate unlocked', jane],
    ['debit', 10, 90, 'Candidate unlocked: John Doe', john],
    ['credit', 100, 100, 'Credits added', null],
  ])
  expect(items[4]).toMatchObject({ payment_reference: 'TXN123456789', reason: 'Paid by transfer.' })
  expect(items[1]).toMatchObject({ payment_reference: null, reason: 'The number is dead.' })
  for (const [locale, description] of [
    ['ru', 'Открыты контакты кандидата: John Doe'],
    ['kk', 'Кандидаттың байланысы ашылды: John Doe'],
  ] as const) {
    const page = await must(
      createTalentbase(person.client, { locale }).wallet.listTransactions({ offset: 3, limit: 1 }),
    )
    expect(page.items[0]!.description).toBe(description)
  }

  const none = await person.client.rpc('list_wallet_transactions', { currency: null })
  expect(none.data, 'credits unless told').toHaveLength(5)
  const page = await must(person.tb.wallet.listTransactions({ limit: 2 }))
  expect(page).toMatchObject({ total: 5, has_more: true })
  const rest = await must(person.tb.wallet.listTransactions({ limit: 3, cursor: page.next_cursor! }))
  expect([...page.items, ...rest.items]).toEqual(items)
  expect((await must(person.tb.wallet.listTransactions({ type: 'credit' }))).items).toEqual([items[1], items[4]])

  const plain = await person.client.rpc('list_wallet_transactions', { type: 'debit' })
  expect(plain.data.map((row: { balance_after: number }) => row.balance_after)).toEqual([85, 80, 90])

  // The names went with the verification.
  await sql(stack)`update public.recruiter_profiles set is_verified = false where account_id = ${person.id}`
  expect((await must(person.tb.wallet.listTransactions({ offset: 3 }))).items[0]!.description).toBe(
    'Candidate unlocked',
  )
  await expectUnchanged(state, async () => {
    expect((await must(stranger.tb.wallet.listTransactions())).items).toEqual([])
    const { tb, client } = device(stack)
    await expectRefusal(tb.wallet.listTransactions(), 'auth_required')
    expect((await client.rpc('list_wallet_transactions')).error?.code).toBe('42501')
    const wrong = { type: 'CREDIT' as 'credit', limit: 0, offset: 1001 }
    await expectRefusal(person.tb.wallet.listTransactions(wrong), 'validation_failed', {
      type: ['known'],
      limit: ['range'],
      offset: ['range'],
    })
    const refused = await person.client.rpc('list_wallet_transactions', { type: 'CREDIT' })
    expect([refused.error?.code, refused.error?.details]).toEqual([
      'validation_failed',
      '{"fields": {"type": "known"}}',
    ])
  })
})

it('WF36 plans.list: of the hiring product, with credits, price, duration and unlock price; those on offer', async () => {
  const { tb, client } = device(stack)
  const plans = await must(tb.plans.list({ product: 'hiring' }))
  expectFields(
    { plans },
    {
      plans: 'plans',
      id: 'plans.0.id',
      name: 'plans.0.name',
      description: 'plans.0.description',
      // Words for it are the client's.
      plan_type: 'plans.0.prices.0.period',
      plan_type_display: 'plans.0.prices.0.period',
      duration_days: 'plans.0.prices.0.days',
      price: 'plans.0.prices.0.amount',
      is_unlimited: 'plans.0.is_unlimited',
      credits_limit: 'plans.0.credits_limit',
      is_active: 'plans.0.is_offered',
      features: 'plans.0.highlights',
      created_at: 'plans.0.created_at',
    },
  )
  const read = plans.map((plan) => [plan.name, plan.prices, plan.credits_limit, plan.is_unlimited, plan.unlock_price])
  expect(read).toEqual([
    ['Basic', [{ period: 'month', amount: 99_900, currency: 'INR', days: 30 }], 50, false, 1],
    ['Professional', [{ period: 'quarter', amount: 249_900, currency: 'INR', days: 90 }], 150, false, 1],
    ['Enterprise', [{ period: 'year', amount: 999_900, currency: 'INR', days: 365 }], null, true, 0],
  ])
  expect(plans.every(({ highlights }) => highlights.length > 0)).toBe(true)
  await sql(stack)`update public.plans set is_offered = false where id = 'hiring_basic'`
  const left = (await must(tb.plans.list({ product: 'hiring' }))).map(({ id }) => id)
  await sql(stack)`update public.plans set is_offered = true where id = 'hiring_basic'`
  expect(left).toEqual(['hiring_professional', 'hiring_enterprise'])
  const plain = await client.from('plans').select('id, plan_prices(days)').eq('id', 'hiring_basic').single()
  expect(plain.data).toEqual({ id: 'hiring_basic', plan_prices: [{ days: 30 }] })
  await expectUnchanged(
    () => sql(stack)`select * from public.plans order by id`,
    async () => {
      await expectRefusal(tb.plans.list({ product: 'HR' as 'hiring' }), 'validation_failed', { product: ['known'] })
      const cheaper = { unlock_price: 0 }
      expect((await stranger.client.from('plans').update(cheaper).eq('id', 'hiring_basic')).error?.code).toBe('42501')
    },
  )
})

/** What a subscription's page shows, with the company it is read beside. */
const detail = {
  id: 'id',
  hr_profile: 'recruiter.account_id',
  company_name: 'recruiter.company_name',
  company_email: 'me.email',
  plan: 'plan',
  name: 'plan',
  plan_type: 'period',
  plan_type_display: 'period',
  price: 'amount',
  is_unlimited: 'is_unlimited',
  credits_limit: 'credits_limit',
  status: 'status',
  status_display: 'status',
  start_date: 'started_at',
  end_date: 'expires_at',
  days_remaining: 'days_remaining',
  warning_level: 'warning_level',
  is_currently_active: 'is_current',
  has_unlimited: 'is_unlimited',
  credits_used: 'credits_used',
  credits_remaining: 'credits_remaining',
  payment_reference: 'payment_reference',
  approved_by: 'approved_by',
  approved_by_name: 'approved_by_name',
  approved_at: 'approved_at',
  created_at: 'created_at',
  updated_at: 'updated_at',
}

it('WF37 subscriptions.current: what runs, what is left of it, and how soon it ends', async () => {
  const person = await recruiter()
  await expectRefusal(person.tb.subscriptions.current({ product: 'hiring' }), 'not_found')
  const admin = await createPerson(stack, { metadata: { first_name: 'Ada' } })
  const asked = await must(person.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }))
  await expectRefusal(person.tb.subscriptions.current({ product: 'hiring' }), 'not_found')
  await approve(asked.id, `PAY ${asked.id}`, admin)
  await unlock(person, 'John Doe')

  const subscription = await must(person.tb.subscriptions.current({ product: 'hiring' }))
  const [profile, me] = [await must(person.tb.recruiters.mine()), await must(person.tb.accounts.me())]
  expectFields({ ...subscription, recruiter: profile, me }, detail)
  expect(subscription).toMatchObject({
    ...{ id: asked.id, product: 'hiring', plan_id: 'hiring_basic', plan: 'Basic', period: 'month' },
    ...{ amount: 99_900, currency: 'INR', status: 'active', is_current: true, is_unlimited: false },
    ...{ credits_limit: 50, credits_used: 1, credits_remaining: 49, days_remaining: 29, warning_level: null },
    ...{ payment_reference: `PAY ${asked.id}`, approved_by: admin.id, approved_by_name: 'Ada' },
  })
  expect('total' in subscription || 'cursor' in subscription).toBe(false)
  for (const [days, warning_level] of [
    ['8 days 1 hour', null],
    ['7 days 1 hour', 'warning'],
    ['3 days 1 hour', 'warning'],
    ['2 days 23 hours', 'critical'],
  ] as const) {
    await sql(stack)`
      update public.subscriptions set started_at = now() - interval '9 days', expires_at = now() + ${days}::interval
      where id = ${asked.id}`
    const found = await must(person.tb.subscriptions.current({ product: 'hiring' }))
    expect([found.days_remaining, found.warning_level]).toEqual([Number(days[0]), warning_level])
  }
  const plain = await person.client.rpc('current_subscription', { product: 'hiring' }).single()
  expect(plain.data).toMatchObject({ id: asked.id, credits_remaining: 49, warning_level: 'critical' })
  await sql(stack)`update public.subscriptions set expires_at = now() where id = ${asked.id}`
  await expectRefusal(person.tb.subscriptions.current({ product: 'hiring' }), 'not_found')

  await expectUnchanged(state, async () => {
    await expectRefusal(stranger.tb.subscriptions.current({ product: 'hiring' }), 'not_found')
    const { tb, client } = device(stack)
    await expectRefusal(tb.subscriptions.current({ product: 'hiring' }), 'auth_required')
    expect((await client.rpc('current_subscription', { product: 'hiring' })).error?.code).toBe('42501')
    await expectRefusal(person.tb.subscriptions.current({ product: 'HR' as 'hiring' }), 'validation_failed', {
      product: ['known'],
    })
  })
})

it('WF38 subscriptions.status: in short, and nulls where there is none', async () => {
  const person = await recruiter()
  const none = await must(person.tb.subscriptions.status())
  const places = {
    has_subscription: 'has_subscription',
    status: 'status',
    plan: 'plan',
    plan_type: 'period',
    expires_at: 'expires_at',
    days_remaining: 'days_remaining',
    is_unlimited: 'is_unlimited',
    credits_used: 'credits_used',
    credits_limit: 'credits_limit',
    credits_remaining: 'credits_remaining',
    warning_level: 'warning_level',
  }
  expectFields(none, places)
  expect(none).toEqual({
    ...{ has_subscription: false, status: null, plan_id: null, plan: null, period: null, expires_at: null },
    ...{ days_remaining: null, warning_level: null },
    ...{ is_unlimited: false, credits_used: 0, credits_limit: null, credits_remaining: null },
  })

  await subscribe(stack, person, 'hiring_basic')
  await unlock(person, 'John Doe')
  const some = await must(person.tb.subscriptions.status())
  expectFields(some, places)
  expect(some).toMatchObject({
    ...{ has_subscription: true, status: 'active', plan_id: 'hiring_basic', plan: 'Basic', period: 'month' },
    ...{ days_remaining: 29, credits_used: 1, credits_limit: 50, credits_remaining: 49, warning_level: null },
  })
  await subscribe(stack, person, 'hiring_enterprise', 'year')
  expect(await must(person.tb.subscriptions.status())).toMatchObject({
    ...{ plan: 'Enterprise', is_unlimited: true, credits_limit: null, credits_remaining: null },
  })
  expect(await must(person.tb.subscriptions.status({ product: 'casting' }))).toEqual(none)
  const plain = await person.client.rpc('current_subscription', { product: 'hiring' }).maybeSingle()
  expect(plain.data).toMatchObject({ plan: 'Enterprise', is_unlimited: true })

  await expectUnchanged(state, async () => {
    expect(await must(stranger.tb.subscriptions.status())).toEqual(none)
    const { tb, client } = device(stack)
    await expectRefusal(tb.subscriptions.status(), 'auth_required')
    expect((await client.rpc('current_subscription', { product: 'hiring' })).error?.code).toBe('42501')
    const wrong = { product: 'HR' as 'hiring' }
    await expectRefusal(person.tb.subscriptions.status(wrong), 'validation_failed', { product: ['known'] })
  })
})

it('WF39 subscriptions.list: one’s own, asked for, present and past, newest first', async () => {
  const person = await recruiter()
  const past = await subscribe(stack, person, 'hiring_basic')
  const running = await subscribe(stack, person, 'hiring_professional', 'quarter')
  const asked = await must(person.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }))
  const casting = await subscribe(stack, person, 'casting_pro')

  const { items, ...list } = await must(person.tb.subscriptions.list({ product: 'hiring' }))
  expectFields(
    { subscriptions: items },
    {
      subscriptions: 'subscriptions',
      id: 'subscriptions.0.id',
      plan: 'subscriptions.0.plan',
      name: 'subscriptions.0.plan',
      plan_type: 'subscriptions.0.period',
      plan_type_display: 'subscriptions.0.period',
      status: 'subscriptions.0.status',
      status_display: 'subscriptions.0.status',
      start_date: 'subscriptions.0.started_at',
      end_date: 'subscriptions.0.expires_at',
      days_remaining: 'subscriptions.0.days_remaining',
      credits_used: 'subscriptions.0.credits_used',
      created_at: 'subscriptions.0.created_at',
    },
  )
  expect(items.map(({ id, status }) => [id, status])).toEqual([
    [asked.id, 'pending'],
    [running, 'active'],
    [past, 'expired'],
  ])
  expect(list).toEqual({ total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  const all = await must(person.tb.subscriptions.list())
  expect(all.items.map(({ id }) => id)).toEqual([casting, asked.id, running, past])
  const page = await must(person.tb.subscriptions.list({ product: 'hiring', limit: 1 }))
  const rest = await must(person.tb.subscriptions.list({ product: 'hiring', cursor: page.next_cursor! }))
  expect([...page.items, ...rest.items]).toEqual(items)
  expect((await must(person.tb.subscriptions.list({ product: 'hiring', offset: 2 }))).items).toEqual(items.slice(2))

  const plain = await person.client.from('subscriptions').select('id').order('created_at', { ascending: false })
  expect(plain.data?.map(({ id }) => id)).toEqual(all.items.map(({ id }) => id))
  const rpc = await person.client.rpc('list_subscriptions', { product: 'hiring' })
  expect(rpc.data.map(({ id }: { id: string }) => id)).toEqual(items.map(({ id }) => id))

  await expectUnchanged(state, async () => {
    expect((await must(stranger.tb.subscriptions.list())).items).toEqual([])
    expect((await stranger.client.from('subscriptions').select()).data).toEqual([])
    const { tb, client } = device(stack)
    await expectRefusal(tb.subscriptions.list(), 'auth_required')
    expect((await client.from('subscriptions').select()).error?.code).toBe('42501')
    const wrong = { product: 'HR' as 'hiring', limit: 101, cursor: '' }
    await expectRefusal(person.tb.subscriptions.list(wrong), 'validation_failed', {
      product: ['known'],
      limit: ['range'],
      cursor: ['length'],
    })
    expect((await person.client.rpc('list_subscriptions', { product: 'HR' })).error?.code).toBe('validation_failed')
  })
})

it('WF40 subscriptions.get: one’s own alone', async () => {
  const person = await recruiter()
  const id = await subscribe(stack, person, 'hiring_basic')
  const subscription = await must(person.tb.subscriptions.get(id))
  const [profile, me] = [await must(person.tb.recruiters.mine()), await must(person.tb.accounts.me())]
  expectFields({ ...subscription, recruiter: profile, me }, detail)
  expect(subscription).toEqual(await must(person.tb.subscriptions.current({ product: 'hiring' })))
  await subscribe(stack, person, 'hiring_professional', 'quarter')
  expect(await must(person.tb.subscriptions.get(id))).toMatchObject({ status: 'expired', is_current: false })
  expect((await person.client.rpc('get_subscription', { subscription_id: id }).single()).data).toMatchObject({ id })

  await expectUnchanged(state, async () => {
    await expectRefusal(stranger.tb.subscriptions.get(id), 'not_found')
    expect((await stranger.client.rpc('get_subscription', { subscription_id: id })).data).toEqual([])
    await expectRefusal(person.tb.subscriptions.get(crypto.randomUUID()), 'not_found')
    const { tb, client } = device(stack)
    await expectRefusal(tb.subscriptions.get(id), 'auth_required')
    expect((await client.rpc('get_subscription', { subscription_id: id })).error?.code).toBe('42501')
    await expectRefusal(person.tb.subscriptions.get('sub_123'), 'validation_failed', { subscription_id: ['format'] })
    // Nothing named is nothing found, not whatever runs.
    expect((await person.client.rpc('get_subscription', { subscription_id: null })).data).toEqual([])
  })
})

it('subscriptions.request, subscriptions.cancel: what is offered, at its price; access to the end of the period', async () => {
  const person = await recruiter()
  const asked = await must(person.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }))
  expect(asked).toMatchObject({
    status: 'pending',
    amount: 99_900,
    currency: 'INR',
    started_at: null,
    is_current: false,
  })
  await expectUnchanged(state, async () => {
    await expectRefusal(person.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }), 'conflict')
    const wrong = { plan_id: 'Basic Plan', period: 'MONTHLY' as 'month', amount: 1 }
    await expectRefusal(person.tb.subscriptions.request(wrong), 'validation_failed', {
      plan_id: ['format'],
      period: ['known'],
      amount: ['unknown'],
    })
    await expectRefusal(
      person.tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'year' }),
      'validation_failed',
      {
        period: ['known'],
      },
    )
    await expectRefusal(
      device(stack).tb.subscriptions.request({ plan_id: 'hiring_basic', period: 'month' }),
      'auth_required',
    )
    await expectRefusal(stranger.tb.subscriptions.cancel(asked.id), 'not_found')
    await expectRefusal(person.tb.subscriptions.cancel('sub_123'), 'validation_failed', { subscription_id: ['format'] })
    await expectRefusal(device(stack).tb.subscriptions.cancel(asked.id), 'auth_required')
    const insert = { account_id: person.id, product: 'hiring', plan_id: 'hiring_enterprise', period: 'year' }
    expect((await person.client.from('subscriptions').insert(insert)).error?.code).toBe('42501')
  })
  expect(await must(person.tb.subscriptions.cancel(asked.id))).toMatchObject({ status: 'cancelled', started_at: null })

  const id = await subscribe(stack, person, 'hiring_basic')
  expect(await must(person.tb.subscriptions.cancel(id))).toMatchObject({ status: 'cancelled', is_current: true })
  await unlock(person, 'John Doe')
  await expectUnchanged(state, () => expectRefusal(person.tb.subscriptions.cancel(id), 'invalid_transition'))
  expect((await person.client.rpc('cancel_subscription', { subscription_id: id })).error?.code).toBe(
    'invalid_transition',
  )
})
