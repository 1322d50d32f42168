interface Platform {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
  document?: Platform & { visibilityState?: string }
}

/** Calls back when a browser is online again or its page is seen again; elsewhere there is nothing to hear. Answers how to stop. */
export function onWake(callback: () => void): () => void {
  const platform = globalThis as Platform
  const page = platform.document
  const onVisible = () => page?.visibilityState !== 'hidden' && callback()
  platform.addEventListener?.('online', callback)
  platform.addEventListener?.('pageshow', callback)
  page?.addEventListener?.('visibilitychange', onVisible)
  return () => {
    platform.removeEventListener?.('online', callback)
    platform.removeEventListener?.('pageshow', callback)
    page?.removeEventListener?.('visibilitychange', onVisible)
  }
}
