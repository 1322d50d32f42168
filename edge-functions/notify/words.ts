import { compose, languages } from '../../sdk/src/notifications/texts/compose.ts'
import type { Item } from './delivery.ts'

export type Language = keyof typeof languages

export function languageOf(locale: string): Language {
  return Object.hasOwn(languages, locale) ? (locale as Language) : 'en'
}

/** The words of the SDK. */
export function wordsOf({ type, data, count, names }: Item, language: Language): { title: string; message: string } {
  return compose({ type, data, count }, names, languages[language])
}

/** Who wrote a message, where that may be told. */
export function authorOf({ type, names }: Item): string | undefined {
  return type === 'new_message' ? names.author : undefined
}
