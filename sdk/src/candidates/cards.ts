import type { Context, Supabase } from '../context.ts'
import type { Database } from '../database.types.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card } from '../rows.ts'
import { signedUrls } from './files.ts'
import type { CandidateEducation, CandidateExperience, CandidateGap } from './types.ts'

export type CandidateCardRow = Card<
  'candidate_card',
  | 'unlocked_at'
  | 'masked_name'
  | 'full_name'
  | 'phone'
  | 'email'
  | 'role'
  | 'category'
  | 'department'
  | 'experience_years'
  | 'current_ctc'
  | 'expected_ctc'
  | 'religion'
  | 'country'
  | 'state'
  | 'city'
  | 'willing_to_relocate'
  | 'notice_period_days'
  | 'picture_path'
  | 'resume_path'
  | 'video_path'
  | 'listed_on'
>

/**
 * A candidate as recruiters find them. Locked: `masked_name` (`J*** D**`), `phone` (`******3210`) and `email`
 * (`j***@example.com`) are masks, `full_name` and the paths of files null; unlocked: `masked_name` is null and the others
 * are what they are. Salaries are a year's, in minor units of `currency`.
 */
export interface CandidateCard extends Omit<CandidateCardRow, 'total' | 'cursor'> {
  profile_image_url: string | null
}

/** One whom one has unlocked, with urls of their files; null for what they have not handed in. */
export interface UnlockedCandidate extends CandidateCard {
  /** Signed, good for 60 seconds. */
  resume_url: string | null
  /** Signed, good for 60 seconds. */
  video_intro_url: string | null
}

/** A candidate, whole. Locked: texts, files and urls of them are null, and the lists empty. */
export interface Candidate extends UnlockedCandidate {
  street_address: string | null
  education: string | null
  educations: CandidateEducation[]
  work_experience: string | null
  experiences: CandidateExperience[]
  gaps: CandidateGap[]
  career_objective: string | null
}

type CandidateDetailRow = Database['public']['CompositeTypes']['candidate_detail']

export function cardOf(supabase: Supabase, row: CandidateCardRow): CandidateCard {
  const { total: _total, cursor: _cursor, ...card } = row
  return { ...card, profile_image_url: pictureUrl(supabase, 'cards', row.picture_path) }
}

/** One candidate, masked until unlocked; not_found for who is neither to be found nor unlocked. */
export async function readCandidate(context: Context, candidate_id: string): Promise<Candidate> {
  const { supabase, rows } = context
  const detail = await rows(supabase.rpc('get_candidate', { candidate_id }).single())
  return (await candidatesOf(context, [detail]))[0]!
}

/** Candidates with urls of their files. */
export async function candidatesOf(context: Context, details: CandidateDetailRow[]): Promise<Candidate[]> {
  const cards = await withUrls(
    context,
    details.map(({ card }) => cardOf(context.supabase, card as CandidateCardRow)),
  )
  return details.map(({ card: _card, ...rest }, i) => ({
    ...cards[i]!,
    ...(rest as Omit<Candidate, keyof UnlockedCandidate>),
  }))
}

/** Urls of the files of cards, signed in one request a bucket. */
export async function withUrls(context: Context, cards: CandidateCard[]): Promise<UnlockedCandidate[]> {
  const pathsOf = (column: 'resume_path' | 'video_path') => cards.map((card) => card[column])
  const [resumes, videos] = await Promise.all([
    signedUrls(context, 'resumes', pathsOf('resume_path')),
    signedUrls(context, 'videos', pathsOf('video_path')),
  ])
  return cards.map((card, i) => ({ ...card, resume_url: resumes[i] ?? null, video_intro_url: videos[i] ?? null }))
}
