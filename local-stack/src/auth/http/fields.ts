import { z } from 'zod'

/** Fields of request bodies: a missing or null one is what Go calls the zero value. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)

export const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? undefined)

/** What a client sends to get a code back by link: PKCE. */
export const pkce = { code_challenge: text, code_challenge_method: text }
