import type postgres from 'postgres'
import { sql, unique } from './people.ts'
import type { TestStack } from './stack.ts'

interface Account {
  id: string
}

/** Runs statements as a signed-in account, in one transaction with the database rights that the API would give it. */
export function actAs<Answer>(
  stack: TestStack,
  { id }: Account,
  work: (tx: postgres.TransactionSql) => Promise<Answer>,
  connection: postgres.Sql = sql(stack),
): Promise<Answer> {
  return connection.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id, role: 'authenticated' })}, true)`
    await tx`set local role authenticated`
    return work(tx)
  }) as Promise<Answer>
}

/** Puts money into an account's wallet, as a payment or an admin does. */
export async function giveMoney(stack: TestStack, { id }: Account, amount: number, currency = 'USD'): Promise<void> {
  await sql(stack)`
    select private.transfer(
      'deposit', private.ledger_account(null, 'issuance', ${currency}), private.ledger_account(${id}, 'wallet', ${currency}),
      ${amount}, ${unique('deposit')}
    )
  `
}

/** What an account has to spend of a currency. */
export async function moneyOf(stack: TestStack, { id }: Account, currency = 'USD'): Promise<number> {
  const [row] = await sql(stack)`
    select balance from private.ledger_accounts where owner_id = ${id} and kind = 'wallet' and currency = ${currency}
  `
  return Number(row?.balance ?? 0)
}

/** A task, made past the API. */
export async function makeTask(
  stack: TestStack,
  owner: Account,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const row = {
    owner_id: owner.id,
    title: 'Draw a logo',
    description: 'A logo for a bakery, in two colours.',
    category: 'logo-design',
    task_type: 'digital',
    budget: 10_000,
    ...fields,
  }
  const [task] = await sql(
    stack,
  )`insert into public.tasks ${sql(stack)(row as unknown as Record<string, string>)} returning id`
  return task!.id
}

/** An application, made past the API; answers its id. */
export async function makeApplication(
  stack: TestStack,
  taskId: string,
  freelancer: Account,
  price = 10_000,
): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency)
    select id, ${freelancer.id}, 'I have done this before.', ${price}, currency from public.tasks where id = ${taskId}
    returning id
  `
  return row!.id
}

/** A task for which a freelancer was accepted by its owner; `funded` pays the whole price in, `started` begins the work. */
export async function makeAgreedTask(
  stack: TestStack,
  client: Account,
  freelancer: Account,
  {
    price = 10_000,
    currency = 'USD',
    funded = false,
    started = false,
  }: { price?: number; currency?: string; funded?: boolean; started?: boolean } = {},
): Promise<{ taskId: string; applicationId: string; escrowId: string }> {
  const taskId = await makeTask(stack, client, { currency })
  const applicationId = await makeApplication(stack, taskId, freelancer, price)
  await actAs(stack, client, (tx) => tx`select id from public.accept_application(${applicationId})`)
  const escrowId = await escrowOf(stack, taskId)
  if (funded) await fundEscrow(stack, escrowId)
  if (started) await actAs(stack, freelancer, (tx) => tx`select id from public.start_task(${taskId})`)
  return { taskId, applicationId, escrowId }
}

/** A service with options, made past the API. */
export async function makeService(
  stack: TestStack,
  owner: Account,
  fields: Record<string, unknown> = {},
  options: { name: string; price: number }[] = [],
): Promise<{ id: string; optionIds: string[] }> {
  const row = {
    owner_id: owner.id,
    title: 'A short video',
    description: 'Thirty seconds about your product.',
    category: 'ugc-video',
    price: 10_000,
    delivery_days: 3,
    ...fields,
  }
  const db = sql(stack)
  const [service] = await db`insert into public.services ${db(row as unknown as Record<string, string>)} returning id`
  const optionIds: string[] = []
  for (const [position, { name, price }] of options.entries()) {
    const [option] = await db`
      insert into public.service_options (service_id, name, price, position)
      values (${service!.id}, ${name}, ${price}, ${position}) returning id
    `
    optionIds.push(option!.id)
  }
  return { id: service!.id, optionIds }
}

/** How far an order has come. */
export type OrderStage = 'pending' | 'in_progress' | 'delivered' | 'revision_requested' | 'completed' | 'disputed'

/** An order of a service, moved by its sides as far as asked, each step through its function. */
export async function makeOrder(
  stack: TestStack,
  buyer: Account,
  seller: Account,
  stage: OrderStage = 'pending',
  { service }: { service?: Record<string, unknown> } = {},
): Promise<{ orderId: string; escrowId: string; serviceId: string }> {
  const { id: serviceId } = await makeService(stack, seller, service)
  const [order] = await actAs(stack, buyer, (tx) => tx`select id from public.create_order(${serviceId})`)
  const orderId: string = order!.id
  const escrowId = await escrowOf(stack, orderId)
  if (stage !== 'pending') await fundEscrow(stack, escrowId)
  if (!['pending', 'in_progress', 'disputed'].includes(stage)) {
    await actAs(stack, seller, (tx) => tx`select id from public.deliver_order(${orderId}, 'Here it is.')`)
  }
  if (stage === 'revision_requested') {
    await actAs(stack, buyer, (tx) => tx`select id from public.request_revision(${orderId}, 'Slower, please.')`)
  }
  if (stage === 'completed') await actAs(stack, buyer, (tx) => tx`select id from public.approve_order(${orderId})`)
  if (stage === 'disputed') {
    await actAs(stack, buyer, (tx) => tx`select id from public.dispute_order(${orderId}, 'It is late.')`)
  }
  return { orderId, escrowId, serviceId }
}

/** The escrow of a task or order that waits to be paid in, or its only one. */
export async function escrowOf(stack: TestStack, entityId: string): Promise<string> {
  const [row] = await sql(stack)`
    select id from private.escrows where entity_id = ${entityId} order by status = 'pending' desc, created_at desc limit 1
  `
  return row!.id
}

/** Pays an escrow in, as a verified payment does. */
export async function fundEscrow(stack: TestStack, escrowId: string): Promise<void> {
  await sql(stack)`
    select private.fund_escrow(id, amount, currency, ${unique('payment')}) from private.escrows where id = ${escrowId}
  `
}

/**
 * What is wrong with held money: the ledger itself, an escrow whose ledger account has another balance than what it holds,
 * or whose parts are not what was funded. Nothing when all is right.
 */
export function wrongMoney(stack: TestStack) {
  return sql(stack)`
    select 'ledger: ' || problem as problem, ledger_account_id::text as id from private.check_ledger()
    union all
    select 'held', e.id::text
    from private.escrows e left join private.ledger_accounts a on a.id = e.ledger_account_id
    where e.held <> coalesce(a.balance, 0)
    union all
    select 'parts', e.id::text from private.escrows e where e.funded <> e.released + e.fee + e.refunded + e.held
    union all
    select 'moved', e.id::text
    from private.escrows e
    cross join lateral (
      select
        coalesce(sum(t.amount) filter (where t.kind = 'escrow_release'), 0) as released,
        coalesce(sum(t.amount) filter (where t.kind = 'escrow_fee'), 0) as fee,
        coalesce(sum(t.amount) filter (where t.kind = 'escrow_refund'), 0) as refunded
      from private.ledger_transfers t
      where t.from_id = e.ledger_account_id
    ) as m
    where (m.released, m.fee, m.refunded) <> (e.released, e.fee, e.refunded)
  `
}
