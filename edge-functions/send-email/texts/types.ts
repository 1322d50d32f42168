/** Mails that carry a code; all but `reauthentication` carry a link too. */
export const requests = [
  'signup',
  'invite',
  'magiclink',
  'recovery',
  'email_change_current',
  'email_change_new',
  'reauthentication',
] as const

/** Mails that tell what happened to an account. */
export const notices = [
  'password_changed_notification',
  'email_changed_notification',
  'phone_changed_notification',
  'identity_linked_notification',
  'identity_unlinked_notification',
  'mfa_factor_enrolled_notification',
  'mfa_factor_unenrolled_notification',
] as const

export type RequestKind = (typeof requests)[number]
export type NoticeKind = (typeof notices)[number]

/**
 * Every text of one language. In them `{app}` is the sender's name, `{email}` and `{newEmail}` are the addresses before
 * and after a change, `{provider}` and `{factor}` what was linked or enrolled.
 */
export interface Texts {
  requests: Record<RequestKind, { subject: string; intro: string; button: string }>
  notices: Record<NoticeKind, { subject: string; intro: string }>
  codeLabel: string
  codeValidity: string
  linkLabel: string
  ignore: string
  notYou: string
}
