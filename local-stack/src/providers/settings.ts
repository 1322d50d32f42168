/** What the doubles are set to, by the names under which functions find it in their environment. */
export interface ProviderSettings {
  STRIPE_SECRET_KEY: string
  STRIPE_WEBHOOK_SECRET: string
  KASPI_API_KEY: string
  KASPI_WEBHOOK_SECRET: string
  ROBOKASSA_LOGIN: string
  ROBOKASSA_PASSWORD_1: string
  ROBOKASSA_PASSWORD_2: string
  ROBOKASSA_HASH: 'md5' | 'sha256' | 'sha512'
  ROBOKASSA_CURRENCY: string
  ROBOKASSA_RECURRING: 'true' | 'false'
}

/** What differs from one data folder to another. */
export type ProviderSecrets = Pick<
  ProviderSettings,
  'STRIPE_WEBHOOK_SECRET' | 'KASPI_WEBHOOK_SECRET' | 'ROBOKASSA_PASSWORD_2'
>

export const defaultSettings: Omit<ProviderSettings, keyof ProviderSecrets> = {
  STRIPE_SECRET_KEY: 'sk_test_local',
  KASPI_API_KEY: 'kaspi_local',
  ROBOKASSA_LOGIN: 'talentbase-local',
  ROBOKASSA_PASSWORD_1: 'robokassa-local-1',
  ROBOKASSA_HASH: 'sha256',
  ROBOKASSA_CURRENCY: 'KZT',
  ROBOKASSA_RECURRING: 'true',
}
