const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const nilUuid = '00000000-0000-0000-0000-000000000000'

export function isUuid(text: string): boolean {
  return pattern.test(text)
}
