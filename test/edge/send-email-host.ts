import { type Mail, startMail } from '../../local-stack/src/mail/index.ts'
import { newHookSecret, signatureOf } from './auth-payload.ts'
import { hostFunctions, projectFunction } from './host-functions.ts'

/** The function in real Deno, with the double of Resend behind it, and two secrets as during a rotation. */
export async function hostSendEmail() {
  const secrets = [newHookSecret(), newHookSecret()]
  const mail: Mail = await startMail({ port: 0, log: () => undefined })
  const hosted = await hostFunctions({
    functions: { 'send-email': projectFunction('send-email') },
    url: 'https://supabase.example',
    env: {
      SEND_EMAIL_HOOK_SECRET: secrets.join('|'),
      RESEND_API_KEY: 're_test',
      RESEND_BASE_URL: mail.url,
      MAIL_FROM: 'Talent & Co <hello@example.com>',
    },
  })
  const post = (body: string, headers: Record<string, string>) =>
    hosted.call('/send-email', { method: 'POST', body, headers })
  return {
    ...hosted,
    inbox: mail.inbox,
    secrets,
    post,
    /** Signed as Auth signs it; a string is sent as it is. */
    send(payload: unknown, secret = secrets[0]!) {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
      return post(body, signatureOf(body, [secret]))
    },
    addFault: (fault: object) => fetch(`${mail.url}/api/faults`, { method: 'POST', body: JSON.stringify(fault) }),
    async reset() {
      mail.inbox.clear()
      await fetch(`${mail.url}/api/faults`, { method: 'DELETE' })
    },
    async close() {
      await hosted.close()
      await mail.close()
    },
  }
}
