/** Counts events and knows their average per second over the last twelve ticks. */
export interface Rate {
  add(count?: number): void
  /** Changes at a tick only: a burst is noticed up to one tick late, as in the real service. */
  average(): number
}

const ticksKept = 12

export function createRate(tickMs: number): Rate {
  const startedAt = performance.now()
  const counts = [0]
  let ticks = 0
  let current = 0

  // Ticks are caught up with when somebody looks, so an idle service has no timer.
  function catchUp(): void {
    const passed = Math.floor((performance.now() - startedAt) / tickMs)
    for (let missed = Math.min(passed - ticks, ticksKept); missed > 0; missed--) {
      counts.push(current)
      current = 0
      if (counts.length > ticksKept) counts.shift()
    }
    ticks = passed
  }

  return {
    add(count = 1) {
      catchUp()
      current += count
    },
    average() {
      catchUp()
      return counts.reduce((sum, count) => sum + count, 0) / counts.length / (tickMs / 1000)
    },
  }
}
