// Keeps unsent work in a second place, and brings it back where the browser has lost the first. A copy of the rows stands
// in a store that is lost for other causes, where the browser has one. A note says how many rows there are.

import { copyMsMax, knownMsMax, levelAfterMs, noteSpacingMs, recoverMsMax } from '../limits.js'
import type { Clock } from '../platform.js'
import type { PrepareConnection, Store } from '../rows/store-port.js'
import { withTimeout } from '../with-timeout.js'
import type { Backup, Checkpoint, CheckpointFile } from './checkpoint.js'
import { rejectIfLate, withDeadline } from './place-deadline.js'
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
  saltsOf,
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
  /** Called where rows came back while the database was in use, since the copy could not be read at the start. */
  onRestored?(): void
}

export interface BackedUpStore extends Store {
  readonly backup: Backup
}

/**
 * A store whose unsent work is kept elsewhere too, after each commit and in its order. Each new connection is compared
 * with what is known elsewhere before anybody uses it. No other place holds it up for ever, whatever that place does.
 * Several realms may do all this at once.
 */
export function withBackup(
  primary: (prepare: PrepareConnection) => Store,
  places: BackupPlaces,
  clock: Pick<Clock, 'now' | 'after'>,
): BackedUpStore {
  const mirror = createMirror(clock, withDeadline(clock, recoverMsMax, places.copy))
  const repair = () => rejectIfLate(clock, recoverMsMax, places.repair())
  /** The note of this realm's own writes. It is the witness where the database is deleted while it is open. */
  let memory: Checkpoint = { partitions: [] }
  /** Counts the connections, and the end of the last one. */
  let connections = 0
  const noting = createCheckpointing(clock, places.notebook, () => memory)

  const store = primary(async (transact) => {
    const connection = ++connections
    mirror.isKept = false
    await compare(transact, knownMsMax)
    // Not while a page that starts reads what waits. A copy that the start could not read is compared first.
    repeat(clock, levelAfterMs, async () => {
      if (connection !== connections || places.copy === undefined) return true
      if (!mirror.isKept && (await compare(store.transact, recoverMsMax)) > 0) places.onRestored?.()
      if (mirror.isKept) await mirror.level(store, repair).catch(() => {})
      return mirror.isKept
    })
  })

  /** Gives the number of rows that were written for it. */
  async function compare(transact: Store['transact'], patienceMs: number): Promise<number> {
    const { writes, isRead } = await recoverLost(transact, { ...places, repair }, memory, clock, patienceMs)
    mirror.isKept = isRead
    mirror.isWhole = true
    // Remember the earlier rows too: their note may have been lost, or never written.
    memory = newestCheckpoint(await transact('readonly', 'relaxed', readCheckpoint), memory)
    noting.write()
    keep(writes)
    return writes.length
  }

  function keep(writes: readonly RecordedWrite[]): void {
    const kept = writes.filter(isBackedUp)
    if (kept.length === 0) return
    memory = newestCheckpoint(memory, checkpointOf(kept))
    noting.write()
    mirror.write(kept)
  }

  return {
    ...store,
    backup: {
      kind: () => (mirror.isKept && mirror.isWhole ? 'mirror' : noting.works() ? 'note' : 'none'),
      copied: mirror.copied,
    },
    close() {
      connections += 1
      store.close()
      mirror.close()
    },
    transact: recordingTransact(store, keep),
  }
}

/** Writes to the copy, where there is one. */
function createMirror(clock: Pick<Clock, 'after'>, copy: Store | undefined) {
  let copied: Promise<unknown> = Promise.resolve()
  const mirror = {
    /** Not before the copy was compared: what it has must not be overwritten by a database that knows nothing of it. */
    isKept: false,
    /** Until a write to the copy has failed: the next start makes it level again. */
    isWhole: true,
    write(kept: readonly RecordedWrite[]) {
      if (!mirror.isKept || copy === undefined) return
      copied = copy
        .transact('readwrite', 'relaxed', (tx) => replayWrites(tx, kept))
        .catch(() => {
          mirror.isWhole = false
        })
    },
    level: async (store: Store, repair: BackupPlaces['repair']) =>
      copy && (await repair()).syncMirror?.(store, copy),
    copied: () => withTimeout(clock, copyMsMax, copied, () => {}),
    close: () => copy?.close(),
  }
  return mirror
}

/** Does the work after so long, and then at each `recoverMsMax` until it is done. */
function repeat(clock: Pick<Clock, 'after'>, ms: number, work: () => Promise<boolean>): void {
  clock.after(ms, async () => {
    if (!(await work().catch(() => false))) repeat(clock, recoverMsMax, work)
  })
}

/**
 * Compares a connection with what is known elsewhere, and brings back the rows that it lacks. Waits for each place up to
 * the given time, but for `recoverMsMax` before it takes a database for new, or anything for lost.
 */
async function recoverLost(
  transact: Store['transact'],
  { copy, notebook, repair }: BackupPlaces,
  memory: Checkpoint,
  clock: Pick<Clock, 'now' | 'after'>,
  patienceMs: number,
): ReturnType<RecoverRows> {
  const nothing = () => undefined
  // Undefined where there is no such place, or none that can be read.
  const places = [
    withDeadline(clock, recoverMsMax, copy)?.transact('readonly', 'relaxed', readCheckpoint).catch(nothing),
    notebook && rejectIfLate(clock, recoverMsMax, notebook.read()).catch(nothing),
  ]
  const look = async (reads: typeof places) => {
    const [known, written] = await Promise.all(reads)
    const witness = newestCheckpoint(known, written, memory)
    const own = await transact('readonly', 'relaxed', readCheckpoint)
    const lost = {
      salts: lostSaltsOf(own, witness),
      suspects: suspectsOf(own, witness, known),
      elsewhere: saltsOf(newestCheckpoint(known, written)),
    }
    const isWhole = lost.salts.length + lost.suspects.length === 0
    return { lost, known, isWhole, isSure: isWhole && own.salt !== undefined }
  }
  let found = await look(
    places.map((place) => place && rejectIfLate(clock, patienceMs, place).catch(nothing)),
  )
  if (!found.isSure) found = await look(places)
  const { lost, known, isWhole } = found
  if (isWhole) return { writes: [], isRead: known !== undefined }
  return (await repair()).recoverRows(
    transact,
    { ...lost, copy: withDeadline(clock, recoverMsMax, copy), copied: known },
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
        rejectIfLate(
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
