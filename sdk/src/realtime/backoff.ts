import { TalentbaseError } from '../errors/talentbase-error.ts'

const steps = [1, 2, 5, 10]

/** How long to wait after so many failures in a row: 1, 2, 5, 10 s, then the most. */
export const secondsBefore = (failures: number, most = 10): number => Math.min(steps[failures - 1] ?? most, most)

/** Whether the same may well succeed later: nobody has refused it. */
export function isTransient(error: unknown): error is TalentbaseError {
  if (!(error instanceof TalentbaseError)) return false
  return error.status === 0 || error.status >= 500 || error.status === 429 || error.code === 'session_expired'
}
