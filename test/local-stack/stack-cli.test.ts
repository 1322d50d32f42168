import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const operations = readFileSync(`${project}docs/operations.md`, 'utf8')
const home = mkdtempSync(join(tmpdir(), 'talentbase-cli-'))
let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(async () => {
  await stack.close()
  rmSync(home, { recursive: true, force: true })
})

/** Runs the Supabase CLI in the project, without what this machine has set for it; answers all it printed. */
async function supabase(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    `${project}node_modules/.bin/supabase`,
    [...args, '--agent', 'no'],
    {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        PGSSLMODE: 'disable',
        SUPABASE_HOME: home,
        SUPABASE_TELEMETRY_DISABLED: '1',
        SUPABASE_NO_UPDATE_NOTIFIER: '1',
        SUPABASE_NO_KEYRING: '1',
        ...env,
      },
    },
  )
  return stdout + stderr
}

test('db push of docs/operations.md goes to the project one names, and reads config.toml with the secret set', async () => {
  const [, given] = /`npx supabase (db push [^`]*)`/.exec(operations)!
  const args = given!.split(' ')
  expect(args).toContain('--remote')
  const push = args.map((arg) => (arg === '--remote' ? `--remote=${stack.databaseUrl('postgres')}` : arg))
  const secret = `v1,whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const output = await supabase([...push, '--dry-run'], { SEND_EMAIL_HOOK_SECRET: secret })
  expect(output).toContain('Target: custom Postgres')
  expect(output).toContain('Remote database is up to date.')
  expect(output).not.toMatch(/deprecated/i)
})
