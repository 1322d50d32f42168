import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrongNumbers } from '../helpers/chat.ts'
import { Chat, type Talk, type Who } from '../helpers/chat-model.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { type Eyes, openEyes } from './viewer.ts'

// Chat against a model of it in memory: whatever five people do in whatever order, each call is answered and each of them
// reads, by the lists, the tables, the counts and the search, what the model says.

// More by hand.
const runs = Number(process.env.TALENTBASE_CHAT_RUNS ?? 8)

let stack: TestStack
let eyes: Eyes
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  eyes = openEyes(stack)
})
afterAll(async () => {
  await eyes.close()
  await stack.close()
})

const names = ['a', 'b', 'c', 'd', 'e']
const words = ['apple pie', 'pear tree', 'plum cake']

type Step =
  | { do: 'open'; who: number; whom: number }
  | { do: 'block'; who: number; whom: number }
  | { do: 'group'; who: number; others: number[] }
  | { do: 'say'; who: number; talk: number; word: number; reply: number | null }
  | { do: 'edit' | 'erase'; who: number; talk: number; seq: number; word: number }
  | { do: 'read'; who: number; talk: number; seq: number | null }
  | { do: 'mute'; who: number; talk: number; isMuted: boolean }
  | { do: 'rename'; who: number; talk: number; word: number }
  | { do: 'add'; who: number; talk: number; others: number[] }
  | { do: 'remove'; who: number; talk: number; whom: number }
  | { do: 'leave'; who: number; talk: number }
  | { do: 'go'; who: number }

const person = fc.nat(names.length - 1)
const others = fc.uniqueArray(person, { maxLength: 4 })
const talk = fc.nat(6)
const word = fc.nat(words.length - 1)
const seq = fc.integer({ min: 0, max: 14 })

const steps: [number, fc.Arbitrary<Step>][] = [
  [2, fc.record({ do: fc.constant('open' as const), who: person, whom: person })],
  [2, fc.record({ do: fc.constant('group' as const), who: person, others })],
  [
    9,
    fc.record({
      do: fc.constant('say' as const),
      who: person,
      talk,
      word,
      reply: fc.option(seq, { freq: 3, nil: null }),
    }),
  ],
  [3, fc.record({ do: fc.constantFrom('edit' as const, 'erase' as const), who: person, talk, seq, word })],
  [3, fc.record({ do: fc.constant('read' as const), who: person, talk, seq: fc.option(seq, { nil: null }) })],
  [1, fc.record({ do: fc.constant('mute' as const), who: person, talk, isMuted: fc.boolean() })],
  [1, fc.record({ do: fc.constant('rename' as const), who: person, talk, word })],
  [3, fc.record({ do: fc.constant('add' as const), who: person, talk, others })],
  [2, fc.record({ do: fc.constant('remove' as const), who: person, talk, whom: person })],
  [1, fc.record({ do: fc.constant('leave' as const), who: person, talk })],
  [1, fc.record({ do: fc.constant('block' as const), who: person, whom: person })],
  [1, fc.record({ do: fc.constant('go' as const), who: person })],
]

/** What seenBy answers. */
interface Told {
  list: string[]
  cards: { other: string | null }[]
  unread: object
  messages: { author: string | null }[]
  rows: string[]
  tables: object
  found: string[][]
  told: object
}

/** A run: its people, and the database's id of each conversation of the model. */
class World {
  readonly chat = new Chat(names)
  readonly ids: Record<Who, string>
  readonly known = new Map<Talk, string>()

  constructor(ids: string[]) {
    this.ids = Object.fromEntries(names.map((name, i) => [name, ids[i]!]))
  }

  async take(step: Step): Promise<void> {
    const who = names[step.who]!
    // Nobody acts who is gone: their token is refused before anything else.
    if (this.chat.gone.has(who)) return
    const before = new Set(this.chat.talks)
    const expected = this.expected(step, who)
    if (expected === null) return
    const found = await this.called(step, who)
    expect(found.code, JSON.stringify(step)).toBe(expected)
    for (const made of this.chat.talks) if (!before.has(made)) this.known.set(made, found.id!)
    if (!this.chat.gone.has(who)) await this.expectSeen(who)
  }

  /** The talk that a step names; none yet: null. */
  private pick(which: number): Talk | null {
    return this.chat.talks[which % Math.max(this.chat.talks.length, 1)] ?? null
  }

  /** In the order of their ids, as the database takes them. */
  private named(list: number[]): Who[] {
    return list.map((i) => names[i]!).sort((one, other) => (this.ids[one]! < this.ids[other]! ? -1 : 1))
  }

  private picked: string | null = null

