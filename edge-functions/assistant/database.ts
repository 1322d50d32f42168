import type { SupabaseClient } from '@supabase/supabase-js'
import { dataOfCaller } from '../_shared/data-api.ts'
import type { ModelAnswer } from './model.ts'

export type Locale = 'en' | 'ru' | 'kk' | 'ar'

export interface MessageRow {
  session_id: string
  seq: number
  role: 'user' | 'assistant'
  body: string
  reply_to: number | null
  source: 'rules' | 'model' | null
  data: Record<string, unknown>
  created_at: string
}

export interface Category {
  slug: string
  name: string
}

interface Input {
  message: string
  session_id?: string | undefined
  client_id?: string | undefined
  locale?: Locale | undefined
}

/** The caller's sessions, with the caller's rights. Each throws what the database refuses. */
export interface AssistantDatabase {
  /** Keeps a message and counts it, or finds the one that was sent before. */
  add(input: Input): Promise<MessageRow>
  /** A session with its messages, the oldest first. */
  read(session_id: string): Promise<{ locale: Locale; messages: MessageRow[] }>
  /** Those that tasks can have. */
  categories(): Promise<Category[]>
  /** Keeps the answer, once: what the model says, or what the rules do. */
  answer(message: MessageRow, said: ModelAnswer | null, today: string | undefined): Promise<MessageRow>
}

const columns = 'session_id, seq, role, body, reply_to, source, data, created_at'

export function createAssistantDatabase(client: SupabaseClient): AssistantDatabase {
  return {
    async add(input) {
      return filled(dataOfCaller(await client.rpc('add_assistant_message', input).select(columns).single<MessageRow>()))
    },
    async read(session_id) {
      const session = client.from('assistant_sessions').select('locale').eq('id', session_id)
      const messages = client.from('assistant_messages').select(columns).eq('session_id', session_id)
      const [{ locale }, rows] = await Promise.all([
        session.single<{ locale: Locale }>().then((answer) => filled(dataOfCaller(answer))),
        messages
          .order('seq')
          .returns<MessageRow[]>()
          .then((answer) => filled(dataOfCaller(answer))),
      ])
      return { locale, messages: rows }
    },
    async categories() {
      const query = client.from('categories').select('slug, name').contains('kinds', ['task']).order('slug')
      return filled(dataOfCaller(await query.returns<Category[]>()))
    },
    async answer({ session_id, seq }, said, today) {
      const query = client.rpc('answer_assistant_message', {
        session_id,
        seq,
        ...(said === null ? {} : { answer: said }),
        ...(today === undefined ? {} : { today }),
      })
      return filled(dataOfCaller(await query.select(columns).single<MessageRow>()))
    },
  }
}

function filled<T>(data: T | null): T {
  if (data === null) throw new Error('The database answered nothing')
  return data
}
