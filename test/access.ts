/**
 * Who may do what: every table, function, bucket and topic of the project, declared by the module that owns it.
 * `test/access/*.test.ts` try all of it through the API and compare it with the catalog; what is not declared here
 * fails. `docs/access.md` is printed from it (`node test/access/print.ts`).
 */
import { accounts } from './access/modules/accounts.ts'
import { assistant } from './access/modules/assistant.ts'
import { billing } from './access/modules/billing.ts'
import { candidates } from './access/modules/candidates.ts'
import { castingResponses } from './access/modules/casting-responses.ts'
import { castings } from './access/modules/castings.ts'
import { catalog } from './access/modules/catalog.ts'
import { chat } from './access/modules/chat.ts'
import { creators } from './access/modules/creators.ts'
import { employers } from './access/modules/employers.ts'
import { escrows } from './access/modules/escrows.ts'
import { favorites } from './access/modules/favorites.ts'
import { files } from './access/modules/files.ts'
import { foundation } from './access/modules/foundation.ts'
import { hiring } from './access/modules/hiring.ts'
import { ledger } from './access/modules/ledger.ts'
import { me } from './access/modules/me.ts'
import { media } from './access/modules/media.ts'
import { models } from './access/modules/models.ts'
import { moderation } from './access/modules/moderation.ts'
import { notifications } from './access/modules/notifications.ts'
import { orders } from './access/modules/orders.ts'
import { organizations } from './access/modules/organizations.ts'
import { payments } from './access/modules/payments.ts'
import { recruiters } from './access/modules/recruiters.ts'
import { reviews } from './access/modules/reviews.ts'
import { savedSearches } from './access/modules/saved-searches.ts'
import { services } from './access/modules/services.ts'
import { tasks } from './access/modules/tasks.ts'
import { topics } from './access/modules/topics.ts'

/**
 * Somebody who tries: `anon` is not signed in, `stranger` is signed in and has every role the owner has, `suspended` is
 * the suspended owner of such a row or file itself, `service` has the secret key. Other parties are named where they
 * are declared, such as `responder`.
 */
export type Party = string

export interface TableAccess {
  /** Kinds of rows that different parties see or change, and who. A command without parties is refused to all. But: columns that one who updates may not. */
  rows: Record<string, { select: Party[]; update?: Party[]; delete?: Party[]; but?: Record<Party, string> }>
  /** Roles of the accounts that may add a row in their own name; nobody may in another's. Columns: what they may set. */
  insert?: { by: string[]; columns: string }
  /** Columns that whoever may update a row may set, separated by blanks. */
  update?: string
  /** `<verb>_<who>`, one a verb and role. */
  policies: string[]
}

export type BucketOperation =
  | 'upload'
  | 'overwrite'
  | 'download'
  | 'info'
  | 'list'
  | 'sign'
  | 'move'
  | 'copy'
  | 'remove'
  | 'publicUrl'

export interface BucketAccess {
  megabytes: number
  types: string[]
  /** On an object in the owner's folder. */
  operations: Record<BucketOperation, Party[]>
}

interface TopicAccess {
  /** Joining a private channel and receiving its broadcasts. */
  join: Party[]
  broadcast: Party[]
  presence: Party[]
}

export interface ModuleAccess {
  tables?: Record<string, TableAccess>
  /** Nobody but `postgres` has any right on these. */
  privateTables?: string[]
  /** Database roles (separated by a comma and a blank, or `nobody`) and the functions they may execute. */
  functions: Record<string, string[]>
  buckets?: Record<string, BucketAccess>
  /** `<owner>` stands for the owner's account id. */
  topics?: Record<string, TopicAccess>
  /** Policies on tables of the services, as `<schema>.<table>`. */
  servicePolicies?: Record<string, string[]>
}

export const access: Record<string, ModuleAccess> = {
  foundation,
  accounts,
  moderation,
  catalog,
  media,
  files,
  topics,
  notifications,
  ledger,
  billing,
  organizations,
  employers,
  models,
  creators,
  recruiters,
  candidates,
  favorites,
  castings,
  'casting responses': castingResponses,
  tasks,
  services,
  hiring,
  escrows,
  orders,
  payments,
  reviews,
  chat,
  'saved searches': savedSearches,
  assistant,
  me,
}
