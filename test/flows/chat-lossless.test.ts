import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type CutProxy, startCutProxy } from '../helpers/cut-proxy.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { listen } from '../helpers/realtime.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { deviceOf, type Heard, hear, makeTalkers, type Talker } from '../helpers/talkers.ts'
import { actAs } from '../helpers/work.ts'
import { must } from './story.ts'

/** How long the road is bad; 120 by hand. */
const seconds = Number(process.env.TALENTBASE_CHAT_SECONDS ?? 20)
const count = 20

// What happens is random; the seed says it again.
const seed = Number(process.env.TALENTBASE_CHAT_SEED ?? Date.now() % 1_000_000)
const random = seeded(seed)

/** The road between is cut, which nobody can do to a Supabase elsewhere. */
const isLocal = inject('cluster') !== null

let stack: TestStack
let road: CutProxy
let talkers: Talker[]

const quiet = { typing: false, presence: false }
const some = <Item>(items: Item[]): Item => items[Math.floor(random() * items.length)]!
const patiently = { timeout: 60_000, interval: 200 }

describe.skipIf(!isLocal)(`a group on a bad road (TALENTBASE_CHAT_SEED=${seed})`, () => {
  beforeAll(async () => {
    stack = await startTestStack()
    await liftRequestLimits(stack)
    road = await startCutProxy(stack.url, random)
    talkers = await makeTalkers(stack, count, { url: road.url })
  })
  afterAll(async () => {
    await Promise.all(talkers.map(({ client }) => client.removeAllChannels()))
    await road.close()
    await stack.close()
  })

  it(
    'loses nothing, doubles nothing and has one order, whatever breaks and whoever writes',
    async () => {
      const conversation = await makeGroup(talkers)
      const heard = await everybody(conversation)
      const sent = heard.map(() => [] as string[])
      const answers: Promise<{ error: unknown }>[] = []
      const end = performance.now() + seconds * 1000
      let cuts = 0
      road.loseAnswers('/rpc/send_message', 0.15)
      const breaking = (async () => {
        while (performance.now() < end) {
          await sleep(200 + random() * 600)
          cuts += road.cut(0.15)
          if (random() < 0.1) some(talkers).socket().endChannels()
        }
      })()
      while (performance.now() < end) {
        const who = Math.floor(random() * count)
        // One, or several in one breath: those keep their order.
        for (let more = random() < 0.2 ? 3 : 1; more > 0; more -= 1) {
          const body = `${who}: ${sent[who]!.length + 1}`
          sent[who]!.push(body)
          answers.push(heard[who]!.subscription.send(body))
        }
        await sleep(100 + random() * 400)
      }
      await breaking
      road.loseAnswers('', 0)
      expect((await Promise.all(answers)).filter(({ error }) => error !== null)).toEqual([])
      const stored = await expectAllEqual(conversation, heard)
      for (const [who, bodies] of sent.entries()) {
        const own = stored.filter(({ author_id, kind }) => kind === 'text' && author_id === talkers[who]!.id)
        expect(own.map(({ body }) => body)).toEqual(bodies)
      }
      expect(cuts, 'the road was bad').toBeGreaterThan(seconds)
      expect(road.lost(), 'answers were lost').toBeGreaterThan(0)
      await leave(heard)
    },
    seconds * 1000 + 120_000,
  )

  it('a send that commits late is not skipped', async () => {
    const group = talkers.slice(0, 5)
    const conversation = await makeGroup(group)
    const heard = await everybody(conversation, group)
    let answers: Promise<unknown>[] = []
    await actAs(stack, group[0]!, async (tx) => {
      await tx`select seq from public.send_message(${conversation}, 'slow', ${crypto.randomUUID()})`
      answers = heard.flatMap(({ subscription }, who) => [
        subscription.send(`${who}: 1`),
        subscription.send(`${who}: 2`),
      ])
      await sleep(3000)
    })
    await Promise.all(answers)
    const stored = await expectAllEqual(conversation, heard)
    expect(stored.filter(({ kind }) => kind === 'text').map(({ body }) => body)).toHaveLength(11)
    expect(stored[1]!.body).toBe('slow')
    await leave(heard)
  }, 60_000)

  it('goes on through new tokens, and through channels that the server has ended', async () => {
    const group = talkers.slice(0, 4)
    const conversation = await makeGroup(group)
    const heard = await everybody(conversation, group)
    const answers: Promise<{ error: unknown }>[] = []
    for (let n = 1; n <= 20; n += 1) {
      answers.push(some(heard).subscription.send(`message ${n}`))
      if (n % 5 === 0) expect((await some(group).client.auth.refreshSession()).error).toBeNull()
      if (n % 7 === 0) some(group).socket().endChannels()
      await sleep(50)
    }
    expect((await Promise.all(answers)).filter(({ error }) => error !== null)).toEqual([])
    const stored = await expectAllEqual(conversation, heard)
    expect(stored.filter(({ kind }) => kind === 'text')).toHaveLength(20)
    await vi.waitFor(
      () => expect(heard.map(({ subscription }) => subscription.state.connection)).toEqual(Array(4).fill('live')),
      patiently,
    )
    await leave(heard)
  }, 60_000)

  it('goes on without whoever is removed, who hears nothing more', async () => {
    const group = talkers.slice(0, 5)
    const [owner, , removed] = group as [Talker, Talker, Talker]
    const conversation = await makeGroup(group)
    const heard = await everybody(conversation, group)
    const [out] = heard.splice(2, 1) as [Heard]
    const answers: Promise<{ error: unknown }>[] = []
    const { epoch } = out.subscription.state.conversation
    // A socket that stays on the old topic whatever the SDK does.
    const old = (await listen(removed.client, `typing:${conversation}:${epoch}`))!
    const raw = await deviceOf(stack, removed)
    const eavesdropper = (await listen(raw.client, `conversation:${conversation}:${epoch}`))!
    const say = (text: string) => answers.push(...heard.map(({ subscription }) => subscription.send(text)))
    for (let n = 1; n <= 5; n += 1) say(`before ${n}`)
    await sleep(100)
    await must(owner.tb.chat.removeMember(conversation, removed.id))
    for (let n = 1; n <= 5; n += 1) say(`after ${n}`)
    expect((await Promise.all(answers)).filter(({ error }) => error !== null)).toEqual([])
    const stored = await expectAllEqual(conversation, heard)
    expect(stored.filter(({ kind }) => kind === 'text')).toHaveLength(40)

    await vi.waitFor(() => expect(out.ends.map(({ code }) => code)).toEqual(['permission_denied']), patiently)
    expect(out.ends[0]!.details).toEqual({ reason: 'left' })
    const last = stored.find(({ data }) => data.event === 'member_removed')!.seq
    expect(out.subscription.messages.map(({ seq }) => seq)).toEqual(range(last))
    expect(out.subscription.state.connection).toBe('ended')
    const { error } = await out.subscription.send('Am I here?')
    expect(error?.code).toBe('permission_denied')
    const told = eavesdropper.received.filter(({ event }) => event === 'message').map(({ payload }) => payload.seq)
    expect(Math.max(...(told as number[]))).toBeLessThanOrEqual(last)
    expect(old.received).toEqual([])
    expect(out.ends).toHaveLength(1)
    await raw.client.removeAllChannels()
    await leave(heard)
  }, 60_000)
})

