import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, type Run, statement } from '../helpers/at-once.ts'
import {
  allMessages,
  callAs,
  edit,
  erase,
  fillMessages,
  group,
  type MessageCard,
  messagesOf,
  open,
  refusalOf,
  remove,
  say,
  search,
  sending,
  wrongNumbers,
} from '../helpers/chat.ts'
import { makeAccounts } from '../helpers/many.ts'
import { createPeople, liftRequestLimits, type Person, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { actAs } from '../helpers/work.ts'
import { by } from '../helpers/work-at-once.ts'
import { expectUnchanged } from '../parity/refusals.ts'

interface Account {
  id: string
}

let stack: TestStack
let people: Account[]
/** Two who talk, and one who is not with them. */
let one: Account
let other: Account
let stranger: Account

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
  people = (await makeAccounts(stack, 20, { roles: ['client'] })).ids.map((account) => ({ id: account }))
  ;[one, other, stranger] = people as [Account, Account, Account]
})
afterAll(() => stack.close())

const pair = async (): Promise<string> => {
  await sql(stack)`delete from public.conversations`
  return (await open(stack, one, { with: other })).id
}

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)

describe('numbers', () => {
  test('twenty who send at once: no gap, nothing twice, a version each', async () => {
    const shared = await group(stack, people[0]!, people.slice(1))
    const outcomes = await atOnce(
      stack,
      people.map((as, i) => ({ as, runs: [1, 2, 3].map((n) => sending(shared, `${i} says ${n}`)) })),
    )
    expect(codesOf(outcomes)).toEqual(Array(60).fill('done'))
    const messages = await allMessages(stack, shared)
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
    expect(messages.map(({ version }) => version)).toEqual(messages.map(({ seq }) => seq))
    // Each person's own stand in the order in which they were sent, and moments in the order of numbers.
    for (const i of people.keys()) {
      const own = messages.filter(({ body }) => body?.startsWith(`${i} says`))
      expect(own.map(({ body }) => body)).toEqual([1, 2, 3].map((n) => `${i} says ${n}`))
    }
    expect(messages.map(({ created_at }) => created_at)).toEqual(messages.map(({ created_at }) => created_at).sort())
    expect([...(await wrongNumbers(stack))]).toEqual([])
  })

  test('sends, edits and deletions at once, some of which commit late: who reads by version misses nothing', async () => {
    const shared = await group(stack, people[0]!, people.slice(1, 12))
    const own = Object.fromEntries(people.slice(0, 12).map((person) => [person.id, crypto.randomUUID()]))
    for (const person of people.slice(0, 12)) await say(stack, person, shared, 'First', { client_id: own[person.id]! })
    const seqOf = new Map((await allMessages(stack, shared)).map(({ author_id, seq }) => [author_id, seq]))
    const late =
      (run: Run): Run =>
      async (tx) => {
        await run(tx)
        await tx`select pg_sleep(random() * 0.03)`
      }
    const runs = (person: Account): Run[] => [
      late(sending(shared, 'Second')),
      late(statement('select public.edit_message($1, $2::bigint, $3)', shared, String(seqOf.get(person.id)), 'Edited')),
      late(sending(shared, 'Third')),
      late(statement('select public.delete_message($1, $2::bigint)', shared, String(seqOf.get(person.id)))),
    ]
    const reader = people[11]!
    const known = new Map<number, MessageCard>()
    let version = 0
    const catchUp = async () => {
      const changed = await messagesOf(stack, reader, shared, { after: version, size: 7 })
      for (const message of changed) {
        expect(message.version).toBeGreaterThan(version)
        version = message.version
        known.set(message.seq, message)
      }
      return changed.length
    }
    let isOver = false
    const sent = atOnce(
      stack,
      people.slice(0, 12).map((as) => ({ as, runs: runs(as) })),
    ).finally(() => {
      isOver = true
    })
    while (!isOver) await catchUp()
    while ((await catchUp()) > 0);
    expect(codesOf(await sent)).toEqual(Array(48).fill('done'))
    const all = await messagesOf(stack, reader, shared)
    expect([...known.values()].sort((a, b) => b.seq - a.seq)).toEqual(all)
    expect([...(await wrongNumbers(stack))]).toEqual([])
  })

  test('a send that is not committed holds the others up: nothing with a higher number is seen before it', async () => {
    const mine = await pair()
    const pool = postgres(stack.databaseUrl('postgres'), { max: 2, onnotice: () => undefined })
    try {
      let second: Promise<unknown> | undefined
      await pool.begin(async (tx) => {
        await by(one, sending(mine, 'Slow'))(tx)
        second = say(stack, other, mine, 'Quick')
        await waits()
        expect(await messagesOf(stack, other, mine)).toEqual([])
      })
      await second
      expect((await messagesOf(stack, other, mine, { after: 0 })).map(({ body }) => body)).toEqual(['Slow', 'Quick'])
      // One that is taken back leaves no gap.
      await pool
        .begin(async (tx) => {
          await by(one, sending(mine, 'Never'))(tx)
          throw new Error('taken back')
        })
        .catch(() => undefined)
      expect(await say(stack, other, mine, 'Third')).toMatchObject({ seq: 3, version: 3 })
    } finally {
      await pool.end()
    }
  })

  async function waits(): Promise<void> {
    for (let tried = 0; tried < 1000; tried++) {
      const [row] = await sql(stack)`
        select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      `
      if (row!.count > 0) return
    }
    throw new Error('Nobody waits.')
  }
})

