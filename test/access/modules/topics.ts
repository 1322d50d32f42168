import type { ModuleAccess } from '../../access.ts'
import { inPrivate } from '../declare.ts'

export const topics: ModuleAccess = {
  privateTables: ['topics'],
  functions: {
    authenticated: inPrivate('hears_topic(text,text)', 'speaks_on_topic(text,text)'),
    nobody: inPrivate(
      'is_own_topic(text)',
      'broadcasts_left()',
      'broadcast(text,text,jsonb)',
      'tell_account(uuid,text,jsonb)',
    ),
  },
  topics: {
    'account:<owner>': { join: ['owner', 'service'], broadcast: ['service'], presence: ['service'] },
  },
  servicePolicies: {
    'realtime.messages': ['select_listeners', 'insert_speakers'],
  },
}
