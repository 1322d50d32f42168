import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRecruiter } from '../helpers/hiring.ts'
import { fillCandidates } from '../helpers/many-candidates.ts'
import { sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Explainer, openExplainer, type Scan } from './explain.ts'
import { type Eyes, openEyes } from './viewer.ts'

let stack: TestStack
let explainer: Explainer
let eyes: Eyes
let recruiter: string

const count = 60_000

type Filters = Record<string, unknown>

/** Every filter of search_candidates, with a value that many candidates have and one that few have. */
const filters: Record<string, { many: Filters; few: Filters }> = {
  role: { many: { role: 'role 1' }, few: { role: 'Special 7' } },
  category: { many: { category: 'technology' }, few: { category: 'banking' } },
  department: { many: { department: 'Department 1' }, few: { department: 'Department 9' } },
  min_experience: { many: { min_experience: 3 }, few: { min_experience: 40 } },
  max_experience: { many: { max_experience: 30 }, few: { max_experience: 0 } },
  min_age: { many: { min_age: 30 }, few: { min_age: 58 } },
  max_age: { many: { max_age: 40 }, few: { max_age: 18 } },
  city: { many: { city: 'City 0' }, few: { city: 'City 19999' } },
  state: { many: { state: 'State 0' }, few: { state: 'State 99' } },
  country: { many: { country: 'India' }, few: { country: 'Nauru' } },
  religion: { many: { religion: 'Hindu' }, few: { religion: 'Jain' } },
  education: { many: { education: 'B.Tech' }, few: { education: 'Rare degree' } },
  skills: { many: { skills: ['Skill 0'] }, few: { skills: ['Skill 29997', 'Skill 0'] } },
  languages: { many: { languages: ['English'] }, few: { languages: ['Rare language'] } },
  ctc: { many: { min_ctc: 1, currency: 'INR' }, few: { max_ctc: 20, currency: 'KZT' } },
  max_notice_period_days: { many: { max_notice_period_days: 60 }, few: { max_notice_period_days: 1 } },
  willing_to_relocate: { many: { willing_to_relocate: true }, few: { willing_to_relocate: false } },
  has_video: { many: { has_video: false }, few: { has_video: true } },
  search: { many: { search: 'role' }, few: { search: 'special 7' } },
}
const names = Object.keys(filters)

/** Found by none, although each of the two is by many: whoever looks for them one by one looks at everybody. */
const contradictions: Filters[] = [
  { city: 'City 0', state: 'State 1' },
  { country: 'India', currency: 'KZT' },
  { min_experience: 25, max_age: 30 },
  { max_experience: 2, min_age: 35 },
  { search: 'role special', city: 'City 0' },
  { max_ctc: 3_000_000, currency: 'INR', min_experience: 5 },
]

