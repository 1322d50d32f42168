import type postgres from 'postgres'
import { type Person, unique } from '../../helpers/people.ts'
import type { Cast } from '../cast.ts'
import { addFile } from '../files.ts'
import { addOrder, addService, addTask } from '../work.ts'
import type { TableRows } from './types.ts'

/** Everybody of it is creator, freelancer and client. */
const trio: TableRows['trio'] = (cast) => cast.creator

/** The other side of what the owner has a part in. */
const other = ({ model }: Cast): Person => model.owner

const seller: TableRows['others'] = (cast) => ({ seller: other(cast) })

/** `in progress` is the status in_progress. */
const statusOf = (kind: string) => kind.replace(' ', '_')

/** Of the catalog, for tasks that ask for one. */
const skillId = 'a5c11000-0000-4000-8000-000000000002'

export const tasks: TableRows = {
  trio,
  async make({ sql }, kind, owner) {
    await sql`insert into public.skills (id, name) values (${skillId}, ${unique('skill')}) on conflict (id) do nothing`
    return { id: await addTask(sql, owner, statusOf(kind)) }
  },
  samples: (owner) => ({
    owner_id: owner.id,
    title: 'Another title',
    description: 'After',
    category: 'logo-design',
    task_type: 'physical',
    budget: 20000,
    currency: 'KZT',
    deadline: '2100-01-01',
    city: 'Almaty',
    country: 'Kazakhstan',
    address: 'Abay avenue 1',
    skill_ids: [skillId],
  }),
  insert: (owner) => ({
    owner_id: owner.id,
    title: 'New task',
    description: 'New',
    category: 'design',
    task_type: 'digital',
    budget: 100,
  }),
}

export const task_applications: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    const [row] = await cast.sql`
      insert into public.task_applications (task_id, freelancer_id, proposal, offered_price, currency)
      values (${await addTask(cast.sql, other(cast))}, ${owner.id}, 'Before', 10000, 'USD') returning id
    `
    return { id: row!.id }
  },
  others: (cast) => ({ 'task owner': other(cast) }),
}

export const services: TableRows = {
  trio,
  make: async ({ sql }, _kind, owner) => ({ id: await addService(sql, owner) }),
  samples: (owner) => ({
    owner_id: owner.id,
    title: 'Another title',
    description: 'After',
    category: 'podcasts',
    price: 20000,
    currency: 'KZT',
    delivery_days: 5,
    allows_modifications: false,
    modifications_price: 500,
    tags: ['voice'],
    is_active: false,
  }),
  insert: (owner) => ({
    owner_id: owner.id,
    title: 'New service',
    description: 'New',
    category: 'podcasts',
    price: 100,
    delivery_days: 1,
  }),
}

/** A service of whoever adds an option to it. */
const serviceOf = (owner: { id: string }) => owner.id

export const service_options: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    const [row] = await sql`
      insert into public.service_options (service_id, name, price)
      values (${await addService(sql, owner)}, 'Before', 500) returning id
    `
    return { id: row!.id }
  },
  prepare: async ({ sql }, person) => {
    await addService(sql, person, serviceOf(person))
  },
  samples: (owner) => ({
    service_id: serviceOf(owner),
    name: 'After',
    description: 'What it is.',
    price: 700,
    position: 3,
  }),
  insert: (owner) => ({ service_id: serviceOf(owner), name: 'New', price: 100 }),
}

export const orders: TableRows = {
  trio,
  make: async (cast, kind, owner) => ({ id: await addOrder(cast.sql, owner, other(cast), statusOf(kind)) }),
  others: seller,
  samples: () => ({ requirements: 'After', delivery_date: '2100-01-01' }),
}

export const order_options: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    const order_id = await addOrder(cast.sql, owner, other(cast))
    await cast.sql`
      insert into public.order_options (order_id, position, name, price) values (${order_id}, 1, 'Before', 500)
    `
    return { order_id, position: 1 }
  },
  others: seller,
}

export const order_deliveries: TableRows = {
  trio,
  make: async (cast, _kind, owner) => ({ id: await addDelivery(cast.sql, owner, other(cast)) }),
  others: seller,
}

export const order_delivery_files: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    const [delivery_id, file_id] = [
      await addDelivery(cast.sql, owner, other(cast)),
      await addFile(cast.sql, other(cast), 'deliveries'),
    ]
    await cast.sql`insert into public.order_delivery_files (delivery_id, file_id) values (${delivery_id}, ${file_id})`
    return { delivery_id, file_id }
  },
  others: seller,
}

export const order_revisions: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    const [row] = await cast.sql`
      insert into public.order_revisions (order_id, account_id, message)
      values (${await addOrder(cast.sql, owner, other(cast), 'delivered')}, ${owner.id}, 'Before') returning id
    `
    return { id: row!.id }
  },
  others: seller,
}

export const reviews: TableRows = {
  trio,
  async make(cast, kind, owner) {
    const [row] = await cast.sql`
      insert into public.reviews (entity_type, entity_id, author_id, subject_id, subject_role, rating, published_at, removed_at)
      values (
        'order', ${await addOrder(cast.sql, owner, other(cast), 'completed')}, ${owner.id}, ${other(cast).id}, 'creator', 5,
        ${kind === 'waiting' ? null : new Date()}, ${kind === 'removed' ? new Date() : null}
      )
      returning id
    `
    return { id: row!.id }
  },
  others: (cast) => ({ subject: other(cast) }),
}

async function addDelivery(sql: postgres.Sql, buyer: Person, from: Person): Promise<string> {
  const [row] = await sql`
    insert into public.order_deliveries (order_id, account_id, message)
    values (${await addOrder(sql, buyer, from, 'delivered')}, ${from.id}, 'Before') returning id
  `
  return row!.id
}
