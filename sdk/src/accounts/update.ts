import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { updateAccountSchema } from './schemas.ts'

/** `duplicate` with the field `username` when somebody has it. */
export async function setUsername(context: Context, username: string): Promise<void> {
  const isSet = await context.isDone(context.supabase.rpc('set_username', { username }), 409)
  if (!isSet) throw context.error('duplicate', { username: ['taken'] })
}

type Changes = Omit<z.output<typeof updateAccountSchema>, 'username'>

/** Changes what is named; asks for nothing when nothing is. */
export async function updateAccount(context: Context, changes: Changes): Promise<void> {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  if (named.length === 0) return
  // The function takes an empty text for null, for null is what is not named.
  const args = Object.fromEntries(named.map(([name, value]) => [name, value ?? '']))
  await context.rows(context.supabase.rpc('update_account', args))
}
