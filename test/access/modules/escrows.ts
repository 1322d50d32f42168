import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const escrows: ModuleAccess = {
  privateTables: ['escrows', 'escrow_transitions'],
  functions: {
    authenticated: [
      ...both('pay_escrow(uuid,uuid)'),
      ...both('release_escrow(uuid,uuid)'),
      ...both('refund_escrow(uuid,text,uuid)'),
      ...both('dispute_escrow(uuid,text)'),
      ...inPublic('get_escrow(uuid)', 'list_escrows(text,uuid)', 'my_wallet(text)', 'list_wallets()'),
      ...inPrivate('find_escrows(uuid,text,uuid)', 'find_wallets(text)'),
    ],
    nobody: inPrivate(
      'keep_held_money()',
      'fee_of(bigint,integer)',
      'open_escrow(uuid,uuid,text,uuid,text,bigint,text,text,integer)',
      'lock_agreement(uuid)',
      'lock_escrows(text,uuid)',
      'lock_own_escrow(uuid,boolean)',
      'check_escrow_transition(private.escrows,text,text,text)',
      'tell_of_escrow(private.escrows,text)',
      'fund_from(private.escrows,uuid,text)',
      'fund_escrow(uuid,bigint,text,text)',
      'settle_escrow(private.escrows,bigint,text,text,text)',
      'end_escrows(text,uuid,text,text)',
      'escrow_moved(private.escrows,text)',
      'side_of(private.escrows)',
      'dispute_escrows(text,uuid,uuid,text)',
      'resolve_dispute(uuid,bigint,text)',
    ),
  },
}
