import type { Context } from '../context.ts'
import type { PaymentPurpose, StartedPayment } from './types.ts'

/** Has the function `checkout` start a payment for this, at the price in the database. */
export function startPayment(
  context: Context,
  purpose: PaymentPurpose,
  input: Record<string, unknown>,
): Promise<StartedPayment> {
  return context.invoke<StartedPayment>('checkout', { purpose, ...input })
}
