import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { portsFrom } from '../../local-stack/src/cli/arguments.ts'
import { removeStackData, startStack } from '../../local-stack/src/index.ts'
import { publishableKey } from '../../local-stack/src/keys.ts'
import { attachCluster } from '../../local-stack/src/postgres/cluster.ts'
import { removeWithParent } from '../../local-stack/src/processes/remove-with-parent.ts'
import { StackError } from '../../local-stack/src/processes/stack-error.ts'

/** A Supabase that the demo talks to: people over HTTP, admins with SQL. */
export interface DemoStack {
  url: string
  publishableKey: string
  mailUrl: string
  databaseUrl: string
}

/** What `npm run demo` uses. */
interface UsedStack extends DemoStack {
  /** Where it comes from, for people. */
  origin: string
  close(): Promise<void>
}

/**
 * The stack that `npm start` runs on its usual ports, or one of its own that ends with the demo. With --port the one that
 * runs there, and no other.
 */
export async function useOrStartStack(
  port: string | undefined,
  usage: string,
  say: (line: string) => void,
): Promise<UsedStack> {
  const ports = portsFrom(port, usage)
  const running = await runningStack(ports)
  if (running !== undefined) return running
  if (port !== undefined) throw new StackError(`No stack runs on port ${port}: npm start -- --port ${port} starts one.`)
  say(`No stack runs on port ${ports.gateway}; the demo starts one of its own`)
  return ownStack((line) => say(`    ${line}`))
}

async function runningStack(ports: ReturnType<typeof portsFrom>): Promise<UsedStack | undefined> {
  const url = `http://127.0.0.1:${ports.gateway}`
  const mailUrl = `http://127.0.0.1:${ports.mail}`
  const answers = await Promise.all([
    fetch(`${url}/rest/v1/plans?select=id&limit=1`, { headers: { apikey: publishableKey } }),
    fetch(`${mailUrl}/api/messages?to=nobody`),
  ]).catch(() => [])
  if (answers.length === 0 || answers.some(({ ok }) => !ok)) return undefined
  const databaseUrl = attachCluster(ports.database).url('postgres', 'postgres')
  return { url, publishableKey, mailUrl, databaseUrl, origin: 'the running stack', close: async () => undefined }
}

async function ownStack(say: (line: string) => void): Promise<UsedStack> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'talentbase-demo-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(dataFolder, 0o711)
  const removal = removeWithParent(dataFolder)
  const stack = await startStack({
    ports: { gateway: 0, database: 0, mail: 0, providers: 0 },
    dataFolder,
    onProgress: say,
    log: (line) => process.env.TALENTBASE_LOG && console.error(line),
  })
  return {
    url: stack.url,
    publishableKey: stack.publishableKey,
    mailUrl: stack.mailUrl,
    databaseUrl: stack.databaseUrl('postgres'),
    origin: 'a stack of its own',
    async close() {
      await stack.close()
      removeStackData(dataFolder)
      rmSync(dataFolder, { recursive: true, force: true })
      await removal.release()
    },
  }
}

/** The code in the newest mail to an address, as its owner would read it; waits up to ten seconds for it. */
export async function readCode(stack: DemoStack, address: string): Promise<string> {
  return (await readMail(stack, address, ({ code }) => code !== null)).code!
}

interface Mail {
  subject: string
  code: string | null
}

/** The newest mail of a kind to an address, once it is there. */
export async function readMail(stack: DemoStack, address: string, isMeant: (mail: Mail) => boolean): Promise<Mail> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`${stack.mailUrl}/api/messages?to=${encodeURIComponent(address)}`)
    const mail = ((await answer.json()) as Mail[]).find(isMeant)
    if (mail !== undefined) return mail
    await sleep(100)
  }
  throw new Error(`No such mail reached ${address}.`)
}
