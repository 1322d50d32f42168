import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { readConfig } from '../config.ts'

/** The command line is not of the command's form; the message is the one sentence to show, and the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The command line asks for --help; the message is what to show. */
export class HelpRequest extends Error {
  override name = 'HelpRequest'
}

/** The folder that holds supabase/. */
export const project = fileURLToPath(new URL('../../../', import.meta.url))

export const commonOptions = {
  /** Another data folder than .talentbase in the project. */
  data: { type: 'string' },
  /** Shows a failure whole. */
  debug: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** Parses the command line, or throws a UsageError that ends with the usage. */
export function readArguments<const Options extends ParseArgsOptionsConfig>(options: Options, usage: string) {
  if (process.argv.includes('--help')) throw new HelpRequest(`Usage: ${usage}`)
  try {
    return parseArgs({ options, allowPositionals: false, strict: true }).values
  } catch (error) {
    // Node's own sentence goes on with advice for programmers.
    const [reason] = (error as Error).message.split(/\.\s|$/m)
    const plain = reason!.replace('argument is ambiguous', 'takes no value that begins with a dash')
    throw new UsageError(`${plain}; usage: ${usage}`)
  }
}

export function dataFolderOf(data: string | undefined): string {
  // npm runs scripts in the project's folder; INIT_CWD is where the user is.
  return data === undefined ? join(project, '.talentbase') : resolve(process.env.INIT_CWD ?? process.cwd(), data)
}

// config.toml knows nothing of payment providers.
const providersPort = 54329

/** The ports of supabase/config.toml, or the same block from the number that --port gave. */
export function portsFrom(given: string | undefined, usage: string) {
  if (given === undefined) {
    const { api, db, local_smtp } = readConfig(join(project, 'supabase', 'config.toml'), { environment: {}, url: '' })
    return { gateway: api.port, database: db.port, mail: local_smtp.port, providers: providersPort }
  }
  const port = Number(given)
  if (!/^\d+$/.test(given) || port < 1024 || port > 65_527) {
    throw new UsageError(`--port takes a number from 1024 to 65527; usage: ${usage}`)
  }
  return { gateway: port, database: port + 1, mail: port + 3, providers: port + 8 }
}