describe('the same send again', () => {
  test('twenty times at once is one message', async () => {
    const mine = await pair()
    const client_id = crypto.randomUUID()
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 20 }, () => ({ as: one, runs: [sending(mine, 'Once', client_id)] })),
    )
    const seqs = outcomes.map((outcome) =>
      'code' in outcome ? outcome.code : (outcome.value as { seq: string }[])[0]!.seq,
    )
    expect(seqs).toEqual(Array(20).fill('1'))
    expect(await allMessages(stack, mine)).toHaveLength(1)
    const [told] = await sql(stack)`
      select (data ->> 'count')::int as count from public.notifications where account_id = ${other.id} and group_key = ${mine}
    `
    expect(told).toEqual({ count: 1 })
  })

  test('with another body is a conflict; of another author, or elsewhere, another message; edited or deleted, the one that it is', async () => {
    const mine = await pair()
    const client_id = crypto.randomUUID()
    const first = await say(stack, one, mine, 'Once', { client_id })
    await changesNothing(async () => {
      expect(await refusalOf(say(stack, one, mine, 'Twice', { client_id }))).toMatchObject({
        code: 'idempotency_conflict',
      })
      expect(await say(stack, one, mine, 'Once', { client_id })).toEqual(first)
    })
    expect(await say(stack, other, mine, 'Mine', { client_id })).toMatchObject({ seq: 2, client_id })
    // Whose it is knows it, nobody else.
    expect((await messagesOf(stack, one, mine)).map((message) => message.client_id)).toEqual([null, client_id])
    const elsewhere = await open(stack, one, { with: stranger })
    expect(await say(stack, one, elsewhere.id, 'Here', { client_id })).toMatchObject({ seq: 1 })
    await edit(stack, one, mine, 1, 'Edited')
    expect(await say(stack, one, mine, 'Once', { client_id })).toMatchObject({ seq: 1, body: 'Edited' })
    await erase(stack, one, mine, 1)
    expect(await say(stack, one, mine, 'Once', { client_id })).toMatchObject({ seq: 1, body: null })
    expect(await allMessages(stack, mine)).toHaveLength(2)
  })

  test('is answered when writing is over: it was said', async () => {
    const mine = await pair()
    const client_id = crypto.randomUUID()
    const first = await say(stack, one, mine, 'Once', { client_id })
    await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${other.id}, ${one.id})`
    expect(await say(stack, one, mine, 'Once', { client_id })).toEqual(first)
    expect(await refusalOf(say(stack, one, mine, 'Again'))).toMatchObject({
      code: 'permission_denied',
      reason: 'unavailable',
    })
    await sql(stack)`delete from public.blocks`
  })
})

describe('what a message may be', () => {
  const uuid = crypto.randomUUID()
  const wrong: Record<string, [body: string | null, more: Parameters<typeof say>[4], field: string]> = {
    nothing: [null, {}, 'body'],
    'an empty one': ['', {}, 'body'],
    blanks: [' \n\u00a0', {}, 'body'],
    'more than 5,000 characters': ['x'.repeat(5001), {}, 'body'],
    'signs that turn the text': ['a\u202eb', {}, 'body'],
    'without a client_id': ['Hello', { client_id: null as never }, 'client_id'],
    'a reply to what is not there': ['Hello', { reply_to_seq: 2 }, 'reply_to_seq'],
    'a reply to nothing': ['Hello', { reply_to_seq: 0 }, 'reply_to_seq'],
    'a reply to less': ['Hello', { reply_to_seq: -1 }, 'reply_to_seq'],
    'eleven files': ['Hello', { file_ids: Array.from({ length: 11 }, () => crypto.randomUUID()) }, 'file_ids'],
    'one file twice': ['Hello', { file_ids: [uuid, uuid] }, 'file_ids'],
    'a file that is not there': ['Hello', { file_ids: [uuid] }, 'file_ids'],
    'a file that is none': ['Hello', { file_ids: [null as never] }, 'file_ids'],
  }
  test.each(Object.entries(wrong))('not %s', async (_title, [body, more, field]) => {
    const mine = await pair()
    await say(stack, one, mine, 'First')
    await changesNothing(async () => {
      const refusal = await refusalOf(say(stack, one, mine, body, more))
      expect(refusal.code).toBe('validation_failed')
      expect(Object.keys(refusal.fields!)).toEqual([field])
    })
  })

  test('5,000 characters, also of four bytes', async () => {
    const mine = await pair()
    for (const body of ['x'.repeat(5000), '😀'.repeat(5000)])
      expect(await say(stack, one, mine, body)).toMatchObject({ body })
  })

  test('a reply shows what it answers, in 200 characters, as that is now', async () => {
    const mine = await pair()
    await say(stack, one, mine, 'y'.repeat(300))
    const reply = await say(stack, other, mine, 'Well', { reply_to_seq: 1 })
    expect(reply.reply_to).toEqual({ seq: 1, author_id: one.id, body: 'y'.repeat(200), deleted_at: null })
    await edit(stack, one, mine, 1, 'Shorter')
    expect((await messagesOf(stack, one, mine))[0]!.reply_to).toMatchObject({ body: 'Shorter' })
    await erase(stack, one, mine, 1)
    expect((await messagesOf(stack, one, mine))[0]!.reply_to).toMatchObject({
      seq: 1,
      body: null,
      deleted_at: expect.any(String),
    })
  })

  test('no reply to a line of the system, nor to what came before one was in', async () => {
    const shared = await group(stack, one, [other])
    await say(stack, one, shared, 'Before')
    await callAs(stack, one, 'add_group_members($1, $2)', shared, [stranger.id])
    await changesNothing(async () => {
      for (const [who, seq] of [
        [one, 1],
        [stranger, 2],
        [stranger, 3],
      ] as const) {
        const refusal = await refusalOf(say(stack, who, shared, 'Hm', { reply_to_seq: seq }))
        expect(refusal).toMatchObject({ code: 'validation_failed', fields: { reply_to_seq: 'known' } })
      }
    })
    // What others answer is shown without what it answers.
    await say(stack, one, shared, 'Answer', { reply_to_seq: 2 })
    expect((await messagesOf(stack, stranger, shared))[0]).toMatchObject({
      body: 'Answer',
      reply_to_seq: 2,
      reply_to: null,
    })
  })
})

describe('edited and deleted', () => {
  test('by its author within fifteen minutes: in its place, with a new version', async () => {
    const mine = await pair()
    await say(stack, one, mine, 'First')
    await say(stack, other, mine, 'Second')
    expect(await edit(stack, one, mine, 1, 'Edited')).toMatchObject({
      seq: 1,
      version: 3,
      body: 'Edited',
      edited_at: expect.any(String),
      deleted_at: null,
    })
    expect(await erase(stack, other, mine, 2)).toMatchObject({
      seq: 2,
      version: 4,
      body: null,
      deleted_at: expect.any(String),
    })
    expect((await messagesOf(stack, one, mine)).map(({ seq, body }) => [seq, body])).toEqual([
      [2, null],
      [1, 'Edited'],
    ])
    expect((await messagesOf(stack, one, mine, { after: 2 })).map(({ seq }) => seq)).toEqual([1, 2])
    expect(await search(stack, one, 'Second')).toEqual([])
    const stored = await sql(stack)`select body from public.messages where conversation_id = ${mine} and seq = 2`
    expect([...stored]).toEqual([{ body: null }])
    expect(await say(stack, one, mine, 'Third')).toMatchObject({ seq: 3, version: 5 })
  })

  const age = (conversation: string, minutes: number) => sql(stack)`
    update public.messages set created_at = clock_timestamp() - ${minutes} * interval '1 minute' where conversation_id = ${conversation}
  `

  test('not after it, and chat.edit_minutes says when', async () => {
    const mine = await pair()
    await say(stack, one, mine, 'First')
    await age(mine, 14.9)
    await edit(stack, one, mine, 1, 'In time')
    await age(mine, 15.1)
    await changesNothing(async () => {
      for (const late of [() => edit(stack, one, mine, 1, 'Late'), () => erase(stack, one, mine, 1)]) {
        expect(await refusalOf(late())).toMatchObject({ code: 'conflict', reason: 'too_late' })
      }
    })
    await sql(stack)`update private.settings set value = '20' where key = 'chat.edit_minutes'`
    await erase(stack, one, mine, 1)
    await sql(stack)`update private.settings set value = '15' where key = 'chat.edit_minutes'`
  })

  test('by nobody else, not twice, and no line of the system', async () => {
    const shared = await group(stack, one, [other])
    await say(stack, one, shared, 'First')
    await say(stack, one, shared, 'Second')
    await erase(stack, one, shared, 3)
    const attempts: [Account, string, number, object][] = [
      [other, shared, 2, { code: 'permission_denied', reason: 'not_author' }],
      [one, shared, 1, { code: 'permission_denied', reason: 'not_author' }],
      [one, shared, 3, { code: 'conflict', reason: 'deleted' }],
      [one, shared, 4, { code: 'not_found' }],
      [one, shared, 0, { code: 'not_found' }],
      [one, shared, -1, { code: 'not_found' }],
      [stranger, shared, 2, { code: 'not_found' }],
      [one, crypto.randomUUID(), 1, { code: 'not_found' }],
    ]
    await changesNothing(async () => {
      for (const [who, conversation, seq, refusal] of attempts) {
        expect(await refusalOf(edit(stack, who, conversation, seq, 'Mine'))).toMatchObject(refusal)
        expect(await refusalOf(erase(stack, who, conversation, seq))).toMatchObject(refusal)
      }
      for (const body of [null as never, '', 'x'.repeat(5001)]) {
        expect(await refusalOf(edit(stack, one, shared, 2, body))).toMatchObject({ code: 'validation_failed' })
      }
    })
  })

  test('whoever is out, or may not write, edits nothing and may still take back', async () => {
    const shared = await group(stack, one, [other])
    await say(stack, other, shared, 'Mine')
    await remove(stack, one, shared, other)
    await changesNothing(async () => {
      expect(await refusalOf(edit(stack, other, shared, 2, 'More'))).toMatchObject({
        code: 'permission_denied',
        reason: 'left',
      })
    })
    await erase(stack, other, shared, 2)
    expect((await messagesOf(stack, one, shared)).map(({ body }) => body)).toEqual([null, null, null])
  })

  test('whoever has come again changes nothing that they said before: it is not theirs to read', async () => {
    const shared = await group(stack, one, [other])
    await say(stack, other, shared, 'Mine')
    await remove(stack, one, shared, other)
    await callAs(stack, one, 'add_group_members($1, $2)', shared, [other.id])
    await changesNothing(async () => {
      expect(await refusalOf(edit(stack, other, shared, 2, 'More'))).toEqual({ code: 'not_found' })
      expect(await refusalOf(erase(stack, other, shared, 2))).toEqual({ code: 'not_found' })
    })
  })
})

describe('files', () => {
  const makeFile = async (owner: Account, bucket = 'attachments'): Promise<string> => {
    const [row] = await sql(stack)`
      insert into public.files (id, account_id, bucket_id, path, name, size, content_type)
      values (gen_random_uuid(), ${owner.id}, ${bucket}, ${owner.id} || '/' || gen_random_uuid(), 'Plan.pdf', 8, 'application/pdf')
      returning id
    `
    return row!.id
  }

  test('own ones of the bucket, in their order, with words or without', async () => {
    const mine = await pair()
    const file_ids = await Promise.all(Array.from({ length: 10 }, () => makeFile(one)))
    const sent = await say(stack, one, mine, null, { file_ids })
    expect(sent.body).toBeNull()
    expect(sent.files.map(({ file_id }) => file_id)).toEqual(file_ids)
    const [read] = await messagesOf(stack, other, mine)
    expect(read!.files[0]).toEqual({
      file_id: file_ids[0],
      name: 'Plan.pdf',
      size: 8,
      content_type: 'application/pdf',
      path: expect.stringContaining(one.id),
    })
    expect(read!.files).toEqual(sent.files)
    // One may be in several messages.
    expect(await say(stack, one, mine, 'Again', { file_ids: [file_ids[3]!] })).toMatchObject({
      files: [{ file_id: file_ids[3] }],
    })
  })

  test('nobody else’s, of no other bucket', async () => {
    const mine = await pair()
    const own = await makeFile(one)
    const others = [
      await makeFile(other),
      await makeFile(stranger),
      await makeFile(one, 'documents'),
      await makeFile(one, 'deliveries'),
    ]
    await changesNothing(async () => {
      for (const file of others) {
        const refusal = await refusalOf(say(stack, one, mine, 'Look', { file_ids: [own, file] }))
        expect(refusal).toMatchObject({ code: 'validation_failed', fields: { file_ids: 'known' } })
      }
    })
  })

  describe('in Storage', () => {
    let author: Person
    let reader: Person
    let outsider: Person
    let mine: string
    beforeAll(async () => {
      ;[author, reader, outsider] = (await createPeople(stack, 3, { roles: ['client'] })) as [Person, Person, Person]
      mine = await group(stack, author, [reader])
    })

    const upload = async (): Promise<{ file: string; path: string }> => {
      const path = `${author.id}/${crypto.randomUUID()}.pdf`
      const body = new Blob(['%PDF-1.7'], { type: 'application/pdf' })
      const { data, error } = await author.client.storage.from('attachments').upload(path, body)
      if (error) throw error
      return { file: data.id, path }
    }
    const downloads = async ({ client }: Person, path: string): Promise<boolean> =>
      (await client.storage.from('attachments').download(path)).data !== null

    test('who may read the message may download, nobody else; deleted, it is its author’s again and can go', async () => {
      const { file, path } = await upload()
      expect(await downloads(reader, path)).toBe(false)
      const { seq } = await say(stack, author, mine, 'Here', { file_ids: [file] })
      expect([await downloads(reader, path), await downloads(outsider, path)]).toEqual([true, false])
      const signed = await reader.client.storage.from('attachments').createSignedUrl(path, 60)
      expect((await fetch(signed.data!.signedUrl)).status).toBe(200)
      expect((await outsider.client.storage.from('attachments').createSignedUrl(path, 60)).data).toBeNull()

      // While the message shows it, it stays.
      await author.client.storage.from('attachments').remove([path])
      expect(await downloads(reader, path)).toBe(true)
      expect(await erase(stack, author, mine, seq)).toMatchObject({ files: [] })
      expect([await downloads(reader, path), await downloads(author, path)]).toEqual([false, true])
      await author.client.storage.from('attachments').remove([path])
      expect(await sql(stack)`select from public.files where id = ${file}`).toHaveLength(0)
    })

    test('whoever comes later does not read what was there before, who is out not what came after', async () => {
      const before = await upload()
      await say(stack, author, mine, 'Before', { file_ids: [before.file] })
      await callAs(stack, author, 'add_group_members($1, $2)', mine, [outsider.id])
      await remove(stack, author, mine, reader)
      const after = await upload()
      await say(stack, author, mine, 'After', { file_ids: [after.file] })
      expect([await downloads(outsider, before.path), await downloads(outsider, after.path)]).toEqual([false, true])
      expect([await downloads(reader, before.path), await downloads(reader, after.path)]).toEqual([true, false])
      const rows = async (person: Person) =>
        (await person.client.from('message_files').select('file_id').eq('conversation_id', mine)).data!.map(
          ({ file_id }) => file_id,
        )
      expect(await rows(outsider)).toEqual([after.file])
      expect(await rows(reader)).toEqual([before.file])
    })
  })
})

describe('pages', () => {
  test('before a number, after a version, no matter what arrives meanwhile', async () => {
    const mine = await pair()
    await fillMessages(stack, mine, one, 120)
    const seqs = async (page: Parameters<typeof messagesOf>[3]) =>
      (await messagesOf(stack, other, mine, page)).map(({ seq }) => seq)
    const down = (from: number, count: number) => Array.from({ length: count }, (_, i) => from - i)
    expect(await seqs({ size: 50 })).toEqual(down(120, 50))
    await say(stack, one, mine, 'Newer')
    expect(await seqs({ before: 71, size: 50 })).toEqual(down(70, 50))
    expect(await seqs({ before: 21, size: 50 })).toEqual(down(20, 20))
    expect(await seqs({ before: 1 })).toEqual([])
    await edit(stack, one, mine, 121, 'Newest')
    expect(await seqs({ after: 119 })).toEqual([120, 121])
    expect(await seqs({ after: 122 })).toEqual([])
    const all = await callAs<MessageCard>(stack, other, 'list_messages($1)', mine)
    expect(all).toHaveLength(50)
    const rows = await actAs(stack, stranger, (tx) => tx`select from public.messages where conversation_id = ${mine}`)
    expect(rows).toHaveLength(0)
  })
})

test('whoever is not in it reads, says and marks nothing', async () => {
  const mine = await pair()
  await say(stack, one, mine, 'Between us')
  await changesNothing(async () => {
    for (const conversation of [mine, crypto.randomUUID()]) {
      for (const call of [
        () => messagesOf(stack, stranger, conversation),
        () => messagesOf(stack, stranger, conversation, { after: 0 }),
        () => say(stack, stranger, conversation, 'Me too'),
        () => callAs(stack, stranger, 'get_conversation($1)', conversation),
        () => callAs(stack, stranger, 'list_conversation_members($1)', conversation),
        () => callAs(stack, stranger, 'mark_conversation_read($1)', conversation),
        () => callAs(stack, stranger, "mute_conversation($1, 'infinity')", conversation),
        () => callAs(stack, stranger, 'leave_conversation($1)', conversation),
        () => callAs(stack, stranger, `search_messages('Between', $1)`, conversation),
      ]) {
        expect(await refusalOf(call())).toMatchObject({ code: 'not_found' })
      }
    }
    expect(await search(stack, stranger, 'Between')).toEqual([])
  })
})
