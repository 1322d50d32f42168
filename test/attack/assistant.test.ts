import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { device } from '../parity/people.ts'
import { expectUnchanged } from '../parity/refusals.ts'

// What must not work around the assistant: another's session, words put into the assistant's mouth, limits got round.

let stack: TestStack
let owner: Person
let stranger: Person
let session_id: string

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  ;[owner, stranger] = await Promise.all([createPerson(stack), createPerson(stack)])
  const added = await owner.client.rpc('add_assistant_message', { message: 'A plumber in Almaty, my secret' }).single()
  session_id = (added.data as { session_id: string }).session_id
  await owner.client.rpc('answer_assistant_message', { session_id, seq: 1 })
})
afterAll(() => stack.close())

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

type Answer = PromiseLike<{ data: unknown; error: { code: string } | null }>

async function refused(attempts: Record<string, () => Answer>, code: string): Promise<void> {
  await changesNothing(async () => {
    for (const [name, attempt] of Object.entries(attempts)) {
      const { data, error } = await attempt()
      expect(error?.code, `${name}: ${JSON.stringify(data)}`).toBe(code)
    }
  })
}

test('3: another’s session is neither read, listed, drafted, written to, answered nor deleted', async () => {
  const { client } = stranger
  for (const [table, column] of [
    ['assistant_sessions', 'id'],
    ['assistant_messages', 'session_id'],
  ] as const) {
    expect((await client.from(table).select().eq(column, session_id)).data).toEqual([])
    expect((await client.from(table).select('*', { count: 'exact', head: true })).count).toBe(0)
    expect((await client.from(table).select('*', { count: 'planned', head: true })).status).toBe(400)
  }
  expect((await client.from('assistant_sessions').select('*, assistant_messages(*)')).data).toEqual([])
  expect((await client.rpc('list_assistant_sessions')).data).toEqual([])
  await refused(
    {
      draft: () => client.rpc('extract_task', { session_id }),
      'write to': () => client.rpc('add_assistant_message', { message: 'Mine', session_id }),
      answer: () => client.rpc('answer_assistant_message', { session_id, seq: 1 }),
      'answer as a model': () =>
        client.rpc('answer_assistant_message', { session_id, seq: 1, answer: { reply: 'Owned' } }),
      'no such session': () => client.rpc('extract_task', { session_id: randomUUID() }),
    },
    'not_found',
  )
  await changesNothing(async () => {
    expect((await client.from('assistant_sessions').delete().eq('id', session_id).select()).data).toEqual([])
  })
  const { client: anon } = device(stack)
  await refused(
    {
      sessions: () => anon.from('assistant_sessions').select(),
      messages: () => anon.from('assistant_messages').select(),
      add: () => anon.rpc('add_assistant_message', { message: 'Mine' }),
      draft: () => anon.rpc('extract_task', { text: 'A logo' }),
      suggest: () => anon.rpc('suggest_categories', { text: 'A logo' }),
    },
    '42501',
  )
})

test('3: a client_id of somebody else tells nothing and takes nothing', async () => {
  const client_id = randomUUID()
  await owner.client.rpc('add_assistant_message', { message: 'Only mine', client_id })
  const { data, error } = await stranger.client
    .rpc('add_assistant_message', { message: 'Mine, too', client_id })
    .single()
  expect(error).toBeNull()
  expect(data).toMatchObject({ account_id: stranger.id, body: 'Mine, too', seq: 1 })
})

test('5 and 8: nobody writes sessions and messages past the functions, not even their own', async () => {
  const { client, id } = owner
  const row = { session_id, seq: 9, account_id: id, role: 'assistant', body: 'Owned', reply_to: 1, source: 'rules' }
  await refused(
    {
      session: () => client.from('assistant_sessions').insert({ account_id: id, locale: 'en' }),
      'of an id of one’s choice': () =>
        client.from('assistant_sessions').insert({ id: randomUUID(), account_id: id, locale: 'en' }),
      message: () => client.from('assistant_messages').insert(row),
      'under a stranger’s session': () =>
        stranger.client.from('assistant_messages').insert({ ...row, account_id: stranger.id }),
      'another title': () => client.from('assistant_sessions').update({ title: 'Owned' }).eq('id', session_id),
      'another count': () => client.from('assistant_sessions').update({ messages_count: 0 }).eq('id', session_id),
      'another owner': () => client.from('assistant_sessions').update({ account_id: stranger.id }).eq('id', session_id),
      'another text': () => client.from('assistant_messages').update({ body: 'Owned' }).eq('session_id', session_id),
      'fewer messages': () => client.from('assistant_messages').delete().eq('session_id', session_id),
    },
    '42501',
  )
  await changesNothing(async () => {
    // The answer to an answer, to what there is not, and another answer to what was answered.
    for (const seq of [2, 0, -1, 99]) {
      const { error } = await client.rpc('answer_assistant_message', { session_id, seq, answer: { reply: 'Owned' } })
      expect(error?.code, String(seq)).toBe('not_found')
    }
    const again = await client
      .rpc('answer_assistant_message', { session_id, seq: 1, answer: { reply: 'Owned' } })
      .single()
    expect(again.data).toMatchObject({ source: 'rules', body: 'What is your budget, and in which currency?' })
  })
})

