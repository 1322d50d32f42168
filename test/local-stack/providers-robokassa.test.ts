import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ProvidersHarness, secrets, startHarness } from './providers-harness.ts'

let harness: ProvidersHarness

beforeAll(async () => {
  harness = await startHarness()
})

beforeEach(async () => {
  await harness.deliveries.settled()
  harness.clear()
  harness.received.splice(0)
  harness.answer.with = undefined
})

afterAll(() => harness.close())

const hash = (name: string, ...parts: string[]) => createHash(name).update(parts.join(':')).digest('hex')
const receipt = encodeURIComponent(
  JSON.stringify({ items: [{ name: 'PRO, a month', quantity: 1, sum: 5000, tax: 'none' }] }),
)

/** What a shop signs and sends; a change that is not signed comes last. */
function parameters(given: { id?: string; sum?: string; receipt?: string; recurring?: boolean } = {}, name = 'sha256') {
  const { ROBOKASSA_LOGIN: login, ROBOKASSA_PASSWORD_1: password } = harness.environment
  const { id = '7', sum = '5000.00' } = given
  const parts = [login!, sum, id, ...(given.receipt === undefined ? [] : [given.receipt]), password!]
  return {
    MerchantLogin: login!,
    OutSum: sum,
    InvId: id,
    Description: 'PRO, a month',
    SignatureValue: hash(name, ...parts, 'Shp_a=1', 'Shp_payment=payment-1'),
    Shp_payment: 'payment-1',
    Shp_a: '1',
    ...(given.receipt === undefined ? {} : { Receipt: given.receipt }),
    ...(given.recurring ? { Recurring: 'true' } : {}),
  }
}

const base = () => harness.environment.ROBOKASSA_BASE_URL
const startUrl = (given: Record<string, string> = parameters()) =>
  `${base()}/Merchant/Index.aspx?${new URLSearchParams(given)}`

async function stateOf(id: string): Promise<string> {
  const { ROBOKASSA_LOGIN: login } = harness.environment
  const Signature = hash('sha256', login!, id, secrets.ROBOKASSA_PASSWORD_2)
  const query = new URLSearchParams({ MerchantLogin: login!, InvoiceID: id, Signature })
  return (await fetch(`${base()}/Merchant/WebService/Service.asmx/OpStateExt?${query}`)).text()
}

async function recur(id: string, previous: string, change: Record<string, string> = {}): Promise<string> {
  const { ROBOKASSA_LOGIN: login, ROBOKASSA_PASSWORD_1: password } = harness.environment
  const body = new URLSearchParams({
    MerchantLogin: login!,
    InvoiceID: id,
    PreviousInvoiceID: previous,
    OutSum: '5000.00',
    Description: 'PRO, a month',
    SignatureValue: hash('sha256', login!, '5000.00', id, password!),
    ...change,
  })
  return (await fetch(`${base()}/Merchant/Recurring`, { method: 'POST', body })).text()
}

test('a payment is made at its url, and ResultURL is called as signed', async () => {
  const page = await fetch(startUrl(parameters({ receipt })))
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('5000.00 KZT')])
  expect(await stateOf('7')).toMatch(/<Result><Code>0<.*<State><Code>5</)

  await harness.pay(startUrl(parameters({ receipt })))
  const [{ path, body }] = harness.received as [ProvidersHarness['received'][number]]
  expect(path).toBe('/webhooks/robokassa')
  const result = Object.fromEntries(new URLSearchParams(body))
  expect(result).toMatchObject({
    OutSum: '5000.000000',
    InvId: '7',
    PaymentMethod: 'BankCard',
    Shp_payment: 'payment-1',
  })
  const parts = ['5000.000000', '7', secrets.ROBOKASSA_PASSWORD_2, 'Shp_a=1', 'Shp_payment=payment-1']
  expect(result.SignatureValue).toBe(hash('sha256', ...parts).toUpperCase())
  expect(await stateOf('7')).toMatch(
    /<State><Code>100<.*<OutSum>5000.000000<.*<Name>Shp_payment<\/Name><Value>payment-1</,
  )
  expect((await fetch(startUrl())).status).toBe(400)
})

