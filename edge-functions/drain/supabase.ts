import { dataOf } from '../_shared/data-api.ts'
import { createEventStore, createTaskQueue } from '../_shared/payments/database.ts'
import type { Providers } from '../_shared/payments/providers.ts'
import { connect } from '../_shared/supabase.ts'
import type { Dependencies } from './handler.ts'

/** The queues of a Supabase project, reached with the caller's key and token alone. */
export function createDependencies(url: string, providers: Providers): Dependencies {
  return {
    connect(apikey, authorization) {
      const client = connect(url, apikey, authorization === null ? {} : { Authorization: authorization })
      return {
        providers,
        tasks: createTaskQueue(client),
        events: createEventStore(client),
        objects: {
          claim: async (batch) => dataOf(await client.rpc('claim_object_deletions', { batch })) ?? [],
          async remove(bucket, paths) {
            const { error } = await client.storage.from(bucket).remove(paths)
            return error === null ? null : error.message
          },
          async complete(ids) {
            dataOf(await client.rpc('complete_object_deletions', { ids }))
          },
          async fail(ids, reason) {
            dataOf(await client.rpc('fail_object_deletions', { ids, reason }))
          },
        },
      }
    },
  }
}
