import type { RealtimeChannel } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allow,
  eventually,
  isLocal,
  type Joined,
  joinTopic,
  type Person,
  type RealtimeServer,
  startRealtime,
} from './realtime-server.ts'

interface Watching extends Joined {
  /** `join key payload`, `leave key payload` or `sync`, as they came. */
  changes: unknown[][]
}

describe.skipIf(!isLocal)('presence', () => {
  let server: RealtimeServer
  beforeAll(async () => {
    server = await startRealtime()
  })
  afterAll(() => server.close())

  async function member(topic: string, rights: ('read' | 'write')[]): Promise<Person> {
    const person = await server.person()
    await allow(server, topic, person.id, { presence: rights, broadcast: ['read'] })
    return person
  }

  async function watch(person: Person, topic: string, key = ''): Promise<Watching> {
    const changes: unknown[][] = []
    const prepare = (channel: RealtimeChannel) => {
      channel.on('presence', { event: 'sync' }, () => changes.push(['sync']))
      channel.on('presence', { event: 'join' }, (join) => changes.push(['join', join.key, ...plain(join.newPresences)]))
      channel.on('presence', { event: 'leave' }, (leave) =>
        changes.push(['leave', leave.key, ...plain(leave.leftPresences)]),
      )
    }
    const joined = await joinTopic(person, topic, { presence: { key } }, prepare)
    await eventually(() => changes.length).toBeGreaterThan(0)
    return { ...joined, changes }
  }

  const plain = (presences: object[]) => presences.map((presence) => ({ ...presence, presence_ref: undefined }))
  const stateOf = ({ channel }: Joined) =>
    Object.fromEntries(Object.entries(channel.presenceState()).map(([key, presences]) => [key, plain(presences)]))

  test('who tracks is seen by the others and by themselves', async () => {
    const one = await watch(await member('seen', ['read', 'write']), 'seen', 'one')
    const two = await watch(await member('seen', ['read', 'write']), 'seen', 'two')
    expect(await one.channel.track({ mood: 'fine' })).toBe('ok')
    expect(await two.channel.track({ mood: 'tired' })).toBe('ok')
    for (const watching of [one, two]) {
      await eventually(() => stateOf(watching)).toEqual({ one: [{ mood: 'fine' }], two: [{ mood: 'tired' }] })
    }
  })

  test('who comes later gets the state', async () => {
    const early = await watch(await member('state', ['read', 'write']), 'state', 'early')
    await early.channel.track({ since: 1 })
    const late = await watch(await member('state', ['read']), 'state')
    expect(stateOf(late)).toEqual({ early: [{ since: 1 }] })
  })

  test('the state of an empty room is empty', async () => {
    const alone = await watch(await member('alone', ['read']), 'alone')
    expect(alone.changes).toEqual([['sync']])
    expect(stateOf(alone)).toEqual({})
  })

  test('untracking, leaving and a lost connection are leaves', async () => {
    const watcher = await watch(await member('leaves', ['read']), 'leaves')
    const people = await Promise.all([1, 2, 3].map(() => member('leaves', ['read', 'write'])))
    const tracked = await Promise.all(people.map((person, index) => watch(person, 'leaves', `key${index}`)))
    for (const { channel } of tracked) await channel.track({ here: true })
    await eventually(() => Object.keys(stateOf(watcher))).toEqual(['key0', 'key1', 'key2'])

    expect(await tracked[0]!.channel.untrack()).toBe('ok')
    await eventually(() => Object.keys(stateOf(watcher))).toEqual(['key1', 'key2'])
    await tracked[1]!.channel.unsubscribe()
    await eventually(() => Object.keys(stateOf(watcher))).toEqual(['key2'])
    await people[2]!.supabase.realtime.disconnect()
    await eventually(() => stateOf(watcher)).toEqual({})
    expect(watcher.changes.filter(([kind]) => kind === 'leave')).toEqual(
      ['key0', 'key1', 'key2'].map((key) => ['leave', key, { here: true }]),
    )
  })

  test('an update is one change, and the same again is none', async () => {
    const one = await watch(await member('update', ['read', 'write']), 'update', 'one')
    await one.channel.track({ step: 1 })
    await one.channel.track({ step: 2 })
    await one.channel.track({ step: 2 })
    await one.channel.track({ step: 3 })
    await eventually(() => stateOf(one)).toEqual({ one: [{ step: 3 }] })
    // The state at the join, then one for each change.
    expect(one.changes.filter(([kind]) => kind === 'sync')).toHaveLength(4)
    expect(one.changes.filter(([kind]) => kind === 'leave')).toEqual([
      ['leave', 'one', { step: 1 }],
      ['leave', 'one', { step: 2 }],
    ])
  })

  test('one key may have several presences', async () => {
    const person = await member('devices', ['read', 'write'])
    const phone = await watch(person, 'devices', 'me')
    const laptop = await watch(await server.person({ id: person.id }), 'devices', 'me')
    await phone.channel.track({ device: 'phone' })
    await laptop.channel.track({ device: 'laptop' })
    await eventually(() => stateOf(phone)).toEqual({ me: [{ device: 'phone' }, { device: 'laptop' }] })
    await laptop.channel.untrack()
    await eventually(() => stateOf(phone)).toEqual({ me: [{ device: 'phone' }] })
  })

  test('a strange key is a key like any other', async () => {
    const one = await watch(await member('proto', ['read', 'write']), 'proto', '__proto__')
    const other = await watch(await member('proto', ['read']), 'proto')
    expect(await one.channel.track({ here: true })).toBe('ok')
    await eventually(() => other.changes.length).toBeGreaterThan(1)
  })

  test('tracking without the right to write is refused', async () => {
    const watcher = await watch(await member('refused', ['read']), 'refused')
    const stranger = await watch(await member('refused', ['read']), 'refused', 'stranger')
    const writer = await watch(await member('refused', ['read', 'write']), 'refused', 'writer')
    expect(await stranger.channel.track({ here: true })).toBe('error')
    await writer.channel.track({ here: true })
    await eventually(() => stateOf(watcher)).toEqual({ writer: [{ here: true }] })
  })

  test('without the right to read nobody is seen', async () => {
    const frames: string[] = []
    const logger = (kind: string, message: string) => kind === 'receive' && frames.push(message)
    const blind = await server.person({ realtime: { logger } })
    await allow(server, 'unseen', blind.id, { broadcast: ['read'] })
    const joined = await joinTopic(blind, 'unseen', { presence: { enabled: true } })
    const tracker = await watch(await member('unseen', ['read', 'write']), 'unseen', 'tracker')
    await tracker.channel.track({ here: true })
    await server.sql`select realtime.send('{}', 'end', 'unseen')`
    await eventually(() => joined.broadcasts.length).toBe(1)
    expect(frames.filter((frame) => frame.includes('presence'))).toEqual([])
  })

  test('who joined without presences gets changes from the first tracking on', async () => {
    const diffs: unknown[] = []
    const logger = (_kind: string, message: string, data: unknown) =>
      message.includes('presence_diff') && diffs.push(JSON.parse(JSON.stringify(data)))
    const person = await server.person({ realtime: { logger } })
    await allow(server, 'late', person.id, { broadcast: ['read'], presence: ['read', 'write'] })
    const joined = await joinTopic(person, 'late', { presence: { key: 'me' } })
    const other = await watch(await member('late', ['read', 'write']), 'late', 'other')
    await other.channel.track({ step: 1 })
    expect(await joined.channel.track({ here: true })).toBe('ok')
    await eventually(() => diffs).toEqual([
      { joins: { me: { metas: [{ here: true, phx_ref: expect.any(String) }] } }, leaves: {} },
    ])
    await other.channel.track({ step: 2 })
    const after = { step: 2, phx_ref: expect.any(String), phx_ref_prev: expect.any(String) }
    await eventually(() => diffs[1]).toEqual({
      joins: { other: { metas: [after] } },
      leaves: { other: { metas: [{ step: 1, phx_ref: expect.any(String) }] } },
    })
  })

  test('what is tracked must be an object', async () => {
    const one = await watch(await member('shape', ['read', 'write']), 'shape')
    expect(await one.channel.track('text' as unknown as object)).toBe('error')
    expect(await one.channel.send({ type: 'presence', event: 'dance', payload: {} })).toBe('error')
    expect(stateOf(one)).toEqual({})
  })

  test('the sixth call within the window closes the channel', async () => {
    const one = await watch(await member('limit', ['read', 'write']), 'limit', 'one')
    const other = await watch(await member('limit', ['read']), 'limit')
    for (let step = 1; step <= 5; step++) expect(await one.channel.track({ step })).toBe('ok')
    void one.channel.track({ step: 6 })
    await eventually(() => one.statuses).toEqual(['SUBSCRIBED', 'CLOSED'])
    expect(one.systems.at(-1)?.message).toBe('Client presence rate limit exceeded')
    await eventually(() => stateOf(other)).toEqual({})
  })
})
