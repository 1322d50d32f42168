import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { expectTaken } from './fields.ts'
import { device, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const profilesOf = (...ids: string[]) =>
  sql(stack)`select * from public.employer_profiles where account_id = any (${ids}) order by account_id`

const input = {
  company_name: 'Fashion House Almaty',
  description: 'A fashion agency.',
  website: 'https://fashionhouse.example.com/about',
  contact_person: 'Yerlan Akhmetov',
  phone: '+77771234567',
  city: 'Almaty',
  country: 'Kazakhstan',
}

it('MW11 employers.create: a profile for an employer or agency, once', async () => {
  const [employer, agency, model] = [
    await member(stack, ['employer']),
    await member(stack, ['agency']),
    await member(stack, ['model']),
  ]
  const created = await must(employer.tb.employers.create(input))
  expectTaken(input, {
    company_name: 'company_name',
    description: 'description',
    website: 'website',
    contact_person: 'contact_person',
    phone: 'phone',
    city: 'city',
    country: 'country',
  })
  expect(created).toMatchObject({ account_id: employer.id, ...input })
  expect((await must(employer.tb.accounts.me())).has_employer_profile).toBe(true)

  const plain = await agency.client
    .from('employer_profiles')
    .insert({ account_id: agency.id, ...input })
    .select()
    .single()
  const withoutOwner = ({
    account_id: _,
    created_at: __,
    updated_at: ___,
    logo: ____,
    ...profile
  }: Record<string, unknown>) => profile
  expect(withoutOwner(plain.data)).toEqual(withoutOwner({ ...created }))

  const newcomer = await member(stack, ['employer'])
  await expectUnchanged(
    () => profilesOf(employer.id, agency.id, model.id, newcomer.id),
    async () => {
      await expectRefusal(employer.tb.employers.create({ company_name: 'Another' }), 'duplicate')
      await expectRefusal(model.tb.employers.create(input), 'permission_denied')
      await expectRefusal(device(stack).tb.employers.create(input), 'auth_required')
      const wrong = { ...input, company_name: ' ', website: 'javascript:alert(1)', phone: 'none' }
      await expectRefusal(newcomer.tb.employers.create(wrong), 'validation_failed', {
        company_name: ['length'],
        website: ['format'],
        phone: ['format'],
      })
      await expectRefusal(newcomer.tb.employers.create({} as typeof input), 'validation_failed', {
        company_name: ['required'],
      })
      const insert = (client: typeof model.client, account_id: string, changes = {}) =>
        client.from('employer_profiles').insert({ account_id, ...input, ...changes })
      expect((await insert(model.client, model.id)).error?.code).toBe('42501')
      expect((await insert(agency.client, newcomer.id)).error?.code).toBe('42501')
      expect((await insert(device(stack).client, newcomer.id)).error?.code).toBe('42501')
      expect((await insert(newcomer.client, newcomer.id, { website: 'javascript:alert(1)' })).error?.code).toBe('23514')
    },
  )
  // What others see is the company, never whom to call.
  expect((await model.client.from('employer_profiles').select()).data).toEqual([])
  const seen = await must(device(stack).tb.employers.get(employer.id))
  expect(seen).toMatchObject({ company_name: input.company_name, website: input.website })
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['phone']))
  expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['contact_person']))
})
