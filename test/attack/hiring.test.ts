import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hiring } from '../access/modules/hiring.ts'
import { createRecruiter, giveCredits, type MadeCandidate, makeCandidates } from '../helpers/hiring.ts'
import { anonClient, createPerson, type Person, serviceClient, sql, subscribe } from '../helpers/people.ts'
import { eventually, listen } from '../helpers/realtime.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { knownCandidate } from '../parity/candidates.ts'
import { startParityStack } from '../parity/people.ts'
import { expectUnchanged } from '../parity/refusals.ts'

// What must not work around unlocks: for nothing, twice, for others, past an admin, or after it is over.

const later = '2100-01-01T00:00:00Z'

let stack: TestStack
let candidates: MadeCandidate[]
/** Verified; has unlocked the first candidate, written about them and put them into the pipeline. */
let recruiter: Person
/** A verified recruiter of another company. */
let rival: Person
beforeAll(async () => {
  stack = await startParityStack()
  candidates = await makeCandidates(stack, 40)
  recruiter = await createRecruiter(stack)
  rival = await createRecruiter(stack)
  await giveCredits(stack, recruiter, 25)
  await works(recruiter, candidates[0]!)
})
afterAll(() => stack.close())

const card = (index: number): string => candidates[index]!.card_id

const unlock = ({ client }: { client: SupabaseClient }, candidate_id: string, idempotency_key?: string) =>
  client.rpc('unlock_candidate', { candidate_id, ...(idempotency_key === undefined ? {} : { idempotency_key }) })

/** Unlocks a candidate and leaves a row of every kind; answers the unlock's id. */
async function works(person: Person, { card_id: candidate_id }: { card_id: string }): Promise<string> {
  const { client } = person
  const { data, error } = await unlock(person, candidate_id)
  expect(error).toBeNull()
  await client.from('candidate_notes').insert({ candidate_id, note_text: 'Only mine to read.' })
  await client.from('candidate_follow_ups').insert({ candidate_id, due_at: later, notes: 'Only mine to read.' })
  expect((await client.rpc('add_to_pipeline', { candidate_id, note: 'Only mine to read.' })).error).toBeNull()
  return (data as { unlock_id: string }[])[0]!.unlock_id
}

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

/** Every function of hiring, as whoever has unlocked the first candidate would call it. */
const calls = (stage_id: string): Record<string, Record<string, unknown>> => ({
  get_candidate: { candidate_id: card(0) },
  get_candidates: { candidate_ids: [card(0)] },
  search_candidates: {},
  candidate_facets: {},
  candidate_categories: {},
  list_candidate_options: { type: 'city' },
  unlock_candidate: { candidate_id: card(1) },
  unlock_candidates: { candidate_ids: [card(0), card(1)] },
  get_unlocked_names: { candidate_ids: [card(0)] },
  candidate_options: {},
  list_follow_ups: {},
  list_unlocked_candidates: {},
  add_to_pipeline: { candidate_id: card(0) },
  move_in_pipeline: { candidate_id: card(0), stage_id },
  remove_from_pipeline: { candidate_id: card(0) },
  list_pipeline: {},
  list_pipeline_moves: { candidate_id: card(0) },
})

const stageOf = async ({ client }: Person, name = 'Interview'): Promise<string> =>
  (await client.from('pipeline_stages').select('id').eq('name', name)).data![0]!.id

