import { expect, test, vi } from 'vitest'
import { host, saying, serve, startGate, useProjectFolder, write } from '../edge/source-functions.ts'

useProjectFolder()

test('the next request sees a saved change, in the function as in _shared', async () => {
  write('edge-functions/_shared/word.ts', `export const word = 'old'`)
  const { text } = await host({ word: `import { word } from '../_shared/word.ts'\n${serve('new Response(word + 1)')}` })
  expect(await text('/word')).toBe('old1')
  write('edge-functions/_shared/word.ts', `export const word = 'new'`)
  expect(await text('/word')).toBe('new1')
  write('edge-functions/word/index.ts', saying('own'))
  expect(await text('/word')).toBe('own')
})

test('a request that runs during a change finishes on the old code', async () => {
  const gate = await startGate()
  const { call, text } = await host(
    { slow: serve(`new Response('old ' + await (await fetch(Deno.env.get('GATE') + '/slow')).text())`) },
    { env: { GATE: gate.url } },
  )
  const running = call('/slow')
  await gate.arrival('/slow')
  write('edge-functions/slow/index.ts', saying('new'))
  expect(await text('/slow')).toBe('new')
  gate.open('/slow')
  expect(await (await running).text()).toBe('old open')
})

test('a function that ends in the middle answers 500 and is started again', async () => {
  const { call, text, lines } = await host({
    fragile: `let count = 0
      Deno.serve((request) => request.url.endsWith('/end') ? Deno.exit(3) : new Response(String(++count)))`,
  })
  expect(await text('/fragile')).toBe('1')
  const ended = await call('/fragile/end')
  expect([ended.status, ended.headers.get('sb-error-code'), await ended.json()]).toEqual([
    500,
    'WORKER_ERROR',
    { code: 'WORKER_ERROR', message: expect.stringContaining('logs') },
  ])
  expect(await text('/fragile')).toBe('1')
  expect(lines).toContain('fragile: ended with code 3')
})

test('a function that ended between two requests is started again', async () => {
  const { call, text, lines } = await host({
    later: `Deno.serve(() => { setTimeout(() => Deno.exit(4), 10); return new Response(String(Deno.pid)) })`,
  })
  const pid = Number(await text('/later'))
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), { timeout: 10_000 })
  await vi.waitFor(async () => expect((await call('/later')).status).toBe(200), { timeout: 10_000 })
  expect(lines.join()).not.toContain('failed to start')
})

test('a function that does not start answers 503 until it is mended', async () => {
  const { call, text, lines } = await host({ broken: `throw new Error('no settings')` })
  const [first, second] = await Promise.all([call('/broken'), call('/broken')])
  for (const answer of [first, second]) {
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { code: 'BOOT_ERROR', message: expect.stringContaining('failed to start') },
    ])
  }
  expect(lines.some((line) => line.startsWith('broken: ') && line.includes('no settings'))).toBe(true)
  write('edge-functions/broken/index.ts', saying('mended'))
  expect(await text('/broken')).toBe('mended')
})

test('a function that takes too much memory answers 546', async () => {
  const { call } = await host({
    greedy: serve('{ const all = []; while (true) all.push(new Array(10_000).fill(1)) }'),
  })
  const answer = await call('/greedy')
  expect([answer.status, await answer.json()]).toMatchObject([546, { code: 'WORKER_RESOURCE_LIMIT' }])
})

test('an error of a handler is a 500 that does not end the function', async () => {
  const { call, text, lines } = await host({
    throwing: `Deno.serve((request) => { if (request.url.endsWith('/throw')) throw new Error('oops'); return new Response(String(Deno.pid)) })`,
  })
  const pid = await text('/throwing')
  expect((await call('/throwing/throw')).status).toBe(500)
  expect(await text('/throwing')).toBe(pid)
  expect(lines.join('\n')).toContain('throwing: Error: oops')
})

test('an unused function is stopped, and starts again when it is asked', async () => {
  const { text } = await host({ pid: serve('new Response(String(Deno.pid))') }, { idleMs: 50 })
  const first = Number(await text('/pid'))
  await vi.waitFor(() => expect(() => process.kill(first, 0)).toThrow(), { timeout: 10_000 })
  expect(Number(await text('/pid'))).not.toBe(first)
})

test('a function is not stopped while it answers', async () => {
  const gate = await startGate()
  const { call } = await host(
    {
      slow: serve(`new Response(new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode(String(Deno.pid)))
          await fetch(Deno.env.get('GATE') + '/slow')
          controller.close()
        },
      }))`),
    },
    { env: { GATE: gate.url }, idleMs: 0 },
  )
  const reader = (await call('/slow')).body!.pipeThrough(new TextDecoderStream()).getReader()
  const pid = Number((await reader.read()).value)
  await gate.arrival('/slow')
  process.kill(pid, 0)
  // Whoever goes away no longer counts as a request.
  await reader.cancel()
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), { timeout: 10_000 })
  gate.open('/slow')
})

test('closing ends every process, also one that is just starting', async () => {
  const { call, text, close, lines } = await host({
    running: serve('new Response(String(Deno.pid))'),
    starting: `console.log('starting'); await new Promise(() => setInterval(() => undefined, 1000))`,
  })
  const pid = Number(await text('/running'))
  const starting = call('/starting')
  await vi.waitFor(() => expect(lines).toContain('starting: starting'))
  const tooLate = call('/starting')
  await close()
  expect([(await starting).status, (await tooLate).status, (await call('/running')).status]).toEqual([503, 503, 503])
  expect(() => process.kill(pid, 0)).toThrow()
})
