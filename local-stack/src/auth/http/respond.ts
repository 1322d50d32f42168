/** A JSON answer, 200 unless said otherwise. */
export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: 200,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}
