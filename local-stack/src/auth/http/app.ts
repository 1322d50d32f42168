import { Hono } from 'hono'
import type { Auth } from '../auth.ts'
import { errorResponse } from '../errors/response.ts'
import { readRequest } from './request.ts'
import { routes } from './routes.ts'

export function createApp(auth: Auth): Hono {
  const app = new Hono()
  app.notFound((c) => c.text('404 page not found\n', 404))
  app.onError((error, c) => errorResponse(error, c.req.header('x-supabase-api-version') ?? null, auth.log))
  for (const [method, path, handler] of routes) {
    app.on(method === 'ALL' ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : [method], path, (c) =>
      handler(auth, readRequest(c.req.raw, c.req.param() as Record<string, string>, auth.keys.serviceRoleToken)),
    )
  }
  return app
}
