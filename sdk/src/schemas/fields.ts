import { z } from 'zod'

// The same rules as the database's constraints, which decide; these are here so that a form learns of every field at once.

const rule = (name: string) => ({ params: { rule: name } })

// What the database refuses in any text: control, invisible and direction-changing characters, halves of surrogate pairs.
const unclean =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ud800-\udfff\u{e0000}-\u{e0fff}]/u

/** A text of `min` to `max` characters, blanks around it not counted for `min`. */
export function text(min: number, max: number): z.ZodString {
  return z
    .string()
    .refine((value) => {
      const kept = value.replace(/^[ \t\n\r\u00a0\u3000]+|[ \t\n\r\u00a0\u3000]+$/g, '')
      return [...kept].length >= min && [...value].length <= max
    }, rule('length'))
    .refine((value) => !unclean.test(value), rule('format'))
}

// What comes along unseen when something is pasted: marks and embeddings of writing direction, soft hyphens, joiners of no width, byte
// order marks.
const pasted = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g

/** As `text`, of what people write or paste: what came along unseen is left out. */
export const pastedText = (min: number, max: number) =>
  z
    .string()
    .transform((value) => value.replace(pasted, ''))
    .pipe(text(min, max))

export const id = z.guid()

/** An address to make an account of. */
export const email = z.email().max(254)

/** An address that may be an account's already, and was let in by other rules. */
export const knownEmail = z.email({ pattern: z.regexes.unicodeEmail }).max(254)

/** 3-150 letters, digits or underscores. */
export const username = z.string().regex(/^[A-Za-z0-9_]{3,150}$/)

/** 8-72 characters. */
export const password = z.string().min(8).max(72)

/** Digits, blanks, brackets and dashes, with or without a plus in front. */
export const phone = z.string().regex(/^\+?[0-9][0-9 ()-]{4,24}$/)

/** A plus, the country's code and the number, such as +919876543210. */
export const internationalPhone = z.string().regex(/^\+[1-9][0-9]{6,14}$/)

/** An http or https address of at most 2000 characters. */
export const webUrl = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[a-z0-9]([a-z0-9.:-]*[a-z0-9])?([/?#][^\s"<>\\`{}|^]*)?$/i)

export const locale = z.enum(['en', 'ru', 'kk'])

export const gender = z.enum(['male', 'female', 'other'])

export const experience = z.enum(['beginner', 'intermediate', 'experienced'])

/** Every role a person can take; `admin` is given, never taken. */
export const role = z.enum(['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator'])

export const name = text(1, 100)
export const place = text(1, 100)

/** Path in a bucket, below the account's own folder. */
export const path = z.string().regex(/^[0-9a-f-]{36}(\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}){1,4}$/)

/** ISO 8601 with a time zone, such as 2026-03-15T10:00:00Z, from 2000 to 2200. */
export const instant = z.iso.datetime({ offset: true }).refine((value) => {
  const time = Date.parse(value)
  // What is no date at all has been blamed for that.
  return Number.isNaN(time) || (time >= Date.UTC(2000, 0) && time <= Date.UTC(2200, 0))
}, rule('range'))

/** ISO 4217, such as KZT. */
export const currency = z.string().regex(/^[A-Z]{3}$/)

/** A category's slug, such as fashion. */
export const slug = z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/)

/** ISO 8601 without a time, such as 2001-05-30, from 1950 to 2200. */
export const date = z.iso.date().refine((value) => value >= '1950-01-01' && value <= '2200-01-01', rule('range'))

/** ISO 8601, such as 2001-05-30; of somebody 18 to 99 years old. */
export const birthDate = z.iso.date().refine(isGrownUp, rule('range'))

function isGrownUp(birth_date: string): boolean {
  const [year, month, day] = birth_date.split('-').map(Number) as [number, number, number]
  const now = new Date()
  const hadBirthday = now.getUTCMonth() + 1 > month || (now.getUTCMonth() + 1 === month && now.getUTCDate() >= day)
  const age = now.getUTCFullYear() - year - (hadBirthday ? 0 : 1)
  return age >= 18 && age <= 99
}

/** Minor units of a currency: 500000 is 5,000.00. */
export const amount = z.int().min(0).max(1_000_000_000_000)

/** What a list may be asked for: 1-100 items (20 unless told) after a cursor, or after the first 0-1000. */
export const page = {
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(1000).optional(),
  offset: z.int().min(0).max(1000).optional(),
}

/** For objects of changes: at least one of them, also inside of them. */
export function isChange(value: object): boolean {
  return Object.values(value).some((change) => change !== undefined && (!isPlain(change) || isChange(change)))
}

/** What schemas of objects answer; no list and no file. */
function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** For two fields, of which the second must not be below the first; lets everything else pass. */
export function inOrder(least: string, most: string): (value: Record<string, unknown>) => boolean {
  return (value) => !(typeof value[least] === 'number' && typeof value[most] === 'number' && value[least] > value[most])
}

interface Blame {
  path: string[]
  params: { rule: string }
  when: (payload: { value: unknown }) => boolean
}

/** Says which rule a check stands for and which field it blames; such a check runs although other fields are wrong. */
export function blame(field: string, name: string): Blame {
  return { path: [field], params: { rule: name }, when: ({ value }) => typeof value === 'object' && value !== null }
}
