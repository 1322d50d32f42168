import type { Organization } from '@talentbase/sdk'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { must } from '../flows/story.ts'
import { atOnce, codesOf, type Run, statement } from '../helpers/at-once.ts'
import { serviceClient, sql, unique } from '../helpers/people.ts'
import type { TestStack } from '../helpers/stack.ts'
import { active, draft } from '../parity/castings.ts'
import { device, type Member, member, newEmail, password, picture, startParityStack } from '../parity/people.ts'
import { expectRefusal, expectUnchanged } from '../parity/refusals.ts'

let stack: TestStack
let owner: Member
let admin: Member
let worker: Member
let stranger: Member
let agency: Organization

beforeAll(async () => {
  stack = await startParityStack()
})
beforeEach(async () => {
  owner = await member(stack, ['agency'])
  admin = await member(stack, ['client'])
  worker = await member(stack, [])
  stranger = await member(stack, ['agency'])
  agency = await must(owner.tb.organizations.create({ kind: 'agency', name: `Agency ${unique()}` }))
  await join(admin, 'admin')
  await join(worker, 'member')
})
afterAll(() => stack.close())

async function join(person: Member, role: 'admin' | 'member'): Promise<void> {
  const invitation = await must(owner.tb.organizations.invite(agency.id, person.email, role))
  await must(person.tb.organizations.acceptInvitation(invitation.id))
}

/** The owner offers, the member accepts. */
async function handOver(from: Member, to: Member): Promise<void> {
  await must(from.tb.organizations.setMemberRole(agency.id, to.id, 'owner'))
  await must(to.tb.organizations.acceptInvitation(await offerTo(to)))
}

async function offerTo({ email }: Member, id = agency.id): Promise<string> {
  const [offer] = await sql(stack)`
    select id from public.organization_invitations
    where organization_id = ${id} and email = ${email} and role = 'owner' and status = 'pending'`
  return offer!.id
}

/** Everything that is stored of an organization. */
const stored = async () => ({
  organization: await sql(stack)`select * from public.organizations where id = ${agency.id}`,
  members: await sql(
    stack,
  )`select * from public.organization_members where organization_id = ${agency.id} order by account_id`,
  invitations: await sql(
    stack,
  )`select * from public.organization_invitations where organization_id = ${agency.id} order by id`,
  followers: await sql(
    stack,
  )`select * from public.organization_followers where organization_id = ${agency.id} order by account_id`,
})

const rolesNow = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await stored()).members.map(({ account_id, role }) => [account_id, role]))

const told = async (person: Member, type: string) =>
  (await must(person.tb.notifications.list())).items.filter((one) => one.type === type).map(({ data }) => data)

