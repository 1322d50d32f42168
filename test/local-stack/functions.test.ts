import { expect, test, vi } from 'vitest'
import { host, saying, serve, startGate, useProjectFolder, write } from '../edge/source-functions.ts'

useProjectFolder()

test('gives a function the request and gives its answer back, unchanged', async () => {
  const { call } = await host({
    echo: `Deno.serve(async (request) => {
      const { pathname, search } = new URL(request.url)
      const headers = { 'x-seen': [request.method, pathname, search, request.headers.get('x-mine')].join(' ') }
      return new Response(await request.arrayBuffer(), { status: 207, headers })
    })`,
  })
  const bytes = new Uint8Array([0, 255, 128, 10])
  const answer = await call('/echo/a%20b/c?x=1&x=2', { method: 'PUT', body: bytes, headers: { 'x-mine': 'yes' } })
  expect(answer.status).toBe(207)
  expect(answer.headers.get('x-seen')).toBe('PUT /echo/a%20b/c ?x=1&x=2 yes')
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
})

test('passes redirects, empty answers and compressed answers on', async () => {
  const { call } = await host({
    redirect: serve(`Response.redirect('http://elsewhere.example/', 303)`),
    empty: serve(`new Response(null, { status: 204 })`),
    packed: serve(`new Response(
      new Blob(['unpacked']).stream().pipeThrough(new CompressionStream('gzip')),
      { headers: { 'content-encoding': 'gzip' } },
    )`),
  })
  const redirect = await call('/redirect')
  expect([redirect.status, redirect.headers.get('location')]).toEqual([303, 'http://elsewhere.example/'])
  expect((await call('/empty')).status).toBe(204)
  const packed = await call('/packed')
  expect([packed.headers.get('content-encoding'), await packed.text()]).toEqual([null, 'unpacked'])
})

test('streams: the first part arrives before the function has made the second', async () => {
  const gate = await startGate()
  const { call } = await host(
    {
      stream: serve(`new Response(new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('first '))
          await fetch(Deno.env.get('GATE') + '/stream')
          controller.enqueue(new TextEncoder().encode('second'))
          controller.close()
        },
      }))`),
    },
    { env: { GATE: gate.url } },
  )
  const reader = (await call('/stream')).body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('first ')
  gate.open('/stream')
  expect((await reader.read()).value).toBe('second')
})

test('runs several functions, and several requests of one, at once', async () => {
  const gate = await startGate()
  const waiting = serve(
    `new Response(await (await fetch(Deno.env.get('GATE') + new URL(request.url).pathname)).text())`,
  )
  const { call } = await host({ one: waiting, two: waiting }, { env: { GATE: gate.url } })
  const paths = ['/one/a', '/one/b', '/two/a']
  const answers = paths.map(async (path) => (await call(path)).text())
  // None was answered, yet all of them arrived.
  await Promise.all(paths.map(gate.arrival))
  paths.reverse().map(gate.open)
  expect(await Promise.all(answers)).toEqual(['open', 'open', 'open'])
})

test('logs line by line with the name of the function', async () => {
  const { text, lines } = await host({
    loud: `console.log('starting')
      Deno.serve(() => { console.log('one\\ntwo'); console.error('three'); return new Response('') })`,
  })
  await text('/loud')
  await vi.waitFor(() => expect(lines).toHaveLength(4))
  expect(lines[0]).toBe('loud: starting')
  expect(lines.slice(1).sort()).toEqual(['loud: one', 'loud: three', 'loud: two'])
})

