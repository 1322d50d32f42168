import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type EmptyOfPerson, type Person, withUser } from '../people/person.ts'
import type { Result } from '../result.ts'
import type { Card } from '../rows.ts'
import { createClientSchema, getClientSchema, updateClientSchema } from './schemas.ts'

/** What everybody signed in sees of a client; one's own profile is the same. */
export interface Client {
  account_id: string
  user: Person
  company_name: string | null
  description: string | null
  website: string | null
  /** 1-5, of published reviews; null before the first. */
  rating: number | null
  reviews_count: number
  created_at: string
  updated_at: string
}

type ClientRow = Card<'client_card', EmptyOfPerson | 'company_name' | 'description' | 'website' | 'rating'>

/** Profiles of clients, who give tasks and order services. */
export class Clients {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Makes one's own profile. `permission_denied` without the role client, `duplicate` when there is one. */
  create(input: z.input<typeof createClientSchema> = {}): Promise<Result<Client>> {
    const context = this.#context
    return context.run(async () => {
      const profile = context.parse(createClientSchema, input)
      const account_id = await context.accountId()
      await context.rows(context.supabase.from('client_profiles').insert({ account_id, ...profile }))
      return this.#get(account_id)
    })
  }

  /** Changes what is named and leaves the rest; null clears a field. `not_found` when there is no profile. */
  update(input: z.input<typeof updateClientSchema>): Promise<Result<Client>> {
    const context = this.#context
    return context.run(async () => {
      const changes = context.parse(updateClientSchema, input)
      const account_id = await context.accountId()
      const query = context.supabase.from('client_profiles').update(changes).eq('account_id', account_id)
      await context.rows(query.select('account_id').single())
      return this.#get(account_id)
    })
  }

  /** One's own profile; `not_found` when there is none. */
  mine(): Promise<Result<Client>> {
    const context = this.#context
    return context.run(async () => this.#get(await context.accountId()))
  }

  /** A client; `not_found` when there is none to see. Needs an account. */
  get(accountId: string): Promise<Result<Client>> {
    const context = this.#context
    return context.run(() => this.#get(context.parse(getClientSchema, { account_id: accountId }).account_id))
  }

  async #get(account_id: string): Promise<Client> {
    const { supabase, rows } = this.#context
    return withUser(supabase, (await rows(supabase.rpc('get_client', { account_id }).single())) as ClientRow)
  }
}
