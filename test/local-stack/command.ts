import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPortFree } from '../../local-stack/src/processes/free-port.ts'

const patienceMilliseconds = 30_000

export interface Command {
  child: ChildProcess
  output(): string
  /** Answers once this text was printed; throws when the command ends before. */
  printed(text: string): Promise<void>
  exited: Promise<number | NodeJS.Signals>
}

export function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Command {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1))
  })
  const printed = (text: string) =>
    eventually(`"${text}" in:\n${output}`, () => {
      if (child.exitCode !== null && !output.includes(text)) throw new Error(`ended without "${text}":\n${output}`)
      return output.includes(text)
    })
  return { child, output: () => output, printed, exited }
}

export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}`)
    await sleep(20)
  }
}

/** The first of a block of ports that nobody uses, as --port takes it. */
export async function freeBlock(): Promise<number> {
  for (;;) {
    const first = randomInt(12_000, 19_000)
    if (await areFree(first)) return first
  }
}

export async function areFree(first: number): Promise<boolean> {
  const free = await Promise.all([first, first + 1, first + 3, first + 8].map(isPortFree))
  return free.every(Boolean)
}

export interface Row {
  pid: number
  parent: number
  /** Tells it from a later process with the same number. */
  started: string
  command: string
}

export function processTable(): Row[] {
  const columns = ['-A', '-o', 'pid=,ppid=,stat=,lstart=,args=']
  const lines = execFileSync('ps', columns, { encoding: 'utf8', maxBuffer: 1e8 }).split('\n')
  return lines.flatMap((line) => {
    const form = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ +\S+ +\S+ +\S+ +\S+)\s+(.*)$/
    const [, pid, parent, state, started, command] = form.exec(line) ?? []
    // One that has ended and that nobody asked after yet is in the table still.
    if (pid === undefined || state?.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), started: started!, command: command! }]
  })
}

export function descendants(pid: number): Row[] {
  const table = processTable()
  const found = table.filter((row) => row.pid === pid)
  for (const row of found) found.push(...table.filter(({ parent }) => parent === row.pid))
  return found
}
