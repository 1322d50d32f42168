import type { Context } from '../context.ts'
import type { Locale } from '../errors/messages/index.ts'
import type { Row } from '../rows.ts'
import { en } from './texts/en.ts'
import { kk } from './texts/kk.ts'
import { ru } from './texts/ru.ts'
import type { NotificationTexts } from './texts/types.ts'
import type { Notification } from './types.ts'

const languages: Record<Locale, NotificationTexts> = { en, ru, kk }

/** Rows hold ids; titles and sentences are put in here, with the names as they are now. */
export async function notificationsOf(context: Context, rows: Row<'notifications'>[]): Promise<Notification[]> {
  const castingIds = new Set(rows.map((row) => idIn(row, 'casting_id')).filter((id) => id !== null))
  const titles = await castingTitles(context, [...castingIds])
  return rows.map((row) => notificationOf(row, titles, languages[context.locale]))
}

async function castingTitles({ supabase, rows }: Context, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const castings = await rows(supabase.from('castings').select('id, title').in('id', ids))
  return new Map(castings.map(({ id, title }) => [id, title]))
}

function notificationOf(
  row: Row<'notifications'>,
  titles: Map<string, string>,
  texts: NotificationTexts,
): Notification {
  const casting_id = idIn(row, 'casting_id')
  const casting = (casting_id === null ? undefined : titles.get(casting_id)) ?? texts.someCasting
  const { title, message } = textOf(row.type, dataOf(row), texts)
  return {
    id: row.id,
    type: row.type,
    title,
    message: capitalized(message.replace('{casting}', () => casting)),
    casting_id,
    response_id: idIn(row, 'response_id'),
    data: dataOf(row),
    is_read: row.read_at !== null,
    read_at: row.read_at,
    created_at: row.created_at,
  }
}

function textOf(
  type: string,
  data: Record<string, unknown>,
  texts: NotificationTexts,
): { title: string; message: string } {
  const byStatus = choice<Record<string, { title: string; message: string }>>(texts.statuses, type)
  if (byStatus !== undefined) return choice(byStatus, data.status) ?? texts.other
  if (type !== 'response_status_change') return choice(texts.types, type) ?? texts.other
  if (typeof data.organization_id === 'string') return choice(texts.agency, data.status) ?? texts.other
  return choice(texts.casting, data.casting_status) ?? choice(texts.response, data.status) ?? texts.other
}

function choice<T>(texts: Record<string, T>, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(texts, key) ? texts[key] : undefined
}

function dataOf({ data }: Row<'notifications'>): Record<string, unknown> {
  return typeof data === 'object' && !Array.isArray(data) ? data : {}
}

function idIn(row: Row<'notifications'>, name: string): string | null {
  const id = dataOf(row)[name]
  return typeof id === 'string' ? id : null
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
