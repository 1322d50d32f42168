import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  createClient,
  type RealtimeChannel,
  type RealtimeSystemPayload,
  type SupabaseClient,
} from '@supabase/supabase-js'
import postgres, { type Sql } from 'postgres'
import { expect, inject } from 'vitest'
import type { StackConfig } from '../../local-stack/src/config.ts'
import { startGateway } from '../../local-stack/src/gateway/start-gateway.ts'
import { loadKeys } from '../../local-stack/src/keys.ts'
import { attachCluster, type Cluster } from '../../local-stack/src/postgres/cluster.ts'
import { dropDatabase, withFreshDatabase } from '../../local-stack/src/postgres/template.ts'
import { freePort } from '../../local-stack/src/processes/free-port.ts'
import { createRealtime } from '../../local-stack/src/realtime/index.ts'
import type { RealtimeOptions } from '../../local-stack/src/realtime/options.ts'
import type { Service, ServiceContext } from '../../local-stack/src/service.ts'

/** These tests make their own Realtime, so they need the run's own Postgres. */
export const isLocal = inject('cluster') !== null

/** Looks until it is so; the time is only for a test that would never end. */
export function eventually<Value>(read: () => Value | Promise<Value>, interval = 20) {
  return expect.poll(read, { interval, timeout: 20_000 })
}

export interface Person {
  id: string
  supabase: SupabaseClient
  /** Takes another token from now on; the client is told. */
  use(token: string): Promise<void>
}

interface PersonOptions {
  id?: string
  role?: string
  /** Seconds until the token ends. */
  expiresIn?: number
  token?: string
  realtime?: NonNullable<Parameters<typeof createClient>[2]>['realtime']
}

export interface RealtimeServer {
  url: string
  context: ServiceContext
  /** As the project's owner, who writes the policies. */
  sql: Sql
  /** What the service told the terminal. */
  lines: string[]
  person(options?: PersonOptions): Promise<Person>
  token(claims: object): Promise<string>
  /** Ends the service and starts it again on the same database. */
  restart(): Promise<void>
  /** Ends the service alone. */
  stop(): Promise<void>
  close(): Promise<void>
}

/** Realtime behind the gateway, on a fresh database in which `public.rights` says who may do what. */
export async function startRealtime(
  options: Partial<RealtimeOptions> = {},
  cluster: Cluster = attachCluster(inject('cluster')!.port),
): Promise<RealtimeServer> {
  const name = `realtime_${randomUUID().slice(0, 8)}`
  const dataFolder = join(inject('cluster')!.folder, name)
  mkdirSync(dataFolder, { recursive: true })
  const keys = await loadKeys(dataFolder)
  const port = await freePort()
  const lines: string[] = []
  const context: ServiceContext = {
    config: {} as StackConfig,
    keys,
    url: `http://127.0.0.1:${port}`,
    databaseUrl: (role) => cluster.url(role, name),
    dataFolder,
    log: (line) => lines.push(line),
  }
  let service = await withFreshDatabase(cluster, name, { defaultPrivileges: 'newer' }, () =>
    createRealtime(context, options),
  )
  const unused: Service = { fetch: () => new Response(null, { status: 404 }), close: async () => undefined }
  const realtime: Service = {
    fetch: (request) => service.fetch(request),
    upgrade: (request, socket, head) => service.upgrade?.(request, socket, head),
    close: () => service.close(),
  }
  const services = { auth: unused, storage: unused, functions: unused, postgrest: { url: context.url }, realtime }
  const gateway = await startGateway({ port, context, services })
  const sql = postgres(context.databaseUrl('postgres'), { max: 12, onnotice: () => undefined })
  await sql.unsafe(rights)

  const clients: SupabaseClient[] = []
  const token = (claims: object) => keys.sign({ exp: Math.floor(Date.now() / 1000) + 900, ...claims })
  return {
    url: context.url,
    context,
    sql,
    lines,
    token,
    async person({ id = randomUUID(), role = 'authenticated', expiresIn = 900, ...given } = {}) {
      let current = given.token ?? (await token({ sub: id, role, exp: Math.floor(Date.now() / 1000) + expiresIn }))
      const supabase = createClient(context.url, keys.publishableKey, {
        accessToken: async () => current,
        realtime: { timeout: 5_000, ...given.realtime },
      })
      clients.push(supabase)
      await supabase.realtime.setAuth()
      return {
        id,
        supabase,
        async use(token) {
          current = token
          await supabase.realtime.setAuth()
        },
      }
    },
    async restart() {
      await service.close()
      service = await createRealtime(context, options)
    },
    stop: () => service.close(),
    async close() {
      await Promise.all(clients.map((client) => client.realtime.disconnect()))
      await gateway.close()
      await service.close()
      await sql.end()
      await dropDatabase(cluster, name)
    },
  }
}

type Right = 'read' | 'write'

/** Gives an account rights on a topic; `extension` as in `realtime.messages`. */
export async function allow(
  { sql }: RealtimeServer,
  topic: string,
  account: string,
  granted: Partial<Record<'broadcast' | 'presence', Right[]>>,
): Promise<void> {
  for (const [extension, allowed] of Object.entries(granted)) {
    for (const right of allowed) {
      await sql`insert into public.rights (topic, account, extension, allowed) values (${topic}, ${account}, ${extension}, ${right})`
    }
  }
}

export async function disallow({ sql }: RealtimeServer, topic: string, account: string): Promise<void> {
  await sql`delete from public.rights where topic = ${topic} and account = ${account}`
}

interface Received {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: what a test sent
  payload: any
  meta?: { id: string; replayed?: boolean }
}

export interface Joined {
  channel: RealtimeChannel
  /** Each status of the channel with its error's message. */
  statuses: string[]
  broadcasts: Received[]
  systems: RealtimeSystemPayload[]
}

type ChannelConfig = NonNullable<Parameters<SupabaseClient['channel']>[1]>['config']

/** Joins a topic, privately unless told, and answers once the server has. */
export async function joinTopic(
  { supabase }: Person,
  topic: string,
  config: Partial<ChannelConfig> = {},
  prepare: (channel: RealtimeChannel) => void = () => undefined,
): Promise<Joined> {
  const channel = supabase.channel(topic, { config: { private: true, ...config } })
  const joined: Joined = { channel, statuses: [], broadcasts: [], systems: [] }
  channel.on('broadcast', { event: '*' }, (message) => joined.broadcasts.push(message as unknown as Received))
  channel.on('system', {}, (payload: RealtimeSystemPayload) => joined.systems.push(payload))
  prepare(channel)
  await new Promise<void>((resolve) => {
    channel.subscribe((status, error) => {
      joined.statuses.push(error === undefined ? status : `${status}: ${error.message}`)
      resolve()
    })
  })
  return joined
}

const rights = `
  create table public.rights (topic text, account uuid, extension text, allowed text);
  grant select on public.rights to anon, authenticated;
  create policy read_by_right on realtime.messages for select to authenticated using (
    exists (
      select
      from public.rights as held
      where held.topic = (select realtime.topic())
        and held.account = (select auth.uid())
        and held.extension = messages.extension
        and held.allowed = 'read'
    )
  );
  create policy write_by_right on realtime.messages for insert to authenticated with check (
    exists (
      select
      from public.rights as held
      where held.topic = (select realtime.topic())
        and held.account = (select auth.uid())
        and held.extension = messages.extension
        and held.allowed = 'write'
    )
  );
`
