import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runGuarded, spawnGuarded } from '../../local-stack/src/processes/spawn-guarded.ts'

const source = new URL('../../local-stack/src/processes/', import.meta.url).href
let folder: string
const parents: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-processes-'))
})
afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A Node process that runs the script; answers once it has printed a line. */
async function parent(script: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  parents.push(child)
  await once(child.stdout!, 'data')
  return child
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that has ended and that nobody has collected yet is no longer alive.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self')
  }
}

const writesItsPid = (file: string, rest: string) => `echo $$ > ${file}; ${rest}`
const pidIn = (file: string) => Number(readFileSync(file, 'utf8'))

test.each([
  ['that ends when it is asked', 'exec sleep 600'],
  ['that starts another', 'sleep 600 & exec sleep 600'],
  ['that ignores being asked', `trap '' TERM; while :; do sleep 0.1; done`],
])('a command %s does not outlive a killed parent', async (_, rest) => {
  const file = join(folder, 'pid')
  const killed = await parent(`
    import { spawnGuarded } from '${source}spawn-guarded.ts'
    spawnGuarded('/bin/sh', ['-c', ${JSON.stringify(`${writesItsPid(file, 'echo up')}; ${rest}`)}], { onLine: console.log })
  `)
  const pid = pidIn(file)
  expect(isAlive(pid)).toBe(true)
  killed.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)
})

test('a folder goes with its killed parent, and stays with one that released it', async () => {
  const [left, released] = [join(folder, 'left'), join(folder, 'released')]
  const killed = await parent(`
    import { mkdirSync } from 'node:fs'
    import { removeWithParent } from '${source}remove-with-parent.ts'
    mkdirSync('${left}/deep', { recursive: true })
    mkdirSync('${released}')
    removeWithParent('${left}')
    await removeWithParent('${released}').release()
    console.log('up')
    setInterval(() => undefined, 1000)
  `)
  expect(existsSync(left)).toBe(true)
  killed.kill('SIGKILL')
  await expect.poll(() => existsSync(left), { timeout: 20_000 }).toBe(false)
  expect(existsSync(released)).toBe(true)
})

test('stop asks with the signal the command wants, and waits', async () => {
  const lines: string[] = []
  const running = spawnGuarded(
    '/bin/sh',
    ['-c', `trap 'echo bye; exit 3' USR1; echo up; while :; do sleep 0.05; done`],
    {
      stopSignal: 'SIGUSR1',
      onLine: (line) => lines.push(line),
    },
  )
  await expect.poll(() => lines).toEqual(['up'])
  await running.stop()
  expect(lines).toEqual(['up', 'bye'])
  expect(await running.exited).toEqual({ code: 3, signal: null })
})

test('a command’s end, its signal and what it printed are told', async () => {
  expect(await runGuarded('/bin/sh', ['-c', 'echo out; exit 7'], {})).toEqual({ code: 7, signal: null, lines: ['out'] })
  expect(await runGuarded('/bin/sh', ['-c', 'kill -KILL $$'], {})).toMatchObject({ code: null, signal: 'SIGKILL' })
  expect((await runGuarded('/nowhere/command', [], {})).code).toBe(127)
})

test('an unexpected end is told, an asked one is not', async () => {
  const told: string[] = []
  const ends = spawnGuarded('/bin/sh', ['-c', 'exit 1'], { onUnexpectedEnd: () => told.push('ends') })
  await ends.exited
  const asked = spawnGuarded('/bin/sh', ['-c', 'sleep 600'], { onUnexpectedEnd: () => told.push('asked') })
  await asked.stop()
  expect(told).toEqual(['ends'])
})

test('a run is given up at its signal', async () => {
  const controller = new AbortController()
  const run = runGuarded(
    '/bin/sh',
    ['-c', 'echo up; exec sleep 600'],
    { onLine: () => controller.abort('enough') },
    controller.signal,
  )
  await expect(run).rejects.toBe('enough')
})
