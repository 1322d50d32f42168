import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { add, block, callAs, group, leaveGroup, open, remove, say } from '../helpers/chat.ts'
import { anonClient, createPeople, createPerson, type Person, sql } from '../helpers/people.ts'
import { eventually, type Listener, listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { startParityStack } from '../parity/people.ts'
import { expectUnchanged } from '../parity/refusals.ts'

// What must not work in chat: reading, writing, forging and listening by who is not in it, or not any more.

const tables = ['conversations', 'conversation_members', 'messages', 'message_files'] as const
const secret = 'the secret apple'

let stack: TestStack
let owner: Person
let member: Person
let stranger: Person
/** Of the two, and a group of theirs; with a message of the owner's that has a file and was redacted. */
let direct: string
let shared: string
let file: string

beforeAll(async () => {
  stack = await startParityStack()
  const metadata = { first_name: 'Zebulon', last_name: 'Quagmire' }
  ;[owner, member, stranger] = (await createPeople(stack, 3, { roles: ['client'], metadata })) as [
    Person,
    Person,
    Person,
  ]
  const path = `${owner.id}/plan.pdf`
  const body = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
  const uploaded = await owner.client.storage.from('attachments').upload(path, body, { metadata: { name: 'Plan.pdf' } })
  file = uploaded.data!.id
  direct = (await open(stack, owner, { with: member })).id
  shared = await group(stack, owner, [member])
  await sql(stack)`update private.settings set value = 'true' where key = 'chat.redacts_contacts'`
  for (const id of [direct, shared]) {
    await say(stack, owner, id, `${secret}, 87012019530`, { file_ids: [file] })
    await say(stack, member, id, 'An answer', { reply_to_seq: id === direct ? 1 : 2 })
  }
  await sql(stack)`update private.settings set value = 'false' where key = 'chat.redacts_contacts'`
})
afterAll(async () => {
  for (const { client } of [owner, member, stranger]) await client.removeAllChannels()
  await stack.close()
})

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

/** Every function of chat that somebody may call, with what its owner would give it. */
const calls = (id: string): Record<string, Record<string, unknown>> => ({
  open_conversation: { account_id: stranger.id },
  create_group: { title: 'Shoot', account_ids: [stranger.id] },
  rename_group: { conversation_id: id, title: 'Another' },
  add_group_members: { conversation_id: id, account_ids: [stranger.id] },
  remove_group_member: { conversation_id: id, account_id: member.id },
  leave_conversation: { conversation_id: id },
  get_conversation: { conversation_id: id },
  list_conversations: {},
  list_conversation_members: { conversation_id: id },
  send_message: { conversation_id: id, body: 'Hello', client_id: crypto.randomUUID() },
  edit_message: { conversation_id: id, seq: 2, body: 'Changed' },
  delete_message: { conversation_id: id, seq: 2 },
  list_messages: { conversation_id: id },
  search_messages: { search: 'apple' },
  mark_conversation_read: { conversation_id: id },
  unread_count: {},
  mute_conversation: { conversation_id: id, until: 'infinity' },
})
const reads = ['list_conversations', 'search_messages', 'unread_count']

describe('2, 3: a stranger', () => {
  test('every function that is served is tried here', async () => {
    const rows = await sql(stack)`
      select p.proname as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
        and p.proname ~ 'conversation|message|group_member|_group$|unread_count' and p.proname !~ 'assistant'
    `
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(calls(direct)).sort())
  })

  test('reads no row and no count of any table, by whatever column', async () => {
    for (const client of [stranger.client, anonClient(stack)]) {
      for (const table of tables) {
        const key = table === 'conversations' ? 'id' : 'conversation_id'
        for (const filter of [{}, { [key]: direct }, { [key]: shared }]) {
          const { data, count } = await client.from(table).select('*', { count: 'exact' }).match(filter)
          expect([data ?? [], count ?? 0], table).toEqual([[], 0])
        }
      }
      for (const [table, column, value] of [
        ['conversations', 'created_by', owner.id],
        ['conversations', 'pair', [owner.id, member.id].sort().join(':')],
        ['conversation_members', 'account_id', owner.id],
        ['messages', 'author_id', owner.id],
        ['message_files', 'file_id', file],
      ] as const) {
        expect((await client.from(table).select().eq(column, value)).data ?? [], column).toEqual([])
      }
      expect((await client.from('messages').select().ilike('body', '%apple%')).data ?? []).toEqual([])
      expect((await client.from('files').select().eq('id', file)).data ?? []).toEqual([])
      expect((await client.storage.from('attachments').download(`${owner.id}/plan.pdf`)).data).toBeNull()
    }
  })

  test('nor by embedding, from either end; and who is in it embeds no more than they may', async () => {
    const embeds = [
      ['conversations', 'id, messages(body), conversation_members(account_id)'],
      ['conversation_members', 'account_id, conversations(id, title, messages(body))'],
      ['messages', 'body, message_files(file_id), conversations(title, conversation_members(account_id, read_seq))'],
      ['message_files', 'file_id, messages(body), files(name, path)'],
      ['files', 'id, message_files(seq, messages(body))'],
      ['accounts', 'id, messages(body), conversation_members(read_seq), conversations!conversation_members(title)'],
      ['accounts', 'id, conversations!conversations_created_by_fkey(title)'],
    ] as const
    const texts: Record<string, string> = { stranger: '', member: '' }
    for (const [name, { client }] of Object.entries({ stranger, member })) {
      for (const [table, select] of embeds) {
        const { data, error } = await client.from(table).select(select)
        expect(error, `${table} ${select}`).toBeNull()
        texts[name] += JSON.stringify(data)
      }
    }
    for (const told of ['apple', 'answer', 'Shoot', 'Plan', direct, shared, file])
      expect(texts.stranger).not.toContain(told)
    expect(texts.member).toContain('apple')
    // Whoever is in it reads their own membership alone, and nobody's files beside what a message shows.
    const { data: members } = await member.client.from('conversation_members').select('account_id')
    expect(new Set(members!.map(({ account_id }) => account_id))).toEqual(new Set([member.id]))
  })

  test('no original, by nobody, however asked', async () => {
    const [stored] = await sql(stack)`select count(*)::int as count from private.message_originals`
    expect(stored).toEqual({ count: 2 })
    for (const { client } of [owner, member, stranger]) {
      expect((await client.from('message_originals').select()).status).toBe(404)
      expect((await client.schema('private').from('message_originals').select()).status).toBe(406)
      const embedded = await client.from('messages').select('seq, message_originals(body)')
      expect(embedded.error?.code).toBe('PGRST200')
      const read = [
        await client.from('messages').select(),
        await client.rpc('list_messages', { conversation_id: direct }),
        await client.rpc('list_conversations'),
        await client.rpc('export_account'),
      ]
      expect(JSON.stringify(read)).not.toContain('87012019530')
    }
  })

  test('is told of no conversation by any function', async () => {
    const anon = anonClient(stack)
    await changesNothing(async () => {
      for (const id of [direct, shared, crypto.randomUUID()]) {
        const { open_conversation: _open, create_group: _group, ...about } = calls(id)
        for (const [name, args] of Object.entries(about)) {
          const { data, error } = await stranger.client.rpc(
            name,
            name === 'add_group_members' ? { ...args, account_ids: [member.id] } : args,
          )
          if (name === 'unread_count') expect(data).toEqual([{ messages: 0, conversations: 0 }])
          else if (reads.includes(name)) expect(data, name).toEqual([])
          else expect(error?.code, name).toBe('not_found')
        }
        for (const [name, args] of Object.entries(calls(id))) {
          expect((await anon.rpc(name, args)).error?.code, name).toMatch(/42501|auth_required/)
        }
      }
    })
  })
})

