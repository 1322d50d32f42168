import type postgres from 'postgres'
import type { Person } from '../../helpers/people.ts'
import type { Cast } from '../cast.ts'
import { addCasting } from '../castings.ts'
import { addOrganization, represent } from '../organizations.ts'
import type { TableRows } from './types.ts'

/** Whose agency represents the responding model. */
const agency = ({ candidate }: Cast) => candidate.owner

const saver = ({ model }: Cast) => model.stranger

export const castings: TableRows = {
  trio: (cast) => cast.agency,
  async make(cast, kind, owner) {
    const { sql, model } = cast
    const id = await addCasting(sql, owner, kind.split(',')[0]!, await addOrganization(cast, owner))
    if (kind === 'active' || kind.endsWith('with a response')) {
      await addResponse(sql, id, model.owner)
      await represent(cast, model.owner, agency(cast))
    }
    if (kind.endsWith('saved')) {
      await sql`insert into public.favorites (account_id, entity_type, entity_id) values (${saver(cast).id}, 'casting', ${id})`
    }
    return { id }
  },
  others: (cast) => ({ responder: cast.model.owner, agency: agency(cast), saver: saver(cast) }),
  samples: (owner) => ({
    organization_id: null,
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
  async make(cast, _kind, owner) {
    await represent(cast, owner, agency(cast))
    return { id: await addResponse(cast.sql, await addCasting(cast.sql, cast.agency.owner, 'active'), owner) }
  },
  others: (cast) => ({ 'casting owner': cast.agency.owner, agency: agency(cast) }),
}

async function addResponse(sql: postgres.Sql, castingId: string, model: Person): Promise<string> {
  const [row] = await sql`
    insert into public.casting_responses (casting_id, model_id, currency) values (${castingId}, ${model.id}, 'KZT') returning id
  `
  return row!.id
}
