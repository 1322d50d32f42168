import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allow,
  eventually,
  isLocal,
  joinTopic,
  type Person,
  type RealtimeServer,
  startRealtime,
} from './realtime-server.ts'

describe.skipIf(!isLocal)('joining a channel', () => {
  let server: RealtimeServer
  beforeAll(async () => {
    server = await startRealtime()
    await server.sql`
      create policy fails on realtime.messages as restrictive for select to authenticated
      using ((select realtime.topic()) is distinct from 'fails' or 1 / (length(topic) - 5) > 0)`
  })
  afterAll(() => server.close())

  const refusal = (topic: string) =>
    `CHANNEL_ERROR: Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`

  async function statusesOf(person: Person, topic: string, config = {}): Promise<string[]> {
    return (await joinTopic(person, topic, config)).statuses
  }

  test('who may read broadcasts is let in', async () => {
    const member = await server.person()
    await allow(server, 'room:1', member.id, { broadcast: ['read'] })
    expect(await statusesOf(member, 'room:1')).toEqual(['SUBSCRIBED'])
  })

  test('a stranger is told what is missing', async () => {
    expect(await statusesOf(await server.person(), 'room:1')).toEqual([refusal('room:1')])
  })

  test('so is whoever has no account', async () => {
    expect(await statusesOf(await server.person({ role: 'anon' }), 'room:1')).toEqual([refusal('room:1')])
  })

  test('the right to write does not let in', async () => {
    const writer = await server.person()
    await allow(server, 'room:2', writer.id, { broadcast: ['write'], presence: ['write'] })
    expect(await statusesOf(writer, 'room:2')).toEqual([refusal('room:2')])
  })

  test('the right to read presences lets in whoever wants presences', async () => {
    const watcher = await server.person()
    await allow(server, 'room:3', watcher.id, { presence: ['read'] })
    expect(await statusesOf(watcher, 'room:3')).toEqual([refusal('room:3')])
    const again = await server.person({ id: watcher.id })
    expect(await statusesOf(again, 'room:3', { presence: { enabled: true } })).toEqual(['SUBSCRIBED'])
  })

  test('service_role passes every policy', async () => {
    expect(await statusesOf(await server.person({ role: 'service_role' }), 'room:1')).toEqual(['SUBSCRIBED'])
  })

  test('a role that does not exist is a stranger', async () => {
    expect(await statusesOf(await server.person({ role: 'nobody' }), 'room:1')).toEqual([refusal('room:1')])
  })

  test('an error in a policy is a refusal', async () => {
    const member = await server.person()
    await allow(server, 'fails', member.id, { broadcast: ['read'] })
    expect(await statusesOf(member, 'fails')).toEqual([refusal('fails')])
    expect(server.lines.join('\n')).toContain('realtime:fails: division by zero')
  })

  test('asking the policies leaves no row', async () => {
    expect(await server.sql`select id from realtime.messages`).toHaveLength(0)
  })

  test('a public channel is refused', async () => {
    expect(await statusesOf(await server.person(), 'room:1', { private: false })).toEqual([
      'CHANNEL_ERROR: PrivateOnly: This project only allows private channels',
    ])
  })

  test('postgres_changes are refused', async () => {
    const member = await server.person()
    await allow(server, 'changes', member.id, { broadcast: ['read'] })
    const joined = await joinTopic(member, 'changes', {}, (channel) => {
      channel.on('postgres_changes', { event: '*', schema: 'public' }, () => undefined)
    })
    expect(joined.statuses[0]).toMatch(/^CHANNEL_ERROR: PostgresChangesNotAvailable: The local stack has no/)
  })

  test('a topic needs a name', async () => {
    expect(await statusesOf(await server.person(), '')).toEqual([
      'CHANNEL_ERROR: TopicNameRequired: You must provide a topic name',
    ])
  })

  test.each([
    [
      'expired',
      () => server.token({ role: 'authenticated', exp: Math.floor(Date.now() / 1000) - 60 }),
      /^InvalidJWTToken: Token has expired 6\d seconds ago$/,
    ],
    [
      'without a role',
      () => server.token({ sub: randomUUID() }),
      /^InvalidJWTToken: Fields `role` and `exp` are required in JWT$/,
    ],
    [
      'without an end',
      () => server.token({ role: 'authenticated', exp: undefined }),
      /^InvalidJWTToken: Fields `role` and `exp` are required in JWT$/,
    ],
    ['no token', async () => 'nonsense', /^MalformedJWT: The token provided is not a valid JWT$/],
    [
      'changed',
      async () => changed(await server.token({ role: 'authenticated' })),
      /^JwtSignatureError: Failed to validate JWT signature$/,
    ],
  ])('a token that is %s is refused', async (_name, make, reason) => {
    const [status] = await statusesOf(await server.person({ token: await make() }), 'room:1')
    expect(status!.replace('CHANNEL_ERROR: ', '')).toMatch(reason)
  })

  test('a key in place of a token means the key of the connection', async () => {
    const keyed = await server.person({ token: server.context.keys.secretKey })
    expect(await statusesOf(keyed, 'room:1')).toEqual([refusal('room:1')])
  })

  test('leaving is confirmed, and nothing comes after it', async () => {
    const frames: string[] = []
    const heartbeats: string[] = []
    const member = await server.person({
      realtime: {
        logger: (kind: string, message: string) => kind === 'receive' && frames.push(message),
        heartbeatCallback: (status) => heartbeats.push(status),
      },
    })
    await allow(server, 'left', member.id, { broadcast: ['read'] })
    const joined = await joinTopic(member, 'left')
    const other = await joinTopic(await server.person({ id: member.id }), 'left')
    expect(await joined.channel.unsubscribe()).toBe('ok')
    expect(joined.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
    await server.sql`select realtime.send('{}', 'after', 'left')`
    await eventually(() => other.broadcasts.length).toBe(1)
    await member.supabase.realtime.sendHeartbeat()
    await eventually(() => heartbeats).toContain('ok')
    // Not even a frame that the client would drop.
    expect(frames.filter((frame) => frame.includes(' broadcast'))).toEqual([])
  })

  test('a second join of a topic ends the first', async () => {
    const member = await server.person()
    await allow(server, 'twice', member.id, { broadcast: ['read'] })
    const first = await joinTopic(member, 'twice')
    const payload = {
      config: { private: true },
      access_token: await server.token({ sub: member.id, role: 'authenticated' }),
    }
    member.supabase.realtime.push({ topic: 'realtime:twice', event: 'phx_join', payload, ref: '900', join_ref: '900' })
    await eventually(() => first.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
  })

  test('leaving with the ref of an earlier join changes nothing', async () => {
    const member = await server.person()
    await allow(server, 'stale', member.id, { broadcast: ['read'] })
    const joined = await joinTopic(member, 'stale')
    member.supabase.realtime.push({
      topic: 'realtime:stale',
      event: 'phx_leave',
      payload: {},
      ref: '900',
      join_ref: '899',
    })
    await joined.channel.untrack()
    await server.sql`select realtime.send('{}', 'said', 'stale')`
    await eventually(() => joined.broadcasts.length).toBe(1)
    expect(joined.statuses).toEqual(['SUBSCRIBED'])
  })

  test('a topic that is not joined answers that it is unmatched', async () => {
    const answers: unknown[] = []
    const logger = (kind: string, _message: string, data: unknown) => kind === 'receive' && answers.push(data)
    const person = await server.person({ realtime: { logger } })
    await allow(server, 'known', person.id, { broadcast: ['read'] })
    await joinTopic(person, 'known')
    person.supabase.realtime.push({ topic: 'realtime:unknown', event: 'broadcast', payload: {}, ref: '901' })
    person.supabase.realtime.push({ topic: 'unknown', event: 'phx_join', payload: {}, ref: '902' })
    const unmatched = { status: 'error', response: { reason: 'unmatched topic' } }
    await eventually(
      () => answers.filter((answer) => JSON.stringify(answer) === JSON.stringify(unmatched)).length,
    ).toBe(2)
  })

  test('a heartbeat is answered', async () => {
    const heartbeats: string[] = []
    const person = await server.person({ realtime: { heartbeatCallback: (status) => heartbeats.push(status) } })
    await allow(server, 'beating', person.id, { broadcast: ['read'] })
    await joinTopic(person, 'beating')
    await person.supabase.realtime.sendHeartbeat()
    await eventually(() => heartbeats).toContain('ok')
  })

  describe('a connection', () => {
    test.each([
      ['without a key', '', 'API key is missing'],
      ['with nonsense', '&apikey=nonsense', 'The token provided is not a valid JWT'],
    ])('%s is refused', async (_name, parameters, error) => {
      expect(await open(`vsn=2.0.0${parameters}`)).toEqual({ status: 401, body: { error } })
    })

    test('with an expired token is refused', async () => {
      const token = await server.token({ role: 'anon', exp: 1 })
      expect(await open(`apikey=${token}`)).toEqual({ status: 401, body: { error: 'Token has expired' } })
    })

    test('with a token without a role is refused', async () => {
      const error = 'Fields `role` and `exp` are required in JWT'
      expect(await open(`apikey=${await server.token({})}`)).toEqual({ status: 401, body: { error } })
    })

    test('with a changed token is refused', async () => {
      const error = 'Failed to validate JWT signature'
      const token = changed(await server.token({ role: 'anon' }))
      expect(await open(`apikey=${token}`)).toEqual({ status: 401, body: { error } })
    })

    test('with a key is taken', async () => {
      expect(await open(`apikey=${server.context.keys.publishableKey}`)).toEqual({ status: 101 })
    })
  })

  // The client learns only that the transport failed, so this asks without it.
  function open(parameters: string): Promise<{ status: number; body?: unknown }> {
    return new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      }
      const opening = request(`${server.url}/realtime/v1/websocket?${parameters}`, { headers })
      opening.on('error', reject)
      opening.on('upgrade', (response, socket) => {
        socket.destroy()
        resolve({ status: response.statusCode! })
      })
      opening.on('response', async (response) => {
        const body = JSON.parse((await response.toArray()).join(''))
        resolve({ status: response.statusCode!, body })
      })
      opening.end()
    })
  }
})

function changed(token: string): string {
  const [header, , signature] = token.split('.')
  const claims = Buffer.from(JSON.stringify({ role: 'service_role', exp: 4_000_000_000 })).toString('base64url')
  return [header, claims, signature].join('.')
}
