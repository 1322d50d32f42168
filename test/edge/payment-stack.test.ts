import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anonClient, createPerson, liftRequestLimits, type Person, serviceClient, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// The functions, the database and the doubles of the providers, all of them as they run.

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const doubles = () => {
  if (stack.providers === null) throw new Error('There are no doubles to pay at.')
  return stack.providers
}
const newModel = () => createPerson(stack, { roles: ['model'] })
const plan = { purpose: 'subscription', plan_id: 'casting_pro', period: 'month' }

async function invoke(name: string, body: object, { client }: Pick<Person, 'client'>) {
  const { data, error } = await client.functions.invoke(name, { body })
  return error === null ? data : { status: error.context.status, ...(await error.context.json()) }
}

async function paymentsOf({ id }: Person) {
  return sql(stack)`select status, provider, amount::int, currency from public.payments where account_id = ${id}`
}

const eventsOf = (provider: string) => sql(stack)`
  select type, status, reason from private.payment_events where provider = ${provider} order by id`

test.each(['stripe', 'kaspi', 'robokassa'])('a plan is paid with %s', async (provider) => {
  const model = await newModel()
  const started = await invoke('checkout', { ...plan, provider }, model)
  expect(started).toMatchObject({
    provider,
    amount: 500_000,
    currency: 'KZT',
    status: 'pending',
    url: expect.any(String),
  })
  expect((await invoke('checkout', { ...plan, provider }, model)).url).toBe(started.url)
  expect(await paymentsOf(model)).toMatchObject([{ status: 'pending' }])
  await doubles().pay(started.url)
  expect(await paymentsOf(model)).toEqual([{ status: 'succeeded', provider, amount: 500_000, currency: 'KZT' }])
  expect((await eventsOf(provider)).filter(({ status }) => status !== 'applied' && status !== 'ignored')).toEqual([])
  const [subscription] = await sql(stack)`
    select plan_id, approved_at is not null as is_approved from public.subscriptions where account_id = ${model.id}`
  expect(subscription).toEqual({ plan_id: 'casting_pro', is_approved: true })
})

test('what Stripe has declined is gone on with, and says so', async () => {
  const model = await newModel()
  const pack = { purpose: 'pack', pack_id: 'casting_responses_10', provider: 'stripe' }
  const started = await invoke('checkout', pack, model)
  await doubles().decline(started.url)
  const again = await invoke('checkout', pack, model)
  expect(again).toMatchObject({ payment_id: started.payment_id, url: started.url, status: 'failed' })
  await doubles().pay(again.url)
  expect(await paymentsOf(model)).toMatchObject([{ status: 'succeeded' }])
})

test('nobody who is not signed in begins a payment', async () => {
  for (const [client, code] of [
    [anonClient(stack), 'auth_required'],
    // A key of the service is nobody's.
    [serviceClient(stack), 'permission_denied'],
  ] as const) {
    expect(await invoke('checkout', { ...plan, provider: 'stripe' }, { client })).toMatchObject({ code })
    expect(await invoke('payouts', { action: 'create', country: 'DE' }, { client })).toMatchObject({ code })
  }
  expect(await invoke('checkout', { ...plan, provider: 'stripe', amount: 1 }, await newModel())).toMatchObject({
    status: 400,
    details: { fields: { amount: 'unknown' } },
  })
})

test('what a provider does not take is refused before anything happens', async () => {
  const recruiter = await createPerson(stack, { roles: ['recruiter'] })
  const waiting = await invoke('checkout', { ...plan, plan_id: 'hiring_basic', provider: 'stripe' }, recruiter)
  const refused = await invoke(
    'checkout',
    { ...plan, plan_id: 'hiring_professional', period: 'quarter', provider: 'kaspi' },
    recruiter,
  )
  expect(refused).toMatchObject({ status: 400, code: 'validation_failed' })
  expect(await paymentsOf(recruiter)).toMatchObject([{ provider: 'stripe', status: 'pending' }])
  await doubles().pay(waiting.url)
  const [running] = await sql(stack)`
    select plan_id from public.subscriptions where account_id = ${recruiter.id} and started_at is not null
  `
  expect(running!.plan_id).toBe('hiring_basic')
})

