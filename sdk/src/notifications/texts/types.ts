// The function that pushes and mails reads these texts too: nothing here may import more than this.
import type { NotificationType } from '../types.ts'

export interface Text {
  title: string
  /**
   * `{casting}` is the casting's title, `{candidate}` the name of a candidate whom the reader has unlocked,
   * `{task}` and `{order}` the titles of those, `{search}` what the reader calls a saved search, `{count}` how many events of
   * a group it stands for.
   */
  message: string
}

export interface NotificationTexts {
  types: Record<Exclude<NotificationType, 'response_status_change' | keyof NotificationTexts['statuses']>, Text>
  /** By the status in their data, of an order by what was done. */
  statuses: {
    organization_invitation: Record<'pending' | 'accepted' | 'declined', Text>
    representation: Record<'invited' | 'active' | 'declined' | 'ended', Text>
    verification: Record<'verified' | 'approved' | 'rejected', Text>
    report_decided: Record<'resolved' | 'dismissed', Text>
    proposal_decided: Record<'approved' | 'rejected', Text>
    candidate_unlock: Record<'unlocked' | 'refunded', Text>
    wallet_recharge: Record<'added' | 'taken' | 'money_added' | 'money_taken', Text>
    payment_status: Record<'succeeded' | 'in_wallet' | 'failed' | 'cancelled' | 'refunded', Text>
    withdrawal_status: Record<'paid' | 'failed', Text>
    subscription_status: Record<'active' | 'scheduled' | 'rejected' | 'ended', Text>
    subscription_warning: Record<'warning' | 'critical', Text>
    application_status: Record<'accepted' | 'rejected' | 'withdrawn' | 'deleted', Text>
    task_status: Record<'started' | 'completed' | 'cancelled', Text>
    escrow_status: Record<'funded' | 'released' | 'refunded' | 'settled' | 'disputed' | 'refund_requested', Text>
    order_status: Record<
      | 'fund'
      | 'start'
      | 'deliver'
      | 'approve'
      | 'request_revision'
      | 'cancel'
      | 'leave'
      | 'dispute'
      | 'resolve'
      | 'reject',
      Text
    >
    new_review: Record<'waiting' | 'published' | 'replied', Text>
  }
  /** What the other side did with the response. */
  response: Record<'pending' | 'viewed' | 'shortlisted' | 'accepted' | 'rejected' | 'withdrawn', Text>
  /** What an agency did in the model's name. */
  agency: Record<'pending' | 'withdrawn', Text>
  /** What became of the casting that was responded to. */
  casting: Record<'completed' | 'cancelled' | 'deleted', Text>
  /** What was asked for to see whether pushes arrive. */
  test: Text
  /** For several of a type that has words for them. */
  several: { new_message: Text }
  /** Behind the message, for several of any other type; `{more}` is how many more there are. */
  more: string
  /** For several that a saved search has found. */
  digest: Text
  /** For types that this version has no words for. */
  other: Text
  /** In place of a title that cannot be seen any more. */
  someCasting: string
  /** In place of the name of a candidate whom the reader has not unlocked, or who is gone. */
  someCandidate: string
  /** In place of the title of a task or an order that is gone. */
  someTask: string
  someOrder: string
  /** In place of what a saved search that is gone was called. */
  someSearch: string
}
