import { addressOf, type Message } from './message.ts'

interface Wanted {
  /** An address, without a name. */
  to: string
  subject?: string | RegExp
}

interface WaitOptions extends Wanted {
  /** 10 seconds unless told. */
  timeoutMs?: number
}

/** The mails that were sent, the newest 500 of them. */
export interface Inbox {
  /** Newest first; `to` is an address, without a name. */
  messages(filter?: { to?: string }): Message[]
  find(id: string): Message | undefined
  /** The newest mail that fits, as soon as there is one. Rejects when none comes in time. */
  waitFor(wanted: WaitOptions): Promise<Message>
  /** The code in the newest mail with one to this address, as soon as there is one. */
  codeFor(address: string): Promise<string>
  add(message: Message): void
  clear(filter?: { to?: string }): void
}

const capacity = 500
const defaultTimeoutMs = 10_000

export function createInbox(): Inbox {
  const stored: Message[] = []
  const waiting = new Set<() => void>()

  /** The newest mail that `fits`, now or later. */
  function whenThere(fits: (message: Message) => boolean, timeoutMs: number, what: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = stored.find(fits)
        if (found === undefined) return
        finish()
        resolve(found)
      }
      const timer = setTimeout(() => {
        finish()
        reject(new Error(`No mail came in ${timeoutMs} ms: ${what}.`))
      }, timeoutMs)
      const finish = () => {
        clearTimeout(timer)
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  }

  return {
    messages: ({ to } = {}) => stored.filter((message) => to === undefined || isTo(message, to)),
    find: (id) => stored.find((message) => message.id === id),
    waitFor({ to, subject, timeoutMs = defaultTimeoutMs }) {
      const about = subject === undefined ? '' : ` about ${subject}`
      return whenThere((message) => isTo(message, to) && isAbout(message, subject), timeoutMs, `to ${to}${about}`)
    },
    async codeFor(address) {
      const hasCode = (message: Message) => isTo(message, address) && message.code !== null
      return (await whenThere(hasCode, defaultTimeoutMs, `to ${address} with a code`)).code as string
    },
    add(message) {
      stored.unshift(message)
      stored.length = Math.min(stored.length, capacity)
      for (const look of [...waiting]) look()
    },
    clear({ to } = {}) {
      const kept = to === undefined ? [] : stored.filter((message) => !isTo(message, to))
      stored.splice(0, stored.length, ...kept)
    },
  }
}

function isTo({ to, cc, bcc }: Message, address: string): boolean {
  return [...to, ...cc, ...bcc].some((recipient) => addressOf(recipient) === address.toLowerCase())
}

function isAbout(message: Message, subject: string | RegExp | undefined): boolean {
  if (subject === undefined) return true
  return typeof subject === 'string' ? message.subject === subject : subject.test(message.subject)
}
