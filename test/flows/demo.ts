/** `npm run demo`: people meet on talentbase, through the SDK alone. Exit code 1 when anything is not as it should be. */
import { tellCastingStory } from './casting-story.ts'
import { useOrStartStack } from './stack.ts'
import { startStory } from './story.ts'

const begin = performance.now()
const stack = await useOrStartStack((line) => console.log(`    ${line}`))
console.log(`\nThe demo uses ${stack.origin} at ${stack.url}; mails are at ${stack.mailUrl}\n`)
const story = startStory()
try {
  await tellCastingStory(stack, story)
  console.log(`\n${story.steps()} steps as expected in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  await stack.close()
}
// supabase-js keeps timers of its own.
process.exit()
