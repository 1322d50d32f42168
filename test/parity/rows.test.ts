import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The operations of the source systems that are built; each has one test here. */
const built = 'MW01-48 MB01-08 MB10-16 WF01-45 UG01-48 MT01-53 MT59-68'

const ids = built.split(' ').flatMap((range) => {
  const [, system, first, last = first] = /^([A-Z]{2})(\d\d)(?:-(\d\d))?$/.exec(range)!
  const count = Number(last) - Number(first) + 1
  return Array.from({ length: count }, (_, n) => `${system}${String(Number(first) + n).padStart(2, '0')}`)
})

/** Each test with its text, up to the next one. */
const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) => {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
    const parts = text.split(/^ *(?:it|test)\(\s*'([A-Z]{2}\d\d) /m).slice(1)
    return Array.from({ length: parts.length / 2 }, (_, i) => ({ id: parts[2 * i]!, body: parts[2 * i + 1]! }))
  })

it('has a test for every operation that is built, and none for another', () => {
  expect(tests.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
})

it('tries each through the SDK and through supabase-js alone', () => {
  const lacking = (pattern: RegExp) => tests.filter(({ body }) => !pattern.test(body)).map(({ id }) => id)
  expect(lacking(/\btb\./), 'the SDK').toEqual([])
  expect(lacking(/\.(rpc|from|invoke)\(|(?<!\btb\.)\bauth\.\w+\(/), 'supabase-js').toEqual([])
})
