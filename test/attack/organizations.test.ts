import type { Organization } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { meanwhile, statement } from '../helpers/at-once.ts'
import { serviceClient, sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { stateOf } from '../helpers/state.ts'
import { active, model } from '../parity/castings.ts'
import { type Member, member, newEmail, startParityStack } from '../parity/people.ts'

let stack: TestStack
let owner: Member
let admin: Member
let aisha: Member
let agency: Organization
let casting_id: string

beforeAll(async () => {
  stack = await startParityStack()
  casting_id = (await active(await member(stack, ['employer']))).id
})
beforeEach(async () => {
  owner = await member(stack, ['agency'])
  admin = await member(stack, ['employer'])
  aisha = await model(stack)
  agency = await must(owner.tb.organizations.create({ kind: 'agency', name: `Agency ${unique()}` }))
  await join(admin, 'admin')
  const asked = { organization_id: agency.id, model_id: aisha.id }
  await must(aisha.tb.representations.accept((await must(owner.tb.representations.invite(asked))).id))
})
afterAll(() => stack.close())

async function join(person: Member, role: 'admin' | 'member'): Promise<void> {
  const { id } = await must(owner.tb.organizations.invite(agency.id, person.email, role))
  await must(person.tb.organizations.acceptInvitation(id))
}

/** Everything that can be done in an organization's name; each answers data and error. */
async function attempts({ client, email }: Member) {
  const organization_id = agency.id
  const invitations = () => client.from('organization_invitations').select().eq('organization_id', agency.id)
  const waiting = await must(owner.tb.organizations.invite(agency.id, newEmail()))
  const [representation] = await sql(stack)`select id from public.representations where organization_id = ${agency.id}`
  await sql(stack)`delete from public.casting_responses where model_id = ${aisha.id}`
  const [response] = await sql(stack)`
    insert into public.casting_responses (casting_id, model_id, currency) values (${casting_id}, ${aisha.id}, 'KZT') returning id`
  const someone = await model(stack)
  await sql(stack)`delete from public.photos where account_id = ${aisha.id}`
  const [object] = await sql(stack)`
    insert into storage.objects (bucket_id, name, owner_id, version, metadata)
    values ('photos', ${`${aisha.id}/${unique()}.png`}, ${aisha.id}, '1', '{"mimetype": "image/png", "size": 1}') returning name`
  const [photo] = await sql(stack)`select id from public.photos where path = ${object!.name}`
  const photos = client.storage.from('photos')
  const png = new Blob(['x'], { type: 'image/png' })
  const work = { account_id: aisha.id, company: 'A brand', position: 'Model', start_date: '2020-01-01' }
  const casting = { title: 'In its name', description: 'x', category: 'fashion', organization_id }
  return {
    'rename it': () => client.from('organizations').update({ name: 'Mine' }).eq('id', agency.id).select(),
    'delete it': () => client.from('organizations').delete().eq('id', agency.id).select(),
    'invite a friend': () => client.rpc('invite_member', { organization_id, email: newEmail() }),
    'revoke an invitation': () => client.rpc('decide_invitation', { invitation_id: waiting.id, status: 'revoked' }),
    'accept another’s': () => client.rpc('decide_invitation', { invitation_id: waiting.id, status: 'accepted' }),
    'give a role': () => client.rpc('set_member_role', { organization_id, account_id: admin.id, role: 'owner' }),
    'remove the owner': () => client.rpc('remove_member', { organization_id, account_id: owner.id }),
    'list members': () => client.rpc('list_members', { organization_id }),
    'read members': () => client.from('organization_members').select().eq('organization_id', agency.id),
    'list invitations': () => client.rpc('list_invitations', { organization_id }),
    // One to one's own address is one's own.
    'read invitations': () => invitations().neq('email', email),
    'ask a model': () => client.rpc('invite_model', { organization_id, model_id: someone.id }),
    'end a representation': () =>
      client.rpc('set_representation_status', { representation_id: representation!.id, status: 'ended' }),
    'list representations': () => client.rpc('list_representations', { organization_id }),
    'read representations': () => client.from('representations').select().eq('organization_id', agency.id),
    'read a profile': () => client.from('model_profiles').select().eq('account_id', aisha.id),
    'edit a profile': () => client.from('model_profiles').update({ bio: 'Mine' }).eq('account_id', aisha.id).select(),
    'add experience': () => client.from('model_work_experiences').insert(work).select(),
    'read photos': () => client.from('photos').select().eq('account_id', aisha.id),
    'list photos': () => photos.list(aisha.id),
    'add a photo': () => photos.upload(`${aisha.id}/mine.png`, png),
    'overwrite a photo': () => photos.upload(object!.name, png, { upsert: true }),
    'move a photo': () => photos.move(object!.name, `${aisha.id}/mine.png`),
    'sign an upload': () => photos.createSignedUploadUrl(`${aisha.id}/mine.png`),
    'choose a photo': () => client.rpc('change_photo', { photo_id: photo!.id, is_main: true }),
    'order photos': () => client.rpc('reorder_photos', { photo_ids: [photo!.id] }),
    'delete a photo': () => client.from('photos').delete().eq('id', photo!.id).select(),
    'remove a photo': () => photos.remove([object!.name]),
    respond: () => client.rpc('respond_to_casting', { casting_id, model_id: aisha.id }),
    withdraw: () => client.rpc('withdraw_response', { response_id: response!.id }),
    'list responses': () => client.rpc('list_my_responses', { model_id: aisha.id }),
    'read responses': () => client.from('casting_responses').select().eq('model_id', aisha.id),
    'post in its name': () => client.from('castings').insert(casting).select(),
  }
}

/** Holds that each of them is refused or answers with no row, and that nothing has changed. */
async function canDoNothing(person: Member): Promise<void> {
  const all = await attempts(person)
  const before = await stateOf(stack)
  for (const [name, attempt] of Object.entries(all)) {
    const { data, error } = await attempt()
    expect(error !== null || (Array.isArray(data) && data.length === 0), `${name}: ${JSON.stringify(data)}`).toBe(true)
  }
  expect(await stateOf(stack)).toEqual(before)
}

describe('9: in an organization’s name nothing is done', () => {
  test('by a member who was removed, with a token that is still valid', async () => {
    const { tb, client } = admin
    await must(
      tb.castings.create({ title: 'In its name', description: 'x', category: 'fashion', organization_id: agency.id }),
    )
    const edit = () => client.from('model_profiles').update({ bio: unique() }).eq('account_id', aisha.id).select()
    expect((await edit()).data).toHaveLength(1)
    await must(owner.tb.organizations.removeMember(agency.id, admin.id))
    await canDoNothing(admin)
    expect(await sql(stack)`select id from public.castings where organization_id = ${agency.id}`).toEqual([])
  })

  test('by a member who has left, or an owner who handed it over and left', async () => {
    const heir = await member(stack, ['agency'])
    await join(heir, 'admin')
    await must(owner.tb.organizations.setMemberRole(agency.id, heir.id, 'owner'))
    const { items } = await must(heir.tb.organizations.listInvitations({ status: 'pending' }))
    await must(heir.tb.organizations.acceptInvitation(items[0]!.id))
    await must(owner.tb.organizations.leave(agency.id))
    const former = owner
    owner = heir
    await canDoNothing(former)
  })

  test('by strangers, the invited and followers', async () => {
    const people = [await member(stack, ['agency']), await member(stack, ['agency']), await member(stack, ['agency'])]
    await must(owner.tb.organizations.invite(agency.id, people[0]!.email))
    await must(people[1]!.tb.organizations.follow(agency.id))
    for (const person of people) await canDoNothing(person)
  })

  test.each(['removed', 'demoted', 'deleted'])(
    'by an admin who was %s and had invited an address of their own',
    async (how) => {
      const puppet = await member(stack, ['agency'])
      const [{ id }, another] = [
        await must(admin.tb.organizations.invite(agency.id, puppet.email)),
        await must(owner.tb.organizations.invite(agency.id, newEmail())),
      ]
      if (how === 'removed') await must(owner.tb.organizations.removeMember(agency.id, admin.id))
      else if (how === 'deleted') await must(admin.tb.accounts.delete({ password: admin.password }))
      else await must(owner.tb.organizations.setMemberRole(agency.id, admin.id, 'member'))
      expect((await puppet.tb.organizations.acceptInvitation(id)).error?.code).toBe('invalid_transition')
      const members = (await must(owner.tb.organizations.listMembers(agency.id))).map(({ account_id }) => account_id)
      expect(members).not.toContain(puppet.id)
      const kept = await sql(stack)`select status from public.organization_invitations where id = ${another.id}`
      expect([...kept]).toEqual([{ status: 'pending' }])
    },
  )
})

test('an invitation that is sent while its sender is removed waits for nobody', async () => {
  const remove = { as: owner, runs: [statement('select public.remove_member($1, $2)', agency.id, admin.id)] }
  const asks = [
    statement('select public.invite_member($1, $2)', agency.id, newEmail()),
    statement('select public.invite_model($1, $2)', agency.id, (await model(stack)).id),
  ]
  for (const ask of asks) {
    expect(await meanwhile(stack, remove, { as: admin, runs: [ask] })).toEqual(['done', 'not_found'])
    await sql(stack)`insert into public.organization_members values (${agency.id}, ${admin.id}, 'admin')`
  }
  expect(await meanwhile(stack, { as: admin, runs: [asks[0]!] }, remove)).toEqual(['done', 'done'])
  const waiting = await sql(stack)`
    select from public.organization_invitations where invited_by = ${admin.id} and status = 'pending'`
  expect(waiting).toHaveLength(0)
  expect(await sql(stack)`select from public.representations where invited_by = ${admin.id}`).toHaveLength(0)
})

test('nobody is made the payer without asking', async () => {
  const victim = await member(stack, ['agency'])
  await join(victim, 'member')
  const organization = () => sql(stack)`
    select o.owner_id, m.account_id, m.role from public.organizations o join public.organization_members m on m.organization_id = o.id
    where o.id = ${agency.id} order by m.account_id`
  const before = await organization()
  const args = { organization_id: agency.id, account_id: victim.id, role: 'owner' }
  expect((await owner.client.rpc('set_member_role', args)).error).toBeNull()
  const [offer] = await sql(stack)`
    select id from public.organization_invitations where organization_id = ${agency.id} and role = 'owner'`
  for (const { client } of [owner, admin]) {
    const decision = { invitation_id: offer!.id, status: 'accepted' }
    expect((await client.rpc('decide_invitation', decision)).error?.code).toBe('not_found')
  }
  expect(await organization()).toEqual(before)
})

test('an admin neither shows nor deletes a file of the owner’s as the logo', async () => {
  const [draft] = await sql(stack)`
    insert into storage.objects (bucket_id, name, owner_id, version, metadata)
    values ('avatars', ${`${owner.id}/${unique()}.png`}, ${owner.id}, '1', '{"mimetype": "image/png", "size": 1}') returning name`
  const set = ({ client }: Member, logo_path: string | null) =>
    client.from('organizations').update({ logo_path }).eq('id', agency.id)
  const before = await stateOf(stack)
  expect((await set(admin, draft!.name)).error?.code).toBe('42501')
  expect(await stateOf(stack)).toEqual(before)
  expect((await set(owner, draft!.name)).error).toBeNull()
  const shown = await stateOf(stack)
  for (const path of [null, `${owner.id}/other.png`]) expect((await set(admin, path)).error?.code).toBe('42501')
  expect(await stateOf(stack)).toEqual(shown)
  expect((await admin.client.from('organizations').update({ name: 'Ours' }).eq('id', agency.id)).error).toBeNull()
})

test('whom one has blocked reaches one by no invitation', async () => {
  const invited = await member(stack, ['client'])
  await sql(stack)`insert into public.blocks (account_id, blocked_id) values (${invited.id}, ${admin.id})`
  const { id } = await must(admin.tb.organizations.invite(agency.id, invited.email))
  const before = await stateOf(stack)
  expect((await must(invited.tb.organizations.listInvitations())).items).toEqual([])
  expect((await invited.client.from('organization_invitations').select()).data).toEqual([])
  for (const call of ['acceptInvitation', 'declineInvitation'] as const) {
    expect((await invited.tb.organizations[call](id)).error?.code).toBe('not_found')
  }
  expect((await must(invited.tb.notifications.list())).items).toEqual([])
  expect(await stateOf(stack)).toEqual(before)
  // To the managers it is there.
  expect((await must(owner.tb.organizations.listInvitations({ organization_id: agency.id }))).items[0]).toMatchObject({
    id,
  })
})

test('4: nobody becomes more by an invitation than who invited may give', async () => {
  const worker = await member(stack, [])
  await join(worker, 'member')
  const before = await stateOf(stack)
  for (const [person, role] of [
    [admin, 'admin'],
    [admin, 'owner'],
    [worker, 'member'],
    [worker, 'admin'],
  ] as const) {
    const args = { organization_id: agency.id, email: newEmail(), role }
    expect((await person.client.rpc('invite_member', args)).error).not.toBeNull()
  }
  expect(await stateOf(stack)).toEqual(before)
  // Whoever belongs to it already stays what they are, also with an invitation to an address they took later.
  const { id, email } = await must(owner.tb.organizations.invite(agency.id, newEmail(), 'admin'))
  await serviceClient(stack).auth.admin.updateUserById(worker.id, { email })
  await must(worker.tb.organizations.acceptInvitation(id))
  const [row] = await sql(stack)`select role from public.organization_members where account_id = ${worker.id}`
  expect(row).toEqual({ role: 'member' })
})

test('8: a casting in another’s name does not tell who belongs to an organization', async () => {
  const stranger = await member(stack, ['agency'])
  const outsider = await member(stack, ['agency'])
  const before = await stateOf(stack)
  const castings = () => stranger.client.from('castings')
  const answers = new Set<string>()
  for (const owner_id of [owner.id, admin.id, outsider.id, crypto.randomUUID()]) {
    const row = { owner_id, organization_id: agency.id, title: 'Whose', description: 'x', category: 'fashion' }
    const errors = [(await castings().insert(row)).error, (await castings().upsert(row)).error]
    expect(errors.map((error) => error?.code)).toEqual(['42501', '42501'])
    answers.add(JSON.stringify(errors))
  }
  expect(answers.size).toBe(1)
  expect(await stateOf(stack)).toEqual(before)
})

test('14: nobody responds for whom they do not represent', async () => {
  const another = await member(stack, ['model'])
  const before = await stateOf(stack)
  for (const [client, model_id, code] of [
    [admin.client, admin.id, 'permission_denied'],
    [admin.client, owner.id, 'not_found'],
    [aisha.client, admin.id, 'not_found'],
    [another.client, aisha.id, 'not_found'],
  ] as const) {
    expect((await client.rpc('respond_to_casting', { casting_id, model_id })).error?.code).toBe(code)
  }
  expect(await stateOf(stack)).toEqual(before)
})

test('22: neither a notification nor the log holds an invited address', async () => {
  const invited = await member(stack, [])
  await join(invited, 'member')
  const rows = await sql(stack)`
    select data::text as text from public.notifications union all select details::text from private.audit_log`
  for (const { text } of rows) expect(text).not.toMatch(/@|example\.test/)
})

test('24: an address that was invited is nowhere once its account is gone', async () => {
  const invited = await member(stack, [])
  await must(owner.tb.organizations.invite(agency.id, invited.email))
  await must(invited.tb.accounts.delete({ password: invited.password }))
  const found = await sql(stack)`select id from public.organization_invitations where email = ${invited.email}`
  expect(found).toEqual([])
})

test('52: no estimate tells of members, invitations, followers or representations', async () => {
  const stranger = await member(stack, ['agency'])
  for (const table of [
    'organization_members',
    'organization_invitations',
    'organization_followers',
    'representations',
  ]) {
    for (const count of ['exact', 'planned', 'estimated'] as const) {
      const answer = await stranger.client.from(table).select('*', { count, head: true })
      expect(answer.count ?? 0, `${table} ${count}`).toBe(0)
    }
  }
})
