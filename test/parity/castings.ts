import type { Casting } from '@talentbase/sdk'
import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Member, member } from './people.ts'

type Input = Parameters<Member['tb']['castings']['create']>[0]

/** Everything that a source's casting has, under a title of its own. */
export const castingInput = () =>
  ({
    title: `Editorial ${unique()}`,
    description: 'Looking for models for an editorial shoot.',
    category: 'fashion',
    city: 'Almaty',
    address: 'Dostyk Avenue 123',
    shoot_date: '2030-03-15T10:00:00+00:00',
    duration_days: 2,
    pay_min: 5_000_000,
    pay_max: 10_000_000,
    requirements: {
      gender: 'female',
      min_age: 18,
      max_age: 30,
      min_height: 170,
      max_height: 185,
      experience: 'experienced',
    },
  }) satisfies Input

/** A draft of somebody who may have one. */
export function draft(owner: Member, changes: Partial<Input> = {}): Promise<Casting> {
  return must(owner.tb.castings.create({ ...castingInput(), ...changes }))
}

export async function active(owner: Member, changes: Partial<Input> = {}): Promise<Casting> {
  return must(owner.tb.castings.setStatus((await draft(owner, changes)).id, 'active'))
}

/** Many active castings at once, straight into the database. */
export async function manyActive(stack: TestStack, owner: Member, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, () => ({
    owner_id: owner.id,
    title: `Editorial ${unique()}`,
    description: 'One of many.',
    category: 'fashion',
    status: 'active',
  }))
  return (await sql(stack)`insert into public.castings ${sql(stack)(rows)} returning id`).map(({ id }) => id)
}

/** A model with a profile. */
export async function model(stack: TestStack, name = 'Aisha N.'): Promise<Member> {
  const person = await member(stack, ['model'])
  const birth_date = `${new Date().getUTCFullYear() - 24}-01-01`
  await must(person.tb.models.create({ name, birth_date, gender: 'female', height: 175, city: 'Almaty' }))
  return person
}

/** The casting and its responses as they are stored. */
export async function stored(stack: TestStack, castingId: string) {
  const castings = await sql(stack)`select * from public.castings where id = ${castingId}`
  const responses = await sql(stack)`select * from public.casting_responses where casting_id = ${castingId} order by id`
  return { casting: castings[0], responses: [...responses] }
}
