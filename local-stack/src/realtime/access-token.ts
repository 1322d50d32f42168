import { askRead, databaseFailureOf, type Extension, extensions } from './authorization.ts'
import { askerOf, type Channel, endChannel } from './channel.ts'
import type { ClientMessage } from './frames.ts'
import type { Server } from './server.ts'
import { checkToken, millisecondsToNextCheck } from './token.ts'

/** Takes another token for a channel: what the policies answered before is forgotten and asked again. */
export async function changeToken(server: Server, channel: Channel, message: ClientMessage): Promise<void> {
  const token = (message.payload as { access_token?: unknown } | null)?.access_token
  if (typeof token !== 'string' || token.startsWith('sb_') || token === channel.token) return
  const { claims, failure } = await checkToken(server.keys, token)
  if (failure !== undefined) return endChannel(server, channel, failure.message)
  const before = channel.policies
  channel.token = token
  channel.claims = claims
  if (channel.isPrivate) {
    const refusal = await readAgain(server, channel)
    if (refusal !== undefined) return endChannel(server, channel, refusal)
    const isRevoked = extensions.some((name) => before[name].read === true && channel.policies[name].read === false)
    if (isRevoked) {
      const reason = `You no longer have permission to read from this Channel topic: ${channel.name}`
      return endChannel(server, channel, reason)
    }
  }
  watchToken(server, channel)
}

/** Ends the channel when its token does. */
export function watchToken(server: Server, channel: Channel): void {
  clearTimeout(channel.tokenTimer)
  if (!channel.isOpen) return
  channel.tokenTimer = setTimeout(async () => {
    const { claims, failure } = await checkToken(server.keys, channel.token)
    if (failure !== undefined) return endChannel(server, channel, failure.message)
    channel.claims = claims
    watchToken(server, channel)
  }, millisecondsToNextCheck(channel.claims))
}

/** Which extensions a channel is asked about: presences only where it wants them. */
export function wantedExtensions({ presenceEnabled }: Pick<Channel, 'presenceEnabled'>): Extension[] {
  return presenceEnabled ? ['broadcast', 'presence'] : ['broadcast']
}

export function noPermissionToRead(name: string): string {
  return `You do not have permissions to read from this Channel topic: ${name}`
}

async function readAgain(server: Server, channel: Channel): Promise<string | undefined> {
  try {
    const answers = await askRead(server.sql, askerOf(channel), wantedExtensions(channel))
    channel.policies = { broadcast: {}, presence: {} }
    for (const [extension, read] of answers) channel.policies[extension].read = read
    return [...answers.values()].includes(true) ? undefined : noPermissionToRead(channel.name)
  } catch (error) {
    server.log(`${channel.topic}: ${(error as Error).message}`)
    switch (databaseFailureOf(error)) {
      case 'refused':
        return noPermissionToRead(channel.name)
      case 'canceled':
        return 'Query was cancelled, please try again'
      case 'unavailable':
        return 'Realtime was unable to connect to the project database'
    }
  }
}