describe('4, 5, 6, 8, 14: nobody writes past the functions', () => {
  const rows = (): Record<(typeof tables)[number], object> => ({
    conversations: { kind: 'group', title: 'Mine', created_by: stranger.id },
    conversation_members: { conversation_id: direct, account_id: stranger.id },
    messages: { conversation_id: direct, seq: 9, version: 9, author_id: stranger.id, body: 'Forged' },
    message_files: { conversation_id: direct, seq: 2, file_id: file, position: 1 },
  })

  test('no insert, upsert, update or delete of any table, whosever it is', async () => {
    await changesNothing(async () => {
      for (const client of [owner.client, member.client, stranger.client, anonClient(stack)]) {
        for (const table of tables) {
          const key = table === 'conversations' ? 'id' : 'conversation_id'
          expect((await client.from(table).insert(rows()[table] as never)).error?.code, table).toBe('42501')
          expect(
            (await client.from(table).upsert({ ...rows()[table], [key]: direct } as never)).error?.code,
            table,
          ).toBe('42501')
          expect((await client.from(table).delete().eq(key, direct)).error?.code, table).toBe('42501')
          expect(
            (
              await client
                .from(table)
                .update({ [key]: shared } as never)
                .eq(key, direct)
            ).error?.code,
            table,
          ).toBe('42501')
        }
      }
    })
  })

  test('no column of any table is in a grant', async () => {
    const columns = await sql(stack)`
      select table_name as table, column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = any (${[...tables]})
        and (
          has_column_privilege('authenticated', format('public.%I', table_name), column_name, 'insert')
          or has_column_privilege('authenticated', format('public.%I', table_name), column_name, 'update')
        )
    `
    expect([...columns]).toEqual([])
  })

  test('no argument names another as the author, nor another state', async () => {
    await changesNothing(async () => {
      const { send_message, edit_message, mark_conversation_read, create_group } = calls(direct)
      for (const [name, args] of Object.entries({ send_message, edit_message, mark_conversation_read, create_group })) {
        for (const extra of ['author_id', 'account_id', 'kind', 'version', 'created_at', 'is_redacted', 'role']) {
          const { error } = await owner.client.rpc(name, { ...(args as object), [extra]: member.id })
          expect(error?.code, `${name} ${extra}`).toBe('PGRST202')
        }
      }
    })
  })

  test('no message under a stranger’s, no file of another’s, no word of another’s changed', async () => {
    const own = (await open(stack, stranger, { with: owner })).id
    await say(stack, stranger, own, 'Mine')
    await changesNothing(async () => {
      const send = (conversation_id: string, more: object) =>
        stranger.client.rpc('send_message', { conversation_id, body: 'Hm', client_id: crypto.randomUUID(), ...more })
      expect((await send(own, { reply_to_seq: 2 })).error?.code).toBe('validation_failed')
      expect((await send(own, { file_ids: [file] })).error?.code).toBe('validation_failed')
      expect((await send(direct, { reply_to_seq: 1 })).error?.code).toBe('not_found')
      for (const { client } of [member, stranger]) {
        for (const [name, body] of [
          ['edit_message', { body: 'Changed' }],
          ['delete_message', {}],
        ] as const) {
          const { error } = await client.rpc(name, { conversation_id: direct, seq: 1, ...body })
          expect(error?.code).toMatch(/permission_denied|not_found/)
        }
      }
    })
  })
})

