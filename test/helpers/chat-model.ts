// What chat is, in memory: who is in which conversation, what they read, and what each call is answered with.

export type Who = string

interface Member {
  who: Who
  /** Order in which they came. */
  order: number
  role: 'owner' | 'member'
  joined: number
  left: number | null
  /** The conversation's version and title when they left. */
  leftAt: { version: number; title: string | null } | null
  read: number
  isMuted: boolean
  /** Messages that the unread notification of this conversation counts. */
  told: number
}

interface Message {
  seq: number
  version: number
  author: Who | null
  kind: 'text' | 'system'
  body: string | null
  event: string | null
  reply: number | null
  isDeleted: boolean
}

export interface Talk {
  kind: 'direct' | 'group'
  pair: [Who, Who] | null
  title: string | null
  members: Member[]
  messages: Message[]
  version: number
  /** When something was last said in it, or when it was opened. */
  at: number
}

/** As one person reads a conversation. */
export interface Seen {
  kind: string
  title: string | null
  role: string
  members: number
  last_seq: number
  read_seq: number
  unread: number
  version: number | null
  last: string | null
  left: number | null
  can_write: boolean
  other: Who | null
}

export class Chat {
  readonly people: Who[]
  readonly gone = new Set<Who>()
  /** `who blocks whom`. */
  readonly blocks = new Set<string>()
  talks: Talk[] = []
  private clock = 0

  constructor(people: Who[]) {
    this.people = people
  }

  isBlocked(one: Who, other: Who): boolean {
    return this.blocks.has(`${one} ${other}`) || this.blocks.has(`${other} ${one}`)
  }

  private canMeet(who: Who, other: Who): boolean {
    return !this.gone.has(other) && !this.isBlocked(who, other)
  }

  memberOf(talk: Talk, who: Who): Member | undefined {
    return talk.members.find((member) => member.who === who)
  }

  private isIn(talk: Talk, who: Who): boolean {
    return this.memberOf(talk, who)?.left === null
  }

  private join(talk: Talk, who: Who, role: Member['role'], joined: number): void {
    this.clock++
    const fresh: Member = {
      who,
      order: this.clock,
      role,
      joined,
      left: null,
      leftAt: null,
      read: joined,
      isMuted: false,
      told: 0,
    }
    talk.members = [...talk.members.filter((member) => member.who !== who), fresh]
  }

  private write(talk: Talk, author: Who, content: Partial<Message>): Message {
    talk.version++
    const message: Message = {
      seq: talk.messages.length + 1,
      version: talk.version,
      author,
      kind: 'system',
      body: null,
      event: null,
      reply: null,
      isDeleted: false,
      ...content,
    }
    talk.messages.push(message)
    this.clock++
    talk.at = this.clock
    const own = this.memberOf(talk, author)
    if (own) {
      own.read = message.seq
      own.told = 0
    }
    return message
  }

  open(who: Who, other: Who): string {
    if (who === other) return 'validation_failed'
    const known = this.talks.find(({ pair, members }) => {
      const isPair = pair?.includes(who) && pair.includes(other)
      return isPair && members.some((member) => member.who === who)
    })
    if (known) return 'done'
    if (!this.canMeet(who, other)) return 'not_found'
    this.clock++
    const talk: Talk = {
      kind: 'direct',
      pair: [who, other],
      title: null,
      members: [],
      messages: [],
      version: 0,
      at: this.clock,
    }
    for (const member of [who, other]) this.join(talk, member, 'member', 0)
    this.talks.push(talk)
    return 'done'
  }

  group(who: Who, others: Who[]): string {
    const wanted = others.filter((other) => other !== who)
    if (!wanted.every((other) => this.canMeet(who, other))) return 'not_found'
    if (wanted.length === 0) return 'validation_failed'
    const talk: Talk = { kind: 'group', pair: null, title: 'Shoot', members: [], messages: [], version: 0, at: 0 }
    this.join(talk, who, 'owner', 0)
    for (const other of wanted) this.join(talk, other, 'member', 0)
    this.write(talk, who, { event: 'created' })
    this.talks.push(talk)
    return 'done'
  }

