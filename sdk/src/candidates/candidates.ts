import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import type { List } from '../list.ts'
import { pictureUrl } from '../pictures.ts'
import type { Result } from '../result.ts'
import { parseWithFiles } from '../uploads.ts'
import { type Candidate, type CandidateCard, readCandidate, type UnlockedCandidate } from './cards.ts'
import { acceptedFiles, type CandidateFiles, signedUrls, withFiles } from './files.ts'
import {
  allOptions,
  type CandidateFacets,
  type FilterCategory,
  type FilterOption,
  type FilterOptions,
  facetsOf,
  filterCategories,
  optionsOfType,
} from './options.ts'
import {
  createCandidateSchema,
  saveCandidateStepSchema,
  setCandidateAvailabilitySchema,
  submitCandidateSchema,
  updateCandidateSchema,
} from './schemas.ts'
import { searchCandidates } from './search.ts'
import {
  candidateIdSchema,
  countCandidateFacetsSchema,
  listFilterOptionsSchema,
  listFilterSubcategoriesSchema,
  searchCandidatesSchema,
} from './search-schemas.ts'
import type { CandidateProfile, CandidateRow } from './types.ts'
import { listUnlockedCandidatesSchema, unlockCandidateSchema, unlockCandidatesSchema } from './unlock-schemas.ts'
import { listUnlockedCandidates, type UnlockOptions, type UnlockResult, unlockCandidates } from './unlocks.ts'

/**
 * One's own profile as a candidate, and what verified recruiters find of others: a card without name, contact and files,
 * of profiles that are complete, handed in, available and, where the project asks for it, approved.
 */
export class Candidates {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Saves a whole profile, or the rest of a draft, and hands it in. A resume (PDF, 10 MB) is required; a video (MP4, MOV,
   * 50 MB) and a picture are not. `permission_denied` without the role candidate, `duplicate` when one was handed in,
   * `validation_failed` with every field that is missing or wrong; ten files a minute. WF09
   */
  create(input: z.input<typeof createCandidateSchema>): Promise<Result<CandidateProfile>> {
    const context = this.#context
    return context.run(async () => {
      const asked = await parseWithFiles(context, createCandidateSchema, input, acceptedFiles)
      const { declaration, ...profile } = asked
      return this.#save(profile, (fields) => context.supabase.rpc('create_candidate', { fields, declaration }))
    })
  }

