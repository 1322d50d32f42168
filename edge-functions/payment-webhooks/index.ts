import { z } from 'zod'
import { readEnv, secretKeyEnv, secretKeyOf } from '../_shared/env.ts'
import { createEventStore } from '../_shared/payments/database.ts'
import { createProviders, paymentEnv } from '../_shared/payments/providers.ts'
import { connect } from '../_shared/supabase.ts'
import { createHandler } from './handler.ts'

const env = readEnv(z.object({ SUPABASE_URL: z.url(), ...secretKeyEnv, ...paymentEnv }), Deno.env.toObject())

Deno.serve(
  createHandler({
    providers: createProviders(env),
    events: createEventStore(connect(env.SUPABASE_URL, secretKeyOf(env))),
  }),
)
