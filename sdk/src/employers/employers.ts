import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type Picture, pictureUrl, withPicture } from '../pictures.ts'
import type { Result } from '../result.ts'
import type { Card, Row } from '../rows.ts'
import { createEmployerSchema, getEmployerSchema, updateEmployerSchema } from './schemas.ts'

/** One's own profile. `is_verified` and `rejection_reason` are an admin's. */
export interface EmployerProfile extends Row<'employer_profiles'> {
  /** Url of the picture at `logo_path`. */
  logo: string | null
}

/** What everybody sees of an employer or agency. */
export interface Employer {
  account_id: string
  company_name: string
  description: string | null
  website: string | null
  city: string | null
  country: string | null
  logo: string | null
  /** An admin has looked at the company; ends with another name or business id. */
  is_verified: boolean
  /** 1-5, of published reviews; null before the first. */
  rating: number | null
  reviews_count: number
  created_at: string
}

type EmployerRow = Card<'employer_card', 'description' | 'website' | 'city' | 'country' | 'logo_path' | 'rating'>

/** Profiles of employers and agencies. */
export class Employers {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Makes one's own profile. `permission_denied` without the role employer or agency, `duplicate` when there is one.
   * MW11, MB07
   */
  create(input: z.input<typeof createEmployerSchema>): Promise<Result<EmployerProfile>> {
    const context = this.#context
    return context.run(async () => {
      const profile = context.parse(createEmployerSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('employer_profiles').insert({ account_id, ...profile })
      return this.#profile(await context.rows(query.select().single()))
    })
  }

  /**
   * Changes what is named and leaves the rest; null clears a field. Another name or business id ends the verification.
   * `not_found` when there is no profile.
   */
  update(input: z.input<typeof updateEmployerSchema>): Promise<Result<EmployerProfile>> {
    const context = this.#context
    return context.run(() => this.#update(context.parse(updateEmployerSchema, input)))
  }

  /** One's own profile, with contact person, phone and business id; `not_found` when there is none. */
  mine(): Promise<Result<EmployerProfile>> {
    const context = this.#context
    return context.run(async () => {
      const account_id = await context.accountId()
      const query = context.supabase.from('employer_profiles').select().eq('account_id', account_id)
      return this.#profile(await context.rows(query.single()))
    })
  }

  /** What everybody may see of an employer or agency; `not_found` when there is none. Public. MB08 */
  get(accountId: string): Promise<Result<Employer>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(getEmployerSchema, { account_id: accountId })
      const row = (await context.rows(context.supabase.rpc('get_employer', wanted).single())) as EmployerRow
      const { logo_path, ...employer } = row
      return { ...employer, logo: pictureUrl(context.supabase, 'avatars', logo_path) }
    })
  }

  /** Stores a picture (JPEG, PNG or WebP, at most 10 MB) and makes it the logo; the one before is deleted. */
  uploadLogo(file: Picture, options: { content_type?: string } = {}): Promise<Result<EmployerProfile>> {
    const context = this.#context
    return context.run(() =>
      withPicture(context, 'avatars', file, options.content_type, (logo_path) => this.#update({ logo_path })),
    )
  }

  async #update(changes: z.output<typeof updateEmployerSchema>): Promise<EmployerProfile> {
    const { supabase, rows, accountId } = this.#context
    const query = supabase
      .from('employer_profiles')
      .update(changes)
      .eq('account_id', await accountId())
    return this.#profile(await rows(query.select().single()))
  }

  #profile(row: Row<'employer_profiles'>): EmployerProfile {
    return { ...row, logo: pictureUrl(this.#context.supabase, 'avatars', row.logo_path) }
  }
}
