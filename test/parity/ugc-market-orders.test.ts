import { afterAll, beforeAll, expect, it } from 'vitest'
import { must } from '../flows/story.ts'
import { sql } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { escrowOf, fundEscrow, giveMoney, makeOrder, makeService, moneyOf, wrongMoney } from '../helpers/work.ts'
import { expectFields, expectTaken } from './fields.ts'
import { device, type Member, member, picture, startParityStack } from './people.ts'
import { expectRefusal, expectUnchanged } from './refusals.ts'

let stack: TestStack
let buyer: Member
let seller: Member
let stranger: Member
beforeAll(async () => {
  stack = await startParityStack()
  buyer = await member(stack, ['client'])
  seller = await member(stack, ['creator'])
  stranger = await member(stack, ['client', 'creator'])
})
afterAll(async () => {
  expect(await wrongMoney(stack)).toEqual([])
  await stack.close()
})

const options = [
  { name: 'Subtitles', price: 3_000 },
  { name: 'Raw files', price: 1_500 },
]

/** The order with its options, deliveries, money and revisions as they are stored. */
const stored = async (orderId: string) => [
  ...(await sql(stack)`select * from public.orders where id = ${orderId}`),
  ...(await sql(stack)`select * from public.order_options where order_id = ${orderId} order by position`),
  ...(await sql(stack)`select * from public.order_deliveries where order_id = ${orderId} order by id`),
  ...(await sql(stack)`select * from public.order_revisions where order_id = ${orderId} order by id`),
  ...(await sql(stack)`select * from private.escrows where entity_id = ${orderId} order by id`),
]

const ordersOf = ({ id }: Member) => sql(stack)`select * from public.orders where buyer_id = ${id} order by id`

const toldOf = async ({ id }: Member, orderId: string) =>
  (
    await sql(stack)`
      select coalesce(data ->> 'action', type) as told from public.notifications
      where account_id = ${id} and data ->> 'order_id' = ${orderId} order by id
    `
  ).map(({ told }) => told)

it('UG10 orders.create: options of that service only, prices as they are, the total is the server’s', async () => {
  const service = await makeService(stack, seller, {}, options)
  const other = await makeService(stack, stranger, {}, options)
  const given = {
    service_id: service.id,
    requirements: 'A red bicycle, outdoors.',
    delivery_date: '2031-05-05',
    option_ids: [service.optionIds[1]!],
    idempotency_key: crypto.randomUUID(),
  }
  const order = await must(buyer.tb.orders.create(given))
  expectTaken(given, {
    service_id: 'service_id',
    requirements: 'requirements',
    delivery_date: 'delivery_date',
    selected_option_ids: 'option_ids',
  })
  expect(order).toMatchObject({
    side: 'buyer',
    status: 'pending',
    title: 'A short video',
    price: 10_000,
    total_price: 11_500,
    currency: 'USD',
    selected_options: [{ option_id: service.optionIds[1], name: 'Raw files', price: 1_500 }],
    fee: 1_725,
    seller_gets: 9_775,
    buyer: { id: buyer.id },
    seller: { id: seller.id },
  })
  expect(await must(buyer.tb.orders.create(given)), 'the same key orders once').toEqual(order)
  await expectRefusal(buyer.tb.orders.create({ ...given, requirements: 'Blue.' }), 'idempotency_conflict')
  expect(await toldOf(seller, order.id)).toEqual(['new_order'])

  // What becomes of the service does not touch what was ordered.
  await must(seller.tb.services.update(service.id, { price: 99_999, title: 'Dearer' }))
  await must(seller.tb.services.setOptions(service.id, []))
  expect(await must(buyer.tb.orders.get(order.id))).toMatchObject({
    title: 'A short video',
    total_price: 11_500,
    selected_options: [{ option_id: null, name: 'Raw files', price: 1_500 }],
  })
  const inactive = await makeService(stack, seller, { is_active: false })
  await expectUnchanged(
    async () => [await ordersOf(buyer), await ordersOf(seller), await ordersOf(stranger)],
    async () => {
      const create = (changes: object, { tb }: Pick<Member, 'tb'> = buyer) =>
        tb.orders.create({ service_id: service.id, ...changes })
      await expectRefusal(create({ option_ids: [other.optionIds[0]!] }), 'validation_failed', { option_ids: ['known'] })
      await expectRefusal(create({}, seller), 'validation_failed', { service_id: ['other'] })
      await expectRefusal(create({}, await member(stack, ['candidate'])), 'permission_denied')
      await expectRefusal(create({ service_id: other.id }, stranger), 'validation_failed', { service_id: ['other'] })
      await expectRefusal(create({ service_id: inactive.id }), 'not_found')
      await expectRefusal(create({}, device(stack)), 'auth_required')
      await expectRefusal(create({ delivery_date: '2001-01-01' }), 'validation_failed', { delivery_date: ['range'] })
      await expectRefusal(create({ requirements: '', service_id: 'x' }), 'validation_failed', {
        requirements: ['length'],
        service_id: ['format'],
      })
      const priced = await buyer.client.rpc('create_order', { service_id: service.id, total_price: 1 })
      expect(priced.error?.code).toBe('PGRST202')
      const row = { service_id: service.id, buyer_id: buyer.id, seller_id: seller.id, title: 'Mine', total_price: 1 }
      expect((await buyer.client.from('orders').insert(row)).error?.code).toBe('42501')
    },
  )
})

