import type { z } from 'zod'
import { Accounts } from '../accounts/accounts.ts'
import type { Context } from '../context.ts'
import { Photos } from '../photos/photos.ts'
import { Portfolio } from '../portfolio/portfolio.ts'
import type { Result } from '../result.ts'
import { type UploadBucket, withStored } from '../uploads.ts'
import type { uploadFileSchema } from './schemas.ts'

type Input = z.output<typeof uploadFileSchema>

/** Where a file has come to lie. */
interface Place {
  bucket: UploadBucket
  path: string
}

/** Stores a file for what it is meant to be; whose that is, is asked before anything is stored. */
export function place(context: Context, input: Input): Promise<Place> {
  if (input.entity_type === 'model_profile') return placeOfModel(context, input)
  if (input.entity_type === 'portfolio') return placeInPortfolio(context, input)
  if (input.entity_type === 'casting') return placeAtCasting(context, input)
  const bucket = input.usage === 'delivery' ? 'deliveries' : input.usage === 'attachment' ? 'attachments' : 'documents'
  return placeIn(context, bucket, input)
}

async function placeOfModel(context: Context, { entity_id, usage, file, content_type }: Input): Promise<Place> {
  const { supabase, rows } = context
  const account_id = await context.accountId()
  if (entity_id !== undefined && entity_id !== account_id) {
    await rows(supabase.from('model_profiles').select('id').match({ account_id, id: entity_id }).single())
  }
  const options = content_type === undefined ? {} : { content_type }
  if (usage === 'avatar') {
    const { avatar_path } = done(await new Accounts(context).uploadAvatar(file, options))
    return { bucket: 'avatars', path: avatar_path! }
  }
  const { id } = done(await new Photos(context).upload(file, options))
  const { path } = await rows(supabase.from('photos').select('path').eq('id', id).single())
  return { bucket: 'photos', path }
}

async function placeInPortfolio(context: Context, { entity_id, file, content_type }: Input): Promise<Place> {
  const { supabase, rows } = context
  const own = { account_id: await context.accountId(), id: entity_id! }
  await rows(supabase.from('portfolio_items').select('id').match(own).single())
  const { image_path } = done(await new Portfolio(context).addImage(own.id, { image: file, content_type }))
  return { bucket: 'portfolio', path: image_path }
}

async function placeAtCasting(context: Context, input: Input): Promise<Place> {
  const { supabase, rows } = context
  const own = { owner_id: await context.accountId(), id: input.entity_id! }
  const { id: casting_id } = await rows(supabase.from('castings').select('id').match(own).single())
  return placeIn(context, 'attachments', input, async (path) => {
    const { id: file_id } = await rows(
      supabase.from('files').select('id').match({ bucket_id: 'attachments', path }).single(),
    )
    await rows(supabase.rpc('attach_casting_file', { casting_id, file_id }))
  })
}

async function placeIn(
  context: Context,
  bucket: UploadBucket,
  { file, content_type, name = nameOf(file) }: Input,
  use = async (_path: string): Promise<void> => undefined,
): Promise<Place> {
  return withStored(context, { bucket, file, content_type, field: 'file', name }, async (path) => {
    await use(path!)
    return { bucket, path: path! }
  })
}

/** What a person's device calls a file; what the database would not keep of it, it leaves out. */
function nameOf(file: Input['file']): string | undefined {
  return 'name' in file && typeof file.name === 'string' && file.name !== '' ? file.name.slice(0, 255) : undefined
}

function done<T>({ data, error }: Result<T>): T {
  if (error !== null) throw error
  return data
}
