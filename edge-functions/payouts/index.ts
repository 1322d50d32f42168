import { z } from 'zod'
import { appUrlEnv, readEnv, secretKeyEnv, secretKeyOf } from '../_shared/env.ts'
import { FunctionError } from '../_shared/error.ts'
import type { Caller } from '../_shared/payments/caller.ts'
import { myPayoutAccount, savePayoutAccount } from '../_shared/payments/database.ts'
import { paymentEnv, stripeSettings } from '../_shared/payments/providers.ts'
import { createStripeAccounts } from '../_shared/payments/stripe-accounts.ts'
import { connect } from '../_shared/supabase.ts'
import { createHandler } from './handler.ts'

const env = readEnv(
  z.object({ SUPABASE_URL: z.url(), ...secretKeyEnv, ...paymentEnv, ...appUrlEnv }),
  Deno.env.toObject(),
)
const secretKey = secretKeyOf(env)
const stripe = stripeSettings(env)

function connectAs({ apikey, authorization }: Caller) {
  return connect(env.SUPABASE_URL, apikey, { Authorization: authorization })
}

async function whoIs({ apikey, authorization }: Caller): Promise<string> {
  const { data, error } = await connect(env.SUPABASE_URL, apikey).auth.getUser(authorization.replace(/^Bearer /i, ''))
  if (error !== null) throw new FunctionError(401, 'auth_required', 'The token is not accepted.', { cause: error })
  return data.user.id
}

Deno.serve(
  createHandler({
    accounts: stripe === null ? null : createStripeAccounts(stripe),
    appUrl: env.APP_URL,
    whoIs,
    findAccount: (caller) => myPayoutAccount(connectAs(caller)),
    saveAccount: (account) => savePayoutAccount(connect(env.SUPABASE_URL, secretKey), account),
  }),
)
