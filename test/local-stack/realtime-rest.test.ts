import { randomUUID } from 'node:crypto'
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

describe.skipIf(!isLocal)('broadcasting over HTTP', () => {
  let server: RealtimeServer
  let reader: Person
  beforeAll(async () => {
    server = await startRealtime()
    reader = await server.person()
    await server.sql`
      create policy fails on realtime.messages as restrictive for insert to authenticated
      with check ((select realtime.topic()) is distinct from 'fails' or 1 / (length(topic) - 5) > 0)`
  })
  afterAll(() => server.close())

  async function listenTo(topic: string): Promise<Joined> {
    await allow(server, topic, reader.id, { broadcast: ['read'] })
    return joinTopic(reader, topic)
  }

  async function writer(topic: string): Promise<Person> {
    const person = await server.person()
    await allow(server, topic, person.id, { broadcast: ['write'] })
    return person
  }

  /** What a channel got before a message that comes after all the others. */
  async function receivedBefore(topic: string, joined: Joined): Promise<unknown[]> {
    const mark = randomUUID()
    await server.sql`select realtime.send(jsonb_build_object('mark', ${mark}::text), 'end', ${topic})`
    await eventually(() => joined.broadcasts.at(-1)?.payload.mark).toBe(mark)
    // Those of earlier calls are not what anybody asks after.
    return joined.broadcasts.filter(({ event }) => event !== 'end').map(({ event, payload }) => [event, payload])
  }

  async function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
    const url = `${server.url}/realtime/v1/api/broadcast${path}`
    const key = { apikey: server.context.keys.publishableKey, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', body, headers: { ...key, ...headers } })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  describe('one message', () => {
    const send = ({ supabase }: Person, topic: string, event: string, payload: unknown) =>
      supabase.channel(topic, { config: { private: true } }).httpSend(event, payload)

    test('reaches those who have joined', async () => {
      const joined = await listenTo('single')
      expect(await send(await writer('single'), 'single', 'said', { text: 'привет' })).toEqual({ success: true })
      expect(await receivedBefore('single', joined)).toEqual([['said', { text: 'привет' }]])
    })

    test('may have any characters in topic and event', async () => {
      const joined = await listenTo('a/b c:ü')
      await send(await writer('a/b c:ü'), 'a/b c:ü', 'x/y ?', {})
      expect(await receivedBefore('a/b c:ü', joined)).toEqual([['x/y ?', {}]])
    })

    test('may be bytes', async () => {
      const joined = await listenTo('single-bytes')
      await send(await writer('single-bytes'), 'single-bytes', 'bytes', new Uint8Array([0, 255, 7]))
      await eventually(() => joined.broadcasts.length).toBe(1)
      expect(new Uint8Array(joined.broadcasts[0]!.payload)).toEqual(new Uint8Array([0, 255, 7]))
    })

    test('without the right to write is refused', async () => {
      const joined = await listenTo('single-refused')
      await expect(send(reader, 'single-refused', 'said', {})).rejects.toThrow('Unauthorized')
      expect((await post('/single-refused/events/said?private=true', '{}')).status).toBe(403)
      expect(await receivedBefore('single-refused', joined)).toEqual([])
    })

    test('to the public room is not heard in the private one', async () => {
      const joined = await listenTo('single-public')
      expect((await post('/single-public/events/said', '{}')).status).toBe(202)
      expect(await receivedBefore('single-public', joined)).toEqual([])
    })

    test('of another type of content is refused', async () => {
      expect(await post('/topic/events/said', 'text', { 'content-type': 'text/plain' })).toEqual({
        status: 415,
        body: { error: 'Unsupported Media Type. Use application/json or application/octet-stream' },
      })
    })

    test('that is no JSON is refused', async () => {
      expect((await post('/topic/events/said', '{')).status).toBe(400)
    })

    test('that is too large is refused', async () => {
      expect(await post('/topic/events/said', JSON.stringify({ text: 'x'.repeat(3_100_000) }))).toEqual({
        status: 422,
        body: { errors: { payload: ['Payload size exceeds tenant limit'] } },
      })
    })

    test('on a topic whose policy fails is an error', async () => {
      const person = await writer('fails')
      await expect(send(person, 'fails', 'said', {})).rejects.toThrow('RLS policy error')
    })
  })

  describe('a batch', () => {
    const tokenOf = async (person: Person) => `Bearer ${await server.token({ sub: person.id, role: 'authenticated' })}`

    test('reaches those who have joined, in its order', async () => {
      const joined = await listenTo('batch')
      const messages = [...Array(50).keys()].map((number) => ({
        topic: 'batch',
        event: 'counted',
        payload: { number },
        private: true,
      }))
      const authorization = await tokenOf(await writer('batch'))
      expect(await post('', JSON.stringify({ messages }), { authorization })).toEqual({ status: 202, body: undefined })
      expect(await receivedBefore('batch', joined)).toEqual(messages.map(({ event, payload }) => [event, payload]))
    })

    test('drops without a word what may not be sent', async () => {
      const refused = await listenTo('batch-refused')
      const taken = await listenTo('batch-taken')
      const messages = ['batch-refused', 'batch-taken', 'fails'].map((topic) => ({
        topic,
        event: 'said',
        payload: {},
        private: true,
      }))
      const authorization = await tokenOf(await writer('batch-taken'))
      expect((await post('', JSON.stringify({ messages }), { authorization })).status).toBe(202)
      expect(await receivedBefore('batch-taken', taken)).toEqual([['said', {}]])
      expect(await receivedBefore('batch-refused', refused)).toEqual([])
    })

    test('is what send() falls back to before the channel has joined', async () => {
      const joined = await listenTo('fallback')
      const person = await writer('fallback')
      const channel = person.supabase.channel('fallback', { config: { private: true } })
      expect(await channel.send({ type: 'broadcast', event: 'said', payload: { text: 'hello' } })).toBe('ok')
      expect(await receivedBefore('fallback', joined)).toEqual([['said', { text: 'hello' }]])
    })

    test.each([
      [{}, ["can't be blank"]],
      [{ messages: [] }, ["can't be blank"]],
      [{ messages: 'one' }, ['is invalid']],
      [
        { messages: [{}, { topic: 'a', event: 'b', payload: 'text' }] },
        [
          { topic: ["can't be blank"], event: ["can't be blank"], payload: ["can't be blank"] },
          { payload: ['is invalid'] },
        ],
      ],
      [
        { messages: [{ topic: 'a', event: 'b', payload: { text: 'x'.repeat(3_100_000) } }] },
        [{ payload: ['Payload size exceeds tenant limit'] }],
      ],
    ])('that is wrong names what is wrong (%#)', async (body, messages) => {
      expect(await post('', JSON.stringify(body))).toEqual({ status: 422, body: { errors: { messages } } })
    })

    test.each([
      ['nonsense', async () => 'nonsense'],
      ['an expired token', () => server.token({ role: 'authenticated', exp: 1 })],
      ['a token without a role', () => server.token({})],
    ])('with %s is refused', async (_name, make) => {
      const authorization = `Bearer ${await make()}`
      const answer = await post('', JSON.stringify({ messages: [] }), { authorization })
      expect(answer).toEqual({ status: 401, body: { message: 'Unauthorized' } })
    })
  })

  test('any other path is not found', async () => {
    expect((await post('s', '{}')).status).toBe(404)
  })
})
