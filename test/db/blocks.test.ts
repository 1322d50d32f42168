import type { Result } from '@talentbase/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { active, model } from '../parity/castings.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

/** Whatever of somebody's others can look for. */
interface Traces {
  id: string
  username: string
  /** Of a casting that is active. */
  casting: string
  /** Of a portfolio item. */
  item: string
}

const nobody = (): Traces => ({
  id: crypto.randomUUID(),
  username: 'nobody_at_all',
  casting: crypto.randomUUID(),
  item: crypto.randomUUID(),
})

/** An agency with a casting, and a model who is a creator, freelancer and client besides. */
async function pair(): Promise<{ agency: Member & Traces; face: Member & Traces }> {
  const agency = await member(stack, ['agency', 'client'])
  await must(agency.tb.employers.create({ company_name: 'Fashion House' }))
  await must(agency.tb.clients.create())
  const { id: casting } = await active(agency)
  const face = await model(stack)
  for (const role of ['creator', 'freelancer', 'client'] as const) await must(face.tb.accounts.addRole(role))
  await must(face.tb.creators.create({ specialization: 'Video', experience: 'Three years.' }))
  await must(face.tb.freelancers.create({ headline: 'Editor' }))
  await must(face.tb.clients.create())
  await must(face.tb.photos.upload(await picture()))
  const { id: item } = await must(face.tb.portfolio.create({ title: 'A work' }))
  await must(face.tb.portfolio.addImage(item, { image: await picture() }))
  const [skill] = (await must(face.tb.catalog.listSkills())).items
  await must(face.tb.skills.add({ skill_id: skill!.id, level: 5 }))
  const none = nobody()
  return {
    agency: { ...agency, username: agency.username!, casting, item: none.item },
    face: { ...face, username: face.username!, casting: none.casting, item },
  }
}

const answerOf = async (call: Promise<Result<unknown>>) => {
  const { data, error } = await call
  return error === null ? data : { code: error.code, message: error.message, fields: error.fields }
}

/** What a viewer learns of somebody by every road there is. */
async function roads({ tb, client }: Member, { id, username, casting, item }: Traces) {
  const calls: Record<string, () => Promise<Result<unknown>>> = {
    'accounts.getByUsername': () => tb.accounts.getByUsername(username),
    'accounts.list': () => tb.accounts.list({ search: username }),
    'models.get': () => tb.models.get(id),
    'photos.list': () => tb.photos.list(id),
    'creators.get': () => tb.creators.get(id),
    'creators.get in detail': () => tb.creators.get(id, { detail: true }),
    'freelancers.get': () => tb.freelancers.get(id),
    'clients.get': () => tb.clients.get(id),
    'skills.list': () => tb.skills.list(id),
    'portfolio.list': () => tb.portfolio.list(id),
    'portfolio.get': () => tb.portfolio.get(item),
    'portfolio.listImages': () => tb.portfolio.listImages(item),
    'employers.get': () => tb.employers.get(id),
    'castings.list': () => tb.castings.list({ creator_id: id }),
    'castings.list of every status': () => tb.castings.list({ creator_id: id, status: 'all' }),
    'castings.get': () => tb.castings.get(casting),
    'castings.respond': () => tb.castings.respond(casting),
    'files.listForCasting': () => tb.files.listForCasting(casting),
    'favorites.add casting': () => tb.favorites.add('casting', casting),
    'favorites.toggle casting': () => tb.favorites.toggle('casting', casting),
    'favorites.add model': () => tb.favorites.add('model', id),
  }
  const answers: Record<string, unknown> = {}
  for (const [name, call] of Object.entries(calls)) answers[name] = await answerOf(call())
  answers['plain accounts'] = (await client.from('accounts').select().eq('id', id)).data
  answers['plain castings'] = (await client.from('castings').select().eq('owner_id', id)).data
  answers['plain casting'] = (await client.from('castings').select().eq('id', casting)).data
  answers['plain get_castings'] = (await client.rpc('get_castings', { casting_ids: [casting] })).data
  answers['plain get_models'] = (await client.rpc('get_models', { account_ids: [id] })).data
  return answers
}

const reports = async ({ tb }: Member, { id, casting, item }: Traces) => {
  const reason = 'spam'
  const answers: unknown[] = []
  for (const entity of [
    { entity_type: 'account', entity_id: id },
    { entity_type: 'model', entity_id: id },
    { entity_type: 'casting', entity_id: casting },
    { entity_type: 'portfolio_item', entity_id: item },
  ] as const) {
    answers.push(await answerOf(tb.reports.create({ ...entity, reason })))
  }
  return answers
}

