import { ResendError } from './resend-error.ts'

/** What shall go wrong with the next mails; a test asks for it by `POST /api/faults`. */
export interface Fault {
  /** How many requests it is for: 1 unless told. */
  times: number
  /** Only for mails to this address. */
  to?: string
  /** Wait so long first. */
  delayMs: number
  /** Answer this error; without it the request goes on. */
  status?: number
  name: string
  message: string
  headers: Record<string, string>
  /** Send the mail before the error, as when an answer is lost. */
  afterSending: boolean
}

export interface Faults {
  add(fault: Fault): void
  clear(): void
  /** The next fault for one of these addresses, in lower case. */
  take(addresses: string[]): Fault | undefined
}

export function createFaults(): Faults {
  const pending: Fault[] = []

  return {
    add: (fault) => void pending.push(fault),
    clear: () => void pending.splice(0),
    take(addresses) {
      const fault = pending.find(({ to }) => to === undefined || addresses.includes(to.toLowerCase()))
      if (fault === undefined) return undefined
      fault.times -= 1
      if (fault.times <= 0) pending.splice(pending.indexOf(fault), 1)
      return fault
    },
  }
}

export function errorOf({ status, name, message, headers }: Fault): ResendError | undefined {
  return status === undefined ? undefined : new ResendError(status, name, message, headers)
}

/** Reads the body of `POST /api/faults`; every field is optional. Throws an Error that names a wrong one. */
export function readFault(body: unknown): Fault {
  const given = (body ?? {}) as Partial<Fault>
  const fault: Fault = {
    times: given.times ?? 1,
    ...(given.to === undefined ? {} : { to: given.to }),
    delayMs: given.delayMs ?? 0,
    ...(given.status === undefined ? {} : { status: given.status }),
    name: given.name ?? 'application_error',
    message: given.message ?? 'This fault was asked for.',
    headers: given.headers ?? {},
    afterSending: given.afterSending ?? false,
  }
  if (!Number.isInteger(fault.times) || fault.times < 1) throw new Error('`times` must be a whole number above 0.')
  if (!(fault.delayMs >= 0 && fault.delayMs <= 60_000)) throw new Error('`delayMs` must be between 0 and 60000.')
  if (fault.status !== undefined && !(fault.status >= 400 && fault.status <= 599)) {
    throw new Error('`status` must be between 400 and 599.')
  }
  return fault
}
