import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { unlockedBy } from '../access/hiring.ts'
import { listFunctions } from '../access/lists.ts'
import { rowsOf } from '../access/rows/index.ts'
import { addService, addTask } from '../access/work.ts'
import { anonClient, createPerson, unique } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'

let cast: Cast
let organization_id: string
/** Whom the recruiter has unlocked. */
let candidate_id: string
/** Of the creator's, open. */
let task_id: string

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  await rowsOf.employer_profiles!.make(cast, 'any', cast.agency.owner)
  await rowsOf.model_work_experiences!.make(cast, 'any', cast.model.owner)
  await rowsOf.castings!.make(cast, 'active', cast.agency.owner)
  for (const table of ofCreators) await rowsOf[table]!.make(cast, 'any', cast.creator.owner)
  for (const table of ofRecruiters) await rowsOf[table]!.make(cast, 'any', cast.recruiter.owner)
  task_id = await addTask(cast.sql, cast.creator.owner)
  // With the creator's id, for its options.
  await addService(cast.sql, cast.creator.owner, cast.creator.owner.id)
  await cast.sql`
    insert into public.service_options (service_id, name, price) values (${cast.creator.owner.id}, 'Before', 1)
  `
  await rowsOf.candidate_notes!.prepare!(cast, cast.recruiter.owner)
  const [unlock] = await cast.sql`
    select card_id from private.candidate_unlocks where recruiter_id = ${cast.recruiter.owner.id}
  `
  candidate_id = unlock!.card_id
  organization_id = String((await rowsOf.organizations!.make(cast, 'any', cast.agency.owner)).id)
  // For the lists of recruiters.
  await cast.sql`insert into public.account_roles (account_id, role) values (${cast.agency.owner.id}, 'recruiter')`
  await unlockedBy(cast, cast.agency.owner, crypto.randomUUID())
})
afterAll(() => cast.stack.close())

/** Every attempt is answered with a 4xx and nothing has changed. */
async function refused(attempts: Record<string, () => PromiseLike<{ status: number; error: unknown }>>): Promise<void> {
  const before = await stateOf(cast.stack)
  for (const [name, attempt] of Object.entries(attempts)) {
    const { status, error } = await attempt()
    expect(status >= 400 && status < 500, `${name}: ${status} ${JSON.stringify(error)}`).toBe(true)
  }
  expect(await stateOf(cast.stack)).toEqual(before)
}

const texts: [string, string, string][] = [
  ['accounts', 'id', 'first_name last_name bio city country'],
  ['employer_profiles', 'account_id', 'company_name description contact_person phone city country website'],
  ['model_profiles', 'account_id', 'name city country bio clothing_size hair_color eye_color skin_tone'],
  ['model_work_experiences', 'account_id', 'company position description'],
  ['creator_profiles', 'account_id', 'specialization experience portfolio_link instagram behance dribbble'],
  ['freelancer_profiles', 'account_id', 'headline experience portfolio_link'],
  ['client_profiles', 'account_id', 'company_name description website'],
  ['portfolio_items', 'account_id', 'title description link'],
  ['portfolio_images', 'account_id', 'caption'],
  ['castings', 'owner_id', 'title description city country address appearance category'],
  ['organizations', 'owner_id', 'name description website size city country'],
  ['tasks', 'owner_id', 'title description city country address'],
  ['services', 'owner_id', 'title description'],
  ['service_options', 'service_id', 'name description'],
  ['candidate_notes', 'account_id', 'note_text'],
  ['candidate_follow_ups', 'account_id', 'notes'],
  // The recruiter's company has their id.
  ['pipeline_stages', 'organization_id', 'name'],
]
const ofRecruiters = ['candidate_notes', 'candidate_follow_ups', 'pipeline_stages']
const ofWork = ['tasks', 'services', 'service_options']
const ofCreators = [
  'creator_profiles',
  'freelancer_profiles',
  'client_profiles',
  'account_skills',
  'portfolio_items',
  'portfolio_images',
]
const bad = {
  bidi: `abc\u202Eexe.gnp`,
  isolate: 'abc\u2067def',
  NUL: 'abc\u0000def',
  bell: 'abc\u0007def',
  invisible: 'abc\u200bdef\u3164',
  'line separator': 'abc\u2028def',
  blank: ' \t\n ',
  'ten megabytes': 'x'.repeat(10 * 1048576),
}

