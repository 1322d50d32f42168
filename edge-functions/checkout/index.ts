import { z } from 'zod'
import { appUrlEnv, readEnv, secretKeyEnv, secretKeyOf } from '../_shared/env.ts'
import { savePaymentSession, startPayment } from '../_shared/payments/database.ts'
import { createProviders, paymentEnv } from '../_shared/payments/providers.ts'
import { connect } from '../_shared/supabase.ts'
import { createHandler } from './handler.ts'

const env = readEnv(
  z.object({ SUPABASE_URL: z.url(), ...secretKeyEnv, ...paymentEnv, ...appUrlEnv }),
  Deno.env.toObject(),
)
const secretKey = secretKeyOf(env)

Deno.serve(
  createHandler({
    providers: createProviders(env),
    appUrl: env.APP_URL,
    startPayment: ({ apikey, authorization }, input) =>
      startPayment(connect(env.SUPABASE_URL, apikey, { Authorization: authorization }), input),
    saveSession: (payment_id, session) => savePaymentSession(connect(env.SUPABASE_URL, secretKey), payment_id, session),
  }),
)
