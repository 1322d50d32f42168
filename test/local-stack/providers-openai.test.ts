import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ProvidersHarness, startHarness } from './providers-harness.ts'

let harness: ProvidersHarness
beforeAll(async () => {
  harness = await startHarness()
})
beforeEach(() => harness.clear())
afterAll(() => harness.close())

const asked = { model: 'local', messages: [{ role: 'user', content: 'Hello' }], temperature: 0 }

async function complete(body: unknown = asked, key = harness.openai.environment.OPENAI_API_KEY) {
  const response = await fetch(`${harness.openai.environment.OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, json: await response.json() }
}

const contentOf = ({ json }: Awaited<ReturnType<typeof complete>>) => json.choices[0].message.content

test('it answers as chat completions do, and remembers what it was asked', async () => {
  const { status, json } = await complete()
  expect(status).toBe(200)
  expect(json).toMatchObject({
    object: 'chat.completion',
    model: 'local',
    choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: 'stop' }],
  })
  expect(JSON.parse(json.choices[0].message.content)).toMatchObject({ draft: {} })
  expect(harness.openai.requests()).toEqual([asked])
})

test('it says what a test has told it to, until it is cleared', async () => {
  harness.openai.answerWith('not JSON')
  expect(contentOf(await complete())).toBe('not JSON')
  await fetch(`${harness.url}/api/openai/answer`, {
    method: 'POST',
    body: JSON.stringify({ content: { reply: 'Hi' } }),
  })
  expect(contentOf(await complete())).toBe('{"reply":"Hi"}')
  expect(await (await fetch(`${harness.url}/api/openai`)).json()).toHaveLength(2)
  harness.clear()
  expect(harness.openai.requests()).toEqual([])
  expect(contentOf(await complete())).toContain('draft')
})

test('it refuses another key, malformed requests and other paths', async () => {
  expect(await complete(asked, 'sk-other')).toMatchObject({ status: 401, json: { error: { code: 'invalid_api_key' } } })
  for (const body of [{}, { model: 'local' }, { ...asked, messages: [] }, { ...asked, messages: [{ role: 'user' }] }]) {
    expect((await complete(body)).status).toBe(400)
  }
  expect((await fetch(`${harness.url}/openai/v1/models`)).status).toBe(404)
  expect(harness.openai.requests()).toEqual([])
})

test('it fails when it is told to', async () => {
  harness.addFault({ provider: 'openai', path: '/v1/chat', status: 503, code: 'overloaded' })
  expect(await complete()).toMatchObject({ status: 503, json: { error: { code: 'overloaded' } } })
  harness.addFault({ provider: 'openai', afterDoing: true })
  await expect(complete()).rejects.toThrow()
  expect((await complete()).status).toBe(200)
})

test('no function is led to it by itself', () => {
  expect(Object.keys(harness.environment).filter((name) => name.startsWith('OPENAI_'))).toEqual([])
})
