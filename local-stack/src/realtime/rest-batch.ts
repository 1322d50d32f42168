/** One message of `POST /api/broadcast`, ready to be delivered. */
export interface BatchMessage {
  topic: string
  isPrivate: boolean
  /** The whole broadcast payload as JSON text. */
  text: string
  id?: string
}

type Errors = Record<string, unknown>
type Batch = { messages: BatchMessage[]; errors?: undefined } | { messages?: undefined; errors: Errors }

/** Nothing for what is no JSON. */
export function readBatch(body: Buffer, isTooLarge: (payload: string) => boolean): Batch | undefined {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  const messages = (value as { messages?: unknown } | null)?.messages
  if (messages === undefined || messages === null || (Array.isArray(messages) && messages.length === 0)) {
    return { errors: { messages: ["can't be blank"] } }
  }
  if (!Array.isArray(messages)) return { errors: { messages: ['is invalid'] } }
  const read = messages.map((message) => readMessage(message, isTooLarge))
  const errors = read.map((result) => result.errors ?? {})
  if (errors.some((error) => Object.keys(error).length > 0)) return { errors: { messages: errors } }
  return { messages: read.flatMap((result) => result.message ?? []) }
}

function readMessage(
  value: unknown,
  isTooLarge: (payload: string) => boolean,
): { message?: BatchMessage; errors?: Errors } {
  const { id, topic, event, payload, private: isPrivate } = (value ?? {}) as Record<string, unknown>
  const errors: Errors = {}
  if (!isFilledText(topic)) errors.topic = [topic === undefined || topic === '' ? "can't be blank" : 'is invalid']
  if (!isFilledText(event)) errors.event = [event === undefined || event === '' ? "can't be blank" : 'is invalid']
  if (payload === undefined || payload === null) errors.payload = ["can't be blank"]
  else if (typeof payload !== 'object' || Array.isArray(payload)) errors.payload = ['is invalid']
  else if (isTooLarge(JSON.stringify(payload))) errors.payload = ['Payload size exceeds tenant limit']
  if (Object.keys(errors).length > 0) return { errors }
  const meta = typeof id === 'string' ? { meta: { id } } : {}
  return {
    message: {
      topic: topic as string,
      isPrivate: isPrivate === true || isPrivate === 'true',
      text: JSON.stringify({ payload, event, type: 'broadcast', ...meta }),
      ...(typeof id === 'string' ? { id } : {}),
    },
  }
}

function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
