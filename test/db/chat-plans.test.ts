import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, open } from '../helpers/chat.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Explainer, openExplainer } from './explain.ts'

// What concerns one account's conversations reads those, however many others have.

interface Account {
  id: string
}

let stack: TestStack
let explainer: Explainer
let people: Account[]

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  people = (await makeAccounts(stack, 204, { roles: ['client'] })).ids.map((id) => ({ id }))
  await sql(stack)`
    with made as (
      insert into public.conversations (kind, pair)
      select 'direct', private.pair_of(a.id, b.id)
      from unnest(${people.slice(4).map(({ id }) => id)}::uuid[]) as a (id)
      join unnest(${people.slice(4).map(({ id }) => id)}::uuid[]) as b (id) on a.id < b.id
      returning id, pair
    )
    insert into public.conversation_members (conversation_id, account_id)
    select m.id, p.account::uuid from made as m cross join lateral unnest(string_to_array(m.pair, ':')) as p (account)
  `
  const [me, ...others] = people.slice(0, 4) as [Account, Account, Account, Account]
  for (const other of others) await open(stack, me, { with: other })
  await sql(stack).unsafe('vacuum analyze public.conversations, public.conversation_members, public.messages')
  explainer = await openExplainer(stack)
}, 120_000)
afterAll(async () => {
  await explainer?.close()
  await stack?.close()
})

/** How many conversations a statement has looked at, and whether it went through all of them. */
async function lookedAt(viewer: Account, query: string, values: string[] = []) {
  const scans = (await explainer.scans(viewer.id, query, values)).filter(({ table }) => table === 'conversations')
  return { most: Math.max(...scans.map(({ read }) => read)), isWhole: scans.some(({ node }) => node === 'Seq Scan') }
}

test('the table under row-level security', async () => {
  expect(await lookedAt(people[0]!, 'select id from public.conversations')).toEqual({ most: 3, isWhole: false })
})

test('a block', async () => {
  const looked = await lookedAt(people[0]!, 'select public.block_account($1)', [people[1]!.id])
  expect(looked).toEqual({ most: 1, isWhole: false })
})

test('the end of an account', async () => {
  await block(stack, people[0]!, people[2]!)
  const looked = await lookedAt(people[0]!, 'reset role; delete from auth.users where id = auth.uid()')
  expect(looked.isWhole).toBe(false)
  expect(await sql(stack)`select from public.conversation_members where account_id = ${people[0]!.id}`).toHaveLength(0)
})
