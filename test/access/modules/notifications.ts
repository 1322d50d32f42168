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
    notification_settings: {
      rows: { any: { select: ['owner', 'service'] } },
      policies: ['select_owner'],
    },
  },
  privateTables: ['notification_deliveries', 'notification_digests'],
  functions: {
    authenticated: [
      ...inPublic('notification_count()'),
      ...both('mark_notifications_read(bigint[])'),
      ...both('clear_read_notifications()'),
      ...both('set_notification_preferences(jsonb)'),
      ...both('set_notification_settings(text,text,text,text)'),
      ...both('send_test_notification()'),
    ],
    service_role: [
      ...both('claim_notification_deliveries(integer,text[])'),
      ...both('complete_notification_deliveries(bigint[])'),
      ...both('fail_notification_delivery(bigint,integer,text,integer,boolean)'),
      ...both('release_notification_deliveries(bigint[],integer,text)'),
      ...both('forget_device(uuid,text,timestamp with time zone)'),
    ],
    nobody: inPrivate(
      'notify(uuid,text,jsonb)',
      'write_notification(uuid,text,jsonb,text)',
      'read_grouped_notifications(uuid,text,text)',
      'broadcast_notification()',
      'forget_old_notifications()',
      'requeue_notification_deliveries(bigint[])',
      'forget_old_deliveries()',
      'notification_channels(uuid,text)',
      'in_time_zone(timestamp with time zone,text)',
      'from_time_zone(timestamp without time zone,text)',
      'quiet_until(uuid,timestamp with time zone)',
      'queue_pushes(uuid,text,jsonb,text,bigint,boolean)',
      'sendable_data(jsonb)',
      'digest_of(uuid)',
      'address_of(uuid)',
      'is_worth_sending(private.notification_deliveries)',
      'take_due_deliveries(integer,text[])',
      'is_notify_wanted()',
      'call_notify()',
      'queue_weekly_digests(timestamp with time zone)',
      'notification_names(uuid,jsonb)',
      'uuid_in(jsonb,text)',
    ),
  },
}
