import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft } from '../parity/castings.ts'
import { expectTaken } from '../parity/fields.ts'
import { agencyOf, modelWith } from '../parity/models.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
let model: Member
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['client'])
})
afterAll(() => stack.close())
beforeEach(async () => {
  model = await paying(await modelWith(stack))
})

/** On the plan that has promotions. */
async function paying(person: Member): Promise<Member> {
  await subscribe(stack, person, 'casting_business')
  return person
}

const all = () => sql(stack)`
  select to_jsonb(p) as row, (select promoted_until from public.model_profiles m where m.account_id = p.model_id)
  from public.promotions p order by p.id
`
const until = async ({ id }: { id: string }): Promise<string | null> => {
  const [row] = await sql(stack)`select promoted_until from public.model_profiles where account_id = ${id}`
  return row!.promoted_until === null ? null : new Date(row!.promoted_until).toISOString()
}
/** Moves a promotion's whole past, as if these days had gone by. */
const passed = (id: string, days: number) => sql(stack)`
  update public.promotions
  set starts_at = starts_at - ${days} * interval '1 day', ends_at = ends_at - ${days} * interval '1 day',
    paused_at = paused_at - ${days} * interval '1 day'
  where id = ${id}
`
const day = 86_400_000
const daysLeft = (ends_at: string) => (Date.parse(ends_at) - Date.now()) / day

test('activate: seven days unless told, 1-30, by plan, of what is one’s own and shown', async () => {
  const promotion = await must(model.tb.promotions.activate({ model_id: model.id }))
  expect(promotion).toMatchObject({
    account_id: model.id,
    model_id: model.id,
    casting_id: null,
    status: 'active',
    paused_at: null,
  })
  expect(Date.parse(promotion.ends_at) - Date.parse(promotion.starts_at)).toBe(7 * day)
  expect(await until(model)).toBe(new Date(promotion.ends_at).toISOString())
  const [listed] = await must(device(stack).tb.models.listPromoted({ limit: 50 }))
  expect(listed).toMatchObject({ account_id: model.id, is_promoted: true, promoted_until: promotion.ends_at })

  const agency = await paying(await member(stack, ['agency']))
  const casting = await active(agency)
  const ofCasting = await must(agency.tb.promotions.activate({ casting_id: casting.id }, 30))
  expect(ofCasting).toMatchObject({ account_id: agency.id, model_id: null, casting_id: casting.id })
  expect(Date.parse(ofCasting.ends_at) - Date.parse(ofCasting.starts_at)).toBe(30 * day)
  const [row] = await sql(stack)`select promoted_until from public.castings where id = ${casting.id}`
  expect(row!.promoted_until).toEqual(new Date(ofCasting.ends_at))

  const [hidden, free] = [await paying(await modelWith(stack, { visibility: 'hidden' })), await modelWith(stack)]
  const byLink = await paying(await modelWith(stack, { visibility: 'link' }))
  const draftId = (await draft(agency)).id
  const completed = (await must(agency.tb.castings.setStatus((await active(agency)).id, 'completed'))).id
  const castingOfFree = await active(await member(stack, ['employer']))
  await expectUnchanged(all, async () => {
    const { details } = await expectRefusal(free.tb.promotions.activate({ model_id: free.id }), 'quota_exceeded')
    expect(details).toMatchObject({ entitlement_id: 'promotion', upgrade_plan_id: 'casting_business' })
    for (const days of [0, 31]) {
      await expectRefusal(free.tb.promotions.activate({ model_id: free.id }, days), 'validation_failed', {
        days: ['range'],
      })
      const { error } = await free.client.rpc('promote', { model_id: free.id, days })
      expect(error?.code).toBe('validation_failed')
    }
    for (const one of [hidden, byLink]) {
      await expectRefusal(one.tb.promotions.activate({ model_id: one.id }), 'not_found')
    }
    for (const casting_id of [draftId, completed, castingOfFree.id, crypto.randomUUID()]) {
      await expectRefusal(agency.tb.promotions.activate({ casting_id }), 'not_found')
    }
    for (const tb of [model.tb, agency.tb])
      await expectRefusal(tb.promotions.activate({ model_id: free.id }), 'not_found')
    await expectRefusal(device(stack).tb.promotions.activate({ model_id: model.id }), 'auth_required')
    const neither = {} as { model_id: string }
    for (const wrong of [neither, { model_id: model.id, casting_id: casting.id }]) {
      await expectRefusal(model.tb.promotions.activate(wrong), 'validation_failed', { model_id: ['required'] })
      expect((await model.client.rpc('promote', wrong)).error?.code).toBe('validation_failed')
    }
    // One open one of a thing, running or paused.
    await expectRefusal(model.tb.promotions.activate({ model_id: model.id }), 'duplicate')
  })
})

