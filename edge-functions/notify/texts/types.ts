/** What a mail about notifications says around the words of the notifications themselves. */
export interface MailTexts {
  /** Above the link to the app, and on its button. */
  link: string
  button: string
  /** Why it came, and how to have no more of them. */
  closing: string
  digest: { title: string; intro: string; closing: string }
}
