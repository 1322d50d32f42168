import type postgres from 'postgres'
import type { Person } from '../helpers/people.ts'

/** A task of somebody's, made as postgres; answers its id. */
export async function addTask(sql: postgres.Sql, owner: Person, status = 'open'): Promise<string> {
  const [row] = await sql`
    insert into public.tasks (owner_id, title, description, category, task_type, budget, city, status)
    values (${owner.id}, 'A task', 'Before', 'design', 'digital', 10000, 'Astana', ${status}) returning id
  `
  return row!.id
}

/** A service of somebody's; the same one every time where its id is told. */
export async function addService(sql: postgres.Sql, owner: Person, id?: string): Promise<string> {
  const [row] = await sql`
    insert into public.services (id, owner_id, title, description, category, price, delivery_days)
    values (coalesce(${id ?? null}::uuid, gen_random_uuid()), ${owner.id}, 'A service', 'Before', 'ugc-video', 10000, 3)
    on conflict (id) do update set title = excluded.title returning id
  `
  return row!.id
}

/** An order of this buyer's from this seller; answers its id. */
export async function addOrder(sql: postgres.Sql, buyer: Person, seller: Person, status = 'pending'): Promise<string> {
  const [row] = await sql`
    insert into public.orders (
      service_id, buyer_id, seller_id, title, price, total_price, currency, delivery_days, allows_modifications,
      modifications_price, status
    )
    values (
      ${await addService(sql, seller)}, ${buyer.id}, ${seller.id}, 'A service', 10000, 10000, 'USD', 3, true, 0, ${status}
    )
    returning id
  `
  return row!.id
}
