import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, type Run, statement } from '../helpers/at-once.ts'
import { createPerson, liftRequestLimits, type Person, setRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
let person: Person
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  person = await createPerson(stack, { roles: ['client'] })
})
afterAll(() => stack.close())

interface Message {
  session_id: string
  seq: number
  body: string
  source: string | null
  reply_to: number | null
  data: { asks?: string | null; missing?: string[]; draft?: Record<string, unknown>; facts?: Record<string, unknown> }
}

async function called({ client }: Person, name: string, args: object): Promise<Message> {
  const { data, error } = await client.rpc(name, args).single<Message>()
  if (error) throw error
  return data
}

const add = (message: string, more: object = {}, by = person) =>
  called(by, 'add_assistant_message', { message, ...more })

const answer = ({ session_id, seq }: Message, more: object = {}, by = person) =>
  called(by, 'answer_assistant_message', { session_id, seq, ...more })

async function codeOf(answered: Promise<unknown>): Promise<string> {
  return answered.then(
    () => 'done',
    (error) => error.code,
  )
}

const messagesOf = (session_id: string) => sql(stack)`
  select seq, role, body from public.assistant_messages where session_id = ${session_id} order by seq`

const usageOf = async ({ id }: Person) =>
  (await sql(stack)`select messages from private.assistant_usage where account_id = ${id}`)[0]?.messages ?? 0

async function setting(key: string, value: number): Promise<void> {
  await sql(stack)`update private.settings set value = to_jsonb(${value}::integer) where key = ${key}`
}

describe('a message that is sent again', () => {
  test('is kept and answered once, and counted again only while it waits', async () => {
    const writer = await createPerson(stack)
    const client_id = randomUUID()
    const first = await add('A logo, $100', { client_id }, writer)
    expect(await add('A logo, $100', { client_id }, writer)).toEqual(first)
    expect(await usageOf(writer), 'it waits for its answer').toBe(2)
    const reply = await answer(first, {}, writer)
    expect(await add('A logo, $100', { client_id, session_id: first.session_id }, writer)).toEqual(first)
    expect(await answer(first, { answer: { reply: 'Another one.' } }, writer)).toEqual(reply)
    expect(await usageOf(writer)).toBe(2)
    expect(await messagesOf(first.session_id)).toHaveLength(2)
    const [sessions] = await sql(
      stack,
    )`select count(*)::int as count from public.assistant_sessions where account_id = ${writer.id}`
    expect(sessions!.count).toBe(1)
  })

  test('with another text, or in another session, is a conflict', async () => {
    const client_id = randomUUID()
    const { session_id } = await add('A logo', { client_id })
    const other = await add('A website')
    expect(await codeOf(add('A poster', { client_id }))).toBe('idempotency_conflict')
    expect(await codeOf(add('A logo', { client_id, session_id: other.session_id }))).toBe('idempotency_conflict')
    expect(await messagesOf(session_id)).toHaveLength(1)
  })

  test('is the same one, however many arrive at the same moment', async () => {
    const client_id = randomUUID()
    const send = statement(`select * from public.add_assistant_message('A logo for a race', null, $1)`, client_id)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ as: person, runs: [send] })),
    )
    expect(codesOf(outcomes)).toEqual(Array(12).fill('done'))
    const rows = await sql(stack)`select session_id from public.assistant_messages where client_id = ${client_id}`
    expect(rows).toHaveLength(1)
    const { session_id } = rows[0]!
    const reply = statement('select * from public.answer_assistant_message($1, 1)', session_id)
    await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ as: person, runs: [reply] })),
    )
    expect((await messagesOf(session_id)).map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  test('may have the same client_id as somebody else’s', async () => {
    const other = await createPerson(stack)
    const client_id = randomUUID()
    const mine = await add('A logo', { client_id })
    const theirs = await add('A poster', { client_id }, other)
    expect(theirs.session_id).not.toBe(mine.session_id)
  })
})

