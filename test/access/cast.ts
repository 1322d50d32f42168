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

/** Roles whose accounts own something that is tried; accounts that are candidates alone are not listed. */
const roles = ['agency', 'model', 'creator', 'candidate', 'recruiter'] as const

/** Roles that such an account has besides. */
const besides: Partial<Record<string, string[]>> = { creator: ['freelancer', 'client'] }

export interface Cast extends Record<(typeof roles)[number], Trio> {
  stack: TestStack
  sql: postgres.Sql
  anon: SupabaseClient
  service: SupabaseClient
}

/** Who tries the matrix. The suspended ones are suspended by `suspend`, once their rows and files are made. */
export async function makeCast(stack: TestStack): Promise<Cast> {
  await liftRequestLimits(stack)
  const trio = async (role: string): Promise<Trio> => {
    const person = () => createPerson(stack, { roles: [role, ...(besides[role] ?? [])] })
    const [owner, stranger, suspended] = await Promise.all([0, 1, 2].map(person))
    return { owner: owner!, stranger: stranger!, suspended: suspended! }
  }
  const trios = Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await trio(role)])))
  return { stack, sql: sql(stack), anon: anonClient(stack), service: serviceClient(stack), ...trios }
}

export async function suspend(cast: Cast): Promise<void> {
  for (const role of roles) await cast.sql`select private.suspend_account(${cast[role].suspended.id}, 'access matrix')`
}
