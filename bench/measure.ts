export interface Sample {
  name: string
  role: 'anon' | 'authenticated' | 'service_role'
  statement: string
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
