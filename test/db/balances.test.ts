import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, fundEscrow, giveMoney, makeAgreedTask, wrongMoney } from '../helpers/work.ts'
import { openExplainer } from './explain.ts'

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

const work = fc.record({
  price: fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 2_000_001 }),
    fc.constant(1_000_000_000_000),
  ),
  currency: fc.constantFrom('KZT', 'USD'),
  /** Which of the two pays; both pay and are paid. */
  payer: fc.constantFrom<0 | 1>(0, 1),
  /** Past the wallet. */
  isPaidDirectly: fc.boolean(),
  end: ends,
  /** Thousandths of what is there then: on its way out, and gone. */
  pending: fc.constantFrom(0, 0, 333),
  withdrawn: fc.constantFrom(0, 0, 250, 1000),
})

/** Of an account and currency; `deposited` and `withdrawn` are what crossed the border, which no wallet says. */
class Numbers {
  balance = 0
  escrowed = 0
  incoming = 0
  pending = 0
  total_earned = 0
  total_spent = 0
  deposited = 0
  withdrawn = 0
}

/** Moves money out of a wallet as a payout does: on its way until it is `done`. */
async function takeOut(id: string, currency: string, amount: number, done: boolean): Promise<void> {
  if (amount === 0) return
  const payout = crypto.randomUUID()
  await sql(stack)`
    select private.transfer(
      'withdrawal', private.ledger_account(${id}, 'wallet', ${currency}),
      private.ledger_account(${id}, 'payout', ${currency}, ${payout}), ${amount}, ${payout}
    )
  `
  if (!done) return
  await sql(stack)`
    select private.transfer(
      'payout', private.ledger_account(${id}, 'payout', ${currency}, ${payout}),
      private.ledger_account(null, 'issuance', ${currency}), ${amount}, ${payout}
    )
  `
}

test('the numbers of wallets are what was paid in, held, released, given back and divided, to the minor unit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(work, { minLength: 1, maxLength: 4 }), async (works) => {
      const { ids } = await makeAccounts(stack, 2, { roles: ['client', 'freelancer'] })
      const people = ids.map((id) => ({ id })) as [{ id: string }, { id: string }]
      const model = people.map(() => ({ KZT: new Numbers(), USD: new Numbers() }))
      for (const { price, currency, payer: which, isPaidDirectly, end, ...out } of works) {
        const [payer, payee] = [people[which], people[1 - which]!]
        const [ofPayer, ofPayee] = [model[which]![currency], model[1 - which]![currency]]
        const { escrowId } = await makeAgreedTask(stack, payer, payee, { price, currency })
        if (isPaidDirectly) await fundEscrow(stack, escrowId)
        else {
          await giveMoney(stack, payer, price, currency)
          await actAs(stack, payer, (tx) => tx`select id from public.pay_escrow(${escrowId})`)
        }
        ofPayer.deposited += price
        if (end === 'held') {
          ofPayer.escrowed += price
          ofPayee.incoming += price - feeOf(price)
          continue
        }
        let toPayee = 0
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
        const [seen] = await actAs(
          stack,
          payer,
          (tx) => tx`
            select payer_pays::float, payee_gets::float, fee::float, refunded::float, held::float
            from public.get_escrow(${escrowId})
          `,
        )
        expect({ ...seen }).toEqual({
          payer_pays: toPayee,
          payee_gets: toPayee - feeOf(toPayee),
          fee: feeOf(toPayee),
          refunded: price - toPayee,
          held: 0,
        })
        ofPayer.balance += price - toPayee
        ofPayer.total_spent += toPayee
        ofPayee.balance += toPayee - feeOf(toPayee)
        ofPayee.total_earned += toPayee - feeOf(toPayee)
        for (const [name, done] of [
          ['pending', false],
          ['withdrawn', true],
        ] as const) {
          const amount = Math.floor((ofPayee.balance * out[name]) / 1000)
          await takeOut(payee.id, currency, amount, done)
          ofPayee.balance -= amount
          ofPayee[name] += amount
        }
      }
      for (const [i, person] of people.entries()) {
        const wallets = await actAs(
          stack,
          person,
          (tx) => tx`
            select currency, balance::float, escrowed::float, incoming::float, pending::float, total_earned::float,
              total_spent::float
            from public.list_wallets()
          `,
        )
        for (const currency of ['KZT', 'USD'] as const) {
          const { deposited, withdrawn, ...expected } = model[i]![currency]
          const { currency: _currency, ...found } = wallets.find((one) => one.currency === currency) ?? {
            ...expected,
            currency,
          }
          expect(found).toEqual(expected)
          expect(deposited + found.total_earned, 'in and earned').toBe(
            found.balance + found.escrowed + found.pending + found.total_spent + withdrawn,
          )
        }
      }
    }),
    { numRuns: 60 },
  )
  expect(await wrongMoney(stack)).toEqual([])
})

// A hosted project gives nobody the superuser that auto_explain needs.
test.skipIf(process.env.TALENTBASE_URL !== undefined)('held money is read through indexes', async () => {
  const { ids } = await makeAccounts(stack, 2, { roles: ['client', 'freelancer'] })
  const [payer, payee] = ids.map((id) => ({ id })) as [{ id: string }, { id: string }]
  const { escrowId, taskId } = await makeAgreedTask(stack, payer, payee, { funded: true })
  await sql(stack)`
    insert into private.escrows (payer_id, payee_id, entity_type, entity_id, purpose, amount, currency, fee_rate)
    select gen_random_uuid(), gen_random_uuid(), 'task', gen_random_uuid(), 'work', 1, 'USD', 1500 from generate_series(1, 2000)
  `
  await sql(stack)`analyze private.escrows`
  const explainer = await openExplainer(stack)
  for (const call of [
    `get_escrow('${escrowId}')`,
    `list_escrows('task', '${taskId}')`,
    `my_wallet('USD')`,
    `release_escrow('${escrowId}')`,
  ]) {
    const scans = await explainer.scans(payer.id, `select * from public.${call}`)
    const read = scans.filter(({ table }) => table === 'escrows')
    expect(read.length, call).toBeGreaterThan(0)
    expect(
      read.filter(({ node, read }) => node === 'Seq Scan' || read > 5),
      call,
    ).toEqual([])
  }
  await explainer.close()
})
