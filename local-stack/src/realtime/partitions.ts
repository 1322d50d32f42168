import type { Sql, TransactionSql } from 'postgres'

interface Day {
  /** Of the partition, such as messages_2026_11_20. */
  name: string
  from: string
  to: string
}

/**
 * Makes the partitions of yesterday to three days from now where they are missing, and drops what is older than 72
 * hours. Nothing waits for long behind it: it gives up after two seconds, and the next call tries again.
 */
export async function maintainPartitions(sql: Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local lock_timeout = '2s'`
    const existing = await existingPartitions(transaction)
    const missing = (await wantedDays(transaction)).filter(({ name }) => !existing.includes(name))
    // A message that is being sent waits here: it must not look for its partition before and be stored after.
    if (missing.length > 0) await transaction`lock table realtime.messages in access exclusive mode`
    for (const day of missing) await makePartition(transaction, day)
    const [{ oldest }] = await transaction<[{ oldest: string }]>`
      select to_char((now() at time zone 'utc') - interval '72 hours', '"messages_"YYYY_MM_DD') as oldest`
    for (const name of existing.filter((name) => /^messages_\d{4}_\d\d_\d\d$/.test(name) && name < oldest)) {
      await transaction`drop table realtime.${transaction(name)}`
    }
    await transaction`
      delete from realtime.messages_default where inserted_at < (now() at time zone 'utc') - interval '72 hours'`
  })
}

async function existingPartitions(transaction: TransactionSql): Promise<string[]> {
  const rows = await transaction<{ name: string }[]>`
    select child.relname as name
    from pg_inherits
    join pg_class as child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'realtime.messages'::regclass`
  return rows.map(({ name }) => name)
}

function wantedDays(transaction: TransactionSql): Promise<Day[]> {
  return transaction<Day[]>`
    select
      to_char(day, '"messages_"YYYY_MM_DD') as name,
      to_char(day, 'YYYY-MM-DD') as from,
      to_char(day + interval '1 day', 'YYYY-MM-DD') as to
    from generate_series(-1, 3) as distance
    cross join lateral (select (now() at time zone 'utc')::date + distance as day) as days`
}

// Filled before it is attached: what waited in the default partition is neither lost nor sent a second time.
async function makePartition(transaction: TransactionSql, { name, from, to }: Day): Promise<void> {
  const partition = transaction(name)
  await transaction`
    create table realtime.${partition} (like realtime.messages including defaults including constraints)`
  await transaction`
    with waiting as (
      delete from realtime.messages_default where inserted_at >= ${from}::timestamp and inserted_at < ${to}::timestamp
      returning *
    )
    insert into realtime.${partition} select * from waiting`
  await transaction`alter table realtime.${partition} owner to supabase_realtime_admin`
  await transaction.unsafe(
    `alter table realtime.messages attach partition realtime.${name} for values from ('${from}') to ('${to}')`,
  )
}