it('UG11 orders.list: what one buys and sells, by status, paged', async () => {
  const [buys, sells] = [await member(stack, ['client', 'creator']), await member(stack, ['creator'])]
  const bought = await makeOrder(stack, buys, sells)
  const done = await makeOrder(stack, buys, sells, 'completed')
  const sold = await makeOrder(stack, buyer, buys)
  const { items, total } = await must(buys.tb.orders.list())
  expect([items.map(({ id }) => id), total]).toEqual([[sold.orderId, done.orderId, bought.orderId], 3])
  expectFields(items[1], {
    id: 'id',
    service: 'service_id',
    buyer: 'buyer',
    status: 'status',
    requirements: 'requirements',
    price: 'price',
    total_price: 'total_price',
    delivery_date: 'delivery_date',
    created_at: 'created_at',
    updated_at: 'updated_at',
    selected_options: 'selected_options',
  })
  const ids = async (filters: Parameters<Member['tb']['orders']['list']>[0]) =>
    (await must(buys.tb.orders.list(filters))).items.map(({ id }) => id)
  expect(await ids({ side: 'seller' })).toEqual([sold.orderId])
  expect(await ids({ side: 'buyer' })).toEqual([done.orderId, bought.orderId])
  expect(await ids({ status: 'completed' })).toEqual([done.orderId])
  const page = await must(buys.tb.orders.list({ limit: 2 }))
  expect(page).toMatchObject({ total: 3, has_more: true })
  expect(await ids({ limit: 2, cursor: page.next_cursor! })).toEqual([bought.orderId])
  expect((await buys.client.rpc('list_orders', { status: 'pending' })).data).toHaveLength(2)
  expect((await must(stranger.tb.orders.list())).items).toEqual([])
  await expectRefusal(device(stack).tb.orders.list(), 'auth_required')
  await expectRefusal(buys.tb.orders.list({ status: 'lost' as 'pending' }), 'validation_failed', { status: ['known'] })
})

it('UG12 orders.get: to buyer and seller', async () => {
  const { orderId } = await makeOrder(stack, buyer, seller, 'delivered')
  expect(await must(buyer.tb.orders.get(orderId))).toMatchObject({ id: orderId, side: 'buyer', status: 'delivered' })
  const seen = await must(seller.tb.orders.get(orderId))
  expect(seen.side).toBe('seller')
  expect(new Date(seen.approves_at!).getTime() - new Date(seen.delivered_at!).getTime()).toBe(7 * 86_400_000)
  expect((await seller.client.rpc('get_order', { order_id: orderId })).data).toMatchObject([{ id: orderId }])
  await expectRefusal(stranger.tb.orders.get(orderId), 'not_found')
  await expectRefusal(device(stack).tb.orders.get(orderId), 'auth_required')
  await expectRefusal(buyer.tb.orders.get('7'), 'validation_failed', { order_id: ['format'] })
  expect((await stranger.client.from('orders').select().eq('id', orderId)).data).toEqual([])
})

