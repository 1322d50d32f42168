import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { createPerson, type Person } from '../helpers/people.ts'
import { eventually, listen } from '../helpers/realtime.ts'
import { startTestStack } from '../helpers/stack.ts'

let cast: Cast
let owner: Person
let stranger: Person

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  owner = cast.model.owner
  stranger = cast.model.stranger
})
afterAll(async () => {
  await owner.client.removeAllChannels()
  await stranger.client.removeAllChannels()
  await cast.stack.close()
})

const tell = (person: Person, mark: string) =>
  cast.sql`select private.notify(${person.id}, 'general', ${cast.sql.json({ mark })})`

const marks = (received: { payload: Record<string, unknown> }[]) =>
  received.map(({ payload }) => (payload.data as { mark?: string } | undefined)?.mark)

test('30: a stranger hears nothing of an account’s topic, private or not', async () => {
  const topic = `account:${owner.id}`
  expect(await listen(stranger.client, topic)).toBeUndefined()
  expect(await listen(cast.anon, topic)).toBeUndefined()
  const open: unknown[] = []
  const channel = stranger.client.channel(topic, { config: { private: false } })
  channel.on('broadcast', { event: '*' }, (message) => open.push(message))
  await new Promise<void>((resolve) => channel.subscribe((status) => status !== 'CLOSED' && resolve()))

  const own = (await listen(owner.client, topic))!
  await tell(owner, 'thirty')
  expect(await eventually(() => marks(own.received).includes('thirty'))).toBe(true)
  await tell(stranger, 'not heard either')
  expect(open).toEqual([])
  await stranger.client.removeAllChannels()
  await owner.client.removeAllChannels()
})

test('31: nobody forges a notification, not the owner, by socket or HTTP, on a private or a public channel', async () => {
  const topic = `account:${owner.id}`
  const own = (await listen(owner.client, topic))!
  const forged = { type: 'broadcast', event: 'notification', payload: { notification_id: 1, type: 'general' } } as const
  const rows = async () => (await cast.sql`select count(*)::int as count from realtime.messages`)[0]!.count
  const before = await rows()
  await own.channel.send(forged, { timeout: 500 })
  for (const person of [owner, stranger]) {
    const open = person.client.channel(topic, { config: { private: false } })
    if (person === stranger)
      await new Promise<void>((done) => open.subscribe((status) => status !== 'CLOSED' && done()))
    if (person === stranger) await open.send(forged)
    for (const isPrivate of [true, false]) {
      await fetch(`${cast.stack.url}/realtime/v1/api/broadcast`, {
        method: 'POST',
        headers: {
          apikey: cast.stack.publishableKey,
          authorization: `Bearer ${person.token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          messages: [{ topic, event: 'notification', payload: forged.payload, private: isPrivate }],
        }),
      })
    }
  }
  await tell(owner, 'the true one')
  expect(await eventually(() => marks(own.received).includes('the true one'))).toBe(true)
  expect(own.received).toHaveLength(1)
  expect(await rows()).toBe(before + 1)
  await stranger.client.removeAllChannels()
  await owner.client.removeAllChannels()
})

test('31: another’s id in a message’s sender gives no right to insert into realtime.messages', async () => {
  for (const client of [cast.anon, owner.client, cast.service]) {
    const { status } = await client
      .schema('realtime')
      .from('messages')
      .insert({ topic: `account:${owner.id}` })
    expect(status).toBe(406)
    expect((await client.schema('realtime').rpc('send', { topic: `account:${owner.id}` })).status).toBe(406)
  }
})

test('32: presence of an account is seen by no stranger', async () => {
  const own = (await listen(owner.client, `account:${owner.id}`))!
  await own.channel.track({ here: true }, { timeout: 500 })
  expect(await listen(stranger.client, `account:${owner.id}`)).toBeUndefined()
  expect(own.channel.presenceState()).toEqual({})
  await owner.client.removeAllChannels()
})

test('33: a suspended member with the socket left open hears nothing more, and reads it when the suspension is lifted', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const ear = (await listen(person.client, `account:${person.id}`))!
  const witness = (await listen(owner.client, `account:${owner.id}`))!
  await tell(person, 'before')
  expect(await eventually(() => marks(ear.received).includes('before'))).toBe(true)

  await cast.sql`select private.suspend_account(${person.id}, 'attack 33')`
  await tell(person, 'after')
  // What is sent later and heard proves that what was sent before would have been heard.
  await tell(owner, 'witness')
  expect(await eventually(() => marks(witness.received).includes('witness'))).toBe(true)
  expect(marks(ear.received)).toEqual(['before'])
  await person.client.removeAllChannels()
  expect(await listen(person.client, `account:${person.id}`)).toBeUndefined()

  await cast.sql`select private.lift_suspension(${person.id})`
  const { data } = await person.client.from('notifications').select('data').order('id')
  expect(data?.map((row) => row.data.mark)).toEqual(['before', 'after'])
  await owner.client.removeAllChannels()
})

test('33: a deleted account’s open socket hears nothing more', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const ear = (await listen(person.client, `account:${person.id}`))!
  expect((await person.client.rpc('delete_account', { password: person.password })).status).toBe(204)
  await tell(person, 'to nobody')
  expect(await listen(person.client, `account:${person.id}:again`)).toBeUndefined()
  expect(ear.received).toEqual([])
  expect(await cast.sql`select from public.notifications where account_id = ${person.id}`).toHaveLength(0)
  await person.client.removeAllChannels()
})
