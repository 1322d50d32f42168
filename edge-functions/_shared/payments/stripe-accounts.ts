import type Stripe from 'stripe'
import type { PayoutAccount } from './database.ts'
import { connectStripe, type StripeSettings } from './stripe-client.ts'
import { asFunctionError } from './stripe-errors.ts'
import { stateOf } from './stripe-events.ts'

/** The accounts at Stripe (Connect, Express) that withdrawals go to. */
export interface StripeAccounts {
  /** Makes an account in this country (ISO 3166, `KZ`). Throws 400 `validation_failed` (`country`: known) where Stripe has none. */
  create(account_id: string, country: string): Promise<PayoutAccount>
  /** Where its owner tells Stripe who they are. It works once, until `expires_at`. */
  createLink(provider_reference: string, returnUrl: string): Promise<{ url: string; expires_at: string }>
  /** What Stripe says of it now. */
  retrieve(account_id: string, provider_reference: string): Promise<PayoutAccount>
}

export function createStripeAccounts(settings: StripeSettings): StripeAccounts {
  const { accounts, accountLinks } = connectStripe(settings)
  return {
    async create(account_id, country) {
      const made = accounts.create(
        {
          type: 'express',
          country,
          capabilities: { transfers: { requested: true } },
          metadata: { account_id },
        },
        // With the country: Stripe keeps a refusal under its key, too, and another country is another try.
        { idempotencyKey: `account/${account_id}/${country}` },
      )
      return ofAccount(account_id, await answerOf(made))
    },
    async createLink(provider_reference, returnUrl) {
      const link = await answerOf(
        accountLinks.create({
          account: provider_reference,
          type: 'account_onboarding',
          return_url: returnUrl,
          refresh_url: returnUrl,
        }),
      )
      return { url: link.url, expires_at: new Date(link.expires_at * 1000).toISOString() }
    },
    async retrieve(account_id, provider_reference) {
      return ofAccount(account_id, await answerOf(accounts.retrieve(provider_reference)))
    },
  }
}

async function answerOf<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw asFunctionError(error, { country: ['country', 'known'], country_unsupported: ['country', 'known'] })
  }
}

function ofAccount(account_id: string, account: Stripe.Account): PayoutAccount {
  return { account_id, provider_reference: account.id, country: account.country ?? '', ...stateOf(account) }
}
