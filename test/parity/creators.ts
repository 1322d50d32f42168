import { must } from '../flows/story.ts'
import { sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { type Member, member } from './people.ts'

/** Everything that a source's creator has. */
export const creatorInput = {
  specialization: 'Product films',
  experience: 'Five years of short films for shops.',
  portfolio_link: 'https://films.example.com/dana',
  social_links: {
    instagram: 'https://instagram.example.com/dana',
    behance: 'https://behance.example.com/dana',
    dribbble: 'https://dribbble.example.com/dana',
  },
}

/** A creator with a profile. */
export async function creator(stack: TestStack): Promise<Member> {
  const person = await member(stack, ['creator'])
  await must(person.tb.creators.create(creatorInput))
  return person
}

interface Skill {
  id: string
  name: string
  description: string
}

/** New skills of the catalog, by name. */
export async function newSkills(stack: TestStack, count: number): Promise<Skill[]> {
  const rows = Array.from({ length: count }, (_, i) => ({ name: `${unique('skill')} ${i}`, description: `About ${i}` }))
  const added = await sql(stack)`insert into public.skills ${sql(stack)(rows)} returning id, name, description`
  return rows.map(({ name }) => added.find((skill) => skill.name === name) as Skill)
}

/** A film as a file input hands it over. */
export const film = (type = 'video/mp4'): Blob => new Blob(['\0\0\0\x14ftypisom, a film'], { type })

/** Somebody's items and images as they are stored, and the objects of the bucket that no deletion waits for. */
export async function portfolioOf(stack: TestStack, { id }: { id: string }) {
  const [items, images, objects] = await Promise.all([
    sql(stack)`select * from public.portfolio_items where account_id = ${id} order by id`,
    sql(stack)`select * from public.portfolio_images where account_id = ${id} order by id`,
    sql(stack)`
      select o.name from storage.objects as o
      where o.bucket_id = 'portfolio' and o.name like ${`${id}/%`} and not exists (
        select from private.object_deletions as d where d.bucket_id = 'portfolio' and d.path = o.name
      ) order by 1`,
  ])
  return { items: [...items], images: [...images], objects: objects.map(({ name }) => name as string) }
}
