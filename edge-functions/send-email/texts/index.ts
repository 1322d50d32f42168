import { en } from './en.ts'
import { kk } from './kk.ts'
import { ru } from './ru.ts'
import type { Texts } from './types.ts'

const languages: Record<string, Texts> = { en, ru, kk }

/** The texts for a locale such as `kk` or `ru-RU`; English for any other. */
export function textsFor(locale: string | undefined): { language: string; texts: Texts } {
  const language = locale?.slice(0, 2).toLowerCase() ?? 'en'
  return Object.hasOwn(languages, language) ? { language, texts: languages[language]! } : { language: 'en', texts: en }
}
