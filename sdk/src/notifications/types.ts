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
  /** Everything it is about, mostly ids. */
  data: Record<string, unknown>
  is_read: boolean
  read_at: string | null
  created_at: string
}

/** Whether each type is delivered. */
export type NotificationPreferences = Record<NotificationType, boolean> & Record<string, boolean>

export interface NotificationCount {
  /** Counted to 1,000. */
  unread: number
  /** Counted to 1,000. */
  total: number
}
