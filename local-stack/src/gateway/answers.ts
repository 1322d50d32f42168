import type { ServerResponse } from 'node:http'
import type { Refusal } from './api-keys.ts'

/** Answers of the gateway itself. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'access-control-allow-origin': '*',
    ...headers,
  })
  response.end(text)
}

export function answerRefusal(response: ServerResponse, { code, ...body }: Refusal): void {
  answerJson(response, 401, body, { 'sb-error-code': code, 'access-control-expose-headers': 'sb-error-code' })
}

export function answerUnknownRoute(response: ServerResponse): void {
  answerJson(response, 404, {
    error: 'requested path is invalid',
    hint: 'Paths begin with /rest/v1, /auth/v1, /storage/v1, /realtime/v1 or /functions/v1.',
  })
}
