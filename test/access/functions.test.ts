import type { PostgrestError, SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOf } from '../helpers/state.ts'
import { type Cast, makeCast, suspend } from './cast.ts'
import { databases } from './databases.ts'
import { functions } from './declared.ts'

const inPublic = Object.entries(functions).flatMap(([signature, roles]) =>
  signature.startsWith('public.') ? [{ name: signature.slice('public.'.length).split('(')[0]!, roles }] : [],
)

// Every function in public × every role, through the Data API.
describe.each(databases)('$name', ({ start }) => {
  let cast: Cast
  const parameters: Record<string, Record<string, null>> = {}

  beforeAll(async () => {
    cast = await makeCast(await start())
    await suspend(cast)
    const rows = await cast.sql`
      select proname as name, proargnames[:pronargs] as arguments from pg_proc
      where pronamespace = 'public'::regnamespace
    `
    for (const { name, arguments: names } of rows) {
      parameters[name] = Object.fromEntries((names ?? []).map((argument: string) => [argument, null]))
    }
  })
  afterAll(() => cast.stack.close())

  // PostgREST looks a function up before it asks for rights: another answer would mean that it was not found.
  const mayNot = (error: PostgrestError | null) =>
    error?.code === '42501' && error.message.startsWith('permission denied for function')

  const call = async (client: SupabaseClient, name: string) => (await client.rpc(name, parameters[name])).error

  test.each([
    ['anon', 'anon', () => cast.anon],
    ['authenticated', 'a member', () => cast.agency.stranger.client],
    ['service_role', 'the secret key', () => cast.service],
  ] as const)('%s (%s) executes what is declared and nothing else', async (role, _who, client) => {
    const before = await stateOf(cast.stack)
    for (const { name } of inPublic.filter((one) => !one.roles.includes(role))) {
      expect(mayNot(await call(client(), name)), name).toBe(true)
    }
    expect(await stateOf(cast.stack)).toEqual(before)
    for (const { name, roles } of inPublic.filter((one) => one.roles.includes(role))) {
      const error = await call(client(), name)
      expect(mayNot(error), `${name} ${roles}`).toBe(false)
      expect(String(error?.code), name).not.toMatch(/^PGRST/)
    }
  })

  test('a suspended member executes none', async () => {
    const before = await stateOf(cast.stack)
    for (const { name } of inPublic) {
      expect((await call(cast.agency.suspended.client, name))?.code, name).toBe('account_suspended')
    }
    expect(await stateOf(cast.stack)).toEqual(before)
  })
})
