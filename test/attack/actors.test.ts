import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cast, makeCast } from '../access/cast.ts'
import { functions } from '../access/declared.ts'
import { rowsOf } from '../access/rows/index.ts'
import type { Key } from '../access/rows/types.ts'
import { anonClient, createPerson, type Person } from '../helpers/people.ts'
import { startTestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { expectUnchanged } from '../parity/refusals.ts'

let cast: Cast
let casting: Key
let response: Key
let representation: Key
let organization: Key
let invitation: Key
let photo: string
let notification: number

beforeAll(async () => {
  cast = await makeCast(await startTestStack())
  casting = await rowsOf.castings!.make(cast, 'active', cast.agency.owner)
  response = await rowsOf.casting_responses!.make(cast, 'any', cast.model.owner)
  representation = await rowsOf.representations!.make(cast, 'any', cast.model.owner)
  organization = await rowsOf.organizations!.make(cast, 'any', cast.agency.owner)
  invitation = await rowsOf.organization_invitations!.make(cast, 'to one who is invited', cast.agency.owner)
  const { path } = await rowsOf.photos!.make(cast, 'any', cast.model.owner)
  const [row] = await cast.sql`select id from public.photos where path = ${path!}`
  photo = row!.id
  notification = Number((await rowsOf.notifications!.make(cast, 'any', cast.model.owner)).id)
})
afterAll(() => cast.stack.close())

const changesNothing = (attempts: () => Promise<unknown>) => expectUnchanged(() => stateOf(cast.stack), attempts)

/** What someone with the same role as the victim tries with the victim's ids. */
const calls = (person: Person) => {
  const rpc = (name: string, args: Record<string, unknown>) => person.client.rpc(name, args)
  return [
    () => rpc('set_casting_status', { casting_id: casting.id, status: 'cancelled' }),
    () => rpc('delete_casting', { casting_id: casting.id }),
    () => rpc('list_casting_responses', { casting_id: casting.id }),
    () => rpc('set_response_status', { response_id: response.id, status: 'accepted' }),
    () => rpc('withdraw_response', { response_id: response.id }),
    () => rpc('change_photo', { photo_id: photo, is_main: true }),
    () => rpc('reorder_photos', { photo_ids: [photo] }),
    () => rpc('mark_notifications_read', { ids: [notification] }),
    () => rpc('set_representation_status', { representation_id: representation.id, status: 'ended' }),
    () => rpc('decide_invitation', { invitation_id: invitation.id, status: 'accepted' }),
    () => rpc('decide_invitation', { invitation_id: invitation.id, status: 'revoked' }),
    () => rpc('invite_member', { organization_id: organization.id, email: person.email }),
    () => rpc('invite_model', { organization_id: organization.id, model_id: cast.model.stranger.id }),
    () => rpc('list_members', { organization_id: organization.id }),
    () => rpc('list_invitations', { organization_id: organization.id }),
    () => rpc('list_representations', { organization_id: organization.id }),
    () => rpc('set_member_role', { organization_id: organization.id, account_id: person.id, role: 'owner' }),
    () => rpc('remove_member', { organization_id: organization.id, account_id: cast.agency.owner.id }),
    () => rpc('list_my_responses', { model_id: cast.model.owner.id }),
  ]
}

test('13: no function outside one’s list, those of triggers and jobs included', async () => {
  const names = Object.keys(functions).map((signature) => signature.replace(/^(public|private)\.|\(.*/g, ''))
  const may = (role: string) =>
    Object.entries(functions).flatMap(([signature, roles]) =>
      signature.startsWith('public.') && roles.includes(role) ? [signature.replace(/^public\.|\(.*/g, '')] : [],
    )
  await changesNothing(async () => {
    for (const [role, client] of [
      ['anon', cast.anon],
      ['authenticated', cast.model.stranger.client],
    ] as const) {
      const allowed = may(role)
      const forbidden = names.filter((one) => !allowed.includes(one))
      // Ten at a time: there are hundreds, and PostgREST looks for names that are like them.
      for (let first = 0; first < forbidden.length; first += 10) {
        const tries = forbidden.slice(first, first + 10).map(async (name) => ({ name, ...(await client.rpc(name)) }))
        for (const { name, error, status } of await Promise.all(tries)) {
          expect([401, 403, 404], `${role} ${name}: ${error?.message}`).toContain(status)
        }
      }
    }
  })
})

/** Arguments that name an account, which is not who acts. */
const others = [
  'block_account account_id',
  'invite_model model_id',
  // With whom one talks.
  'open_conversation account_id',
  'promote model_id',
  'remove_group_member account_id',
  'remove_member account_id',
  // Whom an agency represents.
  'respond_to_casting model_id',
  'set_member_role account_id',
]

test('14: no function takes the acting account as an argument', async () => {
  const rows = await cast.sql`
    select proname as name, proargnames as arguments from pg_proc
    where pronamespace = 'public'::regnamespace and provolatile = 'v'
      and (has_function_privilege('authenticated', oid, 'execute') or has_function_privilege('anon', oid, 'execute'))
  `
  expect(rows.length).toBeGreaterThan(8)
  const actor = /^(account|user|owner|model|actor|sender|employer|caller)(_id)?$/
  const named = rows.flatMap(({ name, arguments: all }) =>
    ((all ?? []) as string[]).filter((one) => actor.test(one)).map((one) => `${name} ${one}`),
  )
  expect(named.sort()).toEqual(others)
  for (const extra of [{ account_id: cast.model.owner.id }, { owner_id: cast.model.owner.id }]) {
    const { error } = await cast.model.stranger.client.rpc('add_role', { role: 'client', ...extra })
    expect(error?.code).toBe('PGRST202')
  }
})

test('14: ids of another’s rows are of no use, and are like ids that do not exist', async () => {
  await changesNothing(async () => {
    for (const person of [cast.agency.stranger, cast.model.stranger, cast.candidate.stranger]) {
      for (const [index, call] of calls(person).entries()) {
        const { data, error } = await call()
        // Marking notifications answers how many were the caller's own.
        if (index === 7) expect(data).toBe(0)
        else expect(['not_found', 'validation_failed'], `call ${index}`).toContain(error?.code)
      }
    }
  })
  const there = await cast.agency.stranger.client.rpc('delete_casting', { casting_id: casting.id })
  const nowhere = await cast.agency.stranger.client.rpc('delete_casting', { casting_id: crypto.randomUUID() })
  expect(there.error).toEqual(nowhere.error)
})

test('12: a suspended account with an unexpired token writes nothing anywhere', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const image = new Blob(['x'], { type: 'image/png' })
  const avatars = person.client.storage.from('avatars')
  expect((await avatars.upload(`${person.id}/before.png`, image)).error).toBeNull()
  const signed = await avatars.createSignedUploadUrl(`${person.id}/signed.png`)
  await cast.sql`select private.suspend_account(${person.id}, 'attack 12')`
  const passwords = () =>
    cast.sql`select encrypted_password, raw_user_meta_data from auth.users where id = ${person.id}`
  const before = await passwords()

  await changesNothing(async () => {
    const { client } = person
    expect((await client.rpc('add_role', { role: 'client' })).error?.code).toBe('account_suspended')
    expect((await client.from('accounts').update({ city: 'X' }).eq('id', person.id)).error?.code).toBe(
      'account_suspended',
    )
    expect((await client.rpc('me')).error?.code).toBe('account_suspended')
    expect((await avatars.upload(`${person.id}/after.png`, image)).error).not.toBeNull()
    expect((await avatars.upload(`${person.id}/before.png`, image, { upsert: true })).error).not.toBeNull()
    await avatars.remove([`${person.id}/before.png`])
    await avatars.move(`${person.id}/before.png`, `${person.id}/moved.png`)
    await avatars.copy(`${person.id}/before.png`, `${person.id}/copied.png`)
    const { path, token } = signed.data!
    const upload = await anonClient(cast.stack).storage.from('avatars').uploadToSignedUrl(path, token, image)
    expect(upload.error).not.toBeNull()
    expect((await client.auth.updateUser({ data: { name: 'x' } })).error).not.toBeNull()
    expect((await client.auth.refreshSession()).error).not.toBeNull()
    const again = await anonClient(cast.stack).auth.signInWithPassword(person)
    expect(again.error?.code).toBe('user_banned')
  })
  expect(await passwords()).toEqual(before)

  await cast.sql`select private.lift_suspension(${person.id})`
  const { error } = await anonClient(cast.stack).auth.signInWithPassword(person)
  expect(error).toBeNull()
})

test('12: a token outlives its account, its rights do not', async () => {
  const person = await createPerson(cast.stack, { roles: ['model'] })
  const image = new Blob(['x'], { type: 'image/png' })
  const signed = await person.client.storage.from('avatars').createSignedUploadUrl(`${person.id}/signed.png`)
  expect((await person.client.rpc('delete_account', { password: person.password })).status).toBe(204)
  await changesNothing(async () => {
    const { client } = person
    expect((await client.rpc('me')).error?.code).toBe('auth_required')
    expect((await client.rpc('register_device', { token: 'of a ghost', platform: 'web' })).error?.code).toBe(
      'auth_required',
    )
    expect((await client.storage.from('avatars').upload(`${person.id}/ghost.png`, image)).error).not.toBeNull()
    const { path, token } = signed.data!
    const upload = await anonClient(cast.stack).storage.from('avatars').uploadToSignedUrl(path, token, image)
    expect(upload.error).not.toBeNull()
  })
})
