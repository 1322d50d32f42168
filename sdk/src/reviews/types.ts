import type { z } from 'zod'
import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card, Row } from '../rows.ts'
import type { reviewedEntity, subjectRole } from './schemas.ts'

/** 1-5 each. */
export interface ReviewCriteria {
  communication?: number
  quality?: number
  punctuality?: number
}

interface Said {
  entity_type: z.output<typeof reviewedEntity>
  subject_role: z.output<typeof subjectRole>
  criteria: ReviewCriteria
}

export type ReviewCardRow = Card<
  'review_card',
  'author_id' | 'author_name' | 'author_avatar_path' | 'comment' | 'reply' | 'replied_at'
>

/** A published review, as everybody reads it. */
export interface Review
  extends Omit<ReviewCardRow, 'total' | 'cursor' | 'author_id' | 'author_name' | 'author_avatar_path' | keyof Said>,
    Said {
  /** Nulls when they have left, or a block stands between. */
  author: { id: string | null; full_name: string | null; avatar: string | null }
}

type ReviewRow = Row<'reviews'>

/** A review of one's own, or about oneself. `published_at` is null while the other side has not written and time runs. */
export interface OwnReview extends Omit<ReviewRow, keyof Said>, Said {}

export function reviewOf(supabase: Supabase, row: ReviewCardRow): Review {
  const { author_id, author_name, author_avatar_path, total: _total, cursor: _cursor, ...review } = row
  return {
    ...(review as Omit<typeof review, keyof Said> & Said),
    author: { id: author_id, full_name: author_name, avatar: pictureUrl(supabase, 'avatars', author_avatar_path) },
  }
}
