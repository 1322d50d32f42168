import type { Auth } from '../auth.ts'
import { userJson } from '../db/user-json.ts'
import { audience, type UserRow } from '../db/users.ts'
import { authError } from '../errors/auth-error.ts'
import { requireAdmin } from '../http/caller.ts'
import type { AuthRequest } from '../http/request.ts'
import { json } from '../http/respond.ts'
import { nilUuid } from '../uuid.ts'

/** GET /admin/users: 50 a page unless asked otherwise, newest first. */
export async function listUsers(auth: Auth, request: AuthRequest): Promise<Response> {
  await requireAdmin(auth, request)
  const ascending = isAscending(request)
  const page = positive(request.query('page'), 1)
  const perPage = positive(request.query('per_page'), 50)
  const filter = request.query('filter')
  const { sql } = auth
  const matching = sql`
    from auth.users
    where instance_id = ${nilUuid} and aud = ${audience}
      and (${filter} = '' or email like ${`%${filter}%`} or raw_user_meta_data ->> 'full_name' ilike ${`%${filter}%`})`
  const order = ascending ? sql`order by created_at asc, id asc` : sql`order by created_at desc, id desc`
  const users = await sql<UserRow[]>`select * ${matching} ${order} limit ${perPage} offset ${(page - 1) * perPage}`
  const [{ total } = { total: 0 }] = await sql<{ total: number }[]>`select count(*)::int as total ${matching}`
  return json(
    { users: users.map((user) => userJson(user, null)), aud: audience },
    { link: links(request, page, Math.ceil(total / perPage)), 'x-total-count': String(total) },
  )
}

function positive(text: string, fallback: number): number {
  if (text === '') return fallback
  if (!/^\d{1,15}$/.test(text)) throw authError('pagination', `strconv.ParseUint: parsing "${text}": invalid syntax`)
  return Math.max(1, Number(text))
}

function isAscending(request: AuthRequest): boolean {
  const [sort] = request.queries('sort')
  if (sort === undefined) return false
  const [field, direction = 'desc'] = sort.split(' ')
  if (field !== 'created_at') throw authError('sorting', `bad field for sort '${field}'`)
  if (!/^(asc|desc)$/i.test(direction)) {
    throw authError('sorting', `bad direction for sort '${direction}', only 'asc' and 'desc' allowed`)
  }
  return direction.toLowerCase() === 'asc'
}

function links(request: AuthRequest, page: number, last: number): string {
  const [path, query] = request.path.split('?')
  const link = (number: number, rel: string) => {
    const parameters = new URLSearchParams(query)
    parameters.delete('page')
    return `<${path}?${new URLSearchParams([['page', String(number)], ...parameters])}>; rel="${rel}"`
  }
  return [...(last > page ? [link(page + 1, 'next')] : []), link(last, 'last')].join(', ')
}