test('9: a removed member with a token that is valid reads what was said until then, and writes nothing', async () => {
  const guest = await createPerson(stack, { roles: ['client'] })
  const id = await group(stack, owner, [member, guest])
  await say(stack, owner, id, 'Before')
  await remove(stack, owner, id, guest)
  await say(stack, owner, id, 'Afterwards')
  const { client } = guest
  const read = [
    await client.from('messages').select().eq('conversation_id', id),
    await client.rpc('list_messages', { conversation_id: id }),
    await client.rpc('list_messages', { conversation_id: id, after_version: 0 }),
    await client.rpc('get_conversation', { conversation_id: id }),
    await client.rpc('search_messages', { search: 'afterwards' }),
    await client.rpc('search_messages', { search: 'before', conversation_id: id }),
  ]
  expect(JSON.stringify(read)).toContain('Before')
  expect(JSON.stringify(read)).not.toContain('Afterwards')
  expect((await client.from('conversations').select().eq('id', id)).data).toEqual([])
  expect((await client.rpc('list_conversations')).data).toEqual([])
  await changesNothing(async () => {
    const {
      open_conversation: _open,
      create_group: _group,
      get_conversation: _get,
      list_messages: _list,
      leave_conversation: _leave,
      ...about
    } = calls(id)
    for (const [name, args] of Object.entries(about)) {
      if (reads.includes(name)) continue
      expect((await client.rpc(name, args)).error?.code, name).toMatch(/permission_denied|not_found/)
    }
  })
})

