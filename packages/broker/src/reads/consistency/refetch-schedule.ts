// When a failed read on screen is asked for again. The waits grow and are jittered. The time that the server named is
// kept, and the tries end.
import { backoffCapMs, probeSpacingMs, rereadBaseMs, rereadsMax } from '../../core/limits.js'
import type { Clock, RandomSource } from '../../core/platform.js'
import type { ReadEngineContext } from '../../page/reads-port.js'

export interface RefetchContext {
  readonly clock: Clock
  readonly randomSource: Pick<RandomSource, 'random'>
  readonly host: Pick<ReadEngineContext['host'], 'believesOnline' | 'isVisible' | 'listen'>
}

export interface RefetchSchedule {
  /** The read failed. `floorMs` is how long its server asked to wait. Gives false when the schedule gives up. */
  failed(key: string, floorMs: number): boolean
  /** The read did not fail, or is off the screen. Gives true if it had failed before. */
  forget(key: string): boolean
  /** One read was answered, so the others may be answered too. */
  tryAll(): void
  stop(): void
}

export function createRefetchSchedule(
  context: RefetchContext,
  again: (key: string) => void,
): RefetchSchedule {
  const { clock, host } = context
  /** By key, on the monotonic clock, when it may be tried again. The one that was tried last comes last. */
  const failing = new Map<string, number>()
  let triedAt = Number.NEGATIVE_INFINITY
  const dueAt = () =>
    host.isVisible() && host.believesOnline() ? Math.min(...failing.values()) : Number.POSITIVE_INFINITY
  const timer = createTimer(context, dueAt, probe)
  const isDue = (at: number) => at <= clock.monotonic()

  function tryAll(): void {
    const now = clock.monotonic()
    // Focus, visibility and `online` come together.
    if (failing.size === 0 || now - triedAt < probeSpacingMs) return
    triedAt = now
    for (const [key, at] of [...failing]) if (isDue(at)) again(key)
  }

  /** However many have failed, one of them tells whether the server is back. */
  function probe(): void {
    const [key, at = 0] = [...failing].find(([, at]) => isDue(at)) ?? []
    if (key === undefined) return
    failing.delete(key)
    failing.set(key, at)
    again(key)
  }

  const stopListening = host.listen((signal) => {
    if (signal === 'wake' && host.believesOnline()) {
      tryAll()
      timer.beginAnew(probeSpacingMs)
    }
    timer.plan()
  })

  return {
    failed(key, floorMs) {
      const isNew = !failing.has(key)
      // A read that fails for the first time does not wait as long as a read that has failed for an hour.
      if (isNew) timer.beginAnew(rereadBaseMs)
      failing.set(key, clock.monotonic() + floorMs)
      timer.plan()
      return !timer.isOver()
    },
    forget: (key) => failing.delete(key),
    tryAll() {
      timer.beginAnew(rereadBaseMs)
      tryAll()
      timer.plan()
    },
    stop() {
      timer.stop()
      stopListening()
    },
  }
}

/** Probes, ever less often, and gives up at the end. `dueAt` is the earliest time, infinity while no probe is wanted. */
function createTimer(
  { clock, randomSource }: Pick<RefetchContext, 'clock' | 'randomSource'>,
  dueAt: () => number,
  probe: () => void,
) {
  let waitMs = rereadBaseMs
  let triesLeft = rereadsMax
  let cancel: (() => void) | undefined
  const stop = () => {
    cancel?.()
    cancel = undefined
  }
  function plan(): void {
    const at = dueAt()
    if (cancel !== undefined || triesLeft === 0 || at === Number.POSITIVE_INFINITY) return
    const jittered = waitMs * (1 - randomSource.random() / 2)
    cancel = clock.after(Math.max(jittered, at - clock.monotonic()), () => {
      cancel = undefined
      // The server may have named a later time meanwhile.
      if (dueAt() <= clock.monotonic()) {
        waitMs = Math.min(waitMs * 2, backoffCapMs)
        triesLeft--
        probe()
      }
      plan()
    })
  }
  return {
    plan,
    stop,
    isOver: () => triesLeft === 0,
    beginAnew(ms: number) {
      stop()
      waitMs = ms
      triesLeft = rereadsMax
    },
  }
}
