import { type Person, unique } from '../../helpers/people.ts'
import type { Cast } from '../cast.ts'
import type { TableRows } from './types.ts'

const trio: TableRows['trio'] = (cast) => cast.creator

export const creator_profiles: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    await sql`insert into public.creator_profiles (account_id, specialization) values (${owner.id}, 'Before')`
    return { account_id: owner.id }
  },
  samples: () => ({
    specialization: 'After',
    experience: 'What I did.',
    portfolio_link: 'https://creator.example',
    instagram: 'https://instagram.example/me',
    behance: 'https://behance.example/me',
    dribbble: 'https://dribbble.example/me',
  }),
  insert: (owner) => ({ account_id: owner.id, specialization: 'New' }),
}

export const freelancer_profiles: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    await sql`insert into public.freelancer_profiles (account_id, headline) values (${owner.id}, 'Before')`
    return { account_id: owner.id }
  },
  samples: () => ({
    headline: 'After',
    experience: 'What I did.',
    hourly_rate: 2500,
    currency: 'KZT',
    is_available: false,
    portfolio_link: 'https://freelancer.example',
  }),
  insert: (owner) => ({ account_id: owner.id, headline: 'New' }),
}

export const client_profiles: TableRows = {
  trio,
  async make({ sql }, _kind, owner) {
    await sql`insert into public.client_profiles (account_id, company_name) values (${owner.id}, 'Before')`
    return { account_id: owner.id }
  },
  samples: () => ({ company_name: 'After', description: 'Who we are.', website: 'https://client.example' }),
  insert: (owner) => ({ account_id: owner.id, company_name: 'New' }),
}

/** Of the catalog, for the rows that name one. */
const skillId = 'a5c11000-0000-4000-8000-000000000001'

async function addSkill({ sql }: Cast): Promise<void> {
  await sql`insert into public.skills (id, name) values (${skillId}, ${unique('skill')}) on conflict (id) do nothing`
}

export const account_skills: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    await addSkill(cast)
    const [row] = await cast.sql`
      insert into public.account_skills (account_id, skill_id, level) values (${owner.id}, ${skillId}, 1) returning id
    `
    return { id: row!.id }
  },
  samples: () => ({ skill_id: skillId, level: 5, years: 7 }),
  prepare: addSkill,
  insert: (owner) => ({ account_id: owner.id, skill_id: skillId, level: 3 }),
}

export const portfolio_items: TableRows = {
  trio,
  make: async (cast, _kind, owner) => ({ id: await addItem(cast, owner) }),
  samples: (owner) => ({
    title: 'After',
    description: 'What it is.',
    cover_path: `${owner.id}/cover.png`,
    link: 'https://work.example',
    technologies: ['Blender'],
  }),
  insert: (owner) => ({ account_id: owner.id, title: 'New' }),
}

export const portfolio_images: TableRows = {
  trio,
  async make(cast, _kind, owner) {
    const [row] = await cast.sql`
      insert into public.portfolio_images (item_id, account_id, image_path)
      values (${await addItem(cast, owner)}, ${owner.id}, ${`${owner.id}/before.png`}) returning id
    `
    return { id: row!.id }
  },
  samples: (owner) => ({
    item_id: owner.id,
    image_path: `${owner.id}/after.mp4`,
    caption: 'What is seen.',
    position: 7,
  }),
  // An item with the owner's own id, so that a row can name it.
  async prepare({ sql }, person) {
    await sql`
      insert into public.portfolio_items (id, account_id, title)
      select r.account_id, r.account_id, 'For images' from public.account_roles r
      where r.account_id = ${person.id} and r.role in ('model', 'creator', 'freelancer')
      on conflict (id) do nothing
    `
  },
  insert: (owner) => ({ account_id: owner.id, item_id: owner.id, image_path: `${owner.id}/new.png` }),
}

async function addItem({ sql }: Cast, owner: Person): Promise<string> {
  const [row] = await sql`
    insert into public.portfolio_items (account_id, title) values (${owner.id}, 'Before') returning id
  `
  return row!.id
}
