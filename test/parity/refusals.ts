import type { ErrorCode, FieldErrors, Result, TalentbaseError } from '@talentbase/sdk'
import { expect } from 'vitest'
import { mustFail } from '../flows/story.ts'

/** Holds that a call is refused with this code and, where they are given, for exactly these fields. */
export async function expectRefusal(
  answer: Promise<Result<unknown>>,
  code: ErrorCode,
  fields?: FieldErrors,
): Promise<TalentbaseError> {
  const error = await mustFail(answer, code)
  if (fields !== undefined) expect(error.fields).toEqual(fields)
  return error
}

/** Holds that what is read, past every policy, is the same after the attempts as before. */
export async function expectUnchanged(read: () => Promise<unknown>, attempts: () => Promise<unknown>): Promise<void> {
  const before = await read()
  await attempts()
  expect(await read()).toEqual(before)
}
