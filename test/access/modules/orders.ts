import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

/** Rows that buyer (the owner here) and seller share. */
const shared = { any: { select: ['owner', 'seller', 'service'] } }

export const orders: ModuleAccess = {
  tables: {
    orders: {
      rows: {
        pending: { select: ['owner', 'seller', 'service'], update: ['owner'] },
        'in progress': { select: ['owner', 'seller', 'service'] },
      },
      update: 'requirements delivery_date',
      policies: ['select_parties', 'update_buyer'],
    },
    order_options: { rows: shared, policies: ['select_parties'] },
    order_deliveries: { rows: shared, policies: ['select_parties'] },
    order_delivery_files: { rows: shared, policies: ['select_parties'] },
    order_revisions: { rows: shared, policies: ['select_parties'] },
  },
  privateTables: ['order_transitions'],
  functions: {
    authenticated: [
      ...both('create_order(uuid,uuid[],text,date,uuid)'),
      ...both('start_order(uuid)'),
      ...both('deliver_order(uuid,text,uuid[])'),
      ...both('approve_order(uuid,uuid)'),
      ...both('request_revision(uuid,text)'),
      ...both('cancel_order(uuid,text,uuid)'),
      ...both('dispute_order(uuid,text)'),
      ...inPublic('list_orders(text,text,integer,text,integer)', 'get_order(uuid)', 'list_deliveries(uuid)'),
      ...inPrivate(
        'own_order_ids()',
        'own_delivery_ids()',
        'find_orders(uuid,text,text,integer,text,integer)',
        'find_deliveries(uuid)',
      ),
    ],
    nobody: inPrivate(
      'apply_order_action(orders,text,text,text)',
      'approve_delivered_orders()',
      'check_order_change()',
      'check_order_reason(text)',
      'count_orders()',
      'count_completed_orders()',
      'forget_delivery_files()',
      'leave_orders()',
      'lock_order(uuid)',
      'lock_own_order(uuid)',
      'move_order(uuid,text,text)',
      'order_escrow_moved(uuid,text)',
      'reads_delivery_file(uuid)',
      'side_of_order(orders)',
      'tell_of_order(orders,text,text)',
    ),
  },
}
