import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, manyActive, model } from './castings.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'
import { rowsOf } from './state.ts'

let stack: TestStack
let agency: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  stranger = await member(stack, ['agency'])
})
afterAll(() => stack.close())

const savedBy = (person: Member) => rowsOf(stack, 'favorites', person)

it('MW20 favorites.list: saved castings that one still sees, saved last first', async () => {
  const saver = await model(stack)
  const [first, second, over] = [await active(agency), await active(agency), await active(agency)]
  for (const { id } of [second, first, over]) await must(saver.tb.favorites.add('casting', id))
  await must(saver.tb.favorites.add('model', (await model(stack)).id))
  await must(agency.tb.castings.setStatus(over.id, 'completed'))

  const { items, ...list } = await must(saver.tb.favorites.list({ type: 'casting' }))
  expect(list).toEqual({ total: 3, total_is_exact: true, has_more: false, next_cursor: null })
  // A saved casting stays readable when it is over.
  expect(items.map(({ item }) => item)).toEqual([
    await must(saver.tb.castings.get(over.id)),
    await must(saver.tb.castings.get(first.id)),
    await must(saver.tb.castings.get(second.id)),
  ])
  expect(items[0]).toMatchObject({ item: { status: 'completed', is_saved: true }, saved_at: expect.any(String) })
  const page = await must(saver.tb.favorites.list({ type: 'casting', limit: 2 }))
  expect(page).toMatchObject({ total: 3, has_more: true })
  const rest = await must(saver.tb.favorites.list({ type: 'casting', limit: 2, cursor: page.next_cursor! }))
  expect([...page.items, ...rest.items]).toEqual(items)
  expect((await must(saver.tb.favorites.list({ type: 'casting', offset: 1 }))).items).toEqual(items.slice(1))

  // A plain query has the rows, the function those that are to see.
  const ids = items.map(({ item }) => item.id)
  const plain = await saver.client
    .from('favorites')
    .select('entity_id')
    .eq('entity_type', 'casting')
    .order('created_at', { ascending: false })
  expect(plain.data?.map(({ entity_id }) => entity_id)).toEqual(ids)
  const { data } = await saver.client.rpc('list_favorites', { entity_type: 'casting' })
  expect(data.map((row: { entity_id: string }) => row.entity_id)).toEqual(ids)

  await must(agency.tb.castings.delete(second.id))
  expect((await must(saver.tb.favorites.list({ type: 'casting' }))).total).toBe(2)
  expect(await savedBy(saver)).toHaveLength(3)

  expect((await must(stranger.tb.favorites.list({ type: 'casting' }))).items).toEqual([])
  expect((await stranger.client.from('favorites').select()).data).toEqual([])
  const { tb: visitor, client: anon } = device(stack)
  await expectRefusal(visitor.favorites.list({ type: 'casting' }), 'auth_required')
  expect((await anon.from('favorites').select()).error?.code).toBe('42501')
  await expectRefusal(saver.tb.favorites.list({ type: 'nothing' as 'casting', limit: 0 }), 'validation_failed', {
    type: ['known'],
    limit: ['range'],
  })
  expect((await saver.client.rpc('list_favorites', { entity_type: 'account' })).error?.code).toBe('validation_failed')
})

it('MW21 favorites.add: a casting that one sees, once', async () => {
  const saver = await model(stack)
  const casting = await active(agency)
  const before = await savedBy(saver)
  expect(await must(saver.tb.favorites.add('casting', casting.id))).toBeNull()
  const saved = await savedBy(saver)
  expect([...before, ...saved]).toMatchObject([
    { account_id: saver.id, entity_type: 'casting', entity_id: casting.id, created_at: expect.any(Date) },
  ])
  expect((await must(saver.tb.castings.get(casting.id))).is_saved).toBe(true)
  expect((await must(stranger.tb.castings.get(casting.id))).is_saved).toBe(false)
  expect(
    (await stranger.client.rpc('add_favorite', { entity_type: 'casting', entity_id: casting.id })).error,
  ).toBeNull()

  const hidden = await draft(agency)
  const over = await active(agency)
  await must(agency.tb.castings.setStatus(over.id, 'cancelled'))
  await expectUnchanged(
    () => savedBy(saver),
    async () => {
      await must(saver.tb.favorites.add('casting', casting.id))
      for (const id of [hidden.id, over.id, crypto.randomUUID()]) {
        await expectRefusal(saver.tb.favorites.add('casting', id), 'not_found')
        const plain = await saver.client.rpc('add_favorite', { entity_type: 'casting', entity_id: id })
        expect(plain.error?.code).toBe('not_found')
      }
      await expectRefusal(saver.tb.favorites.add('account' as 'casting', '7'), 'validation_failed', {
        type: ['known'],
        id: ['format'],
      })
      await expectRefusal(device(stack).tb.favorites.add('casting', casting.id), 'auth_required')
      const row = { account_id: saver.id, entity_type: 'casting', entity_id: hidden.id }
      for (const client of [saver.client, stranger.client, device(stack).client]) {
        expect((await client.from('favorites').insert(row)).error?.code).toBe('42501')
      }
    },
  )
  expect(await savedBy(saver)).toEqual(saved)
})

it('MW22 favorites.remove: one’s own alone', async () => {
  const saver = await model(stack)
  const [one, other] = await manyActive(stack, agency, 2)
  for (const person of [saver, stranger])
    for (const id of [one!, other!]) await must(person.tb.favorites.add('casting', id))
  await must(saver.tb.favorites.remove('casting', one!))
  expect(await must(saver.tb.favorites.has('casting', one!))).toBe(false)
  expect(await savedBy(saver)).toMatchObject([{ entity_id: other }])
  expect((await savedBy(stranger)).map(({ entity_id }) => entity_id)).toEqual(expect.arrayContaining([one, other]))

  const readAll = async () => [...(await savedBy(saver)), ...(await savedBy(stranger))]
  await expectUnchanged(readAll, async () => {
    // What is not saved changes nothing, and another's is out of reach.
    await must(saver.tb.favorites.remove('casting', one!))
    await saver.client.from('favorites').delete().eq('account_id', stranger.id)
    expect((await device(stack).client.from('favorites').delete().eq('entity_id', other!)).error?.code).toBe('42501')
    await expectRefusal(device(stack).tb.favorites.remove('casting', other!), 'auth_required')
    await expectRefusal(saver.tb.favorites.remove('casting', 'x'), 'validation_failed', { id: ['format'] })
  })
  await saver.client.from('favorites').delete().match({ entity_type: 'casting', entity_id: other })
  expect(await savedBy(saver)).toEqual([])
})
