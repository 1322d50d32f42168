import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['employer'])
})
afterAll(() => stack.close())

const input = () => ({
  full_name: 'Jane Smith',
  company_name: `Tech Corp ${unique()}`,
  designation: 'HR Manager',
  phone: '+919876543210',
  company_website: 'https://techcorp.example.com',
  company_size: '50-100' as const,
})

/** Recruiters and companies as they are stored. */
const state = () => sql(stack)`
  select to_jsonb(r) as row from public.recruiter_profiles r
  union all select to_jsonb(o) from public.organizations o
  union all select to_jsonb(m) from public.organization_members m
  order by row
`

/** A recruiter with a profile, and the company that it made. */
async function recruiter(): Promise<Member & { organization_id: string }> {
  const person = await member(stack, ['recruiter'])
  const { organization_id } = await must(person.tb.recruiters.create(input()))
  return { ...person, organization_id: organization_id! }
}

const verify = ({ id }: Member) => sql(stack)`select private.verify_recruiter(${id})`

it('WF17 recruiters.create: a profile and its company, not verified', async () => {
  const person = await member(stack, ['recruiter'])
  const given = input()
  const created = await must(person.tb.recruiters.create(given))
  expectTaken(given, {
    full_name: 'full_name',
    company_name: 'company_name',
    designation: 'designation',
    phone: 'phone',
    company_website: 'company_website',
    company_size: 'company_size',
  })
  expectFields(created, {
    id: 'account_id',
    full_name: 'full_name',
    company_name: 'company_name',
    designation: 'designation',
    phone: 'phone',
    company_website: 'company_website',
    company_size: 'company_size',
    total_spent: 'total_spent',
    is_verified: 'is_verified',
    created_at: 'created_at',
  })
  expect(created).toMatchObject({ ...given, account_id: person.id, total_spent: 0, is_verified: false })
  expect((await must(person.tb.accounts.me())).has_recruiter_profile).toBe(true)
  const [company] = await sql(stack)`
    select o.owner_id, o.kind, m.role from public.organizations o
    join public.organization_members m on m.organization_id = o.id where o.id = ${created.organization_id}
  `
  expect(company).toEqual({ owner_id: person.id, kind: 'company', role: 'owner' })

  const sizes = ['1-10', '10-50', '100-500', '500+'] as const
  for (const company_size of sizes) {
    const plain = await member(stack, ['recruiter'])
    const answer = await plain.client.rpc('create_recruiter', { ...input(), company_size }).single()
    expect(answer.data).toMatchObject({ company_size, is_verified: false, total_spent: 0 })
  }

  const newcomer = await member(stack, ['recruiter'])
  await expectUnchanged(state, async () => {
    await expectRefusal(person.tb.recruiters.create(input()), 'duplicate')
    await expectRefusal(stranger.tb.recruiters.create(input()), 'permission_denied')
    await expectRefusal(device(stack).tb.recruiters.create(input()), 'auth_required')
    await expectRefusal(newcomer.tb.recruiters.create({} as never), 'validation_failed', {
      full_name: ['required'],
      designation: ['required'],
      phone: ['required'],
      company_name: ['required'],
      company_size: ['required'],
    })
    const wrong = {
      full_name: ' ',
      company_name: '',
      designation: 'x'.repeat(201),
      phone: '98765',
      company_website: 'javascript:alert(1)',
      company_size: '11-50' as '10-50',
    }
    const rules = {
      full_name: ['length'],
      company_name: ['length'],
      designation: ['length'],
      phone: ['format'],
      company_website: ['format'],
      company_size: ['known'],
    }
    await expectRefusal(newcomer.tb.recruiters.create(wrong), 'validation_failed', rules)
    const { error } = await newcomer.client.rpc('create_recruiter', wrong)
    const named = Object.fromEntries(Object.entries(rules).map(([field, [rule]]) => [field, rule]))
    expect(JSON.parse(error!.details).fields).toEqual(named)
    // A company of others, and two companies at once.
    const { organization_id } = created
    const { company_name: _, company_website: __, company_size: ___, ...self } = input()
    await expectRefusal(newcomer.tb.recruiters.create({ ...self, organization_id: organization_id! }), 'not_found')
    const both = { ...input(), organization_id: organization_id! }
    await expectRefusal(person.tb.recruiters.create(both), 'validation_failed', { organization_id: ['conflict'] })
    const plainly = await person.client.rpc('create_recruiter', both)
    expect(JSON.parse(plainly.error!.details).fields).toEqual({ organization_id: 'conflict' })
    for (const { client, id } of [person, newcomer, stranger]) {
      const row = { account_id: id, full_name: 'A', designation: 'B', phone: '+77771234567', is_verified: true }
      expect((await client.from('recruiter_profiles').insert(row)).error?.code).toBe('42501')
    }
    expect((await device(stack).client.rpc('create_recruiter', input())).error?.code).toBe('42501')
  })
})