it('UG13 orders.update: requirements and delivery date, by the buyer while pending; never price or status', async () => {
  const { orderId, escrowId } = await makeOrder(stack, buyer, seller)
  const order = await must(buyer.tb.orders.get(orderId))
  const changes = { requirements: 'Blue.', delivery_date: '2031-01-01' }
  const updated = await must(buyer.tb.orders.update(orderId, changes))
  expect(updated).toEqual({ ...order, ...changes, due_on: '2031-01-01', updated_at: updated.updated_at })
  const update = (person: Member, fields: object) =>
    person.client.from('orders').update(fields).eq('id', orderId).select('id')
  expect((await update(buyer, { requirements: 'Green.' })).data).toHaveLength(1)
  const attempts = () =>
    expectUnchanged(
      () => stored(orderId),
      async () => {
        await expectRefusal(seller.tb.orders.update(orderId, changes), 'permission_denied')
        await expectRefusal(stranger.tb.orders.update(orderId, changes), 'not_found')
        await expectRefusal(device(stack).tb.orders.update(orderId, changes), 'auth_required')
        await expectRefusal(buyer.tb.orders.update(orderId, {}), 'validation_failed')
        expect((await update(buyer, { total_price: 1 })).error?.code).toBe('42501')
        expect((await update(buyer, { status: 'completed' })).error?.code).toBe('42501')
        expect((await update(seller, changes)).data).toEqual([])
      },
    )
  await attempts()
  await expectRefusal(buyer.tb.orders.update(orderId, { delivery_date: '2001-01-01' }), 'validation_failed', {
    delivery_date: ['range'],
  })
  await fundEscrow(stack, escrowId)
  await attempts()
  await expectRefusal(buyer.tb.orders.update(orderId, changes), 'conflict')
})

it('UG14 orders.cancel: by either side as it has come, the reason is kept, the money goes back', async () => {
  const paid = await makeOrder(stack, buyer, seller, 'in_progress')
  const begun = await makeOrder(stack, buyer, seller, 'in_progress')
  await must(seller.tb.orders.start(begun.orderId))
  const done = await makeOrder(stack, buyer, seller, 'completed')
  const reason = 'The shop has closed.'
  await expectUnchanged(
    async () => [await stored(paid.orderId), await stored(begun.orderId), await stored(done.orderId)],
    async () => {
      await expectRefusal(stranger.tb.orders.cancel(paid.orderId, { reason }), 'not_found')
      await expectRefusal(device(stack).tb.orders.cancel(paid.orderId, { reason }), 'auth_required')
      await expectRefusal(buyer.tb.orders.cancel(begun.orderId, { reason }), 'conflict')
      await expectRefusal(seller.tb.orders.cancel(done.orderId, { reason }), 'invalid_transition')
      await expectRefusal(buyer.tb.orders.cancel(paid.orderId, { reason: '' }), 'validation_failed', {
        reason: ['length'],
      })
    },
  )
  const before = await moneyOf(stack, buyer)
  const cancelled = await must(buyer.tb.orders.cancel(paid.orderId, { reason }))
  expect(cancelled).toMatchObject({ id: paid.orderId, status: 'cancelled', cancellation_reason: reason })
  expectFields(cancelled, { cancelled_at: 'cancelled_at' })
  expect(cancelled.cancelled_at).not.toBeNull()
  expect(await moneyOf(stack, buyer)).toBe(before + 10_000)
  expect(await toldOf(seller, paid.orderId)).toEqual(['new_order', 'fund', 'cancel'])
  await must(seller.tb.orders.start(begun.orderId))
  expect(await toldOf(buyer, begun.orderId), 'asking twice tells once').toEqual(['fund', 'start'])
  const ended = await must(seller.tb.orders.cancel(begun.orderId, { reason }))
  expect(ended).toMatchObject({ status: 'cancelled', buyer_pays: 0, fee: 0, seller_gets: 0 })
  expect(await moneyOf(stack, buyer)).toBe(before + 20_000)
  const fresh = await makeOrder(stack, buyer, seller)
  const plain = await seller.client.rpc('cancel_order', { order_id: fresh.orderId, reason })
  expect(plain.data).toMatchObject([{ status: 'cancelled' }])
})

