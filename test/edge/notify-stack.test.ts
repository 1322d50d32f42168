import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveriesOf, letTimePass, notify, registerDevice } from '../helpers/notifications.ts'
import { createPerson, liftRequestLimits, type Person, serviceClient, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// The whole way: a module tells, the database queues, the function sends, the doubles have it.

let stack: TestStack
let person: Person
let token: string
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  person = await createPerson(stack, { metadata: { locale: 'ru' } })
  token = await registerDevice(person)
})
afterAll(() => stack.close())

const call = async (client = serviceClient(stack)) => {
  const { data, error } = await client.functions.invoke('notify', { body: {} })
  return error === null ? data : error.context.status
}

const pushes = (of = token) => stack.providers!.fcm.messages({ token: of })

test('what happened reaches the device and the mailbox, once', async (context) => {
  context.skip(stack.providers === null)
  await notify(stack, person, 'payment_status', { status: 'succeeded', payment_id: person.id, amount: 1000 })
  expect(await call()).toMatchObject({ sent: 0 })
  await letTimePass(stack)
  expect(await call(person.client)).toBe(403)
  const [one, two] = await Promise.all([call(), call()])
  expect(one.sent + two.sent).toBe(2)
  expect(await call()).toMatchObject({ sent: 0 })
  expect(pushes().map(({ message }) => message)).toMatchObject([
    {
      notification: { title: 'Платёж получен' },
      data: { type: 'payment_status', data: JSON.stringify({ status: 'succeeded', payment_id: person.id }) },
    },
  ])
  expect(stack.mail!.messages({ to: person.email }).map(({ subject }) => subject)).toEqual(['Платёж получен'])
  expect(await deliveriesOf(stack, person)).toEqual([])
})

test('a dead token takes its device with it', async (context) => {
  context.skip(stack.providers === null)
  const dead = await registerDevice(person)
  stack.providers!.fcm.unregister(dead)
  await notify(stack, person, 'general')
  await letTimePass(stack)
  expect(await call()).toMatchObject({ sent: 1, forgotten: 1 })
  const devices = await sql(stack)`select token from public.devices where account_id = ${person.id}`
  expect(devices).toEqual([{ token }])
  expect(await deliveriesOf(stack, person)).toEqual([])
})

test('FCM’s outage is waited out', async (context) => {
  context.skip(stack.providers === null)
  const before = pushes().length
  await notify(stack, person, 'general')
  await letTimePass(stack)
  stack.providers!.addFault({ provider: 'fcm', path: '/v1/', status: 503 })
  expect(await call()).toMatchObject({ failed: 1 })
  expect(await call()).toMatchObject({ sent: 0, failed: 0 })
  await letTimePass(stack)
  expect(await call()).toMatchObject({ sent: 1 })
  expect(pushes()).toHaveLength(before + 1)
})

test('a function that ended before it said so sends a push once more, and shows it in place of itself; a mail not', async (context) => {
  context.skip(stack.providers === null)
  const reader = await createPerson(stack)
  const device = await registerDevice(reader)
  await notify(stack, reader, 'payment_status', { status: 'failed' })
  await letTimePass(stack)
  const kept = await sql(stack)`select * from private.notification_deliveries where account_id = ${reader.id}`
  expect(await call()).toMatchObject({ sent: 2 })
  // As they were left by one that was killed after sending.
  for (const row of kept) {
    await sql(stack)`
      insert into private.notification_deliveries overriding system value
      select * from jsonb_populate_record(null::private.notification_deliveries, ${sql(stack).json({ ...row, attempts: 1 } as never)})
    `
  }
  expect(await call()).toMatchObject({ sent: 2 })
  const tags = pushes(device).map(({ message }) => (message.android as { notification: object }).notification)
  expect(tags).toEqual([tags[0], tags[0]])
  expect(stack.mail!.messages({ to: reader.email })).toHaveLength(1)
})

test('the local ticker sends what is due', async (context) => {
  context.skip(stack.providers === null)
  const ticking = await startTestStack({ ticks: true })
  try {
    const reader = await createPerson(ticking)
    const device = await registerDevice(reader)
    expect((await reader.client.rpc('send_test_notification')).data).toBe(1)
    await expect
      .poll(() => ticking.providers!.fcm.messages({ token: device }).length, { timeout: 30_000, interval: 200 })
      .toBe(1)
  } finally {
    await ticking.close()
  }
})
