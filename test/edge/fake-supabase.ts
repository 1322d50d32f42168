import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

export interface FakeAnswer {
  status?: number
  body?: unknown
}

/** What a function's SUPABASE_URL leads to: it keeps what was asked and answers as the test says. */
export async function startFakeSupabase() {
  const seen: SeenRequest[] = []
  const fake = {
    url: '',
    seen,
    answer: (_request: SeenRequest): FakeAnswer => ({ status: 404, body: { message: 'not set' } }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const asked: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : JSON.parse(text),
    }
    seen.push(asked)
    const { status = 200, body } = fake.answer(asked)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}
