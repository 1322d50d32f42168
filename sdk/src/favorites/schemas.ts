import { z } from 'zod'
import { id, page } from '../schemas/fields.ts'

export const favoriteType = z.enum(['casting', 'model', 'task', 'service'])

/** Of a model, `id` is the account's. */
export const addFavoriteSchema = z.strictObject({ type: favoriteType, id })

export const listFavoritesSchema = z.strictObject({ type: favoriteType, ...page })
