import { z } from 'zod'
import { blame, date, id, page, text } from '../schemas/fields.ts'

/** What the assistant speaks. */
export const assistantLocale = z.enum(['en', 'ru', 'kk', 'ar'])

/** The day where one is, from which tomorrow counts: the device's unless told. */
const today = date.optional()

export const sendToAssistantSchema = z.strictObject({
  message: text(1, 4000),
  /** A new session unless told. */
  session_id: id.optional(),
  /** A UUID of the app's own: a message that is sent again with it is the same one, and gets the same answer. */
  client_id: id.optional(),
  /** Of a new session; that of the message unless told. */
  locale: assistantLocale.optional(),
  today,
})

export const listAssistantSessionsSchema = z.strictObject(page)

export const assistantSessionIdSchema = z.strictObject({ session_id: id })

export const extractTaskSchema = z
  .strictObject({ session_id: id.optional(), text: text(1, 4000).optional(), today })
  // One of the two.
  .refine(({ session_id, text }) => (session_id === undefined) !== (text === undefined), blame('text', 'required'))

export const suggestCategorySchema = z.strictObject({ text: text(1, 4000) })
