import { tables } from '../declared.ts'
import * as accounts from './accounts.ts'
import * as assistant from './assistant.ts'
import * as billing from './billing.ts'
import * as castings from './castings.ts'
import * as catalog from './catalog.ts'
import * as chat from './chat.ts'
import * as creators from './creators.ts'
import * as employers from './employers.ts'
import * as favorites from './favorites.ts'
import * as files from './files.ts'
import * as hiring from './hiring.ts'
import * as models from './models.ts'
import * as moderation from './moderation.ts'
import * as notifications from './notifications.ts'
import * as organizations from './organizations.ts'
import * as payments from './payments.ts'
import * as recruiters from './recruiters.ts'
import * as savedSearches from './saved-searches.ts'
import type { TableRows } from './types.ts'
import * as work from './work.ts'

/** Rows of every table that test/access.ts declares, by the table's name. */
export const rowsOf: Record<string, TableRows> = {
  ...accounts,
  ...assistant,
  ...moderation,
  ...catalog,
  ...files,
  ...notifications,
  ...billing,
  ...employers,
  ...recruiters,
  ...models,
  ...creators,
  ...organizations,
  ...favorites,
  ...castings,
  ...hiring,
  ...work,
  ...payments,
  ...chat,
  ...savedSearches,
}

// Said here, for without them no suite that tries a table gets as far as a test.
const lacking = Object.entries(tables).flatMap(([table, { insert, update }]) => {
  const rows = rowsOf[table]
  if (rows === undefined) return [`export ${table} from test/access/rows/<module>.ts and spread it in rows/index.ts`]
  return [
    insert && !rows.insert && `give ${table} in test/access/rows an \`insert\`: a row that its owner may add`,
    insert && !rows.trio && `give ${table} in test/access/rows a \`trio\`: who owns, who else tries`,
    (insert || update) && !rows.samples && `give ${table} in test/access/rows \`samples\`: a value for each column`,
  ].filter((line) => typeof line === 'string')
})
const undeclared = Object.keys(rowsOf).filter((table) => !(table in tables))
lacking.push(...undeclared.map((table) => `declare ${table} in test/access/modules, or take its rows away`))
if (lacking.length > 0) throw new Error(`Tables and the rows to try them on do not match:\n- ${lacking.join('\n- ')}`)
