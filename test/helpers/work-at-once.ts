import { atOnce, codesOf, meanwhile, type Run, type Runner, statement, whileHeld } from './at-once.ts'
import { makeAccounts } from './many.ts'
import { sql } from './people.ts'
import type { TestStack } from './stack.ts'
import { wrongMoney } from './work.ts'

// What tests share in which the sides of orders and tasks act at once.

export interface Account {
  id: string
}

/** Accounts that have each side of work. */
export async function makeSides(stack: TestStack, count: number): Promise<Account[]> {
  const { ids } = await makeAccounts(stack, count, { roles: ['client', 'freelancer', 'creator'] })
  // Profiles count what is done, and are locked for it.
  await sql(stack)`
    insert into public.creator_profiles (account_id, specialization) select id, 'Video' from unnest(${ids}::uuid[]) as id
  `
  await sql(stack)`
    insert into public.freelancer_profiles (account_id, headline) select id, 'Logos' from unnest(${ids}::uuid[]) as id
  `
  await sql(stack)`insert into public.client_profiles (account_id) select unnest(${ids}::uuid[])`
  return ids.map((id) => ({ id }))
}

/** What is wrong with held money, and money of somebody who is not there any more. */
export async function stuckMoney(stack: TestStack): Promise<object[]> {
  const stuck = await sql(stack)`
    select e.id from private.escrows e
    where e.status in ('funded', 'disputed')
      and (select count(*) from public.accounts a where a.id in (e.payer_id, e.payee_id)) <> 2
  `
  return [...(await wrongMoney(stack)), ...stuck]
}

export const shuffled = <T>(list: T[]): T[] =>
  list
    .map((one) => [Math.random(), one] as const)
    .sort(([one], [other]) => one - other)
    .map(([, one]) => one)

/** A call of a function in public. */
export const call = (text: string, ...values: (string | null)[]): Run => statement(`select public.${text}`, ...values)

