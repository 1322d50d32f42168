import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeStackData } from '../index.ts'
import { StackError } from '../processes/stack-error.ts'
import { isAlive, processOf } from './process-table.ts'

// What else the project keeps in the default folder, maybe before any start: the install step its lock, tests their results.
const besides = /^(install\.lock|tests-|flow-)/

// Holds the process that runs a stack on the folder, and marks the folder as the stack's: no other is ever deleted.
const noteName = 'stack.json'

/** Takes a data folder for this process and answers what gives it back. Throws a StackError where that cannot be. */
export function claimDataFolder(folder: string): () => void {
  refuseRunning(folder)
  if (!isOurs(folder)) {
    throw new StackError(`${folder} holds something else than the stack's data: name an empty folder with --data.`)
  }
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  write(folder, { pid: process.pid })
  return () => {
    if (read(folder).pid === process.pid) write(folder, {})
  }
}

/** Deletes a data folder with its database, wherever that lies. Says whether there was one. */
export function deleteDataFolder(folder: string): boolean {
  if (!existsSync(folder)) return false
  refuseRunning(folder)
  if (!isOurs(folder)) throw new StackError(`${folder} is not the stack's data folder: nothing was deleted.`)
  removeStackData(folder)
  return true
}

function refuseRunning(folder: string): void {
  const { pid } = read(folder)
  if (pid === undefined || !isStack(pid)) return
  throw new StackError(`The stack is already running on ${folder} (process ${pid}): stop it first.`)
}

// A process id is given again after a while, to anything.
function isStack(pid: number): boolean {
  return isAlive(pid) && processOf(pid)?.command.includes('cli/start') !== false
}

function isOurs(folder: string): boolean {
  if (!existsSync(folder) || existsSync(join(folder, noteName))) return true
  return readdirSync(folder).every((name) => besides.test(name))
}

function read(folder: string): { pid?: number } {
  try {
    return (JSON.parse(readFileSync(join(folder, noteName), 'utf8')) ?? {}) as { pid?: number }
  } catch {
    return {}
  }
}

function write(folder: string, note: { pid?: number }): void {
  const file = join(folder, noteName)
  writeFileSync(`${file}.new`, JSON.stringify(note))
  renameSync(`${file}.new`, file)
}
