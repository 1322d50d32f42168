import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bootstrap } from '../postgres/bootstrap.ts'
import { startCluster } from '../postgres/cluster.ts'
import { applyMigrations } from '../postgres/migrations.ts'
import { removePlace } from '../postgres/place.ts'
import { removeWithParent } from '../processes/remove-with-parent.ts'
import { StackError } from '../processes/stack-error.ts'
import { loadSecrets } from '../secrets.ts'
import { commonOptions, project, readArguments } from './arguments.ts'
import { runCommand } from './run-command.ts'

const file = join(project, 'sdk', 'src', 'database.types.ts')
const shownFile = 'sdk/src/database.types.ts'

await runCommand(async () => {
  const { debug } = commonOptions
  const options = readArguments(
    { debug, check: { type: 'boolean', default: false } },
    'npm run types -- [--check] [--debug]',
  )
  const types = await generateTypes()
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === types
  if (options.check && !isCurrent) {
    throw new StackError(`${shownFile} is not what the migrations make: run npm run types and commit it.`)
  }
  if (!isCurrent) writeFileSync(file, types)
  console.log(`${shownFile} ${isCurrent ? 'is current' : 'written'}`)
  return 0
})

/** The types of schema public after all migrations, from a Postgres that lives only meanwhile. */
async function generateTypes(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'talentbase-types-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
  const removal = removeWithParent(folder)
  try {
    const quiet = { onProgress: () => undefined, log: () => undefined }
    const cluster = await startCluster({ dataFolder: folder, port: 0, temporary: true, ...quiet })
    try {
      const environment = loadSecrets(folder)
      const url = cluster.url('postgres', 'postgres')
      await bootstrap(cluster.url('supabase_admin', 'postgres'), 'newer')
      await applyMigrations({ project, url, environment, dataFolder: folder })
      return await format(await describe(url, folder, environment))
    } finally {
      await cluster.stop()
    }
  } finally {
    removePlace(folder)
    rmSync(folder, { recursive: true, force: true })
    await removal.release()
  }
}

function describe(url: string, folder: string, secrets: Record<string, string>): Promise<string> {
  const cli = join(packageFolder('supabase'), 'dist', 'supabase.js')
  const args = ['gen', 'types', '--lang', 'typescript', '--schema', 'public', `--remote=${url}`, '--workdir', project]
  return run(process.execPath, [cli, ...args, '--agent', 'no'], '', {
    ...secrets,
    PATH: process.env.PATH,
    PGSSLMODE: 'disable',
    SUPABASE_HOME: join(folder, 'cli'),
    SUPABASE_TELEMETRY_DISABLED: '1',
    SUPABASE_NO_UPDATE_NOTIFIER: '1',
    SUPABASE_NO_KEYRING: '1',
  })
}

/** The CLI's output is not laid out; ours is to be read, and to differ only where the schema does. */
function format(types: string): Promise<string> {
  const biome = join(packageFolder('@biomejs/biome'), 'bin', 'biome')
  return run(process.execPath, [biome, 'format', '--stdin-file-path=generated.ts'], types, process.env)
}

function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}

function run(command: string, args: string[], input: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: project, env, maxBuffer: 64 * 1024 * 1024 }
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new StackError(`The types could not be made: ${stderr.trim().split('\n').at(-1) || error.message}`))
    })
    child.stdin?.end(input)
  })
}
