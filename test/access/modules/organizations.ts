import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const ofOrganizations = 'name description website size city country logo_path'

/** Whoever has an account, also without a role. */
const anybody = ['model', 'employer', 'agency', 'candidate', 'recruiter', 'client', 'freelancer', 'creator', 'none']

export const organizations: ModuleAccess = {
  tables: {
    organizations: {
      rows: {
        any: {
          select: ['owner', 'anon', 'stranger', 'member', 'admin', 'service'],
          update: ['owner', 'admin'],
          but: { admin: 'logo_path' },
          delete: ['owner'],
        },
      },
      insert: { by: ['employer', 'agency', 'recruiter'], columns: `owner_id kind ${ofOrganizations}` },
      update: ofOrganizations,
      policies: ['select_everyone', 'insert_owner', 'update_managers', 'delete_owner'],
    },
    organization_members: {
      rows: { any: { select: ['owner', 'member', 'admin', 'service'] } },
      policies: ['select_members'],
    },
    organization_invitations: {
      rows: {
        'to one who is invited': { select: ['owner', 'admin', 'invited', 'service'] },
        'to another address': { select: ['owner', 'admin', 'service'] },
      },
      policies: ['select_parties'],
    },
    organization_followers: {
      rows: { any: { select: ['owner', 'service'], delete: ['owner'] } },
      insert: { by: anybody, columns: 'account_id organization_id' },
      policies: ['select_owner', 'insert_owner', 'delete_owner'],
    },
    representations: {
      rows: { any: { select: ['owner', 'agency', 'agency member', 'service'] } },
      policies: ['select_parties'],
    },
  },
  privateTables: ['representation_transitions'],
  functions: {
    'anon, authenticated': [
      ...inPublic('list_organizations(text,text,text,integer,text,integer)', 'get_organization(uuid)'),
      ...inPrivate('find_organizations(uuid[],text,text,text,text,integer,text,integer)'),
    ],
    authenticated: [
      ...both('invite_member(uuid,text,text)'),
      ...both('decide_invitation(uuid,text)'),
      ...both('set_member_role(uuid,uuid,text)'),
      ...both('remove_member(uuid,uuid)'),
      ...both('list_members(uuid)'),
      ...both('invite_model(uuid,uuid,text)'),
      ...both('set_representation_status(uuid,text)'),
      ...inPublic(
        'list_my_organizations(text,integer,text,integer)',
        'list_representations(uuid,text,integer,text,integer)',
        'list_invitations(uuid,text,integer,text,integer)',
      ),
      ...inPrivate(
        'own_organization_ids()',
        'managed_organization_ids()',
        'account_email()',
        'represented_model_ids()',
        'acts_for_ids()',
        'find_representations(uuid,text,integer,text,integer)',
        'find_invitations(uuid,text,integer,text,integer)',
      ),
    ],
    nobody: inPrivate(
      'forget_invitations()',
      'revoke_invitations()',
      'require_manager(uuid)',
      'lock_manager(uuid,uuid)',
      'protect_logo()',
      'write_invitation(uuid,text,text,uuid)',
      'may_own_organization(uuid,uuid)',
      'add_first_member()',
      'pass_on_organization(uuid,uuid)',
      'pass_on_organizations()',
      'count_followers()',
      'acts_for(uuid)',
      'models_of(uuid)',
      'agency_between(uuid,uuid)',
      'agency_of_caller(uuid)',
      'tell_of_representation(representations,boolean)',
      'tell_of_lost_representation()',
    ),
  },
}
