import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ ticks: true })
})
afterAll(() => stack.close())

test('what the doubles sign is taken by the functions of the same stack', async () => {
  const { stripe, kaspi, deliveries, environment } = stack.providers!
  stripe.tell('product.created', { id: 'prod_1', object: 'product' })
  stripe.tell('account.external_account.created', { id: 'ba_1', object: 'bank_account' }, 'acct_1')

  const order = { order_id: randomUUID(), amount: 1, currency: 'KZT', description: 'x', return_url: 'http://127.0.0.1' }
  const opened = await fetch(`${environment.KASPI_BASE_URL}/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${environment.KASPI_API_KEY}` },
    body: JSON.stringify(order),
  })
  expect(opened.status).toBe(200)
  kaspi.tell(order.order_id)
  await deliveries.settled()
  expect(deliveries.list().map(({ provider, state }) => `${provider} ${state}`)).toEqual([
    'stripe taken',
    'stripe taken',
    'kaspi taken',
  ])
})

test('a task for a provider is taken up without anybody asking', async () => {
  const [task] = await sql(stack)`
    insert into private.payment_tasks (kind, subject_id, provider, data)
    values ('look_up', ${randomUUID()}, 'stripe', '{"provider_session":"cs_test_none"}')
    returning id
  `
  const left = () => sql(stack)`select from private.payment_tasks where id = ${task!.id} and attempts = 0`
  await expect.poll(left, { timeout: 20_000 }).toHaveLength(0)
})
