import type { FileHandle } from 'node:fs/promises'
import type { FileMetadata, ObjectRow } from './database/objects.ts'
import { invalidRange } from './errors.ts'
import { answerHeaders, answerMissingFile } from './http/answers.ts'
import type { Session } from './session.ts'

const chunkBytes = 64 * 1024

export interface Delivery {
  /** The query's `download`: a file name, or empty for the object's own. */
  download?: string | undefined
  /** Seconds since 1970 up to which a signed url is good. */
  expires?: number
}

/** An object's bytes, whole or the range asked for, or 304 where the client has them. */
export async function serveObject(session: Session, row: ObjectRow, delivery: Delivery): Promise<Response> {
  const file = await session.files.open(row.version)
  if (file === undefined) return answerMissingFile()
  try {
    const { size } = await file.stat()
    const metadata = row.metadata ?? {}
    if (isUnchanged(session.request, metadata)) {
      await file.close()
      return new Response(null, { status: 304 })
    }
    const asked = session.request.headers.get('range')
    const range = asked === null ? undefined : parseRange(asked, size)
    const headers = answerHeaders({
      ...objectHeaders(session.request, metadata, delivery),
      'content-length': String(range === undefined ? size : range.end - range.start + 1),
      'content-range': range && `bytes ${range.start}-${range.end}/${size}`,
    })
    const status = range === undefined ? 200 : 206
    if (session.request.method !== 'HEAD')
      return new Response(streamOf(file, range ?? { start: 0, end: size - 1 }), { status, headers })
    await file.close()
    return new Response(null, { status, headers })
  } catch (error) {
    await file.close()
    throw error
  }
}

/** What a HEAD request reads; from the row alone. */
export function serveHead(session: Session, row: ObjectRow): Response {
  const metadata = row.metadata ?? {}
  const headers = answerHeaders({
    ...objectHeaders(session.request, metadata, {}),
    'cache-control': cacheControl(session.request, metadata, 'must-revalidate'),
    'content-length': metadata.contentLength === undefined ? undefined : String(metadata.contentLength),
  })
  return new Response(null, { status: 200, headers })
}

export function serveInfo(row: ObjectRow): Response {
  const metadata = row.metadata ?? {}
  const info = {
    id: row.id,
    name: row.name,
    version: row.version,
    bucket_id: row.bucket_id,
    size: metadata.size ?? null,
    content_type: metadata.mimetype ?? null,
    cache_control: metadata.cacheControl ?? null,
    etag: metadata.eTag ?? null,
    metadata: row.user_metadata,
    last_modified: row.updated_at,
    created_at: row.created_at,
  }
  const headers = answerHeaders({
    etag: metadata.eTag,
    'last-modified': httpDate(metadata.lastModified),
    'cache-control': metadata.cacheControl,
  })
  return Response.json(info, { headers })
}

/** The headers any delivery of an object has; its length is the caller's to add. */
export function objectHeaders(request: Request, metadata: FileMetadata, { download, expires }: Delivery) {
  return {
    'accept-ranges': 'bytes',
    'content-type': harmlessType(metadata.mimetype),
    etag: metadata.eTag,
    'x-robots-tag': 'none',
    'last-modified': httpDate(metadata.lastModified),
    ...(expires === undefined
      ? { 'cache-control': cacheControl(request, metadata, 'stale-while-revalidate=30') }
      : { expires: new Date(expires * 1000).toUTCString() }),
    'content-disposition': disposition(download),
  }
}

// A page stored by one user must not run in the browser of another.
function harmlessType(mimeType = 'application/octet-stream'): string {
  return mimeType.includes('text/html') ? 'text/plain' : mimeType
}

function disposition(download: string | undefined): string | undefined {
  if (download === undefined) return undefined
  if (download === '') return 'attachment;'
  const name = encodeURIComponent(download)
  return `attachment; filename=${name}; filename*=UTF-8''${name}`
}

function cacheControl(request: Request, metadata: FileMetadata, whenChanged: string): string | undefined {
  const known = request.headers.get('if-none-match')
  const isChanged = known !== null && known !== metadata.eTag
  return [metadata.cacheControl, isChanged ? whenChanged : undefined].filter(Boolean).join(', ') || undefined
}

function httpDate(time: string | undefined): string | undefined {
  return time === undefined || Number.isNaN(Date.parse(time)) ? undefined : new Date(time).toUTCString()
}

function isUnchanged({ headers }: Request, { eTag, lastModified }: FileMetadata): boolean {
  const known = headers.get('if-none-match')
  if (known !== null) {
    return known.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === eTag)
  }
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  return lastModified !== undefined && Date.parse(lastModified) <= since
}

function parseRange(header: string, size: number): { start: number; end: number } {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header)
  if (match === null || size === 0) throw invalidRange()
  const [first, last] = [match[1]!, match[2]!]
  if (first === '') {
    const length = Number(last)
    if (last === '' || !Number.isSafeInteger(length) || length === 0) throw invalidRange()
    return { start: Math.max(size - length, 0), end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Number(last)
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start || start >= size) throw invalidRange()
  return { start, end: Math.min(end, size - 1) }
}

function streamOf(file: FileHandle, { start, end }: { start: number; end: number }): ReadableStream {
  let position = start
  const read = async () => {
    const length = Math.min(chunkBytes, end - position + 1)
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, position)
    // Shorter than it was when its length was sent: whoever reads must not take it for whole.
    if (bytesRead === 0) throw new Error('The file ended early.')
    position += bytesRead
    return buffer.subarray(0, bytesRead)
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        if (position <= end) controller.enqueue(await read())
        if (position <= end) return
        controller.close()
        await file.close()
      } catch (error) {
        await file.close()
        throw error
      }
    },
    cancel: () => file.close(),
  })
}