  /** One's own profile, drafts too, with urls of its files; `not_found` when nothing was saved yet. WF10 */
  mine(): Promise<Result<CandidateProfile>> {
    const context = this.#context
    return context.run(async () => this.#profile(await this.#mine()))
  }

  /**
   * Changes what is named and leaves the rest; null clears a field or takes a file away, a new file replaces the one
   * before. `educations`, `experiences` and `gaps` are replaced whole. A profile that lacks something is not found until
   * it is complete again. `not_found` when there is none. WF11
   */
  update(input: z.input<typeof updateCandidateSchema>): Promise<Result<CandidateProfile>> {
    const context = this.#context
    return context.run(async () => {
      const changes = await parseWithFiles(context, updateCandidateSchema, input, acceptedFiles)
      return this.#save(changes, (fields) => context.supabase.rpc('update_candidate', { fields }))
    })
  }

  /** Whether recruiters find one; `not_found` when there is no profile. WF12 */
  getAvailability(): Promise<Result<{ is_available_for_hiring: boolean }>> {
    return this.#context.run(async () => {
      const { is_available_for_hiring } = await this.#mine()
      return { is_available_for_hiring }
    })
  }

  /**
   * Says whether recruiters find one and may unlock one anew; who did before keeps what they bought. `not_found` when there
   * is no profile. WF13
   */
  setAvailability(isAvailable: boolean): Promise<Result<{ is_available_for_hiring: boolean }>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(setCandidateAvailabilitySchema, { is_available_for_hiring: isAvailable })
      return { is_available_for_hiring: await context.rows(context.supabase.rpc('set_candidate_availability', wanted)) }
    })
  }

  /**
   * Saves the fields of a step (1-20) of a draft, none where it is skipped; in any order, as often as one likes, from any
   * device: `completed_steps` tells where to go on. A draft is found by nobody; `submit` hands it in. WF14
   */
  saveStep(input: z.input<typeof saveCandidateStepSchema>): Promise<Result<CandidateProfile>> {
    const context = this.#context
    return context.run(async () => {
      const asked = await parseWithFiles(context, saveCandidateStepSchema, input, acceptedFiles)
      const { step, ...changes } = asked
      return this.#save(changes, (fields) => context.supabase.rpc('save_candidate_step', { step, fields }))
    })
  }

  /** Hands a draft in, declaring that it is true; `validation_failed` with every field that is missing. */
  submit(input: z.input<typeof submitCandidateSchema>): Promise<Result<CandidateProfile>> {
    const context = this.#context
    return context.run(async () => {
      const request = context.supabase.rpc('submit_candidate', context.parse(submitCandidateSchema, input)).single()
      return this.#profile(await this.#written(request))
    })
  }

  /**
   * For verified recruiters (`verification_required` for others): candidates by any filters, newest first unless `sort`
   * says otherwise. Locked ones are masked, `unlock_cost` says what unlocking one costs now. WF25
   */
  search(input: z.input<typeof searchCandidatesSchema> = {}): Promise<Result<List<CandidateCard>>> {
    const context = this.#context
    return context.run(() => searchCandidates(context, context.parse(searchCandidatesSchema, input)))
  }

  /**
   * For verified recruiters: one candidate, masked until unlocked, with signed urls of the files then; `not_found` for who
   * is neither to be found nor unlocked.
   */
  get(candidateId: string): Promise<Result<Candidate>> {
    const context = this.#context
    return context.run(() =>
      readCandidate(context, context.parse(candidateIdSchema, { candidate_id: candidateId }).candidate_id),
    )
  }

  /** For verified recruiters: what filters offer, of candidates who can be found; without `type` of each. WF20 */
  listFilterOptions(): Promise<Result<FilterOptions>>
  /** For verified recruiters: what one filter offers, by name. WF21 */
  listFilterOptions(input: z.input<typeof listFilterOptionsSchema>): Promise<Result<List<FilterOption>>>
  listFilterOptions(
    input?: z.input<typeof listFilterOptionsSchema>,
  ): Promise<Result<FilterOptions | List<FilterOption>>> {
    const context = this.#context
    return context.run<FilterOptions | List<FilterOption>>(() =>
      input === undefined ? allOptions(context) : optionsOfType(context, context.parse(listFilterOptionsSchema, input)),
    )
  }

  /** For verified recruiters: the main categories of jobs, with how many candidates are in and below each. WF22 */
  listFilterCategories(): Promise<Result<FilterCategory[]>> {
    return this.#context.run(() => filterCategories(this.#context))
  }

  /** For verified recruiters: the categories below one; `validation_failed` when there is no such category. WF23 */
  listFilterSubcategories(category: string): Promise<Result<FilterCategory[]>> {
    const context = this.#context
    return context.run(() => filterCategories(context, context.parse(listFilterSubcategoriesSchema, { category })))
  }

  /** For verified recruiters: what the candidates of a search have, and how many of them. */
  countFacets(filters: z.input<typeof countCandidateFacetsSchema> = {}): Promise<Result<CandidateFacets>> {
    const context = this.#context
    return context.run(() => facetsOf(context, context.parse(countCandidateFacetsSchema, filters)))
  }

  /**
   * For verified recruiters: opens a candidate's contact for credits, from the subscription where it has enough, else from
   * the wallet; for nothing when it is unlocked already. `not_found` for who cannot be unlocked; `insufficient_credits`
   * (details: needed, current, sources) and `no_payment_source` charge nothing. WF26
   */
  unlock(candidateId: string, options: UnlockOptions = {}): Promise<Result<UnlockResult>> {
    const context = this.#context
    return context.run(async () => {
      const { candidate_id, ...asked } = context.parse(unlockCandidateSchema, { candidate_id: candidateId, ...options })
      return (await unlockCandidates(context, { candidate_ids: [candidate_id], ...asked }))[0]!
    })
  }

  /** As `unlock`, for 1 to 50 at once: all of them or none, each priced by itself, in the order in which they are named. */
  unlockMany(candidateIds: string[], options: UnlockOptions = {}): Promise<Result<UnlockResult[]>> {
    const context = this.#context
    return context.run(() =>
      unlockCandidates(context, context.parse(unlockCandidatesSchema, { candidate_ids: candidateIds, ...options })),
    )
  }

  /**
   * For verified recruiters: whom one has unlocked, and colleagues for the company where the plan shares unlocks, newest
   * unlock first; also who is not available any more. WF27
   */
  listUnlocked(input: z.input<typeof listUnlockedCandidatesSchema> = {}): Promise<Result<List<UnlockedCandidate>>> {
    const context = this.#context
    return context.run(() => listUnlockedCandidates(context, context.parse(listUnlockedCandidatesSchema, input)))
  }

  /** Stores the files, then saves the fields; where these are refused, the files are taken back. */
  async #save(
    { content_types, resume, video_intro, profile_image, ...fields }: CandidateFiles & Record<string, unknown>,
    save: (fields: never) => { single(): PromiseLike<PostgrestSingleResponse<unknown>> },
  ): Promise<CandidateProfile> {
    const files = { content_types, resume, video_intro, profile_image }
    const row = await withFiles(this.#context, files, (paths) =>
      this.#written(save({ ...fields, ...paths } as never).single()),
    )
    return this.#profile(row)
  }

  /** Names the columns that Postgres complains about as the input does. */
  async #written(request: PromiseLike<PostgrestSingleResponse<unknown>>): Promise<CandidateRow> {
    try {
      return (await this.#context.rows(request)) as CandidateRow
    } catch (error) {
      throw error instanceof TalentbaseError ? renameFields(error, inputNames) : error
    }
  }

  async #mine(): Promise<CandidateRow> {
    const { supabase, rows } = this.#context
    return (await rows(supabase.rpc('my_candidate').single())) as CandidateRow
  }

  async #profile(row: CandidateRow): Promise<CandidateProfile> {
    const [[resume_url = null], [video_intro_url = null]] = await Promise.all([
      signedUrls(this.#context, 'resumes', [row.resume_path]),
      signedUrls(this.#context, 'videos', [row.video_path]),
    ])
    const profile_image_url = pictureUrl(this.#context.supabase, 'cards', row.picture_path)
    const missing_fields = row.missing_fields.map((name) => inputNames[name] ?? name)
    const profile = row as Omit<CandidateProfile, 'resume_url'>
    return { ...profile, missing_fields, resume_url, video_intro_url, profile_image_url }
  }
}

const inputNames: Record<string, string> = {
  resume_path: 'resume',
  video_path: 'video_intro',
  picture_path: 'profile_image',
}
