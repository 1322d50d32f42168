import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, subscribe } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, manyActive, model, stored } from './castings.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let agency: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  stranger = await member(stack, ['agency'])
})
afterAll(() => stack.close())

const ids = (list: { id: string }[] | null) => list?.map(({ id }) => id)

/** What somebody has sent and how much of the month's quota it took. */
const sentBy = async ({ id }: Member) => ({
  responses: [...(await sql(stack)`select * from public.casting_responses where model_id = ${id} order by id`)],
  used: [...(await sql(stack)`select used from private.entitlement_usage where account_id = ${id}`)],
})

it('MW23 castings.respond: models, once a casting, as many a month as the plan allows', async () => {
  const applicant = await model(stack)
  const casting = await active(agency)
  const input = { message: 'I have five years of experience.', portfolio_links: ['https://example.com/aisha'] }
  const answer = await must(applicant.tb.castings.respond(casting.id, input))
  expectTaken(input, { message: 'message', portfolio_links: 'portfolio_links' })
  expect(answer).toMatchObject({ ...input, casting_id: casting.id, model_id: applicant.id, status: 'pending' })
  const told = (await must(agency.tb.notifications.list({ limit: 1 }))).items
  expect(told).toMatchObject([{ type: 'new_response', casting_id: casting.id, response_id: answer.id }])

  const respond = ({ client }: Pick<Member, 'client'>, casting_id: string, args = {}) =>
    client.rpc('respond_to_casting', { casting_id, ...args })
  const second = await active(agency)
  const plain = await respond(applicant, second.id, input)
  expect(plain.data).toMatchObject({ ...input, casting_id: second.id, model_id: applicant.id, status: 'pending' })

  const [hidden, over] = [await draft(agency), await active(agency)]
  await must(agency.tb.castings.setStatus(over.id, 'cancelled'))
  const late = await active(agency, { response_deadline: '2020-01-01T00:00:00Z' })
  const other = await active(agency)
  await expectUnchanged(
    async () => [await sentBy(applicant), await sentBy(stranger), await stored(stack, other.id)],
    async () => {
      await expectRefusal(applicant.tb.castings.respond(casting.id), 'duplicate')
      await expectRefusal(applicant.tb.castings.respond(hidden.id), 'not_found')
      await expectRefusal(applicant.tb.castings.respond(over.id), 'not_found')
      await expectRefusal(applicant.tb.castings.respond(late.id), 'casting_closed')
      await expectRefusal(stranger.tb.castings.respond(other.id), 'permission_denied')
      await expectRefusal(agency.tb.castings.respond(other.id), 'permission_denied')
      await expectRefusal(device(stack).tb.castings.respond(other.id), 'auth_required')
      const links = ['javascript:alert(1)']
      const wrong = applicant.tb.castings.respond(other.id, { message: ' ', portfolio_links: links })
      await expectRefusal(wrong, 'validation_failed', { message: ['length'], portfolio_links: ['format'] })
      expect((await respond(applicant, casting.id)).error?.code).toBe('duplicate')
      expect((await respond(applicant, hidden.id)).error?.code).toBe('not_found')
      expect((await respond(stranger, other.id)).error?.code).toBe('permission_denied')
      expect((await respond(device(stack), other.id)).error?.code).toBe('42501')
      expect((await respond(applicant, other.id, { portfolio_links: links })).error?.code).toBe('validation_failed')
      const row = { casting_id: other.id, model_id: applicant.id }
      expect((await applicant.client.from('casting_responses').insert(row)).error?.code).toBe('42501')
    },
  )
  await expectQuotas()
})

