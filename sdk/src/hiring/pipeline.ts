import type { z } from 'zod'
import { type CandidateCardRow, cardOf } from '../candidates/cards.ts'
import type { Context, Supabase } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Card } from '../rows.ts'
import {
  addToPipelineSchema,
  listPipelineMovesSchema,
  listPipelineSchema,
  moveInPipelineSchema,
  removeFromPipelineSchema,
} from './schemas.ts'
import type { PipelineCandidate, PipelineMove } from './types.ts'

type PipelineRow = Omit<Card<'pipeline_card', 'added_by' | 'added_by_name'>, 'candidate'> & {
  candidate: CandidateCardRow
}

type MoveRow = Card<
  'pipeline_move',
  'from_stage_id' | 'from_stage' | 'to_stage_id' | 'moved_by' | 'moved_by_name' | 'note'
>

function pipelineCandidateOf(
  supabase: Supabase,
  { total: _total, cursor: _cursor, candidate, ...standing }: PipelineRow,
): PipelineCandidate {
  return { ...standing, candidate: cardOf(supabase, candidate) }
}

export async function addToPipeline({ supabase, parse, rows }: Context, input: unknown): Promise<PipelineCandidate> {
  const { candidate_id, ...wanted } = parse(addToPipelineSchema, input)
  const query = supabase.rpc('add_to_pipeline', { candidate_id, ...wanted }).single()
  return pipelineCandidateOf(supabase, (await rows(query)) as PipelineRow)
}

export async function moveInPipeline({ supabase, parse, rows }: Context, input: unknown): Promise<PipelineCandidate> {
  const query = supabase.rpc('move_in_pipeline', parse(moveInPipelineSchema, input)).single()
  return pipelineCandidateOf(supabase, (await rows(query)) as PipelineRow)
}

export async function removeFromPipeline({ supabase, parse, rows }: Context, input: unknown): Promise<null> {
  await rows(supabase.rpc('remove_from_pipeline', parse(removeFromPipelineSchema, input)))
  return null
}

export function listPipeline(
  { supabase, parse, rows }: Context,
  input: z.input<typeof listPipelineSchema>,
): Promise<List<PipelineCandidate>> {
  const { limit, cursor, offset, ...filters } = parse(listPipelineSchema, input)
  return listPage(
    { limit, cursor, offset },
    async (page) => (await rows(supabase.rpc('list_pipeline', { ...filters, ...page }))) as PipelineRow[],
    (row) => pipelineCandidateOf(supabase, row),
  )
}

export function listPipelineMoves({ supabase, parse, rows }: Context, input: unknown): Promise<List<PipelineMove>> {
  const { candidate_id, ...page } = parse(listPipelineMovesSchema, input)
  return listPage(
    page,
    async (query) => (await rows(supabase.rpc('list_pipeline_moves', { candidate_id, ...query }))) as MoveRow[],
    ({ total: _total, cursor: _cursor, ...move }) => move,
  )
}
