import type { Device } from '../core/ports.js'
import type { Host } from './host.js'

/** The device as a page knows it: with whether it is looked at, and with every event that makes a try worth it. */
export const pageDevice = (host: Host, device: Device | undefined): Device => ({
  now: () => ({ ...device?.now(), visible: host.isVisible() }),
  listen(listener) {
    const stop = host.listen((signal) => {
      if (signal === 'wake') listener()
    })
    const stopDevice = device?.listen(listener)
    return () => {
      stop()
      stopDevice?.()
    }
  },
})
