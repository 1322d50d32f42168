import { z } from 'zod'
import { page } from '../schemas/fields.ts'

const notificationId = z.int().min(1)

export const listNotificationsSchema = z.strictObject({
  unread_only: z.boolean().optional(),
  /** Only what is read, or only what is not. */
  is_read: z.boolean().optional(),
  /** Only of this type. */
  type: z
    .string()
    .regex(/^[a-z][a-z_]*$/)
    .optional(),
  ...page,
  /** `next_cursor` of the page before. */
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,15}$/)
    .optional(),
})

export const notificationIdsSchema = z.strictObject({ ids: z.array(notificationId).min(1).max(1000) })

const typeName = z.string().regex(/^[a-z][a-z_]*$/)

export const notificationPreferencesSchema = z.strictObject({
  preferences: z
    .record(
      typeName,
      z.union([
        z.boolean(),
        z.strictObject({ in_app: z.boolean().optional(), push: z.boolean().optional(), email: z.boolean().optional() }),
      ]),
    )
    .refine((preferences) => Object.keys(preferences).length > 0, { params: { rule: 'required' } }),
})

const clock = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)

export const notificationSettingsSchema = z.strictObject({
  /** Over midnight too; null ends them. */
  quiet_hours: z
    .strictObject({ from: clock, until: clock })
    .refine(({ from, until }) => from !== until, { path: ['until'], params: { rule: 'other' } })
    .nullable()
    .optional(),
  /** Of the IANA database, such as `Asia/Almaty`. */
  time_zone: z.string().min(1).max(64).optional(),
  digest: z.enum(['off', 'weekly']).optional(),
})

export const subscribeSchema = z.strictObject({
  /** Id of the newest notification that is known; later ones are handed over. */
  since: z.int().min(0).optional(),
})
