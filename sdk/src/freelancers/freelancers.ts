import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type EmptyOfPerson, type Person, withUser } from '../people/person.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { createFreelancerSchema, getFreelancerSchema, updateFreelancerSchema } from './schemas.ts'

/** What everybody signed in sees of a freelancer; one's own profile is the same. */
export interface Freelancer {
  account_id: string
  user: Person
  headline: string
  experience: string | null
  /** Minor units of `currency`. */
  hourly_rate: number | null
  currency: string
  is_available: boolean
  portfolio_link: string | null
  /** 1-5, of published reviews; null before the first. */
  rating: number | null
  reviews_count: number
  completed_tasks: number
  created_at: string
  updated_at: string
}

type FreelancerRow = Card<'freelancer_card', EmptyOfPerson | 'experience' | 'hourly_rate' | 'portfolio_link' | 'rating'>

/** Profiles of freelancers, who do tasks. */
export class Freelancers {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes one's own profile. `permission_denied` without the role freelancer, `duplicate` when there is one. */
  create(input: z.input<typeof createFreelancerSchema>): Promise<Result<Freelancer>> {
    const context = this.#context
    return context.run(async () => {
      const profile = context.parse(createFreelancerSchema, input)
      const account_id = await context.accountId()
      await context.rows(context.supabase.from('freelancer_profiles').insert({ account_id, ...profile }))
      return this.#get(account_id)
    })
  }

  /** Changes what is named and leaves the rest; null clears a field. `not_found` when there is no profile. */
  update(input: z.input<typeof updateFreelancerSchema>): Promise<Result<Freelancer>> {
    const context = this.#context
    return context.run(async () => {
      const changes = context.parse(updateFreelancerSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('freelancer_profiles').update(changes).eq('account_id', account_id)
      await context.rows(query.select('account_id').single())
      return this.#get(account_id)
    })
  }

  /** One's own profile; `not_found` when there is none. */
  mine(): Promise<Result<Freelancer>> {
    const context = this.#context
    return context.run(async () => this.#get(await context.accountId()))
  }

  /** A freelancer; `not_found` when there is none to see. Needs an account. */
  get(accountId: string): Promise<Result<Freelancer>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(getFreelancerSchema, { account_id: accountId }).account_id))
  }

  async #get(account_id: string): Promise<Freelancer> {
    const { supabase, rows } = this.#context
    return withUser(supabase, (await rows(supabase.rpc('get_freelancer', { account_id }).single())) as FreelancerRow)
  }
}
