import { createTalentbase, fieldMessages, messageFor, TalentbaseError } from '@talentbase/sdk'
import { expect, test } from 'vitest'
import { answering, fakeSupabase } from './fake-supabase.ts'

/** As the database answers private.raise_error: details are JSON text. */
const raised = (status: number, code: string, message: string, details?: object) =>
  answering(status, { code, message, details: details === undefined ? null : JSON.stringify(details), hint: null })

test('an error of the database keeps its code, its details and, in English, its words', async () => {
  const details = { entitlement_id: 'casting_responses', used: 3, quantity: 3, upgrade_plan_id: 'casting_pro' }
  const supabase = raised(403, 'quota_exceeded', 'Your plan does not allow more of this here.', details)
  const { data, error } = await createTalentbase(supabase).accounts.addRole('model')
  expect(data).toBeNull()
  expect(error).toBeInstanceOf(TalentbaseError)
  expect(error).toMatchObject({
    code: 'quota_exceeded',
    status: 403,
    message: 'Your plan does not allow more of this here.',
    details,
    cause: { code: 'quota_exceeded' },
  })
  expect(error?.fields).toBeUndefined()
})

test('the fields of an error of the database are no part of its details', async () => {
  const supabase = raised(400, 'validation_failed', 'Wrong.', { fields: { role: 'known' } })
  const { error } = await createTalentbase(supabase).accounts.addRole('model')
  expect(error?.fields).toEqual({ role: ['known'] })
  expect(error?.details).toBeUndefined()
})

test('the fields that an Edge Function names', async () => {
  const body = {
    code: 'validation_failed',
    message: 'Wrong.',
    details: { fields: [{ field: 'username', message: 'x' }] },
  }
  const { error } = await createTalentbase(answering(400, body)).auth.signIn({ username: 'somebody', password: 'x' })
  expect(error).toMatchObject({ code: 'validation_failed', fields: { username: ['format'] } })
})

test('the seconds to wait: from details, a header, Auth’s words', async () => {
  const limited = { code: 'rate_limit_exceeded', message: 'Too many requests.' }
  const byDetails = await createTalentbase(
    raised(429, 'rate_limit_exceeded', 'Too many requests.', { retry_after: 12 }),
  ).accounts.addRole('model')
  const byHeader = await createTalentbase(answering(429, limited, { 'retry-after': '34' })).auth.signIn({
    username: 'somebody',
    password: 'x',
  })
  const byFunctionDetails = await createTalentbase(
    answering(429, { ...limited, details: '{"retry_after":45}' }),
  ).auth.signIn({
    username: 'somebody',
    password: 'x',
  })
  const text = 'For security purposes, you can only request this after 56 seconds.'
  const byText = await createTalentbase(
    answering(429, { code: 'over_email_send_rate_limit', message: text }),
  ).auth.sendCode({ email: 'somebody@example.com' })
  const answers = [byDetails, byHeader, byFunctionDetails, byText]
  expect(answers.map(({ error }) => error?.code)).toEqual(Array(4).fill('rate_limit_exceeded'))
  expect(answers.map(({ error }) => error?.retryAfter)).toEqual([12, 34, 45, 56])
})

test('a constraint error of Postgres shows no row of the table', async () => {
  const supabase = answering(409, {
    code: '23505',
    message: 'duplicate key value violates unique constraint "accounts_username_key"',
    details: 'Key (lower(username))=(somebody) already exists.',
  })
  const { error } = await createTalentbase(supabase).accounts.update({ username: 'somebody' })
  expect(error).toMatchObject({ code: 'duplicate', fields: { username: ['taken'] } })
  expect(JSON.stringify(error)).not.toContain('Key')
})

test('fields that are taken together only are none of them wrong', async () => {
  const message = 'duplicate key value violates unique constraint "casting_responses_casting_id_model_id_once"'
  const { error } = await createTalentbase(answering(409, { code: '23505', message })).accounts.update({ bio: 'Hello' })
  expect([error?.code, error?.fields]).toEqual(['duplicate', undefined])
})

