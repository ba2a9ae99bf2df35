// What is on screen: the reads that somebody in this page has asked for through Redux and has not left. They are asked
// for again when a write has made them old, and while all that is there of them is an old copy, or nothing.
import { onScreenMax, probeSpacingMs, probeVisibleMs } from '../core/limits.js'
import type { Clock } from '../core/ports.js'
import { invalidates, type Tag } from '../core/reads/tags.js'
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
}

export interface Screen {
  /** Somebody asked for it: the newest 100 keys count. Gives what takes it off again, with the last of those who asked. */
  show(key: string, sight: Sight): () => void
  /** How a read of it has ended. `old`: all that is there is a copy, or nothing. */
  ended(key: string, how: 'fresh' | 'old'): void
  /** A write to these has ended. */
  invalidated(tags: readonly Tag[]): void
  stop(): void
}

interface Shown {
  sight: Sight
  watchers: number
}

export function createScreen({ clock, host }: ScreenContext): Screen {
  /** The one that was asked for last comes last. */
  const shown = new Map<string, Shown>()
  /** The one that was tried last comes last. */
  const old = new Set<string>()
  let triedAt = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | undefined

  const isLookedAt = () => host.isVisible() && host.believesOnline()

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

  function plan(): void {
    if (cancelTimer !== undefined || old.size === 0 || !isLookedAt()) return
    cancelTimer = clock.after(probeVisibleMs, () => {
      cancelTimer = undefined
      if (isLookedAt()) probe()
      plan()
    })
  }

  function forget(key: string): void {
    shown.delete(key)
    old.delete(key)
  }

  const stopListening = host.listen((signal) => {
    if (signal === 'wake' && host.believesOnline()) tryAll()
    plan()
  })

  return {
    show(key, sight) {
      const mine = shown.get(key) ?? { sight, watchers: 0 }
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
      if (how === 'old' && shown.has(key)) old.add(key)
      if (how === 'fresh' && old.delete(key)) tryAll()
      plan()
    },
    invalidated(tags) {
      const made = ({ sight }: Shown) => sight.tags.some((tag) => tags.some((one) => invalidates(one, tag)))
      for (const { sight } of [...shown.values()].filter(made)) sight.again()
    },
    stop() {
      cancelTimer?.()
      stopListening()
    },
  }
}
