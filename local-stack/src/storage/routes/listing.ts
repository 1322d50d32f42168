import { inScope } from '../database/connection.ts'
import type { FileMetadata } from '../database/objects.ts'
import { invalidParameter } from '../errors.ts'
import { readBody } from '../http/body.ts'
import { flag, integer, oneOf, record, text } from '../http/checks.ts'
import { mustBeValidBucketName } from '../limits.ts'
import type { Session } from '../session.ts'
import type { AddRoute, Params } from './route.ts'

const maxKeys = 1000

interface Entry {
  name: string
  /** Null for folders. */
  id: string | null
  updated_at: Date | null
  created_at: Date | null
  last_accessed_at: Date | null
  metadata: FileMetadata | null
}

interface Cursor {
  name: string
  column?: 'name' | 'updated_at' | 'created_at'
  order?: 'asc' | 'desc'
  time?: string
}

export function addListRoutes(add: AddRoute): void {
  add('POST', '/object/list/:bucket', 'token', 'storage.object.list', list)
  add('POST', '/object/list-v2/:bucket', 'token', 'storage.object.list_v2', listV2)
}

async function list(session: Session, { bucket }: Params): Promise<Response> {
  const sortBy = record(
    { column: oneOf('name', 'updated_at', 'created_at', 'last_accessed_at') },
    { order: oneOf('asc', 'desc') },
  )
  const optional = { limit: integer(1), offset: integer(0), search: text, sortBy }
  const asked = await readBody(session.request, record({ prefix: text }, optional))
  mustBeValidBucketName(bucket)
  const folder = asked.prefix === '' || asked.prefix.endsWith('/') ? asked.prefix : `${asked.prefix}/`
  const search = asked.search ?? ''
  const rows = await inScope(
    session.sql,
    session.caller,
    (tx) => tx<Entry[]>`
      select * from storage.search(
        ${folder}, ${bucket}, ${asked.limit ?? 100}, ${`${folder}${search}`.split('/').length},
        ${asked.offset ?? 0}, ${search}, ${asked.sortBy?.column ?? 'name'}, ${asked.sortBy?.order ?? 'asc'}
      )
    `,
  )
  return Response.json(rows)
}

async function listV2(session: Session, { bucket }: Params): Promise<Response> {
  const sortBy = record({ column: oneOf('name', 'updated_at', 'created_at') }, { order: oneOf('asc', 'desc') })
  const optional = { prefix: text, limit: integer(1), cursor: text, with_delimiter: flag, sortBy }
  const asked = await readBody(session.request, record({}, optional))
  mustBeValidBucketName(bucket)
  const limit = Math.min(asked.limit ?? maxKeys, maxKeys)
  const cursor = asked.cursor === undefined ? undefined : readCursor(asked.cursor)
  const column = cursor?.column ?? asked.sortBy?.column ?? 'name'
  const order = cursor?.order ?? asked.sortBy?.order ?? 'asc'
  const page = { prefix: asked.prefix ?? '', limit: limit + 1, cursor, column, order }
  const rows = asked.with_delimiter ? await byFolder(session, bucket, page) : await flat(session, bucket, page)

  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasNext = rows.length > limit
  return Response.json({
    hasNext,
    ...(hasNext && last !== undefined
      ? { nextCursor: writeCursor(last, column, order), nextCursorKey: last.name }
      : {}),
    folders: shown.filter((row) => row.id === null),
    objects: shown.filter((row) => row.id !== null),
  })
}

interface Page {
  prefix: string
  limit: number
  cursor: Cursor | undefined
  column: 'name' | 'updated_at' | 'created_at'
  order: 'asc' | 'desc'
}

async function byFolder({ sql, caller }: Session, bucket: string, page: Page): Promise<Entry[]> {
  const level = page.prefix.split('/').length
  return await inScope(
    sql,
    caller,
    (tx) => tx<Entry[]>`
      select * from storage.search_v2(
        ${page.prefix}, ${bucket}, ${page.limit}, ${level}, ${page.cursor?.name ?? ''},
        ${page.order}, ${page.column}, ${page.cursor?.time ?? ''}
      )
    `,
  )
}

async function flat({ sql, caller }: Session, bucket: string, page: Page): Promise<Entry[]> {
  const { cursor, column, order, prefix, limit } = page
  return await inScope(sql, caller, (tx) => {
    const direction = order === 'desc' ? tx`desc` : tx`asc`
    const beyond = order === 'desc' ? tx`<` : tx`>`
    const time = tx`date_trunc('milliseconds', ${tx(column)})`
    const after =
      cursor === undefined
        ? tx``
        : column === 'name'
          ? tx`and name collate "C" ${beyond} ${cursor.name}`
          : tx`and (${time}, name collate "C") ${beyond} (${cursor.time ?? ''}::timestamptz, ${cursor.name})`
    return tx<Entry[]>`
      select id, name, metadata, updated_at, created_at, last_accessed_at
      from storage.objects
      where bucket_id = ${bucket} and starts_with(name, ${prefix}) ${after}
      order by ${column === 'name' ? tx`` : tx`${time} ${direction},`} name collate "C" ${direction}
      limit ${limit}
    `
  })
}

function writeCursor(last: Entry, column: Page['column'], order: Page['order']): string {
  const time = column === 'name' ? undefined : (last[column]?.toISOString() ?? '')
  return Buffer.from(JSON.stringify({ name: last.name, column, order, time })).toString('base64')
}

function readCursor(written: string): Cursor {
  const check = record(
    { name: text, column: oneOf('name', 'updated_at', 'created_at'), order: oneOf('asc', 'desc') },
    { time: text },
  )
  try {
    const cursor = check(JSON.parse(Buffer.from(written, 'base64').toString('utf8')), 'cursor')
    if (cursor.time !== undefined && Number.isNaN(Date.parse(cursor.time))) throw invalidParameter('cursor')
    return cursor
  } catch {
    throw invalidParameter('continuation token')
  }
}
