// The global objects of a realm, as the broker's code sees them. The code of the product runs as a function of these
// names. So nothing in a world reads a real clock, real chance or a real network.
import { SimBlob } from './blob.js'
import type { Device } from './device.js'
import { SimAbortController, SimAbortSignal, SimDomException, Target } from './events.js'
import { SimAnswer, SimHeaders, SimRequestMessage, SimStream } from './fetch-types.js'
import { SimFileHandle, storageOf } from './files.js'
import { messageChannelOf } from './messages.js'
import { hashOf, type Random } from './random.js'
import type { Realm } from './realm.js'
import { SimFactory } from './storage/idb-factory.js'
import { cloneOf, SimKeyRange } from './storage/keys.js'

export type Globals = Readonly<Record<string, unknown>>

/** Only windows of the origin send messages here. */
export class SimWindowClient {}

/** Every name that the product's code may ask of its realm. A name that is missing here would be Node's own. */
export const globalNames = [
  'self',
  'window',
  'globalThis',
  'document',
  'navigator',
  'location',
  'indexedDB',
  'IDBKeyRange',
  'fetch',
  'Request',
  'Response',
  'Headers',
  'Blob',
  'ReadableStream',
  'AbortController',
  'AbortSignal',
  'DOMException',
  'EventTarget',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'performance',
  'crypto',
  'Date',
  'Math',
  'BroadcastChannel',
  'MessageChannel',
  'PerformanceObserver',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'addEventListener',
  'removeEventListener',
  'structuredClone',
  'caches',
  'WindowClient',
  'FileSystemFileHandle',
  'reportError',
  'console',
  'process',
  'isSecureContext',
] as const

const baseUrl = 'https://app.test/'
const appOrigin = 'https://app.test'

export function globalsOf(device: Device, realm: Realm, more: Globals = {}): Globals {
  const scope = new Target()
  const location = { origin: appOrigin, href: baseUrl, pathname: '/', reload() {} }
  const report = (error: unknown) => device.onReport(realm, error)
  const shared: Record<string, unknown> = {
    ...timersOf(realm),
    location,
    navigator: navigatorOf(device, realm),
    indexedDB: new SimFactory(realm, device.disk),
    IDBKeyRange: SimKeyRange,
    fetch: (given: string | SimRequestMessage, { signal }: { readonly signal?: SimAbortSignal } = {}) => {
      const request = typeof given === 'string' ? new SimRequestMessage(given) : given
      const cookie = request.credentials === 'omit' ? undefined : device.cookie
      return device.network.send(realm, request, cookie, signal)
    },
    Request: SimRequestMessage,
    Response: SimAnswer,
    Headers: SimHeaders,
    Blob: SimBlob,
    ReadableStream: SimStream,
    AbortController: SimAbortController,
    AbortSignal: SimAbortSignal,
    DOMException: SimDomException,
    EventTarget: Target,
    crypto: cryptoOf(realm.random),
    Date: dateOf(realm),
    Math: mathOf(realm.random),
    BroadcastChannel: device.broadcast.of(realm),
    MessageChannel: messageChannelOf(realm),
    PerformanceObserver: undefined,
    addEventListener: scope.addEventListener.bind(scope),
    removeEventListener: scope.removeEventListener.bind(scope),
    structuredClone: cloneOf,
    caches: undefined,
    WindowClient: SimWindowClient,
    FileSystemFileHandle: SimFileHandle,
    reportError: report,
    console: { ...console, error: report, warn() {} },
    process: { env: {} },
    isSecureContext: true,
    ...more,
  }
  const self = Object.assign(scope, { location, ...more })
  if (realm.kind === 'worker')
    return { ...shared, self, globalThis: shared, window: undefined, document: undefined }
  device.windows.set(realm, scope)
  const document = Object.assign(new Target(), {
    baseURI: baseUrl,
    URL: baseUrl,
    readyState: 'complete',
    visibilityState: 'visible',
  })
  return { ...shared, self, window: self, globalThis: shared, document }
}

const navigatorOf = (device: Device, realm: Realm) => ({
  get onLine() {
    return device.isOnline
  },
  storage: storageOf(realm, device.files),
  ...(device.locks && { locks: device.locks.of(realm) }),
  ...(device.bucket && {
    storageBuckets: {
      open: async () => ({ indexedDB: new SimFactory(realm, device.bucket as Device['disk']) }),
    },
  }),
})

export function timersOf(realm: Realm): Globals {
  const timers = new Map<number, () => void>()
  let last = 0
  const setTimeout = (work: () => void, ms = 0) => {
    const id = ++last
    const delay = realm.timerDelay(timerMs(ms))
    timers.set(
      id,
      realm.post(delay + 0.1, () => {
        // A tab that slept may take a timer back whose time has passed.
        if (timers.delete(id)) work()
      }),
    )
    return id
  }
  const clearTimeout = (id: number) => {
    timers.get(id)?.()
    timers.delete(id)
  }
  return {
    setTimeout,
    clearTimeout,
    setImmediate: (work: () => void) => setTimeout(work, 0),
    setInterval: () => {
      throw new Error('The simulation has no setInterval.')
    },
    clearInterval: clearTimeout,
    requestAnimationFrame: (work: () => void) => setTimeout(work, 10),
    cancelAnimationFrame: clearTimeout,
    performance: { now: () => realm.scheduler.now() },
  }
}

/** As in a browser, a delay that has more than 31 bits fires at once. */
const timerMs = (ms: number) => (ms > 2 ** 31 - 1 || !(ms > 0) ? 0 : ms)

const latin1 = new TextDecoder('latin1')

function cryptoOf(random: Random): object {
  return {
    getRandomValues(bytes: Uint8Array) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256)
      return bytes
    },
    randomUUID: () => `${random.below(2 ** 32)}-${random.below(2 ** 32)}`,
    subtle: {
      // It tells users apart, which is all that a world needs.
      async digest(_name: string, given: Uint8Array | ArrayBuffer) {
        const text = latin1.decode(given)
        return Uint32Array.from({ length: 8 }, (_, round) => hashOf(text, round + 1)).buffer
      },
    },
  }
}

function dateOf(realm: Pick<Realm, 'wallNow'>): unknown {
  return class extends Date {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [realm.wallNow()] : given) as [number]))
    }
    static override now(): number {
      return realm.wallNow()
    }
  }
}

const mathNames = Object.getOwnPropertyNames(Math)

function mathOf(random: Random): unknown {
  const math: Record<string, unknown> = {}
  for (const name of mathNames) math[name] = (Math as unknown as Record<string, unknown>)[name]
  return { ...math, random: () => random.next() }
}
