import { defineConfig } from 'vitest/config'

// What `npm run check` counts.
const resultsFile = `.talentbase/tests-${process.env.TALENTBASE_DEFAULT_PRIVILEGES ?? 'newer'}.json`

// Against another Supabase, what starts parts of the local stack itself proves nothing.
const isRemote = process.env.TALENTBASE_URL !== undefined

export default defineConfig({
  // The sdk from its source, not from what was built of it.
  resolve: { conditions: ['@talentbase/source'] },
  ssr: { resolve: { conditions: ['@talentbase/source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: isRemote ? ['test/local-stack/!(postgres).test.ts'] : [],
    reporters: ['default', ['json', { outputFile: resultsFile }]],
    globalSetup: ['test/helpers/global-setup.ts'],
    // Each file has a stack of its own; two of them fill two cores.
    pool: 'forks',
    maxWorkers: 2,
    // On one Supabase, files share its settings and jobs.
    fileParallelism: !isRemote,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