describe('races', () => {
  test('messages of one session have no gap and no double', async () => {
    const { session_id } = await add('The first')
    const send = statement(`select * from public.add_assistant_message('And more', $1)`, session_id)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 20 }, () => ({ as: person, runs: [send] })),
    )
    expect(codesOf(outcomes)).toEqual(Array(20).fill('done'))
    expect((await messagesOf(session_id)).map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  })

  test('the day’s last message is one, however many are sent at once', async () => {
    const writer = await createPerson(stack)
    await setting('assistant.messages_per_day', 5)
    const send = statement(`select * from public.add_assistant_message('A logo')`)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ as: writer, runs: [send] })),
    )
    await setting('assistant.messages_per_day', 100)
    expect(codesOf(outcomes)).toEqual([...Array(5).fill('done'), ...Array(7).fill('rate_limit_exceeded')])
    expect(await usageOf(writer)).toBe(5)
  })

  const leaving = async (run: Run) => {
    const writer = await createPerson(stack)
    await add('A logo', {}, writer)
    const leave = statement('delete from auth.users where id = $1', writer.id)
    const both = [
      await meanwhile(stack, { as: writer, runs: [run] }, { runs: [leave] }),
      await sql(stack)`select from public.assistant_messages where account_id = ${writer.id}`,
    ] as const
    return both
  }

  test('an account that goes while it writes takes everything along', async () => {
    const [codes, left] = await leaving(statement(`select * from public.add_assistant_message('A poster')`))
    expect([codes, left.length]).toEqual([['done', 'done'], 0])
  })

  test('an account that is gone writes nothing', async () => {
    const writer = await createPerson(stack)
    const { session_id } = await add('A logo', {}, writer)
    const leave = statement('delete from auth.users where id = $1', writer.id)
    for (const text of [
      `select * from public.add_assistant_message('A poster')`,
      `select * from public.add_assistant_message('A poster', '${session_id}')`,
      `select * from public.answer_assistant_message('${session_id}', 1)`,
    ]) {
      const codes = await meanwhile(stack, { runs: [leave] }, { as: writer, runs: [statement(text)] })
      expect(codes[1], text).not.toBe('done')
      expect(codes[1], text).not.toBe('40P01')
    }
    expect(await sql(stack)`select from private.assistant_usage where account_id = ${writer.id}`).toHaveLength(0)
  })

  test('a session that is deleted meanwhile is not written to', async () => {
    const { session_id } = await add('A logo')
    const codes = await meanwhile(
      stack,
      { as: person, runs: [statement('delete from public.assistant_sessions where id = $1', session_id)] },
      { as: person, runs: [statement(`select * from public.add_assistant_message('More', $1)`, session_id)] },
    )
    expect(codes).toEqual(['done', 'not_found'])
    expect(await messagesOf(session_id)).toHaveLength(0)
  })
})

