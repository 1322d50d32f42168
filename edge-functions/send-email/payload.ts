import { z } from 'zod'

/** What Supabase Auth sends to its Send Email Hook, as far as mails need it. Auth may add fields at any time. */
export const payloadShape = z.object({
  user: z.object({
    id: z.guid(),
    email: z.string().default(''),
    new_email: z.string().default(''),
    // People write this themselves, so whatever it is, it must not stop their mail.
    user_metadata: z.object({ locale: z.string().optional().catch(undefined) }).catch({}),
  }),
  email_data: z.object({
    email_action_type: z.string(),
    token: z.string().default(''),
    token_hash: z.string().default(''),
    token_new: z.string().default(''),
    token_hash_new: z.string().default(''),
    redirect_to: z.string().default(''),
    site_url: z.string().default(''),
    old_email: z.string().default(''),
    old_phone: z.string().default(''),
    provider: z.string().default(''),
    factor_type: z.string().default(''),
  }),
})

export type Payload = z.output<typeof payloadShape>
