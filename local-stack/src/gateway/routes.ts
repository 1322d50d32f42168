import type { KeyRule } from './api-keys.ts'

export type ServiceName = 'rest' | 'auth' | 'storage' | 'functions' | 'realtime'

export interface Route {
  service: ServiceName
  /** Path and query behind the service's prefix, always with a slash in front. */
  path: string
  /** What the query gave as `apikey`; the path no longer has it. Functions keep their whole query. */
  keyParameter?: string
  keyRule: KeyRule
}

// What a browser or another program opens without knowing the project's key.
const openAuthPaths = new Set([
  '/verify',
  '/callback',
  '/authorize',
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
])

const keyRules: Record<ServiceName, KeyRule> = {
  rest: 'required',
  auth: 'required',
  // Public objects and signed urls need no key; Storage itself refuses the rest.
  storage: 'passed',
  // A provider that calls a webhook has no key; the function checks its caller.
  functions: 'checked',
  realtime: 'required',
}

/** Which service a request is for, or undefined where there is none. */
export function routeOf(url: string): Route | undefined {
  const match = /^\/(rest|auth|storage|functions|realtime)\/v1(?=[/?]|$)/.exec(url)
  if (match === null) return undefined
  const service = match[1] as ServiceName
  const rest = url.slice(match[0].length)
  const whole = rest.startsWith('/') ? rest : `/${rest}`
  const { path, keyParameter } = service === 'functions' ? { path: whole } : takeKeyParameter(whole)
  const isOpen = service === 'auth' && openAuthPaths.has(path.split('?', 1)[0]!)
  return {
    service,
    path,
    ...(keyParameter === undefined ? {} : { keyParameter }),
    keyRule: isOpen ? 'passed' : keyRules[service],
  }
}

// What else the query says stays as it was written.
function takeKeyParameter(url: string): { path: string; keyParameter?: string } {
  const question = url.indexOf('?')
  const parameters = question < 0 ? [] : url.slice(question + 1).split('&')
  const given = parameters.find((parameter) => parameter.startsWith('apikey='))
  if (given === undefined) return { path: url }
  const kept = parameters.filter((parameter) => !parameter.startsWith('apikey=')).join('&')
  const path = url.slice(0, question)
  return {
    path: kept === '' ? path : `${path}?${kept}`,
    keyParameter: new URLSearchParams(given).get('apikey') ?? '',
  }
}
