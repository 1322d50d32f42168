import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { functions, privateTables } from '../access/declared.ts'
import { startTestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'

let cast: Cast
beforeAll(async () => {
  cast = await makeCast(await startTestStack())
})
afterAll(() => cast.stack.close())

const clients = () => [cast.anon, cast.agency.owner.client, cast.service]
const hidden = ['private', 'auth', 'storage', 'realtime', 'extensions', 'vault']
const privateFunctions = Object.keys(functions)
  .filter((signature) => signature.startsWith('private.'))
  .map((signature) => signature.slice('private.'.length).split('(')[0]!)
const served = Object.fromEntries(
  Object.keys(functions)
    .filter((signature) => signature.startsWith('public.'))
    .map((signature) => [signature.split('(')[0]!, true]),
)

test('2: no schema but public is served', async () => {
  for (const client of clients()) {
    for (const schema of hidden) {
      const { data, error, status } = await client.schema(schema).from('settings').select()
      expect([data, error?.code, status], schema).toEqual([null, 'PGRST106', 406])
    }
  }
})

test('2: no private table and no table of Auth by its name or as an embed', async () => {
  for (const client of clients()) {
    for (const table of [...privateTables, 'users', 'sessions', 'objects', 'buckets']) {
      const direct = await client.from(table).select()
      expect([direct.data, direct.status], table).toEqual([null, 404])
      const embedded = await client.from('accounts').select(`id, ${table}(*)`)
      expect([embedded.data, embedded.error?.code], table).toEqual([null, 'PGRST200'])
    }
  }
})

test('2, 13: no private function, not even with the secret key', async () => {
  const before = await stateOf(cast.stack)
  const { client: somebody } = cast.agency.owner
  // Ten at a time: there are hundreds, and PostgREST looks for names that are like them.
  for (let first = 0; first < privateFunctions.length; first += 10) {
    const names = privateFunctions.slice(first, first + 10)
    const tries = names.flatMap((name) =>
      clients().map(async (client) => [name, (await client.schema('private').rpc(name)).status]),
    )
    expect(await Promise.all(tries)).toEqual(names.flatMap((name) => clients().map(() => [name, 406])))
    const hiddenNames = names.filter((name) => !(`public.${name}` in served))
    const answers = hiddenNames.map(async (name) => [name, (await somebody.rpc(name)).error?.code])
    expect(await Promise.all(answers)).toEqual(hiddenNames.map((name) => [name, 'PGRST202']))
  }
  expect(await stateOf(cast.stack)).toEqual(before)
})

test('2: the description of the API names nothing private', async () => {
  const answer = await fetch(`${cast.stack.url}/rest/v1/`, { headers: { apikey: cast.stack.secretKey } })
  const description = await answer.text()
  expect(description).toContain('claim_object_deletions')
  for (const name of privateTables) expect(description).not.toContain(`"${name}"`)
})
