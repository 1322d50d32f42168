import { z } from 'zod'
import type { Context } from '../context.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import type { Picture } from '../pictures.ts'
import type { Result } from '../result.ts'
import { id } from '../schemas/fields.ts'
import { quotaDetails } from '../subscriptions/quota-details.ts'
import { pictures, storeFile } from '../uploads.ts'
import { type Photo, photoOf } from './photo.ts'

const position = z.int().min(0).max(10_000)

export const uploadPhotoSchema = z.strictObject({
  /** Whose profile it is for: one's own unless told, or as an agency that of a model it represents. */
  account_id: id.optional(),
  is_main: z.boolean().optional(),
  position: position.optional(),
  /** For files that do not say what they are: image/jpeg, image/png or image/webp. */
  content_type: z.string().optional(),
})

export const updatePhotoSchema = z
  .strictObject({ is_main: z.boolean().optional(), position: position.optional() })
  .refine(({ is_main, position }) => is_main !== undefined || position !== undefined, { params: { rule: 'required' } })

export const reorderPhotosSchema = z.strictObject({ photo_ids: z.array(id).max(10_000) })

const profileSchema = z.strictObject({ profile_id: id })
const photoSchema = z.strictObject({ photo_id: id })

/** The photos of profiles, managed by models and their agencies. There is exactly one main photo while there is any. */
export class Photos {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Adds a photo (JPEG, PNG or WebP, at most 10 MB) to one's own profile, or as an agency to that of a model it
   * represents (`account_id`), at its end unless `position` says otherwise. `quota_exceeded` when the photos of the model's
   * plan are used up, to the model with the plan that would allow more; `permission_denied` for a profile that is not
   * one's to manage; ten files a minute. MW34
   */
  upload(file: Picture, options: z.input<typeof uploadPhotoSchema> = {}): Promise<Result<Photo>> {
    const context = this.#context
    return context.run(async () => {
      const { account_id, content_type, ...place } = context.parse(uploadPhotoSchema, options)
      // Also where a model is named: nobody who is not signed in gets further.
      const caller = await context.accountId()
      const path = await this.#store(file, content_type, account_id ?? caller, caller)
      const query = context.supabase.from('photos').select().eq('path', path)
      const photo = photoOf(context.supabase, await context.rows(query.single()))
      if (!place.is_main && place.position === undefined) return photo
      try {
        return await this.#change(photo.id, { ...place, is_main: place.is_main || undefined })
      } catch (error) {
        // Nothing of a refused upload stays.
        await context.supabase.storage.from('photos').remove([path])
        throw error
      }
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

  /**
   * Makes a photo the main one of its profile, moves it to a place in the order, or both. By the model and their agency;
   * else `not_found`. `conflict` for a main photo that shall be none: make another one it. MW36
   */
  update(photoId: string, input: z.input<typeof updatePhotoSchema>): Promise<Result<Photo>> {
    const context = this.#context
    return context.run(async () => {
      const { photo_id } = context.parse(photoSchema, { photo_id: photoId })
      return this.#change(photo_id, context.parse(updatePhotoSchema, input))
    })
  }

  /**
   * Deletes a photo, its file too; when it was the main one, the first of the others becomes it. By the model and their
   * agency; else `not_found`. MW37
   */
  delete(photoId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { photo_id } = context.parse(photoSchema, { photo_id: photoId })
      await context.rows(context.supabase.from('photos').delete().eq('id', photo_id).select('id').single())
      return null
    })
  }

  /**
   * Puts the photos of one's own profile, or as an agency those of a model it represents, in this order;
   * `validation_failed` unless each photo of the one profile is named exactly once. MW38
   */
  reorder(photoIds: string[]): Promise<Result<Photo[]>> {
    const context = this.#context
    return context.run(async () => {
      const order = context.parse(reorderPhotosSchema, { photo_ids: photoIds })
      await context.rows(context.supabase.rpc('reorder_photos', order))
      const [first] = order.photo_ids
      return this.#list(first === undefined ? await context.accountId() : await this.#ownerOf(first))
    })
  }

  async #store(file: Picture, content_type: string | undefined, owner: string, caller: string): Promise<string> {
    try {
      return await storeFile(this.#context, file, { bucket: 'photos', content_type, accepted: pictures, folder: owner })
    } catch (error) {
      if (!(error instanceof TalentbaseError)) throw error
      // Storage says no more than that the policy refused: whether it was the quota is looked up.
      const isRefused = error.code === 'permission_denied' || error.code === 'quota_exceeded'
      const details = isRefused ? await this.#usedUp(owner, caller) : undefined
      throw details === undefined ? error : this.#context.error('quota_exceeded', undefined, details)
    }
  }

  async #usedUp(owner: string, caller: string): Promise<Record<string, unknown> | undefined> {
    const { supabase, rows } = this.#context
    if (owner === caller) return quotaDetails(this.#context, 'photos')
    // The model's plan is not for the agency to read. But whoever reads these rows manages the photos: there was no room.
    const [photo] = await rows(supabase.from('photos').select('id').eq('account_id', owner).limit(1))
    return photo === undefined ? undefined : { entitlement_id: 'photos', account_id: owner }
  }

  async #ownerOf(photo_id: string): Promise<string> {
    const { supabase, rows } = this.#context
    return (await rows(supabase.from('photos').select('account_id').eq('id', photo_id).single())).account_id
  }

  async #change(photo_id: string, changes: z.output<typeof updatePhotoSchema>): Promise<Photo> {
    const { supabase, rows, error } = this.#context
    await rows(supabase.rpc('change_photo', { photo_id, ...changes }))
    const photo = (await this.#list(await this.#ownerOf(photo_id))).find(({ id }) => id === photo_id)
    if (photo === undefined) throw error('not_found')
    return photo
  }

  async #list(profile_id: string): Promise<Photo[]> {
    const { supabase, rows } = this.#context
    return (await rows(supabase.rpc('list_photos', { profile_id }))).map((row) => photoOf(supabase, row))
  }
}
