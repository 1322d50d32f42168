import type { NotificationTexts } from './types.ts'

export const en: NotificationTexts = {
  types: {
    general: { title: 'News', message: 'There is news for you.' },
    new_message: { title: 'New message', message: 'You have a new message.' },
    new_casting: { title: 'New casting', message: 'A casting for you: {casting}.' },
    new_response: { title: 'New response', message: 'A model responded to {casting}.' },
    casting_reminder: { title: 'Shoot tomorrow', message: 'Less than a day is left until the shoot of {casting}.' },
    profile_reminder: {
      title: 'Finish your profile',
      message: 'Your profile is not finished yet. Others find you once it is.',
    },
    subscription_expired: { title: 'Subscription over', message: 'Your subscription is over.' },
    follow_up_due: { title: 'Follow-up', message: 'It is time to come back to {candidate}.' },
    new_application: { title: 'New application', message: 'A freelancer applies to {task}.' },
    new_order: { title: 'New order', message: 'Somebody ordered {order}.' },
    saved_search_match: { title: 'New for your search', message: 'Something new for {search}.' },
  },
  statuses: {
    organization_invitation: {
      pending: { title: 'Invitation', message: 'An organization invites you.' },
      accepted: { title: 'Invitation accepted', message: 'Somebody accepted your invitation.' },
      declined: { title: 'Invitation declined', message: 'Somebody declined your invitation.' },
    },
    representation: {
      invited: { title: 'An agency asks you', message: 'An agency would like to represent you.' },
      active: { title: 'Representation agreed', message: 'A model is represented by your agency now.' },
      declined: { title: 'Representation declined', message: 'A model declined to be represented by your agency.' },
      ended: { title: 'Representation ended', message: 'A representation has ended.' },
    },
    verification: {
      verified: { title: 'Verified', message: 'Your profile is verified.' },
      approved: { title: 'Approved', message: 'Your profile is approved: recruiters find you now.' },
      rejected: { title: 'Not verified', message: 'Your profile was refused. Its page says why.' },
    },
    report_decided: {
      resolved: { title: 'Report resolved', message: 'What you reported was acted upon.' },
      dismissed: { title: 'Report closed', message: 'What you reported was looked at; nothing had to be done.' },
    },
    proposal_decided: {
      approved: { title: 'Proposal approved', message: 'The word that you proposed is in the catalog now.' },
      rejected: { title: 'Proposal refused', message: 'The word that you proposed was not added.' },
    },
    candidate_unlock: {
      unlocked: { title: 'Candidate unlocked', message: 'You unlocked {candidate}.' },
      refunded: { title: 'Unlock refunded', message: 'The credits for {candidate} were given back.' },
    },
    wallet_recharge: {
      added: { title: 'Credits added', message: 'Credits came into your wallet.' },
      taken: { title: 'Credits taken', message: 'Credits were taken out of your wallet. Its history says why.' },
      money_added: { title: 'Money added', message: 'Money came into your wallet. Its history says why.' },
      money_taken: { title: 'Money taken', message: 'Money was taken out of your wallet. Its history says why.' },
    },
    payment_status: {
      succeeded: { title: 'Payment received', message: 'Your payment came through.' },
      in_wallet: {
        title: 'Payment in your wallet',
        message: 'Your payment came when what it was for was gone or paid. The money is in your wallet.',
      },
      failed: { title: 'Payment failed', message: 'Your payment did not come through. You may try again.' },
      cancelled: { title: 'Payment cancelled', message: 'Your payment was cancelled.' },
      refunded: { title: 'Payment refunded', message: 'Money of your payment was sent back to you.' },
    },
    withdrawal_status: {
      paid: { title: 'Paid out', message: 'Your withdrawal was paid out.' },
      failed: { title: 'Withdrawal failed', message: 'Your withdrawal failed. The money is back in your wallet.' },
    },
    subscription_status: {
      active: { title: 'Subscription approved', message: 'Your subscription has begun.' },
      scheduled: { title: 'Subscription scheduled', message: 'Your subscription begins when the present one ends.' },
      rejected: { title: 'Subscription refused', message: 'Your subscription was refused. Its page says why.' },
      ended: { title: 'Subscription ended', message: 'An admin has ended your subscription.' },
    },
    subscription_warning: {
      warning: { title: 'Subscription ends soon', message: 'Your subscription ends within a week.' },
      critical: { title: 'Subscription about to end', message: 'Your subscription ends in less than three days.' },
    },
    application_status: {
      accepted: { title: 'Application accepted', message: 'You are chosen for {task}.' },
      rejected: { title: 'Not this time', message: 'Your application to {task} was declined.' },
      withdrawn: { title: 'Application withdrawn', message: 'A freelancer took back an application to {task}.' },
      deleted: { title: 'Task deleted', message: 'A task that you applied to was deleted.' },
    },
    task_status: {
      started: { title: 'Work has begun', message: 'Work has begun on {task}.' },
      completed: { title: 'Task completed', message: '{task} is completed.' },
      cancelled: { title: 'Task cancelled', message: '{task} is cancelled.' },
    },
    escrow_status: {
      funded: { title: 'Money is there', message: 'Money for {task} is paid in and held.' },
      released: { title: 'Money released', message: 'Money for {task} is paid out.' },
      refunded: { title: 'Money given back', message: 'Money for {task} went back to the client.' },
      settled: { title: 'Dispute decided', message: 'Money for {task} was divided. Its page says why.' },
      disputed: { title: 'Dispute', message: 'There is a dispute about money for {task}. An admin decides.' },
      refund_requested: { title: 'Refund asked for', message: 'The client asks for the money for {task} back.' },
    },
    order_status: {
      fund: { title: 'Order paid', message: '{order} is paid and in progress.' },
      start: { title: 'Work has begun', message: 'Work has begun on {order}.' },
      deliver: { title: 'Delivery', message: '{order} was delivered.' },
      approve: { title: 'Order completed', message: '{order} is approved and completed.' },
      request_revision: { title: 'Revision asked for', message: 'The buyer asks for changes of {order}.' },
      cancel: { title: 'Order cancelled', message: '{order} is cancelled.' },
      leave: { title: 'Order ended', message: '{order} ended with an account that left.' },
      dispute: { title: 'Dispute', message: 'There is a dispute about {order}. An admin decides.' },
      resolve: { title: 'Dispute decided', message: 'The dispute about {order} is decided: it is completed.' },
      reject: { title: 'Dispute closed', message: 'The dispute about {order} is decided: it is cancelled.' },
    },
    new_review: {
      waiting: {
        title: 'A review waits',
        message: 'The other side has reviewed your work together. Write yours to read it.',
      },
      published: { title: 'New review', message: 'A review of you is published.' },
      replied: { title: 'Reply to a review', message: 'A review of yours was answered.' },
    },
  },
  response: {
    pending: { title: 'Response reopened', message: 'Your response to {casting} is open again.' },
    viewed: { title: 'Response viewed', message: 'Your response to {casting} was viewed.' },
    shortlisted: { title: 'On the shortlist', message: 'You are on the shortlist of {casting}.' },
    accepted: { title: 'Accepted', message: 'You are accepted for {casting}.' },
    rejected: { title: 'Not this time', message: 'Your response to {casting} was declined.' },
    withdrawn: { title: 'Response withdrawn', message: 'A model took back a response to {casting}.' },
  },
  agency: {
    pending: { title: 'Response sent for you', message: 'Your agency responded for you to {casting}.' },
    withdrawn: { title: 'Response taken back for you', message: 'Your agency took back your response to {casting}.' },
  },
  casting: {
    completed: { title: 'Casting completed', message: '{casting} is completed.' },
    cancelled: { title: 'Casting cancelled', message: '{casting} is cancelled.' },
    deleted: { title: 'Casting deleted', message: 'A casting that you responded to was deleted.' },
  },
  digest: { title: 'What your search has found', message: '{count} new for {search}.' },
  other: { title: 'Notification', message: 'Something happened that concerns you.' },
  someCasting: 'a casting',
  someCandidate: 'a candidate',
  someTask: 'a task',
  someOrder: 'an order',
  someSearch: 'a saved search',
}
