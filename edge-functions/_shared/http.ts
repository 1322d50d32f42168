import type { z } from 'zod'
import { FunctionError } from './error.ts'

/** Answers are about one caller, so nothing between may keep them. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}

/** Throws 405 `method_not_allowed` for anything but POST. */
export function requirePost(request: Request): void {
  if (request.method !== 'POST') {
    throw new FunctionError(405, 'method_not_allowed', 'Use POST.', { headers: { allow: 'POST' } })
  }
}

/**
 * The body as JSON of this shape. Throws as `readText` does, and 400 `validation_failed` with every wrong field: `details.fields` is `{ <field>: 'required' | 'type' | 'format' }`.
 */
export async function readJson<T>(request: Request, shape: z.ZodType<T>, limit: number): Promise<T> {
  return parseJson(await readText(request, limit), shape)
}

export function parseJson<T>(text: string, shape: z.ZodType<T>): T {
  const result = shape.safeParse(parseText(text), { reportInput: true })
  if (result.success) return result.data
  const fields = Object.fromEntries(
    result.error.issues.map((issue) => [issue.path.join('.') || 'input', ruleOf(issue)]),
  )
  throw new FunctionError(400, 'validation_failed', 'The request has fields that are missing or wrong.', {
    details: { fields },
  })
}

// In the words that the database uses for its own fields.
function ruleOf({ code, input }: z.core.$ZodIssue): string {
  if (input === undefined) return 'required'
  return code === 'invalid_type' ? 'type' : 'format'
}

/**
 * The body as it was sent, `limit` bytes at most. Throws 413 `payload_too_large` as soon as it is longer, and 400
 * `validation_failed` if it is no UTF-8.
 */
export async function readText(request: Pick<Request, 'body'>, limit: number): Promise<string> {
  // A byte order mark is kept: a signature is over every byte.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let [text, size] = ['', 0]
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > limit) throw tooLarge(limit)
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  } catch (error) {
    if (error instanceof FunctionError) throw error
    throw new FunctionError(400, 'validation_failed', 'The body must be UTF-8.')
  }
}

function tooLarge(limit: number): FunctionError {
  return new FunctionError(413, 'payload_too_large', `The body may have ${limit} bytes at most.`)
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FunctionError(400, 'validation_failed', 'The body must be JSON.')
  }
}
