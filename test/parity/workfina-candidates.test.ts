import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import {
  candidate,
  candidateFields,
  candidateInput,
  candidatesIn,
  cardOf,
  isSearchable,
  resume,
  video,
} from './candidates.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let recruiter: Member
beforeAll(async () => {
  stack = await startParityStack()
  recruiter = await member(stack, ['recruiter'])
})
afterAll(() => stack.close())

const state = () => candidatesIn(stack)

/** What the plain functions take: a resume is stored first. */
async function storedResume({ client, id }: Member): Promise<{ resume_path: string }> {
  const resume_path = `${id}/${unique('resume')}.pdf`
  expect((await client.storage.from('resumes').upload(resume_path, resume())).error).toBeNull()
  return { resume_path }
}

const statusOf = async (url: string | null) => (await fetch(url!)).status

it('WF09 candidates.create: a whole profile with its files, searchable once complete', async () => {
  const person = await member(stack, ['candidate'])
  const input = { ...candidateInput(), video_intro: video(), profile_image: await picture() }
  const created = await must(person.tb.candidates.create(input))
  // Age is kept as a date of birth.
  expectTaken(input, {
    full_name: 'full_name',
    phone: 'phone',
    age: 'birth_date',
    role: 'role',
    experience_years: 'experience_years',
    current_ctc: 'current_ctc',
    expected_ctc: 'expected_ctc',
    religion: 'religion',
    country: 'country',
    state: 'state',
    city: 'city',
    education: 'education',
    skills: 'skills',
    languages: 'languages',
    street_address: 'street_address',
    willing_to_relocate: 'willing_to_relocate',
    work_experience: 'work_experience',
    career_objective: 'career_objective',
    resume: 'resume',
    video_intro: 'video_intro',
    profile_image: 'profile_image',
  })
  expectFields(created, {
    id: 'id',
    full_name: 'full_name',
    email: 'email',
    phone: 'phone',
    age: 'age',
    role: 'role',
    experience_years: 'experience_years',
    current_ctc: 'current_ctc',
    expected_ctc: 'expected_ctc',
    state: 'state',
    city: 'city',
    education: 'education',
    skills: 'skills',
    resume_url: 'resume_url',
    video_intro_url: 'video_intro_url',
    profile_image_url: 'profile_image_url',
    created_at: 'created_at',
  })
  expect(created).toMatchObject({
    ...candidateFields(),
    age: 25,
    email: person.email,
    status: 'active',
    missing_fields: [],
  })
  expect([created.is_searchable, await isSearchable(stack, person)]).toEqual([true, true])
  expect(await (await fetch(created.resume_url!)).text()).toBe(await resume().text())
  expect(await Promise.all([created.video_intro_url, created.profile_image_url].map(statusOf))).toEqual([200, 200])
  expect((await must(person.tb.accounts.me())).has_candidate_profile).toBe(true)

  // The source's way to write lists; a plain client does the same with a stored file.
  const listed = await candidate(stack, { skills: 'Python, Django ,,React', languages: 'English' })
  expect(await must(listed.tb.candidates.mine())).toMatchObject({
    skills: ['Python', 'Django', 'React'],
    languages: ['English'],
  })
  const other = await member(stack, ['candidate'])
  const fields = { ...candidateFields(), ...(await storedResume(other)) }
  const plain = await other.client.rpc('create_candidate', { fields, declaration: true }).single()
  expect(plain.data).toMatchObject({ ...candidateFields(), is_searchable: true })

  const newcomer = await member(stack, ['candidate'])
  await expectUnchanged(state, async () => {
    await expectRefusal(person.tb.candidates.create(candidateInput()), 'duplicate')
    await expectRefusal(recruiter.tb.candidates.create({ ...input, resume: resume() }), 'permission_denied')
    await expectRefusal(device(stack).tb.candidates.create(candidateInput()), 'auth_required')
    await expectRefusal(newcomer.tb.candidates.create({} as typeof input), 'validation_failed', {
      full_name: ['required'],
      phone: ['required'],
      birth_date: ['required'],
      role: ['required'],
      experience_years: ['required'],
      country: ['required'],
      state: ['required'],
      city: ['required'],
      skills: ['required'],
      education: ['required'],
      work_experience: ['required'],
      resume: ['required'],
      declaration: ['required'],
    })
    const wrong = {
      ...candidateInput(),
      phone: '98765 43210',
      birth_date: '2020-01-01',
      experience_years: -1,
      current_ctc: 0.5,
      skills: ['Python', 'call 98765 43210'],
      role: 'mail john@example.com',
      declaration: false as true,
    }
    await expectRefusal(newcomer.tb.candidates.create(wrong), 'validation_failed', {
      phone: ['format'],
      birth_date: ['range'],
      experience_years: ['range'],
      current_ctc: ['type'],
      skills: ['contact'],
      role: ['contact'],
      declaration: ['required'],
    })
    const kinds = { resume: await picture(), video_intro: resume(), profile_image: video() }
    await expectRefusal(newcomer.tb.candidates.create({ ...input, ...kinds }), 'validation_failed', {
      resume: ['type'],
      video_intro: ['type'],
      profile_image: ['type'],
    })
    // Whatever else is wrong is named in the same answer, and so it is in the other calls.
    const large = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)], { type: 'application/pdf' })
    const empty = new Blob([], { type: 'video/mp4' })
    const mixed = { city: ' ', resume: large, video_intro: empty, profile_image: resume() }
    for (const answer of [
      newcomer.tb.candidates.create({ ...input, ...mixed }),
      newcomer.tb.candidates.update(mixed),
      newcomer.tb.candidates.saveStep({ ...mixed, step: 1 }),
    ]) {
      await expectRefusal(answer, 'validation_failed', {
        city: ['length'],
        resume: ['size'],
        video_intro: ['size'],
        profile_image: ['type'],
      })
    }
    await expectRefusal(newcomer.tb.candidates.create({ ...input, resume: large }), 'payload_too_large', {
      resume: ['size'],
    })
    // What the form cannot know is refused by the database, after the files were stored: none of them stays.
    const unknown = { ...input, category: 'no-such-category' }
    await expectRefusal(newcomer.tb.candidates.create(unknown), 'validation_failed', { category: ['known'] })

    const create = (client: Member['client'], changes = {}, declaration = true) =>
      client.rpc('create_candidate', { fields: { ...candidateFields(), ...changes }, declaration })
    const fieldsOf = async (answer: ReturnType<typeof create>) => JSON.parse((await answer).error!.details).fields
    expect((await create(recruiter.client)).error?.code).toBe('permission_denied')
    expect((await create(device(stack).client)).error?.code).toBe('42501')
    expect(await fieldsOf(create(newcomer.client))).toEqual({ resume_path: 'required' })
    expect(await fieldsOf(create(newcomer.client, {}, false))).toEqual({ declaration: 'required' })
    expect(await fieldsOf(create(newcomer.client, { phone: '1', role: 'x@y.z', skills: [['a']], more: 1 }))).toEqual({
      skills: 'type',
      more: 'unknown',
    })
    expect(await fieldsOf(create(newcomer.client, { phone: '1', role: 'x@y.z', resume_path: 'x' }))).toEqual({
      phone: 'format',
      role: 'contact',
      resume_path: 'own',
    })
    // Another's resume is no file of one's own.
    expect(await fieldsOf(create(newcomer.client, { resume_path: created.resume_path }))).toEqual({
      resume_path: 'own',
    })
  })
})

