import { noPermissionToRead, wantedExtensions, watchToken } from './access-token.ts'
import { askRead, databaseFailureOf, type Policies } from './authorization.ts'
import { askerOf, type Channel, endChannel, push, pushSystem, reply } from './channel.ts'
import type { Connection } from './connection.ts'
import { type ClientMessage, encodeBroadcast } from './frames.ts'
import { type JoinPayload, readJoinPayload } from './join-payload.ts'
import { fetchReplay, type StoredMessage } from './messages.ts'
import { pushPresenceState } from './presence.ts'
import { enterRoom } from './rooms.ts'
import type { Server } from './server.ts'
import { checkToken } from './token.ts'

/** `Code: text`, which the client gets as the error of its channel. */
type Refusal = string

const databaseAway = 'UnableToConnectToProject: Realtime was unable to connect to the project database'

/** Lets a client into a topic, or tells it why not. A second join of a topic ends the first. */
export async function join(server: Server, connection: Connection, message: ClientMessage): Promise<void> {
  if (!message.topic.startsWith('realtime:')) return reply(connection, message, 'error', { reason: 'unmatched topic' })
  const earlier = connection.channels.get(message.topic)
  if (earlier !== undefined) endChannel(server, earlier)

  const payload = readJoinPayload(message.payload)
  const admitted = await admit(server, connection, message, payload)
  if (!connection.isOpen) return
  if (typeof admitted === 'string') {
    reply(connection, message, 'error', { reason: admitted })
    if (admitted.startsWith('ClientJoinRateLimitReached')) connection.disconnect()
    return
  }
  const { channel, replayed } = admitted
  server.users.add(connection)
  connection.channels.set(channel.topic, channel)
  enterRoom(server, channel)
  watchToken(server, channel)
  reply(connection, message, 'ok', { postgres_changes: [] })
  for (const stored of replayed) pushReplayed(channel, stored)
  if (payload.wantsReplicationReady) void announceReady(server, channel)
  pushPresenceState(server, channel)
}

type Admitted = { channel: Channel; replayed: StoredMessage[] }

async function admit(
  server: Server,
  connection: Connection,
  { topic, joinRef }: ClientMessage,
  payload: JoinPayload,
): Promise<Refusal | Admitted> {
  const name = topic.slice('realtime:'.length)
  const limited = refuseByLimits(server, connection, name, payload)
  if (limited !== undefined) return limited
  const token = payload.token ?? connection.token
  const { claims, failure } = await checkToken(server.keys, token)
  if (failure !== undefined) return `${failure.code}: ${failure.message}`

  const channel: Channel = {
    connection,
    topic,
    name,
    joinRef,
    isPrivate: payload.isPrivate,
    acks: payload.acks,
    receivesOwn: payload.receivesOwn,
    presenceKey: payload.presenceKey,
    presenceEnabled: payload.presenceEnabled,
    presenceCalls: { count: 0, resetAt: 0 },
    token,
    claims,
    tokenTimer: undefined,
    policies: { broadcast: {}, presence: {} },
    replayed: new Set(),
    isOpen: true,
  }
  if (!channel.isPrivate) {
    return payload.replay === undefined
      ? { channel, replayed: [] }
      : 'UnableToReplayMessages: Replay is not allowed for public channels'
  }
  const refusal = await refuseByPolicies(server, channel)
  if (refusal !== undefined) return refusal
  const replayed = await replay(server, channel.policies, name, payload)
  if (typeof replayed === 'string') return replayed
  return { channel: { ...channel, replayed: new Set(replayed.map(({ meta }) => meta.id)) }, replayed }
}

function refuseByLimits(
  { options, users, rates }: Server,
  connection: Connection,
  name: string,
  payload: JoinPayload,
): Refusal | undefined {
  if (name === '') return 'TopicNameRequired: You must provide a topic name'
  if (options.privateOnly && !payload.isPrivate) return 'PrivateOnly: This project only allows private channels'
  if (!users.has(connection) && users.size >= options.maxConcurrentUsers) {
    return 'ConnectionRateLimitReached: Too many connected users'
  }
  if (rates.joins.average() >= options.maxJoinsPerSecond) {
    return 'ClientJoinRateLimitReached: Too many joins per second'
  }
  rates.joins.add()
  if (connection.channels.size >= options.maxChannelsPerClient) return 'ChannelRateLimitReached: Too many channels'
  if (payload.wantsPostgresChanges) {
    return 'PostgresChangesNotAvailable: The local stack has no postgres_changes; broadcast from a trigger with realtime.send'
  }
  return undefined
}

async function refuseByPolicies(server: Server, channel: Channel): Promise<Refusal | undefined> {
  const unauthorized = `Unauthorized: ${noPermissionToRead(channel.name)}`
  try {
    const answers = await askRead(server.sql, askerOf(channel), wantedExtensions(channel))
    for (const [extension, read] of answers) channel.policies[extension].read = read
    return [...answers.values()].includes(true) ? undefined : unauthorized
  } catch (error) {
    server.log(`${channel.topic}: ${(error as Error).message}`)
    switch (databaseFailureOf(error)) {
      case 'refused':
        return unauthorized
      case 'canceled':
        return `QueryCanceled: ${(error as Error).message}`
      case 'unavailable':
        return databaseAway
    }
  }
}

async function replay(
  server: Server,
  policies: Policies,
  name: string,
  { replay }: JoinPayload,
): Promise<Refusal | StoredMessage[]> {
  if (replay === undefined) return []
  if (policies.broadcast.read !== true) return `Unauthorized: ${noPermissionToRead(name)}`
  if (replay === null) return 'UnableToReplayMessages: Replay params are not valid'
  try {
    return await fetchReplay(server.sql, name, replay.since, replay.limit)
  } catch (error) {
    server.log(`realtime:${name}: ${(error as Error).message}`)
    return 'UnableToReplayMessages: Realtime was unable to replay messages'
  }
}

// A replayed broadcast belongs to the join, a live one does not; bytes have one frame only.
function pushReplayed(channel: Channel, message: StoredMessage): void {
  const { event, encoding, payload, meta } = message
  if (encoding === 'json') {
    const rest = JSON.stringify({ event, type: 'broadcast', meta }).slice(1)
    push(channel, 'broadcast', `{"payload":${payload.toString('utf8')},${rest}`)
    return
  }
  const frame = encodeBroadcast(channel.connection.version, channel.topic, message)
  if (frame !== undefined) channel.connection.send(frame)
}

async function announceReady(server: Server, channel: Channel): Promise<void> {
  const isReady = await server.listener.isReady(server.options.replicationReadyTimeoutMs)
  if (!channel.isOpen) return
  if (isReady) pushSystem(channel, 'ok', 'Replication connection established')
  else endChannel(server, channel, 'Replication connection was not established in time')
}
