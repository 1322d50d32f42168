import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../edge-functions/notify/delivery.ts'
import { type Mail, startMail } from '../../local-stack/src/mail/index.ts'
import { type Providers, startProviders } from '../../local-stack/src/providers/index.ts'
import { type SeenRequest, startFakeSupabase } from './fake-supabase.ts'
import { hostFunctions, projectFunction } from './host-functions.ts'

// The function as it runs: real Deno, the doubles of FCM and Resend, and a database that answers as the test says.

let supabase: Awaited<ReturnType<typeof startFakeSupabase>>
let providers: Providers
let mail: Mail
let hosted: Awaited<ReturnType<typeof hostFunctions>>
let bare: Awaited<ReturnType<typeof hostFunctions>>
let queue: Delivery[] = []
let isRegisteredAgain = false

const key = { apikey: 'sb_secret_of_the_caller', authorization: 'Bearer token-of-the-caller' }
const functions = { notify: projectFunction('notify') }
const secrets = {
  STRIPE_WEBHOOK_SECRET: 'whsec_a|whsec_b',
  KASPI_WEBHOOK_SECRET: 'k'.repeat(32),
  ROBOKASSA_PASSWORD_2: 'password-2',
}

beforeAll(async () => {
  const log = () => undefined
  supabase = await startFakeSupabase()
  providers = await startProviders({ port: 0, webhooks: 'http://127.0.0.1:9', back: '', settings: secrets, log })
  mail = await startMail({ port: 0, log })
  const { FCM_BASE_URL = '', FCM_SERVICE_ACCOUNT = '' } = providers.environment
  hosted = await hostFunctions({
    functions,
    url: supabase.url,
    env: {
      FCM_BASE_URL,
      FCM_SERVICE_ACCOUNT,
      RESEND_API_KEY: 're_test',
      RESEND_BASE_URL: mail.url,
      MAIL_FROM: 'Talent & Co <hello@example.com>',
      APP_URL: 'https://app.example/',
    },
  })
  bare = await hostFunctions({ functions, url: supabase.url })
})
beforeEach(() => {
  supabase.seen.splice(0)
  supabase.answer = outbox
  queue = []
  isRegisteredAgain = false
  providers.clear()
  mail.inbox.clear()
})
afterAll(async () => {
  for (const one of [hosted, bare, supabase, providers, mail]) await one.close()
})

/** Does what the database does, once for each delivery. */
function outbox({ path, body }: SeenRequest) {
  if (path.endsWith('/claim_notification_deliveries')) {
    const channels = body.channels as string[]
    const taken = queue.filter(({ channel }) => channels.includes(channel)).slice(0, body.batch as number)
    queue = queue.filter((one) => !taken.includes(one))
    return { body: taken }
  }
  if (path.endsWith('/forget_device')) return { body: !isRegisteredAgain }
  return { status: 204 }
}

const calls = (name: string) =>
  supabase.seen.filter(({ path }) => path === `/rest/v1/rpc/${name}`).map(({ body }) => body)

const completed = () => calls('complete_notification_deliveries').flatMap(({ ids }) => ids as number[])

let ids = 0
const delivery = (more: Partial<Delivery> = {}): Delivery => {
  ids += 1
  return {
    id: ids,
    attempt: 1,
    channel: 'push',
    device_id: `device-${ids}`,
    token: `token-${ids}`,
    address: null,
    locale: 'en',
    type: 'new_response',
    group_key: null,
    notification_id: 77,
    data: { casting_id: 'c-1', response_id: 'r-1' },
    count: 1,
    names: { casting: 'Spring show' },
    items: null,
    claimed_at: '2026-03-02T12:00:00Z',
    created_at: `2026-03-02T11:59:${String(ids % 60).padStart(2, '0')}Z`,
    ...more,
  }
}
const mailing = (more: Partial<Delivery> = {}) =>
  delivery({ channel: 'email', device_id: null, token: null, address: `reader-${ids}@example.test`, ...more })

async function send(...deliveries: Delivery[]) {
  queue = deliveries
  const response = await hosted.call('/notify', { method: 'POST', headers: key })
  return { status: response.status, body: await response.json() }
}

