import { afterAll, beforeAll, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, type Run, statement, whileHeld } from '../helpers/at-once.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, makeAgreedTask, makeOrder } from '../helpers/work.ts'
import { type Account, by, call, inAnyOrder, leave, makeSides, shuffled } from '../helpers/work-at-once.ts'

// Reviews are written, published by time and taken away at once: all count, nobody waits in a circle.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const publish = { runs: [statement('select private.publish_due_reviews()')] }
const write = (id: string, rating = 5): Run => call(`create_review('task', $1, ${rating})`, id)

async function completedTask(client: Account, freelancer: Account): Promise<string> {
  const { taskId } = await makeAgreedTask(stack, client, freelancer)
  await actAs(stack, client, (tx) => tx`select id from public.complete_task(${taskId})`)
  return taskId
}

/** Writes a review whose time has run out. */
async function writtenLongAgo(author: Account, task: string): Promise<string> {
  const [row] = await actAs(stack, author, (tx) => tx`select id from public.create_review('task', ${task}, 4)`)
  await sql(stack)`update public.reviews set created_at = now() - interval '15 days' where id = ${row!.id}`
  return row!.id
}

/** Profiles whose numbers are not those of their published reviews. */
const wrongRatings = () => sql(stack)`
  select p.account_id, p.role, p.rating, p.reviews_count
  from (
    select account_id, 'creator' as role, rating, reviews_count from public.creator_profiles
    union all select account_id, 'freelancer', rating, reviews_count from public.freelancer_profiles
    union all select account_id, 'client', rating, reviews_count from public.client_profiles
  ) as p
  left join public.reviews r
    on r.subject_id = p.account_id and r.subject_role = p.role and r.published_at is not null and r.removed_at is null
  group by p.account_id, p.role, p.rating, p.reviews_count
  having count(r.id) <> p.reviews_count or round(avg(r.rating), 2) is distinct from p.rating
`

/** How often whom it is about was told that a review is published. */
async function toldOf(review: string): Promise<number> {
  const told = await sql(stack)`
    select from public.notifications where type = 'new_review' and data ->> 'review_id' = ${review} and data ->> 'status' = 'published'
  `
  return told.length
}

test('a profile that is made while the first review is written has it', async () => {
  const { ids } = await makeAccounts(stack, 2, { roles: ['client', 'creator'] })
  const buyer = { id: ids[0]! }
  const profile: Run = statement(
    `insert into public.creator_profiles (account_id, specialization) values ($1, 'Video')`,
    ids[1]!,
  )
  for (const isFirst of [true, false]) {
    const { orderId } = await makeOrder(stack, buyer, { id: ids[1]! }, 'completed')
    const review = { as: buyer, runs: [call(`create_review('order', $1, 4)`, orderId)] }
    const [first, second] = isFirst ? [review, { runs: [profile] }] : [{ runs: [profile] }, review]
    expect(await meanwhile(stack, first, second)).toEqual(['done', 'done'])
    expect(await wrongRatings()).toEqual([])
    await sql(stack)`delete from public.creator_profiles where account_id = ${ids[1]!}`
  }
})

test('time runs out while the other side writes: published once, told once', async () => {
  await inAnyOrder(
    stack,
    async () => {
      const [client, freelancer] = await makeSides(stack, 2)
      const task = await completedTask(client!, freelancer!)
      return {
        row: await writtenLongAgo(client!, task),
        first: publish,
        second: { as: freelancer!, runs: [write(task)] },
        hold: statement('select from public.freelancer_profiles where account_id = $1 for update', freelancer!.id),
      }
    },
    async (codes, review) => {
      expect(codes).toEqual(['done', 'done'])
      expect(await toldOf(review)).toBe(1)
      expect(await wrongRatings()).toEqual([])
    },
  )
})

test('the job and somebody who writes publish reviews of two people: nobody waits in a circle', async () => {
  const [low, high, third] = (await makeSides(stack, 3)).toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const task = await completedTask(low!, high!)
  const waiting = [await writtenLongAgo(low!, task), await writtenLongAgo(third!, await completedTask(low!, third!))]
  const codes = await whileHeld(
    stack,
    statement('select from public.client_profiles where account_id = $1 for update', low!.id),
    { as: high!, runs: [write(task)] },
    publish,
  )
  expect(codes).toEqual(['done', 'done'])
  await publish.runs[0]!(sql(stack) as never)
  expect(await Promise.all(waiting.map(toldOf))).toEqual([1, 1])
  expect(await wrongRatings()).toEqual([])
})

