import type { Database } from './database.types.ts'

/** A row in which only the named columns can be null; the generated types of functions cannot say it. */
type Filled<Row, Empty extends keyof Row> = {
  [Name in keyof Row]: Name extends Empty ? Row[Name] : NonNullable<Row[Name]>
}

type Composites = Database['public']['CompositeTypes']

/** A row of one of the database's composite types, with the columns that can be null. */
export type Card<Name extends keyof Composites, Empty extends keyof Composites[Name]> = Filled<Composites[Name], Empty>

export type Row<Name extends keyof Database['public']['Tables']> = Database['public']['Tables'][Name]['Row']
