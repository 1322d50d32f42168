import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../../local-stack/src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'talentbase-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['', true],
  ['enabled = true', true],
  ['enabled = false', false],
  ['enable_signup = false', false],
])('[auth.email] with "%s" has email sign-in %s', (line, expected) => {
  const file = join(folder, 'config.toml')
  writeFileSync(file, `[auth.email]\n${line}\n`)
  expect(readConfig(file, { environment: {}, url: '' }).auth.email.enable_signup).toBe(expected)
})
