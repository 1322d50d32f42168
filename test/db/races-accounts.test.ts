import { afterAll, beforeAll, expect, test } from 'vitest'
import { atOnce, codesOf, statement } from '../helpers/at-once.ts'
import {
  createPeople,
  createPerson,
  liftRequestLimits,
  type Person,
  setRequestLimits,
  sql,
  unique,
} from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

const png = new Blob(['x'], { type: 'image/png' })

const times = (count: number, code: string): string[] => Array(count).fill(code)

async function photosOf({ id }: Person) {
  return sql(stack)`select id, path, position, is_main from public.photos where account_id = ${id} order by path`
}

async function photosUsed({ id }: Person): Promise<number> {
  const [row] = await sql(stack)`
    select used from private.entitlement_usage where account_id = ${id} and entitlement_id = 'photos'
  `
  return Number(row!.used)
}

test('28: of twenty photos with room for one, one is stored', async () => {
  const model = await createPerson(stack, { roles: ['model'] })
  const photos = model.client.storage.from('photos')
  for (let i = 0; i < 4; i++) await photos.upload(`${model.id}/${i}.png`, png)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => photos.upload(`${model.id}/new-${i}.png`, png)),
  )
  expect(answers.filter(({ error }) => error === null)).toHaveLength(1)
  const [objects, rows] = await Promise.all([
    sql(
      stack,
    )`select name from storage.objects where bucket_id = 'photos' and name like ${`${model.id}/%`} order by name`,
    sql(stack)`select path, position, is_main from public.photos where account_id = ${model.id} order by path`,
  ])
  expect(objects.map((row) => row.name)).toEqual(rows.map((row) => row.path))
  expect(rows.map((row) => row.position).sort()).toEqual([0, 1, 2, 3, 4])
  expect(rows.filter((row) => row.is_main)).toHaveLength(1)
  expect(await photosUsed(model)).toBe(5)
})

test('photos deleted and chosen at once: exactly one stays the main one', async () => {
  const model = await createPerson(stack, { roles: ['model'] })
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 5; i++) await model.client.storage.from('photos').upload(`${model.id}/${round}-${i}.png`, png)
    const photos = await photosOf(model)
    const remove = (id: string) => statement('delete from public.photos where id = $1', id)
    const outcomes = await atOnce(stack, [
      { as: model, runs: [remove(photos[0]!.id)] },
      { as: model, runs: [remove(photos[1]!.id)] },
      { as: model, runs: [statement('select public.change_photo($1, true)', photos[2]!.id)] },
      { as: model, runs: [statement('select public.change_photo($1, true)', photos[1]!.id), remove(photos[3]!.id)] },
    ])
    // The photo to choose may be gone by then; a deadlock would be 40P01.
    expect(codesOf(outcomes).filter((code) => code !== 'done' && code !== 'not_found')).toEqual([])
    const left = await photosOf(model)
    expect(left.filter((row) => row.is_main)).toHaveLength(1)
    expect(await photosUsed(model)).toBe(left.length)
    await model.client.storage.from('photos').remove(left.map((row) => row.path))
  }
})

test('48: of two roles at once that exclude each other one is added', async () => {
  const people = await createPeople(stack, 5, { roles: [] })
  for (const person of people) {
    const runners = ['model', 'employer', 'agency'].map((role) => ({
      as: person,
      runs: [statement('select public.add_role($1)', role)],
    }))
    expect(codesOf(await atOnce(stack, runners))).toEqual(['done', 'role_conflict', 'role_conflict'])
    expect(await sql(stack)`select from public.account_roles where account_id = ${person.id}`).toHaveLength(1)
  }
})

test('of twenty tries of a password at once five are looked at', async () => {
  const person = await createPerson(stack)
  await setRequestLimits(stack, { password_checks: 5 })
  const runners = Array.from({ length: 20 }, () => ({
    as: person,
    runs: [statement('select public.delete_account($1)', 'a wrong one')],
  }))
  expect(codesOf(await atOnce(stack, runners))).toEqual([...times(5, 'done'), ...times(15, 'rate_limit_exceeded')])
  expect(await sql(stack)`select from auth.users where id = ${person.id}`).toHaveLength(1)
  await liftRequestLimits(stack)
})

test('a device registered by ten accounts at once belongs to one of them', async () => {
  const people = await createPeople(stack, 10)
  const token = unique('device')
  const runners = people.map((person) => ({
    as: person,
    runs: [statement('select public.register_device($1, $2)', token, 'web')],
  }))
  expect(codesOf(await atOnce(stack, runners))).toEqual(times(10, 'done'))
  expect(await sql(stack)`select from public.devices where token = ${token}`).toHaveLength(1)
})

test('an account put on plans ten times at once has one current subscription', async () => {
  const { id } = await createPerson(stack, { roles: ['model'] })
  const runners = Array.from({ length: 10 }, (_, i) => ({
    runs: [
      statement(
        'select private.activate_subscription($1, $2, $3)',
        id,
        i % 2 ? 'casting_pro' : 'casting_business',
        'month',
      ),
    ],
  }))
  expect(codesOf(await atOnce(stack, runners))).toEqual(times(10, 'done'))
  const rows = await sql(stack)`select ended_at from public.subscriptions where account_id = ${id}`
  expect(rows).toHaveLength(10)
  expect(rows.filter((row) => row.ended_at === null)).toHaveLength(1)
})

test('jobs run four times at once do their work once', async () => {
  const agency = await createPerson(stack, { roles: ['agency'] })
  const models = await createPeople(stack, 4, { roles: ['model'] })
  const [casting] = await sql(stack)`
    insert into public.castings (owner_id, title, description, category, status, shoot_date)
    values (${agency.id}, 'Tomorrow', 'x', 'fashion', 'active', now() + interval '20 hours') returning id
  `
  await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency, status)
    select ${casting!.id}, m, 'KZT', case when m = ${models[0]!.id} then 'pending' else 'accepted' end
    from unnest(${models.map(({ id }) => id)}::uuid[]) as m
  `
  for (let round = 0; round < 2; round++) {
    await sql(stack)`update private.jobs set last_run_at = null where name is not null`
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 4 }, () => ({ runs: [statement('select private.run_jobs()')] })),
    )
    expect(codesOf(outcomes)).toEqual(times(4, 'done'))
  }
  const told = await sql(stack)`
    select account_id from public.notifications
    where type = 'casting_reminder' and data ->> 'casting_id' = ${casting!.id} order by account_id
  `
  expect(told.map((row) => row.account_id)).toEqual(
    models
      .slice(1)
      .map(({ id }) => id)
      .sort(),
  )
  expect(await sql(stack)`select name from private.jobs where last_error is not null`).toEqual([])
})

test('objects to delete are claimed by one of ten', async () => {
  const { id } = await createPerson(stack)
  await sql(stack)`
    insert into storage.objects (bucket_id, name, owner_id, version, metadata)
    select 'documents', ${id} || '/' || i, ${id}, 'v', '{"mimetype": "application/pdf", "size": 1}' from generate_series(1, 50) as i
  `
  await sql(stack)`select private.queue_object_deletions('documents', ${`${id}/%`})`
  const claim = statement('select path from private.claim_object_deletions(10)')
  const outcomes = await atOnce(
    stack,
    Array.from({ length: 10 }, () => ({ runs: [claim] })),
  )
  const claimed = outcomes.flatMap((one) => ('value' in one ? (one.value as { path: string }[]) : []))
  const own = claimed.map(({ path }) => path).filter((path) => path.startsWith(id))
  expect(new Set(own).size).toBe(own.length)
  expect(own.length).toBeGreaterThanOrEqual(10)
})
