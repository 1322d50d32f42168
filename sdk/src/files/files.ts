import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { parseWithFiles, type Upload } from '../uploads.ts'
import { place } from './place.ts'
import {
  acceptedFor,
  castingFilesSchema,
  detachFileSchema,
  fileIdSchema,
  listFilesSchema,
  uploadFileSchema,
} from './schemas.ts'
import { type FileRow, fileOf, filesOf, type StoredFile } from './stored-file.ts'

type FileCard = Card<'file_card', never>

/** One's own files in Storage, and those that others show. */
export class Files {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Stores a file. Without a `usage` it is a private document (JPEG, PNG, WebP or PDF, at most 10 MB); an `attachment`
   * likewise; a `delivery` may be a film or ZIP, too, and have 50 MB. With an entity of one's own it becomes
   * - of `model_profile`: the account's `avatar`, or a photo of the profile (`portfolio_photo`; `quota_exceeded` when the
   *   plan's are used up);
   * - of `portfolio`: a `photo` or `video` of the item;
   * - of `casting`: an `attachment` that whoever sees the casting reads, at most 20 (`conflict`).
   *
   * `not_found` when the entity is not one's own; of a refused file nothing stays. Ten files a minute. UG29, MB16
   */
  upload(file: Upload, options: Omit<z.input<typeof uploadFileSchema>, 'file'> = {}): Promise<Result<StoredFile>> {
    const context = this.#context
    return context.run(async () => {
      const asked = { ...options, file }
      const input = await parseWithFiles(context, uploadFileSchema, asked, { file: acceptedFor(asked) })
      const { bucket: bucket_id, path } = await place(context, input)
      const query = context.supabase.from('files').select().match({ bucket_id, path })
      return fileOf(context, await context.rows(query.single()))
    })
  }

  /** One's own files, newest first, of one bucket or all. UG30 */
  list(input: z.input<typeof listFilesSchema> = {}): Promise<Result<List<StoredFile>>> {
    const context = this.#context
    return context.run(async () => {
      const { limit, cursor, offset, bucket } = context.parse(listFilesSchema, input)
      const filters = bucket === undefined ? {} : { bucket_id: bucket }
      const rows = await listPage<FileCard, FileRow>(
        { limit, cursor, offset },
        async (page) => (await context.rows(context.supabase.rpc('list_files', { ...filters, ...page }))) as FileCard[],
        (row) => row,
      )
      return { ...rows, items: await filesOf(context, rows.items) }
    })
  }

  /** Deletes a file of one's own; `conflict` while something refers to it, such as a casting it is attached to. UG31 */
  delete(fileId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { bucket_id, path } = await this.#own(fileId)
      const removed = await context.stored(context.supabase.storage.from(bucket_id).remove([path]))
      if (removed.length === 0) throw context.error('conflict')
      return null
    })
  }

  /** Where a file of one's own is read: a url that everybody may use, in a private bucket for 60 seconds. */
  url(fileId: string): Promise<Result<string>> {
    const context = this.#context
    return context.run(async () => (await fileOf(context, await this.#own(fileId))).url)
  }

  /** The files attached to a casting that one sees, oldest first; none for anybody else. */
  listForCasting(castingId: string): Promise<Result<StoredFile[]>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(castingFilesSchema, { casting_id: castingId })
      const cards = (await context.rows(context.supabase.rpc('list_casting_files', wanted))) as CastingFileCard[]
      return filesOf(
        context,
        cards.map(({ file_id: id, ...card }) => ({ ...card, id, bucket_id: 'attachments' })),
      )
    })
  }

  /** Takes a file off a casting of one's own; it stays among one's files. `not_found` when it is not attached. */
  detachFromCasting(castingId: string, fileId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const attached = context.parse(detachFileSchema, { casting_id: castingId, file_id: fileId })
      await context.rows(context.supabase.from('casting_files').delete().match(attached).select('file_id').single())
      return null
    })
  }

  async #own(fileId: string): Promise<FileRow> {
    const { supabase, rows, parse } = this.#context
    return rows(
      supabase
        .from('files')
        .select()
        .eq('id', parse(fileIdSchema, { file_id: fileId }).file_id)
        .single(),
    )
  }
}

type CastingFileCard = Card<'casting_file_card', never>
