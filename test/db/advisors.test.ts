import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

const run = promisify(execFile)
let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

describe('supabase db advisors', () => {
  it('reports nothing but unused_index, which fires for every fresh index', async () => {
    const { stdout } = await run(
      'supabase',
      ['db', 'advisors', '--level', 'info', '--output-format', 'json', `--remote=${stack.databaseUrl('postgres')}`],
      { env: { ...process.env, SEND_EMAIL_HOOK_SECRET: `v1,whsec_${'A'.repeat(43)}=` }, maxBuffer: 16_000_000 },
    )
    const { results } = JSON.parse(stdout) as { results: { name: string; detail: string }[] }
    expect(results.map(({ name }) => name)).toContain('unused_index')
    expect(results.filter(({ name }) => name !== 'unused_index').map(({ detail }) => detail)).toEqual([])
  })
})
