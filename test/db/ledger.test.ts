import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, type Run, statement } from '../helpers/at-once.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

const problems = async (tx: postgres.Sql | postgres.TransactionSql = sql(stack)) =>
  (await tx`select problem from private.check_ledger() order by problem`).map(({ problem }) => problem as string)

/** An account of somebody who need not exist, with this much in it. */
async function account(balance = 0, { owner = randomUUID(), kind = 'wallet', currency = 'credits' } = {}) {
  const [made] = await sql(stack)`select private.ledger_account(${owner}, ${kind}, ${currency}) as id`
  const id = made!.id as string
  if (balance > 0) await sql(stack)`select private.transfer('test', ${await platform('issuance')}, ${id}, ${balance})`
  return id
}

async function platform(kind: 'issuance' | 'revenue', currency = 'credits'): Promise<string> {
  return (await sql(stack)`select private.ledger_account(null, ${kind}, ${currency}) as id`)[0]!.id
}

async function balanceOf(id: string): Promise<number> {
  return Number((await sql(stack)`select balance from private.ledger_accounts where id = ${id}`)[0]!.balance)
}

const entriesOf = async (id: string) =>
  (
    await sql(
      stack,
    )`select amount, balance_after from private.ledger_entries where ledger_account_id = ${id} order by id`
  ).map(({ amount, balance_after }) => [Number(amount), Number(balance_after)])

// What a model of the ledger says -------------------------------------------------------------------------------------

/** The accounts of a sequence: of three owners of its own, and the platform's, which all sequences share. */
const accounts = [
  { owner: 0, kind: 'wallet', currency: 'credits' },
  { owner: 1, kind: 'wallet', currency: 'credits' },
  { owner: 2, kind: 'wallet', currency: 'credits' },
  { owner: 0, kind: 'subscription', currency: 'credits' },
  { owner: 1, kind: 'subscription', currency: 'credits' },
  { owner: 0, kind: 'wallet', currency: 'KZT' },
  { owner: 2, kind: 'wallet', currency: 'KZT' },
  { owner: null, kind: 'issuance', currency: 'credits' },
  { owner: null, kind: 'revenue', currency: 'credits' },
  { owner: null, kind: 'issuance', currency: 'KZT' },
  { owner: null, kind: 'revenue', currency: 'KZT' },
]

interface Move {
  kind: 'one' | 'other'
  from: number
  to: number
  amount: number
  reference: number | null
}

type Entry = [account: number, amount: number, balance_after: number | null]

const most = 10 ** 15

const ofCredits = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 7, 8), fc.constant(7))
const ofTenge = fc.oneof(fc.constantFrom(5, 6, 9, 10), fc.constant(9))
const anything = fc.nat(accounts.length - 1)

/** Mostly within one currency, from where there may be enough. */
const move: fc.Arbitrary<Move> = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(ofCredits, ofCredits) },
    { weight: 3, arbitrary: fc.tuple(ofTenge, ofTenge) },
    fc.tuple(anything, anything),
  )
  .chain(([from, to]) =>
    fc.record({
      kind: fc.constantFrom('one', 'other'),
      from: fc.constant(from),
      to: fc.constant(to),
      amount: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 1, max: 30 }) },
        fc.constantFrom(-1, 0, most, most + 1),
      ),
      reference: fc.option(fc.nat(5)),
    }),
  )

/** What becomes of each move, the entries that are written, and what everybody has in the end. */
function played(moves: Move[]) {
  const balances: (number | null)[] = accounts.map(({ owner }) => (owner === null ? null : 0))
  const references = new Set<string>()
  const entries: Entry[] = []
  const book = (at: number, amount: number) => {
    const before = balances[at]!
    balances[at] = before === null ? null : before + amount
    entries.push([at, amount, balances[at]!])
  }
  const outcomes = moves.map(({ kind, from, to, amount, reference }) => {
    if (accounts[from]!.currency !== accounts[to]!.currency) return '22023'
    const has = balances[from]!
    if (has !== null && has < amount) {
      return accounts[from]!.currency === 'credits' ? 'insufficient_credits' : 'insufficient_funds'
    }
    if (amount < 1 || amount > most || from === to) return '23514'
    const name = `${kind} ${reference}`
    if (reference !== null && references.has(name)) return '23505'
    references.add(name)
    book(from, -amount)
    book(to, amount)
    return 'done'
  })
  return { outcomes, entries, balances }
}

