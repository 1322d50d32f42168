import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Tells one state of a function's source from another: its folder, `_shared` beside it, and the given files. Asked at
 * each request, so that there is no moment in which a saved change is not seen yet, as there is with file watchers.
 */
export async function sourceVersion(entrypoint: string, otherFiles: string[]): Promise<string> {
  const folder = dirname(entrypoint)
  const inFolders = await Promise.all([filesIn(folder), filesIn(join(dirname(folder), '_shared'))])
  const states = await Promise.all([...inFolders.flat(), ...otherFiles].sort().map(stateOf))
  return states.join('\n')
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((): Dirent[] => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function stateOf(file: string): Promise<string> {
  const state = await stat(file, { bigint: true }).catch(() => undefined)
  return state === undefined ? `${file} missing` : `${file} ${state.ino} ${state.size} ${state.mtimeNs}`
}
