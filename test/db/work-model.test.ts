import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccounts } from '../helpers/many.ts'
import { liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'
import { giveMoney, makeService, makeTask, wrongMoney } from '../helpers/work.ts'
import { type Eyes, openEyes } from './viewer.ts'

// Orders and tasks with their money, against models of them in memory: whatever everybody does in whatever order, each call
// is answered and leaves what the model says.

const runs = 80

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

type Who = string

interface Escrow {
  /** Null until the database has told it. */
  id: string | null
  payer: Who
  payee: Who
  amount: number
  status: string
  released: number
  fee: number
  refunded: number
}

/** Wallets and what is held, in whole minor units; 15 % of what goes to a payee is the platform's, rounded half up. */
class Money {
  readonly wallets: Record<Who, number>
  readonly escrows: Escrow[] = []
  revenue = 0

  constructor(people: Who[]) {
    this.wallets = Object.fromEntries(people.map((who) => [who, 0]))
  }

  open(payer: Who, payee: Who, amount: number): Escrow {
    const escrow = { id: null, payer, payee, amount, status: 'pending', released: 0, fee: 0, refunded: 0 }
    this.escrows.push(escrow)
    return escrow
  }

  pay(escrow: Escrow, who: Who): string {
    if (who !== escrow.payer) return who === escrow.payee ? 'permission_denied' : 'not_found'
    if (escrow.status !== 'pending') return 'invalid_transition'
    if (this.wallets[who]! < escrow.amount) return 'insufficient_funds'
    this.wallets[who]! -= escrow.amount
    escrow.status = 'funded'
    return 'done'
  }

  settle(escrow: Escrow, toPayee: number): void {
    escrow.fee = Math.floor((toPayee * 15 + 50) / 100)
    escrow.released = toPayee - escrow.fee
    escrow.refunded = escrow.amount - toPayee
    escrow.status = toPayee === escrow.amount ? 'released' : toPayee === 0 ? 'refunded' : 'settled'
    this.wallets[escrow.payee]! += escrow.released
    this.wallets[escrow.payer]! += escrow.refunded
    this.revenue += escrow.fee
  }

  /** False, and nothing done, where an admin has to decide first. */
  end(escrows: Escrow[], effect: 'release' | 'refund'): boolean {
    if (escrows.some(({ status }) => status === 'disputed')) return false
    for (const escrow of escrows) {
      if (escrow.status === 'pending') escrow.status = 'cancelled'
      if (escrow.status === 'funded') this.settle(escrow, effect === 'release' ? escrow.amount : 0)
    }
    return true
  }

  /** Whether an account stays: held money is decided first, and what can be withdrawn, 50.00, is taken out. */
  keeps(who: Who): boolean {
    const isHeld = this.escrows.some(
      ({ payer, payee, status }) => (payer === who || payee === who) && (status === 'funded' || status === 'disputed'),
    )
    return isHeld || this.wallets[who]! >= 5_000
  }

  seen(): object {
    const escrows = this.escrows.map(({ id: _, payer: _payer, payee: _payee, ...rest }) => ({
      ...rest,
      held: rest.status === 'funded' || rest.status === 'disputed' ? rest.amount : 0,
    }))
    return { wallets: this.wallets, escrows, revenue: this.revenue }
  }
}

/** A run: its people by name, and what the database has of them. */
class World {
  revenueBefore = 0
  readonly people: Record<Who, string>

  constructor(people: Record<Who, string>) {
    this.people = people
  }

  static async of(names: Who[]): Promise<World> {
    const { ids } = await makeAccounts(stack, names.length, { roles: ['client', 'freelancer', 'creator'] })
    const world = new World(Object.fromEntries(names.map((name, i) => [name, ids[i]!])))
    world.revenueBefore = (await world.money([])).revenue
    return world
  }

  /** A call as somebody: `done`, or the code of the refusal. */
  async call(who: Who, text: string, ...values: (string | number | null)[]): Promise<string> {
    return tried(eyes.as(this.people[who]!, `select from public.${text}`, values))
  }

  leave(who: Who): Promise<string> {
    return tried(sql(stack)`delete from auth.users where id = ${this.people[who]!}`)
  }

  /** The same of the database as Money.seen(), with the escrows of these, oldest first. */
  async money(entities: string[]) {
    const [row] = await sql(stack)`
      select
        (
          select coalesce(jsonb_object_agg(owner_id, balance), '{}') from private.ledger_accounts
          where owner_id = any (${Object.values(this.people)}::uuid[]) and kind = 'wallet' and currency = 'USD'
        ) as wallets,
        (
          select coalesce(sum(e.amount), 0)::int from private.ledger_entries e
          join private.ledger_accounts a on a.id = e.ledger_account_id and a.kind = 'revenue' and a.currency = 'USD'
        ) as revenue,
        (
          select coalesce(jsonb_agg(
            jsonb_build_object(
              'id', e.id, 'amount', e.amount, 'status', e.status, 'released', e.released, 'fee', e.fee,
              'refunded', e.refunded, 'held', coalesce(a.balance, 0)
            ) order by e.created_at, e.position
          ), '[]')
          from private.escrows e left join private.ledger_accounts a on a.id = e.ledger_account_id
          where e.entity_id = any (${entities}::uuid[])
        ) as escrows
    `
    const wallets = Object.entries(this.people).map(([name, id]) => [name, row!.wallets[id] ?? 0])
    return {
      wallets: Object.fromEntries(wallets) as Record<Who, number>,
      revenue: row!.revenue - this.revenueBefore,
      escrows: row!.escrows as { id: string }[],
    }
  }

  async expectMoney(money: Money, entities: string[]): Promise<void> {
    const found = await this.money(entities)
    expect({ ...found, escrows: found.escrows.map(({ id: _, ...rest }) => rest) }).toEqual(money.seen())
    for (const [i, { id }] of found.escrows.entries()) money.escrows[i]!.id = id
  }
}

async function tried(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'PGRST' ? JSON.parse(message).code : code
  }
}

