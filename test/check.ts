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
// Named again at the end: what failed early is far up in the output by then.
const failures: string[] = []

function run(name: string, command: string, args: string[]): void {
  const start = performance.now()
  const { status } = spawnSync(command, args, { cwd: project, stdio: 'inherit' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`)
  if (status === 0) {
    passed += 1
    return
  }
  failed += 1
  failures.push(name)
}

type DefaultPrivileges = 'newer' | 'older'

const resultsOf = (privileges: DefaultPrivileges) => `${project}.talentbase/tests-${privileges}.json`

function runTests(privileges: DefaultPrivileges, folders: string[]): void {
  const env = { ...process.env, TALENTBASE_DEFAULT_PRIVILEGES: privileges }
  rmSync(resultsOf(privileges), { force: true })
  spawnSync('vitest', ['run', ...folders], { cwd: project, stdio: 'inherit', env })
}

interface TestFile {
  name: string
  status: string
  message: string
  assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
}

const firstLines = (text: string) => text.split('\n').slice(0, 12).join('\n')

function failuresOf(file: TestFile): string[] {
  const name = file.name.replace(project, '')
  const tests = file.assertionResults.filter((test) => test.status === 'failed')
  // A file that could not be loaded, or whose preparation failed, fails without a failed test.
  if (tests.length === 0 && file.status === 'failed') return [`${name}\n${firstLines(file.message)}`]
  return tests.map((test) => `${name}: ${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`)
}

function countTests(privileges: DefaultPrivileges): void {
  const suite = `tests with the ${privileges} default privileges`
  if (!existsSync(resultsOf(privileges))) {
    failed += 1
    failures.push(`${suite}: there are no results`)
    return
  }
  const results = JSON.parse(readFileSync(resultsOf(privileges), 'utf8'))
  const found = (results.testResults as TestFile[]).flatMap(failuresOf)
  passed += results.numPassedTests
  if (found.length === 0 && !results.success) found.push('the run failed outside of every test')
  failed += found.length
  failures.push(...found.map((failure) => `${suite}: ${failure}`))
}

for (const [name, command, ...args] of steps) run(name, command, args)
if (!process.argv.includes('--after-tests')) runTests('newer', [])
// What grants refuse, once more with everything granted by default: a revoke that is missing shows. test/access tries both by
// itself; what works with nothing granted works with more.
const refused = ['actors', 'leaks', 'masked-candidates', 'private', 'tables']
runTests(
  'older',
  refused.map((name) => `test/attack/${name}.test.ts`),
)
countTests('newer')
countTests('older')

for (const failure of failures) console.log(`FAILED  ${failure}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
