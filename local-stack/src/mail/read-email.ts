import { randomUUID } from 'node:crypto'
import { addressOf, codeIn, type Message, textOf } from './message.ts'
import { ResendError } from './resend-error.ts'

const recipientsAtMost = 50

/** Reads the body of a request to send one mail. Throws what Resend answers to one that is wrong. */
export function readEmail(body: unknown): Message {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ResendError(422, 'validation_error', 'The request body must be an object.')
  }
  const fields = body as Record<string, unknown>
  const from = oneAddress(fields, 'from')
  const to = addresses(fields, 'to')
  if (to.length === 0) throw missing('to')
  const subject = optionalText(fields, 'subject')
  if (!subject) throw missing('subject')
  const [html, text] = [optionalText(fields, 'html'), optionalText(fields, 'text')]
  if (html === null && text === null) {
    throw new ResendError(422, 'validation_error', 'Missing `html` or `text` field.')
  }
  return {
    id: randomUUID(),
    from,
    to,
    cc: addresses(fields, 'cc'),
    bcc: addresses(fields, 'bcc'),
    reply_to: addresses(fields, 'reply_to'),
    subject,
    html,
    text,
    code: codeIn(text ?? textOf(html ?? '')),
    headers: (fields.headers ?? {}) as Record<string, string>,
    tags: list(fields, 'tags') as Message['tags'],
    attachments: list(fields, 'attachments').map(readAttachment),
    scheduled_at: optionalText(fields, 'scheduled_at'),
    created_at: new Date().toISOString(),
  }
}

function oneAddress(fields: Record<string, unknown>, name: string): string {
  const value = fields[name]
  if (value === undefined || value === null || value === '') throw missing(name)
  if (typeof value !== 'string' || !isAddress(value)) throw malformed(name)
  return value
}

function addresses(fields: Record<string, unknown>, name: string): string[] {
  const value = fields[name]
  if (value === undefined || value === null || value === '') return []
  const all: unknown[] = Array.isArray(value) ? value : [value]
  if (!all.every((one) => typeof one === 'string' && isAddress(one))) throw malformed(name)
  if (all.length > recipientsAtMost) {
    throw new ResendError(422, 'validation_error', `The \`${name}\` field must have ${recipientsAtMost} items at most.`)
  }
  return all as string[]
}

function optionalText(fields: Record<string, unknown>, name: string): string | null {
  const value = fields[name] ?? null
  if (value !== null && typeof value !== 'string') {
    throw new ResendError(422, 'validation_error', `The \`${name}\` field must be a string.`)
  }
  return value
}

function list(fields: Record<string, unknown>, name: string): unknown[] {
  const value = fields[name] ?? []
  if (!Array.isArray(value)) throw new ResendError(422, 'validation_error', `The \`${name}\` field must be an array.`)
  return value
}

function readAttachment(value: unknown): { filename: string } {
  const { filename, content, path } = (value ?? {}) as Record<string, unknown>
  if (!content && !path) {
    throw new ResendError(422, 'invalid_attachment', 'Attachment must have either a `content` or `path`.')
  }
  return { filename: typeof filename === 'string' ? filename : 'attachment' }
}

// An address alone or behind a name, without what would begin another header.
function isAddress(recipient: string): boolean {
  return /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+\.[^\s@<>,;:"().]+$/.test(addressOf(recipient)) && !/[\r\n]/.test(recipient)
}

function missing(name: string): ResendError {
  return new ResendError(422, 'missing_required_field', `Missing \`${name}\` field.`)
}

function malformed(name: string): ResendError {
  const forms = '`email@example.com` or `Name <email@example.com>`'
  return new ResendError(
    422,
    'validation_error',
    `Invalid \`${name}\` field. The email address must have the form ${forms}.`,
  )
}
