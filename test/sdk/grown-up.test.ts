import { createModelSchema, updateModelSchema } from '@talentbase/sdk'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const timeZone = process.env.TZ

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  if (timeZone === undefined) delete process.env.TZ
  else process.env.TZ = timeZone
})

/** The rule that a birth date breaks at this moment; null for none. */
function broken(birth_date: string, now: string): string | null {
  vi.setSystemTime(now)
  const model = { name: 'Aisha', birth_date, gender: 'female' }
  const answers = [createModelSchema.safeParse(model), updateModelSchema.safeParse({ birth_date })]
  const [created, updated] = answers.map(({ error }) => {
    const issue = error?.issues[0] as { path: PropertyKey[]; params?: { rule: string } } | undefined
    return issue === undefined ? null : `${String(issue.path[0])} ${issue.params?.rule}`
  })
  expect(updated).toBe(created)
  return created!
}

const noon = '2026-06-15T12:00:00Z'

test.each(['2008-06-15', '2008-06-14', '2008-05-30', '2007-12-31', '1926-06-16', '1926-12-01', '1927-06-15'])(
  'born on %s one is 18 to 99 on 2026-06-15',
  (birthDate) => {
    expect(broken(birthDate, noon)).toBeNull()
  },
)

test.each([
  '2008-06-16',
  '2008-07-01',
  '2008-12-31',
  '2009-01-01',
  '2026-06-15',
  '2027-01-01',
  '1926-06-15',
  '1926-01-31',
])('born on %s one is not', (birthDate) => {
  expect(broken(birthDate, noon)).toBe('birth_date range')
})

test('born on a 29th of February one is 18 on the 1st of March', () => {
  expect(broken('2008-02-29', '2026-02-28T12:00:00Z')).toBe('birth_date range')
  expect(broken('2008-02-29', '2026-03-01T12:00:00Z')).toBeNull()
})

describe.each(['UTC', 'Asia/Almaty', 'America/Los_Angeles', 'Pacific/Kiritimati'])('on a device in %s', (zone) => {
  beforeEach(() => {
    process.env.TZ = zone
  })

  test('one is 18 from the beginning of the birthday in UTC, as the database counts', () => {
    expect(broken('2008-06-15', '2026-06-14T23:59:59Z')).toBe('birth_date range')
    expect(broken('2008-06-15', '2026-06-15T00:00:00Z')).toBeNull()
    expect(broken('2008-06-15', '2026-06-15T23:59:59Z')).toBeNull()
  })

  test('and 100 from the beginning of the hundredth', () => {
    expect(broken('1926-06-15', '2026-06-14T23:59:59Z')).toBeNull()
    expect(broken('1926-06-15', '2026-06-15T00:00:00Z')).toBe('birth_date range')
  })

  test('also at the turn of a year', () => {
    expect(broken('2009-01-01', '2026-12-31T23:59:59Z')).toBe('birth_date range')
    expect(broken('2009-01-01', '2027-01-01T00:00:00Z')).toBeNull()
  })
})
