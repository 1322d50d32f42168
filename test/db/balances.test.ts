import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, giveMoney, makeAgreedTask, wrongMoney } from '../helpers/work.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

/** 15 %, rounded half up. */
const feeOf = (amount: number) => Number((BigInt(amount) * 1500n + 5000n) / 10000n)

test('the fee is 15 %, rounded half up, exact at any amount', async () => {
  const amounts = [1, 3, 4, 10, 333, 9_999, 12_345, 1_000_000_000_000]
  const rows = await sql(stack)`
    select a::text as amount, private.fee_of(a, 1500)::text as fee from unnest(${amounts}::bigint[]) as a
  `
  expect(rows.map(({ amount, fee }) => [Number(amount), Number(fee)])).toEqual(amounts.map((one) => [one, feeOf(one)]))
  // Half up, not to even: 15 % of 10 is 1.5.
  expect(feeOf(10)).toBe(2)
  const [other] = await sql(
    stack,
  )`select private.fee_of(10000, 0)::int as none, private.fee_of(10000, 10000)::int as whole`
  expect({ ...other }).toEqual({ none: 0, whole: 10_000 })
})

type End = 'held' | 'released' | 'refunded' | { toPayee: number }

const ends = fc.oneof(
  fc.constantFrom<End>('held', 'released', 'refunded'),
  // Parts of a thousandth of what there is.
  fc.record({ toPayee: fc.integer({ min: 0, max: 1000 }) }),
)

interface Numbers {
  balance: number
  escrowed: number
  incoming: number
  total_earned: number
  total_spent: number
}

test('the numbers of wallets are what was paid in, held, released, given back and divided, to the minor unit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ price: fc.integer({ min: 1, max: 2_000_001 }), end: ends }), { minLength: 1, maxLength: 4 }),
      async (works) => {
        const { ids } = await makeAccounts(stack, 2, { roles: ['client', 'freelancer'] })
        const [payer, payee] = ids.map((id) => ({ id })) as [{ id: string }, { id: string }]
        const none = () => ({ balance: 0, escrowed: 0, incoming: 0, total_earned: 0, total_spent: 0 })
        const [ofPayer, ofPayee]: [Numbers, Numbers] = [none(), none()]
        for (const { price, end } of works) {
          await giveMoney(stack, payer, price)
          const { escrowId } = await makeAgreedTask(stack, payer, payee, { price })
          await actAs(stack, payer, (tx) => tx`select id from public.pay_escrow(${escrowId})`)
          let toPayee = 0
          if (end === 'held') {
            ofPayer.escrowed += price
            ofPayee.incoming += price - feeOf(price)
            continue
          }
          if (end === 'released') {
            toPayee = price
            await actAs(stack, payer, (tx) => tx`select id from public.release_escrow(${escrowId})`)
          } else if (end === 'refunded') {
            await actAs(stack, payer, (tx) => tx`select id from public.refund_escrow(${escrowId})`)
          } else {
            toPayee = Math.floor((price * end.toPayee) / 1000)
            await actAs(stack, payee, (tx) => tx`select id from public.dispute_escrow(${escrowId}, 'Divide it.')`)
            await sql(stack)`select private.resolve_dispute(${escrowId}, ${toPayee}, 'Divided.')`
          }
          ofPayer.balance += price - toPayee
          ofPayer.total_spent += toPayee
          ofPayee.balance += toPayee - feeOf(toPayee)
          ofPayee.total_earned += toPayee - feeOf(toPayee)
        }
        for (const [person, expected] of [
          [payer, ofPayer],
          [payee, ofPayee],
        ] as const) {
          const [found] = await actAs(
            stack,
            person,
            (tx) => tx`
              select balance::int, escrowed::int, incoming::int, total_earned::int, total_spent::int from public.my_wallet('USD')
            `,
          )
          expect({ ...found }).toEqual(expected)
        }
      },
    ),
    { numRuns: 40 },
  )
  expect(await wrongMoney(stack)).toEqual([])
})
