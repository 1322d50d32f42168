import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import { createPerson, type Person, sql, subscribe, unique } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
})
afterAll(() => stack.close())

/** The ids of somebody's photos in their order; throws when two of them have one place. */
async function orderOf({ id }: { id: string }): Promise<string[]> {
  const rows = await sql(stack)`select id, position from public.photos where account_id = ${id} order by position, id`
  expect(new Set(rows.map((row) => row.position)).size, 'places').toBe(rows.length)
  return rows.map((row) => row.id)
}

const store = `insert into storage.objects (bucket_id, name, owner_id, version, metadata)
  values ('photos', $1 || '/' || gen_random_uuid() || '.png', $1, '1', '{"mimetype": "image/png", "size": 1}')`

/** Somebody with photos, and their ids in order. */
async function withPhotos(count: number): Promise<{ person: Person; order: string[] }> {
  const person = await createPerson(stack, { roles: ['model'] })
  await subscribe(stack, person, 'casting_business')
  for (let i = 0; i < count; i += 1) await sql(stack).unsafe(store, [person.id])
  return { person, order: await orderOf(person) }
}

const list = (ids: string[]) => `{${ids.join(',')}}`

describe('photos', () => {
  it('deleting, choosing and ordering them at once ends in no deadlock and one main photo', async () => {
    const { id, client } = await createPerson(stack, { roles: ['model'] })
    for (let round = 0; round < 15; round += 1) {
      const photos = await sql(stack)`
        insert into public.photos (account_id, path, is_main, position)
        select ${id}, ${id} || '/' || ${unique()} || i || '.jpg', i = 0 and not exists (select from public.photos where account_id = ${id}), i
        from generate_series(0, 4) as i
        returning id`
      const [first, second, third, ...rest] = photos.map((photo) => photo.id as string)
      const answers = await Promise.all([
        client.from('photos').delete().eq('id', first!),
        client.from('photos').delete().in('id', rest),
        client.rpc('change_photo', { photo_id: second!, is_main: true }),
        client.rpc('change_photo', { photo_id: third!, is_main: true }),
        client.rpc('reorder_photos', { photo_ids: photos.map((photo) => photo.id) }),
      ])
      // Naming photos that are gone by then is a mistake like any other; a deadlock would be 40P01.
      expect(answers.map(({ error }) => error?.code).filter((code) => code && code !== 'validation_failed')).toEqual([])
      const mains = await sql(stack)`select id from public.photos where account_id = ${id} and is_main`
      expect(mains).toHaveLength(1)
      await client.from('photos').delete().eq('account_id', id)
    }
  })

  it('ordering names each of one’s own exactly once, or moves none', async () => {
    const { person, order } = await withPhotos(3)
    const other = await withPhotos(2)
    const [first, second, third] = order as [string, string, string]
    const foreign = other.order[0]!
    const refused = {
      'one twice for another': [third, first, first],
      'one twice besides': [third, second, first, first],
      'one missing': [third, second],
      'another’s for one': [third, second, foreign],
      'another’s besides': [third, second, first, foreign],
      'nobody’s': [third, second, crypto.randomUUID()],
      'an empty place': [third, second, first, null],
      none: [],
    }
    for (const [name, photo_ids] of Object.entries(refused)) {
      const { error } = await person.client.rpc('reorder_photos', { photo_ids })
      expect(error, name).toMatchObject({ code: 'validation_failed' })
      expect(JSON.parse(error!.details), name).toEqual({ fields: { photo_ids: 'set' } })
      expect(await orderOf(person), name).toEqual(order)
      expect(await orderOf(other.person), name).toEqual(other.order)
    }
    const { error } = await person.client.rpc('reorder_photos', { photo_ids: [third, first, second] })
    expect(error).toBeNull()
    expect(await orderOf(person)).toEqual([third, first, second])
    expect(await orderOf(other.person)).toEqual(other.order)
  })

  it('ordering waits for an upload and an order under way, and names what is there then', async () => {
    const { person, order } = await withPhotos(3)
    const pool = postgres(stack.databaseUrl('postgres'), { max: 2, onnotice: () => undefined })
    try {
      const claims = JSON.stringify({ sub: person.id, role: 'authenticated' })
      const [first, second] = [await pool.reserve(), await pool.reserve()]
      for (const connection of [first, second]) {
        await connection`begin`
        await connection`select set_config('request.jwt.claims', ${claims}, true)`
      }
      await first.unsafe(store, [person.id])
      const [added] =
        await first`select id from public.photos where account_id = ${person.id} order by position desc limit 1`
      const wanted = [added!.id, ...order.toReversed()]
      await first`select public.reorder_photos(${wanted}::uuid[])`

      const [{ pid }] = (await second`select pg_backend_pid() as pid`) as unknown as [{ pid: number }]
      const late = second`select public.reorder_photos(${order}::uuid[])`.then(
        () => 'done',
        (error) => JSON.parse(error.message).code,
      )
      await waits(pid)
      await first`commit`
      expect(await late).toBe('validation_failed')
      await second`rollback`
      expect(await orderOf(person)).toEqual(wanted)
      first.release()
      second.release()
    } finally {
      await pool.end({ timeout: 5 })
    }
  })

  it('any orders and uploads at once end with one place for each photo', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { person, order } = await withPhotos(6)
      const told = (n: number) => statement('select public.reorder_photos($1::uuid[])', list(turned(order, n)))
      const backwards = statement(
        'select public.reorder_photos(array(select id from public.photos order by position desc, id))',
      )
      const outcomes = await atOnce(stack, [
        ...Array.from({ length: 4 }, () => ({ runs: [statement(store, person.id)] })),
        ...Array.from({ length: 4 }, (_, n) => ({ as: person, runs: [told(n), backwards, told(n + 1), backwards] })),
        ...Array.from({ length: 4 }, () => ({ as: person, runs: [backwards, backwards, backwards] })),
      ])
      expect(codesOf(outcomes.slice(0, 4))).toEqual(['done', 'done', 'done', 'done'])
      // An order that an upload came before does not name it; a deadlock would be 40P01.
      expect(codesOf(outcomes).filter((code) => code !== 'done' && code !== 'validation_failed')).toEqual([])
      expect(await orderOf(person)).toHaveLength(10)
    }
  })
})

const turned = (ids: string[], by: number) => [...ids.slice(by), ...ids.slice(0, by)]

/** Comes back once this connection waits for a lock that another holds. */
async function waits(pid: number): Promise<void> {
  for (let tried = 0; tried < 500; tried += 1) {
    const [row] = await sql(stack)`select exists (select from pg_locks where pid = ${pid} and not granted) as waits`
    if (row!.waits) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('It did not wait.')
}