/** What is done in a run, and that it was answered and left what the model says. */
class Doing<Model extends { expectSeen(): Promise<void> }, Step> implements fc.AsyncCommand<Model, object> {
  private readonly step: Step
  private readonly take: (model: Model, step: Step) => Promise<readonly [expected: string, found: string]>

  constructor(step: Step, take: Doing<Model, Step>['take']) {
    this.step = step
    this.take = take
  }

  check(): boolean {
    return true
  }

  async run(model: Model): Promise<void> {
    const [expected, found] = await this.take(model, this.step)
    expect(found, this.toString()).toBe(expected)
    await model.expectSeen()
  }

  toString(): string {
    return JSON.stringify(this.step)
  }
}

/** Many runs of many steps; in each, so many of the prepared ones are done first. */
async function play<Model extends { expectSeen(): Promise<void> }, Step>(
  steps: [number, fc.Arbitrary<Step>][],
  take: Doing<Model, Step>['take'],
  prepared: Step[],
  begin: () => Promise<Model>,
): Promise<void> {
  const commands = steps.flatMap(([weight, arbitrary]) =>
    Array(weight).fill(arbitrary.map((step) => new Doing(step, take))),
  ) as fc.Arbitrary<Doing<Model, Step>>[]
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.constant(prepared.length), fc.nat(prepared.length)),
      fc.commands(commands, { maxCommands: 30, size: 'max' }),
      async (count, list) => {
        const setUp = async () => {
          const model = await begin()
          for (const step of prepared.slice(0, count)) await new Doing(step, take).run(model)
          return { model, real: {} }
        }
        await fc.asyncModelRun(setUp, list)
      },
    ),
    { numRuns: runs },
  )
  expect([...(await wrongMoney(stack))]).toEqual([])
}

/** One of a list, whatever the number; undefined of none. */
const pick = <T>(list: T[], which: number): T | undefined => list[which % Math.max(list.length, 1)]

/** Mostly one with which this can be done. */
function pickEscrow(escrows: Escrow[], status: string, which: number): Escrow | undefined {
  const fitting = escrows.filter((escrow) => escrow.status === status)
  return pick(which % 5 === 0 || fitting.length === 0 ? escrows : fitting, which)
}

const part = fc.constantFrom(0, 1, 0.335, 0.5)
const which = fc.nat(20)

