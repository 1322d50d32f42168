import type { JWTPayload } from 'jose'
import type { Keys } from '../keys.ts'
import { invalidParameter, invalidSignature, invalidToken } from './errors.ts'

/** What the token of a signed url says. */
export interface Signed extends JWTPayload {
  /** Bucket and key, as `bucket/folder/file.png`. */
  url?: string
  scope?: 'download' | 'upload'
  /** Downloads: how to change the image, as `width:100,height:50`. */
  transformations?: string
  /** Uploads: whose the object will be, and whether it may replace one. */
  owner?: string
  upsert?: boolean
}

/** How long an url for an upload is good: two hours. */
export const uploadUrlSeconds = 7200

export async function sign(keys: Keys, claims: Signed, seconds: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  if (!Number.isSafeInteger((now + seconds) * 1000)) throw invalidParameter('expiresIn')
  return await keys.sign({ ...claims, iat: now, exp: now + seconds })
}

/** The token's claims, where it allows that action on that object. */
export async function verifySigned(
  keys: Keys,
  token: string,
  scope: 'download' | 'upload',
  object: string,
): Promise<Signed & { exp: number }> {
  let claims: Signed
  try {
    claims = await keys.verify(token)
  } catch (error) {
    throw invalidToken((error as Error).message)
  }
  if (claims.scope !== scope) throw invalidSignature(`Token is not scoped for ${scope}`)
  if (claims.url !== object || claims.exp === undefined) throw invalidSignature()
  return { ...claims, exp: claims.exp }
}
