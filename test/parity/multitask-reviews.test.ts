import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeAgreedTask } from '../helpers/work.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let client: Member
let freelancer: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  client = await member(stack, ['client'])
  freelancer = await member(stack, ['freelancer'])
  stranger = await member(stack, ['client', 'freelancer'])
  await must(client.tb.clients.create({ company_name: 'Bakery' }))
  await must(freelancer.tb.freelancers.create({ headline: 'Draws logos' }))
})
afterAll(() => stack.close())

const reviewsOf = (id: string) => sql(stack)`select * from public.reviews where entity_id = ${id} order by id`

async function completedTask(): Promise<string> {
  const { taskId } = await makeAgreedTask(stack, client, freelancer)
  await must(client.tb.tasks.complete(taskId))
  return taskId
}

const ratings = async () => [
  (await must(client.tb.clients.mine())).rating,
  (await must(client.tb.clients.mine())).reviews_count,
  (await must(freelancer.tb.freelancers.mine())).rating,
  (await must(freelancer.tb.freelancers.mine())).reviews_count,
]

it('MT28 reviews.create: either side of a completed task about the other, once, blind until both wrote', async () => {
  const task = await completedTask()
  const { taskId: running } = await makeAgreedTask(stack, client, freelancer)
  const given = { entity_type: 'task' as const, entity_id: task, rating: 4, comment: 'Quick and friendly.' }
  expectTaken(given, { rating: 'rating', comment: 'comment' })
  expect(await ratings()).toEqual([null, 0, null, 0])
  const first = await must(client.tb.reviews.create({ ...given, criteria: { quality: 5 } }))
  expect(first).toMatchObject({
    ...given,
    criteria: { quality: 5 },
    author_id: client.id,
    subject_id: freelancer.id,
    subject_role: 'freelancer',
    published_at: null,
  })
  // Nothing of it is seen before the other side has written.
  expect(await ratings()).toEqual([null, 0, null, 0])
  expect((await must(device(stack).tb.reviews.list({ subject_id: freelancer.id }))).items).toEqual([])
  expect((await freelancer.client.from('reviews').select()).data).toEqual([])
  const exported = await must(freelancer.tb.accounts.export())
  expect(JSON.stringify(exported)).not.toContain('Quick and friendly.')
  expect(await must(client.tb.reviews.mine({ entity_type: 'task', entity_id: task }))).toEqual(first)
  const { items } = await must(freelancer.tb.notifications.list())
  expect(items[0]).toMatchObject({ type: 'new_review', data: { status: 'waiting' } })
  expect(JSON.stringify(items[0])).not.toContain('Quick')

  await expectUnchanged(
    async () => [await reviewsOf(task), await reviewsOf(running), await ratings()],
    async () => {
      await expectRefusal(client.tb.reviews.create(given), 'duplicate')
      await expectRefusal(stranger.tb.reviews.create(given), 'not_found')
      await expectRefusal(device(stack).tb.reviews.create(given), 'auth_required')
      await expectRefusal(client.tb.reviews.create({ ...given, entity_id: running }), 'conflict')
      const report = { entity_type: 'review', entity_id: first.id, reason: 'spam' } as const
      await expectRefusal(freelancer.tb.reports.create(report), 'not_found')
      await expectRefusal(freelancer.tb.reviews.reply(first.id, { reply: 'No.' }), 'not_found')
      const wrong = { ...given, rating: 6, comment: '', criteria: { quality: 0 } }
      await expectRefusal(freelancer.tb.reviews.create(wrong), 'validation_failed', {
        rating: ['range'],
        comment: ['length'],
        'criteria.quality': ['range'],
      })
      const rpc = (changes: object) =>
        freelancer.client.rpc('create_review', { entity_type: 'task', entity_id: task, rating: 5, ...changes })
      for (const criteria of [7, [], { honesty: 5 }, { quality: 'good' }, { quality: 4.5 }]) {
        expect((await rpc({ criteria })).error?.code, JSON.stringify(criteria)).toBe('validation_failed')
      }
      const row = { ...first, id: undefined, author_id: freelancer.id, subject_id: client.id }
      expect((await freelancer.client.from('reviews').insert(row)).error?.code).toBe('42501')
    },
  )

  const plain = await freelancer.client.rpc('create_review', { entity_type: 'task', entity_id: task, rating: 5 })
  expect(plain.error).toBeNull()
  expect(await ratings()).toEqual([5, 1, 4, 1])
  const published = await must(device(stack).tb.reviews.list({ subject_id: freelancer.id }))
  expect(published.items).toMatchObject([{ rating: 4, comment: 'Quick and friendly.', author: { id: client.id } }])
})

