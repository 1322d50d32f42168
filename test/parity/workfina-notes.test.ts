import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, makeCandidates, unlockFor } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let recruiter: Member
/** Of the same company, with unlocks of their own. */
let colleague: Member
/** Verified, but has unlocked nobody. */
let buyer: Member
let unverified: Member
let stranger: Member
/** Whom recruiter and colleague have unlocked, anew for each test; and one whom nobody has. */
let candidate: string
let locked: string

beforeAll(async () => {
  stack = await startParityStack()
  recruiter = await withSdk(createRecruiter(stack))
  colleague = await withSdk(createRecruiter(stack, { colleague: recruiter }))
  buyer = await withSdk(createRecruiter(stack))
  unverified = await withSdk(createRecruiter(stack, { verified: false }))
  stranger = await member(stack, ['employer'])
})
beforeEach(async () => {
  ;[candidate, locked] = (await makeCandidates(stack, 2)).map(({ card_id }) => card_id) as [string, string]
  for (const one of [recruiter, colleague]) await unlockFor(stack, one, candidate)
})
afterAll(() => stack.close())

async function withSdk(person: ReturnType<typeof createRecruiter>): Promise<Member> {
  const { client } = await person
  return { ...(await person), tb: createTalentbase(client) }
}

const soon = () => new Date(Date.now() + 3_600_000).toISOString()
const ago = () => new Date(Date.now() - 3_600_000).toISOString()
const instant = (text: string) => new Date(text).toISOString()

/** Every note and follow-up, past every rule. */
const state = () => sql(stack)`
  select to_jsonb(n) as row from public.candidate_notes n
  union all select to_jsonb(f) from public.candidate_follow_ups f
  order by row
`

it('WF28 hiring.addNote: the author’s own, about a candidate whom they have unlocked', async () => {
  const input = { note_text: 'Good candidate. Strong Python skills. Available for immediate joining.' }
  const note = await must(recruiter.tb.hiring.addNote(candidate, input))
  expectTaken(input, { note_text: 'note_text' })
  expectFields(note, { id: 'id', note_text: 'note_text', created_at: 'created_at', created_by: 'created_by' })
  const { full_name } = await must(recruiter.tb.recruiters.mine())
  expect(note).toMatchObject({ ...input, candidate_id: candidate, created_by: full_name })
  const [row] = await rowsOf(stack, 'candidate_notes', recruiter)
  expect(row).toMatchObject({ id: note.id, candidate_id: candidate, account_id: recruiter.id, ...input })

  const edited = await must(recruiter.tb.hiring.updateNote(note.id, { note_text: 'Interviewed.\nA second time.' }))
  expect(edited).toEqual({ ...note, note_text: 'Interviewed.\nA second time.', updated_at: edited.updated_at })
  const notes = recruiter.client.from('candidate_notes')
  const plain = await notes
    .insert({ candidate_id: candidate, note_text: 'x'.repeat(5000) })
    .select('id, recruiter_profiles(full_name)')
    .single()
  expect(plain.data).toEqual({ id: expect.any(String), recruiter_profiles: { full_name } })

  await expectUnchanged(state, async () => {
    for (const one of [buyer, unverified, stranger]) {
      await expectRefusal(one.tb.hiring.addNote(candidate, input), 'permission_denied')
      const { error } = await one.client.from('candidate_notes').insert({ candidate_id: candidate, ...input })
      expect(error?.code).toBe('42501')
      await expectRefusal(one.tb.hiring.updateNote(note.id, input), 'not_found')
      await one.client.from('candidate_notes').update(input).eq('id', note.id)
    }
    // One who is locked and one who is not there are refused alike, to a colleague too.
    for (const other of [locked, crypto.randomUUID()]) {
      await expectRefusal(recruiter.tb.hiring.addNote(other, input), 'permission_denied')
    }
    await expectRefusal(colleague.tb.hiring.updateNote(note.id, input), 'not_found')
    await expectRefusal(device(stack).tb.hiring.addNote(candidate, input), 'auth_required')
    const asAnother = { account_id: colleague.id, candidate_id: candidate, ...input }
    expect((await notes.insert(asAnother)).error?.code).toBe('42501')

    const wrong = { '': 'length', ' \n': 'length', ['x'.repeat(5001)]: 'length', 'abc\u202Edef': 'format' }
    for (const [note_text, rule] of Object.entries(wrong)) {
      const fields = { note_text: [rule] }
      await expectRefusal(recruiter.tb.hiring.addNote(candidate, { note_text }), 'validation_failed', fields)
      await expectRefusal(recruiter.tb.hiring.updateNote(note.id, { note_text }), 'validation_failed', fields)
      expect((await notes.insert({ candidate_id: candidate, note_text })).error?.code).toBe('23514')
    }
    await expectRefusal(recruiter.tb.hiring.addNote(candidate, {} as never), 'validation_failed', {
      note_text: ['required'],
    })
    await expectRefusal(recruiter.tb.hiring.addNote('1', { note_text: '' }), 'validation_failed', {
      candidate_id: ['format'],
      note_text: ['length'],
    })
  })
})

