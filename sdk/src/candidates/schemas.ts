import { z } from 'zod'
import {
  amount,
  birthDate,
  blame,
  currency,
  date,
  internationalPhone,
  isChange,
  slug,
  text,
} from '../schemas/fields.ts'
import { file } from '../uploads.ts'
import { holdsContact } from './contact.ts'

const rule = (name: string) => ({ params: { rule: name } })

/** A text that recruiters read before they unlock somebody: it holds no address, link or phone number. */
const open = (max: number) => text(1, max).refine((value) => !holdsContact(value), rule('contact'))

/** Many texts, or one with commas between them. */
const openList = (most: number) =>
  z
    .union([z.array(z.string()), z.string()])
    .transform((list) => (typeof list === 'string' ? list.split(',').map((one) => one.trim()) : list))
    .transform((list) => list.filter((one) => one !== ''))
    .pipe(z.array(open(50)).max(most))
    .transform(distinct)

/** Words that differ only in case or blanks are one, as it is written first. The database does the same. */
function distinct(words: string[]): string[] {
  const spelled = new Map<string, string>()
  for (const word of words) {
    const key = word.trim().replace(/\s+/g, ' ').toLowerCase()
    if (!spelled.has(key)) spelled.set(key, word.trim())
  }
  return [...spelled.values()]
}

const year = z.int().min(1950).max(2100)

const inOrder = (start: string, end: string) =>
  [
    (row: Record<string, unknown>) => {
      const [first, last] = [row[start], row[end]]
      return first === undefined || first === null || last === undefined || last === null || first <= last
    },
    blame(end, 'order'),
  ] as const

const education = z
  .strictObject({
    degree: open(100),
    field_of_study: text(1, 200).nullish(),
    institution: text(1, 200).nullish(),
    start_year: year.nullish(),
    end_year: year.nullish(),
    grade: text(1, 50).nullish(),
  })
  .refine(...inOrder('start_year', 'end_year'))

const experience = z
  .strictObject({
    company: text(1, 200),
    title: text(1, 200),
    start_date: date,
    /** Null: still there. */
    end_date: date.nullish(),
    description: text(1, 2000).nullish(),
  })
  .refine(...inOrder('start_date', 'end_date'))

const gap = z
  .strictObject({ start_date: date, end_date: date, reason: text(1, 500).nullish() })
  .refine(...inOrder('start_date', 'end_date'))

const fields = {
  full_name: text(1, 200),
  phone: internationalPhone,
  birth_date: birthDate,
  /** What one works as, such as Software Engineer. */
  role: open(100),
  /** Slug of a category of the kind hiring. */
  category: slug,
  department: open(100),
  experience_years: z.int().min(0).max(60),
  /** A year's salary in minor units of `currency`: 50000000 is 500,000.00. */
  current_ctc: amount,
  /** As current_ctc. */
  expected_ctc: amount,
  religion: open(100),
  country: open(100),
  state: open(100),
  city: open(100),
  street_address: text(1, 500),
  /** In words; row by row in `educations`. */
  education: text(1, 5000),
  /** At most 20. */
  educations: z.array(education).max(20),
  /** At most 50 of at most 50 characters, or one text with commas. */
  skills: openList(50),
  /** At most 30 of at most 50 characters, or one text with commas. */
  languages: openList(30),
  willing_to_relocate: z.boolean(),
  /** In words; row by row in `experiences`. */
  work_experience: text(1, 10_000),
  /** At most 50. */
  experiences: z.array(experience).max(50),
  /** Times without work; at most 20. */
  gaps: z.array(gap).max(20),
  career_objective: text(1, 5000),
  notice_period_days: z.int().min(0).max(365),
  /** PDF, at most 10 MB. */
  resume: file,
  /** MP4 or MOV, at most 50 MB. */
  video_intro: file,
  /** JPEG, PNG or WebP, at most 10 MB. Recruiters see it before they unlock. */
  profile_image: file,
}

/** What is not a field of its own. */
const beside = {
  /** ISO 4217; INR unless told. */
  currency: currency.optional(),
  /** Of files that do not say what they are, such as { resume: 'application/pdf' }. */
  content_types: z
    .strictObject({ resume: z.string(), video_intro: z.string(), profile_image: z.string() })
    .partial()
    .optional(),
}

type Nullish<Shape extends z.ZodRawShape> = { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> }

function nullish<Shape extends z.ZodRawShape>(shape: Shape): Nullish<Shape> {
  const loose = Object.entries(shape).map(([name, schema]) => [name, z.optional(z.nullable(schema))])
  return Object.fromEntries(loose) as Nullish<Shape>
}

const changes = { ...nullish(fields), ...beside }

/** That what was said is true. Where it is missing, the checks of other fields go on. */
const declaration = z.custom<true>((value) => value === true, { ...rule('required'), abort: false })

const isThere = (one: string, other: string) =>
  [(input: Record<string, unknown>) => (input[one] ?? input[other] ?? null) !== null, blame(one, 'required')] as const

export const createCandidateSchema = z
  .strictObject({
    ...changes,
    full_name: fields.full_name,
    phone: fields.phone,
    birth_date: fields.birth_date,
    role: fields.role,
    experience_years: fields.experience_years,
    country: fields.country,
    state: fields.state,
    city: fields.city,
    skills: fields.skills.refine((skills) => skills.length > 0, rule('required')),
    resume: fields.resume,
    declaration,
  })
  .refine(...isThere('education', 'educations'))
  .refine(...isThere('work_experience', 'experiences'))

export const updateCandidateSchema = z
  .strictObject(changes)
  .refine(({ content_types: _, ...named }) => isChange(named), rule('required'))

export const saveCandidateStepSchema = z.strictObject({ step: z.int().min(1).max(20), ...changes })

export const submitCandidateSchema = z.strictObject({ declaration })

export const setCandidateAvailabilitySchema = z.strictObject({ is_available_for_hiring: z.boolean() })