// Orders --------------------------------------------------------------------------------------------------------------

const sides = ['buyer', 'seller'] as const

interface Order {
  id: string
  status: string
  begun: boolean
  revisions: number
  allows: boolean
  cost: number
  escrows: Escrow[]
}

/** In which status which side may do what. */
const mayOrder: Record<string, Record<string, readonly string[]>> = {
  start: { in_progress: ['seller'] },
  deliver: { in_progress: ['seller'], delivered: ['seller'], revision_requested: ['seller'] },
  approve: { delivered: ['buyer'] },
  revise: { delivered: ['buyer'] },
  cancel: { pending: sides, in_progress: sides, delivered: ['seller'], revision_requested: ['seller'] },
  dispute: { in_progress: sides, delivered: sides, revision_requested: sides },
}

const orderCalls: Record<string, string> = {
  start: 'start_order($1)',
  deliver: `deliver_order($1, 'Here.')`,
  approve: 'approve_order($1, $2)',
  revise: `request_revision($1, 'More.')`,
  cancel: `cancel_order($1, 'So.', $2)`,
  dispute: `dispute_order($1, 'So.')`,
}

const services = [
  { price: 1001, modifications_price: 0 },
  { price: 333, modifications_price: 57 },
  { price: 10, allows_modifications: false },
]

class Orders {
  readonly money = new Money(['buyer', 'seller', 'stranger'])
  readonly orders: Order[] = []
  readonly gone = new Set<Who>()
  readonly world: World
  readonly services: string[]

  constructor(world: World, services: string[]) {
    this.world = world
    this.services = services
  }

  orderOf(escrow: Escrow): Order {
    return this.orders.find(({ escrows }) => escrows.includes(escrow))!
  }

  do(order: Order, action: string, who: Who): string {
    if (who === 'stranger' || this.gone.has(who)) return 'not_found'
    if (action === 'revise' && !order.allows && who === 'buyer') return 'conflict'
    const may = mayOrder[action]![order.status]
    if (may === undefined) return 'invalid_transition'
    if (!may.includes(who)) return 'permission_denied'
    switch (action) {
      case 'start':
        order.begun = true
        return 'done'
      case 'deliver':
        order.begun = true
        order.status = 'delivered'
        return 'done'
      case 'approve':
        return this.end(order, 'completed')
      case 'cancel':
        if (who === 'buyer' && order.begun) return 'conflict'
        return this.end(order, 'cancelled')
      case 'revise':
        if (order.cost === 0) return this.revise(order)
        if (order.escrows.some(({ status }) => status === 'pending')) return 'conflict'
        order.escrows.push(this.money.open('buyer', 'seller', order.cost))
        return 'done'
      default:
        order.status = 'disputed'
        for (const escrow of order.escrows) {
          if (escrow.status === 'pending') escrow.status = 'cancelled'
          if (escrow.status === 'funded') escrow.status = 'disputed'
        }
        return 'done'
    }
  }

  end(order: Order, status: 'completed' | 'cancelled'): string {
    order.status = status
    this.money.end(order.escrows, status === 'completed' ? 'release' : 'refund')
    return 'done'
  }

  revise(order: Order): string {
    order.status = 'revision_requested'
    order.revisions++
    return 'done'
  }

  paid(escrow: Escrow): void {
    const order = this.orderOf(escrow)
    if (order.escrows[0] === escrow) order.status = 'in_progress'
    else this.revise(order)
  }

  decided(escrow: Escrow): void {
    const order = this.orderOf(escrow)
    if (order.escrows.some(({ status }) => status === 'disputed')) return
    order.status = order.escrows.some(({ released }) => released > 0) ? 'completed' : 'cancelled'
  }

  leave(who: Who): string {
    if (this.money.keeps(who)) return 'conflict'
    this.gone.add(who)
    for (const order of this.orders) if (order.status === 'pending') this.end(order, 'cancelled')
    return 'done'
  }