  /** Why somebody may not write; null: they may. */
  private refusal(talk: Talk, who: Who): string | null {
    if (!this.isIn(talk, who)) return 'permission_denied left'
    if (talk.pair === null) return null
    const other = talk.members.find((member) => member.who !== who)
    return other === undefined || this.isBlocked(who, other.who) ? 'permission_denied unavailable' : null
  }

  say(talk: Talk, who: Who, body: string, reply: number | null): string {
    const member = this.memberOf(talk, who)
    if (member === undefined) return 'not_found'
    const refusal = this.refusal(talk, who)
    if (refusal !== null) return refusal
    if (reply !== null) {
      const answered = talk.messages[reply - 1]
      if (answered?.kind !== 'text' || reply <= member.joined) return 'validation_failed'
    }
    this.write(talk, who, { kind: 'text', body, reply })
    for (const other of talk.members) {
      if (other.who !== who && other.left === null && !other.isMuted && !this.isBlocked(who, other.who)) other.told++
    }
    return 'done'
  }

  /** Another body, or with null none any more. */
  change(talk: Talk, who: Who, seq: number, body: string | null): string {
    const member = this.memberOf(talk, who)
    const message = talk.messages[seq - 1]
    if (member === undefined || message === undefined) return 'not_found'
    if (seq <= member.joined || seq > (member.left ?? seq)) return 'not_found'
    if (message.author !== who || message.kind !== 'text') return 'permission_denied not_author'
    if (message.isDeleted) return 'conflict deleted'
    const refusal = body === null ? null : this.refusal(talk, who)
    if (refusal !== null) return refusal
    talk.version++
    Object.assign(message, { body, version: talk.version, isDeleted: body === null })
    return 'done'
  }

  read(talk: Talk, who: Who, seq: number | null): string {
    const member = this.memberOf(talk, who)
    if (member?.left !== null) return 'not_found'
    const newest = talk.messages.length
    const to = Math.min(seq ?? newest, newest)
    if (to <= member.read) return 'done'
    member.read = to
    if (to === newest) member.told = 0
    return 'done'
  }

  mute(talk: Talk, who: Who, isMuted: boolean): string {
    const member = this.memberOf(talk, who)
    if (member?.left !== null) return 'not_found'
    member.isMuted = isMuted
    return 'done'
  }

  /** Null: it is theirs to change. */
  private ownGroup(talk: Talk, who: Who): string | null {
    const member = this.memberOf(talk, who)
    if (member === undefined) return 'not_found'
    if (talk.kind === 'direct') return 'conflict direct'
    return member.role === 'owner' && member.left === null ? null : 'permission_denied not_owner'
  }

  rename(talk: Talk, who: Who, title: string): string {
    const refusal = this.ownGroup(talk, who)
    if (refusal !== null) return refusal
    if (talk.title === title) return 'done'
    talk.title = title
    this.write(talk, who, { event: 'renamed' })
    return 'done'
  }

  /** `others` in the order of their ids. */
  add(talk: Talk, who: Who, others: Who[]): string {
    const wanted = others.filter((other) => other !== who)
    if (!wanted.every((other) => this.canMeet(who, other))) return 'not_found'
    const refusal = this.ownGroup(talk, who)
    if (refusal !== null) return refusal
    const newest = talk.messages.length
    const added = wanted.filter((other) => !this.isIn(talk, other))
    for (const other of added) this.join(talk, other, 'member', newest)
    for (const _ of added) this.write(talk, who, { event: 'member_added' })
    return 'done'
  }

  private takeOut(talk: Talk, by: Who, who: Who): void {
    const { seq } = this.write(talk, by, { event: by === who ? 'member_left' : 'member_removed' })
    const leftAt = { version: talk.version, title: talk.title }
    Object.assign(this.memberOf(talk, who)!, { left: seq, leftAt, role: 'member', told: 0 })
    this.passOn(talk)
  }

