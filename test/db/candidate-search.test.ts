import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, statement } from '../helpers/at-once.ts'
import { createRecruiter, type MadeCandidate, makeCandidates } from '../helpers/hiring.ts'
import { sql, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { type Eyes, openEyes } from './viewer.ts'

let stack: TestStack
let eyes: Eyes
/** Has no blocks. */
let recruiter: string
/** Has blocked some, and is blocked by others. */
let blocking: string
let cards: Card[]

interface Card {
  id: string
  role: string
  category: string | null
  department: string | null
  experience_years: number
  current_ctc: number | null
  currency: string
  religion: string | null
  country: string
  state: string
  city: string
  degrees: string[]
  skills: string[]
  languages: string[]
  willing_to_relocate: boolean | null
  notice_period_days: number | null
  has_video: boolean
  age: number
  listed: string
  is_hidden: boolean
  has_blocked: boolean
}

/** Those whom nobody finds, and those who have a block between them and one of the recruiters. */
const kinds = ['draft', 'unavailable', 'unapproved', 'rejected', 'suspended', 'roleless', 'blocked', 'blocker'] as const
const shown = 120
const ofKind = 8

const words = {
  role: ['Software Engineer', 'Data Engineer', 'nurse', 'Бухгалтер', 'Әкімші', "Chef d'équipe"],
  department: ['Engineering', 'Care', 'R&D: Research', null],
  religion: ['Hindu', 'Muslim', null],
  country: ['India', 'Қазақстан'],
  state: ['Maharashtra', 'Akmola', 'Goa'],
  city: ['Mumbai', 'Navi  Mumbai', 'Көкшетау', 'Łódź'],
  skills: ['Python', 'python', 'React', 'C++', 'C#', 'Node.js', 'Сварка', 'a,b {c} "d"'],
  languages: ['English', 'Hindi', 'Қазақша'],
  education: ['B.Tech', 'MBA', 'Nothing of the catalog'],
  category: ['technology', 'software-development', 'devops', 'nursing', null],
}

/** A year ago and that many more, on this day or the one after it. */
function bornYearsAgo(years: number, later: number): string {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear() - years, now.getUTCMonth(), now.getUTCDate() + later))
    .toISOString()
    .slice(0, 10)
}

const from = <T>(values: readonly T[]) => fc.constantFrom(...values)
const candidateArbitrary = fc.record({
  birth_date: fc
    .tuple(fc.integer({ min: 19, max: 23 }), from([-1, 0, 1]))
    .map(([years, day]) => bornYearsAgo(years, day)),
  role: from(words.role),
  category: from(words.category),
  department: from(words.department),
  experience_years: fc.integer({ min: 0, max: 4 }),
  current_ctc: from([null, 0, 100, 200, 300]),
  currency: from(['INR', 'KZT']),
  religion: from(words.religion),
  country: from(words.country),
  state: from(words.state),
  city: from(words.city),
  skills: fc.subarray(words.skills, { minLength: 1 }),
  languages: fc.subarray(words.languages),
  education: from(words.education),
  willing_to_relocate: from([null, true, false]),
  notice_period_days: from([null, 0, 30, 90]),
  video: fc.boolean(),
  listed_on: from(['2026-01-01', '2026-01-02', '2026-01-03']),
})

