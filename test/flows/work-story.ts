import type { Escrow } from '@talentbase/sdk'
import { asAdmin, run, signUp } from './people.ts'
import type { DemoStack } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** A task from posting to review, and an order with options and a revision that costs, to the cent. */
export async function tellWorkStory(stack: DemoStack, { step }: Story): Promise<void> {
  const [aru, timur, olga, sam] = await step(
    'Aru, a client, two freelancers and Sam, a creator, sign up',
    () =>
      Promise.all([
        signUp(stack, 'aru', 'client'),
        signUp(stack, 'timur', 'freelancer'),
        signUp(stack, 'olga', 'freelancer'),
        signUp(stack, 'sam', 'creator'),
      ]),
    (people) => people.map(({ name }) => name).join(', '),
  )
  /** What a payment provider does: an admin says that the money has come. */
  const payIn = ({ id, amount, currency }: Escrow) =>
    asAdmin(stack, (sql) => sql`select private.fund_escrow(${id}, ${amount}, ${currency}, ${`transfer ${id}`})`)
  const moneyOf = async (list: Promise<Escrow[]>) => {
    const [last] = (await list).slice(-1)
    return last!
  }

  const task = await step(
    'Aru posts a task; where exactly it is, nobody else reads',
    async () => {
      const posted = await must(
        aru.tb.tasks.create({
          title: `A sign for a bakery ${run}`,
          description: 'Paint it on the wall, two colours.',
          category: 'design',
          task_type: 'physical',
          budget: 15_000,
          currency: 'USD',
          city: 'Almaty',
          address: 'Abay avenue 1',
        }),
      )
      await must(timur.tb.freelancers.create({ headline: 'Sign painter' }))
      await must(aru.tb.clients.create({ company_name: `Bakery ${run}` }))
      expectEqual((await must(timur.tb.tasks.get(posted.id))).address, null, 'address for others')
      return posted
    },
    ({ title, budget, currency }) => `${title}, up to ${money(budget, currency)}`,
  )
  const [mine, theirs] = await step(
    'Timur and Olga apply with a price',
    async () => [
      await must(timur.tb.tasks.apply(task.id, { proposal: 'I paint signs.', offered_price: 12_345 })),
      await must(olga.tb.tasks.apply(task.id, { proposal: 'Cheaper.', offered_price: 9_000 })),
    ],
    (made) => made.map(({ offered_price, currency }) => money(offered_price, currency)).join(' and '),
  )
  const held = await step(
    'Aru accepts Timur: Olga is told, and both read what they will pay and get',
    async () => {
      await must(aru.tb.tasks.acceptApplication(mine!.id))
      expectEqual(await told(olga.tb), 'Not this time', 'what Olga is told')
      await mustFail(aru.tb.tasks.acceptApplication(theirs!.id), 'invalid_transition')
      return moneyOf(must(timur.tb.escrows.list({ entity_type: 'task', entity_id: task.id })))
    },
    sides,
  )
  await step(
    'The money comes in, Timur begins: from now on Aru cannot take it back alone',
    async () => {
      await payIn(held)
      await must(timur.tb.tasks.start(task.id))
      expectEqual((await must(timur.tb.tasks.get(task.id))).address, 'Abay avenue 1', 'address for who was accepted')
      return mustFail(aru.tb.tasks.cancel(task.id), 'conflict')
    },
    ({ message }) => message,
  )
  await step(
    'Aru completes the task: Timur is paid, less 15 %',
    async () => {
      await must(aru.tb.tasks.complete(task.id))
      const [client, freelancer] = await Promise.all(
        [aru, timur].map(({ tb }) => must(tb.wallet.get({ currency: 'USD' }))),
      )
      expectEqual([client!.total_spent, client!.escrowed], [12_345, 0], 'what Aru spent')
      expectEqual([freelancer!.balance, freelancer!.total_earned], [10_493, 10_493], 'what Timur earned')
      return freelancer!
    },
    ({ balance, currency }) => `in Timur’s wallet: ${money(balance, currency)}`,
  )
  await step(
    'Aru reviews Timur, unseen until he has reviewed her',
    async () => {
      const review = { entity_type: 'task', entity_id: task.id } as const
      await must(aru.tb.reviews.create({ ...review, rating: 5, comment: 'As painted.', criteria: { quality: 5 } }))
      const { id } = await must(timur.tb.accounts.me())
      expectEqual((await must(olga.tb.reviews.list({ subject_id: id }))).items, [], 'before Timur has written')
      await must(timur.tb.reviews.create({ ...review, rating: 4 }))
      const { rating } = await must(timur.tb.freelancers.mine())
      expectEqual([rating, (await must(aru.tb.clients.mine())).rating], [5, 4], 'ratings')
      return must(olga.tb.reviews.list({ subject_id: id }))
    },
    ({ items }) => `of Timur: ${items.map(({ rating, comment }) => `${rating} stars, ${comment}`).join()}`,
  )

  const service = await step(
    'Sam offers a service with options; a revision costs',
    () =>
      must(
        sam.tb.services.create({
          title: `A video about your shop ${run}`,
          description: 'Thirty seconds, vertical.',
          category: 'ugc-video',
          price: 20_000,
          delivery_days: 5,
          modifications_price: 1_999,
          options: [
            { name: 'Subtitles', price: 3_050 },
            { name: 'Raw files', price: 5_000 },
          ],
        }),
      ),
    ({ price, currency, options, modifications_price }) =>
      `${money(price, currency)}, ${options.map(({ name, price }) => `${name} ${money(price, currency)}`).join(', ')}, each revision ${money(modifications_price, currency)}`,
  )
  const order = await step(
    'Aru orders it with subtitles and pays; the total is the server’s, also when Sam raises the price',
    async () => {
      const [subtitles] = service.options
      const made = await must(aru.tb.orders.create({ service_id: service.id, option_ids: [subtitles!.id] }))
      await must(sam.tb.services.update(service.id, { price: 99_999 }))
      await payIn(await moneyOf(must(aru.tb.escrows.list({ entity_type: 'order', entity_id: made.id }))))
      const paid = await must(aru.tb.orders.get(made.id))
      expectEqual([paid.status, paid.total_price], ['in_progress', 23_050], 'the order')
      return paid
    },
    ({ total_price, currency, seller_gets, fee }) =>
      `Aru pays ${money(total_price, currency)}, Sam gets ${money(seller_gets, currency)}, fee ${money(fee, currency)}`,
  )
  await step(
    'Sam delivers, Aru asks for a revision: it begins once it is paid',
    async () => {
      await must(sam.tb.orders.deliver(order.id, { message: 'Here it is.' }))
      await must(aru.tb.orders.requestRevision(order.id, { message: 'Slower, please.' }))
      expectEqual((await must(sam.tb.orders.get(order.id))).status, 'delivered', 'status before it is paid')
      const revision = await moneyOf(must(aru.tb.escrows.list({ entity_type: 'order', entity_id: order.id })))
      await payIn(revision)
      expectEqual((await must(sam.tb.orders.get(order.id))).status, 'revision_requested', 'status once it is paid')
      return revision
    },
    sides,
  )
  await step(
    'Sam delivers again, Aru approves: every cent is where it belongs',
    async () => {
      await must(sam.tb.orders.deliver(order.id, { message: 'Slower.' }))
      await must(aru.tb.orders.approve(order.id))
      const [buyer, seller] = await Promise.all([aru, sam].map(({ tb }) => must(tb.wallet.get({ currency: 'USD' }))))
      // 15 % of 23,050 is 3,457.5, of 1,999 it is 299.85.
      expectEqual(seller!.balance, 23_050 - 3_458 + 1_999 - 300, 'what Sam earned')
      expectEqual(buyer!.total_spent, 12_345 + 23_050 + 1_999, 'what Aru spent')
      await asAdmin(stack, async (sql) =>
        expectEqual(await sql`select * from private.check_ledger()`, [], 'the ledger'),
      )
      return seller!
    },
    ({ balance, currency }) => `in Sam’s wallet: ${money(balance, currency)}`,
  )
  await step(
    'Aru reviews Sam, published at once, and saves the service',
    async () => {
      await must(aru.tb.reviews.create({ entity_type: 'order', entity_id: order.id, rating: 5 }))
      await must(aru.tb.favorites.add('service', service.id))
      const [saved] = (await must(aru.tb.favorites.list({ type: 'service' }))).items
      expectEqual([saved!.item.rating, saved!.item.orders_count], [5, 1], 'the service')
      return saved!.item
    },
    ({ title, rating }) => `${title}: ${rating} stars`,
  )
}

/** Minor units as people read them. */
const money = (amount: number, currency: string): string => `${(amount / 100).toFixed(2)} ${currency}`

const sides = ({ payer_pays, payee_gets, fee, currency }: Escrow): string =>
  `Aru pays ${money(payer_pays, currency)}, the other side gets ${money(payee_gets, currency)}, fee ${money(fee, currency)}`

async function told(tb: Awaited<ReturnType<typeof signUp>>['tb']): Promise<string | undefined> {
  return (await must(tb.notifications.list())).items[0]?.title
}