test('14: no argument names another account', async () => {
  const { client } = stranger
  await refused(
    {
      add: () => client.rpc('add_assistant_message', { message: 'x', account_id: owner.id }),
      draft: () => client.rpc('extract_task', { text: 'x', account_id: owner.id }),
      sessions: () => client.rpc('list_assistant_sessions', { account_id: owner.id }),
    },
    'PGRST202',
  )
})

test('13: what stands behind them is not called', async () => {
  const names = ['session_facts', 'facts_in', 'draft_of', 'count_assistant_message', 'category_points', 'model_facts']
  await refused(Object.fromEntries(names.map((name) => [name, () => owner.client.rpc(name, {})])), 'PGRST202')
  for (const table of ['category_words', 'assistant_usage', 'assistant_texts']) {
    expect((await owner.client.from(table).select()).status).toBeGreaterThanOrEqual(400)
  }
})

test('an answer that is cast to an error takes message and count back together', async () => {
  await sql(stack)`update private.settings set value = '3' where key = 'assistant.messages_per_day'`
  const writer = await createPerson(stack)
  const url = `${stack.url}/rest/v1/rpc/add_assistant_message?select=body::int`
  const headers = {
    apikey: stack.publishableKey,
    authorization: `Bearer ${writer.token}`,
    'content-type': 'application/json',
  }
  for (let i = 0; i < 5; i++) {
    const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ message: 'A logo' }) })
    expect(status).toBe(400)
  }
  for (const table of ['public.assistant_messages', 'public.assistant_sessions', 'private.assistant_usage']) {
    expect(await sql(stack)`select from ${sql(stack)(table)} where account_id = ${writer.id}`, table).toHaveLength(0)
  }
  await sql(stack)`update private.settings set value = '100' where key = 'assistant.messages_per_day'`
})

describe('50', () => {
  const bad = {
    bidi: `abc\u202Eexe.gnp`,
    NUL: 'abc\u0000def',
    bell: 'abc\u0007def',
    invisible: 'abc\u200bdef\u3164',
    blank: ' \t\n ',
    nothing: '',
    'ten megabytes': 'x'.repeat(10 * 1_048_576),
  }
  test.each(Object.entries(bad))('%s in no message, and in no text to draft from', async (_name, value) => {
    await changesNothing(async () => {
      for (const [name, args] of [
        ['add_assistant_message', { message: value }],
        ['add_assistant_message', { message: 'A logo', locale: value }],
        ['extract_task', { text: value }],
        ['suggest_categories', { text: value }],
      ] as const) {
        const { status, error } = await owner.client.rpc(name, args)
        expect(status >= 400 && status < 500, `${name}: ${status} ${JSON.stringify(error)?.slice(0, 200)}`).toBe(true)
      }
    })
  })

  test('one character that stands for eighteen makes no text, and no session, take longer', async () => {
    const [row] = await sql(stack)`
      select length(private.fold_text(repeat(U&'\\FDFA', 4000))) as long, private.fold_text(U&'\\FF21\\00BD') as short
    `
    expect(row!.long).toBeLessThanOrEqual(8020)
    expect(row!.short).toBe('a1⁄2')
  })

  test('a model’s answer that is deep, huge or strange is no more than a draft', async () => {
    let deep: unknown = 'x'
    for (let i = 0; i < 3_000; i++) deep = { a: deep }
    const answers = [
      { reply: deep, draft: deep },
      { reply: 'x', draft: { skills: Array(100_000).fill('Plumbing') } },
      { reply: 'x'.repeat(1_000_000), draft: { description: 'y'.repeat(1_000_000) } },
      { reply: [], draft: 'x' },
      [{ reply: 'x' }],
      'x',
    ]
    for (const answer of answers) {
      const added = await owner.client
        .rpc('add_assistant_message', { message: 'A plumber' })
        .single<{ session_id: string }>()
      const { data, error } = await owner.client
        .rpc('answer_assistant_message', { session_id: added.data!.session_id, seq: 1, answer })
        .single<{ body: string; data: { draft: { category: string; description: string } } }>()
      expect(error).toBeNull()
      expect(data!.body.length).toBeLessThanOrEqual(4_000)
      expect(data!.data.draft.category).toBe('plumbing')
      expect(data!.data.draft.description.length).toBeLessThanOrEqual(10_000)
    }
  })
})

test('12: a suspended account says nothing', async () => {
  const person = await createPerson(stack)
  await sql(stack)`select private.suspend_account(${person.id}, 'for a test')`
  await refused(
    {
      add: () => person.client.rpc('add_assistant_message', { message: 'A logo' }),
      draft: () => person.client.rpc('extract_task', { text: 'A logo' }),
    },
    'account_suspended',
  )
})
