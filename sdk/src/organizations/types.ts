import type { z } from 'zod'
import type { Supabase } from '../context.ts'
import { pictureUrl } from '../pictures.ts'
import type { Card, Row } from '../rows.ts'
import type { invitationStatus, memberRole, organizationKind, organizationSize } from './schemas.ts'

export type OrganizationKind = z.output<typeof organizationKind>

/** The owner manages everything, admins all but roles, admins and the end of it; members act in its name. */
export type MemberRole = z.output<typeof memberRole>

/** What everybody sees of an organization. */
export interface Organization {
  id: string
  kind: OrganizationKind
  name: string
  description: string | null
  website: string | null
  /** Employees. */
  size: z.output<typeof organizationSize> | null
  city: string | null
  country: string | null
  /** Path in the bucket `avatars`. */
  logo_path: string | null
  /** Url of the picture. */
  logo: string | null
  followers_count: number
  /** Whether one follows it. */
  is_followed: boolean
  /** One's own role in it; null for none. */
  my_role: MemberRole | null
  created_at: string
}

/** Somebody who belongs to an organization, as its members know them. */
export interface OrganizationMember {
  account_id: string
  username: string | null
  full_name: string | null
  /** Url of the picture. */
  avatar: string | null
  role: MemberRole
  /** Since when. */
  created_at: string
}

/** An address that is asked to join an organization. */
export interface Invitation {
  id: string
  organization_id: string
  /** In lower case. */
  email: string
  /** owner: to take the organization over, as one of its members. */
  role: MemberRole
  /** Who asked; null when their account is gone. */
  invited_by: string | null
  /** expired: it was neither accepted nor declined in time. */
  status: z.output<typeof invitationStatus>
  expires_at: string
  decided_at: string | null
  created_at: string
}

/** An invitation with the face of its organization. */
export interface InvitationCard extends Omit<Invitation, 'organization_id'> {
  organization: { id: string; name: string; kind: OrganizationKind; logo: string | null }
}

export type OrganizationRow = Card<
  'organization_card',
  'description' | 'website' | 'size' | 'city' | 'country' | 'logo_path' | 'my_role'
>

export type MemberRow = Card<'organization_member_card', 'username' | 'full_name' | 'avatar_path'>

export type InvitationRow = Card<'organization_invitation_card', 'organization_logo_path' | 'invited_by' | 'decided_at'>

export function organizationOf(supabase: Supabase, row: OrganizationRow): Organization {
  const { total: _total, cursor: _cursor, kind, size, my_role, ...organization } = row
  return {
    ...organization,
    kind: kind as OrganizationKind,
    size: size as Organization['size'],
    logo: pictureUrl(supabase, 'avatars', row.logo_path),
    my_role: my_role as MemberRole | null,
  }
}

export function memberOf(supabase: Supabase, { avatar_path, role, ...member }: MemberRow): OrganizationMember {
  return { ...member, avatar: pictureUrl(supabase, 'avatars', avatar_path), role: role as MemberRole }
}

export function invitationOf({ role, status, ...invitation }: Row<'organization_invitations'>): Invitation {
  return { ...invitation, role: role as Invitation['role'], status: status as Invitation['status'] }
}

export function invitationCardOf(supabase: Supabase, row: InvitationRow): InvitationCard {
  const { organization_id, organization_name, organization_kind, organization_logo_path, ...rest } = row
  const { total: _total, cursor: _cursor, role, status, ...invitation } = rest
  return {
    ...invitation,
    organization: {
      id: organization_id,
      name: organization_name,
      kind: organization_kind as OrganizationKind,
      logo: pictureUrl(supabase, 'avatars', organization_logo_path),
    },
    role: role as Invitation['role'],
    status: status as Invitation['status'],
  }
}
