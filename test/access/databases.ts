import { startTestStack, type TestStack } from '../helpers/stack.ts'

type Defaults = 'newer' | 'older'

/** A database of every kind there is: older projects grant everything by themselves, newer ones nothing. */
export const databases: { name: string; start(): Promise<TestStack> }[] =
  process.env.TALENTBASE_URL === undefined
    ? (['newer', 'older'] satisfies Defaults[]).map((defaultPrivileges) => ({
        name: `${defaultPrivileges} default privileges`,
        start: () => startTestStack({ defaultPrivileges }),
      }))
    : [{ name: 'the Supabase of the environment', start: () => startTestStack() }]
