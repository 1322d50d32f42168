import { createTalentbase } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { knownCandidate } from './candidates.ts'
import { expectFields, expectTaken } from './fields.ts'
import { born } from './models.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let recruiter: Member
let unverified: Member
let stranger: Member
let known: Awaited<ReturnType<typeof knownCandidate>>

const engineer = {
  birth_date: born(25),
  role: 'Software Engineer',
  category: 'software-development',
  department: 'Engineering',
  religion: 'Hindu',
  languages: ['English', 'Hindi'],
  degrees: ['B.Tech'],
}
const nurse = {
  birth_date: born(40),
  role: 'Nurse',
  category: 'nursing',
  department: 'Care',
  religion: 'Christian',
  country: 'Kazakhstan',
  state: 'Akmola',
  city: 'Kokshetau',
  skills: ['First aid'],
  languages: ['Kazakh'],
  experience_years: 15,
  current_ctc: 30_000_000,
}

beforeAll(async () => {
  stack = await startParityStack()
  const withSdk = (person: Awaited<ReturnType<typeof createRecruiter>>) => ({
    ...person,
    tb: createTalentbase(person.client),
  })
  recruiter = withSdk(await createRecruiter(stack))
  unverified = withSdk(await createRecruiter(stack, { verified: false }))
  stranger = await member(stack, ['employer'])
  known = await knownCandidate(stack)
  await makeCandidates(stack, 3, { card: engineer })
  await makeCandidates(stack, 2, { card: nurse, person: { education: 'Diploma of nursing' } })
  // Nobody finds these, and no choice tells of them.
  await makeCandidates(stack, 2, {
    card: { role: 'Ghost', city: 'Nowhere', category: 'banking', skills: ['Haunting'] },
    person: { is_available_for_hiring: false },
  })
})
afterAll(() => stack.close())

/** Nobody but verified recruiters is answered, and nothing changes. */
async function expectRecruitersOnly(
  call: (one: Pick<Member, 'tb'>) => ReturnType<Member['tb']['candidates']['listFilterCategories']>,
  name: string,
  args: object = {},
): Promise<void> {
  await expectUnchanged(
    () => stateOf(stack),
    async () => {
      const visitor = device(stack)
      await expectRefusal(call(unverified), 'verification_required')
      await expectRefusal(call(stranger), 'permission_denied')
      await expectRefusal(call(known), 'permission_denied')
      await expectRefusal(call(visitor), 'auth_required')
      const plain = (one: Pick<Member, 'client'>) => one.client.rpc(name, args)
      expect(await plain(unverified)).toMatchObject({
        data: null,
        status: 403,
        error: { code: 'verification_required' },
      })
      expect(await plain(stranger)).toMatchObject({ data: null, status: 403, error: { code: 'permission_denied' } })
      expect(await plain(visitor)).toMatchObject({ data: null, status: 401, error: { code: '42501' } })
    },
  )
}

const exact = { count_is_exact: true }

it('WF20 candidates.listFilterOptions: the choices of every filter, of candidates who are found', async () => {
  const { tb, client } = recruiter
  const answer = await must(tb.candidates.listFilterOptions())
  expectFields(answer, {
    roles: 'roles.0.word',
    cities: 'cities.0.word',
    states: 'states.0.word',
    countries: 'countries.0.word',
    religions: 'religions.0.word',
    educations: 'educations.0.word',
    skills: 'skills.0.word',
  })
  expect(answer).toEqual({
    roles: [
      { word: 'Nurse', count: 2, ...exact },
      { word: 'Software Engineer', count: 4, ...exact },
    ],
    departments: [
      { word: 'Care', count: 2, ...exact },
      { word: 'Engineering', count: 3, ...exact },
    ],
    cities: [
      { word: 'Kokshetau', count: 2, ...exact },
      { word: 'Mumbai', count: 4, ...exact },
    ],
    states: [
      { word: 'Akmola', count: 2, ...exact },
      { word: 'Maharashtra', count: 4, ...exact },
    ],
    countries: [
      { word: 'India', count: 4, ...exact },
      { word: 'Kazakhstan', count: 2, ...exact },
    ],
    religions: [
      { word: 'Christian', count: 2, ...exact },
      { word: 'Hindu', count: 4, ...exact },
    ],
    // What the catalog knows of the words that somebody wrote.
    educations: expect.arrayContaining([{ word: 'B.Tech', count: 4, ...exact }]),
    skills: expect.arrayContaining([
      { word: 'First aid', count: 2, ...exact },
      { word: 'Python', count: 4, ...exact },
    ]),
    languages: expect.arrayContaining([{ word: 'Kazakh', count: 2, ...exact }]),
    categories: [
      { slug: 'technology', name: 'Technology', count: 3, ...exact },
      { slug: 'healthcare', name: 'Healthcare', count: 2, ...exact },
    ],
  })
  const { data } = await client.rpc('candidate_options')
  const words = (type: string) => data.filter((row: { type: string }) => row.type === type)
  expect(words('role').map(({ word }: { word: string }) => word)).toEqual(answer.roles.map(({ word }) => word))
  expect(JSON.stringify([answer, data])).not.toMatch(/Ghost|Nowhere|Haunting|banking/)
  await expectRecruitersOnly((one) => one.tb.candidates.listFilterOptions() as never, 'candidate_options')
})

