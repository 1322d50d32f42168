import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, statement } from '../helpers/at-once.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal } from '../parity/refusals.ts'

// Whom an admin has verified, and what ends it: of recruiters with the companies that they share, and of employers.
let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const self = { full_name: 'Jane Smith', designation: 'HR Manager', phone: '+919876543210' }
const companyOf = () => ({ company_name: unique('Company'), company_size: '10-50' as const })
const verify = ({ id }: Member) => sql(stack)`select private.verify_recruiter(${id})`
const isVerified = async ({ tb }: Member) => (await must(tb.recruiters.mine())).is_verified

/** A recruiter with a company of their own. */
async function founder(): Promise<Member & { organization_id: string }> {
  const person = await member(stack, ['recruiter'])
  const profile = await must(person.tb.recruiters.create({ ...self, ...companyOf() }))
  return { ...person, organization_id: profile.organization_id! }
}

/** Another recruiter of the same company, who came by invitation. */
async function colleague(
  of: Member & { organization_id: string },
  role: 'admin' | 'member' = 'member',
): Promise<Member> {
  const person = await member(stack, ['recruiter'])
  await join(of, person, role)
  await must(person.tb.recruiters.create({ ...self, full_name: 'Amir Khan', organization_id: of.organization_id }))
  return person
}

async function join(of: Member & { organization_id: string }, person: Member, role = 'member'): Promise<void> {
  const { organization_id } = of
  const { data } = await of.client.rpc('invite_member', { organization_id, email: person.email, role }).single()
  const accepted = { invitation_id: (data as { id: string }).id, status: 'accepted' }
  expect((await person.client.rpc('decide_invitation', accepted)).error).toBeNull()
}

