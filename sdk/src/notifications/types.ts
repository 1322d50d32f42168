/** Kinds of notifications that this version of the SDK has words for; the database may know more. */
export type NotificationType =
  | 'general'
  | 'new_message'
  | 'new_casting'
  | 'new_response'
  | 'response_status_change'
  | 'casting_reminder'
  | 'organization_invitation'
  | 'representation'
  | 'verification'
  | 'profile_reminder'
  | 'follow_up_due'
  | 'report_decided'
  | 'proposal_decided'
  | 'candidate_unlock'
  | 'wallet_recharge'
  | 'subscription_status'
  | 'subscription_warning'
  | 'subscription_expired'
  | 'new_application'
  | 'application_status'
  | 'task_status'
  | 'escrow_status'
  | 'new_order'
  | 'order_status'
  | 'new_review'
  | 'payment_status'
  | 'withdrawal_status'
  | 'saved_search_match'

export interface Notification {
  id: number
  type: NotificationType | (string & {})
  /** In the locale of the SDK. */
  title: string
  /** In the locale of the SDK. */
  message: string
  casting_id: string | null
  response_id: string | null
  /**
   * What it is grouped by, such as the conversation of new messages; null for types without groups. A newer one of the same
   * type and group takes the place of the one that is unread.
   */
  group_key: string | null
  /** How many events it stands for; 1 without a group. */
  count: number
  /** Everything it is about, mostly ids. */
  data: Record<string, unknown>
  is_read: boolean
  read_at: string | null
  created_at: string
}

export type NotificationChannel = 'in_app' | 'push' | 'email'

/** Whether a type is delivered, by channel. */
export type ChannelPreferences = Record<NotificationChannel, boolean>

export type NotificationPreferences = Record<NotificationType, ChannelPreferences> & Record<string, ChannelPreferences>

export interface NotificationSettings {
  /** When push and mail wait, by the clock of the time zone; null for never. */
  quiet_hours: { from: string; until: string } | null
  /** Of the IANA database, such as `Asia/Almaty`. */
  time_zone: string
  /** `weekly`: a mail on Monday from 09:00 about what came in seven days and is unread. */
  digest: 'off' | 'weekly'
}

export interface NotificationCount {
  /** Counted to 1,000. */
  unread: number
  /** Counted to 1,000. */
  total: number
}