  private passOn(talk: Talk): void {
    const inside = talk.members.filter(({ left }) => left === null).sort((one, other) => one.order - other.order)
    if (talk.kind === 'group' && inside[0] && !inside.some(({ role }) => role === 'owner')) inside[0].role = 'owner'
  }

  remove(talk: Talk, who: Who, target: Who): string {
    const refusal = this.ownGroup(talk, who)
    if (refusal !== null) return refusal
    if (who === target) return 'validation_failed'
    if (!this.isIn(talk, target)) return 'not_found'
    this.takeOut(talk, who, target)
    return 'done'
  }

  leave(talk: Talk, who: Who): string {
    if (this.memberOf(talk, who) === undefined) return 'not_found'
    if (talk.kind === 'direct') return 'conflict direct'
    if (this.isIn(talk, who)) this.takeOut(talk, who, who)
    return 'done'
  }

  /** `talks`: all of them in the order of their ids, in which the database parts them. */
  block(who: Who, other: Who, talks: Talk[]): string {
    if (who === other) return 'validation_failed'
    if (this.blocks.has(`${who} ${other}`)) return 'done'
    if (this.gone.has(other) || this.blocks.has(`${other} ${who}`)) return 'not_found'
    this.blocks.add(`${who} ${other}`)
    for (const talk of talks) {
      const [one, another] = [this.memberOf(talk, who), this.memberOf(talk, other)]
      if (talk.kind === 'direct' || one?.left !== null || another?.left !== null) continue
      const guest = one.role === 'owner' ? another : another.role === 'owner' ? one : undefined
      if (guest) this.takeOut(talk, who, guest.who)
    }
    return 'done'
  }

  /** The account is deleted. */
  go(who: Who): string {
    this.gone.add(who)
    for (const block of this.blocks) if (block.split(' ').includes(who)) this.blocks.delete(block)
    this.talks = this.talks.filter(({ members }) => members.some((member) => member.who !== who))
    for (const talk of this.talks) {
      if (this.memberOf(talk, who) === undefined) continue
      for (const message of talk.messages.filter(({ author }) => author === who)) {
        message.author = null
        if (message.kind === 'system') continue
        talk.version++
        Object.assign(message, { body: null, isDeleted: true, version: talk.version })
      }
      talk.members = talk.members.filter((member) => member.who !== who)
      this.passOn(talk)
    }
    return 'done'
  }

  /** What somebody may read of it, oldest first. */
  visible(talk: Talk, who: Who): Message[] {
    const member = this.memberOf(talk, who)
    if (member === undefined) return []
    return talk.messages.filter((message) => this.mayRead(member, message))
  }

  /** What was said while they were in, unless it says something else since. */
  private mayRead({ joined, left, leftAt }: Member, { seq, version, isDeleted }: Message): boolean {
    if (seq <= joined) return false
    return left === null || (seq <= left && (version <= leftAt!.version || isDeleted))
  }

  seen(talk: Talk, who: Who): Seen {
    const member = this.memberOf(talk, who)!
    const isIn = member.left === null
    const newest = member.left ?? talk.messages.length
    return {
      kind: talk.kind,
      title: isIn ? talk.title : member.leftAt!.title,
      role: member.role,
      members: isIn ? talk.members.filter(({ left }) => left === null).length : 0,
      last_seq: newest,
      read_seq: member.read,
      unread: isIn ? newest - member.read : 0,
      version: isIn ? talk.version : null,
      last: this.visible(talk, who).at(-1)?.body ?? null,
      left: member.left,
      can_write: this.refusal(talk, who) === null,
      other: talk.pair === null ? null : (talk.members.find((one) => one.who !== who)?.who ?? null),
    }
  }

  /** Those that somebody is in, the newest word first. */
  listOf(who: Who): Talk[] {
    return this.talks.filter((talk) => this.isIn(talk, who)).sort((one, other) => other.at - one.at)
  }
}
