import type { Card } from '../rows.ts'

/** draft: not handed in; incomplete: `missing_fields` are missing; pending: an admin has to approve it. */
export type CandidateStatus = 'draft' | 'incomplete' | 'pending' | 'rejected' | 'active'

export interface CandidateEducation {
  degree: string
  field_of_study: string | null
  institution: string | null
  start_year: number | null
  end_year: number | null
  grade: string | null
}

export interface CandidateExperience {
  company: string
  title: string
  start_date: string
  /** Null: still there. */
  end_date: string | null
  description: string | null
}

export interface CandidateGap {
  start_date: string
  end_date: string
  reason: string | null
}

type Empty =
  | 'full_name'
  | 'phone'
  | 'birth_date'
  | 'age'
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
  | 'street_address'
  | 'education'
  | 'willing_to_relocate'
  | 'work_experience'
  | 'career_objective'
  | 'notice_period_days'
  | 'resume_path'
  | 'video_path'
  | 'picture_path'
  | 'rejection_reason'
  | 'declared_at'

export type CandidateRow = Card<'candidate_profile', Empty>

/** One's own profile, whole. Salaries are a year's, in minor units of `currency`. */
export interface CandidateProfile extends Omit<CandidateRow, 'educations' | 'experiences' | 'gaps' | 'status'> {
  /** Of the card that recruiters see; it leads to nobody's account. */
  id: string
  educations: CandidateEducation[]
  experiences: CandidateExperience[]
  gaps: CandidateGap[]
  status: CandidateStatus
  /** Signed, good for 60 seconds. */
  resume_url: string | null
  /** Signed, good for 60 seconds. */
  video_intro_url: string | null
  profile_image_url: string | null
}
