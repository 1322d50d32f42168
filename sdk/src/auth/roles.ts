import type { Role, UserType } from '../accounts/types.ts'

export type WantedRole = Exclude<Role, 'admin'>

interface Wish {
  role?: WantedRole | undefined
  roles?: WantedRole[] | undefined
  user_type?: UserType | undefined
}

/** The roles that an input names in any of its ways, each once. */
export function wantedRoles({ role, roles, user_type }: Wish): WantedRole[] {
  return [...new Set([...(role ? [role] : []), ...(roles ?? []), ...rolesOf(user_type)])]
}

function rolesOf(user_type: UserType | undefined): WantedRole[] {
  if (user_type === undefined) return []
  return user_type === 'both' ? ['client', 'freelancer'] : [user_type]
}