describe('16: nobody but verified recruiters', () => {
  /** Who has unlocked the first candidate, and is no verified recruiter any more, or never was. */
  const parties: Record<string, { code: string; make: () => Promise<{ client: SupabaseClient; id?: string }> }> = {
    'nobody signed in': { code: '42501', make: async () => ({ client: anonClient(stack) }) },
    'a candidate': { code: 'permission_denied', make: () => createPerson(stack, { roles: ['candidate'] }) },
    'an agency': { code: 'permission_denied', make: () => createPerson(stack, { roles: ['agency', 'client'] }) },
    'a recruiter without a profile': {
      code: 'verification_required',
      make: () => createPerson(stack, { roles: ['recruiter'] }),
    },
    'one who is not verified yet': {
      code: 'verification_required',
      make: () => createRecruiter(stack, { verified: false }),
    },
    'one who is refused': {
      code: 'verification_required',
      make: () => former((id) => sql(stack)`select private.reject_recruiter(${id}, 'No such company.')`),
    },
    'one whose company has another name': {
      code: 'verification_required',
      make: () =>
        former(
          (id) => sql(stack)`
          update public.organizations set name = 'Another'
          where id = (select organization_id from public.recruiter_profiles where account_id = ${id})
        `,
        ),
    },
    'one who has left the company': {
      code: 'verification_required',
      make: async () => {
        const person = await createRecruiter(stack, { colleague: recruiter })
        await subscribe(stack, person, 'hiring_enterprise', 'year')
        await unlock(person, card(0))
        await sql(stack)`delete from public.organization_members where account_id = ${person.id}`
        return person
      },
    },
    'one who is suspended': {
      code: 'account_suspended',
      make: () => former((id) => sql(stack)`select private.suspend_account(${id}, 'for a test')`),
    },
    'one whose role was taken': {
      code: 'permission_denied',
      make: () =>
        former((id) => sql(stack)`delete from public.account_roles where account_id = ${id} and role = 'recruiter'`),
    },
  }

  async function former(end: (id: string) => Promise<unknown>): Promise<Person> {
    const person = await createRecruiter(stack)
    await subscribe(stack, person, 'hiring_enterprise', 'year')
    expect((await unlock(person, card(0))).error).toBeNull()
    await end(person.id)
    return person
  }

  test('every function that is served is tried', () => {
    const served = hiring
      .functions!.authenticated!.filter((name) => name.startsWith('public.'))
      .map((name) => name.slice('public.'.length).split('(')[0]!)
    expect(Object.keys(calls('')).sort()).toEqual(served.sort())
  })

  test.each(Object.entries(parties))(
    '%s searches, reads, unlocks and writes nothing',
    async (_title, { code, make }) => {
      const { client, id } = await make()
      const stage = await stageOf(recruiter)
      await changesNothing(async () => {
        for (const [name, args] of Object.entries(calls(stage))) {
          const { data, error } = await client.rpc(name, args)
          // What somebody has of their own stays readable, without a name.
          const isOwn = ['get_unlocked_names', 'list_follow_ups'].includes(name) && /required|denied/.test(code)
          expect([data, error?.code], name).toEqual(isOwn ? [[], undefined] : [null, code])
        }
        for (const [table, row] of [
          ['candidate_notes', { note_text: 'New' }],
          ['candidate_follow_ups', { due_at: later }],
        ] as const) {
          for (const candidate_id of [card(0), card(1)]) {
            const { error } = await client.from(table).insert({ candidate_id, ...row, ...(id && { account_id: id }) })
            expect(error?.code, table).toMatch(/42501|account_suspended/)
          }
        }
      })
    },
  )

  test('every function answers a verified one', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 20)
    await unlock(person, card(0))
    for (const [name, args] of Object.entries(calls(await stageOf(person)))) {
      expect((await person.client.rpc(name, args)).error, name).toBeNull()
    }
  })
})