beforeAll(async () => {
  stack = await startTestStack()
  eyes = openEyes(stack)
  recruiter = (await createRecruiter(stack)).id
  blocking = (await createRecruiter(stack)).id
  const made = await makeCandidates(stack, shown + kinds.length * ofKind)
  await describeThem(made)
  const of = (kind: (typeof kinds)[number]) => {
    const start = shown + kinds.indexOf(kind) * ofKind
    return made.slice(start, start + ofKind).map(({ id }) => id)
  }
  const db = sql(stack)
  await db`update private.candidates set approved_at = now() where account_id <> all (${of('unapproved')})`
  await db`update private.candidates set declared_at = null where account_id = any (${of('draft')})`
  await db`update private.candidates set is_available_for_hiring = false where account_id = any (${of('unavailable')})`
  await db`update private.candidates set rejection_reason = 'No.' where account_id = any (${of('rejected')})`
  await db`delete from public.account_roles where account_id = any (${of('roleless')})`
  await db`insert into private.suspensions (account_id, reason) select unnest(${of('suspended')}::uuid[]), 'No.'`
  await db`insert into public.blocks (account_id, blocked_id) select ${blocking}, unnest(${of('blocked')}::uuid[])`
  await db`insert into public.blocks (account_id, blocked_id) select unnest(${of('blocker')}::uuid[]), ${blocking}`
  await db`update private.settings set value = 'true' where key = 'candidates.approval_required'`
  await db`select private.sync_candidate_card(account_id)::text from private.candidates`
  const rows = await db`
    select c.account_id, d.*, d.listed_on::text as listed, private.age(d.birth_date) as age
    from private.candidate_cards d join private.candidates c on c.card_id = d.id
  `
  const visible = new Set([...made.slice(0, shown).map(({ id }) => id), ...of('blocked'), ...of('blocker')])
  cards = rows.map((row) => ({
    ...(row as unknown as Card),
    current_ctc: row.current_ctc === null ? null : Number(row.current_ctc),
    is_hidden: !visible.has(row.account_id),
    // Whom a recruiter has blocked stays: a card that disappears would tell whose it is.
    has_blocked: of('blocker').includes(row.account_id),
  }))
}, 60_000)
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

/** Says something of each, the same in every run. */
async function describeThem(made: MadeCandidate[]): Promise<void> {
  const said = fc.sample(candidateArbitrary, { numRuns: made.length, seed: 20 })
  const rows = made.map(({ id, card_id }, i) => {
    const { education, video, ...card } = said[i]!
    return { id, card_id, education, video, card }
  })
  await sql(stack).unsafe(
    `update private.candidates c
     set education = r.education, video_path = case when r.video then c.account_id || '/v.mp4' end
     from jsonb_to_recordset($1::text::jsonb) as r (id uuid, education text, video boolean)
     where c.account_id = r.id`,
    [JSON.stringify(rows)],
  )
  await sql(stack).unsafe(
    `update private.candidate_cards d
     set (birth_date, role, category, department, experience_years, current_ctc, currency, religion, country, state, city,
          skills, languages, willing_to_relocate, notice_period_days, listed_on)
       = (select n.birth_date, n.role, n.category, n.department, n.experience_years, n.current_ctc, n.currency, n.religion,
            n.country, n.state, n.city, n.skills, n.languages, n.willing_to_relocate, n.notice_period_days, n.listed_on
          from jsonb_populate_record(d, r.card) as n)
     from jsonb_to_recordset($1::text::jsonb) as r (card_id uuid, card jsonb)
     where d.id = r.card_id`,
    [JSON.stringify(rows)],
  )
  await sql(stack)`select private.sync_candidate_card(c.account_id)::text from private.candidates c`
}

type Filters = Record<string, unknown>

interface Found {
  id: string
  total: string
  cursor: string
}

function page(viewer: string, filters: Filters, args: Record<string, string | number | null> = {}): Promise<Found[]> {
  const names = Object.keys(args).map((name, i) => `, ${name} => $${i + 2}`)
  return eyes.as<Found>(
    viewer,
    `select id, total, cursor from public.search_candidates(filters => $1::text::jsonb${names.join('')})`,
    [JSON.stringify(filters), ...Object.values(args)],
  )
}

async function search(viewer: string, filters: Filters, sort = 'newest', page_size = 100): Promise<Found[]> {
  const rows: Found[] = []
  let cursor: string | null = null
  do {
    const next: Found[] = await page(viewer, filters, { sort, page_size, cursor })
    rows.push(...next)
    cursor = next.length === page_size ? next.at(-1)!.cursor : null
  } while (cursor !== null)
  return rows
}

const key = (word: string) => word.trim().replace(/\s+/g, ' ').toLowerCase()
const has = (list: string[], word: string) => list.some((one) => key(one) === key(word))

const parents: Record<string, string> = {
  'software-development': 'technology',
  devops: 'technology',
  nursing: 'healthcare',
}
const isIn = (category: string | null, wanted: string) => category === wanted || parents[category ?? ''] === wanted