  async expectSeen(): Promise<void> {
    const rows = await sql(stack)`
      select id, status, started_at is not null as begun, revisions_count as revisions, buyer_id is null as "noBuyer",
        seller_id is null as "noSeller", service_id is null as "noService"
      from public.orders where id = any (${this.orders.map(({ id }) => id)}::uuid[]) order by created_at
    `
    expect([...rows]).toEqual(
      this.orders.map(({ id, status, begun, revisions }) => ({
        id,
        status,
        begun,
        revisions,
        noBuyer: this.gone.has('buyer'),
        noSeller: this.gone.has('seller'),
        noService: this.gone.has('seller'),
      })),
    )
    await this.world.expectMoney(
      this.money,
      this.orders.map(({ id }) => id),
    )
  }
}

type OrderStep =
  | { do: 'order'; service: number }
  | { do: 'give'; amount: number }
  | { do: 'act'; action: string; who: Who; which: number; twice: boolean }
  | { do: 'pay' | 'touch'; who: Who; which: number; twice: boolean }
  | { do: 'fund' | 'wait'; which: number }
  | { do: 'resolve'; which: number; part: number }
  | { do: 'leave'; who: Who }

const anybody = fc.constantFrom('buyer', 'seller', 'stranger')
/** Mostly the side that may, or little would happen. */
const act = (action: string, who: fc.Arbitrary<Who>) =>
  fc.record({ do: fc.constant('act' as const), action: fc.constant(action), who, which, twice: fc.boolean() })
const mostly = (who: Who) => fc.oneof({ weight: 4, arbitrary: fc.constant(who) }, { weight: 1, arbitrary: anybody })

/** How often each is tried. */
const orderSteps: [number, fc.Arbitrary<OrderStep>][] = [
  [2, fc.record({ do: fc.constant('order' as const), service: fc.nat(2) })],
  [2, fc.record({ do: fc.constant('give' as const), amount: fc.integer({ min: 1, max: 2000 }) })],
  [3, fc.record({ do: fc.constant('pay' as const), who: mostly('buyer'), which, twice: fc.boolean() })],
  [1, fc.record({ do: fc.constant('touch' as const), who: anybody, which, twice: fc.constant(false) })],
  [3, fc.record({ do: fc.constant('fund' as const), which })],
  [1, act('start', mostly('seller'))],
  [6, act('deliver', mostly('seller'))],
  [2, act('approve', mostly('buyer'))],
  [6, act('revise', mostly('buyer'))],
  [1, act('cancel', anybody)],
  [1, act('dispute', mostly('buyer'))],
  [1, fc.record({ do: fc.constant('wait' as const), which })],
  [2, fc.record({ do: fc.constant('resolve' as const), which, part })],
  [1, fc.record({ do: fc.constant('leave' as const), who: fc.constantFrom(...sides) })],
]

