import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type MessageCardRow, messageOf } from './from-rows.ts'
import { listMessagesSchema } from './schemas.ts'
import type { MessagePage } from './types.ts'

const usual = 50
const most = 100

/** A page of messages, and whether there is more after it. */
export async function listMessages(context: Context, input: z.input<typeof listMessagesSchema>): Promise<MessagePage> {
  const { limit = usual, ...wanted } = context.parse(listMessagesSchema, input)
  const ask = async (args: { before?: number; after_version?: number; page_size: number }) => {
    const query = context.supabase.rpc('list_messages', { ...wanted, ...args })
    return (await context.rows(query)) as MessageCardRow[]
  }
  const rows = await ask({ page_size: Math.min(limit + 1, most) })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  let has_more = rows.length > limit
  if (limit === most && rows.length === most && last !== undefined) {
    const rest = wanted.after_version === undefined ? { before: last.seq } : { after_version: last.version }
    has_more = (await ask({ ...rest, page_size: 1 })).length > 0
  }
  return { items: shown.map((row) => messageOf(context.supabase, row)), has_more }
}
