import type { CastingStatus } from '@talentbase/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, castingInput, draft, model, stored } from './castings.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let agency: Member
let stranger: Member
let applicant: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  stranger = await member(stack, ['agency'])
  applicant = await model(stack)
})
afterAll(() => stack.close())

const castingsOf = (...owners: Member[]) =>
  sql(stack)`select * from public.castings where owner_id = any (${owners.map(({ id }) => id)}) order by id`

/** The columns of the table have the requirements beside the rest. */
const columns = ({ requirements, ...fields }: ReturnType<typeof castingInput>) => ({ ...fields, ...requirements })

it('MW15 castings.create: a draft of an employer or agency, every wrong field named', async () => {
  const employer = await member(stack, ['employer'])
  const input = castingInput()
  const created = await must(employer.tb.castings.create(input))
  expectTaken(input, {
    title: 'title',
    description: 'description',
    category: 'category',
    city: 'city',
    address: 'address',
    shoot_date: 'shoot_date',
    duration_days: 'duration_days',
    pay_min: 'pay_min',
    pay_max: 'pay_max',
    requirements: 'requirements',
    gender: 'requirements.gender',
    min_age: 'requirements.min_age',
    max_age: 'requirements.max_age',
    min_height: 'requirements.min_height',
    max_height: 'requirements.max_height',
    experience: 'requirements.experience',
  })
  expect(created).toMatchObject({ ...input, status: 'draft', creator: { id: employer.id }, responses_count: 0 })
  expect(await must(employer.tb.castings.get(created.id))).toEqual(created)

  const insert = (person: Pick<Member, 'client'>, owner: Member, changes = {}) =>
    person.client.from('castings').insert({ owner_id: owner.id, ...columns(castingInput()), ...changes })
  const plain = await insert(agency, agency).select().single()
  expect({ ...plain.data, title: input.title }).toMatchObject({
    ...columns(input),
    owner_id: agency.id,
    status: 'draft',
  })

  await expectUnchanged(
    () => castingsOf(employer, agency, applicant, stranger),
    async () => {
      await expectRefusal(applicant.tb.castings.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.castings.create(input), 'auth_required')
      const wrong = {
        ...input,
        title: 'ab',
        category: 'High Fashion',
        shoot_date: 'tomorrow',
        duration_days: 0,
        pay_min: 100,
        pay_max: 99,
        requirements: { gender: 'robot' as 'male', min_age: 40, max_age: 30, min_height: 20, max_height: 300 },
      }
      await expectRefusal(agency.tb.castings.create(wrong), 'validation_failed', {
        title: ['length'],
        category: ['format'],
        shoot_date: ['format'],
        duration_days: ['range'],
        pay_max: ['order'],
        'requirements.gender': ['known'],
        'requirements.max_age': ['order'],
        'requirements.min_height': ['range'],
        'requirements.max_height': ['range'],
      })
      expect((await insert(applicant, applicant)).error?.code).toBe('42501')
      expect((await insert(agency, stranger)).error?.code).toBe('42501')
      expect((await insert(device(stack), agency)).error?.code).toBe('42501')
      expect((await insert(agency, agency, { status: 'active' })).error?.code).toBe('42501')
      expect((await insert(agency, agency, { pay_min: 100, pay_max: 99 })).error?.code).toBe('23514')
      expect((await insert(agency, agency, { min_age: 40, max_age: 30 })).error?.code).toBe('23514')
      expect((await insert(agency, agency, { max_height: 300 })).error?.code).toBe('23514')
    },
  )
})

it('MW16 castings.update: the owner only, what is not sent stays', async () => {
  const casting = await active(agency)
  const updated = await must(
    agency.tb.castings.update(casting.id, { city: 'Astana', pay_max: null, requirements: { max_age: 40 } }),
  )
  expect(updated).toEqual({
    ...casting,
    city: 'Astana',
    pay_max: null,
    requirements: { ...casting.requirements, max_age: 40 },
    updated_at: updated.updated_at,
  })
  const update = ({ client }: Pick<Member, 'client'>, changes: object) =>
    client.from('castings').update(changes).eq('id', casting.id)
  expect((await update(agency, { city: 'Almaty', pay_max: casting.pay_max, max_age: 30 })).error).toBeNull()
  const back = await must(agency.tb.castings.get(casting.id))
  expect(back).toEqual({ ...casting, updated_at: back.updated_at })

  const hidden = await draft(agency)
  const over = await active(agency)
  await must(agency.tb.castings.setStatus(over.id, 'completed'))
  await expectUnchanged(
    () => castingsOf(agency, stranger),
    async () => {
      for (const person of [stranger, applicant]) {
        await expectRefusal(person.tb.castings.update(casting.id, { city: 'Astana' }), 'not_found')
        await expectRefusal(person.tb.castings.update(hidden.id, { city: 'Astana' }), 'not_found')
        expect((await update(person, { city: 'Astana' }).select()).data).toEqual([])
      }
      await expectRefusal(device(stack).tb.castings.update(casting.id, { city: 'Astana' }), 'auth_required')
      await expectRefusal(agency.tb.castings.update(over.id, { city: 'Astana' }), 'casting_closed')
      const wrong = { city: '', shoot_date: '1999-12-31T10:00:00Z', requirements: { min_age: 17 } }
      await expectRefusal(agency.tb.castings.update(casting.id, wrong), 'validation_failed', {
        city: ['length'],
        shoot_date: ['range'],
        'requirements.min_age': ['range'],
      })
      await expectRefusal(agency.tb.castings.update(casting.id, {}), 'validation_failed')
      // Against what is stored: the database knows, and the SDK names the field as the caller does.
      const below = agency.tb.castings.update(casting.id, { pay_max: 1 })
      await expectRefusal(below, 'validation_failed', { pay_max: ['order'] })
      const shorter = agency.tb.castings.update(casting.id, { requirements: { max_height: 160 } })
      await expectRefusal(shorter, 'validation_failed', { 'requirements.max_height': ['order'] })
      for (const frozen of [{ status: 'completed' }, { owner_id: stranger.id }, { responses_count: 9 }]) {
        expect((await update(agency, frozen)).error?.code).toBe('42501')
      }
      expect((await update(device(stack), { city: 'Astana' })).error?.code).toBe('42501')
    },
  )
})

