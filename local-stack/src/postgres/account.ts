import { execFileSync, spawnSync } from 'node:child_process'
import { StackError } from '../processes/stack-error.ts'

/** The user Postgres runs as when the stack was started by root, which Postgres refuses. */
export interface Account {
  name: string
  uid: number
  gid: number
}

/** Nothing for a normal user: Postgres then runs as that user. */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== undefined && gid !== undefined && uid !== 0) return { name, uid, gid }
  }
  throw new StackError(
    'Postgres does not run as root, and this machine has neither a user postgres nor a user nobody: start the stack as a normal user.',
  )
}

/** Whether a shell test, such as `test -x "$1"`, holds for the account. */
export function accountCan(account: Account, test: string, path: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', test, 'sh', path], {
    uid: account.uid,
    gid: account.gid,
    cwd: '/',
    stdio: 'ignore',
  })
  return status === 0
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }))
  } catch {
    return undefined
  }
}