it('WF10 candidates.mine: the whole profile, for the candidate alone', async () => {
  const person = await candidate(stack, { profile_image: await picture(), video_intro: video() })
  const profile = await must(person.tb.candidates.mine())
  expectFields(profile, {
    id: 'id',
    full_name: 'full_name',
    email: 'email',
    phone: 'phone',
    age: 'age',
    role: 'role',
    experience_years: 'experience_years',
    current_ctc: 'current_ctc',
    expected_ctc: 'expected_ctc',
    religion: 'religion',
    country: 'country',
    state: 'state',
    city: 'city',
    education: 'education',
    skills: 'skills',
    languages: 'languages',
    street_address: 'street_address',
    willing_to_relocate: 'willing_to_relocate',
    work_experience: 'work_experience',
    career_objective: 'career_objective',
    resume_url: 'resume_url',
    video_intro_url: 'video_intro_url',
    profile_image_url: 'profile_image_url',
    is_available_for_hiring: 'is_available_for_hiring',
    created_at: 'created_at',
    updated_at: 'updated_at',
  })
  expect(profile).toMatchObject({ ...candidateFields(), account_id: person.id, email: person.email, age: 25 })
  expect(profile.current_ctc).toBe(50_000_000)
  // Signed for a minute, and by nothing else; the picture is open.
  const { iat, exp } = JSON.parse(atob(new URL(profile.resume_url!).searchParams.get('token')!.split('.')[1]!))
  expect(exp - iat).toBe(60)
  expect(await statusOf(profile.resume_url)).toBe(200)
  expect(await statusOf(profile.resume_url!.replace(/token=.*/, 'token=x'))).toBeGreaterThanOrEqual(400)
  const open = profile.resume_url!.replace(/sign(.*)\?.*/, 'public$1')
  expect(await statusOf(open)).toBeGreaterThanOrEqual(400)
  expect(profile.profile_image_url).toContain(`/public/cards/${profile.id}/`)

  const plain = await person.client.rpc('my_candidate').single()
  const { resume_url: _, video_intro_url: __, profile_image_url: ___, ...row } = profile
  expect(plain.data).toEqual(row)

  const newcomer = await member(stack, ['candidate'])
  for (const somebody of [newcomer, recruiter]) {
    await expectRefusal(somebody.tb.candidates.mine(), 'not_found')
    expect((await somebody.client.rpc('my_candidate')).data).toEqual([])
  }
  await expectRefusal(device(stack).tb.candidates.mine(), 'auth_required')
  expect((await device(stack).client.rpc('my_candidate')).error?.code).toBe('42501')
  // There is no argument to name another with.
  expect((await recruiter.client.rpc('my_candidate', { account_id: person.id })).error?.code).toBe('PGRST202')
})

