import type { ModuleAccess } from '../../access.ts'
import { both, inPrivate } from '../declare.ts'

export const reviews: ModuleAccess = {
  tables: {
    reviews: {
      rows: {
        published: { select: ['owner', 'subject', 'service'] },
        waiting: { select: ['owner', 'service'] },
        removed: { select: ['owner', 'service'] },
      },
      policies: ['select_parties'],
    },
  },
  functions: {
    'anon, authenticated': [
      'public.list_reviews(uuid,text,integer,text,integer)',
      ...inPrivate('find_reviews(uuid,text,integer,text,integer)'),
    ],
    authenticated: [...both('create_review(text,uuid,integer,text,jsonb)'), ...both('reply_to_review(uuid,text)')],
    nobody: inPrivate(
      'look_up_reviews(uuid[])',
      'publish_reviews(uuid[])',
      'publish_due_reviews()',
      'rate_again()',
      'rate_profile()',
      'rate_service(uuid)',
      'rate_subject(uuid,text)',
      'remove_review(uuid,text)',
      'reviewed_side(text,uuid)',
    ),
  },
}
