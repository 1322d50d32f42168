import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atOnce, codesOf, meanwhile, type Run, type Runner, statement } from '../helpers/at-once.ts'
import {
  add,
  allMessages,
  block,
  callAs,
  conversation,
  conversationsOf,
  group,
  leaveGroup,
  membersOf,
  messagesOf,
  open,
  refusalOf,
  remove,
  rename,
  say,
  search,
  sending,
  unread,
  wrongNumbers,
} from '../helpers/chat.ts'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { call, inAnyOrder, leave, shuffled } from '../helpers/work-at-once.ts'
import { expectUnchanged } from '../parity/refusals.ts'

interface Account {
  id: string
}

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const people = async (count: number): Promise<Account[]> =>
  (await makeAccounts(stack, count, { roles: ['client'] })).ids.map((id) => ({ id }))

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(stack), attempts)
const members = async (id: string) => (await membersOf(stack, id)).map(({ account_id }) => account_id)
const ownerOf = async (id: string) => (await membersOf(stack, id)).filter(({ role }) => role === 'owner')
const idsOf = (accounts: Account[]) => accounts.map(({ id }) => id)
const adding = (id: string, ...whom: Account[]): Run =>
  call('add_group_members($1, $2::text::uuid[])', id, `{${idsOf(whom).join(',')}}`)

/** A group whose members came in the order of the list. */
async function made(count: number): Promise<{ id: string; all: Account[] }> {
  const all = await people(count)
  const id = await group(stack, all[0]!, all.slice(1, 2))
  for (const member of all.slice(2)) await add(stack, all[0]!, id, [member])
  return { id, all }
}

describe('who makes a group of whom', () => {
  test('people of the directory, each once, the maker its owner; a line says so', async () => {
    const all = await people(4)
    const id = await group(stack, all[0]!, [all[1]!, all[2]!, all[1]!, all[0]!], 'Shoot')
    expect((await members(id)).sort()).toEqual(idsOf(all.slice(0, 3)).sort())
    expect(await ownerOf(id)).toMatchObject([{ account_id: all[0]!.id }])
    expect(await conversation(stack, all[1]!, id)).toMatchObject({
      kind: 'group',
      title: 'Shoot',
      role: 'member',
      members_count: 3,
      unread: 1,
    })
    expect(await messagesOf(stack, all[1]!, id)).toMatchObject([
      { kind: 'system', body: null, data: { event: 'created' } },
    ])
  })

  test('nobody who is not there, not in the directory, suspended, or kept apart by a block, either way; and not alone', async () => {
    const [one, fine, blocking, blocked, suspended] = (await people(5)) as [Account, Account, Account, Account, Account]
    const { ids } = await makeAccounts(stack, 1, { roles: ['candidate'] })
    await block(stack, blocking, one)
    await block(stack, one, blocked)
    await sql(stack)`select private.suspend_account(${suspended.id}, 'for a test')`
    const shared = await group(stack, one, [fine])
    await changesNothing(async () => {
      for (const id of [blocking.id, blocked.id, suspended.id, ids[0]!, crypto.randomUUID(), null as never]) {
        expect(await refusalOf(group(stack, one, [fine, { id }]))).toEqual({ code: 'not_found' })
        expect(await refusalOf(add(stack, one, shared, [{ id }]))).toEqual({ code: 'not_found' })
      }
      for (const nobody of [[], [one]])
        expect(await refusalOf(group(stack, one, nobody))).toMatchObject({ code: 'validation_failed' })
      for (const title of ['', ' ', 'x'.repeat(201), 'a\u202eb', null as never]) {
        expect(await refusalOf(group(stack, one, [fine], title))).toMatchObject({
          code: 'validation_failed',
          fields: { title: 'length' },
        })
        expect(await refusalOf(rename(stack, one, shared, title))).toMatchObject({
          code: 'validation_failed',
          fields: { title: 'length' },
        })
      }
    })
  })

  test('what its owner does, nobody else does', async () => {
    const { id, all } = await made(3)
    const [owner, member, leaving] = all as [Account, Account, Account]
    const [fresh] = (await people(1)) as [Account]
    await leaveGroup(stack, leaving, id)
    await changesNothing(async () => {
      for (const [who, refusal] of [
        [member, { code: 'permission_denied', reason: 'not_owner' }],
        [leaving, { code: 'permission_denied', reason: 'not_owner' }],
        [fresh, { code: 'not_found' }],
      ] as const) {
        expect(await refusalOf(rename(stack, who, id, 'Mine'))).toEqual(refusal)
        expect(await refusalOf(add(stack, who, id, [owner]))).toEqual(refusal)
        expect(await refusalOf(remove(stack, who, id, owner))).toEqual(refusal)
      }
      expect(await refusalOf(remove(stack, owner, id, owner))).toMatchObject({ code: 'validation_failed' })
      expect(await refusalOf(remove(stack, owner, id, leaving))).toEqual({ code: 'not_found' })
      expect(await refusalOf(remove(stack, owner, id, fresh))).toEqual({ code: 'not_found' })
      await add(stack, owner, id, [member])
      await leaveGroup(stack, leaving, id)
    })
    const direct = await open(stack, owner, { with: fresh })
    await changesNothing(async () => {
      const refusal = { code: 'conflict', reason: 'direct' }
      expect(await refusalOf(rename(stack, owner, direct.id, 'Mine'))).toEqual(refusal)
      expect(await refusalOf(add(stack, owner, direct.id, [member]))).toEqual(refusal)
      expect(await refusalOf(remove(stack, owner, direct.id, fresh))).toEqual(refusal)
      expect(await refusalOf(leaveGroup(stack, owner, direct.id))).toEqual(refusal)
    })
  })
})

