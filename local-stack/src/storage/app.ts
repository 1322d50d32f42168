import { Hono } from 'hono'
import { notImitated } from './errors.ts'
import { answerError, answerUnknownRoute } from './http/answers.ts'
import { addBucketRoutes } from './routes/buckets.ts'
import { addChangeRoutes, addDeleteRoutes } from './routes/changes.ts'
import { addDownloadRoutes } from './routes/downloads.ts'
import { addListRoutes } from './routes/listing.ts'
import { addRenderRoutes } from './routes/render.ts'
import { routesOn } from './routes/route.ts'
import { addSignRoutes } from './routes/signed-urls.ts'
import { addSignedUploadRoutes, addUploadRoutes } from './routes/uploads.ts'
import type { StorageDeps } from './session.ts'

const leftOut: [path: string, feature: string][] = [
  ['/upload/resumable', 'Resumable uploads (TUS)'],
  ['/s3', 'The S3 protocol'],
  ['/iceberg', 'Analytics buckets'],
  ['/vector', 'Vector buckets'],
  ['/cdn', 'The CDN cache'],
  ['/bucket/:bucket/lifecycle', 'Lifecycle rules'],
]

/** Every route of the service. The first that fits answers, so fixed paths come before those that name a bucket. */
export function createApp(deps: StorageDeps, log: (line: string) => void): Hono {
  const app = new Hono()
  app.onError((error, c) => answerError(error, c.req.raw, log))
  app.notFound((c) => answerUnknownRoute(c.req.raw))
  app.use(async (c, next) => {
    if (c.req.query('versionId') !== undefined) throw notImitated('Object versions')
    await next()
  })
  for (const [path, feature] of leftOut) {
    app.all(`${path}/*`, () => {
      throw notImitated(feature)
    })
  }
  app.get('/status', () => new Response(null))

  const add = routesOn(app, deps)
  add('GET', '/health', 'token', '', async ({ sql }) => {
    const healthy = await sql`select id from storage.buckets limit 1`.then(
      () => true,
      () => false,
    )
    return Response.json({ healthy })
  })
  addBucketRoutes(add)
  addRenderRoutes(add)
  addListRoutes(add)
  addChangeRoutes(add)
  addSignRoutes(add)
  addSignedUploadRoutes(add)
  addDownloadRoutes(add)
  addDeleteRoutes(add)
  addUploadRoutes(add)
  return app
}
