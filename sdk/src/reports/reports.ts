import { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage } from '../list.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { id, page, text } from '../schemas/fields.ts'

const entityType = z.enum([
  'account',
  'model',
  'portfolio_item',
  'casting',
  'task',
  'service',
  'review',
  'conversation',
])

const reason = z.enum([
  'spam',
  'fraud',
  'harassment',
  'hate',
  'nudity',
  'impersonation',
  'underage',
  'copyright',
  'other',
])

export interface Report {
  id: string
  entity_type: z.output<typeof entityType>
  /** Of a model: the account's id. */
  entity_id: string
  reason: z.output<typeof reason>
  details: string | null
  status: 'open' | 'resolved' | 'dismissed'
  /** What the admin did, in words. */
  resolution: string | null
  resolved_at: string | null
  created_at: string
}

type ReportRow = Card<'report_card', 'details' | 'resolution' | 'resolved_at'>

export const createReportSchema = z.strictObject({
  entity_type: entityType,
  /** Of a model: the account's id. */
  entity_id: id,
  reason,
  /** At most 2000 characters. */
  details: text(1, 2000).optional(),
})

export const listReportsSchema = z.strictObject(page)

/** What one reports to the admins. */
export class Reports {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Reports something that one sees. `not_found` for anything else, `conflict` for one's own, `duplicate` while one's
   * report of the same thing is open. The decision comes as the notification `report_decided`.
   */
  create(input: z.input<typeof createReportSchema>): Promise<Result<Report>> {
    const context = this.#context
    return context.run(async () => {
      const report = context.parse(createReportSchema, input)
      const { account_id: _, ...row } = await context.rows(context.supabase.rpc('create_report', report))
      return row as Report
    })
  }

  /** One's own reports, newest first. */
  list(input: z.input<typeof listReportsSchema> = {}): Promise<Result<List<Report>>> {
    const context = this.#context
    return context.run(() =>
      listPage(
        context.parse(listReportsSchema, input),
        async (page) => (await context.rows(context.supabase.rpc('list_reports', page))) as ReportRow[],
        ({ total: _total, cursor: _cursor, ...report }) => report as Report,
      ),
    )
  }
}
