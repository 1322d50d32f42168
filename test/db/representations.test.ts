import type { Casting, Organization } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { sql, subscribe, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, model } from '../parity/castings.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
/** Owner and member of the agency, the model it asks, and whoever has the casting. */
let owner: Member
let booker: Member
let aisha: Member
let brand: Member
let stranger: Member
let agency: Organization
let casting: Casting

beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  ;[owner, booker, stranger, brand] = await Promise.all([
    member(stack, ['agency']),
    member(stack, ['client']),
    member(stack, ['agency']),
    member(stack, ['employer']),
  ])
  aisha = await model(stack)
  agency = await newAgency(owner, booker)
  casting = await active(brand)
})
afterAll(() => stack.close())

async function newAgency(head: Member, ...others: Member[]): Promise<Organization> {
  const made = await must(head.tb.organizations.create({ kind: 'agency', name: `Agency ${unique()}` }))
  for (const { id } of others) {
    await sql(stack)`insert into public.organization_members values (${made.id}, ${id}, 'member')`
  }
  return made
}

const invite = (head = owner, by = agency, whom = aisha) =>
  must(head.tb.representations.invite({ organization_id: by.id, model_id: whom.id, message: 'Join us.' }))

async function represent(head = owner, by = agency, whom = aisha): Promise<string> {
  const { id } = await invite(head, by, whom)
  await must(whom.tb.representations.accept(id))
  return id
}

const stored = async () => ({
  representations: [
    ...(await sql(stack)`select * from public.representations where model_id = ${aisha.id} order by id`),
  ],
  profile: [...(await sql(stack)`select * from public.model_profiles where account_id = ${aisha.id}`)],
  responses: [...(await sql(stack)`select * from public.casting_responses where model_id = ${aisha.id} order by id`)],
  usage: [
    ...(await sql(stack)`select * from private.entitlement_usage order by account_id, entitlement_id, period_start`),
  ],
})

const used = async ({ id }: Member) => {
  const [row] = await sql(stack)`
    select used from private.entitlement_usage where account_id = ${id} and entitlement_id = 'casting_responses'`
  return Number(row?.used ?? 0)
}

const told = async (person: Member, type: string) =>
  (await must(person.tb.notifications.list())).items.filter((one) => one.type === type).map(({ data }) => data)

/** Everything that an agency may do for a model; each answers its error's code, `done` without one. */
const rights: Record<string, (person: Member) => Promise<string>> = {
  'read the profile': async ({ client }) => {
    const { data } = await client.from('model_profiles').select('birth_date').eq('account_id', aisha.id)
    return data?.length === 1 ? 'done' : 'hidden'
  },
  'read the profile whole': async ({ tb }) => {
    const { data, error } = await tb.models.mine({ account_id: aisha.id })
    return error?.code ?? (data!.account_id === aisha.id && data!.birth_date ? 'done' : 'hidden')
  },
  'edit the profile': async ({ client }) => {
    const bio = unique('bio')
    const { data } = await client.from('model_profiles').update({ bio }).eq('account_id', aisha.id).select('bio')
    return data?.length === 1 ? 'done' : 'hidden'
  },
  'add experience': async ({ client }) => {
    const work = { account_id: aisha.id, company: 'A brand', position: 'Model', start_date: '2020-01-01' }
    return (await client.from('model_work_experiences').insert(work)).error?.code ?? 'done'
  },
  'list the responses': async ({ tb }) => (await tb.responses.listMine({ model_id: aisha.id })).error?.code ?? 'done',
  respond: async ({ tb }) => (await tb.castings.respond(casting.id, { model_id: aisha.id })).error?.code ?? 'done',
  'withdraw the response': async ({ tb }) => {
    const [response] = await sql(stack)`select id from public.casting_responses where model_id = ${aisha.id}`
    return (await tb.responses.withdraw(response?.id ?? crypto.randomUUID())).error?.code ?? 'done'
  },
}

