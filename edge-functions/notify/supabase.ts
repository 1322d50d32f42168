import { dataOf } from '../_shared/data-api.ts'
import { connect } from '../_shared/supabase.ts'
import type { Delivery } from './delivery.ts'
import type { Outbox } from './handler.ts'

/** The outbox of a Supabase project, reached with the caller's key and token alone. */
export function createConnect(url: string): (apikey: string, authorization: string | null) => Outbox {
  return (apikey, authorization) => {
    const client = connect(url, apikey, authorization === null ? {} : { Authorization: authorization })
    return {
      claim: async (batch, channels) =>
        (dataOf(await client.rpc('claim_notification_deliveries', { batch, channels })) ?? []) as Delivery[],
      async complete(ids) {
        dataOf(await client.rpc('complete_notification_deliveries', { ids }))
      },
      async fail({ id, attempt }, reason, { retryAfter, isFinal }) {
        const retry_after = retryAfter ?? null
        const failure = { delivery_id: id, attempt, reason, retry_after, is_final: isFinal }
        dataOf(await client.rpc('fail_notification_delivery', failure))
      },
      async release(ids, retryAfter, reason) {
        dataOf(await client.rpc('release_notification_deliveries', { ids, retry_after: retryAfter, reason }))
      },
      async forgetDevice({ device_id, token, claimed_at }) {
        return dataOf(await client.rpc('forget_device', { device_id, token, claimed_at })) === true
      },
    }
  }
}
