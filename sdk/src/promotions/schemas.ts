import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

export const promotionStatus = z.enum(['active', 'paused', 'ended'])
const promotionViewKind = z.enum(['impression', 'click'])

const ids = z.array(id).max(100)
const isOne = (...values: (string | undefined)[]) => values.filter((value) => value !== undefined).length === 1

export const activatePromotionSchema = z
  .strictObject({
    /** A model's account id: one's own, or of a model that one's agency represents. */
    model_id: id.optional(),
    /** A casting of one's own. */
    casting_id: id.optional(),
    /** 7 unless told. */
    days: z.int().min(1).max(30).optional(),
  })
  .refine(({ model_id, casting_id }) => isOne(model_id, casting_id), {
    path: ['model_id'],
    params: { rule: 'required' },
  })

export const promotionIdSchema = z.strictObject({ promotion_id: id })

export const listPromotionsSchema = z.strictObject(page)

export const recordPromotionViewsSchema = z
  .strictObject({
    /** Account ids of models. */
    model_ids: ids.optional(),
    casting_ids: ids.optional(),
    /** Shown in a list, or opened; impression unless told. */
    kind: promotionViewKind.optional(),
  })
  .refine(
    ({ model_ids = [], casting_ids = [] }) => {
      const count = model_ids.length + casting_ids.length
      return count >= 1 && count <= 100
    },
    { path: ['model_ids'], params: { rule: 'length' } },
  )