describe.each(Object.entries(bad))('50: %s', (_name, value) => {
  test.each(texts)('in no text of %s', async (table, key, columns) => {
    const owner = table.startsWith('model_')
      ? 'model'
      : [...ofCreators, ...ofWork].includes(table)
        ? 'creator'
        : 'agency'
    const person = cast[ofRecruiters.includes(table) ? 'recruiter' : owner].owner
    // Ten megabytes travel slowly: two columns of a table stand for the others.
    const tried = columns.split(' ').slice(0, value.length > 1000 ? 2 : undefined)
    const attempts = tried.map((column) => [
      column,
      () =>
        person.client
          .from(table)
          .update({ [column]: value })
          .eq(key, person.id),
    ])
    await refused(Object.fromEntries(attempts))
  })

  test('in no argument of a function that keeps it', async () => {
    const { client } = cast.model.owner
    const worker = cast.creator.stranger.client
    const [casting] = await cast.sql`select id from public.castings where status = 'active' limit 1`
    const respond = (args: object) => client.rpc('respond_to_casting', { casting_id: casting!.id, ...args })
    const reported = { entity_type: 'account', entity_id: cast.agency.owner.id, reason: 'spam' }
    const report = (args: object) => client.rpc('create_report', { ...reported, ...args })
    await refused({
      message: () => respond({ message: value }),
      link: () => respond({ portfolio_links: [value] }),
      device: () => client.rpc('register_device', { token: value, platform: 'web' }),
      platform: () => client.rpc('register_device', { token: 'a proper token', platform: value }),
      preferences: () => client.rpc('set_notification_preferences', { preferences: { [value]: true } }),
      account: () => client.rpc('update_account', { bio: value }),
      role: () => client.rpc('add_role', { role: value }),
      username: () => cast.anon.rpc('check_username', { username: value }),
      report: () => report({ details: value }),
      reason: () => report({ reason: value }),
      reported: () => report({ entity_type: value }),
      saved: () => client.rpc('add_favorite', { entity_type: value, entity_id: casting!.id }),
      word: () => client.from('catalog_proposals').insert({ type: 'skill', name: value }),
      note: () => client.from('catalog_proposals').insert({ type: 'skill', name: 'A word', note: value }),
      place: () => client.from('catalog_proposals').insert({ type: 'city', name: 'A word', parent: value }),
      proposal: () => worker.rpc('apply_to_task', { task_id, proposal: value, offered_price: 1 }),
      duration: () =>
        worker.rpc('apply_to_task', { task_id, proposal: 'Mine.', offered_price: 1, estimated_duration: value }),
      'why cancelled': () => cast.creator.owner.client.rpc('cancel_task', { task_id, reason: value }),
      tag: () =>
        cast.creator.owner.client
          .from('services')
          .update({ tags: [value] })
          .eq('id', cast.creator.owner.id),
      option: () =>
        cast.creator.owner.client.rpc('set_service_options', {
          service_id: cast.creator.owner.id,
          options: [{ name: value, price: 1 }],
        }),
      'name of a search': () =>
        client.rpc('create_saved_search', { entity_type: 'casting', name: value, filters: { city: 'Almaty' } }),
      'searched for': () =>
        client.rpc('create_saved_search', { entity_type: 'casting', name: 'Mine', filters: { search: value } }),
      'why put in': () => cast.recruiter.owner.client.rpc('add_to_pipeline', { candidate_id, note: value }),
      invited: () => cast.agency.owner.client.rpc('invite_member', { organization_id, email: value }),
      'invited by a mailbox': () =>
        cast.agency.owner.client.rpc('invite_member', { organization_id, email: `${value}@example.test` }),
      'to a model': () =>
        cast.agency.owner.client.rpc('invite_model', {
          organization_id,
          model_id: cast.model.stranger.id,
          message: value,
        }),
    })
  })
})

