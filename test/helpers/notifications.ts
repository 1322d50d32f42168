import { type Person, serviceClient, sql, unique } from './people.ts'
import type { TestStack } from './stack.ts'

/** What the notify function is handed. */
export interface Claimed {
  id: number
  attempt: number
  channel: 'push' | 'email'
  device_id: string | null
  token: string | null
  address: string | null
  locale: string
  type: string
  data: Record<string, unknown>
  count: number
  names: Record<string, string>
  items: { type: string; names: Record<string, string> }[] | null
  claimed_at: string
}

/** Tells an account, as the function of a module does. */
export async function notify(stack: TestStack, { id }: { id: string }, type: string, data: object = {}): Promise<void> {
  await sql(stack)`select private.notify(${id}, ${type}, ${sql(stack).json(data as never)})`
}

/** Registers a device for pushes; its token. */
export async function registerDevice(person: Person, token = unique('token')): Promise<string> {
  const { error } = await person.client.rpc('register_device', { token, platform: 'android' })
  if (error) throw error
  return token
}

/** Makes everything due that waits to be sent. */
export async function letTimePass(stack: TestStack): Promise<void> {
  await sql(stack)`update private.notification_deliveries set due_at = now() where dead_at is null`
}

/** Takes what is due, with the secret key as the notify function does. */
export async function claimDeliveries(stack: TestStack, batch = 100, channels = ['push', 'email']): Promise<Claimed[]> {
  const { data, error } = await serviceClient(stack).rpc('claim_notification_deliveries', { batch, channels })
  if (error) throw error
  return data
}

/** What waits to be sent to an account, dead ones too, oldest first. */
export async function deliveriesOf(stack: TestStack, { id }: { id: string }) {
  return [
    ...(await sql(stack)`
      select id, channel, type, data, count, attempts, last_error, dead_at is not null as is_dead, due_at,
        extract(epoch from due_at - created_at)::int as waits, extract(epoch from due_at - now())::float8 as due_in
      from private.notification_deliveries where account_id = ${id} order by id
    `),
  ]
}

/** Has everything that waits sent now, as if its delay were over: what became of it. For stories, too: then look at FCM's double. */
export async function sendDeliveries(stack: TestStack): Promise<{ sent: number; failed: number; forgotten: number }> {
  await letTimePass(stack)
  const { data, error } = await serviceClient(stack).functions.invoke('notify', { body: {} })
  if (error) throw error
  return data
}
