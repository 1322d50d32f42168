import type { ErrorCode } from '../codes.ts'
import type { TalentbaseError } from '../talentbase-error.ts'
import { en } from './en.ts'
import { kk } from './kk.ts'
import { ru } from './ru.ts'
import type { Messages } from './types.ts'

/** English, Russian, Kazakh. */
export type Locale = 'en' | 'ru' | 'kk'

const languages: Record<Locale, Messages> = { en, ru, kk }

export function messageOf(code: ErrorCode, locale: Locale): string {
  return languages[locale].codes[code]
}

/** One sentence for a person, in their language, whatever language the error was made in. */
export function messageFor(error: TalentbaseError, locale: Locale): string {
  return messageOf(error.code, locale)
}

/** A sentence for each rule that a field breaks, by field; empty when the error is about no field. */
export function fieldMessages(error: TalentbaseError, locale: Locale): Record<string, string[]> {
  const texts: Partial<Record<string, string>> = languages[locale].fields
  const sentence = (rule: string) => texts[rule] ?? languages[locale].fields.format
  return Object.fromEntries(Object.entries(error.fields ?? {}).map(([field, rules]) => [field, rules.map(sentence)]))
}
