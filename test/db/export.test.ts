import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, giveCredits, makeCandidates, unlockFor } from '../helpers/hiring.ts'
import { pay as buy } from '../helpers/payments.ts'
import { sql, subscribe, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { actAs, escrowOf, fundEscrow, giveMoney } from '../helpers/work.ts'
import { candidateInput } from '../parity/candidates.ts'
import { active, draft } from '../parity/castings.ts'
import { newSkills } from '../parity/creators.ts'
import { device, type Member, member, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

type Export = Record<string, unknown>

/** Somebody of whom everything is kept that can be, each text with a word of their own in it. */
interface Kept extends Member {
  word: string
  pushToken: string
}

let stack: TestStack
let agency: Kept
let model: Kept
let others: Kept[]
beforeAll(async () => {
  stack = await startParityStack()
  ;[agency, model] = await pair()
  others = await pair()
  // Each model has answered both agencies.
  await respond(others[1]!, agency)
  await respond(model, others[0]!)
})
afterAll(() => stack.close())

async function somebody(role: string): Promise<Kept> {
  const [word, pushToken] = [unique('word'), unique('push_token')]
  const hiring = role === 'agency' ? 'recruiter' : 'candidate'
  const person = await member(stack, [role, hiring, 'client', 'creator', 'freelancer'], {
    first_name: word,
    last_name: word,
    locale: 'kk',
  })
  const { tb, client } = person
  const about = { bio: word, phone: '+77771234567', city: `Almaty ${word}`, country: word }
  await must(tb.accounts.update(about))
  await must(tb.accounts.uploadAvatar(await picture()))
  await must(tb.devices.register({ token: pushToken, platform: 'ios' }))
  await must(tb.notifications.updatePreferences({ general: false }))
  await must(tb.notifications.updateSettings({ digest: 'weekly', time_zone: 'Asia/Almaty' }))
  await must(tb.savedSearches.create({ entity_type: 'task', name: word, filters: { search: word } }))
  await subscribe(stack, person, 'casting_pro')
  const document = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
  expect((await client.storage.from('documents').upload(`${person.id}/${word}.pdf`, document)).error).toBeNull()
  const outsider = await member(stack, ['client'])
  await must(tb.reports.create({ entity_type: 'account', entity_id: outsider.id, reason: 'spam', details: word }))
  await must(tb.blocks.add(outsider.id))
  await must(tb.catalog.propose({ type: 'skill', name: word, note: word }))
  await must(tb.creators.create({ specialization: word, social_links: { behance: `https://example.com/${word}` } }))
  await must(tb.freelancers.create({ headline: word }))
  await must(tb.clients.create({ company_name: word }))
  await must(tb.skills.add({ skill_id: (await newSkills(stack, 1))[0]!.id, level: 3 }))
  expect((await client.rpc('add_assistant_message', { message: word })).error).toBeNull()
  const item = await must(tb.portfolio.create({ title: word, cover: await picture() }))
  await must(tb.portfolio.addImage(item.id, { image: await picture(), caption: word }))
  return { ...person, word, pushToken }
}

async function pair(): Promise<[Kept, Kept]> {
  const [owner, responder] = [await somebody('agency'), await somebody('model')]
  const { word, tb } = owner
  const profile = {
    company_name: word,
    description: word,
    contact_person: word,
    website: `https://example.com/${word}`,
  }
  await must(tb.employers.create(profile))
  const company = { company_name: word, company_size: '1-10' as const }
  await must(tb.recruiters.create({ full_name: word, designation: word, phone: '+77771234567', ...company }))
  const { id } = await draft(owner, { title: `Draft ${word}`, description: word })
  const brief = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
  const target = { entity_type: 'casting', entity_id: id, usage: 'attachment' } as const
  for (let i = 0; i < 2; i++) await must(tb.files.upload(brief, { ...target, name: word }))
  await must(tb.favorites.add('casting', id))
  const face = { name: responder.word, bio: responder.word, birth_date: '2000-02-29', gender: 'female' as const }
  await must(responder.tb.models.create(face))
  const rows = {
    educations: [{ degree: 'B.A.', institution: responder.word }],
    experiences: [{ company: responder.word, title: 'Model', start_date: '2020-01-01' }],
    gaps: [{ start_date: '2019-01-01', end_date: '2019-06-30', reason: responder.word }],
  }
  const person = { ...candidateInput(), full_name: responder.word, profile_image: await picture() }
  await must(responder.tb.candidates.create({ ...person, ...rows }))
  for (let i = 0; i < 2; i++) await must(responder.tb.photos.upload(await picture()))
  for (const position of ['Model', 'Face']) {
    await must(responder.tb.models.addWorkExperience({ company: responder.word, position, start_date: '2021-01-01' }))
  }
  for (const person of [owner, responder]) await subscribe(stack, person, 'casting_business')
  await must(responder.tb.promotions.activate({ model_id: responder.id }))
  await must(owner.tb.promotions.activate({ casting_id: (await active(owner, { title: owner.word })).id }))
  await respond(responder, owner)
  await manage(responder, owner)
  await talk(responder, owner)
  await talk(owner, responder)
  await hire(owner)
  await pay(owner, responder)
  await workFor(owner, responder)
  await workFor(responder, owner)
  return [owner, responder]
}

/** Notes and follow-ups about somebody else, whom the recruiter has put into the pipeline and moved. */
async function hire({ id, tb, word }: Kept): Promise<void> {
  await sql(stack)`select private.verify_recruiter(${id})`
  const [candidate] = await makeCandidates(stack, 1)
  const { card_id } = candidate!
  await unlockFor(stack, { id }, card_id)
  for (let i = 0; i < 2; i++) {
    await must(tb.hiring.addNote(card_id, { note_text: word }))
    await must(tb.hiring.addFollowUp(card_id, { due_at: '2100-01-01T00:00:00Z', notes: word }))
  }
  await must(tb.hiring.addToPipeline(card_id, { note: word }))
  const [, stage] = await must(tb.hiring.listStages())
  await must(tb.hiring.moveInPipeline(card_id, { stage_id: stage!.id, note: word }))
}

/** Credits that an admin has given and taken, and an unlock by a recruiter whom neither knows; limits of both. */
async function pay(owner: Kept, responder: Kept): Promise<void> {
  for (const credits of [20, -5]) await giveCredits(stack, owner, credits)
  const recruiter = await createRecruiter(stack)
  await giveCredits(stack, recruiter, 10)
  const { id: candidate_id } = await must(responder.tb.candidates.mine())
  expect((await recruiter.client.rpc('unlock_candidate', { candidate_id })).error).toBeNull()
  for (const { id } of [owner, responder]) {
    const pack = { purpose: 'pack', pack_id: 'casting_responses_10' } as const
    for (let i = 0; i < 2; i++) await buy(stack, { id }, pack, 'stripe', { provider_reference: `pi_${id}_${i}` })
    await sql(
      stack,
    )`insert into private.payment_methods (account_id, provider, method) values (${id}, 'stripe', 'pm_1')`
    await sql(stack)`
      select private.save_payout_account(${id}, ${`acct_${id.replaceAll('-', '')}`}, 'KZ', true, true, '{}')
    `
    await actAs(stack, { id }, (tx) => tx`select public.set_payout_destination('Jane Doe', 'KZ86125KZT5004100100')`)
    await giveMoney(stack, { id }, 10_000, 'EUR')
    await actAs(stack, { id }, (tx) => tx`select public.request_withdrawal(10000, 'EUR')`)
    await sql(stack)`select private.override_entitlement(${id}, 'photos', 100, 'for a test')`
  }
}

/** A task of the client's that the other applies to, and an order of the other's service, with money, handed over and reviewed. */
async function workFor(client: Kept, { tb, word }: Kept): Promise<void> {
  const described = { description: client.word, category: 'design', budget: 5_000 }
  const task = await must(client.tb.tasks.create({ title: client.word, task_type: 'digital', ...described }))
  await must(tb.tasks.apply(task.id, { proposal: word, offered_price: 5_000 }))
  const offered = { title: 'A service', description: word, category: 'design', price: 10_000, delivery_days: 1 }
  const service = await must(tb.services.create({ ...offered, options: [{ name: word, price: 100 }] }))
  const order = await must(client.tb.orders.create({ service_id: service.id }))
  await fundEscrow(stack, await escrowOf(stack, order.id))
  await must(tb.orders.deliver(order.id, { message: word }))
  await must(client.tb.orders.requestRevision(order.id, { message: client.word }))
  await must(tb.orders.deliver(order.id, { message: word }))
  await must(client.tb.orders.approve(order.id))
  await must(client.tb.reviews.create({ entity_type: 'order', entity_id: order.id, rating: 5, comment: 'Good.' }))
}

/** Both say something to each other. */
async function talk(from: Kept, to: Kept): Promise<void> {
  const { data, error } = await from.client.rpc('create_group', { title: from.word, account_ids: [to.id] })
  if (error !== null) throw error
  const message = { conversation_id: data.id, body: from.word, client_id: crypto.randomUUID() }
  expect((await from.client.rpc('send_message', message)).error).toBeNull()
}

/** A response to a casting of the agency's; both hear of it. */
async function respond(responder: Kept, owner: Kept): Promise<void> {
  const { id } = await active(owner, { title: `Casting ${owner.word}`, description: owner.word })
  const { tb, word } = responder
  const answer = { message: word, portfolio_links: [`https://example.com/${word}`], proposed_rate: 7_000_000 }
  const response = await must(tb.castings.respond(id, answer))
  await must(tb.favorites.add('casting', id))
  await must(owner.tb.responses.setStatus(response.id, 'shortlisted'))
}

/** An agency that the model belongs to, follows and is represented by, and a company of its owner's. */
async function manage(responder: Kept, { tb, word, email }: Kept): Promise<void> {
  await must(tb.organizations.create({ kind: 'company', name: word }))
  const agency = await must(tb.organizations.create({ kind: 'agency', name: word, description: word }))
  const { id: invitation } = await must(tb.organizations.invite(agency.id, responder.email))
  await must(responder.tb.organizations.acceptInvitation(invitation))
  for (const one of [tb, responder.tb]) await must(one.organizations.follow(agency.id))
  const asked = { organization_id: agency.id, model_id: responder.id }
  await must(responder.tb.representations.accept((await must(tb.representations.invite(asked))).id))
  // Somebody else's invitation, which nobody has answered.
  const other = await must((await member(stack, ['agency'])).tb.organizations.create({ kind: 'agency', name: 'Other' }))
  await sql(stack)`
    insert into public.organization_invitations (organization_id, email, role, expires_at)
    values (${other.id}, ${email}, 'member', now())`
}

const exported = (person: Member) => must(person.tb.accounts.export()) as Promise<Export>

/** The rows of a table that are somebody's, as JSON, but for who has sent a response, a message or approved: that may be another. */
async function rowsOf(table: string, column: string, { id }: Member): Promise<Export[]> {
  const rows = await sql(stack)`
    select to_jsonb(t) - 'responded_by' - 'approved_by' as row from ${sql(stack)(table)} as t where ${sql(stack)(`t.${column}`)} = ${id}`
  return rows.map(({ row: { data, ...row } }) => {
    const { author_id: _, ...rest } = data ?? {}
    return data === undefined ? row : { ...row, data: rest }
  })
}

/** The tables that stand in the export under their own names, and the column that says whose a row is. */
const many: Record<string, string> = {
  photos: 'account_id',
  castings: 'owner_id',
  casting_responses: 'model_id',
  notifications: 'account_id',
  notification_preferences: 'account_id',
  subscriptions: 'account_id',
  blocks: 'account_id',
  reports: 'account_id',
  catalog_proposals: 'account_id',
  files: 'account_id',
  casting_files: 'account_id',
  favorites: 'account_id',
  saved_searches: 'account_id',
  account_skills: 'account_id',
  portfolio_items: 'account_id',
  portfolio_images: 'account_id',
  organizations: 'owner_id',
  organization_members: 'account_id',
  organization_followers: 'account_id',
  model_work_experiences: 'account_id',
  candidate_notes: 'account_id',
  candidate_follow_ups: 'account_id',
  promotions: 'account_id',
  tasks: 'owner_id',
  task_applications: 'freelancer_id',
  services: 'owner_id',
  order_deliveries: 'account_id',
  order_revisions: 'account_id',
  payments: 'account_id',
  invoices: 'account_id',
  payout_accounts: 'account_id',
  payout_destinations: 'account_id',
  withdrawals: 'account_id',
  conversation_members: 'account_id',
  assistant_sessions: 'account_id',
  assistant_messages: 'account_id',
  notification_settings: 'account_id',
}

const inAnyOrder = (rows: unknown) => (rows as Export[]).map((row) => JSON.stringify(Object.entries(row).sort())).sort()

test('accounts.export: a key for each part, and no other', async () => {
  const keys = [
    'exported_at',
    'account',
    'devices',
    'employer_profile',
    'model_profile',
    'creator_profile',
    'freelancer_profile',
    'client_profile',
    'candidate_profile',
    'recruiter_profile',
    'entitlement_usage',
    'entitlement_overrides',
    'wallet_transactions',
    'payment_methods',
    'bought_quotas',
    'candidate_unlocks',
    'unlocked_by',
    'organization_invitations',
    'representations',
    'pipeline_candidates',
    'pipeline_moves',
    'service_options',
    'assistant_usage',
    'orders',
    'escrows',
    'reviews',
    'conversations',
    'messages',
    'saved_search_matches',
    ...Object.keys(many),
  ].sort()
  for (const person of [agency, model]) expect(Object.keys(await exported(person)).sort()).toEqual(keys)
  const newcomer = await member(stack, [])
  const empty = await exported(newcomer)
  expect(Object.keys(empty).sort()).toEqual(keys)
  const { exported_at: _, account, ...parts } = empty
  expect(account).toMatchObject({ id: newcomer.id })
  for (const [key, part] of Object.entries(parts)) expect(part, key).toEqual(key.endsWith('_profile') ? null : [])
})

test.each(Object.entries(many))('accounts.export: every row of %s', async (table, column) => {
  let rows = 0
  for (const person of [agency, model]) {
    const own = await rowsOf(table, column, person)
    expect(inAnyOrder((await exported(person))[table])).toEqual(inAnyOrder(own))
    rows += own.length
  }
  expect(rows).toBeGreaterThan(1)
})

test('accounts.export: whom a recruiter has put into the pipeline, and how they moved them', async () => {
  const { pipeline_candidates, pipeline_moves } = await exported(agency)
  for (const [rows, table, column] of [
    [pipeline_candidates, 'pipeline_candidates', 'added_by'],
    [pipeline_moves, 'pipeline_moves', 'moved_by'],
  ] as const) {
    const stored = await sql(stack)`
      select to_jsonb(t) - ${column}::text as row from ${sql(stack)(`private.${table}`)} as t where ${sql(stack)(`t.${column}`)} = ${agency.id}`
    expect(inAnyOrder(rows)).toEqual(inAnyOrder(stored.map(({ row }) => row)))
    expect(rows).not.toEqual([])
  }
  expect(pipeline_moves).toMatchObject([
    { to_stage: 'New', note: agency.word },
    { from_stage: 'New', to_stage: 'Contacted', note: agency.word },
  ])
})

test('accounts.export: credits, whom one has unlocked, and which companies have unlocked one', async () => {
  const [ofAgency, ofModel] = [await exported(agency), await exported(model)]
  const credits = (rows: unknown) => (rows as Export[]).filter(({ currency }) => currency === 'credits')
  expect(credits(ofAgency.wallet_transactions)).toMatchObject([
    { amount: 20, balance_after: 20, kind: 'adjustment', currency: 'credits', reason: 'for a test' },
    { amount: -5, balance_after: 15, kind: 'adjustment', currency: 'credits', reason: 'for a test' },
  ])
  const [unlock] = await sql(stack)`
    select card_id, unlocked_at from private.candidate_unlocks where recruiter_id = ${agency.id}
  `
  expect(ofAgency.candidate_unlocks).toMatchObject([{ candidate_id: unlock!.card_id, credits: 0, refunded_at: null }])
  const [company] = await sql(stack)`
    select o.name from private.candidate_unlocks u
    join private.candidates c on c.card_id = u.card_id and c.account_id = ${model.id}
    join public.organizations o on o.id = u.organization_id
  `
  expect(ofModel.unlocked_by).toEqual([{ company: company!.name, unlocked_at: expect.any(String) }])
  expect([ofAgency.unlocked_by, ofModel.candidate_unlocks, credits(ofModel.wallet_transactions)]).toEqual([[], [], []])
  for (const { entitlement_overrides } of [ofAgency, ofModel]) {
    expect(entitlement_overrides).toMatchObject([{ entitlement_id: 'photos', quantity: 100, reason: 'for a test' }])
  }
})

test('accounts.export: the conversations that one has begun, without the other', async () => {
  for (const person of [agency, model]) {
    const { conversations, messages } = await exported(person)
    expect(conversations).toMatchObject([{ kind: 'group', title: person.word, last_seq: 2 }])
    expect(conversations).not.toMatchObject([{ pair: null }])
    expect(messages).toMatchObject([{ seq: 2, body: person.word, author_id: person.id }])
  }
})

test('accounts.export: orders, their money and reviews, from one’s own side', async () => {
  for (const person of [agency, model]) {
    const { orders, escrows, reviews, service_options, wallet_transactions } = await exported(person)
    expect((orders as Export[]).map(({ side, status }) => [side, status]).toSorted()).toEqual([
      ['buyer', 'completed'],
      ['seller', 'completed'],
    ])
    expect((escrows as Export[]).map(({ side, released, fee }) => [side, released, fee]).toSorted()).toEqual([
      ['payee', 8_500, 1_500],
      ['payer', 8_500, 1_500],
    ])
    expect((reviews as Export[]).map(({ is_written, rating }) => [is_written, rating]).toSorted()).toEqual([
      [false, 5],
      [true, 5],
    ])
    expect(service_options).toMatchObject([{ name: person.word, price: 100 }])
    const money = (wallet_transactions as Export[]).filter(({ currency }) => currency === 'USD')
    expect(money.map(({ kind, amount }) => `${kind} ${amount}`).toSorted()).toEqual([
      'escrow_fee -1500',
      'escrow_funding 10000',
      'escrow_release -8500',
      'escrow_release 8500',
    ])
  }
})

test('accounts.export: invitations to the address and representations as a model, without who sent them', async () => {
  for (const [table, column, value] of [
    ['organization_invitations', 'email', 'email'],
    ['representations', 'model_id', 'id'],
  ] as const) {
    let rows = 0
    for (const person of [agency, model]) {
      const stored = await sql(stack)`
        select to_jsonb(t) - 'invited_by' as row from ${sql(stack)(`public.${table}`)} as t where ${sql(stack)(`t.${column}`)} = ${person[value]}`
      expect(inAnyOrder((await exported(person))[table])).toEqual(inAnyOrder(stored.map(({ row }) => row)))
      rows += stored.length
    }
    expect(rows).toBeGreaterThan(0)
  }
})

test('accounts.export: the account with its address, phone, names and roles', async () => {
  for (const person of [agency, model]) {
    const { account } = await exported(person)
    expect(account).toMatchObject({
      id: person.id,
      email: person.email,
      username: person.username,
      first_name: person.word,
      last_name: person.word,
      bio: person.word,
      phone: '+77771234567',
      city: `Almaty ${person.word}`,
      country: person.word,
      locale: 'kk',
      roles: expect.arrayContaining([person === agency ? 'agency' : 'model', 'client']),
      avatar_path: expect.stringContaining(person.id),
    })
  }
})

test('accounts.export: the profile that there is', async () => {
  const [ofAgency, ofModel] = [await exported(agency), await exported(model)]
  expect([ofAgency.employer_profile]).toEqual(await rowsOf('public.employer_profiles', 'account_id', agency))
  expect(ofAgency.employer_profile).toMatchObject({ company_name: agency.word, contact_person: agency.word })
  expect([ofModel.model_profile]).toEqual(await rowsOf('public.model_profiles', 'account_id', model))
  expect(ofModel.model_profile).toMatchObject({ name: model.word, birth_date: '2000-02-29' })
  expect([ofAgency.model_profile, ofModel.employer_profile]).toEqual([null, null])
  expect([ofAgency.recruiter_profile]).toEqual(await rowsOf('public.recruiter_profiles', 'account_id', agency))
  expect(ofAgency.recruiter_profile).toMatchObject({ full_name: agency.word })
  const {
    resume_url: _,
    video_intro_url: __,
    profile_image_url: ___,
    ...candidate
  } = await must(model.tb.candidates.mine())
  expect(ofModel.candidate_profile).toEqual(candidate)
  expect([ofAgency.candidate_profile, ofModel.recruiter_profile]).toEqual([null, null])
  for (const kind of ['creator', 'freelancer', 'client']) {
    const own = await rowsOf(`public.${kind}_profiles`, 'account_id', model)
    expect(own).toHaveLength(1)
    expect([ofModel[`${kind}_profile`]]).toEqual(own)
  }
})

test('accounts.export: what was used of the plan, and every file in Storage', async () => {
  const { entitlement_usage, files } = await exported(model)
  expect(entitlement_usage).toHaveLength(2)
  expect(entitlement_usage).toEqual(
    expect.arrayContaining([
      { entitlement_id: 'photos', period_start: '-infinity', used: 2 },
      { entitlement_id: 'casting_responses', period_start: expect.any(String), used: 2 },
    ]),
  )
  const objects = await sql(stack)`
    select bucket_id, name as path from storage.objects
    where split_part(name, '/', 1) in (select ${model.id} union select id::text from private.folders where account_id = ${model.id})`
  expect(objects.map(({ bucket_id }) => bucket_id).sort()).toEqual([
    'avatars',
    'cards',
    'documents',
    'photos',
    'photos',
    'portfolio',
    'portfolio',
    'resumes',
  ])
  const named = (files as Export[]).map(({ bucket_id, path }) => ({ bucket_id, path }))
  expect(inAnyOrder(named)).toEqual(inAnyOrder(objects))
})

test('accounts.export: a device without its push token', async () => {
  for (const person of [agency, model]) {
    const answer = await exported(person)
    const [device] = await rowsOf('public.devices', 'account_id', person)
    const { token, ...rest } = device!
    expect(token).toBe(person.pushToken)
    expect(answer.devices).toEqual([rest])
    expect(JSON.stringify(answer)).not.toContain(person.pushToken)
  }
})

test('accounts.export: nothing of another, also of whom one deals with', async () => {
  const everybody = [agency, model, ...others]
  for (const person of [agency, model]) {
    const text = JSON.stringify(await exported(person))
    expect(text).toContain(person.word)
    for (const other of everybody.filter(({ id }) => id !== person.id)) {
      for (const secret of [other.id, other.email, other.username!, other.word, other.pushToken]) {
        expect(text).not.toContain(secret)
      }
    }
  }
})

test('accounts.export: nobody who is not signed in gets one', async () => {
  await expectRefusal(device(stack).tb.accounts.export(), 'auth_required')
})

test('accounts.export: a plain client gets the same', async () => {
  const { data } = await model.client.rpc('export_account')
  const { exported_at: _, ...plain } = data as Export
  const { exported_at: __, ...known } = await exported(model)
  expect(plain).toEqual(known)
})

test('a table that names an account is in its export, or is known to be left out', async () => {
  const elsewhere: Record<string, string> = {
    'public.accounts': 'account',
    'public.account_details': 'account',
    'public.account_roles': 'account',
    'public.devices': 'devices',
    'public.employer_profiles': 'employer_profile',
    'public.model_profiles': 'model_profile',
    'public.creator_profiles': 'creator_profile',
    'public.freelancer_profiles': 'freelancer_profile',
    'public.client_profiles': 'client_profile',
    'public.recruiter_profiles': 'recruiter_profile',
    'private.candidates': 'candidate_profile',
    // A card's id.
    'private.folders': 'candidate_profile',
    'private.entitlement_usage': 'entitlement_usage',
    'private.entitlement_overrides': 'entitlement_overrides',
    'private.candidate_unlocks': 'candidate_unlocks',
    'public.organization_invitations': 'organization_invitations',
    'public.representations': 'representations',
    'private.pipeline_candidates': 'pipeline_candidates',
    'private.pipeline_moves': 'pipeline_moves',
    'private.bought_quotas': 'bought_quotas',
    'private.assistant_usage': 'assistant_usage',
    'private.payment_methods': 'payment_methods',
    'public.orders': 'orders',
    'public.reviews': 'reviews',
    'public.conversations': 'conversations',
    'public.messages': 'messages',
  }
  const leftOut = [
    // Answers that the account has got already, for a day.
    'private.idempotency_keys',
    // What was sent is in the notifications.
    'private.profile_reminders',
    // What waits to be sent is in the notifications, and a digest tells of those.
    'private.notification_deliveries',
    'private.notification_digests',
    // An admin's words.
    'private.suspensions',
  ]
  const tables = await sql(stack)`
    select distinct n.nspname || '.' || c.relname as name
    from pg_constraint as k
    join pg_class as c on c.oid = k.conrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where k.contype = 'f' and n.nspname in ('public', 'private')
      and k.confrelid in ('auth.users'::regclass, 'public.accounts'::regclass)`
  // These refer to the profile, which refers to the account.
  const { model_work_experiences: _, candidate_notes: __, candidate_follow_ups: ___, ...withKeys } = many
  // And these outlive the account.
  const { payments: _p, invoices: _i, withdrawals: _w, ...ofAccounts } = withKeys
  const expected = [...Object.keys(ofAccounts).map((name) => `public.${name}`), ...Object.keys(elsewhere), ...leftOut]
  expect(tables.map(({ name }) => name).sort()).toEqual(expected.sort())
  const answer = await exported(model)
  for (const key of Object.values(elsewhere)) expect(answer).toHaveProperty(key)
})
