import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '@talentbase/sdk'
import { expect, test } from 'vitest'
import { en } from '../../sdk/src/errors/messages/en.ts'
import { kk } from '../../sdk/src/errors/messages/kk.ts'
import { ru } from '../../sdk/src/errors/messages/ru.ts'
import { type ErrorRow, errorTable } from '../../sdk/src/errors/table.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const sourceOf = (pattern: string) =>
  globSync(pattern, { cwd: project })
    .map((file) => readFileSync(`${project}/${file}`, 'utf8'))
    .join('\n')

const doc = sourceOf('docs/error-codes.md')
const migrations = sourceOf('supabase/migrations/*.sql')
const functions = sourceOf('edge-functions/**/*.ts')
const sdk = sourceOf('sdk/src/**/*.ts')

type Pair = [code: string, status: number]

const pairsIn = (text: string, pattern: RegExp, code: number, status: number): Pair[] =>
  [...text.matchAll(pattern)].map((match) => [match[code]!, Number(match[status])])

const raised = pairsIn(migrations, /raise_error\(\s*'(\w+)',\s*(\d+)/g, 1, 2)
const thrown = pairsIn(functions, /FunctionError\(\s*(\d+),\s*'(\w+)'/g, 2, 1)
// Storage and Auth pass on no more than a message.
const inStorage = [...migrations.matchAll(/raise exception '([a-z_]+)' using errcode = 'insufficient_privilege'/g)].map(
  (match) => match[1]!,
)
const inHook = [...migrations.matchAll(/refusal := '(\w+):\w+'/g)].map((match) => match[1]!)

test('the patterns find what they look for', () => {
  expect(raised.length).toBeGreaterThan(20)
  expect(thrown.length).toBeGreaterThan(8)
  expect(inStorage).toContain('quota_exceeded')
  expect(inHook).toContain('duplicate')
  // Whatever is raised is raised by a plain code, which the patterns can see.
  const definitions = 1
  expect([...migrations.matchAll(/raise_error\(/g)].length - definitions).toBe(
    raised.length + [...migrations.matchAll(/private\.raise_error\(text, integer/g)].length,
  )
})

test('docs/error-codes.md lists the codes of the SDK with their status, in the same order', () => {
  expect(pairsIn(doc, /^\| `(\w+)` \| (\d+) \|/gm, 1, 2)).toEqual(Object.entries(errorCodes))
})

test.each([
  ['migrations', raised],
  ['functions', thrown],
])('every code of %s is listed, with the status it is raised with', (_name, pairs) => {
  expect(pairs.filter(([code, status]) => (errorCodes as Record<string, number>)[code] !== status)).toEqual([])
})

test('every code that Storage and Auth pass on as a message has its row', () => {
  const messages = (source: string) => errorTable.filter((row) => row.source === source).map((row) => row.message)
  expect(inStorage.filter((code) => !messages('storage').includes(code))).toEqual([])
  expect(inHook.filter((code) => !messages('auth').includes(`${code}:`))).toEqual([])
})

test('every listed code can happen', () => {
  const happens = new Set([
    ...raised.map(([code]) => code),
    ...thrown.map(([code]) => code),
    ...errorTable.map(({ to }) => to),
    ...[...sdk.matchAll(/\berror\('(\w+)'/g)].map((match) => match[1]!),
    // Auth's own code of the same name and meaning.
    'email_not_confirmed',
  ])
  expect(Object.keys(errorCodes).filter((code) => !happens.has(code))).toEqual([])
})

test('every rule has its row, and every rule that is used has words', () => {
  const rules = [...doc.matchAll(/^\| `(\w+)` \| [^|\d][^|]*\|$/gm)].map((match) => match[1])
  expect(rules).toEqual(Object.keys(en.fields))
  // `count` is no field of anybody's input: it is about a header of the Data API.
  const used = [...migrations.matchAll(/"fields": \{"(?!count")\w+": "(\w+)"\}/g), ...sdk.matchAll(/rule: '(\w+)'/g)]
  expect(used.length).toBeGreaterThan(20)
  expect(used.map((match) => match[1]!).filter((rule) => !Object.hasOwn(en.fields, rule))).toEqual([])
})

test('Russian and Kazakh words are Russian and Kazakh', () => {
  for (const part of ['codes', 'fields'] as const) {
    for (const [key, text] of Object.entries(en[part])) {
      const [russian, kazakh] = [ru, kk].map((language) => (language[part] as Record<string, string>)[key])
      expect(text).toMatch(/^[A-Z][^а-я]*\.$/)
      expect(russian).toMatch(/^[А-ЯЁ][^a-z]*\.$/)
      expect(kazakh).toMatch(/^[А-ЯЁӘҒҚҢӨҰҮҺІ][^a-z]*\.$/)
      expect(kazakh).not.toBe(russian)
    }
  }
})

test('the table of the services stands in docs/error-codes.md', () => {
  const lines = doc.slice(doc.indexOf('| service | answer |')).trim().split('\n').slice(2)
  expect(lines).toEqual(errorTable.map(lineOf))
})

function lineOf({ source, name, code, status, message, to, field, rule }: ErrorRow): string {
  const answer = [
    code && `\`${code}\``,
    name && `\`${name}\``,
    status !== undefined && `status ${Array.isArray(status) ? status.join('-') : status}`,
    message && `“${message}…”`,
  ]
  const blamed = field ? `\`${field}\`: ${rule}` : rule ? `the one it names: ${rule}` : ''
  return `| ${source} | ${answer.filter(Boolean).join(', ')} | \`${to}\` | ${blamed} |`.replace('|  |', '| |')
}