test('12: a suspended account reads and writes nothing of it', async () => {
  const person = await createPerson(stack, { roles: ['client'] })
  const id = await group(stack, person, [owner])
  await say(stack, person, id, 'Before')
  await sql(stack)`select private.suspend_account(${person.id}, 'attack 12')`
  await changesNothing(async () => {
    for (const [name, args] of Object.entries(calls(id))) {
      expect((await person.client.rpc(name, args)).error?.code, name).toBe('account_suspended')
    }
    for (const table of tables) expect((await person.client.from(table).select()).error?.code).toBe('account_suspended')
  })
})

test('24: of a deleted account nothing is left to read: not by list, search, table, reply, last message, notification or name', async () => {
  const metadata = { first_name: 'Balthasar', last_name: 'Nobody' }
  const person = await createPerson(stack, { roles: ['client'], metadata, username: `gone_${Date.now()}` })
  const [one, both] = [(await open(stack, person, { with: owner })).id, await group(stack, person, [owner, member])]
  for (const id of [one, both]) {
    const { seq } = await say(stack, person, id, 'My unforgettable words')
    await say(stack, owner, id, 'Hm', { reply_to_seq: seq })
    await say(stack, person, id, 'unforgettable, the last')
  }
  expect((await person.client.rpc('delete_account', { password: person.password })).error).toBeNull()
  const { client } = owner
  const read = []
  for (const id of [one, both]) {
    for (const name of ['list_messages', 'get_conversation', 'list_conversation_members']) {
      const { data, error } = await client.rpc(name, { conversation_id: id })
      expect(error).toBeNull()
      read.push(data)
    }
    read.push((await client.from('messages').select().eq('conversation_id', id)).data)
  }
  read.push((await client.rpc('list_conversations', { page_size: 100 })).data)
  read.push((await client.rpc('search_messages', { search: 'unforgettable' })).data)
  const known = JSON.stringify(read)
  expect(known).toContain('Hm')
  for (const told of ['unforgettable', 'Balthasar', 'Nobody', person.username!]) expect(known).not.toContain(told)
  const [left] = await sql(stack)`select count(*)::int as count from public.messages where body like '%unforgettable%'`
  expect(left).toEqual({ count: 0 })
})

const topicOf = async (id: string, prefix = 'conversation') =>
  `${prefix}:${id}:${(await sql(stack)`select epoch from public.conversations where id = ${id}`)[0]!.epoch}`

/** What somebody was told of a conversation's messages: the versions. */
const versions = (ear: Listener) =>
  ear.received.filter(({ event }) => event === 'message').map(({ payload }) => payload.version)

/** Listens without being asked who it is. */
async function overhear(client: SupabaseClient, topic: string): Promise<unknown[]> {
  const heard: unknown[] = []
  const channel = client.channel(topic, { config: { private: false } })
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message))
  await new Promise<void>((resolve) => channel.subscribe((status) => status !== 'CLOSED' && resolve()))
  return heard
}

