import { z } from 'zod'
import { page } from '../schemas/fields.ts'

const notificationId = z.int().min(1)

export const listNotificationsSchema = z.strictObject({
  unread_only: z.boolean().optional(),
  ...page,
  /** `next_cursor` of the page before. */
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,15}$/)
    .optional(),
})

export const notificationIdsSchema = z.strictObject({ ids: z.array(notificationId).min(1).max(1000) })

export const notificationPreferencesSchema = z.strictObject({
  preferences: z
    .record(z.string().regex(/^[a-z][a-z_]*$/), z.boolean())
    .refine((preferences) => Object.keys(preferences).length > 0, { params: { rule: 'required' } }),
})

export const subscribeSchema = z.strictObject({
  /** Id of the newest notification that is known; later ones are handed over. */
  since: z.int().min(0).optional(),
})
