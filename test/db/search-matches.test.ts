import { createTalentbase, type Organization } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { createRecruiter, makeCandidates } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { type Person, sql, unique } from '../helpers/people.ts'
import { heardOf, makeSearch, matchSearches } from '../helpers/saved-searches.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeTask } from '../helpers/work.ts'
import { active, draft } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
let owner: Member
let recruiter: Person
/** Has a profile of no kind. */
let person: Member
beforeAll(async () => {
  stack = await startParityStack()
  recruiter = await createRecruiter(stack)
})
beforeEach(async () => {
  // What a test has not told is not the next one's.
  await sql(stack)`delete from public.saved_searches where true`
  await matchSearches(stack)
  ;[owner, person] = await Promise.all([
    member(stack, ['agency', 'client', 'creator']),
    member(stack, ['model', 'freelancer']),
  ])
})
afterAll(() => stack.close())

const search = (who: { id: string }, type: string, input = {}) => makeSearch(stack, who, type, input)
const match = () => matchSearches(stack)
const heard = (who: { id: string } = person) => heardOf(stack, who)

async function makeService(fields: Record<string, unknown> = {}, of: { id: string } = owner): Promise<string> {
  const service = { owner_id: of.id, title: 'A film', description: 'Short.', category: 'ugc-video', price: 100 }
  const [row] = await sql(stack)`
    insert into public.services ${sql(stack)({ ...service, delivery_days: 2, ...fields } as never)} returning id`
  return row!.id
}

describe('what is new is told at once', () => {
  test('castings, when they are published', async () => {
    const saved_search_id = await search(person, 'casting', { filters: { city: 'almaty' }, name: 'Near me' })
    const casting = await draft(owner)
    await match()
    expect(await heard()).toEqual([])
    await must(owner.tb.castings.setStatus(casting.id, 'active'))
    await active(owner, { city: 'Astana' })
    for (let i = 0; i < 3; i++) await match()
    expect(await heard()).toEqual([{ casting_id: casting.id, saved_search_id }])
    const { items } = await must(person.tb.notifications.list())
    expect(items[0]).toMatchObject({ type: 'new_casting', message: expect.stringContaining(casting.title) })
    // A change is no news.
    await must(owner.tb.castings.update(casting.id, { title: 'Another title' }))
    await match()
    expect(await heard()).toHaveLength(1)
  })

  test('tasks, when they are posted, not when they are open again', async () => {
    const saved_search_id = await search(person, 'task', { filters: { search: 'bakery' }, name: 'Bakeries' })
    const entity_id = await makeTask(stack, owner)
    await makeTask(stack, owner, { description: 'A house.' })
    await match()
    const data = { saved_search_id, entity_type: 'task', entity_id }
    expect(await heard()).toEqual([data])
    const { items } = await must(person.tb.notifications.list())
    expect(items[0]).toMatchObject({ type: 'saved_search_match', data, message: 'Something new for Bakeries.' })
    for (const status of ['in_progress', 'open']) {
      await sql(stack)`update public.tasks set status = ${status} where id = ${entity_id}`
      await match()
    }
    expect(await heard()).toEqual([data])
    await must(person.tb.savedSearches.delete(saved_search_id))
    const [left] = (await must(person.tb.notifications.list())).items
    expect(left!.message).toBe('Something new for a saved search.')
  })

  test('a task that was taken before anybody was told is new when it is open again', async () => {
    await search(person, 'task')
    const id = await makeTask(stack, owner)
    await sql(stack)`update public.tasks set status = 'in_progress' where id = ${id}`
    await match()
    expect(await heard()).toEqual([])
    await sql(stack)`update public.tasks set status = 'open' where id = ${id}`
    await match()
    expect(await heard()).toMatchObject([{ entity_id: id }])
  })

  test('services, when they are active for the first time', async () => {
    const saved_search_id = await search(person, 'service', { filters: { tag: 'films' } })
    const hidden = await makeService({ tags: ['films'], is_active: false })
    const shown = await makeService({ tags: ['films'] })
    await makeService()
    await match()
    const of = (entity_id: string) => ({ saved_search_id, entity_type: 'service', entity_id })
    expect(await heard()).toEqual([of(shown)])
    for (const is_active of [true, false, true]) {
      await must(owner.tb.services.update(hidden, { is_active }))
      await must(owner.tb.services.update(shown, { is_active }))
      await match()
    }
    expect(await heard()).toEqual([of(shown), of(hidden)])
  })

  test('candidates, when they are searchable for the first time, by their card alone', async () => {
    const saved_search_id = await search(recruiter, 'candidate', { filters: { city: 'goa', min_experience: 3 } })
    const [found, late] = await makeCandidates(stack, 2, { card: { city: 'Goa' } })
    await makeCandidates(stack, 1)
    const hire = async (isAvailable: boolean) => {
      await sql(
        stack,
      )`update private.candidates set is_available_for_hiring = ${isAvailable} where account_id = ${late!.id}`
      await sql(stack)`select private.sync_candidate_card(${late!.id})::text`
    }
    await hire(false)
    await match()
    const of = (id: string) => ({ saved_search_id, entity_type: 'candidate', entity_id: id, candidate_id: id })
    expect(await heard(recruiter)).toEqual([of(found!.card_id)])
    for (const isAvailable of [true, false, true]) {
      await hire(isAvailable)
      await match()
    }
    expect(await heard(recruiter)).toEqual([of(found!.card_id), of(late!.card_id)])
    const [first] = (await must(createTalentbase(recruiter.client).notifications.list())).items
    expect(JSON.stringify(first)).not.toContain(late!.id)
  })
})

