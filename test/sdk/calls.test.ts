import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createClient } from '@supabase/supabase-js'
import * as sdk from '@talentbase/sdk'
import { createTalentbase, type Database, type Talentbase } from '@talentbase/sdk'
import { expect, test } from 'vitest'

/** What each operation of the source systems is called here. */
const calls = {
  MW01: 'auth.signUp',
  MW02: 'auth.signIn',
  MW03: 'auth.refresh',
  MW04: 'auth.signOut',
  MW05: 'accounts.me',
  MW06: 'models.list',
  MW07: 'models.listPromoted',
  MW08: 'models.get',
  MW09: 'models.create',
  MW10: 'models.update',
  MW11: 'employers.create',
  MW12: 'models.mine',
  MW13: 'castings.list',
  MW14: 'castings.get',
  MW15: 'castings.create',
  MW16: 'castings.update',
  MW17: 'castings.setStatus',
  MW18: 'castings.delete',
  MW19: 'castings.listMine',
  MW20: 'favorites.list',
  MW21: 'favorites.add',
  MW22: 'favorites.remove',
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
  MB05: 'models.create',
  MB06: 'models.get',
  MB07: 'employers.create',
  MB08: 'employers.get',
  MB10: 'castings.create',
  MB11: 'castings.respond',
  MB12: 'responses.listForCasting',
  MB15: 'plans.list',
  MB16: 'files.upload',
  WF01: 'auth.sendCode',
  WF02: 'auth.verifyCode',
  WF03: 'auth.completeSignUp',
  WF04: 'auth.signIn',
  WF05: 'auth.refresh',
  WF06: 'auth.signOut',
  WF07: 'accounts.addRole',
  WF08: 'devices.register',
  WF09: 'candidates.create',
  WF10: 'candidates.mine',
  WF11: 'candidates.update',
  WF12: 'candidates.getAvailability',
  WF13: 'candidates.setAvailability',
  WF14: 'candidates.saveStep',
  WF15: 'catalog.listStates',
  WF16: 'catalog.listCities',
  WF17: 'recruiters.create',
  WF18: 'recruiters.mine',
  WF19: 'recruiters.update',
  WF20: 'candidates.listFilterOptions',
  WF21: 'candidates.listFilterOptions',
  WF22: 'candidates.listFilterCategories',
  WF23: 'candidates.listFilterSubcategories',
  WF24: 'catalog.listReferenceOptions',
  WF25: 'candidates.search',
  WF26: 'candidates.unlock',
  WF27: 'candidates.listUnlocked',
  WF28: 'hiring.addNote',
  WF29: 'hiring.addFollowUp',
  WF30: 'hiring.listNotes',
  WF31: 'hiring.deleteNote',
  WF32: 'hiring.deleteFollowUp',
  WF33: 'wallet.get',
  WF35: 'wallet.listTransactions',
  WF36: 'plans.list',
  WF37: 'subscriptions.current',
  WF38: 'subscriptions.status',
  WF39: 'subscriptions.list',
  WF40: 'subscriptions.get',
  UG01: 'auth.signUp',
  UG02: 'auth.confirmEmail',
  UG03: 'auth.signIn',
  UG04: 'auth.refresh',
  UG05: 'accounts.me',
  UG06: 'accounts.update',
  UG07: 'creators.create',
  UG08: 'creators.update',
  UG09: 'creators.get',
  UG29: 'files.upload',
  UG30: 'files.list',
  UG31: 'files.delete',
  UG32: 'catalog.listSkills',
  UG33: 'catalog.getSkill',
  UG34: 'skills.list',
  UG35: 'skills.add',
  UG36: 'skills.setLevel',
  UG37: 'skills.remove',
  UG38: 'skills.upsertMany',
  UG39: 'portfolio.list',
  UG40: 'portfolio.create',
  UG41: 'portfolio.get',
  UG42: 'portfolio.update',
  UG43: 'portfolio.delete',
  UG44: 'portfolio.addImage',
  UG45: 'portfolio.listImages',
  UG46: 'portfolio.updateImage',
  UG47: 'portfolio.deleteImage',
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
  MT25: 'favorites.toggle',
  MT26: 'favorites.list',
  MT27: 'favorites.has',
  MT59: 'catalog.listSkills',
  MT60: 'skills.mine',
  MT61: 'skills.replace',
}

