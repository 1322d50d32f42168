import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoPeople } from '../../local-stack/src/cli/demo-data.ts'
import { freePort } from '../../local-stack/src/processes/free-port.ts'
import { sendDeliveries } from '../helpers/notifications.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { tellCastingStory } from './casting-story.ts'
import { tellChatStory } from './chat-story.ts'
import { tellHiringStory } from './hiring-story.ts'
import { tellPaymentsStory } from './payments-story.ts'
import { tellPeopleStory } from './people-story.ts'
import { startStory } from './story.ts'
import { tellWorkStory } from './work-story.ts'

const run = promisify(execFile)
const project = fileURLToPath(new URL('../..', import.meta.url))
let stack: TestStack

/** The flow, and what it prints within the plan of the demo model and beyond it. */
function fromReadme() {
  const readme = readFileSync(`${project}README.md`, 'utf8')
  const [, flow, within, beyond] = /```ts\n(.*?)```.*?```\n(.*?)```.*?```\n(.*?)```/s.exec(readme)!
  return { flow: flow!, within, beyond }
}

/** Runs the README's flow on another stack than the one it names; answers what it printed. */
async function runFlow(url: string): Promise<string> {
  const { flow } = fromReadme()
  expect(flow).toContain('http://127.0.0.1:54321')
  const folder = `${project}.talentbase/flow-${process.pid}`
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(`${folder}/flow.ts`, flow.replace('http://127.0.0.1:54321', url))
    const { stdout } = await run(process.execPath, ['--conditions=@talentbase/source', `${folder}/flow.ts`])
    return stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

// They read mails or sign in as demo people, which only the local stack has.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('flows', () => {
  it.each([tellPeopleStory, tellCastingStory, tellHiringStory, tellWorkStory, tellPaymentsStory, tellChatStory])(
    '$name of npm run demo ends as it should',
    async (tell) => {
      const story = startStory(() => undefined)
      const { url, publishableKey, mailUrl } = stack
      // What `npm start` does every five seconds.
      const ticking = setInterval(() => void sendDeliveries(stack).catch(() => undefined), 1000)
      await tell({ url, publishableKey, mailUrl: mailUrl!, databaseUrl: stack.databaseUrl('postgres') }, story).finally(
        () => clearInterval(ticking),
      )
      expect(story.steps()).toBeGreaterThan(9)
    },
  )

  it('the README’s flow runs as printed and prints what the README says, up to the quota and from there on', async () => {
    await createDemoPeople(stack)
    const { within, beyond } = fromReadme()
    for (const said of [within, within, within, beyond, beyond]) expect(await runFlow(stack.url)).toBe(said)
  })

  it('the README’s flow ends with the reason where no stack runs', async () => {
    await expect(runFlow(`http://127.0.0.1:${await freePort()}`)).rejects.toThrow(/network_error/)
  })
})