describe('3: one recruiter’s is nobody else’s', () => {
  test('neither rows nor counts of notes, follow-ups, pipeline, wallet or subscriptions, by any column', async () => {
    const candidate = await createPerson(stack, { roles: ['candidate'] })
    await subscribe(stack, recruiter, 'hiring_basic')
    for (const { client } of [rival, candidate, { client: anonClient(stack) }]) {
      for (const table of ['candidate_notes', 'candidate_follow_ups', 'subscriptions', 'recruiter_profiles'] as const) {
        for (const filter of [
          { account_id: recruiter.id },
          ...(table.startsWith('candidate') ? [{ candidate_id: card(0) }] : []),
        ]) {
          const { data, count } = await client.from(table).select('*', { count: 'exact' }).match(filter)
          expect([data ?? [], count ?? 0], table).toEqual([[], 0])
        }
      }
      const stage = await stageOf(recruiter)
      expect((await client.from('pipeline_stages').select().eq('id', stage)).data ?? []).toEqual([])
    }
    const { client } = rival
    expect((await client.rpc('list_unlocked_candidates')).data).toEqual([])
    expect((await client.rpc('get_unlocked_names', { candidate_ids: [card(0)] })).data).toEqual([])
    expect((await client.rpc('list_pipeline')).data).toEqual([])
    expect((await client.rpc('list_pipeline', { stage_id: await stageOf(recruiter) })).data).toEqual([])
    expect((await client.rpc('list_pipeline_moves', { candidate_id: card(0) })).data).toEqual([])
    expect((await client.rpc('list_wallet_transactions')).data).toEqual([])
    expect((await client.rpc('my_wallet')).data).toMatchObject([{ balance: 0, total_spent: 0 }])
    expect((await client.rpc('list_subscriptions')).data).toEqual([])
    const [subscription] = (await recruiter.client.rpc('list_subscriptions')).data as { id: string }[]
    expect((await client.rpc('get_subscription', { subscription_id: subscription!.id })).data).toEqual([])
  })

  test('nor by another’s cursor', async () => {
    for (const name of [
      'list_wallet_transactions',
      'list_unlocked_candidates',
      'list_pipeline',
      'list_subscriptions',
    ]) {
      const [row] = (await recruiter.client.rpc(name, { page_size: 1 })).data as { cursor: string }[]
      expect((await rival.client.rpc(name, { cursor: row!.cursor })).data, name).toEqual([])
    }
  })

  test('and nobody changes, takes or moves it', async () => {
    const stage = await stageOf(recruiter)
    const theirs = await stageOf(rival)
    await changesNothing(async () => {
      const candidate = candidates[0]!.card_id
      for (const { client } of [rival, { client: anonClient(stack) }]) {
        for (const [table, change] of [
          ['candidate_notes', { note_text: 'Changed' }],
          ['candidate_follow_ups', { notes: 'Changed' }],
        ] as const) {
          await client.from(table).update(change).eq('candidate_id', candidate)
          await client.from(table).delete().eq('candidate_id', candidate)
        }
        await client.from('pipeline_stages').update({ name: 'Changed' }).eq('id', stage)
        await client.from('pipeline_stages').delete().eq('id', stage)
        for (const stage_id of [stage, theirs]) {
          const moved = await client.rpc('move_in_pipeline', { candidate_id: candidate, stage_id })
          expect(moved.error?.code).toMatch(/not_found|42501/)
        }
        expect((await client.rpc('remove_from_pipeline', { candidate_id: candidate })).error?.code).toMatch(
          /not_found|42501/,
        )
      }
    })
  })

  test('nor does a member of the company who is no recruiter, or has left, read who is in its pipeline', async () => {
    const member = await createPerson(stack, { roles: ['recruiter'] })
    await sql(stack)`
      insert into public.organization_members (organization_id, account_id, role)
      select organization_id, ${member.id}, 'admin' from public.recruiter_profiles where account_id = ${recruiter.id}
    `
    const stages = () => member.client.from('pipeline_stages').select('id')
    expect((await stages()).data).toHaveLength(6)
    expect((await member.client.rpc('list_pipeline')).error?.code).toBe('verification_required')
    await sql(stack)`delete from public.organization_members where account_id = ${member.id}`
    expect((await stages()).data).toEqual([])
  })
})

describe('14: whoever calls is whoever pays', () => {
  test('no argument and no column names another as the actor', async () => {
    await changesNothing(async () => {
      const { client } = rival
      for (const extra of [
        'recruiter_id',
        'account_id',
        'actor_id',
        'organization_id',
        'paid_from',
        'credits',
        'price',
      ]) {
        const { error } = await client.rpc('unlock_candidate', { candidate_id: card(1), [extra]: recruiter.id })
        expect(error?.code, extra).toBe('PGRST202')
        expect((await client.rpc('my_wallet', { [extra]: recruiter.id })).error?.code, extra).toBe('PGRST202')
      }
      const rows: Record<string, object> = {
        candidate_notes: { note_text: 'x' },
        candidate_follow_ups: { due_at: later },
      }
      for (const [table, row] of Object.entries(rows)) {
        const named = { ...row, candidate_id: card(0), account_id: recruiter.id }
        expect((await client.from(table).insert(named)).error?.code).toBe('42501')
        expect((await client.from(table).upsert(named)).error?.code).toBe('42501')
      }
      const { organization_id } = (await recruiter.client.from('recruiter_profiles').select('organization_id'))
        .data![0]!
      const stage = { organization_id, name: 'Mine', position: 1 }
      expect((await client.from('pipeline_stages').insert(stage)).error?.code).toBe('42501')
    })
  })

  test('42: no road adds credits on a client’s word', async () => {
    await changesNothing(async () => {
      const { client } = rival
      const names = [
        'adjust_wallet',
        'transfer',
        'ledger_account',
        'grant_credits',
        'refund_unlock',
        'approve_subscription',
      ]
      for (const name of [
        ...names,
        'activate_subscription',
        'begin_subscription',
        'override_entitlement',
        'verify_recruiter',
      ]) {
        expect((await client.rpc(name)).error?.code, name).toBe('PGRST202')
        expect((await client.rpc(name, { account_id: rival.id, credits: 100, reason: 'x' })).error?.code, name).toBe(
          'PGRST202',
        )
      }
      for (const table of ['ledger_accounts', 'ledger_transfers', 'ledger_entries', 'candidate_unlocks', 'wallets']) {
        expect((await client.from(table).insert({ balance: 100 })).status, table).toBe(404)
        expect((await client.from(table).update({ balance: 100 }).eq('owner_id', rival.id)).status, table).toBe(404)
      }
    })
  })
})

