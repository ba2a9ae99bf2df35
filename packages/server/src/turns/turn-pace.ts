// Estimates from recent turns how long the running work and each turn after it will take.

/** How many recent turns are counted, and from how many on they tell a pace. */
const recentTurns = 15
const turnsToTell = 3

export interface TurnPace {
  readonly isRunning: boolean
  /** @param endsAt the moment by which this work is over at the latest */
  begin(endsAt: number): void
  end(): void
  /** `restMs` is how much longer the running work will take, and `turnMs` how long each turn after it will take. */
  expectedMs(): { readonly restMs: number; readonly turnMs: number }
}

export function createTurnPace(): TurnPace {
  const recentMs: number[] = []
  let running: { readonly startedAt: number; readonly endsAt: number } | undefined

  /** The median, since one slow turn tells nothing of the others. */
  const medianMs = () =>
    recentMs.length < turnsToTell ? 0 : (recentMs.toSorted((a, b) => a - b)[recentMs.length >> 1] ?? 0)

  return {
    get isRunning() {
      return running !== undefined
    },
    begin(endsAt) {
      running = { startedAt: performance.now(), endsAt }
    },
    end() {
      if (running === undefined) return
      recentMs.push(performance.now() - running.startedAt)
      if (recentMs.length > recentTurns) recentMs.shift()
      running = undefined
    },
    expectedMs() {
      const turnMs = medianMs()
      if (running === undefined) return { restMs: 0, turnMs }
      const now = performance.now()
      const ageMs = now - running.startedAt
      // Work that takes longer than usual is expected to take as long again, but not past its end.
      return { restMs: ageMs > turnMs ? Math.min(ageMs, Math.max(0, running.endsAt - now)) : 0, turnMs }
    },
  }
}
