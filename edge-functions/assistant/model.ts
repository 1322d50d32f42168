import { z } from 'zod'
import { readText } from '../_shared/http.ts'
import type { Category, Locale, MessageRow } from './database.ts'
import { conversation } from './prompt.ts'

/** What a model has said; the database makes a draft of it that holds no more than a task may. */
export type ModelAnswer = z.output<typeof answerShape>

export interface Question {
  locale: Locale
  /** The oldest first; the last is the one to answer. */
  messages: MessageRow[]
  categories: Category[]
  today: string | undefined
}

export interface Model {
  /** One attempt. Throws an Error that says what went wrong and nothing of what was said. */
  answer(question: Question): Promise<ModelAnswer>
}

const orNone = (value: string | undefined) => value || undefined

/** Settings of a model that speaks OpenAI's chat completions; without a name of a model there is none. */
export const modelEnv = {
  OPENAI_API_KEY: z.string().optional().transform(orNone),
  OPENAI_BASE_URL: z
    .union([z.literal(''), z.url()])
    .optional()
    .transform(orNone),
  OPENAI_MODEL: z.string().optional().transform(orNone),
  OPENAI_TIMEOUT_MS: z.coerce.number().int().min(1).max(60_000).default(8_000),
}

type ModelEnv = z.output<z.ZodObject<typeof modelEnv>>

const defaultUrl = 'https://api.openai.com/v1'
const answerLimit = 64 * 1024

// Without what JSON can write and Postgres not read: halves of characters, and NUL.
const readable = (value: string) => value.replace(/\p{Cs}/gu, '').replaceAll('\u0000', '')
const text = (max: number) => z.string().max(max).transform(readable)

const answerShape = z.object({
  reply: text(4_000).refine((value) => value.trim() !== ''),
  draft: z.object({
    title: text(1_000).nullish(),
    description: text(20_000).nullish(),
    category: text(100).nullish(),
    task_type: z.enum(['physical', 'digital']).nullish(),
    /** Major units. */
    budget: z.number().positive().nullish(),
    currency: text(10).nullish(),
    deadline: text(20).nullish(),
    city: text(200).nullish(),
    country: text(200).nullish(),
    /** Names. */
    skills: z.array(text(100)).max(50).nullish(),
  }),
})

const completionShape = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
})

/** The model that the environment names, or null. One of one's own may need no key; OpenAI's does. */
export function createModel(env: ModelEnv, send: typeof fetch = fetch): Model | null {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: base, OPENAI_MODEL: model, OPENAI_TIMEOUT_MS: timeoutMs } = env
  if (model === undefined || (key === undefined && base === undefined)) return null
  const url = `${(base ?? defaultUrl).replace(/\/+$/, '')}/chat/completions`
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  return {
    async answer(question) {
      const body = JSON.stringify({
        model,
        messages: conversation(question),
        response_format: { type: 'json_object' },
        temperature: 0.2,
        max_tokens: 1_500,
      })
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
      if (response.status !== 200) {
        await response.body?.cancel()
        throw new Error(`it answered ${response.status}`)
      }
      const completion = parsed(completionShape, await readText(response, answerLimit))
      return parsed(answerShape, completion.choices[0]!.message.content)
    },
  }
}

function parsed<T>(shape: z.ZodType<T>, json: string): T {
  const result = shape.safeParse(jsonOf(json))
  if (result.success) return result.data
  throw new Error(`fields are wrong: ${[...new Set(result.error.issues.map(({ path }) => path.join('.')))].join(', ')}`)
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Error('it is no JSON')
  }
}