/** A run by somebody, on a connection that is nobody's. */
export const by =
  ({ id }: Account, run: Run): Run =>
  async (tx) => {
    const claims = JSON.stringify({ sub: id, role: 'authenticated' })
    await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`
    return run(tx)
  }

export const leave = ({ id }: Account): Run => statement('delete from auth.users where id = $1', id)

export const job: Run = statement('select private.approve_delivered_orders()')

export const orderCalls = {
  approve: (id: string) => call('approve_order($1)', id),
  cancel: (id: string) => call(`cancel_order($1, 'So.')`, id),
  dispute: (id: string) => call(`dispute_order($1, 'So.')`, id),
  revise: (id: string) => call(`request_revision($1, 'More.')`, id),
  deliver: (id: string) => call(`deliver_order($1, 'Here.')`, id),
}

/** Delivered so long ago that the job approves them. */
export const wereDelivered = (stack: TestStack, ids: string[]) => sql(stack)`
  update public.orders set delivered_at = now() - interval '8 days' where id = any (${ids}::uuid[])
`

/** An order or a task that is paid in. */
export interface Agreement {
  id: string
  escrow_id: string
  payer: Account
  payee: Account
}

/** Delivered orders among few people, each buyer and seller of many, made past the API and paid in through the ledger. */
export async function makeOrders(stack: TestStack, among: Account[], count: number): Promise<Agreement[]> {
  const ids = among.map(({ id }) => id)
  const rows = await sql(stack)`
    with sellers as (
      insert into public.services (owner_id, title, description, category, price, delivery_days)
      select id, 'A short video', 'x', 'ugc-video', 1001, 3 from unnest(${ids}::uuid[]) as id returning id, owner_id
    ), pairs as (
      select b as buyer_id, s.owner_id as seller_id, s.id as service_id
      from generate_series(1, ${count}::int) as n
      cross join lateral (select (${ids}::uuid[])[1 + n % ${ids.length}::int] as b) as buyer
      cross join lateral (
        select s.* from sellers s where s.owner_id = (${ids}::uuid[])[1 + (n + 1 + n / ${ids.length}::int % ${ids.length - 1}::int) % ${ids.length}::int]
      ) as s
    ), made as (
      insert into public.orders (
        service_id, buyer_id, seller_id, title, price, total_price, currency, delivery_days, allows_modifications,
        modifications_price, status
      )
      select service_id, buyer_id, seller_id, 'A short video', 1001, 1001, 'USD', 3, true, 0, 'pending' from pairs
      returning id, buyer_id, seller_id
    )
    select id, buyer_id, seller_id,
      private.open_escrow(buyer_id, seller_id, 'order', id, 'work', 1001, 'USD') as escrow_id
    from made
  `
  await fund(
    stack,
    rows.map(({ escrow_id }) => escrow_id),
  )
  await sql(stack)`
    update public.orders set status = 'delivered', started_at = now(), delivered_at = now()
    where id = any (${rows.map(({ id }) => id)}::uuid[])
  `
  return rows.map(({ id, escrow_id, buyer_id, seller_id }) => ({
    id,
    escrow_id,
    payer: { id: buyer_id },
    payee: { id: seller_id },
  }))
}

/** Tasks among few people, accepted and paid in. */
export async function makeTasks(stack: TestStack, among: Account[], count: number): Promise<Agreement[]> {
  const ids = among.map(({ id }) => id)
  const rows = await sql(stack)`
    with pairs as (
      select (${ids}::uuid[])[1 + n % ${ids.length}::int] as owner_id, (${ids}::uuid[])[1 + (n + 1) % ${ids.length}::int] as freelancer_id
      from generate_series(1, ${count}::int) as n
    ), made as (
      insert into public.tasks (owner_id, title, description, category, task_type, budget, status)
      select owner_id, 'Draw a logo', freelancer_id::text, 'logo-design', 'digital', 1001, 'in_progress' from pairs
      returning id, owner_id, description::uuid as freelancer_id
    )
    select m.*, private.open_escrow(m.owner_id, m.freelancer_id, 'task', m.id, 'work', 1001, 'USD') as escrow_id from made m
  `
  await sql(stack)`
    insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency, status)
    select id, description::uuid, 'Me.', 1001, 'USD', 'accepted' from public.tasks
    where id = any (${rows.map(({ id }) => id)}::uuid[])
  `
  await sql(stack)`
    update public.tasks t set accepted_application_id = a.id from public.task_applications a
    where a.task_id = t.id and t.id = any (${rows.map(({ id }) => id)}::uuid[])
  `
  await fund(
    stack,
    rows.map(({ escrow_id }) => escrow_id),
  )
  return rows.map(({ id, escrow_id, owner_id, freelancer_id }) => ({
    id,
    escrow_id,
    payer: { id: owner_id },
    payee: { id: freelancer_id },
  }))
}

/** As payments do, without a word to anybody: what is raced is what comes after. */
async function fund(stack: TestStack, escrows: string[]): Promise<void> {
  await sql(stack)`
    with accounts as (
      select e.id, private.ledger_account(e.payer_id, 'escrow', e.currency, e.id) as account_id
      from private.escrows e where e.id = any (${escrows}::uuid[])
    ), paid as (
      select a.*, private.transfer(
        'escrow_funding', private.ledger_account(null, 'issuance', 'USD'), a.account_id, 1001, a.id::text
      ) from accounts a
    )
    update private.escrows e set status = 'funded', funded = 1001, funded_at = now(), ledger_account_id = p.account_id
    from paid p where e.id = p.id
  `
}

/**
 * In four orders: what comes first holds its locks until the other waits for them, or is over; and both wait for what is
 * held while the other begins.
 */
export async function inAnyOrder<Row>(
  stack: TestStack,
  prepare: () => Promise<{ row: Row; first: Runner; second: Runner; hold: Run }>,
  check: (codes: [string, string], row: Row) => Promise<void>,
): Promise<void> {
  for (const order of ['first', 'second', 'between', 'between, turned']) {
    const { row, first, second, hold } = await prepare()
    const isTurned = order === 'second' || order === 'between, turned'
    const [one, other] = isTurned ? [second, first] : [first, second]
    const codes = order.startsWith('between')
      ? await whileHeld(stack, hold, one, other)
      : await meanwhile(stack, one, other)
    // What was refused holds nothing that could be waited for: the other came after it.
    if (codes.length === 1) codes.push(...codesOf(await atOnce(stack, [other])))
    await check((isTurned ? codes.toReversed() : codes) as [string, string], row)
  }
}

export const holdTask = (id: string) => statement('select from public.tasks where id = $1 for update', id)
export const holdOrder = (id: string) => statement('select from public.orders where id = $1 for update', id)

export async function orderOf(stack: TestStack, id: string) {
  const [row] = await sql(stack)`
    select status, (select status from private.escrows where entity_id = o.id order by created_at limit 1) as money
    from public.orders o where id = ${id}
  `
  return { ...row }
}
