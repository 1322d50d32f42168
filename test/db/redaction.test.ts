import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, statement } from '../helpers/at-once.ts'
import {
  type About,
  allMessages,
  conversation,
  edit,
  erase,
  group,
  type MessageCard,
  messagesOf,
  open,
  refusalOf,
  rename,
  say,
  search,
  sending,
} from '../helpers/chat.ts'
import { createRecruiter, giveCredits, makeCandidates } from '../helpers/hiring.ts'
import { makeAccounts } from '../helpers/many.ts'
import { contactMessages, innocentMessages } from '../helpers/messages.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { actAs, escrowOf, fundEscrow, makeAgreedTask, makeOrder } from '../helpers/work.ts'
import { inAnyOrder, leave, makeSides } from '../helpers/work-at-once.ts'

// With chat.redacts_contacts: what is taken out of messages until a contact is paid for, and how it comes back.

interface Account {
  id: string
}

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  await sql(stack)`update private.settings set value = 'true' where key = 'chat.redacts_contacts'`
})
afterAll(() => stack.close())

const phone = 'Call me: +7 701 201 95 30, today.'
const shown = 'Call me: •••, today.'

/** A conversation of two new accounts, or about something of theirs. */
async function pair(): Promise<[Account, Account, string]> {
  const [one, other] = (await makeSides(stack, 2)) as [Account, Account]
  return [one, other, (await open(stack, one, { with: other })).id]
}

const bodies = (messages: MessageCard[]) => messages.map(({ body }) => body)
const originals = async (id: string) =>
  (await sql(stack)`select seq, body from private.message_originals where conversation_id = ${id} order by seq`).map(
    (row) => ({ seq: Number(row.seq), body: row.body }),
  )

describe('what is taken out', () => {
  const without = async (texts: string[]): Promise<string[]> => {
    const rows = await sql(stack)`
      select private.without_contacts(t) as shown from unnest(${texts}::text[]) with ordinality as x (t, n) order by n
    `
    return rows.map((row) => row.shown)
  }

  test('phones, addresses, links and handles', async () => {
    const left = (await without(contactMessages)).map((text, i) => `${contactMessages[i]} → ${text}`)
    expect(left.filter((text) => !text.includes('•••'))).toEqual([])
    // Nothing of a number or a name stays beside the sign.
    const rest = (text: string) => text.split(' → ')[1]!.replace('15.06.2025', '')
    expect(left.filter((text) => /[0-9]{3}|john|example|ivan/i.test(rest(text)))).toEqual([])
  })

  test('prices, dates, sizes and words stay, letter for letter', async () => {
    expect(await without(innocentMessages)).toEqual(innocentMessages)
  })

  test('a text made to take long is answered in bounded time', async () => {
    const pieces = [
      'a',
      'a.',
      'a-',
      '1',
      '1 ',
      '1-1.',
      'a@',
      'a@a.',
      'a at ',
      '@',
      'a dot a ',
      'a at a.a',
      '1   1',
      'a/',
    ]
    const more = [
      '1 000 ',
      '12.10.2020 ',
      '2015-2019 ',
      '1 000 000 KZT ',
      'telegram ',
      'telegram a',
      'http:',
      'www.',
      '(+',
      '٣',
    ]
    const texts = [...pieces, ...more].map((piece) => piece.repeat(5000).slice(0, 5000))
    await sql(stack).begin(async (tx) => {
      // For each; none of them takes a fortieth of it.
      await tx`set local statement_timeout = '4s'`
      for (const text of texts) await tx`select private.without_contacts(${text})`
    })
  })
})

