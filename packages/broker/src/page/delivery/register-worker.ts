// Registers a service worker and follows its updates. All of it is in the app's own bundle, since a chunk that is
// loaded later may be missing offline.
import { isDevelopment } from '../../redux/development.js'
import { warnOfUnregistered } from '../development/worker-advice.js'
import { isTrustedUrl, type TrustedUrl, trustedUrl } from './trusted-types.js'
import type { WorkerClient } from './worker-client.js'

/** The URL of a service worker's script, or the registration that the app has. Undefined where it has none. */
export type GivenWorker =
  | string
  | URL
  | TrustedUrl
  | ServiceWorkerRegistration
  | PromiseLike<ServiceWorkerRegistration | undefined>
  | undefined

export interface Registration {
  register(worker: GivenWorker | (() => GivenWorker), options?: RegistrationOptions): Promise<void>
  applyUpdate(): void
}

/** `onUpdate` hears whether a new version waits for the user's word. */
export function createRegistration(
  worker: Pick<WorkerClient, 'use'>,
  onUpdate: (isReady: boolean) => void,
): Registration {
  let used: ServiceWorkerRegistration | undefined
  let applyUpdate = () => {}
  const use = (given: ServiceWorkerRegistration) => {
    if (given === used) return
    used = given
    worker.use(given)
    applyUpdate = followWorker(given, onUpdate, () => worker.use(given))
  }
  return {
    async register(given, options) {
      if (typeof window === 'undefined') return
      try {
        await registerWorker(typeof given === 'function' ? given() : given, options, use)
      } catch (error) {
        if (isDevelopment) await warnOfUnregistered(undefined, error)
      }
    },
    applyUpdate: () => applyUpdate(),
  }
}

/** Rejects where this page cannot have the worker. `use` may be called before that, with one of an earlier visit. */
async function registerWorker(
  given: GivenWorker,
  options: RegistrationOptions | undefined,
  use: (registration: ServiceWorkerRegistration) => void,
): Promise<void> {
  if (typeof given === 'string' || given instanceof URL || isTrustedUrl(given)) {
    const registered = registerUrl(given, options, use)
    if (!isDevelopment) return registered
    return registered.catch((error: unknown) => warnOfUnregistered(String(given), error))
  }
  const registration = await (given as Exclude<typeof given, TrustedUrl>)
  if (isDevelopment && registration !== undefined && !('active' in registration))
    throw new TypeError(
      `register() expects the URL of a worker or a ServiceWorkerRegistration; got ${registration}.`,
    )
  if (registration !== undefined) use(registration)
  else if (isDevelopment) throw new TypeError('register() got no worker.')
}

async function registerUrl(
  url: string | URL | TrustedUrl,
  options: RegistrationOptions | undefined,
  use: (registration: ServiceWorkerRegistration) => void,
): Promise<void> {
  const { serviceWorker } = navigator
  const script = new URL(String(url), document.baseURI)
  const known = await serviceWorker.getRegistration(options?.scope ?? new URL('.', script))
  // The worker of an earlier visit serves at once. Registering waits until the page has loaded.
  if (known?.active?.scriptURL === script.href) use(known)
  if (document.readyState !== 'complete')
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }))
  try {
    const trusted = isTrustedUrl(url) ? url : trustedUrl(script.href)
    use(await serviceWorker.register(trusted as string, options))
  } catch (error) {
    if (!known?.active) throw error
    // A new script cannot be had offline. The old one delivers meanwhile.
    use(known)
  }
}

/** A worker that skips the wait by itself is seen waiting for a moment. */
const momentMs = 200

/**
 * `onActive` hears of each version that takes over. Gives what has the waiting version take over; then the page is
 * loaded anew.
 */
function followWorker(
  registration: ServiceWorkerRegistration,
  onUpdate: (isReady: boolean) => void,
  onActive: () => void,
): () => void {
  let isAsked = false
  const look = () =>
    setTimeout(() => onUpdate(registration.active !== null && registration.waiting !== null), momentMs)
  const follow = (worker: ServiceWorker | null) =>
    worker?.addEventListener('statechange', () => {
      look()
      if (worker.state !== 'activated') return
      // Where another tab asked for it, this one goes on and is loaded anew when its user likes.
      if (isAsked) location.reload()
      else onActive()
    })
  follow(registration.installing)
  follow(registration.waiting)
  registration.addEventListener('updatefound', () => follow(registration.installing))
  look()
  // A new version that could not be fetched offline is looked for later.
  if (!navigator.onLine)
    addEventListener('online', () => registration.update().catch(() => {}), { once: true })
  return () => {
    const { waiting } = registration
    if (isDevelopment) sayWhyNot(waiting)
    isAsked = waiting !== null
    waiting?.postMessage({ type: 'SKIP_WAITING' })
  }
}

const updateMsMax = 5_000

function sayWhyNot(waiting: ServiceWorker | null): void {
  if (waiting === null) console.warn('redux-broker: applyUpdate() found no waiting version of the worker.')
  else
    setTimeout(() => {
      if (waiting.state === 'installed')
        console.warn(
          `redux-broker: ${waiting.scriptURL} still waits after applyUpdate(). Call startBrokerWorker() in it, or ` +
            "call skipWaiting() there at the message { type: 'SKIP_WAITING' }.",
        )
    }, updateMsMax)
}