/** Plays moves in one transaction, each by itself, and answers the same of the database; the checks at its end are made. */
const play = `
  create function pg_temp.play(name text, accounts jsonb, moves jsonb) returns jsonb language plpgsql as $$
  declare
    ids uuid[] := array(
      select private.ledger_account((a ->> 'owner')::uuid, a ->> 'kind', a ->> 'currency', (a ->> 'subject')::uuid)
      from jsonb_array_elements(accounts) with ordinality as l (a, n) order by n
    );
    made bigint[] := '{}';
    outcomes text[] := '{}';
    m record;
  begin
    for m in select * from jsonb_to_recordset(moves) as m (kind text, "from" int, "to" int, amount bigint, reference text) loop
      begin
        made := made || private.transfer(m.kind, ids[m."from" + 1], ids[m."to" + 1], m.amount, name || m.reference);
        outcomes := outcomes || 'done'::text;
      exception when others then
        outcomes := outcomes || case sqlstate when 'PGRST' then sqlerrm::jsonb ->> 'code' else sqlstate end;
      end;
    end loop;
    set constraints all immediate;
    return jsonb_build_object(
      'outcomes', outcomes,
      'entries', (
        select coalesce(jsonb_agg(jsonb_build_array(array_position(ids, e.ledger_account_id) - 1, e.amount, e.balance_after) order by e.id), '[]')
        from private.ledger_entries as e where e.transfer_id = any (made)
      ),
      'balances', (
        select jsonb_agg(a.balance order by i.n)
        from unnest(ids) with ordinality as i (id, n) join private.ledger_accounts as a on a.id = i.id
      )
    );
  end $$`

test('2,000 sequences of moves leave what a model of the ledger says', { timeout: 120_000 }, async () => {
  // One connection: the function lives in its session.
  const connection = postgres(stack.databaseUrl('postgres'), { max: 1, onnotice: () => undefined })
  let booked = 0
  try {
    await connection.unsafe(play)
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 9 }), async (moves) => {
        const owners = [randomUUID(), randomUUID(), randomUUID()]
        const named = accounts.map(({ owner, kind, currency }) => ({
          owner: owner === null ? null : owners[owner]!,
          kind,
          currency,
          subject: kind === 'subscription' ? owners[owner!]! : null,
        }))
        const [row] = await connection`
          select pg_temp.play(${`${owners[0]} `}, ${connection.json(named)}, ${connection.json(moves as never)}) as answer`
        const { outcomes, entries, balances } = played(moves)
        expect(row!.answer).toEqual({ outcomes, entries, balances })
        booked += entries.length
      }),
      { numRuns: 2000 },
    )
  } finally {
    await connection.end()
  }
  expect(booked).toBeGreaterThan(6000)
  const sums = await sql(stack)`
    select a.currency, sum(e.amount)::int as sum
    from private.ledger_entries as e join private.ledger_accounts as a on a.id = e.ledger_account_id group by a.currency order by 1`
  expect([...sums]).toEqual([
    { currency: 'KZT', sum: 0 },
    { currency: 'credits', sum: 0 },
  ])
  const [below] = await sql(stack)`
    select count(*)::int as count from private.ledger_entries as e where e.balance_after < 0`
  expect(below!.count).toBe(0)
  expect(await problems()).toEqual([])
})

// Damage --------------------------------------------------------------------------------------------------------------

