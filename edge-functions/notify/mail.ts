import { type Content, nameOf, toHtml, toText } from '../_shared/mail-template.ts'
import type { Delivery, Item } from './delivery.ts'
import { mailTexts } from './texts/index.ts'
import { authorOf, type Language, languageOf, wordsOf } from './words.ts'

export interface MailSettings {
  /** As it stands in the From header. */
  from: string
  /** Where the app is, without a slash at its end; mails have no link without it. */
  appUrl: string | undefined
  /** The project's url: other projects may send with the same key, and count their deliveries too. */
  supabaseUrl: string
}

export interface Mail {
  from: string
  to: string
  subject: string
  html: string
  text: string
  /** The same for every try of the same mail, another for every other mail. */
  key: string
}

const countedTo = 1000

export function composeMail(delivery: Delivery, settings: MailSettings): Mail {
  const language = languageOf(delivery.locale)
  const { link, button } = mailTexts[language]
  const content: Content = {
    language,
    ...(delivery.type === 'weekly_digest' ? digestOf(delivery) : noticeOf(delivery)),
    ...(settings.appUrl === undefined
      ? {}
      : { link: { label: link, button, url: `${settings.appUrl}/notifications` } }),
    sender: nameOf(settings.from),
  }
  const subject = content.heading
  const key = `${new URL(settings.supabaseUrl).host}/notification/${delivery.id}/${Date.parse(delivery.created_at)}`
  return {
    from: settings.from,
    to: delivery.address!,
    subject,
    html: toHtml(content),
    text: toText(content),
    key,
  }
}

function noticeOf(delivery: Delivery): Pick<Content, 'heading' | 'intro' | 'closing'> {
  const language = languageOf(delivery.locale)
  const { title, message } = wordsOf(delivery, language)
  const author = authorOf(delivery)
  // The name alone would be a subject that its bearer chooses.
  const heading = author === undefined ? title : `${title}: ${author}`
  return { heading, intro: message, closing: mailTexts[language].closing }
}

function digestOf({ locale, count, items }: Delivery): Pick<Content, 'heading' | 'intro' | 'items' | 'closing'> {
  const language = languageOf(locale)
  const { title, intro, closing } = mailTexts[language].digest
  return {
    heading: title,
    intro: intro.replace('{count}', count >= countedTo ? `${countedTo}+` : String(count)),
    items: (items ?? []).map((item) => lineOf(item, language)),
    closing,
  }
}

function lineOf(item: Item, language: Language): string {
  const author = authorOf(item)
  const { message } = wordsOf(item, language)
  return author === undefined ? message : `${author}: ${message}`
}
