import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import {
  conversation,
  conversationsOf,
  erase,
  fillMessages,
  group,
  open,
  read,
  refusalOf,
  say,
  sending,
  unread,
} from '../helpers/chat.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs } from '../helpers/work.ts'

interface Account {
  id: string
}

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const people = async (count: number): Promise<Account[]> =>
  (await makeAccounts(stack, count, { roles: ['client'] })).ids.map((id) => ({ id }))

describe('counts are right at once', () => {
  test('after each send, each reading, of each conversation and of all', async () => {
    const [me, one, other] = (await people(3)) as [Account, Account, Account]
    const first = (await open(stack, one, { with: me })).id
    const second = await group(stack, other, [me, one])
    expect(await unread(stack, me)).toEqual({ messages: 1, conversations: 1 })
    await say(stack, one, first, '1')
    await say(stack, one, first, '2')
    await say(stack, other, second, '3')
    expect(await unread(stack, me)).toEqual({ messages: 4, conversations: 2 })
    expect((await conversationsOf(stack, me)).map(({ id, unread: count }) => [id, count])).toEqual([
      [second, 2],
      [first, 2],
    ])
    expect(await read(stack, me, first, 1)).toEqual({ unread: 1, total: 3 })
    expect(await read(stack, me, second)).toEqual({ unread: 0, total: 1 })
    expect(await unread(stack, me)).toEqual({ messages: 1, conversations: 1 })
    // Never backwards, never beyond what there is.
    expect(await read(stack, me, second, 1)).toEqual({ unread: 0, total: 1 })
    expect(await read(stack, me, first, 0)).toEqual({ unread: 1, total: 1 })
    expect(await read(stack, me, first, 99)).toEqual({ unread: 0, total: 0 })
    await say(stack, one, first, '4')
    expect(await conversation(stack, me, first)).toMatchObject({ unread: 1, read_seq: 2 })
    // Whoever answers has read what is above.
    await say(stack, me, first, '5')
    expect(await unread(stack, me)).toEqual({ messages: 0, conversations: 0 })
    expect(await unread(stack, one)).toEqual({ messages: 3, conversations: 2 })
    // What is taken back has kept its place.
    await erase(stack, me, first, 4)
    expect(await unread(stack, one)).toEqual({ messages: 3, conversations: 2 })
    expect(await refusalOf(read(stack, me, first, -1))).toMatchObject({
      code: 'validation_failed',
      fields: { seq: 'range' },
    })
  })

  test('whoever answers is told no more of what they have answered', async () => {
    const [me, one] = (await people(2)) as [Account, Account]
    const { id } = await open(stack, one, { with: me })
    const own = () => sql(stack)`
      select read_at is null as is_unread, data ->> 'seq' as seq from public.notifications
      where account_id = ${me.id} and type = 'new_message' order by id
    `
    await actAs(stack, me, (tx) => tx`select public.set_notification_preferences('{"new_message": {"email": true}}')`)
    await say(stack, one, id, '1')
    await say(stack, one, id, '2')
    expect(await own()).toEqual([{ is_unread: true, seq: '2' }])
    await say(stack, me, id, '3')
    expect(await own()).toEqual([{ is_unread: false, seq: '2' }])
    const waiting = await sql(stack)`select from private.notification_deliveries where account_id = ${me.id}`
    expect(waiting).toHaveLength(0)
    await say(stack, one, id, '4')
    expect(await own()).toEqual([
      { is_unread: false, seq: '2' },
      { is_unread: true, seq: '4' },
    ])
  })

  test('unread_only shows what has some, and what is muted counts', async () => {
    const [me, one, other] = (await people(3)) as [Account, Account, Account]
    const ids = [(await open(stack, one, { with: me })).id, (await open(stack, other, { with: me })).id]
    await say(stack, one, ids[0]!, 'Hello')
    await actAs(stack, me, (tx) => tx`select public.mute_conversation(${ids[0]!}, 'infinity')`)
    const listed = await actAs(
      stack,
      me,
      (tx) => tx`select id, total from public.list_conversations(unread_only => true)`,
    )
    expect([...listed]).toEqual([{ id: ids[0], total: '1' }])
    expect(await unread(stack, me)).toEqual({ messages: 1, conversations: 1 })
    await read(stack, me, ids[0]!)
    expect(await actAs(stack, me, (tx) => tx`select from public.list_conversations(unread_only => true)`)).toHaveLength(
      0,
    )
  })

  test('two devices read while ten people write: never more than there is, never backwards, zero at the end', async () => {
    const all = await people(11)
    const [me, ...others] = all as [Account, ...Account[]]
    const id = await group(stack, me, others)
    const reading = statement(
      `select unread, total, (select read_seq from public.conversation_members where conversation_id = $1) as read from public.mark_conversation_read($1)`,
      id,
    )
    const outcomes = await atOnce(stack, [
      ...others.map((as) => ({ as, runs: ['1', '2', '3'].map((body) => sending(id, body)) })),
      ...[1, 2].map(() => ({ as: me, runs: Array(12).fill(reading) })),
    ])
    expect(codesOf(outcomes)).toEqual(Array(54).fill('done'))
    const rows = outcomes.flatMap((one) => ('value' in one ? (one.value as { unread?: string; read?: string }[]) : []))
    expect(rows.every((row) => row.unread === undefined || Number(row.unread) >= 0)).toBe(true)
    expect(await read(stack, me, id)).toEqual({ unread: 0, total: 0 })
    expect(await conversation(stack, me, id)).toMatchObject({ last_seq: 31, read_seq: 31, unread: 0 })
    for (const other of others) {
      const card = await conversation(stack, other, id)
      expect(await unread(stack, other)).toEqual({ messages: card.unread, conversations: card.unread > 0 ? 1 : 0 })
    }
  })

  test('the unread notification counts what is unread in each, and reading ends it', async () => {
    const [me, one] = (await people(2)) as [Account, Account]
    const { id } = await open(stack, one, { with: me })
    const told = async () =>
      (
        await sql(stack)`
        select (data ->> 'count')::int as count, read_at is not null as is_read
        from public.notifications where account_id = ${me.id} order by id
      `
      ).map((row) => ({ ...row }))
    await say(stack, one, id, '1')
    await say(stack, one, id, '2')
    expect(await told()).toEqual([{ count: 2, is_read: false }])
    await read(stack, me, id, 1)
    expect(await told()).toEqual([{ count: 2, is_read: false }])
    await read(stack, me, id)
    expect(await told()).toEqual([{ count: 2, is_read: true }])
    await actAs(stack, me, (tx) => tx`select public.mute_conversation(${id}, now() + interval '1 hour')`)
    await say(stack, one, id, '3')
    expect(await told()).toHaveLength(1)
    await actAs(stack, me, (tx) => tx`select public.mute_conversation(${id}, now() - interval '1 second')`)
    await say(stack, one, id, '4')
    expect(await told()).toMatchObject([{ is_read: true }, { count: 1, is_read: false }])
  })
})

