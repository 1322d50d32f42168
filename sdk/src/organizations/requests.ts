import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type List, listPage, type PageInput, type PageQuery } from '../list.ts'
import type { updateOrganizationSchema } from './schemas.ts'
import { type Organization, type OrganizationRow, organizationOf } from './types.ts'

type Request = PromiseLike<PostgrestSingleResponse<unknown>>

export async function getOrganization({ supabase, rows }: Context, organization_id: string): Promise<Organization> {
  const row = await rows(supabase.rpc('get_organization', { organization_id }).single())
  return organizationOf(supabase, row as OrganizationRow)
}

export function listOrganizations(
  { supabase, rows }: Context,
  input: PageInput,
  ask: (page: PageQuery) => Request,
): Promise<List<Organization>> {
  return listPage(
    input,
    async (page) => (await rows(ask(page))) as OrganizationRow[],
    (row) => organizationOf(supabase, row),
  )
}

export async function updateOrganization(
  context: Context,
  id: string,
  changes: z.output<typeof updateOrganizationSchema>,
): Promise<Organization> {
  const query = context.supabase.from('organizations').update(changes).eq('id', id)
  await changeOrganization(context, id, query.select('id').single())
  return getOrganization(context, id)
}

/** Row-level security hides what may not be changed; everybody sees every organization, so this is no answer. */
export async function changeOrganization(context: Context, id: string, request: Request): Promise<void> {
  try {
    await context.rows(request)
  } catch (refusal) {
    if (!(refusal instanceof TalentbaseError) || refusal.code !== 'not_found') throw refusal
    await getOrganization(context, id)
    throw context.error('permission_denied')
  }
}
