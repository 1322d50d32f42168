import { z } from 'zod'

/** Reads a function's settings. Throws an error that names what is missing or malformed and shows no value. */
export function readEnv<T>(shape: z.ZodType<T>, values: Record<string, string | undefined>): T {
  const result = shape.safeParse(values)
  if (result.success) return result.data
  const names = [...new Set(result.error.issues.map(({ path }) => path.join('.')))]
  throw new Error(`Missing or malformed in the environment: ${names.join(', ')}`)
}

/** A setting that is there but empty is not there. */
export function setting<T extends z.ZodType>(shape: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), shape)
}

export const baseUrl = z
  .url({ protocol: /^https?$/ })
  .transform((url) => url.replace(/\/+$/, ''))
  .optional()

/** Where people use the product: payments come back to it, mails lead there. */
export const appUrlEnv = { APP_URL: setting(baseUrl) }

/** Resend's own sender until a domain is verified: it reaches the key's owner only. */
export const mailFromEnv = { MAIL_FROM: z.string().min(3).default('Talentbase <onboarding@resend.dev>') }

const keysByName = z.record(z.string(), z.string().min(1))

/**
 * The project's secret key: the one named `default` of SUPABASE_SECRET_KEYS, or, in projects that have none yet,
 * SUPABASE_SERVICE_ROLE_KEY.
 */
export const secretKeyEnv = {
  SUPABASE_SECRET_KEYS: z.string().default('{}').transform(parseKeys),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
}

export function secretKeyOf(env: z.output<z.ZodObject<typeof secretKeyEnv>>): string {
  const key = env.SUPABASE_SECRET_KEYS.default ?? env.SUPABASE_SERVICE_ROLE_KEY
  if (key === undefined) throw new Error('Missing in the environment: SUPABASE_SECRET_KEYS')
  return key
}

function parseKeys(text: string, context: z.RefinementCtx): Record<string, string> {
  try {
    return keysByName.parse(JSON.parse(text))
  } catch {
    context.addIssue({ code: 'custom', message: 'no JSON object of keys' })
    return z.NEVER
  }
}
