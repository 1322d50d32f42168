import { isIP } from 'node:net'
import type { AuthRequest } from './http/request.ts'
import type { Settings } from './settings.ts'

/** Where a link or an answer may lead: what the client asked for if it is allowed, else the site. */
export function redirectTarget(request: AuthRequest, settings: Settings, asked = ''): string {
  const wishes = [asked, request.header('redirect_to') || request.query('redirect_to'), request.header('referer')]
  return wishes.find((wish) => isAllowed(wish, settings)) ?? settings.siteUrl
}

function isAllowed(wish: string, settings: Settings): boolean {
  if (wish === '' || !URL.canParse(wish) || !URL.canParse(settings.siteUrl)) return false
  const site = new URL(settings.siteUrl)
  const url = new URL(wish)
  const sameHost = site.hostname === url.hostname && site.protocol === url.protocol
  if (sameHost && (site.port === url.port || isLoopback(url.hostname))) return true
  // An address in place of a name is only ever this machine, whatever the patterns say.
  if (/^\d+$/.test(url.hostname)) return false
  if (isIP(url.hostname.replace(/^\[|\]$/g, ''))) return isLoopback(url.hostname)
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  if (isHttp && !/^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/.test(url.hostname)) return false
  const withoutFragment = wish.split('#')[0]!
  return settings.redirectPatterns.some((pattern) => pattern.test(withoutFragment))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** A pattern of additional_redirect_urls: `*` and `?` stop at `.` and `/`, `**` does not; `[ab]` and `{a,b}` choose. */
export function globToRegExp(glob: string): RegExp {
  let depth = 0
  const toRegExp = (part: string): string => {
    if (part === '**') return '.*'
    if (part === '*') return '[^./]*'
    if (part === '?') return '[^./]'
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^')
    if (part === '{') {
      depth++
      return '(?:'
    }
    if (part === '}' && depth > 0) {
      depth--
      return ')'
    }
    if (part === ',' && depth > 0) return '|'
    const letter = part.startsWith('\\') ? part.slice(1) : part
    return letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  }
  return new RegExp(`^${glob.replace(/\*\*|\[!?[^\]]*\]|\\.|[\s\S]/g, toRegExp)}$`)
}
