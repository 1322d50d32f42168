import { Accounts } from './accounts/accounts.ts'
import { Auth } from './auth/auth.ts'
import { Castings } from './castings/castings.ts'
import { createContext, type Supabase } from './context.ts'
import { Devices } from './devices/devices.ts'
import { Employers } from './employers/employers.ts'
import type { Locale } from './errors/messages/index.ts'
import { Models } from './models/models.ts'
import { Notifications } from './notifications/notifications.ts'
import { Photos } from './photos/photos.ts'
import { Plans } from './plans/plans.ts'
import { Responses } from './responses/responses.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'

export interface TalentbaseOptions {
  /** Language of errors and notifications, and of the mails to people who sign up; English unless given. */
  locale?: Locale
}

/** The calls of talentbase, by module. */
export interface Talentbase {
  auth: Auth
  accounts: Accounts
  devices: Devices
  employers: Employers
  models: Models
  photos: Photos
  plans: Plans
  subscriptions: Subscriptions
  castings: Castings
  responses: Responses
  notifications: Notifications
}

/** Talentbase over a supabase-js client of your own, whose session and settings it uses. */
export function createTalentbase(supabase: Supabase, { locale = 'en' }: TalentbaseOptions = {}): Talentbase {
  const context = createContext(supabase, locale)
  return {
    auth: new Auth(context),
    accounts: new Accounts(context),
    devices: new Devices(context),
    employers: new Employers(context),
    models: new Models(context),
    photos: new Photos(context),
    plans: new Plans(context),
    subscriptions: new Subscriptions(context),
    castings: new Castings(context),
    responses: new Responses(context),
    notifications: new Notifications(context),
  }
}
