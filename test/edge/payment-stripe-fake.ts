/** A request to Stripe, as its client sends it. */
export interface Asked {
  method: string
  path: string
  params: Record<string, string>
  key: string | null
  headers: Headers
}

interface Answer {
  status?: number
  body: unknown
}

/** What stands in for Stripe: it keeps what was asked and answers as the test says. */
export function fakeStripe(answer: (asked: Asked) => Answer) {
  const seen: Asked[] = []
  const send: typeof fetch = async (input, init) => {
    const { pathname, searchParams } = new URL(String(input))
    const headers = new Headers(init?.headers)
    const params = init?.method === 'POST' ? new URLSearchParams(String(init.body)) : searchParams
    const asked: Asked = {
      method: init?.method ?? 'GET',
      path: pathname,
      params: Object.fromEntries(params),
      key: headers.get('idempotency-key'),
      headers,
    }
    seen.push(asked)
    const { status = 200, body } = answer(asked)
    return Response.json(body, { status, headers: { 'request-id': 'req_1', 'stripe-should-retry': 'false' } })
  }
  return { seen, send }
}

export function stripeError(status: number, error: object): Answer {
  return { status, body: { error: { message: 'Stripe says no', type: 'invalid_request_error', ...error } } }
}

/** A Stripe that makes things of one kind, keeps them, and remembers keys until it is told to forget them. */
export function keepingStripe(path: string, make: (asked: Asked) => object) {
  const made: { key: string | null; params: Record<string, string>; object: object }[] = []
  let from = 0
  const stripe = {
    made,
    /** As after a day. */
    forgetKeys() {
      from = made.length
    },
    ...fakeStripe((asked) => {
      if (asked.path !== path) return stripeError(404, { code: 'resource_missing' })
      if (asked.method === 'GET') {
        return { body: { object: 'list', url: path, has_more: false, data: made.map(({ object }) => object) } }
      }
      const known = made.slice(from).find(({ key }) => key === asked.key)
      if (known !== undefined) return { body: known.object }
      const object = make(asked)
      made.push({ key: asked.key, params: asked.params, object })
      return { body: object }
    }),
  }
  return stripe
}
