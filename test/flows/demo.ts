/** `npm run demo`: people meet on talentbase, through the SDK alone. Exit code 1 when anything is not as it should be. */
import { commonOptions, readArguments } from '../../local-stack/src/cli/arguments.ts'
import { runCommand } from '../../local-stack/src/cli/run-command.ts'
import { tellCastingStory } from './casting-story.ts'
import { tellChatStory } from './chat-story.ts'
import { tellHiringStory } from './hiring-story.ts'
import { tellPaymentsStory } from './payments-story.ts'
import { tellPeopleStory } from './people-story.ts'
import { useOrStartStack } from './stack.ts'
import { startStory } from './story.ts'
import { tellWorkStory } from './work-story.ts'

const usage = 'npm run demo -- [--port <number>] [--debug]'

// It ends the process too: supabase-js keeps timers of its own.
await runCommand(async () => {
  const { debug } = commonOptions
  const { port } = readArguments({ debug, port: { type: 'string' } }, usage)
  const begin = performance.now()
  const stack = await useOrStartStack(port, usage, console.log)
  console.log(`The demo uses ${stack.origin} at ${stack.url}; mails are at ${stack.mailUrl}\n`)
  const story = startStory()
  try {
    await tellPeopleStory(stack, story)
    await tellCastingStory(stack, story)
    await tellHiringStory(stack, story)
    await tellWorkStory(stack, story)
    await tellPaymentsStory(stack, story)
    await tellChatStory(stack, story)
    console.log(`\n${story.steps()} steps as expected in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
    return 0
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    await stack.close()
  }
})
