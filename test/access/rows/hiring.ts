import { unique } from '../../helpers/people.ts'
import { addCompany, unlockedBy, wroteAbout } from '../hiring.ts'
import { members } from '../organizations.ts'
import type { TableRows } from './types.ts'

const later = '2100-01-01T00:00:00Z'

/** A candidate whom everybody who may add a note has unlocked, in every database that is tried. */
const candidate = '0a9f6f7e-5b0c-4f0e-9d53-2f6f3c6a1d20'

/** A company of whoever adds a stage to it. */
const companyOf = (owner: { id: string }) => owner.id

export const candidate_notes: TableRows = {
  trio: (cast) => cast.recruiter,
  async make(cast, _kind, owner) {
    await wroteAbout(cast, owner, candidate)
    const [row] = await cast.sql`
      insert into public.candidate_notes (account_id, candidate_id, note_text)
      values (${owner.id}, ${candidate}, 'Before') returning id
    `
    return { id: row!.id }
  },
  prepare: (cast, person) => unlockedBy(cast, person, candidate),
  samples: (owner) => ({ account_id: owner.id, candidate_id: candidate, note_text: 'After' }),
  insert: (owner) => ({ account_id: owner.id, candidate_id: candidate, note_text: 'New' }),
}

export const candidate_follow_ups: TableRows = {
  trio: (cast) => cast.recruiter,
  async make(cast, _kind, owner) {
    await wroteAbout(cast, owner, candidate)
    const [row] = await cast.sql`
      insert into public.candidate_follow_ups (account_id, candidate_id, due_at)
      values (${owner.id}, ${candidate}, ${later}) returning id
    `
    return { id: row!.id }
  },
  prepare: (cast, person) => unlockedBy(cast, person, candidate),
  samples: (owner) => ({
    account_id: owner.id,
    candidate_id: candidate,
    due_at: '2101-01-01T00:00:00Z',
    notes: 'Call.',
    is_completed: true,
  }),
  insert: (owner) => ({ account_id: owner.id, candidate_id: candidate, due_at: later }),
}

export const pipeline_stages: TableRows = {
  trio: (cast) => cast.recruiter,
  async make(cast, _kind, owner) {
    const company = await addCompany(cast, owner)
    const [row] = await cast.sql`
      insert into public.pipeline_stages (organization_id, name) values (${company}, ${unique('Before')}) returning id
    `
    return { id: row!.id }
  },
  others: members,
  prepare: async (cast, person) => {
    await addCompany(cast, person, companyOf(person))
  },
  samples: (owner) => ({ organization_id: companyOf(owner), name: unique('After'), position: 7 }),
  insert: (owner) => ({ organization_id: companyOf(owner), name: unique('New') }),
}
