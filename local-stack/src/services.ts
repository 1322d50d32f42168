import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createAuth } from './auth/index.ts'
import { readConfig, type StackConfig } from './config.ts'
import { createFunctions } from './functions/index.ts'
import { startGateway } from './gateway/start-gateway.ts'
import { loadKeys } from './keys.ts'
import { type Mail, startMail } from './mail/index.ts'
import { startPostgrest } from './postgrest/start-postgrest.ts'
import { freePort } from './processes/free-port.ts'
import { type Providers, startProviders } from './providers/index.ts'
import { createRealtime } from './realtime/index.ts'
import { loadSecrets } from './secrets.ts'
import type { DatabaseRole, ServiceContext } from './service.ts'
import { createStorage } from './storage/index.ts'
import { startTicker } from './ticker.ts'

export interface ServicesOptions {
  /** The folder that holds supabase/. */
  project: string
  dataFolder: string
  databaseUrl(role: DatabaseRole): string
  /** 0 takes a free one. */
  ports: { gateway: number; mail: number; providers: number }
  /** Whether what is due is run every five seconds. */
  ticks: boolean
  /** Changes settings of supabase/config.toml for this stack. */
  adjust?(config: StackConfig): void
  /** A line of a service, its name in front. */
  log(line: string): void
}

export interface Services {
  url: string
  publishableKey: string
  secretKey: string
  /** The page that shows mails. */
  mailUrl: string
  /** The mails that were sent. */
  mail: Mail['inbox']
  /** The doubles of Stripe, Kaspi, Robokassa, FCM and a model; their `url` shows the payments. */
  providers: Omit<Providers, 'close'>
  context: ServiceContext
  close(): Promise<void>
}

type Start = <Started extends { close(): Promise<void> }>(starting: Promise<Started> | Started) => Promise<Started>

/** Starts everything that stands in front of a database. All of it has ended when a start fails. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const started: { close(): Promise<void> }[] = []
  const start: Start = async (starting) => {
    const one = await starting
    started.push(one)
    return one
  }
  const close = async () => {
    // Last started, first ended; one that fails to end does not keep the others.
    for (const one of started.splice(0).reverse()) await one.close().catch((error) => options.log(String(error)))
  }
  try {
    return { ...(await startAll(options, start)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startAll(options: ServicesOptions, start: Start): Promise<Omit<Services, 'close'>> {
  const port = options.ports.gateway === 0 ? await freePort() : options.ports.gateway
  const contextOf = await contexts(options, `http://127.0.0.1:${port}`)
  const mail = await start(startMail({ port: options.ports.mail, log: contextOf('mail').log }))
  const secrets = loadSecrets(options.dataFolder)
  const { site_url } = contextOf('functions').config.auth
  const providers = await start(
    startProviders({
      port: options.ports.providers,
      webhooks: `http://127.0.0.1:${port}/functions/v1/payment-webhooks`,
      back: `${site_url}/payments`,
      settings: secrets,
      log: contextOf('providers').log,
    }),
  )
  const environment = {
    ...secrets,
    APP_URL: site_url,
    // The real client of Resend, led to the double.
    RESEND_API_KEY: 're_local',
    RESEND_BASE_URL: mail.url,
    ...providers.environment,
  }
  const starting = [
    start(startPostgrest(contextOf('postgrest'))),
    start(createAuth(contextOf('auth'))),
    start(createStorage(contextOf('storage'))),
    start(createRealtime(contextOf('realtime'))),
    start(createFunctions(contextOf('functions'), environment)),
  ] as const
  // Each has started or failed before one failure is told: none starts behind its back.
  await Promise.allSettled(starting)
  const [postgrest, auth, storage, realtime, functions] = await Promise.all(starting)
  const services = { postgrest, auth, storage, realtime, functions }
  const context = contextOf('gateway')
  await start(startGateway({ port, services, context }))
  if (options.ticks) await start(startTicker(contextOf('jobs')))
  const { publishableKey, secretKey } = context.keys
  return { url: context.url, publishableKey, secretKey, mailUrl: mail.url, mail: mail.inbox, providers, context }
}

async function contexts(options: ServicesOptions, url: string): Promise<(service: string) => ServiceContext> {
  const environment = { ...process.env, ...loadSecrets(options.dataFolder) }
  const config = readConfig(join(options.project, 'supabase', 'config.toml'), { environment, url })
  options.adjust?.(config)
  const keys = await loadKeys(options.dataFolder)
  return (service) => {
    const dataFolder = join(options.dataFolder, service)
    mkdirSync(dataFolder, { recursive: true })
    const log = (line: string) => options.log(`${service.padEnd(9)} ${line}`)
    return { config, keys, url, databaseUrl: options.databaseUrl, dataFolder, log }
  }
}
