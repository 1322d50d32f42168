import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPerson, liftRequestLimits, sql } from '../helpers/people.ts'
import { startTestStack, type TestStack } from '../helpers/stack.ts'

let stack: TestStack
const picture = () => new Blob(['x'], { type: 'image/png' })

beforeAll(async () => {
  stack = await startTestStack()
  await liftRequestLimits(stack)
})
afterAll(() => stack.close())

/** Objects below a folder that neither a row nor the queue knows of. */
const forgotten = (id: string) => sql(stack)`
  select o.name from storage.objects as o
  where o.name like ${`${id}/%`}
    and not exists (select from public.photos as p where p.path = o.name)
    and not exists (
      select from private.object_deletions as d
      where d.bucket_id = o.bucket_id and d.path = o.name and d.version is not distinct from o.version
    )`

test('attack 24: what is uploaded while the account is deleted goes with it', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { id, client, password } = await createPerson(stack)
    let isDeleted = false
    const uploads = Array.from({ length: 4 }, async (_, loop) => {
      for (let i = 0; !isDeleted && i < 200; i += 1) {
        await client.storage.from('avatars').upload(`${id}/${loop}-${i}.png`, picture())
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await client.rpc('delete_account', { password })).status).toBe(204)
    isDeleted = true
    await Promise.all(uploads)
    expect(await forgotten(id)).toEqual([])
  }
})

test('attacks 28, 49: a photo overwritten while its row is deleted leaves none that is not counted', async () => {
  const { id, client } = await createPerson(stack, { roles: ['model'] })
  const path = `${id}/race.png`
  for (let round = 0; round < 25; round += 1) {
    await client.storage.from('photos').upload(path, picture(), { upsert: true })
    await Promise.all([
      client.from('photos').delete().eq('path', path),
      client.storage.from('photos').update(path, picture()),
    ])
    expect(await forgotten(id)).toEqual([])
    const [row] = await sql(stack)`
      select
        (select count(*)::integer from public.photos where account_id = ${id}) as photos,
        (select used::integer from private.entitlement_usage where account_id = ${id} and entitlement_id = 'photos') as used`
    expect(row!.used).toBe(row!.photos)
  }
})

test('attack 49: leaving and coming back with the same address gives no responses back', async () => {
  const person = await createPerson(stack, { roles: ['model'] })
  await sql(stack)`select private.use_entitlement(${person.id}, 'casting_responses') from generate_series(1, 3)`
  expect((await person.client.rpc('delete_account', { password: person.password })).status).toBe(204)
  const [kept] = await sql(
    stack,
  )`select count(*)::integer as rows from private.left_usage where email_hash = private.email_hash(${person.email})`
  expect(kept!.rows).toBe(1)

  const [{ id }] = (await sql(stack)`
    insert into auth.users (id, email, email_confirmed_at, aud, role)
    values (gen_random_uuid(), ${person.email}, now(), 'authenticated', 'authenticated')
    returning id`) as unknown as [{ id: string }]
  const [usage] = await sql(stack)`select used::integer from private.entitlement_usage where account_id = ${id}`
  expect(usage!.used).toBe(3)
  await sql(stack)`delete from auth.users where id = ${id}`
})

test('a verified name is verified no longer once it is changed', async () => {
  const { id, client } = await createPerson(stack)
  await sql(stack)`update public.accounts set is_verified = true where id = ${id}`
  await client.rpc('update_account', { city: 'Almaty' })
  expect((await sql(stack)`select is_verified from public.accounts where id = ${id}`)[0]!.is_verified).toBe(true)
  await client.rpc('update_account', { first_name: 'Another' })
  expect((await sql(stack)`select is_verified from public.accounts where id = ${id}`)[0]!.is_verified).toBe(false)
})
