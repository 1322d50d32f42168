import { Accounts } from './accounts/accounts.ts'
import { Assistant } from './assistant/assistant.ts'
import { Auth } from './auth/auth.ts'
import { Blocks } from './blocks/blocks.ts'
import { Candidates } from './candidates/candidates.ts'
import { Castings } from './castings/castings.ts'
import { Catalog } from './catalog/catalog.ts'
import { Chat } from './chat/chat.ts'
import { Clients } from './clients/clients.ts'
import { createContext, type Supabase } from './context.ts'
import { Creators } from './creators/creators.ts'
import { Devices } from './devices/devices.ts'
import { Employers } from './employers/employers.ts'
import type { Locale } from './errors/messages/index.ts'
import { Escrows } from './escrows/escrows.ts'
import { Favorites } from './favorites/favorites.ts'
import { Files } from './files/files.ts'
import { Freelancers } from './freelancers/freelancers.ts'
import { Hiring } from './hiring/hiring.ts'
import { Models } from './models/models.ts'
import { Notifications } from './notifications/notifications.ts'
import { Orders } from './orders/orders.ts'
import { Organizations } from './organizations/organizations.ts'
import { Payments } from './payments/payments.ts'
import { Payouts } from './payouts/payouts.ts'
import { Photos } from './photos/photos.ts'
import { Plans } from './plans/plans.ts'
import { Portfolio } from './portfolio/portfolio.ts'
import { Promotions } from './promotions/promotions.ts'
import { Recruiters } from './recruiters/recruiters.ts'
import { Reports } from './reports/reports.ts'
import { Representations } from './representations/representations.ts'
import { Responses } from './responses/responses.ts'
import { Reviews } from './reviews/reviews.ts'
import { SavedSearches } from './saved-searches/saved-searches.ts'
import { Services } from './services/services.ts'
import { Skills } from './skills/skills.ts'
import { Subscriptions } from './subscriptions/subscriptions.ts'
import { Tasks } from './tasks/tasks.ts'
import { Wallet } from './wallet/wallet.ts'

export interface TalentbaseOptions {
  /** Language of errors and notifications, and of the mails to people who sign up; English unless given. */
  locale?: Locale
}

/** The calls of talentbase, by module. */
export interface Talentbase {
  auth: Auth
  accounts: Accounts
  devices: Devices
  blocks: Blocks
  reports: Reports
  catalog: Catalog
  files: Files
  employers: Employers
  models: Models
  photos: Photos
  creators: Creators
  freelancers: Freelancers
  clients: Clients
  skills: Skills
  portfolio: Portfolio
  candidates: Candidates
  recruiters: Recruiters
  hiring: Hiring
  plans: Plans
  promotions: Promotions
  subscriptions: Subscriptions
  wallet: Wallet
  organizations: Organizations
  representations: Representations
  castings: Castings
  responses: Responses
  tasks: Tasks
  services: Services
  orders: Orders
  escrows: Escrows
  payments: Payments
  payouts: Payouts
  reviews: Reviews
  favorites: Favorites
  chat: Chat
  savedSearches: SavedSearches
  notifications: Notifications
  assistant: Assistant
}

/** Talentbase over a supabase-js client of your own, whose session and settings it uses. */
export function createTalentbase(supabase: Supabase, { locale = 'en' }: TalentbaseOptions = {}): Talentbase {
  const context = createContext(supabase, locale)
  return {
    auth: new Auth(context),
    accounts: new Accounts(context),
    devices: new Devices(context),
    blocks: new Blocks(context),
    reports: new Reports(context),
    catalog: new Catalog(context),
    files: new Files(context),
    employers: new Employers(context),
    models: new Models(context),
    photos: new Photos(context),
    creators: new Creators(context),
    freelancers: new Freelancers(context),
    clients: new Clients(context),
    skills: new Skills(context),
    portfolio: new Portfolio(context),
    candidates: new Candidates(context),
    recruiters: new Recruiters(context),
    hiring: new Hiring(context),
    plans: new Plans(context),
    promotions: new Promotions(context),
    subscriptions: new Subscriptions(context),
    wallet: new Wallet(context),
    organizations: new Organizations(context),
    representations: new Representations(context),
    castings: new Castings(context),
    responses: new Responses(context),
    tasks: new Tasks(context),
    services: new Services(context),
    orders: new Orders(context),
    escrows: new Escrows(context),
    payments: new Payments(context),
    payouts: new Payouts(context),
    reviews: new Reviews(context),
    favorites: new Favorites(context),
    chat: new Chat(context),
    savedSearches: new SavedSearches(context),
    notifications: new Notifications(context),
    assistant: new Assistant(context),
  }
}
