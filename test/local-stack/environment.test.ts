import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { functionEnvironment } from '../../local-stack/src/functions/environment.ts'
import { loadKeys } from '../../local-stack/src/keys.ts'
import { loadSecrets } from '../../local-stack/src/secrets.ts'
import type { ServiceContext } from '../../local-stack/src/service.ts'

let folder: string
let context: ServiceContext

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-environment-'))
  const keys = await loadKeys(folder)
  context = { url: 'http://127.0.0.1:9', keys, databaseUrl: () => 'postgres://', log: () => undefined } as never
})

afterAll(() => rmSync(folder, { recursive: true }))

const stack = {
  APP_URL: 'http://127.0.0.1:3000',
  STRIPE_SECRET_KEY: 'sk_test_local',
  STRIPE_WEBHOOK_SECRET: 'whsec_local',
  STRIPE_BASE_URL: 'http://double',
  KASPI_API_KEY: 'kaspi_local',
  KASPI_WEBHOOK_SECRET: 'local',
  KASPI_BASE_URL: 'http://double/kaspi',
  ROBOKASSA_LOGIN: 'local',
  ROBOKASSA_PASSWORD_1: 'local-1',
  ROBOKASSA_PASSWORD_2: 'local-2',
  ROBOKASSA_CURRENCY: 'KZT',
  ROBOKASSA_BASE_URL: 'http://double/robokassa',
}

function environment(developer: string): Record<string, string> {
  const file = join(folder, '.env')
  writeFileSync(file, developer)
  return functionEnvironment(context, stack, file)
}

const of = (found: Record<string, string>, prefix: string) =>
  Object.fromEntries(Object.entries(found).filter(([name]) => name.startsWith(prefix)))

test("the stack's values win over a file without keys", () => {
  expect(
    environment('STRIPE_WEBHOOK_SECRET=whsec_hosted\nROBOKASSA_CURRENCY=RUB\nAPP_URL=https://hosted'),
  ).toMatchObject(stack)
})

test.each([
  ['STRIPE_', { STRIPE_SECRET_KEY: 'sk_test_real', STRIPE_WEBHOOK_SECRET: 'whsec_real' }],
  ['STRIPE_', { STRIPE_SECRET_KEY: 'sk_test_real' }],
  ['KASPI_', { KASPI_API_KEY: 'real', KASPI_BASE_URL: 'https://kaspi.example' }],
  ['ROBOKASSA_', { ROBOKASSA_LOGIN: 'shop', ROBOKASSA_PASSWORD_1: 'one', ROBOKASSA_PASSWORD_2: 'two' }],
])('a real key of %s takes all back that the stack gives for it, and nothing else', (prefix, given) => {
  const found = environment(
    Object.entries(given)
      .map((pair) => pair.join('='))
      .join('\n'),
  )
  expect(of(found, prefix)).toEqual(given)
  for (const other of ['STRIPE_', 'KASPI_', 'ROBOKASSA_'].filter((one) => one !== prefix)) {
    expect(of(found, other)).toEqual(of(stack, other))
  }
})

test('a folder of an earlier version gets the secrets that it lacks, once', () => {
  const file = join(folder, 'secrets.json')
  const earlier = { SEND_EMAIL_HOOK_SECRET: 'v1,whsec_YWJj' }
  writeFileSync(file, JSON.stringify(earlier))
  const secrets = loadSecrets(folder)
  expect(secrets).toMatchObject({
    ...earlier,
    STRIPE_WEBHOOK_SECRET: expect.stringMatching(/^whsec_\w{32,}\|whsec_\w{32,}$/),
    KASPI_WEBHOOK_SECRET: expect.stringMatching(/^\w{32,}$/),
    ROBOKASSA_PASSWORD_2: expect.stringMatching(/^\w{32,}$/),
  })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(secrets)
  expect(loadSecrets(folder)).toEqual(secrets)
})
