export {
  addRoleSchema,
  deleteAccountSchema,
  getAccountSchema,
  listAccountsSchema,
  updateAccountSchema,
} from './accounts/schemas.ts'
export type { Account, Me, Role, UserType } from './accounts/types.ts'
export {
  assistantSessionIdSchema,
  extractTaskSchema,
  listAssistantSessionsSchema,
  sendToAssistantSchema,
  suggestCategorySchema,
} from './assistant/schemas.ts'
export type {
  AssistantAnswer,
  AssistantConversation,
  AssistantMessage,
  AssistantSession,
  CategorySuggestions,
  CompleteTaskDraft,
  ExtractedTask,
  MissingField,
  SuggestedCategory,
  TaskDraft,
} from './assistant/types.ts'
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
export { type Block, blockAccountSchema, listBlocksSchema } from './blocks/blocks.ts'
export type { Candidate, CandidateCard, UnlockedCandidate } from './candidates/cards.ts'
export type { CandidateFacets, FilterCategory, FilterOption, FilterOptions } from './candidates/options.ts'
export {
  createCandidateSchema,
  saveCandidateStepSchema,
  setCandidateAvailabilitySchema,
  submitCandidateSchema,
  updateCandidateSchema,
} from './candidates/schemas.ts'
export {
  candidateIdSchema,
  countCandidateFacetsSchema,
  listFilterOptionsSchema,
  listFilterSubcategoriesSchema,
  searchCandidatesSchema,
} from './candidates/search-schemas.ts'
export type {
  CandidateEducation,
  CandidateExperience,
  CandidateGap,
  CandidateProfile,
  CandidateStatus,
} from './candidates/types.ts'
export {
  listUnlockedCandidatesSchema,
  unlockCandidateSchema,
  unlockCandidatesSchema,
} from './candidates/unlock-schemas.ts'
export type { UnlockOptions, UnlockResult } from './candidates/unlocks.ts'
export {
  castingFiltersSchema,
  castingIdSchema,
  createCastingSchema,
  listCastingsSchema,
  listMyCastingsSchema,
  respondSchema,
  setCastingStatusSchema,
  updateCastingSchema,
} from './castings/schemas.ts'
export type { Casting, CastingRequirements, CastingStatus } from './castings/types.ts'
export {
  createProposalSchema,
  getSkillSchema,
  listCategoriesSchema,
  listCitiesSchema,
  listProposalsSchema,
  listSkillsSchema,
  listStatesSchema,
} from './catalog/schemas.ts'
export type {
  Category,
  CategoryKind,
  City,
  Country,
  Proposal,
  ReferenceOption,
  ReferenceType,
  Skill,
  State,
} from './catalog/types.ts'
export {
  addMembersSchema,
  conversationIdSchema,
  createGroupSchema,
  deleteMessageSchema,
  editMessageSchema,
  listConversationsSchema,
  listMessagesSchema,
  markConversationReadSchema,
  messageContentSchema,
  messageFileSchema,
  muteConversationSchema,
  openConversationSchema,
  removeMemberSchema,
  renameGroupSchema,
  searchMessagesSchema,
  sendMessageSchema,
  subscribeToConversationSchema,
} from './chat/schemas.ts'
export type {
  ConversationHandlers,
  ConversationSubscription,
  SubscribeToConversationOptions,
} from './chat/subscription-types.ts'
export type {
  ChatPerson,
  Conversation,
  ConversationMember,
  ConversationState,
  FoundMessage,
  LastMessage,
  Message,
  MessageContent,
  MessageFile,
  MessagePage,
  QuotedMessage,
  ReadCount,
  ShownMessage,
  UnreadCount,
} from './chat/types.ts'
export type { Client } from './clients/clients.ts'
export { createClientSchema, getClientSchema, updateClientSchema } from './clients/schemas.ts'
export { createTalentbase, type Talentbase, type TalentbaseOptions } from './create-talentbase.ts'
export type { Creator, CreatorDetail } from './creators/creators.ts'
export { createCreatorSchema, getCreatorSchema, updateCreatorSchema } from './creators/schemas.ts'
export type { Database } from './database.types.ts'
export { type Device, registerDeviceSchema } from './devices/devices.ts'
export type { Employer, EmployerProfile } from './employers/employers.ts'
export { createEmployerSchema, getEmployerSchema, updateEmployerSchema } from './employers/schemas.ts'
export { type ErrorCode, errorCodes } from './errors/codes.ts'
export { fieldMessages, type Locale, messageFor } from './errors/messages/index.ts'
export { type FieldErrors, TalentbaseError } from './errors/talentbase-error.ts'
export {
  disputeEscrowSchema,
  escrowIdSchema,
  fundEscrowSchema,
  listEscrowsSchema,
  moveEscrowSchema,
  refundEscrowSchema,
} from './escrows/schemas.ts'
export type { Escrow, EscrowStatus } from './escrows/types.ts'
export type { Favorite, FavoriteType } from './favorites/favorites.ts'
export { addFavoriteSchema, listFavoritesSchema } from './favorites/schemas.ts'
export {
  castingFilesSchema,
  detachFileSchema,
  fileIdSchema,
  listFilesSchema,
  uploadFileSchema,
} from './files/schemas.ts'
export type { StoredFile } from './files/stored-file.ts'
export type { Freelancer } from './freelancers/freelancers.ts'
export { createFreelancerSchema, getFreelancerSchema, updateFreelancerSchema } from './freelancers/schemas.ts'
export {
  addFollowUpSchema,
  addNoteSchema,
  addStageSchema,
  addToPipelineSchema,
  followUpIdSchema,
  listFollowUpsSchema,
  listNotesSchema,
  listPipelineMovesSchema,
  listPipelineSchema,
  listStagesSchema,
  moveInPipelineSchema,
  noteIdSchema,
  removeFromPipelineSchema,
  stageIdSchema,
  updateFollowUpSchema,
  updateNoteSchema,
  updateStageSchema,
} from './hiring/schemas.ts'
export type {
  CandidateNote,
  CandidateNotes,
  FollowUp,
  FollowUpCard,
  PipelineCandidate,
  PipelineMove,
  PipelineStage,
} from './hiring/types.ts'
export type { List, PageInput } from './list.ts'
export {
  addWorkExperienceSchema,
  createModelSchema,
  listModelsSchema,
  listPromotedModelsSchema,
  modelIdSchema,
  ofModelSchema,
  updateModelSchema,
  updateWorkExperienceSchema,
  workExperienceIdSchema,
} from './models/schemas.ts'
export type { Model, ModelCard, ModelProfile, WorkExperience } from './models/types.ts'
export {
  listNotificationsSchema,
  notificationIdsSchema,
  notificationPreferencesSchema,
  notificationSettingsSchema,
  subscribeSchema,
} from './notifications/schemas.ts'
export type { SubscribeOptions } from './notifications/subscribe.ts'
export type {
  ChannelPreferences,
  Notification,
  NotificationChannel,
  NotificationCount,
  NotificationPreferences,
  NotificationSettings,
  NotificationType,
} from './notifications/types.ts'
export {
  approveOrderSchema,
  cancelOrderSchema,
  createOrderSchema,
  deliverOrderSchema,
  disputeOrderSchema,
  listOrdersSchema,
  orderIdSchema,
  requestRevisionSchema,
  updateOrderSchema,
} from './orders/schemas.ts'
export type { Order, OrderDelivery, OrderOption, OrderRevision, OrderStatus } from './orders/types.ts'
export {
  createOrganizationSchema,
  invitationIdSchema,
  inviteMemberSchema,
  listInvitationsSchema,
  listMyOrganizationsSchema,
  listOrganizationsSchema,
  memberSchema,
  organizationIdSchema,
  setMemberRoleSchema,
  updateOrganizationSchema,
} from './organizations/schemas.ts'
export type {
  Invitation,
  InvitationCard,
  MemberRole,
  Organization,
  OrganizationKind,
  OrganizationMember,
} from './organizations/types.ts'
export { buyPackSchema, listInvoicesSchema, listPaymentsSchema, paymentIdSchema } from './payments/schemas.ts'
export type {
  Currency,
  Invoice,
  Payment,
  PaymentProvider,
  PaymentPurpose,
  PaymentStatus,
  QuotaPack,
  StartedPayment,
} from './payments/types.ts'
export {
  createPayoutAccountSchema,
  listWithdrawalsSchema,
  setPayoutDestinationSchema,
  withdrawalIdSchema,
  withdrawSchema,
} from './payouts/schemas.ts'
export type { PayoutDestination, PayoutStatus, Withdrawal } from './payouts/types.ts'
export type { Person } from './people/person.ts'
export type { Photo } from './photos/photo.ts'
export { reorderPhotosSchema, updatePhotoSchema, uploadPhotoSchema } from './photos/photos.ts'
export type { Picture } from './pictures.ts'
export type { Period, Plan, PlanFeatures, Product } from './plans/plans.ts'
export { listPlansSchema } from './plans/schemas.ts'
export {
  addPortfolioImageSchema,
  createPortfolioItemSchema,
  listPortfolioImagesSchema,
  listPortfolioSchema,
  portfolioImageIdSchema,
  portfolioItemIdSchema,
  updatePortfolioImageSchema,
  updatePortfolioItemSchema,
} from './portfolio/schemas.ts'
export type { PortfolioImage, PortfolioItem } from './portfolio/types.ts'
export {
  activatePromotionSchema,
  listPromotionsSchema,
  promotionIdSchema,
  recordPromotionViewsSchema,
} from './promotions/schemas.ts'
export type { Promotion, PromotionCard, PromotionDay, PromotionStatus } from './promotions/types.ts'
export type { RecruiterProfile } from './recruiters/recruiters.ts'
export { createRecruiterSchema, updateRecruiterSchema } from './recruiters/schemas.ts'
export { createReportSchema, listReportsSchema, type Report } from './reports/reports.ts'
export {
  inviteModelSchema,
  listRepresentationsSchema,
  representationIdSchema,
} from './representations/schemas.ts'
export type { Representation, RepresentationCard, RepresentationStatus } from './representations/types.ts'
export {
  listForCastingSchema,
  listMyResponsesSchema,
  responseIdSchema,
  setResponseStatusSchema,
} from './responses/schemas.ts'
export type { CastingResponse, CastingResponseCard, ResponseStatus } from './responses/types.ts'
export type { Result } from './result.ts'
export { createReviewSchema, listReviewsSchema, myReviewSchema, replyToReviewSchema } from './reviews/schemas.ts'
export type { OwnReview, Review, ReviewCriteria } from './reviews/types.ts'
export {
  createSavedSearchSchema,
  listSavedSearchesSchema,
  savedSearchIdSchema,
  updateSavedSearchSchema,
} from './saved-searches/schemas.ts'
export type { SavedSearch, SavedSearchFrequency, SavedSearchType } from './saved-searches/types.ts'
export {
  createServiceSchema,
  listServicesSchema,
  serviceFiltersSchema,
  serviceIdSchema,
  setServiceOptionsSchema,
  updateServiceSchema,
} from './services/schemas.ts'
export type { Service, ServiceOption } from './services/types.ts'
export {
  accountSkillIdSchema,
  addSkillSchema,
  listSkillsOfSchema,
  replaceSkillsSchema,
  setSkillLevelSchema,
  upsertSkillsSchema,
} from './skills/schemas.ts'
export type { AccountSkill, SkillChange } from './skills/types.ts'
export type { Entitlement } from './subscriptions/entitlements.ts'
export {
  currentSubscriptionSchema,
  listSubscriptionsSchema,
  requestSubscriptionSchema,
  subscribeToPlanSchema,
  subscriptionIdSchema,
  subscriptionStatusSchema,
} from './subscriptions/schemas.ts'
export type { CurrentSubscription, Subscription, SubscriptionStatus } from './subscriptions/types.ts'
export {
  applicationIdSchema,
  applyToTaskSchema,
  cancelTaskSchema,
  completeTaskSchema,
  createTaskSchema,
  listApplicationsSchema,
  listMyApplicationsSchema,
  listMyTasksSchema,
  listTasksSchema,
  setMilestonesSchema,
  taskFiltersSchema,
  taskIdSchema,
  updateTaskSchema,
  withdrawApplicationSchema,
} from './tasks/schemas.ts'
export type {
  ApplicationStatus,
  MyTaskStatistics,
  Task,
  TaskApplication,
  TaskStatistics,
  TaskStatus,
} from './tasks/types.ts'
export type { Upload } from './uploads.ts'
export { getWalletSchema, listTransactionsSchema, topUpSchema } from './wallet/schemas.ts'
export type { CreditPrice, Wallet, WalletTransaction } from './wallet/types.ts'
