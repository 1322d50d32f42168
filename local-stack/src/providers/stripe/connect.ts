import { StripeError } from './errors.ts'
import type { Account, StripeObject, Transfer } from './objects.ts'
import {
  amount,
  currency,
  group,
  invalid,
  metadata,
  oneOf,
  type Params,
  requiredAmount,
  requiredText,
  text,
} from './params.ts'
import { balanceOf, changeBalance, find, newId, type State, seconds } from './state.ts'

const linkLifeSeconds = 300
const due = [
  'external_account',
  'individual.dob.day',
  'individual.first_name',
  'individual.last_name',
  'tos_acceptance.date',
]

export function createAccount(state: State, params: Params): Account {
  const type = oneOf(params, 'type', ['express', 'custom', 'standard']) ?? 'express'
  const country = text(params, 'country') ?? 'US'
  if (!/^[A-Z]{2}$/.test(country)) {
    throw new StripeError(400, `Country '${country}' is unknown.`, { code: 'country_code_invalid', param: 'country' })
  }
  const asked = Object.entries(group(params, 'capabilities'))
  const account: Account = {
    id: newId('acct', 16),
    object: 'account',
    business_profile: { mcc: null, name: null, product_description: null, url: null },
    business_type: text(params, 'business_type'),
    capabilities: Object.fromEntries(asked.map(([name]) => [name, 'inactive'])),
    charges_enabled: false,
    country,
    created: seconds(),
    default_currency: 'usd',
    details_submitted: false,
    email: text(params, 'email'),
    metadata: metadata(params),
    payouts_enabled: false,
    requirements: requirements(due),
    settings: {},
    tos_acceptance: { date: null },
    type,
  }
  state.objects.set(account.id, account)
  return account
}

function requirements(currently_due: string[]) {
  const disabled_reason = currently_due.length === 0 ? null : 'requirements.past_due'
  const nothing = { alternatives: [], current_deadline: null, errors: [], pending_verification: [] }
  return { ...nothing, currently_due, disabled_reason, eventually_due: currently_due, past_due: currently_due }
}

/** What a person gave at the onboarding page: all that is due, unless `changes` say otherwise. */
export function completeAccount(state: State, id: string, changes: Partial<Account> = {}): Account {
  const account = find<Account>(state, 'account', id, 'account')
  const capabilities = Object.fromEntries(Object.keys(account.capabilities).map((name) => [name, 'active']))
  const enabled = { charges_enabled: true, payouts_enabled: true, details_submitted: true }
  Object.assign(account, { capabilities, ...enabled, requirements: requirements([]), ...changes })
  state.log(`stripe ${id} onboarded`)
  state.emit('account.updated', account, id)
  return account
}

export interface AccountLink {
  account: string
  refresh_url: string
  return_url: string
  expires_at: number
  used: boolean
}

/** `links` keeps what a link is for, by the end of its url; each opens its page once. */
export function createAccountLink(state: State, links: Map<string, AccountLink>, params: Params) {
  const account = requiredText(params, 'account')
  find(state, 'account', account, 'account', 'account')
  oneOf(params, 'type', ['account_onboarding', 'account_update'])
  requiredText(params, 'type')
  const [refresh_url, return_url] = [requiredText(params, 'refresh_url'), requiredText(params, 'return_url')]
  const created = seconds()
  const token = newId('link')
  const expires_at = created + linkLifeSeconds
  links.set(token, { account, refresh_url, return_url, expires_at, used: false })
  return { object: 'account_link', created, expires_at, url: `${state.base}/connect/${token}` }
}

export function createTransfer(state: State, params: Params): Transfer {
  const wanted = { amount: requiredAmount(params), currency: currency(params) }
  const destination = requiredText(params, 'destination')
  const about = { description: text(params, 'description'), metadata: metadata(params) }
  const group = text(params, 'transfer_group')
  const account = state.objects.get(destination) as Account | undefined
  if (account?.object !== 'account') {
    const message = `No such destination: '${destination}'`
    throw new StripeError(400, message, { code: 'resource_missing', param: 'destination' })
  }
  if (account.capabilities.transfers !== 'active') {
    const message =
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments'
    throw new StripeError(400, message, { code: 'insufficient_capabilities_for_transfer' }, { begun: true })
  }
  if (balanceOf(state, wanted.currency) < wanted.amount) {
    const message = 'You have insufficient available funds in your Stripe account.'
    throw new StripeError(400, message, { code: 'balance_insufficient' }, { begun: true })
  }
  const id = newId('tr')
  const transfer: Transfer = {
    id,
    object: 'transfer',
    ...wanted,
    amount_reversed: 0,
    balance_transaction: newId('txn'),
    created: seconds(),
    ...about,
    destination,
    destination_payment: newId('py'),
    livemode: false,
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: text(params, 'source_transaction'),
    source_type: 'card',
    transfer_group: group ?? `group_${id}`,
  }
  state.objects.set(id, transfer)
  changeBalance(state, wanted.currency, -wanted.amount)
  state.log(`stripe ${id} pays ${destination}`)
  state.emit('transfer.created', transfer)
  return transfer
}

export function reverseTransfer(state: State, params: Params, id: string): StripeObject {
  const transfer = find<Transfer>(state, 'transfer', id, 'transfer')
  const left = transfer.amount - transfer.amount_reversed
  const wanted = amount(params) ?? left
  if (left === 0 || wanted > left) throw invalid('amount', `The transfer has ${left} left to reverse.`)
  transfer.amount_reversed += wanted
  transfer.reversed = transfer.amount_reversed === transfer.amount
  changeBalance(state, transfer.currency, wanted)
  const reversal: StripeObject = {
    id: newId('trr'),
    object: 'transfer_reversal',
    amount: wanted,
    balance_transaction: newId('txn'),
    created: seconds(),
    currency: transfer.currency,
    destination_payment_refund: newId('pyr'),
    metadata: metadata(params),
    source_refund: null,
    transfer: id,
  }
  const { data } = transfer.reversals as { data: StripeObject[] }
  data.unshift(reversal)
  state.objects.set(reversal.id, reversal)
  state.emit('transfer.reversed', transfer)
  return reversal
}
