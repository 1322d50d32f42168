import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { isLocal, newEmail, password } from './auth-harness.ts'

const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } }

describe.runIf(isLocal)('Auth: behind the gateway, with mails', () => {
  let stack: TestStack
  let client: SupabaseClient
  let server: SupabaseClient
  beforeAll(async () => {
    stack = await startTestStack({ migrations: false })
    client = createClient(stack.url, stack.publishableKey, options)
    server = createClient(stack.url, stack.secretKey, options)
  })
  afterAll(() => stack.close())

  it('signs a user in by the code of a mail', async () => {
    const email = newEmail()
    const { error: notCreated } = await server.auth.admin.createUser({ email, password, email_confirm: true })
    expect(notCreated).toBeNull()
    expect((await client.auth.signInWithOtp({ email })).error).toBeNull()
    const token = await stack.mail!.codeFor(email)
    const { data, error } = await client.auth.verifyOtp({ email, token, type: 'email' })
    expect(error).toBeNull()
    expect(data.user!.email).toBe(email)
    expect((await client.auth.getClaims()).data!.claims.iss).toBe(`${stack.url}/auth/v1`)
    expect((await client.auth.signOut()).error).toBeNull()
  })

  it('creates no user while the function that is asked first is missing', async () => {
    const email = newEmail()
    expect((await client.auth.signUp({ email, password })).error).toMatchObject({ status: 500 })
    const sql = postgres(stack.databaseUrl('supabase_admin'), { max: 1 })
    expect(await sql`select from auth.users where email = ${email}`).toHaveLength(0)
    await sql.end()
  })

  it('keeps the publishable key out of the admin’s routes', async () => {
    expect((await client.auth.admin.listUsers()).error).toMatchObject({ code: 'not_admin', status: 403 })
    expect((await server.auth.admin.listUsers()).error).toBeNull()
  })
})
