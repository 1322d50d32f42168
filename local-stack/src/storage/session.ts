import { decodeJwt, type JWTPayload } from 'jose'
import type { Keys } from '../keys.ts'
import type { Scope, Sql } from './database/connection.ts'
import { accessDenied } from './errors.ts'
import type { Files } from './files.ts'
import { requiredHeader } from './http/body.ts'

export interface StorageDeps {
  sql: Sql
  files: Files
  keys: Keys
  /** Bytes; the project's limit, below which a bucket may have its own. */
  fileSizeLimit: number
}

/** `token`: a valid JWT. `token or nobody`: without one, only public buckets. `nobody`: the url itself allows it. */
export type Access = 'token' | 'token or nobody' | 'nobody'

/** One request: who asks, and the two scopes its transactions run in. */
export interface Session extends StorageDeps {
  request: Request
  authenticated: boolean
  /** The subject of the caller's token; the objects it uploads belong to it. */
  owner: string | undefined
  /** Under the policies. */
  caller: Scope
  /** Past the policies, as the service itself. */
  service: Scope
}

export async function openSession(
  deps: StorageDeps,
  request: Request,
  access: Access,
  operation: string,
): Promise<Session> {
  const { pathname, search } = new URL(request.url)
  const asked = {
    headers: JSON.stringify(Object.fromEntries(request.headers)),
    method: request.method,
    path: `${pathname}${search}`,
    operation,
  }
  const service: Scope = scopeOf(deps.keys.serviceRoleToken, decodeJwt(deps.keys.serviceRoleToken), asked)
  if (access === 'nobody') {
    return { ...deps, request, authenticated: false, owner: undefined, caller: service, service }
  }
  const { token, claims } = await readToken(deps.keys, request, access)
  const caller = scopeOf(token, claims ?? { role: 'anon' }, asked)
  return { ...deps, request, authenticated: claims !== undefined, owner: claims?.sub, caller, service }
}

async function readToken(
  keys: Keys,
  request: Request,
  access: Access,
): Promise<{ token: string; claims?: JWTPayload }> {
  const header =
    access === 'token' ? requiredHeader(request, 'authorization') : (request.headers.get('authorization') ?? '')
  const token = header.replace(/^Bearer\s+/i, '')
  try {
    return { token, claims: await keys.verify(token) }
  } catch (error) {
    if (access === 'token') throw accessDenied((error as Error).message)
    return { token }
  }
}

function scopeOf(
  token: string,
  claims: JWTPayload,
  asked: Pick<Scope, 'headers' | 'method' | 'path' | 'operation'>,
): Scope {
  const role = typeof claims.role === 'string' && claims.role !== '' ? claims.role : 'anon'
  return { ...asked, role, token, claims }
}
