import type { SupabaseClient } from '@supabase/supabase-js'
import { createTalentbase, type Talentbase } from '@talentbase/sdk'
import sharp from 'sharp'
import {
  anonClient,
  createPerson,
  liftRequestLimits,
  type Person,
  type PersonOptions,
  serviceClient,
  unique,
} from '../helpers/people.ts'
import { startTestStack, type TestStack, type TestStackOptions } from '../helpers/stack.ts'

/** The SDK and the plain client under it: one session, two ways. */
interface Device {
  tb: Talentbase
  client: SupabaseClient
}

/** Somebody signed in, with the SDK over their client. */
export interface Member extends Person {
  tb: Talentbase
}

export const password = 'correct horse battery'

/** An address that nobody has. */
export const newEmail = (): string => `${unique('new')}@example.test`

/** A small picture as a file input hands it over. */
export async function picture(): Promise<Blob> {
  const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c8a' } })
    .png()
    .toBuffer()
  return new Blob([new Uint8Array(bytes)], { type: 'image/png' })
}

/** A stack without the limits of requests; `limits` keeps those of Auth. */
export async function startParityStack(options: Pick<TestStackOptions, 'limits'> = {}): Promise<TestStack> {
  const stack = await startTestStack(options)
  await liftRequestLimits(stack)
  return stack
}

/** A device with nobody signed in. */
export function device(stack: TestStack): Device {
  const client = anonClient(stack)
  return { client, tb: createTalentbase(client) }
}

/** Somebody with these roles, signed in. */
export async function member(
  stack: TestStack,
  roles: string[],
  metadata: PersonOptions['metadata'] = {},
): Promise<Member> {
  const person = await createPerson(stack, { roles, metadata })
  return { ...person, tb: createTalentbase(person.client) }
}

/** The code mailed to an address; of a Supabase whose mails cannot be read, one that an admin has made. */
export async function codeFor(stack: TestStack, email: string): Promise<string> {
  return stack.mail === null ? (await madeLink(stack, email)).email_otp : stack.mail.codeFor(email)
}

/** The hash in the link mailed to an address. */
export async function linkHashFor(stack: TestStack, email: string): Promise<string> {
  if (stack.mail === null) return (await madeLink(stack, email)).hashed_token
  const { text } = await stack.mail.waitFor({ to: email })
  const link = /https?:\/\/\S+/.exec(text ?? '')?.[0]
  if (link === undefined) throw new Error(`The mail to ${email} has no link.`)
  return new URL(link).searchParams.get('token') ?? ''
}

async function madeLink(stack: TestStack, email: string) {
  const { data, error } = await serviceClient(stack).auth.admin.generateLink({ type: 'magiclink', email })
  if (error !== null) throw error
  return data.properties
}
