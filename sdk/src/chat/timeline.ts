interface Numbered {
  seq: number
  version: number
}

/** The messages that are shown: a run of them up to the newest, each in its newest version. */
export interface Timeline<Message extends Numbered> {
  /** Takes a page from before what is shown, and shows down to its oldest. */
  addPage(messages: Message[]): void
  /** Takes what has changed; what is older than what is shown is kept for the page that it is on. */
  addChanges(messages: Message[]): void
  messages(): Message[]
  /** Number of the oldest and newest that are shown. */
  oldest(): number | undefined
  newest(): number | undefined
}

export function createTimeline<Message extends Numbered>(): Timeline<Message> {
  const known = new Map<number, Message>()
  let shown: Message[] = []
  let from = Number.POSITIVE_INFINITY

  function take(messages: Message[]): void {
    for (const message of messages) {
      const before = known.get(message.seq)
      // A page may have been read before a change that is here already.
      if (before === undefined || before.version <= message.version) known.set(message.seq, message)
    }
  }

  function show(): void {
    shown = [...known.values()].filter(({ seq }) => seq >= from).sort((a, b) => a.seq - b.seq)
  }

  return {
    addPage(messages) {
      take(messages)
      from = Math.min(from, ...messages.map(({ seq }) => seq))
      show()
    },
    addChanges(messages) {
      take(messages)
      // Nothing is shown of an empty conversation: its first message begins the run.
      if (shown.length === 0) from = Math.min(from, ...messages.map(({ seq }) => seq))
      show()
    },
    messages: () => shown,
    oldest: () => shown[0]?.seq,
    newest: () => shown.at(-1)?.seq,
  }
}
