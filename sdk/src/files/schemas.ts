import { z } from 'zod'
import { blame, id, page, text } from '../schemas/fields.ts'
import { buckets, file, films, pictures } from '../uploads.ts'

/** What a file can be for, by whose it is; without an entity it is the account's. */
const usages = [
  { accepted: buckets.documents },
  { usage: 'attachment', accepted: buckets.attachments },
  { usage: 'delivery', accepted: buckets.deliveries },
  { entity_type: 'model_profile', usage: 'avatar', accepted: buckets.avatars },
  { entity_type: 'model_profile', usage: 'portfolio_photo', accepted: buckets.photos },
  { entity_type: 'portfolio', usage: 'photo', accepted: pictures },
  { entity_type: 'portfolio', usage: 'video', accepted: films },
  { entity_type: 'casting', usage: 'attachment', accepted: buckets.attachments },
]

type Target = { usage?: string | undefined; entity_type?: string | undefined; entity_id?: string | undefined }

/** What is taken for what a file is meant to be; undefined where it cannot be that. */
export const acceptedFor = ({ usage, entity_type }: Target) =>
  usages.find((one) => one.usage === usage && one.entity_type === entity_type)?.accepted

const fitsEntity = (target: Target): boolean => target.usage === undefined || acceptedFor(target) !== undefined

export const uploadFileSchema = z
  .strictObject({
    file,
    /** The file's own name, at most 255 characters; that of a `File` unless told. */
    name: text(1, 255).optional(),
    /** For files that do not say what they are, such as application/pdf. */
    content_type: z.string().optional(),
    usage: z.enum(['attachment', 'delivery', 'avatar', 'portfolio_photo', 'photo', 'video']).optional(),
    entity_type: z.enum(['model_profile', 'portfolio', 'casting']).optional(),
    /** The portfolio item or casting; of a model profile it may be left out, there is one. */
    entity_id: id.optional(),
  })
  .refine(fitsEntity, blame('usage', 'known'))
  .refine(({ usage, entity_type }) => usage !== undefined || entity_type === undefined, blame('usage', 'required'))
  .refine(
    ({ entity_type, entity_id }) => (entity_type ?? 'model_profile') === 'model_profile' || entity_id !== undefined,
    blame('entity_id', 'required'),
  )
  .refine(
    ({ entity_type, entity_id }) => entity_type !== undefined || entity_id === undefined,
    blame('entity_type', 'required'),
  )

export const listFilesSchema = z.strictObject({
  bucket: z
    .enum([
      'avatars',
      'photos',
      'portfolio',
      'banners',
      'cards',
      'resumes',
      'videos',
      'deliveries',
      'attachments',
      'documents',
    ])
    .optional(),
  ...page,
})

export const fileIdSchema = z.strictObject({ file_id: id })

export const castingFilesSchema = z.strictObject({ casting_id: id })

export const detachFileSchema = z.strictObject({ casting_id: id, file_id: id })
