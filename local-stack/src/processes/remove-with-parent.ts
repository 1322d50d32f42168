import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'

// Waits for the end of its input: a line means that nothing is left to do. What still ends may still write, so it
// tries for a while.
const script = `
trap '' INT TERM HUP QUIT
read -r _ && exit 0
tries=0
while [ $tries -lt 20 ]; do
  rm -rf -- "$1" && sleep 1
  [ -e "$1" ] || exit 0
  tries=$((tries + 1))
done
`

/** Removes a folder when this process ends without having released it, however it ends. */
export function removeWithParent(folder: string): { release(): Promise<void> } {
  const child = spawn('/bin/sh', ['-c', script, 'remove', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const input = child.stdin as Writable
  input.on('error', () => undefined)
  child.unref()
  return {
    release: () =>
      new Promise((resolve) => {
        child.ref()
        child.once('exit', () => resolve())
        input.end('released\n')
      }),
  }
}
