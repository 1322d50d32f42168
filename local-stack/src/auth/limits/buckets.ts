export type Take = (key: string) => boolean

// The real service's: a configured rate only sets how fast the bucket fills again.
const burst = 30
const fiveMinutes = 300_000
const forgetAfter = 3_600_000

interface Bucket {
  tokens: number
  at: number
}

/** Token buckets by key: 30 requests at once, then as many in five minutes as the rate says. */
export function createBuckets(ratePerFiveMinutes: number): Take {
  const buckets = new Map<string, Bucket>()
  return (key) => {
    const now = Date.now()
    if (buckets.size > 10_000) forgetOld(buckets, now)
    const bucket = buckets.get(key) ?? { tokens: burst, at: now }
    const refilled = bucket.tokens + ((now - bucket.at) * ratePerFiveMinutes) / fiveMinutes
    const tokens = Math.min(burst, refilled)
    const allowed = tokens >= 1
    buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed
  }
}

function forgetOld(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, bucket] of buckets) if (now - bucket.at > forgetAfter) buckets.delete(key)
}
