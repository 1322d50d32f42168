import { z } from 'zod'
import { baseUrl, setting } from '../_shared/env.ts'
import { serviceAccountShape } from './google.ts'

function readJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'no JSON' })
    return z.NEVER
  }
}

/** What docs/notifications.md says of each. A channel whose settings are missing waits. */
export const channelEnv = {
  FCM_SERVICE_ACCOUNT: setting(z.string().transform(readJson).pipe(serviceAccountShape).optional()),
  FCM_BASE_URL: setting(baseUrl),
  RESEND_API_KEY: setting(z.string().min(1).optional()),
}
