import { isIP } from 'node:net'
import type { z } from 'zod'
import { authError } from '../errors/auth-error.ts'

const largestBody = 1 << 20

/** What a handler reads of a request. */
export interface AuthRequest {
  method: string
  /** A part of the path, such as `id` in /admin/users/:id. */
  param(name: string): string
  /** Empty when missing. */
  query(name: string): string
  queries(name: string): string[]
  /** Path and query as the service sees them. */
  path: string
  /** Empty when missing. */
  header(name: string): string
  body<T>(schema: z.ZodType<T>): Promise<T>
  hasBody(): Promise<boolean>
  /** The caller's address as it is noted down; empty when unknown. */
  ip: string
  /** The address request limits count by, which a client cannot choose; empty switches them off. */
  limitKey: string
}

/**
 * @param secret the key in `apikey` that lets a server name the address it asks for, in `sb-forwarded-for`
 */
export function readRequest(request: Request, params: Record<string, string>, secret: string): AuthRequest {
  const url = new URL(request.url)
  const header = (name: string) => request.headers.get(name) ?? ''
  const forwarded = header('apikey') === secret ? firstAddress(header('sb-forwarded-for').split(',')[0]!) : ''
  let text: Promise<string> | undefined
  const readText = () => {
    text ??= readBody(request)
    return text
  }
  return {
    method: request.method,
    path: url.pathname + url.search,
    param: (name) => params[name] ?? '',
    query: (name) => url.searchParams.get(name) ?? '',
    queries: (name) => url.searchParams.getAll(name),
    header,
    body: async (schema) => parseBody(await readText(), schema),
    hasBody: async () => (await readText()) !== '',
    ip: forwarded || firstAddress(header('x-forwarded-for')),
    limitKey: forwarded || header('cf-connecting-ip'),
  }
}

async function readBody(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > largestBody) throw authError('bodyTooLarge', largestBody)
  const bytes = await request.arrayBuffer()
  if (bytes.byteLength > largestBody) throw authError('bodyTooLarge', largestBody)
  return new TextDecoder().decode(bytes)
}

function parseBody<T>(text: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw authError('badJson', text === '' ? 'unexpected end of JSON input' : (error as Error).message)
  }
  const parsed = schema.safeParse(json ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw authError('badJson', `${issue!.path.join('.') || 'body'}: ${issue!.message}`)
}

function firstAddress(list: string): string {
  return (
    list
      .split(',')
      .map((item) => item.trim())
      .find((item) => isIP(item) !== 0) ?? ''
  )
}