test('50: what a sign-up’s metadata holds of it is left out, and the account is made', async () => {
  const { NUL: _, 'ten megabytes': _large, ...possible } = bad
  for (const value of Object.values(possible)) {
    const metadata = { first_name: value, last_name: value, city: value, country: value, phone: value, locale: value }
    const { id } = await createPerson(cast.stack, { roles: ['model'], metadata })
    const [row] = await cast.sql`
      select first_name, last_name, city, country, phone, locale
      from public.accounts join public.account_details on account_id = id where id = ${id}
    `
    expect(row).toEqual({ first_name: null, last_name: null, city: null, country: null, phone: null, locale: 'en' })
  }
})

const links = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,<script>',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.example',
  'http://',
  'https://a b.example',
  'https://user:password@evil.example',
  'https://evil.example/"onclick="x',
  'https://evil.example/\u202Egnp.exe',
  `https://a.example/${'x'.repeat(2000)}`,
]

test.each(links.map((url) => ({ shown: url.slice(0, 40), url })))('50: no link to $shown', async ({ url }) => {
  const { client, id } = cast.agency.owner
  const creator = cast.creator.owner
  const [casting] = await cast.sql`select id from public.castings where status = 'active' limit 1`
  await refused({
    website: () => client.from('employer_profiles').update({ website: url }).eq('account_id', id),
    'social link': () => creator.client.from('creator_profiles').update({ behance: url }).eq('account_id', creator.id),
    work: () => creator.client.from('portfolio_items').update({ link: url }).eq('account_id', creator.id),
    organization: () => client.from('organizations').update({ website: url }).eq('owner_id', id),
    portfolio: () =>
      cast.model.owner.client.rpc('respond_to_casting', {
        casting_id: casting!.id,
        portfolio_links: ['https://a.example', url],
      }),
  })
})

test('50: paths of pictures are plain and one’s own', async () => {
  const { client, id } = cast.agency.owner
  const attempts = [
    `${cast.agency.stranger.id}/a.png`,
    `${id}/../${cast.agency.stranger.id}/a.png`,
    `${id}/a.png?x=1`,
    `${id}/a\u202Epng`,
    `${id}/`,
    id,
    `https://evil.example/${id}/a.png`,
  ].flatMap((path) => [
    [`avatar ${path}`, () => client.from('accounts').update({ avatar_path: path }).eq('id', id)],
    [`logo ${path}`, () => client.from('employer_profiles').update({ logo_path: path }).eq('account_id', id)],
    [`organization ${path}`, () => client.from('organizations').update({ logo_path: path }).eq('owner_id', id)],
    [`cover ${path}`, () => client.from('castings').update({ cover_path: path }).eq('owner_id', id)],
  ])
  await refused(Object.fromEntries(attempts))
})

test('50: numbers and times beyond any sense', async () => {
  const { client, id } = cast.agency.owner
  const values: [string, unknown[]][] = [
    ['pay_min', [-1, 1e13, '1e400', 'NaN', 'Infinity', 1.5]],
    ['duration_days', [0, -1, 366, 2 ** 31]],
    ['min_age', [17, 100, -5]],
    ['min_height', [99, 251]],
    ['models_needed', [0, -1, 1001]],
    ['shoot_date', ['infinity', '-infinity', '300000-01-01', 'tomorrow-ish', '0001-01-01 BC']],
    ['currency', ['kzt', 'EURO', '']],
    ['tags', [Array(21).fill('x'), [''], [null], ['x'.repeat(51)]]],
    ['languages', [[['nested']], 'not a list']],
  ]
  const attempts = values.flatMap(([column, list]) =>
    list.map((value) => [
      `${column} ${JSON.stringify(value)}`,
      () =>
        client
          .from('castings')
          .update({ [column]: value })
          .eq('owner_id', id),
    ]),
  )
  await refused(Object.fromEntries(attempts))
})

