import { once } from 'node:events'
import { Readable } from 'node:stream'
import busboy from 'busboy'
import type postgres from 'postgres'
import { entityTooLarge, noContentProvided, notImitated, storageError } from './errors.ts'

/** An upload as the client sent it, its bytes not read yet. */
export interface Incoming {
  bytes: Readable
  mimeType: string
  cacheControl: string
  /** What Content-Length says: for a form it counts the form, so it is more than the file. */
  declaredLength: number | undefined
  userMetadata: UserMetadata | undefined
  /** Lets go of a body that was refused or is read; always called. */
  release(): void
}

export type UserMetadata = Record<string, postgres.JSONValue>

const maxMetadataBytes = 1024 * 1024
const maxFields = 10

/** The file of a form (Blob, File, FormData) or the body itself (anything else). */
export async function readIncoming(request: Request): Promise<Incoming> {
  const contentType = request.headers.get('content-type') ?? ''
  if (request.headers.has('x-robots-tag')) throw notImitated('X-Robots-Tag of an upload')
  if (request.headers.has('content-encoding')) throw notImitated('Content-Encoding of an upload')
  const length = request.headers.get('content-length')
  const declaredLength = length === null ? undefined : Number(length)
  const body = Readable.from(request.body === null ? [] : chunksOf(request.body))
  // Whoever reads hears of an error; before that, nobody does, and that must not end the process.
  body.on('error', () => undefined)
  if (contentType.startsWith('multipart/form-data')) return { ...(await readForm(body, contentType)), declaredLength }

  if (contentType !== '' && !/^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;.*)?$/.test(contentType)) {
    throw storageError('Invalid Content-Type header', {
      code: 'InvalidMimeType',
      statusCode: 415,
      error: 'invalid_mime_type',
    })
  }
  return {
    bytes: body,
    mimeType: contentType || 'application/octet-stream',
    cacheControl: request.headers.get('cache-control') ?? 'no-cache',
    declaredLength,
    userMetadata: metadataHeader(request),
    release: () => body.destroy(),
  }
}

/** The header of raw uploads and copies: base64 of a JSON object. What cannot be read counts as not given. */
export function metadataHeader(request: Request): UserMetadata | undefined {
  const header = request.headers.get('x-metadata')
  return header === null ? undefined : parseMetadata(Buffer.from(header, 'base64').toString('utf8'))
}

// Stops without cancelling: a Node stream turned into a web stream, which the body is, may throw for nobody to catch
// when it is cancelled. The rest is whoever took the request in to read away.
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

async function readForm(body: Readable, contentType: string): Promise<Omit<Incoming, 'declaredLength'>> {
  const fields = new Map<string, string>()
  const form = openForm(contentType)
  form.on('field', (name, value) => fields.set(name, value))
  // A client that goes away in the middle ends the file too, or it would look complete.
  body.on('error', (error) => form.destroy(error))
  body.pipe(form)
  const file = await Promise.race([once(form, 'file'), once(form, 'close').then(() => undefined)]).catch((error) => {
    throw noContentProvided((error as Error).message)
  })
  if (file === undefined) throw noContentProvided()
  const [, bytes, { mimeType }] = file as [string, Readable, busboy.FileInfo]
  bytes.on('error', () => undefined)
  form.on('error', (error) => bytes.destroy(error as Error))

  const metadata = fields.get('metadata') ?? fields.get('userMetadata')
  if (fields.has('contentEncoding')) throw notImitated('Content-Encoding of an upload')
  if (metadata !== undefined && Buffer.byteLength(metadata) > maxMetadataBytes) throw entityTooLarge('user_metadata')
  const seconds = fields.get('cacheControl')
  return {
    bytes,
    mimeType: fields.get('contentType') || mimeType,
    cacheControl: seconds ? `max-age=${seconds}` : 'no-cache',
    userMetadata: metadata === undefined ? undefined : parseMetadata(metadata),
    release() {
      body.destroy()
      form.destroy()
    },
  }
}

function openForm(contentType: string): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      limits: { files: 1, fields: maxFields, fieldSize: maxMetadataBytes + 1 },
    })
  } catch (error) {
    throw noContentProvided((error as Error).message)
  }
}

function parseMetadata(source: string): UserMetadata | undefined {
  try {
    return JSON.parse(source) as UserMetadata
  } catch {
    return undefined
  }
}
