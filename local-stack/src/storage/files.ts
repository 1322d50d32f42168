import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { entityTooLarge } from './errors.ts'
import { isUuid } from './limits.ts'

/** Bytes by version: every upload has its own, so a key is overwritten by writing elsewhere and changing the row. */
export interface Files {
  /** Refuses what is longer than `limit` bytes as soon as it is; nothing stays of what fails. */
  write(source: Readable, limit: number): Promise<StoredFile & { md5: string }>
  /** Undefined where the version's bytes are not there. */
  copy(version: string | null): Promise<StoredFile | undefined>
  /** The caller closes it, or a stream made of it does. */
  open(version: string | null): Promise<FileHandle | undefined>
  /** Never throws: the rows are gone already, what is left would be bytes nobody can reach. */
  remove(versions: (string | null)[]): Promise<void>
}

export interface StoredFile {
  version: string
  size: number
  modified: Date
}

export async function openFiles(folder: string, log: (line: string) => void): Promise<Files> {
  await mkdir(folder, { recursive: true })
  // Only versions become paths: a row's version is text, and a row can be written by SQL.
  const pathOf = (version: string | null) =>
    version !== null && isUuid(version) ? join(folder, version.toLowerCase()) : undefined

  return {
    async write(source, limit) {
      const version = randomUUID()
      const path = join(folder, version)
      const hash = createHash('md5')
      let size = 0
      try {
        await pipeline(
          source,
          async function* measure(chunks: AsyncIterable<Uint8Array>) {
            for await (const chunk of chunks) {
              size += chunk.byteLength
              if (size > limit) throw entityTooLarge()
              hash.update(chunk)
              yield chunk
            }
          },
          createWriteStream(path, { flags: 'wx' }),
        )
        return { version, size, md5: hash.digest('hex'), modified: (await stat(path)).mtime }
      } catch (error) {
        await rm(path, { force: true })
        throw error
      }
    },

    async copy(from) {
      const source = pathOf(from)
      const version = randomUUID()
      const path = join(folder, version)
      if (source === undefined) return undefined
      try {
        await copyFile(source, path)
      } catch (error) {
        await rm(path, { force: true })
        if (isMissing(error)) return undefined
        throw error
      }
      const { size, mtime } = await stat(path)
      return { version, size, modified: mtime }
    },

    async open(version) {
      const path = pathOf(version)
      if (path === undefined) return undefined
      try {
        return await open(path)
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },

    async remove(versions) {
      const paths = versions.map(pathOf).filter((path) => path !== undefined)
      const results = await Promise.allSettled(paths.map((path) => rm(path, { force: true })))
      for (const result of results) {
        if (result.status === 'rejected') log(`A file could not be deleted: ${result.reason}`)
      }
    },
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
