import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const notifications: ModuleAccess = {
  tables: {
    notification_types: {
      rows: { any: { select: ['stranger', 'service'] } },
      policies: ['select_authenticated'],
    },
    notifications: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
    notification_preferences: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
  },
  privateTables: ['topics'],
  functions: {
    authenticated: [
      ...inPrivate('hears_topic(text,text)', 'speaks_on_topic(text,text)'),
      ...inPublic('notification_count()'),
      ...both('mark_notifications_read(bigint[])'),
      ...both('set_notification_preferences(jsonb)'),
    ],
    nobody: inPrivate(
      'is_own_topic(text)',
      'notify(uuid,text,jsonb)',
      'write_notification(uuid,text,jsonb,text)',
      'read_grouped_notifications(uuid,text,text)',
      'broadcast_notification()',
    ),
  },
  topics: {
    'account:<owner>': { join: ['owner', 'service'], broadcast: ['service'], presence: ['service'] },
  },
  servicePolicies: {
    'realtime.messages': ['select_listeners', 'insert_speakers'],
  },
}
