import { FunctionError } from '../error.ts'

/** Who calls, as the Data API is told. */
export interface Caller {
  apikey: string
  /** `Bearer <token>` */
  authorization: string
}

/** Throws 401 `auth_required` for a request without a person's token: clients send the key instead while nobody is signed in. */
export function callerOf({ headers }: Request): Caller {
  const apikey = headers.get('apikey')
  const authorization = headers.get('authorization')
  if (apikey === null || authorization === null || authorization === `Bearer ${apikey}`) {
    throw new FunctionError(401, 'auth_required', 'Sign in first.')
  }
  return { apikey, authorization }
}