test('an agency promotes a model it represents, by the plan of its owner; a former one has no say', async () => {
  const represented = await modelWith(stack)
  const agency = await agencyOf(stack, represented)
  await expectRefusal(agency.tb.promotions.activate({ model_id: represented.id }), 'quota_exceeded')
  await paying(agency)
  const promotion = await must(agency.tb.promotions.activate({ model_id: represented.id }))
  expect(promotion).toMatchObject({ account_id: agency.id, model_id: represented.id })
  for (const { tb } of [agency, represented]) {
    expect((await must(tb.promotions.list())).items).toMatchObject([{ id: promotion.id, status: 'active' }])
    expect(await must(tb.promotions.statistics(promotion.id))).toEqual([])
  }
  await must(agency.tb.promotions.pause(promotion.id))
  await must(represented.tb.promotions.resume(promotion.id))

  await sql(stack)`update public.representations set status = 'ended' where model_id = ${represented.id}`
  await expectUnchanged(all, async () => {
    for (const move of ['pause', 'end'] as const)
      await expectRefusal(agency.tb.promotions[move](promotion.id), 'not_found')
    await expectRefusal(agency.tb.promotions.activate({ model_id: represented.id }), 'not_found')
  })
  expect((await must(represented.tb.promotions.end(promotion.id))).status).toBe('ended')
})

test('one of a model is seen by who acts for them now, and stays when who made it has left', async () => {
  const represented = await modelWith(stack)
  const agency = await paying(await agencyOf(stack, represented))
  const booker = await member(stack, ['client'])
  const [organization] = await sql(stack)`
    insert into public.organization_members (organization_id, account_id, role)
    select id, ${booker.id}, 'member' from public.organizations where owner_id = ${agency.id} returning organization_id as id
  `
  const { id, ends_at } = await must(booker.tb.promotions.activate({ model_id: represented.id }))
  const seen = async ({ tb, client }: Member) => ({
    listed: (await must(tb.promotions.list())).items.map((one) => one.id),
    counted: (await must(tb.promotions.list())).total,
    table: (await client.from('promotions').select('id')).data,
    statistics: (await tb.promotions.statistics(id)).error?.code,
    exported: ((await must(tb.accounts.export())) as unknown as { promotions: unknown[] }).promotions.length,
  })
  const its = { listed: [id], counted: 1, table: [{ id }], statistics: undefined }
  const none = { listed: [], counted: 0, table: [], statistics: 'not_found', exported: 0 }
  for (const person of [booker, agency]) expect(await seen(person)).toEqual({ ...its, exported: 0 })
  expect(await seen(represented)).toEqual({ ...its, exported: 1 })

  await must(agency.tb.organizations.removeMember(organization!.id, booker.id))
  expect(await seen(booker)).toEqual(none)
  await must(booker.tb.accounts.delete({ password: booker.password }))
  for (const person of [agency, represented]) expect(await seen(person)).toMatchObject(its)
  expect((await must(represented.tb.promotions.list())).items).toMatchObject([{ account_id: null, status: 'active' }])
  expect(await until(represented)).toBe(new Date(ends_at).toISOString())
})

