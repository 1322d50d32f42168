import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, model } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

let stack: TestStack
let agency: Member
let saver: Member
beforeAll(async () => {
  stack = await startParityStack()
  agency = await member(stack, ['agency'])
  saver = await member(stack, ['client'])
})
afterAll(() => stack.close())

const rows = (id: string) => sql(stack)`select account_id, entity_type from public.favorites where entity_id = ${id}`
const saved = async (type: 'casting' | 'model') =>
  (await saver.client.rpc('list_favorites', { entity_type: type })).data.map(
    (row: { entity_id: string }) => row.entity_id,
  )

describe('what is saved', () => {
  test('is what one sees: no draft, hidden profile, suspended model, or thing of another type', async () => {
    const [hidden, linked, gone] = [await model(stack), await model(stack), await model(stack)]
    await must(hidden.tb.models.update({ visibility: 'hidden' }))
    const { id: profile } = await must(linked.tb.models.update({ visibility: 'link' }))
    await sql(stack)`select private.suspend_account(${gone.id}, 'favorites')`
    const { id: draftId } = await draft(agency)
    const casting = await active(agency)
    for (const [type, id] of [
      ['casting', draftId],
      ['model', hidden.id],
      ['model', linked.id],
      ['model', profile],
      ['model', gone.id],
      ['model', saver.id],
      ['model', casting.id],
      ['casting', hidden.id],
    ] as const) {
      await expectRefusal(saver.tb.favorites.add(type, id), 'not_found')
      await expectRefusal(saver.tb.favorites.toggle(type, id), 'not_found')
      expect(await rows(id)).toEqual([])
    }
    for (const entity_type of ['account', 'portfolio_item', 'nothing', '', null]) {
      const { error } = await saver.client.rpc('add_favorite', { entity_type, entity_id: agency.id })
      expect(error?.code).toBe('validation_failed')
      expect(JSON.parse(error!.details)).toEqual({ fields: { entity_type: 'known' } })
    }
    const nothing = await saver.client.rpc('add_favorite', { entity_type: 'model', entity_id: null })
    expect(nothing.error?.code).toBe('not_found')
  })

  test('is not listed while it is hidden, and is again after', async () => {
    const face = await model(stack)
    const { id } = await active(agency)
    await must(saver.tb.favorites.add('model', face.id))
    await must(saver.tb.favorites.add('casting', id))
    const shown = async () => [(await saved('model')).includes(face.id), (await saved('casting')).includes(id)]
    expect(await shown()).toEqual([true, true])
    await sql(stack)`select private.suspend_account(${face.id}, 'favorites')`
    expect(await shown()).toEqual([false, true])
    await sql(stack)`select private.lift_suspension(${face.id})`
    await must(face.tb.models.update({ visibility: 'link' }))
    expect(await shown()).toEqual([false, true])
    await must(face.tb.models.update({ visibility: 'public' }))
    await must(agency.tb.castings.setStatus(id, 'completed'))
    // Who had saved it goes on reading it.
    expect(await shown()).toEqual([true, true])
    expect(await must(saver.tb.castings.get(id))).toMatchObject({ status: 'completed', is_saved: true })
    // Who takes it back has nothing to read any more, and cannot save it anew.
    await must(saver.tb.favorites.remove('casting', id))
    await expectRefusal(saver.tb.castings.get(id), 'not_found')
    await expectRefusal(saver.tb.favorites.add('casting', id), 'not_found')
  })

  test('goes with the thing, and with the account', async () => {
    const [face, owner, leaver] = [await model(stack), await member(stack, ['agency']), await member(stack, ['client'])]
    const { id } = await active(owner)
    for (const { tb } of [saver, leaver]) {
      await must(tb.favorites.add('casting', id))
      await must(tb.favorites.add('model', face.id))
    }
    expect([(await rows(id)).length, (await rows(face.id)).length]).toEqual([2, 2])
    await must(leaver.tb.accounts.delete({ password: leaver.password }))
    expect([await rows(id), await rows(face.id)]).toEqual([
      [{ account_id: saver.id, entity_type: 'casting' }],
      [{ account_id: saver.id, entity_type: 'model' }],
    ])
    await must(owner.tb.accounts.delete({ password: owner.password }))
    await must(face.tb.accounts.delete({ password: face.password }))
    expect([await rows(id), await rows(face.id)]).toEqual([[], []])
  })

  test('is one’s own alone: neither who owns the thing nor a count tells who has saved it', async () => {
    const face = await model(stack)
    await must(saver.tb.favorites.add('model', face.id))
    for (const { client } of [face, agency]) {
      const { data, count } = await client.from('favorites').select('*', { count: 'exact' }).eq('entity_id', face.id)
      expect([data, count]).toEqual([[], 0])
      await client.from('favorites').delete().eq('entity_id', face.id)
    }
    expect(await rows(face.id)).toHaveLength(1)
  })
})

describe('many at once', () => {
  const call = (name: string, id: string) => statement(`select public.${name}('casting', $1) as saved`, id)

  test('add: one row, and nobody is refused', async () => {
    const { id } = await active(agency)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 20 }, () => ({ as: saver, runs: [call('add_favorite', id)] })),
    )
    expect(codesOf(outcomes)).toEqual(Array(20).fill('done'))
    expect(await rows(id)).toHaveLength(1)
  })

  test('toggle: the last answer is how it stands', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await active(agency)
      if (round % 2 === 0) await must(saver.tb.favorites.add('casting', id))
      const outcomes = await atOnce(
        stack,
        Array.from({ length: 10 }, () => ({ as: saver, runs: [call('toggle_favorite', id)] })),
      )
      expect(codesOf(outcomes)).toEqual(Array(10).fill('done'))
      const answers = outcomes.map((one) => 'value' in one && (one.value as { saved: boolean }[])[0]!.saved)
      const now = (await rows(id)).length === 1
      expect(answers).toContain(now)
      expect(await must(saver.tb.favorites.toggle('casting', id))).toBe(!now)
    }
  })

  // A row may outlive the thing by a moment's chance: it names nothing, and no list shows it.
  test('add while the thing goes: nothing of it is listed', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await active(agency)
      await atOnce(stack, [
        ...Array.from({ length: 5 }, () => ({ as: saver, runs: [call('add_favorite', id)] })),
        { as: agency, runs: [statement('select public.delete_casting($1)', id)] },
      ])
      expect(await sql(stack)`select from public.castings where id = ${id}`).toHaveLength(0)
      expect(await saved('casting')).not.toContain(id)
    }
  })
})
