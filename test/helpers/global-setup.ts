import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startCluster } from '../../local-stack/src/postgres/cluster.ts'
import { removePlace } from '../../local-stack/src/postgres/place.ts'
import { removeWithParent } from '../../local-stack/src/processes/remove-with-parent.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Postgres of this run, or nothing when the tests run against another Supabase. */
    cluster: { port: number; folder: string } | null
  }
}

/** One Postgres for the whole run, in a folder that goes with it. */
export default async function globalSetup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TALENTBASE_URL !== undefined) {
    project.provide('cluster', null)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'talentbase-test-'))
  // The user that Postgres runs as under root passes through it.
  chmodSync(folder, 0o711)
  const kept = removeWithParent(folder)
  const cluster = await startCluster({
    dataFolder: folder,
    port: 0,
    temporary: true,
    onProgress: () => undefined,
    log: (line) => process.env.TALENTBASE_LOG && console.error(line),
  })
  project.provide('cluster', { port: cluster.port, folder })
  return async () => {
    await cluster.stop()
    removePlace(folder)
    rmSync(folder, { recursive: true, force: true })
    await kept.release()
  }
}