it('WF29 hiring.addFollowUp: in the future, or completed; told when it is due', async () => {
  const input = { due_at: soon(), notes: 'Second round. Discuss salary.', is_completed: false }
  const followUp = await must(recruiter.tb.hiring.addFollowUp(candidate, input))
  expectTaken(input, { followup_date: 'due_at', notes: 'notes', is_completed: 'is_completed' })
  expectFields(followUp, {
    id: 'id',
    followup_date: 'due_at',
    notes: 'notes',
    is_completed: 'is_completed',
    created_at: 'created_at',
  })
  expect({ ...followUp, due_at: instant(followUp.due_at) }).toMatchObject({ ...input, candidate_id: candidate })
  const done = await must(recruiter.tb.hiring.addFollowUp(candidate, { due_at: ago(), is_completed: true }))
  expect(done).toMatchObject({ notes: null, is_completed: true })
  expect(await must(recruiter.tb.hiring.updateFollowUp(followUp.id, { is_completed: true }))).toEqual({
    ...followUp,
    is_completed: true,
    updated_at: expect.any(String),
  })
  const rows = recruiter.client.from('candidate_follow_ups')
  const plain = await rows.insert({ candidate_id: candidate, due_at: soon() }).select('id, is_completed').single()
  expect(plain.data).toEqual({ id: expect.any(String), is_completed: false })

  // What is due becomes a notification, with the name of who is unlocked.
  await sql(stack)`
    update public.candidate_follow_ups set due_at = now() - interval '1 second', is_completed = true where id = ${plain.data!.id}
  `
  await sql(stack)`update public.candidate_follow_ups set is_completed = false where id = ${plain.data!.id}`
  await sql(stack)`select private.remind_of_follow_ups()`
  const { items } = await must(recruiter.tb.notifications.list())
  const [told] = items.filter(({ type }) => type === 'follow_up_due')
  expect(told).toMatchObject({
    message: 'It is time to come back to John Doe.',
    data: { follow_up_id: plain.data!.id, candidate_id: candidate },
  })

  await expectUnchanged(state, async () => {
    for (const one of [buyer, unverified, stranger]) {
      await expectRefusal(one.tb.hiring.addFollowUp(candidate, input), 'permission_denied')
      const { error } = await one.client
        .from('candidate_follow_ups')
        .insert({ candidate_id: candidate, due_at: soon() })
      expect(error?.code).toBe('42501')
      await expectRefusal(one.tb.hiring.updateFollowUp(followUp.id, { notes: null }), 'not_found')
    }
    await expectRefusal(recruiter.tb.hiring.addFollowUp(locked, input), 'permission_denied')
    await expectRefusal(colleague.tb.hiring.updateFollowUp(followUp.id, { notes: null }), 'not_found')
    await expectRefusal(device(stack).tb.hiring.addFollowUp(candidate, input), 'auth_required')

    const past = { due_at: ['range'] }
    await expectRefusal(recruiter.tb.hiring.addFollowUp(candidate, { due_at: ago() }), 'validation_failed', past)
    await expectRefusal(
      recruiter.tb.hiring.updateFollowUp(plain.data!.id, { due_at: ago() }),
      'validation_failed',
      past,
    )
    const { error } = await rows.insert({ candidate_id: candidate, due_at: ago() })
    expect([error?.code, JSON.parse(error!.details).fields]).toEqual(['validation_failed', { due_at: 'range' }])
    const wrong = { due_at: '2100-01-01', notes: '', is_completed: 'no' as never }
    await expectRefusal(recruiter.tb.hiring.addFollowUp(candidate, wrong), 'validation_failed', {
      due_at: ['format'],
      notes: ['length'],
      is_completed: ['type'],
    })
    await expectRefusal(recruiter.tb.hiring.addFollowUp(candidate, {} as never), 'validation_failed', {
      due_at: ['required'],
    })
    await expectRefusal(recruiter.tb.hiring.updateFollowUp(followUp.id, {}), 'validation_failed')
    for (const due_at of ['infinity', '2200-01-02T00:00:00Z', '1999-12-31T00:00:00Z', null]) {
      const beyond = await rows.insert({ candidate_id: candidate, due_at, is_completed: true })
      expect(beyond.error?.code, String(due_at)).toBe(due_at === null ? '23502' : '23514')
    }
  })
})

