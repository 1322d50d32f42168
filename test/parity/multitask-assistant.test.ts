import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let client: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  stranger = await member(stack, ['client'])
})
afterAll(() => stack.close())

const nobodys = '00000000-0000-4000-8000-000000000000'
const leak = 'The kitchen tap leaks, I need a plumber in Almaty.'

it('MT62 assistant.send: keeps the session, asks for what is missing, one thing at a time', async () => {
  const { tb } = client
  const first = await must(tb.assistant.send({ message: leak }))
  expect(first.message).toMatchObject({ seq: 1, role: 'user', body: leak, source: null, task: null })
  expect(first.reply).toMatchObject({ seq: 2, role: 'assistant', source: 'rules', asks: 'budget' })
  expect(first.reply.body).toBe('What is your budget, and in which currency?')
  const { session_id } = first
  const second = await must(tb.assistant.send({ session_id, message: '15000' }))
  expect(second).toMatchObject({ session_id, message: { seq: 3 }, reply: { seq: 4, asks: 'currency' } })
  const third = await must(tb.assistant.send({ session_id, message: 'tenge' }))
  expect(third.reply).toMatchObject({ asks: null, task: { is_complete: true, missing: [] } })
  expect(third.reply.body).toContain('15000.00 KZT')

  const russian = await must(tb.assistant.send({ message: 'Нужно убрать квартиру, 5000 тенге' }))
  expect(russian.reply).toMatchObject({ asks: 'city', body: 'В каком городе?' })
  const arabic = await must(tb.assistant.send({ message: 'Leak in the kitchen, 100 EGP', locale: 'ar' }))
  expect(arabic.reply.body).toBe('في أي مدينة؟')

  // Sent again after its answer was lost.
  const again = { message: 'Translate a letter online for $20', client_id: randomUUID() }
  const sent = await must(tb.assistant.send(again))
  expect(await must(tb.assistant.send(again))).toEqual(sent)

  // By the Edge Function, and by the database alone.
  const called = await client.client.functions.invoke('assistant', { body: { message: 'Walk my dog', locale: 'kk' } })
  expect(called.data).toMatchObject({ reply: { role: 'assistant', source: 'rules', body: 'Қай қалада?' } })
  const added = await client.client
    .rpc('add_assistant_message', { message: 'Walk my dog' })
    .single<{ session_id: string; seq: number }>()
  const answered = await client.client
    .rpc('answer_assistant_message', { session_id: added.data!.session_id, seq: added.data!.seq })
    .single()
  expect(answered.data).toMatchObject({ seq: 2, reply_to: 1, body: 'In which city?' })

  await expectUnchanged(
    () => Promise.all(['assistant_sessions', 'assistant_messages'].map((table) => rowsOf(stack, table, client))),
    async () => {
      await expectRefusal(stranger.tb.assistant.send({ session_id, message: 'Mine?' }), 'not_found')
      await expectRefusal(tb.assistant.send({ session_id: nobodys, message: 'Mine?' }), 'not_found')
      await expectRefusal(device(stack).tb.assistant.send({ message: 'Mine?' }), 'auth_required')
      await expectRefusal(tb.assistant.send({ ...again, message: 'Another text' }), 'idempotency_conflict')
      await expectRefusal(tb.assistant.send({ message: ' ', session_id: '1' }), 'validation_failed', {
        message: ['length'],
        session_id: ['format'],
      })
      const long = await client.client.functions.invoke('assistant', { body: { message: 'x'.repeat(4001) } })
      expect(await long.error.context.json()).toMatchObject({ code: 'validation_failed' })
    },
  )
})

it('MT63 assistant.listSessions: one’s own, the last spoken in first', async () => {
  const talker = await member(stack, ['client'])
  const ids: string[] = []
  for (const message of ['A logo', 'A website', 'A poster']) {
    ids.unshift((await must(talker.tb.assistant.send({ message }))).session_id)
  }
  await must(talker.tb.assistant.send({ session_id: ids[2]!, message: '200 USD' }))
  const expected = [ids[2]!, ids[0]!, ids[1]!]
  const listed = await must(talker.tb.assistant.listSessions())
  expect(listed.items.map(({ id }) => id)).toEqual(expected)
  expect(listed.items[0]).toMatchObject({ title: 'A logo', locale: 'en', messages_count: 4 })
  const first = await must(talker.tb.assistant.listSessions({ limit: 2 }))
  expect(first).toMatchObject({ total: 3, has_more: true })
  const rest = await must(talker.tb.assistant.listSessions({ limit: 2, cursor: first.next_cursor! }))
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(expected)
  const plain = await talker.client.rpc('list_assistant_sessions', { page_size: 1 })
  expect(plain.data).toMatchObject([{ id: ids[2], total: 3 }])
  expect((await stranger.client.from('assistant_sessions').select().in('id', ids)).data).toEqual([])
  await expectRefusal(device(stack).tb.assistant.listSessions(), 'auth_required')
  await expectRefusal(talker.tb.assistant.listSessions({ limit: 0 }), 'validation_failed', { limit: ['range'] })
})