/** Beginnings of the words that a card has, as far as letters and digits alone make them. */
const startsOne = (card: Card, start: string) =>
  [
    card.role,
    card.department,
    card.religion,
    card.country,
    card.state,
    card.city,
    card.category,
    ...card.degrees,
    ...card.skills,
    ...card.languages,
  ]
    .flatMap((text) => (text ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .some((word) => word.startsWith(start.toLowerCase()))

/** Whether a card has what a filter asks for, as simply as it can be said. */
const asked: Record<string, (card: Card, value: never) => boolean> = {
  role: (card, value: string) => key(card.role) === key(value),
  department: (card, value: string) => key(card.department ?? '') === key(value),
  religion: (card, value: string) => key(card.religion ?? '') === key(value),
  country: (card, value: string) => key(card.country) === key(value),
  state: (card, value: string) => key(card.state) === key(value),
  city: (card, value: string) => key(card.city) === key(value),
  education: (card, value: string) => has(card.degrees, value),
  category: (card, value: string) => isIn(card.category, value),
  skills: (card, value: string[]) => value.every((skill) => has(card.skills, skill)),
  languages: (card, value: string[]) => value.every((language) => has(card.languages, language)),
  min_experience: (card, value: number) => card.experience_years >= value,
  max_experience: (card, value: number) => card.experience_years <= value,
  min_age: (card, value: number) => card.age >= value,
  max_age: (card, value: number) => card.age <= value,
  currency: (card, value: string) => card.currency === value,
  min_ctc: (card, value: number) => card.current_ctc !== null && card.current_ctc >= value,
  max_ctc: (card, value: number) => card.current_ctc !== null && card.current_ctc <= value,
  max_notice_period_days: (card, value: number) => card.notice_period_days !== null && card.notice_period_days <= value,
  willing_to_relocate: (card, value: boolean) => (card.willing_to_relocate ?? false) === value,
  has_video: (card, value: boolean) => card.has_video === value,
  search: (card, value: string) => value.split(' ').every((start) => startsOne(card, start)),
}

const visibleTo = (viewer: string) =>
  cards.filter((card) => !(card.is_hidden || (viewer === blocking && card.has_blocked)))

const expected = (viewer: string, filters: Filters): Card[] =>
  visibleTo(viewer).filter((card) =>
    Object.entries(filters).every(([name, value]) => asked[name]!(card, value as never)),
  )

const orders: Record<string, (card: Card) => number> = {
  newest: ({ listed }) => Date.parse(listed),
  experience: ({ experience_years }) => experience_years,
  salary: ({ current_ctc }) => current_ctc ?? -1,
}

function inOrder(found: Card[], sort: string): string[] {
  const by = orders[sort]!
  return found.toSorted((a, b) => by(b) - by(a) || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
}

/** A word as it is, or in other case and with other blanks. */
const spelled = (list: readonly (string | null)[]) =>
  fc
    .tuple(from(list.filter((word) => word !== null)), from(['', ' ', '\t']), fc.boolean())
    .map(([word, blank, upper]) =>
      `${blank}${upper ? word.toUpperCase() : word}${blank}`.replaceAll('  ', ` ${blank} `),
    )

const filtersArbitrary = fc
  .record(
    {
      role: spelled(words.role),
      department: spelled(words.department),
      religion: spelled(words.religion),
      country: spelled(words.country),
      state: spelled(words.state),
      city: spelled(words.city),
      education: spelled(['B.Tech', 'MBA']),
      category: from(['technology', 'software-development', 'healthcare', 'banking']),
      skills: fc.array(spelled(words.skills), { minLength: 1, maxLength: 3 }),
      languages: fc.array(spelled(words.languages), { minLength: 1, maxLength: 2 }),
      experience: fc.tuple(fc.integer({ min: -1, max: 5 }), fc.integer({ min: 0, max: 5 })),
      age: fc.tuple(fc.integer({ min: 17, max: 24 }), fc.integer({ min: 0, max: 4 })),
      ctc: fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: 0, max: 3 })),
      currency: from(['INR', 'KZT', 'USD']),
      max_notice_period_days: from([-1, 0, 30, 365]),
      willing_to_relocate: fc.boolean(),
      has_video: fc.boolean(),
      search: from(['eng', 'ENGINEER soft', 'mumb', 'БУХ', 'әк', 'mumbai python', 'x', 'care rea']),
    },
    { requiredKeys: [] },
  )
  .map(({ experience, age, ctc, ...filters }) => ({
    ...filters,
    ...(experience && { min_experience: experience[0], max_experience: experience[0] + experience[1] }),
    ...(age && { min_age: age[0], max_age: age[0] + age[1] }),
    ...(ctc && { min_ctc: ctc[0] * 100, max_ctc: (ctc[0] + ctc[1]) * 100, currency: filters.currency ?? 'INR' }),
  }))

