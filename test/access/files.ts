import type postgres from 'postgres'
import { type Person, unique } from '../helpers/people.ts'

/** The id of an object of somebody's, made as postgres, which is its row's in `files`. */
export async function addFile(sql: postgres.Sql, owner: Person, bucket: string): Promise<string> {
  const [row] = await sql`
    insert into storage.objects (bucket_id, name, owner_id, version, metadata)
    values (${bucket}, ${`${owner.id}/${unique('file')}.pdf`}, ${owner.id}, '1', '{"mimetype": "application/pdf", "size": 1}')
    returning id
  `
  return row!.id
}
