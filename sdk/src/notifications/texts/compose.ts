import { en } from './en.ts'
import { kk } from './kk.ts'
import { ru } from './ru.ts'
import type { NotificationTexts, Text } from './types.ts'

export const languages = { en, ru, kk } as const satisfies Record<string, NotificationTexts>

/** What a notification tells of, ids and states. */
export interface Told {
  type: string
  data: Record<string, unknown>
  /** How many events it stands for. */
  count: number
}

/** What the ids in it are called, as far as the reader may know. */
export interface Names {
  casting?: string | undefined
  candidate?: string | undefined
  task?: string | undefined
  order?: string | undefined
  search?: string | undefined
}

/** Its title and sentence. */
export function compose(told: Told, names: Names, texts: NotificationTexts): Text {
  const several = told.count > 1 ? severalOf(told, texts) : undefined
  const { title, message } = several ?? textOf(told, texts)
  const whole = told.count > 1 && several === undefined ? `${message} ${texts.more}` : message
  const values = {
    casting: names.casting ?? texts.someCasting,
    candidate: names.candidate ?? texts.someCandidate,
    task: names.task ?? texts.someTask,
    order: names.order ?? texts.someOrder,
    search: names.search ?? texts.someSearch,
    count: String(told.count),
    more: String(told.count - 1),
  }
  return { title, message: capitalized(filled(whole, values)) }
}

function severalOf({ type, data }: Told, texts: NotificationTexts): Text | undefined {
  if (typeof data.saved_search_id === 'string' && typeof data.count === 'number') return texts.digest
  return choice<Text>(texts.several, type)
}

function textOf({ type, data }: Told, texts: NotificationTexts): Text {
  if (type === 'general' && data.is_test === true) return texts.test
  // In the platform's own words.
  if (type === 'general' && typeof data.message === 'string') {
    return { title: typeof data.title === 'string' ? data.title : texts.types.general.title, message: data.message }
  }
  const byStatus = choice<Record<string, Text>>(texts.statuses, type)
  if (byStatus !== undefined)
    return choice(byStatus, type === 'order_status' ? data.action : data.status) ?? texts.other
  if (type !== 'response_status_change') return choice(texts.types, type) ?? texts.other
  if (typeof data.organization_id === 'string') return choice(texts.agency, data.status) ?? texts.other
  return choice(texts.casting, data.casting_status) ?? choice(texts.response, data.status) ?? texts.other
}

function choice<T>(texts: Record<string, T>, key: unknown): T | undefined {
  return typeof key === 'string' && Object.hasOwn(texts, key) ? texts[key] : undefined
}

/** Puts names in place of what stands in braces. */
const filled = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (braces, name: string) => values[name] ?? braces)

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