async function takeOrderStep(model: Orders, step: OrderStep): Promise<readonly [string, string]> {
  const { world, money } = model
  switch (step.do) {
    case 'order': {
      const found = await world.call('buyer', 'create_order($1)', model.services[step.service]!)
      if (model.gone.has('buyer')) return ['permission_denied', found]
      if (model.gone.has('seller')) return ['not_found', found]
      const { price, modifications_price = 0, allows_modifications = true } = services[step.service]!
      const [row] = await sql(stack)`
        select id from public.orders where buyer_id = ${world.people.buyer!} order by created_at desc limit 1
      `
      const common = { id: row!.id, status: 'pending', begun: false, revisions: 0 }
      const escrows = [money.open('buyer', 'seller', price)]
      model.orders.push({ ...common, allows: allows_modifications, cost: modifications_price, escrows })
      return ['done', found]
    }
    case 'give':
      money.wallets.buyer! += step.amount
      await giveMoney(stack, { id: world.people.buyer! }, step.amount)
      return ['done', 'done']
    case 'act': {
      const order = pick(model.orders, step.which)
      if (order === undefined) return ['', '']
      const takesKey = step.action === 'approve' || step.action === 'cancel'
      const key = step.twice && !model.gone.has(step.who) ? crypto.randomUUID() : null
      const values = takesKey ? [order.id, key] : [order.id]
      const found = await world.call(step.who, orderCalls[step.action]!, ...values)
      const expected = model.do(order, step.action, step.who)
      // With its key, what is done is done once, and what is refused is refused again.
      if (takesKey && key !== null) {
        expect(await world.call(step.who, orderCalls[step.action]!, ...values)).toBe(found)
      }
      return [expected, found]
    }
    case 'pay': {
      const escrow = pickEscrow(money.escrows, 'pending', step.which)
      if (escrow === undefined) return ['', '']
      const expected = money.pay(escrow, step.who)
      if (expected === 'done') model.paid(escrow)
      const key = step.twice && !model.gone.has(step.who) ? crypto.randomUUID() : null
      const found = await world.call(step.who, 'pay_escrow($1, $2)', escrow.id, key)
      if (key !== null) expect(await world.call(step.who, 'pay_escrow($1, $2)', escrow.id, key)).toBe(found)
      return [expected, found]
    }
    case 'touch': {
      const escrow = pick(money.escrows, step.which)
      if (escrow === undefined) return ['', '']
      const call = pick(['release_escrow($1)', 'refund_escrow($1)', `dispute_escrow($1, 'So.')`], step.which)!
      return [step.who === 'stranger' ? 'not_found' : 'conflict', await world.call(step.who, call, escrow.id)]
    }
    case 'fund': {
      const escrow = pickEscrow(money.escrows, 'pending', step.which)
      return escrow === undefined ? ['', ''] : [fund(escrow, model), await payIn(escrow)]
    }
    case 'wait': {
      const order = pick(model.orders, step.which)
      if (order === undefined) return ['', '']
      if (order.status === 'delivered') model.end(order, 'completed')
      await sql(
        stack,
      )`update public.orders set delivered_at = now() - interval '8 days' where id = ${order.id} and delivered_at is not null`
      await sql(stack)`select private.approve_delivered_orders()`
      return ['done', 'done']
    }
    case 'resolve':
      return resolve(model, step)
    case 'leave': {
      const found = await world.leave(step.who)
      return [model.leave(step.who), found]
    }
  }
}

/** A payment from outside. */
const payIn = ({ id, amount }: Escrow) =>
  tried(sql(stack)`select private.fund_escrow(${id}, ${amount}, 'USD', ${crypto.randomUUID()})`)

function fund(escrow: Escrow, model: { paid(escrow: Escrow): void }): string {
  if (escrow.status !== 'pending') return 'invalid_transition'
  escrow.status = 'funded'
  model.paid(escrow)
  return 'done'
}

/** An admin's decision. */
async function resolve(
  model: { money: Money; decided(escrow: Escrow): void },
  step: { which: number; part: number },
): Promise<readonly [string, string]> {
  const { escrows } = model.money
  const escrow = pickEscrow(escrows, 'disputed', step.which)
  if (escrow === undefined) return ['', '']
  const toPayee = Math.round(escrow.amount * step.part)
  const found = await tried(sql(stack)`select private.resolve_dispute(${escrow.id}, ${toPayee}, 'So.')`)
  if (escrow.status !== 'disputed') return ['55000', found]
  model.money.settle(escrow, toPayee)
  model.decided(escrow)
  return ['done', found]
}

test('orders: whatever is done by whomever, status and money are what a model of them says', async () => {
  const prepared: OrderStep[] = [0, 1].flatMap((which) => [
    { do: 'order', service: which },
    { do: 'fund', which },
    { do: 'act', action: 'deliver', who: 'seller', which, twice: false },
  ])
  await play(orderSteps, takeOrderStep, prepared, async () => {
    const world = await World.of(['buyer', 'seller', 'stranger'])
    const made = services.map((fields) => makeService(stack, { id: world.people.seller! }, fields))
    return new Orders(
      world,
      (await Promise.all(made)).map(({ id }) => id),
    )
  })
}, 60_000)

// Tasks ---------------------------------------------------------------------------------------------------------------

class Tasks {
  readonly money = new Money(['owner', 'anna', 'boris', 'stranger'])
  readonly gone = new Set<Who>()
  /** Of who has applied, while their account is there. */
  readonly applications: Record<Who, { id: string; price: number; status: string } | undefined> = {}
  status: 'open' | 'in_progress' | 'completed' | 'cancelled' | 'deleted' = 'open'
  begun = false
  accepted: Who | null = null
  readonly world: World
  readonly id: string

  constructor(world: World, id: string) {
    this.world = world
    this.id = id
  }