async function makeGroup([owner, ...others]: Talker[]): Promise<string> {
  const group = await must(owner!.tb.chat.createGroup({ title: 'A group', account_ids: others.map(({ id }) => id) }))
  return group.id
}

const everybody = (conversation: string, who = talkers) =>
  Promise.all(who.map((talker) => hear(talker, conversation, quiet)))

const leave = (heard: Heard[]) => Promise.all(heard.map(({ subscription }) => subscription.unsubscribe()))

const range = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

/** Everybody shows what is stored, in its order, and was told of every change of it once, in the order of versions. */
async function expectAllEqual(conversation: string, heard: Heard[]) {
  const stored = await sql(stack)<
    {
      seq: number
      version: number
      author_id: string
      kind: string
      body: string | null
      data: Record<string, unknown>
    }[]
  >`
    select seq::int, version::int, author_id, kind, body, data from public.messages
    where conversation_id = ${conversation} order by seq
  `
  expect(stored.map(({ seq }) => seq)).toEqual(range(stored.length))
  const texts = stored.map(({ seq, body }) => `${seq} ${body}`)
  for (const { subscription, changes } of heard) {
    await vi.waitFor(() => {
      expect(subscription.messages.map(({ seq, body }) => `${seq} ${body}`)).toEqual(texts)
    }, patiently)
    expect(subscription.messages.filter(({ status }) => status !== 'sent')).toEqual([])
    expect(changes.map(({ version }) => version)).toEqual(stored.map(({ version }) => version).slice(1))
  }
  return stored
}

function seeded(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
