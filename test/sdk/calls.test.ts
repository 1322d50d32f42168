import { createClient } from '@supabase/supabase-js'
import { createTalentbase, type Database } from '@talentbase/sdk'
import { expect, test } from 'vitest'

/** What each operation of the source systems is called here. */
const calls = {
  MW01: 'auth.signUp',
  MW02: 'auth.signIn',
  MW03: 'auth.refresh',
  MW04: 'auth.signOut',
  MW05: 'accounts.me',
  MW11: 'employers.create',
  MW13: 'castings.list',
  MW14: 'castings.get',
  MW15: 'castings.create',
  MW16: 'castings.update',
  MW17: 'castings.setStatus',
  MW18: 'castings.delete',
  MW19: 'castings.listMine',
  MW23: 'castings.respond',
  MW24: 'responses.listForCasting',
  MW25: 'responses.listMine',
  MW26: 'responses.setStatus',
  MW34: 'photos.upload',
  MW35: 'photos.list',
  MW36: 'photos.update',
  MW37: 'photos.delete',
  MW38: 'photos.reorder',
  MW39: 'plans.list',
  MW40: 'subscriptions.current',
  MW43: 'notifications.list',
  MW44: 'notifications.markRead',
  MW45: 'notifications.markAllRead',
  MW46: 'notifications.getPreferences',
  MW47: 'notifications.updatePreferences',
  MB01: 'auth.signUp',
  MB02: 'auth.signIn',
  MB03: 'auth.refresh',
  MB04: 'auth.signOut',
  MB10: 'castings.create',
  MB11: 'castings.respond',
  MB12: 'responses.listForCasting',
  WF01: 'auth.sendCode',
  WF02: 'auth.verifyCode',
  WF03: 'auth.completeSignUp',
  WF04: 'auth.signIn',
  WF05: 'auth.refresh',
  WF06: 'auth.signOut',
  WF07: 'accounts.addRole',
  WF08: 'devices.register',
  UG01: 'auth.signUp',
  UG02: 'auth.confirmEmail',
  UG03: 'auth.signIn',
  UG04: 'auth.refresh',
  UG05: 'accounts.me',
  UG06: 'accounts.update',
  MT01: 'auth.signUp',
  MT02: 'auth.signIn',
  MT03: 'auth.refresh',
  MT04: 'accounts.me',
  MT05: 'accounts.update',
  MT06: 'auth.changePassword',
  MT07: 'auth.isUsernameAvailable',
  MT08: 'auth.isEmailAvailable',
  MT09: 'accounts.list',
  MT10: 'accounts.getByUsername',
  MT11: 'accounts.delete',
}

const talentbase = createTalentbase(createClient<Database>('http://127.0.0.1:1', 'sb_publishable_none'))

test.each(Object.entries(calls))('%s is tb.%s', (_id, call) => {
  const [module, method] = call.split('.') as [keyof typeof talentbase, string]
  expect(talentbase[module], `tb.${module}`).toBeDefined()
  expect(Reflect.get(talentbase[module], method), `tb.${call}`).toBeTypeOf('function')
})
