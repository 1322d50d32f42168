import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, type Run, statement } from '../helpers/at-once.ts'
import {
  type About,
  allMessages,
  block,
  conversation,
  conversationsOf,
  group,
  membersOf,
  messagesOf,
  open,
  type Refusal,
  refusalOf,
  say,
} from '../helpers/chat.ts'
import { makeCandidates, makePlan, makeRecruiters, unlockFor } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql, subscribe } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { makeApplication, makeOrder, makeTask } from '../helpers/work.ts'
import { expectUnchanged } from '../parity/refusals.ts'

// Who talks with whom about what: one conversation a pair and subject, opened by those who may, written in by those who may now.

interface Account {
  id: string
}

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const somebody = async (...roles: string[]): Promise<Account> => ({
  id: (await makeAccounts(stack, 1, { roles })).ids[0]!,
})

async function makeCasting(owner: Account, status = 'active'): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status)
    values (${owner.id}, 'A casting', 'x', 'runway', ${status}) returning id
  `
  return row!.id
}

async function respond(casting: string, model: Account, by: Account = model): Promise<void> {
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, responded_by, currency) values (${casting}, ${model.id}, ${by.id}, 'KZT')
  `
}

const onPro = (account: Account): Promise<string> => subscribe(stack, account, 'casting_pro')

interface Scene {
  one: Account
  other: Account
  /** How each side opens it, and how else it can be said. */
  opens: [Account, About][]
}

/** Two accounts with something to talk about, of each kind; those of castings have the plan for it. */
const scenes: Record<string, () => Promise<Scene>> = {
  nothing: async () => {
    const [one, other] = [await somebody('client'), await somebody('freelancer')]
    return {
      one,
      other,
      opens: [
        [one, { with: other }],
        [other, { with: one }],
      ],
    }
  },
  casting: async () => {
    const [one, other] = [await somebody('employer'), await somebody('model')]
    const id = await makeCasting(one)
    await respond(id, other)
    await Promise.all([one, other].map(onPro))
    const context: About['context'] = ['casting', id]
    return {
      one,
      other,
      opens: [
        [one, { with: other, context }],
        [other, { context }],
        [other, { with: one, context }],
      ],
    }
  },
  'casting, by an agency that responded for a model': async () => {
    const [one, other, model] = [await somebody('employer'), await somebody('agency'), await somebody('model')]
    const id = await makeCasting(one)
    await respond(id, model, other)
    await Promise.all([one, other].map(onPro))
    const context: About['context'] = ['casting', id]
    return {
      one,
      other,
      opens: [
        [one, { with: other, context }],
        [other, { context }],
      ],
    }
  },
  task: async () => {
    const [one, other] = [await somebody('client'), await somebody('freelancer')]
    const id = await makeTask(stack, one)
    await makeApplication(stack, id, other)
    const context: About['context'] = ['task', id]
    return {
      one,
      other,
      opens: [
        [one, { with: other, context }],
        [other, { context }],
        [other, { with: one, context }],
      ],
    }
  },
  order: async () => {
    const [one, other] = [await somebody('client'), await somebody('creator')]
    const { orderId } = await makeOrder(stack, one, other)
    const context: About['context'] = ['order', orderId]
    return {
      one,
      other,
      opens: [
        [one, { context }],
        [other, { context }],
        [one, { with: other, context }],
        [other, { with: one, context }],
      ],
    }
  },
  candidate: async () => {
    const [[one], [other]] = await Promise.all([makeRecruiters(stack, 1), makeCandidates(stack, 1)])
    await unlockFor(stack, one!, other!.card_id)
    const context: About['context'] = ['candidate', other!.card_id]
    return {
      one: one!,
      other: other!,
      opens: [
        [one!, { context }],
        [one!, { with: other!, context }],
      ],
    }
  },
}

const opening = ({ with: other, context }: About): Run =>
  statement(
    'select (public.open_conversation($1, $2, $3)).id',
    other?.id ?? null,
    context?.[0] ?? null,
    context?.[1] ?? null,
  )

