/** What the tables of transitions have, written down once more: a change of one in the database does not change what is right. */

export interface OrderTransition {
  from: string
  to: string
  action: string
  actor: 'buyer' | 'seller' | 'system'
  /** What becomes of the money. */
  effect: 'release' | 'refund' | 'dispute' | null
  /** The setting with the days after which it happens by itself. */
  deadline: string | null
}

const order = (
  from: string,
  to: string,
  action: string,
  actor: OrderTransition['actor'],
  effect: OrderTransition['effect'] = null,
  deadline: string | null = null,
): OrderTransition => ({ from, to, action, actor, effect, deadline })

/** Of private.order_transitions. */
export const orderTransitions: OrderTransition[] = [
  order('pending', 'in_progress', 'fund', 'system'),
  order('pending', 'cancelled', 'cancel', 'buyer', 'refund'),
  order('pending', 'cancelled', 'cancel', 'seller', 'refund'),
  order('pending', 'cancelled', 'leave', 'system', 'refund'),
  order('in_progress', 'in_progress', 'start', 'seller'),
  order('in_progress', 'delivered', 'deliver', 'seller'),
  order('in_progress', 'cancelled', 'cancel', 'buyer', 'refund'),
  order('in_progress', 'cancelled', 'cancel', 'seller', 'refund'),
  order('in_progress', 'disputed', 'dispute', 'buyer', 'dispute'),
  order('in_progress', 'disputed', 'dispute', 'seller', 'dispute'),
  order('delivered', 'delivered', 'deliver', 'seller'),
  order('delivered', 'completed', 'approve', 'buyer', 'release'),
  order('delivered', 'completed', 'approve', 'system', 'release', 'orders.approval_days'),
  order('delivered', 'revision_requested', 'request_revision', 'buyer'),
  order('delivered', 'revision_requested', 'request_revision', 'system'),
  order('delivered', 'cancelled', 'cancel', 'seller', 'refund'),
  order('delivered', 'disputed', 'dispute', 'buyer', 'dispute'),
  order('delivered', 'disputed', 'dispute', 'seller', 'dispute'),
  order('revision_requested', 'delivered', 'deliver', 'seller'),
  order('revision_requested', 'cancelled', 'cancel', 'seller', 'refund'),
  order('revision_requested', 'disputed', 'dispute', 'buyer', 'dispute'),
  order('revision_requested', 'disputed', 'dispute', 'seller', 'dispute'),
  order('disputed', 'completed', 'resolve', 'system'),
  order('disputed', 'cancelled', 'reject', 'system'),
]

/** Of private.task_transitions: `from to action actor`. */
export const taskTransitions = [
  'open in_progress accept owner',
  'open cancelled cancel owner',
  'in_progress in_progress start freelancer',
  'in_progress open step_back freelancer',
  'in_progress completed complete owner',
  'in_progress cancelled cancel owner',
]

/** Of private.escrow_transitions: `from to action actor`. */
export const escrowTransitions = [
  'pending funded fund system',
  'pending cancelled cancel system',
  'funded released release payer',
  'funded released release system',
  'funded refunded refund payer',
  'funded refunded refund payee',
  'funded refunded refund system',
  'funded disputed dispute payer',
  'funded disputed dispute payee',
  'disputed released resolve admin',
  'disputed refunded resolve admin',
  'disputed settled resolve admin',
]
