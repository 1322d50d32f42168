import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Json } from '../database.types.ts'
import { type List, listPage } from '../list.ts'
import { type Picture, pictureUrl, withPicture } from '../pictures.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { getMe } from './me.ts'
import {
  addRoleSchema,
  deleteAccountSchema,
  getAccountSchema,
  listAccountsSchema,
  updateAccountSchema,
} from './schemas.ts'
import type { Account, Me, Role } from './types.ts'
import { setUsername, updateAccount } from './update.ts'

type AccountRow = Card<
  'account_card',
  'username' | 'first_name' | 'last_name' | 'full_name' | 'avatar_path' | 'bio' | 'city' | 'country' | 'user_type'
>

/** One's own account, and other people's as far as the directory shows them. */
export class Accounts {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The account that is signed in, with roles, plan and unread notifications. MW05, UG05, MT04 */
  me(): Promise<Result<Me>> {
    return this.#context.run(() => getMe(this.#context))
  }

  /**
   * Changes what is named and leaves the rest; null clears a field. The username goes first, five tries a minute:
   * `duplicate` with the field `username` when it is taken, and then nothing has changed. UG06, MT05
   */
  update(input: z.input<typeof updateAccountSchema>): Promise<Result<Me>> {
    const context = this.#context
    return context.run(async () => {
      const { username, ...changes } = context.parse(updateAccountSchema, input)
      if (username !== undefined) await setUsername(context, username)
      await updateAccount(context, changes)
      return getMe(context)
    })
  }

  /**
   * Adds a role and answers all of them. `role_conflict` when it and a role of the account exclude each other (candidate
   * and recruiter; model, employer and agency); adding a role twice changes nothing. WF07
   */
  addRole(role: Exclude<Role, 'admin'>): Promise<Result<Role[]>> {
    const context = this.#context
    return context.run(async () => {
      const roles = await context.rows(context.supabase.rpc('add_role', context.parse(addRoleSchema, { role })))
      return roles as Role[]
    })
  }

  /** The directory, newest first; `search` looks into usernames and names. Candidates stand in no directory. MT09 */
  list(input: z.input<typeof listAccountsSchema> = {}): Promise<Result<List<Account>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listAccountsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_accounts', { ...filters, ...page }))) as AccountRow[],
        (row) => this.#account(row),
      )
    })
  }

  /** One account of the directory; `not_found` when there is none. MT10 */
  getByUsername(username: string): Promise<Result<Account>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(getAccountSchema, { username })
      return this.#account((await context.rows(context.supabase.rpc('get_account', wanted).single())) as AccountRow)
    })
  }

  /**
   * Deletes one's own account with all personal data and files, and ends the session. `invalid_credentials` for a wrong
   * password; five tries a minute. `conflict` while money is held for its work, or there is some to withdraw. MT11
   */
  delete(input: z.input<typeof deleteAccountSchema>): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const request = context.supabase.rpc('delete_account', context.parse(deleteAccountSchema, input))
      if (!(await context.isDone(request, 403))) throw context.error('invalid_credentials', { password: ['wrong'] })
      await context.supabase.auth.signOut({ scope: 'local' })
      return null
    })
  }

  /** Everything personal that is kept of the account, as one object, a key a table. */
  export(): Promise<Result<Record<string, Json>>> {
    const context = this.#context
    return context.run(async () => (await context.rows(context.supabase.rpc('export_account'))) as Record<string, Json>)
  }

  /**
   * Stores a picture (JPEG, PNG or WebP, at most 10 MB) and makes it the account's avatar; the one before is deleted.
   * Ten files a minute.
   */
  uploadAvatar(file: Picture, options: { content_type?: string } = {}): Promise<Result<Me>> {
    const context = this.#context
    return context.run(async () => {
      await withPicture(context, 'avatars', file, options.content_type, (avatar_path) =>
        context.rows(context.supabase.rpc('update_account', { avatar_path })),
      )
      return getMe(context)
    })
  }

  #account({ avatar_path, total: _total, cursor: _cursor, ...card }: AccountRow): Account {
    return {
      ...card,
      avatar: pictureUrl(this.#context.supabase, 'avatars', avatar_path),
      user_type: card.user_type as Account['user_type'],
      roles: card.roles as Role[],
    }
  }
}
