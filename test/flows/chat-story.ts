import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationSubscription, UnreadCount } from '@talentbase/sdk'
import { startCutProxy } from '../helpers/cut-proxy.ts'
import { addressOf, asAdmin, run, signUp } from './people.ts'
import { type DemoStack, readMail } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** A chat that survives a cut, unread counts, somebody who is taken out, a saved search, a weekly digest, a drafted task. */
export async function tellChatStory(stack: DemoStack, { step }: Story): Promise<void> {
  // Ilyas's road to the stack, which is cut below.
  const road = await startCutProxy(stack.url)
  const subscriptions: ConversationSubscription[] = []
  try {
    const [dina, ilyas, vera] = await step(
      'Dina, a client, Ilyas and Vera, freelancers, sign up; Ilyas is on a train',
      () =>
        Promise.all([
          signUp(stack, 'dina', 'client'),
          signUp({ ...stack, url: road.url }, 'ilyas', 'freelancer'),
          signUp(stack, 'vera', 'freelancer'),
        ]),
      (people) => people.map(({ name }) => name).join(', '),
    )
    const ids = await Promise.all([ilyas, vera].map(async ({ tb }) => (await must(tb.accounts.me())).id))
    const [ilyasId, veraId] = ids as [string, string]

    const saved = await step(
      'Ilyas saves a search for design tasks; Vera the same, as a daily digest',
      async () => {
        const search = { entity_type: 'task', name: 'Design', filters: { category: 'design', search: run } } as const
        await must(vera.tb.savedSearches.create({ ...search, frequency: 'daily' }))
        return must(ilyas.tb.savedSearches.create(search))
      },
      ({ name, frequency }) => `${name}, ${frequency}`,
    )
    const draft = await step(
      'Dina tells the assistant in her own words what she needs: a draft, nothing is posted',
      async () => {
        const message = `Нужен дизайн логотипа для пекарни ${run}, удалённо, бюджет 200 долларов.`
        const answer = await must(dina.tb.assistant.send({ message }))
        expectEqual((await must(dina.tb.tasks.listMine())).items, [], 'tasks that were posted')
        const extracted = await must(dina.tb.assistant.extractTask({ session_id: answer.session_id }))
        if (!extracted.is_complete) throw new Error(`The draft lacks ${extracted.missing.join(', ')}.`)
        expectEqual([extracted.draft.budget, extracted.draft.currency], [20_000, 'USD'], 'the budget')
        return extracted.draft
      },
      ({ title, category, budget, currency }) => `${title} · ${category} · ${budget / 100} ${currency}`,
    )
    const task = await step(
      'Dina confirms it: posted, and who searched for it hears of it',
      async () => {
        const posted = await must(dina.tb.tasks.create(draft))
        await asAdmin(stack, (sql) => sql`select private.match_saved_searches()`)
        const [told] = (await must(ilyas.tb.notifications.list({ type: 'saved_search_match' }))).items
        expectEqual(told?.data.saved_search_id, saved.id, 'the search that Ilyas is told of')
        expectEqual(told?.data.entity_id, posted.id, 'the task that he is told of')
        expectEqual((await must(vera.tb.notifications.count())).unread, 0, 'what Vera is told at once')
        return told!
      },
      ({ message }) => message,
    )
    const taskId = String(task.data.entity_id)

    const counts: UnreadCount[] = []
    await must(dina.tb.chat.subscribeToUnread((count) => counts.push(count)))
    const [dinas, ilyass] = await step(
      'Ilyas asks about the task: one conversation, whoever opens it; both see it live',
      async () => {
        const { id } = await must(ilyas.tb.chat.open({ context_type: 'task', context_id: taskId }))
        const theirs = await must(dina.tb.chat.open({ account_id: ilyasId, context_type: 'task', context_id: taskId }))
        expectEqual(theirs.id, id, 'the conversation')
        const opened = await Promise.all([dina, ilyas].map(({ tb }) => must(tb.chat.subscribe(id))))
        subscriptions.push(...opened)
        return opened as [ConversationSubscription, ConversationSubscription]
      },
      ([{ state }]) => `about “${state.conversation.context?.title}”, ${state.members.length} members`,
    )
    await step(
      'Ilyas writes twice: Dina’s unread count follows, and goes to nothing when she reads',
      async () => {
        await must(ilyass.send('Is the bakery open on Sundays?'))
        await must(ilyass.send('I could look at it.'))
        await until(() => counts.at(-1)?.messages === 2, 'Dina’s unread count')
        await until(() => dinas.messages.length === 2, 'what Dina sees')
        await must(dinas.markRead())
        await until(() => counts.at(-1)?.messages === 0, 'Dina’s unread count after reading')
        return counts.map(({ messages }) => messages)
      },
      (seen) => `unread: ${seen.join(', ')}`,
    )
    await step(
      'The train is in a tunnel: his road is cut again and again while both go on writing',
      async () => {
        const words = ['It is.', 'From eight to six.', 'Ask for Aru.', 'Bring your sketches.', 'We pay for the taxi.']
        const his = ['Good,', 'then on Sunday', 'at nine.']
        const answers: Promise<unknown>[] = []
        for (const [n, word] of words.entries()) {
          road.cut(1)
          answers.push(must(dinas.send(word)))
          if (his[n] !== undefined) answers.push(must(ilyass.send(his[n])))
          await sleep(150)
        }
        expectEqual(
          ilyass.messages
            .slice(-3)
            .map(({ body }) => body)
            .includes('at nine.'),
          true,
          'his own words, at once',
        )
        await Promise.all(answers)
        const shown = (of: ConversationSubscription) => of.messages.map(({ seq, body }) => `${seq} ${body}`)
        await until(() => shown(dinas).length === 10 && shown(ilyass).length === 10, 'ten messages with both')
        expectEqual(shown(ilyass), shown(dinas), 'what both see')
        expectEqual(
          ilyass.messages.map(({ seq }) => seq),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
          'the numbers',
        )
        expectEqual(new Set(shown(dinas)).size, 10, 'different messages')
        return ilyass.messages
      },
      (messages) => `${messages.length} messages, none lost, none twice, the same order with both`,
    )
    await step(
      'A group: Vera is taken out and hears nothing more, although she goes on listening',
      async () => {
        const group = await must(dina.tb.chat.createGroup({ title: `Bakery ${run}`, account_ids: [ilyasId, veraId] }))
        let ended = ''
        const heard: string[] = []
        const veras = await must(
          vera.tb.chat.subscribe(group.id, {
            onMessages: (changes) => heard.push(...changes.map(({ body, data }) => body ?? String(data.event))),
            onEnd: ({ details }) => {
              ended = String(details?.reason)
            },
          }),
        )
        subscriptions.push(veras)
        await must(dina.tb.chat.send({ conversation_id: group.id, body: 'Hello, all.' }))
        await until(() => heard.includes('Hello, all.'), 'what Vera hears')
        await must(dina.tb.chat.removeMember(group.id, veraId))
        await must(dina.tb.chat.send({ conversation_id: group.id, body: 'Between us two.' }))
        await until(() => ended === 'left', 'Vera’s end')
        expectEqual(heard.includes('Between us two.'), false, 'that Vera hears it')
        const kept = (await must(vera.tb.chat.listMessages({ conversation_id: group.id }))).items
        expectEqual(
          kept.some(({ body }) => body === 'Between us two.'),
          false,
          'that Vera reads it',
        )
        await mustFail(vera.tb.chat.send({ conversation_id: group.id, body: 'Still here?' }), 'permission_denied')
        return heard
      },
      (heard) => `Vera heard: ${heard.join(', ')}`,
    )
    await step(
      'Vera asks for a weekly digest: the mail says what she has not read',
      async () => {
        await must(vera.tb.notifications.updateSettings({ digest: 'weekly', time_zone: 'Asia/Almaty' }))
        const { id } = await must(dina.tb.chat.open({ account_id: veraId }))
        await must(dina.tb.chat.send({ conversation_id: id, body: 'Another time, Vera.' }))
        await asAdmin(stack, async (sql) => {
          // As the job would on Monday morning, by Vera's clock.
          await sql`
            select private.queue_weekly_digests(
              (date_trunc('week', now() at time zone 'Asia/Almaty') + interval '7 days 9 hours') at time zone 'Asia/Almaty'
            )
          `
        })
        return readMail(stack, addressOf('vera'), (mail) => mail.code === null)
      },
      ({ subject }) => subject,
    )
    await step(
      'Dina blocks Ilyas: what was said stays, nothing more is said',
      async () => {
        await must(dina.tb.blocks.add(ilyasId))
        const refusal = await mustFail(
          ilyas.tb.chat.send({ conversation_id: ilyass.state.conversation.id, body: 'Hello?' }),
          'permission_denied',
        )
        const { items } = await must(ilyas.tb.chat.listMessages({ conversation_id: ilyass.state.conversation.id }))
        expectEqual(items.length, 10, 'what he reads')
        return refusal
      },
      ({ message, details }) => `${message} (${details?.reason})`,
    )
  } finally {
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()))
    await road.close()
  }
}

/** Waits for what the others are told. */
async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let tried = 0; tried < 600; tried += 1) {
    if (isTrue()) return
    await sleep(50)
  }
  throw new Error(`${what}: it did not come in half a minute`)
}