it('WF21 candidates.listFilterOptions: those of one filter, searched and paged', async () => {
  const { tb, client } = recruiter
  const asked = { type: 'skill', limit: 2, offset: 0, search: 'pyt' } as const
  expectTaken(asked, { type: 'type', page: 'offset', page_size: 'limit', search: 'search' })
  const searched = await must(tb.candidates.listFilterOptions(asked))
  expect(searched.items).toEqual([{ word: 'Python', count: 4, ...exact }])
  const first = await must(tb.candidates.listFilterOptions({ type: 'skill', limit: 2 }))
  expectFields(first, { results: 'items.0.word', count: 'total', next: 'next_cursor', previous: 'has_more' })
  const [words] = await sql(stack)`
    select array_agg(distinct s order by s) as all from private.candidate_cards, unnest(skills) as s where is_searchable
  `
  expect(first).toMatchObject({ total: words!.all.length, total_is_exact: true, has_more: true })
  const rest = await must(tb.candidates.listFilterOptions({ type: 'skill', cursor: first.next_cursor! }))
  expect([...first.items, ...rest.items].map(({ word }) => word)).toEqual(words!.all)
  expect(rest).toMatchObject({ has_more: false, next_cursor: null })
  const second = await must(tb.candidates.listFilterOptions({ type: 'skill', limit: 2, offset: 2 }))
  expect(second.items).toEqual(rest.items.slice(0, 2))
  const plain = await client.rpc('list_candidate_options', { type: 'skill', page_size: 2, skip: 2 })
  expect(plain.data.map(({ word }: { word: string }) => word)).toEqual(second.items.map(({ word }) => word))
  for (const search of ['haunt', '%', '_', '\\', "'"]) {
    const { items, total } = await must(tb.candidates.listFilterOptions({ type: 'skill', search }))
    expect({ items, total }, search).toEqual({ items: [], total: 0 })
  }

  const wrong = { type: 'name' as 'role', limit: 101, search: '' }
  const rules = { type: ['known'], limit: ['range'], search: ['length'] }
  await expectRefusal(tb.candidates.listFilterOptions(wrong), 'validation_failed', rules)
  await expectRefusal(tb.candidates.listFilterOptions({} as never), 'validation_failed', { type: ['required'] })
  for (const type of ['name', 'category', 'video', null]) {
    const { error, status } = await client.rpc('list_candidate_options', { type })
    expect({ status, fields: JSON.parse(error!.details).fields }).toEqual({ status: 400, fields: { type: 'known' } })
  }
  const args = { type: 'role' } as const
  await expectRecruitersOnly(
    (one) => one.tb.candidates.listFilterOptions(args) as never,
    'list_candidate_options',
    args,
  )
})

it('WF22 candidates.listFilterCategories: the main ones with their candidates', async () => {
  const { tb, client } = recruiter
  const answer = await must(tb.candidates.listFilterCategories())
  expectFields(answer, { categories: '.', name: '0.name', slug: '0.slug', count: '0.count' })
  const main = await must(tb.catalog.listCategories({ kind: 'hiring', parent: null }))
  const counts: Record<string, number> = { technology: 3, healthcare: 2 }
  expect(answer).toEqual(main.map(({ slug, name }) => ({ slug, name, count: counts[slug] ?? 0, ...exact })))
  const russian = createTalentbase(client, { locale: 'ru' })
  const named = await must(russian.candidates.listFilterCategories())
  expect(named.find(({ slug }) => slug === 'technology')?.name).toBe('Технологии')
  const plain = await client.rpc('candidate_categories')
  expect(plain.data.map(({ slug }: { slug: string }) => slug)).toEqual(answer.map(({ slug }) => slug))
  await expectRecruitersOnly((one) => one.tb.candidates.listFilterCategories(), 'candidate_categories')
})

