import type { Auth } from '../auth.ts'
import { userJson } from '../db/user-json.ts'
import type { UserRow } from '../db/users.ts'
import { AuthError, authError } from '../errors/auth-error.ts'
import type { AuthRequest } from '../http/request.ts'
import { hookMetadata } from './metadata.ts'
import { refusalIn } from './refusal.ts'

const timeoutMilliseconds = 2000

/**
 * Asks the hook about a user that is about to be stored. The function runs in a transaction of its own, before that of
 * the request, so what it writes stays when it or the request refuses.
 */
export async function askBeforeUserCreated(auth: Auth, request: AuthRequest, user: UserRow): Promise<void> {
  const hook = auth.settings.beforeUserCreatedHook
  if (!hook) return
  const event = { metadata: hookMetadata('before-user-created', request), user: userJson(user, []) }
  const answer = await auth.sql
    .begin(async (tx) => {
      await tx.unsafe(`set local statement_timeout to ${timeoutMilliseconds}`)
      const [row] = await tx.unsafe(`select "${hook.schema}"."${hook.name}"($1) as answer`, [event as never])
      return row?.answer as unknown
    })
    .catch((cause: unknown) => {
      const { status, code, message } = authError('hookFailed', hook.uri)
      throw new AuthError(status, code, message, { cause })
    })
  const refusal = refusalIn(answer)
  if (refusal) throw refusal
}