/** Few filters at once find somebody, all of them nobody. */
const askedArbitrary = filtersArbitrary.chain((filters) =>
  fc.subarray(Object.keys(filters), { maxLength: Math.min(4, Object.keys(filters).length) }).map((names) => {
    const kept = names.some((name) => name.endsWith('_ctc')) ? [...names, 'currency'] : names
    return Object.fromEntries(Object.entries(filters).filter(([name]) => kept.includes(name))) as Filters
  }),
)

describe('a search', () => {
  test('finds who has what is asked for, in every order, and nobody who is hidden', { timeout: 60_000 }, async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(
        askedArbitrary,
        from(['newest', 'experience', 'salary']),
        fc.boolean(),
        fc.integer({ min: 7, max: 60 }),
        async (filters, order, blocks, size) => {
          const viewer = blocks ? blocking : recruiter
          const sort = order === 'salary' && filters.currency === undefined ? 'newest' : order
          const wanted = expected(viewer, filters)
          const rows = await search(viewer, filters, sort, size)
          expect(rows.map(({ id }) => id)).toEqual(inOrder(wanted, sort))
          expect([...new Set(rows.map(({ total }) => Number(total)))]).toEqual(
            wanted.length === 0 ? [] : [wanted.length],
          )
          const skip = Math.floor(wanted.length / 2)
          const behind = await page(viewer, filters, { sort, page_size: size, skip })
          expect(behind.map(({ id }) => id)).toEqual(inOrder(wanted, sort).slice(skip, skip + size))
          found += wanted.length
        },
      ),
      { numRuns: 80 },
    )
    expect(found).toBeGreaterThan(500)
  })

  test('by relevance shows what somebody is before what they can do, and both before the rest', async () => {
    const db = sql(stack)
    const [role, skill, department] = await makeCandidates(stack, 3, { card: { skills: ['Anything'] } })
    await db`update private.candidate_cards set role = 'Gardener' where id = ${role!.card_id}`
    await db`update private.candidate_cards set skills = '{Gardener}' where id = ${skill!.card_id}`
    await db`update private.candidate_cards set department = 'Gardener' where id = ${department!.card_id}`
    await db`update private.candidates set approved_at = now() where account_id = any (${[role!.id, skill!.id, department!.id]})`
    for (const { id } of [role!, skill!, department!]) await db`select private.sync_candidate_card(${id})`
    const whole = await search(recruiter, { search: 'garden' }, 'relevance')
    expect(whole.map(({ id }) => id)).toEqual([role!.card_id, skill!.card_id, department!.card_id])
    for (const size of [1, 2]) expect(await search(recruiter, { search: 'garden' }, 'relevance', size)).toEqual(whole)
    await db`delete from public.accounts where id = any (${[role!.id, skill!.id, department!.id]})`
    expect(await search(recruiter, { search: 'garden' }, 'relevance')).toEqual([])
  })
})

interface Counted {
  type: string
  word: string
  count: string
}

const listed: Record<string, (card: Card) => (string | null)[]> = {
  role: ({ role }) => [role],
  department: ({ department }) => [department],
  religion: ({ religion }) => [religion],
  country: ({ country }) => [country],
  state: ({ state }) => [state],
  city: ({ city }) => [city],
  education: ({ degrees }) => degrees,
  skill: ({ skills }) => skills,
  language: ({ languages }) => languages,
}

/** How many of the cards have each word, by its key. */
function countsOf(found: Card[], type: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const card of found) {
    const keys = new Set(listed[type]!(card).flatMap((word) => (word === null ? [] : [key(word)])))
    for (const one of keys) counts[one] = (counts[one] ?? 0) + 1
  }
  return counts
}

