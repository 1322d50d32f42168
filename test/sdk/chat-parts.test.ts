import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRequests } from '../../sdk/src/chat/requests.ts'
import { createTyping } from '../../sdk/src/chat/typing.ts'
import { type Context, createContext, type Supabase } from '../../sdk/src/context.ts'
import { watchSession } from '../../sdk/src/realtime/session.ts'
import { onWake } from '../../sdk/src/realtime/wake.ts'
import { fakeSupabase } from './fake-supabase.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('what a subscription asks for', () => {
  /** A context of somebody, whose requests are answered here. */
  function contextOf(accountId: string, answer: () => Promise<Response>): Context {
    return { ...createContext(fakeSupabase(answer), 'en'), accountId: async () => accountId }
  }

  test('is asked as the account that subscribed, and nobody else', async () => {
    const answer = vi.fn(async () => Response.json([]))
    const requests = createRequests(contextOf('somebody else', answer), 'one', 'me')
    const asked = [requests.members(), requests.page(undefined, 5), requests.changes(0, 5), requests.send('id', {})]
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected')
    await expect(requests.conversation()).rejects.toMatchObject({ code: 'auth_required' })
    expect(answer).not.toHaveBeenCalled()
    await expect(createRequests(contextOf('me', answer), 'one', 'me').members()).resolves.toEqual([])
  })

  test('is given up after 15 s without an answer', async () => {
    const answer = vi.fn(() => new Promise<Response>(() => undefined))
    const asked = createRequests(contextOf('me', answer), 'one', 'me').changes(0, 5)
    const failed = expect(asked).rejects.toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(15_000)
    await failed
  })
})

describe('typing', () => {
  function typingOf() {
    const send = vi.fn((_isTyping: boolean) => true)
    const onChange = vi.fn()
    return { send, onChange, typing: createTyping(send, onChange) }
  }

  test('is told at most every 2.5 s, and its end only while others believe it', async () => {
    const { send, typing } = typingOf()
    for (let n = 0; n < 50; n += 1) {
      typing.set(true)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(send.mock.calls).toEqual([[true], [true]])
    typing.set(false)
    typing.set(false)
    expect(send.mock.calls).toEqual([[true], [true], [false]])
    typing.set(true)
    expect(send).toHaveBeenCalledTimes(4)
    await vi.advanceTimersByTimeAsync(5000)
    typing.set(false)
    expect(send, 'it has run out').toHaveBeenCalledTimes(4)
  })

  test('is said again when it could not be', () => {
    const { send, typing } = typingOf()
    send.mockReturnValueOnce(false)
    typing.set(true)
    typing.set(true)
    typing.set(true)
    expect(send).toHaveBeenCalledTimes(2)
  })

  test('is believed for 5 s, until it is taken back, or until they have written', async () => {
    const { onChange, typing } = typingOf()
    typing.heard('ann', true)
    typing.heard('bob', true)
    typing.heard('cem', true)
    await vi.advanceTimersByTimeAsync(4000)
    typing.heard('ann', true)
    typing.heard('bob', false)
    typing.clear('cem')
    typing.clear('nobody')
    expect(typing.ids()).toEqual(['ann'])
    await vi.advanceTimersByTimeAsync(4000)
    expect(typing.ids()).toEqual(['ann'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(typing.ids()).toEqual([])
    expect(onChange).toHaveBeenCalledTimes(6)
  })
})

test('a session that is over, or somebody else’s, is told; another token too', async () => {
  let tell: (event: string, session: unknown) => void = () => undefined
  const unsubscribe = vi.fn()
  const auth = {
    onAuthStateChange(callback: typeof tell) {
      tell = callback
      return { data: { subscription: { unsubscribe } } }
    },
  }
  const [onRefreshed, onOver] = [vi.fn(), vi.fn()]
  const context = { supabase: { auth } as unknown as Supabase } as Context
  const stop = watchSession(context, 'me', { onRefreshed, onOver })
  const of = (id: string) => ({ user: { id } })
  tell('INITIAL_SESSION', null)
  tell('INITIAL_SESSION', of('me'))
  tell('TOKEN_REFRESHED', of('me'))
  expect(onRefreshed, 'not while Auth holds its lock').not.toHaveBeenCalled()
  await vi.runAllTimersAsync()
  expect([onRefreshed.mock.calls.length, onOver.mock.calls.length]).toEqual([1, 0])
  tell('SIGNED_OUT', null)
  tell('SIGNED_IN', of('somebody else'))
  await vi.runAllTimersAsync()
  expect([onRefreshed.mock.calls.length, onOver.mock.calls.length]).toEqual([1, 2])
  stop()
  expect(unsubscribe).toHaveBeenCalledOnce()
})

test('a browser that is online or seen again wakes; where there is none, nothing breaks', () => {
  const wake = vi.fn()
  onWake(wake)()
  const platform = new EventTarget()
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
  for (const name of ['addEventListener', 'removeEventListener'] as const) {
    vi.stubGlobal(name, platform[name].bind(platform))
  }
  vi.stubGlobal('document', page)
  const stop = onWake(wake)
  page.dispatchEvent(new Event('visibilitychange'))
  expect(wake).not.toHaveBeenCalled()
  page.visibilityState = 'visible'
  page.dispatchEvent(new Event('visibilitychange'))
  platform.dispatchEvent(new Event('online'))
  expect(wake).toHaveBeenCalledTimes(2)
  stop()
  platform.dispatchEvent(new Event('online'))
  page.dispatchEvent(new Event('visibilitychange'))
  expect(wake).toHaveBeenCalledTimes(2)
})