it('WF11 candidates.update: what is named changes, files stay unless replaced', async () => {
  const person = await candidate(stack, { profile_image: await picture(), video_intro: video() })
  const before = await must(person.tb.candidates.mine())
  const answer = await must(person.tb.candidates.update({ full_name: 'John Doe Updated' }))
  expectFields(answer, { profile: '.', id: 'id', full_name: 'full_name', phone: 'phone' })
  const kept = ({ resume_url: _, video_intro_url: __, updated_at: ___, ...profile }: typeof before) => profile
  expect(kept(answer)).toEqual({ ...kept(before), full_name: 'John Doe Updated' })
  expect(Date.parse(answer.updated_at)).toBeGreaterThan(Date.parse(before.updated_at))
  expect((await cardOf(stack, person)).masked_name).toBe('J*** D** U******')

  const other = new Blob(['%PDF-1.7 another'], { type: 'application/pdf' })
  const replaced = await must(person.tb.candidates.update({ resume: other, profile_image: null, religion: null }))
  expect(replaced).toMatchObject({
    profile_image_url: null,
    religion: null,
    video_path: before.video_path,
    status: 'active',
  })
  expect(replaced.resume_path).not.toBe(before.resume_path)
  expect(await (await fetch(replaced.resume_url!)).text()).toBe(await other.text())
  const queued = await sql(stack)`select bucket_id, path from private.object_deletions order by bucket_id`
  expect(queued).toEqual(
    expect.arrayContaining([
      { bucket_id: 'resumes', path: before.resume_path },
      { bucket_id: 'cards', path: before.picture_path },
    ]),
  )
  const plain = await person.client.rpc('update_candidate', { fields: { city: 'Pune', expected_ctc: 1 } }).single()
  expect(plain.data).toMatchObject({
    city: 'Pune',
    expected_ctc: 1,
    role: before.role,
    resume_path: replaced.resume_path,
  })

  // Rows are replaced whole; what they say of education goes on the card, what they say of people does not.
  const rows = {
    educations: [{ degree: 'M.Tech', institution: 'IIT Bombay', start_year: 2019, end_year: 2021 }],
    experiences: [{ company: 'ABC Corp', title: 'Engineer', start_date: '2021-07-01' }],
    gaps: [{ start_date: '2021-01-01', end_date: '2021-06-30', reason: 'Studies.' }],
    notice_period_days: 30,
    category: 'software-development',
  }
  expect(await must(person.tb.candidates.update(rows))).toMatchObject(rows)
  expect((await cardOf(stack, person)).degrees.sort()).toEqual(['B.Tech', 'M.Tech'])
  expect(await must(person.tb.candidates.update({ gaps: [] }))).toMatchObject({
    gaps: [],
    experiences: rows.experiences,
  })

  const newcomer = await member(stack, ['candidate'])
  await expectUnchanged(state, async () => {
    await expectRefusal(newcomer.tb.candidates.update({ city: 'Pune', resume: resume() }), 'not_found')
    await expectRefusal(recruiter.tb.candidates.update({ city: 'Pune' }), 'permission_denied')
    await expectRefusal(device(stack).tb.candidates.update({ city: 'Pune' }), 'auth_required')
    await expectRefusal(person.tb.candidates.update({}), 'validation_failed')
    const wrong = {
      full_name: ' ',
      phone: '1',
      birth_date: '1900-01-01',
      notice_period_days: 366,
      currency: 'rupees',
      state: 'www.example.com',
      educations: [
        { degree: 'M.A.' },
        { degree: 'B.A.', start_year: 2020, end_year: 2019 },
        { degree: '', title: 'B.A.' },
      ],
      languages: ['Hindi', 'x'.repeat(51)],
      experiences: [{ company: 'A', title: 'B', start_date: '2020-02-30' }],
      gaps: 'none' as never,
    }
    await expectRefusal(person.tb.candidates.update(wrong), 'validation_failed', {
      full_name: ['length'],
      phone: ['format'],
      birth_date: ['range'],
      notice_period_days: ['range'],
      currency: ['format'],
      state: ['contact'],
      'educations.1.end_year': ['order'],
      'educations.2.degree': ['length'],
      'educations.2.title': ['unknown'],
      languages: ['length'],
      'experiences.0.start_date': ['format'],
      gaps: ['type'],
    })
    for (const client of [newcomer, recruiter, device(stack)].map(({ client }) => client)) {
      expect((await client.rpc('update_candidate', { fields: { city: 'Pune' } })).error).not.toBeNull()
    }
    for (const fields of [{}, null, [], 'city', { city: 7 }, { id: person.id }, { is_searchable: true }]) {
      const { error } = await person.client.rpc('update_candidate', { fields })
      expect(error?.code, JSON.stringify(fields)).toBe('validation_failed')
    }
  })
})

