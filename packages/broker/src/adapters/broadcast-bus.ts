// A BroadcastChannel carries news between the pages and the worker of one origin. News wakes no stopped worker and may
// be missed.
import type { Bus } from '../core/platform.js'

export function broadcastBus(database: string): Bus {
  const listeners = new Set<(hint: string) => void>()
  let channel: BroadcastChannel | undefined
  let isOpen = true
  const open = () =>
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`redux-broker:${database}`)
  const hear = ({ data }: MessageEvent) => {
    if (typeof data === 'string') for (const listener of listeners) listener(data)
  }
  // A page in the back/forward cache is dropped by the first message to it. Such a page hears nothing.
  const onHide = () => {
    channel?.close()
    channel = undefined
  }
  const comeBack = () => {
    channel ??= open()
    channel?.addEventListener('message', hear)
  }
  addEventListener('pagehide', onHide)
  addEventListener('pageshow', comeBack)
  comeBack()

  return {
    // The channel does not speak to itself. This realm's own listeners hear the hint too.
    post(hint) {
      // News of work that was under way may still come after the close.
      if (!isOpen) return
      const sender = channel ?? open()
      sender?.postMessage(hint)
      if (sender !== channel) sender?.close()
      for (const listener of listeners) listener(hint)
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      isOpen = false
      removeEventListener('pagehide', onHide)
      removeEventListener('pageshow', comeBack)
      onHide()
    },
  }
}
