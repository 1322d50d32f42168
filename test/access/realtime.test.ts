import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, listen } from '../helpers/realtime.ts'
import { type Cast, makeCast, suspend } from './cast.ts'
import { databases } from './databases.ts'
import { topics } from './declared.ts'

/** A conversation with the id of its member, for topics to be named by it. */
async function addConversations({ sql, model, agency }: Cast): Promise<void> {
  for (const { id } of [model.owner, model.suspended]) {
    await sql`insert into public.conversations (id, kind, title) values (${id}, 'group', 'A group')`
    await sql`
      insert into public.conversation_members (conversation_id, account_id) values (${id}, ${id}), (${id}, ${agency.owner.id})
    `
  }
}

// Every topic × join, broadcast (by socket and by HTTP) and presence.
describe.each(databases)('$name', ({ start }) => {
  let cast: Cast
  beforeAll(async () => {
    cast = await makeCast(await start())
    await addConversations(cast)
    await suspend(cast)
    // The epoch is another one now; what is tried is that it is not the name alone that keeps the suspended out.
    await cast.sql`update public.conversations set epoch = 1 where id = ${cast.model.suspended.id}`
  })
  afterAll(async () => {
    for (const { client } of tries('')) await client.removeAllChannels()
    await cast.stack.close()
  })

  const tries = (topic: string) => {
    const { owner, stranger, suspended } = cast.model
    const of = (id: string) => topic.replace('<owner>', id)
    return [
      { party: 'anon', client: cast.anon, topic: of(owner.id) },
      { party: 'stranger', client: stranger.client, topic: of(owner.id) },
      { party: 'suspended', client: suspended.client, topic: of(suspended.id) },
      { party: 'owner', client: owner.client, topic: of(owner.id) },
      { party: 'service', client: cast.service, topic: of(owner.id) },
    ]
  }
  const messages = async () => (await cast.sql`select count(*)::int as count from realtime.messages`)[0]!.count

  describe.each(Object.entries(topics))('%s', (topic, declared) => {
    test(`joined by ${declared.join.join(', ')}`, async () => {
      const joined: string[] = []
      for (const one of tries(topic)) {
        const listener = await listen(one.client, one.topic)
        if (listener === undefined) continue
        joined.push(one.party)
        await one.client.removeChannel(listener.channel)
      }
      expect(joined.sort()).toEqual([...declared.join].sort())
    })

    test(`broadcast on by ${declared.broadcast.join(', ') || 'nobody'}, by socket and by HTTP`, async () => {
      const name = topic.replace('<owner>', cast.model.owner.id)
      const ear = (await listen(cast.service, name))!
      for (const one of tries(topic)) {
        const url = `${cast.stack.url}/realtime/v1/api/broadcast`
        const token = (await one.client.auth.getSession()).data.session?.access_token
        const key = one.party === 'service' ? cast.stack.secretKey : cast.stack.publishableKey
        await fetch(url, {
          method: 'POST',
          headers: { apikey: key, authorization: `Bearer ${token ?? key}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            messages: [{ topic: one.topic, event: `http ${one.party}`, payload: {}, private: true }],
          }),
        })
        const own = one.party === 'service' ? ear : await listen(one.client, one.topic)
        // Without permission the acknowledgement never comes.
        await own?.channel.send({ type: 'broadcast', event: `socket ${one.party}`, payload: {} }, { timeout: 500 })
        if (own && own !== ear) await one.client.removeChannel(own.channel)
      }
      // What the database says comes after all of it: when it is here, the rest was not let through.
      await cast.sql`select realtime.send('{}', 'database', ${name}, true)`
      expect(await eventually(() => ear.received.some(({ event }) => event === 'database'))).toBe(true)
      const heard = new Set(ear.received.map(({ event }) => event))
      const expected = declared.broadcast.flatMap((party) => [`http ${party}`, `socket ${party}`])
      expect([...heard].filter((event) => event !== 'database').sort()).toEqual(expected.sort())
      await cast.service.removeChannel(ear.channel)
    })

    test(`present on by ${declared.presence.join(', ') || 'nobody'}`, async () => {
      const present: string[] = []
      for (const one of tries(topic)) {
        const listener = await listen(one.client, one.topic)
        if (listener === undefined) continue
        const answer = await listener.channel.track({ party: one.party })
        if (answer === 'ok') present.push(one.party)
        await one.client.removeChannel(listener.channel)
      }
      expect(present.sort()).toEqual([...declared.presence].sort())
    })
  })

  test('a topic that is not declared is joined by nobody but the secret key, and nothing is written for the others', async () => {
    const before = await messages()
    const undeclared = ['account', 'account:', 'conversation:1:1', 'anything', 'account:<owner>:1']
    const misspelt = ['conversation:<owner>', 'conversation:<owner>:2', 'typing:<owner>:01', 'presence:<owner>:1:1']
    for (const topic of [...undeclared, ...misspelt]) {
      for (const one of tries(topic).filter(({ party }) => party !== 'service')) {
        expect(await listen(one.client, one.topic), `${one.party} ${topic}`).toBeUndefined()
      }
    }
    expect(await messages()).toBe(before)
  })
})
