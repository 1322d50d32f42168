import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeService, makeTask } from '../helpers/work.ts'
import { active, draft, model } from './castings.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let agency: Member
let face: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  face = await model(stack)
  stranger = await member(stack, ['client'])
})
afterAll(() => stack.close())

const savedBy = (person: Member) => rowsOf(stack, 'favorites', person)

it('MT25 favorites.toggle: saves, takes back, saves again', async () => {
  const saver = await member(stack, ['client'])
  const casting = await active(agency)
  for (const [type, id] of [
    ['casting', casting.id],
    ['model', face.id],
    ['task', await makeTask(stack, stranger)],
    ['service', (await makeService(stack, stranger)).id],
  ] as const) {
    const { tb, client } = saver
    for (const isSaved of [true, false, true]) {
      expect(await must(tb.favorites.toggle(type, id))).toBe(isSaved)
      expect(await must(tb.favorites.has(type, id))).toBe(isSaved)
    }
    const { data } = await client.rpc('toggle_favorite', { entity_type: type, entity_id: id })
    expect([data, await must(tb.favorites.has(type, id))]).toEqual([false, false])
  }
  expect(await savedBy(saver)).toEqual([])

  const hidden = await draft(agency)
  await expectUnchanged(
    async () => [await savedBy(saver), await savedBy(stranger)],
    async () => {
      await expectRefusal(saver.tb.favorites.toggle('casting', hidden.id), 'not_found')
      await expectRefusal(saver.tb.favorites.toggle('model', stranger.id), 'not_found')
      await expectRefusal(saver.tb.favorites.toggle('model', 'me'), 'validation_failed', { id: ['format'] })
      await expectRefusal(device(stack).tb.favorites.toggle('casting', casting.id), 'auth_required')
      const args = { entity_type: 'nothing', entity_id: casting.id }
      expect((await saver.client.rpc('toggle_favorite', args)).error?.code).toBe('validation_failed')
      expect((await device(stack).client.rpc('toggle_favorite', args)).error?.code).toBe('42501')
    },
  )

  // What one has saved and sees no more is taken back all the same.
  await must(saver.tb.favorites.add('model', face.id))
  await must(face.tb.models.update({ visibility: 'hidden' }))
  expect(await must(saver.tb.favorites.toggle('model', face.id))).toBe(false)
  await expectRefusal(saver.tb.favorites.toggle('model', face.id), 'not_found')
  await must(face.tb.models.update({ visibility: 'public' }))
})

it('MT26 favorites.list: saved tasks, services and models that one still sees', async () => {
  const saver = await member(stack, ['client'])
  const [first, second] = [await makeTask(stack, stranger), await makeTask(stack, stranger)]
  for (const id of [first, second]) await must(saver.tb.favorites.add('task', id))
  const tasks = await must(saver.tb.favorites.list({ type: 'task' }))
  expect(tasks.items.map(({ item }) => item)).toEqual([
    await must(saver.tb.tasks.get(second)),
    await must(saver.tb.tasks.get(first)),
  ])
  expect(tasks.items[0]?.item.is_saved).toBe(true)
  await must(stranger.tb.tasks.delete(second))
  expect(await must(saver.tb.favorites.list({ type: 'task' }))).toMatchObject({
    total: 1,
    items: [{ item: { id: first } }],
  })
  const { id: service } = await makeService(stack, stranger)
  await must(saver.tb.favorites.add('service', service))
  expect((await must(saver.tb.favorites.list({ type: 'service' }))).items[0]?.item).toMatchObject({ id: service })
  await sql(stack)`update public.services set is_active = false where id = ${service}`
  expect((await must(saver.tb.favorites.list({ type: 'service' }))).items).toEqual([])

  const [one, other] = [await model(stack, 'One'), await model(stack, 'Other')]
  for (const { id } of [one, other]) await must(saver.tb.favorites.add('model', id))
  await must(saver.tb.favorites.add('casting', (await active(agency)).id))
  const { items, total } = await must(saver.tb.favorites.list({ type: 'model' }))
  expect(total).toBe(2)
  const listed = (await must(saver.tb.models.list())).items
  expect(items.map(({ item }) => item)).toEqual(
    [other, one].map(({ id }) => listed.find(({ account_id }) => account_id === id)),
  )
  expect(items.map(({ item }) => item.name)).toEqual(['Other', 'One'])

  await must(one.tb.models.update({ visibility: 'hidden' }))
  const left = await must(saver.tb.favorites.list({ type: 'model' }))
  expect(left).toMatchObject({ total: 1, items: [{ item: { account_id: other.id } }] })
  const { data } = await saver.client.rpc('list_favorites', { entity_type: 'model' })
  expect(data).toMatchObject([{ entity_id: other.id, total: 1 }])
  expect(await savedBy(saver)).toHaveLength(5)

  expect((await must(stranger.tb.favorites.list({ type: 'model' }))).items).toEqual([])
  await expectRefusal(device(stack).tb.favorites.list({ type: 'model' }), 'auth_required')
  await expectRefusal(saver.tb.favorites.list({} as { type: 'model' }), 'validation_failed', { type: ['required'] })
})

it('MT27 favorites.has: whether one has saved it', async () => {
  const saver = await member(stack, ['client'])
  const casting = await active(agency)
  const answers = async (person: Member) => [
    await must(person.tb.favorites.has('casting', casting.id)),
    await must(person.tb.favorites.has('model', face.id)),
    await must(person.tb.favorites.has('casting', face.id)),
  ]
  expect(await answers(saver)).toEqual([false, false, false])
  await must(saver.tb.favorites.add('casting', casting.id))
  expect(await answers(saver)).toEqual([true, false, false])
  await must(saver.tb.favorites.add('model', face.id))
  expect(await answers(saver)).toEqual([true, true, false])
  const plain = (client: Member['client']) => client.from('favorites').select('entity_id').eq('entity_id', casting.id)
  expect((await plain(saver.client)).data).toEqual([{ entity_id: casting.id }])

  expect(await answers(stranger)).toEqual([false, false, false])
  expect((await plain(stranger.client)).data).toEqual([])
  expect((await plain(device(stack).client)).error?.code).toBe('42501')
  await expectRefusal(device(stack).tb.favorites.has('casting', casting.id), 'auth_required')
  await expectRefusal(saver.tb.favorites.has('order' as 'casting', ''), 'validation_failed', {
    type: ['known'],
    id: ['format'],
  })
})
