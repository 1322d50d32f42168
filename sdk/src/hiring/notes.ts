import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Card } from '../rows.ts'
import {
  addFollowUpSchema,
  addNoteSchema,
  followUpIdSchema,
  listFollowUpsSchema,
  listNotesSchema,
  noteIdSchema,
  updateFollowUpSchema,
  updateNoteSchema,
} from './schemas.ts'
import type { CandidateNote, CandidateNotes, FollowUp, FollowUpCard } from './types.ts'

const usual = 20

const noteColumns = 'id, candidate_id, note_text, created_at, updated_at, recruiter_profiles(full_name)'
const followUpColumns = 'id, candidate_id, due_at, notes, is_completed, created_at, updated_at'

type NoteRow = Omit<CandidateNote, 'created_by'> & { recruiter_profiles: { full_name: string } }

type FollowUpRow = Card<'follow_up_card', 'candidate_name' | 'notes'>

function noteOf({ recruiter_profiles, ...note }: NoteRow): CandidateNote {
  return { ...note, created_by: recruiter_profiles.full_name }
}

export async function addNote({ supabase, parse, rows }: Context, input: unknown): Promise<CandidateNote> {
  const query = supabase.from('candidate_notes').insert(parse(addNoteSchema, input))
  return noteOf(await rows(query.select(noteColumns).single()))
}

export async function updateNote(
  { supabase, parse, rows }: Context,
  noteId: string,
  input: unknown,
): Promise<CandidateNote> {
  const { note_id } = parse(noteIdSchema, { note_id: noteId })
  const query = supabase.from('candidate_notes').update(parse(updateNoteSchema, input)).eq('id', note_id)
  return noteOf(await rows(query.select(noteColumns).single()))
}

export async function deleteNote({ supabase, parse, rows }: Context, noteId: string): Promise<null> {
  const { note_id } = parse(noteIdSchema, { note_id: noteId })
  await rows(supabase.from('candidate_notes').delete().eq('id', note_id).select('id').single())
  return null
}

export async function addFollowUp({ supabase, parse, rows }: Context, input: unknown): Promise<FollowUp> {
  const query = supabase.from('candidate_follow_ups').insert(parse(addFollowUpSchema, input))
  return rows(query.select(followUpColumns).single())
}

export async function updateFollowUp(
  { supabase, parse, rows }: Context,
  followUpId: string,
  input: unknown,
): Promise<FollowUp> {
  const { follow_up_id } = parse(followUpIdSchema, { follow_up_id: followUpId })
  const query = supabase.from('candidate_follow_ups').update(parse(updateFollowUpSchema, input))
  return rows(query.eq('id', follow_up_id).select(followUpColumns).single())
}

export async function deleteFollowUp({ supabase, parse, rows }: Context, followUpId: string): Promise<null> {
  const { follow_up_id } = parse(followUpIdSchema, { follow_up_id: followUpId })
  await rows(supabase.from('candidate_follow_ups').delete().eq('id', follow_up_id).select('id').single())
  return null
}

export async function listNotes({ supabase, parse, rows }: Context, input: unknown): Promise<CandidateNotes> {
  const { candidate_id, limit = usual, offset = 0 } = parse(listNotesSchema, input)
  const latest = { ascending: false }
  const notes = supabase.from('candidate_notes').select(noteColumns).eq('candidate_id', candidate_id)
  const followUps = supabase.from('candidate_follow_ups').select(followUpColumns).eq('candidate_id', candidate_id)
  const [noteRows, follow_ups] = await Promise.all([
    rows(
      notes
        .order('created_at', latest)
        .order('id', latest)
        .range(offset, offset + limit - 1),
    ),
    rows(
      followUps
        .order('due_at', latest)
        .order('id', latest)
        .range(offset, offset + limit - 1),
    ),
  ])
  return { notes: noteRows.map(noteOf), follow_ups }
}

export function listFollowUps(
  { supabase, parse, rows }: Context,
  input: z.input<typeof listFollowUpsSchema>,
): Promise<List<FollowUpCard>> {
  const { limit, cursor, offset, ...filters } = parse(listFollowUpsSchema, input)
  return listPage(
    { limit, cursor, offset },
    async (page) => (await rows(supabase.rpc('list_follow_ups', { ...filters, ...page }))) as FollowUpRow[],
    ({ total: _total, cursor: _cursor, ...followUp }) => followUp,
  )
}