const byKey = (rows: Counted[]) => Object.fromEntries(rows.map(({ word, count }) => [key(word), Number(count)]))

describe('what filters offer', () => {
  test.each(Object.keys(listed))('%s: what those have who are found, and no other word', async (type) => {
    for (const viewer of [recruiter, blocking]) {
      const rows = await eyes.as<Counted & Found>(
        viewer,
        'select * from public.list_candidate_options($1, page_size => 100)',
        [type],
      )
      const wanted = countsOf(visibleTo(viewer), type)
      expect(byKey(rows)).toEqual(wanted)
      expect(rows.map(({ word }) => key(word))).toEqual(Object.keys(wanted).sort())
      for (const { total } of rows) expect(Number(total)).toBe(rows.length)
      const all = await eyes.as<Counted>(viewer, 'select * from public.candidate_options() where type = $1', [type])
      expect(byKey(all)).toEqual(wanted)
      const { word } = rows[0]!
      const middle = word.slice(1, 3).toUpperCase()
      const searched = await eyes.as<Counted>(viewer, 'select * from public.list_candidate_options($1, $2)', [
        type,
        middle,
      ])
      const like = Object.entries(wanted).filter(([one]) => one.includes(middle.toLowerCase()))
      expect(byKey(searched)).toEqual(Object.fromEntries(like))
    }
  })

  test('facets count what those have whom a search finds', async () => {
    await fc.assert(
      fc.asyncProperty(askedArbitrary, fc.boolean(), async (filters, blocks) => {
        const viewer = blocks ? blocking : recruiter
        const found = expected(viewer, filters)
        const rows = await eyes.as<Counted & { is_exact: boolean }>(
          viewer,
          'select * from public.candidate_facets($1::text::jsonb)',
          [JSON.stringify(filters)],
        )
        expect(rows.every(({ is_exact }) => is_exact)).toBe(true)
        for (const type of Object.keys(listed)) {
          const facets = rows.filter((row) => row.type === type)
          expect(byKey(facets), type).toEqual(countsOf(found, type))
          expect(facets.map(({ count }) => Number(count))).toEqual(
            facets.map(({ count }) => Number(count)).sort((a, b) => b - a),
          )
        }
        const categories = rows.filter(({ type }) => type === 'category')
        for (const { word, count } of categories)
          expect(Number(count)).toBe(found.filter((card) => isIn(card.category, word)).length)
        const named = new Set(
          found.flatMap(({ category }) => (category === null ? [] : [category, parents[category] ?? category])),
        )
        expect(new Set(categories.map(({ word }) => word))).toEqual(named)
      }),
      { numRuns: 60 },
    )
  })

  test('categories count those in them and below', async () => {
    for (const viewer of [recruiter, blocking]) {
      for (const above of [null, 'technology', 'healthcare']) {
        const rows = await eyes.as<{ slug: string; count: string }>(
          viewer,
          'select * from public.candidate_categories($1)',
          [above],
        )
        expect(rows.length).toBeGreaterThan(3)
        for (const { slug, count } of rows) {
          expect(Number(count), slug).toBe(visibleTo(viewer).filter((card) => isIn(card.category, slug)).length)
        }
      }
    }
  })
})