  /** Why somebody cannot act as the owner. */
  owner(who: Who): string | null {
    return who === 'owner' && this.status !== 'deleted' ? null : 'not_found'
  }

  apply(who: Who): string {
    if (this.gone.has(who)) return 'permission_denied'
    if (this.status === 'deleted') return 'not_found'
    if (who === 'owner') return 'validation_failed'
    if (this.status !== 'open') return 'conflict'
    return this.applications[who] === undefined ? 'done' : 'duplicate'
  }

  accept(applicant: Who, who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    const application = this.applications[applicant]!
    if (this.status !== 'open' || !['pending', 'rejected'].includes(application.status)) return 'invalid_transition'
    application.status = 'accepted'
    this.status = 'in_progress'
    this.accepted = applicant
    this.money.open('owner', applicant, application.price)
    this.rejectOthers()
    return 'done'
  }

  reject(applicant: Who, who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    const application = this.applications[applicant]!
    if (application.status !== 'pending') return 'invalid_transition'
    application.status = 'rejected'
    return 'done'
  }

  withdraw(applicant: Who, who: Who): string {
    if (who !== applicant) return 'not_found'
    const application = this.applications[applicant]!
    if (application.status === 'accepted') {
      if (this.status !== 'in_progress') return 'invalid_transition'
      const keeps = this.money.escrows.some(
        ({ payee, released, status }) =>
          payee === applicant && (released > 0 || (this.begun && (status === 'funded' || status === 'disputed'))),
      )
      if (keeps || !this.money.end(this.money.escrows, 'refund')) return 'conflict'
      this.status = 'open'
      this.begun = false
      this.accepted = null
    } else if (application.status !== 'pending') return 'invalid_transition'
    application.status = 'withdrawn'
    return 'done'
  }

  rejectOthers(): void {
    for (const application of Object.values(this.applications)) {
      if (application?.status === 'pending') application.status = 'rejected'
    }
  }

  start(who: Who): string {
    if (this.status === 'deleted' || this.applications[who]?.status !== 'accepted') return 'not_found'
    if (this.status !== 'in_progress') return 'invalid_transition'
    this.begun = true
    return 'done'
  }

  complete(who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    if (this.status !== 'in_progress') return 'invalid_transition'
    if (!this.money.end(this.money.escrows, 'release')) return 'conflict'
    this.status = 'completed'
    return 'done'
  }

  cancel(who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    if (this.status !== 'open' && this.status !== 'in_progress') return 'invalid_transition'
    const isHeld = this.money.keeps('owner')
    if ((this.begun && isHeld) || !this.money.end(this.money.escrows, 'refund')) return 'conflict'
    this.status = 'cancelled'
    this.rejectOthers()
    return 'done'
  }

  delete(who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    if (this.accepted !== null || this.money.escrows.some(isFunded)) return 'conflict'
    this.forget()
    return 'done'
  }

  /** The task and its applications go; what was not paid in with them. */
  forget(): void {
    this.status = 'deleted'
    this.begun = false
    this.accepted = null
    for (const who of Object.keys(this.applications)) delete this.applications[who]
    this.money.end(this.money.escrows, 'refund')
  }

  split(amounts: number[], who: Who): string {
    const refusal = this.owner(who)
    if (refusal !== null) return refusal
    if (this.status !== 'in_progress') return 'conflict'
    const { escrows } = this.money
    if (escrows.some((one) => one.payee === this.accepted && isFunded(one) && one.status !== 'refunded'))
      return 'conflict'
    if (amounts.reduce((sum, amount) => sum + amount, 0) !== this.applications[this.accepted!]!.price) {
      return 'validation_failed'
    }
    for (let i = escrows.length - 1; i >= 0; i--) if (escrows[i]!.status === 'pending') escrows.splice(i, 1)
    for (const amount of amounts) this.money.open('owner', this.accepted!, amount)
    return 'done'
  }

  move(escrow: Escrow, action: 'release' | 'refund' | 'dispute', who: Who): string {
    if (who !== escrow.payer && who !== escrow.payee) return 'not_found'
    if (action === 'release' && who !== escrow.payer) return 'permission_denied'
    if (escrow.status !== 'funded') return 'invalid_transition'
    if (action === 'dispute') escrow.status = 'disputed'
    // After work has begun, the payer only asks.
    else if (action === 'release' || who === escrow.payee || !this.begun) {
      this.money.settle(escrow, action === 'release' ? escrow.amount : 0)
    }
    return 'done'
  }

