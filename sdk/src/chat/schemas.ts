import { z } from 'zod'
import { blame, id, instant, page, pastedText, path, text } from '../schemas/fields.ts'

/** What a direct conversation can be about. */
export const conversationContext = z.enum(['casting', 'task', 'order', 'candidate'])

const conversation_id = id

/** Number of a message in its conversation, from 1. */
const seq = z.int().min(1)

const title = text(1, 200)

const body = pastedText(1, 5000)

const isPair = ({ context_type, context_id }: { context_type?: unknown; context_id?: unknown }) =>
  (context_type === undefined) === (context_id === undefined)

export const openConversationSchema = z
  .strictObject({
    /** Whom to talk to; may be left out where the context has one other side. */
    account_id: id.optional(),
    context_type: conversationContext.optional(),
    /** The casting, task or order; of a candidate the id of the card. */
    context_id: id.optional(),
  })
  .refine(isPair, blame('context_id', 'required'))
  .refine(
    ({ account_id, context_id }) => account_id !== undefined || context_id !== undefined,
    blame('account_id', 'required'),
  )

export const createGroupSchema = z.strictObject({
  title,
  /** The others, 49 at most. */
  account_ids: z.array(id).min(1).max(49),
})

export const renameGroupSchema = z.strictObject({ conversation_id, title })

export const addMembersSchema = z.strictObject({ conversation_id, account_ids: z.array(id).min(1).max(49) })

export const removeMemberSchema = z.strictObject({ conversation_id, account_id: id })

export const conversationIdSchema = z.strictObject({ conversation_id })

export const listConversationsSchema = z
  .strictObject({
    unread_only: z.boolean().optional(),
    context_type: conversationContext.optional(),
    /** Of one casting, task, order or card. */
    context_id: id.optional(),
    ...page,
  })
  .refine(
    ({ context_type, context_id }) => context_id === undefined || context_type !== undefined,
    blame('context_type', 'required'),
  )

/** How many messages at once, 50 unless told. */
const messageLimit = z.int().min(1).max(100)

export const listMessagesSchema = z
  .strictObject({
    conversation_id,
    /** Older than the message of this `seq`. */
    before: seq.optional(),
    /** Instead: what was written, edited or deleted after this `version`, in that order. */
    after_version: z.int().min(0).optional(),
    limit: messageLimit.optional(),
  })
  .refine(
    ({ before, after_version }) => before === undefined || after_version === undefined,
    blame('after_version', 'conflict'),
  )

const content = {
  /** 1-5000 characters; may be left out when files are sent. */
  body: body.nullish(),
  reply_to_seq: seq.optional(),
  /** Own files of the bucket `attachments`, at most 10. */
  file_ids: z.array(id).min(1).max(10).optional(),
}

const saysSomething = ({ body, file_ids }: { body?: unknown; file_ids?: unknown }) =>
  (body !== undefined && body !== null) || file_ids !== undefined

/** A message of a subscription, which knows the conversation. */
export const messageContentSchema = z.strictObject(content).refine(saysSomething, blame('body', 'required'))

export const sendMessageSchema = z
  .strictObject({
    conversation_id,
    ...content,
    /** The same again sends nothing twice; made up unless given. */
    client_id: id.optional(),
  })
  .refine(saysSomething, blame('body', 'required'))

export const editMessageSchema = z.strictObject({ conversation_id, seq, body })

export const deleteMessageSchema = z.strictObject({ conversation_id, seq })

/** A file of a message, by its path in the bucket `attachments`. */
export const messageFileSchema = z.strictObject({ path })

export const markConversationReadSchema = z.strictObject({
  conversation_id,
  /** Up to this message; all there is unless told. */
  seq: z.int().min(0).optional(),
})

export const muteConversationSchema = z.strictObject({
  conversation_id,
  /** For good unless told. */
  until: instant.optional(),
})

export const searchMessagesSchema = z.strictObject({
  search: text(3, 100),
  conversation_id: id.optional(),
  ...page,
})

export const subscribeToConversationSchema = z.strictObject({
  conversation_id,
  /** The `version` that is known already: what changed after it is handed over. What changes from now on unless told. */
  since: z.int().min(0).optional(),
  /** Messages to begin with. */
  limit: messageLimit.optional(),
  /** Whether to hear who types, and tell; yes unless told. */
  typing: z.boolean().optional(),
  /** Whether to be seen and see who is here; yes unless told. */
  presence: z.boolean().optional(),
})
