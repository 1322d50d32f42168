import { createHash, timingSafeEqual } from 'node:crypto'

type HashName = 'md5' | 'sha256' | 'sha512'

/** What a shop is set to at Robokassa. */
export interface Shop {
  login: string
  password1: string
  password2: string
  hash: HashName
}

/** The Shp_ parameters as the signatures take them: sorted by name, `Shp_x=y`. */
export function shpParts(parameters: Record<string, string>): string[] {
  return Object.keys(parameters)
    .filter((name) => name.toLowerCase().startsWith('shp_'))
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
}

export function hashOf({ hash }: Shop, parts: string[]): string {
  return createHash(hash).update(parts.join(':')).digest('hex').toUpperCase()
}

/** Whether a signature is one of these parts, in any case. */
export function isSignedBy(shop: Shop, parts: string[], signature: string): boolean {
  const [wanted, given] = [hashOf(shop, parts), signature.toUpperCase()].map((text) => Buffer.from(text))
  return wanted!.length === given!.length && timingSafeEqual(wanted!, given!)
}

/** What ResultURL is signed with: OutSum as it is sent. */
export function resultSignature(shop: Shop, outSum: string, id: string, shp: Record<string, string>): string {
  return hashOf(shop, [outSum, id, shop.password2, ...shpParts(shp)])
}