test('50: bodies, rates and dates of models beyond any sense', async () => {
  const { client, id } = cast.model.owner
  const profile: [string, unknown[]][] = [
    ['height', [99, 251, -1, 2 ** 31, 1.5, 'NaN']],
    ['weight', [29, 201]],
    ['bust', [49, 201]],
    ['waist', [39, 201]],
    ['hips', [49, 201]],
    ['shoe_size', [29, 51]],
    ['birth_date', ['infinity', '-infinity', '0001-01-01 BC', '300000-01-01', null]],
    ['hourly_rate', [-1, 1e13, 1.5, 'Infinity']],
    ['day_rate', [-1, 1e13]],
    ['currency', ['kzt', 'EURO', '', null]],
    ['languages', [Array(21).fill('kk'), [''], [null], [['nested']], 'not a list', null]],
    ['categories', [Array(21).fill('fashion'), ['no_such_category'], ['cleaning'], [null], null]],
    ['travel_cities', [Array(51).fill('Almaty'), ['x'.repeat(101)]]],
    ['visibility', ['secret', 'PUBLIC', '', null]],
  ]
  const work: [string, unknown[]][] = [
    ['start_date', ['infinity', '1949-12-31', '300000-01-01', '2100-01-01 BC', null]],
    ['end_date', ['-infinity', '1949-12-31', '2000-01-01']],
  ]
  const attempts = [
    ...profile.map(([column, values]) => ['model_profiles', column, values] as const),
    ...work.map(([column, values]) => ['model_work_experiences', column, values] as const),
  ].flatMap(([table, column, values]) =>
    values.map((value) => [
      `${column} ${JSON.stringify(value)}`,
      () =>
        client
          .from(table)
          .update({ [column]: value })
          .eq('account_id', id),
    ]),
  )
  await refused(Object.fromEntries(attempts))
})

test('50: deep JSON', async () => {
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  const before = await stateOf(cast.stack)
  const answer = await fetch(`${cast.stack.url}/rest/v1/rpc/set_notification_preferences`, {
    method: 'POST',
    headers: {
      apikey: cast.stack.publishableKey,
      authorization: `Bearer ${cast.model.owner.token}`,
      'content-type': 'application/json',
    },
    body: `{"preferences": ${deep}}`,
  })
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(await stateOf(cast.stack)).toEqual(before)
})