  private expected(step: Step, who: Who): string | null {
    const { chat } = this
    if (step.do === 'open') return chat.open(who, names[step.whom]!)
    if (step.do === 'block') {
      const talks = chat.talks.toSorted((one, other) => (this.known.get(one)! < this.known.get(other)! ? -1 : 1))
      return chat.block(who, names[step.whom]!, talks)
    }
    if (step.do === 'group') return chat.group(who, this.named(step.others))
    if (step.do === 'go') return chat.go(who)
    const about = this.pick(step.talk)
    if (about === null) return null
    this.picked = this.known.get(about)!
    switch (step.do) {
      case 'say':
        return chat.say(about, who, words[step.word]!, step.reply)
      case 'edit':
        return chat.change(about, who, step.seq, `${words[step.word]}, edited`)
      case 'erase':
        return chat.change(about, who, step.seq, null)
      case 'read':
        return chat.read(about, who, step.seq)
      case 'mute':
        return chat.mute(about, who, step.isMuted)
      case 'rename':
        return chat.rename(about, who, words[step.word]!)
      case 'add':
        return chat.add(about, who, this.named(step.others))
      case 'remove':
        return chat.remove(about, who, names[step.whom]!)
      case 'leave':
        return chat.leave(about, who)
    }
  }

  private async called(step: Step, who: Who): Promise<{ code: string; id?: string }> {
    const of = (i: number) => this.ids[names[i]!]!
    const list = (numbers: number[]) => `{${numbers.map(of).join(',')}}`
    const on = this.picked
    switch (step.do) {
      case 'open':
        return this.call(who, 'open_conversation($1)', of(step.whom))
      case 'block':
        return this.call(who, 'block_account($1)', of(step.whom))
      case 'group':
        return this.call(who, `create_group('Shoot', $1::text::uuid[])`, list(step.others))
      case 'go':
        await sql(stack)`delete from auth.users where id = ${this.ids[who]!}`
        return { code: 'done' }
      case 'say':
        return this.call(
          who,
          'send_message($1, $2, gen_random_uuid(), $3::text::bigint)',
          on,
          words[step.word]!,
          step.reply?.toString() ?? null,
        )
      case 'edit':
        return this.call(who, 'edit_message($1, $2, $3)', on, step.seq, `${words[step.word]}, edited`)
      case 'erase':
        return this.call(who, 'delete_message($1, $2)', on, step.seq)
      case 'read':
        return this.call(who, 'mark_conversation_read($1, $2::text::bigint)', on, step.seq?.toString() ?? null)
      case 'mute':
        return this.call(who, `mute_conversation($1, case when $2 then 'infinity'::timestamptz end)`, on, step.isMuted)
      case 'rename':
        return this.call(who, 'rename_group($1, $2)', on, words[step.word]!)
      case 'add':
        return this.call(who, 'add_group_members($1, $2::text::uuid[])', on, list(step.others))
      case 'remove':
        return this.call(who, 'remove_group_member($1, $2)', on, of(step.whom))
      case 'leave':
        return this.call(who, 'leave_conversation($1)', on)
    }
  }

  private async call(who: Who, text: string, ...values: (string | number | boolean | null)[]) {
    try {
      const [row] = await eyes.as<{ answer: { id?: string } | null }>(
        this.ids[who]!,
        `select to_jsonb(r) as answer from public.${text} as r`,
        values,
      )
      return { code: 'done', id: row?.answer?.id ?? '' }
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      if (code !== 'PGRST') return { code }
      const told = JSON.parse(message)
      const reason = told.details === null ? undefined : JSON.parse(told.details).reason
      return { code: reason === undefined ? told.code : `${told.code} ${reason}` }
    }
  }

  /** All that somebody reads, by every way there is. */
  async expectSeen(who: Who): Promise<void> {
    const { chat, known } = this
    const nameOf = (id: string | null) => names.find((name) => this.ids[name] === id) ?? null
    const mine = chat.talks.filter((one) => chat.memberOf(one, who) !== undefined)
    const [row] = await eyes.as<{ seen: Told }>(this.ids[who]!, seenBy, [
      `{${mine.map((one) => known.get(one)).join(',')}}`,
    ])
    const { seen } = row!

    expect(seen.list).toEqual(chat.listOf(who).map((one) => known.get(one)))
    const cards = seen.cards.map((card) => ({
      ...card,
      other: nameOf(card.other),
    }))
    expect(cards).toEqual(mine.map((one) => ({ id: known.get(one), ...chat.seen(one, who) })))

    const unread = mine.map((one) => chat.seen(one, who).unread)
    const messages = unread.reduce((sum, count) => sum + count, 0)
    expect(seen.unread).toEqual({ messages, conversations: unread.filter((count) => count > 0).length })

    const visible = mine.flatMap((one) =>
      chat.visible(one, who).map((message) => ({
        ...message,
        id: known.get(one)!,
        answered: chat.visible(one, who).find(({ seq }) => seq === message.reply),
      })),
    )
    const byPlace = (rows: { id: string; seq: number }[]) => rows.map(({ id, seq }) => `${id} ${seq}`).sort()
    const shown = seen.messages.map((message) => ({ ...message, author: nameOf(message.author) }))
    expect(shown).toEqual(
      visible.map(({ id, seq, version, author, kind, body, event, isDeleted, answered }) => ({
        id,
        seq,
        version,
        author,
        kind,
        body,
        event,
        is_deleted: isDeleted,
        is_own: author === who,
        reply: answered?.body ?? null,
      })),
    )
    expect(seen.rows).toEqual(byPlace(visible))
    expect(seen.tables).toEqual({
      conversations: chat
        .listOf(who)
        .map((one) => known.get(one))
        .sort(),
      members: mine.map((one) => known.get(one)).sort(),
    })
    for (const [i, text] of ['apple', 'EDITED', 'tree'].entries()) {
      const hits = visible.filter(({ body }) => body?.toLowerCase().includes(text.toLowerCase()))
      expect(seen.found[i], text).toEqual(byPlace(hits))
    }
    const told = mine
      .map((one) => [known.get(one)!, chat.memberOf(one, who)!.told] as const)
      .filter(([, count]) => count > 0)
    expect(seen.told).toEqual(Object.fromEntries(told))
  }
}

