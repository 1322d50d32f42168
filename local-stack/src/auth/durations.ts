const unitMilliseconds: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a Go duration such as `168h`, `1m30s` or `-1.5h`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^[-+]?(\d+\.?\d*(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * unitMilliseconds[unit!]!
  }
  return text.startsWith('-') ? -total : total
}