it('WF12 candidates.getAvailability: whether recruiters find one', async () => {
  const person = await candidate(stack)
  const answer = await must(person.tb.candidates.getAvailability())
  expectFields(answer, { is_available_for_hiring: 'is_available_for_hiring' })
  expect(answer).toEqual({ is_available_for_hiring: true })
  const plain = await person.client.rpc('my_candidate').select('is_available_for_hiring').single()
  expect(plain.data).toEqual(answer)
  await must(person.tb.candidates.setAvailability(false))
  expect(await must(person.tb.candidates.getAvailability())).toEqual({ is_available_for_hiring: false })
  await expectRefusal(recruiter.tb.candidates.getAvailability(), 'not_found')
  await expectRefusal(device(stack).tb.candidates.getAvailability(), 'auth_required')
})

it('WF13 candidates.setAvailability: hidden when off, found again when on', async () => {
  const person = await candidate(stack)
  const input = { is_available_for_hiring: false }
  const answer = await must(person.tb.candidates.setAvailability(input.is_available_for_hiring))
  expectTaken(input, { is_available_for_hiring: 'is_available_for_hiring' })
  expectFields({ message: answer }, { message: 'message', is_available_for_hiring: 'message.is_available_for_hiring' })
  expect([answer, await isSearchable(stack, person)]).toEqual([input, false])
  expect(await must(person.tb.candidates.mine())).toMatchObject({ ...input, is_searchable: false, status: 'active' })
  const plain = await person.client.rpc('set_candidate_availability', { is_available_for_hiring: true })
  expect([plain.data, await isSearchable(stack, person)]).toEqual([true, true])

  const newcomer = await member(stack, ['candidate'])
  await expectUnchanged(state, async () => {
    await expectRefusal(newcomer.tb.candidates.setAvailability(false), 'not_found')
    await expectRefusal(recruiter.tb.candidates.setAvailability(false), 'permission_denied')
    await expectRefusal(device(stack).tb.candidates.setAvailability(false), 'auth_required')
    await expectRefusal(person.tb.candidates.setAvailability('off' as never), 'validation_failed', {
      is_available_for_hiring: ['type'],
    })
    const { error } = await person.client.rpc('set_candidate_availability', { is_available_for_hiring: null })
    expect(error?.code).toBe('validation_failed')
  })
})

