import type { Agent, IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceContext } from '../service.ts'
import { answerJson, answerRefusal, answerUnknownRoute } from './answers.ts'
import { type CheckedKey, checkKey, serviceRoleOnly, withAuthorization } from './api-keys.ts'
import { isPreflight, preflightHeaders, withCors } from './cors.ts'
import { answerWith } from './fetch-handler.ts'
import { type HeaderList, headersOf, withHeader, withOrigin } from './headers.ts'
import { proxy } from './proxy.ts'
import { type Route, routeOf, type ServiceName } from './routes.ts'
import { lacksFilter, safeUpdateRefusal } from './safe-update.ts'
import type { GatewayServices } from './start-gateway.ts'
import { startPage } from './start-page.ts'

interface Deps {
  agent: Agent
  context: ServiceContext
  services: GatewayServices
}

// What Auth lets a browser read. PostgREST says so itself, Storage needs nothing.
const exposedHeaders: Partial<Record<ServiceName, string>> = { auth: 'X-Total-Count, Link, X-Supabase-Api-Version' }

/** Routes one request: preflight, key, origin, then the service. */
export async function handleRequest(deps: Deps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A body that nobody read to its end would block the next request of this connection.
  response.once('finish', () => {
    request.unpipe()
    request.resume()
  })
  const route = routeOf(request.url ?? '/')
  if (route === undefined) {
    answerNoService(deps, request, response)
    return
  }
  if (request.method === 'TRACE') {
    answerJson(response, 405, { message: 'TRACE is not allowed.' })
    return
  }
  // A function answers preflights itself, as on hosted: one that does not fails in browsers here too.
  if (route.service !== 'functions' && isPreflight(request)) {
    response.writeHead(200, preflightHeaders(request).flat())
    response.end()
    return
  }
  const apikey = headerOf(request, 'apikey') ?? route.keyParameter
  const { key, refusal } = checkKey(deps.context.keys, route.keyRule, apikey, request.headers['user-agent'])
  const verdict = refusal ?? rootRefusal(route, key)
  if (verdict !== undefined) {
    answerRefusal(response, verdict)
    return
  }
  if (route.service === 'rest' && lacksFilter(request.method, route.path)) {
    answerJson(response, 400, safeUpdateRefusal(request.method))
    return
  }
  const headers = forwardedHeaders(route, request, apikey, key)
  try {
    await forward(deps, route, { request, headers }, response)
  } catch (error) {
    answerFailure(deps.context, route, request, response, error)
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

// The root lists every table and function, so hosted keeps it for the secret key.
function rootRefusal(route: Route, key: CheckedKey | undefined) {
  const isRoot = route.service === 'rest' && route.path.split('?', 1)[0] === '/'
  return isRoot && key?.role !== 'service_role' ? serviceRoleOnly : undefined
}

function forwardedHeaders(
  route: Route,
  request: IncomingMessage,
  apikey: string | undefined,
  key: CheckedKey | undefined,
): HeaderList {
  const headers = withOrigin(request, headersOf(request))
  if (apikey === undefined || key === undefined) return headers
  const authorized = withAuthorization(headers, apikey, key)
  // Functions compare the key itself, SQL may look at it; the other services know JWTs only.
  const keepsKey = route.service === 'functions' || route.service === 'rest'
  return withHeader(authorized, 'apikey', keepsKey ? apikey : key.token)
}

async function forward(
  { agent, context, services }: Deps,
  route: Route,
  incoming: { request: IncomingMessage; headers: HeaderList },
  response: ServerResponse,
): Promise<void> {
  const headers = (given: HeaderList) =>
    route.service === 'functions' ? given : withCors(given, exposedHeaders[route.service])
  const answer = { response, headers }
  if (route.service === 'rest') {
    await proxy(agent, new URL(services.postgrest.url), route.path, incoming, answer)
    return
  }
  // Put together as text: resolved as a url, a path with two slashes in front would name another host.
  await answerWith(services[route.service], { ...incoming, url: `${context.url}${route.path}` }, answer)
}

function answerNoService({ context }: Deps, request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== '/' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    answerUnknownRoute(response)
    return
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(startPage(context))
}

function answerFailure(
  context: ServiceContext,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  // Nobody is there to read an answer.
  if (response.destroyed) return
  const path = `/${route.service}/v1${route.path.split('?', 1)[0]}`
  context.log(`${request.method} ${path} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
  if (route.service === 'rest') answerJson(response, 503, { message: 'The Data API cannot be reached.' })
  else answerJson(response, 500, { message: `The ${route.service} service failed; the terminal says why.` })
}