describe('30, 32: who may listen', () => {
  test('a stranger joins no topic of a conversation, private or not, whatever the epoch; a member those of now', async () => {
    const topic = await topicOf(shared)
    const epoch = Number(topic.split(':')[2])
    for (const prefix of ['conversation', 'typing', 'presence']) {
      for (const name of [
        `${prefix}:${shared}:${epoch}`,
        `${prefix}:${shared}:${epoch + 1}`,
        `${prefix}:${shared}`,
        `${prefix}:${shared}:0`,
      ]) {
        for (const client of [stranger.client, anonClient(stack)])
          expect(await listen(client, name), name).toBeUndefined()
        await stranger.client.removeAllChannels()
      }
    }
    const heard = await overhear(stranger.client, topic)
    const ear = (await listen(member.client, topic))!
    for (const wrong of [
      `conversation:${shared}:${epoch + 1}`,
      `conversation:${shared}`,
      `conversation:${shared}:${epoch}:1`,
      `conversation:${shared}: ${epoch}`,
      `conversation:${shared.toUpperCase()}:${epoch}`,
      `Conversation:${shared}:${epoch}`,
      `conversation:${stranger.id}:${epoch}`,
      'conversation:*',
      `conversation:${shared}:%`,
    ]) {
      expect(await listen(member.client, wrong), wrong).toBeUndefined()
    }
    const { version } = await say(stack, owner, shared, secret)
    expect(await eventually(() => versions(ear).includes(version))).toBe(true)
    expect(heard).toEqual([])
    // Numbers only: who may read it reads it from the table.
    expect(JSON.stringify(ear.received)).not.toContain('apple')
    await member.client.removeAllChannels()
    await stranger.client.removeAllChannels()
  })

  test('members see who is there, nobody else', async () => {
    const topic = await topicOf(shared, 'presence')
    const seen = async (person: Person) => {
      await person.client.realtime.setAuth()
      const channel = person.client.channel(topic, { config: { private: true, presence: { key: person.id } } })
      channel.on('presence', { event: 'sync' }, () => undefined)
      const joined = await new Promise<boolean>((resolve) =>
        channel.subscribe((status) => resolve(status === 'SUBSCRIBED')),
      )
      return { channel, joined }
    }
    const [one, other, third] = [await seen(owner), await seen(member), await seen(stranger)]
    expect([one.joined, other.joined, third.joined]).toEqual([true, true, false])
    await one.channel.track({ here: true })
    await third.channel.track({ here: true }, { timeout: 300 })
    expect(await eventually(() => owner.id in other.channel.presenceState())).toBe(true)
    expect(Object.keys(other.channel.presenceState())).toEqual([owner.id])
    expect(third.channel.presenceState()).toEqual({})
    for (const { client } of [owner, member, stranger]) await client.removeAllChannels()
  })
})

describe('31: nobody forges', () => {
  const post = (person: Person, messages: object[]) =>
    fetch(`${stack.url}/realtime/v1/api/broadcast`, {
      method: 'POST',
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ messages }),
    })

  test('a message or a reading on the conversation’s topic: not its owner, not a member, not a stranger, by socket or HTTP', async () => {
    const topic = await topicOf(shared)
    const ear = (await listen(member.client, topic))!
    const mouth = (await listen(owner.client, topic))!
    const [before] = await sql(stack)`select count(*)::int as count from realtime.messages`
    for (const event of ['message', 'read']) {
      const payload = { conversation_id: shared, seq: 999, version: 999 }
      await mouth.channel.send({ type: 'broadcast', event, payload }, { timeout: 300 })
      for (const person of [owner, member, stranger]) {
        for (const isPrivate of [true, false]) await post(person, [{ topic, event, payload, private: isPrivate }])
      }
      const open = stranger.client.channel(topic, { config: { private: false } })
      await new Promise<void>((resolve) => open.subscribe((status) => status !== 'CLOSED' && resolve()))
      await open.send({ type: 'broadcast', event, payload }, { timeout: 300 })
      await stranger.client.removeAllChannels()
    }
    const [after] = await sql(stack)`select count(*)::int as count from realtime.messages`
    expect(after).toEqual(before)
    const { version } = await say(stack, owner, shared, 'The true one')
    expect(await eventually(() => versions(ear).includes(version))).toBe(true)
    expect(ear.received.filter(({ payload }) => payload.seq === 999)).toEqual([])
    for (const { client } of [owner, member, stranger]) await client.removeAllChannels()
  })

  test('typing is its members’ to say; whoever names another there makes no message of theirs', async () => {
    const topic = await topicOf(shared, 'typing')
    const ear = (await listen(member.client, topic))!
    const mouth = (await listen(owner.client, topic))!
    expect(await listen(stranger.client, topic)).toBeUndefined()
    const typing = { type: 'broadcast', event: 'typing', payload: { account_id: owner.id } } as const
    await post(stranger, [{ topic, event: 'typing', payload: { account_id: 'a stranger' }, private: true }])
    await changesNothing(async () => {
      expect(await mouth.channel.send(typing)).toBe('ok')
      // By convention one's own id; nothing is read from there but that somebody types.
      const forged = { body: 'Forged', seq: 99, version: 99, author_id: member.id, account_id: member.id }
      expect(await mouth.channel.send({ type: 'broadcast', event: 'message', payload: forged })).toBe('ok')
      expect(await eventually(() => ear.received.length >= 2)).toBe(true)
    })
    expect(ear.received[0]).toMatchObject({ event: 'typing', payload: { account_id: owner.id } })
    expect(JSON.stringify(ear.received)).not.toContain('a stranger')
    const { data } = await member.client.rpc('list_messages', { conversation_id: shared })
    expect(JSON.stringify(data)).not.toContain('Forged')
    for (const { client } of [owner, member, stranger]) await client.removeAllChannels()
  })
})

