import {
  addWorkExperienceSchema,
  createCastingSchema,
  createEmployerSchema,
  createModelSchema,
  createOrganizationSchema,
  registerDeviceSchema,
  respondSchema,
  updateAccountSchema,
  updateRecruiterSchema,
} from '@talentbase/sdk'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

// The schemas say before a request what the database says after it: here each is asked the same.

let stack: TestStack
let sql: postgres.Sql
const account = crypto.randomUUID()

beforeAll(async () => {
  stack = await startTestStack()
  sql = postgres(stack.databaseUrl('postgres'), { max: 1, onnotice: () => undefined })
  await sql`insert into auth.users (id, email, email_confirmed_at) values (${account}, ${`${account}@example.com`}, now())`
  await sql`insert into public.organizations (owner_id, kind, name) values (${account}, 'agency', 'An agency')`
  await sql`insert into public.employer_profiles (account_id, company_name) values (${account}, 'A company')`
  await sql`insert into public.recruiter_profiles (account_id, full_name, designation, phone) values (${account}, 'A', 'B', '+77771234567')`
  await sql`insert into public.model_profiles (account_id, name, birth_date, gender) values (${account}, 'A', '2000-01-01', 'other')`
  await sql`insert into public.model_work_experiences (account_id, company, position, start_date) values (${account}, 'A', 'B', '1950-01-01')`
})

afterAll(async () => {
  await sql?.end()
  await stack?.close()
})

/** Which constraint an update breaks; null for none. Nothing is kept. */
async function broken(table: string, key: string, change: Record<string, unknown>): Promise<string | null> {
  let constraint: string | null = null
  await sql
    .begin(async (tx) => {
      await tx`update ${tx(table)} set ${tx(change as Record<string, string>)} where ${tx(key)} = ${account}`
      throw new Error('undo')
    })
    .catch((error: Error & { constraint_name?: string; code?: string }) => {
      if (error.message !== 'undo') constraint = error.constraint_name ?? error.message
    })
  return constraint
}

const long = (length: number) => 'x'.repeat(length)
const own = (rest: string) => `${account}/${rest}`

const texts = [
  '',
  ' ',
  'a',
  ' a ',
  'ab',
  'abc',
  'е\nё',
  'a\u202eb',
  'a\u0007b',
  'a\ufeffb',
  ' \u00a0\u3000\n',
  ...['\u0085', '\u00ad', '\u061c', '\u115f', '\u180e', '\u200b', '\u200f', '\u2028', '\u2060', '\u3164', '\uffa0'],
  ...['a\u200cb', 'a\u200db', 'a\u{e0041}b', '\u{e0fff}', '\u{e1000}', '\ufe0f'],
  '😀'.repeat(100),
  '😀'.repeat(101),
]
const lengths = [1, 2, 3, 100, 101, 200, 201, 500, 501, 2000, 2001, 5000, 5001, 10_000, 10_001].map(long)
const words = [...texts, ...lengths]
const phones = [
  '+77771234567',
  '77771234567',
  '+7 (777) 123-45-67',
  '12345',
  '1234',
  '+',
  'x12345',
  `1${long(25)}`,
  '1'.repeat(25),
  '1'.repeat(26),
]
const urls = [
  'https://a.kz',
  'http://a',
  'HTTPS://A.KZ/x?y#z',
  'ftp://a',
  'javascript:alert(1)',
  'https://',
  'https://a b',
  'https://a.kz/"',
  'https://a.kz/é',
  `https://a.kz/${long(1987)}`,
  `https://a.kz/${long(1988)}`,
]
const paths = [
  own('a.png'),
  own('a/b/c/d.png'),
  own('a/b/c/d/e.png'),
  own(''),
  own('../x'),
  own('.x'),
  own('a b'),
  `${account}a/b`,
  'a.png',
  own(long(200)),
  own(long(201)),
]
const heights = [99, 100, 175, 250, 251]
const ages = [17, 18, 99, 100]
const amounts = [-1, 0, 1, 1_000_000_000_000, 1_000_000_000_001]
const instants = [
  '1999-12-31T23:59:59Z',
  '2000-01-01T00:00:00Z',
  '2026-03-15T10:00:00+05:00',
  '2200-01-01T00:00:00Z',
  '2200-01-01T00:00:01Z',
]
const lists = [[], ['a'], Array(20).fill('a'), Array(21).fill('a'), [''], [long(50)], [long(51)], ['a\u202e']]