it('what is blind is not read in the request that publishes it', async () => {
  const task = await completedTask()
  const of = { entity_type: 'task' as const, entity_id: task }
  await must(client.tb.reviews.create({ ...of, rating: 2, comment: 'Never came.' }))
  // What it read could be cast to an error, which shows it and takes the review back.
  const seen = 'author:accounts!reviews_author_id_fkey(about:reviews!reviews_subject_id_fkey(comment))'
  const own = () =>
    freelancer.client
      .from('reviews')
      .select(seen)
      .match({ ...of, author_id: freelancer.id })
  const made = await freelancer.client.rpc('create_review', { ...of, rating: 5 }).select(seen)
  expect(made.error).toBeNull()
  expect(JSON.stringify(made.data)).not.toContain('Never came.')
  expect(JSON.stringify((await own()).data)).toContain('Never came.')
})

it('time publishes a review whose other side has not written; one that comes later is published at once', async () => {
  const task = await completedTask()
  const given = { entity_type: 'task' as const, entity_id: task, rating: 1 }
  await must(client.tb.reviews.create(given))
  const due = async () => (await sql(stack)`select private.publish_due_reviews() as count`)[0]!.count
  await sql(stack)`
    update public.reviews set created_at = now() - interval '14 days' + interval '1 hour' where entity_id = ${task}
  `
  expect(await due()).toBe(0)
  const before = await must(freelancer.tb.freelancers.mine())
  await sql(stack)`update public.reviews set created_at = now() - interval '14 days' where entity_id = ${task}`
  expect(await due()).toBe(1)
  expect(await due()).toBe(0)
  const after = await must(freelancer.tb.freelancers.mine())
  expect(after.reviews_count).toBe(before.reviews_count + 1)
  const late = await must(freelancer.tb.reviews.create({ ...given, rating: 2 }))
  expect(late.published_at).not.toBeNull()
})

it('a review of a casting is of an accepted response, by either side', async () => {
  const [employer, model] = [await member(stack, ['employer']), await member(stack, ['model'])]
  const [casting] = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status)
    values (${employer.id}, 'A casting', 'One.', 'fashion', 'completed') returning id
  `
  const respond = async (status: string) => {
    const [row] = await sql(stack)`
      insert into public.casting_responses (casting_id, model_id, currency, status)
      values (${casting!.id}, ${model.id}, 'KZT', ${status})
      on conflict (casting_id, model_id) do update set status = excluded.status returning id
    `
    return row!.id as string
  }
  const review = { entity_type: 'casting' as const, entity_id: await respond('rejected'), rating: 5 }
  await expectRefusal(model.tb.reviews.create(review), 'conflict')
  await respond('accepted')
  expect(await must(model.tb.reviews.create(review))).toMatchObject({ subject_role: 'employer', published_at: null })
  expect((await must(device(stack).tb.reviews.list({ subject_id: employer.id }))).items).toEqual([])
  expect((await employer.client.from('reviews').select()).data).toEqual([])
  await must(employer.tb.reviews.create({ ...review, rating: 3 }))
  // The profile comes after the review, and has it.
  await must(employer.tb.employers.create({ company_name: 'Studio' }))
  expect(await must(device(stack).tb.employers.get(employer.id))).toMatchObject({ rating: 5, reviews_count: 1 })
  await expectRefusal(stranger.tb.reviews.create(review), 'not_found')
})
