import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { rowsOf } from '../access/rows/index.ts'
import { startTestStack } from '../helpers/stack.ts'

const castingStates = ['draft', 'active', 'completed', 'cancelled']
const responseStates = ['pending', 'viewed', 'shortlisted', 'accepted', 'rejected', 'withdrawn']

// Written down once more, so that a change of the table in the database does not change what is right.
const castingMoves = ['draft active', 'draft cancelled', 'active completed', 'active cancelled']
const responseMoves: Record<string, Record<string, string[]>> = {
  owner: {
    pending: ['viewed', 'shortlisted', 'accepted', 'rejected'],
    viewed: ['pending', 'shortlisted', 'accepted', 'rejected'],
    shortlisted: ['pending', 'accepted', 'rejected'],
    accepted: ['pending', 'rejected'],
    rejected: ['pending', 'shortlisted', 'accepted'],
  },
  model: { pending: ['withdrawn'], viewed: ['withdrawn'], shortlisted: ['withdrawn'], accepted: ['withdrawn'] },
}
const mayMove = (hand: string, from: string, to: string) => responseMoves[hand]?.[from]?.includes(to) ?? false

let cast: Cast
let castingId: string
let responseId: string

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  castingId = String((await rowsOf.castings!.make(cast, 'draft', cast.agency.owner)).id)
  responseId = String((await rowsOf.casting_responses!.make(cast, 'any', cast.model.owner)).id)
})
afterAll(() => cast.stack.close())

const actors = (): Record<string, SupabaseClient> => ({
  anon: cast.anon,
  agency: cast.agency.owner.client,
  'another agency': cast.agency.stranger.client,
  model: cast.model.owner.client,
  'another model': cast.model.stranger.client,
  service: cast.service,
})

const pairs = (states: string[]) => states.flatMap((from) => states.map((to) => ({ from, to })))

async function statusOf(table: string, id: string): Promise<string> {
  const [row] = await cast.sql`select status from ${cast.sql(`public.${table}`)} where id = ${id}`
  return row!.status
}

describe('19: castings', () => {
  test('the table of transitions is the one that was decided', async () => {
    const rows = await cast.sql`select from_status || ' ' || to_status as move from private.casting_transitions`
    expect(rows.map((row) => row.move).sort()).toEqual([...castingMoves].sort())
  })

  test.each(pairs(castingStates))('$from -> $to by everybody', async ({ from, to }) => {
    for (const [actor, client] of Object.entries(actors())) {
      await cast.sql`update public.castings set status = ${from} where id = ${castingId}`
      const { error } = await client.rpc('set_casting_status', { casting_id: castingId, status: to })
      const moved = actor === 'agency' && castingMoves.includes(`${from} ${to}`)
      expect(await statusOf('castings', castingId), actor).toBe(moved ? to : from)
      expect(error === null, actor).toBe(moved)
      if (actor === 'agency' && !moved) expect(error?.code).toBe('invalid_transition')
    }
  })

  test.each(['published', 'ACTIVE', '', null])('no status %o', async (status) => {
    await cast.sql`update public.castings set status = 'draft' where id = ${castingId}`
    const { error } = await cast.agency.owner.client.rpc('set_casting_status', { casting_id: castingId, status })
    expect(error?.code).toBe('validation_failed')
    expect(await statusOf('castings', castingId)).toBe('draft')
  })
})