const total = (more: object = {}) => ({
  status: 200,
  body: { sent: 0, failed: 0, refused: 0, released: 0, forgotten: 0, ...more },
})

describe('a push', () => {
  test('says what happened in the language of its reader, and carries ids', async () => {
    const one = delivery({ locale: 'ru' })
    expect(await send(one)).toEqual(total({ sent: 1 }))
    const [sent] = providers.fcm.messages()
    expect(sent!.project).toBe('talentbase-local')
    expect(sent!.message).toMatchObject({
      token: one.token,
      notification: { title: 'Новый отклик', body: 'Новый отклик модели: Spring show.' },
      data: { type: 'new_response', count: '1', notification_id: '77', data: JSON.stringify(one.data) },
      android: { ttl: '86400s', notification: { tag: `delivery-${one.id}` } },
      apns: { headers: { 'apns-collapse-id': `delivery-${one.id}` } },
    })
    expect(completed()).toEqual([one.id])
  })

  test('asks with the caller’s own key and token', async () => {
    await send(delivery())
    expect(supabase.seen[0]).toMatchObject({ headers: key, body: { batch: 20, channels: ['push', 'email'] } })
  })

  test('of several is one with a count, and of messages is headed by who wrote, and takes the place of the one before', async () => {
    await send(
      delivery({ count: 4 }),
      delivery({ type: 'new_message', group_key: 'conversation-1', count: 3, names: { author: 'Ann Lee' } }),
      delivery({ type: 'new_message', group_key: 'conversation-2', notification_id: null, names: {} }),
    )
    const shown = providers.fcm.messages().map(({ message }) => {
      const { notification, android } = message as { notification: object; android: { notification: { tag: string } } }
      return { ...notification, tag: android.notification.tag.replace(/delivery-\d+/, 'delivery') }
    })
    expect(shown).toHaveLength(3)
    expect(shown).toEqual(
      expect.arrayContaining([
        { title: 'New response', body: 'A model responded to Spring show. And 3 more.', tag: 'delivery' },
        { title: 'Ann Lee', body: 'You have 3 new messages.', tag: 'new_message:conversation-1' },
        { title: 'New message', body: 'You have a new message.', tag: 'new_message:conversation-2' },
      ]),
    )
  })

  test('whose token is dead has its device forgotten; one that was registered again is tried again', async () => {
    const [dead, good] = [delivery(), delivery()]
    providers.fcm.unregister(dead.token!)
    expect(await send(dead, good)).toEqual(total({ sent: 1, forgotten: 1 }))
    const { device_id, token, claimed_at } = dead
    expect(calls('forget_device')).toEqual([{ device_id, token, claimed_at }])
    expect(completed()).toEqual([good.id])
    expect(calls('fail_notification_delivery')).toEqual([])

    isRegisteredAgain = true
    expect(await send(dead)).toEqual(total({ failed: 1 }))
    expect(calls('fail_notification_delivery')).toMatchObject([{ delivery_id: dead.id, attempt: 1, is_final: false }])
  })

  test.each([
    [503, 'UNAVAILABLE', 'failed', false],
    [500, 'INTERNAL', 'failed', false],
    [429, 'QUOTA_EXCEEDED', 'failed', false],
    [401, 'THIRD_PARTY_AUTH_ERROR', 'failed', false],
    [400, 'INVALID_ARGUMENT', 'refused', true],
    [403, 'SENDER_ID_MISMATCH', 'refused', true],
  ])('FCM’s %i %s: %s', async (status, code, became, is_final) => {
    providers.addFault({ provider: 'fcm', path: '/v1/', status, code })
    const [first, second] = [delivery(), delivery({ attempt: 3 })]
    expect(await send(first)).toEqual(total({ [became]: 1 }))
    const [failure] = calls('fail_notification_delivery')
    expect(failure).toMatchObject({ delivery_id: first.id, attempt: 1, is_final, retry_after: null })
    expect(failure!.reason).toContain(String(status))
    expect(completed()).toEqual([])
    // The next call begins anew, with a new access token where that was the reason.
    expect(await send(second)).toEqual(total({ sent: 1 }))
  })

  test('a connection that is cut is tried again', async () => {
    // Deno itself tries once more on a connection that it had kept.
    providers.addFault({ provider: 'fcm', path: '/v1/', afterDoing: true, times: 9 })
    expect(await send(delivery())).toEqual(total({ failed: 1 }))
    expect(calls('fail_notification_delivery')).toMatchObject([{ is_final: false }])
  })

  test('a service account that may not send, costs no push an attempt', async () => {
    providers.addFault({ provider: 'fcm', path: '/v1/', status: 403, code: 'PERMISSION_DENIED' })
    const one = delivery()
    expect(await send(one)).toEqual(total({ released: 1 }))
    expect(calls('release_notification_deliveries')).toMatchObject([{ ids: [one.id], retry_after: 900 }])
    expect(calls('fail_notification_delivery')).toEqual([])
  })
})

