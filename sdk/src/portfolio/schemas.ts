import { z } from 'zod'
import { id, page, text, webUrl } from '../schemas/fields.ts'
import { file } from '../uploads.ts'

const fields = {
  title: text(1, 200),
  description: text(1, 5000).nullish(),
  /** A picture to store: JPEG, PNG or WebP, at most 10 MB. */
  cover: file.optional(),
  /** Of `cover`, when it does not say what it is, such as image/jpeg. */
  content_type: z.string().optional(),
  link: webUrl.nullish(),
  /** At most 30 of at most 50 characters. */
  technologies: z.array(text(1, 50)).max(30).optional(),
}

export const listPortfolioSchema = z.strictObject({ account_id: id, ...page })

export const createPortfolioItemSchema = z.strictObject(fields)

export const updatePortfolioItemSchema = z
  .strictObject({ ...fields, title: fields.title.optional(), cover: file.nullish() })
  .refine(isChange, { params: { rule: 'required' } })

export const portfolioItemIdSchema = z.strictObject({ item_id: id })

const position = z.int().min(0).max(10_000)

const imageFields = {
  caption: text(1, 500).nullish(),
  /** Order in the item, from 0. */
  position: position.optional(),
  /** Of `image`, when it does not say what it is, such as video/mp4. */
  content_type: z.string().optional(),
}

export const addPortfolioImageSchema = z.strictObject({
  item_id: id,
  /** A picture or film to store: JPEG, PNG, WebP of at most 10 MB, MP4 or MOV of 50 MB. */
  image: file,
  ...imageFields,
})

export const listPortfolioImagesSchema = z.strictObject({ item_id: id, ...page })

export const updatePortfolioImageSchema = z
  .strictObject({ image: file.optional(), ...imageFields })
  .refine(isChange, { params: { rule: 'required' } })

export const portfolioImageIdSchema = z.strictObject({ image_id: id })

function isChange({ content_type: _, ...changes }: Record<string, unknown>): boolean {
  return Object.values(changes).some((change) => change !== undefined)
}
