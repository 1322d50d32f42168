import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  atOnce,
  codesOf,
  meanwhile,
  mostAtOnce,
  type Outcome,
  type Run,
  statement,
  whileHeld,
} from '../helpers/at-once.ts'
import {
  createRecruiter,
  creditsOf,
  giveCredits,
  makeCandidates,
  makePlan,
  makeRecruiters,
  wrongCharges,
} from '../helpers/hiring.ts'
import { liftRequestLimits, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterEach(async () => {
  expect([...(await wrongCharges(stack))]).toEqual([])
})
afterAll(() => stack.close())

const times = (count: number, code: string): string[] => Array(count).fill(code)

const unlock = (ids: string[], key: string | null = null): Run =>
  statement(
    'select already_unlocked, paid_from, credits_used::int from public.unlock_candidates($1, $2)',
    `{${ids.join()}}`,
    key,
  )

const cardsOf = async (count: number) => (await makeCandidates(stack, count)).map(({ card_id }) => card_id)

/** How many unlocks of a recruiter's hold. */
async function held({ id }: { id: string }): Promise<number> {
  const rows = await sql(stack)`
    select from private.candidate_unlocks where recruiter_id = ${id} and refunded_at is null
  `
  return rows.length
}

interface Answer {
  already_unlocked: boolean
  paid_from: string | null
  credits_used: number
}

const answersOf = (outcomes: Outcome[]) => outcomes.flatMap((one) => ('value' in one ? (one.value as Answer[]) : []))

const shuffled = <T>(list: T[]): T[] =>
  list
    .map((one) => [Math.random(), one] as const)
    .sort(([one], [other]) => one - other)
    .map(([, one]) => one)

async function one(credits: number): Promise<{ id: string }> {
  const [recruiter] = await makeRecruiters(stack, 1)
  if (credits > 0) await giveCredits(stack, recruiter!, credits)
  return recruiter!
}

test(`${mostAtOnce} connections and two wallets: charges equal unlocks, and no deadlock`, async () => {
  const recruiters = await makeRecruiters(stack, 2)
  // For fifteen of the forty each, and a subscription for ten more.
  for (const recruiter of recruiters) {
    await giveCredits(stack, recruiter, 155)
    await subscribe(stack, recruiter, await makePlan(stack, 10))
  }
  const cards = await cardsOf(40)
  const runners = Array.from({ length: mostAtOnce }, (_, i) => ({
    as: recruiters[i % 2]!,
    runs: [unlock(shuffled(cards).slice(0, 1 + (i % 3))), unlock(shuffled(cards).slice(0, 2))],
  }))
  const outcomes = await atOnce(stack, runners)
  const refused = codesOf(outcomes).filter((code) => code !== 'done')
  expect(new Set(refused)).toEqual(new Set(['insufficient_credits']))
  for (const recruiter of recruiters) {
    // What was too much for one call was not for the next: all that could be spent is, and once.
    expect(await creditsOf(stack, recruiter)).toEqual({ subscription: 0, wallet: 5 })
    expect(await held(recruiter)).toBe(25)
  }
  const answers = answersOf(outcomes)
  expect(answers.filter(({ already_unlocked }) => !already_unlocked)).toHaveLength(50)
  expect(answers.reduce((sum, { credits_used }) => sum + credits_used, 0)).toBe(2 * (150 + 10))
})

describe('49: a hundred unlocks with credit for one', () => {
  test('on twenty connections: exactly one is paid', async () => {
    const recruiter = await one(19)
    const cards = await cardsOf(100)
    const runners = Array.from({ length: 20 }, (_, i) => ({
      as: recruiter,
      runs: cards.filter((_card, index) => index % 20 === i).map((id) => unlock([id])),
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...times(99, 'insufficient_credits')])
    expect([await held(recruiter), (await creditsOf(stack, recruiter)).wallet]).toEqual([1, 9])
  })

  test('over HTTP, by the subscription: exactly one is paid', async () => {
    const recruiter = await createRecruiter(stack)
    await subscribe(stack, recruiter, await makePlan(stack, 1))
    const cards = await cardsOf(100)
    const answers = await Promise.all(
      cards.map((candidate_id) => recruiter.client.rpc('unlock_candidate', { candidate_id })),
    )
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
    expect(answers.filter(({ error }) => error?.code === 'insufficient_credits')).toHaveLength(99)
    expect([await held(recruiter), (await creditsOf(stack, recruiter)).subscription]).toEqual([1, 0])
  })
})

test('one candidate by many calls of one recruiter is paid once', async () => {
  const recruiter = await one(1000)
  const cards = await cardsOf(3)
  const outcomes = await atOnce(
    stack,
    Array.from({ length: 20 }, () => ({ as: recruiter, runs: shuffled(cards).map((id) => unlock([id])) })),
  )
  expect(codesOf(outcomes)).toEqual(times(60, 'done'))
  expect(answersOf(outcomes).filter(({ already_unlocked }) => !already_unlocked)).toHaveLength(3)
  expect((await creditsOf(stack, recruiter)).wallet).toBe(970)
})

test('many at once in opposite orders, by one and by several: each is paid once, and nobody waits in a circle', async () => {
  const recruiters = await makeRecruiters(stack, 4)
  for (const recruiter of recruiters) await giveCredits(stack, recruiter, 500)
  const cards = await cardsOf(50)
  const runners = Array.from({ length: 20 }, (_, i) => ({
    as: recruiters[i % 4]!,
    runs: [unlock(i % 8 < 4 ? cards : cards.toReversed())],
  }))
  expect(codesOf(await atOnce(stack, runners))).toEqual(times(20, 'done'))
  for (const recruiter of recruiters) {
    expect([await held(recruiter), (await creditsOf(stack, recruiter)).wallet]).toEqual([50, 0])
  }
})

test('colleagues who share unlocks buy a candidate once between them', async () => {
  const owner = await createRecruiter(stack)
  const colleagues = [owner, await createRecruiter(stack, { colleague: owner })]
  const plan = await makePlan(stack, 100, { shares: true })
  for (const colleague of colleagues) await subscribe(stack, colleague, plan)
  const cards = await cardsOf(10)
  const runners = Array.from({ length: 10 }, (_, i) => ({
    as: colleagues[i % 2]!,
    runs: [unlock(i % 4 < 2 ? cards : cards.toReversed())],
  }))
  const outcomes = await atOnce(stack, runners)
  expect(codesOf(outcomes)).toEqual(times(10, 'done'))
  expect(answersOf(outcomes).filter(({ already_unlocked }) => !already_unlocked)).toHaveLength(10)
})

describe('18: one idempotency key twenty times at once', () => {
  test('with the same request: one charge, one answer', async () => {
    const recruiter = await one(100)
    const [card] = await cardsOf(1)
    const run = unlock([card!], crypto.randomUUID())
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 20 }, () => ({ as: recruiter, runs: [run] })),
    )
    expect(outcomes).toEqual(
      Array(20).fill({ value: [{ already_unlocked: false, paid_from: 'wallet', credits_used: 10 }] }),
    )
    expect((await creditsOf(stack, recruiter)).wallet).toBe(90)
  })

  test('with twenty requests: one unlock, nineteen conflicts', async () => {
    const recruiter = await one(1000)
    const key = crypto.randomUUID()
    const runners = (await cardsOf(20)).map((card) => ({ as: recruiter, runs: [unlock([card], key)] }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', ...times(19, 'idempotency_conflict')])
    expect((await creditsOf(stack, recruiter)).wallet).toBe(990)
  })
})

describe('an unlock, and meanwhile', () => {
  /**
   * In three orders: what comes first holds its locks until the other waits for them, or is over; and the unlock waits for
   * its candidate while the other begins.
   */
  const inAnyOrder = async (
    prepare: () => Promise<{ as: { id: string }; card: string; other: Run; otherAs?: { id: string } }>,
    check: (
      codes: { unlock: string; other: string },
      about: { as: { id: string }; card: string; order: string },
    ) => Promise<void>,
  ) => {
    for (const order of ['unlock', 'other', 'between']) {
      const { as, card, other, otherAs } = await prepare()
      const unlocking = { as, runs: [unlock([card])] }
      const another = { ...(otherAs && { as: otherAs }), runs: [other] }
      const hold = statement('select from private.candidate_cards where id = $1 for update', card)
      const codes =
        order === 'unlock'
          ? await meanwhile(stack, unlocking, another)
          : order === 'other'
            ? (await meanwhile(stack, another, unlocking)).toReversed()
            : await whileHeld(stack, hold, unlocking, another)
      await check({ unlock: codes[0]!, other: codes[1]! }, { as, card, order })
    }
  }

  test('a greater plan begins: it pays from the one or from the other, at its price', async () => {
    await inAnyOrder(
      async () => {
        const as = await one(10)
        await subscribe(stack, as, await makePlan(stack, 5, { price: 2 }))
        const [card] = await cardsOf(1)
        const other = statement(
          `select private.activate_subscription($1, $2, 'month')`,
          as.id,
          await makePlan(stack, 50),
        )
        return { as, card: card!, other }
      },
      async (codes, { as }) => {
        expect(codes).toEqual({ unlock: 'done', other: 'done' })
        const [row] = await sql(stack)`
          select paid_from, credits::int from private.candidate_unlocks where recruiter_id = ${as.id}
        `
        const before = { paid_from: 'subscription', credits: 2 }
        expect([before, { ...before, credits: 1 }]).toContainEqual(row)
        // What was left went along, whole.
        expect(await creditsOf(stack, as)).toEqual({ subscription: 55 - row!.credits, wallet: 10 })
      },
    )
  })

  test('a greater plan has begun while it waited: it pays from that', async () => {
    const as = await one(10)
    await subscribe(stack, as, await makePlan(stack, 5, { price: 2 }))
    const [card] = await cardsOf(1)
    const plan = await makePlan(stack, 50)
    const late: Run = async (tx) => {
      await subscribe(stack, as, plan)
      return unlock([card!])(tx)
    }
    expect(await atOnce(stack, [{ as, runs: [late] }])).toEqual([
      { value: [{ already_unlocked: false, paid_from: 'subscription', credits_used: 1 }] },
    ])
    expect(await creditsOf(stack, as)).toEqual({ subscription: 54, wallet: 10 })
  })

  test('another one is refunded: what comes back is there to be spent', async () => {
    const as = await one(10)
    const [bought, card] = await cardsOf(2)
    await atOnce(stack, [{ as, runs: [unlock([bought!])] }])
    const [row] = await sql(stack)`select id from private.candidate_unlocks where recruiter_id = ${as.id}`
    const refund = { runs: [statement(`select private.refund_unlock($1, 'Dead.')`, row!.id)] }
    expect(await meanwhile(stack, refund, { as, runs: [unlock([card!])] })).toEqual(['done', 'done'])
    const kept = await sql(stack)`
      select card_id from private.candidate_unlocks where recruiter_id = ${as.id} and refunded_at is null
    `
    expect(kept.map(({ card_id }) => card_id)).toEqual([card])
    expect((await creditsOf(stack, as)).wallet).toBe(0)
  })

  test('the same unlock is refunded twice: once', async () => {
    const as = await one(10)
    const [card] = await cardsOf(1)
    await atOnce(stack, [{ as, runs: [unlock([card!])] }])
    const [row] = await sql(stack)`select id from private.candidate_unlocks where recruiter_id = ${as.id}`
    const refund = statement(`select private.refund_unlock($1, 'Dead.')`, row!.id)
    const runners = [...Array.from({ length: 5 }, () => ({ runs: [refund] })), { as, runs: [unlock([card!])] }]
    const codes = codesOf(await atOnce(stack, runners))
    expect(codes).toEqual([...times(4, '55000'), ...times(2, 'done')])
    // The unlock came before the refund, and was free, or after it, and was paid anew.
    expect([
      [10, 0],
      [0, 1],
    ]).toContainEqual([(await creditsOf(stack, as)).wallet, await held(as)])
  })

  test('the candidate becomes unavailable: it is bought before that, or not at all', async () => {
    await inAnyOrder(
      async () => {
        const [candidate] = await makeCandidates(stack, 1)
        const other = statement('select public.set_candidate_availability(false)')
        return { as: await one(10), card: candidate!.card_id, other, otherAs: candidate! }
      },
      async (codes, { as }) => {
        expect(codes.other).toBe('done')
        expect(['done', 'not_found']).toContain(codes.unlock)
        expect((await creditsOf(stack, as)).wallet).toBe(codes.unlock === 'done' ? 0 : 10)
      },
    )
  })

  test('an admin switches approval on for everybody: nobody waits in a circle', async () => {
    const recruiters = await makeRecruiters(stack, 4)
    for (const recruiter of recruiters) await giveCredits(stack, recruiter, 500)
    const cards = await cardsOf(50)
    const approval = (value: boolean) =>
      statement(
        `update private.settings set value = $1::jsonb where key = 'candidates.approval_required'`,
        String(value),
      )
    const outcomes = await atOnce(stack, [
      ...recruiters.map((as, i) => ({ as, runs: [unlock(i % 2 ? cards : cards.toReversed())] })),
      { runs: [approval(true), approval(false)] },
    ])
    expect(['done', 'not_found']).toEqual(expect.arrayContaining(codesOf(outcomes)))
  })

  test('the verification ends: it is bought before that, or not at all', async () => {
    for (const ending of ['reject', 'rename', 'remove', 'rename oneself']) {
      await inAnyOrder(
        async () => {
          const owner = await one(0)
          const as = ending === 'rename oneself' ? owner : await createRecruiter(stack, { colleague: owner })
          await giveCredits(stack, as, 10)
          const [card] = await cardsOf(1)
          const [company] = await sql(stack)`select id from public.organizations where owner_id = ${owner.id}`
          const endings: Record<string, Run> = {
            reject: statement(`select private.reject_recruiter($1, 'No.')`, as.id),
            rename: statement(`update public.organizations set name = 'Renamed' where id = $1`, company!.id),
            remove: statement('delete from public.organization_members where account_id = $1', as.id),
            'rename oneself': statement(`select public.update_recruiter(company_name => 'Renamed')`),
          }
          const otherAs = ending === 'rename oneself' ? { otherAs: as } : {}
          return { as, card: card!, other: endings[ending]!, ...otherAs }
        },
        async (codes, { as, order }) => {
          expect(codes.other).toBe('done')
          // Who asked while it ended waits for the end, and learns of it.
          const expected = { unlock: ['done'], other: ['verification_required'] }[order]
          expect(expected ?? ['done', 'verification_required']).toContain(codes.unlock)
          expect((await creditsOf(stack, as)).wallet).toBe(codes.unlock === 'done' ? 0 : 10)
        },
      )
    }
  })

  test('the candidate leaves: it is charged if it came first, and kept without them, for a refund', async () => {
    await inAnyOrder(
      async () => {
        const [candidate] = await makeCandidates(stack, 1)
        const other = statement('delete from auth.users where id = $1', candidate!.id)
        return { as: await one(10), card: candidate!.card_id, other }
      },
      async (codes, { as }) => {
        expect(codes.other).toBe('done')
        expect(['done', 'not_found']).toContain(codes.unlock)
        const bought = codes.unlock === 'done'
        expect([await held(as), (await creditsOf(stack, as)).wallet]).toEqual(bought ? [1, 0] : [0, 10])
        const rows = await sql(stack)`select card_id from private.candidate_unlocks where recruiter_id = ${as.id}`
        expect(rows.map(({ card_id }) => card_id)).toEqual(bought ? [null] : [])
      },
    )
  })

  test('the recruiter leaves', async () => {
    await inAnyOrder(
      async () => {
        const as = await one(10)
        const [card] = await cardsOf(1)
        return { as, card: card!, other: statement('delete from auth.users where id = $1', as.id) }
      },
      async (codes, { as }) => {
        expect(codes.other).toBe('done')
        // Without a profile, nobody is verified.
        expect(['done', 'verification_required', 'permission_denied']).toContain(codes.unlock)
        expect(await held(as)).toBe(0)
      },
    )
  })

  test('the company ends, or its owner leaves: nobody waits in a circle', async () => {
    for (const ending of ['company', 'owner']) {
      await inAnyOrder(
        async () => {
          const owner = await one(0)
          const as = await createRecruiter(stack, { colleague: owner })
          await giveCredits(stack, as, 10)
          const [card] = await cardsOf(1)
          const other =
            ending === 'company'
              ? statement('delete from public.organizations where owner_id = $1', owner.id)
              : statement('delete from auth.users where id = $1', owner.id)
          return { as, card: card!, other }
        },
        async (codes, { as }) => {
          expect(codes.other).toBe('done')
          expect(['done', 'verification_required']).toContain(codes.unlock)
          expect((await creditsOf(stack, as)).wallet).toBe(codes.unlock === 'done' ? 0 : 10)
        },
      )
    }
  })
})
