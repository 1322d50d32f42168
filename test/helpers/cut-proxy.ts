import { connect, createServer, type Socket } from 'node:net'

/** A road between clients and a server that can be cut. */
export interface CutProxy {
  url: string
  /** Cuts connections that are open, each with this chance; answers how many. */
  cut(chance: number): number
  /** From now on, the chance that the answer to a request whose text has this word is lost: the request has arrived. */
  loseAnswers(word: string, chance: number): void
  /** How many answers were lost. */
  lost(): number
  close(): Promise<void>
}

export async function startCutProxy(target: string, random: () => number = Math.random): Promise<CutProxy> {
  const { hostname, port } = new URL(target)
  const open = new Map<Socket, Socket>()
  let losing = { word: '', chance: 0 }
  let lost = 0

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    open.set(client, upstream)
    const end = () => {
      open.delete(client)
      client.destroy()
      upstream.destroy()
    }
    let isDoomed = false
    client.on('data', (chunk) => {
      if (losing.chance > 0 && chunk.includes(losing.word) && random() < losing.chance) isDoomed = true
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!isDoomed) return client.write(chunk)
      lost += 1
      end()
    })
    for (const socket of [client, upstream]) socket.on('close', end).on('error', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut(chance) {
      const cut = [...open].filter(() => random() < chance)
      for (const [client, upstream] of cut) {
        client.destroy()
        upstream.destroy()
      }
      return cut.length
    },
    loseAnswers(word, chance) {
      losing = { word, chance }
    },
    lost: () => lost,
    async close() {
      for (const [client, upstream] of open) {
        client.destroy()
        upstream.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
