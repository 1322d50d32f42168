import { FunctionError } from '../_shared/error.ts'
import { type Content, nameOf, toHtml, toText } from '../_shared/mail-template.ts'
import type { Payload } from './payload.ts'
import { textsFor } from './texts/index.ts'
import { type NoticeKind, notices, type RequestKind, requests } from './texts/types.ts'

export interface Mail {
  from: string
  to: string
  subject: string
  html: string
  text: string
  /** The same for every try of the same mail, another for every other mail. */
  key: string
}

export interface Sender {
  /** As it stands in the From header: `Name <address>` or an address alone. */
  from: string
  /** The project's url, such as https://abc.supabase.co */
  supabaseUrl: string
}

/** A code and the hash that its link carries, for one address. */
interface Token {
  kind: RequestKind
  to: string
  code: string
  hash: string
}

/**
 * The mails a payload asks for. Most ask for one; a change of address that both sides confirm asks for two; an action
 * this function does not know asks for none, so that Auth may learn new ones first. `digest` is of the payload's bytes.
 * Throws 400 `validation_failed` where the address for a code is missing.
 */
export function composeMails(payload: Payload, digest: string, sender: Sender): Mail[] {
  const action = payload.email_data.email_action_type
  const notice = notices.find((kind) => kind === action)
  if (notice !== undefined) return composeNotice(notice, payload, digest, sender)
  return tokensOf(payload).map((token) => composeRequest(token, payload, sender))
}

function tokensOf({ user, email_data: data }: Payload): Token[] {
  const action = data.email_action_type
  const only = { code: data.token, hash: data.token_hash }
  // An address confirmed by a code alone; Auth calls it a magic link in most versions.
  if (action === 'email') return [{ kind: 'magiclink', to: user.email, ...only }]
  if (action === 'email_change' && data.token_new !== '') {
    // Auth names the hashes the other way round than the codes: `token` goes with `token_hash_new`.
    return [
      { kind: 'email_change_current', to: user.email, code: data.token, hash: data.token_hash_new },
      { kind: 'email_change_new', to: user.new_email, code: data.token_new, hash: data.token_hash },
    ]
  }
  if (action === 'email_change') return [{ kind: 'email_change_new', to: user.new_email, ...only }]
  const kind = requests.find((name) => name === action)
  if (kind === undefined) return []
  return [{ kind, to: kind === 'email_change_new' ? user.new_email : user.email, ...only }]
}

function composeRequest({ kind, to, code, hash }: Token, payload: Payload, sender: Sender): Mail {
  if (to === '' || code === '') throw new FunctionError(400, 'validation_failed', 'The address or the code is missing.')
  const { language, texts } = textsFor(payload.user.user_metadata.locale)
  const { subject, intro, button } = texts.requests[kind]
  const fill = filler(payload, sender)
  return finish(payload, sender, to, hash, {
    language,
    heading: fill(subject),
    intro: fill(intro),
    code: { label: texts.codeLabel, value: code, validity: texts.codeValidity },
    ...(button === '' ? {} : { link: { label: texts.linkLabel, button, url: linkTo(kind, hash, payload, sender) } }),
    closing: texts.ignore,
    sender: nameOf(sender.from),
  })
}

function composeNotice(kind: NoticeKind, payload: Payload, digest: string, sender: Sender): Mail[] {
  // Whoever lost the address must hear of it, so this one goes to the old address.
  const to = kind === 'email_changed_notification' ? payload.email_data.old_email : payload.user.email
  if (to === '') return []
  const { language, texts } = textsFor(payload.user.user_metadata.locale)
  const { subject, intro } = texts.notices[kind]
  const fill = filler(payload, sender)
  const content = { language, heading: fill(subject), intro: fill(intro), closing: texts.notYou }
  // There is no token that tells two notices apart, but every try of one sends the same bytes.
  return [finish(payload, sender, to, digest, { ...content, sender: nameOf(sender.from) })]
}

function finish(payload: Payload, { from }: Sender, to: string, unique: string, content: Content): Mail {
  const key = `auth/${payload.user.id}/${payload.email_data.email_action_type}/${unique}`
  return { from, to, subject: content.heading, html: toHtml(content), text: toText(content), key }
}

function linkTo(kind: RequestKind, hash: string, { email_data: data }: Payload, { supabaseUrl }: Sender): string {
  // Auth's own idea of its address is better where it has one: SUPABASE_URL can be one only functions reach.
  const auth = /\/auth\/v1\/?$/.test(data.site_url) ? data.site_url.replace(/\/$/, '') : `${supabaseUrl}/auth/v1`
  const type = kind.startsWith('email_change') ? 'email_change' : kind
  return `${auth}/verify?${new URLSearchParams({ token: hash, type, redirect_to: data.redirect_to })}`
}

function filler({ user, email_data: data }: Payload, { from }: Sender): (text: string) => string {
  const wasChanged = data.email_action_type === 'email_changed_notification'
  const values: Record<string, string> = {
    app: nameOf(from),
    email: wasChanged ? data.old_email : user.email,
    newEmail: wasChanged ? user.email : user.new_email,
    provider: data.provider,
    factor: data.factor_type,
  }
  return (text) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}
