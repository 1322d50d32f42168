import { access, type BucketAccess, type BucketOperation, type ModuleAccess, type Party } from '../access.ts'
import { everyone } from './declare.ts'
import { columns } from './declared.ts'

const intro = `# Who may do what

Printed from \`test/access.ts\` by \`node test/access/print.ts\`; do not edit. The access suite tries all of it through
the API and fails for whatever is not declared.

- **owner**: the account a row, folder or topic belongs to.
- **stranger**: another account with the same roles.
- **agency**: a member of an agency that represents the owner.
- **service**: the secret key, which passes every policy; where it is missing, it has no grant.
- **suspended**: the owner itself, suspended. It appears only where the answer needs no sign-in.

Everything else is refused: a party or command that is not named has no right. Functions in \`private\` cannot be called
through the API; where a role may execute one, a policy, a check or a function in \`public\` runs it for that role.
`

/** The text of docs/access.md. */
export function accessPage(): string {
  const sections = Object.entries(access).map(([name, module]) => [`## ${title(name)}`, ...moduleParts(module)])
  return `${[intro.trim(), ...sections.flat()].join('\n\n')}\n`
}

const title = (name: string) => name[0]!.toUpperCase() + name.slice(1)

function moduleParts(module: ModuleAccess): string[] {
  const parts = [
    tables(module),
    columnLists(module),
    privateTables(module),
    buckets(module),
    topics(module),
    functions(module),
  ]
  return parts.filter((part) => part !== '')
}

function tables({ tables = {} }: ModuleAccess): string {
  const rows = Object.entries(tables).flatMap(([name, { rows: kinds, insert }]) =>
    Object.entries(kinds).map(([kind, { select, update = [], but = {}, delete: remove = [] }]) => [
      code(name),
      kind,
      parties(select),
      insert ? `${insert.by.join(', ')}, in their own name` : '–',
      parties(
        update.map((party) => (but[party] ? `${party} (but ${columns(but[party]).map(code).join(', ')})` : party)),
      ),
      parties(remove),
    ]),
  )
  return table(['table', 'rows', 'read', 'add', 'change', 'remove'], rows)
}

function columnLists({ tables = {} }: ModuleAccess): string {
  const lines = Object.entries(tables).flatMap(([name, { insert, update }]) => {
    if (insert === undefined && update === undefined) return []
    const changed = columns(update)
    const added = columns(insert?.columns).filter((column) => !changed.includes(column))
    const alone = added.length > 0 ? `; when adding also ${added.map(code).join(', ')}` : ''
    return [`- ${code(name)} takes ${changed.map(code).join(', ')}${alone}.`]
  })
  return lines.join('\n')
}

function privateTables({ privateTables: names = [] }: ModuleAccess): string {
  return names.length === 0 ? '' : `Nobody reads or writes ${names.map((name) => code(`private.${name}`)).join(', ')}.`
}

function buckets({ buckets: all = {} }: ModuleAccess): string {
  const rows = Object.entries(all).map(([name, bucket]) => [
    code(name),
    `${bucket.megabytes} MB`,
    bucket.types.map((type) => type.split('/')[1]).join(', '),
    ...(['publicUrl', 'download', 'sign', 'upload'] satisfies BucketOperation[]).map((one) => operation(bucket, one)),
  ])
  return table(['bucket', 'largest file', 'types', 'public url', 'download, info', 'sign', 'list, write'], rows)
}

// The page shows one of each group that test/access.ts declares alike.
function operation({ operations }: BucketAccess, one: BucketOperation): string {
  return operations[one].length === everyone.length ? 'everybody' : parties(operations[one])
}

function topics({ topics: all = {} }: ModuleAccess): string {
  const rows = Object.entries(all).map(([topic, { join, broadcast, presence }]) => [
    code(topic),
    parties(join),
    parties(broadcast),
    parties(presence),
  ])
  return table(['topic', 'join and receive', 'broadcast', 'presence'], rows)
}

function functions({ functions: all }: ModuleAccess): string {
  const rows = Object.entries(all).flatMap(([roles, signatures]) =>
    [...signatures].sort(publicFirst).map((signature) => [code(signature), roles === 'nobody' ? '–' : roles]),
  )
  return table(['function', 'executed by'], rows)
}

const publicFirst = (one: string, other: string) =>
  Number(other.startsWith('public.')) - Number(one.startsWith('public.'))

const parties = (list: Party[]) => (list.length === 0 ? '–' : list.join(', '))

const code = (text: string) => `\`${text}\``

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
