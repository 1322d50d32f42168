import type postgres from 'postgres'
import { type Person, unique } from '../../helpers/people.ts'
import type { Cast, Trio } from '../cast.ts'
import type { TableRows } from './types.ts'

// A model has one profile, so that the two kinds of rows are of two people: the agency represents the second.
const ofModel = ({ model }: Cast, kind: string): Trio =>
  kind === 'with an agency' ? { ...model, owner: model.stranger, stranger: model.owner } : model

const agency = (cast: Cast) => ({ agency: cast.agency.owner })

export const model_profiles: TableRows = {
  trio: ofModel,
  async make(cast, kind, owner) {
    await addProfile(cast.sql, owner)
    if (kind === 'with an agency') await represent(cast, owner)
    return { account_id: owner.id }
  },
  others: agency,
  samples: () => ({
    name: 'After',
    birth_date: '1999-02-28',
    gender: 'other',
    bio: 'What I did.',
    height: 175,
    weight: 60,
    bust: 86,
    waist: 61,
    hips: 90,
    shoe_size: 39,
    clothing_size: 'S',
    hair_color: 'Brown',
    eye_color: 'Green',
    skin_tone: 'Light',
    city: 'Astana',
    country: 'Kazakhstan',
    languages: ['kk', 'ru'],
    categories: ['fashion'],
    experience: 'beginner',
    can_travel: true,
    travel_cities: ['Almaty'],
    hourly_rate: 1_000_000,
    day_rate: 5_000_000,
    currency: 'USD',
    accepts_barter: true,
    visibility: 'link',
  }),
  insert: (owner) => ({ account_id: owner.id, name: 'New', birth_date: '2000-01-31', gender: 'male' }),
}

export const model_work_experiences: TableRows = {
  trio: ofModel,
  async make(cast, kind, owner) {
    await addProfile(cast.sql, owner)
    if (kind === 'with an agency') await represent(cast, owner)
    const [row] = await cast.sql`
      insert into public.model_work_experiences (account_id, company, position, start_date)
      values (${owner.id}, 'Before', 'Model', '2020-01-01') returning id
    `
    return { id: row!.id }
  },
  others: agency,
  samples: () => ({
    company: 'After',
    position: 'Runway model',
    description: 'Two seasons.',
    start_date: '2019-01-01',
    end_date: '2023-01-01',
  }),
  insert: (owner) => ({ account_id: owner.id, company: 'New', position: 'Model', start_date: '2021-01-01' }),
}

export const photos: TableRows = {
  trio: ofModel,
  async make(cast, kind, owner) {
    const { sql } = cast
    if (kind === 'with an agency') await represent(cast, owner)
    const path = `${owner.id}/${unique('photo')}.png`
    await sql`
      insert into storage.objects (bucket_id, name, owner_id, version, metadata)
      values ('photos', ${path}, ${owner.id}, '1', '{"mimetype": "image/png", "size": 1}')
    `
    return { path }
  },
  others: agency,
}

export const promotions: TableRows = {
  // Of a casting the model is nobody's party: the agency has made both.
  trio: (cast, kind) => ofModel(cast, kind === 'of a casting' ? kind : 'with an agency'),
  async make(cast, kind, owner) {
    const { sql } = cast
    const by = cast.agency.owner.id
    if (kind === 'of a casting') {
      const [casting] = await sql`
        insert into public.castings (owner_id, title, description, category, status)
        values (${by}, 'A casting', 'Promoted', 'runway', 'active') returning id
      `
      return addPromotion(sql, { account_id: by, casting_id: casting!.id })
    }
    await addProfile(sql, owner)
    await represent(cast, owner)
    return addPromotion(sql, { account_id: by, model_id: owner.id })
  },
  others: agency,
}

async function addProfile(sql: postgres.Sql, { id }: Person): Promise<void> {
  await sql`
    insert into public.model_profiles (account_id, name, birth_date, gender)
    values (${id}, 'Before', '2000-01-31', 'female') on conflict do nothing
  `
}

/** Makes the agency's account one that represents this model. */
async function represent({ sql, agency }: Cast, model: Person): Promise<void> {
  const [organization] = await sql`
    insert into public.organizations (owner_id, kind, name) values (${agency.owner.id}, 'agency', 'Agency') returning id
  `
  await sql`
    insert into public.representations (organization_id, model_id, status, started_at)
    values (${organization!.id}, ${model.id}, 'active', now())
  `
}

async function addPromotion(sql: postgres.Sql, of: Record<string, string>): Promise<{ id: string }> {
  // An open one would be the only one of its kind.
  const [row] = await sql`
    insert into public.promotions ${sql({ ...of, status: 'ended', ends_at: '2100-01-01' })} returning id
  `
  return { id: row!.id }
}
