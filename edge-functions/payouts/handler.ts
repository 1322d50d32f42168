import { z } from 'zod'
import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { withCors } from '../_shared/cors.ts'
import { FunctionError } from '../_shared/error.ts'
import { json, readJson, requirePost } from '../_shared/http.ts'
import { type Caller, callerOf } from '../_shared/payments/caller.ts'
import type { PayoutAccount } from '../_shared/payments/database.ts'
import { providerUnavailable } from '../_shared/payments/provider.ts'
import type { StripeAccounts } from '../_shared/payments/stripe-accounts.ts'

export interface Dependencies {
  /** Null while Stripe is not configured. */
  accounts: StripeAccounts | null
  /** Where people come back to, without a slash at its end. */
  appUrl: string | undefined
  /** The id of the caller's account. Throws 401 `auth_required` if their token is not accepted. */
  whoIs(caller: Caller): Promise<string>
  /** The caller's account for payouts, read with their own rights; null if there is none. */
  findAccount(caller: Caller): Promise<PayoutAccount | null>
  saveAccount(account: PayoutAccount): Promise<void>
}

const bodyLimit = 1024
const inputShape = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('create'), country: z.string().regex(/^[A-Z]{2}$/) }),
  z.strictObject({ action: z.literal('onboarding') }),
  z.strictObject({ action: z.literal('status') }),
])

/**
 * `POST { action }`: `create` makes the caller's account for payouts at Stripe, once, in a `country`; `onboarding`
 * answers the page where they tell Stripe who they are, `{ url, expires_at }`; `status` asks Stripe how it stands.
 * `create` and `status` answer `{ exists, country, charges_enabled, payouts_enabled, requirements }`.
 */
export function createHandler({ accounts, appUrl, whoIs, findAccount, saveAccount }: Dependencies): Handler {
  return withCors(
    withBoundary(async (request) => {
      requirePost(request)
      const caller = callerOf(request)
      const input = await readJson(request, inputShape, bodyLimit)
      if (accounts === null) throw providerUnavailable()
      const found = await findAccount(caller)
      if (input.action === 'onboarding') {
        if (appUrl === undefined) throw providerUnavailable()
        if (found === null) throw new FunctionError(409, 'conflict', 'Create an account for payouts first.')
        return json(await accounts.createLink(found.provider_reference, `${appUrl}/payouts`))
      }
      if (found === null) {
        if (input.action === 'status') return json(statusOf(null))
        const created = await accounts.create(await whoIs(caller), input.country)
        await saveAccount(created)
        return json(statusOf(created))
      }
      // Also for whoever wants to create a second one.
      const account = await accounts.retrieve(found.account_id, found.provider_reference)
      await saveAccount(account)
      return json(statusOf(account))
    }),
  )
}

function statusOf(account: PayoutAccount | null) {
  return {
    exists: account !== null,
    country: account?.country ?? null,
    charges_enabled: account?.charges_enabled ?? false,
    payouts_enabled: account?.payouts_enabled ?? false,
    requirements: account?.requirements ?? [],
  }
}