describe('one a pair and subject', () => {
  test.each(Object.entries(scenes))('%s: from both sides, again and again', async (_title, make) => {
    const { one, other, opens } = await make()
    const ids: string[] = []
    for (const [by, about] of [...opens, ...opens]) {
      const card = await open(stack, by, about)
      ids.push(card.id)
      expect(card).toMatchObject({
        kind: 'direct',
        title: null,
        context_type: about.context?.[0] ?? null,
        context_id: about.context?.[1] ?? null,
        account_id: by === one ? other.id : one.id,
        members_count: 2,
        role: 'member',
        last_seq: 0,
        unread: 0,
        can_write: true,
        candidate_id: about.context?.[0] === 'candidate' ? about.context[1] : null,
        left_at_seq: null,
      })
      expect(await conversationsOf(stack, by)).toMatchObject([{ id: card.id, total: 1 }])
    }
    expect(new Set(ids).size).toBe(1)
    expect((await membersOf(stack, ids[0]!)).map(({ account_id }) => account_id).sort()).toEqual(
      [one.id, other.id].sort(),
    )
    // Both write and read in it, whatever it is about.
    await say(stack, one, ids[0]!, 'Hello')
    await say(stack, other, ids[0]!, 'Hello to you')
    expect((await messagesOf(stack, one, ids[0]!)).map(({ body }) => body)).toEqual(['Hello to you', 'Hello'])
  })

  test.each(Object.entries(scenes))('%s: by twenty at once', async (_title, make) => {
    const { one, other, opens } = await make()
    const runners = Array.from({ length: 20 }, (_, i) => {
      const [as, about] = opens[i % opens.length]!
      return { as, runs: [opening(about), opening(about)] }
    })
    const outcomes = await atOnce(stack, runners)
    const ids = outcomes.map((one) => ('code' in one ? one.code : (one.value as { id: string }[])[0]!.id))
    expect(new Set(ids).size).toBe(1)
    const rows = await sql(stack)`
      select c.id from public.conversations c join public.conversation_members m on m.conversation_id = c.id
      where m.account_id in (${one.id}, ${other.id})
    `
    expect(rows.map(({ id }) => id)).toEqual([ids[0], ids[0]])
  })

  test('a pair has others about other things, and others have theirs', async () => {
    const [buyer, seller, third] = [await somebody('client'), await somebody('creator'), await somebody('client')]
    const { orderId } = await makeOrder(stack, buyer, seller)
    const { orderId: second } = await makeOrder(stack, buyer, seller)
    const cards = [
      await open(stack, buyer, { with: seller }),
      await open(stack, buyer, { with: third }),
      await open(stack, third, { with: seller }),
      await open(stack, buyer, { context: ['order', orderId] }),
      await open(stack, buyer, { context: ['order', second] }),
    ]
    expect(new Set(cards.map(({ id }) => id)).size).toBe(5)
    expect(cards.map(({ context_title }) => context_title)).toEqual([
      null,
      null,
      null,
      'A short video',
      'A short video',
    ])
  })
})

