import { html, raw } from 'hono/html'
import type { Message } from './message.ts'
import { script, style } from './page-assets.ts'

type Html = ReturnType<typeof html>

/** All mails, newest first, and one of them opened. */
export function mailPage(messages: Message[], opened: Message | undefined, nonce: string): Html {
  const title = opened === undefined ? 'Mails' : `${opened.subject} · Mails`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#mail">Skip to the mail</a>
<header>
<h1>Mails</h1>
<p>What the local stack sent. Nothing here left this machine.</p>
<p role="status"><a id="news" href="/" hidden></a></p>
</header>
<main>
<nav aria-label="Mails, newest first">${list(messages, opened)}</nav>
<article id="mail" tabindex="-1">${opened === undefined ? nothingOpened(messages) : mail(opened)}</article>
</main>
<script nonce="${nonce}" data-newest="${messages[0]?.id ?? ''}">${raw(script)}</script>
</body>
</html>`
}

function list(messages: Message[], opened: Message | undefined): Html {
  return html`<ol>${messages.map((message) => {
    const current = message === opened ? raw(' aria-current="true"') : ''
    return html`<li><a href="/messages/${message.id}"${current}>
<strong>${message.subject}</strong>
<span>${message.to.join(', ')}</span>
<span class="quiet">${timeOf(message)}${message.code === null ? '' : html` · code <b>${message.code}</b>`}</span>
</a></li>`
  })}</ol>`
}

function nothingOpened(messages: Message[]): Html {
  return messages.length === 0
    ? html`<p class="empty">No mail yet. Sign up, or ask for a code, and it will be here.</p>`
    : html`<p class="empty">Choose a mail.</p>`
}

function mail(message: Message): Html {
  return html`<h2>${message.subject}</h2>
<dl>
<dt>From</dt><dd>${message.from}</dd>
<dt>To</dt><dd>${message.to.join(', ')}</dd>
${row('Cc', message.cc)}${row('Bcc', message.bcc)}${row('Reply to', message.reply_to)}
${row(
  'Attached',
  message.attachments.map(({ filename }) => filename),
)}
<dt>Sent</dt><dd>${timeOf(message)}</dd>
${message.code === null ? '' : html`<dt>Code</dt><dd class="code">${message.code}</dd>`}
</dl>
${message.html === null ? '' : frame(message)}
${message.text === null ? '' : html`<details${message.html === null ? raw(' open') : ''}><summary>As text</summary><pre>${message.text}</pre></details>`}
<p class="quiet"><a href="/api/messages/${message.id}">As JSON</a></p>`
}

// The sandbox lets a mail run nothing and reach nothing here; its links open in a tab of their own.
function frame({ id, subject }: Message): Html {
  return html`<iframe title="The mail: ${subject}" src="/messages/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`
}

function row(name: string, values: string[]): Html | string {
  return values.length === 0 ? '' : html`<dt>${name}</dt><dd>${values.join(', ')}</dd>`
}

function timeOf({ created_at }: Message): Html {
  return html`<time datetime="${created_at}">${created_at.slice(0, 19).replace('T', ' ')} UTC</time>`
}
