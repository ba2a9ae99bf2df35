// The service worker of a device: its versions, its realm, and the registration that tabs see. The browser starts it for
// an event, and stops it when it has had none for a while.
import type { Device } from './device.js'
import { Target } from './events.js'
import { type Globals, globalsOf, SimWindowClient } from './globals.js'
import type { SimPort } from './messages.js'
import type { Realm } from './realm.js'
import { cloneOf } from './storage/keys.js'

const idleMs = 30_000
const eventMsMax = 300_000
const syncAgainMs = 300_000
const syncTriesMax = 3

/** The registration as one realm sees it. */
class Registration extends Target {
  readonly installing = null
  readonly active: object
  readonly sync: object
  readonly update = async (): Promise<void> => {}
  readonly #host: WorkerHost

  constructor(host: WorkerHost) {
    super()
    this.#host = host
    this.sync = { register: async (tag: string) => host.register(tag) }
    this.active = {
      state: 'activated',
      scriptURL: 'https://app.test/sw.js',
      postMessage: (data: unknown, ports: readonly SimPort[] = []) => host.send(data, ports),
    }
  }

  get waiting(): object | null {
    return this.#host.hasSuccessor ? { state: 'installed', postMessage() {}, addEventListener() {} } : null
  }
}

interface Running {
  readonly realm: Realm
  scope: Target | undefined
  /** When its script has run. */
  readonly readyAt: number
  events: number
  lastEventAt: number
}

export class WorkerHost {
  hasSuccessor = false
  readonly #device: Device
  readonly #runScript: (realm: Realm, globals: Globals) => void
  readonly #views = new Set<{ readonly realm: Realm; readonly registration: Registration }>()
  /** The tags to fire, with their failures. */
  readonly #tags = new Map<string, number>()
  #version = 1
  #starts = 0
  #running: Running | undefined

  constructor(device: Device, runScript: (realm: Realm, globals: Globals) => void) {
    this.#device = device
    this.#runScript = runScript
  }

  realm(): Realm | undefined {
    return this.#running?.realm
  }

  registrationOf(realm: Realm): object {
    const registration = new Registration(this)
    this.#views.add({ realm, registration })
    return registration
  }

  register(tag: string): void {
    if (!this.#tags.has(tag)) this.#tags.set(tag, 0)
    this.#device.scheduler.after(this.#device.random.between(5, 200), () => this.sync())
  }

  send(data: unknown, ports: readonly SimPort[]): void {
    const copy = cloneOf(data)
    this.#fire('message', (to) => {
      for (const port of ports) port.realm = to
      return { data: copy, ports, source: new SimWindowClient() }
    })
  }

  /** Another version is installed, and takes over once the present one has no event left. */
  update(): void {
    this.hasSuccessor = true
    for (const { realm, registration } of this.#views)
      if (realm.isAlive()) realm.post(1, () => registration.dispatchEvent({ type: 'updatefound' }))
    if (this.#running === undefined || this.#running.events === 0) this.#takeOver()
  }

  /** Fires the waiting `sync` events, where the device is online. */
  sync(): void {
    if (!this.#device.isOnline) return
    for (const [tag, failures] of this.#tags) {
      this.#tags.delete(tag)
      this.#fire(
        'sync',
        () => ({ tag }),
        (isGood) => {
          if (isGood || failures + 1 >= syncTriesMax) return
          this.#tags.set(tag, failures + 1)
          this.#device.scheduler.after(syncAgainMs, () => this.sync())
        },
      )
    }
  }

  #begin(): Running {
    const { scheduler, random } = this.#device
    const realm = this.#device.start(`worker ${this.#version}.${++this.#starts}`, 'worker')
    const startMs = random.between(10, 150)
    const readyAt = scheduler.now() + startMs
    const running: Running = { realm, scope: undefined, readyAt, events: 0, lastEventAt: 0 }
    this.#running = running
    realm.onDeath(() => {
      if (this.#running === running) this.#running = undefined
    })
    realm.post(startMs, () => {
      const registration = new Registration(this)
      const globals = globalsOf(this.#device, realm, { registration, skipWaiting: async () => {} })
      running.scope = globals['self'] as Target
      this.#views.add({ realm, registration })
      this.#runScript(realm, globals)
    })
    return running
  }

  /** `onEnd` hears whether all that the event waited for went well. */
  #fire(type: string, detail: (to: Realm) => object, onEnd: (isGood: boolean) => void = () => {}): void {
    const { scheduler, random } = this.#device
    const running = this.#running ?? this.#begin()
    running.events += 1
    const waitMs = Math.max(running.readyAt - scheduler.now(), 0) + random.between(0.2, 3)
    running.realm.post(waitMs, () => this.#dispatch(running, type, detail(running.realm), onEnd))
  }

  #dispatch(running: Running, type: string, detail: object, onEnd: (isGood: boolean) => void): void {
    const { scheduler } = this.#device
    const { realm } = running
    const waits: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void waits.push(work)
    running.scope?.dispatchEvent({ type, ...detail, waitUntil } as never)
    let isOver = false
    const end = (isGood: boolean) => {
      if (isOver || !realm.isAlive()) return
      isOver = true
      running.events -= 1
      running.lastEventAt = scheduler.now()
      onEnd(isGood)
      this.#rest(running)
    }
    Promise.all(waits).then(
      () => end(true),
      () => end(false),
    )
    scheduler.after(eventMsMax, () => {
      if (!isOver) realm.die()
    })
  }

  /** A worker that has had no event for a while is stopped. One with a successor is stopped once it has none. */
  #rest(running: Running): void {
    const { scheduler } = this.#device
    if (running.events === 0 && this.hasSuccessor) this.#takeOver()
    else
      scheduler.after(idleMs, () => {
        if (running.events === 0 && scheduler.now() - running.lastEventAt >= idleMs) running.realm.die()
      })
  }

  #takeOver(): void {
    this.#running?.realm.die()
    this.hasSuccessor = false
    this.#version += 1
    this.#fire('activate', () => ({}))
  }
}