describe('whoever writes past the functions', () => {
  // As postgres, the owner of the tables, with every trigger on.
  const refused: [string, (tx: postgres.TransactionSql, one: string, other: string) => Promise<unknown>, string][] = [
    ['a transfer without entries', (tx, one, other) => transferRow(tx, one, other, 5), 'both sides'],
    [
      'one side alone',
      async (tx, one, other) => {
        const id = await transferRow(tx, one, other, 5)
        await entryRow(tx, id, one, -5, 95)
        await tx`update private.ledger_accounts set balance = 95 where id = ${one}`
      },
      'both sides',
    ],
    [
      'sides of different amounts',
      async (tx, one, other) => {
        const id = await transferRow(tx, one, other, 5)
        await entryRow(tx, id, one, -5, 95)
        await entryRow(tx, id, other, 6, 106)
      },
      'no side of transfer',
    ],
    [
      'a third account',
      async (tx, one, other) => {
        const [last] =
          await tx`select max(transfer_id) as id from private.ledger_entries where ledger_account_id = ${one}`
        await entryRow(tx, last!.id, other, 100, 200)
      },
      'no side of transfer',
    ],
    [
      'both sides, and balances that are not moved',
      async (tx, one, other) => {
        const id = await transferRow(tx, one, other, 5)
        await entryRow(tx, id, one, -5, 95)
        await entryRow(tx, id, other, 5, 105)
      },
      'balance of its last entry',
    ],
    [
      'a balance without an entry',
      (tx, one) => tx`update private.ledger_accounts set balance = balance + 1 where id = ${one}`,
      'balance of its last entry',
    ],
    [
      'an account that begins with something',
      (tx) => tx`
        insert into private.ledger_accounts (owner_id, kind, currency, balance) values (gen_random_uuid(), 'wallet', 'credits', 5)`,
      'balance of its last entry',
    ],
    [
      'two currencies',
      async (tx, one) => {
        const [tenge] = await tx`
          insert into private.ledger_accounts (owner_id, kind, currency, balance)
          values (gen_random_uuid(), 'wallet', 'KZT', 0) returning id`
        const id = await transferRow(tx, one, tenge!.id, 5)
        await entryRow(tx, id, one, -5, 95)
        await entryRow(tx, id, tenge!.id, 5, 5)
        await tx`update private.ledger_accounts set balance = 95 where id = ${one}`
        await tx`update private.ledger_accounts set balance = 5 where id = ${tenge!.id}`
      },
      'both sides',
    ],
    [
      'less than nothing',
      (tx, one) => tx`update private.ledger_accounts set balance = -1 where id = ${one}`,
      'balance_positive',
    ],
    [
      'another owner',
      (tx, one) => tx`update private.ledger_accounts set owner_id = gen_random_uuid() where id = ${one}`,
      'append-only',
    ],
    [
      'another currency',
      (tx, one) => tx`update private.ledger_accounts set currency = 'KZT' where id = ${one}`,
      'append-only',
    ],
    ['an account that goes', (tx, one) => tx`delete from private.ledger_accounts where id = ${one}`, 'append-only'],
  ]

  test.each(refused)('with %s is refused, at the end at the latest', async (_name, write, message) => {
    const [one, other] = [await account(100), await account(100)]
    await expect(sql(stack).begin((tx) => write(tx, one, other))).rejects.toThrow(message)
    expect([await balanceOf(one), await balanceOf(other)]).toEqual([100, 100])
    expect(await problems()).toEqual([])
  })

  test('may book a whole transfer by hand', async () => {
    const [one, other] = [await account(100), await account(100)]
    await sql(stack).begin(async (tx) => {
      const id = await transferRow(tx, one, other, 5)
      await tx`update private.ledger_accounts set balance = 95 where id = ${one}`
      await tx`update private.ledger_accounts set balance = 105 where id = ${other}`
      await entryRow(tx, id, one, -5, 95)
      await entryRow(tx, id, other, 5, 105)
    })
    expect([await entriesOf(one), await entriesOf(other)]).toEqual([
      [
        [100, 100],
        [-5, 95],
      ],
      [
        [100, 100],
        [5, 105],
      ],
    ])
    expect(await problems()).toEqual([])
  })
})

async function transferRow(tx: postgres.TransactionSql, from: string, to: string, amount: number): Promise<string> {
  const [row] = await tx`
    insert into private.ledger_transfers (kind, from_id, to_id, amount, currency)
    values ('test', ${from}, ${to}, ${amount}, 'credits') returning id`
  return row!.id
}

const entryRow = (tx: postgres.TransactionSql, id: string, owner: string, amount: number, after: number) => tx`
  insert into private.ledger_entries (transfer_id, ledger_account_id, amount, balance_after)
  values (${id}, ${owner}, ${amount}, ${after})`

