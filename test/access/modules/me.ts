import type { ModuleAccess } from '../../access.ts'
import { both } from '../declare.ts'

export const me: ModuleAccess = {
  functions: {
    authenticated: [...both('me()'), ...both('export_account()')],
  },
}
