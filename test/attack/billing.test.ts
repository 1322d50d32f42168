import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRecruiter, giveCredits } from '../helpers/hiring.ts'
import { liftRequestLimits, type Person, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'

let stack: TestStack
let recruiter: Person
let other: Person
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  recruiter = await createRecruiter(stack)
  other = await createRecruiter(stack)
  for (const person of [recruiter, other]) {
    await giveCredits(stack, person, 50)
    await subscribe(stack, person, 'hiring_basic')
  }
})
afterAll(() => stack.close())

async function changesNothing(attempts: Record<string, () => PromiseLike<{ error: unknown }>>): Promise<void> {
  const before = await stateOf(stack)
  for (const [name, attempt] of Object.entries(attempts)) expect((await attempt()).error, name).not.toBeNull()
  expect(await stateOf(stack)).toEqual(before)
}

test('42: nobody sets a price, makes a plan of their own, or gives themselves credits or a subscription', async () => {
  const { client, id } = recruiter
  const subscription = { account_id: id, product: 'hiring', plan_id: 'hiring_enterprise', period: 'year' }
  const cheap = { plan_id: 'hiring_enterprise', period: 'year' }
  await changesNothing({
    'a price': () => client.from('plan_prices').update({ amount: 1 }).eq('plan_id', 'hiring_enterprise'),
    'an unlock price': () => client.from('plans').update({ unlock_price: 0 }).eq('id', 'hiring_basic'),
    'more in a plan': () => client.from('plan_entitlements').update({ quantity: null }).eq('plan_id', 'hiring_basic'),
    'a plan': () =>
      client.from('plans').insert({ id: 'mine', product: 'hiring', name: 'Mine', rank: 7, unlock_price: 0 }),
    'a subscription': () => client.from('subscriptions').insert(subscription),
    'a longer one': () => client.from('subscriptions').update({ expires_at: '2100-01-01' }).eq('account_id', id),
    'one that others have paid': () =>
      client.from('subscriptions').update({ account_id: id }).eq('account_id', other.id),
    'a price in a request': () => client.rpc('request_subscription', { ...cheap, amount: 1 }),
    'a payment in a request': () => client.rpc('request_subscription', { ...cheap, payment_reference: 'paid' }),
    'a request in another’s name': () => client.rpc('request_subscription', { ...cheap, account_id: other.id }),
    'credits through the API': () => client.rpc('adjust_wallet', { account_id: id, amount: 5, reason: 'Mine.' }),
    'credits through private': () =>
      client.schema('private').rpc('adjust_wallet', { account_id: id, amount: 5, reason: 'Mine.' }),
    'a transfer': () =>
      client.schema('private').rpc('transfer', { kind: 'x', from_id: other.id, to_id: id, amount: 5 }),
    'an approval': () => client.schema('private').rpc('approve_subscription', { subscription_id: id }),
    'a plan by the function': () =>
      client
        .schema('private')
        .rpc('activate_subscription', { account_id: id, plan_id: 'hiring_enterprise', period: 'year' }),
    'an override': () =>
      client.schema('private').rpc('override_entitlement', {
        ...{ account_id: id, entitlement_id: 'shared_unlocks', quantity: null, reason: 'Mine.' },
      }),
    'the setting': () =>
      client.schema('private').from('settings').update({ value: 0 }).eq('key', 'hiring.unlock_price'),
  })
})

test('3, 14: another’s wallet, history and subscriptions are read by no argument, filter or cursor', async () => {
  const { client } = recruiter
  const [theirs] = (await other.client.rpc('list_wallet_transactions')).data
  const [subscription] = (await other.client.rpc('list_subscriptions')).data
  const own = (await client.rpc('list_wallet_transactions')).data
  await changesNothing({
    wallet: () => client.rpc('my_wallet', { account_id: other.id }),
    history: () => client.rpc('list_wallet_transactions', { account_id: other.id }),
    subscriptions: () => client.rpc('list_subscriptions', { account_id: other.id }),
    cancelling: () => client.rpc('cancel_subscription', { subscription_id: subscription.id }),
  })
  expect((await client.rpc('get_subscription', { subscription_id: subscription.id })).data).toEqual([])
  expect((await client.from('subscriptions').select().eq('account_id', other.id)).data).toEqual([])
  // A cursor is a place in one's own list, whoever it was given to.
  const after = await client.rpc('list_wallet_transactions', { cursor: theirs.cursor })
  expect(after.data.map(({ id }: { id: number }) => id)).toEqual(
    own.filter(({ id }: { id: number }) => id < theirs.id).map(({ id }: { id: number }) => id),
  )
  const shown = JSON.stringify([after.data, own, (await client.rpc('my_wallet')).data])
  expect(shown).not.toContain(other.id)
})

test('19: a subscription goes from each status only where it may', async () => {
  const approve = (id: string) => sql(stack)`select private.approve_subscription(${id})`
  const reject = (id: string) => sql(stack)`select private.reject_subscription(${id}, 'For a test.')`
  const days = (id: string, started: number, expires: number) => sql(stack)`
    update public.subscriptions set started_at = now() + ${started} * interval '1 day', expires_at = now() + ${expires} * interval '1 day'
    where id = ${id}`
  const status = async (person: Person, id: string) =>
    (await person.client.rpc('get_subscription', { subscription_id: id }).single<{ status: string }>()).data!.status
  const ask = async (person: Person) =>
    (
      await person.client
        .rpc('request_subscription', { plan_id: 'hiring_basic', period: 'month' })
        .single<{ id: string }>()
    ).data!.id

  const reach: Record<string, (person: Person, id: string) => Promise<unknown>> = {
    pending: async () => undefined,
    active: (_, id) => approve(id),
    scheduled: async (person) => {
      await subscribe(stack, person, 'hiring_professional', 'quarter')
      // What an admin gives drops what was asked for: it is asked for anew.
      return approve(await ask(person))
    },
    past_due: async (_, id) => {
      await approve(id)
      await sql(stack)`update public.subscriptions set auto_renew = true where id = ${id}`
      return days(id, -31, -1)
    },
    cancelled: async (person, id) => {
      await approve(id)
      return person.client.rpc('cancel_subscription', { subscription_id: id })
    },
    rejected: (_, id) => reject(id),
    expired: async (_, id) => {
      await approve(id)
      return days(id, -31, -1)
    },
  }
  const allowed: Record<string, Record<string, string>> = {
    pending: { cancel: 'cancelled', approve: 'active', reject: 'rejected' },
    active: { cancel: 'cancelled' },
    past_due: { cancel: 'expired' },
  }
  for (const [from, bring] of Object.entries(reach)) {
    for (const move of ['cancel', 'approve', 'reject']) {
      const person = await createRecruiter(stack)
      await bring(person, await ask(person))
      const [row] = (await person.client.rpc('list_subscriptions')).data as { id: string; status: string }[]
      const { id } = row!
      expect(await status(person, id)).toBe(from)
      const refused =
        move === 'cancel'
          ? (await person.client.rpc('cancel_subscription', { subscription_id: id })).error !== null
          : await (move === 'approve' ? approve(id) : reject(id)).then(
              () => false,
              () => true,
            )
      const to = allowed[from]?.[move]
      expect([from, move, refused]).toEqual([from, move, to === undefined])
      expect(await status(person, id)).toBe(to ?? from)
    }
  }
})
