import type { z } from 'zod'
import type { categoryKind, createProposalSchema, referenceType } from './schemas.ts'

/** Casting: castings and models; hiring: jobs; service, task: work. */
export type CategoryKind = z.output<typeof categoryKind>

export interface Category {
  slug: string
  parent_slug: string | null
  kinds: CategoryKind[]
  /** In the SDK's locale, as far as there is one. */
  name: string
}

export interface Skill {
  id: string
  name: string
  description: string | null
}

export interface Country {
  /** ISO 3166-1 alpha-2, such as KZ. */
  code: string
  name: string
}

export interface State {
  slug: string
  country_code: string
  name: string
}

export interface City {
  slug: string
  name: string
}

export type ReferenceType = z.output<typeof referenceType>

export interface ReferenceOption {
  slug: string
  /** In the SDK's locale, as far as there is one. */
  name: string
}

export interface Proposal {
  id: string
  type: z.output<typeof createProposalSchema>['type']
  name: string
  parent: string | null
  note: string | null
  status: 'pending' | 'approved' | 'rejected'
  /** Why it was rejected. */
  reason: string | null
  decided_at: string | null
  created_at: string
}