  leave(who: Who): string {
    if (this.money.keeps(who)) return 'conflict'
    this.gone.add(who)
    if (who === 'owner') {
      if (this.status !== 'deleted') this.forget()
      return 'done'
    }
    delete this.applications[who]
    if (this.accepted === who) {
      this.accepted = null
      if (this.status === 'in_progress') {
        this.status = 'open'
        this.begun = false
        this.money.end(this.money.escrows, 'refund')
      }
    }
    return 'done'
  }

  paid(): void {
    // A task goes on, whatever its money does.
  }

  decided(): void {
    // As above.
  }

  async expectSeen(): Promise<void> {
    const [row] = await sql(stack)`
      select t.status, t.started_at is not null as begun, t.applications_count as count,
        (select freelancer_id from public.task_applications where id = t.accepted_application_id) as accepted,
        (
          select coalesce(jsonb_object_agg(freelancer_id, a.status), '{}') from public.task_applications a where a.task_id = t.id
        ) as applications
      from public.tasks t where t.id = ${this.id}
    `
    const { people } = this.world
    const applications = Object.entries(this.applications).flatMap(([who, one]) =>
      one ? [[people[who], one.status]] : [],
    )
    const seen = {
      status: this.status,
      begun: this.begun,
      count: applications.filter(([, status]) => status !== 'withdrawn').length,
      accepted: this.accepted === null ? null : people[this.accepted],
      applications: Object.fromEntries(applications),
    }
    expect(row).toEqual(this.status === 'deleted' ? undefined : seen)
    await this.world.expectMoney(this.money, [this.id])
  }
}

const isFunded = ({ status }: Escrow) => status !== 'pending' && status !== 'cancelled'

type TaskStep =
  | { do: 'apply'; who: Who; price: number }
  | { do: 'accept' | 'reject' | 'withdraw'; applicant: Who; who: Who }
  | { do: 'start' | 'complete' | 'cancel' | 'delete'; who: Who }
  | { do: 'split'; parts: number; isWrong: boolean; who: Who }
  | { do: 'pay' | 'release' | 'refund' | 'dispute'; which: number; who: Who }
  | { do: 'give'; amount: number }
  | { do: 'fund'; which: number }
  | { do: 'resolve'; which: number; part: number }
  | { do: 'leave'; who: Who }

const everybody = fc.constantFrom('owner', 'anna', 'boris', 'stranger')
const freelancer = fc.constantFrom('anna', 'boris')
const ofMostly = (who: fc.Arbitrary<Who>) =>
  fc.oneof({ weight: 5, arbitrary: who }, { weight: 1, arbitrary: everybody })
const byOwner = ofMostly(fc.constant('owner'))

const prices = fc.integer({ min: 3, max: 1500 })
const taskSteps: [number, fc.Arbitrary<TaskStep>][] = [
  [2, fc.record({ do: fc.constant('apply' as const), who: ofMostly(freelancer), price: prices })],
  [3, fc.record({ do: fc.constant('accept' as const), applicant: freelancer, who: byOwner })],
  [1, fc.record({ do: fc.constant('reject' as const), applicant: freelancer, who: byOwner })],
  [
    2,
    fc
      .tuple(freelancer, fc.boolean())
      .map(([applicant, isOwn]) => ({ do: 'withdraw' as const, applicant, who: isOwn ? applicant : 'owner' })),
  ],
  [2, fc.record({ do: fc.constant('start' as const), who: ofMostly(freelancer) })],
  [1, fc.record({ do: fc.constantFrom('complete' as const, 'cancel' as const, 'delete' as const), who: byOwner })],
  [
    4,
    fc.record({
      do: fc.constant('split' as const),
      parts: fc.integer({ min: 1, max: 3 }),
      isWrong: fc.constantFrom(false, false, false, true),
      who: byOwner,
    }),
  ],
  [3, fc.record({ do: fc.constant('pay' as const), which, who: byOwner })],
  [2, fc.record({ do: fc.constant('release' as const), which, who: byOwner })],
  [4, fc.record({ do: fc.constantFrom('refund' as const, 'dispute' as const), which, who: everybody })],
  [2, fc.record({ do: fc.constant('give' as const), amount: fc.integer({ min: 1, max: 2000 }) })],
  [5, fc.record({ do: fc.constant('fund' as const), which })],
  [3, fc.record({ do: fc.constant('resolve' as const), which, part })],
  [1, fc.record({ do: fc.constant('leave' as const), who: everybody.filter((who) => who !== 'stranger') })],
]

