import { updateCandidateSchema } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldsOfIssues } from '../../sdk/src/schemas/issues.ts'
import { contacts, innocent } from '../helpers/contacts.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// A candidate's form says before a request what the database says after it: here each is asked the same.

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

const long = (length: number) => 'x'.repeat(length)
const thisYear = new Date().getUTCFullYear()
const words = ['', ' ', 'a', '\u00a0\n', 'a\u202eb', 'a\u0007b', '😀'.repeat(50), '😀'.repeat(51)]
const around = (...limits: number[]) => limits.flatMap((limit) => [long(limit), long(limit + 1)])
const open = [...words, ...around(100), ...contacts, ...innocent]
const amounts = [-1, 0, 1_000_000_000_000, 1_000_000_000_001, 0.5]
const dates = ['1949-12-31', '1950-01-01', '2200-01-01', '2200-01-02', '2020-02-30', 'infinity']
const list = (most: number) => [
  [],
  ['a'],
  [''],
  Array(most).fill('a'),
  Array(most + 1).fill('a'),
  ...around(50).map((text) => [text]),
  ...contacts.map((text) => ['Python', text]),
  innocent,
  [1],
  [['a']],
  [null],
  {},
]

const cases: Record<string, unknown[]> = {
  full_name: [...words, ...around(200)],
  phone: ['+919876543210', '+91987', '+1234567', '919876543210', '+0123456789', '+91 98765 43210', '+1234567890123456'],
  birth_date: [
    `${thisYear - 17}-01-01`,
    `${thisYear - 18}-01-01`,
    `${thisYear - 99}-01-01`,
    `${thisYear - 101}-01-01`,
    '-infinity',
  ],
  role: open,
  department: open,
  religion: open,
  country: open,
  state: open,
  city: open,
  experience_years: [-1, 0, 60, 61, 1.5],
  current_ctc: amounts,
  expected_ctc: amounts,
  currency: ['INR', 'inr', 'INRS', ''],
  street_address: [...words, ...around(500), '+919876543210'],
  education: [...words, ...around(5000), 'john@example.com'],
  skills: list(50),
  languages: list(30),
  work_experience: [...words, ...around(10_000)],
  career_objective: [...words, ...around(5000)],
  notice_period_days: [-1, 0, 365, 366],
  willing_to_relocate: [true, 'perhaps'],
  educations: [
    [],
    Array(20).fill({ degree: 'B.A.' }),
    Array(21).fill({ degree: 'B.A.' }),
    ...[...around(100), ...contacts, ...innocent].map((degree) => [{ degree }]),
    [{}],
    [{ degree: 'B.A.', start_year: 1949 }],
    [{ degree: 'B.A.', start_year: 2019, end_year: 2019, institution: 'call +919876543210' }],
    [{ degree: 'B.A.', start_year: 2020, end_year: 2019 }],
    [{ degree: 'B.A.', end_year: 2101 }],
    [{ degree: 'B.A.', grade: long(51) }],
    [{ degree: 'B.A.', field_of_study: long(201) }],
  ],
  experiences: [
    Array(50).fill({ company: 'A', title: 'B', start_date: '2020-01-01' }),
    Array(51).fill({ company: 'A', title: 'B', start_date: '2020-01-01' }),
    ...dates.map((start_date) => [{ company: 'A', title: 'B', start_date }]),
    ...dates.map((end_date) => [{ company: 'A', title: 'B', start_date: '1950-01-01', end_date }]),
    [{ company: 'A', title: 'B', start_date: '2020-01-02', end_date: '2020-01-01' }],
    [{ company: 'A', title: 'B' }],
    [{ company: 'A', start_date: '2020-01-01' }],
    [{ company: 'A', title: 'B', start_date: '2020-01-01', description: long(2001) }],
  ],
  gaps: [
    Array(20).fill({ start_date: '2020-01-01', end_date: '2020-01-01' }),
    Array(21).fill({ start_date: '2020-01-01', end_date: '2020-01-01' }),
    [{ start_date: '2020-01-02', end_date: '2020-01-01' }],
    [{ start_date: '2020-01-01' }],
    [{ start_date: '2020-01-01', end_date: '2020-01-01', reason: long(501) }],
  ],
}

/** The rule of the field that the database says is broken; null for none. */
async function broken(field: string, value: unknown): Promise<string | null> {
  const given = sql(stack).json({ [field]: value } as never)
  const ids = [crypto.randomUUID(), crypto.randomUUID()] as const
  try {
    const [row] = await sql(stack)`
      select private.candidate_problems(private.candidate_fields_of(${given}), ${ids[0]}::uuid, ${ids[1]}::uuid) as problems
    `
    return row!.problems[field] ?? null
  } catch (error) {
    return JSON.parse(JSON.parse((error as Error).message).details).fields[field]
  }
}

test.each(Object.entries(cases))('%s', async (field, values) => {
  for (const value of values) {
    const input = { [field]: value }
    const result = updateCandidateSchema.safeParse(input)
    const named = result.success ? {} : fieldsOfIssues(result.error.issues, input)
    const rules = Object.entries(named).filter(([name]) => name === field || name.startsWith(`${field}.`))
    const rule = await broken(field, value)
    const what = `${JSON.stringify(value).slice(0, 100)}: ${rule} in the database, ${JSON.stringify(rules)} in the SDK`
    // A list with an empty text is sent without it.
    if (JSON.stringify(value) !== '[""]') expect(rules.length > 0, what).toBe(rule !== null)
    if (rule === 'contact')
      expect(
        rules.flatMap(([, broken]) => broken),
        what,
      ).toContain('contact')
  }
})
