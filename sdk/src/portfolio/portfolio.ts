import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage, type PageInput } from '../list.ts'
import type { Result } from '../result.ts'
import { buckets, parseWithFiles, pictures, withStored } from '../uploads.ts'
import { imageOf, itemOf, type PortfolioImageRow, type PortfolioItemRow } from './from-rows.ts'
import {
  addPortfolioImageSchema,
  createPortfolioItemSchema,
  listPortfolioImagesSchema,
  listPortfolioSchema,
  portfolioImageIdSchema,
  portfolioItemIdSchema,
  updatePortfolioImageSchema,
  updatePortfolioItemSchema,
} from './schemas.ts'
import type { PortfolioImage, PortfolioItem } from './types.ts'

/** Works that models, creators and freelancers show. */
export class Portfolio {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** The portfolio of an account, newest first; one's own unless an account is named. Public. UG39 */
  list(accountId?: string, input: PageInput = {}): Promise<Result<List<PortfolioItem>>> {
    const context = this.#context
    return context.run(async () => {
      const asked = { ...input, account_id: accountId ?? (await context.accountId()) }
      const { account_id, ...page } = context.parse(listPortfolioSchema, asked)
      return listPage(
        page,
        async (query) =>
          (await context.rows(context.supabase.rpc('list_portfolio', { account_id, ...query }))) as PortfolioItemRow[],
        (row) => itemOf(context.supabase, row),
      )
    })
  }

  /**
   * Makes an item, with a cover (JPEG, PNG or WebP, at most 10 MB) when one is given. `permission_denied` without the
   * role model, creator or freelancer; ten files a minute. UG40
   */
  create(input: z.input<typeof createPortfolioItemSchema>): Promise<Result<PortfolioItem>> {
    const context = this.#context
    return context.run(async () => {
      const asked = await parseWithFiles(context, createPortfolioItemSchema, input, { cover: pictures })
      const { cover, content_type, ...item } = asked
      const account_id = await context.accountId()
      const stored = { bucket: 'portfolio', file: cover, content_type, field: 'cover', accepted: pictures } as const
      const { id } = await withStored(context, stored, (cover_path) => {
        const query = context.supabase.from('portfolio_items').insert({ account_id, ...item, cover_path })
        return context.rows(query.select('id').single())
      })
      return this.#get(id)
    })
  }

  /** One item with its images in order; `not_found` when there is none to see. Public. UG41 */
  get(itemId: string): Promise<Result<PortfolioItem>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(portfolioItemIdSchema, { item_id: itemId }).item_id))
  }

  /**
   * Changes what is named of an item of one's own and leaves the rest; null clears a field. A cover replaces the one
   * before, which is deleted. UG42
   */
  update(itemId: string, input: z.input<typeof updatePortfolioItemSchema>): Promise<Result<PortfolioItem>> {
    const context = this.#context
    return context.run(async () => {
      const { item_id } = context.parse(portfolioItemIdSchema, { item_id: itemId })
      const asked = await parseWithFiles(context, updatePortfolioItemSchema, input, { cover: pictures })
      const { cover, content_type, ...changes } = asked
      const file = cover ?? undefined
      const stored = { bucket: 'portfolio', file, content_type, field: 'cover', accepted: pictures } as const
      await withStored(context, stored, (path) => {
        const cover_path = cover === null ? null : path
        const query = context.supabase.from('portfolio_items').update({ ...changes, cover_path })
        return context.rows(query.eq('id', item_id).select('id').single())
      })
      return this.#get(item_id)
    })
  }

  /** Deletes an item of one's own with its images, and all their files. UG43 */
  delete(itemId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { item_id } = context.parse(portfolioItemIdSchema, { item_id: itemId })
      await context.rows(context.supabase.from('portfolio_items').delete().eq('id', item_id).select('id').single())
      return null
    })
  }

  /**
   * Adds a picture or film (JPEG, PNG, WebP of at most 10 MB, MP4 or MOV of 50 MB) to an item of one's own, at its end unless
   * `position` says otherwise. `not_found` when the item is not one's own, `conflict` when it has 100; ten files a
   * minute. UG44
   */
  addImage(
    itemId: string,
    input: Omit<z.input<typeof addPortfolioImageSchema>, 'item_id'>,
  ): Promise<Result<PortfolioImage>> {
    const context = this.#context
    return context.run(async () => {
      const accepted = { image: buckets.portfolio }
      const asked = await parseWithFiles(context, addPortfolioImageSchema, { ...input, item_id: itemId }, accepted)
      const { image, content_type, item_id, caption, position } = asked
      const stored = { bucket: 'portfolio', file: image, content_type, field: 'image' } as const
      const account_id = await context.accountId()
      const row = await withStored(context, stored, (image_path) => {
        // A trigger fills what the types ask for.
        const image = { account_id, item_id, image_path: image_path!, caption, position: position! }
        return context.rows(context.supabase.from('portfolio_images').insert(image).select().single())
      })
      return imageOf(context.supabase, row)
    })
  }

  /** The images of an item in order. Public, as they are part of it. UG45 */
  listImages(itemId: string, input: PageInput = {}): Promise<Result<List<PortfolioImage>>> {
    const context = this.#context
    return context.run(() => {
      const { item_id, ...page } = context.parse(listPortfolioImagesSchema, { ...input, item_id: itemId })
      return listPage(
        page,
        async (query) =>
          (await context.rows(
            context.supabase.rpc('list_portfolio_images', { item_id, ...query }),
          )) as PortfolioImageRow[],
        ({ total: _total, cursor: _cursor, ...row }) => imageOf(context.supabase, row),
      )
    })
  }

  /** Changes caption, position or file of an image of one's own; the file before is deleted. UG46 */
  updateImage(imageId: string, input: z.input<typeof updatePortfolioImageSchema>): Promise<Result<PortfolioImage>> {
    const context = this.#context
    return context.run(async () => {
      const { image_id } = context.parse(portfolioImageIdSchema, { image_id: imageId })
      const accepted = { image: buckets.portfolio }
      const asked = await parseWithFiles(context, updatePortfolioImageSchema, input, accepted)
      const { image, content_type, ...changes } = asked
      const stored = { bucket: 'portfolio', file: image, content_type, field: 'image' } as const
      const row = await withStored(context, stored, (image_path) => {
        const query = context.supabase.from('portfolio_images').update({ ...changes, image_path })
        return context.rows(query.eq('id', image_id).select().single())
      })
      return imageOf(context.supabase, row)
    })
  }

  /** Deletes an image of one's own and its file. UG47 */
  deleteImage(imageId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { image_id } = context.parse(portfolioImageIdSchema, { image_id: imageId })
      await context.rows(context.supabase.from('portfolio_images').delete().eq('id', image_id).select('id').single())
      return null
    })
  }

  async #get(item_id: string): Promise<PortfolioItem> {
    const { supabase, rows } = this.#context
    const row = (await rows(supabase.rpc('get_portfolio_item', { item_id }).single())) as PortfolioItemRow
    return itemOf(supabase, row)
  }
}