describe('with whom nobody talks', () => {
  const refusals: Record<string, () => Promise<[Account, About, Refusal]>> = {
    themselves: async () => {
      const one = await somebody('client')
      return [one, { with: one }, { code: 'validation_failed', fields: { account_id: 'other' } }]
    },
    'nobody named': async () => [
      await somebody('client'),
      {},
      { code: 'validation_failed', fields: { account_id: 'required' } },
    ],
    'a subject that there is not': async () => {
      const [one, other] = [await somebody('client'), await somebody('client')]
      return [
        one,
        { with: other, context: ['model', other.id] },
        { code: 'validation_failed', fields: { context_type: 'known' } },
      ]
    },
    'a subject without its id': async () => {
      const [one, other] = [await somebody('client'), await somebody('client')]
      const context = ['order', null] as unknown as About['context']
      return [
        one,
        { with: other, context: context! },
        { code: 'validation_failed', fields: { context_id: 'required' } },
      ]
    },
    'an id without its subject': async () => {
      const [one, other] = [await somebody('client'), await somebody('client')]
      const context = [null, other.id] as unknown as About['context']
      return [
        one,
        { with: other, context: context! },
        { code: 'validation_failed', fields: { context_id: 'required' } },
      ]
    },
    'who does not exist': async () => [
      await somebody('client'),
      { with: { id: crypto.randomUUID() } },
      { code: 'not_found' },
    ],
    'who stands in no directory': async () => [
      await somebody('client'),
      { with: await somebody('candidate') },
      { code: 'not_found' },
    ],
    'who is suspended': async () => {
      const other = await somebody('client')
      await sql(stack)`select private.suspend_account(${other.id}, 'for a test')`
      return [await somebody('client'), { with: other }, { code: 'not_found' }]
    },
    'who has blocked them': async () => {
      const [one, other] = [await somebody('client'), await somebody('client')]
      await block(stack, other, one)
      return [one, { with: other }, { code: 'not_found' }]
    },
    'whom they have blocked': async () => {
      const [one, other] = [await somebody('client'), await somebody('client')]
      await block(stack, one, other)
      return [one, { with: other }, { code: 'not_found' }]
    },
    'a casting’s owner, by who is no model': async () => {
      const casting = await makeCasting(await somebody('employer'))
      return [await somebody('client'), { context: ['casting', casting] }, { code: 'not_found' }]
    },
    'a draft’s owner': async () => {
      const [owner, model] = [await somebody('employer'), await somebody('model')]
      await onPro(model)
      return [model, { context: ['casting', await makeCasting(owner, 'draft')] }, { code: 'not_found' }]
    },
    'a casting’s owner who has blocked the model, though they responded': async () => {
      const { one, other, opens } = await scenes.casting!()
      await block(stack, one, other)
      return [other, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'a model who has not responded': async () => {
      const [owner, model] = [await somebody('employer'), await somebody('model')]
      await onPro(owner)
      return [owner, { with: model, context: ['casting', await makeCasting(owner)] }, { code: 'not_found' }]
    },
    'no model named by a casting’s owner': async () => {
      const { one, opens } = await scenes.casting!()
      return [one, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'another model of the casting': async () => {
      const { other, opens } = await scenes.casting!()
      const rival = await somebody('model')
      await Promise.all([respond(opens[0]![1].context![1], rival), onPro(rival)])
      return [rival, { with: other, context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'a freelancer who has not applied': async () => {
      const owner = await somebody('client')
      const context: About['context'] = ['task', await makeTask(stack, owner)]
      return [owner, { with: await somebody('freelancer'), context }, { code: 'not_found' }]
    },
    'no applicant named by a task’s owner': async () => {
      const { one, opens } = await scenes.task!()
      return [one, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'another applicant of the task': async () => {
      const { other, opens } = await scenes.task!()
      return [await somebody('freelancer'), { with: other, context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'a task’s owner who has blocked them': async () => {
      const { one, other, opens } = await scenes.task!()
      await block(stack, one, other)
      return [other, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'others’ order': async () => {
      const { opens } = await scenes.order!()
      return [await somebody('client'), { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'others’ order, naming a side': async () => {
      const { one, opens } = await scenes.order!()
      return [await somebody('client'), { with: one, context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'a third, about an order': async () => {
      const { one, opens } = await scenes.order!()
      return [one, { with: await somebody('creator'), context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'the other side of an order who is suspended': async () => {
      const { one, other, opens } = await scenes.order!()
      await sql(stack)`select private.suspend_account(${other.id}, 'for a test')`
      return [one, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'the other side of an order who is gone': async () => {
      const { one, other, opens } = await scenes.order!()
      await sql(stack)`delete from auth.users where id = ${other.id}`
      return [one, { context: opens[0]![1].context! }, { code: 'not_found' }]
    },
    'a candidate, by who is no recruiter': async () => {
      const [candidate] = await makeCandidates(stack, 1)
      return [await somebody('client'), { context: ['candidate', candidate!.card_id] }, { code: 'permission_denied' }]
    },
    'a candidate, by a recruiter who is not verified': async () => {
      const { one, opens } = await scenes.candidate!()
      await sql(stack)`select private.reject_recruiter(${one.id}, 'No such company.')`
      return [one, opens[0]![1], { code: 'verification_required' }]
    },
    'a candidate who is locked': async () => {
      const [[candidate], [recruiter]] = await Promise.all([makeCandidates(stack, 1), makeRecruiters(stack, 1)])
      return [recruiter!, { context: ['candidate', candidate!.card_id] }, { code: 'not_found' }]
    },
    'a candidate whom another company has unlocked': async () => {
      const { other, opens } = await scenes.candidate!()
      const [rival] = await makeRecruiters(stack, 1)
      return [rival!, { ...opens[0]![1], with: other }, { code: 'not_found' }]
    },
    'another candidate than the card’s': async () => {
      const { one, opens } = await scenes.candidate!()
      const [another] = await makeCandidates(stack, 1)
      return [one, { ...opens[0]![1], with: another! }, { code: 'not_found' }]
    },
    'a candidate whose unlock was given back': async () => {
      const { one, opens } = await scenes.candidate!()
      await giveBack(one)
      return [one, opens[0]![1], { code: 'not_found' }]
    },
  }

  test.each(Object.entries(refusals))('%s', async (_title, make) => {
    const [by, about, refusal] = await make()
    await expectUnchanged(
      () => stateOf(stack),
      async () => expect(await refusalOf(open(stack, by, about))).toMatchObject(refusal),
    )
  })

  test('of whom the refusals say the same, word for word', async () => {
    const one = await somebody('client')
    const [blocking, suspended] = [await somebody('client'), await somebody('client')]
    await block(stack, blocking, one)
    await sql(stack)`select private.suspend_account(${suspended.id}, 'for a test')`
    const others = [blocking, suspended, await somebody('candidate'), { id: crypto.randomUUID() }]
    const said = await Promise.all(
      others.map((other) =>
        open(stack, one, { with: other }).then(
          () => 'opened',
          (error: Error) => error.message,
        ),
      ),
    )
    expect(new Set(said).size).toBe(1)
  })

  test('an anonymous caller is asked to sign in', async () => {
    const asked = sql(stack).begin(async (tx) => {
      await tx`set local role authenticated`
      await tx`select public.open_conversation(${crypto.randomUUID()})`
    })
    expect(await refusalOf(asked)).toMatchObject({ code: 'auth_required' })
  })
})

const giveBack = (recruiter: Account) => sql(stack)`
  select private.refund_unlock(id, 'Wrong number.') from private.candidate_unlocks where recruiter_id = ${recruiter.id}
`

describe('decision 12: the plan', () => {
  const needsPlan: Refusal = { code: 'quota_exceeded', entitlement_id: 'casting_chat', upgrade_plan_id: 'casting_pro' }

  const end = (subscription: string) => sql(stack)`select private.end_subscription(${subscription})`

  const pairs: [string, string, boolean][] = [
    ['model', 'employer', true],
    ['model', 'agency', true],
    ['employer', 'model', true],
    ['agency', 'model', true],
    ['model', 'model', false],
    ['employer', 'agency', false],
    ['model', 'client', false],
    ['client', 'model', false],
    ['employer', 'creator', false],
    ['client', 'freelancer', false],
    ['recruiter', 'model', false],
  ]
  test.each(pairs)('%s and %s: %s', async (role, otherRole, isGated) => {
    const [one, other] = [await somebody(role), await somebody(otherRole)]
    if (!isGated) {
      const { id, can_write } = await open(stack, one, { with: other })
      expect(can_write).toBe(true)
      await say(stack, other, id, 'Hello')
      return
    }
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        for (const [by, to] of [
          [one, other],
          [other, one],
        ] as const) {
          expect(await refusalOf(open(stack, by, { with: to }))).toMatchObject(needsPlan)
        }
      },
    )
    const subscription = await onPro(one)
    const { id, can_write } = await open(stack, one, { with: other })
    expect(can_write).toBe(true)
    await say(stack, one, id, 'Hello')
    // The other side reads it, finds it again, and may not write.
    expect(await open(stack, other, { with: one })).toMatchObject({ id, unread: 1, can_write: false })
    await expectUnchanged(
      () => stateOf(stack),
      async () => expect(await refusalOf(say(stack, other, id, 'Hello to you'))).toMatchObject(needsPlan),
    )
    expect((await messagesOf(stack, other, id)).map(({ body }) => body)).toEqual(['Hello'])
    await onPro(other)
    expect(await conversation(stack, other, id)).toMatchObject({ can_write: true })
    await say(stack, other, id, 'Hello to you')
    // A plan that ends takes writing away, and no reading.
    await end(subscription)
    expect(await conversation(stack, one, id)).toMatchObject({ can_write: false, unread: 1 })
    await expectUnchanged(
      () => stateOf(stack),
      async () => expect(await refusalOf(say(stack, one, id, 'And now'))).toMatchObject(needsPlan),
    )
    expect((await messagesOf(stack, one, id)).map(({ body }) => body)).toEqual(['Hello to you', 'Hello'])
  })

  test('a casting needs it of its owner and of the model', async () => {
    const [owner, model] = [await somebody('employer'), await somebody('model')]
    const casting = await makeCasting(owner)
    await respond(casting, model)
    const context: About['context'] = ['casting', casting]
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        expect(await refusalOf(open(stack, owner, { with: model, context }))).toMatchObject(needsPlan)
        expect(await refusalOf(open(stack, model, { context }))).toMatchObject(needsPlan)
      },
    )
    const subscription = await onPro(owner)
    const { id } = await open(stack, owner, { with: model, context })
    await say(stack, owner, id, 'Come by')
    expect(await refusalOf(say(stack, model, id, 'When?'))).toMatchObject(needsPlan)
    await end(subscription)
    expect(await refusalOf(say(stack, owner, id, 'Well?'))).toMatchObject(needsPlan)
    expect(await allMessages(stack, id)).toHaveLength(1)
  })

  test('tasks, orders and unlocked candidates are open to their parties, models and employers too', async () => {
    for (const title of ['task', 'order', 'candidate']) {
      const { one, other, opens } = await scenes[title]!()
      await sql(stack)`
        insert into public.account_roles (account_id, role) values (${one.id}, 'employer'), (${other.id}, 'model')
      `
      const { id } = await open(stack, ...opens[0]!)
      await say(stack, one, id, 'Hello')
      expect(await say(stack, other, id, 'Hello to you')).toMatchObject({ seq: 2 })
    }
  })

  test('a group of a model with an employer needs it of these two', async () => {
    const [model, employer, client] = [await somebody('model'), await somebody('employer'), await somebody('client')]
    await expectUnchanged(
      () => stateOf(stack),
      async () => expect(await refusalOf(group(stack, model, [employer, client]))).toMatchObject(needsPlan),
    )
    const id = await group(stack, client, [model, employer])
    await say(stack, client, id, 'Hello, both')
    for (const by of [model, employer]) expect(await refusalOf(say(stack, by, id, 'Hello'))).toMatchObject(needsPlan)
    await onPro(model)
    await say(stack, model, id, 'Hello')
    expect(await allMessages(stack, id)).toHaveLength(3)
  })

  test('with chat.gates_castings off nothing needs it', async () => {
    const set = (value: boolean) => sql(stack)`
      update private.settings set value = to_jsonb(${value}::boolean) where key = 'chat.gates_castings'
    `
    const [owner, model] = [await somebody('employer'), await somebody('model')]
    const context: About['context'] = ['casting', await makeCasting(owner)]
    await set(false)
    try {
      const cards = [await open(stack, model, { context }), await open(stack, model, { with: owner })]
      for (const { id, can_write } of cards) {
        expect(can_write).toBe(true)
        await say(stack, owner, id, 'Hello')
      }
    } finally {
      await set(true)
    }
    expect(await refusalOf(open(stack, model, { with: await somebody('agency') }))).toMatchObject(needsPlan)
  })
})

describe('what ends between two', () => {
  test('an unlock that was given back: the recruiter reads and does not write, without the name', async () => {
    const { one, other, opens } = await scenes.candidate!()
    const { id, account_name } = await open(stack, ...opens[0]!)
    expect(account_name).toBe('John Doe')
    await say(stack, one, id, 'Hello')
    await say(stack, other, id, 'Hello to you')
    await giveBack(one)
    expect(await conversation(stack, one, id)).toMatchObject({ can_write: false })
    expect(JSON.stringify([await conversationsOf(stack, one), await messagesOf(stack, one, id)])).not.toContain(
      'John Doe',
    )
    await expectUnchanged(
      () => stateOf(stack),
      async () => {
        expect(await refusalOf(say(stack, one, id, 'Still there?'))).toMatchObject({
          code: 'permission_denied',
          reason: 'locked',
        })
      },
    )
    expect((await messagesOf(stack, one, id)).map(({ body }) => body)).toEqual(['Hello to you', 'Hello'])
    await unlockFor(stack, one, opens[0]![1].context![1])
    expect(await conversation(stack, one, id)).toMatchObject({ can_write: true, account_name: 'John Doe' })
  })

  test('a colleague of the company talks by a shared unlock, apart', async () => {
    const [recruiter, colleague] = await makeRecruiters(stack, 2)
    await sql(stack)`
      insert into public.organization_members (organization_id, account_id, role)
      select organization_id, ${colleague!.id}, 'member' from public.recruiter_profiles where account_id = ${recruiter!.id}
    `
    await sql(stack)`
      update public.recruiter_profiles set organization_id = (
        select organization_id from public.recruiter_profiles where account_id = ${recruiter!.id}
      ) where account_id = ${colleague!.id}
    `
    await sql(stack)`update public.recruiter_profiles set is_verified = true where account_id = ${colleague!.id}`
    await subscribe(stack, recruiter!, await makePlan(stack, null, { shares: true }))
    const [candidate] = await makeCandidates(stack, 1)
    await unlockFor(stack, recruiter!, candidate!.card_id, { shared: true })
    const about: About = { context: ['candidate', candidate!.card_id] }
    const [first, second] = [await open(stack, recruiter!, about), await open(stack, colleague!, about)]
    expect(first.id).not.toBe(second.id)
    await say(stack, recruiter!, first.id, 'Hello')
    expect(await refusalOf(messagesOf(stack, colleague!, first.id))).toMatchObject({ code: 'not_found' })
    expect(await conversationsOf(stack, candidate!)).toHaveLength(2)
  })

  const endings: Record<string, (one: Account, other: Account) => Promise<unknown>> = {
    'the other has blocked them': (one, other) => block(stack, other, one),
    'they have blocked the other': (one, other) => block(stack, one, other),
    'the other is suspended': (_one, other) => sql(stack)`select private.suspend_account(${other.id}, 'for a test')`,
    'the other is gone': (_one, other) => sql(stack)`delete from auth.users where id = ${other.id}`,
  }
  test.each(Object.entries(endings))(
    '%s: it stays readable, says unavailable, and opens again as it is',
    async (_title, end) => {
      const { one, other, opens } = await scenes.nothing!()
      const { id } = await open(stack, ...opens[0]!)
      await say(stack, one, id, 'Hello')
      await say(stack, other, id, 'Hello to you')
      await end(one, other)
      expect(await conversation(stack, one, id)).toMatchObject({ can_write: false })
      await expectUnchanged(
        () => stateOf(stack),
        async () => {
          expect(await refusalOf(say(stack, one, id, 'Still there?'))).toMatchObject({
            code: 'permission_denied',
            reason: 'unavailable',
          })
          expect((await open(stack, one, { with: other })).id).toBe(id)
        },
      )
      expect(await messagesOf(stack, one, id)).toHaveLength(2)
    },
  )
})