describe('whom a block stands between', () => {
  test.each(['the agency', 'the model'])('do not find each other by any road, when %s has blocked', async (who) => {
    const { agency, face } = await pair()
    const [blocker, blocked] = who === 'the agency' ? [agency, face] : [face, agency]
    const none = nobody()
    // Without the block every road leads to one of the two; a third person's, for a response would stay readable.
    const third = await model(stack)
    const [toAgency, toFace, nowhere] = [await roads(third, agency), await roads(third, face), await roads(third, none)]
    const leads = Object.keys(nowhere).filter((road) =>
      [toAgency, toFace].some((to) => JSON.stringify(to[road]) !== JSON.stringify(nowhere[road])),
    )
    expect(leads).toEqual(Object.keys(nowhere).filter((road) => !road.endsWith('listForCasting')))
    await must(blocker.tb.blocks.add(blocked.id))
    for (const [viewer, other] of [
      [blocked, blocker],
      [blocker, blocked],
    ] as const) {
      expect(await roads(viewer, other)).toEqual(await roads(viewer, none))
      const { items } = await must(viewer.tb.models.list({ limit: 100 }))
      expect(items.map(({ account_id }) => account_id)).not.toContain(other.id)
      const { items: accounts } = await must(viewer.tb.accounts.list({ limit: 100 }))
      expect(accounts.map(({ id }) => id)).not.toContain(other.id)
    }
    // Everybody else goes on seeing both.
    const somebody = await member(stack, ['client'])
    for (const { id, username } of [agency, face]) {
      expect((await must(somebody.tb.accounts.getByUsername(username))).id).toBe(id)
    }

    await must(blocker.tb.blocks.remove(blocked.id))
    expect((await must(blocked.tb.accounts.getByUsername(blocker.username))).id).toBe(blocker.id)
  })

  test('an agency that is blocked invites the model as if there were none', async () => {
    const { agency, face } = await pair()
    const { id: organization_id } = await must(agency.tb.organizations.create({ kind: 'agency', name: 'House' }))
    const invite = (model_id: string) => answerOf(agency.tb.representations.invite({ organization_id, model_id }))
    await must(face.tb.blocks.add(agency.id))
    const before = await stateOf(stack)
    expect(await invite(face.id)).toEqual(await invite(crypto.randomUUID()))
    expect(await invite(face.id)).toMatchObject({ code: 'not_found' })
    expect(await stateOf(stack)).toEqual(before)
    await must(face.tb.blocks.remove(agency.id))
    expect(await invite(face.id)).toMatchObject({ status: 'invited' })
  })

  test('who has blocked is reported no more by the other, whom they have blocked is', async () => {
    const { agency, face } = await pair()
    await must(face.tb.blocks.add(agency.id))
    expect(await reports(agency, face)).toEqual(await reports(agency, nobody()))
    expect(await reports(face, agency)).toMatchObject([
      { status: 'open' },
      { code: 'not_found' },
      { status: 'open' },
      {},
    ])
    // A casting that one has responded to stays readable, and is reported all the same.
    const other = await pair()
    await must(other.face.tb.castings.respond(other.agency.casting))
    await must(other.agency.tb.blocks.add(other.face.id))
    expect(await reports(other.face, other.agency)).toMatchObject([{ code: 'not_found' }, {}, { status: 'open' }, {}])
  })

  test('keep what they had: responses, and the casting that was responded to', async () => {
    const { agency, face } = await pair()
    const response = await must(face.tb.castings.respond(agency.casting, { message: 'I would love to.' }))
    await must(face.tb.blocks.add(agency.id))
    for (const tb of [face.tb, agency.tb]) {
      expect(await must(tb.castings.get(agency.casting))).toMatchObject({ id: agency.casting })
    }
    expect((await must(face.tb.responses.listMine())).items).toMatchObject([{ id: response.id }])
    expect((await must(agency.tb.responses.listForCasting(agency.casting))).items).toMatchObject([{ id: response.id }])
    expect((await face.client.from('casting_responses').select('id')).data).toEqual([{ id: response.id }])
    expect((await agency.client.from('casting_responses').select('id')).data).toEqual([{ id: response.id }])
    // The rest of the agency is gone all the same.
    const { items } = await must(face.tb.castings.list({ creator_id: agency.id, status: 'all' }))
    expect(items.map(({ id }) => id)).toEqual([agency.casting])
    await expectRefusal(face.tb.employers.get(agency.id), 'not_found')
  })

  test('lose what they had only saved, until the block is lifted', async () => {
    const { agency, face } = await pair()
    await must(face.tb.favorites.add('casting', agency.casting))
    await must(agency.tb.favorites.add('model', face.id))
    await must(agency.tb.blocks.add(face.id))
    const saved = async () => [
      (await must(face.tb.favorites.list({ type: 'casting' }))).total,
      (await must(agency.tb.favorites.list({ type: 'model' }))).total,
      (await must(face.tb.castings.list({ creator_id: agency.id, status: 'all' }))).total,
    ]
    expect(await saved()).toEqual([0, 0, 0])
    await expectRefusal(face.tb.castings.get(agency.casting), 'not_found')
    await must(agency.tb.blocks.remove(face.id))
    expect(await saved()).toEqual([1, 1, 1])
  })
})

