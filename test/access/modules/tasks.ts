import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate, inPublic } from '../declare.ts'

const columns = 'title description category task_type budget currency deadline city country address skill_ids'

export const tasks: ModuleAccess = {
  tables: {
    tasks: {
      rows: {
        open: { select: ['owner', 'service'], update: ['owner'] },
        'in progress': { select: ['owner', 'service'] },
        completed: { select: ['owner', 'service'] },
      },
      insert: { by: ['client'], columns: `owner_id ${columns}` },
      update: columns,
      policies: ['select_owner', 'insert_owner', 'update_owner'],
    },
    task_applications: {
      rows: { any: { select: ['owner', 'task owner', 'service'] } },
      policies: ['select_parties'],
    },
  },
  privateTables: ['task_transitions'],
  functions: {
    'anon, authenticated': [
      ...inPublic(
        'list_tasks(text,text,text,text,uuid,bigint,bigint,text,text,text,uuid,integer,text,integer)',
        'get_task(uuid)',
        'get_tasks(uuid[])',
      ),
      ...inPrivate(
        'find_tasks(uuid[],uuid,text,text,text,text,uuid,bigint,bigint,text,text,text,integer,text,integer)',
      ),
      ...both('task_statistics()'),
    ],
    authenticated: [
      ...both('apply_to_task(uuid,text,bigint,text)'),
      ...both('accept_application(uuid)'),
      ...both('reject_application(uuid)'),
      ...both('withdraw_application(uuid,uuid)'),
      ...both('start_task(uuid)'),
      ...both('complete_task(uuid,uuid)'),
      ...both('cancel_task(uuid,text,uuid)'),
      ...both('delete_task(uuid)'),
      ...both('set_milestones(uuid,jsonb)'),
      ...both('my_task_statistics()'),
      ...inPublic(
        'list_my_tasks(text,integer,text,integer)',
        'list_my_applications(text,integer,text,integer)',
        'list_task_applications(uuid,text,integer,text,integer)',
      ),
      ...inPrivate(
        'own_task_ids()',
        'find_own_tasks(text,integer,text,integer)',
        'find_own_applications(text,integer,text,integer)',
        'find_task_applications(uuid,text,integer,text,integer)',
        'get_application(uuid)',
      ),
    ],
    nobody: inPrivate(
      'look_up_tasks(uuid[])',
      'accepted_task_ids()',
      'check_task_change()',
      'check_task_skills()',
      'count_applications()',
      'count_completed_tasks()',
      'next_task_status(tasks,text,text)',
      'find_applications(uuid,uuid,uuid,text,integer,text,integer)',
      'leave_task()',
      'lock_application(uuid,text)',
      'lock_own_task(uuid)',
      'lock_tasks_of_account()',
      'lock_task(uuid)',
      'reject_others(uuid)',
      'tell_applicant(task_applications,text)',
      'tell_of_task(tasks,text)',
      'tell_of_task_deletion()',
      'task_escrow_moved(uuid,text)',
    ),
  },
}
