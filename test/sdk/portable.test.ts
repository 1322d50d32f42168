import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../sdk/src', import.meta.url))
const files = globSync('**/*.ts', { cwd: source })

test.each(files)('%s runs in browsers, Node, Deno and React Native', (file) => {
  const text = readFileSync(`${source}/${file}`, 'utf8')
  const imports = [...text.matchAll(/^(?:import|export) (type )?[^'"]*from '([^']+)'/gms)]
  for (const [, isType, from] of imports) {
    // supabase-js is the caller's own: the SDK takes its types alone.
    const isAllowed =
      from!.startsWith('.') || from === 'zod' || (from === '@supabase/supabase-js' && isType !== undefined)
    expect(isAllowed, `import of ${from}`).toBe(true)
  }
  expect(text).not.toMatch(/\b(Buffer|process|require|__dirname|window|document|localStorage|navigator)\b[.([]/)
})

test('there are files to look at', () => expect(files.length).toBeGreaterThan(40))
