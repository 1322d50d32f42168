import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { atOnce, type Run } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import {
  type Claimed,
  claimDeliveries,
  deliveriesOf,
  letTimePass,
  notify,
  registerDevice,
} from '../helpers/notifications.ts'
import {
  createPerson,
  liftRequestLimits,
  type Person,
  serviceClient,
  setRequestLimits,
  sql,
} from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let person: Person
let token: string

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())
beforeEach(async () => {
  await sql(stack)`delete from private.notification_deliveries`
  person = await createPerson(stack)
  token = await registerDevice(person)
})

const service = () => serviceClient(stack)
const waiting = async (channel?: string) =>
  (await deliveriesOf(stack, person)).filter((one) => channel === undefined || one.channel === channel)
const claim = async (channels?: string[]) => {
  await letTimePass(stack)
  return claimDeliveries(stack, 100, channels)
}
const prefer = async (preferences: object, one = person) => {
  const { error } = await one.client.rpc('set_notification_preferences', { preferences })
  expect(error).toBeNull()
}
const fail = async ({ id, attempt }: Claimed, more: object = {}) => {
  const failure = { delivery_id: id, attempt, reason: 'no luck', ...more }
  expect((await service().rpc('fail_notification_delivery', failure)).error).toBeNull()
}

/** So many seconds ahead, less what has passed since: none of the pauses is half of one that it could be taken for. */
function expectAbout(seconds: number | undefined, wanted: number): void {
  expect(seconds).toBeLessThanOrEqual(wanted)
  expect(seconds).toBeGreaterThan(wanted / 2)
}

describe('what is queued', () => {
  const choices = [undefined, true, false]
  const combinations = choices.flatMap((in_app) =>
    choices.flatMap((push) => choices.map((email) => ({ in_app, push, email }))),
  )

  test.each(['payment_status', 'new_response'])('%s goes by the channels that are on, and no other', async (type) => {
    for (const chosen of combinations) {
      await sql(stack)`delete from private.notification_deliveries`
      await sql(stack)`delete from public.notifications where account_id = ${person.id}`
      await sql(stack)`delete from public.notification_preferences where account_id = ${person.id}`
      await prefer({ [type]: JSON.parse(JSON.stringify(chosen)) })
      await notify(stack, person, type, { status: 'succeeded' })
      const rows = await sql(stack)`select from public.notifications where account_id = ${person.id}`
      const channels = (await waiting()).map(({ channel }) => channel)
      const { in_app = true, push = true, email = type === 'payment_status' } = chosen
      expect(
        [rows.length === 1, channels.includes('push'), channels.includes('email')],
        JSON.stringify(chosen),
      ).toEqual([in_app, push, email])
      expect(channels).toHaveLength(Number(push) + Number(email))
    }
  })

  test('true and false alone are for all channels, and wrong choices change nothing', async () => {
    await prefer({ new_response: false, payment_status: { email: false } })
    await notify(stack, person, 'new_response')
    await notify(stack, person, 'payment_status')
    expect((await waiting()).map(({ channel, type }) => [channel, type])).toEqual([['push', 'payment_status']])
    for (const wrong of [
      { new_response: { sms: true } },
      { new_response: { push: 'no' } },
      { new_response: 1 },
      { nothing: true },
      { new_response: { push: true }, nothing: { push: true } },
    ]) {
      const { error } = await person.client.rpc('set_notification_preferences', { preferences: wrong })
      expect(error?.code).toBe('validation_failed')
    }
    await notify(stack, person, 'new_response')
    expect(await waiting()).toHaveLength(1)
  })

  test('a push waits for seconds, a mail for minutes', async () => {
    await notify(stack, person, 'payment_status')
    expect((await waiting()).map(({ channel, waits }) => [channel, waits])).toEqual([
      ['push', 5],
      ['email', 600],
    ])
    expect(await claimDeliveries(stack)).toEqual([])
  })

  test('one row a device, of the twenty that were seen last', async () => {
    for (let i = 0; i < 21; i++) await registerDevice(person)
    await notify(stack, person, 'general')
    const rows = await sql(stack)`
      select v.token from private.notification_deliveries d join public.devices v on v.id = d.device_id
      where d.account_id = ${person.id}
    `
    expect(rows).toHaveLength(20)
    expect(rows.map((row) => row.token)).not.toContain(token)
  })

  test('switching a channel off drops what waits for it', async () => {
    await notify(stack, person, 'payment_status')
    await notify(stack, person, 'general')
    await prefer({ payment_status: { push: false } })
    expect((await waiting()).map(({ channel, type }) => [channel, type])).toEqual([
      ['email', 'payment_status'],
      ['push', 'general'],
    ])
  })

  test('an account that is being deleted is passed over, and its deliveries go with it', async () => {
    await notify(stack, person, 'payment_status')
    const { error } = await person.client.rpc('delete_account', { password: person.password })
    expect(error).toBeNull()
    expect(await deliveriesOf(stack, person)).toEqual([])
    await notify(stack, person, 'payment_status')
    expect(await deliveriesOf(stack, person)).toEqual([])
  })
})

