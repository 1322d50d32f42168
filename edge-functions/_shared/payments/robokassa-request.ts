import { type Algorithm, digestOf } from './digests.ts'

export interface RobokassaSettings {
  login: string
  /** Signs what we ask for. */
  password1: string
  /** Signs what Robokassa tells, and questions about it. */
  password2: string
  /** What the shop is set to; nothing weaker is ever taken. */
  algorithm: Algorithm
  /** What the shop counts in. */
  currency: string
  /** Whether the shop may charge again without its customers. */
  recurring: boolean
  /** Whether nothing is really paid; the passwords are those for tests. */
  test: boolean
  /** Of receipts, as Robokassa names it: `none`, `vat0`, `vat12` … */
  tax: string
  baseUrl: string
  fetch?: typeof fetch
}

/** Signs as Robokassa does: parts, then the shop's own fields (`Shp_…`) by their names, with colons between. */
export function signatureOf(parts: (string | number)[], fields: Record<string, string>, algorithm: Algorithm): string {
  // By their characters' numbers, as Robokassa's own examples sort.
  const own = Object.keys(fields).sort((a, b) => (a < b ? -1 : 1))
  return digestOf([...parts, ...own.map((name) => `${name}=${fields[name]}`)].join(':'), algorithm)
}

type Named = { InvId: string } | { InvoiceID: string }

/** What every request for money has, signed. Robokassa calls the order's number differently here and there. */
export function requestOf(
  named: Named,
  payment_id: string,
  sum: string,
  description: string,
  { login, password1, algorithm, tax, test }: RobokassaSettings,
): Record<string, string> {
  const name = JSON.stringify(Array.from(description).slice(0, 64).join(''))
  const receipt = encodeURIComponent(`{"items":[{"name":${name},"quantity":1,"sum":${sum},"tax":"${tax}"}]}`)
  const [number] = Object.values(named)
  const own = { Shp_payment: payment_id }
  return {
    MerchantLogin: login,
    OutSum: sum,
    ...named,
    Description: Array.from(description).slice(0, 100).join(''),
    Receipt: receipt,
    SignatureValue: signatureOf([login, sum, number as string, receipt, password1], own, algorithm),
    ...own,
    ...(test ? { IsTest: '1' } : {}),
  }
}
