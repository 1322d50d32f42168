import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { wrongPayments } from '../helpers/payments.ts'
import { serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { giveMoney, makeAgreedTask, makeApplication, makeTask, moneyOf } from '../helpers/work.ts'
import { expectTaken } from './fields.ts'
import { paymentRows, payOn } from './payments.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let freelancer: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  freelancer = await member(stack, ['freelancer'])
})
afterAll(async () => {
  expect(await wrongPayments(stack)).toEqual([])
  await stack.close()
})

const state = () => paymentRows(stack)
const accounts = () => sql(stack)`select account_id, provider_reference from public.payout_accounts order by 1`
const unfinished = { exists: true, country: 'US', charges_enabled: false, payouts_enabled: false }

/** What a job has the function drain do. */
async function drain(): Promise<void> {
  const { error } = await serviceClient(stack).functions.invoke('drain', { body: {} })
  expect(error).toBeNull()
}

it('MT44 payouts.createAccount: an account at Stripe Connect, once', async () => {
  const { tb, client: plain } = await member(stack, ['freelancer'])
  expect(await must(tb.payouts.status())).toMatchObject({ exists: false, payouts_enabled: false })
  await expectUnchanged(accounts, async () => {
    await expectRefusal(tb.payouts.createAccount({ country: 'usa' }), 'validation_failed', { country: ['format'] })
    await expectRefusal(device(stack).tb.payouts.createAccount({ country: 'US' }), 'auth_required')
  })
  expect(await must(tb.payouts.createAccount({ country: 'US' }))).toMatchObject(unfinished)
  await expectUnchanged(accounts, async () => {
    expect(await must(tb.payouts.createAccount({ country: 'DE' })), 'the one there is').toMatchObject(unfinished)
    expect((await plain.functions.invoke('payouts', { body: { action: 'create', country: 'US' } })).data).toMatchObject(
      unfinished,
    )
    expect((await plain.rpc('save_payout_account', { account_id: crypto.randomUUID() })).error).not.toBeNull()
  })
  const own = await plain.from('payout_accounts').select('provider_reference')
  expect(own.data).toMatchObject([{ provider_reference: expect.stringMatching(/^acct_/) }])
  expect((await client.client.from('payout_accounts').select('*')).data).toEqual([])
})

it('MT45 payouts.createOnboardingLink: where one tells Stripe what it wants to know', async () => {
  const { tb, client: plain } = await member(stack, ['freelancer'])
  await expectRefusal(tb.payouts.createOnboardingLink(), 'conflict')
  await must(tb.payouts.createAccount({ country: 'US' }))
  const link = await must(tb.payouts.createOnboardingLink())
  expect(link.url).toMatch(/^https?:/)
  expect(Date.parse(link.expires_at)).toBeGreaterThan(Date.now())
  expect((await plain.functions.invoke('payouts', { body: { action: 'onboarding' } })).data.url).toMatch(/^https?:/)
  await expectRefusal(device(stack).tb.payouts.createOnboardingLink(), 'auth_required')
})

it('MT46 payouts.status: charges_enabled, payouts_enabled, what is missing', async () => {
  const person = await member(stack, ['freelancer'])
  await must(person.tb.payouts.createAccount({ country: 'US' }))
  const before = await must(person.tb.payouts.status())
  expect(before).toMatchObject(unfinished)
  expect(before.requirements.length).toBeGreaterThan(0)
  const [account] = await sql(
    stack,
  )`select provider_reference from public.payout_accounts where account_id = ${person.id}`
  stack.providers!.stripe.completeAccount(account!.provider_reference)
  expect(await must(person.tb.payouts.status())).toMatchObject({
    exists: true,
    payouts_enabled: true,
    requirements: [],
  })
  const plain = await person.client.functions.invoke('payouts', { body: { action: 'status' } })
  expect(plain.data).toMatchObject({ payouts_enabled: true })
  await expectRefusal(device(stack).tb.payouts.status(), 'auth_required')
})

