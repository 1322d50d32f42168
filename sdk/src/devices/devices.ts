import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Result } from '../result.ts'
import type { Row } from '../rows.ts'
import { id } from '../schemas/fields.ts'

export interface Device {
  id: string
  token: string
  platform: 'android' | 'ios' | 'web'
  created_at: string
  last_seen_at: string
}

export const registerDeviceSchema = z.strictObject({
  /** 8-2000 characters of ASCII without blanks. */
  token: z
    .string()
    .min(8)
    .max(2000)
    .regex(/^[!-~]+$/),
  platform: z.enum(['android', 'ios', 'web']),
})

/** The devices that get one's push messages. */
export class Devices {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /**
   * Registers this device's push token (FCM) with the account; whoever had it before loses it. Registering again is how
   * an app says that the token is still good. WF08
   */
  register(input: z.input<typeof registerDeviceSchema>): Promise<Result<Device>> {
    const context = this.#context
    return context.run(async () => {
      const device = context.parse(registerDeviceSchema, input)
      return toDevice(await context.rows(context.supabase.rpc('register_device', device)))
    })
  }

  /** One's own devices, the one that was seen last first. */
  list(): Promise<Result<Device[]>> {
    const context = this.#context
    return context.run(async () => {
      await context.accountId()
      const query = context.supabase.from('devices').select().order('last_seen_at', { ascending: false })
      return (await context.rows(query)).map(toDevice)
    })
  }

  /** Forgets a device, as on signing out of it; `not_found` when it is not one's own. */
  remove(deviceId: string): Promise<Result<null>> {
    const context = this.#context
    return context.run(async () => {
      const wanted = context.parse(z.strictObject({ id }), { id: deviceId })
      await context.rows(context.supabase.from('devices').delete().eq('id', wanted.id).select('id').single())
      return null
    })
  }
}

function toDevice({ account_id: _, platform, ...device }: Row<'devices'>): Device {
  return { ...device, platform: platform as Device['platform'] }
}
