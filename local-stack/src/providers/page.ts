import { html, raw } from 'hono/html'
import type { Delivery } from './deliveries.ts'
import { style } from './page-style.ts'
import type { AccountLink } from './stripe/connect.ts'
import type { Account } from './stripe/objects.ts'
import type { Payable } from './till.ts'

type Html = ReturnType<typeof html>

const names = { stripe: 'Stripe', kaspi: 'Kaspi', robokassa: 'Robokassa' } as const
const states = { open: 'not paid yet', declined: 'declined', paid: 'paid', closed: 'ended without payment' } as const

/** All payments, newest first, and what was last sent to the webhooks. */
export function overviewPage(payables: Payable[], deliveries: Delivery[]): Html {
  return page(
    'Payments',
    html`<p>What the local stack would have paid. No money moves here.</p>
<h2>Payments, newest first</h2>
${
  payables.length === 0
    ? html`<p class="quiet">None yet. Start one in the app, and it will be here.</p>`
    : html`<div class="wide" tabindex="0" role="region" aria-label="Payments"><table>
<thead><tr><th scope="col">Payment</th><th scope="col">Provider</th><th scope="col">Amount</th><th scope="col">State</th></tr></thead>
<tbody>${payables.map(
        (one) => html`<tr><th scope="row"><a href="${pathOf(one)}">${one.description || one.id}</a></th>
<td>${names[one.provider]}</td><td class="number">${one.amount} ${one.currency}</td><td>${states[one.state]}</td></tr>`,
      )}</tbody></table></div>`
}
<h2>Sent to the webhooks, newest first</h2>
${
  deliveries.length === 0
    ? html`<p class="quiet">Nothing yet.</p>`
    : html`<div class="wide" tabindex="0" role="region" aria-label="Sent to the webhooks"><table>
<thead><tr><th scope="col">Event</th><th scope="col">Provider</th><th scope="col">State</th><th scope="col">Last answer</th></tr></thead>
<tbody>${deliveries.map(
        (one) => html`<tr><th scope="row">${one.type}</th><td>${names[one.provider]}</td><td>${one.state}</td>
<td>${lastAnswer(one)}</td></tr>`,
      )}</tbody></table></div>`
}`,
  )
}

/** The page to pay at. `done` says what the last button did, or why it could not. */
export function payPage(payable: Payable, done?: { sentence: string; failed: boolean }): Html {
  const isOpen = payable.state === 'open' || payable.state === 'declined'
  return page(
    `Pay with ${names[payable.provider]}`,
    html`<p>This stands in for ${names[payable.provider]}. No money moves here.</p>
${done === undefined ? '' : html`<p class="${done.failed ? 'failed' : 'done'}" role="status">${done.sentence}</p>`}
<dl>
<dt>For</dt><dd>${payable.description || payable.id}</dd>
<dt>Amount</dt><dd class="amount">${payable.amount} ${payable.currency}</dd>
<dt>State</dt><dd>${states[payable.state]}</dd>
<dt>Number</dt><dd class="quiet">${payable.id}</dd>
</dl>
${isOpen ? payForm(payable) : ''}
${payable.back === null ? '' : html`<p><a href="${safeLink(payable.back)}">Back to the app</a></p>`}`,
  )
}

function payForm(payable: Payable): Html {
  return html`<form method="post" action="${pathOf(payable)}">
<p><label><input type="checkbox" name="laterCharges" value="decline"> Later charges without the payer are declined</label></p>
<p><button name="action" value="pay">Pay</button>
<button name="action" value="decline" class="second">Decline</button>
<button name="action" value="expire" class="second">Let it expire</button></p>
</form>`
}

/** Where a person would give Stripe what it wants to know. */
export function onboardingPage(account: Account, link: AccountLink, token: string): Html {
  const due = account.requirements.currently_due
  return page(
    'Payouts with Stripe',
    html`<p>This stands in for Stripe's onboarding. No money moves here.</p>
<dl><dt>Account</dt><dd>${account.id}</dd>
<dt>Payouts</dt><dd>${account.payouts_enabled ? 'possible' : 'not possible yet'}</dd>
<dt>Still wanted</dt><dd>${due.length === 0 ? 'nothing' : due.join(', ')}</dd></dl>
${
  account.details_submitted
    ? ''
    : html`<form method="post" action="/connect/${token}"><p><button>Give all of it</button></p></form>`
}
<p><a href="${safeLink(link.return_url)}">Back to the app</a></p>`,
  )
}

function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header><p><a href="/">All payments</a></p></header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>`
}

function pathOf({ provider, id }: Payable): string {
  return `/pay/${provider}/${encodeURIComponent(id)}`
}

function lastAnswer({ attempts }: Delivery): string {
  const last = attempts.at(-1)
  if (last === undefined) return ''
  return `${last.status ?? 'none'}: ${last.answer.slice(0, 80)}`
}

// The url came with a request, so it may be `javascript:`.
function safeLink(url: string): string {
  return /^https?:\/\//i.test(url) ? url : '/'
}
