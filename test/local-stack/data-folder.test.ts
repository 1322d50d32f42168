import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimDataFolder, deleteDataFolder } from '../../local-stack/src/cli/data-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-data-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a first start takes the folder in which an install and tests have left their files', () => {
  for (const name of ['install.lock', 'tests-newer.json', 'tests-older.json']) writeFileSync(join(folder, name), '{}')
  claimDataFolder(folder)()
  expect(existsSync(join(folder, 'stack.json'))).toBe(true)
})

test('a folder with anything else is somebody else’s', () => {
  const name = join(folder, 'thesis.txt')
  writeFileSync(name, 'Years of work.')
  expect(() => claimDataFolder(folder)).toThrow('something else')
  expect(() => deleteDataFolder(folder)).toThrow('nothing was deleted')
  expect(existsSync(name)).toBe(true)
})
