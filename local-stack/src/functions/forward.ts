/**
 * Sends a request to a function's process and gives its answer back, streaming both ways. `done` is called once, when
 * the answer was read to its end or nobody wants the rest.
 */
export async function forward(request: Request, base: string, done: () => void): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const headers = new Headers(request.headers)
  for (const name of ofOneConnection) headers.delete(name)
  // Fetch would undo an encoding, and the client would then be told of one that is gone.
  headers.set('accept-encoding', 'identity')
  const init: RequestInit & { duplex: 'half' } = {
    method: request.method,
    headers,
    body: request.body,
    duplex: 'half',
    redirect: 'manual',
    signal: request.signal,
  }
  const answer = await fetch(`${base}${pathname}${search}`, init)
  const { status, statusText } = answer
  const given = new Headers(answer.headers)
  for (const name of [...ofOneConnection, 'content-encoding', 'content-length']) given.delete(name)
  if (answer.body === null) done()
  const body = answer.body === null ? null : watched(answer.body, done)
  return new Response(body, { status, statusText, headers: given })
}

/** The same stream; `done` is called when it ended, broke or was cancelled. */
function watched(stream: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  return new ReadableStream({
    async pull(controller) {
      const next = await reader.read().catch((error) => {
        done()
        throw error
      })
      if (!next.done) {
        controller.enqueue(next.value)
        return
      }
      controller.close()
      done()
    },
    cancel(reason) {
      done()
      return reader.cancel(reason)
    },
  })
}

const ofOneConnection = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'host']
