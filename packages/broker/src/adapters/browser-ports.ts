// The real world behind the core's ports, the same in a page and in a worker.
import { type BackupPlaces, withBackup } from '../core/backup/backed-up-store.js'
import type { CredentialsOf } from '../core/network/allowed-origins.js'
import type { Ports } from '../core/ports/all-ports.js'
import { releaseReserve } from '../core/rows/disk-reserve.js'
import { broadcastBus } from './broadcast-bus.js'
import { fetchNetwork } from './network/fetch-network.js'
import { idbStore } from './storage/idb-store.js'
import { opfsCheckpointFile } from './storage/opfs-checkpoint-file.js'
import { renewLog } from './storage/renew-log.js'
import { secondBucket } from './storage/second-bucket.js'
import { browserDevice } from './system/browser-device.js'
import { systemRandom } from './system/random-source.js'
import { systemClock } from './system/system-clock.js'
import { systemZone } from './system/time-zone.js'
import { webLocks } from './web-locks.js'

export function browserPorts(
  database: string,
  repair: BackupPlaces['repair'],
  credentialsOf?: CredentialsOf,
): Ports {
  let renewed: Promise<void> | undefined
  const place = async () => {
    renewed ??= renewLog(indexedDB)
    await renewed
    return indexedDB
  }
  const locks = webLocks()
  const copy = secondBucket(database)
  const bus = broadcastBus(database)
  const store = withBackup(
    (prepare) => idbStore(database, { place, prepare }),
    { copy, notebook: opfsCheckpointFile(database, locks), repair, onRestored: () => bus.post('changed') },
    systemClock,
  )
  return {
    store: {
      ...store,
      // Renewing the log presses together what was deleted. Only that makes room in Chromium.
      async makeRoom() {
        await releaseReserve(store)
        await Promise.all([renewLog(indexedDB), copy?.makeRoom?.()])
      },
    },
    backup: store.backup,
    clock: systemClock,
    randomSource: systemRandom,
    network: fetchNetwork(credentialsOf),
    locks,
    bus,
    device: browserDevice(),
    zone: systemZone,
    report,
  }
}

/** Errors go to the console and to the page's `error` event, as if nobody had caught them. Delivery goes on. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
