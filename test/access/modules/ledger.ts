import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

export const ledger: ModuleAccess = {
  privateTables: ['ledger_accounts', 'ledger_transfers', 'ledger_entries'],
  functions: {
    'anon, authenticated': [...both('credit_price()')],
    authenticated: [
      ...inPrivate('find_wallet_transactions(text,text,uuid,integer,text,integer)'),
      'public.list_wallet_transactions(text,text,uuid,integer,text,integer)',
    ],
    nobody: inPrivate(
      'check_transfer()',
      'check_entry()',
      'check_balance()',
      'ledger_account(uuid,text,text,uuid)',
      'lock_ledger_accounts(uuid[])',
      'transfer(text,uuid,uuid,bigint,text,jsonb,text)',
      'check_ledger()',
      'add_wallet()',
      'adjust_wallet(uuid,bigint,text,text,text)',
    ),
  },
}