it('UG18 orders.deliver: the creator of the order, own files', async () => {
  const { orderId } = await makeOrder(stack, buyer, seller, 'in_progress')
  const file = await must(seller.tb.files.upload(await picture(), { usage: 'delivery', name: 'final.png' }))
  const document = await must(seller.tb.files.upload(await picture(), { name: 'private.png' }))
  const foreign = await must(stranger.tb.files.upload(await picture(), { usage: 'delivery' }))
  const given = { message: 'Here it is.', file_ids: [file.id] }
  await expectUnchanged(
    () => stored(orderId),
    async () => {
      await expectRefusal(buyer.tb.orders.deliver(orderId, { message: 'Mine.' }), 'permission_denied')
      await expectRefusal(stranger.tb.orders.deliver(orderId, given), 'not_found')
      await expectRefusal(device(stack).tb.orders.deliver(orderId, given), 'auth_required')
      for (const id of [foreign.id, document.id, crypto.randomUUID()]) {
        await expectRefusal(seller.tb.orders.deliver(orderId, { file_ids: [id] }), 'validation_failed', {
          file_ids: ['own'],
        })
      }
      await expectRefusal(seller.tb.orders.deliver(orderId, {}), 'validation_failed', { message: ['required'] })
    },
  )
  expect(await must(seller.tb.orders.deliver(orderId, given))).toMatchObject({ status: 'delivered' })
  expectTaken(given, { message: 'message', file_ids: 'file_ids' })
  expect(await toldOf(buyer, orderId)).toEqual(['fund', 'deliver'])
  const [delivery] = await must(buyer.tb.orders.listDeliveries(orderId))
  expect(delivery).toMatchObject({ message: 'Here it is.', files: [{ id: file.id, name: 'final.png' }] })
  const read = await fetch(delivery!.files[0]!.url)
  expect(read.status).toBe(200)
  await expectRefusal(stranger.tb.orders.listDeliveries(orderId), 'not_found')
  const stolen = await stranger.client.storage.from('deliveries').createSignedUrl(file.path, 60)
  expect(stolen.error).not.toBeNull()
  await expectRefusal(seller.tb.files.delete(file.id), 'conflict')
  const again = await seller.client.rpc('deliver_order', { order_id: orderId, message: 'A better one.' })
  expect(again.data).toMatchObject([{ status: 'delivered' }])
  // One file handed over twice, and one delivery without any.
  const third = await must(seller.tb.files.upload(await picture(), { usage: 'delivery', name: 'third.png' }))
  await must(seller.tb.orders.deliver(orderId, { file_ids: [third.id, file.id] }))
  const deliveries = await must(buyer.tb.orders.listDeliveries(orderId))
  const names = deliveries.map(({ files }) => files.map(({ name }) => name))
  expect(names).toEqual([['final.png'], [], ['final.png', 'third.png']])
  expect((await fetch(deliveries[2]!.files[1]!.url)).status).toBe(200)
  // Without the SDK the buyer signs the path that list_deliveries answers.
  const listed = (await buyer.client.rpc('list_deliveries', { order_id: orderId })).data
  const signed = await buyer.client.storage.from('deliveries').createSignedUrl(listed[2].files[1].path, 60)
  expect((await fetch(signed.data!.signedUrl)).status).toBe(200)
})

