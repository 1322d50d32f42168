import { explainFileError, StackError } from '../processes/stack-error.ts'
import { HelpRequest, UsageError } from './arguments.ts'

/** Runs a command to its end; a failure is one sentence, and its whole story with --debug. */
export async function runCommand(command: () => Promise<number>): Promise<never> {
  // Whoever read the output may be gone; that is no reason to stop half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    process.exit(await command())
  } catch (error) {
    if (error instanceof HelpRequest) {
      console.log(error.message)
      process.exit(0)
    }
    console.error(sentenceFor(error))
    if (process.argv.includes('--debug')) console.error(error)
    process.exit(error instanceof UsageError ? 2 : 1)
  }
}

/** What to tell the user of a failure. */
export function sentenceFor(error: unknown): string {
  const explained = explainFileError(error)
  if (explained instanceof StackError || explained instanceof UsageError) return explained.message
  const hint = process.argv.includes('--debug') ? '' : ' (--debug shows more)'
  return `The stack failed: ${explained instanceof Error ? explained.message : String(explained)}${hint}`
}