/** Calls that no operation of a source system stands for. */
const others = [
  'auth.requestPasswordReset',
  'auth.resendConfirmation',
  'auth.resetPassword',
  'accounts.export',
  'accounts.uploadAvatar',
  'devices.list',
  'devices.remove',
  'blocks.add',
  'blocks.list',
  'blocks.remove',
  'reports.create',
  'reports.list',
  'catalog.listCategories',
  'catalog.listCountries',
  'catalog.listProposals',
  'catalog.propose',
  'files.detachFromCasting',
  'files.listForCasting',
  'files.url',
  'employers.mine',
  'employers.update',
  'employers.uploadLogo',
  'models.addWorkExperience',
  'models.removeWorkExperience',
  'models.updateWorkExperience',
  'promotions.activate',
  'promotions.end',
  'promotions.list',
  'promotions.pause',
  'promotions.recordViews',
  'promotions.resume',
  'promotions.statistics',
  'creators.mine',
  'freelancers.create',
  'freelancers.get',
  'freelancers.mine',
  'freelancers.update',
  'clients.create',
  'clients.get',
  'clients.mine',
  'clients.update',
  'candidates.countFacets',
  'candidates.get',
  'candidates.submit',
  'candidates.unlockMany',
  'subscriptions.cancel',
  'subscriptions.entitlements',
  'subscriptions.request',
  'wallet.creditPrice',
  'organizations.acceptInvitation',
  'organizations.create',
  'organizations.declineInvitation',
  'organizations.delete',
  'organizations.follow',
  'organizations.get',
  'organizations.invite',
  'organizations.leave',
  'organizations.list',
  'organizations.listInvitations',
  'organizations.listMembers',
  'organizations.listMine',
  'organizations.removeMember',
  'organizations.revokeInvitation',
  'organizations.setMemberRole',
  'organizations.unfollow',
  'organizations.update',
  'organizations.uploadLogo',
  'representations.accept',
  'representations.decline',
  'representations.end',
  'representations.invite',
  'representations.list',
  'hiring.addStage',
  'hiring.addToPipeline',
  'hiring.deleteStage',
  'hiring.listFollowUps',
  'hiring.listPipeline',
  'hiring.listPipelineMoves',
  'hiring.listStages',
  'hiring.moveInPipeline',
  'hiring.removeFromPipeline',
  'hiring.updateFollowUp',
  'hiring.updateNote',
  'hiring.updateStage',
  'castings.uploadCover',
  'responses.withdraw',
  'notifications.count',
  'notifications.delete',
  'notifications.subscribe',
]

/** The page of docs/ that tells of a module. */
const pages: Record<keyof Talentbase, string> = {
  auth: 'accounts',
  accounts: 'accounts',
  devices: 'accounts',
  blocks: 'moderation',
  reports: 'moderation',
  catalog: 'catalog',
  files: 'media',
  employers: 'recruiters',
  candidates: 'candidates',
  recruiters: 'recruiters',
  hiring: 'hiring',
  models: 'models',
  photos: 'media',
  creators: 'creators',
  freelancers: 'creators',
  clients: 'creators',
  skills: 'creators',
  portfolio: 'portfolio',
  plans: 'billing',
  promotions: 'models',
  subscriptions: 'billing',
  wallet: 'wallet',
  organizations: 'organizations',
  representations: 'organizations',
  castings: 'castings',
  responses: 'castings',
  favorites: 'favorites',
  notifications: 'notifications',
}

const project = fileURLToPath(new URL('../..', import.meta.url))
const text = (file: string) => readFileSync(`${project}/${file}`, 'utf8')

const talentbase = createTalentbase(createClient<Database>('http://127.0.0.1:1', 'sb_publishable_none'))
const modules = Object.keys(talentbase) as (keyof Talentbase)[]
const methodsOf = (module: keyof Talentbase) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(talentbase[module])).filter((name) => name !== 'constructor')
const offered = modules.flatMap((module) => methodsOf(module).map((method) => `${module}.${method}`))

test.each(Object.entries(calls))('%s is tb.%s', (_id, call) => {
  const [module, method] = call.split('.') as [keyof typeof talentbase, string]
  expect(talentbase[module], `tb.${module}`).toBeDefined()
  expect(Reflect.get(talentbase[module], method), `tb.${call}`).toBeTypeOf('function')
})

test('every call stands for an operation of a source system, or is listed beside them', () => {
  expect([...new Set(Object.values(calls)), ...others].sort()).toEqual(offered.sort())
})

test('the table of sdk/README.md lists every call of every module', () => {
  const rows = text('sdk/README.md').matchAll(/^\| ((?:`\w+`(?:, )?)+) \| (.+) \|$/gm)
  const listed = [...rows].flatMap(([, names, cells]) => {
    const lists = cells!.split('; ')
    return names!.split(', ').map((name, i) => [name, lists[i] ?? ''])
  })
  const expected = modules.map((module) => [
    `\`${module}\``,
    methodsOf(module)
      .map((one) => `\`${one}\``)
      .sort(),
  ])
  expect(Object.fromEntries(listed.map(([name, calls]) => [name, calls!.split(' ').sort()]))).toEqual(
    Object.fromEntries(expected),
  )
})

test.each(modules)('docs tell of %s, on a page that README.md links', (module) => {
  const page = `docs/${pages[module]}.md`
  expect(existsSync(`${project}/${page}`), page).toBe(true)
  expect(text('README.md').includes(`(${page})`), `README.md links ${page}`).toBe(true)
})

test('every schema of an input is exported', () => {
  const schemas = globSync('sdk/src/*/*.ts', { cwd: project }).flatMap((file) =>
    [...text(file).matchAll(/^export const (\w+Schema)\b/gm)].map(([, name]) => name!),
  )
  expect(schemas.length).toBeGreaterThan(30)
  expect(schemas.filter((name) => !(name in sdk))).toEqual([])
})
