import { isSignedBy, type Shop, shpParts } from './signatures.ts'

/** An error as Robokassa numbers it. */
export class RobokassaError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface StartRequest {
  id: string
  /** As it was sent. */
  outSum: string
  minor: number
  description: string
  email: string
  shp: Record<string, string>
  recurring: boolean
  test: boolean
}

/** Parameters by name, and as they stood in the query or form, still url-encoded. */
export interface Parameters {
  values: Record<string, string>
  raw: Record<string, string>
}

export function parametersOf(text: string): Parameters {
  const raw: Record<string, string> = {}
  for (const part of text.split('&')) {
    for (const name of new URLSearchParams(part).keys()) raw[name] = part.slice(part.indexOf('=') + 1)
  }
  return { values: Object.fromEntries(new URLSearchParams(text)), raw }
}

/**
 * Reads what a shop sends to the payment page, or to the recurring call, whose invoice number has another name. Throws
 * a RobokassaError.
 */
export function readStart(shop: Shop, { values, raw }: Parameters): StartRequest {
  const id = values.InvId ?? values.InvoiceID ?? ''
  const outSum = values.OutSum ?? ''
  if (values.MerchantLogin !== shop.login) throw new RobokassaError(26, 'The shop was not found.')
  if (!/^\d{1,19}$/.test(id) || BigInt(id) === 0n) throw new RobokassaError(31, 'The invoice number is wrong.')
  const minor = minorOf(outSum)
  const receipt = receiptOf(values.Receipt, raw.Receipt)
  const parts = [shop.login, outSum, id, ...(receipt === undefined ? [] : [receipt.signed]), shop.password1]
  if (!isSignedBy(shop, [...parts, ...shpParts(values)], values.SignatureValue ?? '')) {
    throw new RobokassaError(29, 'Wrong parameter SignatureValue.')
  }
  if (receipt !== undefined) checkReceipt(receipt.json, minor)
  return {
    id,
    outSum,
    minor,
    description: values.Description ?? '',
    email: values.Email ?? '',
    shp: Object.fromEntries(Object.entries(values).filter(([name]) => /^shp_/i.test(name))),
    recurring: values.Recurring === 'true',
    test: values.IsTest === '1',
  }
}

function minorOf(outSum: string): number {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(outSum) ?? []
  const minor = whole === undefined ? 0 : Number(whole) * 100 + Number(fraction.padEnd(2, '0').slice(0, 2))
  if (minor === 0 || /[1-9]/.test(fraction.slice(2))) throw new RobokassaError(30, 'Wrong parameter OutSum.')
  return minor
}

// Signed is the receipt url-encoded once. In a form it is encoded once more, in a query it may be or not.
function receiptOf(value: string | undefined, raw: string | undefined) {
  if (value === undefined) return undefined
  return value.startsWith('%7B') ? { signed: value, json: decodeURIComponent(value) } : { signed: raw!, json: value }
}

function checkReceipt(json: string, minor: number): void {
  try {
    const { items } = JSON.parse(json) as { items: Record<string, unknown>[] }
    const whole = items.every((item) => item.name && item.tax && Number(item.quantity) > 0)
    const sum = items.reduce((total, item) => total + Math.round(Number(item.sum) * 100), 0)
    if (items.length > 0 && whole && sum === minor) return
  } catch {
    // The error is the same.
  }
  throw new RobokassaError(32, 'Wrong parameter Receipt.')
}
