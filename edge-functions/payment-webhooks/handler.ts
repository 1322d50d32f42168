import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { FunctionError } from '../_shared/error.ts'
import { readText } from '../_shared/http.ts'
import type { EventStore } from '../_shared/payments/database.ts'
import { type ProviderName, providerNames, type Webhook } from '../_shared/payments/provider.ts'
import { type Providers, providerOf } from '../_shared/payments/providers.ts'

export interface Dependencies {
  providers: Providers
  events: EventStore
}

const bodyLimit = 1024 * 1024

/**
 * `payment-webhooks/<provider>`: what a provider tells is verified, stored as it came, applied, and only then answered
 * in the provider's own words. Nothing is stored of what is not signed.
 */
export function createHandler({ providers, events }: Dependencies): Handler {
  return withBoundary(async (request) => {
    const name = nameIn(request)
    const provider = providerOf(providers, name)
    requireMethod(request, provider.methods)
    const told = await provider.read(await webhookOf(request))
    const event = (await provider.confirm?.(told)) ?? told
    const id = await store(events, name, event)
    try {
      await events.apply(id)
    } catch (error) {
      // It is stored: a job applies it, so there is no need that the provider tells it again.
      console.error(`Event ${id} of ${name} is stored and waits to be applied:`, error)
    }
    return provider.answer(event)
  })
}

function nameIn({ url }: Request): ProviderName {
  const [, segment] = /\/payment-webhooks\/([^/]+)\/?$/.exec(new URL(url).pathname) ?? []
  const name = providerNames.find((known) => known === segment)
  if (name === undefined) throw new FunctionError(404, 'not_found', 'There is no such payment provider.')
  return name
}

function requireMethod({ method }: Request, methods: string[]): void {
  if (methods.includes(method)) return
  const allow = methods.join(', ')
  throw new FunctionError(405, 'method_not_allowed', `Use ${allow}.`, { headers: { allow } })
}

async function webhookOf(request: Request): Promise<Webhook> {
  const { method, headers, url } = request
  return { method, headers, url: new URL(url), body: await readText(request, bodyLimit) }
}

/** Throws 429 as the database does, and 503 for every other failure: the provider must tell it again. */
async function store(
  events: EventStore,
  name: ProviderName,
  event: Parameters<EventStore['store']>[1],
): Promise<number> {
  try {
    return await events.store(name, event)
  } catch (error) {
    if (error instanceof FunctionError && error.status === 429) throw error
    throw new FunctionError(503, 'service_unavailable', 'The event cannot be stored right now.', { cause: error })
  }
}
