import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import {
  type ConversationHandlers,
  type ConversationSubscription,
  createTalentbase,
  type Database,
  type Message,
  type SubscribeToConversationOptions,
  type Talentbase,
  type TalentbaseError,
} from '@talentbase/sdk'
import { must } from '../flows/story.ts'
import { createPeople, type Person, type PersonOptions } from './people.ts'
import type { TestStack } from './stack.ts'

/** Somebody with a device of their own, on a road that may be another than the stack's. */
export interface Talker extends Omit<Person, 'client'> {
  client: SupabaseClient<Database>
  tb: Talentbase
  /** The newest socket of their client. */
  socket(): TalkerSocket
}

/** A socket that can break as on the road, and hear what a server would say. */
class TalkerSocket extends WebSocket {
  #joins: [joinRef: string, ref: string, topic: string][] = []

  override send(data: Parameters<WebSocket['send']>[0]): void {
    if (typeof data === 'string' && data.includes('phx_join')) this.#joins.push(JSON.parse(data))
    super.send(data)
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.addEventListener('close', resolve))
    this.close(4000, 'cut')
    await closed
  }

  /** As the server ends channels whose token has run out: the client leaves it at that. */
  endChannels(): void {
    for (const [joinRef, , topic] of this.#joins.splice(0)) {
      const data = JSON.stringify([joinRef, joinRef, topic, 'phx_close', {}])
      this.dispatchEvent(new MessageEvent('message', { data }))
    }
  }
}

/** A device of somebody's, signed in. */
export async function deviceOf(stack: TestStack, person: Omit<Person, 'client'>, url = stack.url): Promise<Talker> {
  let newest: TalkerSocket | undefined
  const client = createClient<Database>(url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: {
      transport: class extends TalkerSocket {
        constructor(address: string | URL, protocols?: string | string[]) {
          super(address, protocols)
          newest = this
        }
      },
    },
  })
  const { email, password } = person
  const { error } = await client.auth.signInWithPassword({ email, password })
  if (error !== null) throw error
  return {
    ...person,
    client,
    tb: createTalentbase(client),
    socket() {
      if (newest === undefined) throw new Error('There is no socket yet.')
      return newest
    },
  }
}

/** People who may talk with each other, each with a device. */
export async function makeTalkers(
  stack: TestStack,
  count: number,
  { url, ...options }: PersonOptions & { url?: string } = {},
): Promise<Talker[]> {
  const people = await createPeople(stack, count, { roles: ['client'], ...options })
  return Promise.all(people.map((person) => deviceOf(stack, person, url)))
}

/** A subscription with all that it has told. */
export interface Heard {
  subscription: ConversationSubscription
  changes: Message[]
  ends: TalentbaseError[]
}

export async function hear(
  { tb }: Pick<Talker, 'tb'>,
  conversationId: string,
  options: SubscribeToConversationOptions = {},
  handlers: ConversationHandlers = {},
): Promise<Heard> {
  const changes: Message[] = []
  const ends: TalentbaseError[] = []
  const subscription = await must(
    tb.chat.subscribe(
      conversationId,
      {
        ...handlers,
        onMessages: (some) => {
          changes.push(...some)
          handlers.onMessages?.(some)
        },
        onEnd: (error) => ends.push(error),
      },
      options,
    ),
  )
  return { subscription, changes, ends }
}
