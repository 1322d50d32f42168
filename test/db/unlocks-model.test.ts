import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveCredits, makeCandidates, makePlan, makeRecruiters, wrongCharges } from '../helpers/hiring.ts'
import { liftRequestLimits, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Eyes, openEyes } from './viewer.ts'

const runs = 100
const walletPrice = 10

let stack: TestStack
let eyes: Eyes
let recruiters: { id: string }[]
let cards: string[]
let plans: { id: string; price: number; credits: number | null }[]

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  eyes = openEyes(stack)
  recruiters = await makeRecruiters(stack, runs)
  cards = (await makeCandidates(stack, 6)).map(({ card_id }) => card_id)
  plans = await Promise.all(
    [
      { price: 1, credits: 3 },
      { price: 3, credits: 10 },
      { price: 0, credits: null },
    ].map(async (plan) => ({ ...plan, id: await makePlan(stack, plan.credits, plan) })),
  )
})
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

/** Where credits lie, and how many; null: without limit. */
interface Source {
  from: 'subscription' | 'wallet'
  price: number
  credits: number | null
  /** Another took its place while it ran. */
  isReplaced?: boolean
}

interface Bought {
  card: number
  source: Source
  id: string
  isRefunded: boolean
}

/** Decision 16 and what goes with it, for one recruiter, in memory. */
class Model {
  readonly wallet: Source = { from: 'wallet', price: walletPrice, credits: 0 }
  readonly subscriptions: Source[] = []
  /** The last of them, while it runs. */
  current: Source | undefined
  bought: Bought[] = []

  get sources(): Source[] {
    return this.current === undefined ? [this.wallet] : [this.current, this.wallet]
  }

  subscribe({ price, credits }: { price: number; credits: number | null }): void {
    const next: Source = { from: 'subscription', price, credits }
    // What the running one has left goes along, where the next one counts credits.
    const rest = this.current?.credits ?? 0
    if (this.current !== undefined && next.credits !== null && rest > 0) {
      next.credits += rest
      this.current.credits = 0
    }
    if (this.current !== undefined) this.current.isReplaced = true
    this.subscriptions.push(next)
    this.current = next
  }

  /** What each of the named ones costs, or the code of the refusal. */
  unlock(named: number[]): string | { card: number; source: Source | null }[] {
    const distinct = [...new Set(named)]
    if (distinct.length === 0) return 'validation_failed'
    const left = new Map(this.sources.map((source) => [source, source.credits]))
    const answers = distinct.map((card) => ({ card, source: null as Source | null }))
    const wanted = answers.filter(({ card }) => !this.holds(card))
    // One source is used up before the next is begun.
    let sources = this.sources
    for (const one of wanted) {
      const suffices = (source: Source) => (left.get(source) ?? Infinity) >= source.price
      while (sources.length > 0 && !suffices(sources[0]!)) sources = sources.slice(1)
      const source = sources[0]
      if (source === undefined) {
        const isNothing = this.current === undefined && this.wallet.credits === 0
        return isNothing ? 'no_payment_source' : 'insufficient_credits'
      }
      one.source = source
      const credits = left.get(source) ?? null
      if (credits !== null) left.set(source, credits - source.price)
    }
    for (const [source, credits] of left) source.credits = credits
    return answers
  }

  holds(card: number): boolean {
    return this.bought.some((one) => one.card === card && !one.isRefunded)
  }

  refund(one: Bought): boolean {
    if (one.isRefunded) return false
    one.isRefunded = true
    const follows = one.source.isReplaced && typeof this.current?.credits === 'number'
    const target = follows ? this.current! : one.source
    if (one.source.credits !== null && target.credits !== null) target.credits += one.source.price
    return true
  }

  /** Credits that unlocks took, less refunds. */
  spent(from?: Source['from']): number {
    const held = this.bought.filter(
      ({ isRefunded, source }) => !isRefunded && (from === undefined || source.from === from),
    )
    return held.reduce((sum, { source }) => sum + (source.credits === null ? 0 : source.price), 0)
  }
}

