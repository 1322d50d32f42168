import type { NotificationTexts } from './types.ts'

export const en: NotificationTexts = {
  types: {
    general: { title: 'News', message: 'There is news for you.' },
    new_message: { title: 'New message', message: 'You have a new message.' },
    new_casting: { title: 'New casting', message: 'A casting for you: {casting}.' },
    new_response: { title: 'New response', message: 'A model responded to {casting}.' },
    casting_reminder: { title: 'Shoot tomorrow', message: 'Less than a day is left until the shoot of {casting}.' },
  },
  response: {
    pending: { title: 'Response reopened', message: 'Your response to {casting} is open again.' },
    viewed: { title: 'Response viewed', message: 'Your response to {casting} was viewed.' },
    shortlisted: { title: 'On the shortlist', message: 'You are on the shortlist of {casting}.' },
    accepted: { title: 'Accepted', message: 'You are accepted for {casting}.' },
    rejected: { title: 'Not this time', message: 'Your response to {casting} was declined.' },
    withdrawn: { title: 'Response withdrawn', message: 'A model took back a response to {casting}.' },
  },
  casting: {
    completed: { title: 'Casting completed', message: '{casting} is completed.' },
    cancelled: { title: 'Casting cancelled', message: '{casting} is cancelled.' },
    deleted: { title: 'Casting deleted', message: 'A casting that you responded to was deleted.' },
  },
  other: { title: 'Notification', message: 'Something happened that concerns you.' },
  someCasting: 'a casting',
}
