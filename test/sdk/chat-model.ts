import { type Message, type MessageContent, TalentbaseError } from '@talentbase/sdk'

/** A conversation as the database keeps it: a counter for messages, one for changes, both in the order of commits. */
export function chatTable(me = 'me') {
  const messages: Message[] = []
  let version = 0
  const byVersion = () => [...messages].sort((a, b) => a.version - b.version)

  function write(author: string, content: MessageContent, client_id: string | null): Message {
    const known = messages.find((one) => client_id !== null && one.client_id === client_id)
    if (known !== undefined) return known
    version += 1
    const message: Message = {
      conversation_id: 'one',
      seq: messages.length + 1,
      version,
      author: { id: author, full_name: null, avatar: null },
      is_own: author === me,
      client_id: author === me ? client_id : null,
      kind: 'text',
      body: content.body ?? null,
      data: {},
      reply_to_seq: null,
      reply_to: null,
      files: [],
      is_redacted: false,
      edited_at: null,
      deleted_at: null,
      created_at: new Date().toISOString(),
    }
    messages.push(message)
    return message
  }

  return {
    messages,
    version: () => version,
    /** Somebody else writes. */
    write: (body: string) => write('somebody', { body }, null),
    /** One's own send arrives. */
    send: (clientId: string, content: MessageContent) => write(me, content, clientId),
    edit(seq: number, body: string): void {
      version += 1
      messages[seq - 1] = { ...messages[seq - 1]!, body, version }
    },
    /** What changed after a version, as the table is now. */
    changes: (after: number, limit: number) =>
      byVersion()
        .filter((one) => one.version > after)
        .slice(0, limit),
    /** The newest page, newest first. */
    page: (before: number | undefined, limit: number) =>
      messages
        .filter(({ seq }) => before === undefined || seq < before)
        .slice(-limit)
        .reverse(),
  }
}

/** Nobody answered. */
export const noAnswer = () => new TalentbaseError('network_error', 'No answer.')

export const refusal = (code: ConstructorParameters<typeof TalentbaseError>[0] = 'permission_denied') =>
  new TalentbaseError(code, 'No.')

/** An answer that comes when it is told to. */
export function held<T>(): { promise: Promise<T>; give: (value: T) => void; refuse: (error: Error) => void } {
  let give: (value: T) => void = () => undefined
  let refuse: (error: Error) => void = () => undefined
  const promise = new Promise<T>((resolve, reject) => {
    give = resolve
    refuse = reject
  })
  return { promise, give, refuse }
}
