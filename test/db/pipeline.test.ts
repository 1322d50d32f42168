import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, statement } from '../helpers/at-once.ts'
import { createRecruiter, type MadeCandidate, makeCandidates, unlockFor } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

// One pipeline a company: its stages, who is in them, and how they came there.
let stack: TestStack
/** Owns the company. */
let owner: Member
/** Of the same company, without an unlock. */
let colleague: Member
/** Recruits for another company, and has unlocked the same candidate. */
let outsider: Member
let stages: string[]
let candidate: MadeCandidate
let card: string

beforeAll(async () => {
  stack = await startParityStack()
  outsider = await newRecruiter()
})
beforeEach(async () => {
  owner = await newRecruiter()
  colleague = await newRecruiter({ colleague: owner })
  candidate = (await makeCandidates(stack, 1))[0]!
  card = candidate.card_id
  await unlockFor(stack, owner, card)
  await unlockFor(stack, outsider, card)
  stages = (await must(owner.tb.hiring.listStages())).map(({ id }) => id)
})
afterAll(() => stack.close())

async function newRecruiter(options: Parameters<typeof createRecruiter>[1] = {}): Promise<Member> {
  const person = await createRecruiter(stack, options)
  return { ...person, tb: createTalentbase(person.client) }
}

const companyOf = async ({ tb }: Member) => (await must(tb.recruiters.mine())).organization_id!

/** Somebody who belongs to the owner’s company and does not recruit. */
async function newMember(role: 'admin' | 'member', roles = ['employer']): Promise<Member> {
  const person = await member(stack, roles)
  await sql(stack)`
    insert into public.organization_members (organization_id, account_id, role)
    values (${await companyOf(owner)}, ${person.id}, ${role})
  `
  return person
}

/** Every stage, candidate and move of every pipeline, past every rule. */
const state = () => sql(stack)`
  select to_jsonb(s) as row from public.pipeline_stages s
  union all select to_jsonb(p) from private.pipeline_candidates p
  union all select to_jsonb(m) from private.pipeline_moves m
  order by row
`

const namesOf = async (person: Member, input = {}) =>
  (await must(person.tb.hiring.listStages(input))).map(({ name }) => name)

const movesOf = async (person: Member = owner) => (await must(person.tb.hiring.listPipelineMoves(card))).items

const usual = ['New', 'Contacted', 'Interview', 'Offer', 'Hired', 'Rejected']

