import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { createRecruiterSchema, updateRecruiterSchema } from './schemas.ts'

type RecruiterRow = Card<
  'recruiter_profile',
  'organization_id' | 'company_name' | 'company_website' | 'company_size' | 'rejection_reason'
>

/** One's own profile, with the company one hires for. `total_spent` is in credits. */
export interface RecruiterProfile extends Omit<RecruiterRow, 'company_size'> {
  company_size: '1-10' | '10-50' | '50-100' | '100-500' | '500+' | null
}

/** Profiles of recruiters, and the companies that they share. */
export class Recruiters {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Makes one's own profile, and the company as an organization of one's own; with `organization_id` one hires for an
   * organization that one belongs to: it has a size (`validation_failed`), or its owner or admin gives `company_size`
   * along. Not verified until an admin does it. `permission_denied` without the role recruiter or for the size of a
   * company one does not manage, `duplicate` when there is one, `not_found` for an organization one does not belong to. WF17
   */
  create(input: z.input<typeof createRecruiterSchema>): Promise<Result<RecruiterProfile>> {
    const context = this.#context
    return context.run(async () => {
      const { company_website, ...profile } = context.parse(createRecruiterSchema, input)
      const args = { ...profile, ...(company_website ? { company_website } : {}) }
      return (await context.rows(context.supabase.rpc('create_recruiter', args).single())) as RecruiterProfile
    })
  }

  /** One's own profile; `not_found` when there is none. WF18 */
  mine(): Promise<Result<RecruiterProfile>> {
    const { run, rows, supabase } = this.#context
    return run(async () => (await rows(supabase.rpc('my_recruiter').single())) as RecruiterProfile)
  }

  /**
   * Changes what is named and leaves the rest; a `company_website` of null clears it. The company is changed for all of its
   * recruiters, by its owner and admins (`permission_denied`); `conflict` when one hires for none. Another name of one's
   * own, of the company, or another company ends the verification. `not_found` when there is no profile. WF19
   */
  update(input: z.input<typeof updateRecruiterSchema>): Promise<Result<RecruiterProfile>> {
    const context = this.#context
    return context.run(async () => {
      const { company_website, ...changes } = context.parse(updateRecruiterSchema, input)
      // The function takes an empty text for null, for null is what is not named.
      const args = { ...changes, ...(company_website === undefined ? {} : { company_website: company_website ?? '' }) }
      return (await context.rows(context.supabase.rpc('update_recruiter', args).single())) as RecruiterProfile
    })
  }
}