test('the environment is what hosted gives, what the stack gives, and nothing of this machine', async () => {
  vi.stubEnv('OF_THIS_MACHINE', 'secret')
  const { text, keys } = await host(
    { env: serve('Response.json(Deno.env.toObject())') },
    { env: { MY_SECRET: 'mine' } },
  )
  vi.unstubAllEnvs()
  const env = JSON.parse(await text('/env'))
  expect(env).toMatchObject({
    SUPABASE_URL: 'http://127.0.0.1:9',
    SUPABASE_ANON_KEY: keys.anonToken,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleToken,
    SUPABASE_DB_URL: 'postgres://postgres@127.0.0.1:9/postgres',
    MY_SECRET: 'mine',
  })
  expect(JSON.parse(env.SUPABASE_PUBLISHABLE_KEYS)).toEqual({ default: keys.publishableKey })
  expect(JSON.parse(env.SUPABASE_SECRET_KEYS)).toEqual({ default: keys.secretKey })
  expect(JSON.parse(env.SUPABASE_JWKS)).toEqual(keys.jwks)
  expect(env).not.toHaveProperty('OF_THIS_MACHINE')
})

test("the developer's file adds secrets and switches to a real provider, but breaks nothing else", async () => {
  const stack = { HOOK_SECRET: 'local', RESEND_BASE_URL: 'http://double', RESEND_API_KEY: 're_local' }
  const { text } = await host({ env: serve('Response.json(Deno.env.toObject())') }, { env: stack })
  expect(JSON.parse(await text('/env'))).toMatchObject(stack)
  write('supabase/functions/.env', 'HOOK_SECRET=hosted\nSUPABASE_URL=http://hosted\nSUPABASE_MINE=1\nEXTRA="a b"\n')
  const added = JSON.parse(await text('/env'))
  expect(added).toMatchObject({ ...stack, SUPABASE_URL: 'http://127.0.0.1:9', EXTRA: 'a b' })
  expect(added).not.toHaveProperty('SUPABASE_MINE')
  write('supabase/functions/.env', 'RESEND_API_KEY=re_real\n')
  const real = JSON.parse(await text('/env'))
  expect(real).toMatchObject({ RESEND_API_KEY: 're_real', HOOK_SECRET: 'local' })
  expect(real).not.toHaveProperty('RESEND_BASE_URL')
})

test('a function may use the network and its environment, and nothing else of the machine', async () => {
  const { text } = await host({
    curious: serve(`{
      const tries = {
        read: () => Deno.readTextFile('/etc/passwd'),
        write: () => Deno.writeTextFile('/tmp/talentbase-curious', ''),
        run: () => new Deno.Command('/bin/true').output(),
        remote: () => import('https://deno.land/std/version.ts'),
      }
      const errors: Record<string, string> = {}
      for (const [name, run] of Object.entries(tries)) {
        try { await run(); errors[name] = 'allowed' } catch (error) { errors[name] = String(error) }
      }
      return Response.json(errors)
    }`),
  })
  expect(JSON.parse(await text('/curious'))).toEqual({
    read: expect.stringMatching(/^NotCapable/),
    write: expect.stringMatching(/^NotCapable/),
    run: expect.stringMatching(/^NotCapable/),
    remote: expect.stringContaining('--no-remote'),
  })
})

test('an unknown or disabled function is a 404', async () => {
  const { call } = await host({ known: saying('here') })
  const disabled = await host({ off: saying('off') }, { config: { enabled: false } })
  for (const answer of [
    await call('/unknown'),
    await call('/'),
    await call('/constructor'),
    await disabled.call('/off'),
  ]) {
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { code: 'NOT_FOUND', message: 'Requested function was not found' },
    ])
  }
  expect((await call('/known')).status).toBe(200)
})

test('verify_jwt lets only signed tokens through', async () => {
  const { call, keys } = await host({ guarded: saying('in') }, { config: { verify_jwt: true } })
  const withToken = (token: string) => call('/guarded', { headers: { authorization: `Bearer ${token}` } })
  expect([(await call('/guarded')).status, (await withToken('a.b.c')).status]).toEqual([401, 401])
  expect((await withToken(keys.anonToken)).status).toBe(200)
  expect((await call('/guarded', { method: 'OPTIONS' })).status).toBe(200)
})
