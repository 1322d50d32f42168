import { expect, test } from 'vitest'
import { createContext } from '../../sdk/src/context.ts'
import type { TalentbaseError } from '../../sdk/src/errors/talentbase-error.ts'
import { listenToTopic } from '../../sdk/src/realtime/topic.ts'
import { answering } from './fake-supabase.ts'

test('a topic that the app itself listens to with the same client is refused, and its channel stays', async () => {
  const supabase = answering(200, [])
  const own = supabase.channel('account:me', { config: { private: true } })
  const failed = await new Promise<TalentbaseError>((resolve) => {
    const ignore = () => undefined
    listenToTopic(createContext(supabase, 'en'), 'account:me', { onEvent: ignore, onJoined: ignore, onFailed: resolve })
  })
  expect(failed).toMatchObject({ code: 'conflict', details: { reason: 'channel_in_use' } })
  expect(supabase.getChannels()).toEqual([own])
})