// A hosted project gives nobody the superuser that auto_explain needs.
describe.skipIf(process.env.TALENTBASE_URL !== undefined)(`over ${count} candidates`, () => {
  beforeAll(async () => {
    stack = await startTestStack()
    recruiter = (await createRecruiter(stack)).id
    const admin = postgres(stack.databaseUrl('supabase_admin'), { max: 1, onnotice: () => undefined })
    await fillCandidates(admin, count)
    await admin.unsafe('vacuum analyze private.candidate_cards, private.candidate_search, private.candidate_terms')
    await admin.end()
    explainer = await openExplainer(stack)
    eyes = openEyes(stack)
  }, 240_000)
  afterAll(async () => {
    await explainer.close()
    await eyes.close()
    await stack.close()
  })

  const searched = (args: Filters, sort = 'newest', cursor: string | null = null): Promise<Scan[]> =>
    explainer.scans(
      recruiter,
      'select * from public.search_candidates(filters => $1::text::jsonb, sort => $2, cursor => $3)',
      [JSON.stringify(args), sort, cursor as string],
    )

  /** What is wrong with how candidates were read: a table without its index, or more rows than it needs. */
  function faults(scans: Scan[], atMost: number): string[] {
    const ours = scans.filter(({ table }) => table?.startsWith('candidate_'))
    const found = ours.filter(({ node }) => node === 'Seq Scan').map(({ table }) => table!)
    if (ours.length === 0) found.push('nothing was read')
    const read = ours.filter(({ node }) => node !== 'Bitmap Index Scan').reduce((sum, scan) => sum + scan.read, 0)
    if (read > atMost) found.push(`${read} rows read`)
    return found
  }

  /** The 5,000 newest, to count; the first 10,000 in the order; the page with its cards. */
  const bounded = 15_500

  test.each(names)('%s: through indexes, in every order and after a cursor', { timeout: 60_000 }, async (name) => {
    const after = (key: string) => Buffer.from(`${crypto.randomUUID()},${key}`).toString('base64url')
    const orders: [keyof (typeof filters)[string], string, string | null][] = [
      ['many', 'newest', after('20400')],
      ['many', 'experience', null],
      ['many', 'salary', after('9000000')],
      ['few', 'newest', null],
      ['few', 'experience', after('20')],
      ['few', 'salary', null],
    ]
    for (const [kind, sort, cursor] of orders) {
      const args = { ...(sort === 'salary' ? { currency: 'INR' } : {}), ...filters[name]![kind] }
      // A page that is not among the first in its order is looked for among all that match.
      expect(faults(await searched(args, sort, cursor), bounded + count), `${kind} ${sort}`).toEqual([])
    }
    const scans = await searched({ ...filters[name]!.few, search: 'special' }, 'relevance')
    expect(faults(scans, bounded)).toEqual([])
  })

  test('what many match is read from the beginning of its order', async () => {
    for (const name of names) expect(faults(await searched(filters[name]!.many), bounded), name).toEqual([])
    for (const sort of ['newest', 'experience']) expect(faults(await searched({}, sort), 8000), sort).toEqual([])
  })

  test('pairs of filters', { timeout: 120_000 }, async () => {
    const wrong: Record<string, string[]> = {}
    for (const [i, one] of names.entries()) {
      for (const other of names.slice(i + 1)) {
        // Of one number the least is not above the most.
        if (one.replace('min', 'max') === other) continue
        const found = faults(await searched({ ...filters[one]!.many, ...filters[other]!.few }), bounded)
        if (found.length > 0) wrong[`${one}, ${other}`] = found
      }
    }
    expect(wrong).toEqual({})
  })

  test.each(contradictions)('that nobody matches %o is learned from the indexes', async (args) => {
    for (const sort of ['newest', 'experience']) {
      const scans = await searched(args, sort)
      expect(scans.some(({ node }) => node === 'Bitmap Index Scan')).toBe(true)
      // Of two ranges an index may know one alone; in the order of all everybody would be looked at.
      expect(faults(scans, 0.9 * count)).toEqual([])
    }
    const facets = await explainer.scans(recruiter, 'select * from public.candidate_facets($1::text::jsonb)', [
      JSON.stringify(args),
    ])
    expect(faults(facets, 0.9 * count)).toEqual([])
  })

  test('choices, facets and categories', async () => {
    for (const type of [
      'role',
      'department',
      'religion',
      'country',
      'state',
      'city',
      'education',
      'skill',
      'language',
    ]) {
      for (const search of [null, '9', 'none']) {
        const scans = await explainer.scans(recruiter, 'select * from public.list_candidate_options($1, $2)', [
          type,
          search as string,
        ])
        // Words, not candidates: 30,000 skills, each looked at twice.
        expect(faults(scans, 90_000), `${type} ${search}`).toEqual([])
      }
    }
    expect(faults(await explainer.scans(recruiter, 'select * from public.candidate_options()'), 250_000)).toEqual([])
    for (const args of [{}, ...names.flatMap((name) => [filters[name]!.many, filters[name]!.few])]) {
      const scans = await explainer.scans(recruiter, 'select * from public.candidate_facets($1::text::jsonb)', [
        JSON.stringify(args),
      ])
      expect(faults(scans, 25_000), JSON.stringify(args)).toEqual([])
    }
    expect(faults(await explainer.scans(recruiter, 'select * from public.candidate_categories()'), 25_000)).toEqual([])
  })

  test('pages are those of all that match, also when they are not among the first in their order', async () => {
    const cases: [Filters, string, string][] = [
      [{}, 'newest', 'true'],
      [{ country: 'India' }, 'newest', `terms @> '{country:india}'`],
      // The last in the order.
      [{ max_age: 25 }, 'experience', `birth_date > (now() - interval '26 years')::date`],
      [{ max_experience: 1, currency: 'INR' }, 'salary', `experience_years <= 1 and currency = 'INR'`],
      [{ max_experience: 30, country: 'India' }, 'experience', `experience_years <= 30 and terms @> '{country:india}'`],
      [{ max_ctc: 40_000_000, currency: 'INR' }, 'salary', `currency = 'INR' and current_ctc between 0 and 40000000`],
      [{ currency: 'KZT', state: 'State 50' }, 'salary', `currency = 'KZT' and terms @> '{"state:state 50"}'`],
    ]
    const keys: Record<string, string> = { newest: 'listed', experience: 'experience_years', salary: 'current_ctc' }
    for (const [args, sort, where] of cases) {
      const rows = await sql(stack).unsafe(
        `select card_id as id from private.candidate_search where ${where} order by ${keys[sort]} desc, card_id desc`,
      )
      const all = rows.map(({ id }) => id)
      const ask = (more: Record<string, string | number | null>) =>
        eyes.as<{ id: string; total: string; cursor: string }>(
          recruiter,
          `select id, total, cursor from public.search_candidates($1::text::jsonb, $2, 100${Object.keys(more).map((name, i) => `, ${name} => $${i + 3}`)})`,
          [JSON.stringify(args), sort, ...Object.values(more)],
        )
      let cursor: string | null = null
      for (let at = 0; at <= 300 && at <= all.length; at += 100) {
        const page = await ask({ cursor })
        expect(
          page.map(({ id }) => id),
          `${JSON.stringify(args)} ${sort} ${at}`,
        ).toEqual(all.slice(at, at + 100))
        expect(Number(page[0]?.total ?? 0)).toBe(Math.min(all.length, 1001))
        cursor = page.at(-1)?.cursor ?? null
      }
      const behind = await ask({ skip: 950 })
      expect(behind.map(({ id }) => id)).toEqual(all.slice(950, 1050))
    }
  })
})