describe('stages', () => {
  test('come with the first recruiter, once, and are read by whoever belongs to the company', async () => {
    expect(await namesOf(owner)).toEqual(usual)
    expect(await namesOf(colleague)).toEqual(usual)
    const organization_id = await companyOf(owner)
    for (const one of [await newMember('admin'), await newMember('member')]) {
      expect(await namesOf(one, { organization_id })).toEqual(usual)
      await expectRefusal(one.tb.hiring.listStages(), 'not_found')
    }
    expect(await namesOf(outsider, { organization_id })).toEqual([])
    await expectRefusal(device(stack).tb.hiring.listStages(), 'auth_required')
    const agency = await member(stack, ['agency'])
    const other = await must(agency.tb.organizations.create({ kind: 'agency', name: 'No recruiters' }))
    expect(await namesOf(agency, { organization_id: other.id })).toEqual([])
  })

  test('two first recruiters at once make one set', async () => {
    const company = await must(owner.tb.organizations.create({ kind: 'company', name: 'Two', size: '1-10' }))
    await sql(stack)`
      insert into public.organization_members (organization_id, account_id, role)
      values (${company.id}, ${colleague.id}, 'member')
    `
    const join = (as: Member) => ({
      as,
      runs: [statement('select public.update_recruiter(organization_id => $1)', company.id)],
    })
    expect(codesOf(await atOnce(stack, [join(owner), join(colleague)]))).toEqual(['done', 'done'])
    expect(await namesOf(owner)).toEqual(usual)
  })

  test('are added at the end, renamed and moved by owner and admins alone', async () => {
    const organization_id = await companyOf(owner)
    const admin = await newMember('admin')
    const added = await must(admin.tb.hiring.addStage({ organization_id, name: 'Trial day' }))
    expect(added).toMatchObject({ organization_id, name: 'Trial day', position: 7 })
    expect(await must(owner.tb.hiring.addStage({ name: 'Sourced', position: 0 }))).toMatchObject({ position: 0 })
    expect(await namesOf(owner)).toEqual(['Sourced', ...usual, 'Trial day'])
    await must(admin.tb.hiring.updateStage(added.id, { name: 'Trial week', position: 4 }))
    const plain = await owner.client.from('pipeline_stages').update({ name: 'OFFER' }).eq('id', stages[3]!).select()
    expect(plain.data).toMatchObject([{ id: stages[3], name: 'OFFER' }])
    const now = ['Sourced', 'New', 'Contacted', 'Interview', 'Trial week', 'OFFER', 'Hired', 'Rejected']
    expect(await namesOf(owner)).toEqual(now)

    const plainMember = await newMember('member')
    const offline = device(stack)
    await expectUnchanged(state, async () => {
      for (const one of [colleague, plainMember, outsider]) {
        const { hiring } = one.tb
        await expectRefusal(hiring.addStage({ organization_id, name: 'Mine' }), 'permission_denied')
        await expectRefusal(hiring.updateStage(added.id, { name: 'Mine' }), 'not_found')
        await expectRefusal(hiring.deleteStage(added.id), 'not_found')
        await one.client.from('pipeline_stages').update({ name: 'Mine' }).eq('organization_id', organization_id)
        await one.client.from('pipeline_stages').delete().eq('organization_id', organization_id)
      }
      await expectRefusal(offline.tb.hiring.addStage({ organization_id, name: 'Mine' }), 'auth_required')
      await expectRefusal(offline.tb.hiring.deleteStage(added.id), 'auth_required')
      const wrong = { name: ' ', position: 1001 }
      const fields = { name: ['length'], position: ['range'] }
      await expectRefusal(owner.tb.hiring.addStage(wrong), 'validation_failed', fields)
      await expectRefusal(owner.tb.hiring.updateStage(added.id, wrong), 'validation_failed', fields)
      await expectRefusal(owner.tb.hiring.updateStage(added.id, {}), 'validation_failed')
      await expectRefusal(owner.tb.hiring.updateStage('1', { name: 'x' }), 'validation_failed', {
        stage_id: ['format'],
      })
    })
  })

  test('have a name once a company, whatever its case, also at once', async () => {
    const taken = { name: ['taken'] }
    await expectUnchanged(state, async () => {
      await expectRefusal(owner.tb.hiring.addStage({ name: 'iNTERVIEW' }), 'duplicate', taken)
      await expectRefusal(owner.tb.hiring.updateStage(stages[0]!, { name: 'hired' }), 'duplicate', taken)
    })
    const add = 'insert into public.pipeline_stages (organization_id, name) values ($1, $2)'
    const organization_id = await companyOf(owner)
    const one = { as: owner, runs: [statement(add, organization_id, 'Twice')] }
    const other = { as: owner, runs: [statement(add, organization_id, 'TWICE')] }
    expect(codesOf(await atOnce(stack, [one, other]))).toEqual(['23505', 'done'])
    await must(outsider.tb.hiring.addStage({ name: 'Twice' }))
  })

  test('are 30 at most, one by one, many at once, or in one request', async () => {
    const organization_id = await companyOf(owner)
    const names = Array.from({ length: 25 }, (_, i) => ({ organization_id, name: `Stage ${i}` }))
    const tooMany = await owner.client.from('pipeline_stages').insert(names)
    expect(tooMany.error?.code).toBe('conflict')
    expect(await namesOf(owner)).toEqual(usual)
    expect((await owner.client.from('pipeline_stages').insert(names.slice(0, 19))).error).toBeNull()
    const runners = Array.from({ length: 12 }, (_, i) => ({
      as: owner,
      runs: [
        statement(
          'insert into public.pipeline_stages (organization_id, name) values ($1, $2)',
          organization_id,
          `Racing ${i}`,
        ),
      ],
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual([...Array(7).fill('conflict'), ...Array(5).fill('done')])
    expect(await namesOf(owner)).toHaveLength(30)
    await expectRefusal(owner.tb.hiring.addStage({ name: 'One more' }), 'conflict')
    // How many another company has is nothing to tell.
    await expectRefusal(outsider.tb.hiring.addStage({ organization_id, name: 'One more' }), 'permission_denied')
    await must(owner.tb.hiring.deleteStage(stages[5]!))
    await must(owner.tb.hiring.addStage({ name: 'One more' }))
  })

  test('with candidates are not deleted; empty ones are, and the moves keep their names', async () => {
    await must(owner.tb.hiring.addToPipeline(card, { stage_id: stages[0]! }))
    await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }))
    await expectUnchanged(state, async () => {
      await expectRefusal(owner.tb.hiring.deleteStage(stages[1]!), 'conflict')
      const { error } = await owner.client.from('pipeline_stages').delete().eq('id', stages[1]!)
      expect(error?.code).toBe('23503')
    })
    await must(owner.tb.hiring.deleteStage(stages[0]!))
    await must(owner.tb.hiring.updateStage(stages[1]!, { name: 'Called' }))
    expect(await movesOf()).toMatchObject([
      { from_stage_id: null, from_stage: 'New', to_stage_id: stages[1], to_stage: 'Called' },
      { from_stage_id: null, from_stage: null, to_stage_id: null, to_stage: 'New' },
    ])
  })
})