describe('a mail', () => {
  test('says it in the reader’s language, escaped, and leads to the app', async () => {
    const one = mailing({ address: 'aisha@example.test', locale: 'kk', names: { casting: '<b>Show</b>' } })
    expect(await send(one)).toEqual(total({ sent: 1 }))
    const [sent] = mail.inbox.messages({ to: 'aisha@example.test' })
    expect(sent).toMatchObject({ from: 'Talent & Co <hello@example.com>', subject: 'Жаңа өтінім' })
    expect(sent!.html).toContain('&lt;b&gt;Show&lt;/b&gt;')
    expect(sent!.html).not.toContain('<b>Show')
    expect(sent!.text).toContain('https://app.example/notifications')
    expect(completed()).toEqual([one.id])
  })

  test('about messages says so in its subject, beside who wrote', async () => {
    const names = { author: 'Your account is suspended' }
    await send(mailing({ address: 'friend@example.test', type: 'new_message', group_key: 'conversation-1', names }))
    const [sent] = mail.inbox.messages({ to: 'friend@example.test' })
    expect(sent!.subject).toBe('New message: Your account is suspended')
    expect(sent!.text).toContain('You have a new message.')
  })

  test('a digest has a count and a line each', async () => {
    const items: Delivery['items'] = [
      { type: 'new_order', data: {}, count: 1, names: { order: 'Logo' } },
      { type: 'new_message', data: {}, count: 5, names: { author: 'Ann Lee' } },
    ]
    await send(mailing({ address: 'week@example.test', type: 'weekly_digest', count: 12, names: {}, data: {}, items }))
    const [sent] = mail.inbox.messages({ to: 'week@example.test' })
    expect(sent!.subject).toBe('Your week')
    expect(sent!.text).toContain('You have not read 12 of')
    expect(sent!.text).toContain('- Somebody ordered Logo.\n- Ann Lee: You have 5 new messages.')
    expect(sent!.html).toContain('<li')
  })

  test('that was sent and not completed is not sent again, also when its words have changed since', async () => {
    const one = mailing({ address: 'once@example.test' })
    await send(one)
    expect(await send({ ...one, attempt: 2 })).toEqual(total({ sent: 1 }))
    expect(await send({ ...one, attempt: 3, names: { casting: 'Another title' } })).toEqual(total({ sent: 1 }))
    expect(mail.inbox.messages({ to: 'once@example.test' })).toHaveLength(1)
  })

  test('another that has its number after a reset is sent', async () => {
    const one = mailing({ address: 'reset@example.test' })
    await send(one)
    await send({ ...one, created_at: '2027-01-01T00:00:00Z', names: {} })
    expect(mail.inbox.messages({ to: 'reset@example.test' })).toHaveLength(2)
  })

  test('Resend’s limit stops the batch, and what was not tried is given back', async () => {
    const mails = [mailing(), mailing(), mailing()]
    mail.inbox.addFault({
      to: mails[1]!.address!,
      status: 429,
      name: 'rate_limit_exceeded',
      headers: { 'retry-after': '7' },
    })
    expect(await send(...mails)).toEqual(total({ sent: 1, released: 2 }))
    expect(completed()).toEqual([mails[0]!.id])
    const released = calls('release_notification_deliveries').map(({ ids: given, retry_after }) => [given, retry_after])
    expect(released).toEqual([
      [[mails[1]!.id], 7],
      [[mails[2]!.id], 7],
    ])
  })

  test.each([
    [500, 'internal_server_error', { failed: 1 }],
    [422, 'validation_error', { refused: 1 }],
    [403, 'validation_error', { released: 1 }],
    [401, 'invalid_api_key', { released: 1 }],
    [429, 'daily_quota_exceeded', { released: 1 }],
  ])('Resend’s %i %s: %j', async (status, name, became) => {
    mail.inbox.addFault({ status, name })
    expect(await send(mailing())).toEqual(total(became))
  })

  test.each([
    // A quota is there again later, not in a minute.
    [429, 'daily_quota_exceeded', 3_600],
    [429, 'monthly_quota_exceeded', 3_600],
    [429, 'rate_limit_exceeded', 60],
    // The same mail is on its way with another caller.
    [409, 'concurrent_idempotent_requests', 60],
    [403, 'validation_error', 900],
  ])('Resend’s %i %s: takes none for %i seconds', async (status, name, retryAfter) => {
    mail.inbox.addFault({ status, name })
    await send(mailing())
    expect(calls('release_notification_deliveries').map(({ retry_after }) => retry_after)).toEqual([retryAfter])
  })

  test('what Resend took and did not answer goes out once', async () => {
    const one = mailing({ address: 'lost@example.test' })
    mail.inbox.addFault({ status: 500, name: 'internal_server_error', afterSending: true })
    expect(await send(one)).toEqual(total({ failed: 1 }))
    expect(await send({ ...one, attempt: 2 })).toEqual(total({ sent: 1 }))
    expect(mail.inbox.messages({ to: 'lost@example.test' })).toHaveLength(1)
  })
})