it('WF23 candidates.listFilterSubcategories: those below one with their candidates', async () => {
  const { tb, client } = recruiter
  const filter = { category: 'technology' }
  expectTaken(filter, { category: 'category' })
  const answer = await must(tb.candidates.listFilterSubcategories(filter.category))
  expectFields(answer, { subcategories: '.', name: '0.name', slug: '0.slug', count: '0.count' })
  const below = await must(tb.catalog.listCategories({ kind: 'hiring', parent: 'technology' }))
  const counts: Record<string, number> = { 'software-development': 3 }
  expect(answer).toEqual(below.map(({ slug, name }) => ({ slug, name, count: counts[slug] ?? 0, ...exact })))
  expect(await must(tb.candidates.listFilterSubcategories('nursing'))).toEqual([])
  const plain = await client.rpc('candidate_categories', filter)
  expect(plain.data.map(({ slug }: { slug: string }) => slug)).toEqual(answer.map(({ slug }) => slug))

  await expectRefusal(tb.candidates.listFilterSubcategories('no-such-one'), 'validation_failed', {
    category: ['known'],
  })
  await expectRefusal(tb.candidates.listFilterSubcategories('No such'), 'validation_failed', { category: ['format'] })
  // Of another kind.
  for (const category of ['no-such-one', 'fashion', '']) {
    const { error, status } = await client.rpc('candidate_categories', { category })
    expect({ status, fields: JSON.parse(error!.details).fields }).toEqual({
      status: 400,
      fields: { category: 'known' },
    })
  }
  await expectRecruitersOnly(
    (one) => one.tb.candidates.listFilterSubcategories('technology'),
    'candidate_categories',
    filter,
  )
})

it('WF24 catalog.listReferenceOptions: departments and religions for forms', async () => {
  const { tb, client } = known
  const answer = await must(tb.catalog.listReferenceOptions())
  expectFields(answer, { departments: 'department.0.name', religions: 'religion.0.name' })
  expect(answer.religion).toContainEqual({ slug: 'hindu', name: 'Hindu' })
  const { data } = await client.from('reference_options').select('name').eq('type', 'department').order('position')
  expect(data!.map(({ name }) => name)).toEqual(answer.department.map(({ name }) => name))
  const kazakh = await must(createTalentbase(client, { locale: 'kk' }).catalog.listReferenceOptions())
  expect(kazakh.religion.map(({ slug }) => slug).toSorted()).toEqual(answer.religion.map(({ slug }) => slug).toSorted())

  const visitor = device(stack)
  await expectUnchanged(
    async () => [...(await sql(stack)`select * from public.reference_options order by type, slug`)],
    async () => {
      await expectRefusal(visitor.tb.catalog.listReferenceOptions(), 'auth_required')
      expect((await visitor.client.from('reference_options').select()).error?.code).toBe('42501')
      const row = { type: 'religion', slug: 'new', name: 'New' }
      expect((await client.from('reference_options').insert(row)).error?.code).toBe('42501')
    },
  )
})

