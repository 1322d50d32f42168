/** `npm run bench`: ratios measured side by side in one run, in real Postgres under the real roles. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { bootstrap } from '../local-stack/src/postgres/bootstrap.ts'
import { startCluster } from '../local-stack/src/postgres/cluster.ts'
import { applyMigrations } from '../local-stack/src/postgres/migrations.ts'
import { removePlace } from '../local-stack/src/postgres/place.ts'
import { removeWithParent } from '../local-stack/src/processes/remove-with-parent.ts'
import { loadSecrets } from '../local-stack/src/secrets.ts'
import { cases } from './cases.ts'
import { fill } from './fill.ts'
import { median, type Sample } from './measure.ts'

const rounds = 15
const rollback = new Error('rolled back')
const project = fileURLToPath(new URL('..', import.meta.url))
const dataFolder = mkdtempSync(join(tmpdir(), 'talentbase-bench-'))
// The user that Postgres runs as under root passes through it.
chmodSync(dataFolder, 0o711)
const removal = removeWithParent(dataFolder)
const cluster = await startCluster({
  dataFolder,
  port: 0,
  temporary: true,
  onProgress: (line) => console.log(line),
  log: () => undefined,
})
try {
  const url = cluster.url('postgres', 'postgres')
  await bootstrap(cluster.url('supabase_admin', 'postgres'), 'newer')
  await applyMigrations({ project, url, environment: loadSecrets(dataFolder), dataFolder })
  const admin = postgres(cluster.url('supabase_admin', 'postgres'), { max: 1, onnotice: () => undefined })
  console.log('Filling in 200,000 castings, tasks, services, models and candidates each')
  const viewer = await fill(admin)

  console.log(`\nMedians of ${rounds} rounds; a ratio below 1 means that the first is faster\n`)
  for (const { title, first, second } of cases) {
    const taken: [number[], number[]] = [[], []]
    // In turn, so that what the machine does meanwhile falls on both.
    for (let round = 0; round < rounds; round += 1) {
      taken[0].push(await time(admin, viewer, first))
      taken[1].push(await time(admin, viewer, second))
    }
    const [a, b] = [median(taken[0]), median(taken[1])]
    console.log(title)
    console.log(`  ${a.toFixed(2).padStart(9)} ms  ${first.name}`)
    console.log(`  ${b.toFixed(2).padStart(9)} ms  ${second.name}`)
    console.log(`  ${(a / b).toFixed(2).padStart(9)}     ratio\n`)
  }
  await admin.end()
} finally {
  await cluster.stop()
  removePlace(dataFolder)
  rmSync(dataFolder, { recursive: true, force: true })
  await removal.release()
}

/** Milliseconds of a statement as one of the API's roles; nothing of it stays. */
async function time(admin: postgres.Sql, viewer: string, { role, statement }: Sample): Promise<number> {
  const claims = JSON.stringify(role === 'anon' ? { role } : { role, sub: viewer })
  let took = 0
  await admin
    .begin(async (transaction) => {
      await transaction.unsafe(`set local role ${role}; set local search_path = public, extensions`)
      await transaction`select set_config('request.jwt.claims', ${claims}, true)`
      const begin = performance.now()
      await transaction.unsafe(statement)
      took = performance.now() - begin
      throw rollback
    })
    .catch((error) => {
      if (error !== rollback) throw error
    })
  return took
}