it('WF18 recruiters.mine: the profile with its company and what was spent', async () => {
  const person = await recruiter()
  // What the hiring module will write: unlocks, less refunds.
  await sql(stack)`update public.recruiter_profiles set total_spent = 150 where account_id = ${person.id}`
  await verify(person)
  const profile = await must(person.tb.recruiters.mine())
  expectFields(profile, {
    id: 'account_id',
    full_name: 'full_name',
    company_name: 'company_name',
    designation: 'designation',
    phone: 'phone',
    company_website: 'company_website',
    company_size: 'company_size',
    total_spent: 'total_spent',
    is_verified: 'is_verified',
    created_at: 'created_at',
    updated_at: 'updated_at',
  })
  expect(profile).toMatchObject({ account_id: person.id, total_spent: 150, is_verified: true, rejection_reason: null })
  expect((await person.client.rpc('my_recruiter').single()).data).toEqual(profile)
  const row = await person.client.from('recruiter_profiles').select('total_spent, is_verified').single()
  expect(row.data).toEqual({ total_spent: 150, is_verified: true })

  const newcomer = await member(stack, ['recruiter'])
  for (const other of [newcomer, stranger]) {
    await expectRefusal(other.tb.recruiters.mine(), 'not_found')
    expect((await other.client.rpc('my_recruiter')).data).toEqual([])
    expect((await other.client.from('recruiter_profiles').select()).data).toEqual([])
  }
  await expectRefusal(device(stack).tb.recruiters.mine(), 'auth_required')
  expect((await device(stack).client.from('recruiter_profiles').select()).error?.code).toBe('42501')
})

it('WF19 recruiters.update: what is named changes, and a new name ends the verification', async () => {
  const person = await recruiter()
  const before = await must(person.tb.recruiters.mine())
  await verify(person)
  const harmless = { designation: 'Senior HR Manager', phone: '+77771234567', company_size: '100-500' as const }
  expect(await must(person.tb.recruiters.update(harmless))).toMatchObject({
    ...harmless,
    company_name: before.company_name,
    is_verified: true,
  })
  const renamed = { full_name: 'Jane Smith Updated', company_name: 'Tech Corp Ltd', company_website: null }
  const answer = await must(person.tb.recruiters.update(renamed))
  expectTaken(
    { ...harmless, ...renamed },
    {
      full_name: 'full_name',
      company_name: 'company_name',
      designation: 'designation',
      phone: 'phone',
      company_website: 'company_website',
      company_size: 'company_size',
    },
  )
  expectFields(answer, { id: 'account_id', full_name: 'full_name', company_name: 'company_name' })
  expect(answer).toEqual({ ...before, ...harmless, ...renamed, is_verified: false, updated_at: answer.updated_at })
  const rows = person.client.from('recruiter_profiles')
  const plain = await rows.update({ phone: '+77770000000' }).eq('account_id', person.id).select().single()
  expect(plain.data).toMatchObject({ phone: '+77770000000', full_name: renamed.full_name })
  const call = await person.client.rpc('update_recruiter', { company_website: 'https://techcorp.example.com' }).single()
  expect(call.data).toMatchObject({ company_website: 'https://techcorp.example.com', company_name: 'Tech Corp Ltd' })

  const newcomer = await member(stack, ['recruiter'])
  await expectUnchanged(state, async () => {
    await expectRefusal(newcomer.tb.recruiters.update({ phone: '+77771234567' }), 'not_found')
    await expectRefusal(stranger.tb.recruiters.update({ phone: '+77771234567' }), 'not_found')
    await expectRefusal(device(stack).tb.recruiters.update({ phone: '+77771234567' }), 'auth_required')
    await expectRefusal(person.tb.recruiters.update({}), 'validation_failed')
    const wrong = { full_name: '', phone: 'none', company_website: 'techcorp', company_size: 'many' as '1-10' }
    await expectRefusal(person.tb.recruiters.update(wrong), 'validation_failed', {
      full_name: ['length'],
      phone: ['format'],
      company_website: ['format'],
      company_size: ['known'],
    })
    const elsewhere = (await recruiter()).organization_id
    await sql(stack)`delete from public.recruiter_profiles where organization_id = ${elsewhere}`
    await expectRefusal(person.tb.recruiters.update({ organization_id: elsewhere }), 'not_found')
    await sql(stack)`delete from public.organizations where id = ${elsewhere}`
    const { client, id } = person
    for (const change of [
      { is_verified: true },
      { total_spent: 0 },
      { rejection_reason: null },
      { organization_id: null },
    ]) {
      const { error } = await client.from('recruiter_profiles').update(change).eq('account_id', id)
      expect(error?.code, JSON.stringify(change)).toBe('42501')
    }
    expect((await client.rpc('update_recruiter', { is_verified: true })).error?.code).toBe('PGRST202')
    await stranger.client.from('recruiter_profiles').update({ phone: '+77770000001' }).eq('account_id', id)
    const { error } = await client.from('recruiter_profiles').update({ phone: '1' }).eq('account_id', id)
    expect(error?.code).toBe('23514')
  })
})
