import type { PostgrestSingleResponse } from '@supabase/supabase-js'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { type List, listPage, type PageQuery } from '../list.ts'
import { type Picture, withPicture } from '../pictures.ts'
import type { Result } from '../result.ts'
import { changeOrganization, getOrganization, listOrganizations, updateOrganization } from './requests.ts'
import {
  createOrganizationSchema,
  invitationIdSchema,
  inviteMemberSchema,
  listInvitationsSchema,
  listMyOrganizationsSchema,
  listOrganizationsSchema,
  memberSchema,
  organizationIdSchema,
  setMemberRoleSchema,
  updateOrganizationSchema,
} from './schemas.ts'
import {
  type Invitation,
  type InvitationCard,
  type InvitationRow,
  invitationCardOf,
  invitationOf,
  type MemberRole,
  type MemberRow,
  memberOf,
  type Organization,
  type OrganizationMember,
} from './types.ts'

/** Agencies, companies, brands and studios: their face, members, invitations and followers. */
export class Organizations {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Organizations, newest first. Public. */
  list(input: z.input<typeof listOrganizationsSchema> = {}): Promise<Result<List<Organization>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listOrganizationsSchema, input)
      const ask = (page: PageQuery) => context.supabase.rpc('list_organizations', { ...filters, ...page })
      return listOrganizations(this.#context, { limit, cursor, offset }, ask)
    })
  }

  /** Organizations that one is a member of, or a follower, newest first. */
  listMine(input: z.input<typeof listMyOrganizationsSchema> = {}): Promise<Result<List<Organization>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listMyOrganizationsSchema, input)
      const ask = (page: PageQuery) => context.supabase.rpc('list_my_organizations', { ...filters, ...page })
      return listOrganizations(this.#context, { limit, cursor, offset }, ask)
    })
  }

  /** One organization; `not_found` when there is none. Public. */
  get(organizationId: string): Promise<Result<Organization>> {
    return this.#context.run(() => getOrganization(this.#context, this.#id(organizationId)))
  }

  /**
   * Makes an organization that one owns. `permission_denied` without the role employer, agency or recruiter, and for an
   * agency without the role agency.
   */
  create(input: z.input<typeof createOrganizationSchema>): Promise<Result<Organization>> {
    const context = this.#context
    return context.run(async () => {
      const organization = context.parse(createOrganizationSchema, input)
      const owner_id = await context.accountId()
      const query = context.supabase.from('organizations').insert({ ...organization, owner_id })
      return getOrganization(this.#context, (await context.rows(query.select('id').single())).id)
    })
  }

  /** Owner and admins: changes what is named and leaves the rest; null clears a field. */
  update(organizationId: string, input: z.input<typeof updateOrganizationSchema>): Promise<Result<Organization>> {
    return this.#context.run(() =>
      updateOrganization(this.#context, this.#id(organizationId), this.#context.parse(updateOrganizationSchema, input)),
    )
  }

  /** Owner only: deletes the organization. Representations end, castings lose its name, invitations are void. */
  delete(organizationId: string): Promise<Result<null>> {
    return this.#context.run(async () => {
      const id = this.#id(organizationId)
      const query = this.#context.supabase.from('organizations').delete().eq('id', id)
      await changeOrganization(this.#context, id, query.select('id').single())
      return null
    })
  }

  /** Owner only: stores a picture (JPEG, PNG or WebP, at most 10 MB) and makes it the logo; the one before is deleted. */
  uploadLogo(
    organizationId: string,
    file: Picture,
    options: { content_type?: string } = {},
  ): Promise<Result<Organization>> {
    return this.#context.run(() => {
      const id = this.#id(organizationId)
      const update = (logo_path: string) => updateOrganization(this.#context, id, { logo_path })
      return withPicture(this.#context, 'avatars', file, options.content_type, update)
    })
  }

  /** Members only: who belongs to it, oldest first. */
  listMembers(organizationId: string): Promise<Result<OrganizationMember[]>> {
    const { supabase, rows, run } = this.#context
    return run(async () => {
      const members = await rows(supabase.rpc('list_members', { organization_id: this.#id(organizationId) }))
      return (members as MemberRow[]).map((row) => memberOf(supabase, row))
    })
  }

  /**
   * Owner only: makes a member admin or member at once. `owner` is an offer, as whose plan the organization uses pays for
   * it: the member is told and accepts it with `acceptInvitation`; only then one is an admin. It replaces what else their
   * address is invited to. `conflict` for who may not own it: an agency takes the role agency, another employer, agency or
   * recruiter.
   */
  setMemberRole(organizationId: string, accountId: string, role: MemberRole): Promise<Result<null>> {
    const { supabase, parse, rows, run } = this.#context
    return run(async () => {
      const wanted = parse(setMemberRoleSchema, { organization_id: organizationId, account_id: accountId, role })
      await rows(supabase.rpc('set_member_role', wanted))
      return null
    })
  }

  /** Owner and admins: removes a member; admins the owner alone. What they began for others in its name ends at once. */
  removeMember(organizationId: string, accountId: string): Promise<Result<null>> {
    return this.#context.run(() => this.#remove(organizationId, accountId))
  }

  /** Leaves an organization; `conflict` for the owner, who hands it over or deletes it. */
  leave(organizationId: string): Promise<Result<null>> {
    return this.#context.run(async () => this.#remove(organizationId, await this.#context.accountId()))
  }

  /**
   * Owner and admins: asks an address to join, for 14 days; as admin the owner alone. Whether the address has an account
   * is not told. `duplicate` when it is invited already or belongs to a member.
   */
  invite(
    organizationId: string,
    email: string,
    role: Exclude<MemberRole, 'owner'> = 'member',
  ): Promise<Result<Invitation>> {
    const { supabase, parse, rows, run } = this.#context
    return run(async () => {
      const wanted = parse(inviteMemberSchema, { organization_id: organizationId, email, role })
      return invitationOf(await rows(supabase.rpc('invite_member', wanted)))
    })
  }

  /** Invitations to one's own address, or of an organization for its owner and admins, newest first. */
  listInvitations(input: z.input<typeof listInvitationsSchema> = {}): Promise<Result<List<InvitationCard>>> {
    const context = this.#context
    return context.run(() => {
      const { limit, cursor, offset, ...filters } = context.parse(listInvitationsSchema, input)
      return listPage(
        { limit, cursor, offset },
        async (page) =>
          (await context.rows(context.supabase.rpc('list_invitations', { ...filters, ...page }))) as InvitationRow[],
        (row) => invitationCardOf(context.supabase, row),
      )
    })
  }

  /**
   * Joins: for whoever has the invited address, once and in time (`invalid_transition` otherwise). An invitation to be the
   * owner hands over: `conflict` unless who offered it still is the owner, and one still a member who may own it.
   */
  acceptInvitation(invitationId: string): Promise<Result<Invitation>> {
    return this.#decide(invitationId, 'accepted')
  }

  /** Says no, for whoever has the invited address. Who invited is told of either answer. */
  declineInvitation(invitationId: string): Promise<Result<Invitation>> {
    return this.#decide(invitationId, 'declined')
  }

  /** Owner and admins: takes an invitation back while it waits. */
  revokeInvitation(invitationId: string): Promise<Result<Invitation>> {
    return this.#decide(invitationId, 'revoked')
  }

  /** Follows an organization: one is told of its new castings. Following twice changes nothing. */
  follow(organizationId: string): Promise<Result<Organization>> {
    const followers = this.#context.supabase.from('organization_followers')
    return this.#follow(organizationId, (follower) => followers.upsert(follower, { ignoreDuplicates: true }))
  }

  /** Follows it no more. Asking twice changes nothing. */
  unfollow(organizationId: string): Promise<Result<Organization>> {
    const followers = this.#context.supabase.from('organization_followers')
    return this.#follow(organizationId, (follower) => followers.delete().match(follower))
  }

  #id(organization_id: string): string {
    return this.#context.parse(organizationIdSchema, { organization_id }).organization_id
  }

  #follow(
    organizationId: string,
    change: (follower: { organization_id: string; account_id: string }) => PromiseLike<PostgrestSingleResponse<null>>,
  ): Promise<Result<Organization>> {
    const { rows, run, accountId } = this.#context
    return run(async () => {
      const organization_id = this.#id(organizationId)
      await rows(change({ organization_id, account_id: await accountId() }))
      return getOrganization(this.#context, organization_id)
    })
  }

  async #remove(organization_id: string, account_id: string): Promise<null> {
    const { supabase, rows, parse } = this.#context
    await rows(supabase.rpc('remove_member', parse(memberSchema, { organization_id, account_id })))
    return null
  }

  #decide(invitation_id: string, status: 'accepted' | 'declined' | 'revoked'): Promise<Result<Invitation>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = { ...context.parse(invitationIdSchema, { invitation_id }), status }
      return invitationOf(await context.rows(context.supabase.rpc('decide_invitation', wanted)))
    })
  }
}
