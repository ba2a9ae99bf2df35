// BroadcastChannel: news between the pages and the worker of one origin. It wakes no stopped worker and may be missed.
import type { Bus } from '../core/ports.js'

export function broadcastBus(database: string): Bus {
  const listeners = new Set<(hint: string) => void>()
  const channel =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`redux-broker:${database}`)
  let isOpen = true
  channel?.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') for (const listener of listeners) listener(data)
  })
  return {
    // The channel does not speak to itself: this realm's own listeners hear the hint too.
    post(hint) {
      // What was under way when it was closed may still have news.
      if (!isOpen) return
      channel?.postMessage(hint)
      for (const listener of listeners) listener(hint)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      isOpen = false
      channel?.close()
    },
  }
}
