import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, statement } from '../helpers/at-once.ts'
import { createRecruiter, type MadeCandidate, makeCandidates, unlockFor } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Member, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

// What becomes of notes and follow-ups, and who is told of these when they fall due.
let stack: TestStack
let recruiter: Member
let candidate: MadeCandidate
let unlock: string

beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  recruiter = await newRecruiter()
  candidate = (await makeCandidates(stack, 1))[0]!
  unlock = await unlockFor(stack, recruiter, candidate.card_id)
})
afterAll(() => stack.close())

async function newRecruiter(options: Parameters<typeof createRecruiter>[1] = {}): Promise<Member> {
  const person = await createRecruiter(stack, options)
  return { ...person, tb: createTalentbase(person.client) }
}

/** A follow-up whose time is so far away, such as `-1 minute`; its id. */
async function followUp(dueIn: string, { is_completed = false, of = recruiter.id } = {}): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.candidate_follow_ups (account_id, candidate_id, due_at, is_completed)
    values (${of}, ${candidate.card_id}, now() + interval '1 day', ${is_completed}) returning id
  `
  await pass(row!.id, dueIn)
  return row!.id
}

/** Lets time pass until the follow-up is due in so long. */
const pass = (id: string, dueIn: string) =>
  sql(stack).begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await tx`update public.candidate_follow_ups set due_at = now() + ${dueIn}::interval where id = ${id}`
  })

async function remind(): Promise<number> {
  const [row] = await sql(stack)`select private.remind_of_follow_ups() as count`
  return row!.count
}

/** The follow-ups that somebody was told of, in order. */
async function told(person: { id: string } = recruiter): Promise<string[]> {
  const rows = await sql(stack)`
    select data ->> 'follow_up_id' as id from public.notifications
    where account_id = ${person.id} and type = 'follow_up_due' order by id
  `
  return rows.map(({ id }) => id)
}

const change = (id: string, changes: Parameters<Member['tb']['hiring']['updateFollowUp']>[1]) =>
  must(recruiter.tb.hiring.updateFollowUp(id, changes))

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

describe('a follow-up that falls due', () => {
  test('is told once; one to come, or completed, is not', async () => {
    await followUp('1 minute')
    await followUp('-1 minute', { is_completed: true })
    const due = [await followUp('-2 minutes'), await followUp('-1 minute')]
    for (let run = 0; run < 3; run++) await remind()
    expect((await told()).sort()).toEqual(due.sort())
  })

  test('is told once when the job runs ten times at once', async () => {
    const due = []
    for (let i = 0; i < 8; i++) due.push(await followUp('-1 minute'))
    const outcomes = await atOnce(stack, Array(10).fill({ runs: [statement('select private.remind_of_follow_ups()')] }))
    expect(codesOf(outcomes)).toEqual(Array(10).fill('done'))
    expect((await told()).sort()).toEqual(due.sort())
  })

  test('waits for the next run when there are more than 500, the earliest first', async () => {
    await remind()
    const late = await followUp('-1 second')
    await sql(stack)`
      insert into public.candidate_follow_ups (account_id, candidate_id, due_at, is_completed)
      select ${recruiter.id}, ${candidate.card_id}, now() - interval '1 hour', true from generate_series(1, 520)
    `
    await sql(stack)`update public.candidate_follow_ups set is_completed = false where account_id = ${recruiter.id}`
    expect(await remind()).toBe(500)
    expect(await told()).not.toContain(late)
    expect(await remind()).toBe(21)
    expect(await told()).toContain(late)
    expect(new Set(await told()).size).toBe(521)
  })

  test('is told again at another time, and for no other change', async () => {
    const id = await followUp('-1 minute')
    await remind()
    await change(id, { notes: 'Not reached.' })
    await change(id, { is_completed: true })
    await change(id, { is_completed: false })
    await remind()
    expect(await told()).toEqual([id])

    await change(id, { due_at: inAnHour() })
    await remind()
    expect(await told()).toEqual([id])
    await pass(id, '-1 second')
    for (let run = 0; run < 2; run++) await remind()
    expect(await told()).toEqual([id, id])
  })

  test('is not told to who has switched it off, nor later', async () => {
    await must(recruiter.tb.notifications.updatePreferences({ follow_up_due: false }))
    await followUp('-1 minute')
    await remind()
    await must(recruiter.tb.notifications.updatePreferences({ follow_up_due: true }))
    await remind()
    expect(await told()).toEqual([])
  })

  test('is found by a suspended recruiter once that is lifted', async () => {
    const id = await followUp('-1 minute')
    await sql(stack)`select private.suspend_account(${recruiter.id}, 'a test')`
    await remind()
    await expectRefusal(recruiter.tb.notifications.list(), 'account_suspended')
    await sql(stack)`select private.lift_suspension(${recruiter.id})`
    const { items } = await must(recruiter.tb.notifications.list())
    expect(items.map(({ data }) => data.follow_up_id)).toContain(id)
  })

  test('is left alone while its account is on the way out: neither waits for the other', async () => {
    const leaving = { runs: [statement('select from public.accounts where id = $1 for update', recruiter.id)] }
    const job = { runs: [statement('select private.remind_of_follow_ups()')] }
    const id = await followUp('-1 minute')
    const other = await newRecruiter()
    const others = await followUp('-1 minute', { of: other.id })
    expect(await meanwhile(stack, leaving, job)).toEqual(['done', 'done'])
    expect([await told(), await told(other)]).toEqual([[], [others]])
    await remind()
    expect(await told()).toEqual([id])
  })
})

describe('once the candidate is not unlocked any more', () => {
  let note: string
  let due: string
  beforeEach(async () => {
    note = (await must(recruiter.tb.hiring.addNote(candidate.card_id, { note_text: 'Before.' }))).id
    due = (await must(recruiter.tb.hiring.addFollowUp(candidate.card_id, { due_at: inAnHour() }))).id
  })

  /** What is written stays the author’s, nothing is added, and nothing tells who it is about. */
  async function expectOwnWordsOnly(): Promise<void> {
    const { hiring, notifications } = recruiter.tb
    await expectRefusal(hiring.addNote(candidate.card_id, { note_text: 'After.' }), 'permission_denied')
    await expectRefusal(hiring.addFollowUp(candidate.card_id, { due_at: inAnHour() }), 'permission_denied')
    await must(hiring.updateNote(note, { note_text: 'Edited.' }))
    await must(hiring.updateFollowUp(due, { notes: 'Edited.' }))
    const both = await must(hiring.listNotes(candidate.card_id))
    expect(both.notes.map(({ note_text }) => note_text)).toEqual(['Edited.'])
    const { items } = await must(hiring.listFollowUps())
    expect(items).toEqual([{ ...both.follow_ups[0], candidate_name: null }])
    await pass(due, '-1 second')
    await remind()
    const reminder = (await must(notifications.list())).items.find(({ type }) => type === 'follow_up_due')
    expect(reminder?.message).toBe('It is time to come back to a candidate.')
    await must(hiring.deleteNote(note))
    await must(hiring.deleteFollowUp(due))
  }

  test('after a refund', async () => {
    await sql(stack)`select private.refund_unlock(${unlock}, 'a dead contact')`
    await expectOwnWordsOnly()
  })

  test('after the verification has ended', async () => {
    await sql(stack)`select private.reject_recruiter(${recruiter.id}, 'a test')`
    await expectOwnWordsOnly()
  })

  test('but while the candidate is only unavailable, all goes on', async () => {
    await sql(stack)`
      update private.candidates set is_available_for_hiring = false where account_id = ${candidate.id}
    `
    await sql(stack)`select private.sync_candidate_card(${candidate.id})`
    await must(recruiter.tb.hiring.addNote(candidate.card_id, { note_text: 'After.' }))
    const { items } = await must(recruiter.tb.hiring.listFollowUps())
    expect(items.map(({ candidate_name }) => candidate_name)).toEqual(['John Doe'])
  })
})

test('who changes company takes their own unlocks along, not those that colleagues shared', async () => {
  const colleague = await newRecruiter({ colleague: recruiter })
  const [shared] = await makeCandidates(stack, 1)
  await unlockFor(stack, recruiter, shared!.card_id, { shared: true })
  await unlockFor(stack, colleague, candidate.card_id)
  for (const { card_id } of [shared!, candidate]) {
    await must(colleague.tb.hiring.addNote(card_id, { note_text: 'For the old company.' }))
  }
  const company = await must(colleague.tb.organizations.create({ kind: 'company', name: 'Own', size: '1-10' }))
  await must(colleague.tb.recruiters.update({ organization_id: company.id }))
  await sql(stack)`select private.verify_recruiter(${colleague.id})`
  await must(colleague.tb.hiring.addNote(candidate.card_id, { note_text: 'For my own.' }))
  await expectRefusal(colleague.tb.hiring.addNote(shared!.card_id, { note_text: 'No more.' }), 'permission_denied')
  expect((await must(colleague.tb.hiring.listNotes(shared!.card_id))).notes).toHaveLength(1)
})

test('what is written goes with the candidate’s account, and with the author’s', async () => {
  const [other] = await makeCandidates(stack, 1)
  await unlockFor(stack, recruiter, other!.card_id)
  for (const { card_id } of [candidate, other!]) {
    await must(recruiter.tb.hiring.addNote(card_id, { note_text: 'Good.' }))
    await must(recruiter.tb.hiring.addFollowUp(card_id, { due_at: inAnHour() }))
  }
  const left = async () => {
    const rows = await sql(stack)`
      select candidate_id from public.candidate_notes where account_id = ${recruiter.id}
      union all select candidate_id from public.candidate_follow_ups where account_id = ${recruiter.id}
    `
    return rows.map(({ candidate_id }) => candidate_id)
  }
  await sql(stack)`delete from auth.users where id = ${candidate.id}`
  expect(await left()).toEqual([other!.card_id, other!.card_id])
  await sql(stack)`delete from auth.users where id = ${recruiter.id}`
  expect(await left()).toEqual([])
})
