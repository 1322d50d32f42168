import { inScope } from '../database/connection.ts'
import { findObject, visibleNames } from '../database/objects.ts'
import { readBody } from '../http/body.ts'
import { integer, listOf, record, text } from '../http/checks.ts'
import { maxObjectsPerRequest, mustBeValidBucketName, mustBeValidKey } from '../limits.ts'
import type { Session } from '../session.ts'
import { sign } from '../signing.ts'
import { writeTransformation } from '../transform.ts'
import { transformation } from './render.ts'
import type { AddRoute, Params } from './route.ts'

const notReadable = 'Either the object does not exist or you do not have access to it'

export function addSignRoutes(add: AddRoute): void {
  add('POST', '/object/sign/:bucket', 'token', 'storage.object.sign_many', signMany)
  add('POST', '/object/sign/:bucket/:key{.*}', 'token', 'storage.object.sign', signOne)
}

async function signOne(session: Session, { bucket, key }: Params): Promise<Response> {
  const check = record({ expiresIn: integer(1) }, { transform: transformation })
  const { expiresIn, transform = {} } = await readBody(session.request, check)
  mustBeValidBucketName(bucket)
  mustBeValidKey(key)
  await inScope(session.sql, session.caller, (tx) => findObject(tx, bucket, key))
  const transformations = writeTransformation(transform)
  const object = `${bucket}/${key}`
  const claims = { ...(transformations === '' ? {} : { transformations }), url: object, scope: 'download' as const }
  const token = await sign(session.keys, claims, expiresIn)
  const path = transformations === '' ? '/object/sign' : '/render/image/sign'
  return Response.json({ signedURL: `${path}/${object}?token=${token}` })
}

async function signMany(session: Session, { bucket }: Params): Promise<Response> {
  const paths = listOf(text, { min: 1, max: maxObjectsPerRequest })
  const asked = await readBody(session.request, record({ expiresIn: integer(1), paths }, {}))
  mustBeValidBucketName(bucket)
  const visible = await inScope(session.sql, session.caller, (tx) => visibleNames(tx, bucket, asked.paths))
  const signed = asked.paths.map(async (path) => {
    if (!visible.has(path)) return { error: notReadable, path, signedURL: null }
    const object = `${bucket}/${path}`
    const token = await sign(session.keys, { url: object, scope: 'download' }, asked.expiresIn)
    return { error: null, path, signedURL: `/object/sign/${object}?token=${token}` }
  })
  return Response.json(await Promise.all(signed))
}
