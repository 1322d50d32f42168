import type { Organization } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft, model } from '../parity/castings.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const told = async ({ id }: { id: string }, type: string) =>
  (await sql(stack)`select data from public.notifications where account_id = ${id} and type = ${type} order by id`).map(
    ({ data }) => data,
  )

describe('new castings', () => {
  let owner: Member
  let fan: Member
  let agency: Organization
  beforeEach(async () => {
    owner = await member(stack, ['agency'])
    fan = await member(stack, ['model'])
    agency = await must(owner.tb.organizations.create({ kind: 'agency', name: 'An agency' }))
    await must(fan.tb.organizations.follow(agency.id))
  })

  const announce = () => sql(stack)`select private.announce_castings()`
  const heard = (person: Member = fan) => told(person, 'new_casting')

  test('are told to followers once', async () => {
    const other = await member(stack, [])
    await must(other.tb.organizations.follow(agency.id))
    const casting = await active(owner, { organization_id: agency.id })
    for (let i = 0; i < 3; i++) await announce()
    const data = { casting_id: casting.id, organization_id: agency.id }
    for (const person of [fan, other]) expect(await heard(person)).toEqual([data])
    const { items } = await must(fan.tb.notifications.list())
    expect(items[0]).toMatchObject({
      type: 'new_casting',
      casting_id: casting.id,
      message: expect.stringContaining(casting.title),
    })
    // A change, also of the organization, is no news.
    const second = await must(owner.tb.organizations.create({ kind: 'agency', name: 'Another' }))
    await must(fan.tb.organizations.follow(second.id))
    await must(owner.tb.castings.update(casting.id, { organization_id: second.id, title: 'Another title' }))
    await announce()
    expect(await heard()).toEqual([data])
  })

  test('are told when they are published, and only those of an organization', async () => {
    const casting = await draft(owner, { organization_id: agency.id })
    await active(owner)
    const over = await active(owner, { organization_id: agency.id })
    await must(owner.tb.castings.setStatus(over.id, 'cancelled'))
    await announce()
    expect(await heard()).toEqual([])
    await must(owner.tb.castings.setStatus(casting.id, 'active'))
    await announce()
    expect(await heard()).toEqual([{ casting_id: casting.id, organization_id: agency.id }])
  })

  test('are told neither to their owner, nor to whom a block keeps from the owner, nor to who follows no more', async () => {
    const [blocking, blocked, former, strange] = await Promise.all([1, 2, 3, 4].map(() => member(stack, ['model'])))
    for (const person of [owner, blocking!, blocked!, former!]) await must(person.tb.organizations.follow(agency.id))
    await sql(stack)`insert into public.blocks values (${blocking!.id}, ${owner.id}), (${owner.id}, ${blocked!.id})`
    await must(former!.tb.organizations.unfollow(agency.id))
    await active(owner, { organization_id: agency.id })
    await announce()
    for (const person of [owner, blocking!, blocked!, former!, strange!]) expect(await heard(person)).toEqual([])
    expect(await heard()).toHaveLength(1)
  })

  test('of a suspended owner wait', async () => {
    await active(owner, { organization_id: agency.id })
    await sql(stack)`select private.suspend_account(${owner.id}, 'under review')`
    await announce()
    expect(await heard()).toEqual([])
    await sql(stack)`select private.lift_suspension(${owner.id})`
    await announce()
    expect(await heard()).toHaveLength(1)
  })

  test('are left out by whoever has switched them off', async () => {
    await must(fan.tb.notifications.updatePreferences({ new_casting: false }))
    await active(owner, { organization_id: agency.id })
    await announce()
    expect(await heard()).toEqual([])
  })

  test('are told once by many jobs at once, and of more than a run takes none is lost', async () => {
    for (let i = 0; i < 3; i++) await active(owner, { organization_id: agency.id })
    await sql(stack)`
      insert into public.castings (owner_id, organization_id, title, description, category, status, published_at)
      select ${owner.id}, ${agency.id}, 'One of many', 'x', 'fashion', 'active', now() from generate_series(1, 47)
    `
    const run = { runs: Array(4).fill(statement('select private.announce_castings()')) }
    expect(new Set(codesOf(await atOnce(stack, [run, run, run])))).toEqual(new Set(['done']))
    const castings = (await heard()).map(({ casting_id }) => casting_id)
    expect([castings.length, new Set(castings).size]).toEqual([50, 50])
  })
})

