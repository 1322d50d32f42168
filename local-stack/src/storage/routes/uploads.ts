import { readQuery } from '../http/body.ts'
import { record, text } from '../http/checks.ts'
import { metadataHeader } from '../incoming.ts'
import type { Session } from '../session.ts'
import { sign, uploadUrlSeconds, verifySigned } from '../signing.ts'
import { mayWrite, upload } from '../upload.ts'
import type { AddRoute, Params } from './route.ts'

export function addSignedUploadRoutes(add: AddRoute): void {
  add('POST', '/object/upload/sign/:bucket/:key{.*}', 'token', 'storage.object.sign_upload_url', signUpload)
  add('PUT', '/object/upload/sign/:bucket/:key{.*}', 'nobody', 'storage.object.upload_signed', uploadSigned)
}

export function addUploadRoutes(add: AddRoute): void {
  add('POST', '/object/:bucket/:key{.*}', 'token', 'storage.object.upload', create)
  add('PUT', '/object/:bucket/:key{.*}', 'token', 'storage.object.upload_update', update)
}

async function create(session: Session, params: Params): Promise<Response> {
  return await store(session, params, wantsUpsert(session.request))
}

async function update(session: Session, params: Params): Promise<Response> {
  return await store(session, params, true)
}

async function store(session: Session, { bucket, key }: Params, upsert: boolean): Promise<Response> {
  const row = await upload(session, { bucketId: bucket, key, owner: session.owner, upsert }, session.caller)
  return Response.json({ Id: row.id, Key: `${bucket}/${key}` })
}

// The policies are asked now, with what this request says of type and length; the upload itself asks nobody.
async function signUpload(session: Session, { bucket, key }: Params): Promise<Response> {
  const { request, owner } = session
  const upsert = wantsUpsert(request)
  const length = request.headers.get('content-length')
  await mayWrite(
    session,
    session.caller,
    { bucketId: bucket, key, owner, upsert },
    {
      metadata: {
        mimetype: request.headers.get('content-type') ?? undefined,
        contentLength: length === null ? undefined : Number(length),
      },
      user_metadata: metadataHeader(request),
    },
  )
  const object = `${bucket}/${key}`
  const token = await sign(session.keys, { owner, url: object, upsert, scope: 'upload' }, uploadUrlSeconds)
  return Response.json({ url: `/object/upload/sign/${object}?token=${token}`, token })
}

async function uploadSigned(session: Session, { bucket, key }: Params): Promise<Response> {
  const { token } = readQuery(session.request, record({ token: text }, {}))
  const { owner, upsert } = await verifySigned(session.keys, token, 'upload', `${bucket}/${key}`)
  await upload(session, { bucketId: bucket, key, owner, upsert: upsert === true }, session.service)
  return Response.json({ Key: `${bucket}/${key}` })
}

function wantsUpsert(request: Request): boolean {
  return request.headers.get('x-upsert') === 'true'
}
