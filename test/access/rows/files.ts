import type postgres from 'postgres'
import { type Person, unique } from '../../helpers/people.ts'
import { addCasting } from '../castings.ts'
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

/** The id of an object, which is its row's in `files`. */
async function addFile(sql: postgres.Sql, owner: Person, bucket: string): Promise<string> {
  const [row] = await sql`
    insert into storage.objects (bucket_id, name, owner_id, version, metadata)
    values (${bucket}, ${`${owner.id}/${unique('file')}.pdf`}, ${owner.id}, '1', '{"mimetype": "application/pdf", "size": 1}')
    returning id
  `
  return row!.id
}
