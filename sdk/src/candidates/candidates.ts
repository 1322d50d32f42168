import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { pictureUrl } from '../pictures.ts'
import type { Result } from '../result.ts'
import { parseWithFiles } from '../uploads.ts'
import { acceptedFiles, type CandidateFiles, withFiles } from './files.ts'
import {
  createCandidateSchema,
  saveCandidateStepSchema,
  setCandidateAvailabilitySchema,
  submitCandidateSchema,
  updateCandidateSchema,
} from './schemas.ts'
import type { CandidateProfile, CandidateRow } from './types.ts'

const signedSeconds = 60

/**
 * One's own profile as a candidate. Recruiters find a card of it, without name, contact and files, once it is complete,
 * handed in, available and, where the project asks for it, approved.
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
    const [resume_url, video_intro_url] = await Promise.all([
      this.#signed('resumes', row.resume_path),
      this.#signed('videos', row.video_path),
    ])
    const profile_image_url = pictureUrl(this.#context.supabase, 'cards', row.picture_path)
    const missing_fields = row.missing_fields.map((name) => inputNames[name] ?? name)
    const profile = row as Omit<CandidateProfile, 'resume_url'>
    return { ...profile, missing_fields, resume_url, video_intro_url, profile_image_url }
  }

  async #signed(bucket: 'resumes' | 'videos', path: string | null): Promise<string | null> {
    if (path === null) return null
    const { supabase, stored } = this.#context
    return (await stored(supabase.storage.from(bucket).createSignedUrl(path, signedSeconds))).signedUrl
  }
}

const inputNames: Record<string, string> = {
  resume_path: 'resume',
  video_path: 'video_intro',
  picture_path: 'profile_image',
}
