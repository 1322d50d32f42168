import type { Language } from '../words.ts'
import { en } from './en.ts'
import { kk } from './kk.ts'
import { ru } from './ru.ts'
import type { MailTexts } from './types.ts'

export const mailTexts: Record<Language, MailTexts> = { en, ru, kk }
