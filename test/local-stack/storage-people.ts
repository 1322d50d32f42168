import { randomUUID } from 'node:crypto'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

/** A user: the client and the account behind it. */
interface Person {
  supabase: SupabaseClient
  id: string
}

export interface StorageTest {
  stack: TestStack
  /** As `postgres`: sets buckets and policies up, and looks at what is stored. */
  sql: postgres.Sql
  anon: SupabaseClient
  service: SupabaseClient
  owner: Person
  stranger: Person
  /** A new bucket, made by SQL: its id. */
  bucket(settings?: BucketSettings): Promise<string>
  /** A permissive policy on storage.objects; `rule` is SQL, `to` a role. */
  policy(command: Command, rule: string, to?: string): Promise<void>
  /** Lets everybody signed in do the commands in a folder named after their id. */
  ownFolder(bucket: string, ...commands: Command[]): Promise<void>
  /** Runs DDL; `undo` runs when the test file ends. */
  ddl(statement: string, undo: string): Promise<void>
  /** The rows of a bucket, by name. */
  rows(bucket: string): Promise<postgres.Row[]>
  close(): Promise<void>
}

interface BucketSettings {
  public?: boolean
  file_size_limit?: number
  allowed_mime_types?: string[]
}

export type Command = 'select' | 'insert' | 'update' | 'delete'

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } }

export async function openStorageTest(): Promise<StorageTest> {
  const stack = await startTestStack({ migrations: false })
  const sql = postgres(stack.databaseUrl('postgres'), { max: 2, onnotice: () => undefined })
  const service = createClient(stack.url, stack.secretKey, withoutSession)
  const buckets: string[] = []
  const undo: string[] = []

  const ddl: StorageTest['ddl'] = async (statement, undoing) => {
    await sql.unsafe(statement)
    undo.unshift(undoing)
  }
  const policy: StorageTest['policy'] = async (command, rule, to = 'authenticated') => {
    const name = randomUUID()
    const clause = command === 'insert' ? `with check (${rule})` : `using (${rule})`
    await ddl(
      `create policy "${name}" on storage.objects for ${command} to ${to} ${clause}`,
      `drop policy "${name}" on storage.objects`,
    )
  }

  return {
    stack,
    sql,
    anon: createClient(stack.url, stack.publishableKey, withoutSession),
    service,
    owner: await signIn(stack, service),
    stranger: await signIn(stack, service),
    ddl,
    policy,

    async bucket(settings = {}) {
      const id = `test-${randomUUID()}`
      await sql`insert into storage.buckets ${sql({ id, name: id, ...settings })}`
      buckets.push(id)
      return id
    },

    async ownFolder(bucket, ...commands) {
      const rule = `bucket_id = '${bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text`
      for (const command of commands) await policy(command, rule)
    },

    rows: (bucket) => sql`select * from storage.objects where bucket_id = ${bucket} order by name collate "C"`,

    async close() {
      for (const statement of undo) await sql.unsafe(statement)
      for (const id of buckets) {
        await service.storage.emptyBucket(id)
        await service.storage.deleteBucket(id)
      }
      await sql.end()
      await stack.close()
    },
  }
}

async function signIn(stack: TestStack, service: SupabaseClient): Promise<Person> {
  const email = `${randomUUID()}@example.com`
  const password = randomUUID()
  const created = await service.auth.admin.createUser({ email, password, email_confirm: true })
  if (created.error) throw created.error
  const supabase = createClient(stack.url, stack.publishableKey, withoutSession)
  const { error } = await supabase.auth.signInWithPassword({ email, password })
  if (error) throw error
  return { supabase, id: created.data.user.id }
}
