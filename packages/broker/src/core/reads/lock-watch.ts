// Liveness by locks: who is granted a lock hears that its holder is gone, which the browser tells within milliseconds.
import type { Locks } from '../platform.js'

/** Calls back once, when the holder of the lock is gone; returns what ends the watch. */
export type LockWatch = (name: string, onGone: () => void) => () => void

/** A lock is waited for only while somebody watches it. */
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
    // A browser that grants no lock tells nothing of its holder, and so the worst is taken for true.
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