it('WF30 hiring.listNotes: one’s own notes and follow-ups of a candidate', async () => {
  const { hiring } = recruiter.tb
  const texts = ['Good candidate.', 'Completed first round.', 'Made an offer.']
  for (const note_text of texts) await must(hiring.addNote(candidate, { note_text }))
  const later = '2100-01-20T15:00:00+00:00'
  await must(hiring.addFollowUp(candidate, { due_at: soon(), notes: 'Call.' }))
  await must(hiring.addFollowUp(candidate, { due_at: later, is_completed: true }))
  await must(colleague.tb.hiring.addNote(candidate, { note_text: 'A colleague’s.' }))
  await must(colleague.tb.hiring.addFollowUp(candidate, { due_at: soon() }))

  const both = await must(hiring.listNotes(candidate))
  expectFields(both, {
    notes: 'notes',
    id: 'notes.0.id',
    note_text: 'notes.0.note_text',
    created_at: 'notes.0.created_at',
    created_by: 'notes.0.created_by',
    followups: 'follow_ups',
    followup_date: 'follow_ups.0.due_at',
    is_completed: 'follow_ups.0.is_completed',
  })
  expect(both.notes.map(({ note_text }) => note_text)).toEqual(texts.toReversed())
  expect(both.follow_ups.map(({ notes }) => notes)).toEqual([null, 'Call.'])
  expect(await must(hiring.listNotes(candidate, { limit: 1, offset: 1 }))).toEqual({
    notes: [both.notes[1]],
    follow_ups: [both.follow_ups[1]],
  })
  const plain = await recruiter.client.from('candidate_notes').select('note_text').eq('candidate_id', candidate)
  expect(plain.data!.map(({ note_text }) => note_text).sort()).toEqual([...texts].sort())

  // Over all candidates, the earliest first, with names.
  const agenda = await must(hiring.listFollowUps({ is_completed: false, limit: 100 }))
  const mine = agenda.items.filter(({ candidate_id }) => candidate_id === candidate)
  expect(mine).toEqual([{ ...both.follow_ups[1], candidate_name: 'John Doe' }])
  const done = await recruiter.client.rpc('list_follow_ups', { is_completed: true, page_size: 100 })
  expect(done.data.every(({ is_completed }: { is_completed: boolean }) => is_completed)).toBe(true)
  expect([agenda.total, done.data[0].total]).toEqual([agenda.items.length, done.data.length])
  expect(done.data.at(-1)).toMatchObject({ candidate_id: candidate, due_at: later })

  const nothing = { notes: [], follow_ups: [] }
  expect(await must(hiring.listNotes(locked))).toEqual(nothing)
  for (const one of [buyer, unverified, stranger]) {
    expect(await must(one.tb.hiring.listNotes(candidate))).toEqual(nothing)
    expect(await must(one.tb.hiring.listFollowUps())).toMatchObject({ items: [], total: 0 })
    for (const table of ['candidate_notes', 'candidate_follow_ups']) {
      expect((await one.client.from(table).select()).data, table).toEqual([])
    }
  }
  await expectRefusal(device(stack).tb.hiring.listNotes(candidate), 'auth_required')
  await expectRefusal(device(stack).tb.hiring.listFollowUps(), 'auth_required')
  expect((await device(stack).client.from('candidate_notes').select()).error?.code).toBe('42501')
  await expectRefusal(hiring.listNotes('1', { limit: 101, offset: -1 }), 'validation_failed', {
    candidate_id: ['format'],
    limit: ['range'],
    offset: ['range'],
  })
  await expectRefusal(hiring.listFollowUps({ is_completed: 'no' as never, limit: 0 }), 'validation_failed', {
    is_completed: ['type'],
    limit: ['range'],
  })
})

