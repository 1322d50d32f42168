import { FunctionError } from '../error.ts'
import type { Payment } from './provider.ts'

// How many digits of an amount are minor units. All that the database knows, and what Stripe counts in the same way.
const digitsOfCurrency: Record<string, number> = { EGP: 2, EUR: 2, INR: 2, KZT: 2, RUB: 2, USD: 2 }

export function digitsOf(currency: string): number {
  const digits = digitsOfCurrency[currency]
  if (digits === undefined) throw new Error(`The minor units of ${currency} are not known`)
  return digits
}

/** Throws 400 `validation_failed` (`provider`: known) for a payment in a currency that the provider does not take. */
export function requireCurrency({ currency, minor_units }: Payment, taken: string[] | null): void {
  const isCounted = digitsOfCurrency[currency] === minor_units
  if (isCounted && (taken === null || taken.includes(currency))) return
  throw new FunctionError(400, 'validation_failed', `This provider takes no payments in ${currency}.`, {
    details: { fields: { provider: 'known' } },
  })
}

/** Minor units as decimal text: 500000 tiyn are `5000.00`. */
export function toDecimal(amount: number, digits: number): string {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new Error(`${amount} is no amount`)
  const text = String(amount).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/**
 * Decimal text as minor units: `5000.000000` tenge are 500000. Null for what is not a plain amount: signs, exponents,
 * parts of a minor unit, more than 15 digits.
 */
export function toMinor(text: string, digits: number): number | null {
  const [, whole, fraction = ''] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? []
  if (whole === undefined || /[^0]/.test(fraction.slice(digits))) return null
  const minor = (whole + fraction.slice(0, digits).padEnd(digits, '0')).replace(/^0+(?=\d)/, '')
  return minor.length > 15 ? null : Number(minor)
}
