import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StackError } from './processes/stack-error.ts'

/** The sentence for data that the stack cannot have left behind like that. */
export function damaged(dataFolder: string, reason: string): StackError {
  return new StackError(`The data folder ${dataFolder} is damaged (${reason}): npm run reset makes a new one.`)
}

/** What a JSON file of the data folder holds, or nothing where there is none. Throws a StackError when it is not whole. */
export function readKept<Kept>(
  dataFolder: string,
  name: string,
  isWhole: (value: unknown) => value is Kept,
): Kept | undefined {
  const file = join(dataFolder, name)
  if (!existsSync(file)) return undefined
  const value = parse(readFileSync(file, 'utf8'))
  if (!isWhole(value)) throw notWhole(dataFolder, name)
  return value
}

export function notWhole(dataFolder: string, name: string): StackError {
  return damaged(dataFolder, `${name} is not as the stack wrote it`)
}

export function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