describe('candidates', () => {
  test('are put in, moved and taken out, and every move is kept', async () => {
    const { full_name } = await must(owner.tb.recruiters.mine())
    const added = await must(owner.tb.hiring.addToPipeline(card, { note: 'Strong.' }))
    const stands = { stage_id: stages[0], stage: 'New', added_by: owner.id, added_by_name: full_name }
    expect(added).toMatchObject({ ...stands, candidate: { id: card, full_name: 'John Doe', is_unlocked: true } })
    expect(added).not.toHaveProperty('total')
    expect(added.candidate).not.toHaveProperty('cursor')
    const moved = await must(colleague.tb.hiring.moveInPipeline(card, { stage_id: stages[2]!, note: 'Invited.' }))
    expect(moved).toMatchObject({ id: added.id, stage: 'Interview', added_by: owner.id })
    // Where they stand is no move, but for what there is to say.
    await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[2]! }))
    await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[2]!, note: 'Went well.' }))
    const plain = await owner.client.rpc('move_in_pipeline', { candidate_id: card, stage_id: stages[3] }).single()
    expect(plain.data).toMatchObject({ id: added.id, stage: 'Offer', candidate: { id: card } })

    const moves = await must(owner.tb.hiring.listPipelineMoves(card))
    const told = moves.items.map(({ from_stage, to_stage, moved_by, note }) => [from_stage, to_stage, moved_by, note])
    expect(told).toEqual([
      ['Interview', 'Offer', owner.id, null],
      ['Interview', 'Interview', owner.id, 'Went well.'],
      ['New', 'Interview', colleague.id, 'Invited.'],
      [null, 'New', owner.id, 'Strong.'],
    ])
    expect(moves).toMatchObject({ total: 4, has_more: false })
    expect(moves.items.at(-1)).toMatchObject({ moved_by_name: full_name, moved_at: added.moved_at })
    const { items } = await must(owner.tb.hiring.listPipeline())
    expect(items).toMatchObject([{ id: added.id, moved_at: moves.items[0]!.moved_at }])

    // Each company has a pipeline of its own.
    expect(await must(outsider.tb.hiring.addToPipeline(card))).toMatchObject({ stage: 'New', added_by: outsider.id })
    await must(owner.tb.hiring.removeFromPipeline(card))
    await expectRefusal(owner.tb.hiring.removeFromPipeline(card), 'not_found')
    expect(await must(owner.tb.hiring.listPipeline())).toMatchObject({ items: [], total: 0 })
    expect(await movesOf()).toEqual([])
    expect(await movesOf(outsider)).toHaveLength(1)
    await must(owner.tb.hiring.addToPipeline(card))
    expect(await movesOf()).toHaveLength(1)
    await must(outsider.tb.hiring.removeFromPipeline(card))
  })

  test('and stages of others are not there, nor what was not unlocked', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    const theirs = (await must(outsider.tb.hiring.listStages()))[0]!.id
    const [locked] = await makeCandidates(stack, 1)
    await expectUnchanged(state, async () => {
      const { hiring } = owner.tb
      await expectRefusal(hiring.addToPipeline(card), 'duplicate')
      await expectRefusal(hiring.moveInPipeline(card, { stage_id: theirs }), 'not_found')
      await expectRefusal(hiring.listPipeline({ stage_id: 'x' }), 'validation_failed', { stage_id: ['format'] })
      expect((await must(hiring.listPipeline({ stage_id: theirs }))).items).toEqual([])
      for (const id of [locked!.card_id, crypto.randomUUID()]) {
        await expectRefusal(hiring.addToPipeline(id), 'not_found')
        await expectRefusal(hiring.moveInPipeline(id, { stage_id: stages[0]! }), 'not_found')
        await expectRefusal(hiring.removeFromPipeline(id), 'not_found')
        expect((await must(hiring.listPipelineMoves(id))).items).toEqual([])
      }
      // In the pipeline of another company alone; and unlocked by a colleague who does not share.
      await expectRefusal(outsider.tb.hiring.moveInPipeline(card, { stage_id: theirs }), 'not_found')
      await expectRefusal(outsider.tb.hiring.removeFromPipeline(card), 'not_found')
      await expectRefusal(colleague.tb.hiring.addToPipeline(card), 'not_found')
      const wrong = { stage_id: '1', note: 'x'.repeat(2001) }
      const fields = { candidate_id: ['format'], stage_id: ['format'], note: ['length'] }
      await expectRefusal(hiring.addToPipeline('1', wrong), 'validation_failed', fields)
      await expectRefusal(hiring.moveInPipeline('1', wrong), 'validation_failed', fields)
      const { client } = owner
      const long = await client.rpc('move_in_pipeline', { candidate_id: card, stage_id: stages[1], note: ' ' })
      expect(JSON.parse(long.error!.details).fields).toEqual({ note: 'length' })
      const none = await client.rpc('move_in_pipeline', { candidate_id: card, stage_id: null })
      expect(JSON.parse(none.error!.details).fields).toEqual({ stage_id: 'required' })
    })
  })

  test('are no business of who does not recruit, is not verified, or has left', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    await unlockFor(stack, colleague, card)
    const unverified = await newRecruiter({ colleague: owner, verified: false })
    const left = await newRecruiter({ colleague: owner })
    await must(left.tb.organizations.leave(await companyOf(owner)))
    const codes = [
      [await newMember('admin'), 'permission_denied'],
      [await newMember('member'), 'permission_denied'],
      [unverified, 'verification_required'],
      [left, 'verification_required'],
      [await newMember('member', ['recruiter']), 'verification_required'],
      [device(stack), 'auth_required'],
    ] as const
    await expectUnchanged(state, async () => {
      for (const [{ tb }, code] of codes) {
        await expectRefusal(tb.hiring.listPipeline(), code)
        await expectRefusal(tb.hiring.listPipelineMoves(card), code)
        await expectRefusal(tb.hiring.addToPipeline(card), code)
        await expectRefusal(tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }), code)
        await expectRefusal(tb.hiring.removeFromPipeline(card), code)
      }
    })
    // With a token that is still valid, the moment the membership ends.
    expect(await movesOf(colleague)).toHaveLength(1)
    await must(owner.tb.organizations.removeMember(await companyOf(owner), colleague.id))
    await expectRefusal(colleague.tb.hiring.listPipeline(), 'verification_required')
  })

  test('are masked for colleagues, but where the unlock is shared', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    const seen = async (person: Member) => (await must(person.tb.hiring.listPipeline())).items[0]!.candidate
    const masks = {
      is_unlocked: false,
      masked_name: 'J*** D**',
      full_name: null,
      phone: '******3210',
      resume_path: null,
      video_path: null,
      unlocked_at: null,
      unlock_cost: 10,
    }
    const open = { is_unlocked: true, masked_name: null, full_name: 'John Doe', phone: '+919876543210', unlock_cost: 0 }
    expect(await seen(owner)).toMatchObject(open)
    expect(await seen(colleague)).toMatchObject(masks)
    expect(JSON.stringify(await seen(colleague))).not.toContain(candidate.id)
    const moved = await must(colleague.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }))
    expect(moved.candidate).toMatchObject(masks)

    await sql(stack)`update private.candidate_unlocks set is_shared = true where recruiter_id = ${owner.id}`
    expect(await seen(colleague)).toMatchObject(open)
    const [unlock] = await sql(stack)`select id from private.candidate_unlocks where recruiter_id = ${owner.id}`
    await sql(stack)`select private.refund_unlock(${unlock!.id}, 'a dead contact')`
    for (const one of [owner, colleague]) expect(await seen(one)).toMatchObject(masks)
  })

  test('who has blocked a colleague is not there for them', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    await sql(stack)`
      insert into public.blocks (account_id, blocked_id)
      select ${candidate.id}, id from unnest(${[owner.id, colleague.id]}::uuid[]) as id
    `
    expect(await must(colleague.tb.hiring.listPipeline())).toMatchObject({ items: [], total: 0 })
    expect(await movesOf(colleague)).toEqual([])
    await expectUnchanged(state, async () => {
      await expectRefusal(colleague.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }), 'not_found')
      await expectRefusal(colleague.tb.hiring.removeFromPipeline(card), 'not_found')
    })
    // What was unlocked stays.
    expect((await must(owner.tb.hiring.listPipeline())).items).toHaveLength(1)
    await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }))
    await sql(stack)`delete from public.blocks where account_id = ${candidate.id}`
    expect((await must(colleague.tb.hiring.listPipeline())).items).toHaveLength(1)
  })

  test('who is not available any more stays for whoever has unlocked them, and is gone for colleagues', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    await sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${candidate.id}`
    await sql(stack)`select private.sync_candidate_card(${candidate.id})`
    expect(await must(colleague.tb.hiring.listPipeline())).toMatchObject({ items: [], total: 0 })
    await expectRefusal(colleague.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }), 'not_found')
    const moved = await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }))
    expect(moved.candidate).toMatchObject({ is_available: false, full_name: 'John Doe' })
  })

  test('are listed by stage, moved last first, page by page', async () => {
    const made = await makeCandidates(stack, 5)
    for (const [i, { card_id }] of made.entries()) {
      await unlockFor(stack, owner, card_id)
      await must(owner.tb.hiring.addToPipeline(card_id, { stage_id: stages[i % 2]! }))
    }
    await must(owner.tb.hiring.moveInPipeline(made[0]!.card_id, { stage_id: stages[1]! }))
    const cards = (order: number[]) => order.map((i) => made[i]!.card_id)
    const first = await must(owner.tb.hiring.listPipeline({ limit: 3 }))
    expect(first.items.map(({ candidate }) => candidate.id)).toEqual(cards([0, 4, 3]))
    expect(first).toMatchObject({ total: 5, total_is_exact: true, has_more: true })
    const rest = await must(owner.tb.hiring.listPipeline({ limit: 3, cursor: first.next_cursor! }))
    expect(rest.items.map(({ candidate }) => candidate.id)).toEqual(cards([2, 1]))
    const second = await must(owner.tb.hiring.listPipeline({ stage_id: stages[1]! }))
    expect(second.items.map(({ candidate }) => candidate.id)).toEqual(cards([0, 3, 1]))
    expect(second.total).toBe(3)
  })

  test('move unheard: nothing is broadcast, and nobody is notified', async () => {
    const heard = () => sql(stack)`
      select (select count(*)::int from realtime.messages) as messages, (select count(*)::int from public.notifications) as told
    `
    await expectUnchanged(heard, async () => {
      await must(owner.tb.hiring.addToPipeline(card))
      await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[1]! }))
      await must(owner.tb.hiring.removeFromPipeline(card))
    })
  })
})

test('a note of a move is read by its author, and by whoever reads the candidate’s contact', async () => {
  await must(owner.tb.hiring.addToPipeline(card, { note: 'John Doe, +919876543210' }))
  await must(colleague.tb.hiring.moveInPipeline(card, { stage_id: stages[1]!, note: 'Sounds good.' }))
  const notes = async ({ tb }: Member) => (await must(tb.hiring.listPipelineMoves(card))).items.map(({ note }) => note)
  expect(await notes(colleague)).toEqual(['Sounds good.', null])
  expect(await notes(owner)).toEqual(['Sounds good.', 'John Doe, +919876543210'])
})

test('a stage that is moved changes places with nobody: the others make room', async () => {
  const positions = async () =>
    (await must(owner.tb.hiring.listStages())).map(({ name, position }) => `${position} ${name}`).join()
  await must(owner.tb.hiring.updateStage(stages[4]!, { position: 2 }))
  expect(await positions()).toBe('1 New,2 Hired,3 Contacted,4 Interview,5 Offer,6 Rejected')
  await must(owner.tb.hiring.updateStage(stages[0]!, { position: 5 }))
  expect(await positions()).toBe('1 Hired,2 Contacted,3 Interview,4 Offer,5 New,6 Rejected')
  await must(owner.tb.hiring.addStage({ name: 'Screening', position: 2 }))
  expect(await positions()).toBe('1 Hired,2 Screening,3 Contacted,4 Interview,5 Offer,6 New,7 Rejected')
  const elsewhere = await namesOf(outsider)
  await atOnce(stack, [
    { as: owner, runs: [statement('update public.pipeline_stages set position = 1 where id = $1', stages[5]!)] },
    { as: owner, runs: [statement('update public.pipeline_stages set position = 7 where id = $1', stages[4]!)] },
    { as: owner, runs: [statement('update public.pipeline_stages set position = 3 where id = $1', stages[2]!)] },
  ])
  expect(new Set((await positions()).split(',').map((one) => one[0])).size).toBe(7)
  expect(await namesOf(outsider)).toEqual(elsewhere)
})

describe('at once', () => {
  const move = (stage: string, as: Member = owner) => ({
    as,
    runs: [statement('select public.move_in_pipeline($1, $2)', card, stage)],
  })

  test('two colleagues add a candidate: one does', async () => {
    await unlockFor(stack, colleague, card)
    const add = (as: Member) => ({ as, runs: [statement('select public.add_to_pipeline($1)', card)] })
    expect(codesOf(await atOnce(stack, [add(owner), add(colleague)]))).toEqual(['done', 'duplicate'])
    expect(await movesOf()).toHaveLength(1)
  })

  test('many move a candidate: each move begins where the one before ended', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    const runners = Array.from({ length: 12 }, (_, i) => ({
      as: i % 2 === 0 ? owner : colleague,
      runs: [1, 2, 3, 4].map((step) =>
        statement('select public.move_in_pipeline($1, $2)', card, stages[(i + step) % 6]!),
      ),
    }))
    expect(new Set(codesOf(await atOnce(stack, runners)))).toEqual(new Set(['done']))
    const { items } = await must(owner.tb.hiring.listPipelineMoves(card, { limit: 100 }))
    const moves = items.toReversed()
    expect(moves.length).toBeGreaterThan(12)
    for (const [i, one] of moves.entries()) {
      expect(one.from_stage_id).toBe(i === 0 ? null : moves[i - 1]!.to_stage_id)
      expect(one.from_stage_id).not.toBe(one.to_stage_id)
      if (i > 0) expect(Date.parse(one.moved_at)).toBeGreaterThanOrEqual(Date.parse(moves[i - 1]!.moved_at))
    }
    const [stands] = (await must(owner.tb.hiring.listPipeline())).items
    expect(stands).toMatchObject({ stage_id: moves.at(-1)!.to_stage_id, moved_at: moves.at(-1)!.moved_at })
  })

  const removal = (stage: string) => ({
    as: owner,
    runs: [statement('delete from public.pipeline_stages where id = $1 returning id', stage)],
  })
  const stageNow = async () => (await must(owner.tb.hiring.listPipeline())).items[0]!.stage

  test('a move into a stage and its deletion: whichever is first', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    expect(await meanwhile(stack, move(stages[1]!), removal(stages[1]!))).toEqual(['done', '23503'])
    expect(await meanwhile(stack, removal(stages[2]!), move(stages[2]!))).toEqual(['done', 'not_found'])
    expect(await stageNow()).toBe('Contacted')
  })

  test('a move out of a stage and its deletion do not wait for each other in a circle', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    expect(await meanwhile(stack, move(stages[1]!), removal(stages[0]!))).toEqual(['done', '23503'])
    for (let i = 0; i < 10; i++) {
      const there = (await must(owner.tb.hiring.addStage({ name: `Stage ${i}` }))).id
      await must(owner.tb.hiring.moveInPipeline(card, { stage_id: there }))
      const [moved, removed] = await atOnce(stack, [move(stages[1]!), removal(there)])
      expect(moved).toHaveProperty('value')
      expect('code' in removed! ? removed.code : 'done').toMatch(/^(23503|done)$/)
    }
    expect(await stageNow()).toBe('Contacted')
  })

  test('a candidate is put in while the company goes: neither waits for the other in a circle', async () => {
    for (let i = 0; i < 8; i++) {
      const one = await newRecruiter()
      await unlockFor(stack, one, card)
      const add = { as: one, runs: [statement('select public.add_to_pipeline($1)', card)] }
      const end = { as: one, runs: [statement('delete from public.organizations where owner_id = $1', one.id)] }
      const [added, ended] = await atOnce(stack, [add, end])
      expect('code' in added! ? added.code : 'done').toMatch(/^(done|not_found|verification_required)$/)
      expect(ended).toHaveProperty('value')
    }
  })

  test('a stage is deleted while the candidate who went through it is taken out, or leaves', async () => {
    // Through it forth and back, so that it is both sides of moves.
    const [first, second] = stages
    await must(owner.tb.hiring.addToPipeline(card, { stage_id: first! }))
    for (const stage_id of [second!, first!, second!]) await must(owner.tb.hiring.moveInPipeline(card, { stage_id }))
    const drop = (id: string) => ({
      as: owner,
      runs: [statement('delete from public.pipeline_stages where id = $1', id)],
    })
    const remove = { as: colleague, runs: [statement('select public.remove_from_pipeline($1)', card)] }
    expect(await meanwhile(stack, drop(first!), remove)).toEqual(['done', 'done'])

    await must(owner.tb.hiring.addToPipeline(card, { stage_id: stages[2]! }))
    for (const stage_id of [stages[3]!, stages[2]!, stages[3]!])
      await must(owner.tb.hiring.moveInPipeline(card, { stage_id }))
    const leave = { runs: [statement('delete from auth.users where id = $1', candidate.id)] }
    expect(await meanwhile(stack, leave, drop(stages[2]!))).toEqual(['done', 'done'])
  })

  test('several stages are deleted while a candidate moves between them', async () => {
    await must(owner.tb.hiring.addToPipeline(card, { stage_id: stages[0]! }))
    const drop = {
      as: owner,
      runs: [statement('delete from public.pipeline_stages where organization_id = $1', await companyOf(owner))],
    }
    expect(await meanwhile(stack, move(stages[3]!), drop)).toEqual(['done', '23503'])
  })

  test('one takes a candidate out while another moves them', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    const remove = { as: colleague, runs: [statement('select public.remove_from_pipeline($1)', card)] }
    expect(await meanwhile(stack, move(stages[1]!), remove)).toEqual(['done', 'done'])
    await must(owner.tb.hiring.addToPipeline(card))
    expect(await meanwhile(stack, remove, move(stages[1]!))).toEqual(['done', 'not_found'])
    expect(await must(owner.tb.hiring.listPipeline())).toMatchObject({ total: 0 })
  })
})

describe('what goes with whom', () => {
  test('a colleague’s account: their moves stay, without name and note', async () => {
    await unlockFor(stack, colleague, card)
    await must(colleague.tb.hiring.addToPipeline(card, { note: 'Mine.' }))
    await must(owner.tb.hiring.moveInPipeline(card, { stage_id: stages[1]!, note: 'The owner’s.' }))
    await sql(stack)`delete from auth.users where id = ${colleague.id}`
    expect(await movesOf()).toMatchObject([
      { moved_by: owner.id, note: 'The owner’s.' },
      { moved_by: null, moved_by_name: null, note: null, to_stage: 'New' },
    ])
    const [stands] = (await must(owner.tb.hiring.listPipeline())).items
    expect(stands).toMatchObject({ added_by: null, added_by_name: null, stage: 'Contacted' })
  })

  const kept = async () => {
    const [row] = await sql(stack)`
      select (select count(*)::int from public.pipeline_stages where id = any (${stages})) as stages,
        (select count(*)::int from private.pipeline_candidates where stage_id = any (${stages})) as candidates,
        (select count(*)::int from private.pipeline_moves where to_stage_id = any (${stages})) as moves
    `
    return row
  }

  test('the candidate’s account: their place and moves', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    expect(await kept()).toEqual({ stages: 6, candidates: 1, moves: 1 })
    await sql(stack)`delete from auth.users where id = ${candidate.id}`
    expect(await kept()).toEqual({ stages: 6, candidates: 0, moves: 0 })
  })

  test('the company, or the account that owns it: all of the pipeline', async () => {
    await must(owner.tb.hiring.addToPipeline(card))
    await must(owner.tb.organizations.delete(await companyOf(owner)))
    expect(await kept()).toEqual({ stages: 0, candidates: 0, moves: 0 })
    await expectRefusal(owner.tb.hiring.listPipeline(), 'verification_required')
    await expectRefusal(owner.tb.hiring.listStages(), 'not_found')
  })
})
