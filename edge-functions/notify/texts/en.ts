import type { MailTexts } from './types.ts'

export const en: MailTexts = {
  link: 'Everything is in the app:',
  button: 'Open the app',
  closing: 'You choose in the app what is mailed to you.',
  digest: {
    title: 'Your week',
    intro: 'You have not read {count} of the notifications of the last seven days. The newest:',
    closing: 'You asked for this mail once a week; you can switch it off in the app.',
  },
}
