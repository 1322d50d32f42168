import type { Service, ServiceContext } from '../service.ts'
import { createApp } from './app.ts'
import { openDatabase } from './database/connection.ts'
import { openFiles } from './files.ts'
import { configuredSizeLimit } from './limits.ts'

/** Supabase Storage; the README beside this file says what it leaves out. */
export async function createStorage(context: ServiceContext): Promise<Service> {
  const fileSizeLimit = configuredSizeLimit(context.config.storage.file_size_limit)
  const files = await openFiles(context.dataFolder, context.log)
  const sql = openDatabase(context.databaseUrl('supabase_storage_admin'))
  const app = createApp({ sql, files, keys: context.keys, fileSizeLimit }, context.log)
  return {
    fetch: (request) => app.fetch(request),
    close: () => sql.end({ timeout: 5 }),
  }
}