describe('15: who cannot be unlocked', () => {
  test('themselves, the hidden, the incomplete, the missing and who blocks: one error, and no charge', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 100)
    const made = await makeCandidates(stack, 6)
    const [open, own, unavailable, incomplete, rejected, blocking] = made.map(({ id }) => id)
    // An admin has made a recruiter of somebody whose profile as a candidate is whole.
    await sql(stack)`update private.candidates set account_id = ${person.id} where account_id = ${own!}`
    await sql(stack)`select private.sync_candidate_card(${person.id})`
    await sql(stack)`update private.candidates set is_available_for_hiring = false where account_id = ${unavailable!}`
    await sql(stack)`update private.candidates set phone = null where account_id = ${incomplete!}`
    await sql(stack)`select private.reject_candidate(${rejected!}, 'No such person.')`
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${blocking!}, ${person.id})`
    for (const { id } of made) await sql(stack)`select private.sync_candidate_card(${id})`

    const ids = [...made.slice(1).map(({ card_id }) => card_id), person.id, open!, crypto.randomUUID()]
    await changesNothing(async () => {
      const missing = crypto.randomUUID()
      const answer = async (id: string) => {
        const alone = await unlock(person, id)
        const among = await person.client.rpc('unlock_candidates', { candidate_ids: [made[0]!.card_id, id] })
        expect((await person.client.rpc('get_candidate', { candidate_id: id })).data).toEqual([])
        return JSON.stringify([alone, among]).replaceAll(id, 'the id')
      }
      const known = await answer(missing)
      expect(known).toContain('not_found')
      for (const id of ids) expect(await answer(id), id).toBe(known)
    })
  })
})

describe('18: idempotency keys', () => {
  test('are no key to another request, another operation or another’s answer', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 30)
    const key = crypto.randomUUID()
    const first = await unlock(person, card(2), key)
    expect(first.error).toBeNull()
    await changesNothing(async () => {
      expect((await unlock(person, card(2), key)).data).toEqual(first.data)
      expect((await unlock(person, card(3), key)).error?.code).toBe('idempotency_conflict')
      const both = await person.client.rpc('unlock_candidates', {
        candidate_ids: [card(2), card(3)],
        idempotency_key: key,
      })
      expect(both.error?.code).toBe('idempotency_conflict')
      // Another's key is no key.
      expect((await unlock(rival, card(2), key)).error?.code).toBe('no_payment_source')
      // Not even a key opens what an admin has closed.
    })
    await sql(stack)`select private.reject_recruiter(${person.id}, 'No such company.')`
    expect((await unlock(person, card(2), key)).error?.code).toBe('verification_required')
  })

  test('of a refused unlock leave nothing behind, so that it can be paid later', async () => {
    const person = await createRecruiter(stack)
    const key = crypto.randomUUID()
    await changesNothing(async () => {
      expect((await unlock(person, card(2), key)).error?.code).toBe('no_payment_source')
    })
    await giveCredits(stack, person, 10)
    expect((await unlock(person, card(2), key)).data).toMatchObject([{ already_unlocked: false, credits_used: 10 }])
  })
})

describe('49: once', () => {
  test('of thirty unlocks at the same moment with credits for one, one is made and paid', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 19)
    const answers = await Promise.all(candidates.slice(5, 35).map(({ card_id }) => unlock(person, card_id)))
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
    for (const { error } of answers) if (error) expect(error.code).toBe('insufficient_credits')
    const [made] = await sql(stack)`
      select count(*)::int as unlocks, sum(credits)::int as spent from private.candidate_unlocks where recruiter_id = ${person.id}
    `
    expect([made!.unlocks, made!.spent]).toEqual([1, 10])
    expect((await person.client.rpc('my_wallet')).data).toMatchObject([{ balance: 9, total_spent: 10 }])
    expect(await sql(stack)`select * from private.check_ledger()`).toEqual([])
  })

  test('of thirty unlocks of one candidate, one is paid', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 100)
    const answers = await Promise.all(Array.from({ length: 30 }, () => unlock(person, card(5))))
    expect(answers.map(({ error }) => error).filter(Boolean)).toEqual([])
    const paid = answers.flatMap(({ data }) => data as { credits_used: number }[]).map((row) => row.credits_used)
    expect(paid.filter((credits) => credits === 10)).toHaveLength(1)
    expect((await person.client.rpc('my_wallet')).data).toMatchObject([{ balance: 90 }])
  })

  test('deleting what was bought for, or coming back, gives nothing back', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 10)
    await works(person, candidates[6]!)
    await person.client.from('candidate_notes').delete().eq('candidate_id', card(6))
    await person.client.rpc('remove_from_pipeline', { candidate_id: card(6) })
    expect((await unlock(person, card(7))).error?.code).toBe('no_payment_source')
    await sql(stack)`delete from auth.users where id = ${person.id}`
    const again = await serviceClient(stack).auth.admin.createUser({
      email: person.email,
      email_confirm: true,
      user_metadata: { roles: ['recruiter'] },
    })
    const [wallet] = await sql(stack)`
      select balance::int from private.ledger_accounts where owner_id = ${again.data.user!.id} and kind = 'wallet'
    `
    expect(wallet!.balance).toBe(0)
    expect(await sql(stack)`select * from private.check_ledger()`).toEqual([])
  })

  test('a link that somebody follows pays nothing', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 10)
    await changesNothing(async () => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetch(`${stack.url}/rest/v1/rpc/unlock_candidate?candidate_id=${card(8)}`, {
          method,
          headers: { apikey: stack.publishableKey, authorization: `Bearer ${person.token}` },
        })
        expect(answer.ok, method).toBe(false)
      }
    })
  })

  test('a request that asks for its transaction to be taken back pays all the same', async () => {
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 10)
    const answer = await fetch(`${stack.url}/rest/v1/rpc/unlock_candidate`, {
      method: 'POST',
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        'content-type': 'application/json',
        prefer: 'tx=rollback',
      },
      body: JSON.stringify({ candidate_id: card(8) }),
    })
    expect(answer.status).toBe(200)
    expect((await person.client.rpc('my_wallet')).data).toMatchObject([{ balance: 0 }])
  })
})

describe('25: resumes and videos', () => {
  const files = ['resumes', 'videos'] as const

  test('are read by whoever has paid, as long as they have, and never listed, moved or written', async () => {
    const known = await knownCandidate(stack)
    const { id: candidate_id, resume_path, video_path } = known.profile
    const paths = { resumes: resume_path!, videos: video_path! }
    const person = await createRecruiter(stack)
    const other = await createRecruiter(stack)
    await giveCredits(stack, person, 30)
    const reads = async ({ client }: Person, bucket: (typeof files)[number], path: string) => {
      const storage = client.storage.from(bucket)
      const answers = [
        (await storage.download(path)).error,
        (await storage.info(path)).error,
        (await storage.createSignedUrl(path, 60)).error,
      ].map((error) => error === null)
      expect(new Set(answers).size, `${bucket}/${path}`).toBe(1)
      return answers[0]
    }
    const all = async (who: Person, from = paths) => [
      await reads(who, 'resumes', from.resumes),
      await reads(who, 'videos', from.videos),
    ]
    expect(await all(person)).toEqual([false, false])
    const { data } = await unlock(person, candidate_id)
    expect(await all(person)).toEqual([true, true])
    expect(await all(other)).toEqual([false, false])

    const objects = async () => (await stateOf(stack))['storage.objects']
    const before = await objects()
    for (const bucket of files) {
      const storage = person.client.storage.from(bucket)
      expect((await storage.list(known.id)).data ?? []).toEqual([])
      expect((await storage.list('')).data ?? []).toEqual([])
      await storage.move(paths[bucket], `${person.id}/mine.pdf`)
      await storage.move(paths[bucket], `${person.id}/mine.pdf`, { destinationBucket: 'documents' })
      await storage.remove([paths[bucket]])
      const upload = new Blob(['%PDF-1.7 other'], { type: 'application/pdf' })
      expect((await storage.upload(paths[bucket], upload, { upsert: true })).error).not.toBeNull()
      expect((await storage.update(paths[bucket], upload)).error).not.toBeNull()
      const open = await fetch(`${stack.url}/storage/v1/object/public/${bucket}/${paths[bucket]}`)
      expect(open.ok).toBe(false)
    }
    // Nor anything else of the candidate's.
    const [file] = await sql(
      stack,
    )`select path from public.files where account_id = ${known.id} and bucket_id = 'cards'`
    await person.client.storage.from('cards').move(file!.path, `${person.id}/x.png`)
    expect(await objects()).toBe(before)

    // Replaced: the new one, not the old one.
    const renewed = new Blob(['%PDF-1.7 new'], { type: 'application/pdf' })
    // Read, but not kept by the platform in a folder of the reader's.
    const copied = await person.client.storage.from('resumes').copy(paths.resumes, `${person.id}/mine.pdf`)
    expect(copied.error).not.toBeNull()
    expect(await sql(stack)`select from storage.objects where name = ${`${person.id}/mine.pdf`}`).toHaveLength(0)
    const { data: changed } = await known.tb.candidates.update({ resume: renewed })
    expect(await reads(person, 'resumes', paths.resumes)).toBe(false)
    const now = { ...paths, resumes: changed!.resume_path! }
    expect(await all(person, now)).toEqual([true, true])
    // Hidden: whoever has paid goes on reading.
    await known.tb.candidates.setAvailability(false)
    expect(await all(person, now)).toEqual([true, true])
    // Refunded.
    const [{ unlock_id }] = data as [{ unlock_id: string }]
    await sql(stack)`select private.refund_unlock(${unlock_id}, 'a dead number')`
    expect(await all(person, now)).toEqual([false, false])
  })
})

describe('24: after a candidate’s account is deleted', () => {
  test('no list, note, pipeline, wallet, notification or kept answer tells of them', async () => {
    const known = await knownCandidate(stack)
    const { full_name, phone, id: candidate_id, resume_path, picture_path } = known.profile
    const person = await createRecruiter(stack)
    await giveCredits(stack, person, 20)
    const key = crypto.randomUUID()
    expect((await unlock(person, candidate_id, key)).error).toBeNull()
    await works(person, { card_id: candidate_id })
    const { client } = person
    const heard = (await listen(client, `account:${person.id}`))!
    const read = async () =>
      JSON.stringify([
        await client.rpc('search_candidates', { filters: {} }),
        await client.rpc('get_candidate', { candidate_id }),
        await client.rpc('get_candidates', { candidate_ids: [candidate_id] }),
        await client.rpc('list_unlocked_candidates'),
        await client.rpc('get_unlocked_names', { candidate_ids: [candidate_id] }),
        await client.rpc('list_pipeline'),
        await client.rpc('list_pipeline_moves', { candidate_id }),
        await client.from('candidate_notes').select(),
        await client.from('candidate_follow_ups').select(),
        await client.rpc('list_wallet_transactions'),
        await client.from('notifications').select(),
        await client.rpc('export_account'),
        (await client.storage.from('resumes').createSignedUrl(resume_path!, 60)).data,
        (await fetch(`${stack.url}/storage/v1/object/public/cards/${picture_path}`)).ok,
      ])
    const secrets = [known.id, known.email, phone!, ...full_name!.split(' ')]
    const before = await read()
    for (const secret of secrets) expect(before).toContain(secret)
    await sql(stack)`delete from auth.users where id = ${known.id}`
    const replayed = await unlock(person, candidate_id, key)
    const after = `${await read()} ${JSON.stringify(replayed)} ${JSON.stringify(heard.received)}`
    for (const secret of secrets) expect(after).not.toContain(secret)
    expect((await unlock(person, candidate_id)).error?.code).toBe('not_found')
    expect((await client.rpc('my_wallet')).data).toMatchObject([{ balance: 10, total_spent: 10 }])
    await client.removeAllChannels()
  })
})

describe('22, 30: what is told while it happens', () => {
  test('ids alone, to the recruiter alone', async () => {
    const known = await knownCandidate(stack)
    const candidate_id = known.profile.id
    const person = await createRecruiter(stack)
    const own = (await listen(person.client, `account:${person.id}`))!
    const theirs = (await listen(known.client, `account:${known.id}`))!
    for (const [client, topic] of [
      [known.client, `account:${person.id}`],
      [rival.client, `account:${person.id}`],
      [person.client, `account:${known.id}`],
      [rival.client, `account:${candidate_id}`],
    ] as const) {
      expect(await listen(client, topic), topic).toBeUndefined()
    }
    await giveCredits(stack, person, 10)
    const unlock_id = await works(person, { card_id: candidate_id })
    await person.client
      .from('candidate_follow_ups')
      .insert({ candidate_id, due_at: '2020-01-01T00:00:00Z', notes: 'Call.', is_completed: true })
    await person.client.from('candidate_follow_ups').update({ is_completed: false }).eq('notes', 'Call.')
    await sql(stack)`select private.remind_of_follow_ups()`
    await sql(stack)`select private.refund_unlock(${unlock_id}, 'a dead number')`
    // That they were verified was told before they listened, and may arrive late.
    const types = () => own.received.map(({ payload }) => payload.type).filter((type) => type !== 'verification')
    expect(await eventually(() => types().length >= 4)).toBe(true)
    expect(types()).toEqual(['wallet_recharge', 'candidate_unlock', 'follow_up_due', 'candidate_unlock'])
    const text = JSON.stringify(own.received)
    const { full_name, phone, resume_path } = known.profile
    for (const secret of [known.id, known.email, phone!, resume_path!, ...full_name!.split(' ')]) {
      expect(text).not.toContain(secret)
    }
    await sql(stack)`select private.notify(${known.id}, 'general', '{}')`
    expect(await eventually(() => theirs.received.length > 0)).toBe(true)
    expect(theirs.received.map(({ payload }) => payload.type)).toEqual(['general'])
    expect(
      await sql(stack)`select from public.notifications where account_id = ${known.id} and type <> 'general'`,
    ).toEqual([])
    await Promise.all([person.client.removeAllChannels(), known.client.removeAllChannels()])
  })
})

test('a recruiter takes along no contact, and a candidate reads no recruiter’s words', async () => {
  const known = await knownCandidate(stack)
  const person = await createRecruiter(stack)
  await giveCredits(stack, person, 10)
  await works(person, { card_id: known.profile.id })
  const taken = JSON.stringify((await person.client.rpc('export_account')).data)
  expect(taken).toContain(known.profile.id)
  for (const secret of [known.id, known.email, known.profile.phone!, ...known.profile.full_name!.split(' ')]) {
    expect(taken).not.toContain(secret)
  }
  const theirs = (await known.client.rpc('export_account')).data as { unlocked_by: object[] }
  expect(theirs.unlocked_by).toHaveLength(1)
  for (const secret of [person.id, person.email, 'Only mine to read.']) {
    expect(JSON.stringify(theirs)).not.toContain(secret)
  }
})

describe('53: no error shows a stored row', () => {
  test('of any constraint of hiring that a client can break', async () => {
    const { client, id: account_id } = recruiter
    const candidate_id = card(0)
    const stage_id = await stageOf(recruiter)
    const { organization_id } = (await client.from('recruiter_profiles').select('organization_id')).data![0]!
    const note = client.from('candidate_notes')
    const followUp = client.from('candidate_follow_ups')
    const stage = client.from('pipeline_stages')
    const note_id: string = (await client.from('candidate_notes').select('id')).data![0]!.id
    await changesNothing(async () => {
      const attempts: Record<string, PromiseLike<{ error: { code: string } | null }>> = {
        candidate_notes_note_text_length: note.insert({ candidate_id, note_text: '' }),
        candidate_notes_account_id_fkey: note.insert({ candidate_id, note_text: 'x', account_id: rival.id }),
        candidate_notes_candidate_id_fkey: note.insert({ candidate_id: crypto.randomUUID(), note_text: 'x' }),
        candidate_notes_pkey: note.upsert({ id: note_id, candidate_id, note_text: 'x' }),
        candidate_follow_ups_due_at_range: followUp.insert({ candidate_id, due_at: 'infinity' }),
        candidate_follow_ups_notes_length: followUp.insert({ candidate_id, due_at: later, notes: '\u202e' }),
        candidate_follow_ups_candidate_id_fkey: followUp.insert({ candidate_id: crypto.randomUUID(), due_at: later }),
        candidate_follow_ups_account_id_fkey: followUp.insert({ candidate_id, due_at: later, account_id: rival.id }),
        pipeline_stages_name_length: stage.insert({ organization_id, name: '' }),
        pipeline_stages_position_range: stage.insert({ organization_id, name: 'x', position: -1 }),
        pipeline_stages_name_key: stage.insert({ organization_id, name: 'interview' }),
        pipeline_stages_organization_id_fkey: stage.insert({ organization_id: crypto.randomUUID(), name: 'x' }),
        pipeline_candidates_stage_id_fkey: stage.delete().eq('name', 'New'),
        pipeline_candidates_card_id_once: client.rpc('add_to_pipeline', { candidate_id, stage_id }),
        pipeline_moves_note_length: client.rpc('move_in_pipeline', { candidate_id, stage_id, note: '\u202e' }),
        'a length of notes by rpc': client.rpc('add_to_pipeline', { candidate_id, note: 'x'.repeat(2001) }),
        'a stage of another': client.rpc('move_in_pipeline', { candidate_id, stage_id: await stageOf(rival) }),
        'no stage': client.rpc('move_in_pipeline', { candidate_id, stage_id: null }),
        'no candidates': client.rpc('unlock_candidates', { candidate_ids: [] }),
        'too many candidates': client.rpc('unlock_candidates', {
          candidate_ids: Array.from({ length: 51 }, () => crypto.randomUUID()),
        }),
        'no ids': client.rpc('unlock_candidates', { candidate_ids: [null] }),
        'no id': client.rpc('unlock_candidate', { candidate_id: null }),
        'not an id': client.rpc('get_candidates', { candidate_ids: ['x'] }),
        'too many names': client.rpc('get_unlocked_names', {
          candidate_ids: Array.from({ length: 101 }, () => crypto.randomUUID()),
        }),
      }
      for (const [what, attempt] of Object.entries(attempts)) {
        const { error } = await attempt
        expect(error, what).not.toBeNull()
        const text = JSON.stringify(error)
        expect(text, what).not.toMatch(/Failing row|Key \(|John|Only mine|private\./)
        for (const secret of [account_id, rival.id, organization_id, note_id, ...candidates.map(({ id }) => id)]) {
          if (!what.includes('_fkey')) expect(text, what).not.toContain(secret)
        }
      }
    })
  })

  test('50: filters beyond any sense are refused or find nobody, and nothing is executed', async () => {
    const odd = [
      "x' or true --",
      "'; drop table private.candidates; --",
      '\\',
      "\\'",
      "a' & b:* | !c <-> d",
      ':*',
      '%',
      '$1',
      '\u0000x',
      '{"a',
      'x'.repeat(100_000),
      '🙂',
      "E'\\x'",
      '<b>',
      'a/b\\c.d',
      "http://x.y/z'\\",
    ]
    await changesNothing(async () => {
      for (const word of odd) {
        for (const filters of [
          { search: word },
          { city: word },
          { role: word, education: word },
          { skills: [word], languages: [word] },
          { currency: word },
          { category: word },
        ]) {
          for (const name of ['search_candidates', 'candidate_facets']) {
            const { data, error, status } = await rival.client.rpc(name, { filters })
            if (error)
              expect([status, error.code], `${name} ${JSON.stringify(filters).slice(0, 99)}`).toEqual([
                400,
                expect.stringMatching(/validation_failed|22P05/),
              ])
            else expect(data).toEqual([])
          }
        }
        const { status } = await rival.client.rpc('list_candidate_options', { type: 'city', search: word })
        expect([200, 400]).toContain(status)
      }
      for (const filters of [
        [],
        'x',
        1,
        { min_age: 2_147_483_648 },
        { min_age: 'x' },
        { max_age: -2_147_483_648 },
        { min_ctc: 1e300, currency: 'INR' },
        { min_ctc: -1, currency: 'INR' },
        { skills: 'x' },
        { skills: [[['x']]] },
        { skills: Array(21).fill('x') },
        { skills: [null] },
        { has_video: 'maybe' },
        { search: { x: 1 } },
        Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, 1])),
      ]) {
        const { data, error, status } = await rival.client.rpc('search_candidates', { filters })
        if (error)
          expect([status, error.code], JSON.stringify(filters).slice(0, 99)).toEqual([400, 'validation_failed'])
        else expect(data!.length, JSON.stringify(filters)).toBeLessThanOrEqual(20)
      }
    })
  })
})