interface Plan {
  'Node Type': string
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  'Index Name'?: string
  'Relation Name'?: string
  Plans?: Plan[]
}

describe('200,000 messages', () => {
  let me: Account
  /** Of each, how much is unread. */
  const talks: Record<number, string> = {}

  beforeAll(async () => {
    const [first, ...others] = await people(42)
    me = first!
    // Forty conversations with others of 4,000, between them; two with me; and what is unread in the one is a thousand times as much.
    // An index of words is made at once in a third of the time, and so is a foreign key looked up.
    const [index] = await sql(stack)`select pg_get_indexdef('public.messages_search_idx'::regclass) as sql`
    await sql(stack)`drop index public.messages_search_idx`
    await sql(stack)`alter table public.messages drop constraint messages_conversation_id_fkey`
    await sql(stack)`
      with made as (
        insert into public.conversations (kind, pair, last_seq, version, last_message_at)
        select 'direct', private.pair_of(a, b), 4700, 4700, now() from unnest(${others.map(({ id }) => id)}::uuid[]) with ordinality as x (a, n)
        join unnest(${others.map(({ id }) => id)}::uuid[]) with ordinality as y (b, m) on m = n + 1
        returning id, split_part(pair, ':', 1)::uuid as one, split_part(pair, ':', 2)::uuid as other
      ), members as (
        insert into public.conversation_members (conversation_id, account_id)
        select id, one from made union all select id, other from made
      )
      insert into public.messages (conversation_id, seq, version, author_id, client_id, body)
      select d.id, n, n, null, null, 'hay ' || n || case when n % 1000 = 7 then ' needle' else '' end
      from made d, generate_series(1, 4700) as n
    `
    for (const [i, count] of [10, 10_000].entries()) {
      const { id } = await open(stack, others[i]!, { with: me })
      await fillMessages(stack, id, others[i]!, 10_000)
      talks[count] = id
      await sql(stack)`
        update public.conversation_members set read_seq = 10000 - ${count} where conversation_id = ${id} and account_id = ${me.id}
      `
    }
    await sql(stack).unsafe(index!.sql)
    await sql(stack)`
      alter table public.messages add constraint messages_conversation_id_fkey
        foreign key (conversation_id) references public.conversations (id) on delete cascade
    `
    await sql(stack).unsafe('vacuum analyze public.messages, public.conversations, public.conversation_members')
  }, 120_000)

  /**
   * The plan of a query as the account, and what pages it touched; the second time: what is cached by then is.
   */
  function planOf(query: string, values: string[] = []): Promise<Plan> {
    return actAs(stack, me, async (tx) => {
      const explain = () => tx.unsafe(`explain (analyze, buffers, timing off, format json) ${query}`, values)
      await explain()
      const [row] = await explain()
      return (row!['QUERY PLAN'] as { Plan: Plan }[])[0]!.Plan
    })
  }
  const buffers = (plan: Plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']

  test('a count and a page touch as many pages with 10 unread as with 10,000', async () => {
    const [total] = await sql(stack)`select count(*)::int as count from public.messages`
    expect(total!.count).toBeGreaterThan(199_999)
    const member = (id: string, seq: number) => sql(stack)`
      update public.conversation_members set read_seq = ${seq} where conversation_id = ${id} and account_id = ${me.id}
    `
    const counts: number[] = []
    for (const left of [10, 10_000]) {
      await member(talks[10]!, 10_000 - left)
      await member(talks[10_000]!, 10_000 - left)
      await sql(stack).unsafe('vacuum public.conversation_members')
      expect(await unread(stack, me)).toEqual({ messages: 2 * left, conversations: 2 })
      counts.push(buffers(await planOf('select * from public.unread_count()')))
    }
    expect(counts[0]).toBe(counts[1])
    expect(counts[0]).toBeLessThan(30)

    const pages: number[] = []
    for (const left of [10, 10_000]) {
      await member(talks[10]!, 10_000 - left)
      await sql(stack).unsafe('vacuum public.conversation_members')
      pages.push(buffers(await planOf('select * from public.list_messages($1)', [talks[10]!])))
    }
    expect(pages[0]).toBe(pages[1])
    // A page costs what its fifty messages cost, wherever in the conversation it is.
    const behind = buffers(await planOf('select * from public.list_messages($1, before => 60)', [talks[10_000]!]))
    const after = buffers(
      await planOf('select * from public.list_messages($1, after_version => 9950)', [talks[10_000]!]),
    )
    for (const cost of [...pages, behind, after]) expect(cost).toBeLessThan(2_000)
  })

  test('the table under row-level security, pages and catching up go by their indexes', async () => {
    const indexes = ({ Plans = [], ...plan }: Plan): string[] => [
      ...(plan['Node Type'] === 'Seq Scan' ? [`all of ${plan['Relation Name']}`] : []),
      ...(plan['Index Name'] === undefined ? [] : [plan['Index Name']]),
      ...Plans.flatMap(indexes),
    ]
    const id = talks[10_000]!
    const page = await planOf('select * from public.messages where conversation_id = $1 order by seq desc limit 50', [
      id,
    ])
    expect(indexes(page)).toContain('messages_pkey')
    expect(buffers(page)).toBeLessThan(400)
    const caught = await planOf(
      'select * from public.messages where conversation_id = $1 and version > 9950 order by version limit 50',
      [id],
    )
    expect(indexes(caught)).toContain('messages_version_key')
    expect(buffers(caught)).toBeLessThan(400)
    for (const plan of [page, caught]) expect(indexes(plan).filter((name) => name === 'all of messages')).toEqual([])
  })

  test('a search reads what it finds, in one’s own conversations, and a list what it shows', async () => {
    // Others have said needle 200 times.
    await say(stack, me, talks[10]!, 'the needle in it')
    const found = await actAs(stack, me, (tx) => tx`select body, total from public.search_messages('needle')`)
    expect([...found]).toEqual([{ body: 'the needle in it', total: '1' }])
    const [size] = await sql(stack)`select relpages as pages from pg_class where oid = 'public.messages'::regclass`
    for (const [query, values] of [
      [`select * from public.search_messages('needle')`, []],
      [`select * from public.search_messages('needle in')`, []],
      [`select * from public.search_messages('hay 99', $1)`, [talks[10]!]],
      ['select * from public.list_conversations()', []],
    ] as const) {
      expect(buffers(await planOf(query, [...values])), query).toBeLessThan(size!.pages / 2)
    }
  })
})