const nothing = {
  'read the profile': 'hidden',
  'read the profile whole': 'not_found',
  'edit the profile': 'hidden',
  'add experience': '42501',
  'list the responses': 'not_found',
  respond: 'not_found',
  'withdraw the response': 'not_found',
}

async function tryAll(person: Member): Promise<Record<string, string>> {
  const answers: Record<string, string> = {}
  for (const [name, attempt] of Object.entries(rights)) answers[name] = await attempt(person)
  return answers
}

/** Holds that somebody can do nothing for the model, not even with a response that is there. */
async function canDoNothing(...people: Member[]): Promise<void> {
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency) values (${(await active(brand)).id}, ${aisha.id}, 'KZT')
  `
  await expectUnchanged(stored, async () => {
    for (const person of people) expect(await tryAll(person)).toEqual(nothing)
  })
}

describe('19: the states of a representation', () => {
  const moves = [
    'invited active model',
    'invited declined model',
    'invited ended agency',
    'active ended model',
    'active ended agency',
  ]
  const states = ['invited', 'active', 'declined', 'ended']

  test('follow each other as was decided', async () => {
    const rows = await sql(stack)`
      select from_status || ' ' || to_status || ' ' || actor as move from private.representation_transitions`
    expect(rows.map(({ move }) => move).sort()).toEqual([...moves].sort())
  })

  test.each(states.flatMap((from) => states.map((to) => ({ from, to }))))(
    '$from -> $to by everybody',
    async ({ from, to }) => {
      const { id } = await invite()
      const actors = { model: aisha, agency: owner, member: booker, stranger, 'another model': brand }
      const status = async () =>
        (await sql(stack)`select status from public.representations where id = ${id}`)[0]!.status
      for (const [actor, { client }] of Object.entries(actors)) {
        await sql(stack)`update public.representations set status = ${from} where id = ${id}`
        const { error } = await client.rpc('set_representation_status', { representation_id: id, status: to })
        const moved = moves.includes(`${from} ${to} ${actor}`)
        expect(await status(), actor).toBe(moved ? to : from)
        const isParty = actor === 'model' || actor === 'agency'
        const refusal = !isParty ? 'not_found' : to === 'invited' ? 'validation_failed' : 'invalid_transition'
        expect(error?.code, actor).toBe(moved ? undefined : refusal)
      }
      expect(
        (await device(stack).client.rpc('set_representation_status', { representation_id: id, status: to })).error
          ?.code,
      ).toBe('42501')
    },
  )

  test('are set at once by both sides: one of them wins', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await invite()
      const set = (status: string) => statement('select public.set_representation_status($1, $2)', id, status)
      const outcomes = await atOnce(stack, [
        { as: aisha, runs: [set('declined')] },
        { as: aisha, runs: [set('declined')] },
        { as: owner, runs: [set('ended')] },
        { as: owner, runs: [set('ended')] },
      ])
      expect(codesOf(outcomes)).toEqual(['done', ...Array(3).fill('invalid_transition')])
    }
  })
})

describe('an agency asks', () => {
  test('a model, who is told, and answers; both sides read it with names', async () => {
    const asked = await invite()
    expect(asked).toMatchObject({
      organization_id: agency.id,
      model_id: aisha.id,
      message: 'Join us.',
      status: 'invited',
    })
    expect(Object.keys(asked)).not.toContain('invited_by')
    const data = { representation_id: asked.id, organization_id: agency.id }
    expect(await told(aisha, 'representation')).toEqual([{ ...data, status: 'invited' }])
    const { items } = await must(aisha.tb.representations.list({ status: 'invited' }))
    expect(items).toMatchObject([
      { id: asked.id, organization: { id: agency.id, name: agency.name }, model: { id: aisha.id } },
    ])

    const accepted = await must(aisha.tb.representations.accept(asked.id))
    expect(accepted).toMatchObject({ status: 'active', started_at: expect.any(String), ended_at: null })
    expect(await told(owner, 'representation')).toEqual([{ ...data, status: 'active' }])
    for (const { tb } of [aisha, owner, booker]) {
      expect((await must(tb.representations.list())).items.map(({ id }) => id)).toEqual([asked.id])
    }
    for (const { tb } of [owner, booker]) {
      expect((await must(tb.representations.list({ organization_id: agency.id, status: 'active' }))).total).toBe(1)
    }
    expect((await must(stranger.tb.representations.list())).items).toEqual([])
    for (const { tb } of [stranger, aisha]) {
      await expectRefusal(tb.representations.list({ organization_id: agency.id }), 'not_found')
    }
    await expectRefusal(device(stack).tb.representations.list(), 'auth_required')
    expect((await stranger.client.from('representations').select()).data).toEqual([])
    expect((await booker.client.from('representations').select('id')).data).toEqual([{ id: asked.id }])
  })

  test('once, while it is open, also when many ask at once', async () => {
    const run = statement('select public.invite_model($1, $2)', agency.id, aisha.id)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 5 }, () => ({ as: owner, runs: [run] })),
    )
    expect(codesOf(outcomes)).toEqual([...Array(4).fill('duplicate'), 'done'].sort())
    const [{ id }] = (await stored()).representations as unknown as [{ id: string }]
    await must(aisha.tb.representations.decline(id))
    await must(aisha.tb.representations.accept((await invite()).id))
    const wanted = { organization_id: agency.id, model_id: aisha.id }
    await expectRefusal(owner.tb.representations.invite(wanted), 'duplicate')
  })

  test('only as an agency, by its managers, and only models who are found', async () => {
    const company = await must(owner.tb.organizations.create({ kind: 'company', name: 'A company' }))
    const suspended = await model(stack)
    await sql(stack)`select private.suspend_account(${suspended.id}, 'under review')`
    const shy = await model(stack)
    await sql(stack)`insert into public.blocks values (${shy.id}, ${owner.id})`
    const ask = ({ tb }: Pick<Member, 'tb'>, organization_id: string, model_id: string) =>
      tb.representations.invite({ organization_id, model_id })
    await expectUnchanged(
      () => sql(stack)`select count(*) from public.representations`,
      async () => {
        await expectRefusal(ask(owner, company.id, aisha.id), 'conflict')
        await expectRefusal(ask(booker, agency.id, aisha.id), 'permission_denied')
        await expectRefusal(ask(stranger, agency.id, aisha.id), 'not_found')
        await expectRefusal(ask(device(stack), agency.id, aisha.id), 'auth_required')
        for (const id of [suspended.id, shy.id, brand.id, crypto.randomUUID()]) {
          await expectRefusal(ask(owner, agency.id, id), 'not_found')
        }
        const wrong = { organization_id: '7', model_id: '8', message: '' }
        await expectRefusal(owner.tb.representations.invite(wrong), 'validation_failed', {
          organization_id: ['format'],
          model_id: ['format'],
          message: ['length'],
        })
        for (const call of ['accept', 'decline', 'end'] as const) {
          await expectRefusal(owner.tb.representations[call]('7'), 'validation_failed', {
            representation_id: ['format'],
          })
        }
        const row = { organization_id: agency.id, model_id: aisha.id, status: 'active' }
        expect((await owner.client.from('representations').insert(row)).error?.code).toBe('42501')
      },
    )
  })
})

describe('an agency speaks for a model', () => {
  test('who has agreed, and for nobody before', async () => {
    const { id } = await invite()
    await canDoNothing(owner, booker, stranger)
    await must(aisha.tb.representations.accept(id))
    await sql(stack)`delete from public.casting_responses where model_id = ${aisha.id}`
    expect(await tryAll(booker)).toEqual(Object.fromEntries(Object.keys(rights).map((name) => [name, 'done'])))
    await canDoNothing(stranger, brand)
  })

  test.each(['the model', 'the agency'])('until %s ends it, which ends every right at once', async (by) => {
    const id = await represent()
    await must((by === 'the model' ? aisha : owner).tb.representations.end(id))
    await canDoNothing(owner, booker)
    const other = by === 'the model' ? owner : aisha
    expect((await told(other, 'representation'))[0]).toMatchObject({ representation_id: id, status: 'ended' })
  })

  test('by members, and not by who was removed', async () => {
    await represent()
    await must(owner.tb.organizations.removeMember(agency.id, booker.id))
    await canDoNothing(booker)
  })

  test('but not by a member whom a block keeps from the model, whichever of the two did it', async () => {
    await represent()
    for (const [one, other] of [
      [aisha, booker],
      [booker, aisha],
    ] as const) {
      await sql(stack)`insert into public.blocks values (${one.id}, ${other.id})`
      await canDoNothing(booker)
      expect(await rights['edit the profile']!(owner)).toBe('done')
      await sql(stack)`delete from public.blocks where account_id = ${one.id}`
    }
  })

  test('and not while the model is suspended', async () => {
    await represent()
    await sql(stack)`select private.suspend_account(${aisha.id}, 'under review')`
    await canDoNothing(owner, booker)
    await sql(stack)`select private.lift_suspension(${aisha.id})`
    expect(await rights['edit the profile']!(booker)).toBe('done')
  })

  test('of what the model may write of the profile, and nothing else of theirs', async () => {
    await represent()
    const { client } = booker
    await expectUnchanged(
      async () => [
        await sql(stack)`select * from public.accounts where id = ${aisha.id}`,
        await sql(stack)`select * from public.account_details where account_id = ${aisha.id}`,
        await stored(),
      ],
      async () => {
        const profile = () => client.from('model_profiles')
        for (const change of [{ account_id: booker.id }, { rating: 5 }, { promoted_until: '2100-01-01' }]) {
          expect((await profile().update(change).eq('account_id', aisha.id)).error?.code).toBe('42501')
        }
        expect((await profile().delete().eq('account_id', aisha.id)).error?.code).toBe('42501')
        await client.from('accounts').update({ city: 'Nowhere' }).eq('id', aisha.id)
        await client.from('account_details').update({ phone: '+77770000000' }).eq('account_id', aisha.id)
      },
    )
    for (const table of ['account_details', 'notifications', 'devices', 'subscriptions', 'favorites']) {
      expect((await client.from(table).select().eq('account_id', aisha.id)).data, table).toEqual([])
    }
  })
})

describe('responses of an agency', () => {
  test('are the model’s, on the plan of the agency’s owner; everybody concerned is told', async () => {
    await represent()
    const response = await must(booker.tb.castings.respond(casting.id, { model_id: aisha.id, message: 'For Aisha.' }))
    expect(response).toMatchObject({ model_id: aisha.id, responded_by: booker.id, status: 'pending' })
    expect([await used(owner), await used(booker), await used(aisha)]).toEqual([1, 0, 0])
    const { items } = await must(brand.tb.responses.listForCasting(casting.id))
    expect(items).toMatchObject([
      { id: response.id, applicant: { id: aisha.id, name: 'Aisha N.' }, message: 'For Aisha.' },
    ])
    const data = { casting_id: casting.id, response_id: response.id, status: 'pending', organization_id: agency.id }
    expect(await told(aisha, 'response_status_change')).toEqual([data])
    expect(await told(brand, 'new_response')).toHaveLength(1)
    const [news] = (await must(aisha.tb.notifications.list())).items
    expect(news!.message).toBe(`Your agency responded for you to ${casting.title}.`)
    for (const [{ tb }, args] of [
      [aisha, {}],
      [booker, { model_id: aisha.id }],
    ] as const) {
      expect((await must(tb.responses.listMine(args))).items.map(({ id }) => id)).toEqual([response.id])
    }
    expect((await must(booker.tb.responses.listMine())).items).toEqual([])

    // The agency goes on reading the casting, hears what became of it, and takes the response back.
    await must(brand.tb.responses.setStatus(response.id, 'shortlisted'))
    expect((await told(aisha, 'response_status_change'))[0]).toMatchObject({ status: 'shortlisted' })
    expect(await told(booker, 'response_status_change')).toMatchObject([{ status: 'shortlisted' }])
    await must(owner.tb.responses.withdraw(response.id))
    expect((await told(aisha, 'response_status_change'))[0]).toMatchObject({
      status: 'withdrawn',
      organization_id: agency.id,
    })
    expect((await told(booker, 'response_status_change'))[0]).toMatchObject({ status: 'withdrawn' })
    expect((await told(brand, 'response_status_change'))[0]).toMatchObject({ status: 'withdrawn' })
    await must(brand.tb.castings.setStatus(casting.id, 'completed'))
    expect(await must(booker.tb.castings.get(casting.id))).toMatchObject({
      status: 'completed',
      my_response_status: null,
    })
    await expectRefusal(stranger.tb.castings.get(casting.id), 'not_found')
    expect(await used(owner)).toBe(1)
  })

  test('are one a model and casting, whoever sends them, also at once', async () => {
    await represent()
    const second = await newAgency(stranger)
    await represent(stranger, second)
    const run = statement('select public.respond_to_casting($1, model_id => $2)', casting.id, aisha.id)
    const people = [owner, booker, stranger, owner, booker, aisha]
    const outcomes = await atOnce(
      stack,
      people.map((as) => ({ as, runs: [run] })),
    )
    expect(codesOf(outcomes)).toEqual(['done', ...Array(5).fill('duplicate')].sort())
    expect((await stored()).responses).toHaveLength(1)
    expect((await used(owner)) + (await used(stranger)) + (await used(aisha))).toBe(1)

    const another = await active(brand)
    await must(booker.tb.castings.respond(another.id, { model_id: aisha.id }))
    await expectUnchanged(stored, async () => {
      await expectRefusal(aisha.tb.castings.respond(another.id), 'duplicate')
      await expectRefusal(booker.tb.castings.respond(another.id, { model_id: aisha.id }), 'duplicate')
      await expectRefusal(stranger.tb.castings.respond(another.id, { model_id: aisha.id }), 'duplicate')
    })
  })

  test('end with the plan, and tell its members whose it is, its owner more', async () => {
    await represent()
    for (let i = 0; i < 3; i++) await must(booker.tb.castings.respond((await active(brand)).id, { model_id: aisha.id }))
    await expectUnchanged(stored, async () => {
      const { details } = await expectRefusal(
        booker.tb.castings.respond(casting.id, { model_id: aisha.id }),
        'quota_exceeded',
      )
      expect(details).toEqual({ entitlement_id: 'casting_responses', organization_id: agency.id })
      const own = await expectRefusal(owner.tb.castings.respond(casting.id, { model_id: aisha.id }), 'quota_exceeded')
      expect(own.details).toMatchObject({ plan_id: 'casting_free', used: 3, upgrade_plan_id: 'casting_pro' })
    })
    // The model's own plan is another matter, and a better plan of a member's helps nobody.
    await subscribe(stack, booker, 'casting_pro')
    await expectRefusal(booker.tb.castings.respond(casting.id, { model_id: aisha.id }), 'quota_exceeded')
    await must(aisha.tb.castings.respond(casting.id))
    await subscribe(stack, owner, 'casting_pro')
    await must(booker.tb.castings.respond((await active(brand)).id, { model_id: aisha.id }))
  })

  test('of many at once stay within the plan', async () => {
    await represent()
    const castings = await Promise.all(Array.from({ length: 8 }, () => active(brand)))
    const outcomes = await atOnce(
      stack,
      castings.map(({ id }, i) => ({
        as: i % 2 ? owner : booker,
        runs: [statement('select public.respond_to_casting($1, model_id => $2)', id, aisha.id)],
      })),
    )
    expect(codesOf(outcomes)).toEqual([...Array(3).fill('done'), ...Array(5).fill('quota_exceeded')])
    expect(await used(owner)).toBe(3)
  })

  test('are those of the agency that has represented the model for longest, where somebody belongs to two', async () => {
    const second = await newAgency(stranger, booker)
    await represent(stranger, second)
    const first = await represent()
    await must(booker.tb.castings.respond(casting.id, { model_id: aisha.id }))
    expect([await used(stranger), await used(owner)]).toEqual([1, 0])
    const [log] = await sql(stack)`
      select details from private.audit_log where action = 'casting_response.create' and entity_id = ${aisha.id}`
    expect(log!.details).toMatchObject({ organization_id: second.id })
    // What ends one of the two leaves the other.
    await must(stranger.tb.organizations.removeMember(second.id, booker.id))
    await must(booker.tb.castings.respond((await active(brand)).id, { model_id: aisha.id }))
    expect([await used(stranger), await used(owner)]).toEqual([1, 1])
    await must(aisha.tb.representations.end(first))
    await canDoNothing(booker)
  })

  test('reach no casting whose owner is blocked by the model or by who sends it', async () => {
    await represent()
    for (const [one, other] of [
      [aisha, brand],
      [brand, booker],
    ] as const) {
      await sql(stack)`insert into public.blocks values (${one.id}, ${other.id})`
      await expectUnchanged(stored, async () => {
        await expectRefusal(booker.tb.castings.respond(casting.id, { model_id: aisha.id }), 'not_found')
      })
      await sql(stack)`delete from public.blocks where account_id = ${one.id}`
    }
  })

  test('sent again with the same key answer the first one, but not once the representation has ended', async () => {
    const id = await represent()
    const input = { model_id: aisha.id, idempotency_key: crypto.randomUUID() }
    const first = await must(booker.tb.castings.respond(casting.id, input))
    expect(await must(booker.tb.castings.respond(casting.id, input))).toEqual(first)
    expect(await used(owner)).toBe(1)
    const dana = await model(stack)
    await represent(owner, agency, dana)
    await expectRefusal(booker.tb.castings.respond(casting.id, { ...input, model_id: dana.id }), 'idempotency_conflict')
    await must(aisha.tb.representations.end(id))
    await expectRefusal(booker.tb.castings.respond(casting.id, input), 'not_found')
  })

  test('sent while the representation ends or the member is removed come before that, or not at all', async () => {
    for (const end of ['end', 'remove'] as const) {
      const id = await represent()
      const { id: open } = await active(brand)
      const respond = statement('select public.respond_to_casting($1, model_id => $2)', open, aisha.id)
      const [by, run] =
        end === 'end'
          ? [aisha, statement("select public.set_representation_status($1, 'ended')", id)]
          : [owner, statement('select public.remove_member($1, $2)', agency.id, booker.id)]
      const outcomes = await atOnce(stack, [
        { as: booker, runs: [respond] },
        { as: by, runs: [run] },
      ])
      expect(codesOf(outcomes)).toEqual(expect.arrayContaining(['done']))
      expect(codesOf(outcomes).filter((code) => code !== 'done' && code !== 'not_found')).toEqual([])
      await expectRefusal(booker.tb.castings.respond((await active(brand)).id, { model_id: aisha.id }), 'not_found')
    }
  })

  test('sent while the model’s account is deleted lock nobody out', async () => {
    for (let round = 0; round < 4; round++) {
      const leaving = await model(stack)
      await represent(owner, agency, leaving)
      const outcomes = await atOnce(stack, [
        {
          as: booker,
          runs: [statement('select public.respond_to_casting($1, model_id => $2)', casting.id, leaving.id)],
        },
        { runs: [statement('delete from auth.users where id = $1', leaving.id)] },
      ])
      expect(codesOf(outcomes).filter((code) => !['done', 'not_found', 'quota_exceeded'].includes(code))).toEqual([])
      expect(await sql(stack)`select id from public.casting_responses where model_id = ${leaving.id}`).toEqual([])
    }
  })
})

test('the log says who did what for whom, in whose name: names of fields, no values', async () => {
  const id = await represent()
  const secret = unique('secret')
  const profile = () => booker.client.from('model_profiles')
  await profile().update({ bio: secret, height: 181 }).eq('account_id', aisha.id)
  const work = { account_id: aisha.id, company: secret, position: secret, start_date: '2020-01-01' }
  expect((await booker.client.from('model_work_experiences').insert(work)).error).toBeNull()
  const response = await must(booker.tb.castings.respond(casting.id, { model_id: aisha.id, message: secret }))
  await must(booker.tb.responses.withdraw(response.id))
  // What the model does is the model's own matter.
  await aisha.client.from('model_profiles').update({ bio: 'My own words.' }).eq('account_id', aisha.id)
  await must(aisha.tb.representations.end(id))

  const log = await sql(stack)`
    select actor_id, action, details from private.audit_log where entity = 'account' and entity_id = ${aisha.id} order by id`
  const organization_id = agency.id
  const fields = ['account_id', 'company', 'created_at', 'description', 'end_date', 'id', 'position', 'start_date']
  const filled = fields.filter((name) => name !== 'description' && name !== 'end_date')
  expect(log.slice(-7).map(({ actor_id, action, details }) => [actor_id, action, details])).toEqual([
    [owner.id, 'representation.invite', { organization_id }],
    [aisha.id, 'representation.active', { organization_id }],
    [booker.id, 'model_profiles.update', { organization_id, fields: ['bio', 'height'] }],
    [booker.id, 'model_work_experiences.insert', { organization_id, fields: expect.arrayContaining(filled) }],
    [booker.id, 'casting_response.create', { organization_id, casting_id: casting.id, response_id: response.id }],
    [booker.id, 'casting_response.withdraw', { organization_id, response_id: response.id }],
    [aisha.id, 'representation.ended', { organization_id }],
  ])
  expect(JSON.stringify(log)).not.toMatch(new RegExp(`${secret}|\\b181\\b`))
})

test('a model who belongs to the agency that represents them does their own things in their own name', async () => {
  await sql(stack)`insert into public.organization_members values (${agency.id}, ${aisha.id}, 'member')`
  await represent()
  await must(aisha.tb.castings.respond(casting.id, { model_id: aisha.id }))
  expect([await used(aisha), await used(owner)]).toEqual([1, 0])
  await aisha.client.from('model_profiles').update({ bio: 'Mine.' }).eq('account_id', aisha.id)
  const log = await sql(stack)`
    select action from private.audit_log where entity_id = ${aisha.id} and action ~ '^(model|casting)'`
  expect(log).toEqual([])
})

test('an invitation outlives who wrote it, without their words', async () => {
  await sql(stack)`update public.organization_members set role = 'admin' where account_id = ${booker.id}`
  const { id } = await invite(booker)
  const kept = await invite(owner, agency, await model(stack))
  await must(aisha.tb.representations.accept(id))
  const messages = () => sql(stack)`
    select id, invited_by, status, message from public.representations where organization_id = ${agency.id} order by status
  `
  expect((await messages()).map(({ message }) => message)).toEqual(['Join us.', 'Join us.'])
  await must(booker.tb.accounts.delete({ password: booker.password }))
  expect([...(await messages())]).toEqual([
    { id, invited_by: null, status: 'active', message: null },
    { id: kept.id, invited_by: owner.id, status: 'invited', message: 'Join us.' },
  ])
})

test('whoever is left is told when the agency or the model’s account goes', async () => {
  const id = await represent()
  await must(owner.tb.organizations.delete(agency.id))
  expect((await told(aisha, 'representation'))[0]).toMatchObject({ representation_id: id, status: 'ended' })
  await canDoNothing(owner, booker)

  const second = await newAgency(stranger)
  const other = await represent(stranger, second)
  await must(aisha.tb.accounts.delete({ password: aisha.password }))
  expect((await told(stranger, 'representation'))[0]).toMatchObject({ representation_id: other, status: 'ended' })
  expect(await sql(stack)`select id from public.representations where model_id = ${aisha.id}`).toEqual([])
})
