import type { SupabaseClient } from '@supabase/supabase-js'
import type postgres from 'postgres'
import { anonClient, createPerson, liftRequestLimits, type Person, serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'

/** Owner, stranger and suspended of one role, so that only the relation to a row differs. */
export interface Trio {
  owner: Person
  stranger: Person
  suspended: Person
}

export interface Cast {
  stack: TestStack
  sql: postgres.Sql
  agency: Trio
  model: Trio
  /** Accounts that are candidates alone. */
  candidate: Trio
  anon: SupabaseClient
  service: SupabaseClient
}

/** Who tries the matrix. The suspended ones are suspended by `suspend`, once their rows and files are made. */
export async function makeCast(stack: TestStack): Promise<Cast> {
  await liftRequestLimits(stack)
  const trio = async (role: string): Promise<Trio> => {
    const [owner, stranger, suspended] = await Promise.all([0, 1, 2].map(() => createPerson(stack, { roles: [role] })))
    return { owner: owner!, stranger: stranger!, suspended: suspended! }
  }
  const [agency, model, candidate] = await Promise.all([trio('agency'), trio('model'), trio('candidate')])
  return { stack, sql: sql(stack), agency, model, candidate, anon: anonClient(stack), service: serviceClient(stack) }
}

export async function suspend({ sql, agency, model, candidate }: Cast): Promise<void> {
  for (const { suspended } of [agency, model, candidate]) {
    await sql`select private.suspend_account(${suspended.id}, 'access matrix')`
  }
}
