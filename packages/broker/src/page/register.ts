// Registers a worker of the broker's own by workbox-window, which knows when a new version waits. It is loaded only
// by apps that call `register` with a URL.
import { Workbox } from 'workbox-window'

export interface RegisteredWorker {
  readonly registration: ServiceWorkerRegistration
  /** Has the waiting version take over; then the page has to be loaded anew. */
  applyUpdate(): void
}

export async function registerWorker(
  url: string | URL,
  onUpdateReady: () => void,
): Promise<RegisteredWorker> {
  const workbox = new Workbox(String(url))
  workbox.addEventListener('waiting', onUpdateReady)
  const registration = await workbox.register()
  if (registration === undefined) throw new Error(`redux-broker: the worker ${url} could not be registered.`)
  return {
    registration,
    applyUpdate() {
      workbox.addEventListener('controlling', () => location.reload())
      workbox.messageSkipWaiting()
    },
  }
}
