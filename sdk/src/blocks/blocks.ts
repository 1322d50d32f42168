import { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import { pictureUrl } from '../pictures.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { id, page } from '../schemas/fields.ts'

/** An account that one has blocked; its names are null when it does not stand in the directory. */
export interface Block {
  account_id: string
  username: string | null
  full_name: string | null
  /** Url of the picture. */
  avatar: string | null
  created_at: string
}

type BlockRow = Card<'block_card', 'username' | 'full_name' | 'avatar_path'>

export const blockAccountSchema = z.strictObject({ account_id: id })

export const listBlocksSchema = z.strictObject(page)

/**
 * Whom one wants nothing to do with. A block works both ways: neither finds, writes to or responds to the other; what the
 * two had before stays readable. Nobody is told that they were blocked.
 */
export class Blocks {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Blocks an account, once or again; `not_found` when there is none. */
  add(accountId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(blockAccountSchema, { account_id: accountId })
      await context.rows(context.supabase.rpc('block_account', wanted))
      return null
    })
  }

  /** Lifts a block; without one nothing changes. */
  remove(accountId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(blockAccountSchema, { account_id: accountId })
      await context.accountId()
      await context.rows(context.supabase.from('blocks').delete().eq('blocked_id', wanted.account_id))
      return null
    })
  }

  /** Whom one has blocked, newest first. */
  list(input: z.input<typeof listBlocksSchema> = {}): Promise<Result<List<Block>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listBlocksSchema, input),
        async (page) => (await context.rows(context.supabase.rpc('list_blocks', page))) as BlockRow[],
        ({ avatar_path, total: _total, cursor: _cursor, ...block }) => ({
          ...block,
          avatar: pictureUrl(context.supabase, 'avatars', avatar_path),
        }),
      ),
    )
  }
}
