import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { rowsOf } from '../access/rows/index.ts'
import { createPerson, type Person, subscribe } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'

let cast: Cast
beforeAll(async () => {
  cast = await makeCast(await startTestStack())
})
afterAll(() => cast.stack.close())

const newCasting = async () => String((await rowsOf.castings!.make(cast, 'active', cast.agency.owner)).id)

async function respond(person: Person): Promise<{ code: string | null; casting: string; response: string }> {
  const casting = await newCasting()
  const { data, error } = await person.client.rpc('respond_to_casting', { casting_id: casting })
  return { code: error?.code ?? null, casting, response: data?.id }
}

async function usedUp(): Promise<{ person: Person; sent: { casting: string; response: string }[] }> {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const sent = [await respond(person), await respond(person), await respond(person)]
  expect(sent.map(({ code }) => code)).toEqual([null, null, null])
  expect((await respond(person)).code).toBe('quota_exceeded')
  return { person, sent }
}

const left = async ({ client }: Person) => {
  const { data } = await client.rpc('my_entitlements')
  return data.find((row: { entitlement_id: string }) => row.entitlement_id === 'casting_responses').remaining
}

test('49: withdrawing, rejecting, deleting the casting or the response gives no response back', async () => {
  const { person, sent } = await usedUp()
  await person.client.rpc('withdraw_response', { response_id: sent[0]!.response })
  await cast.agency.owner.client.rpc('set_response_status', { response_id: sent[1]!.response, status: 'rejected' })
  expect((await cast.agency.owner.client.rpc('delete_casting', { casting_id: sent[2]!.casting })).error).toBeNull()
  await cast.sql`delete from public.casting_responses where id = ${sent[1]!.response}`
  expect(await left(person)).toBe(0)
  expect((await respond(person)).code).toBe('quota_exceeded')
})

test('49: a refused response uses nothing up', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const { client } = person
  const casting = await newCasting()
  const closed = String((await rowsOf.castings!.make(cast, 'completed, with a response', cast.agency.owner)).id)
  await client.rpc('respond_to_casting', { casting_id: casting })
  for (const [args, code] of [
    [{ casting_id: casting }, 'duplicate'],
    [{ casting_id: closed }, 'not_found'],
    [{ casting_id: crypto.randomUUID() }, 'not_found'],
    [{ casting_id: await newCasting(), message: '' }, 'validation_failed'],
    [{ casting_id: await newCasting(), portfolio_links: Array(11).fill('https://a.example') }, 'validation_failed'],
    [{ casting_id: await newCasting(), proposed_rate: -1 }, 'validation_failed'],
  ] as const) {
    expect((await client.rpc('respond_to_casting', args)).error?.code).toBe(code)
  }
  expect(await left(person)).toBe(2)
})

test('49: a subscription that ran out leaves what its month had used', async () => {
  const { person } = await usedUp()
  await subscribe(cast.stack, person, 'casting_pro')
  expect(await left(person)).toBe(30)
  await cast.sql`
    update public.subscriptions set started_at = now() - interval '2 days', expires_at = now() - interval '1 day'
    where account_id = ${person.id}
  `
  expect(await left(person)).toBe(0)
  expect((await respond(person)).code).toBe('quota_exceeded')
})

test('49: a plan without limit has none, in responses and photos', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  await subscribe(cast.stack, person, 'casting_business')
  expect(await left(person)).toBeNull()
  for (let i = 0; i < 4; i++) expect((await respond(person)).code).toBeNull()
  const png = new Blob(['x'], { type: 'image/png' })
  for (let i = 0; i < 6; i++) {
    expect((await person.client.storage.from('photos').upload(`${person.id}/${i}.png`, png)).error).toBeNull()
  }
})

test('49: photos deleted and stored again: the place comes back, more than the plan’s never stand', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const photos = person.client.storage.from('photos')
  const png = new Blob(['x'], { type: 'image/png' })
  const rows = async () =>
    (await cast.sql`select path from public.photos where account_id = ${person.id}`).map((row) => row.path)
  for (let i = 0; i < 5; i++) await photos.upload(`${person.id}/${i}.png`, png)
  // The row goes at once, the object waits for the queue; neither overwriting nor moving it makes it more.
  await person.client.from('photos').delete().eq('path', `${person.id}/0.png`)
  expect((await photos.upload(`${person.id}/new.png`, png)).error).toBeNull()
  expect(await rows()).toHaveLength(5)
  await photos.upload(`${person.id}/0.png`, png, { upsert: true })
  await photos.move(`${person.id}/0.png`, `${person.id}/back.png`)
  await photos.copy(`${person.id}/0.png`, `${person.id}/twice.png`)
  expect(await rows()).toHaveLength(5)
  await photos.remove([`${person.id}/1.png`])
  expect(await rows()).toHaveLength(4)
  await photos.move(`${person.id}/0.png`, `${person.id}/back.png`)
  const standing = await rows()
  expect(standing.length).toBeLessThanOrEqual(5)
  // What stands without a row is in the queue, and nothing that has a row is.
  const [queue] = await cast.sql`select array_agg(path) as paths from private.object_deletions`
  const objects =
    await cast.sql`select name from storage.objects where bucket_id = 'photos' and name like ${`${person.id}/%`}`
  const orphans = objects.map((row) => row.name).filter((name) => !standing.includes(name))
  expect(orphans.filter((name) => !queue!.paths.includes(name))).toEqual([])
})
