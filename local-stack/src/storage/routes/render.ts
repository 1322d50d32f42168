import type { FileHandle } from 'node:fs/promises'
import { inScope } from '../database/connection.ts'
import { findObject, type ObjectRow } from '../database/objects.ts'
import { notImitated } from '../errors.ts'
import { answerHeaders, answerMissingFile } from '../http/answers.ts'
import { readQuery } from '../http/body.ts'
import { type Check, integer, oneOf, record, text } from '../http/checks.ts'
import { mustBeValidBucketName, mustBeValidKey } from '../limits.ts'
import { type Delivery, objectHeaders } from '../serve.ts'
import type { Session } from '../session.ts'
import { verifySigned } from '../signing.ts'
import {
  mustBeRenderable,
  readTransformation,
  type Transformation,
  transform,
  writeTransformation,
} from '../transform.ts'
import { publicObject } from './downloads.ts'
import type { AddRoute, Params } from './route.ts'

const notDone: Check<never> = () => {
  throw notImitated('Gravity of an image')
}

const fields = {
  width: integer(0),
  height: integer(0),
  resize: oneOf('cover', 'contain', 'fill'),
  format: oneOf('origin', 'avif', 'webp'),
  quality: integer(20, 100),
  gravity: notDone,
  x_offset: notDone,
  y_offset: notDone,
}

/** What a request may ask of an image. */
export const transformation: Check<Transformation> = record({}, fields)

const renderQuery = record({}, { ...fields, download: text })

export function addRenderRoutes(add: AddRoute): void {
  const image = '/render/image'
  add('GET', `${image}/public/:bucket/:key{.*}`, 'nobody', 'storage.render.image_public', renderPublic)
  add('GET', `${image}/authenticated/:bucket/:key{.*}`, 'token', 'storage.render.image_authenticated', renderVisible)
  add('GET', `${image}/sign/:bucket/:key{.*}`, 'nobody', 'storage.render.image_sign', renderSigned)
}

async function renderPublic(session: Session, params: Params): Promise<Response> {
  const { download, ...asked } = readQuery(session.request, renderQuery)
  return await render(session, await publicObject(session, params), asked, { download })
}

// By the policies, for objects of public buckets too.
async function renderVisible(session: Session, { bucket, key }: Params): Promise<Response> {
  const { download, ...asked } = readQuery(session.request, renderQuery)
  mustBeValidBucketName(bucket)
  mustBeValidKey(key)
  const row = await inScope(session.sql, session.caller, (tx) => findObject(tx, bucket, key))
  return await render(session, row, asked, { download })
}

async function renderSigned(session: Session, { bucket, key }: Params): Promise<Response> {
  mustBeValidBucketName(bucket)
  const { token, download } = readQuery(session.request, record({ token: text }, { download: text }))
  const signed = await verifySigned(session.keys, token, 'download', `${bucket}/${key}`)
  mustBeValidKey(key)
  const row = await inScope(session.sql, session.service, (tx) => findObject(tx, bucket, key))
  const asked = readTransformation(signed.transformations ?? '')
  return await render(session, row, asked, { download, expires: signed.exp })
}

async function render(session: Session, row: ObjectRow, asked: Transformation, delivery: Delivery): Promise<Response> {
  const file = await session.files.open(row.version)
  if (file === undefined) return answerMissingFile()
  const source = await readImage(file)
  const acceptsWebp = session.request.headers.get('accept')?.includes('image/webp') === true
  const { bytes, mimeType } = await transform(source, asked, acceptsWebp)
  const headers = answerHeaders({
    ...objectHeaders(session.request, { ...row.metadata, mimetype: mimeType }, delivery),
    'content-length': String(bytes.byteLength),
    'x-transformations': writeTransformation(asked) || undefined,
  })
  return new Response(bytes, { headers })
}

async function readImage(file: FileHandle): Promise<Buffer> {
  try {
    mustBeRenderable((await file.stat()).size)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
