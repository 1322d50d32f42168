import { Resend } from 'resend'
import { z } from 'zod'
import { mailFromEnv, readEnv } from '../_shared/env.ts'
import { createHandler } from './handler.ts'
import { createSend } from './resend.ts'

const env = readEnv(
  z.object({
    SUPABASE_URL: z.url(),
    // As Auth has it: `v1,whsec_<base64>`, several of them parted by `|`.
    SEND_EMAIL_HOOK_SECRET: z.string().regex(/^v1,whsec_[\w+/=-]+(\|v1,whsec_[\w+/=-]+)*$/),
    RESEND_API_KEY: z.string().min(1),
    ...mailFromEnv,
  }),
  Deno.env.toObject(),
)

Deno.serve(
  createHandler({
    secrets: env.SEND_EMAIL_HOOK_SECRET.split('|').map((secret) => secret.slice('v1,'.length)),
    sender: { from: env.MAIL_FROM, supabaseUrl: env.SUPABASE_URL },
    send: createSend(new Resend(env.RESEND_API_KEY)),
  }),
)
