import { createTask } from '../realtime/one-at-a-time.ts'
import type { ChatRequests } from './requests.ts'
import type { ConversationMember } from './types.ts'

/** Who is in the conversation, and how far each has read. */
export interface Members {
  list(): ConversationMember[]
  has(accountId: string): boolean
  /** Somebody has read up to a message; never backwards. */
  heard(accountId: string, readSeq: number): void
  /** Reads them anew. */
  refresh(): void
  end(): void
}

interface MembersListener {
  onRead(accountId: string, readSeq: number): void
  onChange(): void
}

export function createMembers(requests: Pick<ChatRequests, 'members'>, listener: MembersListener): Members {
  let members: ConversationMember[] = []
  let isOver = false

  const task = createTask(async () => {
    const found = await requests.members()
    if (isOver) return
    const before = new Map(members.map(({ id, read_seq }) => [id, read_seq]))
    members = found.map((member) => ({ ...member, read_seq: Math.max(member.read_seq, before.get(member.id) ?? 0) }))
    for (const { id, read_seq } of members) {
      const known = before.get(id)
      if (known !== undefined && read_seq > known) listener.onRead(id, read_seq)
    }
    listener.onChange()
  })

  return {
    list: () => members,
    has: (accountId) => members.some(({ id }) => id === accountId),
    heard(accountId, readSeq) {
      const member = members.find(({ id }) => id === accountId)
      if (member === undefined || member.read_seq >= readSeq) return
      members = members.map((one) => (one === member ? { ...one, read_seq: readSeq } : one))
      listener.onRead(accountId, readSeq)
      listener.onChange()
    },
    refresh: () => void task.run().catch(() => undefined),
    end() {
      isOver = true
      task.end()
    },
  }
}
