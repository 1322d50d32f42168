import type { ServiceContext } from '../service.ts'

/** What one sees who opens the gateway's url in a browser. The keys are the same on every machine and open nothing else. */
export function startPage(context: ServiceContext): string {
  const rows: [string, string][] = [
    ['API', context.url],
    ['REST', `${context.url}/rest/v1`],
    ['Auth', `${context.url}/auth/v1`],
    ['Storage', `${context.url}/storage/v1`],
    ['Realtime', `${context.url.replace(/^http/, 'ws')}/realtime/v1`],
    ['Functions', `${context.url}/functions/v1`],
    ['Database', context.databaseUrl('postgres')],
    ['Publishable key', context.keys.publishableKey],
    ['Secret key', context.keys.secretKey],
  ]
  const functions = Object.entries(context.config.functions)
    .filter(([, { enabled }]) => enabled)
    .map(([name]) => name)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(context.config.project_id)}: local stack</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 48rem; padding: 0 1rem }
  th { text-align: left; padding-right: 2rem; font-weight: 600; white-space: nowrap; vertical-align: top }
  code { overflow-wrap: anywhere }
</style>
<h1>${escapeHtml(context.config.project_id)}: local stack</h1>
<table>
${rows.map(([name, value]) => `<tr><th>${escapeHtml(name)}<td><code>${escapeHtml(value)}</code>`).join('\n')}
</table>
<h2>Functions</h2>
<p>${functions.map((name) => `<code>${escapeHtml(name)}</code>`).join(', ')}</p>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
