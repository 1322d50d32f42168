import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const favorites: ModuleAccess = {
  tables: {
    favorites: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      policies: ['select_owner', 'delete_owner'],
    },
  },
  functions: {
    authenticated: [
      ...both('add_favorite(text,uuid)'),
      ...both('toggle_favorite(text,uuid)'),
      ...inPublic('list_favorites(text,integer,text,integer)'),
      ...inPrivate('find_favorites(text,integer,text,integer)'),
    ],
    nobody: inPrivate('forget_favorites()', 'savable(text,uuid[])'),
  },
}