test('an account for payouts is made, told and known', async () => {
  const freelancer = await createPerson(stack, { roles: ['freelancer'] })
  expect(await invoke('payouts', { action: 'status' }, freelancer)).toMatchObject({ exists: false })
  expect(await invoke('payouts', { action: 'onboarding' }, freelancer)).toMatchObject({ status: 409, code: 'conflict' })
  const made = await invoke('payouts', { action: 'create', country: 'DE' }, freelancer)
  expect(made).toMatchObject({ exists: true, country: 'DE', payouts_enabled: false })
  expect(await invoke('payouts', { action: 'create', country: 'DE' }, freelancer)).toEqual(made)
  expect((await invoke('payouts', { action: 'onboarding' }, freelancer)).url).toMatch(/^http/)
  const reference = doubles().stripe.objects('account').at(-1)!.id as string
  doubles().stripe.completeAccount(reference)
  await doubles().deliveries.settled()
  const [row] = await sql(stack)`select payouts_enabled from public.payout_accounts where account_id = ${freelancer.id}`
  expect(row).toEqual({ payouts_enabled: true })
  expect(await invoke('payouts', { action: 'status' }, freelancer)).toMatchObject({
    payouts_enabled: true,
    requirements: [],
  })
})

test.each(['stripe', 'kaspi', 'robokassa'])(
  'a payment whose webhook was lost is found by looking it up at %s',
  async (provider) => {
    const model = await newModel()
    const started = await invoke('checkout', { ...plan, provider }, model)
    doubles().deliveries.hold()
    await doubles().pay(started.url)
    doubles().deliveries.clear()
    expect(await paymentsOf(model)).toMatchObject([{ status: 'pending' }])
    await sql(stack)`
    select private.queue_payment_task(
      'look_up', p.id, p.provider,
      jsonb_build_object(
        'payment_id', p.id, 'order_number', p.order_number, 'provider_session', p.provider_session,
        'provider_reference', p.provider_reference, 'amount', p.amount, 'currency', p.currency
      )
    )
    from public.payments as p where p.account_id = ${model.id}`
    expect(await invoke('drain', {}, { client: serviceClient(stack) })).toMatchObject({
      payments: { done: 1, failed: 0 },
    })
    expect(await paymentsOf(model)).toMatchObject([{ status: 'succeeded' }])
  },
)

test('a plan that renews by itself is charged by the drain', async () => {
  for (const provider of ['stripe', 'robokassa']) {
    const model = await newModel()
    const { url } = await invoke('checkout', { ...plan, provider, auto_renew: true }, model)
    await doubles().pay(url)
    await sql(
      stack,
    )`update public.subscriptions set expires_at = now() + interval '1 hour' where account_id = ${model.id}`
    await sql(stack)`select private.renew_subscriptions()`
    expect(await invoke('drain', {}, { client: serviceClient(stack) })).toMatchObject({
      payments: { done: 1, failed: 0 },
    })
    await doubles().deliveries.settled()
    expect((await paymentsOf(model)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
  }
})

/** Ends the process of a function of this stack, as a machine that fails does; answers how many there were. */
function kill(name: string): number {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
    .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command! }))
  const below = (parent: number): typeof rows =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)])
  const found = below(process.pid).filter(({ command }) => /deno\S* run/.test(command) && command.includes(`/${name}/`))
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
  return found.length
}

const packsOf = async ({ id }: Person) =>
  (await sql(stack)`select quantity::int from private.bought_quotas where account_id = ${id}`).map(
    ({ quantity }) => quantity,
  )

test('a function whose process is killed before it has stored anything: told again, there is one effect', async () => {
  const model = await newModel()
  const { url } = await invoke(
    'checkout',
    { purpose: 'pack', pack_id: 'casting_responses_10', provider: 'kaspi' },
    model,
  )
  // While it asks Kaspi.
  doubles().addFault({ provider: 'kaspi', method: 'GET', path: '/payments', delayMs: 5_000 })
  const paying = doubles().pay(url)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(kill('payment-webhooks')).toBeGreaterThan(0)
  await paying
  await doubles().deliveries.settled()
  expect(await packsOf(model)).toEqual([10])
  expect(doubles().deliveries.list().at(-1)!.attempts.length).toBeGreaterThan(1)
})

test('a function whose process is killed while the database applies: it happens once, and is told again in vain', async () => {
  const model = await newModel()
  const { url, payment_id } = await invoke(
    'checkout',
    { purpose: 'pack', pack_id: 'casting_responses_10', provider: 'kaspi' },
    model,
  )
  const blocker = await sql(stack).reserve()
  await blocker`begin`
  await blocker`select from public.payments where id = ${payment_id} for update`
  const paying = doubles().pay(url)
  const waiting = () => sql(stack)`
    select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%apply_payment_event%'`
  await expect.poll(async () => (await waiting()).length).toBe(1)
  expect(kill('payment-webhooks')).toBeGreaterThan(0)
  await blocker`rollback`
  blocker.release()
  await paying
  await doubles().deliveries.settled()
  expect(await packsOf(model)).toEqual([10])
})
