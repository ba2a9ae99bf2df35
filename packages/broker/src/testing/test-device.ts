// The connection that a tab has, as a test sets it.
import type { Device, DeviceState } from '../core/conditions/device.js'
import type { Life } from './realm-life.js'
import { subscribe } from './test-host.js'

export function createTestDevice(life: Life): Device & { setDevice(state: DeviceState): void } {
  const listeners = new Set<() => void>()
  let state: DeviceState = {}
  return {
    now: () => state,
    listen: (listener) => subscribe(listeners, listener),
    setDevice(now) {
      state = now
      for (const listener of [...listeners]) life.run(listener)
    },
  }
}
