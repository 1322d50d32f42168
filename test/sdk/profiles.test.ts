import type { EmployerProfile, ModelProfile } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import type { TestStack } from '../helpers/stack.ts'
import { device, type Member, member, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'
import { rowsOf as storedRows } from '../parity/state.ts'

let stack: TestStack
let stranger: Member

beforeAll(async () => {
  stack = await startParityStack()
  stranger = await member(stack, ['model'])
})
afterAll(() => stack.close())

const rowsOf = (table: string, owner: Member) => storedRows(stack, table, owner)

describe('models.update', () => {
  let aisha: Member
  let made: ModelProfile

  beforeEach(async () => {
    aisha = await member(stack, ['model'])
    const profile = {
      name: 'Aisha N.',
      birth_date: '2000-05-30',
      gender: 'female',
      height: 175,
      city: 'Almaty',
    } as const
    made = await must(aisha.tb.models.create({ ...profile, country: 'Kazakhstan', bio: 'Runway.' }))
  })

  test('what is named changes, null clears, the rest stays', async () => {
    const changes = { height: 176, bio: null, birth_date: '2000-05-31' }
    const updated = await must(aisha.tb.models.update(changes))
    const { updated_at, completeness } = updated
    expect(updated).toEqual({ ...made, ...changes, updated_at, completeness })
    expect(completeness).toBeLessThan(made.completeness)
    expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(made.updated_at))
    expect(await must(aisha.tb.models.mine())).toEqual(updated)

    const all = {
      name: 'A. N.',
      birth_date: '1999-01-01',
      gender: 'other',
      height: null,
      city: null,
      country: null,
    } as const
    expect(await must(aisha.tb.models.update({ ...all, bio: 'New.' }))).toMatchObject({ ...all, bio: 'New.' })
  })

  test('nothing wrong, nothing of others', async () => {
    await expectUnchanged(
      () => rowsOf('model_profiles', aisha),
      async () => {
        const child = `${new Date().getUTCFullYear() - 10}-01-01`
        const wrong = { name: '', birth_date: child, height: 300, gender: 'x' as 'other' }
        await expectRefusal(aisha.tb.models.update(wrong), 'validation_failed', {
          name: ['length'],
          birth_date: ['range'],
          height: ['range'],
          gender: ['known'],
        })
        await expectRefusal(aisha.tb.models.update({}), 'validation_failed')
        await expectRefusal(stranger.tb.models.update({ city: 'Astana' }), 'not_found')
        await expectRefusal(device(stack).tb.models.update({ city: 'Astana' }), 'auth_required')
      },
    )
    expect(await rowsOf('model_profiles', stranger)).toEqual([])
  })
})

describe('employers.update', () => {
  let agency: Member
  let made: EmployerProfile

  beforeEach(async () => {
    agency = await member(stack, ['agency'])
    made = await must(
      agency.tb.employers.create({
        company_name: 'Steppe Models',
        description: 'An agency.',
        website: 'https://steppe.example',
        contact_person: 'Dana K.',
        phone: '+77771234567',
        city: 'Almaty',
        country: 'Kazakhstan',
      }),
    )
  })

  test('what is named changes, null clears, the rest stays, and everybody sees it', async () => {
    const changes = { company_name: 'Steppe', website: null, phone: '+77770000000' }
    const updated = await must(agency.tb.employers.update(changes))
    expect(updated).toEqual({ ...made, ...changes, updated_at: updated.updated_at })
    expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(made.updated_at))
    expect(await must(agency.tb.employers.mine())).toEqual(updated)
    const shown = await must(device(stack).tb.employers.get(agency.id))
    expect(shown).toMatchObject({ company_name: 'Steppe', website: null, city: 'Almaty' })

    const logo_path = `${agency.id}/logo.png`
    const withLogo = await must(agency.tb.employers.update({ logo_path }))
    expect(withLogo.logo).toBe(`${stack.url}/storage/v1/object/public/avatars/${logo_path}`)
  })

  test('nothing wrong, nothing of others', async () => {
    const hirer = await member(stack, ['employer'])
    await expectUnchanged(
      () => rowsOf('employer_profiles', agency),
      async () => {
        const wrong = { company_name: ' ', website: 'javascript:alert(1)', phone: '1' }
        await expectRefusal(agency.tb.employers.update(wrong), 'validation_failed', {
          company_name: ['length'],
          website: ['format'],
          phone: ['format'],
        })
        const foreign = agency.tb.employers.update({ logo_path: `${hirer.id}/logo.png` })
        await expectRefusal(foreign, 'validation_failed')
        await expectRefusal(agency.tb.employers.update({}), 'validation_failed')
        await expectRefusal(hirer.tb.employers.update({ city: 'Astana' }), 'not_found')
        await expectRefusal(device(stack).tb.employers.update({ city: 'Astana' }), 'auth_required')
      },
    )
    expect(await rowsOf('employer_profiles', hirer)).toEqual([])
  })
})
