import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoPeople } from '../../local-stack/src/cli/demo-data.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { tellCastingStory } from './casting-story.ts'
import { startStory } from './story.ts'

const run = promisify(execFile)
const project = fileURLToPath(new URL('../..', import.meta.url))
let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

// Both read mails or sign in as demo people, which only the local stack has.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)('flows', () => {
  it('the story of npm run demo ends as it should', async () => {
    const story = startStory(() => undefined)
    await tellCastingStory({ url: stack.url, publishableKey: stack.publishableKey, mailUrl: stack.mailUrl! }, story)
    expect(story.steps()).toBeGreaterThan(10)
  })

  it('the README’s flow runs as printed and prints what the README says', async () => {
    await createDemoPeople(stack)
    const readme = readFileSync(`${project}README.md`, 'utf8')
    const printed = /```ts\n(.*?)```/s.exec(readme)![1]!
    expect(printed).toContain('http://127.0.0.1:54321')
    const folder = `${project}.talentbase/flow-${process.pid}`
    mkdirSync(folder, { recursive: true })
    try {
      writeFileSync(`${folder}/flow.ts`, printed.replace('http://127.0.0.1:54321', stack.url))
      const { stdout } = await run(process.execPath, ['--conditions=@talentbase/source', `${folder}/flow.ts`])
      expect(stdout).toMatch(/^pending\n/)
      expect(stdout).toContain('responses_count: 1')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
