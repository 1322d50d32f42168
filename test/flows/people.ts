import { randomBytes } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { createTalentbase, type Database, type Talentbase } from '@talentbase/sdk'
import postgres from 'postgres'
import sharp from 'sharp'
import { type DemoStack, readCode } from './stack.ts'
import { expectEqual, must } from './story.ts'

/** Several runs on one stack do not meet. */
export const run = randomBytes(3).toString('hex')

export const addressOf = (name: string): string => `${name}.${run}@example.test`

/** The SDK as one person's device has it. */
export function device(stack: DemoStack): Talentbase {
  const auth = { persistSession: false, autoRefreshToken: false }
  return createTalentbase(createClient<Database>(stack.url, stack.publishableKey, { auth }))
}

type Role = 'model' | 'agency' | 'candidate' | 'recruiter' | 'client' | 'freelancer' | 'creator'

interface Somebody {
  name: string
  tb: Talentbase
}

/** Signs somebody up with a password and confirms the address with the code that was mailed to it. */
export async function signUp(stack: DemoStack, name: string, role: Role): Promise<Somebody> {
  const tb = device(stack)
  const email = addressOf(name)
  const { user } = await must(
    tb.auth.signUp({ email, password: 'correct horse', username: `${name}_${run}`, role, locale: 'ru' }),
  )
  expectEqual(user.email_verified, false, 'email_verified before the address is confirmed')
  await must(tb.auth.confirmEmail({ email, code: await readCode(stack, email) }))
  expectEqual((await must(tb.accounts.me())).roles, [role], 'roles')
  return { name, tb }
}

/** A picture in one colour, as a camera would hand it over. */
export async function jpeg(background: string): Promise<Blob> {
  const bytes = await sharp({ create: { width: 900, height: 1200, channels: 3, background } })
    .jpeg()
    .toBuffer()
  return new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' })
}

/** A resume of two lines. */
export const pdf = (line: string): Blob => new Blob([`%PDF-1.7\n${line}`], { type: 'application/pdf' })

/** What an admin does in Studio, as supabase/snippets has it. */
export async function asAdmin(stack: DemoStack, run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  await run(sql).finally(() => sql.end())
}
