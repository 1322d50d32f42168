import { Resend } from 'resend'
import { z } from 'zod'
import { appUrlEnv, mailFromEnv, readEnv } from '../_shared/env.ts'
import { createPushSend } from './fcm.ts'
import { createHandler, type Dependencies } from './handler.ts'
import { createMailSend } from './resend.ts'
import { channelEnv } from './settings.ts'
import { createConnect } from './supabase.ts'

const env = readEnv(
  z.object({ SUPABASE_URL: z.url(), ...channelEnv, ...appUrlEnv, ...mailFromEnv }),
  Deno.env.toObject(),
)
const { FCM_SERVICE_ACCOUNT: account, RESEND_API_KEY: mailKey } = env
const senders: Dependencies['senders'] = {}

if (account === undefined) console.log('FCM_SERVICE_ACCOUNT is not set: pushes wait.')
else {
  senders.push = createPushSend({ account, baseUrl: env.FCM_BASE_URL ?? 'https://fcm.googleapis.com', fetch })
}

if (mailKey === undefined) console.log('RESEND_API_KEY is not set: mails wait.')
else {
  const settings = { from: env.MAIL_FROM, appUrl: env.APP_URL, supabaseUrl: env.SUPABASE_URL }
  senders.email = createMailSend(new Resend(mailKey), settings)
}

Deno.serve(createHandler({ connect: createConnect(env.SUPABASE_URL), senders }))
