// A device: all that its realms share. It starts and ends realms.
import type { Target } from './events.js'
import type { DeviceFiles } from './files.js'
import { createLocks, type DeviceLocks } from './locks.js'
import { createBroadcast, type DeviceBroadcast } from './messages.js'
import type { Network } from './network.js'
import type { Random } from './random.js'
import { createRealm, type Realm } from './realm.js'
import type { Scheduler } from './scheduler.js'
import type { WorkerHost } from './service-worker.js'
import { createDisk, type Disk } from './storage/disk.js'

export interface Device {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly network: Network
  readonly disk: Disk
  /** The second place. Undefined where the browser has none. */
  readonly bucket: Disk | undefined
  readonly files: DeviceFiles | undefined
  readonly locks: DeviceLocks | undefined
  readonly broadcast: DeviceBroadcast
  readonly realms: Set<Realm>
  /** Windows of the tabs, which hear of what happens to the device. */
  readonly windows: Map<Realm, Target>
  worker: WorkerHost | undefined
  isOnline: boolean
  /** The user of the session cookie. */
  cookie: string | undefined
  /** Hears what a realm reports to its console, and what nobody caught. */
  onReport(realm: Realm, error: unknown): void
  start(name: string, kind: Realm['kind']): Realm
  /** Tells the tabs. */
  setOnline(online: boolean): void
}

export interface DeviceOptions {
  readonly hasMirror: boolean
  readonly hasNote: boolean
  readonly hasLocks: boolean
  onReport(realm: Realm, error: unknown): void
  onDeath(realm: Realm): void
}

export function createDevice(
  scheduler: Scheduler,
  random: Random,
  network: Network,
  { hasMirror, hasNote, hasLocks, onReport, onDeath }: DeviceOptions,
): Device {
  const device: Device = {
    scheduler,
    random,
    network,
    disk: createDisk(random.stream('disk')),
    bucket: hasMirror ? createDisk(random.stream('bucket')) : undefined,
    files: hasNote ? new Map() : undefined,
    locks: hasLocks ? createLocks() : undefined,
    broadcast: createBroadcast(),
    realms: new Set(),
    windows: new Map(),
    worker: undefined,
    isOnline: true,
    cookie: undefined,
    onReport,
    start(name, kind) {
      const realm = createRealm(name, kind, scheduler, random.stream(name))
      device.realms.add(realm)
      realm.onDeath(() => {
        device.realms.delete(realm)
        device.windows.delete(realm)
        onDeath(realm)
      })
      return realm
    },
    setOnline(online) {
      device.isOnline = online
      for (const [realm, window] of device.windows)
        realm.post(1, () => window.dispatchEvent({ type: online ? 'online' : 'offline' }))
    },
  }
  return device
}
