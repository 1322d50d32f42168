// What a network in front sets itself comes first: x-forwarded-for begins with whatever the client wrote, and ends with
// what the last proxy added.
const sources = ['cf-connecting-ip', 'x-real-ip', 'x-forwarded-for']

/** The address a request came from, or `unknown`. */
export function clientIp(headers: Headers): string {
  for (const name of sources) {
    const address = headers.get(name)?.split(',').at(-1)?.trim()
    if (address !== undefined && /^[0-9a-fA-F:.]{2,45}$/.test(address)) return address
  }
  return 'unknown'
}