describe('unfinished profiles', () => {
  const remind = () => sql(stack)`select private.remind_of_profiles()`
  const heard = (person: Member) => told(person, 'profile_reminder')
  const age = (person: Member, hours: number, role?: string) => sql(stack)`
    update public.account_roles set created_at = now() - ${`${hours} hours`}::interval
    where account_id = ${person.id} and (${role ?? null}::text is null or role = ${role ?? null})
  `

  test('are reminded of after 24 hours, 72 hours and 7 days, each once', async () => {
    const person = await member(stack, ['model'])
    const steps: number[] = []
    for (const hours of [1, 23.9, 24.1, 30, 71.9, 72.1, 100, 167.9, 168.1, 300, 335, 400]) {
      await age(person, hours)
      for (let i = 0; i < 2; i++) await remind()
      const all = await heard(person)
      if (all.length > steps.length) steps.push(hours)
    }
    expect(steps).toEqual([24.1, 72.1, 168.1])
    expect(await heard(person)).toEqual([1, 2, 3].map((step) => ({ role: 'model', step })))
  })

  test('are not reminded of a step that a later one has overtaken, nor long after', async () => {
    const [late, gone] = [await member(stack, ['creator']), await member(stack, ['creator'])]
    await age(late, 80)
    await age(gone, 15 * 24)
    await remind()
    expect(await heard(late)).toEqual([{ role: 'creator', step: 2 }])
    await age(late, 25)
    await remind()
    expect(await heard(late)).toHaveLength(1)
    expect(await heard(gone)).toEqual([])
  })

  test('are those of each role by itself; client has none', async () => {
    const person = await member(stack, ['client', 'freelancer', 'creator', 'agency'])
    await age(person, 25)
    await remind()
    expect((await heard(person)).map(({ role }) => role).sort()).toEqual(['agency', 'creator', 'freelancer'])
  })

  const finish: Record<string, (person: Member) => Promise<unknown>> = {
    employer: ({ tb }) => must(tb.employers.create({ company_name: 'A company' })),
    agency: ({ tb }) => must(tb.employers.create({ company_name: 'An agency' })),
    creator: ({ tb }) => must(tb.creators.create({ specialization: 'UGC' })),
    freelancer: ({ tb }) => must(tb.freelancers.create({ headline: 'I edit films.' })),
    candidate: ({ id }) =>
      sql(stack).begin(async (tx) => {
        await tx`
        update private.candidate_cards
        set birth_date = '2000-01-01', role = 'Editor', experience_years = 1, country = 'India', state = 'Goa', city = 'Panaji', skills = '{Films}'
        where id = (select card_id from private.candidates where account_id = ${id})`
        await tx`
        update private.candidates
        set full_name = 'A B', phone = '+919876543210', education = 'BA', work_experience = 'A year.', resume_path = 'x', declared_at = now()
        where account_id = ${id}`
      }),
  }

  test('are none once there is a profile', async () => {
    const finished = await model(stack)
    await age(finished, 25)
    const people = [finished]
    for (const [role, make] of Object.entries(finish)) {
      const person = await member(stack, [role])
      await make(person)
      await age(person, 25)
      people.push(person)
    }
    // A candidate's profile is there from the start; that it says everything and was declared makes it finished.
    const undeclared = await member(stack, ['candidate'])
    await finish.candidate!(undeclared)
    await sql(stack)`update private.candidates set declared_at = null where account_id = ${undeclared.id}`
    await age(undeclared, 25)
    const unfinished = await member(stack, ['recruiter'])
    await age(unfinished, 25)
    await remind()
    for (const person of people) expect(await heard(person)).toEqual([])
    expect(await heard(unfinished)).toEqual([{ role: 'recruiter', step: 1 }])
    expect(await heard(undeclared)).toEqual([{ role: 'candidate', step: 1 }])
  })

  test('are none once it is finished between two steps', async () => {
    const person = await member(stack, ['employer'])
    await age(person, 25)
    await remind()
    await finish.employer!(person)
    await age(person, 73)
    await remind()
    expect(await heard(person)).toEqual([{ role: 'employer', step: 1 }])
  })

  test('are reminded of once by many jobs at once', async () => {
    const person = await member(stack, ['creator'])
    await age(person, 25)
    const run = { runs: [statement('select private.remind_of_profiles()')] }
    expect(codesOf(await atOnce(stack, Array(6).fill(run)))).toEqual(Array(6).fill('done'))
    expect(await heard(person)).toEqual([{ role: 'creator', step: 1 }])
  })
})

test('both are jobs that run by themselves', async () => {
  const names = ['announce_castings', 'remind_of_profiles']
  await sql(stack)`update private.jobs set last_run_at = null where name = any (${names})`
  await sql(stack)`select private.run_jobs()`
  const rows = await sql(
    stack,
  )`select name, last_run_at is not null as ran, last_error from private.jobs where name = any (${names}) order by name`
  expect([...rows]).toEqual(names.map((name) => ({ name, ran: true, last_error: null })))
})