describe('to whom it is told', () => {
  const types = { casting: () => active(owner), task: () => makeTask(stack, owner), service: () => makeService() }

  test.each(Object.entries(types))('not of one’s own %s, nor over a block of either side', async (type, make) => {
    const [blocking, blocked] = await Promise.all([member(stack, []), member(stack, [])])
    for (const one of [owner, person, blocking, blocked]) await search(one, type)
    await sql(stack)`insert into public.blocks values (${blocking.id}, ${owner.id}), (${owner.id}, ${blocked.id})`
    await make()
    await match()
    for (const one of [owner, blocking, blocked]) expect(await heard(one)).toEqual([])
    expect(await heard()).toHaveLength(1)
  })

  test.each(Object.entries(types))('of the %s of a suspended owner once that is lifted', async (type, make) => {
    await search(person, type)
    await make()
    await sql(stack)`select private.suspend_account(${owner.id}, 'under review')`
    await match()
    expect(await heard()).toEqual([])
    await sql(stack)`select private.lift_suspension(${owner.id})`
    for (let i = 0; i < 2; i++) await match()
    expect(await heard()).toHaveLength(1)
  })

  test('nobody who is suspended, or has switched it off', async () => {
    const quiet = await member(stack, [])
    await must(quiet.tb.notifications.updatePreferences({ new_casting: false }))
    for (const one of [person, quiet]) for (const type of ['casting', 'task']) await search(one, type)
    await sql(stack)`select private.suspend_account(${person.id}, 'under review')`
    await active(owner)
    const entity_id = await makeTask(stack, owner)
    await match()
    await sql(stack)`select private.lift_suspension(${person.id})`
    await match()
    expect(await heard()).toEqual([])
    expect(await heard(quiet)).toMatchObject([{ entity_id }])
  })

  test('of candidates to no recruiter who is not verified any more, nor whom the candidate has blocked', async () => {
    const [former, blocked, blocking] = [
      await createRecruiter(stack),
      await createRecruiter(stack),
      await createRecruiter(stack),
    ]
    for (const one of [recruiter, former, blocked, blocking]) await search(one, 'candidate')
    await sql(stack)`update public.recruiter_profiles set is_verified = false where account_id = ${former.id}`
    const before = await Promise.all([recruiter, blocking].map(async (one) => (await heard(one)).length))
    const [candidate] = await makeCandidates(stack, 1)
    await sql(
      stack,
    )`insert into public.blocks values (${candidate!.id}, ${blocked.id}), (${blocking.id}, ${candidate!.id})`
    await match()
    expect([await heard(former), await heard(blocked)]).toEqual([[], []])
    // As in the list: a card that one's own block hid would tell whose it is.
    const after = await Promise.all([recruiter, blocking].map(async (one) => (await heard(one)).length))
    expect(after).toEqual(before.map((count) => count + 1))
  })

  test('of a thing that several searches find once: those at once before daily ones, then the oldest', async () => {
    await search(person, 'task', { filters: { category: 'logo-design' }, frequency: 'daily' })
    const oldest = await search(person, 'task', { filters: { search: 'logo' } })
    await search(person, 'task')
    const [logo, house] = [
      await makeTask(stack, owner),
      await makeTask(stack, owner, { title: 'Draw a house', description: 'x' }),
    ]
    await match()
    const told = await heard()
    expect(told).toHaveLength(2)
    expect(told.find(({ entity_id }) => entity_id === logo)).toMatchObject({ saved_search_id: oldest })
    expect(told.find(({ entity_id }) => entity_id === house)).not.toMatchObject({ saved_search_id: oldest })
    expect(await sql(stack)`select from private.saved_search_matches`).toHaveLength(0)
  })

  test('not of what was there before the search, and not after it is deleted', async () => {
    const other = await member(stack, [])
    const id = await search(other, 'task')
    await makeTask(stack, owner)
    await match()
    await search(person, 'task')
    await match()
    expect(await heard()).toEqual([])
    await must(other.tb.savedSearches.delete(id))
    await makeTask(stack, owner)
    await match()
    expect([(await heard()).length, (await heard(other)).length]).toEqual([1, 1])
  })
})

