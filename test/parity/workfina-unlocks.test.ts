import { createTalentbase, type UnlockResult } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, creditsOf, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { cardOf, knownCandidate } from './candidates.ts'
import { expectFields } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const state = () => stateOf(stack)

async function recruiter(options: Parameters<typeof createRecruiter>[1] = {}): Promise<Member> {
  const person = await createRecruiter(stack, options)
  return { ...person, tb: createTalentbase(person.client) }
}

const newCards = async (count: number) => (await makeCandidates(stack, count)).map(({ card_id }) => card_id)

const cost = ({ already_unlocked, paid_from, credits_used, remaining_balance }: UnlockResult) => ({
  already_unlocked,
  paid_from,
  credits_used,
  remaining_balance,
})

it('WF26 candidates.unlock: the contact for credits, once', async () => {
  const person = await recruiter()
  await giveCredits(stack, person, 25)
  const { profile, email } = await knownCandidate(stack)
  const before = await must(person.tb.candidates.get(profile.id))
  expect(before).toMatchObject({ is_unlocked: false, unlock_cost: 10, full_name: null, resume_url: null })

  const key = crypto.randomUUID()
  const answer = await must(person.tb.candidates.unlock(profile.id, { idempotency_key: key }))
  expectFields(answer, {
    message: 'already_unlocked',
    candidate: 'candidate',
    id: 'candidate.id',
    full_name: 'candidate.full_name',
    phone: 'candidate.phone',
    email: 'candidate.email',
    age: 'candidate.age',
    role: 'candidate.role',
    experience_years: 'candidate.experience_years',
    current_ctc: 'candidate.current_ctc',
    expected_ctc: 'candidate.expected_ctc',
    resume_url: 'candidate.resume_url',
    video_intro_url: 'candidate.video_intro_url',
    credits_used: 'credits_used',
    remaining_balance: 'remaining_balance',
    already_unlocked: 'already_unlocked',
  })
  expect(cost(answer)).toEqual({
    already_unlocked: false,
    paid_from: 'wallet',
    credits_used: 10,
    remaining_balance: 15,
  })
  const { full_name, phone, street_address, education, work_experience, career_objective } = profile
  expect(answer.candidate).toMatchObject({
    id: profile.id,
    is_unlocked: true,
    unlock_cost: 0,
    unlocked_at: answer.unlocked_at,
    masked_name: null,
    full_name,
    phone,
    email,
    age: 25,
    role: 'Software Engineer',
    current_ctc: 50_000_000,
    street_address,
    education,
    work_experience,
    career_objective,
  })
  for (const url of [answer.candidate!.resume_url, answer.candidate!.video_intro_url]) {
    expect((await fetch(url!)).status).toBe(200)
  }

  // The entry, the unlock and the notification came together.
  const [movement] = (await must(person.tb.wallet.listTransactions())).items
  const about = { candidate_id: profile.id, unlock_id: answer.unlock_id }
  expect(movement).toMatchObject({ type: 'debit', kind: 'unlock', amount: 10, balance_after: 15, data: about })
  for (const [locale, message] of [
    ['en', `You unlocked ${full_name}.`],
    ['ru', `Вы открыли контакты: ${full_name}.`],
    ['kk', `Кандидаттың байланысын аштыңыз: ${full_name}.`],
  ] as const) {
    const { items } = await must(createTalentbase(person.client, { locale }).notifications.list())
    const told = items.find(({ type }) => type === 'candidate_unlock')
    expect(told).toMatchObject({ message, data: { status: 'unlocked', ...about } })
  }
  expect((await must(person.tb.recruiters.mine())).total_spent).toBe(10)

  // Again for nothing, also without any credit; and the first answer to the same request.
  await giveCredits(stack, person, -15)
  const again = await must(person.tb.candidates.unlock(profile.id))
  expect(cost(again)).toEqual({ already_unlocked: true, paid_from: null, credits_used: 0, remaining_balance: 0 })
  expect(again.candidate).toMatchObject({ full_name, phone, email })
  const repeated = await must(person.tb.candidates.unlock(profile.id, { idempotency_key: key }))
  expect(cost(repeated)).toEqual(cost(answer))
  const plain = await person.client.rpc('unlock_candidate', { candidate_id: profile.id }).single<UnlockResult>()
  expect({ ...plain.data!, candidate: null }).toEqual({ ...again, candidate: null })

  // The subscription before the wallet; one without limit costs nothing.
  await giveCredits(stack, person, 30)
  const [one, two, three, four, locked] = await newCards(5)
  await subscribe(stack, person, 'hiring_basic')
  const [first, second] = await must(person.tb.candidates.unlockMany([one!, two!, one!]))
  expect(cost(first!)).toEqual({
    already_unlocked: false,
    paid_from: 'subscription',
    credits_used: 1,
    remaining_balance: 49,
  })
  expect([second!.candidate_id, second!.remaining_balance]).toEqual([two, 48])
  await subscribe(stack, person, 'hiring_enterprise', 'year')
  expect(cost(await must(person.tb.candidates.unlock(three!)))).toEqual({
    already_unlocked: false,
    paid_from: 'subscription',
    credits_used: 0,
    remaining_balance: null,
  })
  expect((await creditsOf(stack, person)).wallet).toBe(30)

  const [poor, pennies, unverified, stranger] = [
    await recruiter(),
    await recruiter(),
    await recruiter({ verified: false }),
    await member(stack, ['candidate']),
  ]
  await giveCredits(stack, pennies, 9)
  await giveCredits(stack, unverified, 100)
  const gone = await makeCandidates(stack, 1, { person: { is_available_for_hiring: false } })
  await expectUnchanged(state, async () => {
    const nothing = await expectRefusal(poor.tb.candidates.unlock(four!), 'no_payment_source')
    expect(nothing.details).toEqual({ sources: [{ source: 'wallet', needed: 10, current: 0 }] })
    const little = await expectRefusal(pennies.tb.candidates.unlock(four!), 'insufficient_credits')
    const sources = [{ source: 'wallet', needed: 10, current: 9 }]
    expect(little.details).toEqual({ needed: 10, current: 9, sources })
    const own = (await cardOf(stack, stranger)).id
    for (const id of [gone[0]!.card_id, own, crypto.randomUUID()]) {
      const error = await expectRefusal(person.tb.candidates.unlock(id), 'not_found')
      expect(error.details).toEqual({ candidate_ids: [id] })
    }
    await expectRefusal(person.tb.candidates.unlockMany([four!, gone[0]!.card_id]), 'not_found')
    await expectRefusal(unverified.tb.candidates.unlock(four!), 'verification_required')
    await expectRefusal(stranger.tb.candidates.unlock(four!), 'permission_denied')
    await expectRefusal(device(stack).tb.candidates.unlock(four!), 'auth_required')
    expect((await device(stack).client.rpc('unlock_candidate', { candidate_id: four! })).error?.code).toBe('42501')
    const other = person.tb.candidates.unlock(locked!, { idempotency_key: crypto.randomUUID().slice(1) })
    await expectRefusal(other, 'validation_failed', { idempotency_key: ['format'] })
    await expectRefusal(person.tb.candidates.unlock('456'), 'validation_failed', { candidate_id: ['format'] })
    for (const ids of [[], Array.from({ length: 51 }, () => crypto.randomUUID())]) {
      await expectRefusal(person.tb.candidates.unlockMany(ids), 'validation_failed', { candidate_ids: ['length'] })
    }
    await expectRefusal(person.tb.candidates.unlockMany(['456']), 'validation_failed', { candidate_ids: ['format'] })
    const reused = person.tb.candidates.unlock(locked!, { idempotency_key: key })
    await expectRefusal(reused, 'idempotency_conflict')
    // Nobody writes an unlock but by paying.
    expect((await person.client.schema('private').from('candidate_unlocks').select()).error?.code).toBe('PGRST106')
  })
})

