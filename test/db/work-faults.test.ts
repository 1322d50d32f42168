import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { makeAgreedTask, makeOrder } from '../helpers/work.ts'
import {
  type Account,
  makeOrders,
  makeSides,
  makeTasks,
  shuffled,
  stuckMoney,
  wereDelivered,
} from '../helpers/work-at-once.ts'

// Connections that end in the middle of what moves money: all of it is there, or nothing.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterEach(async () => {
  expect(await stuckMoney(stack)).toEqual([])
})
afterAll(() => stack.close())

/** A call as PostgREST would make it: one transaction that is one message. */
const message = (text: string, as?: Account): string =>
  as === undefined
    ? `select ${text}`
    : `select set_config('request.jwt.claims', '${JSON.stringify({ sub: as.id, role: 'authenticated' })}', true),
        set_config('role', 'authenticated', true); select ${text}`

/** `done`, or the code of what went wrong: ours, that of SQL, or of the connection. */
async function send(connection: postgres.Sql, text: string): Promise<string> {
  try {
    await connection.unsafe(text)
    return 'done'
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'PGRST' ? JSON.parse(message).code : code
  }
}

const connect = (onnotice: (notice: postgres.Notice) => void = () => undefined) =>
  postgres(stack.databaseUrl('postgres'), {
    max: 1,
    backoff: () => 0,
    fetch_types: false,
    onnotice,
    connection: { application_name: 'work' },
  })

describe('a connection that ends at any write of', () => {
  const money = ['ledger_accounts', 'ledger_transfers', 'ledger_entries', 'escrows', 'audit_log'].map(
    (t) => `private.${t}`,
  )
  const cases: Record<string, { writes: string[]; prepare: () => Promise<string> }> = {
    'an approval': {
      writes: [
        ...money,
        'private.idempotency_keys',
        'public.orders',
        'public.services',
        'public.creator_profiles',
        'public.notifications',
        'private.notification_deliveries',
      ],
      async prepare() {
        const [buyer, seller] = await makeSides(stack, 2)
        const { orderId } = await makeOrder(stack, buyer!, seller!, 'delivered')
        return message(`public.approve_order('${orderId}', '${crypto.randomUUID()}')`, buyer)
      },
    },
    'the job': {
      writes: [
        ...money,
        'public.orders',
        'public.services',
        'public.creator_profiles',
        'public.notifications',
        'private.notification_deliveries',
      ],
      async prepare() {
        const [buyer, seller] = await makeSides(stack, 2)
        const orders = [1, 2].map(() => makeOrder(stack, buyer!, seller!, 'delivered'))
        await wereDelivered(
          stack,
          (await Promise.all(orders)).map(({ orderId }) => orderId),
        )
        return message('private.approve_delivered_orders()')
      },
    },
    'a release': {
      writes: [...money, 'private.idempotency_keys', 'public.notifications', 'private.notification_deliveries'],
      async prepare() {
        const [owner, freelancer] = await makeSides(stack, 2)
        const { escrowId } = await makeAgreedTask(stack, owner!, freelancer!, { funded: true })
        return message(`public.release_escrow('${escrowId}', '${crypto.randomUUID()}')`, owner)
      },
    },
    'the end of a task': {
      writes: [
        ...money,
        'private.idempotency_keys',
        'public.tasks',
        'public.freelancer_profiles',
        'public.notifications',
        'private.notification_deliveries',
      ],
      async prepare() {
        const [owner, freelancer] = await makeSides(stack, 2)
        const { taskId } = await makeAgreedTask(stack, owner!, freelancer!, { funded: true })
        return message(`public.complete_task('${taskId}', '${crypto.randomUUID()}')`, owner)
      },
    },
    'a decision': {
      writes: [
        ...money,
        'public.orders',
        'public.services',
        'public.creator_profiles',
        'public.notifications',
        'private.notification_deliveries',
      ],
      async prepare() {
        const [buyer, seller] = await makeSides(stack, 2)
        const { escrowId } = await makeOrder(stack, buyer!, seller!, 'disputed')
        return message(`private.resolve_dispute('${escrowId}', 5000, 'Half.')`)
      },
    },
  }

  // As the last of the triggers, for this connection alone: what the statement does is done by then.
  const trap = (table: string) => `
    create or replace function pg_temp.end_here() returns trigger language plpgsql as $$
    begin
      raise notice 'Ended at a write.';
      perform pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid());
      perform pg_catalog.pg_sleep(5);
      return null;
    end $$;
    create trigger zz_end_here after insert or update on ${table} for each row execute function pg_temp.end_here()`

  test.each(Object.keys(cases))('%s: nothing is done, and then all of it', async (name) => {
    const { writes, prepare } = cases[name]!
    const call = await prepare()
    const before = await stateOf(stack)
    for (const table of writes) {
      const notices: (string | undefined)[] = []
      const connection = connect(({ message }) => notices.push(message))
      // In the transaction of the call, so that the trigger goes with it.
      expect(await send(connection, `begin; ${trap(table)}; ${call}; commit`), table).toBe('CONNECTION_CLOSED')
      expect(notices, table).toEqual(['Ended at a write.'])
      await connection.end({ timeout: 0 })
    }
    expect(await stateOf(stack)).toEqual(before)
    const connection = connect()
    expect(await send(connection, call)).toBe('done')
    await connection.end()
    const after = await stateOf(stack)
    // The list above leaves nothing out.
    expect(
      Object.keys(after)
        .filter((table) => after[table] !== before[table])
        .sort(),
    ).toEqual([...writes].sort())
  })
})