describe('what is taken', () => {
  test('a burst is one push with its count and the newest data; one by device, type and account', async () => {
    const other = await createPerson(stack)
    await registerDevice(other)
    const second = await registerDevice(person)
    const responses = Array.from({ length: 4 }, () => randomUUID())
    for (const response_id of responses) await notify(stack, person, 'new_response', { response_id })
    await notify(stack, person, 'new_order')
    await notify(stack, other, 'new_response')
    const taken = await claim(['push'])
    const seen = taken.map((one) => [one.token === token || one.token === second, one.type, one.count, one.data])
    expect(seen).toEqual(
      expect.arrayContaining([
        [true, 'new_response', 4, { response_id: responses[3] }],
        [true, 'new_order', 1, {}],
        [false, 'new_response', 1, {}],
      ]),
    )
    expect(taken).toHaveLength(5)
    expect(new Set(taken.map((one) => one.token)).size).toBe(3)
  })

  test('what comes after it was taken is another one', async () => {
    await notify(stack, person, 'new_response')
    const [first] = await claim()
    await notify(stack, person, 'new_response')
    const [second, ...more] = await claim().then((taken) => taken.filter(({ id }) => id !== first!.id))
    expect([second!.count, more]).toEqual([1, []])
  })

  test('a group is pushed with what is unread of it, however fast its events come', async () => {
    const conversation_id = randomUUID()
    for (let i = 0; i < 3; i++) await notify(stack, person, 'new_message', { conversation_id })
    // The first is due, and its notification was replaced by the others.
    await sql(stack)`
      update private.notification_deliveries set due_at = now()
      where id = (select min(id) from private.notification_deliveries)
    `
    const [one, ...none] = await claimDeliveries(stack)
    expect([one!.count, one!.data, none]).toEqual([3, { conversation_id, count: 3 }, []])
    await service().rpc('complete_notification_deliveries', { ids: [one!.id] })
    await notify(stack, person, 'new_message', { conversation_id })
    await notify(stack, person, 'new_message', { conversation_id: randomUUID() })
    expect((await claim()).map(({ count }) => count)).toEqual([4, 1])
  })

  test('what was read or deleted meanwhile is not sent', async () => {
    for (let i = 0; i < 3; i++) await notify(stack, person, 'payment_status', { payment_id: randomUUID() })
    const rows = await sql(stack)`select id from public.notifications where account_id = ${person.id} order by id`
    await person.client.rpc('mark_notifications_read', { ids: [Number(rows[0]!.id)] })
    await person.client.from('notifications').delete().eq('id', rows[1]!.id)
    expect((await claim()).map(({ channel, count }) => [channel, count])).toEqual([
      ['push', 1],
      ['email', 1],
    ])
    await sql(stack)`delete from private.notification_deliveries`
    await notify(stack, person, 'payment_status')
    await person.client.rpc('mark_notifications_read')
    expect(await claim()).toEqual([])
    expect(await waiting()).toEqual([])
  })

  test('reading a group drops what waits of it, also where nothing is shown in the app', async () => {
    const conversation_id = randomUUID()
    await prefer({ new_message: { in_app: false } })
    await notify(stack, person, 'new_message', { conversation_id })
    await notify(stack, person, 'new_message', { conversation_id: 'another' })
    await sql(stack)`select private.read_grouped_notifications(${person.id}, 'new_message', ${conversation_id})`
    expect((await claim()).map(({ data }) => data)).toEqual([{ conversation_id: 'another' }])
  })

  test('channels that are not set up wait, uncounted, and keep nobody up', async () => {
    await notify(stack, person, 'payment_status')
    expect((await claim(['email'])).map(({ channel }) => channel)).toEqual(['email'])
    const [push] = await waiting('push')
    expect(push).toMatchObject({ attempts: 0, last_error: 'not configured', is_dead: false })
    expectAbout(push!.due_in, 900)
    expect(await claim([])).toEqual([])
    const [wanted] = await sql(stack)`select private.is_notify_wanted() as yes`
    expect(wanted!.yes).toBe(false)
    expect((await claim(['push'])).map(({ attempt }) => attempt)).toEqual([1])
  })

  test('eight takers at once have each delivery once', async () => {
    const { ids } = await makeAccounts(stack, 150)
    await sql(stack)`
      insert into public.devices (account_id, token, platform)
      select id, 'token-' || id, 'ios' from unnest(${ids}::uuid[]) as id
    `
    await sql(stack)`select private.notify(id, 'payment_status', '{}') from unnest(${ids}::uuid[]) as id`
    await letTimePass(stack)
    const taken: string[] = []
    const take: Run = async (tx) => {
      const rows = await tx`select id from private.claim_notification_deliveries(20, '{push,email}')`
      taken.push(...rows.map((row) => row.id))
    }
    await atOnce(
      stack,
      Array.from({ length: 8 }, () => ({ runs: [take, take, take] })),
    )
    expect(taken).toHaveLength(300)
    expect(new Set(taken).size).toBe(300)
  })

  test('of a batch that is not worth sending, the next is taken', async () => {
    for (let i = 0; i < 3; i++) {
      const gone = await createPerson(stack)
      await notify(stack, gone, 'payment_status')
      await sql(stack)`select private.suspend_account(${gone.id}, 'test')`
    }
    await notify(stack, person, 'payment_status')
    await letTimePass(stack)
    const account = await sql(stack)`select email from auth.users where id = ${person.id}`
    const [one] = await claimDeliveries(stack, 1)
    expect([one!.channel === 'push' || one!.address === account[0]!.email]).toEqual([true])
  })
})

