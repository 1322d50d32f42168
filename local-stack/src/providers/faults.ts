import { setTimeout as delay } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'

const providerNames = ['stripe', 'kaspi', 'robokassa', 'fcm', 'openai'] as const
export type ProviderName = (typeof providerNames)[number]

/** What shall go wrong with the next requests; a test asks for it by `POST /api/faults`. */
export interface Fault {
  /** Only for this provider. */
  provider?: ProviderName
  method?: string
  /** Only for paths that begin so, as the provider names them: `/v1/transfers`. */
  path?: string
  /** How many requests it is for: 1 unless told. */
  times: number
  /** Wait so long first. */
  delayMs: number
  /** Answer this error; without it the request goes on, or its answer is lost. */
  status?: number
  code?: string
  message: string
  /** Do what was asked, then answer the error; without a status the connection is cut instead. */
  afterDoing: boolean
}

export interface Faults {
  add(fault: Partial<Fault>): void
  clear(): void
  /** The next fault for a request. */
  take(provider: ProviderName, method: string, path: string): Fault | undefined
}

export function createFaults(): Faults {
  const pending: Fault[] = []

  return {
    add: (fault) => void pending.push(readFault(fault)),
    clear: () => void pending.splice(0),
    take(provider, method, path) {
      const fault = pending.find((one) => isFor(one, provider, method, path))
      if (fault === undefined) return undefined
      fault.times -= 1
      if (fault.times <= 0) pending.splice(pending.indexOf(fault), 1)
      return fault
    },
  }
}

function isFor(fault: Fault, provider: ProviderName, method: string, path: string): boolean {
  return (
    (fault.provider ?? provider) === provider &&
    (fault.method ?? method).toUpperCase() === method &&
    path.startsWith(fault.path ?? '')
  )
}

/** Waits as the fault says, and answers whether the request goes on. */
export async function mayGoOn(fault: Fault | undefined): Promise<boolean> {
  if (fault === undefined) return true
  await delay(fault.delayMs)
  return fault.status === undefined || fault.afterDoing
}

/** Ends the connection without an answer. */
export function cutConnection(context: Context): Response {
  ;(context.env as HttpBindings).outgoing.destroy()
  return new Response(null, { status: 500 })
}

/** Lets requests go wrong; `errorOf` is how the provider words an error. */
export function withFaults(
  provider: ProviderName,
  faults: Faults,
  errorOf: (fault: Fault, status: number) => Response,
): MiddlewareHandler {
  return async (context, next) => {
    const path = context.req.path.slice(`/${provider}`.length)
    const fault = faults.take(provider, context.req.method, path)
    if (await mayGoOn(fault)) await next()
    if (fault?.status !== undefined) context.res = errorOf(fault, fault.status)
    else if (fault?.afterDoing) context.res = cutConnection(context)
  }
}

/** Every field is optional. Throws an Error that names a wrong one. */
function readFault(given: Partial<Fault>): Fault {
  const { times = 1, delayMs = 0, status, provider } = given
  if (!Number.isInteger(times) || times < 1) throw new Error('`times` must be a whole number above 0.')
  if (!(delayMs >= 0 && delayMs <= 60_000)) throw new Error('`delayMs` must be between 0 and 60000.')
  if (status !== undefined && !(status >= 400 && status <= 599)) {
    throw new Error('`status` must be between 400 and 599.')
  }
  if (provider !== undefined && !providerNames.includes(provider)) {
    throw new Error(`\`provider\` must be one of ${providerNames.join(', ')}.`)
  }
  const message = given.message ?? 'This fault was asked for.'
  return { ...given, times, delayMs, message, afterDoing: given.afterDoing ?? false }
}
