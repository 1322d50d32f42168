/** Who types now: each for as long as they go on saying so. */
export interface Typing {
  ids(): string[]
  /** Somebody says that they type, or that they have stopped. */
  heard(accountId: string, isTyping: boolean): void
  /** Somebody has written. */
  clear(accountId: string): void
  /** Tells the others, now and then. */
  set(isTyping: boolean): void
  end(): void
}

/** How long somebody types who does not say so again. */
const lastsMs = 5000

const betweenMs = 2500

export function createTyping(send: (isTyping: boolean) => boolean, onChange: () => void): Typing {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let toldAt = Number.NEGATIVE_INFINITY

  function clear(accountId: string): void {
    clearTimeout(timers.get(accountId))
    if (timers.delete(accountId)) onChange()
  }

  return {
    ids: () => [...timers.keys()],
    heard(accountId, isTyping) {
      if (!isTyping) return clear(accountId)
      const isNew = !timers.has(accountId)
      clearTimeout(timers.get(accountId))
      timers.set(
        accountId,
        setTimeout(() => clear(accountId), lastsMs),
      )
      if (isNew) onChange()
    },
    clear,
    set(isTyping) {
      const now = Date.now()
      if (isTyping && now - toldAt >= betweenMs && send(true)) toldAt = now
      if (!isTyping && now - toldAt < lastsMs && send(false)) toldAt = Number.NEGATIVE_INFINITY
    },
    end() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
