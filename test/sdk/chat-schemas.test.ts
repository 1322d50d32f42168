import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { editMessageSchema, messageContentSchema, sendMessageSchema } from '../../sdk/src/chat/schemas.ts'

// As telephones copy numbers, and as Arabic keyboards and pages have it.
const pasted = '\u202a+7 701 123 45 67\u202c, \u0633\u0639\u0631 5\u200f, Brief\u00adkasten\ufeff'
const seen = '+7 701 123 45 67, \u0633\u0639\u0631 5, Briefkasten'

test('what comes along unseen with pasted text is left out of a message', () => {
  expect(messageContentSchema.parse({ body: pasted })).toEqual({ body: seen })
  const conversation_id = randomUUID()
  expect(sendMessageSchema.parse({ conversation_id, body: pasted })).toMatchObject({ body: seen })
  expect(editMessageSchema.parse({ conversation_id, seq: 1, body: pasted })).toMatchObject({ body: seen })
})

test('what is seen, and what letters need, stays', () => {
  const body =
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f\n\ttab'
  expect(messageContentSchema.parse({ body })).toEqual({ body })
})

test('nothing that is seen is no message, and controls are refused', () => {
  for (const body of ['\u200b\u200f', 'a\u0000b', 'a\u0007b', '\ud800'])
    expect(messageContentSchema.safeParse({ body }).success).toBe(false)
})