describe('33: with the socket left open', () => {
  interface Scene {
    victim: Person
    other: Person
    id: string
  }
  const withGroup = async (): Promise<Scene> => {
    const [victim, other] = (await createPeople(stack, 2, { roles: ['client'] })) as [Person, Person]
    return { victim, other, id: await group(stack, other, [victim, member]) }
  }
  const withPair = async (): Promise<Scene> => {
    const [victim, other] = (await createPeople(stack, 2, { roles: ['client'] })) as [Person, Person]
    return { victim, other, id: (await open(stack, other, { with: victim })).id }
  }

  const endings: Record<
    string,
    { scene: () => Promise<Scene>; end: (scene: Scene) => PromiseLike<unknown>; canSay?: boolean }
  > = {
    removed: { scene: withGroup, end: ({ victim, other, id }) => remove(stack, other, id, victim) },
    left: { scene: withGroup, end: ({ victim, id }) => leaveGroup(stack, victim, id) },
    'blocked by the group’s owner': {
      scene: withGroup,
      end: ({ victim, other }) => block(stack, other, victim),
    },
    suspended: {
      scene: withGroup,
      end: ({ victim }) => sql(stack)`select private.suspend_account(${victim.id}, 'attack 33')`,
    },
    deleted: {
      scene: withGroup,
      end: ({ victim: { client, password } }) => client.rpc('delete_account', { password }),
    },
    'blocked by the other': { scene: withPair, end: ({ victim, other }) => block(stack, other, victim), canSay: false },
  }

  test.each(Object.entries(endings))(
    '%s: nothing that is said after it is heard',
    async (_title, { scene, end, canSay = true }) => {
      const made = await scene()
      const { victim, other, id } = made
      const old = await topicOf(id)
      const ear = (await listen(victim.client, old))!
      const own = (await listen(victim.client, `account:${victim.id}`))!
      const typing = (await listen(victim.client, await topicOf(id, 'typing')))!
      const before = await say(stack, other, id, 'Before')
      expect(await eventually(() => versions(ear).includes(before.version) && own.received.length > 0)).toBe(true)

      await end(made)
      const topic = await topicOf(id)
      expect(topic).not.toBe(old)
      const witness = (await listen(other.client, canSay ? topic : `account:${other.id}`))!
      if (canSay) {
        const { version, seq } = await say(stack, other, id, 'After')
        await callAs(stack, other, 'edit_message($1, $2, $3)', id, seq, 'After that')
        // What is heard by the one would have been heard by the other.
        expect(await eventually(() => versions(witness).includes(version + 1))).toBe(true)
        const told = [...ear.received, ...own.received].map(({ payload }) => payload)
        expect(told.filter((payload) => Number(payload.version) >= version)).toEqual([])
        expect(told.filter((payload) => payload.epoch === Number(topic.split(':')[2]))).toEqual([])
      } else {
        // Of two nobody writes any more; and what the one reads, the other does not learn.
        const heard = ear.received.length
        for (const by of [victim, other]) await callAs(stack, by, 'mark_conversation_read($1)', id)
        await sql(stack)`select private.notify(${other.id}, 'general', '{}')`
        expect(await eventually(() => witness.received.some(({ event }) => event === 'notification'))).toBe(true)
        expect(ear.received).toHaveLength(heard)
      }
      expect(typing.received).toEqual([])

      // No road back in.
      await victim.client.removeAllChannels()
      for (const name of [topic, old, await topicOf(id, 'typing'), await topicOf(id, 'presence')]) {
        expect(await listen(victim.client, name), name).toBeUndefined()
      }
      await other.client.removeAllChannels()
    },
  )

  test('who comes again listens again, by the new name', async () => {
    const { victim, other, id } = await withGroup()
    await remove(stack, other, id, victim)
    await add(stack, other, id, [victim])
    const ear = (await listen(victim.client, await topicOf(id)))!
    const { version } = await say(stack, other, id, 'Welcome back')
    expect(await eventually(() => versions(ear).includes(version))).toBe(true)
    await victim.client.removeAllChannels()
  })
})

