import { escape as escapeHtml } from 'deno-std/html/entities.js'

/** What a mail says, as plain text: nothing here is escaped yet. */
export interface Content {
  language: string
  heading: string
  intro: string
  /** A line each. */
  items?: string[]
  code?: { label: string; value: string; validity: string }
  link?: { label: string; url: string; button: string }
  closing: string
  sender: string
}

/** The name that signs, of a From header: `Name <address>` or an address alone. */
export function nameOf(from: string): string {
  return /^\s*"?([^"<]+?)"?\s*<[^>]+>\s*$/.exec(from)?.[1] ?? from
}

export function toText({ intro, items = [], code, link, closing, sender }: Content): string {
  const parts = [intro]
  if (items.length > 0) parts.push(items.map((item) => `- ${item}`).join('\n'))
  if (code !== undefined) parts.push(`${code.label}: ${code.value}`, code.validity)
  if (link !== undefined) parts.push(`${link.label}\n${link.url}`)
  return `${[...parts, closing, sender].join('\n\n')}\n`
}

export function toHtml(content: Content): string {
  const { language, heading, intro, closing, sender } = content
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(heading)}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f3f4f6;color:#1f2937;font:16px/1.5 Arial,Helvetica,sans-serif">
<div style="max-width:480px;margin:0 auto;padding:32px;border-radius:12px;background:#ffffff">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${escapeHtml(heading)}</h1>
<p style="margin:0 0 24px;overflow-wrap:anywhere">${escapeHtml(intro)}</p>
${itemsBlock(content)}${codeBlock(content)}${linkBlock(content)}<p style="margin:0 0 24px;color:#4b5563">${escapeHtml(closing)}</p>
<p style="margin:0;color:#4b5563">${escapeHtml(sender)}</p>
</div>
</body>
</html>
`
}

function itemsBlock({ items = [] }: Content): string {
  if (items.length === 0) return ''
  const lines = items.map((item) => `<li style="margin:0 0 8px;overflow-wrap:anywhere">${escapeHtml(item)}</li>\n`)
  return `<ul style="margin:0 0 24px;padding:0 0 0 20px">\n${lines.join('')}</ul>\n`
}

function codeBlock({ code }: Content): string {
  if (code === undefined) return ''
  return `<p style="margin:0;color:#4b5563;font-size:14px">${escapeHtml(code.label)}</p>
<p style="margin:0 0 8px;font:700 32px/1.4 'Courier New',monospace;letter-spacing:4px">${escapeHtml(code.value)}</p>
<p style="margin:0 0 24px;color:#4b5563;font-size:14px">${escapeHtml(code.validity)}</p>
`
}

function linkBlock({ link }: Content): string {
  if (link === undefined) return ''
  const url = escapeHtml(link.url)
  const button = 'display:inline-block;padding:12px 20px;border-radius:8px;background:#1d4ed8;color:#ffffff'
  return `<p style="margin:0 0 16px"><a href="${url}" style="${button};text-decoration:none">${escapeHtml(link.button)}</a></p>
<p style="margin:0 0 24px;color:#4b5563;font-size:14px;overflow-wrap:anywhere">${escapeHtml(link.label)}<br><a href="${url}" style="color:#1d4ed8">${url}</a></p>
`
}
