import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type EmptyOfPerson, type Person, withUser } from '../people/person.ts'
import { itemOf, type PortfolioItemRow } from '../portfolio/from-rows.ts'
import type { PortfolioItem } from '../portfolio/types.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { type AccountSkill, type SkillRow, skillOf } from '../skills/types.ts'
import { createCreatorSchema, getCreatorSchema, updateCreatorSchema } from './schemas.ts'

/** What everybody sees of a creator; one's own profile is the same. */
export interface Creator {
  account_id: string
  user: Person
  specialization: string
  experience: string | null
  portfolio_link: string | null
  social_links: { instagram: string | null; behance: string | null; dribbble: string | null }
  /** 1-5, of published reviews; null before the first. */
  rating: number | null
  reviews_count: number
  completed_orders: number
  created_at: string
  updated_at: string
}

/** A creator with what they can do and have done. */
export interface CreatorDetail extends Creator {
  /** The newest 100; `skills.list` has all. */
  skills: AccountSkill[]
  /** The newest 20; `portfolio.list` has all. */
  portfolio: PortfolioItem[]
}

type CreatorRow = Card<
  'creator_card',
  EmptyOfPerson | 'experience' | 'portfolio_link' | 'instagram' | 'behance' | 'dribbble' | 'rating'
>

/** Profiles of creators, who sell services. */
export class Creators {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes one's own profile. `permission_denied` without the role creator, `duplicate` when there is one. UG07 */
  create(input: z.input<typeof createCreatorSchema>): Promise<Result<Creator>> {
    const context = this.#context
    return context.run(async () => {
      const profile = columnsOf(context.parse(createCreatorSchema, input))
      const account_id = await context.accountId()
      await this.#write(context.supabase.from('creator_profiles').insert({ account_id, ...profile }))
      return this.#get(account_id)
    })
  }

  /** Changes what is named and leaves the rest; null clears a field. `not_found` when there is no profile. UG08 */
  update(input: z.input<typeof updateCreatorSchema>): Promise<Result<Creator>> {
    const context = this.#context
    return context.run(async () => {
      const changes = columnsOf(context.parse(updateCreatorSchema, input))
      const account_id = await context.accountId()
      const query = context.supabase.from('creator_profiles').update(changes).eq('account_id', account_id)
      await this.#write(query.select('account_id').single())
      return this.#get(account_id)
    })
  }

  /** One's own profile; `not_found` when there is none. */
  mine(): Promise<Result<Creator>> {
    const context = this.#context
    return context.run(async () => this.#get(await context.accountId()))
  }

  /** A creator; `detail` adds skills and portfolio. `not_found` when there is none to see. Public. UG09 */
  get(accountId: string, options: { detail: true }): Promise<Result<CreatorDetail>>
  get(accountId: string, options?: { detail?: boolean }): Promise<Result<Creator>>
  get(accountId: string, options: { detail?: boolean } = {}): Promise<Result<Creator>> {
    const context = this.#context
    return context.run(() => {
      const { account_id, detail } = context.parse(getCreatorSchema, { ...options, account_id: accountId })
      return detail ? this.#detail(account_id) : this.#get(account_id)
    })
  }

  async #get(account_id: string): Promise<Creator> {
    const { supabase, rows } = this.#context
    const row = (await rows(supabase.rpc('get_creator', { account_id }).single())) as CreatorRow
    const { instagram, behance, dribbble, ...creator } = withUser(supabase, row)
    return { ...creator, social_links: { instagram, behance, dribbble } }
  }

  async #detail(account_id: string): Promise<CreatorDetail> {
    const { supabase, rows } = this.#context
    const [creator, skills, items] = await Promise.all([
      this.#get(account_id),
      rows(supabase.rpc('list_account_skills', { account_id, page_size: 100 })),
      rows(supabase.rpc('list_portfolio', { account_id, page_size: 20 })),
    ])
    return {
      ...creator,
      skills: (skills as SkillRow[]).map(skillOf),
      portfolio: (items as PortfolioItemRow[]).map((item) => itemOf(supabase, item)),
    }
  }

  /** Names the columns that Postgres complains about as the input does. */
  async #write<T>(request: PromiseLike<PostgrestSingleResponse<T>>): Promise<T> {
    try {
      return await this.#context.rows(request)
    } catch (error) {
      throw error instanceof TalentbaseError ? renameFields(error, inputNames) : error
    }
  }
}

const inputNames = {
  instagram: 'social_links.instagram',
  behance: 'social_links.behance',
  dribbble: 'social_links.dribbble',
}

function columnsOf<Fields extends z.output<typeof updateCreatorSchema>>({ social_links, ...fields }: Fields) {
  return { ...fields, ...social_links }
}