it('WF25 candidates.search: by every filter; the locked masked, the unlocked whole', async () => {
  const { tb, client } = recruiter
  const page = await must(tb.candidates.search({ limit: 4 }))
  const next = await must(tb.candidates.search({ limit: 4, cursor: page.next_cursor! }))
  expect(page).toMatchObject({ total: 6, total_is_exact: true, has_more: true })
  expect(next).toMatchObject({ total: 6, has_more: false, next_cursor: null })
  const behind = await must(tb.candidates.search({ limit: 4, offset: 4 }))
  expect(behind.items).toEqual(next.items)
  const all = [...page.items, ...next.items]
  expect(new Set(all.map(({ id }) => id)).size).toBe(6)

  const { profile } = known
  const locked = all.find(({ id }) => id === profile.id)!
  expect(locked).toEqual({
    id: profile.id,
    is_unlocked: false,
    unlock_cost: 10,
    unlocked_at: null,
    is_available: true,
    masked_name: profile.full_name!.replace(/\B\w/g, '*'),
    full_name: null,
    phone: '******2349',
    email: `${known.email[0]}***@example.test`,
    age: profile.age,
    role: profile.role,
    category: profile.category,
    department: profile.department,
    experience_years: profile.experience_years,
    current_ctc: profile.current_ctc,
    expected_ctc: profile.expected_ctc,
    currency: 'INR',
    religion: profile.religion,
    country: profile.country,
    state: profile.state,
    city: profile.city,
    degrees: ['B.Tech'],
    skills: profile.skills,
    languages: profile.languages,
    willing_to_relocate: true,
    notice_period_days: null,
    picture_path: profile.picture_path,
    profile_image_url: profile.profile_image_url,
    has_resume: true,
    has_video: true,
    resume_path: null,
    video_path: null,
    listed_on: new Date().toISOString().slice(0, 10),
  })
  expect((await fetch(locked.profile_image_url!)).status).toBe(200)
  const lockedDetail = await must(tb.candidates.get(profile.id))
  expect(lockedDetail).toEqual({
    ...locked,
    street_address: null,
    education: null,
    educations: [],
    work_experience: null,
    experiences: [],
    gaps: [],
    career_objective: null,
    resume_url: null,
    video_intro_url: null,
  })

  await giveCredits(stack, recruiter, 10)
  expect((await client.rpc('unlock_candidate', { candidate_id: profile.id })).error).toBeNull()
  const unlocked = (await must(tb.candidates.search({ search: 'django' }))).items[0]!
  expect(unlocked).toEqual({
    ...locked,
    is_unlocked: true,
    unlock_cost: 0,
    unlocked_at: expect.any(String),
    masked_name: null,
    full_name: profile.full_name,
    phone: '+918765012349',
    email: known.email,
    resume_path: profile.resume_path,
    video_path: profile.video_path,
  })
  const detail = await must(tb.candidates.get(profile.id))
  expect(detail).toMatchObject({
    ...unlocked,
    street_address: profile.street_address,
    education: profile.education,
    educations: profile.educations,
    work_experience: profile.work_experience,
    experiences: profile.experiences,
    gaps: profile.gaps,
    career_objective: profile.career_objective,
  })
  for (const url of [detail.resume_url, detail.video_intro_url]) expect((await fetch(url!)).status).toBe(200)
  const answered = { ...unlocked, ...detail, pagination: page }
  expectFields(answered, {
    id: 'id',
    full_name: 'full_name',
    masked_name: 'masked_name',
    phone: 'phone',
    email: 'email',
    age: 'age',
    role: 'role',
    experience_years: 'experience_years',
    current_ctc: 'current_ctc',
    expected_ctc: 'expected_ctc',
    state: 'state',
    city: 'city',
    skills: 'skills',
    profile_image_url: 'profile_image_url',
    is_unlocked: 'is_unlocked',
    unlock_cost: 'unlock_cost',
    created_at: 'listed_on',
    resume_url: 'resume_url',
    unlocked_at: 'unlocked_at',
    candidates: 'pagination.items',
    count: 'pagination.total',
    page: 'pagination.next_cursor',
    page_size: 'pagination.items.length',
    total_pages: 'pagination.total_is_exact',
    next: 'pagination.has_more',
    previous: 'pagination.next_cursor',
  })

  const filters = {
    role: 'software  ENGINEER',
    min_experience: 3,
    max_experience: 3,
    min_age: 25,
    max_age: 25,
    city: 'MUMBAI',
    state: 'maharashtra',
    country: 'india',
    religion: 'hindu',
    education: 'b.tech',
    skills: ['python', 'REACT'],
    min_ctc: 50_000_000,
    max_ctc: 50_000_000,
    currency: 'INR',
  }
  expectTaken(
    { ...filters, offset: 0, limit: 20 },
    {
      role: 'role',
      min_experience: 'min_experience',
      max_experience: 'max_experience',
      min_age: 'min_age',
      max_age: 'max_age',
      city: 'city',
      state: 'state',
      country: 'country',
      religion: 'religion',
      education: 'education',
      skills: 'skills',
      min_ctc: 'min_ctc',
      max_ctc: 'max_ctc',
      page: 'offset',
      page_size: 'limit',
    },
  )
  const engineers = await must(tb.candidates.search(filters))
  expect(engineers.items.map(({ role }) => role)).toEqual(Array(4).fill('Software Engineer'))
  const plain = await client.rpc('search_candidates', { filters, page_size: 4 })
  expect(plain.data.map(({ id }: { id: string }) => id)).toEqual(engineers.items.map(({ id }) => id))
  // Each of them by itself leaves somebody out.
  const others: Parameters<typeof tb.candidates.search>[0][] = [
    { role: 'Nurse' },
    { min_experience: 4 },
    { min_age: 26 },
    { city: 'Kokshetau' },
    { state: 'Akmola' },
    { country: 'Kazakhstan' },
    { religion: 'Christian' },
    { skills: ['First aid'] },
    { max_ctc: 49_999_999, currency: 'INR' },
    { category: 'healthcare' },
    { department: 'care' },
    { languages: ['Kazakh'] },
    { search: 'kok nur' },
  ]
  for (const filter of others) {
    const found = await must(tb.candidates.search(filter))
    expect({ total: found.total, roles: found.items.map(({ role }) => role) }, JSON.stringify(filter)).toEqual({
      total: 2,
      roles: ['Nurse', 'Nurse'],
    })
  }
  expect((await must(tb.candidates.search({ skills: ['Python', 'First aid'] }))).items).toEqual([])
  expect((await must(tb.candidates.search({ has_video: true }))).total).toBe(1)
  expect((await must(tb.candidates.search({ willing_to_relocate: false }))).total).toBe(5)
  const byExperience = await must(tb.candidates.search({ sort: 'experience', limit: 3 }))
  expect(byExperience.items.map(({ experience_years }) => experience_years)).toEqual([15, 15, 3])
  const bySalary = await must(tb.candidates.search({ sort: 'salary', currency: 'INR', offset: 3 }))
  expect(bySalary.items.map(({ current_ctc }) => current_ctc)).toEqual([50_000_000, 30_000_000, 30_000_000])

  const facets = await must(tb.candidates.countFacets({ country: 'Kazakhstan' }))
  expect(facets).toMatchObject({
    roles: [{ word: 'Nurse', count: 2 }],
    categories: [
      { slug: 'healthcare', count: 2 },
      { slug: 'nursing', count: 2 },
    ],
    is_exact: true,
  })

  const wrong = {
    role: ' ',
    min_experience: 5,
    max_experience: 4,
    min_age: 30,
    max_age: 29,
    city: 'x'.repeat(101),
    category: 'No such',
    skills: [''],
    min_ctc: 2,
    max_ctc: 1,
    search: '!',
    sort: 'name' as 'newest',
    limit: 0,
  }
  const rules = {
    role: ['length'],
    max_experience: ['order'],
    max_age: ['order'],
    city: ['length'],
    category: ['format'],
    skills: ['length'],
    max_ctc: ['order'],
    currency: ['required'],
    search: ['length'],
  }
  await expectRefusal(tb.candidates.search(wrong), 'validation_failed', { ...rules, sort: ['known'], limit: ['range'] })
  const { sort: _sort, limit: _limit, ...wrongFilters } = wrong
  await expectRefusal(tb.candidates.countFacets(wrongFilters), 'validation_failed', rules)
  for (const name of ['search_candidates', 'candidate_facets']) {
    const { error } = await client.rpc(name, { filters: wrongFilters })
    const named = Object.fromEntries(Object.entries(rules).map(([field, [rule]]) => [field, rule]))
    expect(JSON.parse(error!.details).fields).toEqual({ ...named, category: 'known' })
  }
  await expectRefusal(tb.candidates.search({ sort: 'salary' }), 'validation_failed', { currency: ['required'] })
  await expectRefusal(tb.candidates.search({ sort: 'relevance' }), 'validation_failed', { search: ['required'] })
  await expectRefusal(tb.candidates.search({ category: 'no-such-one' }), 'validation_failed', { category: ['known'] })
  await expectRefusal(tb.candidates.get('no id'), 'validation_failed', { candidate_id: ['format'] })
  await expectRefusal(tb.candidates.get(known.id), 'not_found')
  await expectRecruitersOnly((one) => one.tb.candidates.search() as never, 'search_candidates')
  await expectRecruitersOnly((one) => one.tb.candidates.countFacets() as never, 'candidate_facets')
  await expectRecruitersOnly((one) => one.tb.candidates.get(profile.id) as never, 'get_candidate', {
    candidate_id: profile.id,
  })
})
