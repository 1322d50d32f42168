import type postgres from 'postgres'
import type { Person } from '../../helpers/people.ts'
import type { TableRows } from './types.ts'

export const castings: TableRows = {
  trio: (cast) => cast.agency,
  async make({ sql, model }, kind, owner) {
    const id = await addCasting(sql, owner, kind.split(',')[0]!)
    if (kind === 'active' || kind.endsWith('with a response')) await addResponse(sql, id, model.owner)
    return { id }
  },
  others: (cast) => ({ responder: cast.model.owner }),
  samples: (owner) => ({
    title: 'Another title',
    description: 'Another description',
    category: 'fashion',
    city: 'Shymkent',
    country: 'Kazakhstan',
    address: 'Abay avenue 1',
    shoot_date: '2030-01-01T10:00:00+00:00',
    duration_days: 3,
    response_deadline: '2029-12-01T10:00:00+00:00',
    pay_type: 'hourly',
    pay_min: 100,
    pay_max: 200,
    currency: 'USD',
    gender: 'female',
    min_age: 20,
    max_age: 30,
    min_height: 160,
    max_height: 190,
    experience: 'beginner',
    languages: ['kk', 'ru'],
    appearance: 'Any.',
    models_needed: 4,
    is_urgent: true,
    tags: ['runway'],
    cover_path: `${owner.id}/cover.png`,
  }),
  insert: (owner) => ({ owner_id: owner.id, title: 'New casting', description: 'New', category: 'fashion' }),
}

export const casting_responses: TableRows = {
  trio: (cast) => cast.model,
  async make({ sql, agency }, _kind, owner) {
    return { id: await addResponse(sql, await addCasting(sql, agency.owner, 'active'), owner) }
  },
  others: (cast) => ({ 'casting owner': cast.agency.owner }),
}

async function addCasting(sql: postgres.Sql, owner: Person, status: string): Promise<string> {
  const [row] = await sql`
    insert into public.castings (owner_id, title, description, category, status)
    values (${owner.id}, 'A casting', 'Before', 'runway', ${status}) returning id
  `
  return row!.id
}

async function addResponse(sql: postgres.Sql, castingId: string, model: Person): Promise<string> {
  const [row] = await sql`
    insert into public.casting_responses (casting_id, model_id, currency) values (${castingId}, ${model.id}, 'KZT') returning id
  `
  return row!.id
}
