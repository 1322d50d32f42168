import type { EventStore, PaymentTask, TaskQueue } from '../_shared/payments/database.ts'
import type { ProviderEvent } from '../_shared/payments/event.ts'
import { type Providers, providerOf } from '../_shared/payments/providers.ts'

export interface PaymentDependencies {
  tasks: TaskQueue
  events: EventStore
  providers: Providers
}

const batchSize = 20
const batchesAtMost = 5
const reasonLength = 500

const eventsAtMost = 100

/**
 * Applies events that were stored and not applied, and does what waits to be done at payment providers: 100 of each at most. A
 * task that fails stays queued with the reason.
 */
export async function doPaymentTasks(dependencies: PaymentDependencies): Promise<{ done: number; failed: number }> {
  const total = { done: 0, failed: 0 }
  for (let events = 0; events < eventsAtMost; events++) {
    if (!(await dependencies.events.applyNext())) break
  }
  for (let batch = 0; batch < batchesAtMost; batch++) {
    const tasks = await dependencies.tasks.claim(batchSize)
    // Together: each waits for a provider most of the time, and claims run out.
    const outcomes = await Promise.all(tasks.map((task) => doTask(dependencies, task)))
    const done = outcomes.filter((isDone) => isDone).length
    total.done += done
    total.failed += tasks.length - done
    // Where all of them failed, the rest would most likely fail too.
    if (tasks.length < batchSize || done === 0) break
  }
  return total
}

async function doTask({ tasks, events, providers }: PaymentDependencies, task: PaymentTask): Promise<boolean> {
  try {
    const event = await ask(providers, task)
    if (event !== null) await tell(events, task, event)
    await tasks.complete(task.id)
    return true
  } catch (error) {
    console.error(`Payment task ${task.id} (${task.kind}, ${task.provider}) stays queued:`, error)
    await tasks.fail(task.id, reasonOf(error)).catch((failure) => console.error(`It cannot be told why:`, failure))
    return false
  }
}

function ask(providers: Providers, task: PaymentTask): Promise<ProviderEvent | null> {
  const provider = providerOf(providers, task.provider)
  switch (task.kind) {
    case 'look_up':
      return provider.lookUp(task.data)
    case 'renewal':
      if (provider.charge === undefined) break
      return provider.charge(task.data)
    case 'refund':
      if (provider.refund === undefined) break
      return provider.refund(task.data)
    case 'payout':
      if (provider.payOut === undefined) break
      return provider.payOut(task.data)
  }
  throw new Error(`${task.provider} does no ${task.kind}`)
}

async function tell(events: EventStore, { provider }: PaymentTask, event: ProviderEvent): Promise<void> {
  const id = await events.store(provider, event)
  try {
    await events.apply(id)
  } catch (error) {
    // It is stored, so a job applies it: the task is done.
    console.error(`Event ${id} of ${provider} is stored and waits to be applied:`, error)
  }
}

/** What an admin reads beside the task: the cause, too, for what is thrown on purpose says little. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, reasonLength)
  const { cause } = error
  const more = cause instanceof Error ? cause.message : cause === undefined ? '' : JSON.stringify(cause)
  return [error.message, more]
    .filter((text) => text !== '')
    .join(' ')
    .slice(0, reasonLength)
}
