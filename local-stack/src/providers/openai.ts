import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { type Faults, withFaults } from './faults.ts'

/** What the model was asked, as it was sent. */
interface Completion {
  model: string
  messages: { role: string; content: string }[]
  [parameter: string]: unknown
}

export interface OpenAi {
  /** What leads a function to the double; the stack sets none of it by itself. */
  environment: Record<'OPENAI_API_KEY' | 'OPENAI_BASE_URL' | 'OPENAI_MODEL', string>
  /** Newest first, 100 at most. */
  requests(): Completion[]
  /** What it says from now on: a text as it stands, or an object as JSON. */
  answerWith(content: string | object): void
  clear(): void
}

const key = 'sk-local'
const capacity = 100
const usual = { reply: 'What else should I know about the task?', draft: {} }

/** A double of a model that speaks OpenAI's chat completions. */
export function createOpenAi({ base, faults, log }: { base: string; faults: Faults; log(line: string): void }): {
  app: Hono
  control: OpenAi
} {
  const asked: Completion[] = []
  let content: string | object = usual
  const app = new Hono()

  app.use(withFaults('openai', faults, ({ code = 'server_error', message }, status) => refusal(status, code, message)))
  app.post('/v1/chat/completions', async (context) => {
    if (context.req.header('authorization') !== `Bearer ${key}`) {
      return refusal(401, 'invalid_api_key', 'Incorrect API key provided.')
    }
    const body: unknown = await context.req.json().catch(() => undefined)
    if (!isCompletion(body)) return refusal(400, 'invalid_request_error', '`model` and `messages` are wanted.')
    asked.unshift(body)
    asked.length = Math.min(asked.length, capacity)
    log(`openai ${body.model}: ${body.messages.length} messages`)
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    return context.json({
      id: `chatcmpl-${randomBytes(12).toString('hex')}`,
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: body.model,
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    })
  })
  app.notFound((context) =>
    refusal(404, 'unknown_url', `Unknown request URL: ${context.req.method} ${context.req.path}`),
  )

  const control: OpenAi = {
    environment: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${base}/openai/v1`, OPENAI_MODEL: 'local' },
    requests: () => [...asked],
    answerWith(said) {
      content = said
    },
    clear() {
      asked.splice(0)
      content = usual
    },
  }
  return { app, control }
}

function isCompletion(body: unknown): body is Completion {
  const { model, messages } = (body ?? {}) as Partial<Completion>
  return (
    typeof model === 'string' &&
    Array.isArray(messages) &&
    messages.length > 0 &&
    messages.every(({ role, content }) => typeof role === 'string' && typeof content === 'string')
  )
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { message, type: code, param: null, code } }, { status })
}