test('columns that the database blames are named as the input names them', async () => {
  const supabase = fakeSupabase((request) =>
    request.url.includes('/auth/')
      ? Response.json({ id: 'a3f0c2a0-0000-4000-8000-000000000001' })
      : Response.json(
          {
            code: '23514',
            message: 'new row for relation "castings" violates check constraint "castings_max_age_order"',
          },
          { status: 400 },
        ),
  )
  const { error } = await createTalentbase(supabase).castings.update('a3f0c2a0-0000-4000-8000-000000000002', {
    requirements: { max_age: 20 },
  })
  expect(error?.fields).toEqual({ 'requirements.max_age': ['order'] })
})

test('an error speaks the language it is asked for', async () => {
  const supabase = raised(403, 'quota_exceeded', 'Your plan does not allow more of this here.')
  const english = await createTalentbase(supabase).accounts.addRole('model')
  const russian = await createTalentbase(supabase, { locale: 'ru' }).accounts.addRole('model')
  const kazakh = await createTalentbase(supabase, { locale: 'kk' }).accounts.addRole('model')
  expect(russian.error?.message).toBe(messageFor(english.error!, 'ru'))
  expect(kazakh.error?.message).toBe(messageFor(english.error!, 'kk'))
  expect(new Set([english, russian, kazakh].map(({ error }) => error?.message)).size).toBe(3)
})

test('fields have words in every language, also for a rule that nobody knows', () => {
  const error = new TalentbaseError('validation_failed', 'Wrong.', { fields: { email: ['required'], x: ['new_rule'] } })
  for (const locale of ['en', 'ru', 'kk'] as const) {
    const { email, x } = fieldMessages(error, locale)
    expect(email?.[0]).toMatch(/\S/)
    expect(x?.[0]).toMatch(/\S/)
  }
  expect(fieldMessages(error, 'ru')).not.toEqual(fieldMessages(error, 'en'))
  expect(fieldMessages(new TalentbaseError('not_found', 'Gone.'), 'en')).toEqual({})
})

test('what breaks inside a call is answered, not thrown', async () => {
  const supabase = fakeSupabase(() => Response.json({ nothing: 'of a plan' }))
  const { data, error } = await createTalentbase(supabase).plans.list()
  expect(data).toBeNull()
  expect(error).toMatchObject({ code: 'internal_error', status: 500 })
  expect(error?.cause).toBeInstanceOf(TypeError)
})

test('every bad field is named at once, before anything is sent', async () => {
  let requests = 0
  const supabase = fakeSupabase(() => {
    requests += 1
    return Response.json({})
  })
  const { error } = await createTalentbase(supabase).auth.signUp({
    email: 'no address',
    password: 'short',
    confirm_password: 'else',
    username: 'a b',
    role: 'admin' as 'model',
    locale: undefined,
    nickname: 'x',
  } as never)
  expect(error).toMatchObject({
    code: 'validation_failed',
    fields: {
      email: ['format'],
      password: ['length'],
      confirm_password: ['match'],
      username: ['format'],
      role: ['known'],
      nickname: ['unknown'],
    },
  })
  expect(requests).toBe(0)
})

test('an update with nothing but an unknown field is blamed for that field alone', async () => {
  const { castings } = createTalentbase(answering(200, {}))
  const id = 'a3f0c2a0-0000-4000-8000-000000000002'
  const unknown = await castings.update(id, { rating: 5 } as never)
  expect(unknown.error?.fields).toEqual({ rating: ['unknown'] })
  expect((await castings.update(id, {})).error?.fields).toEqual({ input: ['required'] })
})

test.each([undefined, null, 'text', 7, []])('an input of %j is refused like any other', async (input) => {
  const { error } = await createTalentbase(answering(200, {})).castings.create(input as never)
  expect(error?.code).toBe('validation_failed')
  expect(Object.keys(error?.fields ?? {})).toEqual(['input'])
})