describe('limits', () => {
  test('of a minute and of a day, and deleting gives nothing back', async () => {
    const writer = await createPerson(stack)
    await setRequestLimits(stack, { assistant_messages: 2 })
    const { session_id } = await add('One', {}, writer)
    await add('Two', { session_id }, writer)
    const refused = await writer.client.rpc('add_assistant_message', { message: 'Three', session_id })
    expect([refused.status, refused.error?.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(Number(JSON.parse(refused.error!.details).retry_after)).toBeGreaterThan(0)
    await liftRequestLimits(stack)

    await setting('assistant.messages_per_day', 3)
    await add('Three', { session_id }, writer)
    expect((await writer.client.from('assistant_sessions').delete().eq('id', session_id).select()).data).toHaveLength(1)
    const tomorrow = await writer.client.rpc('add_assistant_message', { message: 'Four' })
    expect([tomorrow.status, tomorrow.error?.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(JSON.parse(tomorrow.error!.details)).toMatchObject({ limit: 3, retry_after: expect.any(Number) })
    await sql(stack)`update private.assistant_usage set day = day - 1 where account_id = ${writer.id}`
    expect(await codeOf(add('Four', {}, writer))).toBe('done')
    expect(await usageOf(writer)).toBe(1)
    await setting('assistant.messages_per_day', 100)
  })

  test('of a session, with room for the answer, and of sessions', async () => {
    const writer = await createPerson(stack)
    await setting('assistant.messages_per_session', 4)
    const first = await add('One', {}, writer)
    const { session_id } = first
    const second = await add('Two', { session_id }, writer)
    const full = await writer.client.rpc('add_assistant_message', { message: 'Three', session_id })
    expect([full.status, full.error?.code, JSON.parse(full.error!.details)]).toEqual([
      409,
      'conflict',
      { reason: 'session_full' },
    ])
    for (const one of [first, second]) await answer(one, {}, writer)
    expect(await messagesOf(session_id)).toHaveLength(4)
    await setting('assistant.messages_per_session', 200)

    await setting('assistant.sessions_per_account', 1)
    const many = await writer.client.rpc('add_assistant_message', { message: 'Three' })
    expect([many.error?.code, JSON.parse(many.error!.details)]).toEqual(['conflict', { reason: 'too_many_sessions' }])
    expect(await usageOf(writer), 'a refusal counts nothing').toBe(2)
    await writer.client.from('assistant_sessions').delete().eq('id', session_id)
    expect(await codeOf(add('Three', {}, writer))).toBe('done')
    await setting('assistant.sessions_per_account', 100)
  })
})

describe('what the rules say', () => {
  test.each([
    ['Hello', 'en', 'What do you need done? One or two sentences are enough.', 'title'],
    ['Здравствуйте', 'ru', 'Что нужно сделать? Достаточно одного-двух предложений.', 'title'],
    ['Нужна помощь по хозяйству', 'ru', 'Что это за работа? Например: уборка, ремонт, перевод, дизайн.', 'category'],
    ['Үй тазалау керек', 'kk', 'Қай қалада?', 'city'],
    ['مدرس رياضيات', 'ar', 'هل يتم العمل حضورياً أم عبر الإنترنت؟', 'task_type'],
    ['Кафеге логотип керек, бюджет 5000', 'kk', 'Қай валютада?', 'currency'],
  ])('%s', async (text, locale, body, asks) => {
    const message = await add(text)
    const reply = await answer(message)
    expect([reply.body, reply.data.asks, reply.source]).toEqual([body, asks, 'rules'])
    const [session] = await sql(stack)`select locale from public.assistant_sessions where id = ${message.session_id}`
    expect(session!.locale).toBe(locale)
  })

  test('two categories that are as likely are offered by their names', async () => {
    for (const [slug, name, name_ru] of [
      ['zx-one', 'First zx', 'Первая зх'],
      ['zx-two', 'Second zx', null],
    ]) {
      await sql(
        stack,
      )`insert into public.categories (slug, kinds, name, name_ru) values (${slug!}, '{task}', ${name!}, ${name_ru!})`
      await sql(stack)`insert into private.category_words (category, locale, word) values (${slug!}, 'ru', 'зхдвойня')`
    }
    const message = await add('Нужна зхдвойня')
    const reply = await answer(message)
    expect(reply).toMatchObject({ body: 'Что это за работа: Первая зх, Second zx?', data: { asks: 'category' } })
    const chosen = await answer(await add('Первая зх', { session_id: message.session_id }))
    expect(chosen.data.draft).toMatchObject({ category: 'zx-one', description: 'Нужна зхдвойня' })
    await sql(stack)`delete from public.categories where slug like 'zx-%'`
  })

  test('a title cannot pass for more of the sentence', async () => {
    const reply = await answer(await add('A logo {budget} {choices} {title}, $5'))
    expect(reply.body).toBe(
      'That is all a task needs: “A logo {budget} {choices} {title}, $5”, 5.00 USD. Look through the draft and post it.',
    )
  })
})

describe('what a model has said', () => {
  const model = (draft: object, reply = 'What else?') => ({ answer: { reply, draft } })

  test('goes over what the rules find, and what is said later goes over it', async () => {
    const first = await add('Уборка в Астане, 5000 тенге')
    const { session_id } = first
    const reply = await answer(
      first,
      model({ title: 'Убрать квартиру', budget: 7000.5, currency: 'KZT', city: 'Алматы' }),
    )
    expect(reply).toMatchObject({ source: 'model', body: 'What else?', data: { asks: null } })
    expect(reply.data.draft).toMatchObject({
      title: 'Убрать квартиру',
      budget: 700_050,
      city: 'Алматы',
      category: 'cleaning',
    })
    expect(reply.data.draft!.country, 'of the city that it was').toBeNull()
    expect(reply.data.facts).toEqual({ title: 'Убрать квартиру', amount: '7000.5', currency: 'KZT', city: 'Алматы' })
    const later = await answer(await add('Нет, 9000 тенге, в Шымкенте', { session_id }))
    expect(later.source).toBe('rules')
    expect(later.data.draft).toMatchObject({
      title: 'Убрать квартиру',
      budget: 900_000,
      city: 'Shymkent',
      country: 'Kazakhstan',
    })
    const draft = await person.client.rpc('extract_task', { session_id }).single()
    expect(draft.data).toMatchObject(later.data.draft!)
  })

  test.each([
    ['a category that there is not', { category: 'hacking' }, { category: 'plumbing' }],
    ['one that tasks cannot have', { category: 'fashion' }, { category: 'plumbing' }],
    ['a currency that there is not', { budget: 5, currency: 'XXX' }, { budget: null, currency: null }],
    ['a budget below nothing', { budget: -5, currency: 'USD' }, { budget: null }],
    ['a budget that no task has', { budget: 1e15, currency: 'USD' }, { budget: null }],
    ['a budget that is none', { budget: { $gt: 0 }, currency: 'USD' }, { budget: null }],
    ['a day that is over', { deadline: '2001-01-01' }, { deadline: null }],
    ['a day that there is not', { deadline: '2027-02-31' }, { deadline: null }],
    ['another type', { task_type: 'illegal' }, { task_type: 'physical' }],
    ['skills that there are not', { skills: ['Plumbing', 'Lock picking', 7, null] }, {}],
    ['fields that there are not', { owner_id: randomUUID(), status: 'completed', address: 'x' }, {}],
    ['hidden characters', { city: 'Alm\u202eaty\u200b' }, { city: 'Almaty' }],
    ['a title without end', { title: 'x'.repeat(900) }, { title: 'x'.repeat(200) }],
    ['no object', 'all of it', {}],
    ['a list', ['title'], {}],
  ])('%s is left out', async (_name, draft, expected) => {
    const message = await add('I need a plumber')
    const reply = await answer(message, { answer: { reply: 'Fine.', draft } })
    expect(reply.source).toBe('model')
    expect(reply.data.draft).toMatchObject(expected)
    expect(Object.keys(reply.data.draft!).sort()).toEqual(
      'budget category city country currency deadline description skill_ids task_type title'.split(' '),
    )
    const [plumbing] = await sql(stack)`select id from public.skills where name = 'Plumbing'`
    const named = JSON.stringify(draft).includes('Plumbing')
    expect(reply.data.draft!.skill_ids).toEqual(named ? [plumbing!.id] : [])
  })

  test.each([
    ['no reply', { draft: {} }],
    ['an empty one', { reply: ' \n\u200b', draft: {} }],
    ['no object', 7],
    ['nothing', null],
  ])('%s: the rules answer', async (_name, said) => {
    expect(await answer(await add('I need a plumber'), { answer: said })).toMatchObject({
      source: 'rules',
      body: 'In which city?',
    })
  })

  test('a reply is cleaned and bounded', async () => {
    const reply = await answer(await add('I need a plumber'), {
      answer: { reply: `\u202eHi\u0007${'x'.repeat(9000)}` },
    })
    expect(reply.body).toBe(`Hi${'x'.repeat(3998)}`)
  })
})

test('the day of the caller counts where it can be theirs', async () => {
  const [days] = await sql(stack)`
    select (d + 1)::text as ahead, (d + 2)::text as tomorrow_ahead, (d + 1)::text as tomorrow
    from (select (now() at time zone 'UTC')::date as d) as u
  `
  const deadline = async (today?: string) => {
    const { data } = await person.client
      .rpc('extract_task', { text: 'A logo tomorrow', today })
      .single<{ deadline: string }>()
    return data!.deadline
  }
  expect(await deadline(days!.ahead)).toBe(days!.tomorrow_ahead)
  for (const wrong of [undefined, '2001-01-01', '2150-01-01']) expect(await deadline(wrong)).toBe(days!.tomorrow)
})
