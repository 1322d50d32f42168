import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const ofModels =
  'name birth_date gender bio height weight bust waist hips shoe_size clothing_size hair_color eye_color skin_tone city ' +
  'country languages categories experience can_travel travel_cities hourly_rate day_rate currency accepts_barter visibility'
const ofWork = 'company position description start_date end_date'

export const models: ModuleAccess = {
  tables: {
    model_profiles: {
      rows: {
        'on their own': { select: ['owner', 'service'], update: ['owner'] },
        'with an agency': { select: ['owner', 'agency', 'service'], update: ['owner', 'agency'] },
      },
      insert: { by: ['model'], columns: `account_id ${ofModels}` },
      update: ofModels,
      policies: ['select_managers', 'insert_owner', 'update_managers'],
    },
    model_work_experiences: {
      rows: {
        'on their own': { select: ['owner', 'service'], update: ['owner'], delete: ['owner'] },
        'with an agency': {
          select: ['owner', 'agency', 'service'],
          update: ['owner', 'agency'],
          delete: ['owner', 'agency'],
        },
      },
      insert: { by: ['model'], columns: `account_id ${ofWork}` },
      update: ofWork,
      policies: ['select_managers', 'insert_managers', 'update_managers', 'delete_managers'],
    },
    photos: {
      rows: {
        'on their own': { select: ['owner', 'service'], delete: ['owner'] },
        'with an agency': { select: ['owner', 'agency', 'service'], delete: ['owner', 'agency'] },
      },
      policies: ['select_managers', 'delete_managers'],
    },
    promotions: {
      rows: {
        'of a profile, by an agency': { select: ['owner', 'agency', 'service'] },
        'of a casting': { select: ['agency', 'service'] },
      },
      policies: ['select_parties'],
    },
  },
  privateTables: ['completeness_weights', 'model_search', 'promotion_views', 'promotion_transitions'],
  functions: {
    'anon, authenticated': [
      ...both('get_model(uuid)'),
      ...both('get_models(uuid[])'),
      ...both('list_photos(uuid)'),
      ...both('record_promotion_views(uuid[],uuid[],text)'),
      ...inPublic(
        'list_models(text,integer,integer,integer,integer,text,text,text,text,boolean,integer,text,integer)',
        'list_promoted_models(integer)',
      ),
      ...inPrivate(
        'find_models(text,integer,integer,integer,integer,text,text,text,text,text,integer,integer,text,integer)',
      ),
    ],
    authenticated: [
      ...inPrivate('fits_photos(text)'),
      ...both('reorder_photos(uuid[])'),
      ...both('change_photo(uuid,boolean,integer)'),
      ...both('promote(uuid,uuid,integer)'),
      ...both('set_promotion_status(uuid,text)'),
      ...both('promotion_statistics(uuid)'),
      ...inPublic('list_my_promotions(integer,text,integer)'),
      ...inPrivate('find_promotions(integer,text,integer)'),
    ],
    nobody: inPrivate(
      'set_main_photo(uuid)',
      'age(date)',
      'check_birth_date()',
      'check_categories()',
      'audit_agency_edit()',
      'check_completeness_weights()',
      'folders_of_models(uuid)',
      'lock_photos(uuid[])',
      'lock_managed_photos()',
      'lock_photos_beside(uuid)',
      'audit_agency_photo(uuid,uuid,text)',
      'add_photo()',
      'move_photo()',
      'remove_photo()',
      'forget_photo()',
      'index_model(uuid)',
      'reindex_model()',
      'can_see_model(uuid)',
      'look_up_models(uuid[])',
      'completeness(uuid)',
      'mark_promoted()',
      'end_outdated_promotions(uuid,uuid)',
      'lock_promoted(uuid,uuid)',
    ),
  },
  servicePolicies: {
    'storage.objects': ['photos_within_plan'],
  },
}
