import * as accounts from './accounts.ts'
import * as billing from './billing.ts'
import * as castings from './castings.ts'
import * as notifications from './notifications.ts'
import * as profiles from './profiles.ts'
import type { TableRows } from './types.ts'

/** Rows of every table that test/access.ts declares, by the table's name. */
export const rowsOf: Record<string, TableRows> = { ...accounts, ...notifications, ...billing, ...profiles, ...castings }