it('UG19 orders.approve: the buyer, after a delivery; the money is released', async () => {
  const early = await makeOrder(stack, buyer, seller, 'in_progress')
  const { orderId } = await makeOrder(stack, buyer, seller, 'delivered')
  await expectUnchanged(
    async () => [await stored(early.orderId), await stored(orderId)],
    async () => {
      await expectRefusal(buyer.tb.orders.approve(early.orderId), 'invalid_transition')
      await expectRefusal(seller.tb.orders.approve(orderId), 'permission_denied')
      await expectRefusal(stranger.tb.orders.approve(orderId), 'not_found')
      await expectRefusal(device(stack).tb.orders.approve(orderId), 'auth_required')
      await expectRefusal(buyer.tb.orders.approve(''), 'validation_failed', { order_id: ['format'] })
    },
  )
  const before = await moneyOf(stack, seller)
  const approved = await must(buyer.tb.orders.approve(orderId))
  expect(approved).toMatchObject({ id: orderId, status: 'completed', approves_at: null })
  expectFields(approved, { completed_at: 'completed_at' })
  expect(approved.completed_at).not.toBeNull()
  expect(await moneyOf(stack, seller)).toBe(before + 8_500)
  expect(await toldOf(seller, orderId)).toEqual(['new_order', 'fund', 'approve'])
  const other = await makeOrder(stack, buyer, seller, 'delivered')
  const plain = await buyer.client.rpc('approve_order', { order_id: other.orderId })
  expect(plain.data).toMatchObject([{ status: 'completed' }])
})

it('a paid revision is money of its own and begins when it is paid', async () => {
  const payer = await member(stack, ['client'])
  const { orderId } = await makeOrder(stack, payer, seller, 'delivered', { service: { modifications_price: 701 } })
  const asked = await must(payer.tb.orders.requestRevision(orderId, { message: 'Slower, please.' }))
  // What is not paid counts nowhere.
  const unpaid = { buyer_pays: 10_000, fee: 1_500, seller_gets: 8_500 }
  expect(asked).toMatchObject({ status: 'delivered', revisions_count: 0, ...unpaid })
  await expectRefusal(payer.tb.orders.requestRevision(orderId, { message: 'And blue.' }), 'conflict')
  await expectRefusal(seller.tb.orders.requestRevision(orderId, { message: 'Mine.' }), 'permission_denied')
  const escrowId = await escrowOf(stack, orderId)
  const poor = await expectRefusal(payer.tb.escrows.pay(escrowId), 'insufficient_funds')
  expect(poor.details).toMatchObject({ needed: 701, current: 0 })
  await giveMoney(stack, payer, 701)
  await expectRefusal(seller.tb.escrows.pay(escrowId), 'permission_denied')
  expect(await must(payer.tb.escrows.pay(escrowId))).toMatchObject({
    status: 'funded',
    purpose: 'revision',
    amount: 701,
  })
  expect(await must(seller.tb.orders.get(orderId))).toMatchObject({ status: 'revision_requested', revisions_count: 1 })
  expect(await must(seller.tb.orders.listRevisions(orderId))).toMatchObject([
    { message: 'Slower, please.', escrow_id: escrowId },
  ])
  expect(await must(seller.tb.orders.get(orderId))).toMatchObject({
    buyer_pays: 10_701,
    fee: 1_605,
    seller_gets: 9_096,
  })
  await must(seller.tb.orders.deliver(orderId, { message: 'Slower.' }))
  await must(payer.tb.orders.approve(orderId))
  const [work, revision] = await must(seller.tb.escrows.list({ entity_type: 'order', entity_id: orderId }))
  // 15 % of 701 is 105.15.
  expect([work!.payee_gets, revision!.payee_gets]).toEqual([8_500, 596])
  const fixed = await makeOrder(stack, buyer, seller, 'delivered', { service: { allows_modifications: false } })
  await expectRefusal(buyer.tb.orders.requestRevision(fixed.orderId, { message: 'Blue.' }), 'conflict')
  await expectRefusal(seller.tb.orders.requestRevision(fixed.orderId, { message: 'Blue.' }), 'permission_denied')
})
