import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const columns =
  'title description category price currency delivery_days allows_modifications modifications_price tags is_active'

/** Whoever has a service has its options, whatever else they are. */
const owners = ['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator', 'none']

export const services: ModuleAccess = {
  tables: {
    services: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['creator'], columns: `owner_id ${columns}` },
      update: columns,
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
    service_options: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: owners, columns: 'service_id name description price position' },
      update: 'name description price position',
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
  },
  functions: {
    'anon, authenticated': [
      ...inPublic(
        'list_services(uuid,text,text,bigint,bigint,text,text,text,integer,text,integer)',
        'get_service(uuid)',
        'get_services(uuid[])',
      ),
      ...inPrivate('find_services(uuid[],uuid,text,text,bigint,bigint,text,text,text,integer,text,integer)'),
    ],
    authenticated: [
      ...both('set_service_options(uuid,jsonb)'),
      ...inPublic('create_service(text,text,text,bigint,integer,text,boolean,bigint,text[],boolean,jsonb)'),
      ...inPrivate('own_service_ids()'),
    ],
    nobody: inPrivate('limit_service_options()', 'look_up_services(uuid[])', 'check_options(uuid,jsonb)'),
  },
}