test('a pause stops the clock, and nobody is shown before others meanwhile', async () => {
  const { id } = await must(model.tb.promotions.activate({ model_id: model.id }, 10))
  await passed(id, 4)
  const paused = await must(model.tb.promotions.pause(id))
  expect(paused).toMatchObject({ status: 'paused', paused_at: expect.any(String) })
  expect(daysLeft(paused.ends_at)).toBeCloseTo(6, 2)
  expect(await until(model)).toBeNull()
  await passed(id, 20)
  expect((await must(model.tb.promotions.list())).items).toMatchObject([{ id, status: 'paused' }])
  await expectRefusal(model.tb.promotions.activate({ model_id: model.id }), 'duplicate')
  const resumed = await must(model.tb.promotions.resume(id))
  expect(resumed).toMatchObject({ status: 'active', paused_at: null })
  expect(daysLeft(resumed.ends_at)).toBeCloseTo(6, 2)
  expect(await until(model)).toBe(new Date(resumed.ends_at).toISOString())
})

test('one that has run out has ended, by no job, and makes room for another', async () => {
  const { id } = await must(model.tb.promotions.activate({ model_id: model.id }, 1))
  await passed(id, 2)
  const visitor = device(stack).tb
  expect((await must(visitor.models.get(model.id))).is_promoted).toBe(false)
  const found = await must(visitor.models.listPromoted({ limit: 50 }))
  expect(found.map(({ account_id }) => account_id)).not.toContain(model.id)
  expect((await must(model.tb.promotions.list())).items).toMatchObject([{ id, status: 'ended' }])
  for (const move of ['pause', 'resume', 'end'] as const) {
    const { details } = await expectRefusal(model.tb.promotions[move](id), 'invalid_transition')
    expect(details).toMatchObject({ from: 'ended' })
  }
  const again = await must(model.tb.promotions.activate({ model_id: model.id }))
  const { items } = await must(model.tb.promotions.list())
  expect(items.map((one) => [one.id, one.status])).toEqual([
    [again.id, 'active'],
    [id, 'ended'],
  ])
  expect(await until(model)).toBe(new Date(again.ends_at).toISOString())
  // What is over goes without taking the running one along.
  await sql(stack)`delete from public.promotions where id = ${id}`
  expect(await until(model)).toBe(new Date(again.ends_at).toISOString())
  await sql(stack)`delete from public.promotions where id = ${again.id}`
  expect(await until(model)).toBeNull()
})

test('ended by hand it is over at once', async () => {
  const { id } = await must(model.tb.promotions.activate({ model_id: model.id }))
  const ended = await must(model.tb.promotions.end(id))
  expect(daysLeft(ended.ends_at)).toBeLessThanOrEqual(0.001)
  expect(await until(model)).toBeNull()
  await must(model.tb.promotions.activate({ model_id: model.id }))
})

