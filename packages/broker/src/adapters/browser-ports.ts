// The real world behind the core's ports, the same in a page and in a worker.
import { backedUp, type Places } from '../core/backup.js'
import type { CredentialsOf } from '../core/origins.js'
import type { Ports } from '../core/ports.js'
import { giveUpReserve } from '../core/room.js'
import { broadcastBus } from './broadcast-bus.js'
import { browserDevice } from './browser-device.js'
import { fetchNetwork } from './fetch-network.js'
import { idbStore } from './idb-store.js'
import { opfsNotebook } from './opfs-notebook.js'
import { renewLog } from './renew-log.js'
import { secondBucket } from './second-bucket.js'
import { systemChance } from './system-chance.js'
import { systemClock } from './system-clock.js'
import { systemZone } from './system-zone.js'
import { webLocks } from './web-locks.js'

export function browserPorts(
  database: string,
  repair: Places['repair'],
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
  const store = backedUp(
    (prepare) => idbStore(database, { place, prepare }),
    { copy, notebook: opfsNotebook(database, locks), repair },
    systemClock,
  )
  return {
    store: {
      ...store,
      // Renewing the log presses together what was deleted: only that makes room in Chromium.
      async makeRoom() {
        await giveUpReserve(store)
        await Promise.all([renewLog(indexedDB), copy?.makeRoom?.()])
      },
    },
    backup: store.backup,
    clock: systemClock,
    chance: systemChance,
    network: fetchNetwork(credentialsOf),
    locks,
    bus: broadcastBus(database),
    device: browserDevice(),
    zone: systemZone,
    report,
  }
}

/** To the console and to the page's `error` event, as if nobody had caught it; delivery goes on. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
