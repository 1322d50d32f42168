import type { CandidateProfile } from '@talentbase/sdk'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { born } from './models.ts'
import { type Member, member, picture } from './people.ts'

type Input = Parameters<Member['tb']['candidates']['create']>[0]

export const resume = () => new Blob(['%PDF-1.7 resume'], { type: 'application/pdf' })

export const video = () => new Blob(['\0\0\0\x14ftypisom, a short introduction'], { type: 'video/mp4' })

/** Everything that a source's candidate has but the files. */
export const candidateFields = () =>
  ({
    full_name: 'John Doe',
    phone: '+919876543210',
    birth_date: born(25),
    role: 'Software Engineer',
    experience_years: 3,
    current_ctc: 50_000_000,
    expected_ctc: 80_000_000,
    religion: 'Hindu',
    country: 'India',
    state: 'Maharashtra',
    city: 'Mumbai',
    education: 'B.Tech: Computer Science, XYZ University (2019) - 85%',
    skills: ['Python', 'Django', 'React', 'PostgreSQL'],
    languages: ['English', 'Hindi', 'Marathi'],
    street_address: '123 Main Street, Andheri West',
    willing_to_relocate: true,
    work_experience: 'Worked at ABC Corp as Software Engineer for 3 years.',
    career_objective: 'Looking for a senior role with focus on backend development',
  }) satisfies Partial<Input>

/** As above, with a resume, and declared. */
export const candidateInput = () => ({ ...candidateFields(), resume: resume(), declaration: true as const })

/** A candidate whose profile is handed in. */
export async function candidate(stack: TestStack, changes: Partial<Input> = {}): Promise<Member> {
  const person = await member(stack, ['candidate'])
  await must(person.tb.candidates.create({ ...candidateInput(), ...changes }))
  return person
}

/** One with a name and a number of their own, a picture and a video: the most that could lead to them. */
export async function knownCandidate(stack: TestStack): Promise<Member & { profile: CandidateProfile }> {
  const person = await member(stack, ['candidate'], { first_name: unique('First'), last_name: unique('Last') })
  const files = { resume: resume(), video_intro: video(), profile_image: await picture() }
  const named = { full_name: `${unique('John')} ${unique('Doe')}`, phone: '+918765012349' }
  const profile = await must(person.tb.candidates.create({ ...candidateInput(), ...named, ...files }))
  return { ...person, profile }
}

/** The card, past every rule. */
export async function cardOf(stack: TestStack, { id }: { id: string }) {
  const [card] = await sql(stack)`
    select d.* from private.candidate_cards d join private.candidates c on c.card_id = d.id where c.account_id = ${id}
  `
  return card!
}

export const isSearchable = async (stack: TestStack, person: { id: string }): Promise<boolean> =>
  (await cardOf(stack, person)).is_searchable

/** All that is kept of candidates: persons, cards, rows and files. */
export async function candidatesIn(stack: TestStack) {
  const rows = await sql(stack)`
    select to_jsonb(c) as row from private.candidates c
    union all select to_jsonb(d) from private.candidate_cards d
    union all select to_jsonb(e) from private.candidate_educations e
    union all select to_jsonb(x) from private.candidate_experiences x
    union all select to_jsonb(g) from private.candidate_gaps g
    union all select to_jsonb(f) from public.files f where bucket_id in ('resumes', 'videos', 'cards')
  `
  return rows.map(({ row }) => JSON.stringify(row)).sort()
}