describe('statistics', () => {
  test('a viewer counts once a day and kind, the owner and their like not at all', async () => {
    const agency = await agencyOf(stack, model)
    await paying(agency)
    const { id } = await must(agency.tb.promotions.activate({ model_id: model.id }))
    const other = await paying(await modelWith(stack))
    const casting = await active(agency)
    const ofCasting = await must(agency.tb.promotions.activate({ casting_id: casting.id }))
    const input = { model_ids: [model.id, other.id, crypto.randomUUID()], casting_ids: [casting.id] }
    expectTaken(input, { model_ids: 'model_ids', casting_ids: 'casting_ids' })
    const viewers = [stranger, await member(stack, ['client']), device(stack)]
    for (const { tb } of [...viewers, ...viewers, model, agency])
      expect(await must(tb.promotions.recordViews(input))).toBeNull()
    await must(stranger.tb.promotions.recordViews({ model_ids: [model.id], kind: 'click' }))
    const { error } = await viewers[1]!.client.rpc('record_promotion_views', { model_ids: [model.id], kind: 'click' })
    expect(error).toBeNull()

    const today = new Date().toISOString().slice(0, 10)
    expect(await must(model.tb.promotions.statistics(id))).toEqual([{ day: today, impressions: 3, clicks: 2 }])
    // The model looks at the casting like anybody else.
    expect(await must(agency.tb.promotions.statistics(ofCasting.id))).toEqual([
      { day: today, impressions: 4, clicks: 0 },
    ])
    const { items } = await must(agency.tb.promotions.list())
    expect(items).toMatchObject([
      { id: ofCasting.id, impressions: 4, clicks: 0 },
      { id, impressions: 3, clicks: 2 },
    ])
    await sql(stack)`update private.promotion_views set day = day - 1 where promotion_id = ${id}`
    await must(stranger.tb.promotions.recordViews(input))
    expect(await must(model.tb.promotions.statistics(id))).toMatchObject([
      { impressions: 3, clicks: 2 },
      { day: today, impressions: 1, clicks: 0 },
    ])
    // Nobody's name stands there.
    const [views] = await sql(stack)`select string_agg(viewer::text, ' ') as text from private.promotion_views`
    for (const { id: viewer } of [stranger, model]) expect(views!.text).not.toContain(viewer.replaceAll('-', ''))
  })

  test('what is paused, over or not promoted counts nothing', async () => {
    const { id } = await must(model.tb.promotions.activate({ model_id: model.id }))
    const views = () => sql(stack)`select * from private.promotion_views where promotion_id = ${id}`
    const look = () => must(stranger.tb.promotions.recordViews({ model_ids: [model.id] }))
    await must(model.tb.promotions.pause(id))
    await look()
    await must(model.tb.promotions.resume(id))
    await passed(id, 8)
    await look()
    expect(await views()).toEqual([])
  })

  test('are those of who promoted and of the model; views are named plainly', async () => {
    const { id } = await must(model.tb.promotions.activate({ model_id: model.id }))
    expect((await must(stranger.tb.promotions.list())).items).toEqual([])
    await expectRefusal(stranger.tb.promotions.statistics(id), 'not_found')
    await expectRefusal(device(stack).tb.promotions.statistics(id), 'auth_required')
    await expectRefusal(device(stack).tb.promotions.list(), 'auth_required')
    await expectRefusal(model.tb.promotions.statistics('7'), 'validation_failed', { promotion_id: ['format'] })
    await expectRefusal(model.tb.promotions.list({ limit: 101 }), 'validation_failed', { limit: ['range'] })
    await expectUnchanged(
      () => sql(stack)`select * from private.promotion_views`,
      async () => {
        const many = Array.from({ length: 101 }, () => crypto.randomUUID())
        for (const model_ids of [[], many, undefined]) {
          const args = model_ids === undefined ? {} : { model_ids }
          await expectRefusal(stranger.tb.promotions.recordViews(args), 'validation_failed', { model_ids: ['length'] })
          const { error } = await stranger.client.rpc('record_promotion_views', args)
          expect(error?.code).toBe('validation_failed')
        }
        const kind = 'stare' as 'click'
        const wrong = stranger.tb.promotions.recordViews({ model_ids: [model.id], kind })
        await expectRefusal(wrong, 'validation_failed', { kind: ['known'] })
        const { error } = await stranger.client.rpc('record_promotion_views', { model_ids: [model.id], kind })
        expect(error?.code).toBe('validation_failed')
      },
    )
  })
})

describe('at once', () => {
  const activate = statement('select (public.promote(model_id => auth.uid())).id')

  test('many activations make one promotion', async () => {
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 12 }, () => ({ as: model, runs: [activate] })),
    )
    expect(codesOf(outcomes)).toEqual(['done', ...Array(11).fill('duplicate')].sort())
    expect((await must(model.tb.promotions.list())).total).toBe(1)
  })

  test('activating, pausing, resuming, ending end in no deadlock, and the profile says what its promotion does', async () => {
    const set = (to: string) =>
      statement(`
        select public.set_promotion_status(p.id, '${to}') from public.promotions p where p.status <> 'ended'
      `)
    const runs = [set('paused'), set('active'), activate, set('ended'), activate, set('paused'), activate]
    for (let round = 0; round < 5; round++) {
      const runners = Array.from({ length: 8 }, (_, n) => ({ as: model, runs: [...runs.slice(n % 7), ...runs] }))
      const outcomes = codesOf(await atOnce(stack, runners))
      // A deadlock would be 40P01.
      expect(
        [...new Set(outcomes)].filter((code) => !['done', 'duplicate', 'invalid_transition'].includes(code)),
      ).toEqual([])
      const wrong = await sql(stack)`
        select from public.model_profiles m
        left join public.promotions p on p.model_id = m.account_id and p.status <> 'ended'
        where m.account_id = ${model.id}
          and m.promoted_until is distinct from case when p.status = 'active' then p.ends_at end
      `
      expect(wrong).toHaveLength(0)
    }
  })
})
