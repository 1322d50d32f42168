import { z } from 'zod'
import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { withCors } from '../_shared/cors.ts'
import { json, readJson, requirePost } from '../_shared/http.ts'
import { type Caller, callerOf } from '../_shared/payments/caller.ts'
import type { AssistantDatabase, MessageRow } from './database.ts'
import type { Model, ModelAnswer } from './model.ts'

export interface Dependencies {
  /** Null while none is configured: the rules answer. */
  model: Model | null
  /** What the caller may do, with their own rights. */
  connect(caller: Caller): AssistantDatabase
}

// 4,000 characters, however they are escaped.
const bodyLimit = 64 * 1024

const inputShape = z.strictObject({
  // How long it may be, and what in it, the database says; this much it could not even be told.
  message: z.string().refine((value) => !/\p{Cs}/u.test(value) && !value.includes('\u0000')),
  session_id: z.guid().optional(),
  client_id: z.guid().optional(),
  locale: z.enum(['en', 'ru', 'kk', 'ar']).optional(),
  today: z.iso.date().optional(),
})

/**
 * `POST { message, session_id?, client_id?, locale?, today? }` says something to the assistant and answers
 * `{ session_id, message, reply }`. The message is kept and counted first. Then a model answers; where none is
 * configured, and whenever it fails, the rules in the database do. The reply says which of them in `source`.
 */
export function createHandler({ model, connect }: Dependencies): Handler {
  return withCors(
    withBoundary(async (request) => {
      requirePost(request)
      const database = connect(callerOf(request))
      const { today, ...input } = await readJson(request, inputShape, bodyLimit)
      const message = await database.add(input)
      const said = model === null ? null : await ask(model, database, message, today)
      const reply = await answer(database, message, said, today)
      return json({ session_id: message.session_id, message, reply })
    }),
  )
}

/** What the model says, or null: whatever goes wrong there, the rules can answer. */
async function ask(
  model: Model,
  database: AssistantDatabase,
  { session_id, seq }: MessageRow,
  today: string | undefined,
): Promise<ModelAnswer | null> {
  try {
    const [session, categories] = await Promise.all([database.read(session_id), database.categories()])
    // A retry of what was answered already.
    if (session.messages.some((one) => one.reply_to === seq)) return null
    const until = session.messages.filter((one) => one.seq <= seq)
    return await model.answer({ locale: session.locale, messages: until, categories, today })
  } catch (error) {
    // Neither what was said nor what was answered.
    console.error(`The model gave no answer: ${error instanceof Error ? error.message : 'unknown'}`)
    return null
  }
}

async function answer(
  database: AssistantDatabase,
  message: MessageRow,
  said: ModelAnswer | null,
  today: string | undefined,
): Promise<MessageRow> {
  if (said === null) return database.answer(message, null, today)
  try {
    return await database.answer(message, said, today)
  } catch (error) {
    console.error(`The model's answer was refused: ${error instanceof Error ? error.message : 'unknown'}`)
    return database.answer(message, null, today)
  }
}
