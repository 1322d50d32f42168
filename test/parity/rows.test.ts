import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The operations of the source systems that are built; each has one test here. */
const built = 'MW01-05 MW11 MW13-19 MW23-26 MB01-04 MB10-12 WF01-08 UG01-06 MT01-11'

const ids = built.split(' ').flatMap((range) => {
  const [, system, first, last = first] = /^([A-Z]{2})(\d\d)(?:-(\d\d))?$/.exec(range)!
  const count = Number(last) - Number(first) + 1
  return Array.from({ length: count }, (_, n) => `${system}${String(Number(first) + n).padStart(2, '0')}`)
})

const titled = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) => [
    ...readFileSync(`${import.meta.dirname}/${name}`, 'utf8').matchAll(/^ *(?:it|test)\(\s*'([A-Z]{2}\d\d) /gm),
  ])
  .map(([, id]) => id!)

it('has a test for every operation that is built, and none for another', () => {
  expect(titled.toSorted()).toEqual(ids.toSorted())
})
