// What is on screen: the reads that somebody in this page has asked for through Redux and has not left. They are asked
// for again when a write has made them old, and while all that is there of them is an old copy, or nothing.
import { onScreenMax, probeSpacingMs, probeVisibleMs } from '../core/limits.js'
import type { Clock } from '../core/ports.js'
import { invalidates, type Tag, touches } from '../core/reads/tags.js'
import type { Host } from '../page/host.js'

export interface ScreenContext {
  readonly clock: Clock
  readonly host: Pick<Host, 'believesOnline' | 'isVisible' | 'listen'>
}

/** What somebody looks at. */
export interface Sight {
  readonly tags: readonly Tag[]
  /** Asks for it again; joins the read of it that is under way, where there is one. */
  again(): void
  /** It is off the screen. */
  gone?(): void
}

/**
 * What is there of a read when it has ended. `old`: a copy, or nothing. `unsure`: an answer that may or may not hold
 * what was being written.
 */
export type Ending = 'fresh' | 'unsure' | 'old'

export interface Screen {
  /** Somebody asked for it: the newest 100 keys count. Gives what takes it off again, with the last of those who asked. */
  show(key: string, sight: Sight): () => void
  ended(key: string, how: Ending): void
  /** A write to these has ended: what it has made old is asked for again. */
  invalidated(tags: readonly Tag[]): void
  /** So is what was unsure, whatever the write has made old. */
  touched(tags: readonly Tag[]): void
  stop(): void
}

interface Shown {
  sight: Sight
  watchers: number
  isUnsure: boolean
}

export function createScreen({ clock, host }: ScreenContext): Screen {
  /** The one that was asked for last comes last. */
  const shown = new Map<string, Shown>()
  /** The one that was tried last comes last. */
  const old = new Set<string>()
  let triedAt = Number.NEGATIVE_INFINITY

  const timer = createTimer(clock, () => old.size > 0 && host.isVisible() && host.believesOnline(), probe)

  function tryAll(): void {
    const now = clock.monotonic()
    // Focus, visibility and `online` come together.
    if (old.size === 0 || now - triedAt < probeSpacingMs) return
    triedAt = now
    for (const key of [...old]) shown.get(key)?.sight.again()
  }

  /** However many are old, one of them tells whether the server is back. */
  function probe(): void {
    const [first] = old
    if (first === undefined) return
    old.delete(first)
    old.add(first)
    shown.get(first)?.sight.again()
  }

  function forget(key: string): void {
    const sight = shown.get(key)?.sight
    shown.delete(key)
    old.delete(key)
    sight?.gone?.()
  }

  const again = (isMeant: (one: Shown) => boolean) => {
    for (const { sight } of [...shown.values()].filter(isMeant)) sight.again()
  }

  const stopListening = host.listen((signal) => {
    if (signal === 'wake' && host.believesOnline()) {
      tryAll()
      timer.hurry()
    }
    timer.plan()
  })

  return {
    show(key, sight) {
      const mine = shown.get(key) ?? { sight, watchers: 0, isUnsure: false }
      mine.sight = sight
      mine.watchers += 1
      shown.delete(key)
      shown.set(key, mine)
      const [first] = shown.keys()
      if (first !== undefined && shown.size > onScreenMax) forget(first)
      let hasLeft = false
      return () => {
        if (hasLeft || shown.get(key) !== mine) return
        hasLeft = true
        mine.watchers -= 1
        if (mine.watchers === 0) forget(key)
      }
    },
    ended(key, how) {
      const one = shown.get(key)
      if (one !== undefined) one.isUnsure = how === 'unsure'
      if (how === 'old' && one !== undefined) old.add(key)
      if (how !== 'old' && old.delete(key)) tryAll()
      timer.plan()
    },
    invalidated: (tags) => again(({ sight }) => matches(sight, tags, invalidates)),
    touched: (tags) => again(({ sight, isUnsure }) => isUnsure && matches(sight, tags, touches)),
    stop() {
      timer.stop()
      stopListening()
    },
  }
}

const matches = (sight: Sight, written: readonly Tag[], by: typeof invalidates) =>
  sight.tags.some((tag) => written.some((one) => by(one, tag)))

/** Probes every 15 s while that is wanted, and sooner after a wake-up: `online` may come before the network does. */
function createTimer({ after }: Pick<Clock, 'after'>, isWanted: () => boolean, probe: () => void) {
  let waitMs = probeVisibleMs
  let cancel: (() => void) | undefined
  const stop = () => {
    cancel?.()
    cancel = undefined
  }
  function plan(): void {
    if (cancel !== undefined || !isWanted()) return
    cancel = after(waitMs, () => {
      cancel = undefined
      waitMs = Math.min(waitMs * 2, probeVisibleMs)
      if (isWanted()) probe()
      plan()
    })
  }
  return {
    plan,
    stop,
    hurry() {
      stop()
      waitMs = probeSpacingMs
    },
  }
}
