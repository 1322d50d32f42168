import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { FunctionConfig } from '../../local-stack/src/config.ts'
import { hostFunctions } from './host-functions.ts'

const closers: (() => Promise<unknown>)[] = []
let folder = ''

/** Gives each test of a file a project folder of its own, and ends what the test started. */
export function useProjectFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'talentbase-sources-'))
    mkdirSync(join(folder, 'supabase', 'functions'), { recursive: true })
    write('edge-functions/deno.json', '{}')
  })
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
    rmSync(folder, { recursive: true, force: true })
  })
}

/** Writes a file of the test's project. */
export function write(path: string, content: string): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** Hosts functions made of source texts. */
export async function host(
  sources: Record<string, string>,
  options: { env?: Record<string, string>; idleMs?: number; config?: Partial<FunctionConfig> } = {},
) {
  const { config, ...rest } = options
  const functions: Record<string, FunctionConfig> = {}
  for (const [name, source] of Object.entries(sources)) {
    write(`edge-functions/${name}/index.ts`, source)
    functions[name] = {
      enabled: true,
      verify_jwt: false,
      entrypoint: `../edge-functions/${name}/index.ts`,
      import_map: '../edge-functions/deno.json',
      ...config,
    }
  }
  const hosted = await hostFunctions({ functions, supabaseFolder: join(folder, 'supabase'), ...rest })
  closers.push(hosted.close)
  return { ...hosted, text: async (path: string) => (await hosted.call(path)).text() }
}

/** The source of a function whose handler is this expression. */
export const serve = (expression: string) => `Deno.serve(async (request) => ${expression})`

export const saying = (word: string) => serve(`new Response('${word}')`)

/** A server that functions can call; it answers a path once the test lets it. */
export async function startGate() {
  const [arrived, opened] = [createLatches(), createLatches()]
  const server = createServer(async (request, response) => {
    arrived.of(request.url!).open()
    await opened.of(request.url!).opened
    response.end('open')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrival: (path: string) => arrived.of(path).opened,
    open: (path: string) => opened.of(path).open(),
  }
}

function createLatches() {
  const latches = new Map<string, ReturnType<typeof createLatch>>()
  return {
    of(name: string) {
      const latch = latches.get(name) ?? createLatch()
      latches.set(name, latch)
      return latch
    },
  }
}

function createLatch() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