interface Case {
  table: string
  key: string
  schema: z.ZodType
  /** What the schema needs beside the field. */
  rest?: Record<string, unknown>
  fields: Record<string, unknown[]>
}

const place = { city: words, country: words }

const cases: Case[] = [
  {
    table: 'accounts',
    key: 'id',
    schema: updateAccountSchema,
    fields: {
      username: ['ab', 'abc', 'a_B9', 'a b', 'a-b', 'абв', long(150), long(151)],
      first_name: words,
      last_name: words,
      bio: words,
      avatar_path: paths,
      ...place,
    },
  },
  {
    table: 'account_details',
    key: 'account_id',
    schema: updateAccountSchema,
    fields: { phone: phones, locale: ['en', 'ru', 'kk', 'de', ''] },
  },
  {
    table: 'organizations',
    key: 'owner_id',
    schema: createOrganizationSchema,
    rest: { kind: 'agency', name: 'A' },
    fields: {
      kind: ['agency', 'company', 'brand', 'studio', 'other', 'cult', ''],
      name: words,
      description: words,
      website: urls,
      size: ['1-10', '10-50', '50-100', '100-500', '500+', '10', ''],
      logo_path: paths,
      ...place,
    },
  },
  {
    table: 'employer_profiles',
    key: 'account_id',
    schema: createEmployerSchema,
    rest: { company_name: 'A company' },
    fields: {
      company_name: words,
      description: words,
      website: urls,
      contact_person: words,
      phone: phones,
      logo_path: paths,
      business_id: ['BIN 1234', '27AAPFU0939F1ZV', 'abc', 'abcd', ' abcd', 'a№cd', long(40), long(41), ''],
      ...place,
    },
  },
  {
    table: 'recruiter_profiles',
    key: 'account_id',
    schema: updateRecruiterSchema,
    fields: {
      full_name: words,
      designation: words,
      phone: [...phones, '+9198765', '+919876', '+0123456789', '+123456789012345', '+1234567890123456'],
    },
  },
  {
    table: 'model_profiles',
    key: 'account_id',
    schema: createModelSchema,
    rest: { name: 'A', birth_date: '2000-01-01', gender: 'other' },
    fields: {
      name: words,
      gender: ['male', 'female', 'other', 'x', ''],
      bio: words,
      height: heights,
      weight: [29, 30, 200, 201],
      bust: [49, 50, 200, 201],
      waist: [39, 40, 200, 201],
      hips: [49, 50, 200, 201],
      shoe_size: [29, 30, 50, 51],
      clothing_size: [...words, long(20), long(21)],
      hair_color: [...words, long(50), long(51)],
      eye_color: [...words, long(50), long(51)],
      skin_tone: [...words, long(50), long(51)],
      languages: lists,
      experience: ['beginner', 'intermediate', 'experienced', 'x'],
      travel_cities: [[], ['a'], Array(50).fill('a'), Array(51).fill('a'), [''], [long(100)], [long(101)], ['a\u202e']],
      hourly_rate: amounts,
      day_rate: amounts,
      currency: ['KZT', 'kzt', 'KZ', 'KZTT'],
      visibility: ['public', 'link', 'hidden', 'secret', ''],
      ...place,
    },
  },
  {
    table: 'model_work_experiences',
    key: 'account_id',
    schema: addWorkExperienceSchema,
    rest: { company: 'A', position: 'B', start_date: '1950-01-01' },
    fields: {
      company: words,
      position: words,
      description: words,
      start_date: ['1949-12-31', '1950-01-01', '2199-12-31', '2200-01-01', '2200-01-02'],
      end_date: ['1949-12-31', '1950-01-01', '2199-12-31', '2200-01-01', '2200-01-02'],
    },
  },
]

const categories = ['fashion', 'a', 'a_1', 'a-1', long(50)]