type Step =
  | { do: 'unlock'; cards: number[] }
  | { do: 'refund'; which: number }
  | { do: 'adjust'; credits: number }
  | { do: 'subscribe'; plan: number }
  | { do: 'end' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('unlock' as const), cards: fc.array(fc.nat(5), { maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      credits: fc.integer({ min: -30, max: 60 }).filter((credits) => credits !== 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('subscribe' as const), plan: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
)

interface Row {
  candidate_id: string
  unlock_id: string
  already_unlocked: boolean
  paid_from: string | null
  credits_used: number
}

/** The rows, or the code of what refused them. */
async function tried<Rows>(work: Promise<Rows>): Promise<Rows | string> {
  try {
    return await work
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'PGRST' ? JSON.parse(message).code : code
  }
}

async function take(model: Model, recruiter: { id: string }, one: Step): Promise<void> {
  switch (one.do) {
    case 'unlock': {
      const ids = `{${one.cards.map((card) => cards[card]!).join()}}`
      const query = `
        select candidate_id, unlock_id, already_unlocked, paid_from, credits_used::int
        from public.unlock_candidates($1::uuid[])`
      const answer = await tried(eyes.as<Row>(recruiter.id, query, [ids]))
      const expected = model.unlock(one.cards)
      if (typeof expected === 'string' || typeof answer === 'string') {
        expect(answer).toBe(expected)
        return
      }
      const told = expected.map(({ card, source }) => ({
        candidate_id: cards[card]!,
        already_unlocked: source === null,
        paid_from: source?.from ?? null,
        credits_used: source === null || source.credits === null ? 0 : source.price,
      }))
      expect(answer.map(({ unlock_id: _, ...rest }) => rest)).toEqual(told)
      for (const [i, { card, source }] of expected.entries()) {
        if (source !== null) model.bought.push({ card, source, id: answer[i]!.unlock_id, isRefunded: false })
      }
      return
    }
    case 'refund': {
      const bought = model.bought[one.which % model.bought.length]
      if (bought === undefined) return
      const answer = await tried(sql(stack)`select private.refund_unlock(${bought.id}, 'Dead.')`)
      expect(answer === '55000').toBe(!model.refund(bought))
      return
    }
    case 'adjust': {
      const { wallet } = model
      const answer = await tried(giveCredits(stack, recruiter, one.credits))
      const balance = wallet.credits! + one.credits
      expect(answer).toBe(balance < 0 ? 'insufficient_credits' : balance)
      if (balance >= 0) wallet.credits = balance
      return
    }
    case 'subscribe':
      model.subscribe(plans[one.plan]!)
      await subscribe(stack, recruiter, plans[one.plan]!.id)
      return
    case 'end':
      model.current = undefined
      await sql(stack)`
        update public.subscriptions set expires_at = now()
        where id = (private.current_subscription(${recruiter.id}, 'hiring')).id
      `
  }
}

/** The same of the database: balances (-1: without limit), what is held, what was spent. */
async function stored({ id }: { id: string }) {
  const [row] = await sql(stack)`
    select
      (select balance::int from private.ledger_accounts where owner_id = ${id} and kind = 'wallet') as wallet,
      array(
        select coalesce(a.balance, -1)::int from public.subscriptions s
        left join private.ledger_accounts a on a.subject_id = s.id where s.account_id = ${id} order by s.started_at
      ) as subscriptions,
      array(
        select card_id::text from private.candidate_unlocks where recruiter_id = ${id} and refunded_at is null
      ) as held,
      (select total_spent::int from public.recruiter_profiles where account_id = ${id}) as spent
  `
  const [wallet] = await eyes.as<{ total_spent: number }>(id, 'select total_spent::int from public.my_wallet()')
  return { ...row, held: row!.held.toSorted(), spent_of_wallet: wallet!.total_spent }
}

test('whatever is unlocked, refunded, adjusted and subscribed: what is left is what a model of it says', async () => {
  let next = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      const recruiter = recruiters[next++] ?? (await makeRecruiters(stack, 1))[0]!
      const model = new Model()
      for (const one of steps) await take(model, recruiter, one)
      expect(await stored(recruiter)).toEqual({
        wallet: model.wallet.credits,
        subscriptions: model.subscriptions.map(({ credits }) => credits ?? -1),
        held: cards.filter((_card, i) => model.holds(i)).toSorted(),
        spent: model.spent(),
        spent_of_wallet: model.spent('wallet'),
      })
    }),
    { numRuns: runs },
  )
  expect([...(await wrongCharges(stack))]).toEqual([])
}, 60_000)
