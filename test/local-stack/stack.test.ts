import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { removeStackData, type Stack, type StackOptions, startStack } from '../../local-stack/src/index.ts'
import { freePort, isPortFree } from '../../local-stack/src/processes/free-port.ts'

const withoutSession = { auth: { persistSession: false, autoRefreshToken: false } }
const password = 'correct horse battery'

let folder: string
let progress: string[]
let stack: Stack | undefined

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'talentbase-stack-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
})
afterEach(async () => {
  await stack?.close()
  stack = undefined
})
afterAll(() => removeStackData(folder))

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  progress = []
  stack = await startStack({
    ports: { gateway: 0, database: 0, mail: 0, providers: 0 },
    dataFolder: folder,
    onProgress: (line) => progress.push(line),
    log: () => undefined,
    ...options,
  })
  return stack
}

describe('a kept stack', () => {
  let token: string
  let publicUrl: string

  test('lets a person sign up with a code from a mail, use the Data API and store a file', async () => {
    const { url, publishableKey, secretKey, mail } = await start()
    const client = createClient(url, publishableKey, withoutSession)
    const email = 'dana@example.com'
    expect((await client.auth.signUp({ email, password })).error).toBeNull()
    const code = await mail.codeFor(email)
    const { data, error } = await client.auth.verifyOtp({ email, token: code, type: 'signup' })
    expect(error).toBeNull()
    token = data.session!.access_token

    const service = createClient(url, secretKey, withoutSession)
    expect((await service.storage.createBucket('kept', { public: true })).error).toBeNull()
    expect((await service.storage.from('kept').upload('note.txt', 'hello')).error).toBeNull()
    publicUrl = service.storage.from('kept').getPublicUrl('note.txt').data.publicUrl
    expect(await (await fetch(publicUrl)).text()).toBe('hello')
  })

  test('has its people, their tokens and files after a restart, and applies nothing twice', async () => {
    const { url, publishableKey } = await start()
    const client = createClient(url, publishableKey, withoutSession)
    expect((await client.auth.getUser(token)).data.user?.email).toBe('dana@example.com')
    const signedIn = await client.auth.signInWithPassword({ email: 'dana@example.com', password })
    expect(signedIn.error).toBeNull()
    const { pathname } = new URL(publicUrl)
    expect(await (await fetch(url + pathname)).text()).toBe('hello')
    expect(progress.join('\n')).not.toMatch(/cluster|Giving the database|npm run reset/)
  })

  test('says that a migration is not what was applied', async () => {
    const file = join(folder, 'applied.json')
    const applied = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
    const name = Object.keys(applied).find((key) => key.endsWith('.sql'))!
    writeFileSync(file, JSON.stringify({ ...applied, [name]: 'another text' }))
    await start()
    expect(progress.filter((line) => line.includes('npm run reset'))).toEqual([
      `Changed since it was applied to this database: ${name}; npm run reset makes a new one`,
    ])
    await stack!.close()
    // It is still said at the next start.
    await start()
    expect(progress.join('\n')).toContain(name)
  })

  test('deletes what is queued for deletion, unasked', async () => {
    const { databaseUrl, secretKey, url } = await start()
    const service = createClient(url, secretKey, withoutSession)
    const sql = postgres(databaseUrl('postgres'), { max: 1 })
    await sql`select private.queue_object_deletion('kept', 'note.txt')`
    const exists = async () => (await service.storage.from('kept').exists('note.txt')).data
    await expect.poll(exists, { timeout: 20_000 }).toBe(false)
    await expect.poll(() => sql`select from private.object_deletions`, { timeout: 20_000 }).toHaveLength(0)
    const jobs = await sql`select name from private.jobs where last_run_at is null`
    expect(jobs).toHaveLength(0)
    await sql.end()
  })
})

describe('a start that cannot go on', () => {
  test('refuses a taken port of its block before anything runs', async () => {
    const server = createServer()
    const mail = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    await expect(start({ ports: { gateway: 0, database: 0, mail, providers: 0 } })).rejects.toThrow(
      `Port ${mail} is taken`,
    )
    expect(progress).toEqual([])
    server.close()
  })

  test.each(['Starting Postgres', 'Applying migrations and seed', 'Starting PostgREST, Auth'])(
    'ends everything when it is given up while "%s"',
    async (step) => {
      const controller = new AbortController()
      const database = await freePort()
      const starting = start({
        ports: { gateway: 0, database, mail: 0, providers: 0 },
        signal: controller.signal,
        onProgress: (line) => line.startsWith(step) && controller.abort('given up'),
      })
      await expect(starting).rejects.toBe('given up')
      expect(await isPortFree(database)).toBe(true)
    },
  )
})
