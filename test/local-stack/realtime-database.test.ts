import postgres from 'postgres'
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

describe.skipIf(!isLocal)('broadcasting from the database', () => {
  let server: RealtimeServer
  beforeAll(async () => {
    server = await startRealtime({ privateOnly: false })
  })
  afterAll(() => server.close())

  async function reader(topic: string): Promise<Person> {
    const person = await server.person()
    await allow(server, topic, person.id, { broadcast: ['read'] })
    return person
  }

  const listenTo = async (topic: string, config = {}) => joinTopic(await reader(topic), topic, config)
  const eventsOf = ({ broadcasts }: Joined) => broadcasts.map(({ event }) => event)

  test('send() reaches those who may read', async () => {
    const [one, two] = [await listenTo('sent'), await listenTo('sent')]
    await server.sql`select realtime.send('{"text": "привет"}', 'said', 'sent')`
    for (const { broadcasts } of [one, two]) {
      await eventually(() => broadcasts).toEqual([
        {
          type: 'broadcast',
          event: 'said',
          payload: { text: 'привет', id: expect.any(String) },
          meta: { id: expect.any(String) },
        },
      ])
      expect(broadcasts[0]!.payload.id).toBe(broadcasts[0]!.meta!.id)
    }
  })

  test('send() keeps an id that the payload has', async () => {
    const joined = await listenTo('own-id')
    await server.sql`select realtime.send('{"id": 7}', 'said', 'own-id')`
    await eventually(() => joined.broadcasts[0]?.payload).toEqual({ id: 7 })
  })

  test('send() to the public room is not heard in the private one', async () => {
    const private_ = await listenTo('rooms')
    const public_ = await joinTopic(await server.person(), 'rooms', { private: false })
    await server.sql`select realtime.send('{}', 'public', 'rooms', false)`
    await server.sql`select realtime.send('{}', 'private', 'rooms')`
    await eventually(() => eventsOf(private_)).toEqual(['private'])
    await eventually(() => eventsOf(public_)).toEqual(['public'])
  })

  test('who has joined for presences alone hears no broadcast', async () => {
    const watcher = await server.person()
    await allow(server, 'deaf', watcher.id, { presence: ['read', 'write'] })
    const deaf = await joinTopic(watcher, 'deaf', { presence: { enabled: true } })
    const other = await listenTo('deaf')
    await server.sql`select realtime.send('{}', 'said', 'deaf')`
    await eventually(() => eventsOf(other)).toEqual(['said'])
    expect(await deaf.channel.track({ here: true })).toBe('ok')
    expect(deaf.broadcasts).toEqual([])
  })

  test('bytes are sent unchanged', async () => {
    const joined = await listenTo('sent-bytes')
    await server.sql`select realtime.send_binary('\\x00ff07', 'bytes', 'sent-bytes')`
    await eventually(() => joined.broadcasts.length).toBe(1)
    expect(new Uint8Array(joined.broadcasts[0]!.payload)).toEqual(new Uint8Array([0, 255, 7]))
  })

  test('what cannot be sent is a warning, and the transaction goes on', async () => {
    const joined = await listenTo('unsent')
    const warnings: string[] = []
    const sql = postgres(server.context.databaseUrl('postgres'), {
      max: 1,
      onnotice: ({ message }) => warnings.push(message!),
    })
    await sql.begin(async (transaction) => {
      await transaction`select realtime.send('["no object"]', 'said', 'unsent')`
      await transaction`select realtime.send('{}', 'said', null)`
      await transaction`select realtime.send('{}', 'after', 'unsent')`
    })
    await sql.end()
    expect(warnings).toEqual([
      expect.stringMatching(/^WarnSendingBroadcastMessage: path element/),
      expect.stringMatching(/^WarnSendingBroadcastMessage: null value in column "topic"/),
    ])
    await eventually(() => eventsOf(joined)).toEqual(['after'])
  })

  test('broadcast_changes() sends what a trigger sees', async () => {
    const joined = await listenTo('changes')
    await server.sql.unsafe(`
      create table public.things (id int primary key, name text);
      create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        perform realtime.broadcast_changes('changes', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger tell after insert or update or delete on public.things for each row execute function public.tell();
      insert into public.things values (1, 'one');
      update public.things set name = 'two' where id = 1;
      delete from public.things where id = 1;
    `)
    const common = { table: 'things', schema: 'public', id: expect.any(String) }
    await eventually(() => joined.broadcasts.map(({ payload }) => payload)).toEqual([
      { ...common, operation: 'INSERT', record: { id: 1, name: 'one' }, old_record: null },
      { ...common, operation: 'UPDATE', record: { id: 1, name: 'two' }, old_record: { id: 1, name: 'one' } },
      { ...common, operation: 'DELETE', record: null, old_record: { id: 1, name: 'two' } },
    ])
    expect(eventsOf(joined)).toEqual(['INSERT', 'UPDATE', 'DELETE'])
  })

  test('a row without an event is not sent', async () => {
    const joined = await listenTo('eventless')
    await server.sql`
      insert into realtime.messages (topic, extension, payload, private) values ('eventless', 'broadcast', '{}', true)`
    await server.sql`select realtime.send('{}', 'end', 'eventless')`
    await eventually(() => eventsOf(joined)).toEqual(['end'])
  })

  test('what is rolled back is not sent', async () => {
    const joined = await listenTo('rolled-back')
    await server.sql
      .begin(async (transaction) => {
        await transaction`select realtime.send('{}', 'never', 'rolled-back')`
        throw new Error('no')
      })
      .catch(() => undefined)
    await server.sql`select realtime.send('{}', 'end', 'rolled-back')`
    await eventually(() => eventsOf(joined)).toEqual(['end'])
  })

  test('a payload far over the size of a notification is sent', async () => {
    const joined = await listenTo('long')
    await server.sql`select realtime.send(jsonb_build_object('text', repeat('ж', 1000000)), 'said', 'long')`
    await eventually(() => joined.broadcasts[0]?.payload.text.length).toBe(1_000_000)
  })

  test('a payload over the limit is not', async () => {
    const joined = await listenTo('too-long')
    await server.sql`select realtime.send(jsonb_build_object('text', repeat('x', 3100000)), 'said', 'too-long')`
    await server.sql`select realtime.send('{}', 'end', 'too-long')`
    await eventually(() => eventsOf(joined)).toEqual(['end'])
    expect(server.lines.join('\n')).toContain('UnableToBroadcastChanges')
  })

  test('several hundred messages of one transaction come in their order', async () => {
    const joined = await listenTo('many')
    await server.sql`
      select realtime.send(jsonb_build_object('number', number), 'counted', 'many') from generate_series(1, 700) as number`
    await eventually(() => joined.broadcasts.length).toBe(700)
    expect(joined.broadcasts.map(({ payload }) => payload.number)).toEqual(
      [...Array(700).keys()].map((index) => index + 1),
    )
  })

  test('of 1,000 messages from 10 transactions at once none is lost, none comes twice, and order is kept', async () => {
    const listening = [await listenTo('crowd'), await listenTo('crowd')]
    // The counter's row orders the commits, as a conversation's does.
    await server.sql`create table public.counter as select 0 as value`
    const send = (sender: number) =>
      server.sql.begin(async (transaction) => {
        for (let number = 0; number < 100; number++) {
          await transaction`
            with next as (update public.counter set value = value + 1 returning value)
            select realtime.send(jsonb_build_object('seq', value, 'sender', ${sender}::int), 'counted', 'crowd') from next`
        }
      })
    await Promise.all([...Array(10).keys()].map(send))
    for (const { broadcasts } of listening) {
      await eventually(() => broadcasts.length).toBe(1000)
      expect(broadcasts.map(({ payload }) => payload.seq)).toEqual([...Array(1000).keys()].map((index) => index + 1))
      expect(new Set(broadcasts.map(({ meta }) => meta!.id)).size).toBe(1000)
    }
  })

  describe('replay', () => {
    const since = () => Date.now() - 60_000

    async function sendOneByOne(topic: string, count: number): Promise<void> {
      for (let number = 1; number <= count; number++) {
        await server.sql`select realtime.send(jsonb_build_object('number', ${number}::int), 'counted', ${topic})`
      }
    }

    test('gives the newest messages, oldest first, and none of them again', async () => {
      await sendOneByOne('replayed', 5)
      const joined = await listenTo('replayed', { broadcast: { replay: { since: since(), limit: 3 } } })
      await sendOneByOne('replayed', 1)
      await eventually(() => joined.broadcasts.length).toBe(4)
      expect(joined.broadcasts.map(({ payload, meta }) => [payload.number, meta!.replayed])).toEqual([
        [3, true],
        [4, true],
        [5, true],
        [1, undefined],
      ])
      expect(new Set(joined.broadcasts.map(({ meta }) => meta!.id)).size).toBe(4)
    })

    test('keeps away what comes live with an id that was replayed', async () => {
      await sendOneByOne('late', 1)
      const joined = await listenTo('late', { broadcast: { replay: { since: since() } } })
      await eventually(() => joined.broadcasts.length).toBe(1)
      const message = { topic: 'late', event: 'again', payload: {}, private: true }
      const messages = [
        { ...message, id: joined.broadcasts[0]!.meta!.id },
        { ...message, event: 'another' },
      ]
      const { secretKey } = server.context.keys
      const headers = { apikey: secretKey, 'content-type': 'application/json' }
      const url = `${server.url}/realtime/v1/api/broadcast`
      await fetch(url, { method: 'POST', headers, body: JSON.stringify({ messages }) })
      await eventually(() => joined.broadcasts.map(({ event }) => event)).toEqual(['counted', 'another'])
    })

    test('gives 25 at most, and 25 where no number is asked for', async () => {
      await sendOneByOne('longer', 30)
      for (const replay of [{ since: since() }, { since: since(), limit: 100 }]) {
        const joined = await listenTo('longer', { broadcast: { replay } })
        await eventually(() => joined.broadcasts.length).toBe(25)
        expect(joined.broadcasts[0]!.payload.number).toBe(6)
      }
    })

    test('gives bytes too', async () => {
      await server.sql`select realtime.send_binary('\\x0102', 'bytes', 'replayed-bytes')`
      const joined = await listenTo('replayed-bytes', { broadcast: { replay: { since: since() } } })
      await eventually(() => joined.broadcasts.length).toBe(1)
      expect(new Uint8Array(joined.broadcasts[0]!.payload)).toEqual(new Uint8Array([1, 2]))
      expect(joined.broadcasts[0]!.meta!.replayed).toBe(true)
    })

    test('gives nothing from before its moment, of another topic or of the public room', async () => {
      await sendOneByOne('moment-other', 1)
      await server.sql`select realtime.send('{}', 'public', 'moment', false)`
      await sendOneByOne('moment', 1)
      const [{ now }] = await server.sql<[{ now: Date }]>`select clock_timestamp() as now`
      const after = new Date(now).getTime() + 1
      await eventually(() => Date.now()).toBeGreaterThan(after)
      await sendOneByOne('moment', 2)
      const joined = await listenTo('moment', { broadcast: { replay: { since: after } } })
      await eventually(() => joined.broadcasts.map(({ payload }) => payload.number)).toEqual([1, 2])
    })

    test('with a moment that is none is refused', async () => {
      const joined = await listenTo('no-moment', { broadcast: { replay: { since: 'yesterday' as unknown as number } } })
      expect(joined.statuses).toEqual(['CHANNEL_ERROR: UnableToReplayMessages: Replay params are not valid'])
    })

    test('without the right to read broadcasts is refused', async () => {
      const watcher = await server.person()
      await allow(server, 'replay-refused', watcher.id, { presence: ['read'] })
      await sendOneByOne('replay-refused', 1)
      const config = { presence: { enabled: true }, broadcast: { replay: { since: since() } } }
      const joined = await joinTopic(watcher, 'replay-refused', config)
      expect(joined.statuses[0]).toMatch(/^CHANNEL_ERROR: Unauthorized: /)
      expect(joined.broadcasts).toEqual([])
    })
  })

  test('a channel that asks for it is told that the database is heard', async () => {
    const joined = await listenTo('ready', { broadcast: { replication_ready: true } })
    await eventually(() => joined.systems).toEqual([
      { extension: 'system', status: 'ok', message: 'Replication connection established', channel: 'ready' },
    ])
  })
})