it('WF27 candidates.listUnlocked: newest first, also who is not available any more', async () => {
  const person = await recruiter()
  await giveCredits(stack, person, 100)
  const { profile, email } = await knownCandidate(stack)
  const [first, second] = await makeCandidates(stack, 2)
  const times: Record<string, string> = {}
  for (const id of [first!.card_id, profile.id, second!.card_id]) {
    times[id] = (await must(person.tb.candidates.unlock(id))).unlocked_at
  }
  await sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${second!.id}`
  await sql(stack)`select private.sync_candidate_card(${second!.id})`

  const list = await must(person.tb.candidates.listUnlocked())
  expectFields(list, {
    unlocked_candidates: 'items',
    id: 'items.1.id',
    full_name: 'items.1.full_name',
    phone: 'items.1.phone',
    email: 'items.1.email',
    role: 'items.1.role',
    experience_years: 'items.1.experience_years',
    current_ctc: 'items.1.current_ctc',
    expected_ctc: 'items.1.expected_ctc',
    state: 'items.1.state',
    city: 'items.1.city',
    skills: 'items.1.skills',
    resume_url: 'items.1.resume_url',
    video_intro_url: 'items.1.video_intro_url',
    profile_image_url: 'items.1.profile_image_url',
    unlocked_at: 'items.1.unlocked_at',
    created_at: 'items.1.listed_on',
  })
  expect(list).toMatchObject({ total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  expect(list.items.map(({ id, unlocked_at }) => [id, unlocked_at])).toEqual(Object.entries(times).toReversed())
  expect(list.items.map(({ is_available }) => is_available)).toEqual([false, true, true])
  const { full_name, phone, resume_path, video_path, profile_image_url } = profile
  const known = { full_name, phone, email, resume_path, video_path, profile_image_url }
  expect(list.items[1]).toMatchObject({ ...known, is_unlocked: true, unlock_cost: 0, masked_name: null })
  expect((await person.client.storage.from('resumes').createSignedUrl(resume_path!, 60)).error).toBeNull()

  const page = await must(person.tb.candidates.listUnlocked({ limit: 2 }))
  expect(page.has_more).toBe(true)
  const rest = await must(person.tb.candidates.listUnlocked({ limit: 2, cursor: page.next_cursor! }))
  expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(list.items.map(({ id }) => id))
  expect(await (await fetch(list.items[1]!.resume_url!)).text()).toMatch(/^%PDF/)
  expect((await must(person.tb.candidates.listUnlocked({ offset: 2 }))).items.map(({ id }) => id)).toEqual(
    list.items.slice(2).map(({ id }) => id),
  )
  const { data: plain } = await person.client.rpc('list_unlocked_candidates', { page_size: 3 })
  expect(plain.map(({ id }: { id: string }) => id)).toEqual(list.items.map(({ id }) => id))

  // A colleague sees what the plan shares, another recruiter nothing.
  const [colleague, stranger] = [await recruiter({ colleague: person }), await recruiter()]
  expect((await must(colleague.tb.candidates.listUnlocked())).items).toEqual([])
  await subscribe(stack, person, 'hiring_professional', 'quarter')
  const [shared] = await newCards(1)
  await must(person.tb.candidates.unlock(shared!))
  expect((await must(colleague.tb.candidates.listUnlocked())).items.map(({ id }) => id)).toEqual([shared])
  expect((await must(stranger.tb.candidates.listUnlocked())).items).toEqual([])

  const refused = [
    [await member(stack, ['candidate']), 'permission_denied'],
    [await recruiter({ verified: false }), 'verification_required'],
  ] as const
  await expectUnchanged(state, async () => {
    for (const [other, code] of refused) {
      await expectRefusal(other.tb.candidates.listUnlocked(), code)
      expect((await other.client.rpc('list_unlocked_candidates')).error?.code).toBe(code)
    }
    await expectRefusal(device(stack).tb.candidates.listUnlocked(), 'auth_required')
    const wrong = person.tb.candidates.listUnlocked({ limit: 101, offset: -1 })
    await expectRefusal(wrong, 'validation_failed', { limit: ['range'], offset: ['range'] })
    await expectRefusal(person.tb.candidates.listUnlocked({ cursor: 'x' }), 'validation_failed')
  })
})
