import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

export const castingResponses: ModuleAccess = {
  functions: {
    authenticated: [
      ...both('respond_to_casting(uuid,text,text[],bigint,uuid,uuid)'),
      ...both('set_response_status(uuid,text)'),
      ...both('withdraw_response(uuid)'),
      ...both('list_casting_responses(uuid,text,integer,text,integer)'),
      ...inPublic('list_my_responses(text,uuid,integer,text,integer)'),
      ...inPrivate('list_my_responses(uuid,text,integer,text,integer)'),
    ],
    nobody: inPrivate('move_response(uuid,text,text)', 'find_responses(uuid,uuid,text,integer,text,integer)'),
  },
}