describe('a shared company', () => {
  test('is joined by invitation alone, and each of its recruiters is verified by themselves', async () => {
    const first = await founder()
    const stranger = await member(stack, ['recruiter'])
    const { organization_id } = first
    const uninvited = await stranger.tb.recruiters.create({ ...self, organization_id })
    expect(uninvited.error?.code).toBe('not_found')
    const second = await colleague(first)
    const [one, other] = [await must(first.tb.recruiters.mine()), await must(second.tb.recruiters.mine())]
    expect(other).toMatchObject({ organization_id, company_name: one.company_name, full_name: 'Amir Khan' })
    await verify(first)
    expect([await isVerified(first), await isVerified(second)]).toEqual([true, false])
  })

  test('is renamed for all of them, which ends every verification of it and no other', async () => {
    const first = await founder()
    const second = await colleague(first)
    const elsewhere = await founder()
    for (const rename of [
      () => must(first.tb.recruiters.update({ company_name: unique('Renamed') })),
      () =>
        first.client
          .from('organizations')
          .update({ name: unique('Renamed') })
          .eq('id', first.organization_id),
    ]) {
      for (const person of [first, second, elsewhere]) await verify(person)
      await rename()
      expect(await Promise.all([first, second, elsewhere].map(isVerified))).toEqual([false, false, true])
    }
    const names = await Promise.all(
      [first, second].map(async ({ tb }) => (await must(tb.recruiters.mine())).company_name),
    )
    expect(names[0]).toBe(names[1])
  })

  test('keeps its verifications when it says anything else of itself', async () => {
    const first = await founder()
    await verify(first)
    const { company_name } = await must(first.tb.recruiters.mine())
    await must(
      first.tb.recruiters.update({
        company_size: '500+',
        company_website: 'https://example.com',
        company_name: company_name!,
      }),
    )
    const details = { description: 'Who we are.', city: 'Pune', name: company_name! }
    await first.client.from('organizations').update(details).eq('id', first.organization_id)
    expect(await isVerified(first)).toBe(true)
  })

  test('is changed by its managers alone', async () => {
    const first = await founder()
    const [plain, admin] = [await colleague(first), await colleague(first, 'admin')]
    const before = await must(first.tb.recruiters.mine())
    for (const change of [
      { company_name: 'Taken over' },
      { company_size: '1-10' as const },
      { company_website: null },
    ]) {
      expect((await plain.tb.recruiters.update({ ...change, designation: 'Owner' })).error?.code).toBe(
        'permission_denied',
      )
    }
    expect(await must(first.tb.recruiters.mine())).toEqual(before)
    // Nothing of a refused change stays, not of one's own part either.
    expect((await must(plain.tb.recruiters.mine())).designation).toBe(self.designation)
    expect(await must(admin.tb.recruiters.update({ company_size: '1-10' }))).toMatchObject({ company_size: '1-10' })
  })

  test('is left by leaving it, being removed from it, and its end: nobody is verified without one', async () => {
    const first = await founder()
    const [leaving, removed, last] = [await colleague(first), await colleague(first), await colleague(first)]
    for (const person of [leaving, removed, last]) await verify(person)
    const { organization_id } = first
    await leaving.client.rpc('remove_member', { organization_id, account_id: leaving.id })
    await first.client.rpc('remove_member', { organization_id, account_id: removed.id })
    const without = { organization_id: null, company_name: null, company_size: null, is_verified: false }
    for (const person of [leaving, removed]) expect(await must(person.tb.recruiters.mine())).toMatchObject(without)
    expect(await isVerified(last)).toBe(true)
    await first.client.from('organizations').delete().eq('id', organization_id)
    for (const person of [last, first]) expect(await must(person.tb.recruiters.mine())).toMatchObject(without)

    await expect(verify(last)).rejects.toThrow('with a company')
    expect((await last.tb.recruiters.update({ company_name: 'Mine' })).error?.code).toBe('conflict')
    // Another company is another verification.
    const next = await founder()
    await join(next, last)
    const { organization_id: id } = next
    expect(await must(last.tb.recruiters.update({ organization_id: id }))).toMatchObject({
      organization_id: id,
      is_verified: false,
    })
  })

  test('is not kept by who names it while they are removed from it', async () => {
    const first = await founder()
    const [other, newcomer] = [await founder(), await member(stack, ['recruiter'])]
    const plain = await colleague(first)
    for (const person of [other, newcomer]) await join(first, person)
    const { organization_id } = first
    const create = `select create_recruiter('Jane Smith', 'HR', '+919876543210', organization_id => $1)`
    const update = 'select update_recruiter(organization_id => $1)'
    for (const [person, call, company] of [
      [newcomer, create, undefined],
      [other, update, other.organization_id],
      // Hires for it already: removal and update want the same rows.
      [plain, update, null],
    ] as const) {
      const remove = statement('select remove_member($1, $2)', organization_id, person.id)
      const name = statement(call, organization_id)
      const outcomes = await meanwhile(stack, { as: first, runs: [remove] }, { as: person, runs: [name] })
      expect(outcomes).toEqual(['done', 'not_found'])
      const [profile] = await sql(
        stack,
      )`select organization_id from public.recruiter_profiles where account_id = ${person.id}`
      expect(profile?.organization_id).toBe(company)
    }
  })

  test('has a size before anybody hires for it, which its managers may give along', async () => {
    const head = await member(stack, ['recruiter'])
    const { id } = await must(head.tb.organizations.create({ kind: 'company', name: unique('Company') }))
    const company = { ...head, organization_id: id }
    const [hired, switching] = [await member(stack, ['recruiter']), await founder()]
    for (const person of [hired, switching]) await join(company, person)
    const before = await must(switching.tb.recruiters.mine())
    const named = { ...self, organization_id: id }
    const sized = { ...named, company_size: '1-10' as const }
    const refused = { company_size: ['required'] }
    for (const person of [head, hired]) {
      await expectRefusal(person.tb.recruiters.create(named), 'validation_failed', refused)
      await expectRefusal(person.tb.recruiters.mine(), 'not_found')
    }
    await expectRefusal(switching.tb.recruiters.update({ organization_id: id }), 'validation_failed', refused)
    await expectRefusal(hired.tb.recruiters.create(sized), 'permission_denied')
    await expectRefusal(switching.tb.recruiters.update(sized), 'permission_denied')
    expect(await must(switching.tb.recruiters.mine())).toEqual(before)

    expect(await must(head.tb.recruiters.create(sized))).toMatchObject({ organization_id: id, company_size: '1-10' })
    expect(await must(hired.tb.recruiters.create(named))).toMatchObject({ company_size: '1-10' })
    expect(await must(switching.tb.recruiters.update({ organization_id: id }))).toMatchObject({ company_size: '1-10' })
  })

  test('of one’s own follows one that was left', async () => {
    const person = await colleague(await founder())
    const { organization_id } = await must(person.tb.recruiters.mine())
    await must(person.tb.organizations.leave(organization_id!))
    const { id } = await must(person.tb.organizations.create({ kind: 'company', name: unique('Company') }))
    const moved = await must(person.tb.recruiters.update({ organization_id: id, company_size: '500+' }))
    expect(moved).toMatchObject({ organization_id: id, company_size: '500+', is_verified: false })
  })

  test('goes on when its founder leaves the platform', async () => {
    const first = await founder()
    const second = await colleague(first)
    await verify(second)
    await must(first.tb.accounts.delete({ password: first.password }))
    expect(await must(second.tb.recruiters.mine())).toMatchObject({
      organization_id: first.organization_id,
      is_verified: true,
    })
    expect(await must(second.tb.recruiters.update({ company_size: '1-10' }))).toMatchObject({ company_size: '1-10' })
  })
})

