import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { isTexts, notWhole, readKept } from './kept.ts'

/** What the stack signs with, and the API keys the gateway knows. */
export interface Keys {
  /** Replaces a role at the gateway: anon. */
  publishableKey: string
  /** Replaces a role at the gateway: service_role. */
  secretKey: string
  /** The JWT the gateway puts in place of the publishable key; lives as long as the signing key. */
  anonToken: string
  /** The JWT the gateway puts in place of the secret key. */
  serviceRoleToken: string
  /** Public ES256 keys as /auth/v1/.well-known/jwks.json shows them, also given to PostgREST. */
  jwks: { keys: JWK[] }
  /** Signs an access token; iat and exp are the caller's. */
  sign(claims: JWTPayload): Promise<string>
  /** Throws jose's errors (JWTExpired, JWSSignatureVerificationFailed, …). */
  verify(token: string): Promise<JWTPayload>
}

const algorithm = 'ES256'
const fileName = 'signing-key.json'
const tenYearsInSeconds = 10 * 365 * 24 * 3600

// The Supabase CLI's local stack has the same two keys on every machine, so a client's settings fit both.
export const publishableKey = 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH'
const secretKey = 'sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz'

/** Reads the signing key of a data folder, or makes one there: tokens stay good over a restart. */
export async function loadKeys(dataFolder: string): Promise<Keys> {
  const privateJwk = await readOrMakeKey(dataFolder)
  const signingKey = await importJWK(privateJwk, algorithm).catch(() => {
    throw notWhole(dataFolder, fileName)
  })
  const { d: _, ...publicPart } = privateJwk
  const kid = await calculateJwkThumbprint(publicPart)
  const publicJwk: JWK = { ...publicPart, alg: algorithm, use: 'sig', key_ops: ['verify'], kid }
  const verificationKey = await importJWK(publicJwk, algorithm)

  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid }).sign(signingKey)
  const verify = async (token: string) => (await jwtVerify(token, verificationKey, { algorithms: [algorithm] })).payload

  const now = Math.floor(Date.now() / 1000)
  const forRole = (role: string) => sign({ iss: 'supabase', role, iat: now, exp: now + tenYearsInSeconds })
  return {
    publishableKey,
    secretKey,
    anonToken: await forRole('anon'),
    serviceRoleToken: await forRole('service_role'),
    jwks: { keys: [publicJwk] },
    sign,
    verify,
  }
}

async function readOrMakeKey(dataFolder: string): Promise<JWK> {
  const kept = readKept(dataFolder, fileName, isKey)
  if (kept !== undefined) return kept
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  mkdirSync(dataFolder, { recursive: true })
  writeFileSync(join(dataFolder, fileName), JSON.stringify(jwk), { mode: 0o600 })
  return jwk
}

// What the members hold is for the import to judge.
function isKey(value: unknown): value is JWK {
  return isTexts(value) && value.kty === 'EC' && ['crv', 'x', 'y', 'd'].every((name) => name in value)
}