describe('before it is paid for', () => {
  test('both sides read the message without it, everywhere, and nobody the original', async () => {
    const [one, other, id] = await pair()
    const sent = await say(stack, one, id, phone)
    expect(sent).toMatchObject({ body: shown, is_redacted: true })
    expect(await say(stack, other, id, 'No contact here, 15 000 KZT')).toMatchObject({ is_redacted: false })
    const reply = await say(stack, other, id, 'Which?', { reply_to_seq: 1 })
    expect(reply.reply_to).toMatchObject({ body: shown })
    for (const reader of [one, other]) {
      expect((await messagesOf(stack, reader, id)).at(-1)).toMatchObject({ body: shown, is_redacted: true })
      expect(await search(stack, reader, '201 95')).toEqual([])
      const rows = await actAs(
        stack,
        reader,
        (tx) => tx`select body from public.messages where conversation_id = ${id}`,
      )
      expect(JSON.stringify([rows, await conversation(stack, reader, id)])).not.toContain('201')
      const read = actAs(stack, reader, (tx) => tx`select from private.message_originals`)
      expect(await refusalOf(read)).toEqual({ code: '42501' })
    }
    expect(await originals(id)).toEqual([{ seq: 1, body: phone }])
  })

  test('nor is it in what is broadcast or told', async () => {
    const [one, , id] = await pair()
    await say(stack, one, id, phone)
    const [told] = await sql(stack)`
      select
        (select count(*)::int from realtime.messages m where m::text like '%' || ${id} || '%') as broadcasts,
        (select coalesce(string_agg(m::text, ' '), '') from realtime.messages m where m::text like '%' || ${id} || '%') ||
        (select coalesce(string_agg(n::text, ' '), '') from public.notifications n where n.group_key = ${id}) as texts
    `
    expect(told!.broadcasts).toBeGreaterThan(0)
    expect(told!.texts).not.toContain('201 95')
  })

  test('nor in a group’s title', async () => {
    const [one, other] = (await makeSides(stack, 2)) as [Account, Account]
    const id = await group(stack, one, [other], phone)
    expect((await conversation(stack, other, id)).title).toBe(shown)
    await rename(stack, one, id, 'Telegram: johndoe')
    expect((await conversation(stack, other, id)).title).toBe('•••')
  })

  test('an edit is looked at as a send is, and a deleted message leaves no original', async () => {
    const [one, , id] = await pair()
    await say(stack, one, id, 'Hello')
    expect(await edit(stack, one, id, 1, phone)).toMatchObject({ body: shown, is_redacted: true })
    expect(await originals(id)).toEqual([{ seq: 1, body: phone }])
    expect(await edit(stack, one, id, 1, 'john@example.com')).toMatchObject({ body: '•••', is_redacted: true })
    expect(await originals(id)).toEqual([{ seq: 1, body: 'john@example.com' }])
    expect(await edit(stack, one, id, 1, 'Hello again')).toMatchObject({ body: 'Hello again', is_redacted: false })
    expect(await originals(id)).toEqual([])
    await edit(stack, one, id, 1, phone)
    expect(await erase(stack, one, id, 1)).toMatchObject({ body: null, is_redacted: false })
    expect(await originals(id)).toEqual([])
  })

  test('a repeated send is the same message, another body under its client_id a conflict', async () => {
    const [one, , id] = await pair()
    const client_id = crypto.randomUUID()
    const first = await say(stack, one, id, phone, { client_id })
    expect(await say(stack, one, id, phone, { client_id })).toEqual(first)
    const other = say(stack, one, id, 'Call me: +7 701 999 99 99, today.', { client_id })
    expect(await refusalOf(other)).toMatchObject({ code: 'idempotency_conflict' })
    expect(await allMessages(stack, id)).toHaveLength(1)
  })

  test('groups never show it; castings and unlocked candidates always, and so does everybody without the setting', async () => {
    const [one, two, three] = (await makeAccounts(stack, 3, { roles: ['client'] })).ids.map((id) => ({ id }))
    const shared = await group(stack, one!, [two!, three!])
    expect(await say(stack, one!, shared, phone)).toMatchObject({ body: shown })

    const recruiter = await createRecruiter(stack)
    const [candidate] = await makeCandidates(stack, 1)
    await giveCredits(stack, recruiter, 100)
    await actAs(stack, recruiter, (tx) => tx`select public.unlock_candidate(${candidate!.card_id})`)
    const { id } = await open(stack, recruiter, { context: ['candidate', candidate!.card_id] })
    expect(await say(stack, candidate!, id, phone)).toMatchObject({ body: phone, is_redacted: false })

    await sql(stack)`update private.settings set value = 'false' where key = 'chat.redacts_contacts'`
    expect(await say(stack, one!, shared, phone)).toMatchObject({ body: phone, is_redacted: false })
    await sql(stack)`update private.settings set value = 'true' where key = 'chat.redacts_contacts'`
  })
})

