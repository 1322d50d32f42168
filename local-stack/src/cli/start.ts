import { type Stack, startStack } from '../index.ts'
import { commonOptions, dataFolderOf, portsFrom, readArguments } from './arguments.ts'
import { claimDataFolder } from './data-folder.ts'
import { createDemoPeople } from './demo-data.ts'
import { interrupted, type Lifetime, watchLifetime } from './lifetime.ts'
import { progress, readyBlock } from './output.ts'
import { runCommand, sentenceFor } from './run-command.ts'

const usage = 'npm start -- [--port <number>] [--data <folder>] [--debug]'

type Say = (line: string) => void

await runCommand(async () => {
  const options = readArguments({ ...commonOptions, port: { type: 'string' } }, usage)
  const ports = portsFrom(options.port, usage)
  const dataFolder = dataFolderOf(options.data)
  const say = progress()
  const lifetime = watchLifetime(say)
  const release = claimDataFolder(dataFolder)
  try {
    const stack = await startStack({ ports, dataFolder, onProgress: say, log: console.log, signal: lifetime.signal })
    try {
      return await serve(stack, dataFolder, lifetime, say)
    } finally {
      await stack.close()
    }
  } catch (error) {
    if (error !== lifetime.signal.reason) throw error
    const failure = await lifetime.end
    if (failure !== undefined) throw failure
    return interrupted
  } finally {
    release()
    if (lifetime.signal.aborted) say('Stopped')
  }
})

async function serve(stack: Stack, dataFolder: string, lifetime: Lifetime, say: Say): Promise<number> {
  say('Creating the demo people, where there are none yet')
  // The stack is of use without them.
  await createDemoPeople(stack).catch((error) => say(`They could not be created: ${sentenceFor(error)}`))
  if (lifetime.signal.aborted) return interrupted
  console.log(readyBlock(stack, dataFolder))
  const failure = await lifetime.end
  if (failure !== undefined) throw failure
  return 0
}
