export {
  addRoleSchema,
  deleteAccountSchema,
  getAccountSchema,
  listAccountsSchema,
  updateAccountSchema,
} from './accounts/schemas.ts'
export type { Account, Me, Role, UserType } from './accounts/types.ts'
export {
  changePasswordSchema,
  completeSignUpSchema,
  confirmEmailSchema,
  emailSchema,
  refreshSchema,
  requestPasswordResetSchema,
  resendConfirmationSchema,
  resetPasswordSchema,
  sendCodeSchema,
  signInSchema,
  signOutSchema,
  signUpSchema,
  usernameSchema,
  verifyCodeSchema,
} from './auth/schemas.ts'
export type { NewUser, SignIn, SignUp } from './auth/types.ts'
export {
  castingIdSchema,
  createCastingSchema,
  listCastingsSchema,
  listMyCastingsSchema,
  respondSchema,
  setCastingStatusSchema,
  updateCastingSchema,
} from './castings/schemas.ts'
export type { Casting, CastingRequirements, CastingStatus } from './castings/types.ts'
export { createTalentbase, type Talentbase, type TalentbaseOptions } from './create-talentbase.ts'
export type { Database } from './database.types.ts'
export { type Device, registerDeviceSchema } from './devices/devices.ts'
export type { Employer, EmployerProfile } from './employers/employers.ts'
export { createEmployerSchema, getEmployerSchema, updateEmployerSchema } from './employers/schemas.ts'
export { type ErrorCode, errorCodes } from './errors/codes.ts'
export { fieldMessages, type Locale, messageFor } from './errors/messages/index.ts'
export { type FieldErrors, TalentbaseError } from './errors/talentbase-error.ts'
export type { List, PageInput } from './list.ts'
export type { ModelProfile } from './models/models.ts'
export { createModelSchema, updateModelSchema } from './models/schemas.ts'
export {
  listNotificationsSchema,
  notificationIdsSchema,
  notificationPreferencesSchema,
  subscribeSchema,
} from './notifications/schemas.ts'
export type { SubscribeOptions } from './notifications/subscribe.ts'
export type {
  Notification,
  NotificationCount,
  NotificationPreferences,
  NotificationType,
} from './notifications/types.ts'
export { type Photo, reorderPhotosSchema, updatePhotoSchema, uploadPhotoSchema } from './photos/photos.ts'
export type { Picture } from './pictures.ts'
export type { Plan, PlanFeatures } from './plans/plans.ts'
export {
  listForCastingSchema,
  listMyResponsesSchema,
  responseIdSchema,
  setResponseStatusSchema,
} from './responses/schemas.ts'
export type { CastingResponse, CastingResponseCard, ResponseStatus } from './responses/types.ts'
export type { Result } from './result.ts'
export type { Entitlement } from './subscriptions/entitlements.ts'
export type { CurrentSubscription } from './subscriptions/subscriptions.ts'
