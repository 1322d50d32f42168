import { z } from 'zod'
import { id, isChange, knownEmail, page, path, place, text, webUrl } from '../schemas/fields.ts'

export const organizationKind = z.enum(['agency', 'company', 'brand', 'studio', 'other'])
export const organizationSize = z.enum(['1-10', '10-50', '50-100', '100-500', '500+'])
export const memberRole = z.enum(['owner', 'admin', 'member'])
export const invitationStatus = z.enum(['pending', 'accepted', 'declined', 'revoked', 'expired'])

export const createOrganizationSchema = z.strictObject({
  kind: organizationKind,
  name: text(1, 200),
  description: text(1, 5000).nullish(),
  website: webUrl.nullish(),
  /** Employees. */
  size: organizationSize.nullish(),
  city: place.nullish(),
  country: place.nullish(),
  /** In the bucket `avatars`, below the owner's own folder; `uploadLogo` stores one. */
  logo_path: path.nullish(),
})

export const updateOrganizationSchema = createOrganizationSchema
  .omit({ kind: true })
  .partial()
  .refine(isChange, { params: { rule: 'required' } })

export const organizationIdSchema = z.strictObject({ organization_id: id })

export const listOrganizationsSchema = z.strictObject({
  kind: organizationKind.optional(),
  city: place.optional(),
  /** In the name. */
  search: z.string().min(1).max(200).optional(),
  ...page,
})

export const listMyOrganizationsSchema = z.strictObject({
  /** What one is of them; member unless told. */
  relation: z.enum(['member', 'follower']).optional(),
  ...page,
})

export const memberSchema = z.strictObject({ organization_id: id, account_id: id })

export const setMemberRoleSchema = z.strictObject({ organization_id: id, account_id: id, role: memberRole })

export const inviteMemberSchema = z.strictObject({
  organization_id: id,
  /** Upper and lower case are the same. */
  email: knownEmail,
  role: memberRole.exclude(['owner']),
})

export const listInvitationsSchema = z.strictObject({
  /** Of this organization, for its owner and admins; those to one's own address unless told. */
  organization_id: id.optional(),
  status: invitationStatus.optional(),
  ...page,
})

export const invitationIdSchema = z.strictObject({ invitation_id: id })