// A hosted project gives nobody the superuser that switches triggers off.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('check_ledger finds damage that no trigger saw:', () => {
  const damages: [string, string, string[]][] = [
    ['a balance', `update private.ledger_accounts set balance = balance + 1 where id = $1`, ['balance']],
    [
      'a balance that is not there',
      `update private.ledger_entries set balance_after = null where ledger_account_id = $1`,
      ['order', 'order'],
    ],
    [
      'a balance after, between right ones',
      `update private.ledger_entries set balance_after = 7 where id = (select min(id) from private.ledger_entries where ledger_account_id = $1)`,
      ['order'],
    ],
    [
      'an amount',
      `update private.ledger_entries set amount = amount + 1 where id = (select max(id) from private.ledger_entries where ledger_account_id = $1)`,
      ['balance', 'order', 'sum', 'transfer'],
    ],
    [
      'an entry that is gone',
      `delete from private.ledger_entries where id = (select max(id) from private.ledger_entries where ledger_account_id = $1)`,
      ['balance', 'sum', 'transfer'],
    ],
    [
      'both entries of a transfer that are gone',
      `delete from private.ledger_entries where transfer_id = (select max(transfer_id) from private.ledger_entries where ledger_account_id = $1)`,
      ['balance', 'balance', 'transfer'],
    ],
    [
      'a transfer of another amount',
      `update private.ledger_transfers set amount = amount + 1 where id = (select max(transfer_id) from private.ledger_entries where ledger_account_id = $1)`,
      ['transfer'],
    ],
    [
      'an entry that came along',
      `insert into private.ledger_entries (transfer_id, ledger_account_id, amount, balance_after)
       select max(id), $1::uuid, 1, 1 from private.ledger_transfers where from_id <> $1 and to_id <> $1`,
      ['balance', 'order', 'sum', 'transfer'],
    ],
    // Two transfers of this account's name it in a currency that they are not in.
    [
      'a currency',
      `update private.ledger_accounts set currency = 'KZT' where id = $1`,
      ['sum', 'sum', 'transfer', 'transfer'],
    ],
  ]

  test.each(damages)('%s', async (_name, statement, found) => {
    const [one, other] = [await account(100), await account(50)]
    await sql(stack)`select private.transfer('test', ${one}, ${other}, 30)`
    expect(await problems()).toEqual([])
    const admin = postgres(stack.databaseUrl('supabase_admin'), { max: 1, onnotice: () => undefined })
    const undo = new Error('undo')
    let seen: string[] = []
    await admin
      .begin(async (tx) => {
        await tx`set local session_replication_role = replica`
        await tx.unsafe(statement, [one])
        seen = await problems(tx)
        throw undo
      })
      .catch((error) => expect(error).toBe(undo))
    await admin.end()
    expect(seen).toEqual(found)
    expect(await problems()).toEqual([])
  })
})

// Races ---------------------------------------------------------------------------------------------------------------

const transfer = (from: string, to: string, amount: number) =>
  statement('select private.transfer($1, $2, $3, $4::bigint)', 'test', from, to, String(amount))

test('moved in both directions at once: nobody waits in a circle, and nothing is lost', async () => {
  const [one, other] = [await account(1000), await account(1000)]
  const runners = Array.from({ length: 20 }, (_, i) => ({
    runs: Array.from({ length: 10 }, (__, n) => (i % 2 ? transfer(one, other, n + 1) : transfer(other, one, n + 1))),
  }))
  expect(codesOf(await atOnce(stack, runners))).toEqual(Array(200).fill('done'))
  expect([await balanceOf(one), await balanceOf(other)]).toEqual([1000, 1000])
  expect(await entriesOf(one)).toHaveLength(201)
  expect(await problems()).toEqual([])
})

test('several moves in a transaction, whose accounts are locked first, round in a circle', async () => {
  const three = [await account(500), await account(500), await account(500)]
  const around =
    (start: number): Run =>
    async (tx) => {
      await tx`select private.lock_ledger_accounts(variadic ${three}::uuid[])`
      for (let i = start; i < start + 3; i++) {
        await tx`select private.transfer('test', ${three[i % 3]!}, ${three[(i + 1) % 3]!}, 7)`
      }
    }
  const runners = Array.from({ length: 12 }, (_, i) => ({ runs: [around(i), around(i + 1)] }))
  expect(codesOf(await atOnce(stack, runners))).toEqual(Array(24).fill('done'))
  expect(await Promise.all(three.map(balanceOf))).toEqual([500, 500, 500])
  expect(await problems()).toEqual([])
})

test('what is there for one is spent once, by however many at once', async () => {
  const wallet = await account(10)
  const revenue = await platform('revenue')
  const runners = Array.from({ length: 20 }, () => ({ runs: [transfer(wallet, revenue, 10)] }))
  const codes = codesOf(await atOnce(stack, runners))
  expect(codes).toEqual(['done', ...Array(19).fill('insufficient_credits')])
  expect(await entriesOf(wallet)).toEqual([
    [10, 10],
    [-10, 0],
  ])
})

test('one reference counts once, by however many at once; an account is made once', async () => {
  const owner = randomUUID()
  const issuance = await platform('issuance')
  const give: Run = async (tx) => {
    const [row] = await tx`select private.ledger_account(${owner}, 'wallet', 'credits') as id`
    await tx`select private.transfer('test', ${issuance}, ${row!.id}, 10, ${owner})`
  }
  const codes = codesOf(
    await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ runs: [give] })),
    ),
  )
  expect(codes).toEqual([...Array(11).fill('23505'), 'done'])
  const rows = await sql(stack)`select balance from private.ledger_accounts where owner_id = ${owner}`
  expect(rows.map(({ balance }) => Number(balance))).toEqual([10])
})
