import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Member, member } from './people.ts'

type Input = Parameters<Member['tb']['models']['create']>[0]

/** Born so that they are this old all year. */
export const born = (age: number): string => `${new Date().getUTCFullYear() - age}-01-01`

/** Everything that a source's profile has, under a name of its own. */
export const modelInput = () =>
  ({
    name: `Aisha ${unique()}`,
    birth_date: born(24),
    gender: 'female',
    bio: 'Professional model with five seasons behind me.',
    height: 175,
    weight: 55,
    bust: 86,
    waist: 61,
    hips: 90,
    shoe_size: 38,
    clothing_size: 'S',
    hair_color: 'Brown',
    eye_color: 'Brown',
    skin_tone: 'Olive',
    city: 'Almaty',
    country: 'Kazakhstan',
    languages: ['kk', 'ru', 'en'],
    categories: ['fashion', 'commercial'],
    experience: 'experienced',
    can_travel: true,
  }) satisfies Input

/** Somebody with a profile that is filled in. */
export async function modelWith(stack: TestStack, changes: Partial<Input> = {}): Promise<Member> {
  const person = await member(stack, ['model'])
  const { error } = await person.tb.models.create({ ...modelInput(), ...changes })
  if (error !== null) throw error
  return person
}

/** An agency that represents these models, as if they had agreed. */
export async function agencyOf(stack: TestStack, ...models: { id: string }[]): Promise<Member> {
  const agency = await member(stack, ['agency'])
  const [organization] = await sql(stack)`
    insert into public.organizations (owner_id, kind, name) values (${agency.id}, 'agency', 'Steppe Models') returning id
  `
  for (const { id } of models) {
    await sql(stack)`
      insert into public.representations (organization_id, model_id, status, started_at)
      values (${organization!.id}, ${id}, 'active', now())
    `
  }
  return agency
}

/** Promotes a profile from now on, whatever the plan. */
export async function promoted(stack: TestStack, { id }: { id: string }): Promise<string> {
  const [row] = await sql(stack)`
    insert into public.promotions (account_id, model_id, ends_at) values (${id}, ${id}, now() + interval '7 days') returning id
  `
  return row!.id
}