test('connections that are ended at random leave each order and task done or not, and asked again they are done once', async () => {
  const among = await makeSides(stack, 8)
  const orders = await makeOrders(stack, among, 80)
  const tasks = await makeTasks(stack, among, 80)
  const key = () => crypto.randomUUID()
  const calls = [
    ...orders.map(({ id, payer }) => message(`public.approve_order('${id}', '${key()}')`, payer)),
    ...tasks.map(({ id, escrow_id, payer }, i) =>
      i % 2
        ? message(`public.release_escrow('${escrow_id}', '${key()}')`, payer)
        : message(`public.complete_task('${id}', '${key()}')`, payer),
    ),
  ]
  const connections = Array.from({ length: 8 }, connect)
  const answers = new Map<string, string>()
  const lists = connections.map((_, i) =>
    shuffled(calls).filter((call) => calls.indexOf(call) % connections.length === i),
  )
  const working = connections.map(async (connection, i) => {
    for (const call of lists[i]!) answers.set(call, await send(connection, call))
  })
  let ended = 0
  for (let round = 0; round < 100 && ended < 25; round++) {
    const rows = await sql(stack)`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'work' and state = 'active' and datname = current_database() order by random() limit 2
    `
    ended += rows.length
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  // A client whose server went at the wrong moment waits for ever.
  await Promise.race([Promise.all(working), new Promise((resolve) => setTimeout(resolve, 3000))])
  await Promise.all(connections.map((connection) => connection.end({ timeout: 0 })))
  expect(calls.filter((call) => answers.get(call) !== 'done').length).toBeGreaterThan(0)

  const escrows = [...orders, ...tasks].map(({ escrow_id }) => escrow_id)
  const [halved] = await sql(stack)`
    select
      (
        select count(*)::int from public.orders o join private.escrows e on e.entity_id = o.id
        where (o.status = 'completed') <> (e.status = 'released') and e.id = any (${escrows}::uuid[])
      ) as orders,
      (
        select count(*)::int from public.tasks t join private.escrows e on e.entity_id = t.id
        where t.status = 'completed' and e.status <> 'released' and e.id = any (${escrows}::uuid[])
      ) as tasks,
      (
        select count(*)::int from private.escrows e
        where e.id = any (${escrows}::uuid[]) and (e.status = 'released') <> exists (
          select from public.notifications n where n.data ->> 'order_id' = e.entity_id::text and n.data ->> 'action' = 'approve'
            or n.data ->> 'task_id' = e.entity_id::text or n.data ->> 'escrow_id' = e.id::text
        )
      ) as untold,
      (select count(*)::int from private.idempotency_keys where answer is null) as unanswered
  `
  expect({ ...halved }).toEqual({ orders: 0, tasks: 0, untold: 0, unanswered: 0 })
  expect(await stuckMoney(stack)).toEqual([])
  // Whoever got no answer asks again with the same key; so does who got one.
  const again = connect()
  for (const call of calls) expect(await send(again, call)).toBe('done')
  await again.end()
  const rows = await sql(stack)`
    select distinct status from private.escrows where id = any (${escrows}::uuid[])
  `
  expect(rows.map(({ status }) => status)).toEqual(['released'])
}, 60_000)
