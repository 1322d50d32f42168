import postgres from 'postgres'
import type { TestStack } from '../helpers/stack.ts'
import type { Viewer } from './viewer.ts'

export interface Scan {
  /** Such as Seq Scan or Bitmap Heap Scan. */
  node: string
  table?: string
  index?: string
  /** Rows of the table that were looked at, those that a filter then left out among them. */
  read: number
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

export interface Explainer {
  /** Runs a query as a viewer and answers what every statement inside it read, functions' own statements included. */
  scans(viewer: Viewer, query: string, values?: (string | number | boolean)[]): Promise<Scan[]>
  close(): Promise<void>
}

/**
 * EXPLAIN does not look into functions; auto_explain does, and tells the plans that ran. Only a superuser may load it, so
 * the session is one and acts as the viewer's role.
 */
export async function openExplainer(stack: TestStack): Promise<Explainer> {
  let told: string[] = []
  const sql = postgres(stack.databaseUrl('supabase_admin'), {
    max: 1,
    onnotice: ({ message }) => told.push(message ?? ''),
  })
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = json;
    set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off;
  `)
  return {
    async scans(viewer, query, values = []) {
      await sql.begin(async (tx) => {
        const role = viewer === null ? 'anon' : 'authenticated'
        const claims = JSON.stringify(viewer === null ? { role } : { sub: viewer, role })
        await tx`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${claims}, true)`
        await tx`set local client_min_messages = 'log'`
        told = []
        await tx.unsafe(query, values)
      })
      return told.flatMap((message) => {
        const json = message.match(/^duration: [^\n]* plan:\n([\s\S]*)$/)?.[1]
        return json === undefined ? [] : nodes((JSON.parse(json) as { Plan: PlanNode }).Plan)
      })
    },
    close: () => sql.end(),
  }
}

function nodes(node: PlanNode): Scan[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index, Plans = [] } = node
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const read = (node['Actual Rows'] + removed) * node['Actual Loops']
  return [{ node: type, read, ...(table && { table }), ...(index && { index }) }, ...Plans.flatMap(nodes)]
}