it('MT64 assistant.getSession: with all that was said, to its owner', async () => {
  const { session_id } = await must(client.tb.assistant.send({ message: leak }))
  await must(client.tb.assistant.send({ session_id, message: '20 000 тенге' }))
  const session = await must(client.tb.assistant.getSession(session_id))
  expect(session).toMatchObject({ id: session_id, locale: 'en', messages_count: 4 })
  expect(session.messages.map(({ seq, role }) => `${seq} ${role}`)).toEqual([
    '1 user',
    '2 assistant',
    '3 user',
    '4 assistant',
  ])
  expect(session.messages[0]).toMatchObject({ body: leak, task: null })
  expect(session.messages[3]!.task).toMatchObject({ is_complete: true, draft: { budget: 2_000_000, currency: 'KZT' } })
  const query = client.client.from('assistant_messages').select('seq, body').eq('session_id', session_id).order('seq')
  expect((await query).data?.map(({ body }) => body)).toEqual(session.messages.map(({ body }) => body))

  for (const { tb, client: plain } of [stranger, { ...device(stack) }]) {
    expect((await plain.from('assistant_messages').select().eq('session_id', session_id)).data ?? []).toEqual([])
    const code = tb === stranger.tb ? 'not_found' : 'auth_required'
    await expectRefusal(tb.assistant.getSession(session_id), code)
    await expectRefusal(tb.assistant.deleteSession(session_id), code)
  }
  await expectRefusal(client.tb.assistant.getSession(nobodys), 'not_found')
  await expectRefusal(client.tb.assistant.getSession('1'), 'validation_failed', { session_id: ['format'] })
  await must(client.tb.assistant.deleteSession(session_id))
  await expectRefusal(client.tb.assistant.getSession(session_id), 'not_found')
  expect(await sql(stack)`select from public.assistant_messages where session_id = ${session_id}`).toHaveLength(0)
})

it('MT65 assistant.extractTask: a draft to confirm, which tasks.create takes; nothing is posted', async () => {
  const { session_id } = await must(client.tb.assistant.send({ message: `${leak} Until 31 December 2027.` }))
  const draft = await must(client.tb.assistant.extractTask({ session_id }))
  expect(draft).toEqual({
    is_complete: false,
    missing: ['budget', 'currency'],
    draft: {
      title: 'The kitchen tap leaks, I need a plumber in Almaty',
      description: `${leak} Until 31 December 2027.`,
      category: 'plumbing',
      task_type: 'physical',
      budget: null,
      currency: null,
      deadline: '2027-12-31',
      city: 'Almaty',
      country: 'Kazakhstan',
      skill_ids: [],
    },
  })
  await must(client.tb.assistant.send({ session_id, message: '15 000 tenge' }))
  const complete = await must(client.tb.assistant.extractTask({ session_id }))
  expect(await sql(stack)`select from public.tasks where owner_id = ${client.id}`, 'nothing is posted').toHaveLength(0)
  if (!complete.is_complete) throw new Error(`It lacks ${complete.missing}`)
  expect(await must(client.tb.tasks.create(complete.draft))).toMatchObject({
    ...complete.draft,
    status: 'open',
    skills: [],
  })

  const text = 'Build a landing page in React, 300 USD'
  const told = await must(client.tb.assistant.extractTask({ text }))
  const [skill] = await sql(stack)`select id from public.skills where name = 'React'`
  expect(told).toMatchObject({ is_complete: true, draft: { category: 'web-development', skill_ids: [skill!.id] } })
  const plain = await client.client.rpc('extract_task', { text }).single()
  expect(plain.data).toMatchObject({ category: 'web-development', task_type: 'digital', budget: 30_000, missing: [] })

  await expectRefusal(stranger.tb.assistant.extractTask({ session_id }), 'not_found')
  await expectRefusal(device(stack).tb.assistant.extractTask({ text }), 'auth_required')
  for (const input of [{}, { session_id, text }]) {
    await expectRefusal(client.tb.assistant.extractTask(input), 'validation_failed', { text: ['required'] })
    expect((await client.client.rpc('extract_task', input)).error?.code).toBe('validation_failed')
  }
})

it('MT66 assistant.suggestCategory: existing categories, the surest first', async () => {
  const { category, suggestions } = await must(client.tb.assistant.suggestCategory({ text: 'Fix my washing machine' }))
  expect(category).toMatchObject({ category: 'appliance-repair', name: 'Appliance repair' })
  expect(suggestions.length).toBeLessThanOrEqual(5)
  expect(suggestions.map(({ score }) => score)).toEqual(suggestions.map(({ score }) => score).toSorted((a, b) => b - a))
  const known = await sql(stack)`select slug from public.categories where 'task' = any (kinds)`
  const slugs = known.map(({ slug }) => slug)
  for (const text of ['видео для блога', 'مطلوب سباك', 'Тойға асаба керек', 'party with a dj, food and balloons']) {
    const found = await must(client.tb.assistant.suggestCategory({ text }))
    expect(found.suggestions.length, text).toBeGreaterThan(0)
    for (const one of found.suggestions) {
      expect(slugs).toContain(one.category)
      expect(one.score > 0 && one.score < 1).toBe(true)
    }
  }
  const nonsense = await must(client.tb.assistant.suggestCategory({ text: 'asdf qwerty zxcv' }))
  expect(nonsense).toEqual({ category: null, suggestions: [] })
  const plain = await client.client.rpc('suggest_categories', { text: 'Fix my washing machine' })
  expect(plain.data).toEqual(suggestions)
  await expectRefusal(device(stack).tb.assistant.suggestCategory({ text: 'A logo' }), 'auth_required')
  await expectRefusal(client.tb.assistant.suggestCategory({ text: '' }), 'validation_failed', { text: ['length'] })
  expect((await client.client.rpc('suggest_categories', { text: 'x'.repeat(4001) })).error?.code).toBe(
    'validation_failed',
  )
})