describe('how many', () => {
  test('chat.group_members at most, counted by who is in', async () => {
    const all = await people(52)
    await changesNothing(async () => {
      const refusal = { code: 'validation_failed', fields: { account_ids: 'length' } }
      expect(await refusalOf(group(stack, all[0]!, all.slice(1, 51)))).toEqual(refusal)
    })
    const id = await group(stack, all[0]!, all.slice(1, 50))
    expect(await members(id)).toHaveLength(50)
    await changesNothing(async () => {
      expect(await refusalOf(add(stack, all[0]!, id, [all[50]!]))).toMatchObject({ code: 'validation_failed' })
    })
    await leaveGroup(stack, all[7]!, id)
    await add(stack, all[0]!, id, [all[50]!])
    expect(await refusalOf(add(stack, all[0]!, id, [all[7]!]))).toMatchObject({ code: 'validation_failed' })
    expect(await members(id)).toHaveLength(50)
    // All fifty hear of a message on their own topics.
    await sql(stack)`delete from realtime.messages`
    await say(stack, all[0]!, id, 'Hello, all')
    const [told] = await sql(stack)`
      select count(distinct topic)::int as count from realtime.messages where topic like 'account:%' and event = 'conversation'
    `
    expect(told).toEqual({ count: 50 })
  })

  test('also when many are added at once', async () => {
    const all = await people(12)
    await sql(stack)`update private.settings set value = '5' where key = 'chat.group_members'`
    try {
      const id = await group(stack, all[0]!, all.slice(1, 3))
      const outcomes = await atOnce(
        stack,
        all.slice(3).map((one) => ({ as: all[0]!, runs: [adding(id, one)] })),
      )
      expect(codesOf(outcomes)).toEqual(['done', 'done', ...Array(7).fill('validation_failed')])
      expect(await members(id)).toHaveLength(5)
      const events = (await allMessages(stack, id)).map(({ data }) => data.event)
      expect(events).toEqual(['created', 'member_added', 'member_added'])
    } finally {
      await sql(stack)`update private.settings set value = '50' where key = 'chat.group_members'`
    }
  })
})

