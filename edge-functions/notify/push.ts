import type { Delivery } from './delivery.ts'
import { authorOf, languageOf, wordsOf } from './words.ts'

// A day: what has not reached a device by then is in the app.
const lifeSeconds = 86_400
const tagBytes = 64

/** The message as FCM's HTTP v1 API takes it. What it carries is read on the way: words without contacts, ids and states. */
export function composePush(delivery: Delivery): Record<string, unknown> {
  const { type, count, notification_id, data } = delivery
  const { title, message } = wordsOf(delivery, languageOf(delivery.locale))
  const tag = tagOf(delivery)
  return {
    token: delivery.token,
    // A message is headed by who wrote it.
    notification: { title: authorOf(delivery) ?? title, body: message },
    // FCM takes texts alone.
    data: {
      type,
      count: String(count),
      data: JSON.stringify(data),
      ...(notification_id === null ? {} : { notification_id: String(notification_id) }),
    },
    android: { priority: 'high', ttl: `${lifeSeconds}s`, notification: { tag } },
    apns: { headers: { 'apns-collapse-id': tag }, payload: { aps: { sound: 'default', 'thread-id': type } } },
    webpush: { headers: { TTL: String(lifeSeconds) }, notification: { tag } },
  }
}

/** What a device shows once: a group's newest in place of the one before, and a try that came through in place of itself. */
function tagOf({ id, type, group_key }: Delivery): string {
  return (group_key === null ? `delivery-${id}` : `${type}:${group_key}`).slice(0, tagBytes)
}