it('WF31 hiring.deleteNote: the author alone', async () => {
  const note = await must(recruiter.tb.hiring.addNote(candidate, { note_text: 'Good candidate.' }))
  const plain = await must(recruiter.tb.hiring.addNote(candidate, { note_text: 'Not for us.' }))
  await expectUnchanged(state, async () => {
    for (const one of [colleague, buyer, unverified, stranger]) {
      await expectRefusal(one.tb.hiring.deleteNote(note.id), 'not_found')
      await one.client.from('candidate_notes').delete().eq('id', note.id)
    }
    await expectRefusal(device(stack).tb.hiring.deleteNote(note.id), 'auth_required')
    await expectRefusal(recruiter.tb.hiring.deleteNote(crypto.randomUUID()), 'not_found')
    await expectRefusal(recruiter.tb.hiring.deleteNote('1'), 'validation_failed', { note_id: ['format'] })
  })
  const answer = await recruiter.tb.hiring.deleteNote(note.id)
  expectFields(answer, { success: 'data' })
  expect(answer).toEqual({ data: null, error: null })
  expect((await recruiter.client.from('candidate_notes').delete().eq('id', plain.id)).error).toBeNull()
  await expectRefusal(recruiter.tb.hiring.deleteNote(note.id), 'not_found')
  expect((await must(recruiter.tb.hiring.listNotes(candidate))).notes).toEqual([])
})

it('WF32 hiring.deleteFollowUp: the author alone', async () => {
  const followUp = await must(recruiter.tb.hiring.addFollowUp(candidate, { due_at: soon() }))
  const plain = await must(recruiter.tb.hiring.addFollowUp(candidate, { due_at: soon() }))
  await expectUnchanged(state, async () => {
    for (const one of [colleague, buyer, unverified, stranger]) {
      await expectRefusal(one.tb.hiring.deleteFollowUp(followUp.id), 'not_found')
      await one.client.from('candidate_follow_ups').delete().eq('id', followUp.id)
    }
    await expectRefusal(device(stack).tb.hiring.deleteFollowUp(followUp.id), 'auth_required')
    await expectRefusal(recruiter.tb.hiring.deleteFollowUp(crypto.randomUUID()), 'not_found')
    await expectRefusal(recruiter.tb.hiring.deleteFollowUp('1'), 'validation_failed', { follow_up_id: ['format'] })
  })
  const answer = await recruiter.tb.hiring.deleteFollowUp(followUp.id)
  expectFields(answer, { success: 'data' })
  expect(answer).toEqual({ data: null, error: null })
  expect((await recruiter.client.from('candidate_follow_ups').delete().eq('id', plain.id)).error).toBeNull()
  await expectRefusal(recruiter.tb.hiring.deleteFollowUp(followUp.id), 'not_found')
  expect((await must(recruiter.tb.hiring.listNotes(candidate))).follow_ups).toEqual([])
})
