import type { AuthError } from '../errors/auth-error.ts'
import type { TokenAnswer } from '../tokens/issue.ts'

const oauthErrors: Record<number, string> = {
  400: 'invalid_request',
  401: 'unauthorized_client',
  403: 'access_denied',
  500: 'server_error',
  503: 'temporarily_unavailable',
}

/** The session in the fragment, as the implicit flow has it. */
export function tokenTarget(target: string, answer: TokenAnswer, type: string): string {
  const fragment = new URLSearchParams({
    access_token: answer.access_token,
    expires_at: String(answer.expires_at),
    expires_in: String(answer.expires_in),
    refresh_token: answer.refresh_token,
    sb: '',
    token_type: answer.token_type,
    type,
  })
  return `${target}#${fragment}`
}

/** The error in the fragment, and in the query too where the client expects a code there. */
export function errorTarget(target: string, error: AuthError, isPkce: boolean): string {
  const name = oauthErrors[error.status]
  return withParameters(target, isPkce, {
    ...(name && { error: name }),
    error_code: error.code,
    error_description: error.message,
  })
}

export function messageTarget(target: string, message: string, isPkce: boolean): string {
  return withParameters(target, isPkce, { message })
}

function withParameters(target: string, inQuery: boolean, parameters: Record<string, string>): string {
  const url = new URL(target)
  if (inQuery) for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  url.hash = new URLSearchParams({ ...parameters, sb: '' }).toString()
  return url.href
}
