import { type Handler, withBoundary } from '../_shared/boundary.ts'
import { FunctionError } from '../_shared/error.ts'
import { json, requirePost } from '../_shared/http.ts'
import { doPaymentTasks, type PaymentDependencies } from './payments.ts'

/** An object whose row is gone and whose bytes are to go. */
interface QueuedObject {
  id: number
  bucket_id: string
  path: string
}

/** The queue of objects to delete, as one caller may use it. */
interface Queue {
  /** Takes up to `batch` objects, which nobody else gets meanwhile. Throws 401 or 403 if the caller may not. */
  claim(batch: number): Promise<QueuedObject[]>
  /** Removes objects of one bucket; ones that are gone already are fine. Answers why it failed, or null. */
  remove(bucket: string, paths: string[]): Promise<string | null>
  complete(ids: number[]): Promise<void>
  fail(ids: number[], reason: string): Promise<void>
}

interface Work extends PaymentDependencies {
  objects: Queue
}

export interface Dependencies {
  /** What there is to do, with the caller's own rights, so that it is the database that says who may do it. */
  connect(apikey: string, authorization: string | null): Work
}

const batchSize = 100
// One call stays well within the time a function has; what is left is for the next.
const batchesAtMost = 10
const reasonLength = 500

/**
 * `POST` deletes the objects that are queued, 1,000 at most, and does what waits at payment providers, 100 tasks at most.
 * Answers `{ deleted, failed, payments: { done, failed } }`.
 */
export function createHandler({ connect }: Dependencies): Handler {
  return withBoundary(async (request) => {
    requirePost(request)
    const apikey = request.headers.get('apikey')
    if (apikey === null) throw new FunctionError(401, 'auth_required', 'Send an apikey.')
    const { objects, ...payments } = connect(apikey, request.headers.get('authorization'))
    // Neither keeps the other from its turn.
    const [deletions, tasks] = await Promise.allSettled([drain(objects), doPaymentTasks(payments)])
    if (deletions.status === 'rejected') throw deletions.reason
    if (tasks.status === 'rejected') throw tasks.reason
    return json({ ...deletions.value, payments: tasks.value })
  })
}

async function drain(queue: Queue): Promise<{ deleted: number; failed: number }> {
  const total = { deleted: 0, failed: 0 }
  for (let batch = 0; batch < batchesAtMost; batch++) {
    const objects = await queue.claim(batchSize)
    const { deleted, failed } = await removeAll(queue, objects)
    total.deleted += deleted
    total.failed += failed
    // After a failure the rest would most likely fail too.
    if (objects.length < batchSize || failed > 0) break
  }
  return total
}

async function removeAll(queue: Queue, objects: QueuedObject[]): Promise<{ deleted: number; failed: number }> {
  let [deleted, failed] = [0, 0]
  for (const bucket of new Set(objects.map(({ bucket_id }) => bucket_id))) {
    const inBucket = objects.filter(({ bucket_id }) => bucket_id === bucket)
    const ids = inBucket.map(({ id }) => id)
    const paths = inBucket.map(({ path }) => path)
    const reason = await queue.remove(bucket, paths)
    if (reason === null) {
      await queue.complete(ids)
      deleted += ids.length
    } else {
      console.error(`${bucket}: ${ids.length} objects stay queued: ${reason}`)
      await queue.fail(ids, reason.slice(0, reasonLength))
      failed += ids.length
    }
  }
  return { deleted, failed }
}