describe('castings that an organization announces', () => {
  let agency: Organization
  beforeEach(async () => {
    agency = await must(owner.tb.organizations.create({ kind: 'agency', name: unique('Agency') }))
  })

  test('are told to a follower once, as what they follow, and to the others as what they look for', async () => {
    const follower = await member(stack, [])
    await must(follower.tb.organizations.follow(agency.id))
    for (const one of [person, follower]) await search(one, 'casting')
    const { id } = await active(owner, { organization_id: agency.id })
    // The announcement comes first: before it the searches wait.
    await sql(stack)`select private.match_saved_searches()`
    expect([await heard(), await heard(follower)]).toEqual([[], []])
    for (let i = 0; i < 2; i++) await match()
    expect(await heard(follower)).toEqual([{ casting_id: id, organization_id: agency.id }])
    expect(await heard()).toMatchObject([{ casting_id: id, saved_search_id: expect.any(String) }])
  })

  test('nor a second time to who has deleted the notification or follows no more', async () => {
    const [former, tidy] = [await member(stack, []), await member(stack, [])]
    for (const one of [former, tidy]) {
      await must(one.tb.organizations.follow(agency.id))
      await search(one, 'casting')
    }
    await active(owner, { organization_id: agency.id })
    await sql(stack)`select private.announce_castings()`
    await must(former.tb.organizations.unfollow(agency.id))
    const [notification] = (await must(tidy.tb.notifications.list())).items
    await must(tidy.tb.notifications.delete(notification!.id))
    await match()
    expect([(await heard(former)).length, await heard(tidy)]).toEqual([1, []])
  })

  test('are told to whoever follows after the announcement', async () => {
    await search(person, 'casting')
    await active(owner, { organization_id: agency.id })
    await sql(stack)`select private.announce_castings()`
    await must(person.tb.organizations.follow(agency.id))
    await match()
    expect(await heard()).toHaveLength(1)
  })

  test('are not announced when the organization comes later, or comes back', async () => {
    const follower = await member(stack, [])
    await must(follower.tb.organizations.follow(agency.id))
    for (const one of [person, follower]) await search(one, 'casting')
    const castings = [await active(owner), await active(owner, { organization_id: agency.id })]
    await must(owner.tb.castings.update(castings[1]!.id, { organization_id: null }))
    await match()
    // This one has an organization before any search was asked for it.
    castings.push(await active(owner))
    for (const { id } of castings) await must(owner.tb.castings.update(id, { organization_id: agency.id }))
    for (let i = 0; i < 2; i++) await match()
    for (const one of [person, follower]) {
      const told = await heard(one)
      expect(told.map(({ casting_id }) => casting_id).sort()).toEqual(castings.map(({ id }) => id).sort())
      for (const data of told) expect(data).toHaveProperty('saved_search_id')
    }
  })
})

