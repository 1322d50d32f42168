import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The command line is not of the command's form; the message is the one sentence to show, and the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError'
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
  try {
    return parseArgs({ options, allowPositionals: false, strict: true }).values
  } catch (error) {
    // Node's own sentence goes on with advice for programmers.
    const [reason] = (error as Error).message.split(/\. |$/m)
    throw new UsageError(`${reason}; usage: ${usage}`)
  }
}

export function dataFolderOf(data: string | undefined): string {
  // npm runs scripts in the project's folder; INIT_CWD is where the user is.
  return data === undefined ? join(project, '.talentbase') : resolve(process.env.INIT_CWD ?? process.cwd(), data)
}
