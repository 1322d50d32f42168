import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allow,
  disallow,
  eventually,
  isLocal,
  type Joined,
  joinTopic,
  type Person,
  type RealtimeServer,
  startRealtime,
} from './realtime-server.ts'

describe.skipIf(!isLocal)('broadcasting from a client', () => {
  let server: RealtimeServer
  beforeAll(async () => {
    server = await startRealtime({ privateOnly: false })
  })
  afterAll(() => server.close())

  async function member(topic: string, rights: ('read' | 'write')[], realtime = {}): Promise<Person> {
    const person = await server.person({ realtime })
    await allow(server, topic, person.id, { broadcast: rights })
    return person
  }

  /** What a channel got before a message that everybody who may read gets, sent when all of the sender's were handled. */
  async function receivedBefore(topic: string, joined: Joined, sender?: Joined): Promise<unknown[]> {
    // One connection's calls are answered in their order.
    await sender?.channel.untrack()
    const mark = randomUUID()
    await server.sql`select realtime.send(jsonb_build_object('mark', ${mark}::text), 'end', ${topic})`
    await eventually(() => joined.broadcasts.at(-1)?.payload.mark).toBe(mark)
    // Those of earlier calls are not what anybody asks after.
    return joined.broadcasts.filter(({ event }) => event !== 'end').map(({ event, payload }) => [event, payload])
  }

  const send = (joined: Joined, event: string, payload: unknown = {}, options = {}) =>
    joined.channel.send({ type: 'broadcast', event, payload }, options)
  // Where no answer is to come, there is little use in waiting for it.
  const impatient = { timeout: 500 }

  test('reaches the others, not the sender', async () => {
    const [one, two] = [await member('talk', ['read', 'write']), await member('talk', ['read'])]
    const [sender, receiver] = [await joinTopic(one, 'talk'), await joinTopic(two, 'talk')]
    expect(await send(sender, 'said', { text: 'hello' })).toBe('ok')
    expect(await receivedBefore('talk', receiver, sender)).toEqual([['said', { text: 'hello' }]])
    expect(await receivedBefore('talk', sender)).toEqual([])
  })

  test('reaches the sender who asked for that', async () => {
    const one = await joinTopic(await member('echo', ['read', 'write']), 'echo', { broadcast: { self: true } })
    await send(one, 'said', { text: 'hello' })
    expect(await receivedBefore('echo', one, one)).toEqual([['said', { text: 'hello' }]])
  })

  test('keeps its order', async () => {
    const sender = await joinTopic(await member('order', ['read', 'write']), 'order')
    const receiver = await joinTopic(await member('order', ['read']), 'order')
    for (let number = 0; number < 200; number++) await send(sender, 'counted', { number })
    await eventually(() => receiver.broadcasts.length).toBe(200)
    expect(receiver.broadcasts.map(({ payload }) => payload.number)).toEqual([...Array(200).keys()])
  })

  test('is acknowledged where that was asked for', async () => {
    const sender = await joinTopic(await member('acked', ['read', 'write']), 'acked', { broadcast: { ack: true } })
    expect(await send(sender, 'said')).toBe('ok')
  })

  test('without the right to write is silence: no answer and nobody hears it', async () => {
    const reader = await member('silent', ['read'])
    const sender = await joinTopic(reader, 'silent', { broadcast: { ack: true, self: true } })
    const other = await joinTopic(await member('silent', ['read']), 'silent')
    expect(await send(sender, 'said', {}, impatient)).toBe('timed out')
    expect(await receivedBefore('silent', other, sender)).toEqual([])
    expect(await receivedBefore('silent', sender)).toEqual([])
  })

  test('with the right to write may take any event and any sender', async () => {
    const sender = await joinTopic(await member('forged', ['read', 'write']), 'forged')
    const receiver = await joinTopic(await member('forged', ['read']), 'forged')
    await send(sender, 'INSERT', { sender: randomUUID(), record: { id: 1 } })
    expect(await receivedBefore('forged', receiver, sender)).toEqual([
      ['INSERT', { sender: expect.any(String), record: { id: 1 } }],
    ])
  })

  test('a policy cannot tell one event from another', async () => {
    await server.sql`
      create policy by_event on realtime.messages for insert to authenticated
      with check ((select realtime.topic()) = 'by-event' and event = 'typing')`
    const sender = await joinTopic(await member('by-event', ['read']), 'by-event', {
      broadcast: { ack: true },
    })
    expect(await send(sender, 'typing', {}, impatient)).toBe('timed out')
  })

  test('names and texts of any language pass', async () => {
    const topic = 'комната №1 🎬'
    const sender = await joinTopic(await member(topic, ['read', 'write']), topic)
    const receiver = await joinTopic(await member(topic, ['read']), topic)
    await send(sender, 'жауап', { text: 'Сәлем, 世界 👋' })
    expect(await receivedBefore(topic, receiver, sender)).toEqual([['жауап', { text: 'Сәлем, 世界 👋' }]])
  })

  test('bytes pass unchanged', async () => {
    const sender = await joinTopic(await member('bytes', ['read', 'write']), 'bytes')
    const receiver = await joinTopic(await member('bytes', ['read']), 'bytes')
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await send(sender, 'bytes', bytes.buffer)
    await eventually(() => receiver.broadcasts.length).toBe(1)
    expect(new Uint8Array(receiver.broadcasts[0]!.payload)).toEqual(bytes)
  })

  test('clients of both protocol versions hear each other', async () => {
    const old = await joinTopic(await member('both', ['read', 'write'], { vsn: '1.0.0' }), 'both')
    const current = await joinTopic(await member('both', ['read', 'write']), 'both')
    await send(old, 'from-old', { text: 'один' })
    expect(await receivedBefore('both', current, old)).toEqual([['from-old', { text: 'один' }]])
    await send(current, 'from-current', { text: 'два' })
    await eventually(() => old.broadcasts.at(-1)?.event).toBe('from-current')
    expect(old.broadcasts.at(-1)!.payload).toEqual({ text: 'два' })
    // Version 1 has no frame for bytes.
    await send(current, 'bytes', new Uint8Array([1]).buffer)
    await send(current, 'last')
    await eventually(() => old.broadcasts.at(-1)?.event).toBe('last')
    expect(old.broadcasts.map(({ event }) => event)).toEqual(['end', 'from-current', 'last'])
  })

  test('a payload over the limit is refused', async () => {
    const sender = await joinTopic(await member('large', ['read', 'write']), 'large', { broadcast: { ack: true } })
    const receiver = await joinTopic(await member('large', ['read']), 'large')
    expect(await send(sender, 'fits', { text: 'x'.repeat(2_900_000) })).toBe('ok')
    expect(await send(sender, 'large', { text: 'x'.repeat(3_100_000) })).toBe('error')
    expect((await receivedBefore('large', receiver, sender)).map((message) => (message as string[])[0])).toEqual([
      'fits',
    ])
  })

  test('a frame over five million bytes ends the connection', async () => {
    const sender = await joinTopic(await member('frame', ['read', 'write']), 'frame', {
      broadcast: { ack: true },
    })
    expect(await send(sender, 'large', { text: 'x'.repeat(5_100_000) }, impatient)).toBe('timed out')
    await eventually(() => sender.statuses[1]).toMatch(/^CHANNEL_ERROR/)
  })

  test('public and private channels of one name are two rooms', async () => {
    const anyone = await server.person()
    const public_ = await joinTopic(anyone, 'named', { private: false })
    const private_ = await joinTopic(await member('named', ['read', 'write']), 'named')
    await send(public_, 'public')
    await send(private_, 'private')
    await private_.channel.untrack()
    expect(await receivedBefore('named', private_, public_)).toEqual([])
    await server.sql`select realtime.send('{}', 'end', 'named', false)`
    await eventually(() => public_.broadcasts.map(({ event }) => event)).toEqual(['end'])
  })

  test('a removed member goes on until the token changes', async () => {
    const frames: string[] = []
    const heartbeats: string[] = []
    const person = await member('removal', ['read', 'write'], {
      logger: (kind: string, message: string) => kind === 'receive' && frames.push(message),
      heartbeatCallback: (status: string) => heartbeats.push(status),
    })
    const removed = await joinTopic(person, 'removal')
    const other = await joinTopic(await member('removal', ['read']), 'removal')
    await send(removed, 'before')
    await eventually(() => other.broadcasts.length).toBe(1)
    await disallow(server, 'removal', person.id)
    await send(removed, 'after')
    expect(await receivedBefore('removal', other, removed)).toEqual([
      ['before', {}],
      ['after', {}],
    ])
    await eventually(() => removed.broadcasts.map(({ event }) => event)).toEqual(['end'])

    await person.use(await server.token({ sub: person.id, role: 'authenticated', again: true }))
    await eventually(() => removed.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
    expect(removed.systems).toEqual([
      {
        extension: 'system',
        status: 'error',
        message: 'You do not have permissions to read from this Channel topic: removal',
        channel: 'removal',
      },
    ])
    await server.sql`select realtime.send('{}', 'unheard', 'removal')`
    await eventually(() => other.broadcasts.at(-1)?.event).toBe('unheard')
    await person.supabase.realtime.sendHeartbeat()
    await eventually(() => heartbeats).toContain('ok')
    // Not even a frame that the client would drop.
    expect(frames.filter((frame) => frame.includes(' broadcast'))).toHaveLength(1)
  })

  test('a lost right to write counts from the next token on', async () => {
    const person = await member('muted', ['read', 'write'])
    const muted = await joinTopic(person, 'muted', { broadcast: { ack: true } })
    expect(await send(muted, 'before')).toBe('ok')
    await server.sql`delete from public.rights where topic = 'muted' and allowed = 'write'`
    expect(await send(muted, 'cached')).toBe('ok')
    await person.use(await server.token({ sub: person.id, role: 'authenticated', again: true }))
    expect(await send(muted, 'after', {}, impatient)).toBe('timed out')
    expect(muted.statuses).toEqual(['SUBSCRIBED'])
  })

  test('a lost right to one extension ends the channel', async () => {
    const person = await member('halved', ['read'])
    await allow(server, 'halved', person.id, { presence: ['read'] })
    const halved = await joinTopic(person, 'halved', { presence: { enabled: true } })
    await server.sql`delete from public.rights where topic = 'halved' and extension = 'presence'`
    await person.use(await server.token({ sub: person.id, role: 'authenticated', again: true }))
    await eventually(() => halved.systems.at(-1)?.message).toBe(
      'You no longer have permission to read from this Channel topic: halved',
    )
    await eventually(() => halved.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
  })

  test.each([
    ['nonsense', async () => 'nonsense', /^The token provided is not a valid JWT$/],
    ['an expired token', () => server.token({ role: 'authenticated', exp: 1 }), /^Token has expired \d+ seconds ago$/],
    ['a token without a role', () => server.token({}), /^Fields `role` and `exp` are required in JWT$/],
  ])('%s ends the channel', async (name, make, reason) => {
    const person = await member(name, ['read'])
    const joined = await joinTopic(person, name)
    await person.use(await make())
    await eventually(() => joined.systems.at(-1)?.message).toMatch(reason)
    await eventually(() => joined.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
  })

  test('the channel ends with its token', async () => {
    const person = await server.person({ expiresIn: 2 })
    await allow(server, 'short', person.id, { broadcast: ['read'] })
    const joined = await joinTopic(person, 'short')
    await eventually(() => joined.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
    expect(joined.systems.at(-1)?.message).toMatch(/^Token has expired \d seconds ago$/)
  })

  test('a newer token lets the channel outlive the first', async () => {
    const person = await server.person({ expiresIn: 2 })
    await allow(server, 'renewed', person.id, { broadcast: ['read'] })
    const renewed = await joinTopic(person, 'renewed')
    const other = await joinTopic(await server.person({ id: person.id, expiresIn: 2 }), 'renewed')
    await person.use(await server.token({ sub: person.id, role: 'authenticated' }))
    await eventually(() => other.statuses).toContain('CLOSED')
    expect(await receivedBefore('renewed', renewed)).toEqual([])
    expect(renewed.statuses).toEqual(['SUBSCRIBED'])
  })
})
