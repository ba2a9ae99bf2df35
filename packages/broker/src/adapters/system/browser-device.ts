// The browser tells much of its connection in Chromium, and nothing elsewhere. Only the page knows whether it is looked
// at.
import type { Device, DeviceState } from '../../core/conditions/device.js'

interface Connection extends EventTarget {
  readonly type?: string | undefined
  readonly effectiveType?: string | undefined
  readonly saveData?: boolean | undefined
}

interface Connected {
  readonly connection?: Connection
}

/** Of other types, as `unknown`, nothing is known. */
const unmetered: Readonly<Record<string, boolean>> = {
  ethernet: true,
  wifi: true,
  bluetooth: false,
  cellular: false,
  wimax: false,
}

export function browserDevice({ connection }: Connected = navigator as Connected): Device {
  const now = (): DeviceState => {
    if (connection === undefined) return {}
    const { type = '', effectiveType, saveData } = connection
    return { unmetered: unmetered[type], effectiveType, saveData }
  }
  return {
    now,
    listen(listener) {
      // It tells of every change of its estimates, too.
      let known = JSON.stringify(now())
      const changed = () => {
        const latest = JSON.stringify(now())
        if (latest === known) return
        known = latest
        listener()
      }
      connection?.addEventListener('change', changed)
      return () => connection?.removeEventListener('change', changed)
    },
  }
}