const seenBy = `
  select jsonb_build_object(
    'list', (select coalesce(jsonb_agg(l.id order by n), '[]') from public.list_conversations(page_size => 100) with ordinality as l (
      id, kind, title, context_type, context_id, context_title, account_id, account_name, account_avatar_path, candidate_id, members_count, role,
      epoch, version, last_seq, read_seq, unread, last_message, last_message_at, muted_until, left_at_seq, can_write, created_at, total, cursor, n
    )),
    'cards', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', c.id, 'kind', c.kind, 'title', c.title, 'role', c.role, 'members', c.members_count, 'last_seq', c.last_seq, 'read_seq', c.read_seq,
        'unread', c.unread, 'version', c.version, 'last', c.last_message -> 'body', 'left', c.left_at_seq, 'can_write', c.can_write, 'other', c.account_id
      ) order by x.n), '[]')
      from unnest($1::text::uuid[]) with ordinality as x (id, n) cross join lateral public.get_conversation(x.id) as c
    ),
    'unread', (select to_jsonb(u) from public.unread_count() as u),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', m.conversation_id, 'seq', m.seq, 'version', m.version, 'author', m.author_id, 'kind', m.kind, 'body', m.body,
        'event', m.data -> 'event', 'is_deleted', m.deleted_at is not null, 'is_own', m.is_own, 'reply', m.reply_to -> 'body'
      ) order by x.n, m.seq), '[]')
      from unnest($1::text::uuid[]) with ordinality as x (id, n) cross join lateral public.list_messages(x.id, page_size => 100) as m
    ),
    'rows', (select coalesce(jsonb_agg(m.conversation_id || ' ' || m.seq order by (m.conversation_id || ' ' || m.seq) collate "C"), '[]') from public.messages as m),
    'tables', jsonb_build_object(
      'conversations', (select coalesce(jsonb_agg(c.id order by c.id), '[]') from public.conversations as c),
      'members', (select coalesce(jsonb_agg(m.conversation_id order by m.conversation_id), '[]') from public.conversation_members as m)
    ),
    'found', (
      select jsonb_agg((
        select coalesce(jsonb_agg(f.conversation_id || ' ' || f.seq order by (f.conversation_id || ' ' || f.seq) collate "C"), '[]')
        from public.search_messages(w.word, page_size => 100) as f
      ) order by w.n)
      from unnest(array['apple', 'EDITED', 'tree']) with ordinality as w (word, n)
    ),
    'told', (
      select coalesce(jsonb_object_agg(n.data ->> 'conversation_id', (n.data ->> 'count')::int), '{}')
      from public.notifications as n where n.type = 'new_message' and n.read_at is null
    )
  ) as seen
`

class Doing implements fc.AsyncCommand<World, object> {
  private readonly step: Step

  constructor(step: Step) {
    this.step = step
  }

  check(): boolean {
    return true
  }

  run(world: World): Promise<void> {
    return world.take(this.step)
  }

  toString(): string {
    return JSON.stringify(this.step)
  }
}

test(
  `${runs} runs of what five people do`,
  async () => {
    const commands = steps.flatMap(([weight, arbitrary]) =>
      Array(weight).fill(arbitrary.map((step) => new Doing(step))),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.commands(commands as fc.Arbitrary<Doing>[], { maxCommands: 60, size: 'max' }),
        async (list) => {
          // Enough to do something with, before anything is done.
          const first: Step[] = [
            { do: 'open', who: 0, whom: 1 },
            { do: 'group', who: 2, others: [0, 1, 3] },
            { do: 'say', who: 0, talk: 1, word: 0, reply: null },
          ]
          let world: World
          const setUp = async () => {
            world = new World((await makeAccounts(stack, names.length, { roles: ['client'] })).ids)
            for (const step of first) await world.take(step)
            return { model: world, real: {} }
          }
          await fc.asyncModelRun(setUp, list)
          for (const name of names.filter((one) => !world!.chat.gone.has(one))) await world!.expectSeen(name)
        },
      ),
      { numRuns: runs },
    )
    expect([...(await wrongNumbers(stack))]).toEqual([])
  },
  60_000 + runs * 2_000,
)
