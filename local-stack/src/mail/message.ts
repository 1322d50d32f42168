/** A mail as it was sent. */
export interface Message {
  id: string
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  reply_to: string[]
  subject: string
  html: string | null
  text: string | null
  /** The one-time code in its text, if there is one. */
  code: string | null
  headers: Record<string, string>
  tags: { name: string; value: string }[]
  attachments: { filename: string }[]
  scheduled_at: string | null
  created_at: string
}

/** The address of `Name <address>`, in lower case. */
export function addressOf(recipient: string): string {
  return (/<([^<>]+)>\s*$/.exec(recipient)?.[1] ?? recipient).trim().toLowerCase()
}

/** The first number of six to ten digits that stands alone; links are full of others. */
export function codeIn(text: string): string | null {
  const withoutLinks = text.replace(/\bhttps?:\/\/\S+/g, ' ')
  return /(?<![\w.-])\d{6,10}(?![\w-])/.exec(withoutLinks)?.[0] ?? null
}

/** What a mail that is only HTML says. */
export function textOf(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
}