test('a review is published while its author leaves', async () => {
  await inAnyOrder(
    stack,
    async () => {
      const [client, freelancer] = await makeSides(stack, 2)
      const review = await writtenLongAgo(client!, await completedTask(client!, freelancer!))
      return {
        row: review,
        first: publish,
        second: { runs: [leave(client!)] },
        hold: statement('select from public.reviews where id = $1 for update', review),
      }
    },
    async (codes, review) => {
      expect(codes).toEqual(['done', 'done'])
      // What another run found held is published by the next.
      await publish.runs[0]!(sql(stack) as never)
      const [row] = await sql(stack)`
        select author_id, comment, published_at is not null as is_published from public.reviews where id = ${review}
      `
      expect({ ...row }).toEqual({ author_id: null, comment: null, is_published: true })
      expect(await toldOf(review)).toBe(1)
      expect(await wrongRatings()).toEqual([])
    },
  )
})

test('what is taken away before it was published never is, and nobody is told', async () => {
  const [client, freelancer] = await makeSides(stack, 2)
  const task = await completedTask(client!, freelancer!)
  const review = await writtenLongAgo(client!, task)
  await sql(stack)`select private.remove_review(${review}, 'Threats.')`
  await publish.runs[0]!(sql(stack) as never)
  await actAs(stack, freelancer!, (tx) => tx`select id from public.create_review('task', ${task}, 5)`)
  const [row] = await sql(stack)`select published_at from public.reviews where id = ${review}`
  expect([row!.published_at, await toldOf(review)]).toEqual([null, 0])
  const [own] = await sql(stack)`select published_at from public.reviews where author_id = ${freelancer!.id}`
  expect(own!.published_at).not.toBeNull()
})

test('six people review each other at once, while time runs out and an admin takes reviews away', async () => {
  const among = await makeSides(stack, 6)
  const pairs = among.flatMap((client) =>
    among.filter((one) => one !== client).map((freelancer) => ({ client, freelancer })),
  )
  const tasks = await Promise.all(
    pairs.map(async ({ client, freelancer }) => ({
      id: await completedTask(client, freelancer),
      sides: shuffled([client, freelancer]),
    })),
  )
  // Of half of them one side has written long ago.
  const waiting: string[] = []
  for (const { id, sides } of tasks.slice(0, 15)) waiting.push(await writtenLongAgo(sides[0]!, id))
  const writes = tasks.flatMap(({ id, sides }, n) =>
    (n < 15 ? sides.slice(1) : sides).map((side, rating) => by(side, write(id, 1 + ((n + rating) % 5)))),
  )
  const queues: Run[][] = Array.from({ length: 8 }, () => [])
  for (const [n, run] of shuffled(writes).entries()) queues[n % queues.length]!.push(run)
  const removals = shuffled(waiting)
    .slice(0, 5)
    .map((id) => statement(`select private.remove_review($1, 'Rude.')`, id))
  const outcomes = await atOnce(stack, [
    ...queues.map((runs) => ({ runs })),
    { runs: [...publish.runs, ...publish.runs, ...publish.runs] },
    { runs: [...publish.runs, ...publish.runs] },
    { runs: removals },
  ])
  expect([...new Set(codesOf(outcomes))]).toEqual(['done'])
  const ids = tasks.map(({ id }) => id)
  const [found] = await sql(stack)`
    select count(*)::int as written, count(*) filter (where removed_at is not null)::int as removed,
      count(*) filter (where removed_at is null and published_at is null)::int as waiting
    from public.reviews where entity_id = any (${ids}::uuid[])
  `
  expect({ ...found }).toEqual({ written: 60, removed: 5, waiting: 0 })
  const told = await sql(stack)`
    select data ->> 'review_id' as id from public.notifications
    where type = 'new_review' and data ->> 'status' = 'published' and data ->> 'entity_id' = any (${ids})
    group by 1 having count(*) > 1
  `
  expect([...told]).toEqual([])
  expect(await wrongRatings()).toEqual([])
}, 60_000)