async function expectQuotas(): Promise<void> {
  const castings = await manyActive(stack, agency, 32)
  const answers = (person: Member, to: string[]) => Promise.all(to.map((id) => person.tb.castings.respond(id)))
  const codes = (list: Awaited<ReturnType<typeof answers>>) => list.map(({ error }) => error?.code ?? 'in').toSorted()
  const usage = async (person: Member) => (await must(person.tb.subscriptions.current())).usage

  // FREE, all at once: three get in; taking one back, or the casting's end, gives none back.
  const free = await model(stack)
  const own = await active(agency)
  await must(free.tb.castings.respond(own.id))
  const raced = await answers(free, castings.slice(0, 8))
  expect(codes(raced)).toEqual([...Array(2).fill('in'), ...Array(6).fill('quota_exceeded')])
  const taken = raced.find(({ data }) => data !== null)!.data!
  await must(free.tb.responses.withdraw(taken.id))
  await must(agency.tb.castings.delete(own.id))
  expect(await usage(free)).toMatchObject({ responses_sent: 3, responses_limit: 3 })
  await expectUnchanged(
    () => sentBy(free),
    async () => {
      await expectRefusal(free.tb.castings.respond(taken.casting_id), 'duplicate')
      const { details } = await expectRefusal(free.tb.castings.respond(castings[9]!), 'quota_exceeded')
      expect(details).toMatchObject({ quantity: 3, used: 3, upgrade_plan_id: 'casting_pro' })
    },
  )

  // One casting, many calls at once: one response, one of the quota.
  const eager = await model(stack)
  const same = Array.from({ length: 8 }, () => castings[10]!)
  expect(codes(await answers(eager, same))).toEqual([...Array(7).fill('duplicate'), 'in'])
  expect(await usage(eager)).toMatchObject({ responses_sent: 1 })

  const pro = await model(stack)
  await subscribe(stack, pro, 'casting_pro')
  expect(codes(await answers(pro, castings))).toEqual([...Array(30).fill('in'), ...Array(2).fill('quota_exceeded')])
  expect(await usage(pro)).toMatchObject({ responses_sent: 30, responses_limit: 30 })

  const business = await model(stack)
  await subscribe(stack, business, 'casting_business')
  expect(codes(await answers(business, castings))).toEqual(Array(32).fill('in'))
  expect(await usage(business)).toMatchObject({ responses_sent: 32, responses_limit: null })
}

it('MW24 responses.listForCasting: the owner reads them with the applicants’ cards', async () => {
  const casting = await active(agency)
  const [first, second] = [await model(stack, 'Aisha N.'), await model(stack, 'Dana K.')]
  await must(first.tb.photos.upload(await picture()))
  const one = await must(first.tb.castings.respond(casting.id, { message: 'I would love to.' }))
  const two = await must(second.tb.castings.respond(casting.id))

  const answer = await must(agency.tb.responses.listForCasting(casting.id))
  expectFields(answer, {
    responses: 'items',
    id: 'items.0.id',
    applicant: 'items.0.applicant',
    name: 'items.0.applicant.name',
    photo: 'items.0.applicant.photo',
    age: 'items.0.applicant.age',
    height: 'items.0.applicant.height',
    city: 'items.0.applicant.city',
    rating: 'items.0.applicant.rating',
    message: 'items.0.message',
    status: 'items.0.status',
    applied_at: 'items.0.applied_at',
  })
  expect(answer).toMatchObject({ total: 2, has_more: false })
  expect(ids(answer.items)).toEqual([two.id, one.id])
  const card = { id: first.id, name: 'Aisha N.', age: 24, height: 175, city: 'Almaty', rating: null }
  expect(answer.items[1]).toMatchObject({
    applicant: card,
    message: 'I would love to.',
    status: 'pending',
    applied_at: one.applied_at,
  })
  expect((await fetch(answer.items[1]!.applicant.photo!)).headers.get('content-type')).toBe('image/png')
  expect(answer.items[0]!.applicant).toMatchObject({ name: 'Dana K.', photo: null })

  const list = ({ client }: Pick<Member, 'client'>) =>
    client.from('casting_responses').select('id').eq('casting_id', casting.id).order('created_at', { ascending: false })
  expect(ids((await list(agency)).data)).toEqual([two.id, one.id])
  expect(ids((await list(first)).data)).toEqual([one.id])
  expect((await list(stranger)).data).toEqual([])
  expect((await list(device(stack))).error?.code).toBe('42501')
  const rpc = await agency.client.rpc('list_casting_responses', { casting_id: casting.id })
  expect(ids(rpc.data)).toEqual([two.id, one.id])

  for (const person of [stranger, first]) {
    await expectRefusal(person.tb.responses.listForCasting(casting.id), 'not_found')
  }
  await expectRefusal(device(stack).tb.responses.listForCasting(casting.id), 'auth_required')
  const wrong = agency.tb.responses.listForCasting('7', { limit: 0, status: 'open' as 'pending' })
  await expectRefusal(wrong, 'validation_failed', { casting_id: ['format'], limit: ['range'], status: ['known'] })
})