describe('words', () => {
  const find = async (filters: Filters) => (await search(recruiter, filters)).map(({ id }) => id)

  async function makeOne(card: Record<string, unknown>): Promise<MadeCandidate> {
    const [made] = await makeCandidates(stack, 1, { card })
    await sql(stack)`update private.candidates set approved_at = now() where account_id = ${made!.id}`
    await sql(stack)`select private.sync_candidate_card(${made!.id})`
    return made!
  }
  const forget = ({ id }: MadeCandidate) => sql(stack)`delete from public.accounts where id = ${id}`

  test.each([
    ['İSTANBUL', 'istanbul'],
    ['Iğdır', 'IĞDIR'],
    ['ÄÖÜ Straße', 'äöü straße'],
    ['Өскемен Қаласы', 'өСКЕМЕН\u00a0 қаласы'],
    ['Ёлкино', 'ёЛКИНО'],
    ['Two\tParts', 'two  parts'],
    ['東京', '東京'],
    ['100%', '100%'],
    ['under_score', 'UNDER_SCORE'],
    ['O\'Brien \\ "quoted", {braces}', 'o\'brien \\ "QUOTED",  {braces}'],
    ['city:mumbai', 'CITY:MUMBAI'],
    ['null', 'NULL'],
  ])('%s is found as %s', async (written, wanted) => {
    const one = await makeOne({ city: written, skills: [written, 'Other'], languages: [written], department: written })
    for (const filters of [
      { city: wanted },
      { skills: [wanted, 'other'] },
      { languages: [wanted] },
      { department: wanted },
    ]) {
      expect(await find(filters), JSON.stringify(filters)).toEqual([one.card_id])
    }
    expect(await find({ city: `${wanted}x` })).toEqual([])
    expect(await find({ state: wanted })).toEqual([])
    const options = await eyes.as<Counted>(recruiter, `select * from public.list_candidate_options('city', $1)`, [
      wanted,
    ])
    expect(options).toMatchObject([{ word: written, count: '1' }])
    await forget(one)
  })

  test('a search is of beginnings, in any order and case, and every word is wanted', async () => {
    const one = await makeOne({ role: 'Zeppelin Pilot', skills: ['Ballast', 'Hangar.js'], city: 'Фридрихсхафен' })
    for (const found of [
      'zeppelin',
      'PILOT zepp',
      'фридрих',
      'ballast pilot',
      'hangar',
      'zeppelin & pilot',
      '!zeppelin',
      'zeppelin:*',
    ]) {
      expect(await find({ search: found }), found).toEqual([one.card_id])
    }
    for (const none of ['eppelin', 'zeppelin nurse', 'zeppelins', 'zeppelin | nothing']) {
      expect(await find({ search: none }), none).toEqual([])
    }
    await forget(one)
  })

  const wrongSearches = ['', ' ', '!', '& | ! <-> :* ()', "''", '\\', '%', 'x'.repeat(201), '\u00a0']

  test('choices are searched by at most 200 characters', async () => {
    const asked = (length: number) =>
      eyes.as<Counted>(recruiter, `select * from public.list_candidate_options('skill', $1)`, ['x'.repeat(length)])
    expect(await asked(200)).toEqual([])
    await expect(asked(201)).rejects.toMatchObject({ message: expect.stringContaining('validation_failed') })
  })

  test('a search without a word, or too long a one, is an error', async () => {
    for (const text of wrongSearches) {
      await expect(find({ search: text }), JSON.stringify(text)).rejects.toMatchObject({
        code: 'PGRST',
        message: expect.stringContaining('validation_failed'),
      })
    }
  })

  const injections = [
    "'",
    "''",
    "' or true --",
    "') or true --",
    "\\'; drop table private.candidate_search; --",
    '%s %I %L %',
    '{source}',
    '$1',
    '$$',
    '{"a", "b"}',
    "E'\\x27'",
    '"',
    "x' = any (s.terms) or 'x' = '",
    '::text[]',
    '*/ or true /*',
    "';select private.verify_recruiter(null);'",
  ]

  test('no filter breaks out of its literal', async () => {
    const before = await stateOf(stack)
    const texts = ['role', 'department', 'religion', 'country', 'state', 'city', 'education']
    for (const text of injections) {
      for (const name of texts) expect(await find({ [name]: text }), `${name}: ${text}`).toEqual([])
      for (const name of ['skills', 'languages']) expect(await find({ [name]: [text] }), `${name}: ${text}`).toEqual([])
      for (const name of ['currency', 'category'])
        await expect(find({ [name]: text }), text).rejects.toMatchObject({ code: 'PGRST' })
      for (const sort of ['newest', 'relevance']) {
        const rows = await search(recruiter, { search: `zzzz ${text}` }, sort)
        expect(rows, text).toEqual([])
      }
      await expect(search(recruiter, {}, text), text).rejects.toMatchObject({ code: 'PGRST' })
      await expect(page(recruiter, {}, { cursor: text }), text).rejects.toMatchObject({ code: 'PGRST' })
      expect(
        await eyes.as(recruiter, `select * from public.list_candidate_options('role', $1)`, [
          text === "'" || text === '%s %I %L %' ? `z${text}` : `${text}z`,
        ]),
        text,
      ).toEqual([])
    }
    // A cursor holds a number: what else is in it is refused, and one beyond a number too.
    for (const inside of ["1' or true", '1); select 1', '99999999999999999999', '', '1.5', '-']) {
      const cursor = Buffer.from(`00000000-0000-0000-0000-000000000000,${inside}`).toString('base64url')
      await expect(page(recruiter, {}, { cursor }), inside).rejects.toMatchObject({ code: 'PGRST' })
    }
    expect(await stateOf(stack)).toEqual(before)
  })

  test('a filter of another kind is named', async () => {
    const wrong = {
      role: 1,
      skills: '{Python}',
      languages: [1],
      min_experience: 'many',
      max_age: 1e10,
      min_ctc: '1e30',
      willing_to_relocate: 'maybe',
      account_id: 'x',
      is_searchable: false,
    }
    const rules = {
      ...Object.fromEntries(Object.keys(wrong).map((name) => [name, 'type'])),
      account_id: 'unknown',
      is_searchable: 'unknown',
    }
    for (const name of ['search_candidates', 'candidate_facets']) {
      const refusal = await eyes
        .as(recruiter, `select * from public.${name}($1::text::jsonb)`, [JSON.stringify(wrong)])
        .catch((error) => error)
      expect(JSON.parse(refusal.message).details && JSON.parse(JSON.parse(refusal.message).details).fields).toEqual(
        rules,
      )
    }
    for (const filters of ['[]', '"x"', '1', 'null']) {
      await expect(
        eyes.as(recruiter, 'select * from public.search_candidates($1::text::jsonb)', [filters]),
      ).rejects.toMatchObject({ code: 'PGRST' })
    }
    for (const list of [[''], [' '], ['x'.repeat(51)], Array(21).fill('x'), [null], [['x']]]) {
      await expect(find({ skills: list }), JSON.stringify(list)).rejects.toMatchObject({ code: 'PGRST' })
    }
  })
})

