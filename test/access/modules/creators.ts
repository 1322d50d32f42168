import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const ofCreators = 'specialization experience portfolio_link instagram behance dribbble'
const ofFreelancers = 'headline experience hourly_rate currency is_available portfolio_link'
const ofClients = 'company_name description website'
const ofItems = 'title description cover_path link technologies'
const ofImages = 'image_path caption position'

export const creators: ModuleAccess = {
  tables: {
    creator_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['creator'], columns: `account_id ${ofCreators}` },
      update: ofCreators,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    freelancer_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['freelancer'], columns: `account_id ${ofFreelancers}` },
      update: ofFreelancers,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    client_profiles: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'] } },
      insert: { by: ['client'], columns: `account_id ${ofClients}` },
      update: ofClients,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    account_skills: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['creator', 'freelancer'], columns: 'account_id skill_id level years' },
      update: 'level years',
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
    portfolio_items: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['model', 'creator', 'freelancer'], columns: `account_id ${ofItems}` },
      update: ofItems,
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
    portfolio_images: {
      rows: { any: { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] } },
      insert: { by: ['model', 'creator', 'freelancer'], columns: `account_id item_id ${ofImages}` },
      update: ofImages,
      policies: ['select_owner', 'insert_owner', 'update_owner', 'delete_owner'],
    },
  },
  functions: {
    'anon, authenticated': [
      ...both('get_creator(uuid)'),
      ...inPublic(
        'list_account_skills(uuid,integer,text,integer)',
        'list_portfolio(uuid,integer,text,integer)',
        'get_portfolio_item(uuid)',
        'list_portfolio_images(uuid,integer,text,integer)',
      ),
      ...inPrivate(
        'find_account_skills(uuid,integer,text,integer)',
        'find_portfolio(uuid,uuid,integer,text,integer)',
        'find_portfolio_images(uuid,integer,text,integer)',
      ),
    ],
    authenticated: [
      ...both('get_freelancer(uuid)'),
      ...both('get_client(uuid)'),
      ...both('upsert_account_skills(uuid[],integer[],integer[])'),
      ...both('replace_account_skills(uuid[])'),
    ],
    nobody: inPrivate(
      'is_shown(uuid)',
      'lock_account_skills(uuid)',
      'lock_own_account_skills()',
      'check_skill_ids(uuid[])',
      'place_portfolio_image()',
      'look_up_portfolio_items(uuid[])',
    ),
  },
}
