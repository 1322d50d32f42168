import type { Context } from '../context.ts'
import { addStageSchema, listStagesSchema, stageIdSchema, updateStageSchema } from './schemas.ts'
import type { PipelineStage } from './types.ts'

export async function listStages(context: Context, input: unknown): Promise<PipelineStage[]> {
  const { organization_id } = context.parse(listStagesSchema, input)
  const company = await companyOf(context, organization_id)
  const query = context.supabase.from('pipeline_stages').select().eq('organization_id', company)
  return context.rows(query.order('position').order('created_at').order('id'))
}

export async function addStage(context: Context, input: unknown): Promise<PipelineStage> {
  const { organization_id, name, position } = context.parse(addStageSchema, input)
  const company = await companyOf(context, organization_id)
  // A trigger fills what the types ask for.
  const stage = { organization_id: company, name, position: position! }
  return context.rows(context.supabase.from('pipeline_stages').insert(stage).select().single())
}

export async function updateStage(
  { supabase, parse, rows }: Context,
  stageId: string,
  input: unknown,
): Promise<PipelineStage> {
  const { stage_id } = parse(stageIdSchema, { stage_id: stageId })
  const query = supabase.from('pipeline_stages').update(parse(updateStageSchema, input)).eq('id', stage_id)
  return rows(query.select().single())
}

export async function deleteStage({ supabase, parse, rows }: Context, stageId: string): Promise<null> {
  const { stage_id } = parse(stageIdSchema, { stage_id: stageId })
  await rows(supabase.from('pipeline_stages').delete().eq('id', stage_id).select('id').single())
  return null
}

/** The company that is named, else the one that the caller hires for. */
async function companyOf({ supabase, rows, error }: Context, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const { organization_id } = await rows(supabase.from('recruiter_profiles').select('organization_id').single())
  if (organization_id === null) throw error('not_found')
  return organization_id
}
