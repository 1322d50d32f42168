import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Account, accountCan, postgresAccount } from './account.ts'
import { type InstalledPostgres, installedPostgres } from './binaries.ts'

/** Where a cluster lies and who runs it. */
export interface Place {
  /** Holds the folder `data` and little else; belongs to the account. */
  folder: string
  /** Holds bin, lib and share, readable by the account. */
  binaries: string
  /** The Postgres package's version, such as 17.10.0. */
  version: string
  account: Account | undefined
}

// Only root comes here, and only when the account that runs Postgres cannot enter the stack's own folders.
const outside = '/var/lib/talentbase'

/**
 * Finds or makes the place of the cluster that belongs to a data folder: `<data folder>/postgres`, or, when root starts
 * the stack and the account that runs Postgres cannot enter that folder, `/var/lib/talentbase/<hash of its path>`.
 */
export function preparePlace(dataFolder: string): Place {
  const account = postgresAccount()
  makeFolder(dataFolder)
  const folder = account === undefined ? ownFolder(dataFolder) : folderFor(account, dataFolder)
  const installed = installedPostgres()
  return { folder, binaries: binariesFor(account, installed), version: installed.version, account }
}

/** The folder of a data folder's cluster where that is not in the data folder itself. */
export function placeOutside(dataFolder: string): string | undefined {
  const folder = outsideFolder(dataFolder)
  const isOutside = existsSync(join(folder, 'data')) && !existsSync(join(dataFolder, 'postgres', 'data'))
  return isOutside ? folder : undefined
}

/** Removes the cluster of a data folder, wherever it lies. Nobody may be using it. */
export function removePlace(dataFolder: string): void {
  rmSync(join(dataFolder, 'postgres'), { recursive: true, force: true })
  rmSync(outsideFolder(dataFolder), { recursive: true, force: true })
}

function ownFolder(dataFolder: string): string {
  const folder = join(dataFolder, 'postgres')
  makeFolder(folder)
  return folder
}

function folderFor(account: Account, dataFolder: string): string {
  const inside = ownFolder(dataFolder)
  chownSync(inside, account.uid, account.gid)
  if (accountCan(account, 'cd "$1" && test -w .', inside)) return inside
  const folder = outsideFolder(dataFolder)
  // The same mark on both sides: data of an earlier folder at this path is not taken for this one's.
  const [here, there] = [join(inside, 'id'), join(folder, 'id')]
  if (!existsSync(here)) writeFileSync(here, randomUUID())
  if (!existsSync(there) || readFileSync(there, 'utf8') !== readFileSync(here, 'utf8')) {
    rmSync(folder, { recursive: true, force: true })
    makeOutside()
    makeFolder(folder)
    cpSync(here, there)
  }
  chownSync(folder, account.uid, account.gid)
  return folder
}

function outsideFolder(dataFolder: string): string {
  return join(outside, createHash('sha256').update(dataFolder).digest('hex').slice(0, 16))
}

function binariesFor(account: Account | undefined, { folder, version }: InstalledPostgres): string {
  if (account === undefined || accountCan(account, '"$1" --version', join(folder, 'bin', 'postgres'))) return folder
  const copy = join(outside, `postgres-${version}`)
  if (!existsSync(copy)) {
    makeOutside()
    const unfinished = `${copy}.${randomUUID()}`
    cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true })
    // Whoever installed them may have kept them for himself.
    execFileSync('chmod', ['-R', 'a+rX', unfinished])
    renameSync(unfinished, copy)
  }
  return copy
}

function makeOutside(): void {
  makeFolder(outside)
  // Whatever root's umask is.
  chmodSync(outside, 0o755)
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
}