describe('19: responses', () => {
  test('the table of transitions is the one that was decided', async () => {
    const rows = await cast.sql`
      select actor || ' ' || from_status || ' ' || to_status as move from private.casting_response_transitions
    `
    const decided = Object.keys(responseMoves).flatMap((hand) =>
      pairs(responseStates).flatMap(({ from, to }) => (mayMove(hand, from, to) ? [`${hand} ${from} ${to}`] : [])),
    )
    expect(rows.map((row) => row.move).sort()).toEqual(decided.sort())
  })

  test.each(pairs(responseStates))('$from -> $to by everybody', async ({ from, to }) => {
    for (const [actor, client] of Object.entries(actors())) {
      for (const call of ['set_response_status', 'withdraw_response']) {
        if (call === 'withdraw_response' && to !== 'withdrawn') continue
        await cast.sql`update public.casting_responses set status = ${from} where id = ${responseId}`
        const args = call === 'withdraw_response' ? {} : { status: to }
        const { error } = await client.rpc(call, { response_id: responseId, ...args })
        const hand = call === 'withdraw_response' ? 'model' : 'owner'
        const isActor = actor === (hand === 'model' ? 'model' : 'agency')
        const moved = isActor && mayMove(hand, from, to)
        expect(await statusOf('casting_responses', responseId), `${actor} ${call}`).toBe(moved ? to : from)
        expect(error === null, `${actor} ${call}`).toBe(moved)
        // To an owner, withdrawn is no status at all.
        const code = hand === 'owner' && to === 'withdrawn' ? 'validation_failed' : 'invalid_transition'
        if (isActor && !moved) expect(error?.code, `${actor} ${call}`).toBe(code)
      }
    }
    await countersAreRight()
  })

  test.each(['draft', 'completed', 'cancelled'])('nothing moves while the casting is %s', async (status) => {
    await cast.sql`update public.casting_responses set status = 'pending' where id = ${responseId}`
    const setCasting = (to: string) => cast.sql`
      update public.castings set status = ${to} where id = (select casting_id from public.casting_responses where id = ${responseId})
    `
    await setCasting(status)
    for (const to of ['viewed', 'accepted']) {
      const { error } = await cast.agency.owner.client.rpc('set_response_status', {
        response_id: responseId,
        status: to,
      })
      expect(error?.code).toBe('casting_closed')
    }
    const { error } = await cast.model.owner.client.rpc('withdraw_response', { response_id: responseId })
    expect(error?.code).toBe('casting_closed')
    expect(await statusOf('casting_responses', responseId)).toBe('pending')
    await setCasting('active')
  })

  async function countersAreRight(): Promise<void> {
    const wrong = await cast.sql`
      select c.id from public.castings c
      left join public.casting_responses r on r.casting_id = c.id
      where c.id = ${castingId}
      group by c.id
      having c.responses_count <> count(r.id) filter (where r.status <> 'withdrawn')
        or c.accepted_count <> count(r.id) filter (where r.status = 'accepted')
    `
    expect(wrong).toEqual([])
  }
})

describe('19: promotions', () => {
  const states = ['active', 'paused', 'ended']
  const moves = ['active paused', 'paused active', 'active ended', 'paused ended']
  const make = async (of: Record<string, string>) => {
    const [row] = await cast.sql`
      insert into public.promotions ${cast.sql({ ...of, ends_at: new Date(Date.now() + 86_400_000) })} returning id
    `
    return String(row!.id)
  }
  let ofModel: string
  let ofCasting: string
  beforeAll(async () => {
    // The second kind of rows: whom the agency represents is cast.model.stranger.
    const key = await rowsOf.model_profiles!.make(cast, 'with an agency', cast.model.stranger)
    ofModel = await make({ account_id: cast.agency.owner.id, model_id: String(key.account_id) })
    ofCasting = await make({ account_id: cast.agency.owner.id, casting_id: castingId })
  })

  test('the table of transitions is the one that was decided', async () => {
    const rows = await cast.sql`select from_status || ' ' || to_status as move from private.promotion_transitions`
    expect(rows.map((row) => row.move).sort()).toEqual([...moves].sort())
  })

  test.each(pairs(states))('$from -> $to by everybody', async ({ from, to }) => {
    for (const [promotion_id, parties] of [
      [ofModel, ['agency', 'another model']],
      [ofCasting, ['agency']],
    ] as const) {
      for (const [actor, client] of Object.entries(actors())) {
        await cast.sql`
          update public.promotions set status = ${from}, paused_at = case when ${from} = 'paused' then now() end
          where id = ${promotion_id}
        `
        const { error } = await client.rpc('set_promotion_status', { promotion_id, status: to })
        const isParty = (parties as readonly string[]).includes(actor)
        const moved = isParty && moves.includes(`${from} ${to}`)
        expect(await statusOf('promotions', promotion_id), actor).toBe(moved ? to : from)
        expect(error === null, actor).toBe(moved)
        if (isParty && !moved) expect(error?.code, actor).toBe('invalid_transition')
        // Ending it has moved its end.
        await cast.sql`update public.promotions set ends_at = now() + interval '1 day' where id = ${promotion_id}`
      }
    }
  })

  test.each(['started', 'ACTIVE', '', null])('no status %o', async (status) => {
    const { error } = await cast.agency.owner.client.rpc('set_promotion_status', { promotion_id: ofModel, status })
    expect(error?.code).toBe('validation_failed')
  })
})
