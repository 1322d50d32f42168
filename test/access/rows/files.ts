import { addCasting } from '../castings.ts'
import { addFile } from '../files.ts'
import type { TableRows } from './types.ts'

export const files: TableRows = {
  trio: (cast) => cast.agency,
  make: async ({ sql }, _kind, owner) => ({ id: await addFile(sql, owner, 'documents') }),
}

export const casting_files: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql }, _kind, owner) {
    const [casting_id, file_id] = [await addCasting(sql, owner, 'active'), await addFile(sql, owner, 'attachments')]
    await sql`
      insert into public.casting_files (casting_id, file_id, account_id) values (${casting_id}, ${file_id}, ${owner.id})
    `
    return { casting_id, file_id }
  },
}
