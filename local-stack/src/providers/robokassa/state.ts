import { isSignedBy, type Shop } from './signatures.ts'

/** How far a payment is, by Robokassa's numbers. */
export const states = {
  /** Begun, no money yet. */
  begun: 5,
  /** Ended without money. */
  cancelled: 10,
  /** The money is there and on its way to the shop. */
  received: 50,
  /** The money went back to the payer. */
  returned: 60,
  suspended: 80,
  done: 100,
} as const
export type StateCode = (typeof states)[keyof typeof states]

export interface Invoice {
  id: string
  /** Minor units. */
  minor: number
  description: string
  email: string
  shp: Record<string, string>
  /** Whether it was opened as the first of a row of charges. */
  recurring: boolean
  /** The first payment of the row; null for one that was paid by hand. */
  previous: string | null
  test: boolean
  state: StateCode
  /** What becomes of charges that name this one. */
  laterCharges: 'succeed' | 'decline'
  opKey: string
  created_at: string
  changed_at: string
}

/** The answer of OpStateExt. Payments made with IsTest are not known to it. */
export function stateXml(shop: Shop, invoices: Map<string, Invoice>, query: Record<string, string>): string {
  const { MerchantLogin = '', InvoiceID = '', Signature = '' } = query
  if (MerchantLogin !== shop.login) return answer(2, 'The shop was not found or is not active.')
  if (!isSignedBy(shop, [MerchantLogin, InvoiceID, shop.password2], Signature)) return answer(1, 'Wrong signature.')
  const invoice = invoices.get(InvoiceID)
  if (invoice === undefined || invoice.test) return answer(3, 'No operation with this InvoiceID was found.')
  const sum = `${(invoice.minor / 100).toFixed(2)}0000`
  const fields = Object.entries(invoice.shp)
    .map(([name, value]) => `<Field><Name>${escaped(name)}</Name><Value>${escaped(value)}</Value></Field>`)
    .join('')
  return answer(
    0,
    undefined,
    `<State><Code>${invoice.state}</Code><RequestDate>${new Date().toISOString()}</RequestDate>` +
      `<StateDate>${invoice.changed_at}</StateDate></State>` +
      `<Info><IncCurrLabel>BankCardPSR</IncCurrLabel><IncSum>${sum}</IncSum><IncAccount>4111********1111</IncAccount>` +
      '<PaymentMethod><Code>BankCard</Code><Description>Bank card</Description></PaymentMethod>' +
      `<OutCurrLabel>BANKOCEANMR</OutCurrLabel><OutSum>${sum}</OutSum><OpKey>${invoice.opKey}</OpKey></Info>` +
      `<UserField>${fields}</UserField>`,
  )
}

function answer(code: number, description: string | undefined, rest = ''): string {
  const said = description === undefined ? '' : `<Description>${description}</Description>`
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n<OperationStateResponse xmlns="http://merchant.roboxchange.com/WebService/">' +
    `<Result><Code>${code}</Code>${said}</Result>${rest}</OperationStateResponse>`
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
