import type { Stack } from '../index.ts'
import { placeOutside } from '../postgres/place.ts'
import { demoPassword, demoPeople } from './demo-data.ts'

/** Prints lines with the seconds since the start in front, so that one sees what takes long. */
export function progress(): (line: string) => void {
  const begin = performance.now()
  return (line) => console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(5)} s  ${line}`)
}

/** What one needs to use a stack that is up. */
export function readyBlock(stack: Stack, dataFolder: string): string {
  const outside = placeOutside(dataFolder)
  const rows: [string, string][] = [
    ['API URL', stack.url],
    ['DB URL', stack.databaseUrl('postgres')],
    ['Mail', stack.mailUrl],
    ['Payments', stack.providers.url],
    ['Publishable key', stack.publishableKey],
    ['Secret key', stack.secretKey],
    ...demoPeople.map(({ email, role }): [string, string] => [`Demo ${role}`, `${email} / ${demoPassword}`]),
    ['Data', dataFolder],
    ...(outside === undefined ? [] : [['Database', outside] as [string, string]]),
  ]
  const lines = rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}`)
  return [
    '',
    'talentbase is ready',
    '',
    ...lines,
    '',
    'Ctrl-C stops it; the data are kept until npm run reset.',
    '',
  ].join('\n')
}
