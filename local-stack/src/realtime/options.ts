/** How one Realtime service is set up: what hosted Supabase has in its dashboard. */
export interface RealtimeOptions {
  /** Public channels are refused (`PrivateOnly`), as "Allow public access" switched off does. */
  privateOnly: boolean
  /** Connections that have joined a channel, at the same time. */
  maxConcurrentUsers: number
  /** Broadcasts sent and delivered per second, on average over the last minute. */
  maxEventsPerSecond: number
  /** Presence messages sent and delivered per second, on average over the last minute. */
  maxPresenceEventsPerSecond: number
  /** Joins per second, on average over the last minute. */
  maxJoinsPerSecond: number
  /** Channels of one connection. */
  maxChannelsPerClient: number
  /** Largest payload of one broadcast or presence, in kilobytes of 1000. */
  maxPayloadSizeInKb: number
  /** Presence calls of one channel within one window; one more closes the channel. */
  maxClientPresenceEventsPerWindow: number
  clientPresenceWindowMs: number
  /** How often the averages above are taken. */
  rateTickMs: number
  /** A connection that was silent for this long is dropped; the client's heartbeat comes every 25 s. */
  idleTimeoutMs: number
  /** How long a channel with `replication_ready` waits for the database before it ends. */
  replicationReadyTimeoutMs: number
}

/** A hosted project on the Pro plan. Public channels are off, which there has to be switched. */
export const defaultOptions: RealtimeOptions = {
  privateOnly: true,
  maxConcurrentUsers: 500,
  maxEventsPerSecond: 500,
  maxPresenceEventsPerSecond: 50,
  maxJoinsPerSecond: 500,
  maxChannelsPerClient: 100,
  maxPayloadSizeInKb: 3000,
  maxClientPresenceEventsPerWindow: 5,
  clientPresenceWindowMs: 30_000,
  rateTickMs: 5_000,
  idleTimeoutMs: 60_000,
  replicationReadyTimeoutMs: 10_000,
}