describe('who comes and goes', () => {
  test('whoever comes reads from then on, whoever is out what was said until then; who comes again starts anew', async () => {
    const [owner, member, fresh] = (await people(3)) as [Account, Account, Account]
    const id = await group(stack, owner, [member])
    await say(stack, owner, id, 'First apple')
    await add(stack, owner, id, [fresh])
    await say(stack, owner, id, 'Second apple')
    const bodies = async (who: Account) =>
      (await messagesOf(stack, who, id)).map(({ body, data }) => body ?? data.event).reverse()
    expect(await bodies(fresh)).toEqual(['member_added', 'Second apple'])
    expect(await conversation(stack, fresh, id)).toMatchObject({ unread: 2, last_seq: 4 })

    await callAs(stack, fresh, "mute_conversation($1, 'infinity')", id)

    await remove(stack, owner, id, fresh)
    await say(stack, owner, id, 'Third apple')
    expect(await bodies(fresh)).toEqual(['member_added', 'Second apple', 'member_removed'])
    expect(await conversation(stack, fresh, id)).toMatchObject({
      left_at_seq: 5,
      last_seq: 5,
      unread: 0,
      can_write: false,
      epoch: null,
      version: null,
      last_message_at: null,
      last_message: { seq: 5 },
    })
    expect(await conversationsOf(stack, fresh)).toEqual([])
    const listed = await callAs<{ account_id: string; role: string }>(stack, owner, 'list_conversation_members($1)', id)
    expect(listed.map(({ account_id, role }) => [account_id, role])).toEqual([
      [owner.id, 'owner'],
      [member.id, 'member'],
    ])
    const told = await sql(stack)`
      select from public.notifications where account_id = ${fresh.id} and type = 'new_message' and read_at is null
    `
    expect(told).toHaveLength(0)
    expect(await unread(stack, fresh)).toEqual({ messages: 0, conversations: 0 })
    expect((await search(stack, fresh, 'apple')).map(({ body }) => body)).toEqual(['Second apple'])
    expect(await messagesOf(stack, fresh, id, { after: 5 })).toEqual([])
    await changesNothing(async () => {
      expect(await refusalOf(say(stack, fresh, id, 'Still here'))).toEqual({
        code: 'permission_denied',
        reason: 'left',
      })
    })

    await add(stack, owner, id, [fresh])
    await say(stack, owner, id, 'Fourth apple')
    expect(await bodies(fresh)).toEqual(['member_added', 'Fourth apple'])
    expect((await search(stack, fresh, 'apple')).map(({ body }) => body)).toEqual(['Fourth apple'])
    expect(await conversation(stack, fresh, id)).toMatchObject({
      left_at_seq: null,
      unread: 2,
      can_write: true,
      role: 'member',
      muted_until: null,
    })
    expect(await bodies(member)).toHaveLength(8)
  })

  test('an owner who leaves passes it on to who has been in it longest, and comes back as a member', async () => {
    const { id, all } = await made(4)
    const [owner, second, third] = all as [Account, Account, Account]
    await leaveGroup(stack, second, id)
    await add(stack, owner, id, [second])
    await leaveGroup(stack, owner, id)
    expect(await ownerOf(id)).toMatchObject([{ account_id: third.id }])
    await add(stack, third, id, [owner])
    expect(await ownerOf(id)).toMatchObject([{ account_id: third.id }])
    expect(await conversation(stack, owner, id)).toMatchObject({ role: 'member' })
    for (const one of await members(id)) await leaveGroup(stack, { id: one }, id)
    expect(await members(id)).toEqual([])
    expect(await messagesOf(stack, owner, id)).not.toEqual([])
  })

  test('all leave at once: an owner as long as anybody is in, numbers without gaps, an epoch each', async () => {
    const { id, all } = await made(10)
    const [before] = await sql(stack)`select epoch from public.conversations where id = ${id}`
    const outcomes = await atOnce(
      stack,
      all.slice(0, 9).map((as) => ({ as, runs: [call('leave_conversation($1)', id)] })),
    )
    expect(codesOf(outcomes)).toEqual(Array(9).fill('done'))
    expect(await membersOf(stack, id)).toEqual([{ account_id: all[9]!.id, role: 'owner' }])
    const [after] = await sql(stack)`select epoch from public.conversations where id = ${id}`
    expect(after!.epoch - before!.epoch).toBe(9)
    expect([...(await wrongNumbers(stack))]).toEqual([])
  })

  test('a reading that is on its way is told before somebody is out, not on the old name after it', async () => {
    const { id, all } = await made(3)
    const [owner, out, reader] = all as [Account, Account, Account]
    await say(stack, owner, id, 'Hello')
    let told: unknown
    const removal: Run = async (tx) => {
      await call('remove_group_member($1, $2)', id, out.id)(tx)
      // By another connection: what everybody sees before the removal does.
      ;[told] = await sql(stack)`
        select count(*)::int as count from realtime.messages where topic = 'conversation:' || ${id} || ':1' and event = 'read'
      `
    }
    const reading = statement('select public.mark_conversation_read($1)', id)
    const codes = await meanwhile(stack, { as: reader, runs: [reading] }, { as: owner, runs: [removal] })
    expect([codes, told]).toEqual([['done', 'done'], { count: 1 }])
  })

  test('everybody of a large group hears at once that somebody is out, and by what name to listen', async () => {
    const all = await people(48)
    const id = await group(stack, all[0]!, all.slice(1))
    await sql(stack)`delete from realtime.messages`
    await remove(stack, all[0]!, id, all[47]!)
    const { epoch, version } = await conversation(stack, all[0]!, id)
    const told = await sql(stack)`
      select topic, (payload ->> 'epoch')::int as epoch, (payload ->> 'version')::int as version, payload -> 'is_member' as is_member
      from realtime.messages where event = 'conversation'
    `
    const newest = new Map(told.map((row) => [row.topic, { ...row }]))
    expect(newest.get(`account:${all[47]!.id}`)).toMatchObject({ is_member: false, epoch: null, version: null })
    for (const { id: account } of all.slice(0, 47)) {
      expect(newest.get(`account:${account}`)).toMatchObject({ epoch, version, is_member: true })
    }
  })
})