describe('a recruiter', () => {
  test('is verified for a name and a company: another of either ends it', async () => {
    const person = await founder()
    const other = await founder()
    await join(other, person)
    for (const change of [{ full_name: 'Jane S.' }, { organization_id: other.organization_id }]) {
      await verify(person)
      expect(await isVerified(person)).toBe(true)
      await must(person.tb.recruiters.update(change))
      expect(await isVerified(person)).toBe(false)
      // Taking it back is no way to have it again.
      await must(person.tb.recruiters.update({ ...self, organization_id: person.organization_id }))
      expect(await isVerified(person)).toBe(false)
    }
    await verify(person)
    await person.client.from('recruiter_profiles').update({ full_name: 'Plain' }).eq('account_id', person.id)
    expect(await isVerified(person)).toBe(false)
  })

  test('is told of the decision, and reads the reason', async () => {
    const person = await founder()
    await verify(person)
    await sql(stack)`select private.reject_recruiter(${person.id}, 'No such company.')`
    const rejected = { is_verified: false, rejection_reason: 'No such company.' }
    expect(await must(person.tb.recruiters.mine())).toMatchObject(rejected)
    const told = (await must(person.tb.notifications.list())).items.filter(({ type }) => type === 'verification')
    expect(told.map(({ data }) => data)).toEqual([
      expect.objectContaining({ profile: 'recruiter', status: 'rejected' }),
      expect.objectContaining({ profile: 'recruiter', status: 'verified' }),
    ])
    await verify(person)
    expect(await must(person.tb.recruiters.mine())).toMatchObject({ is_verified: true, rejection_reason: null })
    await expect(verify(await member(stack, ['recruiter']))).rejects.toThrow('there is no recruiter')
    const log = await sql(stack)`select action from private.audit_log where entity_id = ${person.id} order by id`
    expect(log.map(({ action }) => action)).toEqual(['profile.verified', 'profile.rejected', 'profile.verified'])
  })

  test('who asks twice at once has one profile and one company', async () => {
    const person = await member(stack, ['recruiter'])
    const create = statement(
      `select create_recruiter('Jane Smith', 'HR', '+919876543210', $1, null, '1-10')`,
      unique('Company'),
    )
    const outcomes = await atOnce(
      stack,
      [1, 2, 3].map(() => ({ as: person, runs: [create] })),
    )
    expect(codesOf(outcomes)).toEqual(['done', 'duplicate', 'duplicate'])
    expect(await sql(stack)`select id from public.organizations where owner_id = ${person.id}`).toHaveLength(1)
  })
})

