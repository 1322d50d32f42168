import type { Person } from '../../helpers/people.ts'
import type { Cast, Trio } from '../cast.ts'

/** Column values that find one row. */
export type Key = Record<string, string | number>

/** How the rows are made on which a table's access is tried. */
export interface TableRows {
  /** Whose rows they are; nobody's where a table is the same for all. */
  trio?(cast: Cast, kind: string): Trio
  /** Makes the row of a kind for this owner, as postgres, and answers its key. */
  make(cast: Cast, kind: string, owner: Person): Promise<Key>
  /** Parties beside the usual ones, by the name test/access.ts calls them. */
  others?(cast: Cast): Record<string, Person>
  /** Values that an owner may write, one for each column that is granted. */
  samples?: (owner: Person) => Record<string, unknown>
  /** Makes what a row of somebody's needs, such as its parent, where their roles let them have it. */
  prepare?(cast: Cast, person: Person): Promise<void>
  /** A row that an owner without one may add. */
  insert?: (owner: Person) => Record<string, unknown>
}
