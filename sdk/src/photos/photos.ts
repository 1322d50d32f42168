import { z } from 'zod'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import { type Picture, storePicture } from '../pictures.ts'
import type { Result } from '../result.ts'
import { id } from '../schemas/fields.ts'
import { quotaDetails } from '../subscriptions/quota-details.ts'
import { type Photo, photoOf } from './photo.ts'

const position = z.int().min(0).max(10_000)

export const uploadPhotoSchema = z.strictObject({
  is_main: z.boolean().optional(),
  position: position.optional(),
  /** For files that do not say what they are: image/jpeg, image/png or image/webp. */
  content_type: z.string().optional(),
})

export const updatePhotoSchema = z
  .strictObject({ is_main: z.literal(true).optional(), position: position.optional() })
  .refine(({ is_main, position }) => is_main !== undefined || position !== undefined, { params: { rule: 'required' } })

export const reorderPhotosSchema = z.strictObject({ photo_ids: z.array(id).max(10_000) })

const profileSchema = z.strictObject({ profile_id: id })
const photoSchema = z.strictObject({ photo_id: id })

/** The photos of profiles. There is exactly one main photo while there is any. */
export class Photos {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Adds a photo (JPEG, PNG or WebP, at most 10 MB) to one's own profile, at its end unless `position` says otherwise.
   * `quota_exceeded` when the plan's photos are used up, with the plan that would allow more; ten files a minute. MW34
   */
  upload(file: Picture, options: z.input<typeof uploadPhotoSchema> = {}): Promise<Result<Photo>> {
    const context = this.#context
    return context.run(async () => {
      const { is_main, position, content_type } = context.parse(uploadPhotoSchema, options)
      const path = await this.#store(file, content_type)
      const query = context.supabase.from('photos').select().eq('path', path)
      const photo = photoOf(context.supabase, await context.rows(query.single()))
      return is_main || position !== undefined ? this.#change(photo.id, is_main, position) : photo
    })
  }

  /**
   * The photos of a model's profile in order, by the profile's id or its account's; one's own unless named. None of a
   * profile that is not for one to see. Public. MW35
   */
  list(profileId?: string): Promise<Result<Photo[]>> {
    const context = this.#context
    return context.run(async () => {
      const profile_id = profileId ?? (await context.accountId())
      return this.#list(context.parse(profileSchema, { profile_id }).profile_id)
    })
  }

  /** Makes a photo of one's own the main one, or moves it to a place in the order. MW36 */
  update(photoId: string, input: z.input<typeof updatePhotoSchema>): Promise<Result<Photo>> {
    const context = this.#context
    return context.run(async () => {
      const { photo_id } = context.parse(photoSchema, { photo_id: photoId })
      const { is_main, position } = context.parse(updatePhotoSchema, input)
      return this.#change(photo_id, is_main, position)
    })
  }

  /** Deletes a photo of one's own, its file too; when it was the main one, the first of the others becomes it. MW37 */
  delete(photoId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { photo_id } = context.parse(photoSchema, { photo_id: photoId })
      await context.rows(context.supabase.from('photos').delete().eq('id', photo_id).select('id').single())
      return null
    })
  }

  /** Puts one's own photos in this order; `validation_failed` unless each is named exactly once. MW38 */
  reorder(photoIds: string[]): Promise<Result<Photo[]>> {
    const context = this.#context
    return context.run(async () => {
      const order = context.parse(reorderPhotosSchema, { photo_ids: photoIds })
      await context.rows(context.supabase.rpc('reorder_photos', order))
      return this.#list(await context.accountId())
    })
  }

  async #store(file: Picture, content_type: string | undefined): Promise<string> {
    try {
      return await storePicture(this.#context, 'photos', file, content_type)
    } catch (error) {
      if (!(error instanceof TalentbaseError)) throw error
      // Storage says no more than that the policy refused: whether it was the quota is looked up.
      const isRefused = error.code === 'permission_denied' || error.code === 'quota_exceeded'
      const details = isRefused ? await quotaDetails(this.#context, 'photos') : undefined
      throw details === undefined ? error : this.#context.error('quota_exceeded', undefined, details)
    }
  }

  async #change(photo_id: string, is_main: boolean | undefined, position: number | undefined): Promise<Photo> {
    const { supabase, rows, accountId, error } = this.#context
    const account_id = await accountId()
    const own = (await this.#list(account_id)).map((photo) => photo.id)
    if (!own.includes(photo_id)) throw error('not_found')
    if (is_main) await rows(supabase.rpc('set_main_photo', { photo_id }))
    if (position !== undefined) {
      const others = own.filter((other) => other !== photo_id)
      const photo_ids = [...others.slice(0, position), photo_id, ...others.slice(position)]
      await rows(supabase.rpc('reorder_photos', { photo_ids }))
    }
    const photo = (await this.#list(account_id)).find((own) => own.id === photo_id)
    if (photo === undefined) throw error('not_found')
    return photo
  }

  async #list(profile_id: string): Promise<Photo[]> {
    const { supabase, rows } = this.#context
    return (await rows(supabase.rpc('list_photos', { profile_id }))).map((row) => photoOf(supabase, row))
  }
}