describe('when it is paid for', () => {
  /** Three messages with contacts and one without, by both; the second was edited. */
  async function talk(one: Account, other: Account, about: About): Promise<string> {
    const { id } = await open(stack, one, about)
    await say(stack, one, id, phone)
    await say(stack, other, id, 'Nothing of it')
    await say(stack, other, id, 'Hm')
    await edit(stack, other, id, 3, 'me@example.com')
    await say(stack, one, id, 't.me/johndoe')
    expect(bodies(await messagesOf(stack, other, id))).toEqual(['•••', '•••', 'Nothing of it', shown])
    return id
  }

  const original = ['t.me/johndoe', 'me@example.com', 'Nothing of it', phone]

  async function expectRestored(ids: string[], readers: Account[], versionBefore: number): Promise<void> {
    for (const id of ids) {
      expect(await originals(id)).toEqual([])
      for (const reader of readers) {
        const messages = await messagesOf(stack, reader, id)
        expect(bodies(messages)).toEqual(original)
        expect(messages.some(({ is_redacted }) => is_redacted)).toBe(false)
        // Whoever has read up to the last change reads the restored ones, one version each, in order.
        const since = await messagesOf(stack, reader, id, { after: versionBefore })
        expect(since.map(({ seq, version }) => [seq, version - versionBefore])).toEqual([
          [1, 1],
          [3, 2],
          [4, 3],
        ])
        expect(await conversation(stack, reader, id)).toMatchObject({ version: versionBefore + 3, last_seq: 4 })
        expect((await search(stack, reader, 'me@example')).map((hit) => hit.conversation_id)).toContain(id)
      }
      const [told] = await sql(stack)`
        select count(*)::int as count from realtime.messages
        where topic like 'conversation:' || ${id} || ':%' and event = 'message' and (payload ->> 'version')::int = ${versionBefore + 3}
      `
      expect(told).toEqual({ count: 1 })
    }
  }

  test('an order’s money is held: everything between the two comes back, in the order of versions', async () => {
    const [buyer, seller] = (await makeSides(stack, 2)) as [Account, Account]
    const { orderId, escrowId } = await makeOrder(stack, buyer, seller)
    const about = await talk(buyer, seller, { context: ['order', orderId] })
    const alone = await talk(seller, buyer, { with: buyer })
    const [third] = (await makeSides(stack, 1)) as [Account]
    const elsewhere = await talk(third, seller, { with: seller })

    await fundEscrow(stack, escrowId)
    await expectRestored([about, alone], [buyer, seller], 5)
    expect(await say(stack, buyer, about, phone)).toMatchObject({ body: phone, is_redacted: false })
    // With somebody else nothing was paid.
    expect(bodies(await messagesOf(stack, seller, elsewhere))).toContain(shown)
    expect(await say(stack, seller, elsewhere, phone)).toMatchObject({ body: shown })
  })

  test('a task’s, from whichever side', async () => {
    const [client, freelancer] = (await makeSides(stack, 2)) as [Account, Account]
    const { taskId, escrowId } = await makeAgreedTask(stack, client, freelancer)
    const id = await talk(freelancer, client, { context: ['task', taskId] })
    await fundEscrow(stack, escrowId)
    await expectRestored([id], [client, freelancer], 5)
  })

  test('a candidate is unlocked who talks as somebody of the directory too', async () => {
    const recruiter = await createRecruiter(stack)
    await giveCredits(stack, recruiter, 100)
    const [candidate] = await makeCandidates(stack, 1)
    await sql(stack)`insert into public.account_roles (account_id, role) values (${candidate!.id}, 'client')`
    const id = await talk(recruiter, candidate!, { with: candidate! })
    await actAs(stack, recruiter, (tx) => tx`select public.unlock_candidate(${candidate!.card_id})`)
    await expectRestored([id], [recruiter, candidate!], 5)

    // Given back: what comes from now on is looked at again.
    await sql(stack)`
      select private.refund_unlock(id, 'Wrong number.') from private.candidate_unlocks where recruiter_id = ${recruiter.id}
    `
    expect(await say(stack, candidate!, id, phone)).toMatchObject({ body: shown })
  })

  test('nothing stays behind of what is sent while the money comes in', async () => {
    for (const isSendFirst of [true, false]) {
      const [buyer, seller] = (await makeSides(stack, 2)) as [Account, Account]
      const { orderId } = await makeOrder(stack, buyer, seller)
      const { id } = await open(stack, buyer, { context: ['order', orderId] })
      const escrow = await escrowOf(stack, orderId)
      const send = { as: seller, runs: [sending(id, phone)] }
      const fund = {
        runs: [
          statement(
            `select private.fund_escrow(id, amount, currency, $1) from private.escrows where id = $2`,
            escrow,
            escrow,
          ),
        ],
      }
      const codes = isSendFirst ? await meanwhile(stack, send, fund) : await meanwhile(stack, fund, send)
      expect(codes).toEqual(['done', 'done'])
      expect(bodies(await messagesOf(stack, buyer, id))).toEqual([phone])
      expect(await originals(id)).toEqual([])
    }
  })

  test('nor when many send and edit at once with it', async () => {
    const [buyer, seller] = (await makeSides(stack, 2)) as [Account, Account]
    const { orderId, escrowId } = await makeOrder(stack, buyer, seller)
    const { id } = await open(stack, buyer, { context: ['order', orderId] })
    await say(stack, buyer, id, phone)
    const outcomes = await atOnce(stack, [
      ...[buyer, seller, buyer, seller].map((as) => ({ as, runs: [sending(id, phone), sending(id, phone)] })),
      { as: buyer, runs: [statement('select public.edit_message($1, 1, $2)', id, phone)] },
      {
        runs: [
          statement(
            `select private.fund_escrow(id, amount, currency, 'p') from private.escrows where id = $1`,
            escrowId,
          ),
        ],
      },
    ])
    expect(codesOf(outcomes)).toEqual(Array(10).fill('done'))
    expect(new Set(bodies(await messagesOf(stack, seller, id)))).toEqual(new Set([phone]))
    expect(await originals(id)).toEqual([])
  })

  test('a candidate is unlocked and goes, in any order: nobody waits in a circle', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const recruiter = await createRecruiter(stack)
        await giveCredits(stack, recruiter, 100)
        const [candidate] = await makeCandidates(stack, 1)
        await sql(stack)`insert into public.account_roles (account_id, role) values (${candidate!.id}, 'client')`
        const { id } = await open(stack, recruiter, { with: candidate! })
        await say(stack, candidate!, id, phone)
        return {
          row: {},
          first: { runs: [leave(candidate!)] },
          second: { as: recruiter, runs: [statement('select public.unlock_candidate($1)', candidate!.card_id)] },
          hold: statement('select from public.conversations where id = $1 for update', id),
        }
      },
      async ([left, unlocked]) => {
        expect(left).toBe('done')
        expect(['done', 'not_found']).toContain(unlocked)
      },
    )
  })
})
