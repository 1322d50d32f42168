import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { makeAccounts } from '../helpers/many.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { makeOrder } from '../helpers/work.ts'
import { expectTaken } from './fields.ts'
import { device, type Member, member, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let buyer: Member
let creator: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  buyer = await member(stack, ['client'], { first_name: 'Dana' })
  creator = await member(stack, ['creator'])
  stranger = await member(stack, ['client', 'creator'])
  await must(creator.tb.creators.create({ specialization: 'Video' }))
})
afterAll(() => stack.close())

const reviewsOf = (...ids: string[]) =>
  sql(stack)`select * from public.reviews where entity_id = any (${ids}) order by id`

it('UG20 reviews.create: the buyer, of a completed order, once, published at once; averages are right', async () => {
  const { orderId, serviceId } = await makeOrder(stack, buyer, creator, 'completed')
  const running = await makeOrder(stack, buyer, creator, 'delivered')
  const given = { entity_type: 'order' as const, entity_id: orderId, rating: 4, comment: 'As agreed.' }
  expectTaken(given, { content: 'comment', rating: 'rating' })
  await expectUnchanged(
    () => reviewsOf(orderId, running.orderId),
    async () => {
      await expectRefusal(creator.tb.reviews.create(given), 'not_found')
      await expectRefusal(stranger.tb.reviews.create(given), 'not_found')
      await expectRefusal(device(stack).tb.reviews.create(given), 'auth_required')
      await expectRefusal(buyer.tb.reviews.create({ ...given, entity_id: running.orderId }), 'conflict')
      await expectRefusal(buyer.tb.reviews.create({ ...given, rating: 0 }), 'validation_failed', { rating: ['range'] })
    },
  )
  const review = await must(buyer.tb.reviews.create(given))
  expect(review).toMatchObject({ ...given, subject_id: creator.id, subject_role: 'creator' })
  expect(review.published_at).not.toBeNull()
  await expectRefusal(buyer.tb.reviews.create(given), 'duplicate')
  expect(await must(device(stack).tb.creators.get(creator.id))).toMatchObject({ rating: 4, reviews_count: 1 })
  expect(await must(device(stack).tb.services.get(serviceId))).toMatchObject({ rating: 4, reviews_count: 1 })

  const second = await makeOrder(stack, buyer, creator, 'completed')
  const plain = await buyer.client.rpc('create_review', { entity_type: 'order', entity_id: second.orderId, rating: 5 })
  expect(plain.error).toBeNull()
  expect(await must(device(stack).tb.creators.get(creator.id))).toMatchObject({ rating: 4.5, reviews_count: 2 })
  await sql(stack)`select private.remove_review(${review.id}, 'It is about somebody else.')`
  expect(await must(device(stack).tb.creators.get(creator.id))).toMatchObject({ rating: 5, reviews_count: 1 })
  expect(await must(device(stack).tb.services.get(serviceId))).toMatchObject({ rating: null, reviews_count: 0 })
  const removed = sql(stack)`select private.remove_review(${review.id}, 'Again.')`
  await expect(removed).rejects.toThrow('no review')
})

it('UG21 reviews.list: published ones of a creator, newest first, paged', async () => {
  const [author, subject] = [await member(stack, ['client'], { first_name: 'Dana' }), await member(stack, ['creator'])]
  const ids: string[] = []
  for (const rating of [3, 4, 5]) {
    const { orderId } = await makeOrder(stack, author, subject, 'completed')
    ids.unshift((await must(author.tb.reviews.create({ entity_type: 'order', entity_id: orderId, rating }))).id)
  }
  const { tb } = device(stack)
  const all = await must(tb.reviews.list({ subject_id: subject.id }))
  expect(all.items.map(({ id }) => id)).toEqual(ids)
  expect(all.items[0]).toMatchObject({
    rating: 5,
    author: { id: author.id, full_name: 'Dana' },
    subject_role: 'creator',
  })
  const page = await must(tb.reviews.list({ subject_id: subject.id, limit: 2 }))
  expect(page).toMatchObject({ total: 3, has_more: true })
  const rest = await must(tb.reviews.list({ subject_id: subject.id, limit: 2, cursor: page.next_cursor! }))
  expect(rest.items.map(({ id }) => id)).toEqual(ids.slice(2))
  expect((await must(tb.reviews.list({ subject_id: subject.id, subject_role: 'client' }))).items).toEqual([])
  expect((await device(stack).client.rpc('list_reviews', { subject_id: subject.id })).data).toHaveLength(3)
  await expectRefusal(tb.reviews.list({ subject_id: 'x' }), 'validation_failed', { subject_id: ['format'] })
  const nonsense = { subject_id: subject.id, subject_role: 'nobody' }
  expect((await device(stack).client.rpc('list_reviews', nonsense)).error?.code).toBe('validation_failed')

  await must(subject.tb.blocks.add(stranger.id))
  expect((await must(stranger.tb.reviews.list({ subject_id: subject.id }))).items).toEqual([])
  await sql(stack)`delete from auth.users where id = ${author.id}`
  const left = await must(tb.reviews.list({ subject_id: subject.id }))
  expect(left.items[0]).toMatchObject({ rating: 5, comment: null, author: { id: null, full_name: null } })
})

it('whom a review is about answers it, and again', async () => {
  const { orderId } = await makeOrder(stack, buyer, creator, 'completed')
  const { id } = await must(buyer.tb.reviews.create({ entity_type: 'order', entity_id: orderId, rating: 2 }))
  await expectUnchanged(
    () => reviewsOf(orderId),
    async () => {
      for (const { tb } of [buyer, stranger]) await expectRefusal(tb.reviews.reply(id, { reply: 'No.' }), 'not_found')
      await expectRefusal(device(stack).tb.reviews.reply(id, { reply: 'No.' }), 'auth_required')
      await expectRefusal(creator.tb.reviews.reply(id, { reply: '' }), 'validation_failed', { reply: ['length'] })
    },
  )
  await must(creator.tb.reviews.reply(id, { reply: 'Sorry.' }))
  expect(await must(creator.tb.reviews.reply(id, { reply: 'Sorry, it was me.' }))).toMatchObject({
    reply: 'Sorry, it was me.',
  })
  const [told] = (await must(buyer.tb.notifications.list())).items
  expect(told).toMatchObject({ type: 'new_review', data: { status: 'replied', review_id: id } })
  expect(
    await must(stranger.tb.reports.create({ entity_type: 'review', entity_id: id, reason: 'spam' })),
  ).toMatchObject({
    status: 'open',
  })
})

it('many reviews at once all count', async () => {
  const { ids } = await makeAccounts(stack, 20, { roles: ['client'] })
  const subject = await member(stack, ['creator'])
  await must(subject.tb.creators.create({ specialization: 'Photos' }))
  const orders = await Promise.all(ids.map((id) => makeOrder(stack, { id }, subject, 'completed')))
  await Promise.all(
    orders.map(({ orderId }, n) =>
      sql(stack).begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: ids[n], role: 'authenticated' })}, true)`
        await tx`select public.create_review('order', ${orderId}, ${1 + (n % 5)})`
      }),
    ),
  )
  expect(await must(subject.tb.creators.mine())).toMatchObject({ rating: 3, reviews_count: 20, completed_orders: 20 })
})
