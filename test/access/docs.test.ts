import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buckets } from './declared.ts'
import { accessPage } from './markdown.ts'

test('docs/access.md is what the matrix prints (node test/access/print.ts)', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/access.md', import.meta.url)), 'utf8')
  expect(page).toBe(accessPage())
})

test('operations that share a column of the page are declared alike', () => {
  for (const [bucket, { operations }] of Object.entries(buckets)) {
    const { upload, overwrite, list, move, copy, remove, download, info } = operations
    expect([overwrite, list, move, copy, remove, info], bucket).toEqual([...Array(5).fill(upload), download])
  }
})