test('is content only with OK and the number', async () => {
  harness.answer.with = () => ({ status: 200, body: harness.received.length < 2 ? 'OK8' : 'OK7' })
  await harness.pay(startUrl())
  expect(harness.received).toHaveLength(2)
  expect(harness.received[0]!.body).toBe(harness.received[1]!.body)
  expect(harness.deliveries.list()).toMatchObject([
    { state: 'taken', attempts: [{ answer: 'OK8' }, { answer: 'OK7' }] },
  ])
})

test.each<[string, () => Record<string, string>]>([
  ['another sum', () => ({ ...parameters(), OutSum: '1.00' })],
  ['another Shp_ parameter', () => ({ ...parameters(), Shp_payment: 'payment-2' })],
  ['another shop', () => ({ ...parameters(), MerchantLogin: 'other' })],
  ['a weaker hash', () => parameters({}, 'md5')],
  ['a sum of nothing', () => parameters({ sum: '0.00' })],
  ['no number', () => parameters({ id: '0' })],
  ['a receipt that was not signed', () => ({ ...parameters(), Receipt: receipt })],
  ['a receipt of another sum', () => parameters({ receipt, sum: '4000.00' })],
])('refuses to open a payment with %s', async (_, changed) => {
  const url = startUrl(changed())
  const answer = await fetch(url)
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(/^Error \d+: /)])
  await expect(harness.pay(url)).rejects.toThrow()
  expect(harness.robokassa.invoices()).toEqual([])
})

test('takes a receipt that is encoded once in the query', async () => {
  const url = startUrl(parameters({ receipt })).replace(encodeURIComponent(receipt), receipt)
  expect(await harness.pay(url)).toMatchObject({ state: 'paid' })
})

test('charges again what was begun as recurring, and says later how it ended', async () => {
  await harness.pay(startUrl(parameters({ recurring: true })))
  expect(await recur('8', '7')).toBe('OK8')
  await expect.poll(() => harness.received.length).toBe(2)
  expect(new URLSearchParams(harness.received[1]!.body).get('InvId')).toBe('8')
  expect(await stateOf('8')).toContain('<State><Code>100<')

  expect(await recur('9', '6')).toMatch(/^ERROR /)
  expect(await recur('9', '7', { SignatureValue: 'a'.repeat(64) })).toMatch(/^ERROR 29/)
  await harness.pay(startUrl(parameters({ id: '10' })))
  expect(await recur('11', '10')).toMatch(/^ERROR /)
})

test('a declined charge is told to nobody: the state says it', async () => {
  await harness.pay(startUrl(parameters({ recurring: true })), { laterCharges: 'decline' })
  expect(await recur('8', '7')).toBe('OK8')
  await expect.poll(() => stateOf('8')).toContain('<State><Code>10<')
  expect(harness.received).toHaveLength(1)
})

test('OpStateExt refuses a wrong signature and an unknown number, and does not know test payments', async () => {
  await harness.pay(startUrl({ ...parameters(), IsTest: '1' }))
  expect(new URLSearchParams(harness.received[0]!.body).get('IsTest')).toBe('1')
  expect(await stateOf('7')).toContain('<Result><Code>3<')
  const wrong = await fetch(
    `${base()}/Merchant/WebService/Service.asmx/OpStateExt?MerchantLogin=talentbase-local&InvoiceID=7&Signature=00`,
  )
  expect(await wrong.text()).toContain('<Result><Code>1<')
})

test('signs with the hash that the shop is set to', async () => {
  const other = await startHarness({ ROBOKASSA_HASH: 'md5' })
  const query = new URLSearchParams(parameters({}, 'md5'))
  await other.pay(`${other.environment.ROBOKASSA_BASE_URL}/Merchant/Index.aspx?${query}`)
  expect(new URLSearchParams(other.received[0]!.body).get('SignatureValue')).toMatch(/^[0-9A-F]{32}$/)
  await other.close()
})
