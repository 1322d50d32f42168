import type { AuthError } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anonClient, createPerson, type Person, sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

const newAddress = () => `${unique('mail')}@example.test`
const wrong = '00000000'

const seen = (error: AuthError | null) => error && [error.status, error.code, error.message]

// What is in a mail can be read only where the stack's own mails are.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('codes', () => {
  let stack: TestStack
  beforeAll(async () => {
    stack = await startTestStack()
  })
  afterAll(() => stack.close())

  async function codeFor(email: string): Promise<string> {
    stack.mail!.clear({ to: email })
    const { error } = await anonClient(stack).auth.signInWithOtp({ email })
    expect(error).toBeNull()
    return stack.mail!.codeFor(email)
  }

  async function enter(email: string, token: string) {
    const client = anonClient(stack)
    const { data, error } = await client.auth.verifyOtp({ email, token, type: 'email' })
    return { error, session: data.session }
  }

  test('44: a code is good once', async () => {
    const email = newAddress()
    const code = await codeFor(email)
    expect((await enter(email, code)).session).not.toBeNull()
    const again = await enter(email, code)
    expect([again.session, again.error?.code]).toEqual([null, 'otp_expired'])
  })

  test('44: a code is good for its own address', async () => {
    const [mine, other] = [newAddress(), newAddress()]
    const code = await codeFor(mine)
    await codeFor(other)
    expect((await enter(other, code)).session).toBeNull()
    expect((await enter(newAddress(), code)).session).toBeNull()
    expect((await enter(mine, code)).session).not.toBeNull()
  })

  test('44: a code is good for ten minutes, and a late one is answered like a wrong one', async () => {
    const email = newAddress()
    const code = await codeFor(email)
    const guessed = await enter(email, wrong)
    const ago = async (minutes: number) => {
      await sql(stack)`
        update auth.users set
          confirmation_sent_at = now() - make_interval(mins => ${minutes}),
          recovery_sent_at = now() - make_interval(mins => ${minutes})
        where email = ${email}
      `
    }
    await ago(11)
    const late = await enter(email, code)
    expect(late.session).toBeNull()
    expect(seen(late.error)).toEqual(seen(guessed.error))
    await ago(9)
    expect((await enter(email, code)).session).not.toBeNull()
  })

  test('44: a newer code takes the older one’s place', async () => {
    const email = newAddress()
    const older = await codeFor(email)
    const newer = await codeFor(email)
    expect((await enter(email, older)).session).toBeNull()
    expect((await enter(email, newer)).session).not.toBeNull()
  })

  test('44: nothing is confirmed and no account is there before the code is entered', async () => {
    const email = newAddress()
    const code = await codeFor(email)
    const accounts = () => sql(stack)`
      select a.id from auth.users u join public.accounts a on a.id = u.id where u.email = ${email}
    `
    await enter(email, wrong)
    expect(await accounts()).toHaveLength(0)
    await enter(email, code)
    expect(await accounts()).toHaveLength(1)
  })
})

describe.skipIf(process.env.TALENTBASE_URL !== undefined)('guesses', () => {
  let stack: TestStack
  beforeAll(async () => {
    stack = await startTestStack({ limits: true })
  })
  afterAll(() => stack.close())

  test('44: guesses are counted although they fail; when they are used up the right code is no use either', async () => {
    const email = newAddress()
    const client = anonClient(stack)
    await client.auth.signInWithOtp({ email })
    const code = await stack.mail!.codeFor(email)
    const guesses = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        client.auth.verifyOtp({ email, token: String(10_000_000 + i), type: 'email' }),
      ),
    )
    const codes = guesses.map(({ error }) => error?.code)
    expect(codes.filter((one) => one === 'otp_expired').length).toBeLessThanOrEqual(30)
    expect(codes.filter((one) => one === 'over_request_rate_limit').length).toBeGreaterThanOrEqual(30)
    const { data, error } = await client.auth.verifyOtp({ email, token: code, type: 'email' })
    expect([data.session, error?.code]).toEqual([null, 'over_request_rate_limit'])
  })
})

describe('45: a known and an unknown address are answered alike', () => {
  let stack: TestStack
  let known: Person
  beforeAll(async () => {
    stack = await startTestStack()
    known = await createPerson(stack)
  })
  afterAll(() => stack.close())

  type Question = (email: string) => Promise<{ data: unknown; error: AuthError | null }>
  const auth = () => anonClient(stack).auth
  const questions: [string, Question][] = [
    ['code', (email) => auth().signInWithOtp({ email })],
    ['recovery', (email) => auth().resetPasswordForEmail(email)],
    ['wrong password', (email) => auth().signInWithPassword({ email, password: 'not the password' })],
    ['wrong code', (email) => auth().verifyOtp({ email, token: wrong, type: 'email' })],
    ['wrong recovery code', (email) => auth().verifyOtp({ email, token: wrong, type: 'recovery' })],
    ['another confirmation', (email) => auth().resend({ email, type: 'signup' })],
  ]

  test.each(questions)('%s', async (_name, ask) => {
    const [there, nowhere] = [await ask(known.email), await ask(newAddress())]
    expect(seen(there.error)).toEqual(seen(nowhere.error))
    expect(there.data).toEqual(nowhere.data)
  })
})

describe('46: the mail hook', () => {
  let stack: TestStack
  beforeAll(async () => {
    stack = await startTestStack()
  })
  afterAll(() => stack.close())

  test('called without a signature sends nothing, with any key', async () => {
    const to = newAddress()
    const body = JSON.stringify({
      user: { id: crypto.randomUUID(), email: to },
      email_data: { token: '12345678', token_hash: 'x', email_action_type: 'recovery', redirect_to: '', site_url: '' },
    })
    for (const key of [stack.publishableKey, stack.secretKey]) {
      const answer = await fetch(`${stack.url}/functions/v1/send-email`, {
        method: 'POST',
        headers: {
          apikey: key,
          'content-type': 'application/json',
          'webhook-id': 'msg_1',
          'webhook-signature': 'v1,AAAA',
        },
        body,
      })
      expect(answer.status).toBe(401)
    }
    expect(stack.mail?.messages({ to }) ?? []).toEqual([])
  })
})
