import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { createPerson, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { openExplainer } from './explain.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

interface Wallet {
  id: string
  balance: number
}

const walletOf = async ({ client }: Person) => (await client.rpc('my_wallet').maybeSingle()).data as Wallet | null
const historyOf = async ({ client }: Person) =>
  (await client.rpc('list_wallet_transactions')).data.map(
    (row: { type: string; kind: string; amount: number; balance_after: number }) => [
      row.type,
      row.kind,
      row.amount,
      row.balance_after,
    ],
  )
const told = async ({ id }: Person) =>
  (
    await sql(stack)`
      select data from public.notifications where account_id = ${id} and type = 'wallet_recharge' order by id`
  ).map(({ data }) => data)

const adjust = (person: Person, credits: number | string, reason: string | null, reference: string | null = null) =>
  sql(stack)`select private.adjust_wallet(${person.id}, ${credits}, ${reason}, ${reference}) as balance`

describe('a wallet', () => {
  test('comes with the role recruiter, empty, whenever it is taken', async () => {
    const recruiter = await createPerson(stack, { roles: ['recruiter'] })
    expect(await walletOf(recruiter)).toMatchObject({ currency: 'credits', balance: 0, total_spent: 0 })
    const later = await createPerson(stack, { roles: ['client'] })
    expect(await walletOf(later)).toBeNull()
    await later.client.rpc('add_role', { role: 'recruiter' })
    expect(await walletOf(later)).toMatchObject({ balance: 0 })
  })

  test('is nobody else’s, and what was booked outlives who left', async () => {
    const [leaver, other] = [await createRecruiter(stack), await createRecruiter(stack)]
    await giveCredits(stack, leaver, 50)
    const { id } = (await walletOf(leaver))!
    expect(await walletOf(other)).toMatchObject({ balance: 0 })
    expect(await historyOf(other)).toEqual([])
    await sql(stack)`delete from auth.users where id = ${leaver.id}`
    const [kept] = await sql(stack)`select balance::int from private.ledger_accounts where id = ${id}`
    expect(kept!.balance).toBe(50)
    expect([...(await sql(stack)`select * from private.check_ledger()`)]).toEqual([])
  })

  test('says what unlocks took from it, less refunds, and nothing else', async () => {
    const recruiter = await createRecruiter(stack)
    await giveCredits(stack, recruiter, 100)
    await giveCredits(stack, recruiter, -5)
    const [one, two] = await makeCandidates(stack, 2)
    for (const { card_id } of [one!, two!]) {
      expect((await recruiter.client.rpc('unlock_candidate', { candidate_id: card_id })).error).toBeNull()
    }
    expect(await walletOf(recruiter)).toMatchObject({ balance: 75, total_spent: 20 })
    const [unlock] = await sql(stack)`select id from private.candidate_unlocks where card_id = ${one!.card_id}`
    await sql(stack)`select private.refund_unlock(${unlock!.id}, 'The number is dead.')`
    expect(await walletOf(recruiter)).toMatchObject({ balance: 85, total_spent: 10 })
    expect(await historyOf(recruiter)).toEqual([
      ['credit', 'unlock_refund', 10, 85],
      ['debit', 'unlock', 10, 75],
      ['debit', 'unlock', 10, 85],
      ['debit', 'adjustment', 5, 95],
      ['credit', 'adjustment', 100, 100],
    ])
    const { data } = await recruiter.client.rpc('list_wallet_transactions')
    expect(data[0]).toMatchObject({ reason: 'The number is dead.', payment_reference: null })
    expect(data[1]).toMatchObject({ payment_reference: null, data: { candidate_id: two!.card_id } })
  })
})

describe('an adjustment', () => {
  test('of money, in minor units of its currency, likewise', async () => {
    const person = await createPerson(stack, { roles: ['client'] })
    const change = (amount: number) =>
      sql(stack)`select private.adjust_wallet(${person.id}, ${amount}, 'for a test', currency => 'KZT') as balance`
    expect((await change(5_000))[0]!.balance).toBe('5000')
    await expect(change(-5_001)).rejects.toThrow('insufficient_funds')
    expect((await change(-2_000))[0]!.balance).toBe('3000')
    expect((await told(person)).map(({ status, amount, currency }) => [status, amount, currency])).toEqual([
      ['money_added', 5_000, 'KZT'],
      ['money_taken', -2_000, 'KZT'],
    ])
  })

  test('gives and takes credits, with a reason that the owner reads; they are told', async () => {
    const recruiter = await createPerson(stack, { roles: ['recruiter'] })
    expect((await adjust(recruiter, 30, 'A present.', 'bank 17'))[0]!.balance).toBe('30')
    expect((await adjust(recruiter, -30, 'Taken back.'))[0]!.balance).toBe('0')
    const { data } = await recruiter.client.rpc('list_wallet_transactions')
    const { data: credits } = await recruiter.client.rpc('list_wallet_transactions', { type: 'credit' })
    expect([data, credits].map((rows) => rows.map(({ total }: { total: number }) => total))).toEqual([[2, 2], [1]])
    expect(data).toMatchObject([
      { type: 'debit', amount: 30, balance_after: 0, reason: 'Taken back.', payment_reference: null, data: {} },
      { type: 'credit', amount: 30, balance_after: 30, reason: 'A present.', payment_reference: 'bank 17', data: {} },
    ])
    expect(await told(recruiter)).toEqual([
      { transaction_id: data[1].id, credits: 30, currency: 'credits', status: 'added' },
      { transaction_id: data[0].id, credits: -30, currency: 'credits', status: 'taken' },
    ])
    const audit = await sql(stack)`
      select details from private.audit_log where action = 'wallet.adjust' and entity_id = ${recruiter.id} order by id`
    expect(audit.map(({ details }) => details.amount)).toEqual([30, -30])
  })

  test('never takes more than there is', async () => {
    const recruiter = await createPerson(stack, { roles: ['recruiter'] })
    await adjust(recruiter, 10, 'A present.')
    await expect(adjust(recruiter, -11, 'Too much.')).rejects.toThrow('insufficient_credits')
    expect(await historyOf(recruiter)).toEqual([['credit', 'adjustment', 10, 10]])
    expect(await told(recruiter)).toHaveLength(1)
  })

  test('counts a reference once, whoever is named and however many try', async () => {
    const [one, other] = [await createRecruiter(stack), await createRecruiter(stack)]
    const runners = Array.from({ length: 10 }, (_, i) => ({
      runs: [
        statement(
          'select private.adjust_wallet($1, 100, $2, $3)',
          i % 2 ? one.id : other.id,
          'Paid by transfer.',
          `payment of ${one.id}`,
        ),
      ],
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual([...Array(9).fill('23505'), 'done'])
    expect((await walletOf(one))!.balance + (await walletOf(other))!.balance).toBe(100)
    expect((await told(one)).length + (await told(other)).length).toBe(1)
  })

  test.each([
    ['no reason', 5, null],
    ['a blank reason', 5, ' '],
    ['a reason with a hidden character', 5, 'a\u202Eb'],
    ['no credits', 0, 'Nothing.'],
    ['null credits', null, 'Nothing.'],
    ['credits beyond sense', '1000000000000001', 'Much.'],
  ])('with %s is none', async (_name, credits, reason) => {
    const recruiter = await createPerson(stack, { roles: ['recruiter'] })
    await expect(adjust(recruiter, credits as number, reason)).rejects.toThrow()
    expect(await historyOf(recruiter)).toEqual([])
    expect(await told(recruiter)).toEqual([])
  })

  test('is for an account that there is', async () => {
    const nobody = { id: crypto.randomUUID() } as Person
    await expect(adjust(nobody, 5, 'For nobody.')).rejects.toThrow('there is no account')
    const rows = await sql(stack)`select from private.ledger_accounts where owner_id = ${nobody.id}`
    expect(rows).toHaveLength(0)
  })
})

// A hosted project gives nobody the superuser that auto_explain needs.
test.skipIf(process.env.TALENTBASE_URL !== undefined)('a wallet and its history are read through indexes', async () => {
  const recruiter = await createRecruiter(stack)
  await sql(stack)`select private.ledger_account(gen_random_uuid(), 'wallet', 'credits') from generate_series(1, 2000)`
  await sql(stack).begin(async (tx) => {
    const [other] = await tx`
      select a.id, a.owner_id from private.ledger_accounts as a where a.kind = 'wallet' and a.owner_id <> ${recruiter.id} limit 1`
    const [issuance] = await tx`select private.ledger_account(null, 'issuance', 'credits') as id`
    await tx`select private.transfer('test', ${issuance!.id}, ${other!.id}, 1) from generate_series(1, 2000)`
  })
  await giveCredits(stack, recruiter, 5)
  await sql(stack)`analyze private.ledger_accounts, private.ledger_entries, private.ledger_transfers`
  const explainer = await openExplainer(stack)
  for (const call of ['my_wallet()', 'list_wallet_transactions()', `list_wallet_transactions('debit')`]) {
    const scans = await explainer.scans(recruiter.id, `select * from public.${call}`)
    const read = scans.filter(({ table }) => table?.startsWith('ledger_'))
    expect(read.length, call).toBeGreaterThan(0)
    expect(
      read.filter(({ node, read }) => node === 'Seq Scan' || read > 5),
      call,
    ).toEqual([])
  }
  await explainer.close()
})
