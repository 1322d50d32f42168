import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { damaged } from '../kept.ts'
import { StackError } from '../processes/stack-error.ts'

/** Refuses, before Postgres is started, data that this Postgres cannot have written. */
export function checkData(data: string, version: string, dataFolder: string): void {
  const file = join(data, 'PG_VERSION')
  const found = readIfThere(file)?.trim()
  if (found === undefined) throw damaged(dataFolder, 'the file PG_VERSION is missing')
  const needed = version.split('.')[0]
  if (found !== needed) throw damaged(dataFolder, `Postgres ${found} wrote it and Postgres ${needed} would read it`)
}

const damageWords =
  /pg_control|control file|checkpoint record|WAL directory|data directory|database files are|could not (open|read) (file|directory)|invalid (data|page)/

/** Why Postgres ended before it was ready, in one sentence. */
export function startFailure(lines: string[], dataFolder: string): StackError {
  const words = lines.map((line) => /\b(?:FATAL|PANIC):\s+(.*)/.exec(line)?.[1]).find((found) => found !== undefined)
  const reason = words ?? lines.at(-1) ?? 'it ended without a word'
  if (/permission|Permission denied|wrong ownership/.test(reason)) {
    return new StackError(`No permission on the data folder ${dataFolder}: ${reason}.`)
  }
  if (damageWords.test(lines.join('\n'))) return damaged(dataFolder, asClause(reason))
  return new StackError(`Postgres did not start: ${reason}.`)
}

/** What a server says that runs, but on files that are gone or spoilt, in one sentence; any other error as it is. */
export function explainDamage(error: unknown, dataFolder: string): unknown {
  if (!(error instanceof postgres.PostgresError)) return error
  const reason = error.detail ?? error.message
  // No such database, corrupted data, a corrupted index.
  const isDamage = ['3D000', 'XX001', 'XX002'].includes(error.code) || /"(base|global|pg_\w+)\//.test(reason)
  return isDamage ? damaged(dataFolder, asClause(reason)) : error
}

/** Words of Postgres as a part of a sentence. */
function asClause(words: string): string {
  const bare = words.replace(/^but /, '').replace(/\.$/, '')
  return bare.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