describe('blocks', () => {
  test('are their owner’s alone, once each, and not of oneself', async () => {
    const [one, other] = [await member(stack, ['client'], { first_name: 'Dana' }), await member(stack, ['client'])]
    expect(await must(one.tb.blocks.add(other.id))).toBeNull()
    const before = await stateOf(stack)
    await must(one.tb.blocks.add(other.id))
    await expectRefusal(one.tb.blocks.add(one.id), 'validation_failed', { account_id: ['other'] })
    await expectRefusal(one.tb.blocks.add(crypto.randomUUID()), 'not_found')
    await expectRefusal(one.tb.blocks.add('x'), 'validation_failed', { account_id: ['format'] })
    await expectRefusal(device(stack).tb.blocks.add(other.id), 'auth_required')
    await expectRefusal(device(stack).tb.blocks.list(), 'auth_required')
    await expectRefusal(device(stack).tb.blocks.remove(other.id), 'auth_required')
    // The blocked neither reads, lifts nor turns it.
    expect((await other.client.from('blocks').select()).data).toEqual([])
    await must(other.tb.blocks.remove(one.id))
    await other.client.from('blocks').delete().eq('blocked_id', other.id)
    const row = { account_id: one.id, blocked_id: other.id }
    for (const { client } of [one, other]) expect((await client.from('blocks').insert(row)).error?.code).toBe('42501')
    expect(await stateOf(stack)).toEqual(before)

    const list = await must(one.tb.blocks.list())
    expect(list).toMatchObject({ total: 1, items: [{ account_id: other.id, username: other.username }] })
    expect((await one.client.from('blocks').select('blocked_id')).data).toEqual([{ blocked_id: other.id }])
    await must(one.tb.blocks.remove(other.id))
    await must(one.tb.blocks.remove(other.id))
    expect((await must(one.tb.blocks.list())).items).toEqual([])
  })

  test('do not tell by the blocked one’s own list who had blocked first', async () => {
    const [one, other, gone, candidate] = [
      await member(stack, ['client']),
      await member(stack, ['client']),
      await member(stack, ['client']),
      await member(stack, ['candidate']),
    ]
    for (const { id } of [one, gone]) await must(other.tb.blocks.add(id))
    // Where both blocked at once.
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${one.id}, ${other.id})`
    await sql(stack)`select private.suspend_account(${gone.id}, 'Gone from the directory.')`
    // As whoever stands in no directory any more: there, and without a name.
    const { items } = await must(other.tb.blocks.list())
    expect(items).toMatchObject([
      { account_id: gone.id, username: null, full_name: null, avatar: null },
      { account_id: one.id, username: null, full_name: null, avatar: null },
    ])
    await must(other.tb.blocks.add(one.id))
    // Who never stood there cannot be told from who does not exist.
    for (const id of [candidate.id, crypto.randomUUID()]) await expectRefusal(other.tb.blocks.add(id), 'not_found')
  })

  test('do not tell by blocking back who has blocked', async () => {
    const [one, other] = [await member(stack, ['client']), await member(stack, ['client'])]
    await must(one.tb.blocks.add(other.id))
    const before = await stateOf(stack)
    const answers = [
      await answerOf(other.tb.blocks.add(one.id)),
      await answerOf(other.tb.blocks.add(crypto.randomUUID())),
    ]
    expect(answers[0]).toMatchObject({ code: 'not_found' })
    expect(answers[0]).toEqual(answers[1])
    expect(await stateOf(stack)).toEqual(before)
  })

  test('go with either account', async () => {
    const [one, other] = [await member(stack, ['client']), await member(stack, ['client'])]
    await must(one.tb.blocks.add(other.id))
    // Where both blocked at once.
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${other.id}, ${one.id})`
    await must(other.tb.accounts.delete({ password: other.password }))
    expect(await sql(stack)`select from public.blocks where ${one.id} in (account_id, blocked_id)`).toHaveLength(0)
  })
})
