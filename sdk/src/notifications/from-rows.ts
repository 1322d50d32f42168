import { namesOf } from '../candidates/names.ts'
import type { Context } from '../context.ts'
import type { Row } from '../rows.ts'
import { compose, languages } from './texts/compose.ts'
import type { NotificationTexts } from './texts/types.ts'
import type { Notification } from './types.ts'

/** Rows hold ids; titles and sentences are put in here, with the names as they are now. */
export async function notificationsOf(context: Context, rows: Row<'notifications'>[]): Promise<Notification[]> {
  const idsIn = (name: string) => new Set(rows.map((row) => idIn(row, name)).filter((id) => id !== null))
  const [castings, candidates, tasks, orders, searches, authors] = await Promise.all([
    castingTitles(context, [...idsIn('casting_id')]),
    namesOf(context, idsIn('candidate_id')),
    taskTitles(context, [...new Set(rows.map(taskIdOf).filter((id) => id !== null))]),
    orderTitles(context, [...idsIn('order_id')]),
    searchNames(context, [...idsIn('saved_search_id')]),
    authorNames(context, [...idsIn('author_id')]),
  ])
  const names = { castings, candidates, tasks, orders, searches, authors }
  return rows.map((row) => notificationOf(row, names, languages[context.locale]))
}

/** By id, as far as the reader may know them. */
interface Names {
  castings: Map<string, string>
  candidates: Map<string, string>
  tasks: Map<string, string>
  orders: Map<string, string>
  searches: Map<string, string>
  authors: Map<string, string>
}

async function castingTitles({ supabase, rows }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const castings = await rows(supabase.from('castings').select('id, title').in('id', ids))
  return new Map(castings.map(({ id, title }) => [id, title]))
}

async function taskTitles({ supabase, rows }: Context, task_ids: string[]): Promise<Map<string, string>> {
  if (task_ids.length === 0) return new Map()
  // Rows of functions are typed as if any column could be null.
  const tasks = (await rows(supabase.rpc('get_tasks', { task_ids }))) as { id: string; title: string }[]
  return new Map(tasks.map(({ id, title }) => [id, title]))
}

async function orderTitles({ supabase, rows }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const orders = await rows(supabase.from('orders').select('id, title').in('id', ids))
  return new Map(orders.map(({ id, title }) => [id, title]))
}

async function searchNames({ supabase, rows }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const searches = await rows(supabase.from('saved_searches').select('id, name').in('id', ids))
  return new Map(searches.map(({ id, name }) => [id, name]))
}

/** Of those that stand in the directory. */
async function authorNames({ supabase, rows }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const accounts = await rows(supabase.from('accounts').select('id, full_name, username').in('id', ids))
  return new Map(
    accounts.flatMap(({ id, full_name, username }) => {
      const name = full_name ?? username
      return name === null ? [] : [[id, name]]
    }),
  )
}

function notificationOf(
  row: Row<'notifications'>,
  { castings, candidates, tasks, orders, searches, authors }: Names,
  texts: NotificationTexts,
): Notification {
  const casting_id = idIn(row, 'casting_id')
  const data = dataOf(row)
  const count = typeof data.count === 'number' ? data.count : 1
  const names = {
    casting: castings.get(casting_id ?? ''),
    candidate: candidates.get(idIn(row, 'candidate_id') ?? ''),
    task: tasks.get(taskIdOf(row) ?? ''),
    order: orders.get(idIn(row, 'order_id') ?? ''),
    search: searches.get(idIn(row, 'saved_search_id') ?? ''),
  }
  const { title, message } = compose({ type: row.type, data, count }, names, texts)
  // A message is headed by who wrote it.
  const author = row.type === 'new_message' ? authors.get(idIn(row, 'author_id') ?? '') : undefined
  return {
    id: row.id,
    type: row.type,
    title: author ?? title,
    message,
    casting_id,
    response_id: idIn(row, 'response_id'),
    group_key: row.group_key,
    count,
    data,
    is_read: row.read_at !== null,
    read_at: row.read_at,
    created_at: row.created_at,
  }
}

function dataOf({ data }: Row<'notifications'>): Record<string, unknown> {
  return typeof data === 'object' && !Array.isArray(data) ? data : {}
}

function idIn(row: Row<'notifications'>, name: string): string | null {
  const id = dataOf(row)[name]
  return typeof id === 'string' ? id : null
}

/** Of the task that it is about, also by the money held for it. */
function taskIdOf(row: Row<'notifications'>): string | null {
  return dataOf(row).entity_type === 'task' ? idIn(row, 'entity_id') : idIn(row, 'task_id')
}
