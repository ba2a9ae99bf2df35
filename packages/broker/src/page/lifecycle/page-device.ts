import type { Device } from '../../core/conditions/device.js'
import type { PageLifecycle } from './page-lifecycle.js'

/** The device as a page knows it. The page adds whether it is looked at, and every event that makes a try worth it. */
export const pageDevice = (host: PageLifecycle, device: Device | undefined): Device => ({
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
