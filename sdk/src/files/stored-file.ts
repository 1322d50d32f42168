import type { Context } from '../context.ts'

/** A file in Storage. */
export interface StoredFile {
  id: string
  /** The file's own name. */
  name: string
  /** Where it is read: for everybody in a public bucket, else for 60 seconds for whoever has this url. */
  url: string
  /** Bytes. */
  size: number
  content_type: string
  uploaded_at: string
  bucket: string
  path: string
}

export interface FileRow {
  id: string
  bucket_id: string
  path: string
  name: string
  size: number
  content_type: string
  created_at: string
}

const publicBuckets = ['avatars', 'photos', 'portfolio', 'banners', 'cards']

const seconds = 60

/** The rows as files with their urls, in the order of the rows; one that is gone meanwhile is left out. */
export async function filesOf(context: Context, rows: FileRow[]): Promise<StoredFile[]> {
  const buckets = [...new Set(rows.map(({ bucket_id }) => bucket_id))]
  const urls = new Map<string, string>()
  for (const bucket of buckets) {
    const paths = rows.filter(({ bucket_id }) => bucket_id === bucket).map(({ path }) => path)
    for (const [path, url] of await urlsOf(context, bucket, paths)) urls.set(`${bucket}/${path}`, url)
  }
  return rows.flatMap(({ id, bucket_id: bucket, path, name, size, content_type, created_at: uploaded_at }) => {
    const url = urls.get(`${bucket}/${path}`)
    return url === undefined ? [] : [{ id, name, url, size, content_type, uploaded_at, bucket, path }]
  })
}

export async function fileOf(context: Context, row: FileRow): Promise<StoredFile> {
  const [file] = await filesOf(context, [row])
  if (file === undefined) throw context.error('not_found')
  return file
}

async function urlsOf(context: Context, bucket: string, paths: string[]): Promise<[string, string][]> {
  const storage = context.supabase.storage.from(bucket)
  if (publicBuckets.includes(bucket)) return paths.map((path) => [path, storage.getPublicUrl(path).data.publicUrl])
  const signed = await context.stored(storage.createSignedUrls(paths, seconds))
  return signed.flatMap(({ path, signedUrl }) => (path === null || !signedUrl ? [] : [[path, signedUrl]]))
}