describe('50: what is no input', () => {
  const answered = async (attempts: Record<string, () => PromiseLike<{ status: number; error: unknown }>>) => {
    await changesNothing(async () => {
      for (const [name, attempt] of Object.entries(attempts)) {
        const { status, error } = await attempt()
        expect([status >= 400 && status < 500, error === null], `${name}: ${status}`).toEqual([true, false])
      }
    })
  }
  const rpc = (name: string, args: object) => () => owner.client.rpc(name, { conversation_id: direct, ...args })
  const client_id = crypto.randomUUID()

  const texts: Record<string, unknown> = {
    NUL: 'a\u0000b',
    bidi: 'a\u202eb',
    isolate: 'a\u2066b',
    zero: 'a\u200bb',
    blank: ' \u3000 ',
    'ten megabytes': 'x'.repeat(10_485_760),
    '5,001': 'x'.repeat(5001),
  }
  test.each(Object.keys(texts))('text: %s', async (name) => {
    const body = texts[name]
    await answered({
      send: rpc('send_message', { body, client_id }),
      edit: rpc('edit_message', { seq: 1, body }),
      rename: () => owner.client.rpc('rename_group', { conversation_id: shared, title: body }),
      group: () => owner.client.rpc('create_group', { title: body, account_ids: [member.id] }),
    })
  })

  test('numbers, moments, ids and lists beyond any sense', async () => {
    const huge = '99999999999999999999'
    const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)
    await answered({
      'seq huge': rpc('edit_message', { seq: huge, body: 'x' }),
      'seq negative': rpc('edit_message', { seq: -1, body: 'x' }),
      'seq zero': rpc('delete_message', { seq: 0 }),
      'seq fraction': rpc('delete_message', { seq: 1.5 }),
      'seq largest': rpc('delete_message', { seq: '9223372036854775807' }),
      'reply negative': rpc('send_message', { body: 'x', client_id, reply_to_seq: -1 }),
      'reply largest': rpc('send_message', { body: 'x', client_id, reply_to_seq: '9223372036854775807' }),
      'before zero': rpc('list_messages', { before: 0 }),
      'before negative': rpc('list_messages', { before: -5 }),
      'before huge': rpc('list_messages', { before: huge }),
      'version negative': rpc('list_messages', { after_version: -1 }),
      'version NaN': rpc('list_messages', { after_version: 'NaN' }),
      'page of none': rpc('list_messages', { page_size: 0 }),
      'page of 101': rpc('list_messages', { page_size: 101 }),
      'page negative': rpc('list_messages', { page_size: -1 }),
      'page huge': rpc('list_messages', { page_size: 2 ** 31 }),
      'read negative': rpc('mark_conversation_read', { seq: -1 }),
      'read huge': rpc('mark_conversation_read', { seq: huge }),
      'muted until': rpc('mute_conversation', { until: 'tomorrow-ish' }),
      'no id': () => owner.client.rpc('send_message', { conversation_id: 'x', body: 'x', client_id }),
      'null id': () => owner.client.rpc('send_message', { conversation_id: null, body: 'x', client_id }),
      'no client_id': rpc('send_message', { body: 'x', client_id: 'x' }),
      'client_id null': rpc('send_message', { body: 'x', client_id: null }),
      'files deep': rpc('send_message', { body: 'x', client_id, file_ids: deep }),
      'files of words': rpc('send_message', { body: 'x', client_id, file_ids: ['x'] }),
      'files many': rpc('send_message', { body: 'x', client_id, file_ids: Array(100_000).fill(file) }),
      'files nested': rpc('send_message', { body: 'x', client_id, file_ids: [[file], [file]] }),
      'group of many': () =>
        owner.client.rpc('create_group', {
          title: 'x',
          account_ids: Array.from({ length: 20_000 }, () => crypto.randomUUID()),
        }),
      'group of null': () => owner.client.rpc('create_group', { title: 'x', account_ids: null }),
      'group of nulls': () => owner.client.rpc('create_group', { title: 'x', account_ids: [null] }),
      'search short': () => owner.client.rpc('search_messages', { search: 'ab' }),
      'search of signs': () => owner.client.rpc('search_messages', { search: '%%%___' }),
      'search null': () => owner.client.rpc('search_messages', { search: null }),
      'search long': () => owner.client.rpc('search_messages', { search: 'x'.repeat(101) }),
      'search huge': () => owner.client.rpc('search_messages', { search: 'x'.repeat(1_048_576) }),
      'another’s context': () => owner.client.rpc('list_conversations', { context_type: 'model' }),
    })
  })

  test('what is large but a number is answered with what there is', async () => {
    const { client } = owner
    const largest = '9223372036854775807'
    const all = await client.rpc('list_messages', { conversation_id: direct, before: largest })
    expect(all.data).toHaveLength(2)
    expect((await client.rpc('list_messages', { conversation_id: direct, after_version: largest })).data).toEqual([])
    expect((await client.rpc('mark_conversation_read', { conversation_id: direct, seq: largest })).data).toMatchObject([
      { unread: 0 },
    ])
    expect((await client.rpc('search_messages', { search: `${'%_'.repeat(40)}abc` })).data).toEqual([])
  })

  test('deep JSON', async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    await changesNothing(async () => {
      for (const body of [`{"conversation_id": "${direct}", "client_id": "${client_id}", "body": ${deep}}`, deep]) {
        const { status } = await fetch(`${stack.url}/rest/v1/rpc/send_message`, {
          method: 'POST',
          headers: {
            apikey: stack.publishableKey,
            authorization: `Bearer ${owner.token}`,
            'content-type': 'application/json',
          },
          body,
        })
        expect(status >= 400 && status < 500, String(status)).toBe(true)
      }
    })
  })
})

