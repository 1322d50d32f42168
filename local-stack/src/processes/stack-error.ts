/** A failure the user can act on: its message is one clear sentence and is all that should be shown. */
export class StackError extends Error {
  override name = 'StackError'
}

/** A refusal of the file system as a sentence; any other error as it is. */
export function explainFileError(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StackError(`No permission on ${path}: give it to the user who starts the stack.`)
  }
  if (code === 'ENOTDIR') return new StackError(`${path} is not a folder: name one with --data.`)
  return code === 'ENOSPC' ? new StackError('The disk is full.') : error
}
