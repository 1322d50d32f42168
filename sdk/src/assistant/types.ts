import type { z } from 'zod'
import type { Card } from '../rows.ts'
import type { taskType } from '../tasks/schemas.ts'
import type { assistantLocale } from './schemas.ts'

type TaskType = z.output<typeof taskType>

/** What a task needs, in the order in which the assistant asks. */
export type MissingField = 'title' | 'description' | 'category' | 'task_type' | 'city' | 'budget' | 'currency'

/** What a task could be, in the fields of `tasks.create`. */
export interface TaskDraft {
  title: string | null
  description: string | null
  category: string | null
  task_type: TaskType | null
  /** Minor units of `currency`; null until that is known. */
  budget: number | null
  currency: string | null
  deadline: string | null
  city: string | null
  country: string | null
  skill_ids: string[]
}

type Needed = 'title' | 'description' | 'category' | 'task_type' | 'budget' | 'currency'

/** A draft that `tb.tasks.create` takes. */
export type CompleteTaskDraft = {
  [Field in keyof TaskDraft]: Field extends Needed ? NonNullable<TaskDraft[Field]> : TaskDraft[Field]
}

/** A draft, and what it lacks. Nothing is posted. */
export type ExtractedTask =
  | { is_complete: true; draft: CompleteTaskDraft; missing: MissingField[] }
  | { is_complete: false; draft: TaskDraft; missing: MissingField[] }

export interface AssistantSession {
  id: string
  /** How the first message begins. */
  title: string | null
  /** The language that the assistant speaks in it. */
  locale: z.output<typeof assistantLocale>
  messages_count: number
  created_at: string
  updated_at: string
  last_message_at: string
}

export interface AssistantMessage {
  /** Its number in the session, from 1. */
  seq: number
  role: 'user' | 'assistant'
  body: string
  /** Who has answered; null of what one has said oneself. */
  source: 'rules' | 'model' | null
  /** What the rules ask for, to offer the right input for it. */
  asks: MissingField | null
  /** As it stood then; null of what one has said oneself. */
  task: ExtractedTask | null
  created_at: string
}

/** A session with all of its messages, the oldest first. */
export interface AssistantConversation extends AssistantSession {
  messages: AssistantMessage[]
}

/** What one has said, and what the assistant has answered. */
export interface AssistantAnswer {
  session_id: string
  message: AssistantMessage
  reply: AssistantMessage
}

/** A category of the catalog. score: above 0, below 1; more is surer. */
export type SuggestedCategory = Card<'category_suggestion', 'name_ru' | 'name_kk'>

/** The surest one, or null, and up to five. */
export interface CategorySuggestions {
  category: SuggestedCategory | null
  suggestions: SuggestedCategory[]
}

export type SessionRow = Card<'assistant_session_card', 'title'>

/** A message as the database has it. */
export interface MessageRow {
  seq: number
  role: string
  body: string
  source: string | null
  data: unknown
  created_at: string
}

export function sessionOf({ total: _total, cursor: _cursor, ...session }: SessionRow): AssistantSession {
  return { ...session, locale: session.locale as AssistantSession['locale'] }
}

export function messageOf({ seq, role, body, source, data, created_at }: MessageRow): AssistantMessage {
  const { draft, missing, asks } = data as { draft?: TaskDraft; missing?: MissingField[]; asks?: MissingField | null }
  return {
    seq,
    role: role as AssistantMessage['role'],
    body,
    source: source as AssistantMessage['source'],
    asks: asks ?? null,
    task: draft === undefined ? null : extractedOf(draft, missing ?? []),
    created_at,
  }
}

export function extractedOf(draft: TaskDraft, missing: MissingField[]): ExtractedTask {
  return missing.length === 0
    ? { is_complete: true, draft: draft as CompleteTaskDraft, missing }
    : { is_complete: false, draft, missing }
}
