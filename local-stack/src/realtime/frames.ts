/** Version 2 is what supabase-js speaks; version 1 is what a socket without `vsn` gets. */
export type Version = 1 | 2

/** Passed from sender to receivers without being parsed. */
export interface UserBroadcast {
  event: string
  encoding: 'json' | 'binary'
  payload: Buffer
  meta?: { id: string }
}

/** The JSON text of a whole `broadcast` payload: `{ "type": "broadcast", "event": …, "payload": … }`. */
interface TextBroadcast {
  text: string
  id?: string
}

export type Broadcast = UserBroadcast | TextBroadcast

export interface ClientMessage {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: unknown
  /** Instead of `payload`, when a broadcast came as a binary frame. */
  broadcast?: UserBroadcast
}

interface ServerMessage {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  /** JSON text. */
  payload: string
}

const kindOfClientBroadcast = 3
const kindOfServerBroadcast = 4
const encodingJson = 1

/** Nothing for a frame that is no message. */
export function decodeFrame(version: Version, data: Buffer, isBinary: boolean): ClientMessage | undefined {
  if (isBinary) return version === 2 ? decodeBroadcast(data) : undefined
  let frame: unknown
  try {
    frame = JSON.parse(data.toString('utf8'))
  } catch {
    return undefined
  }
  if (frame === null || typeof frame !== 'object') return undefined
  const { join_ref, ref, topic, event, payload } = frame as Record<string, unknown>
  if (version === 1) return toMessage(join_ref, ref, topic, event, payload)
  return Array.isArray(frame) ? toMessage(frame[0], frame[1], frame[2], frame[3], frame[4]) : undefined
}

function toMessage(joinRef: unknown, ref: unknown, topic: unknown, event: unknown, payload: unknown) {
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined
  return { joinRef: toRef(joinRef), ref: toRef(ref), topic, event, payload }
}

function toRef(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function decodeBroadcast(data: Buffer): ClientMessage | undefined {
  if (data[0] !== kindOfClientBroadcast || data.length < 7) return undefined
  const lengths = [...data.subarray(1, 6)]
  if (data.length < 7 + lengths.reduce((sum, length) => sum + length, 0)) return undefined
  let offset = 7
  // The fifth string is metadata, which the real service does not use either.
  const [joinRef, ref, topic, event] = lengths.map((length) => {
    offset += length
    return data.toString('utf8', offset - length, offset)
  })
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic: topic!,
    event: 'broadcast',
    payload: undefined,
    broadcast: { event: event!, encoding: data[6] === 0 ? 'binary' : 'json', payload: data.subarray(offset) },
  }
}

export function encodeMessage(version: Version, { joinRef, ref, topic, event, payload }: ServerMessage): string {
  return version === 2
    ? `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${JSON.stringify(topic)},${JSON.stringify(event)},${payload}]`
    : `{"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)},"payload":${payload},"ref":${JSON.stringify(ref)}}`
}

/** Nothing where this version has no frame for it: no JSON in version 1, names over 255 bytes in version 2. */
export function encodeBroadcast(version: Version, topic: string, broadcast: Broadcast): string | Buffer | undefined {
  if ('text' in broadcast) return encodeEvent(version, topic, 'broadcast', broadcast.text)
  if (version === 2) return encodeUserBroadcast(topic, broadcast)
  // A sender's bytes are put into a text frame here: what is no JSON could pass for another message.
  if (broadcast.encoding === 'binary' || !isJson(broadcast.payload)) return undefined
  return encodeEvent(version, topic, 'broadcast', textOf(broadcast))
}

/** Something that is no answer and belongs to no join. */
export function encodeEvent(version: Version, topic: string, event: string, payload: string): string {
  return encodeMessage(version, { joinRef: null, ref: null, topic, event, payload })
}

function isJson(payload: Buffer): boolean {
  try {
    JSON.parse(payload.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function textOf({ event, payload, meta }: UserBroadcast): string {
  const metaPart = meta === undefined ? '' : `,"meta":${JSON.stringify(meta)}`
  return `{"event":${JSON.stringify(event)},"payload":${payload.toString('utf8')},"type":"broadcast"${metaPart}}`
}

function encodeUserBroadcast(topic: string, { event, encoding, payload, meta }: UserBroadcast): Buffer | undefined {
  const strings = [topic, event, meta === undefined ? '' : JSON.stringify(meta)].map((text) => Buffer.from(text))
  if (strings.some((string) => string.length > 255)) return undefined
  return Buffer.concat([
    Buffer.from([
      kindOfServerBroadcast,
      ...strings.map((string) => string.length),
      encoding === 'json' ? encodingJson : 0,
    ]),
    ...strings,
    payload,
  ])
}
