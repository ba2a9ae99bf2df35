// Keeps unsent work in a second place, and brings it back where the browser has lost the first. A copy of the rows stands
// in a store that is lost for other causes, where the browser has one. A note says how many rows there are.

import { copyMsMax, knownMsMax, levelAfterMs, noteSpacingMs, recoverMsMax } from '../limits.js'
import type { Clock } from '../platform.js'
import type { PrepareConnection, Store } from '../rows/store.js'
import { withTimeout } from '../with-timeout.js'
import type { Backup, Checkpoint, CheckpointFile } from './checkpoint.js'
import type { RecoverRows } from './recover-lost-rows.js'
import { suspectsOf } from './row-versions.js'
import type { SyncMirror } from './sync-mirror.js'
import {
  checkpointOf,
  isBackedUp,
  lostSaltsOf,
  newestCheckpoint,
  type RecordedWrite,
  readCheckpoint,
  recordWrites,
  replayWrites,
} from './write-log.js'

/** Functions that mend a database that has lost something and, in a page, a copy that has fallen behind. */
export interface BackupRepair {
  readonly recoverRows: RecoverRows
  readonly syncMirror?: SyncMirror
}

export interface BackupPlaces {
  /** The same tables elsewhere; undefined where there is no such place. */
  readonly copy?: Store | undefined
  readonly notebook?: CheckpointFile | undefined
  /**
   * Called only where a repair is needed. If it rejects or takes too long, the connection stays closed and is tried
   * again at the next use.
   */
  repair(): Promise<BackupRepair>
}

export interface BackedUpStore extends Store {
  readonly backup: Backup
}

/**
 * A store whose unsent work is kept elsewhere too, after each commit and in its order. Each new connection is compared
 * with what is known elsewhere before anybody uses it. No other place holds it up for long, whatever that place does.
 * Several realms may do all this at once.
 */
export function withBackup(
  primary: (prepare: PrepareConnection) => Store,
  places: BackupPlaces,
  clock: Pick<Clock, 'now' | 'after'>,
): BackedUpStore {
  const { notebook } = places
  const copy = answering(clock, recoverMsMax, places.copy)
  const repair = () => inTime(clock, recoverMsMax, places.repair())
  /** The note of this realm's own writes. It is the witness where the database is deleted while it is open. */
  let memory: Checkpoint = { partitions: [] }
  /** Not before the copy was compared: what it has must not be overwritten by a database that knows nothing of it. */
  let copying = false
  /** Until a write to the copy has failed: the next start makes it level again. */
  let isWhole = true
  let copied: Promise<unknown> = Promise.resolve()
  const noting = createCheckpointing(clock, notebook, () => memory)

  const store = primary(async (transact) => {
    copying = false
    const { writes, isRead } = await recoverLost(transact, { ...places, repair }, memory, clock)
    copying = isRead
    isWhole = true
    // Remember the earlier rows too: their note may have been lost, or never written.
    memory = newestCheckpoint(await transact('readonly', 'relaxed', readCheckpoint), memory)
    noting.write()
    keep(writes)
    // Not while a page that starts reads what waits.
    clock.after(levelAfterMs, () => {
      if (copying && copy !== undefined) void makeLevel(copy).catch(() => {})
    })
  })

  function keep(writes: readonly RecordedWrite[]): void {
    const kept = writes.filter(isBackedUp)
    if (kept.length === 0) return
    memory = newestCheckpoint(memory, checkpointOf(kept))
    noting.write()
    if (!copying || copy === undefined) return
    copied = copy
      .transact('readwrite', 'relaxed', (tx) => replayWrites(tx, kept))
      .catch(() => {
        isWhole = false
      })
  }

  const makeLevel = async (place: Store) => (await repair()).syncMirror?.(store, place)

  return {
    ...store,
    backup: {
      kind: () => (copying && isWhole ? 'mirror' : noting.works() ? 'note' : 'none'),
      copied: () => withTimeout(clock, copyMsMax, copied, () => {}),
    },
    close() {
      store.close()
      copy?.close()
    },
    transact: recordingTransact(store, keep),
  }
}

/** Compares a new connection with what is known elsewhere, and brings back the rows that it lacks. */
async function recoverLost(
  transact: Store['transact'],
  { copy, notebook, repair }: BackupPlaces,
  memory: Checkpoint,
  clock: Pick<Clock, 'now' | 'after'>,
): ReturnType<RecoverRows> {
  const nothing = () => undefined
  const [known, written] = await Promise.all([
    // Undefined where there is no copy, or none that can be read.
    answering(clock, knownMsMax, copy)?.transact('readonly', 'relaxed', readCheckpoint).catch(nothing),
    notebook && inTime(clock, knownMsMax, notebook.read()).catch(nothing),
  ])
  const witness = newestCheckpoint(known, written, memory)
  const own = await transact('readonly', 'relaxed', readCheckpoint)
  const salts = lostSaltsOf(own, witness)
  const suspects = suspectsOf(own, witness, known)
  if (salts.length + suspects.length === 0) return { writes: [], isRead: known !== undefined }
  return (await repair()).recoverRows(
    transact,
    { salts, suspects, copy: answering(clock, recoverMsMax, copy), copied: known },
    clock.now(),
  )
}

/** Tells `keep` of the writes of each transaction after its commit. */
const recordingTransact =
  (store: Store, keep: (writes: readonly RecordedWrite[]) => void): Store['transact'] =>
  async (mode, durability, work) => {
    if (mode === 'readonly') return store.transact(mode, durability, work)
    let writes: RecordedWrite[] = []
    const result = await store.transact(mode, durability, (tx) => {
      writes = []
      return work(recordWrites(tx, writes))
    })
    keep(writes)
    return result
  }

/** Writes down the latest that is known, where there is a notebook. */
function createCheckpointing(
  clock: Pick<Clock, 'after'>,
  notebook: CheckpointFile | undefined,
  latest: () => Checkpoint,
) {
  let works = notebook !== undefined
  const write = spaced(clock, async () => {
    try {
      await (notebook &&
        inTime(
          clock,
          recoverMsMax,
          notebook.change((written) => newestCheckpoint(written, latest())),
        ))
      works = notebook !== undefined
    } catch {
      works = false
    }
  })
  return { write, works: () => works }
}

/** Rejects where the work takes longer. */
const inTime = <T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<T>,
  onLate = () => {},
): Promise<T> =>
  withTimeout(clock, ms, work, () => {
    onLate()
    return Promise.reject(new Error(`redux-broker: the storage did not answer within ${ms} ms`))
  })

/** The place, with transactions that fail where they take longer. It is opened anew after such a one. */
const answering = (clock: Pick<Clock, 'after'>, ms: number, place: Store | undefined): Store | undefined =>
  place && {
    ...place,
    transact: (...given) => inTime(clock, ms, place.transact(...given), () => place.close()),
  }

/** At once where the last one is long ago; never two at a time, nor one that says less than is known when it begins. */
function spaced({ after }: Pick<Clock, 'after'>, work: () => Promise<void>): () => void {
  let wanted = false
  let running = false
  const run = async () => {
    running = true
    while (wanted) {
      wanted = false
      await work()
      await new Promise<void>((resolve) => void after(noteSpacingMs, resolve))
    }
    running = false
  }
  return () => {
    wanted = true
    if (!running) void run()
  }
}
