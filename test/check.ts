/**
 * What must pass before a change lands. `npm run check` runs all of it; `--after-tests` leaves the tests out and adds
 * the results of the last `npm test`. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const migrations = readdirSync(`${project}supabase/migrations`).map((name) => `supabase/migrations/${name}`)
const steps: [name: string, command: string, ...args: string[]][] = [
  ['format and lint', 'biome', 'ci', '.'],
  ['types of TypeScript', 'tsc', '-p', 'tsconfig.json'],
  ['build of the SDK', 'tsc', '-p', 'sdk/tsconfig.build.json'],
  ['types of Deno', 'deno', 'check', '--quiet', '--config', 'edge-functions/deno.json', 'edge-functions'],
  ['lint of Deno', 'deno', 'lint', '--quiet', '--config', 'edge-functions/deno.json', 'edge-functions'],
  ['dead code', 'knip'],
  ['migrations', 'squawk', ...migrations],
  ['generated types', 'node', 'local-stack/src/cli/types.ts', '--check'],
]

let passed = 0
let failed = 0

function run(name: string, command: string, args: string[]): void {
  const start = performance.now()
  const { status } = spawnSync(command, args, { cwd: project, stdio: 'inherit' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`)
  if (status === 0) passed += 1
  else failed += 1
}

type DefaultPrivileges = 'newer' | 'older'

const resultsOf = (privileges: DefaultPrivileges) => `${project}.talentbase/tests-${privileges}.json`

function runTests(privileges: DefaultPrivileges, folders: string[]): void {
  const env = { ...process.env, TALENTBASE_DEFAULT_PRIVILEGES: privileges }
  rmSync(resultsOf(privileges), { force: true })
  spawnSync('vitest', ['run', ...folders], { cwd: project, stdio: 'inherit', env })
}

function countTests(privileges: DefaultPrivileges): void {
  if (!existsSync(resultsOf(privileges))) {
    console.log(`FAILED  tests with the ${privileges} default privileges: there are no results`)
    failed += 1
    return
  }
  const results = JSON.parse(readFileSync(resultsOf(privileges), 'utf8'))
  passed += results.numPassedTests
  // A file that could not be loaded fails the run without a failed test.
  failed += Math.max(results.numTotalTests - results.numPassedTests - results.numPendingTests, results.success ? 0 : 1)
}

for (const [name, command, ...args] of steps) run(name, command, args)
if (!process.argv.includes('--after-tests')) runTests('newer', [])
// What stands on the database once more, with everything granted by default: a revoke that is missing shows.
runTests('older', ['test/attack', 'test/db', 'test/edge', 'test/flows', 'test/parity', 'test/sdk'])
countTests('newer')
countTests('older')

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
