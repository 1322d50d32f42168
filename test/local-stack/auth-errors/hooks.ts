import { freePort } from '../../../local-stack/src/processes/free-port.ts'
import { newEmail, password } from '../auth-harness.ts'
import { type Cases, failingMail, hooked, json } from './setting.ts'

export const hooksCases = {
  hookTimeout: [422, 'hook_timeout', 'hooks/hookshttp/hookshttp.go', hooked(() => new Promise(() => undefined))],
  hookUnreachable: [
    422,
    'hook_timeout_after_retry',
    'hooks/hookshttp/hookshttp.go',
    async (setting) => {
      const port = await freePort()
      const nobody = await setting.auth.withConfig((config) => {
        config.hook.send_email!.uri = `http://127.0.0.1:${port}/`
      })
      return failingMail(nobody)
    },
  ],
  hookTooLarge: [
    422,
    'hook_payload_over_size_limit',
    'hooks/hookshttp/hookshttp.go',
    hooked(() => ({ status: 200, headers: json, body: ' '.repeat(204_801) })),
  ],
  hookNoContentType: [
    400,
    'hook_payload_invalid_content_type',
    'hooks/hookshttp/hookshttp.go',
    hooked(() => ({ status: 200 })),
  ],
  hookContentType: [
    400,
    'hook_payload_invalid_content_type',
    'hooks/hookshttp/hookshttp.go',
    hooked(() => ({ status: 202, headers: { 'content-type': 'text/html' } })),
  ],
  hookNotJson: [
    500,
    'unexpected_failure',
    'hooks/hookshttp/hookshttp.go',
    hooked(() => ({ status: 200, headers: json, body: '{' })),
  ],
  hookUnavailable: [500, 'unexpected_failure', 'hooks/hookshttp/hookshttp.go', hooked(() => ({ status: 503 }))],
  hookBadRequest: [500, 'unexpected_failure', 'hooks/hookshttp/hookshttp.go', hooked(() => ({ status: 400 }))],
  hookUnauthorized: [500, 'unexpected_failure', 'hooks/hookshttp/hookshttp.go', hooked(() => ({ status: 401 }))],
  hookStatus: [500, 'unexpected_failure', 'hooks/hookshttp/hookshttp.go', hooked(() => ({ status: 404 }))],
  hookFailed: [
    500,
    'unexpected_failure',
    'hooks/v0hooks/manager.go',
    async (setting) => {
      const asked = await setting.auth.withConfig((config) => {
        config.hook.before_user_created = { enabled: true, uri: 'pg-functions://postgres/private/nothing' }
      })
      return asked.request('/signup', { method: 'POST', body: JSON.stringify({ email: newEmail(), password }) })
    },
  ],
} satisfies Cases
