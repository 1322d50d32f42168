import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, meanwhile, type Outcome, type Run, statement } from '../helpers/at-once.ts'
import { anonClient, serviceClient, sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import {
  candidate,
  candidateFields,
  candidateInput,
  cardOf,
  isSearchable,
  knownCandidate,
  resume,
} from '../parity/candidates.ts'
import { type Member, member, picture, startParityStack } from '../parity/people.ts'

// When a candidate is found: complete, declared, available, active and, where the setting asks for it, approved.
let stack: TestStack
beforeAll(async () => {
  stack = await startParityStack()
})
afterAll(() => stack.close())

const found = (person: Member) => isSearchable(stack, person)
const approval = (isRequired: boolean) => sql(stack)`
  update private.settings set value = to_jsonb(${isRequired}::boolean) where key = 'candidates.approval_required'
`
const notificationsOf = async ({ tb }: Member) =>
  (await must(tb.notifications.list())).items.map(({ type, data }) => [type, data])

test('what no word tells by itself, several do not either, and nothing of it is saved', async () => {
  const person = await candidate(stack)
  const before = await cardOf(stack, person)
  const refused = async (fields: Record<string, unknown>) => {
    const { error } = await person.client.rpc('update_candidate', { fields })
    return [error?.code, JSON.parse(error?.details ?? '{}')]
  }
  const contact = (field: string) => ['validation_failed', { fields: { [field]: 'contact' } }]
  expect(await refused({ skills: ['98765', '43210'] })).toEqual(contact('skills'))
  expect(await refused({ skills: ['Call', '+91 987'], languages: ['654 321'] })).toEqual(contact('skills'))
  expect(await refused({ city: '98765', state: '43210' })).toEqual(contact('role'))
  expect(await cardOf(stack, person)).toEqual(before)
  const { error } = await person.client.rpc('update_candidate', {
    fields: { skills: ['Office 365', 'ISO 9001', '3D', 'C++ 20'] },
  })
  expect(error).toBeNull()
})

describe('what a profile needs', () => {
  let person: Member
  beforeAll(async () => {
    person = await candidate(stack)
  })

  const required = {
    full_name: 'John Doe',
    phone: '+919876543210',
    birth_date: candidateFields().birth_date,
    role: 'Engineer',
    experience_years: 0,
    country: 'India',
    state: 'Goa',
    city: 'Panaji',
    skills: ['Python'],
    education: 'B.A.',
    work_experience: 'None yet.',
  }

  test.each(Object.entries(required))('not without %s', async (field, value) => {
    const without = await must(person.tb.candidates.update({ [field]: null }))
    expect(without).toMatchObject({ missing_fields: [field], status: 'incomplete', is_searchable: false })
    expect(await found(person)).toBe(false)
    const { error } = await person.tb.candidates.submit({ declaration: true })
    expect(error?.fields).toEqual({ [field]: ['required'] })
    await must(person.tb.candidates.update({ [field]: value }))
    expect(await found(person)).toBe(true)
  })

  test('not without a resume', async () => {
    const { resume_path } = await must(person.tb.candidates.mine())
    const without = await must(person.tb.candidates.update({ resume: null }))
    expect(without).toMatchObject({ missing_fields: ['resume'], resume_url: null, is_searchable: false })
    expect((await person.tb.candidates.submit({ declaration: true })).error?.fields).toEqual({ resume: ['required'] })
    const queued = await sql(stack)`select path from private.object_deletions where bucket_id = 'resumes'`
    expect(queued.map(({ path }) => path)).toContain(resume_path)
    await must(person.tb.candidates.update({ resume: resume() }))
    expect(await found(person)).toBe(true)
  })

  test('rows of education and work do instead of texts', async () => {
    const rows = {
      education: null,
      work_experience: null,
      educations: [{ degree: 'M.Sc.' }],
      experiences: [{ company: 'ABC', title: 'Engineer', start_date: '2020-01-01' }],
    }
    await must(person.tb.candidates.update(rows))
    expect([await found(person), (await cardOf(stack, person)).degrees]).toEqual([true, ['M.Sc.']])
    await must(person.tb.candidates.update({ experiences: [] }))
    expect(await found(person)).toBe(false)
    await must(
      person.tb.candidates.update({ education: 'B.Tech, then M.Tech', educations: null, work_experience: 'Yes.' }),
    )
    expect([await found(person), (await cardOf(stack, person)).degrees.sort()]).toEqual([true, ['B.Tech', 'M.Tech']])
  })

  test('skills and languages that differ only in case or blanks once, as they are written first', async () => {
    const skills = ['Python', ' python ', 'Machine Learning', 'MACHINE  learning', 'Java']
    const kept = { skills: ['Python', 'Machine Learning', 'Java'], languages: ['Қазақ тілі', 'English'] }
    const languages = 'Қазақ тілі, ENGLISH, қазақ  тілі, english'
    const listed = await must(person.tb.candidates.update({ skills, languages }))
    expect(listed).toMatchObject({ ...kept, languages: ['Қазақ тілі', 'ENGLISH'] })
    const fields = { skills, languages: ['Қазақ тілі', 'English', 'ҚАЗАҚ ТІЛІ', 'english'] }
    expect((await person.client.rpc('update_candidate', { fields }).single()).data).toMatchObject(kept)
  })

  test('no optional field', async () => {
    const rest = { current_ctc: null, expected_ctc: null, religion: null, languages: null, street_address: null }
    await must(person.tb.candidates.update({ ...rest, willing_to_relocate: null, career_objective: null }))
    expect(await found(person)).toBe(true)
  })
})

describe('who is found', () => {
  test('nobody while suspended, and again when it is lifted', async () => {
    const person = await candidate(stack)
    await sql(stack)`select private.suspend_account(${person.id}, 'a test')`
    expect(await found(person)).toBe(false)
    await sql(stack)`select private.lift_suspension(${person.id})`
    expect(await found(person)).toBe(true)
  })

  test('nobody without the role, and again when an admin gives it back', async () => {
    const person = await candidate(stack)
    const before = await cardOf(stack, person)
    await sql(stack)`delete from public.account_roles where account_id = ${person.id} and role = 'candidate'`
    expect(await found(person)).toBe(false)
    await sql(stack)`insert into public.account_roles (account_id, role) values (${person.id}, 'candidate')`
    expect(await cardOf(stack, person)).toEqual(before)
  })

  test('nobody whom Auth deletes softly', async () => {
    const person = await candidate(stack)
    const { id } = await cardOf(stack, person)
    expect((await serviceClient(stack).auth.admin.deleteUser(person.id, true)).error).toBeNull()
    const rows = await sql(stack)`select id from private.candidate_cards where id = ${id} and is_searchable`
    expect(rows).toEqual([])
  })

  test('the day one was first found stays', async () => {
    const person = await member(stack, ['candidate'])
    await must(person.tb.candidates.saveStep({ step: 1, ...candidateFields() }))
    expect((await cardOf(stack, person)).listed_on).toBeNull()
    await must(person.tb.candidates.create(candidateInput()))
    await sql(
      stack,
    )`update private.candidate_cards set listed_on = '2020-01-31' where id = ${(await cardOf(stack, person)).id}`
    await must(person.tb.candidates.setAvailability(false))
    await must(person.tb.candidates.setAvailability(true))
    const [{ day }] = (await sql(stack)`
      select listed_on::text as day from private.candidate_cards where id = ${(await cardOf(stack, person)).id}
    `) as unknown as [{ day: string }]
    expect(day).toBe('2020-01-31')
  })
})

describe('approval', () => {
  beforeEach(() => approval(false))
  afterAll(() => approval(false))

  test('when the setting changes, those who are there follow', async () => {
    const [approved, waiting] = [await candidate(stack), await candidate(stack)]
    await sql(stack)`select private.approve_candidate(${approved.id})`
    await approval(true)
    expect(await Promise.all([approved, waiting].map(found))).toEqual([true, false])
    expect((await must(waiting.tb.candidates.mine())).status).toBe('pending')
    const newcomer = await candidate(stack)
    expect([(await must(newcomer.tb.candidates.mine())).status, await found(newcomer)]).toEqual(['pending', false])
    await sql(stack)`select private.approve_candidate(${newcomer.id})`
    expect([(await must(newcomer.tb.candidates.mine())).status, await found(newcomer)]).toEqual(['active', true])
    expect(await notificationsOf(newcomer)).toContainEqual([
      'verification',
      expect.objectContaining({ profile: 'candidate', status: 'approved' }),
    ])
    await approval(false)
    expect(await Promise.all([approved, waiting, newcomer].map(found))).toEqual([true, true, true])
  })

  test('is of who somebody is and what they can do: a change of either asks for it again', async () => {
    await approval(true)
    const person = await candidate(stack)
    const approve = () => sql(stack)`select private.approve_candidate(${person.id})`
    const state = async () => [(await must(person.tb.candidates.mine())).status, await found(person)]
    await approve()
    const { full_name, phone, role, skills, experience_years } = candidateFields()
    const same = { full_name, phone, role, skills, experience_years }
    await must(person.tb.candidates.update({ ...same, city: 'Pune', career_objective: 'Another.', current_ctc: 1 }))
    expect(await state()).toEqual(['active', true])
    for (const change of [
      { full_name: 'Jane Roe' },
      { phone: '+919876543219' },
      { role: 'Surgeon' },
      { skills: ['Surgery'] },
      { experience_years: 30 },
    ]) {
      expect(await must(person.tb.candidates.saveStep({ step: 1, ...change }))).toMatchObject({ status: 'pending' })
      expect(await state(), Object.keys(change)[0]).toEqual(['pending', false])
      // Taking it back is no way to have it again.
      await must(person.tb.candidates.update(same))
      expect(await state()).toEqual(['pending', false])
      await approve()
      expect(await state()).toEqual(['active', true])
    }
  })

  test('who was rejected reads why, and is not found until approved, whatever the setting', async () => {
    const person = await candidate(stack)
    await sql(stack)`select private.reject_candidate(${person.id}, 'The resume is empty.')`
    const rejected = { status: 'rejected', rejection_reason: 'The resume is empty.', is_searchable: false }
    expect(await must(person.tb.candidates.mine())).toMatchObject(rejected)
    // Neither a change, nor handing in again, nor the setting makes up for it.
    await must(person.tb.candidates.update({ resume: resume() }))
    await must(person.tb.candidates.setAvailability(true))
    await approval(true)
    await approval(false)
    expect(await must(person.tb.candidates.submit({ declaration: true }))).toMatchObject(rejected)
    expect(await notificationsOf(person)).toContainEqual([
      'verification',
      expect.objectContaining({ profile: 'candidate', status: 'rejected' }),
    ])
    await sql(stack)`select private.approve_candidate(${person.id})`
    const approved = { status: 'active', rejection_reason: null, is_searchable: true }
    expect(await must(person.tb.candidates.mine())).toMatchObject(approved)
  })

  test('a draft is neither approved nor rejected, and a rejection says why', async () => {
    const draft = await member(stack, ['candidate'])
    await must(draft.tb.candidates.saveStep({ step: 1, full_name: 'John Doe' }))
    await expect(sql(stack)`select private.approve_candidate(${draft.id})`).rejects.toThrow('handed nothing in')
    await expect(sql(stack)`select private.reject_candidate(${draft.id}, 'No.')`).rejects.toThrow('handed nothing in')
    const person = await candidate(stack)
    for (const reason of [null, '', '  ']) {
      await expect(sql(stack)`select private.reject_candidate(${person.id}, ${reason})`).rejects.toThrow('says why')
    }
    expect(await found(person)).toBe(true)
  })
})

describe('masks', () => {
  test('of what the profile says', async () => {
    const { profile, ...person } = await knownCandidate(stack)
    const card = await cardOf(stack, person)
    expect(card).toMatchObject({
      masked_name: profile.full_name!.replace(/(?<=\S)\S/g, '*'),
      masked_phone: '******2349',
      masked_email: 'p***@example.test',
      has_resume: true,
      has_video: true,
    })
  })

  test('follow another address', async () => {
    const person = await candidate(stack)
    const email = `zoe_${person.username}@example.org`
    expect((await serviceClient(stack).auth.admin.updateUserById(person.id, { email })).error).toBeNull()
    expect((await cardOf(stack, person)).masked_email).toBe('z***@example.org')
    expect((await must(person.tb.candidates.mine())).email).toBe(email)
  })
})

describe('files in use', () => {
  const stored = async (bucket: string, path: string | null) =>
    (await serviceClient(stack).storage.from(bucket).exists(path!)).data

  test('are neither deleted nor moved by their owner, and stay readable', async () => {
    const { profile, ...person } = await knownCandidate(stack)
    const files = { resumes: profile.resume_path!, videos: profile.video_path!, cards: profile.picture_path! }
    for (const [bucket, path] of Object.entries(files)) {
      const storage = person.client.storage.from(bucket)
      await storage.remove([path])
      expect((await storage.move(path, path.replace(/[^/]*$/, 'moved'))).error, bucket).not.toBeNull()
      expect(await stored(bucket, path), bucket).toBe(true)
    }
    expect(await must(person.tb.candidates.mine())).toMatchObject({ resume_path: files.resumes, is_searchable: true })
    expect((await fetch((await must(person.tb.candidates.mine())).resume_url!)).status).toBe(200)
  })

  test('can be deleted once they are replaced', async () => {
    const person = await candidate(stack)
    const { resume_path: before } = await must(person.tb.candidates.mine())
    await must(person.tb.candidates.update({ resume: resume() }))
    expect((await person.client.storage.from('resumes').remove([before!])).data).toHaveLength(1)
    expect(await stored('resumes', before)).toBe(false)
  })

  test('that an admin deletes are cleared in the profile', async () => {
    const { profile, ...person } = await knownCandidate(stack)
    const { storage } = serviceClient(stack)
    await storage.from('videos').remove([profile.video_path!])
    await storage.from('cards').remove([profile.picture_path!])
    const without = { video_path: null, video_intro_url: null, picture_path: null, is_searchable: true }
    expect(await must(person.tb.candidates.mine())).toMatchObject(without)
    await storage.from('resumes').remove([profile.resume_path!])
    expect(await must(person.tb.candidates.mine())).toMatchObject({ resume_path: null, status: 'incomplete' })
    expect(await found(person)).toBe(false)
  })

  test('a picture has a random name in the card’s own folder', async () => {
    const person = await candidate(stack)
    const { data: folder } = await person.client.rpc('candidate_folder')
    const cards = person.client.storage.from('cards')
    const named = async (path: string) => {
      await cards.upload(path, await picture())
      return (await person.client.rpc('update_candidate', { fields: { picture_path: path } })).error?.code ?? null
    }
    expect(await named(`${folder}/john_doe.png`)).toBe('validation_failed')
    expect(await named(`${folder}/${crypto.randomUUID()}/john.png`)).toBe('validation_failed')
    expect(await named(`${person.id}/${crypto.randomUUID()}.png`)).toBe('validation_failed')
    expect(await named(`${folder}/${crypto.randomUUID()}.png`)).toBeNull()
  })

  test('all go with the account, the picture too', async () => {
    const { profile, ...person } = await knownCandidate(stack)
    expect(await must(person.tb.accounts.delete({ password: person.password }))).toBeNull()
    const queued = await sql(stack)`
      select bucket_id, path from private.object_deletions
      where path = any (${[profile.resume_path, profile.video_path, profile.picture_path]}) order by bucket_id
    `
    expect(queued.map(({ bucket_id }) => bucket_id)).toEqual(['cards', 'resumes', 'videos'])
    const kept = await sql(stack)`
      select to_jsonb(c) from private.candidate_cards c where id = ${profile.id}
      union all select to_jsonb(c) from private.candidates c where account_id = ${person.id}
      union all select to_jsonb(f) from private.folders f where id = ${profile.id}
      union all select to_jsonb(f) from public.files f where account_id = ${person.id}
    `
    expect(kept).toEqual([])
    const { data } = await serviceClient(stack).functions.invoke('drain', { body: {} })
    expect(data.failed).toBe(0)
    expect((await fetch(profile.profile_image_url!)).ok).toBe(false)
    const { data: urls } = await anonClient(stack).storage.from('cards').info(profile.picture_path!)
    expect(urls).toBeNull()
  })
})

describe('at once', () => {
  const save = (step: number, fields: object): Run =>
    statement('select save_candidate_step($1::integer, $2::text::jsonb)', String(step), JSON.stringify(fields))
  const done = (outcomes: Outcome[], count: number) => expect(codesOf(outcomes)).toEqual(Array(count).fill('done'))

  test('steps from many devices are all saved', async () => {
    const person = await member(stack, ['candidate'])
    const steps = [
      { full_name: 'John Doe' },
      { phone: '+919876543210' },
      { role: 'Engineer', city: 'Pune' },
      { skills: ['Python'] },
      { educations: [{ degree: 'B.A.' }, { degree: 'M.A.' }] },
      { educations: [{ degree: 'B.A.' }, { degree: 'M.A.' }] },
    ]
    done(
      await atOnce(
        stack,
        steps.map((fields, i) => ({ as: person, runs: [save(i + 1, fields)] })),
      ),
      6,
    )
    const profile = await must(person.tb.candidates.mine())
    expect(profile).toMatchObject({ ...steps[0], ...steps[1], ...steps[2], ...steps[3] })
    expect(profile.educations.map(({ degree }) => degree)).toEqual(['B.A.', 'M.A.'])
    expect(profile.completed_steps).toEqual([1, 2, 3, 4, 5, 6])
    const [person_] = [await cardOf(stack, person)]
    expect(person_).toMatchObject({ masked_name: 'J*** D**', masked_phone: '******3210' })
  })

  test('two that hand a profile in: one does', async () => {
    const person = await member(stack, ['candidate'])
    const resume_path = `${person.id}/resume.pdf`
    await person.client.storage.from('resumes').upload(resume_path, resume())
    const create = statement(
      'select create_candidate($1::text::jsonb, true)',
      JSON.stringify({ ...candidateFields(), resume_path }),
    )
    const outcomes = await atOnce(
      stack,
      [1, 2].map(() => ({ as: person, runs: [create] })),
    )
    expect(codesOf(outcomes)).toEqual(['done', 'duplicate'])
  })
})

describe('while another is not committed yet', () => {
  const approvalOn = statement(`update private.settings set value = 'true' where key = 'candidates.approval_required'`)
  const available = statement('select set_candidate_availability(true)')

  // As Storage deletes: it says so, and the rows go with the rights of whoever asks.
  const removal =
    (path: string): Run =>
    async (tx) => {
      await tx`select set_config('storage.allow_delete_query', 'true', true)`
      return tx`delete from storage.objects where bucket_id = 'resumes' and name = ${path}`
    }

  test('who saves while the setting changes follows the new one', async () => {
    const person = await candidate(stack)
    try {
      expect(await meanwhile(stack, { runs: [approvalOn] }, { as: person, runs: [available] })).toEqual([
        'done',
        'done',
      ])
      expect(await found(person)).toBe(false)
    } finally {
      await approval(false)
    }
  })

  test('who saves while being suspended is not found', async () => {
    const person = await candidate(stack)
    const suspended = statement(`select private.suspend_account($1, 'a test')`, person.id)
    expect(await meanwhile(stack, { runs: [suspended] }, { as: person, runs: [available] })).toEqual(['done', 'done'])
    expect(await found(person)).toBe(false)
  })

  test('a resume that is being named is not deleted', async () => {
    const person = await candidate(stack)
    const path = `${person.id}/other.pdf`
    await person.client.storage.from('resumes').upload(path, resume())
    const named = statement('select update_candidate($1::text::jsonb)', JSON.stringify({ resume_path: path }))
    const removed = removal(path)
    await meanwhile(stack, { as: person, runs: [named] }, { as: person, runs: [removed] })
    const kept = await sql(stack)`select name from storage.objects where bucket_id = 'resumes' and name = ${path}`
    expect(kept).toHaveLength(1)
    expect((await must(person.tb.candidates.mine())).resume_path).toBe(path)
  })

  test('a resume that is being deleted is not named', async () => {
    const person = await candidate(stack)
    const { resume_path: before } = await must(person.tb.candidates.mine())
    const path = `${person.id}/other.pdf`
    await person.client.storage.from('resumes').upload(path, resume())
    const named = statement('select update_candidate($1::text::jsonb)', JSON.stringify({ resume_path: path }))
    const removed = removal(path)
    const outcomes = await meanwhile(stack, { as: person, runs: [removed] }, { as: person, runs: [named] })
    expect(outcomes).toEqual(['done', 'validation_failed'])
    expect((await must(person.tb.candidates.mine())).resume_path).toBe(before)
  })
})
