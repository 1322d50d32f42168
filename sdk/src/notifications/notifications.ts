import type { z } from 'zod'
import type { Context } from '../context.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import type { List } from '../list.ts'
import type { Result } from '../result.ts'
import { notificationsOf } from './from-rows.ts'
import { listNotificationsSchema, notificationIdsSchema, notificationPreferencesSchema } from './schemas.ts'
import { type SubscribeOptions, subscribe } from './subscribe.ts'
import type { Notification, NotificationCount, NotificationPreferences } from './types.ts'

const usual = 20
const counted = 1000

/** What happened that concerns the account. */
export class Notifications {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** One's own notifications, newest first. MW43 */
  list(input: z.input<typeof listNotificationsSchema> = {}): Promise<Result<List<Notification>>> {
    const context = this.#context
    return context.run(async () => {
      const { unread_only, limit = usual, cursor, offset = 0 } = context.parse(listNotificationsSchema, input)
      const query = context.supabase.from('notifications').select().order('id', { ascending: false })
      if (unread_only) query.is('read_at', null)
      if (cursor !== undefined) query.lt('id', Number(cursor))
      const [rows, count] = await Promise.all([context.rows(query.range(offset, offset + limit)), this.#count()])
      const shown = rows.slice(0, limit)
      const total = unread_only ? count.unread : count.total
      const has_more = rows.length > limit
      return {
        items: await notificationsOf(context, shown),
        total,
        total_is_exact: total < counted,
        has_more,
        next_cursor: has_more ? String(shown.at(-1)?.id) : null,
      }
    })
  }

  /** How many there are, unread and in all. */
  count(): Promise<Result<NotificationCount>> {
    return this.#context.run(() => this.#count())
  }

  /** Marks some of one's own as read, 1000 at most; `not_found` when none of them is one's own. MW44 */
  markRead(ids: number | number[]): Promise<Result<{ marked: number }>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(notificationIdsSchema, { ids: Array.isArray(ids) ? ids : [ids] })
      const marked = await context.rows(context.supabase.rpc('mark_notifications_read', wanted))
      if (marked > 0) return { marked }
      const own = context.supabase.from('notifications').select('id').in('id', wanted.ids).limit(1)
      if ((await context.rows(own)).length === 0) throw context.error('not_found')
      return { marked }
    })
  }

  /** Marks all of one's own as read and answers how many were not. MW45 */
  markAllRead(): Promise<Result<{ marked: number }>> {
    const context = this.#context
    return context.run(async () => ({ marked: await context.rows(context.supabase.rpc('mark_notifications_read')) }))
  }

  /** Deletes one of one's own; `not_found` when it is not. */
  delete(notificationId: number): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { ids } = context.parse(notificationIdsSchema, { ids: [notificationId] })
      await context.rows(context.supabase.from('notifications').delete().eq('id', ids[0]!).select('id').single())
      return null
    })
  }

  /** For every type whether it is delivered; all are until they are switched off. MW46 */
  getPreferences(): Promise<Result<NotificationPreferences>> {
    return this.#context.run(() => this.#preferences())
  }

  /** Switches types on or off; those not named stay as they are. A type that is off is not delivered. MW47 */
  updatePreferences(preferences: Partial<NotificationPreferences>): Promise<Result<NotificationPreferences>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = this.#parsePreferences(preferences)
      await context.rows(context.supabase.rpc('set_notification_preferences', { preferences: wanted }))
      return this.#preferences()
    })
  }

  /**
   * Hands over every notification that comes from now on, in its order, each once, also what came while the connection
   * was away. Answers when it listens; stop it with `unsubscribe`.
   */
  subscribe(
    callback: (notification: Notification) => void,
    options: SubscribeOptions = {},
  ): Promise<Result<{ unsubscribe: () => Promise<void> }>> {
    return this.#context.run(() => subscribe(this.#context, callback, options))
  }

  async #count(): Promise<NotificationCount> {
    return this.#context.rows(this.#context.supabase.rpc('notification_count').single())
  }

  async #preferences(): Promise<NotificationPreferences> {
    const { supabase, rows, accountId } = this.#context
    await accountId()
    const [types, own] = await Promise.all([
      rows(supabase.from('notification_types').select('type').order('type')),
      rows(supabase.from('notification_preferences').select('type, is_enabled')),
    ])
    const chosen = new Map(own.map(({ type, is_enabled }) => [type, is_enabled]))
    return Object.fromEntries(types.map(({ type }) => [type, chosen.get(type) ?? true])) as NotificationPreferences
  }

  #parsePreferences(preferences: Partial<NotificationPreferences>): Record<string, boolean> {
    try {
      return this.#context.parse(notificationPreferencesSchema, { preferences }).preferences
    } catch (error) {
      if (!(error instanceof TalentbaseError)) throw error
      const names = Object.keys(error.fields ?? {}).map((name) => [name, name.replace(/^preferences\./, '')])
      throw renameFields(error, Object.fromEntries(names))
    }
  }
}
