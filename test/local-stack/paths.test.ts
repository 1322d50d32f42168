import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))
const files = ['*', '{bench,edge-functions,local-stack,sdk,test}/**/*'].flatMap((pattern) =>
  globSync(`${pattern}.{ts,mjs}`, { cwd: project, exclude: ['**/node_modules/**', '**/dist/**'] }),
)

// A space in it would be %20: only fileURLToPath gives a path back.
test('no path is taken out of the url of a module by its pathname', () => {
  const takesPathname = (file: string) =>
    /import\.meta\.url,?\s*\)\s*\.pathname/.test(readFileSync(`${project}${file}`, 'utf8'))
  expect(files.filter(takesPathname)).toEqual([])
})

test('there are files to look at', () => {
  expect(files).toContain('test/flows/stack.ts')
  expect(files).toContain('local-stack/install.mjs')
})