/** A role is saved here, and digits in a row could be a number to call. */
const lettersOnly = (word: string) => word.replace(/[0-9]/g, (digit) => 'ghijklmnop'[Number(digit)]!)

describe('the index', () => {
  const searched = async (filters: Filters) => (await search(recruiter, filters)).length

  test('follows whatever changes', async () => {
    const db = sql(stack)
    const word = lettersOnly(unique('Word'))
    const [one] = await makeCandidates(stack, 1, {
      card: { role: word, category: 'devops' },
      person: { full_name: 'Ann' },
    })
    const { id } = one!
    const found = () => searched({ role: word })
    const isThere = async (change: () => PromiseLike<unknown>, count: number, what: string) => {
      await change()
      expect(await found(), what).toBe(count)
    }
    await isThere(() => db`select private.approve_candidate(${id})`, 1, 'approved')
    await isThere(() => db`select private.reject_candidate(${id}, 'No.')`, 0, 'rejected')
    await isThere(() => db`select private.approve_candidate(${id})`, 1, 'approved again')
    await isThere(() => eyes.as(id, 'select public.set_candidate_availability(false)'), 0, 'unavailable')
    await isThere(() => eyes.as(id, 'select public.set_candidate_availability(true)'), 1, 'available')
    await isThere(() => db`select private.suspend_account(${id}, 'No.')`, 0, 'suspended')
    await isThere(() => db`select private.lift_suspension(${id})`, 1, 'lifted')
    await isThere(() => db`delete from public.account_roles where account_id = ${id}`, 0, 'without the role')
    await isThere(
      () => db`insert into public.account_roles (account_id, role) values (${id}, 'candidate')`,
      1,
      'with it',
    )
    await isThere(() => eyes.as(id, `select public.update_candidate('{"birth_date": null}')`), 0, 'incomplete')
    await isThere(
      () => eyes.as(id, `select public.update_candidate('{"birth_date": "1990-01-01", "city": "Elsewhere"}')`),
      1,
      'complete',
    )
    expect(await searched({ role: word, city: 'mumbai' })).toBe(0)
    expect(await searched({ role: word, city: 'elsewhere' })).toBe(1)
    expect(await searched({ search: `${word} elsew` })).toBe(1)
    await isThere(
      () => eyes.as(id, `select public.update_candidate('{"skills": ["New"]}')`),
      0,
      'another who is not approved yet',
    )
    await isThere(
      () => db`update private.settings set value = 'false' where key = 'candidates.approval_required'`,
      1,
      'approval no longer asked for',
    )
    await db`update private.settings set value = 'true' where key = 'candidates.approval_required'`
    await isThere(() => db`select private.approve_candidate(${id})`, 1, 'approved once more')
    expect(await searched({ role: word, skills: ['python'] })).toBe(0)
    expect(await searched({ role: word, skills: ['new'] })).toBe(1)
    await isThere(() => db`delete from public.accounts where id = ${id}`, 0, 'gone')
    const [left] = await db`select count(*)::int as count from private.candidate_terms where word = ${word}`
    expect(left!.count).toBe(0)
  })

  test('a category that moves or is renamed takes its candidates along', async () => {
    const db = sql(stack)
    const count = async (category: string) => searched({ category })
    const before = {
      devops: await count('devops'),
      technology: await count('technology'),
      healthcare: await count('healthcare'),
    }
    expect(before.devops).toBeGreaterThan(3)
    await db`update public.categories set parent_slug = 'healthcare' where slug = 'devops'`
    expect(await count('technology')).toBe(before.technology - before.devops)
    expect(await count('healthcare')).toBe(before.healthcare + before.devops)
    await db`update public.categories set slug = 'renamed' where slug = 'devops'`
    expect(await count('renamed')).toBe(before.devops)
    await expect(count('devops')).rejects.toMatchObject({ code: 'PGRST' })
    expect(await count('healthcare')).toBe(before.healthcare + before.devops)
    await db`update public.categories set slug = 'devops', parent_slug = 'technology' where slug = 'renamed'`
    expect({
      devops: await count('devops'),
      technology: await count('technology'),
      healthcare: await count('healthcare'),
    }).toEqual(before)
  })

  test('holds the cards that are searchable, with the words they say, and no other', async () => {
    const db = sql(stack)
    const apart = await db`
      select d.id from private.candidate_cards d left join private.candidate_search s on s.card_id = d.id
      where d.is_searchable <> (s.card_id is not null)
    `
    expect(apart).toEqual([])
    const words = await db`
      (select t.card_id, t.type, t.key from private.candidate_terms t
       except select d.id, w.type, w.key from private.candidate_cards d cross join lateral private.card_terms(d) w where d.is_searchable)
      union all
      (select d.id, w.type, w.key from private.candidate_cards d cross join lateral private.card_terms(d) w where d.is_searchable
       except select t.card_id, t.type, t.key from private.candidate_terms t)
    `
    expect(words).toEqual([])
  })

  test('many who save the same words at once, in any order, and while categories move', async () => {
    const skills = Array.from({ length: 20 }, (_, i) => `Shared ${i}`)
    const made = await makeCandidates(stack, 10)
    await sql(
      stack,
    )`update private.candidates set approved_at = now() where account_id = any (${made.map(({ id }) => id)})`
    const save = (list: string[], category: string) =>
      statement('select public.update_candidate($1::text::jsonb)', JSON.stringify({ skills: list, category }))
    const move = statement(
      `update public.categories set parent_slug = case parent_slug when 'technology' then 'healthcare' else 'technology' end where slug = 'devops'`,
    )
    const outcomes = await atOnce(stack, [
      ...made.map((one, i) => ({
        as: one,
        runs: Array.from({ length: 4 }, (_, n) =>
          save((i + n) % 2 === 0 ? skills : skills.toReversed(), n % 2 === 0 ? 'devops' : 'nursing'),
        ),
      })),
      { runs: [move, move, move, move] },
    ])
    expect(outcomes.filter((outcome) => 'code' in outcome)).toEqual([])
    for (const { id } of made) await sql(stack)`select private.approve_candidate(${id})`
    expect(await searched({ skills: ['shared 7', 'shared 19'] })).toBe(10)
    expect(await searched({ skills: ['shared 7'], category: 'nursing' })).toBe(10)
  })
})
