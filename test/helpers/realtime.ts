import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'

interface Received {
  event: string
  payload: Record<string, unknown>
}

export interface Listener {
  channel: RealtimeChannel
  /** What arrived until now, oldest first. */
  received: Received[]
}

/** Joins a private channel with the client's own token; undefined when the server refuses. */
export async function listen(client: SupabaseClient, topic: string): Promise<Listener | undefined> {
  await client.realtime.setAuth()
  const received: Received[] = []
  const channel = client.channel(topic, { config: { private: true, broadcast: { ack: true, self: true } } })
  channel.on('broadcast', { event: '*' }, ({ event, payload }) => received.push({ event, payload }))
  // Without a listener of this kind a client does not ask for presence.
  channel.on('presence', { event: 'sync' }, () => undefined)
  const joined = await new Promise<boolean>((resolve) => {
    channel.subscribe((status) => {
      if (status === 'SUBSCRIBED') resolve(true)
      if (status === 'CHANNEL_ERROR' || status === 'TIMED_OUT' || status === 'CLOSED') resolve(false)
    })
  })
  if (joined) return { channel, received }
  await client.removeChannel(channel)
  return undefined
}

/** Waits until something is true, at most for five seconds; answers whether it came true. */
export async function eventually(isTrue: () => boolean): Promise<boolean> {
  for (let tried = 0; tried < 250 && !isTrue(); tried++) await new Promise((resolve) => setTimeout(resolve, 20))
  return isTrue()
}