describe('an organization', () => {
  test('is made, changed, found and deleted', async () => {
    const city = unique('Town')
    const input = {
      name: `Brand ${unique()}`,
      description: 'Who we are.',
      website: 'https://brand.example',
      size: '10-50',
      city,
      country: 'Kazakhstan',
    } as const
    const brand = await must(owner.tb.organizations.create({ kind: 'brand', ...input }))
    expect(brand).toMatchObject({
      kind: 'brand',
      ...input,
      logo: null,
      followers_count: 0,
      is_followed: false,
      my_role: 'owner',
    })

    const changed = await must(owner.tb.organizations.update(brand.id, { name: 'After', description: null }))
    expect(changed).toEqual({ ...brand, name: 'After', description: null })
    const visitor = device(stack).tb
    expect(await must(visitor.organizations.get(brand.id))).toEqual({ ...changed, my_role: null })
    for (const filter of [{ city: city.toUpperCase() }, { city, kind: 'brand' }, { city, search: 'AFTE' }] as const) {
      expect((await must(visitor.organizations.list(filter))).items.map(({ id }) => id)).toEqual([brand.id])
    }
    expect((await must(visitor.organizations.list({ city, kind: 'agency' }))).items).toEqual([])
    const mine = await must(owner.tb.organizations.listMine())
    expect(mine.items.map(({ id }) => id)).toEqual([brand.id, agency.id])
    expect(mine).toMatchObject({ total: 2, has_more: false })

    expect(await must(owner.tb.organizations.delete(brand.id))).toBeNull()
    await expectRefusal(visitor.organizations.get(brand.id), 'not_found')
    await expectRefusal(owner.tb.organizations.delete(brand.id), 'not_found')
  })

  test('names every bad field at once', async () => {
    const wrong = {
      kind: 'cult',
      name: '',
      website: 'javascript:alert(1)',
      size: '3',
      city: 'x'.repeat(101),
      owner_id: stranger.id,
    }
    await expectRefusal(owner.tb.organizations.create(wrong as never), 'validation_failed', {
      kind: ['known'],
      name: ['length'],
      website: ['format'],
      size: ['known'],
      city: ['length'],
      owner_id: ['unknown'],
    })
    await expectRefusal(owner.tb.organizations.update(agency.id, {}), 'validation_failed', { input: ['required'] })
    await expectRefusal(owner.tb.organizations.update(agency.id, { kind: 'brand' } as never), 'validation_failed')
    await expectRefusal(owner.tb.organizations.get('7'), 'validation_failed', { organization_id: ['format'] })
  })

  test('is made by employers, agencies and recruiters, an agency by agencies alone', async () => {
    for (const role of ['employer', 'recruiter', 'agency']) {
      const { tb } = await member(stack, [role])
      await must(tb.organizations.create({ kind: 'company', name: 'A company' }))
      const attempt = tb.organizations.create({ kind: 'agency', name: 'An agency' })
      if (role === 'agency') await must(attempt)
      else await expectRefusal(attempt, 'permission_denied')
    }
    for (const role of ['model', 'candidate', 'client', 'creator', 'freelancer']) {
      const { tb } = await member(stack, [role])
      await expectRefusal(tb.organizations.create({ kind: 'company', name: 'A company' }), 'permission_denied')
    }
    await expectRefusal(device(stack).tb.organizations.create({ kind: 'company', name: 'x' }), 'auth_required')
  })

  test('has a logo in its owner’s folder; the one before goes, and nothing of a refused one stays', async () => {
    const first = await must(owner.tb.organizations.uploadLogo(agency.id, await picture()))
    expect((await fetch(first.logo!)).headers.get('content-type')).toBe('image/png')
    const second = await must(owner.tb.organizations.uploadLogo(agency.id, await picture()))
    expect(second.logo_path).not.toBe(first.logo_path)
    const queued = await sql(stack)`select path from private.object_deletions where path = ${first.logo_path}`
    expect(queued).toHaveLength(1)

    const files = ({ id }: Member) => sql(stack)`select name from storage.objects where name like ${`${id}/%`}`
    for (const [person, code] of [
      [admin, 'permission_denied'],
      [worker, 'permission_denied'],
      [stranger, 'permission_denied'],
    ] as const) {
      await expectRefusal(person.tb.organizations.uploadLogo(agency.id, await picture()), code)
      expect(await files(person)).toEqual([])
    }
    await expectRefusal(owner.tb.organizations.uploadLogo(agency.id, undefined as never), 'validation_failed', {
      file: ['required'],
    })
    expect((await must(owner.tb.organizations.get(agency.id))).logo_path).toBe(second.logo_path)
  })
})

describe('followers', () => {
  test('follow and unfollow, each as often as they like, and are counted', async () => {
    const fans = [stranger, worker]
    for (const { tb } of fans) {
      await must(tb.organizations.follow(agency.id))
      expect(await must(tb.organizations.follow(agency.id))).toMatchObject({ is_followed: true })
    }
    expect(await must(stranger.tb.organizations.get(agency.id))).toMatchObject({
      followers_count: 2,
      is_followed: true,
    })
    const followed = await must(stranger.tb.organizations.listMine({ relation: 'follower' }))
    expect(followed.items.map(({ id }) => id)).toEqual([agency.id])
    for (let i = 0; i < 2; i++) {
      expect(await must(stranger.tb.organizations.unfollow(agency.id))).toMatchObject({
        followers_count: 1,
        is_followed: false,
      })
    }
    await expectRefusal(device(stack).tb.organizations.follow(agency.id), 'auth_required')
    await expectRefusal(stranger.tb.organizations.follow(crypto.randomUUID()), 'not_found')
    await expectRefusal(stranger.tb.organizations.unfollow(crypto.randomUUID()), 'not_found')
  })

  test('are counted right also when accounts go, and when many come and go at once', async () => {
    const fans = await Promise.all(Array.from({ length: 8 }, () => member(stack, [])))
    const follow = statement(
      'insert into public.organization_followers (organization_id) values ($1) on conflict do nothing',
      agency.id,
    )
    const unfollow = statement('delete from public.organization_followers where organization_id = $1', agency.id)
    await atOnce(
      stack,
      fans.map((fan, i) => ({ as: fan, runs: i % 2 ? [follow] : [follow, unfollow, follow, follow] })),
    )
    const count = async () => (await must(device(stack).tb.organizations.get(agency.id))).followers_count
    expect(await count()).toBe(8)
    for (const fan of fans.slice(0, 3)) await must(fan.tb.accounts.delete({ password: fan.password }))
    expect(await count()).toBe(5)
    expect((await stored()).followers).toHaveLength(5)
  })

  test('who go, or follow the same, at once in opposite order wait for each other in no circle', async () => {
    const other = await must(owner.tb.organizations.create({ kind: 'brand', name: 'Another' }))
    const follow = (...ids: string[]) =>
      statement('insert into public.organization_followers (organization_id) select unnest($1::uuid[])', `{${ids}}`)
    const unfollow = statement('delete from public.organization_followers where account_id = auth.uid()')
    for (let round = 0; round < 6; round++) {
      const [one, two] = [await member(stack, []), await member(stack, [])]
      const [ab, ba] = [follow(agency.id, other.id), follow(other.id, agency.id)]
      const follows = await atOnce(stack, [
        { as: one, runs: [ab, unfollow, ab, unfollow, ab] },
        { as: two, runs: [ba, unfollow, ba, unfollow, ba] },
      ])
      expect(codesOf(follows)).toEqual(Array(10).fill('done'))
      const gone = await atOnce(
        stack,
        [one, two].map(({ id }) => ({ runs: [statement('delete from auth.users where id = $1', id)] })),
      )
      expect(codesOf(gone)).toEqual(['done', 'done'])
    }
    for (const { id } of [agency, other])
      expect(await must(owner.tb.organizations.get(id))).toMatchObject({ followers_count: 0 })
  })

  test('see nobody else who follows, nor do the organization’s own', async () => {
    await must(stranger.tb.organizations.follow(agency.id))
    for (const { client } of [owner, admin, worker]) {
      expect((await client.from('organization_followers').select()).data).toEqual([])
    }
  })
})