it('WF14 candidates.saveStep: in any order, from two devices, twice, and never found before it is handed in', async () => {
  const person = await member(stack, ['candidate'])
  const phone = device(stack)
  await must(phone.tb.auth.signIn({ email: person.email, password: person.password }))
  const { full_name, phone: number, birth_date, skills, education, work_experience, ...rest } = candidateFields()

  const input = { step: 3, full_name, phone: number }
  const answer = await must(person.tb.candidates.saveStep(input))
  expectTaken(input, { step: 'step', full_name: 'full_name', phone: 'phone' })
  expectFields({ message: answer.status }, { message: 'message' })
  expect(answer).toMatchObject({ status: 'draft', completed_steps: [3], full_name, is_searchable: false })
  const missing = answer.missing_fields
  expect(missing).toContain('resume')
  expect(missing).not.toContain('full_name')

  // The other device sees where to go on, and saves an earlier step.
  expect((await must(phone.tb.candidates.mine())).completed_steps).toEqual([3])
  await must(phone.tb.candidates.saveStep({ step: 1, ...rest }))
  const plain = await phone.client.rpc('save_candidate_step', { step: 2, fields: { skills, birth_date } }).single()
  expect(plain.data).toMatchObject({ completed_steps: [1, 2, 3], full_name, ...rest })
  // A skipped step and one saved twice.
  await must(person.tb.candidates.saveStep({ step: 5 }))
  const twice = { step: 4, education, work_experience, resume: resume() }
  const once = await must(person.tb.candidates.saveStep({ ...twice }))
  const again = await must(person.tb.candidates.saveStep({ step: 4, education, work_experience }))
  expect(again).toEqual({ ...once, resume_url: again.resume_url, updated_at: again.updated_at })
  expect(again).toMatchObject({ completed_steps: [1, 2, 3, 4, 5], missing_fields: [], status: 'draft' })
  // Complete, but not handed in.
  expect([again.is_searchable, await isSearchable(stack, person)]).toEqual([false, false])

  await expectUnchanged(state, async () => {
    await expectRefusal(
      person.tb.candidates.saveStep({ step: 0, phone: '1', video_intro: video() }),
      'validation_failed',
      {
        step: ['range'],
        phone: ['format'],
      },
    )
    await expectRefusal(person.tb.candidates.saveStep({ full_name } as never), 'validation_failed', {
      step: ['required'],
    })
    const refused = person.tb.candidates.saveStep({ step: 6, category: 'fashion', video_intro: video() })
    await expectRefusal(refused, 'validation_failed', { category: ['known'] })
    await expectRefusal(recruiter.tb.candidates.saveStep({ step: 1, resume: resume() }), 'permission_denied')
    await expectRefusal(device(stack).tb.candidates.saveStep({ step: 1 }), 'auth_required')
    for (const args of [
      { step: 0, fields: {} },
      { step: 21, fields: {} },
      { step: null, fields: { full_name } },
      { step: 1, fields: null },
      { step: 1, fields: { phone: '1' } },
      { step: 1, fields: { card_id: person.id } },
    ]) {
      const { error } = await person.client.rpc('save_candidate_step', args)
      expect(error?.code, JSON.stringify(args)).toBe('validation_failed')
    }
    await expectRefusal(person.tb.candidates.submit({ declaration: false as true }), 'validation_failed', {
      declaration: ['required'],
    })
  })
  const submitted = await must(person.tb.candidates.submit({ declaration: true }))
  expect(submitted).toMatchObject({ status: 'active', is_searchable: true })
  expect(await isSearchable(stack, person)).toBe(true)
})