async function takeTaskStep(model: Tasks, step: TaskStep): Promise<readonly [string, string]> {
  const { world, money } = model
  switch (step.do) {
    case 'apply': {
      const found = await world.call(step.who, `apply_to_task($1, 'I can.', $2)`, model.id, step.price)
      const expected = model.apply(step.who)
      if (expected === 'done') {
        const [row] = await sql(stack)`
          select id from public.task_applications where task_id = ${model.id} and freelancer_id = ${world.people[step.who]!}
        `
        model.applications[step.who] = { id: row!.id, price: step.price, status: 'pending' }
      }
      return [expected, found]
    }
    case 'accept':
    case 'reject':
    case 'withdraw': {
      const application = model.applications[step.applicant]
      if (application === undefined) return ['', '']
      const found = await world.call(step.who, `${step.do}_application($1)`, application.id)
      return [model[step.do](step.applicant, step.who), found]
    }
    case 'start':
    case 'complete':
    case 'cancel':
    case 'delete': {
      const found = await world.call(step.who, `${step.do}_task($1)`, model.id)
      return [model[step.do](step.who), found]
    }
    case 'split': {
      const price = (model.accepted !== null && model.applications[model.accepted]?.price) || 100
      const amounts = Array.from({ length: step.parts }, () => Math.floor(price / step.parts))
      amounts[0]! += price - amounts.reduce((sum, amount) => sum + amount, 0) + (step.isWrong ? 1 : 0)
      const milestones = amounts.map((amount, i) => ({ title: `Part ${i + 1}`, amount }))
      const found = await world.call(
        step.who,
        'set_milestones($1, $2::text::jsonb)',
        model.id,
        JSON.stringify(milestones),
      )
      return [model.split(amounts, step.who), found]
    }
    case 'pay':
    case 'release':
    case 'refund':
    case 'dispute': {
      const escrow = pickEscrow(money.escrows, step.do === 'pay' ? 'pending' : 'funded', step.which)
      if (escrow === undefined) return ['', '']
      const call = step.do === 'dispute' ? `dispute_escrow($1, 'So.')` : `${step.do}_escrow($1)`
      const found = await world.call(step.who, call, escrow.id)
      return [step.do === 'pay' ? money.pay(escrow, step.who) : model.move(escrow, step.do, step.who), found]
    }
    case 'give':
      money.wallets.owner! += step.amount
      await giveMoney(stack, { id: world.people.owner! }, step.amount)
      return ['done', 'done']
    case 'fund': {
      const escrow = pickEscrow(money.escrows, 'pending', step.which)
      return escrow === undefined ? ['', ''] : [fund(escrow, model), await payIn(escrow)]
    }
    case 'resolve':
      return resolve(model, step)
    case 'leave': {
      const found = await world.leave(step.who)
      return [model.leave(step.who), found]
    }
  }
}

test('tasks with milestones: whatever is done by whomever, status and money are what a model of them says', async () => {
  const prepared: TaskStep[] = [
    { do: 'apply', who: 'anna', price: 1001 },
    { do: 'apply', who: 'boris', price: 333 },
    { do: 'accept', applicant: 'anna', who: 'owner' },
    { do: 'split', parts: 3, isWrong: false, who: 'owner' },
    { do: 'fund', which: 0 },
    { do: 'fund', which: 1 },
  ]
  await play(taskSteps, takeTaskStep, prepared, async () => {
    const world = await World.of(['owner', 'anna', 'boris', 'stranger'])
    return new Tasks(world, await makeTask(stack, { id: world.people.owner! }))
  })
}, 60_000)
