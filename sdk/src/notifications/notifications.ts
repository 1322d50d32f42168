import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Json } from '../database.types.ts'
import { renameFields } from '../errors/rename-fields.ts'
import { TalentbaseError } from '../errors/talentbase-error.ts'
import type { List } from '../list.ts'
import type { Result } from '../result.ts'
import type { Row } from '../rows.ts'
import { notificationsOf } from './from-rows.ts'
import {
  listNotificationsSchema,
  notificationIdsSchema,
  notificationPreferencesSchema,
  notificationSettingsSchema,
} from './schemas.ts'
import { type SubscribeOptions, subscribe } from './subscribe.ts'
import type {
  ChannelPreferences,
  Notification,
  NotificationChannel,
  NotificationCount,
  NotificationPreferences,
  NotificationSettings,
} from './types.ts'

const usual = 20
const counted = 1000

/** What happened that concerns the account. */
export class Notifications {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** One's own notifications, newest first. MW43, WF41, UG26, MT36 */
  list(input: z.input<typeof listNotificationsSchema> = {}): Promise<Result<List<Notification>>> {
    const context = this.#context
    return context.run(async () => {
      const {
        unread_only,
        limit = usual,
        cursor,
        offset = 0,
        ...filters
      } = context.parse(listNotificationsSchema, input)
      const { type, is_read = unread_only ? false : undefined } = filters
      const query = context.supabase.from('notifications').select().order('id', { ascending: false })
      if (unread_only || is_read === false) query.is('read_at', null)
      if (is_read === true) query.not('read_at', 'is', null)
      if (type !== undefined) query.eq('type', type)
      if (cursor !== undefined) query.lt('id', Number(cursor))
      const [rows, total] = await Promise.all([
        context.rows(query.range(offset, offset + limit)),
        this.#total(type, is_read, unread_only === true),
      ])
      const shown = rows.slice(0, limit)
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

  /** How many there are, unread and in all. WF42, MT37 */
  count(): Promise<Result<NotificationCount>> {
    return this.#context.run(() => this.#count())
  }

  /** Marks some of one's own as read, 1000 at most; `not_found` when none of them is one's own. MW44, WF43, UG27, MT38 */
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

  /** Marks all of one's own as read and answers how many were not. MW45, WF44, MT39 */
  markAllRead(): Promise<Result<{ marked: number }>> {
    const context = this.#context
    return context.run(async () => ({ marked: await context.rows(context.supabase.rpc('mark_notifications_read')) }))
  }

  /** Deletes one of one's own; `not_found` when it is not. MT40 */
  delete(notificationId: number): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const { ids } = context.parse(notificationIdsSchema, { ids: [notificationId] })
      await context.rows(context.supabase.from('notifications').delete().eq('id', ids[0]!).select('id').single())
      return null
    })
  }

  /** Deletes those of one's own that are read and answers how many; the unread ones stay. MT41 */
  clearRead(): Promise<Result<{ deleted: number }>> {
    const context = this.#context
    return context.run(async () => ({
      deleted: await context.rows(context.supabase.rpc('clear_read_notifications')),
    }))
  }

  /** Sends oneself a notification, past preferences and quiet hours, and answers to how many devices. Five a minute. WF45 */
  sendTest(): Promise<Result<{ devices: number }>> {
    const context = this.#context
    return context.run(async () => ({
      devices: await context.rows(context.supabase.rpc('send_test_notification')),
    }))
  }

  /** For every type by which channels it is delivered. MW46, MT42 */
  getPreferences(): Promise<Result<NotificationPreferences>> {
    return this.#context.run(() => this.#preferences())
  }

  /**
   * Switches types on or off, with `true` or `false` by all channels, or by some: `{ new_message: { push: false } }`. What is
   * not named stays as it is. What is off is not delivered. MW47, MT43
   */
  updatePreferences(
    preferences: Record<string, boolean | Partial<ChannelPreferences>>,
  ): Promise<Result<NotificationPreferences>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = this.#parsePreferences(preferences)
      await context.rows(context.supabase.rpc('set_notification_preferences', { preferences: wanted as Json }))
      return this.#preferences()
    })
  }

  /** Quiet hours, time zone and digest. */
  getSettings(): Promise<Result<NotificationSettings>> {
    const context = this.#context
    return context.run(async () => {
      await context.accountId()
      const [row] = await context.rows(context.supabase.from('notification_settings').select())
      return settingsOf(row)
    })
  }

  /** Changes quiet hours, time zone or digest; what is not given stays as it is. */
  updateSettings(input: z.input<typeof notificationSettingsSchema>): Promise<Result<NotificationSettings>> {
    const context = this.#context
    return context.run(async () => {
      const { quiet_hours, ...others } = context.parse(notificationSettingsSchema, input)
      // An empty text is what ends quiet hours.
      const hours =
        quiet_hours === undefined ? {} : { quiet_from: quiet_hours?.from ?? '', quiet_until: quiet_hours?.until ?? '' }
      const defined = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
      const row = await context.rows(context.supabase.rpc('set_notification_settings', { ...hours, ...defined }))
      return settingsOf(row)
    })
  }

  /**
   * Hands over every notification that comes from now on, in its order, each once, also what came while the connection
   * was away. Answers when it listens; stop it with `unsubscribe`. UG28, MT68
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

  /** How many of a list there are, to 1,000. */
  async #total(type: string | undefined, is_read: boolean | undefined, unread_only: boolean): Promise<number> {
    if (type === undefined && is_read === undefined) return (await this.#count()).total
    if (type === undefined && is_read === false) return (await this.#count()).unread
    const query = this.#context.supabase.from('notifications').select('id').limit(counted)
    if (unread_only || is_read === false) query.is('read_at', null)
    if (is_read === true) query.not('read_at', 'is', null)
    if (type !== undefined) query.eq('type', type)
    return (await this.#context.rows(query)).length
  }

  async #preferences(): Promise<NotificationPreferences> {
    const { supabase, rows, accountId } = this.#context
    await accountId()
    const [types, own] = await Promise.all([
      rows(supabase.from('notification_types').select('type, is_emailed').order('type')),
      rows(supabase.from('notification_preferences').select('type, channel, is_enabled')),
    ])
    const chosen = new Map(own.map(({ type, channel, is_enabled }) => [`${type} ${channel}`, is_enabled]))
    const choices = types.map(({ type, is_emailed }) => {
      const choice = (channel: NotificationChannel, usually: boolean) => chosen.get(`${type} ${channel}`) ?? usually
      return [type, { in_app: choice('in_app', true), push: choice('push', true), email: choice('email', is_emailed) }]
    })
    return Object.fromEntries(choices) as NotificationPreferences
  }

  #parsePreferences(preferences: unknown): z.output<typeof notificationPreferencesSchema>['preferences'] {
    try {
      return this.#context.parse(notificationPreferencesSchema, { preferences }).preferences
    } catch (error) {
      if (!(error instanceof TalentbaseError)) throw error
      const names = Object.keys(error.fields ?? {}).map((name) => [name, name.replace(/^preferences\./, '')])
      throw renameFields(error, Object.fromEntries(names))
    }
  }
}

function settingsOf(row: Row<'notification_settings'> | undefined): NotificationSettings {
  const { quiet_from = null, quiet_until = null, time_zone = 'UTC', digest = 'off' } = row ?? {}
  const minutes = (time: string) => time.slice(0, 'HH:MM'.length)
  return {
    quiet_hours:
      quiet_from === null || quiet_until === null ? null : { from: minutes(quiet_from), until: minutes(quiet_until) },
    time_zone,
    digest: digest as NotificationSettings['digest'],
  }
}
