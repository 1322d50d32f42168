import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import {
  assistantSessionIdSchema,
  extractTaskSchema,
  listAssistantSessionsSchema,
  sendToAssistantSchema,
  suggestCategorySchema,
} from './schemas.ts'
import {
  type AssistantAnswer,
  type AssistantConversation,
  type AssistantSession,
  type CategorySuggestions,
  type ExtractedTask,
  extractedOf,
  type MessageRow,
  type MissingField,
  messageOf,
  type SessionRow,
  type SuggestedCategory,
  sessionOf,
  type TaskDraft,
} from './types.ts'

const conversation =
  'id, title, locale, messages_count, created_at, updated_at, last_message_at, assistant_messages(seq, role, body, source, data, created_at)'

interface Answered {
  session_id: string
  message: MessageRow
  reply: MessageRow
}

/** Talks somebody through what a task needs, in English, Russian, Kazakh or Arabic. It posts nothing. */
export class Assistant {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Says something, of 1 to 4,000 characters, in a session of one's own or in a new one. `rate_limit_exceeded` for too many in
   * a minute or a day; `conflict` (`details.reason`: session_full, too_many_sessions) when there is no more room. MT62
   */
  send(input: z.input<typeof sendToAssistantSchema>): Promise<Result<AssistantAnswer>> {
    const context = this.#context
    return context.run(async () => {
      const { today = todayHere(), ...wanted } = context.parse(sendToAssistantSchema, input)
      const { session_id, message, reply } = await context.invoke<Answered>('assistant', { ...wanted, today })
      return { session_id, message: messageOf(message), reply: messageOf(reply) }
    })
  }

  /** One's own sessions, the last spoken in first. MT63 */
  listSessions(input: z.input<typeof listAssistantSessionsSchema> = {}): Promise<Result<List<AssistantSession>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listAssistantSessionsSchema, input),
        async (page) => (await context.rows(context.supabase.rpc('list_assistant_sessions', page))) as SessionRow[],
        sessionOf,
      ),
    )
  }

  /** A session of one's own with all of its messages; `not_found` for others'. MT64 */
  getSession(sessionId: string): Promise<Result<AssistantConversation>> {
    const context = this.#context
    return context.run(async () => {
      const { session_id } = context.parse(assistantSessionIdSchema, { session_id: sessionId })
      await context.accountId()
      const query = context.supabase.from('assistant_sessions').select(conversation).eq('id', session_id)
      const oldest = { referencedTable: 'assistant_messages', ascending: true }
      const { assistant_messages, ...session } = await context.rows(query.order('seq', oldest).single())
      return {
        ...session,
        locale: session.locale as AssistantSession['locale'],
        messages: assistant_messages.map(messageOf),
      }
    })
  }

  /** Deletes a session of one's own with what was said in it. */
  deleteSession(sessionId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { session_id } = context.parse(assistantSessionIdSchema, { session_id: sessionId })
      await context.accountId()
      const query = context.supabase.from('assistant_sessions').delete().eq('id', session_id)
      await context.rows(query.select('id').single())
      return null
    })
  }

  /**
   * A draft of a task from a session of one's own, or from a text of 1 to 4,000 characters. Nothing is posted: hand a complete
   * one to `tasks.create`. MT65
   */
  extractTask(input: z.input<typeof extractTaskSchema>): Promise<Result<ExtractedTask>> {
    const context = this.#context
    return context.run(async () => {
      const { today = todayHere(), ...wanted } = context.parse(extractTaskSchema, input)
      const row = await context.rows(context.supabase.rpc('extract_task', { ...wanted, today }).single())
      const { missing, ...draft } = row as TaskDraft & { missing: MissingField[] }
      return extractedOf(draft, missing)
    })
  }

  /** The category that fits a text of 1 to 4,000 characters best, and up to five. MT66 */
  suggestCategory(input: z.input<typeof suggestCategorySchema>): Promise<Result<CategorySuggestions>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(suggestCategorySchema, input)
      const suggestions = (await context.rows(
        context.supabase.rpc('suggest_categories', wanted),
      )) as SuggestedCategory[]
      return { category: suggestions[0] ?? null, suggestions }
    })
  }
}

/** The day where the device is. */
function todayHere(): string {
  const now = new Date()
  const two = (part: number) => String(part).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}