it('MW17 castings.setStatus: draft to active or cancelled, active to completed or cancelled, nothing else', async () => {
  const statuses: CastingStatus[] = ['draft', 'active', 'completed', 'cancelled']
  const moves = ['draft active', 'draft cancelled', 'active completed', 'active cancelled']
  const made: Record<CastingStatus, () => Promise<{ id: string }>> = {
    draft: () => draft(agency),
    active: () => active(agency),
    completed: async () => must(agency.tb.castings.setStatus((await active(agency)).id, 'completed')),
    cancelled: async () => must(agency.tb.castings.setStatus((await active(agency)).id, 'cancelled')),
  }
  for (const from of statuses) {
    for (const to of statuses) {
      const { id } = await made[from]()
      if (moves.includes(`${from} ${to}`)) {
        const input = { status: to }
        const moved = await must(agency.tb.castings.setStatus(id, input.status))
        expectTaken(input, { status: 'status' })
        expect(moved).toMatchObject({ id, status: to })
      } else {
        await expectUnchanged(
          () => stored(stack, id),
          async () => {
            const { details } = await expectRefusal(agency.tb.castings.setStatus(id, to), 'invalid_transition')
            expect(details).toEqual({ from, to })
          },
        )
      }
    }
  }

  const casting = await draft(agency)
  const set = ({ client }: Pick<Member, 'client'>, status: string) =>
    client.rpc('set_casting_status', { casting_id: casting.id, status })
  await expectUnchanged(
    () => stored(stack, casting.id),
    async () => {
      await expectRefusal(stranger.tb.castings.setStatus(casting.id, 'active'), 'not_found')
      await expectRefusal(device(stack).tb.castings.setStatus(casting.id, 'active'), 'auth_required')
      const open = agency.tb.castings.setStatus(casting.id, 'open' as 'active')
      await expectRefusal(open, 'validation_failed', { status: ['known'] })
      expect((await set(stranger, 'active')).error?.code).toBe('not_found')
      expect((await set(agency, 'open')).error?.code).toBe('validation_failed')
      expect((await set(agency, 'completed')).error?.code).toBe('invalid_transition')
      expect((await set(device(stack), 'active')).error?.code).toBe('42501')
    },
  )
  expect((await set(agency, 'active')).error).toBeNull()
  expect((await stored(stack, casting.id)).casting).toMatchObject({ status: 'active' })
})

it('MW18 castings.delete: the owner only, responders are told, nothing accepted is lost', async () => {
  const casting = await active(agency)
  const response = await must(applicant.tb.castings.respond(casting.id))
  const plainly = await active(agency)
  await must(applicant.tb.castings.respond(plainly.id))
  const remove = ({ client }: Pick<Member, 'client'>, { id } = plainly) =>
    client.rpc('delete_casting', { casting_id: id })
  const kept = async () => [await stored(stack, casting.id), await stored(stack, plainly.id)]

  await expectUnchanged(kept, async () => {
    for (const person of [stranger, applicant]) {
      await expectRefusal(person.tb.castings.delete(casting.id), 'not_found')
      expect((await remove(person)).error?.code).toBe('not_found')
    }
    await expectRefusal(device(stack).tb.castings.delete(casting.id), 'auth_required')
    expect((await remove(device(stack))).error?.code).toBe('42501')
    await expectRefusal(agency.tb.castings.delete('7'), 'validation_failed', { casting_id: ['format'] })
    expect((await agency.client.from('castings').delete().eq('id', casting.id)).error?.code).toBe('42501')
  })
  await must(agency.tb.responses.setStatus(response.id, 'accepted'))
  await expectUnchanged(kept, async () => {
    await expectRefusal(agency.tb.castings.delete(casting.id), 'conflict')
    expect((await remove(agency, casting)).error?.code).toBe('conflict')
  })

  await must(agency.tb.responses.setStatus(response.id, 'pending'))
  await must(applicant.tb.notifications.markAllRead())
  expect(await must(agency.tb.castings.delete(casting.id))).toBeNull()
  expect((await remove(agency)).error).toBeNull()
  for (const { id } of [casting, plainly]) {
    expect(await stored(stack, id)).toEqual({ casting: undefined, responses: [] })
    await expectRefusal(agency.tb.castings.get(id), 'not_found')
  }
  const told = await must(applicant.tb.notifications.list({ unread_only: true }))
  expect(told.items).toMatchObject([
    { type: 'response_status_change', casting_id: plainly.id, data: { casting_status: 'deleted' } },
    { type: 'response_status_change', casting_id: casting.id, data: { casting_status: 'deleted' } },
  ])
})