const castings: Record<string, unknown[]> = {
  title: words,
  description: words,
  category: [...categories, '', 'Fashion', '1a', 'a b', long(51)],
  city: words,
  country: words,
  address: words,
  shoot_date: instants,
  response_deadline: instants,
  duration_days: [0, 1, 365, 366],
  pay_type: ['fixed', 'hourly', 'daily', 'negotiable', 'barter', 'unpaid', 'gold'],
  pay_min: amounts,
  pay_max: amounts,
  currency: ['KZT', 'kzt', 'KZ', 'KZTT'],
  models_needed: [0, 1, 1000, 1001],
  tags: lists,
  cover_path: paths,
}

const requirements: Record<string, unknown[]> = {
  gender: ['male', 'female', 'other', 'x'],
  min_age: ages,
  max_age: ages,
  min_height: heights,
  max_height: heights,
  experience: ['beginner', 'intermediate', 'experienced', 'x'],
  languages: lists,
  appearance: words,
}

describe.each(cases)('$table', ({ table, key, schema, rest = {}, fields }) => {
  test.each(Object.entries(fields))('%s', async (field, values) => {
    for (const value of values) {
      const constraint = await broken(table, key, { [field]: value })
      const { success } = schema.safeParse({ ...rest, [field]: value })
      expect({ value, isGood: success }).toEqual({ value, isGood: constraint === null })
      if (constraint !== null) expect(constraint).toMatch(new RegExp(`^${table}_${field}_`))
    }
  })
})

describe('castings', () => {
  const casting = { title: 'Shoot', description: 'A shoot', category: 'fashion' }

  beforeAll(async () => {
    const made = categories.map((slug) => ({ slug, kinds: ['casting'], name: 'A category' }))
    await sql`insert into public.categories ${sql(made)} on conflict do nothing`
    await sql`insert into public.castings ${sql({ owner_id: account, ...casting })}`
  })

  async function compare(field: string, value: unknown, input: object): Promise<void> {
    const constraint = await broken('castings', 'owner_id', { [field]: value })
    expect({ value, isGood: createCastingSchema.safeParse({ ...casting, ...input }).success }).toEqual({
      value,
      isGood: constraint === null,
    })
  }

  test.each(Object.entries(castings))('%s', async (field, values) => {
    for (const value of values) await compare(field, value, { [field]: value })
  })

  test.each(Object.entries(requirements))('requirements.%s', async (field, values) => {
    for (const value of values) await compare(field, value, { requirements: { [field]: value } })
  })

  test.each([
    ['pay_min', 'pay_max', [1, 2]],
    ['min_age', 'max_age', [20, 30]],
    ['min_height', 'max_height', [160, 170]],
  ] as const)('%s is not above %s', async (least, most, [low, high]) => {
    for (const [first, second] of [
      [low, high],
      [low, low],
      [high, low],
    ] as const) {
      const pair = { [least]: first, [most]: second }
      const input = least === 'pay_min' ? pair : { requirements: pair }
      const isGood = (await broken('castings', 'owner_id', pair)) === null
      expect(createCastingSchema.safeParse({ ...casting, ...input }).success).toBe(isGood)
      expect(isGood).toBe(first <= second)
    }
  })
})

test('devices and responses', async () => {
  const tokens = ['12345678', '1234567', long(2000), long(2001), 'with blank 1', 'тоқен-тоқен', 'a\u0007bcdefgh']
  for (const token of tokens) {
    const [row] = await sql`select length(${token}::text) between 8 and 2000 and ${token}::text ~ '^[!-~]+$' as good`
    const { success } = registerDeviceSchema.safeParse({ token, platform: 'ios' })
    expect({ token, isGood: success }).toEqual({ token, isGood: row?.good })
  }
  for (const links of [[], urls.slice(0, 3), urls, Array(10).fill('https://a.kz'), Array(11).fill('https://a.kz')]) {
    const [row] = await sql`select private.are_web_urls(${links}::text[], 10) as good`
    const { success } = respondSchema.safeParse({ portfolio_links: links })
    expect({ links, isGood: success }).toEqual({ links, isGood: row?.good })
  }
})