test('52: the planner’s estimates are answered of none of these tables, alone or doubled', async () => {
  for (const table of tables) {
    for (const count of ['planned', 'estimated'] as const) {
      const { count: told, error } = await stranger.client.from(table).select('*', { count, head: true })
      expect([told, error === null], table).toEqual([null, false])
    }
    const answer = await fetch(`${stack.url}/rest/v1/${table}?select=*`, {
      headers: [
        ['apikey', stack.publishableKey],
        ['authorization', `Bearer ${stranger.token}`],
        ['prefer', 'count=exact'],
        ['prefer', 'count=planned'],
      ],
    })
    const total = answer.headers.get('content-range')?.split('/')[1]
    expect(['*', '0', '1', undefined], table).toContain(total)
  }
})

test('53: no error shows a row, an id or a word of somebody else', async () => {
  const { client } = stranger
  const own = (await open(stack, stranger, { with: member })).id
  const answers = [
    await client.rpc('send_message', {
      conversation_id: own,
      body: 'x',
      client_id: crypto.randomUUID(),
      file_ids: [file],
    }),
    await client.rpc('send_message', { conversation_id: direct, body: 'x', client_id: crypto.randomUUID() }),
    await client.rpc('edit_message', { conversation_id: direct, seq: 1, body: 'x' }),
    await client.rpc('add_group_members', { conversation_id: shared, account_ids: [member.id] }),
    await client.rpc('open_conversation', { context_type: 'order', context_id: direct }),
    await client.rpc('create_group', { title: 'x', account_ids: [crypto.randomUUID()] }),
    await client.from('messages').insert({ conversation_id: direct, seq: 1, version: 1 }),
  ]
  for (const { error } of answers) {
    expect(error).not.toBeNull()
    expect(JSON.stringify(error)).not.toMatch(/apple|Zebulon|already exists|[0-9a-f]{8}-[0-9a-f]{4}/)
  }
})