describe('blocks', () => {
  test.each(['the owner', 'the member'])('%s blocks the other: the member is out, nobody is told why', async (who) => {
    const { id, all } = await made(3)
    const [owner, member, third] = all as [Account, Account, Account]
    await (who === 'the owner' ? block(stack, owner, member) : block(stack, member, owner))
    expect((await members(id)).sort()).toEqual(idsOf([owner, third]).sort())
    expect(await ownerOf(id)).toMatchObject([{ account_id: owner.id }])
    const [line] = await messagesOf(stack, third, id)
    const event = who === 'the owner' ? 'member_removed' : 'member_left'
    expect(line!.data).toEqual({ event, account_id: member.id })
    await say(stack, owner, id, 'Afterwards')
    expect((await messagesOf(stack, member, id))[0]!.seq).toBe(line!.seq)
    expect(await refusalOf(say(stack, member, id, 'Hm'))).toEqual({ code: 'permission_denied', reason: 'left' })
  })

  test('two members of somebody else’s group stay in it, and are not told of each other’s words', async () => {
    const { id, all } = await made(3)
    const [, second, third] = all as [Account, Account, Account]
    await block(stack, second, third)
    expect(await members(id)).toHaveLength(3)
    await sql(stack)`delete from public.notifications`
    await say(stack, third, id, 'Hello')
    const told = await sql(stack)`select account_id from public.notifications`
    expect(told.map(({ account_id }) => account_id)).toEqual([all[0]!.id])
    expect(await messagesOf(stack, second, id)).toMatchObject([{ body: 'Hello' }, {}, {}])
  })

  test.each(['the owner', 'the member'])(
    '%s blocks the other who is being added, or whose group is made, in any order',
    async (who) => {
      for (const isNew of [false, true]) {
        await inAnyOrder(
          stack,
          async () => {
            const [owner, guest, third] = (await people(3)) as [Account, Account, Account]
            const id = await group(stack, owner, [third])
            const [by, whom] = who === 'the owner' ? [owner, guest] : [guest, owner]
            const making = call('create_group($1, $2::text::uuid[])', 'Shoot', `{${guest.id}}`)
            return {
              row: guest,
              first: { as: by, runs: [call('block_account($1)', whom.id)] },
              second: { as: owner, runs: [isNew ? making : adding(id, guest)] },
              hold: statement('select from public.conversations where id = $1 for update', id),
            }
          },
          async ([blocked, added], guest) => {
            expect(blocked).toBe('done')
            expect(['done', 'not_found']).toContain(added)
            const rows = await sql(stack)`
            select from public.conversation_members where account_id = ${guest.id} and left_seq is null
          `
            expect(rows).toHaveLength(0)
          },
        )
      }
    },
  )

  test('in several groups at once, also while they talk and leave', async () => {
    const [owner, member, third] = (await people(3)) as [Account, Account, Account]
    const groups = await Promise.all(Array.from({ length: 4 }, () => group(stack, owner, [member, third])))
    const own = await group(stack, member, [owner, third])
    const runs = groups.flatMap((id) => [sending(id, 'Meanwhile'), sending(id, 'And')])
    const outcomes = await atOnce(stack, [
      { as: third, runs },
      { as: owner, runs: [call('block_account($1)', member.id)] },
      {
        as: member,
        runs: shuffled([
          sending(groups[3]!, 'Hm'),
          sending(groups[0]!, 'Hm'),
          call('leave_conversation($1)', groups[1]!),
        ]),
      },
    ])
    const refused = codesOf(outcomes).filter((code) => code !== 'done')
    expect(refused.every((code) => code === 'permission_denied')).toBe(true)
    for (const id of groups) expect((await members(id)).sort()).toEqual(idsOf([owner, third]).sort())
    expect((await members(own)).sort()).toEqual(idsOf([member, third]).sort())
    expect([...(await wrongNumbers(stack))]).toEqual([])
  })
})

