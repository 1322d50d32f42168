import type { PaymentProvider, StartedPayment } from '@talentbase/sdk'
import { asAdmin, run, signUp } from './people.ts'
import type { DemoStack } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** A plan paid with each provider, a notice that comes twice, a renewal's card, a refund, and money that leaves. */
export async function tellPaymentsStory(stack: DemoStack, { step }: Story): Promise<void> {
  const [kamila, erlan, zarina, marat] = await step(
    'Kamila, Erlan, Zarina and Marat, models, sign up',
    () => Promise.all(['kamila', 'erlan', 'zarina', 'marat'].map((name) => signUp(stack, name, 'model'))),
    (people) => people.map(({ name }) => name).join(', '),
  )
  const people = {
    stripe: { name: 'Kamila', tb: kamila!.tb },
    kaspi: { name: 'Erlan', tb: erlan!.tb },
    robokassa: { name: 'Zarina', tb: zarina!.tb },
  }

  const payments: Partial<Record<PaymentProvider, StartedPayment>> = {}
  for (const provider of ['stripe', 'kaspi', 'robokassa'] as const) {
    const { name, tb } = people[provider]
    const started = await step(
      `${name} asks for PRO and is told where to pay; coming back from there alone changes nothing`,
      async () => {
        const answer = await must(tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider }))
        await mustFail(
          tb.subscriptions.subscribe({ plan_id: 'casting_pro', period: 'month', provider, amount: 1 } as never),
          'validation_failed',
        )
        expectEqual((await must(tb.payments.get(answer.payment_id))).status, 'pending', 'the payment')
        expectEqual((await must(tb.subscriptions.current())).plan, 'FREE', 'the plan')
        return answer
      },
      ({ url, amount, currency, order_number }) =>
        `order ${order_number}, ${money(amount, currency)}: ${shortened(url!)}`,
    )
    await step(
      `${name} pays with ${provider}: its signed notice begins the plan`,
      async () => {
        await payOn(started)
        const current = await must(tb.subscriptions.current())
        expectEqual([current.plan, current.auto_renew], ['PRO', provider !== 'kaspi'], 'the plan')
        const [invoice] = (await must(tb.payments.listInvoices())).items
        expectEqual([invoice?.number, invoice?.amount], [1, 500_000], 'the invoice')
        return current
      },
      ({ plan, expires_at, auto_renew }) =>
        `${plan} until ${expires_at?.slice(0, 10)}, ${auto_renew ? 'renews by itself' : 'is to be renewed by hand'}`,
    )
    payments[provider] = started
  }

  await step(
    'Marat pays by transfer: an admin who has seen it says so, and one reference counts once',
    async () => {
      const { tb } = marat!
      const started = await must(tb.payments.buyPack({ pack_id: 'casting_responses_10', provider: 'manual' }))
      const approve = () =>
        asAdmin(stack, (sql) => sql`select private.approve_payment(${started.payment_id}, ${`transfer ${run}`})`)
      await approve()
      const again = await approve().then(
        () => 'approved',
        () => 'refused',
      )
      expectEqual(again, 'refused', 'the same reference')
      const responses = (await must(tb.subscriptions.entitlements())).find(
        (one) => one.entitlement_id === 'casting_responses',
      )
      expectEqual(responses?.remaining, 13, 'responses that are left')
      return responses!
    },
    ({ remaining, bought }) => `${remaining} responses, ${bought} of them bought`,
  )
  await step(
    'An admin gives Erlan’s money back: his plan ends with it',
    async () => {
      const { tb } = people.kaspi
      await asAdmin(stack, async (sql) => {
        const [row] = await sql`select private.refund_payment(${payments.kaspi!.payment_id}, 'He asked for it.') as id`
        await sql`select private.end_refund(${row!.id}, true, ${`back ${run}`})`
      })
      expectEqual((await must(tb.subscriptions.current())).plan, 'FREE', 'the plan')
      return must(tb.payments.get(payments.kaspi!.payment_id))
    },
    ({ refunded, amount, currency }) => `${money(refunded, currency)} of ${money(amount, currency)} are back`,
  )
  await step(
    'Kamila cancels: PRO goes on to the end of its month',
    async () => {
      const { tb } = people.stripe
      const { subscription_id } = await must(tb.subscriptions.current())
      return must(tb.subscriptions.cancel(subscription_id!))
    },
    ({ status, expires_at }) => `${status}, until ${expires_at?.slice(0, 10)}`,
  )
}

/** Presses the button on the provider's page, which every provider here has at the same address. */
async function payOn({ url }: StartedPayment): Promise<void> {
  const answer = await fetch(new URL('/api/pay', url!), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: url }),
  })
  if (!answer.ok) throw new Error(`The provider's page answered ${answer.status}: ${await answer.text()}`)
}

const money = (amount: number, currency: string) => `${(amount / 100).toFixed(2)} ${currency}`

const shortened = (url: string) => (url.length > 60 ? `${url.slice(0, 57)}…` : url)