describe('a call', () => {
  test('goes on until nothing is due, and stops where everything fails', async () => {
    expect(await send(...Array.from({ length: 45 }, () => delivery()))).toEqual(total({ sent: 45 }))
    expect(calls('claim_notification_deliveries')).toHaveLength(4)
    supabase.seen.splice(0)
    providers.addFault({ provider: 'fcm', path: '/v1/', status: 503, times: 100 })
    expect(await send(...Array.from({ length: 45 }, () => delivery()))).toEqual(total({ failed: 20 }))
    expect(calls('claim_notification_deliveries')).toHaveLength(1)
  })

  test('one channel’s trouble is not the other’s', async () => {
    providers.addFault({ provider: 'fcm', path: '/v1/', status: 503, times: 2 })
    expect(await send(delivery(), mailing(), delivery())).toEqual(total({ sent: 1, failed: 2 }))
  })

  test('needs a key, POST, and the right to take anything', async () => {
    queue = [delivery()]
    const status = async (init: RequestInit) => (await hosted.call('/notify', init)).status
    expect(await status({ method: 'GET', headers: key })).toBe(405)
    expect(await status({ method: 'POST' })).toBe(401)
    supabase.answer = () => ({ status: 403, body: { code: '42501', message: 'permission denied', details: null } })
    expect(await status({ method: 'POST', headers: key })).toBe(403)
    expect(providers.fcm.messages()).toEqual([])
  })

  test('without FCM and Resend asks for no channel, and says so once', async () => {
    queue = [delivery(), mailing()]
    for (let i = 0; i < 2; i++) {
      const response = await bare.call('/notify', { method: 'POST', headers: key })
      expect(await response.json()).toEqual(total().body)
    }
    expect(calls('claim_notification_deliveries')).toEqual(Array(2).fill({ batch: 20, channels: [] }))
    expect(queue).toHaveLength(2)
    expect(bare.lines.filter((line) => line.includes('FCM_SERVICE_ACCOUNT'))).toHaveLength(1)
    expect(bare.lines.filter((line) => line.includes('RESEND_API_KEY'))).toHaveLength(1)
  })

  test('what cannot be told the database is an error, and nothing else is taken', async () => {
    supabase.answer = (request) =>
      request.path.endsWith('/complete_notification_deliveries')
        ? { status: 503, body: { code: 'PGRST000', message: 'no database', details: null } }
        : outbox(request)
    const answer = await send(...Array.from({ length: 30 }, () => delivery()))
    expect(answer.status).toBe(503)
    expect(calls('claim_notification_deliveries')).toHaveLength(1)
  })
})
