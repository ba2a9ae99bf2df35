// Liveness by locks. A realm that is granted a lock knows that its holder is gone. The browser tells within milliseconds.
import type { Locks } from '../platform.js'

/** Calls back once, when the holder of the lock is gone. Returns a function that ends the watch. */
export type LockWatch = (name: string, onGone: () => void) => () => void

/** Requests a lock only while somebody watches it. */
export function createLockWatch(locks: Locks): LockWatch {
  const watched = new Map<string, Watched>()

  function begin(name: string): Watched {
    const one: Watched = { listeners: new Set(), halt: new AbortController() }
    watched.set(name, one)
    const { signal } = one.halt
    const gone = async () => {
      if (signal.aborted) return
      if (watched.get(name) === one) watched.delete(name)
      for (const listener of one.listeners) listener()
    }
    // A browser that grants no lock tells nothing of its holder. So the holder counts as gone.
    locks.hold(name, { signal }, gone).catch(gone)
    return one
  }

  return (name, onGone) => {
    const one = watched.get(name) ?? begin(name)
    const listener = () => onGone()
    one.listeners.add(listener)
    return () => {
      one.listeners.delete(listener)
      if (one.listeners.size > 0) return
      watched.delete(name)
      one.halt.abort()
    }
  }
}

interface Watched {
  readonly listeners: Set<() => void>
  readonly halt: AbortController
}

/** Holds a lock until it is released, or until this realm ends. `isHeld` resolves when the lock is granted. */
export function holdLock(
  { locks, report }: { readonly locks: Locks; report(error: unknown): void },
  name: string,
): { readonly isHeld: Promise<void>; release(): void } {
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  const isHeld = new Promise<void>((resolve) => {
    const work = () => {
      resolve()
      return isReleased
    }
    locks.hold(name, { signal: new AbortController().signal }, work).catch(report)
  })
  return { isHeld, release }
}
