import { afterEach, describe, expect, test } from 'vitest'
import type { RealtimeOptions } from '../../local-stack/src/realtime/options.ts'
import {
  allow,
  eventually,
  isLocal,
  joinTopic,
  type Person,
  type RealtimeServer,
  startRealtime,
} from './realtime-server.ts'

describe.skipIf(!isLocal)('the limits of a project', () => {
  let server: RealtimeServer
  afterEach(() => server.close())

  async function start(options: Partial<RealtimeOptions>): Promise<void> {
    server = await startRealtime({ privateOnly: false, ...options })
  }

  const joinPublic = (person: Person, topic: string, config = {}) =>
    joinTopic(person, topic, { private: false, ...config })

  test('channels of one connection', async () => {
    await start({ maxChannelsPerClient: 2 })
    const person = await server.person()
    expect((await joinPublic(person, 'one')).statuses).toEqual(['SUBSCRIBED'])
    const two = await joinPublic(person, 'two')
    expect((await joinPublic(person, 'three')).statuses).toEqual([
      'CHANNEL_ERROR: ChannelRateLimitReached: Too many channels',
    ])
    await two.channel.unsubscribe()
    expect((await joinPublic(person, 'four')).statuses).toEqual(['SUBSCRIBED'])
  })

  test('connections at the same time', async () => {
    await start({ maxConcurrentUsers: 1 })
    const [first, second, third] = [await server.person(), await server.person(), await server.person()]
    // All three are connected before the first has joined.
    for (const { supabase } of [first, second]) supabase.realtime.connect()
    await eventually(() => [first, second].every(({ supabase }) => supabase.realtime.isConnected())).toBe(true)
    await joinPublic(first, 'one')
    expect((await joinPublic(second, 'one')).statuses).toEqual([
      'CHANNEL_ERROR: ConnectionRateLimitReached: Too many connected users',
    ])
    expect((await joinPublic(third, 'one')).statuses[0]).toMatch(/^(CHANNEL_ERROR|TIMED_OUT)/)
    await first.supabase.realtime.disconnect()
    const last = await server.person()
    await eventually(async () => (await joinPublic(last, `after-${Math.random()}`)).statuses[0]).toBe('SUBSCRIBED')
  })

  test('joins a second', async () => {
    await start({ maxJoinsPerSecond: 1, rateTickMs: 50 })
    const person = await server.person()
    const errors: string[] = []
    for (let number = 0; number < 200 && errors.length === 0; number++) {
      const { statuses } = await joinPublic(person, `room${number}`)
      errors.push(...statuses.filter((status) => status !== 'SUBSCRIBED'))
    }
    expect(errors).toEqual(['CHANNEL_ERROR: ClientJoinRateLimitReached: Too many joins per second'])
  })

  test('messages a second end the channels that get them, and refuse those over HTTP', async () => {
    await start({ maxEventsPerSecond: 5, rateTickMs: 250 })
    const sender = await joinPublic(await server.person(), 'busy')
    const receiver = await joinPublic(await server.person(), 'busy')
    await eventually(async () => {
      await sender.channel.send({ type: 'broadcast', event: 'said', payload: {} })
      return receiver.statuses
    }, 5).toEqual(['SUBSCRIBED', 'CLOSED'])
    expect(receiver.systems.at(-1)?.message).toBe('Too many messages per second')
    const other = (await server.person()).supabase.channel('other')
    await expect(other.httpSend('said', {})).rejects.toThrow('You have exceeded your rate limit')
  })

  test('presence calls of one channel, until their window is over', async () => {
    await start({ maxClientPresenceEventsPerWindow: 2, clientPresenceWindowMs: 200 })
    const patient = await joinPublic(await server.person(), 'patient', { presence: { key: 'me' } })
    for (let step = 0; step < 4; step++) {
      if (step % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 250))
      expect(await patient.channel.track({ step })).toBe('ok')
    }
    expect(patient.statuses).toEqual(['SUBSCRIBED'])
  })

  test('a connection that is silent is dropped, and joins again by itself', async () => {
    await start({ idleTimeoutMs: 300 })
    const joined = await joinPublic(await server.person(), 'silent')
    await eventually(() => joined.statuses.length).toBeGreaterThanOrEqual(3)
    expect(joined.statuses[1]).toMatch(/^CHANNEL_ERROR/)
    expect(joined.statuses[2]).toBe('SUBSCRIBED')
  })

  test('a private channel is as before where public ones are allowed', async () => {
    await start({})
    const stranger = await server.person()
    expect((await joinTopic(stranger, 'room')).statuses[0]).toMatch(/^CHANNEL_ERROR: Unauthorized/)
    const member = await server.person()
    await allow(server, 'room', member.id, { broadcast: ['read'] })
    expect((await joinTopic(member, 'room')).statuses).toEqual(['SUBSCRIBED'])
  })
})