describe('an invitation', () => {
  const invite = async (email: string, role: 'admin' | 'member' = 'member') =>
    must(owner.tb.organizations.invite(agency.id, email, role))
  const pending = async (id: string) =>
    (await stored()).invitations.some((one) => one.id === id && one.status === 'pending')

  test('makes whoever has the address a member, once, and tells both sides', async () => {
    const { email, id } = stranger
    const invitation = await invite(email, 'admin')
    expect(invitation).toMatchObject({
      organization_id: agency.id,
      email,
      role: 'admin',
      status: 'pending',
      invited_by: owner.id,
    })
    expect(await told(stranger, 'organization_invitation')).toEqual([
      { organization_id: agency.id, invitation_id: invitation.id, status: 'pending' },
    ])
    const own = await must(stranger.tb.organizations.listInvitations({ status: 'pending' }))
    expect(own.items).toMatchObject([
      {
        id: invitation.id,
        organization: { id: agency.id, name: agency.name, kind: 'agency', logo: null },
        email,
        role: 'admin',
        status: 'pending',
      },
    ])

    const accepted = await must(stranger.tb.organizations.acceptInvitation(invitation.id))
    expect(accepted).toMatchObject({ id: invitation.id, status: 'accepted', decided_at: expect.any(String) })
    expect((await rolesNow())[id]).toBe('admin')
    expect((await told(owner, 'organization_invitation'))[0]).toMatchObject({
      invitation_id: invitation.id,
      status: 'accepted',
    })
    await expectUnchanged(stored, async () => {
      for (const again of ['acceptInvitation', 'declineInvitation'] as const) {
        const { details } = await expectRefusal(stranger.tb.organizations[again](invitation.id), 'invalid_transition')
        expect(details).toMatchObject({ from: 'accepted' })
      }
      await expectRefusal(owner.tb.organizations.revokeInvitation(invitation.id), 'invalid_transition')
    })
    const members = await must(stranger.tb.organizations.listMembers(agency.id))
    expect(members.map(({ account_id, role }) => [account_id, role])).toEqual([
      [owner.id, 'owner'],
      [admin.id, 'admin'],
      [worker.id, 'member'],
      [id, 'admin'],
    ])
  })

  test('is nobody else’s to accept or decline, with another account or another address', async () => {
    const invitation = await invite(stranger.email)
    const lookalike = await member(stack, [])
    await sql(stack)`update auth.users set email = ${`x${stranger.email}`} where id = ${lookalike.id}`
    await expectUnchanged(stored, async () => {
      for (const { tb, client } of [owner, admin, worker, lookalike]) {
        await expectRefusal(tb.organizations.acceptInvitation(invitation.id), 'not_found')
        await expectRefusal(tb.organizations.declineInvitation(invitation.id), 'not_found')
        const args = { invitation_id: invitation.id, status: 'accepted' }
        expect((await client.rpc('decide_invitation', args)).error?.code).toBe('not_found')
      }
      const visitor = device(stack)
      await expectRefusal(visitor.tb.organizations.acceptInvitation(invitation.id), 'auth_required')
      expect((await must(lookalike.tb.organizations.listInvitations())).items).toEqual([])
      expect((await lookalike.client.from('organization_invitations').select()).data).toEqual([])
    })
  })

  test('is the same in upper and lower case', async () => {
    const invitation = await invite(` ${stranger.email.toUpperCase()} `.trim())
    expect(invitation.email).toBe(stranger.email)
    await expectRefusal(owner.tb.organizations.invite(agency.id, stranger.email), 'duplicate')
    await must(stranger.tb.organizations.acceptInvitation(invitation.id))
    await expectRefusal(owner.tb.organizations.invite(agency.id, stranger.email.toUpperCase()), 'duplicate')
  })

  test('belongs to the address: who changes theirs loses it, who gets it has it', async () => {
    const invitation = await invite(stranger.email)
    const service = serviceClient(stack).auth.admin
    const former = stranger.email
    await service.updateUserById(stranger.id, { email: newEmail() })
    await expectRefusal(stranger.tb.organizations.acceptInvitation(invitation.id), 'not_found')
    await service.updateUserById(worker.id, { email: former })
    expect((await must(worker.tb.organizations.listInvitations({ status: 'pending' }))).items).toHaveLength(1)
  })

  test('is nothing to an account whose address is not confirmed', async () => {
    const email = newEmail()
    const invitation = await invite(email)
    const visitor = device(stack)
    await must(visitor.tb.auth.signUp({ email, password }))
    const [user] = await sql(stack)`select id from auth.users where email = ${email}`
    const claims = JSON.stringify({ sub: user!.id, role: 'authenticated' })
    const asThey = <T>(run: (tx: TransactionSql) => Promise<T>) =>
      sql(stack).begin(async (tx) => {
        await tx`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
        return run(tx)
      })
    const seen = await asThey(async (tx) => (await tx`select id from public.organization_invitations`).length)
    expect(seen).toBe(0)
    const accept = asThey((tx) => tx`select public.decide_invitation(${invitation.id}, 'accepted')`)
    await expect(accept).rejects.toThrow('not_found')
    expect(await pending(invitation.id)).toBe(true)
  })

  test('runs out, and makes room for another', async () => {
    const invitation = await invite(stranger.email)
    await sql(stack)`update public.organization_invitations set expires_at = now() where id = ${invitation.id}`
    await expectUnchanged(stored, async () => {
      const { details } = await expectRefusal(
        stranger.tb.organizations.acceptInvitation(invitation.id),
        'invalid_transition',
      )
      expect(details).toMatchObject({ from: 'expired', to: 'accepted' })
    })
    expect((await must(stranger.tb.organizations.listInvitations())).items).toMatchObject([{ status: 'expired' }])
    expect(
      (await must(owner.tb.organizations.listInvitations({ organization_id: agency.id, status: 'expired' }))).total,
    ).toBe(1)
    const another = await invite(stranger.email)
    await must(stranger.tb.organizations.acceptInvitation(another.id))
  })

  test('is declined by the invited and revoked by managers, and then nobody’s', async () => {
    const one = await invite(stranger.email)
    expect(await must(stranger.tb.organizations.declineInvitation(one.id))).toMatchObject({ status: 'declined' })
    expect((await told(owner, 'organization_invitation'))[0]).toMatchObject({
      invitation_id: one.id,
      status: 'declined',
    })
    await expectRefusal(stranger.tb.organizations.acceptInvitation(one.id), 'invalid_transition')
    const other = await invite(stranger.email)
    await expectRefusal(worker.tb.organizations.revokeInvitation(other.id), 'not_found')
    await expectRefusal(stranger.tb.organizations.revokeInvitation(other.id), 'not_found')
    expect(await must(admin.tb.organizations.revokeInvitation(other.id))).toMatchObject({ status: 'revoked' })
    await expectRefusal(stranger.tb.organizations.acceptInvitation(other.id), 'invalid_transition')
    expect((await rolesNow())[stranger.id]).toBeUndefined()
  })

  test('accepted, declined and revoked at once ends in one way', async () => {
    for (let round = 0; round < 5; round++) {
      const person = await member(stack, [])
      const { id } = await invite(person.email)
      const decide = (status: string) => statement('select public.decide_invitation($1, $2)', id, status)
      const outcomes = await atOnce(stack, [
        { as: person, runs: [decide('accepted')] },
        { as: person, runs: [decide('accepted')] },
        { as: person, runs: [decide('declined')] },
        { as: owner, runs: [decide('revoked')] },
        { as: admin, runs: [decide('revoked')] },
      ])
      expect(codesOf(outcomes)).toEqual(['done', ...Array(4).fill('invalid_transition')])
      const status = (await stored()).invitations.find((one) => one.id === id)!.status
      expect((await rolesNow())[person.id] === undefined).toBe(status !== 'accepted')
    }
  })

  test('is sent once, also when many send it at once', async () => {
    const email = newEmail()
    const run = statement('select public.invite_member($1, $2)', agency.id, email)
    const outcomes = await atOnce(
      stack,
      Array.from({ length: 6 }, (_, i) => ({ as: i % 2 ? owner : admin, runs: [run] })),
    )
    expect(codesOf(outcomes)).toEqual(['done', ...Array(5).fill('duplicate')])
    expect((await stored()).invitations.filter((one) => one.email === email)).toHaveLength(1)
  })

  test('does not tell whether the address has an account', async () => {
    const shape = async (email: string) => Object.keys(await invite(email)).sort()
    expect(await shape(stranger.email)).toEqual(await shape(newEmail()))
  })

  test('names every bad field', async () => {
    await expectRefusal(owner.tb.organizations.invite('7', 'nobody', 'owner' as 'admin'), 'validation_failed', {
      organization_id: ['format'],
      email: ['format'],
      role: ['known'],
    })
    await expectRefusal(
      owner.tb.organizations.listInvitations({ status: 'open' as 'pending', limit: 0 }),
      'validation_failed',
      {
        status: ['known'],
        limit: ['range'],
      },
    )
  })

  test('leaves no address behind when the account goes or gets another one', async () => {
    const left = async (email: string) => (await stored()).invitations.filter((one) => one.email === email).length
    const [one, other] = [await member(stack, []), await member(stack, [])]
    for (const person of [one, other])
      await must(person.tb.organizations.acceptInvitation((await invite(person.email)).id))
    await must(one.tb.accounts.delete({ password: one.password }))
    expect(await left(one.email)).toBe(0)
    await serviceClient(stack).auth.admin.updateUserById(other.id, { email: newEmail() })
    expect(await left(other.email)).toBe(0)
  })
})

describe('roles', () => {
  test('are given by the owner alone, and nobody makes themselves more', async () => {
    await expectUnchanged(stored, async () => {
      for (const { tb, client, id } of [admin, worker]) {
        for (const role of ['owner', 'admin', 'member'] as const) {
          for (const account of [id, worker.id, owner.id]) {
            await expectRefusal(tb.organizations.setMemberRole(agency.id, account, role), 'permission_denied')
          }
        }
        const update = client.from('organization_members').update({ role: 'owner' }).eq('account_id', id)
        expect((await update).error?.code).toBe('42501')
      }
      await expectRefusal(stranger.tb.organizations.setMemberRole(agency.id, stranger.id, 'owner'), 'not_found')
      await expectRefusal(owner.tb.organizations.setMemberRole(agency.id, stranger.id, 'admin'), 'not_found')
      await expectRefusal(owner.tb.organizations.setMemberRole(agency.id, owner.id, 'member'), 'conflict')
      await expectRefusal(
        owner.tb.organizations.setMemberRole(agency.id, worker.id, 'boss' as 'admin'),
        'validation_failed',
        {
          role: ['known'],
        },
      )
      await expectRefusal(admin.tb.organizations.invite(agency.id, newEmail(), 'admin'), 'permission_denied')
      await expectRefusal(worker.tb.organizations.invite(agency.id, newEmail()), 'permission_denied')
      await expectRefusal(worker.tb.organizations.update(agency.id, { name: 'Ours' }), 'permission_denied')
      for (const { tb } of [admin, worker, stranger])
        await expectRefusal(tb.organizations.delete(agency.id), 'permission_denied')
    })
    await must(owner.tb.organizations.setMemberRole(agency.id, worker.id, 'admin'))
    await must(owner.tb.organizations.setMemberRole(agency.id, admin.id, 'member'))
    expect(await rolesNow()).toEqual({ [owner.id]: 'owner', [worker.id]: 'admin', [admin.id]: 'member' })
    await must(worker.tb.organizations.update(agency.id, { name: 'Ours' }))
  })

  test('decide who removes whom: admins remove members, the owner admins, everybody but the owner leaves', async () => {
    await expectUnchanged(stored, async () => {
      await expectRefusal(worker.tb.organizations.removeMember(agency.id, admin.id), 'permission_denied')
      await expectRefusal(admin.tb.organizations.removeMember(agency.id, owner.id), 'conflict')
      await expectRefusal(owner.tb.organizations.leave(agency.id), 'conflict')
      await expectRefusal(stranger.tb.organizations.leave(agency.id), 'not_found')
      await expectRefusal(stranger.tb.organizations.removeMember(agency.id, worker.id), 'not_found')
      await expectRefusal(owner.tb.organizations.removeMember(agency.id, stranger.id), 'not_found')
    })
    const second = await member(stack, [])
    await join(second, 'admin')
    await expectUnchanged(stored, async () => {
      await expectRefusal(second.tb.organizations.removeMember(agency.id, admin.id), 'permission_denied')
    })
    await must(admin.tb.organizations.removeMember(agency.id, worker.id))
    await must(second.tb.organizations.leave(agency.id))
    await must(owner.tb.organizations.removeMember(agency.id, admin.id))
    expect(await rolesNow()).toEqual({ [owner.id]: 'owner' })
  })

  test('of the owner are offered, and nothing changes until the member accepts', async () => {
    const heir = await member(stack, ['agency'])
    await join(heir, 'member')
    const waiting = await must(owner.tb.organizations.invite(agency.id, newEmail(), 'admin'))
    const before = await stored()
    await must(owner.tb.organizations.setMemberRole(agency.id, heir.id, 'owner'))
    const first = await offerTo(heir)
    expect(await stored()).toEqual({ ...before, invitations: expect.any(Array) })
    expect((await told(heir, 'organization_invitation'))[0]).toMatchObject({ invitation_id: first, status: 'pending' })
    // Again: in place of the one before.
    await must(owner.tb.organizations.setMemberRole(agency.id, heir.id, 'owner'))
    const second = await offerTo(heir)
    await expectUnchanged(stored, async () => {
      await expectRefusal(heir.tb.organizations.acceptInvitation(first), 'invalid_transition')
      for (const { tb } of [owner, admin, worker, stranger])
        await expectRefusal(tb.organizations.acceptInvitation(second), 'not_found')
    })
    await must(heir.tb.organizations.declineInvitation(second))
    expect((await stored()).members).toEqual(before.members)
    await handOver(owner, heir)
    expect(await rolesNow()).toMatchObject({ [heir.id]: 'owner', [owner.id]: 'admin' })
    // Whom the former owner wanted as admin, the new one did not.
    expect((await stored()).invitations.find(({ id }) => id === waiting.id)).toMatchObject({ status: 'revoked' })
  })

  test('of the owner go to members who may own it, from who still is the owner', async () => {
    const [heir, other] = [await member(stack, ['agency']), await member(stack, ['agency'])]
    for (const person of [heir, other]) await join(person, 'member')
    await expectUnchanged(stored, async () => {
      for (const { id } of [admin, worker])
        await expectRefusal(owner.tb.organizations.setMemberRole(agency.id, id, 'owner'), 'conflict')
      await expectRefusal(owner.tb.organizations.setMemberRole(agency.id, stranger.id, 'owner'), 'not_found')
    })
    for (const { id } of [heir, other]) await must(owner.tb.organizations.setMemberRole(agency.id, id, 'owner'))
    const [toHeir, toOther] = [await offerTo(heir), await offerTo(other)]
    await sql(stack)`delete from public.account_roles where account_id = ${heir.id}`
    await expectUnchanged(stored, () => expectRefusal(heir.tb.organizations.acceptInvitation(toHeir), 'conflict'))
    await sql(stack)`insert into public.account_roles (account_id, role) values (${heir.id}, 'agency')`
    await must(other.tb.organizations.leave(agency.id))
    await expectUnchanged(stored, () => expectRefusal(other.tb.organizations.acceptInvitation(toOther), 'conflict'))
    await must(heir.tb.organizations.acceptInvitation(toHeir))
    await expectUnchanged(stored, () =>
      expectRefusal(other.tb.organizations.acceptInvitation(toOther), 'invalid_transition'),
    )
    // One that still waits from who is the owner no more.
    const [late] = await sql(stack)`
      insert into public.organization_invitations (organization_id, email, role, invited_by, expires_at)
      values (${agency.id}, ${owner.email}, 'owner', ${admin.id}, now() + interval '1 day') returning id`
    await expectUnchanged(stored, () => expectRefusal(owner.tb.organizations.acceptInvitation(late!.id), 'conflict'))
  })

  test('are handed over: there is one owner, whose folder the logo is in', async () => {
    worker = await member(stack, ['agency'])
    await join(worker, 'admin')
    await must(owner.tb.organizations.setMemberRole(agency.id, worker.id, 'member'))
    const members = await rolesNow()
    await must(owner.tb.organizations.uploadLogo(agency.id, await picture()))
    await handOver(owner, worker)
    expect(await rolesNow()).toEqual({ ...members, [owner.id]: 'admin', [worker.id]: 'owner' })
    expect((await stored()).organization).toMatchObject([{ owner_id: worker.id, logo_path: null }])
    await expectRefusal(owner.tb.organizations.delete(agency.id), 'permission_denied')
    await must(worker.tb.organizations.uploadLogo(agency.id, await picture()))
    await must(owner.tb.organizations.leave(agency.id))
  })

  test('handed over twice at once: one owner, and the other call is refused', async () => {
    for (const { id } of [admin, worker]) {
      await sql(
        stack,
      )`insert into public.account_roles (account_id, role) values (${id}, 'agency') on conflict do nothing`
    }
    for (let round = 0; round < 5; round++) {
      const [{ owner_id }] = (await stored()).organization as unknown as [{ owner_id: string }]
      const [now, ...others] = [owner, admin, worker].toSorted((a) => (a.id === owner_id ? -1 : 1))
      for (const { id } of others) await must(now!.tb.organizations.setMemberRole(agency.id, id, 'owner'))
      const accepts = await Promise.all(
        others.map(async (to) => ({
          as: to,
          runs: [statement("select public.decide_invitation($1, 'accepted')", await offerTo(to))],
        })),
      )
      expect(codesOf(await atOnce(stack, accepts))).toEqual(['done', 'invalid_transition'])
      await oneOwner()
    }
  })

  test('an heir who is removed, leaves or goes at the same moment leaves no organization without an owner', async () => {
    for (let round = 0; round < 6; round++) {
      const made = await must(owner.tb.organizations.create({ kind: 'agency', name: 'Raced' }))
      const heir = await member(stack, ['agency'])
      await sql(
        stack,
      )`insert into public.organization_members values (${made.id}, ${heir.id}, 'member'), (${made.id}, ${admin.id}, 'admin')`
      await must(heir.tb.organizations.follow(made.id))
      await must(owner.tb.organizations.setMemberRole(made.id, heir.id, 'owner'))
      // Whoever is first takes a while to end, so that the other comes meanwhile; the pauses decide who is.
      const slowly = (runs: Run[], pause: string) => [
        async (tx: Parameters<Run>[0]) => {
          for (const run of runs) await run(tx)
          await tx`select pg_sleep(${pause})`
        },
      ]
      const hand = statement("select public.decide_invitation($1, 'accepted')", await offerTo(heir, made.id))
      const remove = statement('select public.remove_member($1, $2)', made.id, heir.id)
      const go = statement('delete from auth.users where id = $1', heir.id)
      const wait = statement('select pg_sleep(0.1)')
      const isFirst = round % 3 === 0
      const outcomes = await atOnce(stack, [
        { as: heir, runs: isFirst ? slowly([hand], '0.3') : [wait, hand] },
        round % 2 === 0
          ? { as: admin, runs: isFirst ? [wait, remove] : slowly([remove], '0.3') }
          : { runs: isFirst ? [wait, go] : slowly([go], '0.3') },
      ])
      expect(codesOf(outcomes).filter((code) => !['done', 'not_found', 'conflict'].includes(code))).toEqual([])
      await oneOwner(made.id)
    }
  })

  async function oneOwner(id = agency.id): Promise<void> {
    const rows = await sql(stack)`
      select o.owner_id, array_agg(m.account_id) filter (where m.role = 'owner') as owners
      from public.organizations o left join public.organization_members m on m.organization_id = o.id
      where o.id = ${id} group by o.id
    `
    expect(rows.map(({ owner_id, owners }) => [owner_id, owners])).toEqual(
      rows.map(({ owner_id }) => [owner_id, [owner_id]]),
    )
    expect(rows).toHaveLength(1)
  }
})

describe('an owner who deletes the account', () => {
  const bye = ({ tb, password }: Member) => must(tb.accounts.delete({ password }))

  test('leaves it to the longest-serving admin, else member', async () => {
    const late = await member(stack, [])
    await join(late, 'admin')
    await bye(owner)
    expect(await rolesNow()).toEqual({ [admin.id]: 'owner', [worker.id]: 'member', [late.id]: 'admin' })
    await bye(admin)
    await bye(late)
    expect(await rolesNow()).toEqual({ [worker.id]: 'owner' })
    expect((await stored()).organization).toMatchObject([{ owner_id: worker.id }])
    const log = await sql(stack)`
      select details from private.audit_log where action = 'organization.pass_on' and entity_id = ${agency.id} order by id`
    expect(log.map(({ details }) => details)).toEqual([admin, late, worker].map(({ id }) => ({ owner_id: id })))
  })

  test('leaves it to a suspended member only if there is no other', async () => {
    await sql(stack)`select private.suspend_account(${admin.id}, 'Spam.')`
    await bye(owner)
    expect(await rolesNow()).toEqual({ [worker.id]: 'owner', [admin.id]: 'admin' })
    await bye(worker)
    expect(await rolesNow()).toEqual({ [admin.id]: 'owner' })
  })

  test('takes it along when nobody else belongs to it', async () => {
    await must(admin.tb.organizations.leave(agency.id))
    await must(worker.tb.organizations.leave(agency.id))
    await must(stranger.tb.organizations.follow(agency.id))
    await bye(owner)
    expect(await stored()).toEqual({ organization: [], members: [], invitations: [], followers: [] })
  })

  test('at the same moment as the heir: whoever is left has it', async () => {
    for (let round = 0; round < 4; round++) {
      const boss = await member(stack, ['agency'])
      const heirs = [await member(stack, []), await member(stack, [])]
      const { id } = await must(boss.tb.organizations.create({ kind: 'agency', name: 'Raced' }))
      for (const heir of heirs)
        await sql(stack)`insert into public.organization_members values (${id}, ${heir.id}, 'member')`
      const leave = (person: Member) => ({ runs: [statement('delete from auth.users where id = $1', person.id)] })
      expect(codesOf(await atOnce(stack, [leave(boss), leave(heirs[0]!)]))).toEqual(['done', 'done'])
      const [row] = await sql(stack)`select owner_id from public.organizations where id = ${id}`
      expect(row).toMatchObject({ owner_id: heirs[1]!.id })
      const members = await sql(
        stack,
      )`select account_id, role from public.organization_members where organization_id = ${id}`
      expect([...members]).toEqual([{ account_id: heirs[1]!.id, role: 'owner' }])
    }
  })
})

describe('castings of an organization', () => {
  test('are in its name while their owner belongs to it, and are found by it', async () => {
    const hers = await active(owner, { organization_id: agency.id })
    expect(hers.organization).toEqual({ id: agency.id, name: agency.name })
    const own = await active(owner)
    expect(own).toMatchObject({ organization: null, is_saved: false, is_promoted: false })
    const found = await must(device(stack).tb.castings.list({ organization_id: agency.id }))
    expect(found.items).toEqual([hers])
    expect(await must(owner.tb.castings.update(own.id, { organization_id: agency.id }))).toMatchObject({
      organization: hers.organization,
    })
    expect(await must(owner.tb.castings.update(own.id, { organization_id: null }))).toMatchObject({
      organization: null,
    })
  })

  test('cannot be in the name of one that their owner does not belong to', async () => {
    const casting = await draft(stranger)
    await expectUnchanged(
      () => sql(stack)`select * from public.castings where owner_id = ${stranger.id}`,
      async () => {
        const input = { title: 'A casting', description: 'x', category: 'fashion' }
        for (const [organization_id, code] of [
          [agency.id, 'validation_failed'],
          [crypto.randomUUID(), 'not_found'],
        ] as const) {
          const fields = { organization_id: ['known'] }
          await expectRefusal(stranger.tb.castings.update(casting.id, { organization_id }), code, fields)
          await expectRefusal(stranger.tb.castings.create({ ...input, organization_id }), code, fields)
        }
      },
    )
  })

  test('lose its name when their owner leaves, but for those that are over, and when it is deleted', async () => {
    const colleague = await member(stack, ['employer'])
    await join(colleague, 'member')
    const [running, waiting, over] = [
      await active(colleague, { organization_id: agency.id }),
      await draft(colleague, { organization_id: agency.id }),
      await active(colleague, { organization_id: agency.id }),
    ]
    await must(colleague.tb.castings.setStatus(over.id, 'completed'))
    await must(owner.tb.organizations.removeMember(agency.id, colleague.id))
    const names = async () =>
      Promise.all(
        [running, waiting, over].map(async ({ id }) => (await must(colleague.tb.castings.get(id))).organization?.id),
      )
    expect(await names()).toEqual([undefined, undefined, agency.id])
    await must(owner.tb.organizations.delete(agency.id))
    expect(await names()).toEqual([undefined, undefined, undefined])
  })

  test('put into its name while their owner is removed stay in it never', async () => {
    for (let round = 0; round < 4; round++) {
      const colleague = await member(stack, ['employer'])
      await join(colleague, 'member')
      const casting = await draft(colleague)
      const outcomes = await atOnce(stack, [
        {
          as: colleague,
          runs: [statement('update public.castings set organization_id = $1 where id = $2', agency.id, casting.id)],
        },
        { as: owner, runs: [statement('select public.remove_member($1, $2)', agency.id, colleague.id)] },
      ])
      expect(codesOf(outcomes).filter((code) => code !== 'done' && code !== 'validation_failed')).toEqual([])
      expect(await must(colleague.tb.castings.get(casting.id))).toMatchObject({ organization: null })
    }
  })
})

test('the log says who invited, answered, gave roles and removed', async () => {
  await must(owner.tb.organizations.setMemberRole(agency.id, worker.id, 'admin'))
  await must(owner.tb.organizations.removeMember(agency.id, worker.id))
  const log = await sql(stack)`
    select actor_id, action, details from private.audit_log where entity_id = ${agency.id} order by id`
  expect(log.map(({ actor_id, action }) => [actor_id, action])).toEqual([
    [owner.id, 'organization.invite'],
    [admin.id, 'organization.accepted'],
    [owner.id, 'organization.invite'],
    [worker.id, 'organization.accepted'],
    [owner.id, 'organization.set_role'],
    [owner.id, 'organization.remove_member'],
  ])
  expect(JSON.stringify(log)).not.toContain('@')
})

test('a plain client does the same', async () => {
  const { client } = owner
  const organizations = () => client.from('organizations')
  const made = await organizations().insert({ owner_id: owner.id, kind: 'studio', name: 'Plain' }).select().single()
  expect(made.data).toMatchObject({ kind: 'studio', followers_count: 0 })
  const { id } = made.data!
  expect((await organizations().update({ name: 'After' }).eq('id', id).select('name')).data).toEqual([
    { name: 'After' },
  ])
  const members = await client.from('organization_members').select('account_id, role').eq('organization_id', id)
  expect(members.data).toEqual([{ account_id: owner.id, role: 'owner' }])
  expect((await organizations().delete().eq('id', id).select('id')).data).toEqual([{ id }])
})