it('MW25 responses.listMine: one’s own, each with its casting', async () => {
  const applicant = await model(stack)
  await subscribe(stack, applicant, 'casting_pro')
  const castings = await manyActive(stack, agency, 3)
  const sent: string[] = []
  for (const id of castings) sent.unshift((await must(applicant.tb.castings.respond(id))).id)
  await must((await model(stack)).tb.castings.respond(castings[0]!))
  await must(applicant.tb.responses.withdraw(sent[2]!))

  const page = await must(applicant.tb.responses.listMine({ limit: 2 }))
  expect(page).toMatchObject({ total: 3, has_more: true })
  expect(page.items[0]).toMatchObject({
    id: sent[0],
    casting: { id: castings[2], status: 'active' },
    status: 'pending',
  })
  const rest = await must(applicant.tb.responses.listMine({ limit: 2, cursor: page.next_cursor! }))
  expect(ids([...page.items, ...rest.items])).toEqual(sent)
  expect(ids((await must(applicant.tb.responses.listMine({ status: 'withdrawn' }))).items)).toEqual([sent[2]])
  const plain = await applicant.client.from('casting_responses').select('id').order('created_at', { ascending: false })
  expect(ids(plain.data)).toEqual(sent)

  expect((await must(stranger.tb.responses.listMine())).items).toEqual([])
  await expectRefusal(device(stack).tb.responses.listMine(), 'auth_required')
  const wrong = applicant.tb.responses.listMine({ limit: 101, status: 'open' as 'pending' })
  await expectRefusal(wrong, 'validation_failed', { limit: ['range'], status: ['known'] })
})

it('MW26 responses.setStatus: the owner decides, the applicant is told', async () => {
  const applicant = await model(stack)
  const casting = await active(agency)
  const { id } = await must(applicant.tb.castings.respond(casting.id))
  const set = ({ client }: Pick<Member, 'client'>, status: string) =>
    client.rpc('set_response_status', { response_id: id, status })

  await expectUnchanged(
    () => stored(stack, casting.id),
    async () => {
      for (const person of [stranger, applicant]) {
        await expectRefusal(person.tb.responses.setStatus(id, 'accepted'), 'not_found')
        expect((await set(person, 'accepted')).error?.code).toBe('not_found')
      }
      await expectRefusal(device(stack).tb.responses.setStatus(id, 'accepted'), 'auth_required')
      expect((await set(device(stack), 'accepted')).error?.code).toBe('42501')
      for (const status of ['approved', 'withdrawn']) {
        const wrong = agency.tb.responses.setStatus(id, status as 'accepted')
        await expectRefusal(wrong, 'validation_failed', { status: ['known'] })
        expect((await set(agency, status)).error?.code).toBe('validation_failed')
      }
      await expectRefusal(agency.tb.responses.setStatus(id, 'pending'), 'invalid_transition')
      const update = agency.client.from('casting_responses').update({ status: 'accepted' }).eq('id', id)
      expect((await update).error?.code).toBe('42501')
    },
  )
  expect((await must(applicant.tb.notifications.list())).items).toEqual([])

  for (const status of ['accepted', 'rejected', 'pending'] as const) {
    const input = { status }
    const answer = await must(agency.tb.responses.setStatus(id, input.status))
    expectTaken(input, { status: 'status' })
    expect(answer).toMatchObject({ id, status })
  }
  expect((await set(agency, 'accepted')).data).toMatchObject({ id, status: 'accepted' })
  const { items } = await must(applicant.tb.notifications.list())
  expect(items.map(({ type, response_id, data }) => [type, response_id, data.status])).toEqual(
    ['accepted', 'pending', 'rejected', 'accepted'].map((status) => ['response_status_change', id, status]),
  )
  expect((await stored(stack, casting.id)).casting).toMatchObject({ responses_count: 1, accepted_count: 1 })
})
