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
  options: RegistrationOptions | undefined,
  onUpdate: (isReady: boolean) => void,
): Promise<RegisteredWorker> {
  const workbox = new Workbox(String(url), options)
  let isAsked = false
  workbox.addEventListener('waiting', () => onUpdate(true))
  // Where another tab asked for it, this one goes on and is loaded anew when its user likes.
  workbox.addEventListener('controlling', () => (isAsked ? location.reload() : onUpdate(false)))
  const registration = await workbox.register()
  if (registration === undefined) throw new Error(`redux-broker: the worker ${url} could not be registered.`)
  return {
    registration,
    applyUpdate() {
      isAsked = true
      workbox.messageSkipWaiting()
    },
  }
}