describe('an employer', () => {
  const verifyEmployer = ({ id }: Member) => sql(stack)`select private.verify_employer(${id})`
  const mine = ({ tb }: Member) => must(tb.employers.mine())

  test('is verified for a name and a business id: another of either ends it', async () => {
    const person = await member(stack, ['employer'])
    await must(person.tb.employers.create({ company_name: 'House', business_id: 'BIN 1234' }))
    for (const change of [{ company_name: 'Home' }, { business_id: 'BIN 4321' }, { business_id: null }]) {
      await verifyEmployer(person)
      expect((await mine(person)).is_verified).toBe(true)
      await must(person.tb.employers.update({ city: 'Almaty', website: 'https://example.com', phone: null }))
      expect((await mine(person)).is_verified).toBe(true)
      await must(person.tb.employers.update(change))
      expect((await mine(person)).is_verified).toBe(false)
    }
  })

  test('is told of the decision', async () => {
    const person = await member(stack, ['agency'])
    await must(person.tb.employers.create({ company_name: 'House' }))
    await sql(stack)`select private.reject_employer(${person.id}, 'Send the registration.')`
    expect(await mine(person)).toMatchObject({ is_verified: false, rejection_reason: 'Send the registration.' })
    await verifyEmployer(person)
    expect(await mine(person)).toMatchObject({ is_verified: true, rejection_reason: null })
    const told = (await must(person.tb.notifications.list())).items.filter(({ type }) => type === 'verification')
    expect(told.map(({ data }) => (data as { status: string }).status)).toEqual(['verified', 'rejected'])
    await expect(verifyEmployer(await member(stack, ['employer']))).rejects.toThrow('there is no employer')
  })
})

test('two managers rename the company at once: one after the other, and no verification is left', async () => {
  const owner = await founder()
  const admin = await colleague(owner, 'admin')
  for (const one of [owner, admin]) await verify(one)
  const rename = (who: Member) => ({
    as: who,
    runs: [statement('select from public.update_recruiter(company_name => $1)', unique('Company'))],
  })
  const patch = {
    as: admin,
    runs: [
      statement('update public.organizations set name = $1 where id = $2', unique('Company'), owner.organization_id),
    ],
  }
  expect(await meanwhile(stack, rename(owner), rename(admin))).toEqual(['done', 'done'])
  for (const one of [owner, admin]) await verify(one)
  expect(await meanwhile(stack, patch, rename(owner))).toEqual(['done', 'done'])
  for (const one of [owner, admin]) await verify(one)
  expect(codesOf(await atOnce(stack, [rename(owner), rename(admin), patch, rename(owner)]))).toEqual(
    Array(4).fill('done'),
  )
  expect([await isVerified(owner), await isVerified(admin)]).toEqual([false, false])
})

test('an admin verifies the company that they have looked at', async () => {
  const owner = await founder()
  const asked = (name: string) => sql(stack)`select private.verify_recruiter(${owner.id}, ${name})`
  await expect(asked('Another')).rejects.toThrow('is not called Another')
  expect(await isVerified(owner)).toBe(false)
  await asked((await must(owner.tb.recruiters.mine())).company_name!)
  expect(await isVerified(owner)).toBe(true)
})

test('whoever is no verified recruiter is told what is missing', async () => {
  const missing = async ({ client }: Member) => {
    const { error } = await client.rpc('search_candidates')
    return [error?.code, JSON.parse(error?.details ?? '{}').missing]
  }
  const person = await member(stack, ['recruiter'])
  expect(await missing(person)).toEqual(['verification_required', 'profile'])
  const owner = await founder()
  expect(await missing(owner)).toEqual(['verification_required', 'verification'])
  await verify(owner)
  await sql(stack)`delete from public.organizations where id = ${owner.organization_id}`
  expect(await missing(owner)).toEqual(['verification_required', 'company'])
})
