import type { ModuleAccess } from '../../access.ts'
import { inPrivate } from '../declare.ts'

export const topics: ModuleAccess = {
  privateTables: ['topics'],
  functions: {
    authenticated: inPrivate('hears_topic(text,text)', 'speaks_on_topic(text,text)'),
    nobody: inPrivate('is_own_topic(text)'),
  },
  topics: {
    'account:<owner>': { join: ['owner', 'service'], broadcast: ['service'], presence: ['service'] },
  },
  servicePolicies: {
    'realtime.messages': ['select_listeners', 'insert_speakers'],
  },
}
