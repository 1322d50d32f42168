import { access, type ModuleAccess, type TableAccess } from '../access.ts'

const modules = Object.values(access)

/** Merges one part of every module; two modules that declare the same name are a mistake. */
function merged<Value>(part: (module: ModuleAccess) => Record<string, Value> | undefined): Record<string, Value> {
  const all: Record<string, Value> = {}
  for (const [name, value] of modules.flatMap((module) => Object.entries(part(module) ?? {}))) {
    if (name in all) throw new Error(`${name} is declared twice.`)
    all[name] = value
  }
  return all
}

export const tables = merged((module) => module.tables)
export const buckets = merged((module) => module.buckets)
export const topics = merged((module) => module.topics)
export const privateTables = modules.flatMap((module) => module.privateTables ?? [])

/** Signature to the database roles that may execute it. */
export const functions: Record<string, string[]> = merged((module) =>
  Object.fromEntries(
    Object.entries(module.functions).flatMap(([roles, signatures]) =>
      signatures.map((signature) => [signature, roles === 'nobody' ? [] : roles.split(', ')]),
    ),
  ),
)

/** `<schema>.<table>` to the names of its policies. */
export const policies: Record<string, string[]> = {}
for (const [table, declared] of Object.entries(tables)) policies[`public.${table}`] = declared.policies
for (const [table, names] of modules.flatMap((module) => Object.entries(module.servicePolicies ?? {}))) {
  policies[table] = [...(policies[table] ?? []), ...names]
}

const roleOf = (party: string): string => ({ anon: 'anon', service: 'service_role' })[party] ?? 'authenticated'

/** Table-wide grants that follow from who may do what, as `<role> <command>`. */
export function tableGrants({ rows }: TableAccess): string[] {
  const grants = Object.values(rows).flatMap(({ select, delete: remove = [] }) => [
    ...select.map((party) => `${roleOf(party)} SELECT`),
    ...remove.map((party) => `${roleOf(party)} DELETE`),
  ])
  return [...new Set(grants)].sort()
}

/** Column grants, all of them to authenticated, as `<column> <command>`. */
export function columnGrants({ insert, update }: TableAccess): string[] {
  return [
    ...columns(insert?.columns).map((column) => `${column} INSERT`),
    ...columns(update).map((column) => `${column} UPDATE`),
  ].sort()
}

export const columns = (list: string | undefined): string[] => list?.split(' ') ?? []