it('MT47 escrows.fund: the accepted application’s amount, paid by the owner, held when the webhook confirms', async () => {
  const { escrowId, applicationId, taskId } = await makeAgreedTask(stack, client, freelancer, { price: 12_345 })
  const started = await must(client.tb.escrows.fund(escrowId, { provider: 'stripe' }))
  // The application is known by the money that was agreed for it.
  expectTaken({ escrowId, applicationId }, { application_id: 'applicationId' })
  expect(started).toMatchObject({
    amount: 12_345,
    currency: 'USD',
    url: null,
    client_secret: expect.stringContaining('_secret_'),
  })
  const escrow = () => must(client.tb.escrows.get(escrowId))
  await expectUnchanged(state, async () => {
    await expectRefusal(freelancer.tb.escrows.fund(escrowId, { provider: 'stripe' }), 'not_found')
    await expectRefusal(device(stack).tb.escrows.fund(escrowId, { provider: 'stripe' }), 'auth_required')
    await expectRefusal(
      client.tb.escrows.fund(escrowId, { provider: 'stripe', amount: 1 } as never),
      'validation_failed',
    )
    await expectRefusal(client.tb.escrows.fund(crypto.randomUUID(), { provider: 'stripe' }), 'not_found')
    await expectRefusal(client.tb.escrows.fund(escrowId, { provider: 'cash' } as never), 'validation_failed')
    // An application that nobody has accepted has no money to pay.
    const other = await makeTask(stack, client)
    await makeApplication(stack, other, freelancer)
    expect(await must(client.tb.escrows.list({ entity_type: 'task', entity_id: other }))).toEqual([])
  })
  expect((await escrow()).status).toBe('pending')
  const again = await client.client.functions.invoke('checkout', {
    body: { purpose: 'escrow', escrow_id: escrowId, provider: 'stripe' },
  })
  expect(again.data).toMatchObject({ payment_id: started.payment_id })
  await payOn(stack, started)
  expect(await escrow()).toMatchObject({ status: 'funded', held: 12_345 })
  await expectRefusal(client.tb.escrows.fund(escrowId, { provider: 'kaspi' }), 'invalid_transition')
  await must(client.tb.tasks.complete(taskId))
  expect(await moneyOf(stack, freelancer)).toBe(10_493)
})

it('MT50 payouts.withdraw: not more than there is, pending until the provider confirms', async () => {
  const person = await member(stack, ['freelancer'])
  await giveMoney(stack, person, 100_000)
  const input = { amount: 60_000, currency: 'USD' }
  expectTaken(input, { amount: 'amount' })
  const wallet = () => must(person.tb.wallet.get({ currency: 'USD' }))
  await expectUnchanged(state, async () => {
    expect((await expectRefusal(person.tb.payouts.withdraw(input), 'conflict')).details).toMatchObject({
      reason: 'payouts_disabled',
    })
  })
  await must(person.tb.payouts.createAccount({ country: 'US' }))
  const [account] = await sql(
    stack,
  )`select provider_reference from public.payout_accounts where account_id = ${person.id}`
  stack.providers!.stripe.completeAccount(account!.provider_reference)
  await must(person.tb.payouts.status())
  await expectUnchanged(state, async () => {
    await expectRefusal(person.tb.payouts.withdraw({ ...input, amount: 100_001 }), 'insufficient_funds')
    await expectRefusal(person.tb.payouts.withdraw({ ...input, amount: 4_999 }), 'validation_failed', {
      amount: ['range'],
    })
    await expectRefusal(person.tb.payouts.withdraw({ ...input, amount: 0.5 }), 'validation_failed')
    await expectRefusal(device(stack).tb.payouts.withdraw(input), 'auth_required')
  })
  const asked = await Promise.all([person.tb.payouts.withdraw(input), person.tb.payouts.withdraw(input)])
  expect(asked.map(({ error }) => error?.code ?? 'asked').sort()).toEqual(['asked', 'insufficient_funds'])
  const withdrawal = asked.find(({ data }) => data !== null)!.data!
  expect(withdrawal.status).toBe('pending')
  expect(await wallet()).toMatchObject({ balance: 40_000, pending: 60_000 })
  stack.providers!.stripe.setBalance('usd', 1_000_000)
  await drain()
  expect((await must(person.tb.payouts.listWithdrawals())).items).toMatchObject([
    { id: withdrawal.id, status: 'paid', provider_reference: expect.stringMatching(/^tr_/) },
  ])
  expect(await wallet()).toMatchObject({ balance: 40_000, pending: 0 })

  await must(
    person.tb.payouts.setDestination({ holder: 'Jane Doe', details: 'KZ86125KZT5004100100', bank: 'TSESKZKA' }),
  )
  expect(await must(person.tb.payouts.getDestination())).toMatchObject({ holder: 'Jane Doe' })
  const byHand = await person.client.rpc('request_withdrawal', { amount: 5_000, currency: 'USD', method: 'manual' })
  expect(byHand.data).toMatchObject([{ status: 'pending', method: 'manual' }])
  expect(await must(person.tb.payouts.cancelWithdrawal(byHand.data[0].id))).toMatchObject({ status: 'cancelled' })
  expect(await wallet()).toMatchObject({ balance: 40_000, pending: 0 })
  const stays = await expectRefusal(person.tb.accounts.delete({ password: person.password }), 'conflict')
  expect(stays.details).toMatchObject({ reason: 'money_left' })
})