describe('accounts that are deleted', () => {
  const go = ({ id }: Account) => sql(stack)`delete from auth.users where id = ${id}`
  const makeFile = async ({ id }: Account): Promise<string> => {
    const [row] = await sql(stack)`
      insert into public.files (id, account_id, bucket_id, path, name, size, content_type)
      values (gen_random_uuid(), ${id}, 'attachments', ${id} || '/' || gen_random_uuid(), 'Plan.pdf', 8, 'application/pdf') returning id
    `
    return row!.id
  }

  test('words, files and originals go, places and the other’s words stay, with versions for who listens', async () => {
    const [one, other] = (await people(2)) as [Account, Account]
    await sql(stack)`update private.settings set value = 'true' where key = 'chat.redacts_contacts'`
    const { id } = await open(stack, one, { with: other })
    await say(stack, one, id, 'Call 87012019530', { file_ids: [await makeFile(one)] })
    await say(stack, other, id, 'Mine stays', { reply_to_seq: 1, file_ids: [await makeFile(other)] })
    await say(stack, one, id, 'Bye')
    await sql(stack)`update private.settings set value = 'false' where key = 'chat.redacts_contacts'`
    await go(one)
    expect(await messagesOf(stack, other, id)).toMatchObject([
      {
        seq: 3,
        version: 5,
        author_id: null,
        author_name: null,
        body: null,
        deleted_at: expect.any(String),
        is_own: false,
      },
      {
        seq: 2,
        version: 2,
        author_id: other.id,
        body: 'Mine stays',
        files: [{}],
        reply_to: { seq: 1, author_id: null, body: null },
      },
      { seq: 1, version: 4, author_id: null, body: null, files: [], is_redacted: false },
    ])
    expect((await messagesOf(stack, other, id, { after: 3 })).map(({ seq }) => seq)).toEqual([1, 3])
    expect(await conversation(stack, other, id)).toMatchObject({
      account_id: null,
      account_name: null,
      members_count: 1,
      can_write: false,
      version: 5,
      epoch: 2,
      last_message: { body: null, author_id: null },
    })
    expect(await search(stack, other, 'Call')).toEqual([])
    const left = await sql(stack)`select from private.message_originals where conversation_id = ${id}`
    const files = await sql(stack)`select account_id from public.files where account_id in (${one.id}, ${other.id})`
    expect([left.length, files.map(({ account_id }) => account_id)]).toEqual([0, [other.id]])

    // The last one out: all gone.
    await go(other)
    for (const table of ['conversations', 'messages', 'message_files', 'conversation_members']) {
      const key = table === 'conversations' ? 'id' : 'conversation_id'
      expect(
        await sql(stack)`select from ${sql(stack)(`public.${table}`)} where ${sql(stack)(key)} = ${id}`,
      ).toHaveLength(0)
    }
  })

  test('of a group: it is passed on, who left before is unheard too, and former members read on what they may', async () => {
    const { id, all } = await made(4)
    const [owner, second, third, fourth] = all as [Account, Account, Account, Account]
    await say(stack, owner, id, 'Owner’s word')
    await say(stack, third, id, 'Third’s word')
    await leaveGroup(stack, third, id)
    await leaveGroup(stack, fourth, id)
    await go(owner)
    expect(await membersOf(stack, id)).toEqual([{ account_id: second.id, role: 'owner' }])
    await go(third)
    expect((await messagesOf(stack, fourth, id)).map(({ body }) => body)).not.toContain('Third’s word')
    await go(second)
    expect(await members(id)).toEqual([])
    expect(await messagesOf(stack, fourth, id)).not.toEqual([])
    await go(fourth)
    expect(await sql(stack)`select from public.conversations where id = ${id}`).toHaveLength(0)
  })

  test('two at once who share conversations, while a third writes in all of them: nobody waits in a circle', async () => {
    for (let round = 0; round < 4; round++) {
      const [one, other, third] = (await people(3)) as [Account, Account, Account]
      const shared = [
        (await open(stack, one, { with: other })).id,
        (await open(stack, one, { with: third })).id,
        (await open(stack, third, { with: other })).id,
        await group(stack, one, [other, third]),
        await group(stack, third, [one, other]),
        await group(stack, other, [one, third]),
      ]
      for (const id of shared)
        for (const by of [one, other, third]) await say(stack, by, id, 'Before').catch(() => undefined)
      const words = (): Run[] => shuffled(shared).map((id) => sending(id, 'Meanwhile'))
      const runners: Runner[] = [
        { runs: [leave(one)] },
        { runs: [leave(other)] },
        { as: third, runs: words() },
        {
          as: third,
          runs: [
            ...shuffled(shared).map((id) => statement('select public.mark_conversation_read($1)', id)),
            ...words(),
          ],
        },
        { as: one, runs: words() },
        { as: other, runs: words() },
        {
          as: third,
          runs: [call('block_account($1)', one.id), call('remove_group_member($1, $2)', shared[4]!, other.id)],
        },
      ]
      const codes = codesOf(await atOnce(stack, runners))
      const expected = ['done', 'not_found', 'permission_denied', '42501', '23503']
      expect(codes.filter((code) => !expected.includes(code))).toEqual([])
      const gone = await sql(
        stack,
      )`select from public.messages where body is not null and author_id is null and kind = 'text'`
      expect(gone).toHaveLength(0)
      expect([...(await wrongNumbers(stack))]).toEqual([])
      for (const card of await conversationsOf(stack, third)) expect(card.can_write).toBe(card.kind === 'group')
    }
  })

  test('a message that is on its way when its author’s account goes, in any order', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [one, other] = (await people(2)) as [Account, Account]
        const { id } = await open(stack, one, { with: other })
        return {
          row: { id, other },
          first: { runs: [leave(one)] },
          second: { as: one, runs: [sending(id, 'Last word')] },
          hold: statement('select from public.conversations where id = $1 for update', id),
        }
      },
      async ([left, sent], { id, other }) => {
        expect(left).toBe('done')
        expect(['done', 'not_found', '23503']).toContain(sent)
        const words = await messagesOf(stack, other, id)
        expect(words.map(({ body, author_id }) => [body, author_id])).toEqual(sent === 'done' ? [[null, null]] : [])
      },
    )
  })

  test('a group is made, and somebody is added, while who is meant goes', async () => {
    await inAnyOrder(
      stack,
      async () => {
        const [owner, going, third] = (await people(3)) as [Account, Account, Account]
        const id = await group(stack, owner, [third])
        return {
          row: { id, going },
          first: { runs: [leave(going)] },
          second: { as: owner, runs: [adding(id, going)] },
          hold: statement('select from public.conversations where id = $1 for update', id),
        }
      },
      async ([left, added], { id, going }) => {
        expect(left).toBe('done')
        expect(['done', 'not_found']).toContain(added)
        expect(await members(id)).not.toContain(going.id)
      },
    )
  })
})
