import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

const folder = fileURLToPath(new URL('../../supabase/snippets/', import.meta.url))

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

/** A snippet's statements, without its comments. */
const statementsOf = (file: string): string[] =>
  readFileSync(folder + file, 'utf8')
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')

test.each(readdirSync(folder))('%s says what it is for, and the database understands each statement', async (file) => {
  expect(readFileSync(folder + file, 'utf8')).toMatch(/^-- \S/)
  const statements = statementsOf(file)
  expect(statements.length).toBeGreaterThan(0)
  // Described, not run: names, columns and types are looked up.
  for (const statement of statements) await sql(stack).unsafe(statement).describe()
})