describe('50: lists', () => {
  // Each with what makes it a list of the agency's that is answered, as long as the page is one.
  const lists: Record<string, () => object> = {
    list_castings: () => ({}),
    list_accounts: () => ({}),
    list_models: () => ({}),
    list_my_promotions: () => ({}),
    list_my_castings: () => ({}),
    list_my_responses: () => ({}),
    list_organizations: () => ({}),
    list_my_organizations: () => ({}),
    list_invitations: () => ({ organization_id }),
    list_representations: () => ({}),
    list_account_skills: () => ({ account_id: cast.creator.owner.id }),
    list_portfolio: () => ({ account_id: cast.creator.owner.id }),
    list_portfolio_images: () => ({ item_id }),
    list_casting_responses: () => ({ casting_id }),
    list_tasks: () => ({}),
    list_my_tasks: () => ({}),
    list_my_applications: () => ({}),
    list_task_applications: () => ({ task_id: posted }),
    list_services: () => ({}),
    list_orders: () => ({}),
    list_reviews: () => ({ subject_id: cast.agency.owner.id }),
    list_blocks: () => ({}),
    list_reports: () => ({}),
    list_skills: () => ({}),
    list_subscriptions: () => ({}),
    list_conversations: () => ({}),
    search_messages: () => ({ search: 'hello' }),
    list_follow_ups: () => ({}),
    list_wallet_transactions: () => ({}),
    list_payments: () => ({}),
    list_invoices: () => ({}),
    list_withdrawals: () => ({}),
    list_saved_searches: () => ({}),
    list_assistant_sessions: () => ({}),
    list_proposals: () => ({}),
    list_files: () => ({}),
    list_unlocked_candidates: () => ({}),
    search_candidates: () => ({}),
    list_candidate_options: () => ({ type: 'role' }),
    list_favorites: () => ({ entity_type: 'casting' }),
    list_pipeline: () => ({}),
    list_pipeline_moves: () => ({ candidate_id }),
  }
  /** What verified recruiters alone are answered. */
  const hiring = ['list_pipeline', 'list_pipeline_moves']
  let casting_id: string
  let item_id: string
  let posted: string
  beforeAll(async () => {
    posted = await addTask(cast.sql, cast.agency.owner)
    const [casting] = await cast.sql`select id from public.castings where owner_id = ${cast.agency.owner.id} limit 1`
    casting_id = casting!.id
    const [image] =
      await cast.sql`select item_id from public.portfolio_images where account_id = ${cast.creator.owner.id}`
    item_id = image!.item_id
  })

  test('every function that pages is tried here', async () => {
    expect(Object.keys(lists).sort()).toEqual(await listFunctions(cast.stack))
  })

  const wrong: Record<string, unknown>[] = [
    { page_size: 0 },
    { page_size: -1 },
    { page_size: 101 },
    { page_size: 2 ** 31 },
    { page_size: 'NaN' },
    { skip: -1 },
    { skip: 1001 },
    { cursor: 'x' },
    { cursor: '' },
    { cursor: '../..' },
    { cursor: 'x'.repeat(1048576) },
    { cursor: Buffer.from('1,1').toString('base64url') },
    { cursor: Buffer.from(`-1,${'0'.repeat(36)}`).toString('base64url') },
    { cursor: Buffer.from(`99999999999999999999,${crypto.randomUUID()}`).toString('base64url') },
    { cursor: Buffer.from("1,' or true --").toString('base64url') },
  ]
  test.each(Object.entries(lists))('%s refuses what is no page', async (name, args) => {
    const { client } = cast[hiring.includes(name) ? 'recruiter' : 'agency'].owner
    const call = (more: object) => client.rpc(name, { ...args(), ...more })
    expect((await call({ page_size: 100, skip: 1000 })).error).toBeNull()
    await refused(Object.fromEntries(wrong.map((more) => [JSON.stringify(more).slice(0, 80), () => call(more)])))
  })

  test('a long search is answered, and its signs mean themselves', async () => {
    const { client, id: owner_id } = cast.agency.owner
    for (const search of ['%', '_', '\\', "'", '"; drop table', '%'.repeat(1000), 'x'.repeat(1048576)]) {
      const { data, error } = await client.rpc('list_castings', { search, status: 'all', owner_id })
      expect([error, data], search.slice(0, 20)).toEqual([null, []])
      const skills = await client.rpc('list_skills', { search })
      expect(skills.error).toBeNull()
      const found: { name: string; description: string | null }[] = skills.data
      const others = found.filter(({ name, description }) => !`${name} ${description}`.includes(search))
      expect(others, search.slice(0, 20)).toEqual([])
    }
  })

  test('PostgREST’s own limits', async () => {
    for (const query of ['limit=-1', 'order=status.sideways', 'select=count()']) {
      const answer = await fetch(`${cast.stack.url}/rest/v1/castings?${query}`, {
        headers: { apikey: cast.stack.publishableKey, authorization: `Bearer ${cast.agency.owner.token}` },
      })
      expect(answer.status >= 400 && answer.status < 500, query).toBe(true)
    }
  })
})

test('50: anon’s questions are bounded too', async () => {
  const anon = anonClient(cast.stack)
  await refused({
    castings: () => anon.rpc('list_castings', { page_size: 1000 }),
    models: () => anon.rpc('list_models', { page_size: 1000 }),
    'promoted models': () => anon.rpc('list_promoted_models', { max_items: 51 }),
    'some models': () => anon.rpc('get_models', { account_ids: Array(101).fill(crypto.randomUUID()) }),
    views: () => anon.rpc('record_promotion_views', { model_ids: Array(101).fill(crypto.randomUUID()) }),
    email: () => anon.rpc('check_email', { email: `${'x'.repeat(1048576)}@example.test` }),
    function: () => anon.rpc(unique('no_such')),
  })
})