describe('runs', () => {
  const limit = (most: number) =>
    sql(
      stack,
    )`update private.settings set value = to_jsonb(${most}::integer) where key = 'saved_searches.asked_per_run'`
  const ask = async () => {
    const [row] = await sql(stack)`select private.match_saved_searches() as asked`
    return row!.asked
  }
  const countTold = async (ids: string[]) => {
    const rows = await sql(stack)`
      select account_id from public.notifications where type = 'saved_search_match' and account_id = any (${ids})`
    return { told: rows.length, accounts: new Set(rows.map(({ account_id }) => account_id)).size }
  }
  /** Nine searches of as many accounts. */
  const searchers = async () => {
    const { ids } = await makeAccounts(stack, 9)
    for (const id of ids) await search({ id }, 'task')
    return ids
  }

  test('ask so many searches, and the next goes on; of more than a list takes none is lost', async () => {
    const ids = await searchers()
    for (let i = 0; i < 120; i++) await makeTask(stack, owner)
    await limit(4)
    const asked = []
    for (let i = 0; i < 6; i++) asked.push(await ask())
    await limit(10_000)
    // 100 things for nine searches, then 20 for the same.
    expect(asked).toEqual([4, 4, 4, 4, 2, 0])
    expect(await countTold(ids)).toEqual({ told: 9 * 120, accounts: 9 })
  })

  test('ask for what was new before a search was made none of those made meanwhile', async () => {
    const ids = await searchers()
    await makeTask(stack, owner)
    await limit(3)
    expect(await ask()).toBe(3)
    const late = (await makeAccounts(stack, 30)).ids
    for (const id of late) await search({ id }, 'task')
    await limit(10_000)
    await ask()
    expect([await countTold(ids), await countTold(late)]).toEqual([
      { told: 9, accounts: 9 },
      { told: 0, accounts: 0 },
    ])
  })

  test('that fail in the middle leave nothing behind and are done again', async () => {
    const ids = await searchers()
    await makeTask(stack, owner)
    await sql(stack).unsafe(`
      create function private.fail_at_fifth() returns trigger language plpgsql as $$
      begin
        if new.account_id = '${[...ids].sort()[4]}' then raise exception 'the fifth'; end if;
        return new;
      end $$;
      create trigger fail_at_fifth before insert on public.notifications for each row execute function private.fail_at_fifth()`)
    await limit(2)
    const outcomes: string[] = []
    for (let i = 0; i < 4; i++) outcomes.push(await ask().then(String, ({ message }: Error) => message))
    expect(outcomes).toEqual(['2', '2', 'the fifth', 'the fifth'])
    expect(await countTold(ids)).toEqual({ told: 4, accounts: 4 })
    await sql(stack).unsafe('drop function private.fail_at_fifth() cascade')
    await limit(10_000)
    for (let i = 0; i < 2; i++) await ask()
    expect(await countTold(ids)).toEqual({ told: 9, accounts: 9 })
  })

  test('pass over a search that fails, act as its owner alone, and leave no trace of it', async () => {
    const other = await createRecruiter(stack)
    await sql(stack)`insert into public.categories (slug, kinds, name) values ('soon-gone', '{hiring}', 'Soon gone')`
    const broken = { filters: { category: 'soon-gone' } }
    await search(recruiter, 'candidate', broken)
    const works = await search(recruiter, 'candidate', { filters: { city: 'Mumbai' } })
    await search(other, 'candidate', broken)
    await sql(stack)`delete from public.categories where slug = 'soon-gone'`
    const before = (await heard(recruiter)).length
    await makeCandidates(stack, 1)
    const claims = JSON.stringify({ sub: person.id, role: 'authenticated' })
    const after = await sql(stack).begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${claims}, true)`
      const [row] = await tx`select private.match_saved_searches()`
      expect(row).toEqual({ match_saved_searches: 3 })
      const [left] = await tx`select current_setting('request.jwt.claims') as claims`
      return left!.claims
    })
    expect(after).toBe(claims)
    expect((await heard(recruiter)).slice(before)).toMatchObject([{ saved_search_id: works }])
    expect(await heard(other)).toEqual([])
  })

  test('forget what is gone, and what nobody looks for', async () => {
    await search(person, 'service', { frequency: 'daily' })
    const [kept, gone, waiting] = [await makeService(), await makeService(), await makeService()]
    await sql(stack)`delete from public.services where id = ${waiting}`
    await match()
    await sql(stack)`delete from public.services where id = ${gone}`
    const of = (table: string) => sql(stack).unsafe(`select entity_id as id from private.${table}`)
    const asked = (await of('saved_search_entities')).map(({ id }) => id)
    expect(asked).toContain(kept)
    expect(asked).not.toContain(gone)
    expect((await of('saved_search_matches')).map(({ id }) => id)).toEqual([kept])
    await active(owner)
    await makeTask(stack, owner)
    await match()
    expect(await of('saved_search_queue')).toHaveLength(0)
  })
})
