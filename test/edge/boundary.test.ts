import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest'
import { z } from 'zod'
import { withBoundary } from '../../edge-functions/_shared/boundary.ts'
import { dataOf } from '../../edge-functions/_shared/data-api.ts'
import { readEnv, secretKeyEnv, secretKeyOf } from '../../edge-functions/_shared/env.ts'
import { FunctionError } from '../../edge-functions/_shared/error.ts'
import { readText } from '../../edge-functions/_shared/http.ts'

let logged: MockInstance<typeof console.error>
beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => logged.mockRestore())

function answerTo(thrown: unknown) {
  const handler = withBoundary(() => {
    throw thrown
  })
  return handler(new Request('http://functions/x'))
}

test('a FunctionError is answered as it says, and a refusal is not logged', async () => {
  const error = new FunctionError(409, 'conflict', 'Taken.', {
    details: { field: 'name' },
    headers: { 'x-more': 'yes' },
  })
  const answer = await answerTo(error)
  expect([answer.status, answer.headers.get('x-more'), answer.headers.get('cache-control')]).toEqual([
    409,
    'yes',
    'no-store',
  ])
  expect(await answer.json()).toEqual({ code: 'conflict', message: 'Taken.', details: { field: 'name' } })
  expect(logged).not.toHaveBeenCalled()
})

test.each([[new Error('password=hunter2')], ['hunter2'], [undefined], [null], [{ toString: 7 }]])(
  'anything else that is thrown is a 500 that tells nothing, and is logged: %o',
  async (thrown) => {
    const answer = await answerTo(thrown)
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { code: 'internal_error', message: 'Something went wrong.' },
    ])
    expect(logged).toHaveBeenCalledOnce()
    expect(logged.mock.calls[0]).toContain(thrown ?? '')
  },
)

test('a cause is logged and not answered', async () => {
  const cause = new Error('the reason')
  const answer = await answerTo(new FunctionError(503, 'service_unavailable', 'Later.', { cause }))
  expect(await answer.text()).not.toContain('the reason')
  expect(logged.mock.calls[0]).toContain(cause)
})

test('reads a body up to its limit, in bytes, and no further', async () => {
  const read = (body: BodyInit) => readText(new Request('http://functions/x', { method: 'POST', body }), 8)
  expect(await read('ääää')).toBe('ääää')
  await expect(read('ääääa')).rejects.toMatchObject({ status: 413, code: 'payload_too_large' })
  await expect(read(new Uint8Array([0xff, 0xfe]))).rejects.toMatchObject({ status: 400, code: 'validation_failed' })
  expect(await readText(new Request('http://functions/x'), 8)).toBe('')

  const parts = vi.fn((controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(4)))
  const endless = { method: 'POST', body: new ReadableStream({ pull: parts }), duplex: 'half' }
  await expect(readText(new Request('http://functions/x', endless), 8)).rejects.toMatchObject({ status: 413 })
  expect(parts.mock.calls.length).toBeLessThan(10)
})

test('settings that are missing or malformed are named without their values', () => {
  const shape = z.object({ URL: z.url(), TOKEN: z.string().min(10), NOTHING: z.string() })
  expect(() => readEnv(shape, { URL: 'nowhere', TOKEN: 'secret' })).toThrow(
    /^Missing or malformed.*: URL, TOKEN, NOTHING$/,
  )
})

test('the secret key is the default one, else the service role key', () => {
  const keyOf = (values: Record<string, string>) => secretKeyOf(readEnv(z.object(secretKeyEnv), values))
  const both = { SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1","other":"2"}', SUPABASE_SERVICE_ROLE_KEY: 'jwt' }
  expect(keyOf(both)).toBe('sb_secret_1')
  expect(keyOf({ SUPABASE_SERVICE_ROLE_KEY: 'jwt' })).toBe('jwt')
  expect(() => keyOf({})).toThrow('SUPABASE_SECRET_KEYS')
  for (const broken of ['sb_secret_1', '["sb_secret_1"]', '{"default":7}']) {
    expect(() => keyOf({ ...both, SUPABASE_SECRET_KEYS: broken })).toThrow(/: SUPABASE_SECRET_KEYS$/)
  }
})

test('the database passes its own codes on, Postgres and PostgREST keep theirs', () => {
  const answer = (code: string, status: number) => () =>
    dataOf({ data: null, error: { code, message: 'm', details: '' }, status })
  expect(dataOf({ data: 7, error: null, status: 200 })).toBe(7)
  expect(answer('account_suspended', 403)).toThrow(expect.objectContaining({ code: 'account_suspended', status: 403 }))
  expect(answer('42501', 403)).toThrow(expect.objectContaining({ code: 'permission_denied', status: 403 }))
  expect(answer('PGRST303', 401)).toThrow(expect.objectContaining({ code: 'auth_required', status: 401 }))
  expect(answer('23505', 409)).toThrow('The Data API answered 409 23505: m')
  expect(answer('PGRST001', 503)).toThrow(expect.objectContaining({ code: 'service_unavailable', status: 503 }))
  expect(answer('', 0)).toThrow(expect.objectContaining({ code: 'service_unavailable', status: 503 }))
})

test('what is deployed uses the versions that are tested here', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
  const { imports } = read('edge-functions/deno.json') as { imports: Record<string, string> }
  for (const specifier of Object.values(imports)) {
    const [, name, version] = /^npm:(@?[^@]+)@(\d+\.\d+\.\d+)(?:\/|$)/.exec(specifier) ?? []
    expect({ [specifier]: version }).toEqual({ [specifier]: read(`node_modules/${name}/package.json`).version })
  }
})
