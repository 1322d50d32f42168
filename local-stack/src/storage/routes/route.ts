import type { Context, Hono } from 'hono'
import { type Access, openSession, type Session, type StorageDeps } from '../session.ts'

type Handler = (session: Session, params: Params) => Promise<Response>

export interface Params {
  bucket: string
  /** The rest of the path, slashes included; empty where the route has none. */
  key: string
}

/** Adds routes that open a session first; `operation` is what policies read with `storage.operation()`. */
export function routesOn(app: Hono, deps: StorageDeps) {
  return (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    access: Access,
    operation: string,
    handle: Handler,
  ) =>
    app.on(method, path, async (c: Context) =>
      handle(await openSession(deps, c.req.raw, access, operation), {
        bucket: c.req.param('bucket') ?? '',
        key: c.req.param('key') ?? '',
      }),
    )
}

export type AddRoute = ReturnType<typeof routesOn>