describe('what became of it', () => {
  test('whoever fails waits twice as long each time, then is dead and kept', async () => {
    await notify(stack, person, 'general')
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 8; attempt++) {
      const [one] = await claim()
      expect(one!.attempt).toBe(attempt)
      await fail(one!)
      pauses.push((await waiting())[0]!.due_in)
    }
    for (const [index, pause] of [30, 60, 120, 240, 480, 960, 1920].entries()) expectAbout(pauses[index], pause)
    expect(await waiting()).toMatchObject([{ is_dead: true, last_error: 'no luck', attempts: 8 }])
    expect(await claim()).toEqual([])

    const [again] = await sql(stack)`select private.requeue_notification_deliveries() as count`
    expect(again!.count).toBe(1)
    expect((await claim()).map(({ attempt }) => attempt)).toEqual([1])
  })

  test('a provider that asks for time gets it, a day at most', async () => {
    await notify(stack, person, 'general')
    for (const [asked, got] of [
      [10, 30],
      [500, 500],
      [10_000_000, 86_400],
    ]) {
      const [one] = await claim()
      await fail(one!, { retry_after: asked })
      expectAbout((await waiting())[0]!.due_in, got!)
    }
  })

  test('what is refused for good is dead at once, and others of its kind go on', async () => {
    await notify(stack, person, 'general')
    const [one] = await claim()
    await fail(one!, { is_final: true })
    expect(await waiting()).toMatchObject([{ is_dead: true, attempts: 1 }])
    await notify(stack, person, 'general')
    expect(await claim()).toHaveLength(1)
  })

  test('whose claim ran out has no say any more; one who never comes back is dead in the end', async () => {
    await notify(stack, person, 'general')
    const [first] = await claim()
    const [second] = await claim()
    expect([second!.id, second!.attempt]).toEqual([first!.id, 2])
    await fail(first!, { is_final: true })
    expect(await waiting()).toMatchObject([{ is_dead: false, attempts: 2, last_error: null }])
    for (let i = 0; i < 6; i++) await claim()
    expect(await claim()).toEqual([])
    expect(await waiting()).toMatchObject([{ is_dead: true, attempts: 8 }])
  })

  test('what was not tried is given back without an attempt', async () => {
    await notify(stack, person, 'general')
    const [one] = await claim()
    await service().rpc('release_notification_deliveries', { ids: [one!.id], retry_after: 60, reason: 'later' })
    expect(await waiting()).toMatchObject([{ attempts: 0, last_error: 'later' }])
    expectAbout((await waiting())[0]!.due_in, 60)
  })

  test('a dead token takes the device with all that waits, unless it was registered again', async () => {
    await notify(stack, person, 'general')
    const [one] = await claim()
    await notify(stack, person, 'new_response')
    const { device_id, claimed_at } = one!
    const forget = async (more: object) =>
      (await service().rpc('forget_device', { device_id, token, claimed_at, ...more })).data
    expect(await forget({ token: 'another-token' })).toBe(false)
    expect(await forget({ device_id: randomUUID() })).toBe(false)
    await registerDevice(person, token)
    expect(await forget({})).toBe(false)
    expect(await waiting()).toHaveLength(2)
    const [now] = await sql(stack)`select now() as moment`
    expect(await forget({ claimed_at: now!.moment })).toBe(true)
    expect(await waiting()).toEqual([])
    expect(await sql(stack)`select from public.devices where account_id = ${person.id}`).toHaveLength(0)
  })

  test('what waits or is dead for too long is forgotten, the rest stays', async () => {
    const make = (age: string, more: object = {}) =>
      sql(stack)`
      insert into private.notification_deliveries ${sql(stack)({ account_id: person.id, channel: 'email', type: 'general', ...more, due_at: new Date() } as never)}
      returning id`.then(async ([row]) => {
        await sql(stack)`
        update private.notification_deliveries
        set created_at = now() - ${age}::interval, dead_at = case when attempts = 8 then now() - ${age}::interval end
        where id = ${row!.id}`
        return row!.id
      })
    const kept = [await make('47 hours'), await make('3 days', { attempts: 1 }), await make('29 days', { attempts: 8 })]
    await make('49 hours')
    await make('31 days', { attempts: 8 })
    const [run] = await sql(stack)`select private.forget_old_deliveries() as count`
    expect(run!.count).toBe(2)
    expect((await waiting()).map(({ id }) => id)).toEqual(kept)
  })
})

