import type { Texts } from './types.ts'

export const en: Texts = {
  requests: {
    signup: {
      subject: 'Confirm your email for {app}',
      intro: 'Welcome to {app}. Enter this code to confirm your email address.',
      button: 'Confirm my email',
    },
    invite: {
      subject: 'You are invited to {app}',
      intro: 'Somebody invited you to {app}. Enter this code to accept the invitation.',
      button: 'Accept the invitation',
    },
    magiclink: {
      subject: 'Your sign-in code for {app}',
      intro: 'Enter this code to sign in to {app}.',
      button: 'Sign in',
    },
    recovery: {
      subject: 'Reset your password for {app}',
      intro: 'Enter this code to set a new password for {app}.',
      button: 'Set a new password',
    },
    email_change_current: {
      subject: 'Confirm the change of your email for {app}',
      intro: 'Your account asks to change its email address from {email} to {newEmail}. Enter this code to agree.',
      button: 'Agree to the change',
    },
    email_change_new: {
      subject: 'Confirm your new email for {app}',
      intro: 'Enter this code to make {newEmail} the email address of your account.',
      button: 'Confirm my new email',
    },
    reauthentication: {
      subject: 'Your security code for {app}',
      intro: 'Enter this code to confirm that it is you.',
      button: '',
    },
  },
  notices: {
    password_changed_notification: {
      subject: 'Your password for {app} was changed',
      intro: 'The password of your account {email} was changed.',
    },
    email_changed_notification: {
      subject: 'Your email for {app} was changed',
      intro: 'The email address of your account was changed from {email} to {newEmail}.',
    },
    phone_changed_notification: {
      subject: 'Your phone number for {app} was changed',
      intro: 'The phone number of your account {email} was changed.',
    },
    identity_linked_notification: {
      subject: 'A new way to sign in to {app}',
      intro: 'Signing in with {provider} was added to your account {email}.',
    },
    identity_unlinked_notification: {
      subject: 'A way to sign in to {app} was removed',
      intro: 'Signing in with {provider} was removed from your account {email}.',
    },
    mfa_factor_enrolled_notification: {
      subject: 'A second factor was added for {app}',
      intro: 'A second factor ({factor}) was added to your account {email}.',
    },
    mfa_factor_unenrolled_notification: {
      subject: 'A second factor was removed for {app}',
      intro: 'A second factor ({factor}) was removed from your account {email}.',
    },
  },
  codeLabel: 'Your code',
  codeValidity: 'It works once, for a few minutes. Never give it to anybody.',
  linkLabel: 'Or open this link:',
  ignore: 'If you did not ask for this, you need not do anything.',
  notYou: 'If it was not you, set a new password now and write to us.',
}
