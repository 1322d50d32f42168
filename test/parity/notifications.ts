import { notify } from '../helpers/notifications.ts'
import type { TestStack } from '../helpers/stack.ts'
import type { Member } from './people.ts'

/** Tells somebody so many things of a type, each with its number; the ids of the rows, oldest first. */
export async function tell(stack: TestStack, person: Member, count: number, type = 'general'): Promise<number[]> {
  const before = new Set((await ownIds(person)) ?? [])
  for (let n = 1; n <= count; n++) await notify(stack, person, type, { n })
  return ((await ownIds(person)) ?? []).filter((id) => !before.has(id))
}

async function ownIds({ client }: Member): Promise<number[] | undefined> {
  return (await client.from('notifications').select('id').order('id')).data?.map(({ id }) => id)
}