describe('what may leave', () => {
  test('ids and states alone', async () => {
    const data = {
      conversation_id: randomUUID(),
      message: 'call me: +7 701 201 95 30',
      text_id: 'two words',
      email: 'a@example.test',
      amount: 1000,
      nested_id: { a: 1 },
      status: 'accepted',
      author_id: person.id,
    }
    await notify(stack, person, 'new_message', data)
    const [one] = await claim()
    expect(one!.data).toEqual({
      conversation_id: data.conversation_id,
      // Of a group.
      count: 1,
      status: 'accepted',
      author_id: person.id,
    })
  })

  test('a title as it is now, while its reader may see it', async () => {
    const owner = await createPerson(stack, { roles: ['agency'] })
    const [casting] = await sql(stack)`
      insert into public.castings (owner_id, title, description, category, status)
      values (${owner.id}, 'First', 'x', 'fashion', 'active') returning id
    `
    const names = async () => {
      await notify(stack, person, 'new_casting', { casting_id: casting!.id })
      const [one] = await claim()
      await sql(stack)`delete from private.notification_deliveries`
      return one!.names
    }
    expect(await names()).toEqual({ casting: 'First' })
    await sql(stack)`update public.castings set title = 'Second' where id = ${casting!.id}`
    expect(await names()).toEqual({ casting: 'Second' })
    await sql(stack)`update public.castings set status = 'draft' where id = ${casting!.id}`
    expect(await names()).toEqual({})
  })

  test('who wrote is named, unless they stand in no directory or a block is between', async () => {
    const agency = await createPerson(stack, { roles: ['agency'], metadata: { first_name: 'Ann', last_name: 'Lee' } })
    const candidate = await createPerson(stack, { roles: ['candidate'], metadata: { first_name: 'Secret' } })
    const names = async (author: Person) => {
      await notify(stack, person, 'new_message', { conversation_id: randomUUID(), author_id: author.id })
      const [one] = await claim()
      await sql(stack)`delete from private.notification_deliveries`
      return one!.names
    }
    expect(await names(agency)).toEqual({ author: 'Ann Lee' })
    expect(await names(candidate)).toEqual({})
    await person.client.rpc('block_account', { account_id: agency.id })
    expect(await names(agency)).toEqual({})
  })
})

describe('a test', () => {
  const send = (one = person) => one.client.rpc('send_test_notification')

  test('goes past preferences and quiet hours to every device at once, and is counted', async () => {
    await registerDevice(person)
    await prefer({ general: false })
    await sql(stack)`
      insert into public.notification_settings (account_id, quiet_from, quiet_until) values (${person.id}, '00:00', '23:59')
      on conflict (account_id) do nothing
    `
    await sql(stack)`update public.notification_settings set quiet_until = '24:00' where account_id = ${person.id}`
    await notify(stack, person, 'new_order')
    expect((await send()).data).toBe(2)
    const taken = (await claimDeliveries(stack)).map(({ type, data, count }) => [type, data, count])
    expect(taken).toEqual(Array(2).fill(['general', { is_test: true }, 1]))
    const rows = await sql(
      stack,
    )`select data from public.notifications where account_id = ${person.id} and type = 'general'`
    expect(rows.map((row) => row.data)).toEqual([{ is_test: true }])
    const other = await createPerson(stack)
    expect((await send(other)).data).toBe(0)
  })

  test('five a minute, and the sixth leaves nothing', async () => {
    await setRequestLimits(stack, { test_notifications: 5 })
    for (let i = 0; i < 5; i++) expect((await send()).error).toBeNull()
    const { error, status } = await send()
    expect([error?.code, status]).toEqual(['rate_limit_exceeded', 429])
    expect(await waiting()).toHaveLength(5)
    await setRequestLimits(stack, { test_notifications: 1_000_000 })
  })
})
