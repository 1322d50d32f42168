import type { Organization } from '@talentbase/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
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
    await must(owner.tb.organizations.setMemberRole(agency.id, admin.id, 'owner'))
    await must(owner.tb.organizations.leave(agency.id))
    const former = owner
    owner = admin
    await canDoNothing(former)
  })

  test('by strangers, the invited and followers', async () => {
    const people = [await member(stack, ['agency']), await member(stack, ['agency']), await member(stack, ['agency'])]
    await must(owner.tb.organizations.invite(agency.id, people[0]!.email))
    await must(people[1]!.tb.organizations.follow(agency.id))
    for (const person of people) await canDoNothing(person)
  })

  test.each(['removed', 'demoted'])('by an admin who was %s and had invited an address of their own', async (how) => {
    const puppet = await member(stack, ['agency'])
    const [{ id }, another] = [
      await must(admin.tb.organizations.invite(agency.id, puppet.email)),
      await must(owner.tb.organizations.invite(agency.id, newEmail())),
    ]
    if (how === 'removed') await must(owner.tb.organizations.removeMember(agency.id, admin.id))
    else await must(owner.tb.organizations.setMemberRole(agency.id, admin.id, 'member'))
    expect((await puppet.tb.organizations.acceptInvitation(id)).error?.code).toBe('invalid_transition')
    const members = (await must(owner.tb.organizations.listMembers(agency.id))).map(({ account_id }) => account_id)
    expect(members).not.toContain(puppet.id)
    const kept = await sql(stack)`select status from public.organization_invitations where id = ${another.id}`
    expect([...kept]).toEqual([{ status: 'pending' }])
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
